//! The network is lost in the middle of a booking: the choice is kept, the page says so, tries again with the same
//! key, and there is one booking. What a nurse typed stays on her page, and is kept once.

use crate::stage::{nurse_makes_a_followup, with_browser};
use anyhow::ensure;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Network, Scripts};

#[tokio::test]
async fn a_booking_survives_a_lost_network() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.fill("input[name=ending]", "8000").await?;
        browser.submit().await?;
        browser.see("李女士").await?;
        browser.click("button[name=slot]").await?;
        browser.see("请确认这个时间").await?;
        browser
            .run(
                "const send = window.fetch; window.__keys = [];
                 window.fetch = (request, options) => {
                   if (request.method === 'POST') {
                     request.clone().text().then((body) => window.__keys.push(new URLSearchParams(body).get('key')));
                   }
                   return send(request, options);
                 }",
            )
            .await?;
        let chosen = browser.run("return document.querySelector('main dl').textContent").await?;
        browser.network(Network::Lost).await?;
        browser.submit().await?;
        browser.see("网络").await?;
        browser.see("0000-8000001").await?;
        let kept = browser.run("return document.querySelector('main dl').textContent").await?;
        ensure!(kept == chosen, "the choice is kept: {kept}");
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        browser.network(Network::Free).await?;
        browser.see("约好了").await?;
        let keys = browser.run("return [window.__keys.length > 1, new Set(window.__keys).size]").await?;
        ensure!(keys == serde_json::json!([true, 1]), "every try carries the same key: {keys}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_a_nurse_typed_survives_a_lost_network_and_is_kept_once() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_makes_a_followup(browser, &backend).await?;
        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        browser.click("#call-outcome option[value=agreed]").await?;
        browser.fill("#call-note", "下午三点后方便").await?;
        browser.network(Network::Lost).await?;
        browser.click("form[action$='/call'] button:not([name])").await?;
        browser.see("网络不通，没有发出去。您填的都还在").await?;
        let typed = browser.run("return document.querySelector('#call-note').value").await?;
        ensure!(typed == "下午三点后方便", "what was typed is still there: {typed}");
        browser.network(Network::Free).await?;
        browser.click("form[action$='/call'] button:not([name])").await?;
        browser.see("打了电话").await?;
        // Had the answer been lost, she would go back: the browser shows the page as it was, and its form has the same key.
        browser.driver.back().await?;
        browser.until("her form is there again", "return !!document.querySelector('#call-note')").await?;
        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        let old = browser.run("return !document.body.textContent.includes('打了电话：')").await?;
        if old == true {
            browser.click("form[action$='/call'] button:not([name])").await?;
        }
        browser.see("打了电话").await?;
        let calls = browser.text().await?.matches("打了电话：").count();
        ensure!(calls == 1, "one call is told, not {calls}");
        Ok(())
    })
    .await;
}
