//! The one thing to do stands in the first screen, on every page and in every state of a link and of nursing at home:
//! at 360×640 in normal type and at 360×740 in the largest.

use crate::stage::{ENDING, PHONE, nurse_makes_a_followup, with_browser};
use anyhow::{Result, ensure};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};
use zaoshai_tests::first_screen::{SCREENS, Screen, bar_in_first_screen, in_first_screen};

/// Where the time of an appointment stands.
const FACTS: &str = ".zs-summary-list__row dd";
/// A time that can be chosen.
const TIME: &str = "button[name=slot]";

/// Every state of a follow-up's link, from the identity check to the deletion.
async fn walks_a_link(browser: &Browser, link: &str) -> Result<()> {
    let view = |word: &str| format!("{link}?view={word}");
    browser.go(link).await?;
    bar_in_first_screen(browser, "identify").await?;
    browser.fill("#ending", "0000").await?;
    browser.submit().await?;
    browser.see("后四位对不上").await?;
    bar_in_first_screen(browser, "identify-wrong").await?;
    ensure!(browser.run("return document.getElementById('ending').value").await? == "0000", "the digits stay");
    browser.fill("#ending", ENDING).await?;
    browser.submit().await?;
    browser.see("请选一个时间").await?;
    in_first_screen(browser, "choose", TIME).await?;
    browser.go(&view("days")).await?;
    in_first_screen(browser, "days", TIME).await?;

    browser.click(TIME).await?;
    browser.see("请确认这个时间").await?;
    bar_in_first_screen(browser, "held").await?;
    browser.submit().await?;
    browser.see("约好了").await?;
    in_first_screen(browser, "booked", FACTS).await?;

    browser.go(&view("move")).await?;
    in_first_screen(browser, "move", TIME).await?;
    browser.click(TIME).await?;
    browser.see("就退掉了").await?;
    bar_in_first_screen(browser, "held-instead").await?;
    browser.click("a[href$='view=cancel']").await?;
    browser.see("不会取消").await?;
    bar_in_first_screen(browser, "cancel-with-held").await?;
    browser.go(link).await?;
    browser.click("form[action$='/release'] button").await?;
    browser.see("已放开").await?;
    in_first_screen(browser, "released", FACTS).await?;
    browser.go(&view("cancel")).await?;
    bar_in_first_screen(browser, "cancel").await?;
    browser.submit().await?;
    browser.see("的预约已取消").await?;
    in_first_screen(browser, "cancelled", TIME).await?;

    for (word, told) in [("questions", "请写 1 到 300 个字"), ("family", "请填家人是谁"), ("erase", "请先打勾")]
    {
        browser.go(&view(word)).await?;
        bar_in_first_screen(browser, word).await?;
        browser.submit().await?;
        browser.see(told).await?;
        bar_in_first_screen(browser, &format!("{word}-wrong")).await?;
        let focused = browser.run("return document.activeElement.id").await?;
        ensure!(focused == "problem", "{word}: the summary takes the focus, not {focused}");
    }
    browser.go(&view("data")).await?;
    in_first_screen(browser, "data", "h1").await?;
    browser.click("form[action$='/leave'] button").await?;
    browser.see("已退出").await?;
    bar_in_first_screen(browser, "left").await?;
    browser.fill("#ending", ENDING).await?;
    browser.submit().await?;
    browser.see("请选一个时间").await?;
    browser.go(&view("erase")).await?;
    browser.click("label[for=sure]").await?;
    browser.submit().await?;
    browser.see("删除").await?;
    in_first_screen(browser, "erased", "h1").await
}

/// Every state of nursing at home, from the form to the deletion.
async fn walks_home_care(browser: &Browser, backend: &Backend) -> Result<()> {
    browser.go(&backend.at("/home-care")).await?;
    bar_in_first_screen(browser, "care").await?;
    browser.submit().await?;
    browser.see("请填怎么称呼").await?;
    bar_in_first_screen(browser, "care-wrong").await?;
    for (field, text) in
        [("#name", "王奶奶"), ("#phone", PHONE), ("#area", "迎江区"), ("#address", "人民路 8 号"), ("#need", "要换药")]
    {
        browser.fill(field, text).await?;
    }
    browser.click("label[for=for-self]").await?;
    browser.click("#service option[value=dressing]").await?;
    for place in 0..4 {
        browser.click(&format!("label[for=agreed-{place}]")).await?;
    }
    browser.submit().await?;
    browser.see("等护士打电话").await?;
    in_first_screen(browser, "care-sent", "h1").await?;
    browser.click("form[action$='/leave'] button").await?;
    browser.see("已退出").await?;
    bar_in_first_screen(browser, "care-left").await?;
    browser.fill("#ending", "0000").await?;
    browser.submit().await?;
    browser.see("后四位对不上").await?;
    bar_in_first_screen(browser, "care-identify-wrong").await?;
    browser.fill("#ending", ENDING).await?;
    browser.submit().await?;
    browser.see("等护士打电话").await?;
    browser.click("label[for=sure]").await?;
    browser.click("form[action$='/erase'] button").await?;
    browser.see("您的资料已经删除").await?;
    in_first_screen(browser, "care-erased", "h1").await
}

async fn everything_in_reach(screen: Screen, scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        let link = nurse_makes_a_followup(browser, &backend).await?;
        // The phone is not the nurse's.
        browser.driver.delete_all_cookies().await?;
        screen.take(browser).await?;
        walks_a_link(browser, &link).await?;
        walks_home_care(browser, &backend).await
    })
    .await;
}

#[tokio::test]
async fn the_step_of_every_page_is_in_the_first_screen_in_normal_type() {
    everything_in_reach(SCREENS[0], Scripts::All).await;
}

#[tokio::test]
async fn the_step_of_every_page_is_in_the_first_screen_in_the_largest_type() {
    everything_in_reach(SCREENS[1], Scripts::All).await;
}

#[tokio::test]
async fn the_step_of_every_page_is_in_the_first_screen_without_webassembly() {
    everything_in_reach(SCREENS[1], Scripts::NoWasm).await;
}

#[tokio::test]
async fn a_phone_on_its_side_keeps_the_step_in_sight_and_most_of_the_page() {
    let backend = Backend::start();
    with_browser(Scripts::NoWasm, async |browser| {
        browser.size(740, 360).await?;
        browser.go(&backend.link).await?;
        bar_in_first_screen(browser, "landscape").await?;
        let script = "return document.querySelector('.zs-action-bar').getBoundingClientRect().height / innerHeight";
        let share = browser.run(script).await?.as_f64().unwrap_or(1.0);
        ensure!(share < 0.25, "the bar takes {share} of the height");
        // What the keyboard leaves of a phone is for the field.
        browser.size(360, 340).await?;
        browser.fill("#ending", "80").await?;
        in_view(browser).await
    })
    .await;
}

/// The field that is typed into is not covered.
async fn in_view(browser: &Browser) -> Result<()> {
    let script = "const field = document.getElementById('ending');
        field.scrollIntoView({ block: 'nearest' });
        const box = field.getBoundingClientRect();
        return document.elementFromPoint(box.left + 8, box.bottom - 8) === field";
    ensure!(browser.run(script).await? == true, "the field is covered");
    Ok(())
}
