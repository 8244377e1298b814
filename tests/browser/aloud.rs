//! Reading aloud. Headless browsers have no voices, so a faithful phone stands in for `speechSynthesis`: its voices come
//! late, it speaks only after a tap, swallows what follows a cancel too closely, and tells canceled utterances so.
//! Everything else is real.

use crate::accessibility::clean;
use crate::stage::with_browser;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Network, Scripts};

/// The phone's speech. `__voices` comes before it; `__pace` is how long a sentence takes, in milliseconds.
const PHONE: &str = r#"
(() => {
  let voices = [], queue = [], current = null, timer = 0, allowed = false, cancelled = -1000;
  window.__said = [];
  window.__pace = 20;
  // What lies under the mark, whichever way it is drawn.
  const marked = () => {
    const mark = CSS.highlights && CSS.highlights.get('zs-aloud');
    if (mark) return [...mark].map((range) => range.toString()).join('');
    const boxes = [...document.querySelectorAll('.zs-aloud-mark')].map((box) => box.getBoundingClientRect());
    return boxes.map((box) => {
      const y = box.top + box.height / 2;
      const range = document.createRange();
      const from = document.caretRangeFromPoint(box.left + 1, y), to = document.caretRangeFromPoint(box.right - 1, y);
      range.setStart(from.startContainer, from.startOffset);
      range.setEnd(to.startContainer, to.startOffset);
      // The area in which a mark of a source is felt reaches over the end of the words before it.
      const copy = range.cloneContents();
      copy.querySelectorAll('.zs-refs').forEach((part) => part.remove());
      return copy.textContent;
    }).join('');
  };
  const tell = (utterance, kind, more) => {
    const handler = utterance['on' + kind];
    if (handler) handler.call(utterance, Object.assign(new Event(kind), { utterance }, more));
  };
  const pump = () => {
    if (current || !queue.length) return;
    const mine = (current = queue.shift());
    timer = setTimeout(() => {
      tell(mine, 'start');
      if (mine.volume) window.__said.push({ text: mine.text, marked: marked(), rate: mine.rate, lang: mine.voice.lang });
      timer = setTimeout(() => { current = null; tell(mine, 'end'); pump(); }, window.__pace);
    }, 2);
  };
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => voices.slice(),
    speak: (utterance) => {
      if (window.event && /^(click|keydown|pointerup|touchend)$/.test(window.event.type) && window.event.isTrusted) allowed = true;
      if (!allowed) { setTimeout(() => tell(utterance, 'error', { error: 'not-allowed' }), 0); return; }
      if (performance.now() - cancelled < 50 || window.__mute) return;
      queue.push(utterance);
      pump();
    },
    cancel: () => {
      const all = (current ? [current] : []).concat(queue);
      clearTimeout(timer);
      current = null;
      queue = [];
      cancelled = performance.now();
      all.forEach((one, place) => setTimeout(() => tell(one, 'error', { error: place ? 'canceled' : 'interrupted' }), 0));
    },
    pause: () => {},
    resume: () => {},
  });
  Object.defineProperty(speech, 'speaking', { get: () => current !== null });
  Object.defineProperty(speech, 'pending', { get: () => queue.length > 0 });
  Object.defineProperty(window, 'speechSynthesis', { value: speech, configurable: true });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; this.rate = 1; this.volume = 1; } };
  setTimeout(() => { voices = window.__voices; speech.dispatchEvent(new Event('voiceschanged')); }, 300);
})();
"#;

const MANDARIN: &str = r#"{ name: "Tingting", lang: "zh_CN", localService: true, default: false }"#;
const ENGLISH: &str = r#"{ name: "Samantha", lang: "en-US", localService: true, default: true }"#;
const TAIWAN: &str = r#"{ name: "Meijia", lang: "zh-TW", localService: true, default: false }"#;
const REMOTE: &str = r#"{ name: "Remote", lang: "zh-CN", localService: false, default: false }"#;

/// Gives the phone these voices, on every page that is opened from now on.
async fn voices(browser: &Browser, voices: &[&str]) -> Result<()> {
    let source = format!("window.__voices = [{}];{PHONE}", voices.join(","));
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
    Ok(())
}

async fn open(browser: &Browser, scripts: Scripts, address: &str) -> Result<()> {
    match scripts {
        Scripts::All => browser.go_ready(address).await,
        _ => browser.go(address).await,
    }
}

const OFFERED: &str = "return getComputedStyle(document.querySelector('.zs-listen')).visibility === 'visible'";
const SPEAKING: &str = "return speechSynthesis.speaking";
/// Nothing of it is left: no voice, no bar, no mark, no room kept.
const OVER: &str = "return !speechSynthesis.speaking && !speechSynthesis.pending && !document.querySelector('.zs-aloud, .zs-aloud-mark')
    && !(CSS.highlights && CSS.highlights.has('zs-aloud')) && !document.documentElement.style.getPropertyValue('--zs-aloud')";

/// Starts reading, with sentences that take this long.
async fn listen(browser: &Browser, pace: u32) -> Result<()> {
    browser.until("reading is offered", OFFERED).await?;
    browser.run(&format!("window.__pace = {pace}")).await?;
    browser.click(".zs-listen").await?;
    browser.until("the first sentence is said", "return __said.length > 0").await
}

async fn press(browser: &Browser, name: &str) -> Result<()> {
    browser.click(&format!(".zs-aloud [data-do={name}]")).await
}

/// What was said so far.
async fn said(browser: &Browser) -> Result<Vec<Value>> {
    Ok(browser.run("return __said").await?.as_array().context("a list")?.clone())
}

fn text<'a>(one: &'a Value, name: &str) -> &'a str {
    one[name].as_str().unwrap_or_default()
}

/// Only the characters of a text, without the words that stand for signs when they are said.
fn characters(text: &str) -> String {
    let mut text = text.to_owned();
    for sign in
        ["大于等于", "小于等于", "大于", "小于", "百分之", "分之", "到", "毫米", "厘米", "毫西弗", "纳克每毫升", "乘"]
    {
        text = text.replace(sign, "");
    }
    text.chars().filter(|letter| ('\u{3400}'..'\u{a000}').contains(letter)).collect()
}

#[tokio::test]
async fn nothing_is_offered_where_the_phone_has_no_voice_for_the_page() {
    let backend = Backend::start();
    for (its, offered) in [
        (&[][..], &[][..]),
        (&[ENGLISH], &["/en/screening/lung"]),
        (&[REMOTE], &[]),
        (&[TAIWAN], &["/hant/screening/lung"]),
        // A page that is still in Chinese is read in Chinese.
        (&[MANDARIN], &["/screening/lung", "/hant/screening/lung", "/en/results/fit", "/clinics/anqing-2"]),
    ] {
        with_browser(Scripts::All, async |browser| {
            voices(browser, its).await?;
            for path in [
                "/screening/lung",
                "/hant/screening/lung",
                "/en/screening/lung",
                "/en/results/fit",
                "/clinics/anqing-2",
            ] {
                if reqwest::get(backend.at(path)).await?.status() != 200 {
                    anyhow::bail!("{path} is no page");
                }
                browser.go_ready(&backend.at(path)).await?;
                browser
                    .until(
                        "its voices have come",
                        "return speechSynthesis.getVoices().length === __voices.length && performance.now() > 600",
                    )
                    .await?;
                let shown = browser.run(OFFERED).await?;
                ensure!(shown == json!(offered.contains(&path)), "{path} with {its:?}: {shown}");
                let shift = browser.run("return window.__shift").await?;
                ensure!(shift.as_f64().is_some_and(|shift| shift < 0.001), "{path} jumps by {shift}");
            }
            for path in ["/", "/screening", "/clinics", "/f", "/staff/login", "/settings", "/share?of=/"] {
                browser.go(&backend.at(path)).await?;
                ensure!(browser.run("return !document.querySelector('[data-aloud]')").await? == json!(true), "{path}");
            }
            Ok(())
        })
        .await;
    }
}

async fn reads_a_topic(scripts: Scripts, before: &str) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": before })).await?;
        voices(browser, &[ENGLISH, MANDARIN]).await?;
        // A page that glides would still be on its way when a sentence this short is over.
        let calm = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        browser.cdp("Emulation.setEmulatedMedia", calm).await?;
        open(browser, scripts, &backend.at("/screening/lung")).await?;
        browser.run("document.querySelectorAll('.zs-fold__head').forEach((head) => { head.open = true })").await?;
        listen(browser, 5).await?;
        browser.until("the page is read to its end", OVER).await?;
        let said = said(browser).await?;
        ensure!(said.len() > 60, "{} sentences", said.len());
        let page = browser
            .run("const page = document.getElementById('main').cloneNode(true); page.querySelectorAll('.zs-term > span + span').forEach((meaning) => meaning.remove()); return page.textContent")
            .await?;
        let page = characters(page.as_str().context("the page's text")?);
        let mut from = 0;
        for one in &said {
            let (spoken, marked) = (characters(text(one, "text")), characters(text(one, "marked")));
            ensure!(spoken == marked, "it says “{spoken}” and marks “{marked}”");
            ensure!(text(one, "lang") == "zh_CN", "{one}");
            ensure!(text(one, "text").chars().count() < 120, "one breath: {one}");
            let at = page[from..].find(&spoken).with_context(|| format!("out of order: {spoken}"))?;
            from += at + spoken.len();
        }
        let all = said.iter().map(|one| text(one, "text")).collect::<Vec<_>>().join("\n");
        for heard in ["您需要做吗", "还没有经过医院审核", "50到74 岁", "低剂量螺旋 C T", "马上：打 1 2 0", "百分之24.2", "10分之1", "找能做的医院"] {
            ensure!(all.contains(heard), "“{heard}” is read in:\n{all}");
        }
        // Every heading and every point is read; sources, links elsewhere, the way back and meanings are not.
        let wanted = browser
            .run("return [...document.querySelectorAll('main h1, main h2, main h3, main .zs-points > li, main dt, main dd')]
                    .filter((one) => one.getClientRects().length && !one.closest('footer, .zs-sources, details:not([open])'))
                    .map((one) => { const copy = one.cloneNode(true); copy.querySelectorAll('.zs-refs, .zs-term > span + span').forEach((part) => part.remove()); return copy.textContent })")
            .await?;
        let heard = characters(&all);
        for part in wanted.as_array().context("a list")? {
            let part = characters(part.as_str().unwrap_or_default());
            ensure!(heard.contains(&part), "“{part}” is left out");
        }
        for silent in ["资料来源", "待核对：凭", "不代替医生诊断", "这里的内容", "全部筛查", "心理援助", "简体中文"] {
            ensure!(!all.contains(silent), "“{silent}” is read in:\n{all}");
        }
        ensure!(browser.errors().await?.is_empty(), "{:?}", browser.errors().await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_topic_is_read_in_order_and_each_sentence_is_marked() {
    reads_a_topic(Scripts::All, "").await;
}

#[tokio::test]
async fn a_topic_is_read_without_webassembly() {
    reads_a_topic(Scripts::NoWasm, "").await;
}

#[tokio::test]
async fn of_a_folded_section_its_heading_and_its_sentence_are_read() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        browser.go_ready(&backend.at("/screening/lung")).await?;
        listen(browser, 5).await?;
        browser.until("the page is read to its end", OVER).await?;
        let all = said(browser).await?.iter().map(|one| text(one, "text").to_owned()).collect::<Vec<_>>().join("\n");
        for heard in ["有症状，不要等筛查", "马上打 1 2 0：胸口压着痛", "好处和坏处"] {
            ensure!(all.contains(heard), "“{heard}” is read in:\n{all}");
        }
        for silent in ["手指头变粗", "资料来源", "[1]", "回正文"] {
            ensure!(!all.contains(silent), "“{silent}” is read in:\n{all}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn boxes_mark_the_sentence_where_browsers_know_no_highlights() {
    reads_a_topic(Scripts::All, "Object.defineProperty(CSS, 'highlights', { value: undefined })").await;
}

#[tokio::test]
async fn a_pause_repeats_its_sentence_and_nothing_more() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        browser.go_ready(&backend.at("/screening/lung")).await?;
        listen(browser, 60).await?;
        browser.until("some are said", "return __said.length > 4").await?;
        browser.run("window.__pace = 100000").await?;
        // The next one lasts.
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        press(browser, "pause").await?;
        browser.until("it is silent", "return !speechSynthesis.speaking").await?;
        let before = said(browser).await?;
        let last = before.last().context("a sentence")?.clone();
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        ensure!(said(browser).await?.len() == before.len(), "silent means silent");
        ensure!(browser.run("return CSS.highlights.has('zs-aloud')").await? == json!(true), "the place stays marked");
        browser.see("继续").await?;
        browser.run("window.__pace = 20").await?;
        press(browser, "pause").await?;
        browser.until("it goes on", &format!("return __said.length > {}", before.len() + 1)).await?;
        let after = said(browser).await?;
        ensure!(after[before.len()] == last, "it says the same sentence again: {}", after[before.len()]);
        ensure!(after[before.len() + 1] != last, "once");
        // To the one before, and on again, from one that lasts.
        browser.run("window.__pace = 100000").await?;
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let mut told = Vec::new();
        for name in ["back", "back", "on"] {
            let count = said(browser).await?.len();
            press(browser, name).await?;
            browser.until("another is said", &format!("return __said.length > {count}")).await?;
            told.push(said(browser).await?[count]["text"].clone());
        }
        ensure!(told[0] != told[1] && told[0] == told[2], "one back and one on: {told:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_speed_is_kept_on_the_phone() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        browser.go_ready(&backend.at("/screening/lung")).await?;
        listen(browser, 100_000).await?;
        for rate in [0.85, 0.7] {
            press(browser, "slower").await?;
            browser.until("it speaks slower", &format!("return __said[__said.length - 1].rate === {rate}")).await?;
        }
        let least =
            "return document.querySelector('.zs-aloud [data-do=slower]').getAttribute('aria-disabled') === 'true'";
        ensure!(browser.run(least).await? == json!(true), "there is nothing slower");
        let said_before = said(browser).await?;
        ensure!(said_before.iter().all(|one| one["text"] == said_before[0]["text"]), "it stays at its sentence");
        browser.go_ready(&backend.at("/guidance/warning-signs")).await?;
        listen(browser, 100_000).await?;
        ensure!(said(browser).await?[0]["rate"] == json!(0.7), "{:?}", said(browser).await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn it_ends_cleanly_whichever_way_the_page_is_left() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        let begin = async || {
            browser.go_ready(&backend.at("/screening/lung")).await?;
            listen(browser, 100_000).await
        };
        // By its own button, with the focus back where it came from.
        begin().await?;
        press(browser, "stop").await?;
        browser.until("it is over", OVER).await?;
        ensure!(browser.run("return document.activeElement.matches('.zs-listen')").await? == json!(true));
        // By Escape.
        begin().await?;
        browser.driver.action_chain().send_keys(thirtyfour::Key::Escape).perform().await?;
        browser.until("it is over", OVER).await?;
        // By a link inside of the app, and back.
        begin().await?;
        browser.click("a.zs-back").await?;
        browser.until("another page is shown", "return location.pathname === '/screening'").await?;
        browser.until("it is over", OVER).await?;
        browser.driver.back().await?;
        browser.until("the topic is back", "return !!document.querySelector('.zs-listen')").await?;
        listen(browser, 100_000).await?;
        browser.driver.back().await.ok();
        browser.until("it is over", "return !speechSynthesis.speaking && !document.querySelector('.zs-aloud')").await?;
        // Out of sight the phone is silent, and goes on when the person is back and asks for it.
        begin().await?;
        browser
            .run("Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))")
            .await?;
        browser.until("it is silent", "return !speechSynthesis.speaking").await?;
        browser.see("继续").await?;
        // By leaving for a page that the app does not show.
        begin().await?;
        browser.run("window.addEventListener('pagehide', () => sessionStorage.setItem('over', String(!speechSynthesis.speaking)))").await?;
        browser.click("footer a[href='/settings']").await?;
        browser.see("字的大小").await?;
        ensure!(browser.run("return sessionStorage.getItem('over')").await? == json!("true"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_take_over_and_a_tap_on_another_sentence_keep_it_reading() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        browser.network(Network::Slow).await?;
        browser.go(&backend.at("/screening/lung")).await?;
        listen(browser, 100_000).await?;
        ensure!(
            browser.run("return performance.getEntriesByName('app-ready').length === 0").await? == json!(true),
            "before the app"
        );
        let marked = "return [...CSS.highlights.get('zs-aloud')].map((range) => range.toString()).join('')";
        let before = browser.run(marked).await?;
        browser.ready().await?;
        browser.network(Network::Free).await?;
        ensure!(browser.run(marked).await? == before, "the mark moves to the same words of the new page");
        ensure!(
            browser
                .run("return [...CSS.highlights.get('zs-aloud')].every((range) => range.startContainer.isConnected)")
                .await?
                == json!(true)
        );
        ensure!(browser.run(SPEAKING).await? == json!(true), "and the voice goes on");
        ensure!(said(browser).await?.len() == 1, "without saying it twice");
        browser.tap("#who > summary").await?;
        browser.tap("#who + .zs-fold__body > p").await?;
        browser.until("it reads from there", "return __said.length === 2").await?;
        let told = said(browser).await?;
        let tapped = browser.run("return document.querySelector('#who + .zs-fold__body > p').textContent").await?;
        let tapped = characters(tapped.as_str().unwrap_or_default());
        ensure!(tapped.contains(&characters(text(&told[1], "text"))), "{} is not in {tapped}", told[1]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_bar_is_clean_and_within_reach_in_every_size() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN, ENGLISH]).await?;
        for (size, contrast, target) in
            [("normal", "usual", 44.0), ("elder", "usual", 60.0), ("largest", "usual", 60.0), ("largest", "more", 60.0)]
        {
            browser.go(&backend.at("/")).await?;
            browser.run(&format!("document.cookie = 'zs_size={size}; path=/'; document.cookie = 'zs_contrast={contrast}; path=/'")).await?;
            for (width, height, path) in [(360, 640, "/screening/lung"), (320, 640, "/en/screening/lung"), (360, 740, "/clinics/anqing-2")] {
                browser.size(width, height).await?;
                browser.go_ready(&backend.at(path)).await?;
                listen(browser, 100_000).await?;
                let what = format!("{path} while it is read in {size} and {contrast}");
                let measured = browser
                    .run(
                        "const bar = document.querySelector('.zs-aloud').getBoundingClientRect();
                         const tabs = document.querySelector('.zs-tab-bar').getBoundingClientRect();
                         const all = [...document.querySelectorAll('.zs-aloud button, .zs-listen')].map((one) => one.getBoundingClientRect());
                         return [Math.min(...all.map((one) => one.height)), Math.min(...all.map((one) => one.width)), tabs.top - bar.bottom, bar.height / innerHeight]",
                    )
                    .await?;
                let [height, width, gap, part] = [0, 1, 2, 3].map(|place| measured[place].as_f64().unwrap_or(-1.0));
                ensure!(height >= target - 0.5 && width >= 44.0_f64.min(target) - 0.5, "{what}: a button of {width}×{height}");
                ensure!((-8.9..=0.0).contains(&gap), "{what}: the bar stands on the tab bar, not {gap} px off");
                ensure!(part < 0.3, "{what}: the bar takes {part} of the window");
                clean(browser, &what).await?;
                browser.key_at(".zs-aloud [data-do=stop]", " ").await?;
                browser.until("it is over", OVER).await?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn english_pages_are_read_in_english() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN, ENGLISH]).await?;
        browser.go_ready(&backend.at("/en/screening/lung")).await?;
        browser.see("Read aloud").await?;
        listen(browser, 5).await?;
        browser.until("the page is read to its end", OVER).await?;
        let said = said(browser).await?;
        ensure!(said.iter().all(|one| text(one, "lang") == "en-US"));
        let all = said.iter().map(|one| text(one, "text")).collect::<Vec<_>>();
        for heard in ["People aged 50 to 74 at higher risk", "Lung screening: do you need it?"] {
            ensure!(all.contains(&heard), "“{heard}” is one sentence of {all:#?}");
        }
        ensure!(all.iter().all(|one| !one.contains('–')), "{all:#?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_lost_network_and_a_silent_phone_are_told() {
    let backend = Backend::start();
    with_browser(Scripts::All, async |browser| {
        voices(browser, &[MANDARIN]).await?;
        browser.go_ready(&backend.at("/screening/lung")).await?;
        browser.until("reading is offered", OFFERED).await?;
        browser.network(Network::Lost).await?;
        browser.click(".zs-listen").await?;
        browser.see("朗读没有打开").await?;
        browser.network(Network::Free).await?;
        listen(browser, 100_000).await?;
        press(browser, "stop").await?;
        browser.run("window.__mute = true").await?;
        browser.click(".zs-listen").await?;
        browser.see("手机没有读出来").await?;
        ensure!(
            browser.run("return !document.querySelector('.zs-aloud button')").await? == json!(true),
            "the bar is gone"
        );
        Ok(())
    })
    .await;
}
