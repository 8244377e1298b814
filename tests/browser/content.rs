//! What people read and weigh: from the words on a report to a clinic that can be booked, through a decision aid, lists
//! that stay ticked, and hard words that open in place; each with the app and with WebAssembly blocked.

use crate::stage::with_browser;
use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::By;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

async fn open(browser: &Browser, scripts: Scripts, address: &str) -> Result<()> {
    match scripts {
        Scripts::All => browser.go_ready(address).await,
        _ => browser.go(address).await,
    }
}

async fn from_report_to_clinic(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        open(browser, scripts, &backend.at("/guidance")).await?;
        browser.click("main a[href='/results']").await?;
        browser.see("报告上写的是").await?;
        browser.fill("input[name=q]", "双肺多发小结节，最大约 8mm").await?;
        browser.click("form[role=search] button").await?;
        browser.see("报告上的字，最像这些").await?;
        let address = browser.driver.current_url().await?;
        ensure!(address.query().is_none(), "what was typed stands in no address: {address}");
        browser.click("#found .zs-link-card").await?;
        // The finding's own section, with how soon, which department, and where.
        browser.until("the finding is shown", "return location.pathname === '/results/lung-nodule'").await?;
        let card = "document.getElementById(location.hash.slice(1)).closest('section').querySelector('.zs-care-card')";
        browser
            .until(
                "its care card says how soon and where",
                &format!("return /多快去.*挂号科室/s.test({card}.innerText)"),
            )
            .await?;
        browser.run(&format!("{card}.querySelector('a[href*=clinics]').click()")).await?;
        browser.until("the finder is asked for it", "return location.search === '?service=lung'").await?;
        browser.see("可以预约").await?;
        browser.click("#found ~ .zs-clinic-card h3 a, #found + .zs-clinic-card h3 a, .zs-clinic-card h3 a").await?;
        browser.see("怎么预约").await?;
        let call = browser.run("return document.querySelector('#booking ~ a.zs-button').getAttribute('href')").await?;
        ensure!(call == json!("tel:0000-8000001"), "{call}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn words_of_a_report_lead_to_a_clinic_that_can_be_booked() {
    from_report_to_clinic(Scripts::All).await;
}

#[tokio::test]
async fn words_of_a_report_lead_to_a_clinic_without_webassembly() {
    from_report_to_clinic(Scripts::NoWasm).await;
}

async fn through_a_decision_aid(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        open(browser, scripts, &backend.at("/screening/lung")).await?;
        browser.click("main a[href='/screening/lung/decide']").await?;
        browser.see("先不做").await?;
        browser.until("the aid is there", "return document.querySelectorAll('.zs-weigh').length >= 6").await?;
        let marked = browser
            .run(
                "const box = document.querySelector('.zs-weigh[data-for=not-now]');
                 box.querySelector('input[value=much]').click();
                 return box.querySelector('legend').textContent",
            )
            .await?;
        let told = "[...document.querySelectorAll('[data-summary] [data-option]')]
                    .filter(part => !part.hidden).map(part => [part.dataset.option, part.querySelector('ul').innerText.trim()])";
        browser.see("您看重的").await?;
        let summary = browser.run(&format!("return {told}")).await?;
        ensure!(summary == json!([["not-now", marked]]), "{summary}");
        browser.run("document.querySelectorAll('.zs-leaning input')[1].click()").await?;
        browser
            .until("each leaning has its next step", "return [...document.querySelectorAll('.zs-leaning')].every(one => one.querySelector('p').innerText.length > 5)")
            .await?;

        // It is still there after a reload, and gone with one tap.
        open(browser, scripts, &backend.at("/screening/lung/decide")).await?;
        browser.until("the summary is back", &format!("return JSON.stringify({told}) === {:?}", summary.to_string())).await?;
        ensure!(browser.run("return document.querySelectorAll('.zs-leaning input')[1].checked").await? == json!(true));
        browser.click(".zs-aid [data-clear]").await?;
        let after = browser
            .run("return [document.querySelectorAll('.zs-aid input:checked').length, document.querySelector('[data-summary]').hidden, Object.keys(localStorage).length]")
            .await?;
        ensure!(after == json!([0, true, 0]), "{after}");

        // None of it went anywhere.
        let sent = browser
            .run("return performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !/\\.(js|css|wasm|svg|png|webmanifest)$/.test(new URL(name).pathname) && !/\\/api\\/v1\\/topics\\/lung\\/decide$/.test(name))")
            .await?;
        ensure!(sent == json!([]), "{sent}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_decision_aid_gathers_what_matters() {
    through_a_decision_aid(Scripts::All).await;
}

#[tokio::test]
async fn a_decision_aid_gathers_what_matters_without_webassembly() {
    through_a_decision_aid(Scripts::NoWasm).await;
}

#[tokio::test]
async fn a_decision_aid_can_be_read_and_marked_without_any_script() {
    let backend = Backend::start();
    with_browser(Scripts::None, async |browser| {
        browser.go(&backend.at("/screening/lung/decide")).await?;
        browser.see("先不做").await?;
        browser.tap(".zs-weigh label").await?;
        browser.tap(".zs-leaning label").await?;
        browser.see("不用今天定").await
    })
    .await;
}

#[tokio::test]
async fn what_is_ticked_survives_the_take_over_and_other_pages() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go(&backend.at("/screening/colorectal")).await?;
        browser.tap("#prepare > summary").await?;
        browser.tap("#colorectal-prepare-0").await?;
        browser.ready().await?;
        let ticked = "return document.getElementById('colorectal-prepare-0').checked";
        browser.until("the take-over keeps it", ticked).await?;
        browser.click("a.zs-back").await?;
        browser.click("main a[href='/screening/colorectal']").await?;
        browser.until("it is there when she comes back", ticked).await?;
        browser.tap("#prepare > summary").await?;
        browser.click("[data-keep^='colorectal-prepare.'] [data-clear]").await?;
        browser.go_ready(&backend.at("/screening/colorectal")).await?;
        ensure!(browser.run(ticked).await? == json!(false), "a cleared list stays cleared");
        // A tick that was given to other words does not move to these.
        browser.run("localStorage.setItem('zs-keep:colorectal-prepare.1', 'colorectal-prepare-0')").await?;
        browser.go_ready(&backend.at("/screening/colorectal")).await?;
        ensure!(browser.run(ticked).await? == json!(false), "a tick stays with its words");
        Ok(())
    })
    .await;
}

async fn opens_in_place(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        open(browser, scripts, &backend.at("/screening/colorectal")).await?;
        // The section that holds the first hard word.
        let fold = "document.querySelector('.zs-term').closest('.zs-fold').querySelector('details').id";
        let fold = browser.run(&format!("return {fold}")).await?;
        browser.tap(&format!("#{} > summary", fold.as_str().unwrap_or_default())).await?;
        let meaning = browser.driver.find(By::Css(".zs-term > span:last-child")).await?;
        ensure!(!meaning.is_displayed().await?, "closed at first");
        browser.tap(".zs-term").await?;
        ensure!(meaning.is_displayed().await?, "open after a tap");
        // By keyboard as well.
        browser.driver.action_chain().send_keys(" ").perform().await?;
        ensure!(!meaning.is_displayed().await?, "closed by the space bar");
        ensure!(browser.path().await? == "/screening/colorectal", "without leaving the page");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_hard_word_opens_in_place() {
    opens_in_place(Scripts::All).await;
}

#[tokio::test]
async fn a_hard_word_opens_in_place_without_any_script() {
    opens_in_place(Scripts::None).await;
}

#[tokio::test]
async fn traditional_characters_and_english_reach_the_whole_page() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        for (path, words) in [
            ("/hant/screening/lung", "還沒有經過醫院審核"),
            ("/hant/results", "看不懂報告"),
            ("/hant/clinics?city=%E6%A0%AA%E6%B4%B2%E5%B8%82", "株洲市二醫院"),
            ("/en/screening/lung", "Who should have it"),
            ("/en/guidance/warning-signs", "doctor"),
        ] {
            browser.go_ready(&backend.at(path)).await?;
            browser.see(words).await?;
        }
        // The app goes on in the same language.
        browser.go_ready(&backend.at("/hant/screening")).await?;
        browser.click("main a[href='/hant/screening/liver']").await?;
        browser.see("肝癌篩查").await
    })
    .await;
}

/// The folds of the page: their ids, whether each body is shown, and what is seen of each head.
const FOLDS: &str = "return [...document.querySelectorAll('.zs-fold')].map((fold) => {
    const [head, body] = fold.children;
    return [head.id, body.getClientRects().length > 0, head.querySelector('.zs-fold__gist').getClientRects().length > 0]
})";

async fn a_link_opens_its_section(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.size(360, 740).await?;
        open(browser, scripts, &backend.at("/screening/lung")).await?;
        let folds = browser.run(FOLDS).await?;
        let folds = folds.as_array().expect("folds");
        ensure!(folds.len() == 12, "{folds:?}");
        ensure!(folds.iter().all(|fold| fold[1] == json!(false) && fold[2] == json!(true)), "{folds:?}");
        // By an address, and by a tap on its head.
        open(browser, scripts, &backend.at("/screening/lung#signs")).await?;
        let shown = "const body = document.querySelector('#signs + .zs-fold__body');
                     const top = document.getElementById('signs').getBoundingClientRect().top;
                     return body.getClientRects().length > 0 && top >= 0 && top < 120";
        browser.until("the section is open and in sight", shown).await?;
        browser.tap("#who > summary").await?;
        let who = "return document.querySelector('#who + .zs-fold__body').getClientRects().length > 0";
        ensure!(browser.run(who).await? == json!(true), "a tap opens");
        // From a mark to its source and back to the text.
        browser.tap("#who + .zs-fold__body .zs-ref").await?;
        browser.until("the source is in sight", "return location.hash === '#source-1' && document.getElementById('source-1').getBoundingClientRect().top < innerHeight").await?;
        browser.tap("#source-1 .zs-sources__back").await?;
        browser.until("the text is in sight", "const mark = document.querySelector('.zs-opened .zs-ref, #who + .zs-fold__body .zs-ref').getBoundingClientRect(); return scrollY < 3000").await
    })
    .await;
}

#[tokio::test]
async fn a_link_to_a_section_opens_it() {
    a_link_opens_its_section(Scripts::All).await;
}

#[tokio::test]
async fn a_link_to_a_section_opens_it_without_webassembly() {
    a_link_opens_its_section(Scripts::NoWasm).await;
}

#[tokio::test]
async fn a_link_to_a_section_opens_it_without_any_script() {
    a_link_opens_its_section(Scripts::None).await;
}

#[tokio::test]
async fn all_of_a_page_is_printed() {
    let backend = Backend::start();
    with_browser(Scripts::None, async |browser| {
        for path in ["/screening/lung", "/screening/lung/decide", "/results/fit", "/guidance/warning-signs"] {
            browser.go(&backend.at(path)).await?;
            browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await?;
            let hidden = browser
                .run("return [...document.querySelectorAll('.zs-fold__body')].filter((body) => !body.getClientRects().length).length")
                .await?;
            ensure!(hidden == json!(0), "{path}: {hidden}");
            browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "" })).await?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_topic_is_short_and_its_step_is_in_the_first_screen() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let topics = ["breast", "cervical", "colorectal", "gastric", "liver", "lung", "nasopharyngeal", "oesophageal", "oral", "ovarian-endometrial", "prostate", "thyroid"];
        for (width, height, size) in [(360, 740, "normal"), (360, 640, "normal"), (360, 640, "largest"), (320, 568, "largest")] {
            browser.size(width, height).await?;
            browser.go(&backend.at("/settings")).await?;
            browser.run(&format!("document.getElementById('size-{size}').checked = true; document.querySelector('button[form=reading]').click()")).await?;
            browser.see("改好了").await?;
            for topic in topics {
                browser.go_ready(&backend.at(&format!("/screening/{topic}"))).await?;
                let measured = browser
                    .run(
                        "const step = document.querySelector('.zs-opened .zs-button'), box = step.getBoundingClientRect();
                         const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                         return [document.documentElement.scrollHeight / 740, box.top >= 0 && step.contains(hit), box.height]",
                    )
                    .await?;
                ensure!(measured[1] == json!(true), "{topic} at {width}x{height} in {size}: {measured}");
                if (width, height) == (360, 740) {
                    ensure!(measured[0].as_f64().is_some_and(|screens| screens <= 6.0), "{topic} has {} screens", measured[0]);
                }
            }
        }
        Ok(())
    })
    .await;
}

/// Titles that break inside of a word: between two Chinese letters of one piece, or two Latin letters.
const BROKEN: &str = r"
    const bad = [];
    const kind = (letter) => /[\u3400-\u9fff]/.test(letter) ? 'han' : /[A-Za-z]/.test(letter) ? 'latin' : '';
    const titles = [...document.querySelectorAll('h1, h2, h3, h4, .zs-link-card__title, .zs-topic__name, .zs-button, .zs-header__tool, .zs-tab-bar__link')]
        .filter((one) => one.getClientRects().length);
    for (const title of titles) {
        const walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            let top = null, before = '';
            for (let at = 0; at < node.data.length; at++) {
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                const box = range.getClientRects()[0];
                if (!box) continue;
                const letter = node.data[at];
                const same = kind(before) && kind(before) === kind(letter);
                if (top !== null && same && Math.abs(box.top - top) > box.height / 2) bad.push(title.innerText);
                [top, before] = [box.top, letter];
            }
        }
    }
    return [titles.length, bad]";

#[tokio::test]
async fn no_title_breaks_inside_a_word() {
    let backend = Backend::start();
    with_browser(Scripts::NoWasm, async |browser| {
        let sitemap = reqwest::get(backend.at("/sitemap.txt")).await?.text().await?;
        for (width, size) in [(360, "normal"), (320, "normal"), (320, "largest")] {
            browser.size(width, 640).await?;
            browser.go(&backend.at("/settings")).await?;
            browser.run(&format!("document.getElementById('size-{size}').checked = true; document.querySelector('button[form=reading]').click()")).await?;
            browser.see("改好了").await?;
            let mut titles = 0;
            for path in sitemap.lines() {
                for prefix in ["", "/hant", "/en"] {
                    let path = format!("{prefix}{}", if path == "/" && !prefix.is_empty() { "" } else { path });
                    browser.go(&backend.at(&path)).await?;
                    let broken = browser.run(BROKEN).await?;
                    titles += broken[0].as_u64().unwrap_or(0);
                    ensure!(broken[1] == json!([]), "{path} at {width} px in {size}: {}", broken[1]);
                }
            }
            ensure!(titles > 2000, "{titles} titles");
        }
        Ok(())
    })
    .await;
}

async fn the_languages_open_in_place(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.size(360, 640).await?;
        open(browser, scripts, &backend.at("/screening/lung")).await?;
        browser.tap("#language > summary").await?;
        let list = "const list = document.querySelector('#language .zs-languages').getBoundingClientRect();
                    return scrollY === 0 && list.height > 100 && list.left >= 0 && list.right <= innerWidth && list.bottom <= innerHeight";
        browser.until("the list is in sight", list).await?;
        browser.tap("#language a[hreflang=en]").await?;
        browser.until("the same page is shown", "return location.pathname === '/en/screening/lung'").await?;
        browser.see("Who should have it").await
    })
    .await;
}

#[tokio::test]
async fn the_languages_open_in_place_and_keep_the_page() {
    the_languages_open_in_place(Scripts::All).await;
}

#[tokio::test]
async fn the_languages_open_in_place_without_any_script() {
    the_languages_open_in_place(Scripts::None).await;
}
