//! What is written and not yet sent stays in its tab and with its page, and nobody else meets it there: the app shows many
//! pages in one document.

use crate::stage::{PHONE, nurse_makes_a_followup, patient_identifies, with_browser};
use anyhow::{Result, ensure};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// Says in the document that it is still the one in which the app began.
async fn mark(browser: &Browser) -> Result<()> {
    browser.run("window.__same = true").await.map(drop)
}

async fn same_document(browser: &Browser) -> Result<()> {
    ensure!(browser.run("return window.__same === true").await? == true, "the app showed the page in one document");
    Ok(())
}

/// Follows a link that the page may not have, as the app follows it.
async fn follow(browser: &Browser, path: &str) -> Result<()> {
    let link = format!(
        "const a = document.createElement('a'); a.href = '{path}'; document.querySelector('main').append(a); a.click()"
    );
    browser.run(&link).await?;
    browser.until("the page is shown", &format!("return location.pathname === '{path}'")).await
}

async fn holds(browser: &Browser, field: &str, text: &str) -> Result<()> {
    let script = format!("return (document.querySelector('{field}') || {{}}).value === '{text}'");
    browser.until(&format!("{field} holds “{text}”"), &script).await
}

/// How many drafts the tab keeps.
async fn kept(browser: &Browser) -> Result<u64> {
    let count = "return Object.keys(sessionStorage).filter((name) => name.startsWith('zs-draft:')).length";
    Ok(browser.run(count).await?.as_u64().unwrap_or_default())
}

async fn asks(browser: &Browser) -> Result<()> {
    browser.click("main a[href$='view=questions']").await?;
    browser.see("问护士一个问题").await
}

async fn identifies(browser: &Browser) -> Result<()> {
    browser.fill("#ending", "8000").await?;
    browser.submit().await?;
    browser.see("李女士").await
}

#[tokio::test]
async fn a_question_that_was_not_sent_is_in_nobody_elses_form_and_is_gone_after_leaving() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let other = nurse_makes_a_followup(browser, &backend).await?;
        patient_identifies(browser, &other).await?;
        browser.go_ready(&backend.link).await?;
        identifies(browser).await?;
        mark(browser).await?;
        asks(browser).await?;
        browser.fill("#question", "昨天便血了怎么办").await?;

        follow(browser, "/f").await?;
        browser.see("您打开的随访").await?;
        let token = other.rsplit('/').next().unwrap_or_default();
        browser.click(&format!("main a[href$='{token}']")).await?;
        browser.see("王女士").await?;
        asks(browser).await?;
        holds(browser, "#question", "").await?;
        same_document(browser).await?;

        let own = backend.link.rsplit('/').next().unwrap_or_default();
        follow(browser, &format!("/f/{own}")).await?;
        browser.see("李女士").await?;
        asks(browser).await?;
        holds(browser, "#question", "昨天便血了怎么办").await?;

        browser.click("form[action$='/leave'] button").await?;
        browser.see("后四位").await?;
        ensure!(kept(browser).await? == 0, "leaving takes everything along");
        identifies(browser).await?;
        asks(browser).await?;
        holds(browser, "#question", "").await?;
        same_document(browser).await
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_to_ask_for_a_nurse_at_home_is_kept_until_it_is_sent_and_for_that_form_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.link).await?;
        identifies(browser).await?;
        mark(browser).await?;
        browser.click("main a[href$='view=family']").await?;
        browser.see("家人是谁").await?;
        browser.fill("#name", "女儿 王芳").await?;
        follow(browser, "/home-care").await?;
        browser.see("请护士联系我").await?;
        holds(browser, "#name", "").await?;
        same_document(browser).await?;

        let fields = [
            ("#name", "王奶奶"),
            ("#phone", PHONE),
            ("#area", "迎江区"),
            ("#address", "人民路 8 号"),
            ("#need", "换药"),
        ];
        for (field, text) in fields {
            browser.fill(field, text).await?;
        }
        browser.go_ready(&backend.at("/home-care")).await?;
        for (field, text) in fields {
            holds(browser, field, text).await?;
        }
        mark(browser).await?;
        browser.click("label[for=for-self]").await?;
        browser.click("#service option[value=dressing]").await?;
        for place in 0..4 {
            browser.click(&format!("label[for=agreed-{place}]")).await?;
        }
        browser.click("#care button[type=submit]").await?;
        browser.see("等护士打电话").await?;
        ensure!(kept(browser).await? == 1, "the relative's name on the other page alone is not sent yet");
        browser.ready().await?;
        follow(browser, "/home-care").await?;
        browser.see("请护士联系我").await?;
        for (field, _) in fields {
            holds(browser, field, "").await?;
        }
        Ok(())
    })
    .await;
}
