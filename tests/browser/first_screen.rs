//! The one thing to do stands in the first screen, on every page and in every state of a link, of nursing at home and of
//! the console: at 360×640 in normal type and at 360×740 in the largest.

use crate::stage::{ENDING, PHONE, in_days, nurse_makes_a_followup, with_browser};
use anyhow::{Result, ensure};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};
use zaoshai_tests::first_screen::{SCREENS, Screen, bar_in_first_screen, choice_in_first_screen, in_first_screen};

/// Where the time of an appointment stands.
const FACTS: &str = ".zs-summary-list__row dd";
/// What sends the form for nursing at home.
const SEND: &str = "#care button[type=submit]";
/// A time that can be chosen.
const TIME: &str = "button[name=slot]";

/// The step of a page of the console: of two buttons in its bar the one that is not quiet.
const STEP: &str = ".zs-action-bar .zs-button:not(.zs-button--quiet)";

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
    in_first_screen(browser, "held-time", "main .zs-h2").await?;
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
    choice_in_first_screen(browser, "cancel-with-held").await?;
    browser.go(link).await?;
    browser.click("form[action$='/release'] button").await?;
    browser.see("已放开").await?;
    in_first_screen(browser, "released", FACTS).await?;
    browser.go(&view("cancel")).await?;
    choice_in_first_screen(browser, "cancel").await?;
    browser.submit().await?;
    browser.see("的预约已取消").await?;
    in_first_screen(browser, "cancelled", TIME).await?;

    for (word, told) in [("questions", "请写 1 到 300 个字"), ("family", "请填家人是谁"), ("erase", "请先打勾")]
    {
        let step = async |what: &str| match word {
            "erase" => choice_in_first_screen(browser, what).await,
            _ => bar_in_first_screen(browser, what).await,
        };
        browser.go(&view(word)).await?;
        step(word).await?;
        browser.submit().await?;
        browser.see(told).await?;
        step(&format!("{word}-wrong")).await?;
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
    in_first_screen(browser, "care", "main .zs-button").await?;
    in_first_screen(browser, "care-emergency", "main a[href='tel:120']").await?;
    browser.click(SEND).await?;
    browser.see("处要改").await?;
    in_first_screen(browser, "care-wrong", "#problem a").await?;
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
    browser.click(SEND).await?;
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

/// The pages of the console, each with its step.
async fn walks_the_console(browser: &Browser, backend: &Backend) -> Result<()> {
    let step = async |what: &str| in_first_screen(browser, what, STEP).await;
    browser.go(&backend.at("/staff/login")).await?;
    in_first_screen(browser, "staff-login", "main button[type=submit]").await?;
    browser.fill("#name", "nurse").await?;
    browser.fill("#password", "wrong").await?;
    browser.click("main button[type=submit]").await?;
    browser.see("不对").await?;
    in_first_screen(browser, "staff-login-wrong", "main button[type=submit]").await?;
    browser.fill("#password", &backend.password).await?;
    browser.click("main button[type=submit]").await?;
    browser.see("今天").await?;
    in_first_screen(browser, "staff-today", ".zs-tab-bar a[href='/staff/followups/new']").await?;

    browser.go(&backend.at("/staff/followups/new")).await?;
    step("staff-new").await?;
    browser.submit().await?;
    browser.see("请填称呼").await?;
    step("staff-new-wrong").await?;
    browser.fill("#name", "王女士").await?;
    browser.fill("#phone", PHONE).await?;
    browser.fill("#reason", "小结节，3 个月复查").await?;
    browser.click("label[for=services-ldct-review]").await?;
    browser.click("#urgency option[value=soon]").await?;
    browser.submit().await?;
    browser.see("建好了").await?;
    step("staff-made").await?;
    let followup = browser.path().await?;
    browser.go(&backend.at(&followup)).await?;
    step("staff-detail").await?;
    let unfold = "document.querySelectorAll('main details').forEach((part) => { part.open = true })";
    browser.run(unfold).await?;
    browser.click("form[action$='/note'] button").await?;
    browser.see("请写 1 到 500 个字").await?;
    step("staff-detail-wrong").await?;
    browser.run(unfold).await?;
    browser.click("#call-outcome option[value=declined]").await?;
    browser.click("form[action$='/call'] button:not([name])").await?;
    browser.see("结束随访吗").await?;
    step("staff-question").await?;
    for (tail, what) in [("edit", "staff-edit"), ("rights", "staff-rights")] {
        browser.go(&backend.at(&format!("{followup}/{tail}"))).await?;
        step(what).await?;
    }

    browser.go(&backend.at("/staff/closures")).await?;
    step("staff-closing").await?;
    browser.submit().await?;
    browser.see("请选停哪项服务").await?;
    step("staff-closing-wrong").await?;
    browser.click("#service option[value='*']").await?;
    let day = in_days(37);
    browser.date("#first", &day).await?;
    browser.date("#last", &day).await?;
    browser.fill("#reason", "设备检修").await?;
    browser.submit().await?;
    browser.see("影响 0 个人").await?;
    step("staff-closing-question").await?;
    for (path, what) in [
        ("/staff/schedules/templates", "staff-weekly"),
        ("/staff/schedules/closings", "staff-closed-days"),
        ("/staff/schedules/extras", "staff-extra"),
        ("/staff/schedules/visits", "staff-visit"),
        ("/staff/batches", "staff-import"),
        ("/staff/password", "staff-password"),
    ] {
        browser.go(&backend.at(path)).await?;
        step(what).await?;
        browser.submit().await?;
        browser.find("#problem").await?;
        step(&format!("{what}-wrong")).await?;
    }
    for (path, what, css) in [
        ("/staff/schedules", "staff-timetable", "h1"),
        ("/staff/home-care", "staff-home-care", "h1"),
        ("/staff/search", "staff-search", "form[role=search] button"),
        ("/staff/lists/waiting", "staff-waiting", ".zs-row__name a"),
    ] {
        browser.go(&backend.at(path)).await?;
        in_first_screen(browser, what, css).await?;
    }
    Ok(())
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

async fn the_console_in_reach(screen: Screen) {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go(&backend.at("/staff/login")).await?;
        screen.take(browser).await?;
        walks_the_console(browser, &backend).await?;
        let size = browser.run("return document.documentElement.dataset.size || 'normal'").await?;
        ensure!(size == screen.size, "the console is in {size} type, not {}", screen.size);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_step_of_every_page_of_the_console_is_in_the_first_screen_in_normal_type() {
    the_console_in_reach(SCREENS[0]).await;
}

#[tokio::test]
async fn the_step_of_every_page_of_the_console_is_in_the_first_screen_in_the_largest_type() {
    the_console_in_reach(SCREENS[1]).await;
}
