//! The desk of a nurse: what she decides by is read whole at every width, her hands and her eyes are where the next step
//! is, and a key does what is written on it, for the person it is meant for.

use crate::stage::{nurse_makes_a_followup, nurse_signs_in, with_browser};
use anyhow::ensure;
use serde_json::Value;
use thirtyfour::Key;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::Scripts;

/// Where the focus is.
const FOCUS: &str =
    "return document.activeElement.id || document.activeElement.className || document.activeElement.tagName";

/// What of the rows in sight is broken or cut, and how many rows there are.
const FAULTS: &str = r"
    const faults = [], rows = [...document.querySelectorAll('.zs-desk__list .zs-row--desk')].filter((row) => row.getClientRects().length);
    for (const row of rows) {
      for (const chip of row.querySelectorAll('.zs-chip, .zs-fine')) {
        const words = document.createRange();
        words.selectNodeContents(chip.lastElementChild);
        if (new Set([...words.getClientRects()].map((box) => Math.round(box.top))).size > 1) faults.push('breaks: ' + chip.textContent);
      }
      for (const part of row.querySelectorAll('.zs-row__when, .zs-row__name, .zs-row__line, .zs-row__state, .zs-row__why')) {
        if (part.clientHeight && part.scrollHeight > part.clientHeight + 1) faults.push('cut below: ' + part.textContent);
        if (part.clientWidth && part.scrollWidth > part.clientWidth + 1) faults.push('cut at the side: ' + part.textContent);
      }
      const acts = row.querySelector('.zs-row__acts').getBoundingClientRect();
      const words = [...row.querySelectorAll('.zs-row__acts :is(a, button)')].filter((one) => one.getClientRects().length);
      if (words.some((one) => one.getBoundingClientRect().right > row.getBoundingClientRect().right + 1)) faults.push('beside the row: ' + row.id);
      if (acts.right > document.documentElement.clientWidth + 1) faults.push('beside the page: ' + row.id);
    }
    return JSON.stringify({ faults, rows: rows.length });";

#[tokio::test]
async fn no_chip_breaks_and_nothing_that_is_decided_by_is_cut_at_a_desk() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        for width in [1024, 1180, 1280, 1440] {
            browser.size(width, 800).await?;
            for list in ["/staff", "/staff/lists/overdue"] {
                for open in [false, true] {
                    browser.go(&backend.at(list)).await?;
                    if open {
                        let first = "return document.querySelector('.zs-row__name a.zs-wide, .zs-row__name a').getAttribute('href')";
                        let href = browser.run(first).await?;
                        let own = href.as_str().unwrap_or_default().to_owned();
                        let id = own.rsplit(['=', '/']).next().unwrap_or_default().to_owned();
                        browser.go(&backend.at(&format!("{list}?open={id}"))).await?;
                    }
                    let found = browser.run(FAULTS).await?;
                    let found: Value = serde_json::from_str(found.as_str().unwrap_or_default())?;
                    let at = format!("{list} at {width}, pane {open}");
                    // Below 1180 the person takes the place of the list.
                    let fewest = if open && width < 1180 { 0 } else { 5 };
                    ensure!(found["rows"].as_u64() >= Some(fewest), "{at}: {found}");
                    let lines = "const rows = [...document.querySelectorAll('.zs-desk__list .zs-row--desk')].filter((row) => row.getClientRects().length);
                                 return rows.map((row) => row.offsetHeight).sort((a, b) => a - b)[Math.floor(rows.length / 2)] || 0";
                    let high = browser.run(lines).await?;
                    ensure!(high.as_u64() <= Some(50), "{at}: most rows are {high} pixels high");
                    ensure!(found["faults"] == Value::Array(Vec::new()), "{at}: {found}");
                }
            }
        }
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        browser.see("请打电话：那天别来").await?;
        // What was looked for stays in sight above what was found.
        browser.fill("#find", "李").await?;
        browser.press(Key::Enter + "").await?;
        browser.see("找到").await?;
        let kept = "const typed = document.querySelector('#q'); return typed.getClientRects().length > 0 && typed.value === '李'";
        ensure!(browser.run(kept).await? == true, "what was typed is gone");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_form_that_stands_open_names_the_person_and_has_the_focus_and_the_bar() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(360, 640).await?;
        let in_sight = "const box = [...document.querySelectorAll('summary, h2')].find((one) => one.textContent.includes(arguments_name)).getBoundingClientRect();
                        return box.top >= 0 && box.bottom < innerHeight";
        for (list, way, form) in [
            ("/staff/lists/overdue", "a.zs-narrow[href*='do=outcome']", "form-outcome"),
            ("/staff/questions", ".zs-row__name a", "form-answer"),
        ] {
            browser.go(&backend.at(list)).await?;
            let row = format!("return document.querySelector(\"{way}\").closest('.zs-row').querySelector('.zs-row__name a').textContent");
            let name = browser.run(&row).await?.as_str().unwrap_or_default().to_owned();
            ensure!(!name.is_empty(), "{list} names nobody");
            browser.click(way).await?;
            let focused = format!("return document.activeElement.form?.id === '{form}'");
            browser.until("the first field has the focus", &focused).await?;
            let seen = in_sight.replace("arguments_name", &format!("'{name}'"));
            ensure!(browser.run(&seen).await? == true, "{list}: {name} is out of sight");
            let bar = "return document.querySelector('.zs-action-bar .zs-button').getAttribute('form')";
            ensure!(browser.run(bar).await? == form, "{list}: the bar holds another button");
        }
        browser.size(1280, 800).await?;
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        let way = browser.run("return document.querySelector(\"a.zs-wide[href*='do=call']\").href").await?;
        browser.go(way.as_str().unwrap_or_default()).await?;
        browser.until("the call's first field has the focus", "return document.activeElement.id === 'call-outcome'").await
    })
    .await;
}

#[tokio::test]
async fn keys_go_on_after_copying_and_can_be_switched_off() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        browser.size(1280, 800).await?;
        nurse_makes_a_followup(browser, &backend).await?;
        browser.see("短信还没有发").await?;
        let printed = "return [...document.querySelectorAll('[data-key=c] kbd, [data-key=x] kbd')].map((key) => key.textContent).join('')";
        ensure!(browser.run(printed).await? == "CX", "the keys stand on their buttons");
        let hints = "return [...document.querySelectorAll('[data-hint]')].filter((one) => !one.hidden).map((one) => one.textContent).join()";
        let told = browser.run(hints).await?.as_str().unwrap_or_default().to_owned();
        ensure!(told.contains("复制") && !told.contains("已就诊"), "the hints are those of the page: {told}");
        browser.click("[data-keys]").await?;
        browser.press("cx").await?;
        browser.go(browser.driver.current_url().await?.as_ref()).await?;
        browser.run("document.activeElement.blur()").await?;
        browser.press("n").await?;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        browser.see("短信").await?;
        ensure!(!browser.driver.current_url().await?.path().ends_with("/new"), "switched off means off, also afterwards");
        browser.click("[data-keys]").await?;
        // A piece of an address that is no piece of one takes no key away.
        browser.run("location.hash = '%E0%A4%A'").await?;
        browser.run("document.querySelectorAll('main details').forEach((part) => { part.open = true })").await?;
        // Whoever selects in the message by hand goes on with the keys, too.
        browser.run("document.querySelector('#message').focus()").await?;
        browser.press("c").await?;
        browser.press("x").await?;
        browser.see("记下了：短信发出去了").await?;
        // What is told with its way back has its key.
        browser.find("[data-undo]").await?;
        browser.press("u").await?;
        browser.see("短信还没有发").await
    })
    .await;
}

#[tokio::test]
async fn a_key_is_never_for_the_person_beside_the_list_while_the_focus_is_in_another_row() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        browser.click(".zs-row--desk a.zs-wide").await?;
        browser.see("电话打完，记一笔").await?;
        ensure!(browser.run(FOCUS).await? == "zs-h1", "the person who was opened comes next");
        let other = "const row = [...document.querySelectorAll('.zs-row--desk:not(.zs-row--open)')][2];
                     [...row.querySelectorAll('.zs-row__name a')].find((one) => one.getClientRects().length).focus();
                     window.stays = true; return row.id";
        browser.run(other).await?;
        browser.press("1").await?;
        browser.press("2").await?;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        ensure!(browser.run("return window.stays === true").await? == true, "nothing was sent for anybody");
        // In the list alone the same key records the call of the row in which the focus is.
        browser.go(&backend.at("/staff/lists/calls")).await?;
        let row = "const mark = document.querySelector('[name=outcome][value=no-answer]');
                   const row = mark.closest('.zs-row'); [...row.querySelectorAll('.zs-row__name a')].find((one) => one.getClientRects().length).focus();
                   return row.querySelector('form').action";
        let action = browser.run(row).await?.as_str().unwrap_or_default().to_owned();
        browser.press("2").await?;
        browser.see("电话记下了").await?;
        browser.go(action.trim_end_matches("/call")).await?;
        browser.see("打了电话：没人接").await
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_being_sent_says_so_and_takes_no_second_tap() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        nurse_makes_a_followup(browser, &backend).await?;
        let slow =
            serde_json::json!({ "offline": false, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1 });
        browser.settled().await?;
        browser.cdp("Network.emulateNetworkConditions", slow).await?;
        let taps = "const taps = [...document.querySelectorAll('.zs-outcomes [name=outcome]')];
                    taps[0].click(); taps[1].click(); return taps.map((tap) => tap.getAttribute('aria-busy')).join()";
        let busy = browser.run(taps).await?;
        ensure!(busy == "true,,", "the first button alone says that it is sent: {busy}");
        browser.see("打了电话：答应来").await?;
        ensure!(!browser.text().await?.contains("打了电话：没人接"), "the second tap counted");
        let heading = "return document.activeElement.className === 'zs-h1'";
        browser.until("the focus is at the person after the mark", heading).await?;
        browser.press(Key::Tab).await
    })
    .await;
}
