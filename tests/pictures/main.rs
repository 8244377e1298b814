//! Pictures of every kind of page at a phone's size, for looking at and for the README:
//! `cargo run -p zaoshai-tests --bin pictures -- FOLDER [WIDTH HEIGHT [PATH…]]`, with the settings of the browser tests.
//! With paths, only these pages are taken, and each from its top to its end.

use anyhow::{Context as _, Result};
use serde_json::json;
use std::path::Path;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(arguments.first().context("name a folder")?);
    let width = arguments.get(1).map_or(Ok(390), |width| width.parse())?;
    let height = arguments.get(2).map_or(Ok(844), |height| height.parse())?;
    std::fs::create_dir_all(folder)?;
    let backend = Backend::start();
    let browser = Browser::open(Scripts::All).await?;
    browser.size(width, height).await?;
    if arguments.len() > 3 {
        for path in &arguments[3..] {
            browser.size(width, height).await?;
            browser.go_ready(&backend.at(path)).await?;
            let name = path.trim_matches('/').replace(['/', '?', '='], "-");
            browser.whole_picture(&folder.join(format!("{name}.png"))).await?;
        }
        return browser.close().await;
    }
    for (name, path) in [
        ("home", "/"),
        ("topics", "/screening"),
        ("topic", "/screening/lung"),
        ("decision", "/screening/lung/decide"),
        ("results", "/results?q=BI-RADS%204A"),
        ("result", "/results/fit"),
        ("programmes", "/programmes"),
        ("programme", "/programmes/two-cancers"),
        ("topic-en", "/en/screening/lung"),
        ("topic-hant", "/hant/screening/lung"),
        ("guidance", "/guidance"),
        ("signs", "/guidance/warning-signs"),
        ("clinics", "/clinics?service=lung"),
        ("nothing", "/clinics?service=breast&city=%E6%B2%A7%E5%B7%9E%E5%B8%82"),
        ("clinic", "/clinics/anqing-2"),
        ("entry", "/f"),
        ("privacy", "/privacy"),
        ("english", "/en"),
        ("missing", "/nothing"),
    ] {
        browser.go_ready(&backend.at(path)).await?;
        picture(&browser, folder, name).await?;
    }
    browser.go(&backend.at("/staff/login")).await?;
    picture(&browser, folder, "login").await?;
    browser.fill("input[name=name]", "nurse").await?;
    browser.fill("input[name=password]", &backend.password).await?;
    browser.click("form[action='/staff/login'] button").await?;
    browser.see("今天来").await?;
    browser.go(&backend.at("/staff/lists/waiting")).await?;
    browser.see("李女士").await?;
    picture(&browser, folder, "staff").await?;
    browser.click(".zs-row__name a").await?;
    browser.see("短信").await?;
    picture(&browser, folder, "staff-followup").await?;
    browser.go(&backend.at("/staff/followups/new")).await?;
    picture(&browser, folder, "staff-new").await?;
    browser.go_ready(&backend.link).await?;
    picture(&browser, folder, "identify").await?;
    browser.fill("input[name=ending]", "8000").await?;
    browser.submit().await?;
    browser.see("李女士").await?;
    picture(&browser, folder, "followup").await?;
    browser.click("button[name=slot]").await?;
    browser.see("请确认这个时间").await?;
    picture(&browser, folder, "confirm").await?;
    browser.submit().await?;
    browser.see("约好了").await?;
    picture(&browser, folder, "booked").await?;
    browser.click("main a[href$='view=cancel']").await?;
    browser.see("要取消").await?;
    picture(&browser, folder, "cancel").await?;
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.cdp("Emulation.setEmulatedMedia", dark).await?;
    browser.go_ready(&backend.at("/screening/lung")).await?;
    picture(&browser, folder, "topic-dark").await?;
    browser.go_ready(&backend.at("/")).await?;
    browser.click("form[action='/settings'] button").await?;
    browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
    picture(&browser, folder, "home-large").await?;
    browser.close().await
}

/// The first screen of a page.
async fn picture(browser: &Browser, folder: &Path, name: &str) -> Result<()> {
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    browser.picture(&folder.join(format!("{name}.png"))).await
}
