//! What several tests do: a nurse signs in and makes a follow-up, a patient identifies.

use anyhow::{Context as _, Result, ensure};
use zaoshai_backend::clock::Clock;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// The phone number of the follow-ups in these tests.
pub const PHONE: &str = "13912345678";
/// Its last four digits.
pub const ENDING: &str = "5678";

/// A day so many days from today, as a date field takes it.
pub fn in_days(days: i64) -> String {
    Clock::System.now().date().plus_days(days).to_string()
}

/// Opens a browser, runs a journey in it, and closes it; the journey's failure comes with what the page says.
pub async fn with_browser(scripts: Scripts, journey: impl AsyncFnOnce(&Browser) -> Result<()>) {
    with_browser_set(scripts, &[], journey).await;
}

/// The same in a browser that was started with these arguments.
pub async fn with_browser_set(scripts: Scripts, arguments: &[&str], journey: impl AsyncFnOnce(&Browser) -> Result<()>) {
    let browser = Browser::open_with(scripts, arguments).await.expect("a browser");
    let result = journey(&browser).await;
    if let Err(error) = result {
        let page = browser.text().await.unwrap_or_default();
        let url = browser.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default();
        let _ = browser.close().await;
        panic!("{error:#}\nat {url}\nthe page says:\n{page}");
    }
    browser.close().await.expect("the browser closes");
}

/// Fills in the login that stands open, for an account of the demonstration.
pub async fn enters(browser: &Browser, backend: &Backend, account: &str) -> Result<()> {
    browser.fill("input[name=name]", account).await?;
    browser.fill("input[name=password]", &backend.password).await?;
    browser.click("form[action='/staff/login'] button").await
}

/// A nurse signs in; the focus waits in the field of the name.
pub async fn nurse_signs_in(browser: &Browser, backend: &Backend) -> Result<()> {
    browser.go(&backend.at("/staff")).await?;
    let focus = browser.run("return document.activeElement.id").await?;
    ensure!(focus == "name", "signing in begins in the field of the name, not in {focus}");
    enters(browser, backend, "nurse").await?;
    browser.see("今天来").await
}

/// A nurse signs in and makes a follow-up for a CT; gives the link that she would send.
pub async fn nurse_makes_a_followup(browser: &Browser, backend: &Backend) -> Result<String> {
    nurse_signs_in(browser, backend).await?;
    browser.go(&backend.at("/staff/followups/new")).await?;
    browser.fill("input[name=name]", "王女士").await?;
    browser.fill("input[name=phone]", PHONE).await?;
    browser.fill("[name=reason]", "小结节，3 个月复查").await?;
    browser.click("label[for='services-ldct-review'], input[name=services][value=ldct-review]").await?;
    browser.click("#urgency option[value=routine]").await?;
    browser.click("button[type=submit][form=followup]").await?;
    browser.see("王女士").await?;
    let body = browser.driver.source().await?;
    let start = body.find(&backend.at("/f/")).context("the link on the nurse's page")?;
    Ok(body[start..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || ":/.".contains(*letter)).collect())
}

/// A patient opens the link and gives the last four digits of her phone.
pub async fn patient_identifies(browser: &Browser, link: &str) -> Result<()> {
    browser.go(link).await?;
    browser.fill("input[name=ending]", ENDING).await?;
    browser.submit().await?;
    browser.see("王女士").await
}
