//! A nurse makes a follow-up; the patient books, moves and cancels: with the app, without WebAssembly, without scripts.

use crate::stage::{ENDING, nurse_makes_a_followup, patient_identifies, with_browser};
use anyhow::ensure;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// The appointment as a picture and as a copied text.
async fn saves_the_picture(browser: &Browser) -> anyhow::Result<()> {
    browser.click("[data-picture]").await?;
    browser.until("the picture", "return (document.querySelector('.zs-picture') || {}).naturalHeight > 200").await?;
    let told = browser.run("return document.querySelector('.zs-picture').alt").await?;
    let told = told.as_str().unwrap_or_default().to_owned();
    ensure!(
        told.contains("医院预约") && !told.contains("CT"),
        "a picture that lies in an album tells no illness: {told}"
    );
    browser.click("[data-clip=reminder]").await?;
    browser
        .until(
            "the text is copied or selected",
            "return /复制/.test(document.querySelector('[data-clip=reminder]').textContent)
            && document.querySelector('[data-clip=reminder]').textContent !== '复制文字'",
        )
        .await
}

async fn books_moves_and_cancels(browser: &Browser, link: &str, scripts: Scripts) -> anyhow::Result<()> {
    patient_identifies(browser, link).await?;
    browser.see("请选一个时间").await?;
    let first = browser.find("button[name=slot]").await?.text().await?;
    browser.click("button[name=slot]").await?;
    browser.see("请确认这个时间").await?;
    browser.submit().await?;
    browser.see("约好了").await?;
    let time = first.split_whitespace().find(|word| word.contains(':')).unwrap_or_default().to_owned();
    ensure!(browser.text().await?.contains(&time), "the page tells the time that was picked: {first}");

    browser.click("main a[href$='view=move']").await?;
    browser.see("换一个时间").await?;
    browser.click("button[name=slot]").await?;
    browser.see("就退掉了").await?;
    browser.submit().await?;
    browser.see("改好了").await?;
    if scripts != Scripts::None {
        saves_the_picture(browser).await?;
    }

    browser.click("main a[href$='view=cancel']").await?;
    browser.see("为什么取消").await?;
    browser.click("label[for=reason-time]").await?;
    browser.submit().await?;
    browser.see("可以另选一个时间").await?;
    browser.find("button[name=slot]").await?;
    Ok(())
}

/// The other things a link is for: all times, a question, a relative, waiting, and leaving for good.
async fn does_all_the_rest(browser: &Browser, link: &str, scripts: Scripts) -> anyhow::Result<()> {
    browser.click("main a[href$='view=days']").await?;
    browser.see("全部时间").await?;
    browser.click("fieldset:nth-of-type(2) button[name=slot]").await?;
    browser.see("请确认这个时间").await?;
    browser.click("form[action$='/release'] button").await?;
    browser.see("请选一个时间").await?;

    browser.click("#wait summary").await?;
    browser.click("form[action$='/wait'] button").await?;
    browser.see("您在候补名单上").await?;
    browser.click("#unwait summary").await?;
    browser.click("form[action$='/unwait'] button").await?;
    browser.see("已不再候补").await?;

    browser.click("main a[href$='view=questions']").await?;
    browser.fill("#question", "要空腹吗？").await?;
    if scripts != Scripts::None {
        // The check lasts half an hour; what was written meanwhile is still there after the next one.
        browser.driver.delete_all_cookies().await?;
        browser.submit().await?;
        browser.fill("#ending", ENDING).await?;
        browser.submit().await?;
        browser.see("问护士一个问题").await?;
        browser
            .until("the question is still there", "return document.getElementById('question').value === '要空腹吗？'")
            .await?;
    }
    browser.submit().await?;
    browser.see("已发给护士").await?;
    browser.until("nothing is left to send", "return document.getElementById('question').value === ''").await?;
    browser.see("还没有回答").await?;

    browser.go(link).await?;
    browser.click("main a[href$='view=family']").await?;
    browser.fill("#name", "女儿 王芳").await?;
    browser.click("label[for=consent]").await?;
    browser.submit().await?;
    browser.see("现在是谁在用这部手机").await?;
    browser.click("section[aria-labelledby=who] form:last-of-type button").await?;
    browser.see("（由 女儿 王芳 代办）").await?;

    browser.go(link).await?;
    browser.click("main a[href$='view=data']").await?;
    browser.see("我的资料").await?;
    browser.click("main a[href$='view=erase']").await?;
    browser.see("要停止随访").await?;
    browser.click("label[for=sure]").await?;
    browser.submit().await?;
    browser.see("您的资料已经删除").await
}

async fn whole_journey(scripts: Scripts) {
    let backend = Backend::start();
    let mut link = String::new();
    with_browser(scripts, async |browser| {
        link = nurse_makes_a_followup(browser, &backend).await?;
        books_moves_and_cancels(browser, &link, scripts).await?;
        // On reopening, the link shows the present state; and the nurse sees it, too.
        browser.go(&link).await?;
        browser.see("王女士").await?;
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        browser.see("王女士").await?;
        browser.see("取消了").await?;
        browser.go(&link).await?;
        does_all_the_rest(browser, &link, scripts).await?;
        if scripts == Scripts::All {
            ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_nurse_makes_a_follow_up_and_the_patient_books_moves_and_cancels() {
    whole_journey(Scripts::All).await;
}

#[tokio::test]
async fn the_same_journey_with_webassembly_blocked() {
    whole_journey(Scripts::NoWasm).await;
}

#[tokio::test]
async fn the_same_journey_without_any_script() {
    whole_journey(Scripts::None).await;
}

#[tokio::test]
async fn with_the_app_booking_does_not_load_the_page_anew() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.run("window.__same = true").await?;
        browser.fill("input[name=ending]", "0000").await?;
        browser.submit().await?;
        browser.see("后四位对不上").await?;
        browser.fill("input[name=ending]", "8000").await?;
        browser.submit().await?;
        browser.see("李女士").await?;
        browser.click("button[name=slot]").await?;
        browser.see("请确认这个时间").await?;
        browser.submit().await?;
        browser.see("约好了").await?;
        ensure!(browser.run("return window.__same === true").await? == true);
        ensure!(browser.errors().await?.iter().all(|error| error.contains("403")), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_patient_books_with_the_keyboard_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.key_at("input[name=ending]", "8000").await?;
        browser.key_at(".zs-action-bar button[type=submit]", Key::Enter).await?;
        browser.see("李女士").await?;
        browser.key_at("button[name=slot]", Key::Enter).await?;
        browser.see("请确认这个时间").await?;
        browser.key_at(".zs-action-bar button[type=submit]", Key::Enter).await?;
        browser.see("约好了").await?;
        browser.key_at("a[href$='view=cancel']", Key::Enter).await?;
        browser.see("要取消").await
    })
    .await;
}

#[tokio::test]
async fn where_the_browser_does_not_tell_which_button_was_pressed_it_sends_the_form_itself() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        browser.fill("input[name=ending]", "8000").await?;
        browser.submit().await?;
        browser.see("李女士").await?;
        let hidden = "Object.defineProperty(SubmitEvent.prototype, 'submitter', { get: () => undefined })";
        browser.run(hidden).await?;
        browser.click("button[name=slot]").await?;
        browser.see("请确认这个时间").await
    })
    .await;
}
