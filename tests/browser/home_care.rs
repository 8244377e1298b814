//! Somebody asks for a nurse at home, a nurse assesses and plans, and the private link tells it: with the app, without
//! WebAssembly, without scripts. Every page of it is clean for axe.

use crate::accessibility;
use crate::stage::{ENDING, PHONE, in_days, nurse_signs_in, with_browser};
use anyhow::{Result, ensure};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// Fails when axe finds something; it is a script itself, and does not run where scripts are off.
async fn clean(browser: &Browser, scripts: Scripts, what: &str) -> Result<()> {
    if scripts == Scripts::None { Ok(()) } else { accessibility::clean(browser, what).await }
}

async fn asks(browser: &Browser, backend: &Backend, scripts: Scripts) -> Result<String> {
    browser.go(&backend.at("/home-care")).await?;
    browser.see("不等于约好了").await?;
    browser.click("label[for=for-relative]").await?;
    for (field, text) in [
        ("#relation", "母亲"),
        ("#name", "王奶奶"),
        ("#phone", PHONE),
        ("#area", "迎江区"),
        ("#address", "人民路 8 号"),
        ("#need", "出院一周，伤口要换药"),
    ] {
        browser.fill(field, text).await?;
    }
    browser.click("#service option[value=dressing]").await?;
    for place in 0..3 {
        browser.click(&format!("label[for=agreed-{place}]")).await?;
    }
    browser.click("#care button[type=submit]").await?;
    browser.see("请在这一条前面打勾").await?;
    clean(browser, scripts, "the form with what was wrong").await?;
    // What was typed is still there; one tick is missing.
    browser.click("label[for=agreed-3]").await?;
    browser.click("#care button[type=submit]").await?;
    browser.see("等护士打电话").await?;
    clean(browser, scripts, "a request that was sent").await?;
    let url = browser.driver.current_url().await?.to_string();
    Ok(url.split('?').next().unwrap_or_default().to_owned())
}

async fn nurse_plans(browser: &Browser, backend: &Backend, scripts: Scripts) -> Result<()> {
    nurse_signs_in(browser, backend).await?;
    browser.go(&backend.at("/staff/home-care")).await?;
    browser.see("要处理 1").await?;
    clean(browser, scripts, "the list of requests").await?;
    browser.click(".zs-row__name a").await?;
    browser.see("评估：能不能上门").await?;
    clean(browser, scripts, "a request").await?;
    browser.click("label[for=verdict-yes]").await?;
    browser.fill("#prepare", "请准备好出院小结").await?;
    browser.click("form[action$='/assess'] button").await?;
    browser.see("排上门时间").await?;
    browser.click("#nurse option[value=nurse]").await?;
    browser.date("#day", &in_days(2)).await?;
    browser.date("#from", "09:00").await?;
    browser.date("#to", "11:00").await?;
    browser.click("form[action$='/plan'] button").await?;
    browser.see("已排上门").await?;
    clean(browser, scripts, "a planned visit").await
}

async fn whole_journey(scripts: Scripts) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.size(360, 740).await?;
        let link = asks(browser, &backend, scripts).await?;
        nurse_plans(browser, &backend, scripts).await?;
        browser.driver.delete_all_cookies().await?;
        browser.go(&link).await?;
        ensure!(!browser.text().await?.contains("王奶奶"), "nothing before the check");
        browser.fill("#ending", ENDING).await?;
        browser.submit().await?;
        browser.see("约好了，护士会来").await?;
        browser.see("请准备好出院小结").await?;
        clean(browser, scripts, "a visit on the link").await?;
        browser.click("#withdraw ~ details summary").await?;
        browser.click("form[action$='/withdraw'] button").await?;
        browser.see("您已取消这次申请").await?;
        browser.click("label[for=sure]").await?;
        browser.click("form[action$='/erase'] button").await?;
        browser.see("您的资料已经删除").await?;
        clean(browser, scripts, "after the deletion").await?;
        if scripts == Scripts::All {
            let errors = browser.errors().await?;
            ensure!(errors.iter().all(|error| error.contains("422")), "{errors:?}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn somebody_asks_for_a_nurse_and_sees_what_becomes_of_it() {
    whole_journey(Scripts::All).await;
}

#[tokio::test]
async fn asking_for_a_nurse_with_webassembly_blocked() {
    whole_journey(Scripts::NoWasm).await;
}

#[tokio::test]
async fn asking_for_a_nurse_without_any_script() {
    whole_journey(Scripts::None).await;
}

#[tokio::test]
async fn the_clinic_that_sends_nurses_leads_to_the_form() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.go_ready(&backend.at("/clinics/qinghe-1")).await?;
        browser.click("main a[href='/home-care']").await?;
        browser.see("请护士联系我").await?;
        accessibility::clean(browser, "the page that the app has fetched").await
    })
    .await;
}
