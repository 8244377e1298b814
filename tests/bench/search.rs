//! How long one query of the search takes: natively, and in the app on the phone profile (CPU slowed 4×) from the end of
//! the rest after a key to the hits on the page; each beside a plain scan of the same index for words that contain
//! what was typed.

use crate::quantile;
use anyhow::Result;
use serde_json::json;
use std::hint::black_box;
use std::time::Instant;
use zaoshai_backend::clock::Clock;
use zaoshai_backend::content::Library;
use zaoshai_contract::route::Lang;
use zaoshai_contract::search::{SearchIndex, find, fold};
use zaoshai_tests::backend::{Backend, content};
use zaoshai_tests::browser::{Browser, Scripts};

/// The queries of the backend's test.
const TABLE: &str = include_str!("../../backend/tests/data/search.tsv");
/// Queries that a browser is given at once: one script may run for half a minute.
const AT_ONCE: usize = 50;

/// Types each query and tells how long the app takes to answer, and how long a plain scan in the browser takes.
const TYPE: &str = "
    const [queries, done] = arguments;
    const field = document.getElementById('q'), later = window.setTimeout;
    let begun = 0;
    window.setTimeout = (callback, ms) => later(() => { if (ms < 100) begun = performance.now(); callback(); }, ms);
    const answer = (query) => new Promise((told) => {
      const observer = new MutationObserver(() => { observer.disconnect(); told(performance.now() - begun); });
      observer.observe(document.querySelector('main'), { childList: true, subtree: true });
      field.value = query;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    (async () => {
      window.__index ??= (await (await fetch('/api/v1/search')).json()).body.search.index;
      const ours = [], scan = [];
      for (const query of queries) {
        ours.push(await answer(query));
        const from = performance.now();
        const text = query.toLowerCase().replace(/[^0-9a-z\\u3400-\\uffff]/g, '');
        window.__hits = window.__index.words.filter((word) => word.text.includes(text)).flatMap((word) => word.at);
        scan.push(performance.now() - from);
      }
      window.setTimeout = later;
      done([ours, scan]);
    })();";

/// Measures both.
pub async fn run() -> Result<()> {
    let queries: Vec<&str> =
        TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next()).collect();
    println!("one query of the search, over {} queries", queries.len());
    let today = Clock::System.now().date();
    let library =
        Library::load(&content(), today).map_err(|findings| anyhow::anyhow!("{} findings", findings.len()))?;
    let index = library.search(Lang::Hans);
    let scan = tell("natively, a plain scan", timed(&queries, |query| scan(index, query)), None);
    tell("natively", timed(&queries, |query| find(index, query).len()), Some(scan));

    let backend = Backend::start();
    let browser = Browser::open(Scripts::All).await?;
    browser.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
    browser.go_ready(&backend.at("/search")).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first round warms the compiled code, as the keys before a query do.
    for (round, queries) in queries.chunks(AT_ONCE).take(1).chain(queries.chunks(AT_ONCE)).enumerate() {
        let answer = browser.driver.execute_async(TYPE, vec![json!(queries)]).await?;
        let [app, scan]: [Vec<f64>; 2] = serde_json::from_value(answer.json().clone())?;
        if round > 0 {
            ours.extend(app);
            theirs.extend(scan);
        }
    }
    browser.close().await?;
    let theirs = tell("phone profile, a plain scan in JavaScript", theirs, None);
    tell("phone profile, looked up and on the page", ours, Some(theirs));
    Ok(())
}

/// The entries of all words that contain a text.
fn scan(index: &SearchIndex, typed: &str) -> usize {
    let typed = fold(typed);
    index.words.iter().filter(|word| word.text.contains(&typed)).map(|word| word.at.len()).sum()
}

/// Milliseconds that each query takes.
fn timed(queries: &[&str], answer: impl Fn(&str) -> usize) -> Vec<f64> {
    queries
        .iter()
        .map(|query| {
            let begun = Instant::now();
            black_box(answer(black_box(query)));
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect()
}

fn tell(name: &str, mut times: Vec<f64>, peer: Option<f64>) -> f64 {
    let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    let ratio = peer.map_or_else(String::new, |peer| format!("   {:.1} × the peer", p50 / peer));
    println!("  {name:<44} p50 {p50:>7.3} ms  p99 {p99:>7.3} ms{ratio}");
    p50
}
