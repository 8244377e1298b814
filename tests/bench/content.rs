//! How long it takes to read and check all content, beside reading and parsing the same files alone, and how long a
//! phone waits for the first byte of a topic page, beside a bare handler with the same bytes.

use crate::load::Bare;
use crate::quantile;
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::time::Instant;
use zaoshai_backend::clock::Clock;
use zaoshai_backend::content::{Area, Library};
use zaoshai_tests::backend::{Backend, content};

/// Times the content is read.
const LOADS: usize = 30;
/// Requests for the first byte.
const REQUESTS: usize = 400;

/// Measures both.
pub async fn run() -> Result<()> {
    let folder = content();
    let files = files_below(&folder)?;
    let bytes: usize = files.iter().map(|file| std::fs::metadata(file).map_or(0, |found| found.len() as usize)).sum();
    let today = Clock::System.now().date();
    println!("content: {} files, {} KB, medians of {LOADS}", files.len(), bytes / 1000);
    // The first load unpacks OpenCC's tables; a server does that once.
    let library = Library::load(&folder, today).map_err(|findings| anyhow::anyhow!("{} findings", findings.len()))?;
    let whole = median(LOADS, || {
        let loaded = Library::load(&folder, today).is_ok();
        ensure!(loaded, "the content is sound");
        Ok(())
    })?;
    let parsing = median(LOADS, || {
        for file in &files {
            let text = std::fs::read_to_string(file)?;
            std::hint::black_box(pulldown_cmark::Parser::new(&text).count());
        }
        Ok(())
    })?;
    println!("  {:<44} {whole:>8.1} ms", "read and check everything");
    println!("  {:<44} {parsing:>8.1} ms   {:.1} × as long", "read and parse the same files alone", whole / parsing);

    println!("first byte of a topic page, one request after the other");
    let backend = Backend::start();
    let client = reqwest::Client::builder().no_proxy().build()?;
    // A connection is made before anything is measured.
    client.get(backend.at("/livez")).send().await?.bytes().await?;
    let mut cold = Vec::new();
    let mut page = Vec::new();
    for id in library.hans.shelf(Area::Topics).entries.keys() {
        let address = backend.at(&format!("/screening/{id}"));
        let (time, body) = first_byte(&client, &address).await?;
        cold.push(time);
        page = body;
    }
    let last = library.hans.shelf(Area::Topics).entries.keys().last().context("a topic")?;
    let warm = many(&client, &backend.at(&format!("/screening/{last}"))).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("topic.html.br");
    std::fs::write(&file, page)?;
    let bare = Bare::start(&file, "text/html; charset=utf-8")?;
    client.get(&bare.address).send().await?.bytes().await?;
    let peer = many(&client, &bare.address).await?;
    let tell = |name: &str, mut times: Vec<f64>, peer: Option<f64>| {
        let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
        let ratio = peer.map_or_else(String::new, |peer| format!("   {:.2} × the peer", p50 / peer));
        println!("  {name:<44} p50 {p50:>7.2} ms  p99 {p99:>7.2} ms{ratio}");
        p50
    };
    let peer = tell("a bare handler with the same bytes", peer, None);
    tell("a topic page that was asked for before", warm, Some(peer));
    tell("each topic page the first time in an hour", cold, Some(peer));
    Ok(())
}

async fn many(client: &reqwest::Client, address: &str) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        times.push(first_byte(client, address).await?.0);
    }
    Ok(times)
}

/// Milliseconds until the answer begins, and its body.
async fn first_byte(client: &reqwest::Client, address: &str) -> Result<(f64, Vec<u8>)> {
    let asked = Instant::now();
    let answer = client.get(address).header("accept-encoding", "br").send().await?;
    let time = asked.elapsed().as_secs_f64() * 1000.0;
    ensure!(answer.status().is_success(), "{address} answered {}", answer.status());
    Ok((time, answer.bytes().await?.to_vec()))
}

/// The median time of a piece of work, milliseconds.
fn median(times: usize, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut measured = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        work()?;
        measured.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(quantile(&mut measured, 0.5))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}
