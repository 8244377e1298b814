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
        browser.tap("#colorectal-prepare-0").await?;
        browser.ready().await?;
        let ticked = "return document.getElementById('colorectal-prepare-0').checked";
        browser.until("the take-over keeps it", ticked).await?;
        browser.click("a.zs-back").await?;
        browser.click("main a[href='/screening/colorectal']").await?;
        browser.until("it is there when she comes back", ticked).await?;
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
