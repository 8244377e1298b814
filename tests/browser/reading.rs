//! Easy reading: size of type and colours are chosen in a form, kept on the phone, and in force before the first paint.

use crate::accessibility::clean;
use crate::stage::{with_browser, with_browser_set};
use anyhow::{Result, ensure};
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

async fn choose(browser: &Browser, backend: &Backend, size: &str, contrast: &str) -> Result<()> {
    browser.go(&backend.at("/settings")).await?;
    browser.tap(&format!("label[for=size-{size}]")).await?;
    browser.tap(&format!("label[for=contrast-{contrast}]")).await?;
    browser.click("button[form=reading]").await?;
    browser.see("改好了").await
}

#[tokio::test]
async fn the_choice_is_a_form_that_needs_no_script() {
    let backend = Backend::start();
    with_browser(Scripts::None, async |browser| {
        browser.go(&backend.at("/screening/lung")).await?;
        browser.click("footer a[href='/settings']").await?;
        browser.see("字的大小").await?;
        browser.tap("label[for=size-largest]").await?;
        browser.click("button[form=reading]").await?;
        browser.see("改好了").await?;
        browser.click("a.zs-back").await?;
        browser.see("肺癌筛查").await?;
        let html = browser.driver.source().await?;
        ensure!(html.contains("data-size=\"largest\""), "the page comes as it was chosen, before anything is painted");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn type_lines_and_targets_are_as_large_as_the_national_rules_ask() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 640).await?;
        for (size, text, target) in [("normal", 18.0, 44.0), ("elder", 21.0, 60.0), ("largest", 30.0, 60.0)] {
            choose(browser, &backend, size, "usual").await?;
            for path in ["/", "/screening/lung", "/clinics", "/results"] {
                browser.go_ready(&backend.at(path)).await?;
                let measured = browser
                    .run(
                        "const shown = (one) => one.getClientRects().length > 0;
                         const texts = [...document.querySelectorAll('main section > p:not([class]), main .zs-points > li, main .zs-lead, main .zs-clinic-card__does, main .zs-link-card__title')].filter(shown);
                         const sizes = texts.map((one) => parseFloat(getComputedStyle(one).fontSize));
                         const lines = texts.filter((one) => !one.matches('.zs-link-card__title')).map((one) => parseFloat(getComputedStyle(one).lineHeight) / parseFloat(getComputedStyle(one).fontSize));
                         const targets = [...document.querySelectorAll('.zs-button, .zs-link-card, .zs-tab-bar__link, .zs-topic, .zs-input, .zs-phone[href]')].filter(shown);
                         return [Math.min(...sizes), Math.min(9, ...lines), Math.min(...targets.map((one) => one.getBoundingClientRect().height))]",
                    )
                    .await?;
                let [least_text, least_line, least_target] = [0, 1, 2].map(|place| measured[place].as_f64().unwrap_or(0.0));
                ensure!(least_text >= text - 0.01, "{path} in {size}: text of {least_text} px");
                ensure!(least_line >= 1.5 - 0.01, "{path} in {size}: lines of {least_line}");
                ensure!(least_target >= target - 0.5, "{path} in {size}: a target of {least_target} px");
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_first_page_in_large_type_has_five_doors() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        let doors = "return [...document.querySelectorAll('.zs-doors a')].filter((one) => one.getClientRects().length).length";
        ensure!(browser.run(doors).await? == json!(0));
        // The switch in the header works at once, without a round trip.
        browser.click("#size button").await?;
        ensure!(browser.run(doors).await? == json!(5));
        let others = "return document.querySelectorAll('.zs-topic').length && [...document.querySelectorAll('.zs-topic')].filter((one) => one.getClientRects().length).length";
        ensure!(browser.run(others).await? == json!(0));
        browser.click(".zs-doors a[href='/results']").await?;
        browser.see("报告上写的是").await
    })
    .await;
}

#[tokio::test]
async fn every_size_and_colour_is_clean_on_a_small_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 640).await?;
        for (size, contrast) in [("largest", "usual"), ("elder", "more"), ("largest", "more")] {
            choose(browser, &backend, size, contrast).await?;
            clean(browser, &format!("the settings in {size} and {contrast}")).await?;
            for path in
                ["/", "/screening", "/screening/lung", "/screening/lung/decide", "/results/fit", "/clinics", "/f"]
            {
                browser.go_ready(&backend.at(path)).await?;
                clean(browser, &format!("{path} in {size} and {contrast}")).await?;
            }
        }
        Ok(())
    })
    .await;
}

/// Height of a line of main text, as it is drawn: what enlarging by the browser does stands in no computed style.
const DRAWN: &str = "const text = document.querySelector('main .zs-lead').firstChild;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    return range.getClientRects()[0].height";

/// Pages that hold every kind of block.
const KINDS: [&str; 8] = [
    "/",
    "/screening/lung",
    "/en/screening/lung/decide",
    "/results/fit",
    "/guidance/warning-signs",
    "/clinics",
    "/clinics/anqing-2",
    "/share?of=/screening/lung",
];

async fn stands_in_its_width(browser: &Browser, what: &str) -> Result<()> {
    let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let wide = browser.run(wide).await?;
    ensure!(wide.as_i64().is_some_and(|pixels| pixels <= 0), "{what} scrolls sideways by {wide}");
    Ok(())
}

#[tokio::test]
async fn type_follows_the_size_that_is_set_in_the_browser() {
    let backend = Backend::start();
    let mut drawn = Vec::new();
    for (setting, ratio) in [(16, 1.0), (24, 1.5), (32, 2.0)] {
        let mut line = 0.0;
        with_browser_set(Scripts::All, &[&format!("--blink-settings=defaultFontSize={setting}")], async |browser| {
            browser.size(360, 740).await?;
            for size in ["normal", "elder", "largest"] {
                choose(browser, &backend, size, "usual").await?;
                for path in KINDS {
                    browser.go(&backend.at(path)).await?;
                    stands_in_its_width(browser, &format!("{path} in {size} type at {setting} px")).await?;
                }
            }
            for (size, least) in [("normal", 18.0), ("largest", 30.0)] {
                choose(browser, &backend, size, "usual").await?;
                browser.go_ready(&backend.at("/screening/lung")).await?;
                let size_of_text =
                    "return parseFloat(getComputedStyle(document.querySelector('main .zs-lead')).fontSize)";
                let text = browser.run(size_of_text).await?;
                let text = text.as_f64().unwrap_or(0.0);
                ensure!((text - least * ratio).abs() < 0.1, "{size} type at {setting} px is {text} px large");
                if size == "normal" {
                    line = browser.run(DRAWN).await?.as_f64().unwrap_or(0.0);
                }
            }
            Ok(())
        })
        .await;
        drawn.push((setting, line));
    }
    let usual = drawn[0].1;
    for (setting, line) in drawn {
        let (wanted, is) = (f64::from(setting) / 16.0, line / usual);
        assert!((is - wanted).abs() < 0.06, "{setting} px is drawn {is} times as high");
    }
}

/// WeChat on iPhones sets a style on the body; WeChat on Android enlarges what is drawn, which nothing in a style sheet
/// may switch off.
#[tokio::test]
async fn type_follows_the_size_that_is_set_in_wechat() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 740).await?;
        for path in ["/screening/lung", "/clinics/anqing-2", "/results/fit"] {
            browser.go_ready(&backend.at(path)).await?;
            let usual = browser.run(DRAWN).await?.as_f64().unwrap_or(0.0);
            for percent in [115, 130, 150] {
                browser
                    .run(&format!("document.body.style.setProperty('-webkit-text-size-adjust', '{percent}%', 'important')"))
                    .await?;
                let drawn = browser.run(DRAWN).await?.as_f64().unwrap_or(0.0);
                let (wanted, is) = (f64::from(percent) / 100.0, drawn / usual);
                ensure!((is - wanted).abs() < 0.06, "{path}: {percent}% is drawn {is} times as high");
                stands_in_its_width(browser, &format!("{path} at {percent}%")).await?;
            }
        }
        let switched_off = browser
            .run("return ['html', 'body', 'main', '.zs-lead'].map((one) => getComputedStyle(document.querySelector(one)).webkitTextSizeAdjust)")
            .await?;
        ensure!(!switched_off.to_string().contains("none"), "{switched_off}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn paragraphs_stand_apart_as_the_national_rules_ask() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 640).await?;
        for size in ["elder", "largest"] {
            choose(browser, &backend, size, "usual").await?;
            for path in ["/screening/lung", "/results/fit", "/guidance/warning-signs"] {
                browser.go_ready(&backend.at(path)).await?;
                browser.run("document.querySelectorAll('.zs-fold__head').forEach((head) => { head.open = true })").await?;
                // The gap between two paragraphs against the gap between two lines of the second: 1.3 times at least.
                let narrow = browser
                    .run(
                        "const all = [...document.querySelectorAll('main p + p, main .zs-points > li + li, main p + .zs-points, main .zs-timeline > li + li')];
                         const shown = all.filter((one) => one.getClientRects().length && !one.closest('footer, details:not([open]), .zs-source-note, .zs-share-card') && !one.matches('.zs-source-note, .zs-per-thousand__figure'));
                         return [shown.length, shown.map((one) => {
                           const style = getComputedStyle(one);
                           const gap = one.getBoundingClientRect().top - one.previousElementSibling.getBoundingClientRect().bottom
                             + parseFloat(getComputedStyle(one.previousElementSibling).paddingBottom) + parseFloat(style.paddingTop);
                           const lines = parseFloat(style.lineHeight) - parseFloat(style.fontSize);
                           return [gap / lines, one.textContent.slice(0, 20), one.className];
                         }).filter(([ratio]) => ratio < 1.29)]",
                    )
                    .await?;
                ensure!(narrow[0].as_u64().is_some_and(|count| count > 5), "{path} has paragraphs: {narrow}");
                ensure!(narrow[1] == json!([]), "{path} in {size}: {narrow}");
            }
        }
        Ok(())
    })
    .await;
}
