//! axe finds nothing on any page and in any error state, in light and dark, and at twice the size of type;
//! nothing scrolls sideways on the narrowest phone.

use crate::stage::{nurse_makes_a_followup, patient_identifies, with_browser};
use anyhow::{Result, ensure};
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// Fails when axe finds something, the page scrolls sideways, or it has not one main heading.
pub async fn clean(browser: &Browser, what: &str) -> Result<()> {
    let found = browser.axe().await?;
    ensure!(found.is_empty(), "{what}: {found:#?}");
    let sideways =
        browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await?;
    ensure!(sideways.as_i64().is_some_and(|pixels| pixels <= 0), "{what} scrolls sideways by {sideways}");
    let twice = "const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
                 return ids.filter((id, place) => ids.indexOf(id) !== place)";
    let twice = browser.run(twice).await?;
    ensure!(twice == json!([]), "{what} has two of {twice}");
    let headings = browser.run("return document.querySelectorAll('h1').length").await?;
    ensure!(headings == 1, "{what} has {headings} main headings");
    Ok(())
}

async fn sitemap(backend: &Backend) -> Result<Vec<String>> {
    let text = reqwest::get(backend.at("/sitemap.txt")).await?.text().await?;
    Ok(text.lines().map(str::to_owned).collect())
}

async fn dark(browser: &Browser) -> Result<()> {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.cdp("Emulation.setEmulatedMedia", features).await?;
    Ok(())
}

/// Every page of a language on a common phone, as it comes and at twice the size of type, with all that opens opened.
async fn all_pages_are_clean(prefix: &str) {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 740).await?;
        for path in sitemap(&backend).await? {
            let path = format!("{prefix}{}", if path == "/" && !prefix.is_empty() { "" } else { &path });
            browser.go_ready(&backend.at(&path)).await?;
            clean(browser, &path).await?;
            browser
                .run(
                    "document.documentElement.style.fontSize = '200%';
                     document.querySelectorAll('.zs-term input').forEach(term => { term.checked = true });
                     document.querySelectorAll('details').forEach(part => { part.open = true })",
                )
                .await?;
            clean(browser, &format!("{path} at 200%")).await?;
        }
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_page_in_chinese_is_clean_at_twice_the_size() {
    all_pages_are_clean("").await;
}

#[tokio::test]
async fn every_page_in_english_is_clean_at_twice_the_size() {
    all_pages_are_clean("/en").await;
}

#[tokio::test]
async fn dark_narrow_and_large_pages_are_clean() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let pages = [
            "/",
            "/screening/lung",
            "/hant/screening/colorectal",
            "/screening/lung/decide",
            "/results",
            "/search?q=%E8%82%BA%E7%99%8C",
            "/guidance/warning-signs",
            "/clinics",
            "/clinics/anqing-2",
            "/f",
        ];
        dark(browser).await?;
        for path in pages {
            browser.go_ready(&backend.at(path)).await?;
            clean(browser, &format!("{path} in the dark")).await?;
        }
        browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        for (width, height, size) in [(320, 640, "100%"), (360, 740, "200%")] {
            browser.size(width, height).await?;
            for path in pages {
                browser.go_ready(&backend.at(path)).await?;
                browser.run(&format!("document.documentElement.style.fontSize = {size:?}")).await?;
                clean(browser, &format!("{path} at {width} px and {size}")).await?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_state_of_a_follow_up_and_every_error_is_clean() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        for path in [
            "/nothing",
            "/screening/nothing",
            "/f/00000000000000000000000000",
            "/clinics?service=breast&city=%E6%B2%A7%E5%B7%9E%E5%B8%82",
        ] {
            browser.go_ready(&backend.at(path)).await?;
            clean(browser, path).await?;
        }
        for path in ["/staff/login", "/staff/nothing"] {
            browser.go(&backend.at(path)).await?;
            clean(browser, path).await?;
        }
        browser.fill("input[name=name]", "nurse").await.ok();
        let link = nurse_makes_a_followup(browser, &backend).await?;
        clean(browser, "the nurse's page of a follow-up").await?;
        browser.go(&backend.at("/staff")).await?;
        clean(browser, "the nurse's list").await?;
        browser.go(&backend.at("/staff/followups/new")).await?;
        clean(browser, "the form for a follow-up").await?;
        browser.run("document.querySelector(\"form[action='/staff/followups']\").noValidate = true").await?;
        browser.click("button[type=submit][form=followup]").await?;
        browser.see("请填").await?;
        clean(browser, "the form with what was wrong").await?;

        browser.go_ready(&link).await?;
        clean(browser, "the identity check").await?;
        browser.fill("#ending", "0000").await?;
        browser.submit().await?;
        browser.see("后四位对不上").await?;
        clean(browser, "the identity check after a wrong try").await?;
        patient_identifies(browser, &link).await?;
        browser.ready().await?;
        clean(browser, "choosing a time").await?;
        browser.run("document.querySelector('button[name=slot]').value = 'no-slot'").await?;
        browser.click("button[name=slot]").await?;
        browser.see("没有找到您选的时间").await?;
        clean(browser, "a time that is not to be had").await?;
        browser.click("button[name=slot]").await?;
        browser.see("请确认这个时间").await?;
        clean(browser, "a place that is kept").await?;
        browser.submit().await?;
        browser.see("约好了").await?;
        clean(browser, "an appointment").await?;
        for view in ["move", "cancel", "questions", "family", "data", "erase"] {
            browser.go_ready(&format!("{link}?view={view}")).await?;
            clean(browser, view).await?;
        }
        dark(browser).await?;
        browser.go_ready(&link).await?;
        clean(browser, "an appointment in the dark").await?;
        browser.size(360, 740).await?;
        browser.run("document.documentElement.style.fontSize = '200%'").await?;
        clean(browser, "an appointment at 200%").await
    })
    .await;
}
