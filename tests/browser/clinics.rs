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
async fn a_refused_position_is_told_in_place_and_leads_to_the_choice_of_a_neighbourhood() {
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
        browser.see("手机没有给出位置").await?;
        ensure!(browser.run("return scrollY").await? == json!(0), "nothing jumps");
        browser.tap(".zs-finder [role=status] a[href='#near']").await?;
        browser.until("the choice is open and in sight", "const box = document.getElementById('near').getBoundingClientRect(); return box.height > 0 && box.top >= 0 && box.bottom < innerHeight").await
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

async fn the_first_number_is_in_the_first_screen(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.size(360, 640).await?;
        for path in ["/clinics", "/clinics?service=lung", "/hant/clinics?service=digestive", "/en/clinics"] {
            browser.go(&backend.at(path)).await?;
            let seen = browser
                .run(
                    "const phone = document.querySelector('.zs-clinic-card .zs-phone'), box = phone.getBoundingClientRect();
                     return phone.contains(document.elementFromPoint(box.left + box.width / 2, box.top + 20))",
                )
                .await?;
            ensure!(seen == json!(true), "{path}");
        }
        // What was found takes the focus after the choice.
        browser.go(&backend.at("/clinics?service=lung")).await?;
        if scripts == Scripts::All {
            browser.ready().await?;
        }
        browser.tap("#filter > summary").await?;
        browser.click("#city option[value='株洲市']").await?;
        browser.click("#filter + .zs-fold__body button").await?;
        browser.until("the filters are kept together", "return /service=lung/.test(location.search) && /city=/.test(location.search)").await?;
        browser
            .until(
                "the heading of what was found has the focus and is in sight",
                "const found = document.getElementById('found'), box = found.getBoundingClientRect();
                 return document.activeElement === found && box.top >= 0 && box.bottom < innerHeight / 2",
            )
            .await?;
        browser.see("已选：株洲市").await
    })
    .await;
}

#[tokio::test]
async fn the_first_number_is_in_the_first_screen_and_what_was_found_takes_the_focus() {
    the_first_number_is_in_the_first_screen(Scripts::All).await;
}

#[tokio::test]
async fn the_first_number_is_in_the_first_screen_without_any_script() {
    the_first_number_is_in_the_first_screen(Scripts::None).await;
}

#[tokio::test]
async fn the_order_by_distance_outlives_a_change_of_the_service() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser
            .cdp("Browser.grantPermissions", json!({ "origin": backend.address, "permissions": ["geolocation"] }))
            .await?;
        let place = json!({ "latitude": 37.4513, "longitude": 116.3105, "accuracy": 20 });
        browser.cdp("Emulation.setGeolocationOverride", place).await?;
        browser.go_ready(&backend.at("/clinics")).await?;
        browser.run("document.querySelector('[data-locate]').click()").await?;
        browser.see("公里").await?;
        browser.click(".zs-filter a[href*='service=digestive']").await?;
        browser.until("the other list is shown", "return location.search === '?service=digestive'").await?;
        browser.see("已按离您远近排好").await?;
        browser.see("公里").await?;
        ensure!(!browser.driver.current_url().await?.as_str().contains("37."), "no address holds the position");
        Ok(())
    })
    .await;
}
