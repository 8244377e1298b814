//! The clinic finder on the phone: the position is asked for only after a tap, sorts the list, and is never sent.

use crate::stage::with_browser;
use anyhow::ensure;
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::Scripts;

#[tokio::test]
async fn the_position_sorts_the_list_and_never_leaves_the_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser
            .cdp("Browser.grantPermissions", json!({ "origin": backend.address, "permissions": ["geolocation"] }))
            .await?;
        // Somewhere in Dezhou.
        let place = json!({ "latitude": 37.4513, "longitude": 116.3105, "accuracy": 20 });
        browser.cdp("Emulation.setGeolocationOverride", place).await?;
        browser.go_ready(&backend.at("/clinics")).await?;
        browser.run("performance.clearResourceTimings(); window.__sent = 0; const f = window.fetch; window.fetch = (...a) => { window.__sent++; return f(...a); }").await?;
        browser.run("document.querySelector('[data-locate]').click()").await?;
        browser.see("公里").await?;
        let first = browser.run("return document.querySelector('.zs-clinic-card h3').textContent").await?;
        ensure!(first.as_str().is_some_and(|name| name.contains("德")), "the nearest comes first: {first}");
        // Icons and scripts of the page itself may still be on their way.
        let sent = browser
            .run("return [window.__sent, performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => !/\\.(js|css|wasm|svg|png|webmanifest)$/.test(name))]")
            .await?;
        ensure!(sent == json!([0, []]), "nothing was sent: {sent}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_refused_position_leads_to_the_choice_of_a_neighbourhood() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser
            .cdp(
                "Browser.setPermission",
                json!({ "permission": { "name": "geolocation" }, "setting": "denied", "origin": backend.address }),
            )
            .await?;
        browser.go_ready(&backend.at("/clinics")).await?;
        browser.run("document.querySelector('[data-locate]').click()").await?;
        browser.until("the choice has the focus", "return document.activeElement.name === 'near'").await
    })
    .await;
}

#[tokio::test]
async fn an_empty_result_explains_itself() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/clinics?service=breast&city=%E6%B2%A7%E5%B7%9E%E5%B8%82")).await?;
        browser.see("12320").await?;
        browser.see("德州市第二人民医院").await
    })
    .await;
}
