//! The network is lost in the middle of a booking: the choice is kept, the page says so, tries again with the same
//! key, and there is one booking.

use crate::stage::with_browser;
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
        browser.click("label[for=agreed-pregnancy]").await?;
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
        browser.see("0731-28307119").await?;
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
