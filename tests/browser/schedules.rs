//! The schedule manager's work by keyboard: a weekly time, and a visit that is confirmed. Every page of it is clean on a
//! narrow phone.

use crate::accessibility::clean;
use crate::stage::{nurse_signs_in, with_browser};
use anyhow::Result;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// Opens all that opens.
const OPEN: &str = "document.querySelectorAll('main details').forEach((part) => { part.open = true })";

async fn clean_on_a_phone(browser: &Browser, what: &str) -> Result<()> {
    for (width, height) in [(360, 740), (1100, 900)] {
        browser.size(width, height).await?;
        clean(browser, &format!("{what} at {width} px")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_weekly_time_and_a_visit_need_the_keyboard_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.go(&backend.at("/staff/schedules")).await?;
        browser.see("这两周").await?;
        browser.see("已确认").await?;
        browser.run(OPEN).await?;
        clean_on_a_phone(browser, "the timetable").await?;

        browser.key_at("a[href='/staff/schedules/templates']", Key::Enter).await?;
        browser.see("加每周的号").await?;
        clean_on_a_phone(browser, "the form for weekly times").await?;
        browser.key_at("#service", Key::Down).await?;
        browser.key_at("#room", "三号检查室").await?;
        browser.key_at("#weekday-monday", Key::Space).await?;
        browser.key_at("#from", "15:00").await?;
        // What is refused stays as it was typed.
        browser.key_at(".zs-action-bar button", Key::Enter).await?;
        browser.see("请填停止给号的时间").await?;
        clean_on_a_phone(browser, "the form with what was wrong").await?;
        browser.key_at("#until", "16:00").await?;
        browser.key_at(".zs-action-bar button", Key::Enter).await?;
        browser.see("星期一 5 条").await?;
        browser.run(OPEN).await?;
        browser.see("三号检查室").await?;

        browser.key_at("a[href='/staff/schedules/visits']", Key::Enter).await?;
        browser.see("安排外院专家").await?;
        browser.key_at("#expert", "赵教授").await?;
        browser.key_at("#home", "江苏省肿瘤医院").await?;
        browser.key_at("#speciality", "肺结节").await?;
        browser.key_at("#service", Key::Down).await?;
        browser.key_at("#room", "专家二诊").await?;
        browser.key_at("#from", "23:00").await?;
        browser.key_at("#until", "23:30").await?;
        browser.key_at(".zs-action-bar button", Key::Enter).await?;
        browser.see("赵教授").await?;
        browser.key_at("a[aria-label='专家确认了，放号：赵教授']", Key::Enter).await?;
        browser.see("放号").await?;
        browser.key_at(".zs-action-bar button", Key::Enter).await?;
        browser.see("确认：nurse").await?;

        browser.go(&backend.at("/staff/schedules/closings")).await?;
        clean_on_a_phone(browser, "the form for a closing").await?;
        browser.go(&backend.at("/staff/schedules/extras")).await?;
        clean_on_a_phone(browser, "the form for extra times").await
    })
    .await;
}
