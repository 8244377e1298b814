//! One tap marks one person: neither the second half of a double click nor a tap while another one is on its way marks
//! anybody else, and whoever's tap did not count is told so. What was just told goes before it is read as somebody else's.

use crate::stage::{nurse_signs_in, with_browser};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// The follow-ups whose rows stand in the list, from above.
const LISTED: &str = "return JSON.stringify([...document.querySelectorAll('.zs-row--desk')].map((row) =>
    (/followups\\/([\\w-]+)/.exec(row.querySelector('a[href*=followups]').getAttribute('href')) || [])[1]).filter(Boolean))";

/// How often a page of each of these follow-ups says something.
async fn said(browser: &Browser, followups: &[String], words: &str) -> Result<Vec<u64>> {
    let pages = format!(
        "return JSON.stringify({followups:?}.map((id) => {{
           const ask = new XMLHttpRequest(); ask.open('GET', '/staff/followups/' + id, false); ask.send();
           return ask.responseText.split({words:?}).length - 1; }}))"
    );
    let found = browser.run(&pages).await?;
    Ok(serde_json::from_str(found.as_str().context("the pages")?)?)
}

async fn listed(browser: &Browser) -> Result<Vec<String>> {
    let found = browser.run(LISTED).await?;
    Ok(serde_json::from_str(found.as_str().context("a list")?)?)
}

/// Clicks twice at the same place of the screen, as a hand does: whatever has come to stand there meanwhile.
async fn double_click(browser: &Browser, css: &str, gap: Duration) -> Result<()> {
    browser.find(css).await?;
    let place = format!(
        "const box = [...document.querySelectorAll({css:?})].find((one) => one.getClientRects().length).getBoundingClientRect();
         return [box.x + box.width / 2, box.y + box.height / 2]"
    );
    let [x, y]: [f64; 2] = serde_json::from_value(browser.run(&place).await?)?;
    for click in [1, 2] {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            browser.cdp("Input.dispatchMouseEvent", event).await?;
        }
        if click == 1 {
            tokio::time::sleep(gap).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    Ok(())
}

#[tokio::test]
async fn a_double_click_marks_one_person_and_no_other() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        for gap in [150, 300, 500] {
            browser.go(&backend.at("/staff/lists/overdue")).await?;
            let all = listed(browser).await?;
            ensure!(all.len() > 3, "too few to hit a neighbour: {all:?}");
            let before: u64 = said(browser, &all, "打了电话：没人接").await?.iter().sum();
            double_click(browser, ".zs-row [name=outcome][value=no-answer]", Duration::from_millis(gap)).await?;
            browser.see("电话记下了").await?;
            let after: u64 = said(browser, &all, "打了电话：没人接").await?.iter().sum();
            ensure!(after == before + 1, "a gap of {gap} ms: {before} calls became {after}");
        }
        Ok(())
    })
    .await;
}

/// Opens the list from which the demonstration's table is sent.
async fn sending_list(browser: &Browser, backend: &Backend) -> Result<()> {
    browser.go(&backend.at("/staff/batches")).await?;
    browser.click(".zs-row__name a[href*='/staff/batches/']").await?;
    browser.find(".zs-next").await?;
    Ok(())
}

/// How many messages of the list are marked as sent.
const SENT: &str = "return document.querySelectorAll('form[action$=\"/unsent\"]').length";

#[tokio::test]
async fn a_message_is_marked_once_however_often_the_hand_taps_and_the_next_one_comes_into_sight() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        sending_list(browser, &backend).await?;
        let before = browser.run(SENT).await?.as_u64().context("a count")?;
        browser.press("x").await?;
        browser.until("the page has come back", "return document.documentElement.hasAttribute('data-settling')").await?;
        // The helper waits as a nurse does; a hand that presses twice does not.
        browser.driver.action_chain().send_keys("x").perform().await?;
        browser.see("这一下没有记").await?;
        ensure!(browser.run(SENT).await?.as_u64() == Some(before + 1), "one message is marked");
        browser.size(360, 640).await?;
        sending_list(browser, &backend).await?;
        double_click(browser, ".zs-next form button", Duration::from_millis(300)).await?;
        ensure!(browser.run(SENT).await?.as_u64() == Some(before + 2), "one more message is marked");
        let top = "const box = document.querySelector('.zs-next h3').getBoundingClientRect(); return box.top >= 0 && box.bottom < innerHeight / 2";
        browser.until("whom the next message is for stands at the top", top).await?;
        // What was marked a moment ago is taken back by its key.
        browser.size(1280, 800).await?;
        browser.press("u").await?;
        browser.see("没有发").await?;
        let back = format!("{SENT} === {}", before + 1);
        browser.until("the mark is taken back", &back).await
    })
    .await;
}

#[tokio::test]
async fn a_mark_that_was_not_taken_is_told_with_the_name_at_once_and_on_the_next_page() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        let all = listed(browser).await?;
        let before: u64 = said(browser, &all, "打了电话：没人接").await?.iter().sum();
        let slow = json!({ "offline": false, "latency": 800, "downloadThroughput": -1, "uploadThroughput": -1 });
        browser.cdp("Network.emulateNetworkConditions", slow).await?;
        let taps = "const marks = [...document.querySelectorAll('.zs-row [name=outcome][value=no-answer]')];
                    const name = marks[1].closest('.zs-row').querySelector('.zs-row__name a').textContent;
                    marks[0].click(); marks[1].click();
                    const note = marks[1].closest('.zs-row').querySelector('[role=alert]');
                    return [name, note && note.textContent]";
        let [name, note]: [Option<String>; 2] = serde_json::from_value(browser.run(taps).await?)?;
        let missed = format!("{}：这一下没有记，请再点一次", name.context("a name")?);
        ensure!(note.is_some_and(|note| note.contains(&missed)), "nothing is said at the button");
        browser.see("电话记下了").await?;
        browser.see(&missed).await?;
        browser
            .cdp(
                "Network.emulateNetworkConditions",
                json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
            )
            .await?;
        let after: u64 = said(browser, &all, "打了电话：没人接").await?.iter().sum();
        ensure!(after == before + 1, "{before} calls became {after}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_takes_back_what_was_just_told_and_never_what_was_recorded_before() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        let who = "return [...document.querySelectorAll('.zs-row--desk')].find((row) => row.textContent.includes('到了，在等')).querySelector('a.zs-narrow').getAttribute('href')";
        let own = browser.run(who).await?.as_str().context("somebody who waits")?.to_owned();
        browser.go(&backend.at(&own)).await?;
        browser.find(".zs-person [value=unrecord]").await?;
        browser.run("document.activeElement.blur(); window.stays = true").await?;
        browser.press("u").await?;
        tokio::time::sleep(Duration::from_millis(700)).await;
        ensure!(browser.run("return window.stays === true").await? == true, "what a colleague recorded is gone");
        browser.press("s").await?;
        browser.see("登记了：已就诊").await?;
        browser.press("u").await?;
        browser.until("it is taken back", "return !!document.querySelector('[data-told=unrecord]')").await
    })
    .await;
}

#[tokio::test]
async fn what_was_told_stands_above_the_bar_and_goes_when_the_nurse_goes_on() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        for (width, height, bar) in [(360, 640, ".zs-tab-bar"), (1280, 800, ".zs-keys")] {
            browser.size(width, height).await?;
            browser.go(&backend.at("/staff")).await?;
            browser.click(".zs-row [value=arrive]").await?;
            browser.find(".zs-told").await?;
            let place = format!(
                "const told = document.querySelector('.zs-told').getBoundingClientRect(), bar = document.querySelector({bar:?}).getBoundingClientRect();
                 return Math.abs(told.bottom - bar.top) <= 1 && told.left <= 0 && told.right >= innerWidth && getComputedStyle(document.querySelector('.zs-told')).backgroundColor.startsWith('rgb(')"
            );
            browser.until("the strip lies on the bar, from edge to edge", &place).await?;
            if width < 400 {
                browser.until("the strip goes by itself", "return !document.querySelector('.zs-told')").await?;
            }
        }
        browser.press("j").await?;
        browser.until("the strip is gone", "return !document.querySelector('.zs-told')").await
    })
    .await;
}

#[tokio::test]
async fn a_key_that_unfolds_a_form_brings_its_field_into_sight() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        browser.size(1280, 800).await?;
        browser.go(&backend.at("/staff/lists/overdue")).await?;
        browser.click(".zs-row--desk a.zs-wide").await?;
        browser.find(".zs-desk__pane #do-outcome").await?;
        browser.press("r").await?;
        browser.until("the field has the focus", "return document.activeElement.id === 'step-outcome'").await?;
        let seen = "const box = document.activeElement.getBoundingClientRect();
                    return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === document.activeElement";
        browser.until("the field is in sight", seen).await
    })
    .await;
}

/// Numbers of the lists that are broken over two lines, cut, or lie under something else.
const NUMBERS: &str = r"
    const faults = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    let seen = 0;
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const part = node.parentElement.closest('.zs-row');
      if (!part || !node.parentElement.getClientRects().length) continue;
      for (const found of node.data.matchAll(/[+\d][\d:.-]*/g)) {
        const range = document.createRange();
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        const boxes = [...range.getClientRects()], where = part.textContent.slice(0, 30) + ' | ' + found[0];
        if (!boxes.length) continue;
        seen += 1;
        if (new Set(boxes.map((box) => Math.round(box.top))).size > 1) faults.push('breaks: ' + where);
        const line = node.parentElement.closest('.zs-row__line');
        if (!line && boxes.some((box) => box.right > innerWidth + 1)) faults.push('beside the page: ' + where);
        if (found[0].length > 9 && line && boxes[0].right > line.getBoundingClientRect().right + 1) faults.push('cut: ' + where);
      }
      for (const when of part.querySelectorAll('.zs-row__when')) {
        const other = part.querySelector('.zs-row__acts') || when;
        if (other !== when && when.scrollWidth > when.clientWidth + 1) faults.push('wider than its place: ' + when.textContent);
      }
    }
    return JSON.stringify({ faults: [...new Set(faults)], seen });";

#[tokio::test]
async fn dates_times_and_phone_numbers_are_whole_in_every_list_of_a_phone() {
    let backend = Backend::start_whole();
    with_browser(Scripts::All, async |browser| {
        nurse_signs_in(browser, &backend).await?;
        let lists = ["/staff", "/staff/lists/overdue", "/staff/lists/calls", "/staff/lists/waiting", "/staff/lists/booked", "/staff/questions", "/staff/referrals"];
        for (width, height) in [(360, 740), (320, 568), (1024, 768), (1280, 800)] {
            browser.size(width, height).await?;
            let mut pages: Vec<String> = lists.iter().map(|list| backend.at(list)).collect();
            sending_list(browser, &backend).await?;
            pages.push(browser.driver.current_url().await?.to_string());
            for page in pages {
                browser.go(&page).await?;
                for size in ["", "largest"] {
                    browser.run(&format!("document.documentElement.dataset.size = {size:?}; if (!{size:?}) delete document.documentElement.dataset.size")).await?;
                    let found = browser.run(NUMBERS).await?;
                    let found: Value = serde_json::from_str(found.as_str().unwrap_or_default())?;
                    let at = format!("{page} at {width}, type {size:?}");
                    ensure!(found["seen"].as_u64() > Some(0), "{at}: no number is in sight");
                    ensure!(found["faults"] == Value::Array(Vec::new()), "{at}: {found}");
                }
            }
        }
        Ok(())
    })
    .await;
}
