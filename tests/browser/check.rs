//! Self-checks and the plan: by keyboard, in the largest type, without the network, without WebAssembly; and nothing that
//! a person answers ever leaves the phone.

use crate::accessibility::clean;
use crate::stage::with_browser;
use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Network, Scripts};

/// What the browser has asked for since a page was opened: method, address and body of everything but the page's files.
const REQUESTS: &str = "return performance.getEntriesByType('resource').map((entry) => entry.name)
    .filter((name) => !/\\.(js|css|wasm|svg|png|webmanifest)$/.test(name))";

async fn next(browser: &Browser) -> Result<()> {
    browser.click("button[form=answer]").await
}

async fn choose(browser: &Browser, name: &str, value: &str) -> Result<()> {
    browser.find(&format!("input[name={name}]")).await?;
    browser.run(&format!("document.querySelector('input[name={name}][value=\"{value}\"]').click()")).await?;
    next(browser).await
}

async fn type_in(browser: &Browser, name: &str, value: &str) -> Result<()> {
    browser.fill(&format!("input[name={name}]"), value).await?;
    next(browser).await
}

/// Answers the whole lung check: 62 years, 30 pack-years, stopped 8 years ago, does not know about others' smoke.
async fn answer_lung(browser: &Browser) -> Result<()> {
    choose(browser, "signs", "-").await?;
    type_in(browser, "age", "62").await?;
    choose(browser, "had", "no").await?;
    choose(browser, "smoking", "former").await?;
    type_in(browser, "perday", "20").await?;
    type_in(browser, "years", "30").await?;
    type_in(browser, "quit", "8").await?;
    choose(browser, "passive", "?").await?;
    choose(browser, "more", "-").await
}

#[tokio::test]
async fn a_whole_check_by_keyboard_sends_nothing() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        // A first page is followed by the file of its style sheet.
        browser.go(&backend.at("/privacy")).await?;
        browser.go_ready(&backend.at("/check/lung")).await?;
        browser.until("it is said that answers stay here", &format!("return {PROMISED}")).await?;
        // Whatever is sent, by fetch, form or beacon, is an event of the network.
        browser
            .run(
                "window.__sent = [];
                 for (const [where, name] of [[window, 'fetch'], [navigator, 'sendBeacon'], [XMLHttpRequest.prototype, 'open'], [HTMLFormElement.prototype, 'submit']]) {
                   const before = where[name]; where[name] = function (...all) { window.__sent.push(name + ' ' + all.join(' ')); return before.apply(this, all); };
                 }",
            )
            .await?;
        let opened = browser.run(REQUESTS).await?;
        browser.key_at("button[value=start]", Key::Enter).await?;
        browser.see("现在有没有这些不舒服").await?;
        browser.key_at("input[name=signs][value='-']", Key::Space).await?;
        browser.key_at("button[form=answer]", Key::Enter).await?;
        browser.see("您多大年纪").await?;
        // A wrong answer is told with an example; the focus is on what is to be read.
        browser.key_at("input[name=age]", "六十".to_owned() + Key::Enter).await?;
        browser.see("请只填数字，例如 62").await?;
        ensure!(browser.run("return document.activeElement.id").await? == json!("problem"), "the errors have the focus");
        browser.key_at("input[name=age]", Key::Backspace + Key::Backspace).await?;
        browser.key_at("input[name=age]", "62".to_owned() + Key::Enter).await?;
        browser.key_at("input[name=had][value=no]", Key::Space).await?;
        browser.key_at("button[form=answer]", Key::Enter).await?;
        browser.see("您吸烟吗").await?;
        browser.key_at("input[name=smoking]", Key::Down + Key::Down).await?;
        browser.key_at("button[form=answer]", Key::Enter).await?;
        for (name, number) in [("perday", "20"), ("years", "30")] {
            browser.key_at(&format!("input[name={name}]"), number.to_owned() + Key::Enter).await?;
        }
        browser.see("二手烟").await.or(browser.see("同室工作").await)?;
        browser.key_at("input[name=passive]", Key::Space).await?;
        browser.key_at("button[form=answer]", Key::Enter).await?;
        browser.key_at("input[name=more][value='-']", Key::Space).await?;
        browser.key_at("button[form=answer]", Key::Enter).await?;
        browser.see("请核对您的答案").await?;
        browser.key_at("button[value='result']", Key::Enter).await?;
        browser.see("要不要做低剂量 CT").await?;
        browser.see("30 包年").await?;
        browser.until("the code has its picture", "return !!document.querySelector('#code svg path')").await?;
        let sent = browser.run("return window.__sent").await?;
        ensure!(sent == json!([]), "nothing was sent: {sent}");
        ensure!(browser.run(REQUESTS).await? == opened, "nothing was fetched: {}", browser.run(REQUESTS).await?);
        let url = browser.driver.current_url().await?;
        ensure!(url.query().is_none() && url.fragment().is_none(), "no answer stands in the address: {url}");
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_half_done_check_survives_reload_back_button_and_a_lost_network() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/check/lung")).await?;
        // From here on there is no network: everything that is needed has come with the first page.
        browser.network(Network::Lost).await?;
        browser.click("button[value=start]").await?;
        choose(browser, "signs", "-").await?;
        type_in(browser, "age", "62").await?;
        choose(browser, "had", "no").await?;
        browser.see("您吸烟吗").await?;
        browser.driver.back().await?;
        browser.see("您得过肺癌吗").await?;
        ensure!(browser.run("return document.querySelector('input[name=had][value=no]').checked").await? == true);
        // The button on the page is the phone's own way back.
        browser.click("button.zs-back").await?;
        browser.see("您多大年纪").await?;
        ensure!(browser.run("return document.querySelector('#age').value").await? == json!("62"));
        browser.driver.forward().await?;
        browser.driver.forward().await?;
        browser.see("您吸烟吗").await?;
        browser.network(Network::Free).await?;
        browser.driver.refresh().await?;
        browser.ready().await?;
        browser.see("您吸烟吗").await?;
        choose(browser, "smoking", "never").await?;
        choose(browser, "passive", "?").await?;
        choose(browser, "more", "-").await?;
        browser.click("button[value=result]").await?;
        browser.see("还不能确定").await?;
        browser.see("不当作“没有”").await?;
        // An answer can be changed from the result, and the result follows it.
        browser.click("#unknown ~ ul button, #unknown ~ p ~ ul button").await?;
        choose(browser, "passive", "yes").await?;
        browser.see("请核对您的答案").await?;
        browser.click("button[value=result]").await?;
        browser.see("要不要做低剂量 CT").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn signs_end_the_check_at_once_with_whom_to_call() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/check/lung")).await?;
        browser.click("button[value=start]").await?;
        choose(browser, "signs", "haemoptysis").await?;
        browser.see("请马上打 120").await?;
        browser.find(".zs-action-bar a[href='tel:120']").await?;
        browser.click("button.zs-back").await?;
        browser.see("现在有没有这些不舒服").await?;
        // What cannot wait is told instead of a plan.
        browser.go_ready(&backend.at("/plan")).await?;
        browser.click("button[value=start]").await?;
        choose(browser, "signs", "emergency").await?;
        browser.see("请马上打 120").await?;
        browser.find(".zs-action-bar a[href='tel:120']").await?;
        ensure!(!browser.text().await?.contains("今年该做"), "no plan stands beside an emergency");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_result_is_kept_only_when_asked_and_a_newer_rule_says_so() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/check/lung")).await?;
        browser.click("button[value=start]").await?;
        answer_lung(browser).await?;
        browser.click("button[value=result]").await?;
        browser.see("要不要做低剂量 CT").await?;
        ensure!(browser.run("return localStorage.length").await? == json!(0), "nothing is kept unasked");
        browser.click("button[data-do=keep]").await?;
        browser.see("已经存在这部手机里").await?;
        let kept = browser.run("return localStorage.getItem('zs-result:lung')").await?;
        let kept = kept.as_str().unwrap_or_default();
        ensure!(kept.contains("version=2024.2"), "the result: {kept}");
        let mut words = kept.split(|letter: char| !letter.is_ascii_alphanumeric());
        ensure!(words.all(|word| word != "62"), "and no answer: {kept}");
        // As if it had been made under an older rule.
        browser.run("localStorage.setItem('zs-result:lung', localStorage.getItem('zs-result:lung').replace('2024.2', '2019.1')); sessionStorage.clear(); history.replaceState(null, '')").await?;
        browser.go_ready(&backend.at("/check/lung")).await?;
        browser.see("按旧版规则算的").await?;
        browser.click("button[data-do=forget]").await?;
        browser.until("everything is erased", "return localStorage.length === 0 && !sessionStorage.getItem('zs-check:lung')").await?;
        Ok(())
    })
    .await;
}

/// Whether the page shows that answers stay on the phone.
const PROMISED: &str = "[...document.querySelectorAll('.zs-promise, .zs-opened__step .zs-aside')].some((one) =>
    one.getClientRects().length && getComputedStyle(one).visibility === 'visible')";

async fn whole_check_without_the_program(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        // What only the app keeps is promised nowhere: here the answers are sent.
        for path in ["/screening/lung", "/checks", "/check/lung"] {
            browser.go(&backend.at(path)).await?;
            browser.until("nothing is promised that is not kept", &format!("return !({PROMISED})")).await?;
        }
        // The main button leads to the choice; nothing is sent before it.
        browser.click("a.zs-button[href='#without']").await?;
        let bar = "return getComputedStyle(document.querySelector('.zs-action-bar')).display";
        ensure!(browser.run(bar).await? == "none", "no button asks to begin where a tap on it does nothing");
        browser.see("不保存").await?;
        browser.click("#without button").await?;
        browser.see("现在有没有这些不舒服").await?;
        for (name, value) in [
            ("signs", "-"),
            ("age", "300"),
            ("age", "62"),
            ("had", "no"),
            ("smoking", "former"),
            ("perday", "20"),
            ("years", "30"),
        ] {
            match value.parse::<u32>() {
                Ok(_) => browser.fill(&format!("input[name={name}]"), value).await?,
                Err(_) => browser.click(&format!("input[name={name}][value='{value}']")).await?,
            }
            next(browser).await?;
            if value == "300" {
                browser.see("18–110").await?;
            }
        }
        browser.see("戒烟多少年").await?;
        browser.click("button.zs-back").await?;
        browser.see("一共吸了多少年").await?;
        next(browser).await?;
        browser.click("button[value=unknown]").await?;
        browser.click("input[name=passive][value=no]").await?;
        next(browser).await?;
        browser.click("input[name=more][value='copd']").await?;
        next(browser).await?;
        browser.see("请核对您的答案").await?;
        browser.click("button[value=result]").await?;
        browser.see("要不要做低剂量 CT").await?;
        ensure!(browser.driver.current_url().await?.query().is_none(), "no answer stands in the address");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_webassembly_the_same_check_is_done_by_forms() {
    whole_check_without_the_program(Scripts::NoWasm).await;
}

#[tokio::test]
async fn without_any_script_the_same_check_is_done_by_forms() {
    whole_check_without_the_program(Scripts::None).await;
}

#[tokio::test]
async fn a_check_in_the_largest_type_stays_usable_and_accessible() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 640).await?;
        for (size, contrast) in [("normal", "usual"), ("elder", "usual"), ("largest", "usual"), ("largest", "more")] {
            browser.go(&backend.at("/settings")).await?;
            browser.tap(&format!("label[for=size-{size}]")).await?;
            browser.tap(&format!("label[for=contrast-{contrast}]")).await?;
            browser.click("button[form=reading]").await?;
            browser.see("改好了").await?;
            browser.run("sessionStorage.removeItem('zs-check:lung')").await?;
            browser.go_ready(&backend.at("/check/lung")).await?;
            clean(browser, "the beginning").await?;
            browser.click("button[value=start]").await?;
            next(browser).await?;
            browser.see("有 1 处要改").await?;
            clean(browser, "a question with an error").await?;
            let fits = browser.run("return document.documentElement.scrollWidth <= innerWidth").await?;
            ensure!(fits == true, "{size}: nothing leads sideways");
            answer_lung(browser).await?;
            browser.see("请核对您的答案").await?;
            clean(browser, "the list of answers").await?;
            browser.click("button[value=result]").await?;
            browser.see("要不要做低剂量 CT").await?;
            clean(browser, "the result").await?;
            let fits = browser.run("return document.documentElement.scrollWidth <= innerWidth").await?;
            ensure!(fits == true, "{size}: the result leads nowhere sideways");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_page_does_not_jump_when_the_program_takes_over() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.network(Network::Phone).await?;
        browser.go_ready(&backend.at("/check/lung")).await?;
        let shift = browser.run("return window.__shift").await?;
        ensure!(shift == json!(0), "shift {shift}");
        Ok(())
    })
    .await;
}

/// Answers the question on display: the given value, else "none of these", else the last choice that is known.
const ANSWER: &str = "const given = { age: '58', sex: 'female', smoking: 'former' };
    const fields = [...document.querySelectorAll('#answer input:not([type=hidden])')];
    if (fields[0].type === 'text') { fields[0].value = given[fields[0].name] || '20'; return fields[0].name; }
    const known = fields.filter((field) => field.value !== '?');
    const one = known.find((field) => field.value === given[field.name]) || known.find((field) => field.value === '-') || known[known.length - 1];
    one.click(); return one.name";

#[tokio::test]
async fn a_plan_from_empty_to_picture_stays_on_the_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(360, 640).await?;
        browser.go_ready(&backend.at("/")).await?;
        browser.click("main a.zs-button[href='/plan']").await?;
        browser.ready().await?;
        browser.run("window.__sent = []; const send = window.fetch; window.fetch = (...all) => { window.__sent.push(String(all[0])); return send(...all); }").await?;
        let opened = browser.run(REQUESTS).await?;
        browser.click("button[value=start]").await?;
        let mut asked = Vec::new();
        while browser.run("return !!document.querySelector('#answer')").await? == true {
            ensure!(asked.len() < 40, "the plan ends: {asked:?}");
            asked.push(browser.run(ANSWER).await?);
            next(browser).await?;
            let before = asked.last().cloned().unwrap_or_default();
            let moved = format!("const field = document.querySelector('#answer input:not([type=hidden])'); return !field || field.name !== {before}");
            browser.until("the next question is there", &moved).await?;
        }
        ensure!(asked.len() >= 10, "{asked:?}");
        browser.see("请核对您的答案").await?;
        browser.click("button[value=result]").await?;
        browser.see("今年该做").await?;
        browser.see("现在不用做").await?;
        clean(browser, "the plan").await?;
        browser.click("button[data-do=picture]").await?;
        browser.until("the plan is a picture", "const picture = document.querySelector('#picture img'); return !!picture && picture.naturalWidth === 750 && picture.naturalHeight > 500 && picture.src.startsWith('data:image/png')").await?;
        let sent = browser.run("return window.__sent").await?;
        ensure!(sent == json!([]), "nothing was sent: {sent}");
        ensure!(browser.run(REQUESTS).await? == opened, "nothing was fetched");
        ensure!(browser.driver.current_url().await?.query().is_none());
        // It is still there the next time, and gone with one tap. What is shared is the address alone.
        let share = browser.run("return document.querySelector('.zs-foot a[href*=share]').getAttribute('href')").await?;
        ensure!(share == json!("/share?of=/plan"), "{share}");
        browser.run("history.replaceState(null, '')").await?;
        browser.go_ready(&backend.at("/plan")).await?;
        browser.click("button[value=result]").await?;
        browser.see("今年该做").await?;
        browser.click("button[data-do=forget]").await?;
        browser.until("nothing is kept", "return localStorage.length === 0").await?;
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_tap_on_the_first_step_before_the_program_is_there_says_so_and_begins_as_soon_as_it_is() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.network(Network::Slow).await?;
        browser.run(&format!("location.href = {:?}", backend.at("/check/lung"))).await?;
        browser
            .until(
                "the page and its loader are there",
                "return !!document.querySelector('a[data-start]') && !!window.zaoshai",
            )
            .await?;
        // A finger finds it in the bar; the driver would scroll to where the bar would stand.
        browser.run("document.querySelector('a[data-start]').click()").await?;
        browser.see("正在打开").await?;
        let stays = browser.run("return [location.hash, scrollY < 400]").await?;
        ensure!(stays == json!(["", true]), "nothing is thrown about: {stays}");
        browser.network(Network::Free).await?;
        browser.see("现在有没有这些不舒服").await
    })
    .await;
}
