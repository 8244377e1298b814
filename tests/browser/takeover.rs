//! The app takes over a page in use: nothing that was typed is lost, and nothing jumps.

use crate::stage::with_browser;
use anyhow::ensure;
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Network, Scripts};

#[tokio::test]
async fn what_was_typed_before_the_app_came_is_still_there() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.network(Network::Slow).await?;
        browser.driver.set_page_load_timeout(std::time::Duration::from_secs(60)).await?;
        // The page is usable long before its scripts are there.
        browser.run(&format!("location.href = {:?}", backend.link)).await?;
        browser.find("input[name=ending]").await?.send_keys("80").await?;
        let early = browser.run("return performance.getEntriesByName('app-ready').length").await?;
        ensure!(early == 0, "the typing came first");
        browser.run("window.__field = document.activeElement").await?;
        browser.ready().await?;
        let after = browser
            .run(
                "const field = document.querySelector('input[name=ending]');
                 return { value: field.value, focused: document.activeElement === field,
                          caret: field.selectionStart, mounted: field !== window.__field }",
            )
            .await?;
        ensure!(after == json!({ "value": "80", "focused": true, "caret": 2, "mounted": true }), "{after}");
        browser.network(Network::Free).await?;
        browser.find("input[name=ending]").await?.send_keys("00").await?;
        browser.submit().await?;
        browser.see("李女士").await
    })
    .await;
}

#[tokio::test]
async fn a_chosen_filter_and_an_open_detail_survive() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.network(Network::Slow).await?;
        browser.run(&format!("location.href = {:?}", backend.at("/clinics"))).await?;
        browser.click("#filter summary").await?;
        browser.find("select[name=city]").await?;
        browser
            .run("const s = document.querySelector('select[name=city]'); s.selectedIndex = 2; window.scrollTo(0, 300)")
            .await?;
        let chosen = browser.run("return document.querySelector('select[name=city]').value").await?;
        ensure!(browser.run("return performance.getEntriesByName('app-ready').length").await? == 0);
        browser.ready().await?;
        let kept =
            browser.run("return [document.querySelector('select[name=city]').value, document.querySelector('#filter').open, Math.round(scrollY)]").await?;
        ensure!(kept == json!([chosen, true, 300]), "{kept}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn no_page_jumps_when_the_app_takes_over() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        for path in [
            "/",
            "/screening",
            "/screening/lung",
            "/screening/lung/decide",
            "/results",
            "/results/fit",
            "/programmes/two-cancers",
            "/guidance/warning-signs",
            "/clinics",
            "/clinics/zhuzhou-2",
            "/f",
        ] {
            browser.go_ready(&backend.at(path)).await?;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let shift = browser.run("return window.__shift").await?;
            ensure!(shift.as_f64().is_some_and(|shift| shift < 0.001), "{path} shifts by {shift}");
        }
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_webassembly_a_line_says_that_everything_still_works() {
    let backend = Backend::start();
    with_browser(Scripts::NoWasm, async |browser| {
        browser.go(&backend.at("/")).await?;
        browser
            .until(
                "the line is shown",
                "const n = document.getElementById('loader-note'); return !n.hidden && n.textContent.length > 5",
            )
            .await
    })
    .await;
}
