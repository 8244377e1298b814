//! The search: it answers as one types and sends nothing of it; without WebAssembly, and without any script, it is a
//! plain form; what is not found leads to what is nearest and to a phone number; a keyboard is enough.

use crate::stage::with_browser;
use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Network, Scripts};

/// The addresses and titles of the hits.
const HITS: &str =
    "[...document.querySelectorAll('[aria-labelledby=found-title] a')].map(link => link.getAttribute('href'))";

async fn first_hit(browser: &Browser, address: &str) -> Result<()> {
    browser.until(&format!("{address} comes first"), &format!("return {HITS}[0] === {address:?}")).await
}

/// Fails when a request of this tab holds one of the texts, written in any way: address, headers or body.
async fn never_sent(browser: &Browser, typed: &[&str]) -> Result<()> {
    let requests = browser.requests().await?;
    ensure!(requests.iter().any(|request| request.contains("/api/v1/search")), "the log is kept: {requests:?}");
    for text in typed {
        let coded = browser.run(&format!("return encodeURIComponent({text:?})")).await?;
        let coded = coded.as_str().unwrap_or_default().to_owned();
        let told = requests.iter().find(|request| request.contains(text) || request.contains(&coded));
        ensure!(told.is_none(), "{text} was sent: {told:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_answers_as_one_types_and_nothing_typed_leaves_the_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        browser.fill("#q", "大肠癌").await?;
        browser.click("form[role=search] button").await?;
        first_hit(browser, "/screening/colorectal").await?;
        browser.see("筛查说明").await?;
        let top = "return document.getElementById('q').getBoundingClientRect().top";
        let before = browser.run(top).await?;
        browser.fill("#q", "feiaizheng").await?;
        first_hit(browser, "/screening/lung").await?;
        browser.fill("#q", "胃鏡痛不痛").await?;
        first_hit(browser, "/screening/gastric#day").await?;
        ensure!(browser.run(top).await? == before, "the field stays where it was");
        browser
            .until(
                "those who listen are told",
                "return /^找到 \\d+ 条$/.test(document.getElementById('busy').textContent)",
            )
            .await?;
        let here = browser.driver.current_url().await?;
        ensure!(here.path() == "/search" && here.query().is_none(), "what was typed stands in no address: {here}");
        let state = browser.run("return JSON.stringify(history.state)").await?;
        ensure!(!state.to_string().contains("胃"), "nor in the history: {state}");
        // A hit opens, and going back finds the search as it was.
        browser.click("[aria-labelledby=found-title] a").await?;
        browser
            .until("the section is shown", "return location.pathname + location.hash === '/screening/gastric#day'")
            .await?;
        browser.driver.back().await?;
        first_hit(browser, "/screening/gastric#day").await?;
        ensure!(browser.run("return document.getElementById('q').value").await? == json!("胃鏡痛不痛"));
        never_sent(browser, &["大肠癌", "feiaizheng", "胃鏡", "胃镜"]).await?;
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_link_with_a_text_is_answered_by_the_app_without_sending_it() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/guidance")).await?;
        browser
            .run(
                "const link = document.createElement('a'); link.href = '/search?q=' + encodeURIComponent('便潜血');
                 link.id = 'shared'; link.textContent = 'x'; document.querySelector('main').prepend(link)",
            )
            .await?;
        browser.click("#shared").await?;
        browser.until("the report comes first", &format!("return {HITS}.slice(0, 3).includes('/results/fit')")).await?;
        ensure!(browser.driver.current_url().await?.query().is_none());
        never_sent(browser, &["便潜血"]).await
    })
    .await;
}

#[tokio::test]
async fn a_page_with_an_answer_keeps_it_when_the_app_takes_over() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let address = backend.at("/search?q=%E8%82%BA%E7%99%8C");
        browser.go(&address).await?;
        first_hit(browser, "/screening/lung").await?;
        browser.ready().await?;
        first_hit(browser, "/screening/lung").await?;
        browser.fill("#q", "乳腺癌").await?;
        first_hit(browser, "/screening/breast").await?;
        ensure!(browser.driver.current_url().await?.as_str() == address, "the address is left alone");
        never_sent(browser, &["乳腺癌"]).await
    })
    .await;
}

async fn as_a_plain_page(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.go(&backend.at("/")).await?;
        browser.fill("#q", "大腸癌").await?;
        browser.click("form[role=search] button").await?;
        browser.see("肠癌筛查：您需要做吗？").await?;
        browser.see("筛查说明").await?;
        let link = browser.find("[aria-labelledby=found-title] a").await?;
        ensure!(link.attr("href").await?.as_deref() == Some("/screening/colorectal"));
        browser.fill("#q", "天气预报").await?;
        browser.click("form[role=search] button").await?;
        browser.see("最接近的是").await?;
        browser.see("0000-8000001").await?;
        browser.click("[aria-labelledby=found-title] a").await?;
        browser.see("您").await
    })
    .await;
}

#[tokio::test]
async fn without_webassembly_it_is_a_plain_page() {
    as_a_plain_page(Scripts::NoWasm).await;
}

#[tokio::test]
async fn without_any_script_it_is_a_plain_page() {
    as_a_plain_page(Scripts::None).await;
}

#[tokio::test]
async fn what_is_not_found_leads_to_the_nearest_and_to_a_phone_number() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/search")).await?;
        for typed in ["天气预报", "xyzzy"] {
            browser.fill("#q", typed).await?;
            browser.see("没有完全对上的，最接近的是").await?;
            let hits = browser.run(&format!("return {HITS}.length")).await?;
            ensure!(hits.as_u64().is_some_and(|hits| (1..=4).contains(&hits)), "{typed}: {hits}");
            browser.find("main a[href='tel:0000-8000001']").await?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_keyboard_is_enough_and_enter_opens_nothing_by_surprise() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/search")).await?;
        browser.key_at("#q", "feiai").await?;
        browser.driver.action_chain().send_keys(Key::Enter).perform().await?;
        first_hit(browser, "/screening/lung").await?;
        ensure!(browser.path().await? == "/search");
        browser.key_at("[aria-labelledby=found-title] a", Key::Enter).await?;
        browser.until("the first hit is open", "return location.pathname === '/screening/lung'").await
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_still_composed_is_answered_once_it_stands() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/search")).await?;
        browser.click("#q").await?;
        let compose = json!({ "selectionStart": 7, "selectionEnd": 7, "text": "wei'jin" });
        browser.cdp("Input.imeSetComposition", compose).await?;
        browser.cdp("Input.insertText", json!({ "text": "胃镜" })).await?;
        first_hit(browser, "/screening/gastric").await?;
        ensure!(browser.run("return document.getElementById('q').value").await? == json!("胃镜"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_the_index_the_page_says_so_and_works_as_a_plain_one() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.cdp("Network.setBlockedURLs", json!({ "urls": ["*/api/v1/search*"] })).await?;
        browser.go(&backend.at("/search")).await?;
        browser.see("可能是网络不好").await?;
        browser.see("0000-8000001").await?;
        browser.fill("#q", "乳癌").await?;
        browser.click("form[role=search] button").await?;
        browser.see("乳腺癌筛查：您需要做吗？").await
    })
    .await;
}

#[tokio::test]
async fn without_a_network_the_app_says_so_and_whom_to_call_and_tries_again() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        browser.network(Network::Lost).await?;
        browser.fill("#q", "肺癌").await?;
        browser.click("form[role=search] button").await?;
        browser.see("现在没有网络").await?;
        browser.see("0000-8000001").await?;
        browser.network(Network::Free).await?;
        browser.click("[data-retry]").await?;
        first_hit(browser, "/screening/lung").await?;
        never_sent(browser, &["肺癌"]).await
    })
    .await;
}

#[tokio::test]
async fn it_speaks_the_language_of_the_page() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        for (path, typed, title, kind) in [
            ("/hant/search", "腸鏡", "腸癌篩查：您需要做嗎？", "篩查說明"),
            ("/en/search", "bowel cancer", "Bowel screening: do you need it?", "Screening"),
        ] {
            browser.go_ready(&backend.at(path)).await?;
            browser.fill("#q", typed).await?;
            browser.see(title).await?;
            browser.see(kind).await?;
        }
        browser.click("[aria-labelledby=found-title] a").await?;
        browser.until("the English page opens", "return location.pathname.startsWith('/en/')").await
    })
    .await;
}

#[tokio::test]
async fn large_type_keeps_its_five_doors_and_has_the_search_below_them() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/")).await?;
        browser.click("form#size button").await?;
        let doors = browser.run("return document.querySelectorAll('nav.zs-doors li').length").await?;
        ensure!(doors == json!(5), "{doors}");
        browser.click("main .zs-below-doors a").await?;
        browser.find("#q").await?;
        Ok(())
    })
    .await;
}
