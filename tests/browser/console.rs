//! A nurse's day: she signs in, makes a follow-up by keyboard alone, records who came, calls, answers, settles what comes
//! next, reads a table in and takes one out. Her pages are HTML, so there is nothing of WebAssembly in it.

use crate::accessibility::clean;
use crate::stage::{enters, in_days, nurse_makes_a_followup, nurse_signs_in, patient_identifies, with_browser};
use anyhow::{Context as _, ensure};
use thirtyfour::{Key, TypingData};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

#[tokio::test]
async fn a_nurses_day_from_login_to_export() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        let link = nurse_makes_a_followup(browser, &backend).await?;
        patient_identifies(browser, &link).await?;
        browser.click("main a[href$='view=questions']").await?;
        browser.fill("#question", "要空腹吗？").await?;
        browser.submit().await?;
        browser.see("已发给护士").await?;

        browser.go(&backend.at("/staff/questions")).await?;
        browser.see("要空腹吗？").await?;
        browser.go(&backend.at("/staff/search")).await?;
        browser.fill("#q", "王女").await?;
        browser.click("main form[role=search] button").await?;
        browser.see("找到 1 个").await?;
        browser.click(".zs-row__name a").await?;
        browser.fill("form[action$='/answer'] textarea", "不用空腹。").await?;
        browser.click("form[action$='/answer'] button").await?;
        browser.see("不用空腹。").await?;

        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        browser.click("#call-outcome option[value=agreed]").await?;
        browser.fill("#call-note", "下午三点后方便").await?;
        browser.click("form[action$='/call'] button:not([name])").await?;
        browser.see("打了电话：答应来").await?;
        browser.see("下午三点后方便").await?;

        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        browser.click("form[action$='/outcome'] label[for=services-ldct-review]").await?;
        browser.click("#step-outcome option[value=review]").await?;
        browser.click("#next option[value=step]").await?;
        browser.date("#due_from", &in_days(90)).await?;
        browser.date("#due_to", &in_days(108)).await?;
        browser.click("form[action$='/outcome'] button").await?;
        browser.see("定了下一步").await?;
        browser.go(&link).await?;
        browser.click("main a[href$='view=questions']").await?;
        browser.see("不用空腹。").await?;

        reads_a_table_in(browser, &backend).await?;
        let export = browser
            .run("const ask = new XMLHttpRequest(); ask.open('GET', document.querySelector('a[href=\"/staff/followups.csv\"]').href, false); ask.send(); return ask.responseText")
            .await?;
        let export = export.as_str().unwrap_or_default();
        for told in ["王女士", "赵建国,13900000001,大便隐血阳性,肠镜检查"] {
            ensure!(export.contains(told), "{told} is not in {export}");
        }
        Ok(())
    })
    .await;
}

/// Reads a table in: its mistakes are shown and ticked, its follow-ups made, their letters seen. Ends where tables are
/// taken out.
async fn reads_a_table_in(browser: &Browser, backend: &Backend) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("名单.csv");
    let table = "姓名,手机号,项目,原因\n赵建国,13900000001,肠镜,大便隐血阳性\n钱,无,肠镜,\n";
    std::fs::write(&file, table)?;
    browser.go(&backend.at("/staff/batches")).await?;
    browser.find("#file").await?.send_keys(file.display().to_string()).await?;
    browser.fill("#reason", "请来做检查").await?;
    browser.click("#urgency option[value=routine]").await?;
    browser.submit().await?;
    browser.see("可以新建：1 行").await?;
    browser.see("第 3 行").await?;
    clean(browser, "a table before it is stored").await?;
    let wide = "const button = document.querySelector('.zs-action-bar button[type=submit]').getBoundingClientRect(); return button.width > innerWidth / 2";
    ensure!(browser.run(wide).await? == true, "the button below what is ticked is narrow");
    browser.click("label[for=bad]").await?;
    browser.submit().await?;
    browser.see("新建了 1 个").await?;
    browser.see("1 行没有导入").await?;
    clean(browser, "what an import left out").await?;
    browser.click(".zs-action-bar a").await?;
    browser.see("打印信：第 1 到 1 封").await?;
    clean(browser, "a batch").await?;
    browser.click("a[href*='/letters']").await?;
    browser.see("赵建国，您好").await?;
    clean(browser, "letters").await?;
    browser.go(&backend.at("/staff/batches")).await?;
    browser.see("名单.csv").await?;
    clean(browser, "reading tables in").await
}

#[tokio::test]
async fn a_patient_is_handed_over_mended_and_booked_for_and_all_is_in_the_log() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_makes_a_followup(browser, &backend).await?;
        let unfold = "document.querySelectorAll('main details').forEach((part) => { part.open = true })";
        browser.run(unfold).await?;
        clean(browser, "everything that can be done with a follow-up").await?;
        // One that the link would give, too: it has no rule in brackets.
        let pick = "const times = [...document.querySelectorAll('.zs-time')];
                    times.find((time) => !/截止|早于|没到|晚于/.test(time.textContent)).querySelector('input').checked = true";
        browser.run(pick).await?;
        browser.click("label[for=book-asked]").await?;
        browser.click("form[action$='/book'] button").await?;
        browser.see("已约").await?;
        browser.run(unfold).await?;
        browser.run("document.querySelector('#refer-hospital').selectedIndex = 1").await?;
        browser.fill("#refer-reason", "要做进一步检查").await?;
        browser.click("form[action$='/refer'] button").await?;
        browser.see("把王女士转给").await?;
        clean(browser, "the question before a referral").await?;
        browser.submit().await?;
        browser.see("等对方接收").await?;
        browser.run(unfold).await?;
        browser.click("form[action$='/recall'] button").await?;
        browser.see("已撤回").await?;
        browser.click("a[href$='/edit']").await?;
        browser.see("改随访").await?;
        clean(browser, "mending").await?;
        browser.fill("#phone", "13911112222").await?;
        browser.submit().await?;
        browser.see("13911112222").await?;
        browser.click(".zs-menu > summary").await?;
        browser.click("form[action='/staff/logout'] button").await?;
        enters(browser, &backend, "auditor").await?;
        browser.see("改随访").await?;
        browser.see("看了一个随访").await?;
        clean(browser, "the log").await
    })
    .await;
}

#[tokio::test]
async fn a_new_follow_up_needs_the_keyboard_alone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        let typed = ["王女士", "13900139000", "小结节，3 个月复查"];
        browser.press("n").await?;
        browser.see("新建随访").await?;
        // The form begins in its first field, Enter leads on, and from the last field to the button.
        let mut keys = 1;
        for (field, typed) in ["name", "phone", "reason"].into_iter().zip(typed) {
            keys += 1;
            ensure!(browser.run("return document.activeElement.id").await? == field, "the focus is in {field}");
            browser.driver.action_chain().send_keys(typed).send_keys(Key::Enter).perform().await?;
        }
        // The service, both days as they stand, how soon, and the button.
        let rest = [Key::Space, Key::Enter, Key::Enter, Key::Enter, Key::Down, Key::Enter, Key::Enter];
        for key in rest {
            keys += 1;
            browser.press(key).await?;
        }
        browser.see("建好了").await?;
        let characters: usize = typed.iter().map(|text| text.chars().count()).sum();
        eprintln!("a new follow-up by keyboard: {keys} keys beside the {characters} that are typed");
        ensure!(keys <= 30, "{keys} keys beside what is typed are too many");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_promised_call_and_its_outcome_need_three_keys_at_a_desk() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_makes_a_followup(browser, &backend).await?;
        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        browser.click("#call-outcome option[value=call-later]").await?;
        browser.run("const now = new Date(Date.now() + 8 * 3600000); document.querySelector('#again').value = now.toISOString().slice(0, 10)").await?;
        browser.click("form[action$='/call'] button:not([name])").await?;
        browser.see("以后再打").await?;
        browser.size(1280, 800).await?;
        browser.go(&backend.at("/staff/lists/calls")).await?;
        let list = browser.run("return document.querySelectorAll('.zs-row--desk').length").await?;
        ensure!(list == 1, "one was promised a call: {list}");
        browser.press("j").await?;
        browser.press(Key::Enter).await?;
        browser.see("电话打完，记一笔").await?;
        browser.press("1").await?;
        browser.see("电话记下了").await?;
        browser.see("没有。").await?;
        clean(browser, "the desk with a person beside the list").await
    })
    .await;
}

/// Seconds of a key and of a thought in the keystroke-level model (Card, Moran and Newell 1980: 0.2 s of an average typist,
/// 1.35 s to prepare what comes next).
const KEY_S: f64 = 0.2;
const THOUGHT_S: f64 = 1.35;

#[tokio::test]
async fn a_visit_from_finding_somebody_to_their_next_step_needs_few_keys_and_no_mouse() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        browser.size(1280, 800).await?;
        nurse_signs_in(browser, &backend).await?;
        // Somebody who is there and waits.
        let way = browser
            .run("return [...document.querySelectorAll('.zs-row--desk')].find((row) => row.innerText.includes('到了，在等')).querySelector('.zs-row__name a.zs-narrow').getAttribute('href')")
            .await?;
        let way = way.as_str().context("somebody who waits")?.to_owned();
        browser.go(&backend.at(&way)).await?;
        let phone = browser.run("return document.querySelector('main a[href^=\"tel:\"]').getAttribute('href')").await?;
        let phone = phone.as_str().context("a phone")?.to_owned();
        browser.go(&backend.at("/staff")).await?;
        let begun = std::time::Instant::now();
        let mut keys = 0;
        let mut press = async |key: TypingData| {
            keys += 1;
            browser.press(key).await
        };
        press("/".into()).await?;
        for digit in phone.chars().skip(phone.len() - 4) {
            press(digit.to_string().into()).await?;
        }
        press(Key::Enter.into()).await?;
        browser.see("找到 1 个").await?;
        press("j".into()).await?;
        press(Key::Enter.into()).await?;
        browser.see("已就诊").await?;
        press("s".into()).await?;
        browser.see("登记了：已就诊").await?;
        press("r".into()).await?;
        browser.until("the result is next", "return document.activeElement.id === 'step-outcome'").await?;
        // The result; a next step; the same service; a usual window; the button.
        for key in [Key::Down, Key::Enter, Key::Down, Key::Enter, Key::Space, Key::Enter, Key::Enter, Key::Enter] {
            press(key.into()).await?;
        }
        browser.see("结果和下一步记下了").await?;
        let modelled = f64::from(keys) * KEY_S + 7.0 * THOUGHT_S;
        eprintln!(
            "a visit by keyboard: {keys} keys, {:.1} s by the script, {modelled:.1} s by the keystroke-level model",
            begun.elapsed().as_secs_f64()
        );
        ensure!(keys <= 20, "{keys} keys are too many");
        Ok(())
    })
    .await;
}
