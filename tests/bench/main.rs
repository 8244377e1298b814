//! `cargo xtask bench`: reading and checking the content and the first byte of a page; page loads on the phone profile
//! against a static page of the same text, requests against a bare axum handler and the bare database transaction, one
//! query of the search against a plain scan, and the follow-up pathway on large databases against one row and one
//! transaction of them, each pair in the same run and told as a ratio.
#![expect(clippy::print_stdout, reason = "a benchmark speaks on standard output")]

mod content;
mod load;
mod pages;
mod pathway;
mod requests;
mod search;

use anyhow::Result;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", file, kind] => runtime.block_on(load::serve_bare(file, kind)),
        ["content"] => runtime.block_on(content::run()),
        ["pages"] => runtime.block_on(pages::run()),
        ["pathway"] => runtime.block_on(pathway::run(None, None)),
        ["pathway", followups] => runtime.block_on(pathway::run(Some(followups.parse()?), None)),
        ["pathway", followups, store] => runtime.block_on(pathway::run(Some(followups.parse()?), Some(store))),
        ["requests"] => runtime.block_on(requests::run()),
        ["search"] => runtime.block_on(search::run()),
        [] => runtime.block_on(async {
            content::run().await?;
            pages::run().await?;
            requests::run().await?;
            search::run().await?;
            pathway::run(None, None).await
        }),
        _ => anyhow::bail!(
            "cargo xtask bench [content | pages | pathway [follow-ups [SQLite | PostgreSQL]] | requests | search]"
        ),
    }
}

/// The value below which `share` of the sorted values lie.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = ((values.len() as f64 - 1.0) * share).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}
