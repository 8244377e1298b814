//! A nurse's day: she signs in, makes a follow-up by keyboard alone, records who came, calls, answers, and settles what
//! comes next. Her pages are HTML, so there is nothing of WebAssembly in it.

use crate::stage::{nurse_makes_a_followup, patient_identifies, with_browser};
use anyhow::ensure;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::Scripts;

#[tokio::test]
async fn a_nurses_day_from_login_to_the_next_step() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let link = nurse_makes_a_followup(browser, &backend).await?;
        patient_identifies(browser, &link).await?;
        browser.click("main a[href$='view=questions']").await?;
        browser.fill("#question", "要空腹吗？").await?;
        browser.submit().await?;
        browser.see("已发给护士").await?;

        browser.go(&backend.at("/staff")).await?;
        browser.see("要空腹吗？").await?;
        browser.fill("#q", "王女").await?;
        browser.click("form[role=search] button").await?;
        browser.see("找到 1 个").await?;
        browser.click(".zs-row__name a").await?;
        browser.fill("form[action$='/answer'] textarea", "不用空腹。").await?;
        browser.click("form[action$='/answer'] button").await?;
        browser.see("不用空腹。").await?;

        browser.run("document.querySelectorAll('details').forEach((part) => { part.open = true })").await?;
        browser.fill("#call-note", "下午三点后方便").await?;
        browser.click("form[action$='/call'] button").await?;
        browser.see("打了电话：答应来").await?;
        browser.see("下午三点后方便").await?;

        browser.run("document.querySelectorAll('details').forEach((part) => { part.open = true })").await?;
        browser.click("label[for=next-ldct-review]").await?;
        browser.click("form[action$='/outcome'] button").await?;
        browser.see("定了下一步").await?;
        browser.go(&link).await?;
        browser.click("main a[href$='view=questions']").await?;
        browser.see("不用空腹。").await
    })
    .await;
}

#[tokio::test]
async fn a_new_follow_up_needs_the_keyboard_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go(&backend.at("/staff")).await?;
        browser.fill("input[name=name]", "nurse").await?;
        browser.fill("input[name=password]", &backend.password).await?;
        browser.click("form[action='/staff/login'] button").await?;
        browser.see("今天").await?;
        let typed = ["王女士", "13900139000", "小结节，3 个月复查"];
        browser.driver.action_chain().send_keys("n").perform().await?;
        browser.see("新建随访").await?;
        let mut tabs = browser.key_at("#name", typed[0]).await?;
        tabs += browser.key_at("#phone", typed[1]).await?;
        tabs += browser.key_at("#reason", typed[2]).await?;
        tabs += browser.key_at("input[name=services]", Key::Space).await?;
        tabs += browser.key_at(".zs-action-bar button", Key::Enter).await?;
        browser.see("建好了").await?;
        let characters: usize = typed.iter().map(|text| text.chars().count()).sum();
        // N, Space and Enter.
        let keys = characters + tabs + 3;
        eprintln!("a new follow-up by keyboard: {keys} keys, {characters} of them what is typed");
        ensure!(keys <= 60, "{keys} keys are too many for half a minute");
        Ok(())
    })
    .await;
}
