//! A nurse makes a follow-up; the patient books, moves and cancels: with the app, without WebAssembly, without scripts.

use crate::stage::{nurse_makes_a_followup, patient_identifies, with_browser};
use anyhow::ensure;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

async fn books_moves_and_cancels(browser: &Browser, link: &str) -> anyhow::Result<()> {
    patient_identifies(browser, link).await?;
    browser.see("选").await?;
    let first = browser.find("label.zs-slot__label").await?.text().await?;
    browser.tap("label.zs-slot__label").await?;
    browser.submit().await?;
    browser.see("约好了").await?;
    let time = first.split_whitespace().find(|word| word.contains(':')).unwrap_or_default().to_owned();
    ensure!(browser.text().await?.contains(&time), "the page tells the time that was picked: {first}");

    browser.click("main a[href$='view=move']").await?;
    browser.tap("label.zs-slot__label").await?;
    browser.submit().await?;
    browser.see("改好了").await?;

    browser.click("main a[href$='view=cancel']").await?;
    browser.submit().await?;
    browser.see("取消了").await?;
    browser.find("label.zs-slot__label").await?;
    Ok(())
}

async fn whole_journey(scripts: Scripts) {
    let backend = Backend::start();
    let mut link = String::new();
    with_browser(scripts, async |browser| {
        link = nurse_makes_a_followup(browser, &backend).await?;
        books_moves_and_cancels(browser, &link).await?;
        // On reopening, the link shows the present state; and the nurse sees it, too.
        browser.go(&link).await?;
        browser.see("王女士").await?;
        browser.go(&backend.at("/staff")).await?;
        browser.see("王女士").await?;
        browser.see("取消").await?;
        if scripts == Scripts::All {
            ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_nurse_makes_a_follow_up_and_the_patient_books_moves_and_cancels() {
    whole_journey(Scripts::All).await;
}

#[tokio::test]
async fn the_same_journey_with_webassembly_blocked() {
    whole_journey(Scripts::NoWasm).await;
}

#[tokio::test]
async fn the_same_journey_without_any_script() {
    whole_journey(Scripts::None).await;
}

#[tokio::test]
async fn with_the_app_booking_does_not_load_the_page_anew() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.run("window.__same = true").await?;
        browser.fill("input[name=ending]", "0000").await?;
        browser.submit().await?;
        browser.see("后四位对不上").await?;
        browser.fill("input[name=ending]", "8000").await?;
        browser.submit().await?;
        browser.see("李女士").await?;
        browser.tap("label.zs-slot__label").await?;
        browser.submit().await?;
        browser.see("约好了").await?;
        ensure!(browser.run("return window.__same === true").await? == true);
        ensure!(browser.errors().await?.iter().all(|error| error.contains("403")), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_patient_books_with_the_keyboard_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.key_at("input[name=ending]", "8000").await?;
        browser.key_at("button[type=submit][form=followup]", Key::Enter).await?;
        browser.see("李女士").await?;
        browser.key_at("input[name=slot]", Key::Space).await?;
        browser.key_at("button[type=submit][form=followup]", Key::Enter).await?;
        browser.see("约好了").await?;
        browser.key_at("a[href$='view=cancel']", Key::Enter).await?;
        browser.see("要取消").await
    })
    .await;
}
