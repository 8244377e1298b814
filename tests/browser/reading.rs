//! Easy reading: size of type and colours are chosen in a form, kept on the phone, and in force before the first paint.

use crate::accessibility::clean;
use crate::stage::with_browser;
use anyhow::{Result, ensure};
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

async fn choose(browser: &Browser, backend: &Backend, size: &str, contrast: &str) -> Result<()> {
    browser.go(&backend.at("/settings")).await?;
    browser.tap(&format!("label[for=size-{size}]")).await?;
    browser.tap(&format!("label[for=contrast-{contrast}]")).await?;
    browser.click("#reading button").await?;
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
        browser.click("#reading button").await?;
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
