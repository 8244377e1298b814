//! How long a page takes on the phone profile: 390×844, CPU slowed 4×, 150 ms, 1.6 Mbit/s.
//! The peer is the same page frozen to one file: the same HTML with its style sheet inside, without the app. Later visits,
//! which link the style sheet that the first one has fetched, stand beside it.

use crate::load::Bare;
use crate::quantile;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Network, Scripts};

/// Runs of each page; the medians are compared. A load scatters by a tenth and more, so that few tell nothing.
const RUNS: usize = 21;
/// In how many of them the next visit is measured, too, which waits for files.
const LATER: usize = 5;
/// The pages that are measured.
const PAGES: [&str; 4] = ["/", "/screening/lung", "/screening/lung/decide", "/clinics"];

/// What one load of a page measured.
#[derive(Clone, Debug, Default)]
struct Loaded {
    first_paint: Vec<f64>,
    largest_paint: Vec<f64>,
    ready: Vec<f64>,
    bytes: Vec<f64>,
    shift: Vec<f64>,
}

/// Measures all pages.
pub async fn run() -> Result<()> {
    println!("pages on the phone profile, medians of {RUNS} loads with an empty cache, and of the next visit");
    println!("  {:<18} {:>9} {:>9} {:>9} {:>9} {:>7}", "", "FCP ms", "LCP ms", "ready ms", "bytes", "shift");
    let backend = Backend::start();
    let folder = tempfile::tempdir()?;
    for path in PAGES {
        let still = static_copy(&backend, path, folder.path()).await?;
        let browser = Browser::open(Scripts::All).await?;
        browser.network(Network::Phone).await?;
        browser.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
        let (mut ours, mut theirs, mut later) = (Loaded::default(), Loaded::default(), Loaded::default());
        for run in 0..RUNS {
            forget(&browser).await?;
            measure(&browser, &backend.at(path), Ends::Ready, &mut ours).await?;
            if run < LATER {
                // Until the file of the style sheet has come.
                tokio::time::sleep(std::time::Duration::from_secs(3)).await;
                measure(&browser, &backend.at(path), Ends::Ready, &mut later).await?;
            }
            forget(&browser).await?;
            measure(&browser, &still.address, Ends::Loaded, &mut theirs).await?;
        }
        browser.close().await?;
        let scatter = |loaded: &Loaded| {
            let mut paints = loaded.first_paint.clone();
            (quantile(&mut paints, 0.25), quantile(&mut paints, 0.75))
        };
        let (own, peer) = (scatter(&ours), scatter(&theirs));
        let ours = tell(path, ours);
        tell("  the next visit", later);
        let theirs = tell("  frozen page", theirs);
        let ratio = |n: usize| ours[n] / theirs[n];
        println!("  {:<18} {:>8.2}× {:>8.2}× {:>9} {:>8.2}×", "  ratio", ratio(0), ratio(1), "", ratio(3));
        println!("    half of the first paints: {:.0}–{:.0}, frozen {:.0}–{:.0}", own.0, own.1, peer.0, peer.1);
    }
    Ok(())
}

/// Until when a load is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Ready,
    Loaded,
}

/// The same page as a file: what phones get that ask to save data, compressed once.
async fn static_copy(backend: &Backend, path: &str, folder: &std::path::Path) -> Result<Bare> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let html = client.get(backend.at(path)).header("save-data", "on").send().await?.text().await?;
    ensure!(
        html.contains("<style data-of=") && !html.contains("rel=\"stylesheet\""),
        "a first visit carries its style"
    );
    let file = folder.join(format!("page{}.html.br", path.replace('/', "-")));
    std::fs::write(&file, brotli_of(html.as_bytes())?)?;
    Bare::start(&file, "text/html; charset=utf-8")
}

fn brotli_of(text: &[u8]) -> Result<Vec<u8>> {
    use std::io::Write as _;
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 9, 22);
    writer.write_all(text)?;
    drop(writer);
    Ok(out)
}

/// Makes the next visit the first one.
async fn forget(browser: &Browser) -> Result<()> {
    browser.cdp("Network.clearBrowserCache", json!({})).await?;
    browser.cdp("Network.clearBrowserCookies", json!({})).await?;
    Ok(())
}

async fn measure(browser: &Browser, address: &str, ends: Ends, into: &mut Loaded) -> Result<()> {
    browser.go("about:blank").await?;
    browser.go(address).await?;
    if ends == Ends::Ready {
        browser.ready().await?;
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let script = "
        return new Promise((done) => {
          const paint = performance.getEntriesByType('paint').find((entry) => entry.name === 'first-contentful-paint');
          const mark = performance.getEntriesByName('app-ready')[0];
          const page = performance.getEntriesByType('navigation')[0];
          const parts = performance.getEntriesByType('resource');
          new PerformanceObserver((list, observer) => {
            observer.disconnect();
            const entries = list.getEntries();
            done([paint ? paint.startTime : 0, entries[entries.length - 1].startTime, mark ? mark.startTime : 0,
              [page, ...parts].reduce((sum, part) => sum + part.transferSize, 0), window.__shift]);
          }).observe({ type: 'largest-contentful-paint', buffered: true });
        })";
    let Value::Array(numbers) = browser.run(script).await? else { anyhow::bail!("no measures") };
    let numbers: Vec<f64> = numbers.iter().filter_map(Value::as_f64).collect();
    let [first, largest, ready, bytes, shift] = numbers[..] else { anyhow::bail!("not five measures: {numbers:?}") };
    into.first_paint.push(first);
    into.largest_paint.push(largest);
    into.ready.push(ready);
    into.bytes.push(bytes);
    into.shift.push(shift);
    Ok(())
}

fn tell(name: &str, mut loaded: Loaded) -> [f64; 5] {
    let medians = [
        quantile(&mut loaded.first_paint, 0.5),
        quantile(&mut loaded.largest_paint, 0.5),
        quantile(&mut loaded.ready, 0.5),
        quantile(&mut loaded.bytes, 0.5),
        quantile(&mut loaded.shift, 0.5),
    ];
    let [first, largest, ready, bytes, shift] = medians;
    println!("  {name:<18} {first:>9.0} {largest:>9.0} {ready:>9.0} {bytes:>9.0} {shift:>7.3}");
    medians
}
