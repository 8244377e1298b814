//! Passing a page on: from a topic to its card, code and text, with the app, without it and without any script.

use crate::accessibility::clean;
use crate::stage::with_browser;
use anyhow::ensure;
use serde_json::json;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::Scripts;

async fn from_a_topic(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        let address = backend.at("/screening/lung");
        match scripts {
            Scripts::All => browser.go_ready(&address).await?,
            _ => browser.go(&address).await?,
        }
        browser.click("footer a[href='/share?of=/screening/lung']").await?;
        browser.see("请对方扫这个码").await?;
        browser.see("发送给朋友").await?;
        ensure!(browser.path().await? == "/share");
        let html = browser.driver.source().await?;
        ensure!(html.contains(&format!("{address}</textarea>")), "the text ends in the address");
        if scripts != Scripts::None {
            // Messengers find a code only in a picture, only one at a time, and not in a link.
            let pictures = browser
                .run("return [...document.images].map((one) => [new URL(one.src).pathname, one.complete && one.naturalWidth > 500 || one.loading === 'lazy', !!one.closest('a')])")
                .await?;
            ensure!(
                pictures == json!([["/share/card/lung.png", true, false], ["/share/code.png", true, false]]),
                "{pictures}"
            );
            browser.find(".zs-share-card img").await?;
            browser.until("the card's picture is there", "return document.images[0].naturalWidth === 1200").await?;
        }
        browser.click("a.zs-back").await?;
        browser.see("肺癌筛查：您需要做吗").await?;
        ensure!(browser.path().await? == "/screening/lung");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_topic_leads_to_its_card_code_and_text() {
    from_a_topic(Scripts::All).await;
}

#[tokio::test]
async fn a_topic_leads_to_its_card_without_webassembly() {
    from_a_topic(Scripts::NoWasm).await;
}

#[tokio::test]
async fn a_topic_leads_to_its_card_without_any_script() {
    from_a_topic(Scripts::None).await;
}

#[tokio::test]
async fn a_page_that_the_app_has_moved_to_is_the_one_that_is_shared() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/hant/screening")).await?;
        browser.click("main a[href='/hant/screening/liver']").await?;
        browser.see("肝癌篩查").await?;
        browser.click("footer a[href^='/hant/share']").await?;
        browser.see("分享這一頁").await?;
        let text = browser.run("return document.getElementById('share-text').value").await?;
        let text = text.as_str().unwrap_or_default();
        ensure!(text.starts_with("肝癌篩查") && text.ends_with(&backend.at("/hant/screening/liver")), "{text}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_text_is_copied_with_one_tap_or_selected_for_copying() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let granted = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        browser.cdp("Browser.grantPermissions", granted).await?;
        browser.go(&backend.at("/share?of=/guidance/warning-signs")).await?;
        let text = browser.run("return document.getElementById('share-text').value").await?;
        browser.click(".zs-clip").await?;
        browser.see("复制好了").await?;
        let script = "navigator.clipboard.readText().then(arguments[0], (error) => arguments[0](String(error)))";
        let copied = browser.driver.execute_async(script, Vec::new()).await?;
        ensure!(*copied.json() == text, "{:?} is not {text}", copied.json());
        ensure!(text.as_str().is_some_and(|text| text.lines().count() == 3), "title, sentence, address: {text}");
        // A phone that lets no page write to its clipboard.
        browser.go(&backend.at("/share?of=/guidance/warning-signs")).await?;
        browser
            .run("Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false")
            .await?;
        browser.click(".zs-clip").await?;
        browser.see("已经选中，请长按文字复制").await?;
        ensure!(browser.run("return String(getSelection())").await? == text, "the whole text is selected");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn passing_on_is_clean_in_every_size_and_language() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        for (size, contrast, width) in [("normal", "usual", 320), ("elder", "usual", 360), ("largest", "more", 360)] {
            browser.size(width, 640).await?;
            browser.go(&backend.at("/")).await?;
            browser
                .run(&format!(
                    "document.cookie = 'zs_size={size}; path=/'; document.cookie = 'zs_contrast={contrast}; path=/'"
                ))
                .await?;
            for path in [
                "/share?of=/screening/lung",
                "/hant/share?of=/results/hpv",
                "/en/share?of=/clinics",
                "/share?of=/staff",
            ] {
                browser.go(&backend.at(path)).await?;
                clean(browser, &format!("{path} in {size} and {contrast}")).await?;
                let targets = "return Math.min(...[...document.querySelectorAll('main .zs-button, main .zs-back')]
                    .map((one) => one.getBoundingClientRect().height))";
                let least = browser.run(targets).await?;
                let asked = if size == "normal" { 44.0 } else { 60.0 };
                ensure!(least.as_f64().is_some_and(|height| height >= asked - 0.5), "{path} in {size}: {least} px");
            }
        }
        Ok(())
    })
    .await;
}
