//! A resident reads about lung screening, finds a clinic and calls; links, history and errors behave.

use crate::stage::with_browser;
use anyhow::ensure;
use thirtyfour::By;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

async fn reads_finds_and_calls(browser: &Browser, backend: &Backend) -> anyhow::Result<()> {
    browser.see("早筛").await?;
    browser.click("a[href='/screening/lung']").await?;
    browser.see("肺癌筛查：您需要做吗").await?;
    browser.see("还没有经过医院审核").await?;
    browser.click("main a[href='/clinics?service=lung']").await?;
    browser.see("株洲市二医院").await?;
    browser.click("main a[href='/clinics/zhuzhou-2']").await?;
    // The list that was left has numbers to call as well.
    browser.until("its own page is shown", "return location.pathname === '/clinics/zhuzhou-2'").await?;
    let call = browser.find("main a[href^='tel:0731']").await?;
    let number = call.text().await?;
    ensure!(number.contains("0731-28307119"), "the number to call is written on the link: {number}");
    ensure!(browser.path().await? == "/clinics/zhuzhou-2");
    ensure!(browser.driver.current_url().await?.as_str().starts_with(&backend.address));
    Ok(())
}

#[tokio::test]
async fn a_resident_reads_finds_a_clinic_and_calls() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        browser.run("window.__same = true").await?;
        reads_finds_and_calls(browser, &backend).await?;
        ensure!(browser.run("return window.__same === true").await? == true, "the page was never loaded anew");
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_same_without_webassembly() {
    let backend = Backend::start();
    with_browser(Scripts::NoWasm, async |browser| {
        browser.go(&backend.at("/")).await?;
        reads_finds_and_calls(browser, &backend).await
    })
    .await;
}

#[tokio::test]
async fn back_returns_to_the_place_that_was_left() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/screening/lung")).await?;
        browser.run("document.querySelector('#result, #prevent').scrollIntoView({ behavior: 'instant' })").await?;
        let link = browser.driver.find(By::Css("nav.zs-tab-bar a[href='/clinics']")).await?;
        let left = browser.run("return Math.round(scrollY)").await?;
        ensure!(left.as_i64().is_some_and(|y| y > 1000), "a long page: {left}");
        browser.tap_at(&link).await?;
        browser.see("找医院").await?;
        browser.until("the new page begins at its top", "return scrollY === 0").await?;
        browser.until("the heading has the focus", "return document.activeElement.tagName === 'H1'").await?;
        browser.until("the title follows", "return document.title.includes('找医院')").await?;
        browser.driver.back().await?;
        browser.see("肺癌筛查：您需要做吗").await?;
        browser.until("the place is the one that was left", &format!("return Math.abs(scrollY - {left}) < 4")).await
    })
    .await;
}

#[tokio::test]
async fn large_type_is_kept_from_page_to_page() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        browser.click("form[action='/settings'] button").await?;
        browser.until("the type is large", "return document.documentElement.dataset.size === 'elder'").await?;
        browser.go(&backend.at("/clinics")).await?;
        browser.until("it stays large", "return document.documentElement.dataset.size === 'elder'").await
    })
    .await;
}

#[tokio::test]
async fn a_page_that_cannot_be_loaded_says_so_and_names_a_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/screening")).await?;
        browser.network(zaoshai_tests::browser::Network::Lost).await?;
        browser.click("a[href='/screening/gastric']").await?;
        browser.see("0000-8000001").await?;
        browser
            .until(
                "a way to try again",
                "return [...document.querySelectorAll('main button')].some((b) => b.textContent.includes('再试'))",
            )
            .await?;
        browser.network(zaoshai_tests::browser::Network::Free).await?;
        browser.click("main button").await?;
        browser.see("胃癌筛查").await
    })
    .await;
}
