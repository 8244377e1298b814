//! The budgets of bytes: what a phone downloads on its first visit of any public page. Every page
//! is taken from a running backend, with whatever it links, and weighed as brotli of quality 11.
//! A page that is too heavy, names a web font, or loads anything from elsewhere fails the check.

use crate::backend::Server;
use crate::compress::{brotli, on_all_cores};
use crate::html;
use crate::http;
use crate::process::say;
use anyhow::{Context as _, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::AddAssign;
use std::sync::Mutex;

const KB: usize = 1024;

/// How many of the heaviest pages the table shows.
const SHOWN: usize = 8;

/// Bytes of one page's first visit, by kind, compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Weight {
    html: usize,
    css: usize,
    js: usize,
    wasm: usize,
    /// Pictures and whatever else the page loads.
    other: usize,
}

/// The columns of the table: a title, the column's value, and its limit if it has one.
type Column = (&'static str, fn(&Weight) -> usize, Option<usize>);

const COLUMNS: [Column; 6] = [
    ("HTML", |weight| weight.html, Some(14 * KB)),
    ("CSS", |weight| weight.css, Some(12 * KB)),
    ("JS", |weight| weight.js, Some(10 * KB)),
    ("wasm", |weight| weight.wasm, Some(110 * KB)),
    ("other", |weight| weight.other, None),
    ("all", Weight::all, Some(140 * KB)),
];

impl Weight {
    fn all(&self) -> usize {
        self.html + self.css + self.js + self.wasm + self.other
    }
}

impl AddAssign<(Kind, usize)> for Weight {
    fn add_assign(&mut self, (kind, bytes): (Kind, usize)) {
        let sum = match kind {
            Kind::Css => &mut self.css,
            Kind::Js => &mut self.js,
            Kind::Wasm => &mut self.wasm,
            Kind::Other => &mut self.other,
        };
        *sum += bytes;
    }
}

/// What a file is that a page loads.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Css,
    Js,
    Wasm,
    Other,
}

impl Kind {
    fn of(path: &str) -> Self {
        let file = path.split(['?', '#']).next().unwrap_or(path);
        match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("css") => Self::Css,
            Some("js" | "mjs") => Self::Js,
            Some("wasm") => Self::Wasm,
            _ => Self::Other,
        }
    }
}

/// Weighs every page of the server's site map; prints a table, and gives what breaks a budget.
pub fn check(server: &Server) -> Result<Vec<String>> {
    let paths = site_map(server.port)?;
    let scales = Scales { port: server.port, known: Mutex::new(BTreeMap::new()) };
    // The shared files are weighed before the pages, or several cores would weigh them at once.
    if let Some(first) = paths.first() {
        scales.weigh(first)?;
    }
    let mut pages = Vec::new();
    let mut faults = Vec::new();
    for (path, weighed) in paths.iter().zip(on_all_cores(&paths, |path| scales.weigh(path))) {
        let (weight, strange) = weighed.with_context(|| format!("cannot weigh {path}"))?;
        faults.extend(strange.into_iter().map(|what| format!("{path}: {what}")));
        faults.extend(over_budget(path, &weight));
        pages.push((path.clone(), weight));
    }
    say(&table(pages));
    Ok(faults)
}

/// The paths of all public pages.
fn site_map(port: u16) -> Result<Vec<String>> {
    let answer = http::get(port, "/sitemap.txt")?;
    ensure!(answer.status == 200, "/sitemap.txt answers {}", answer.status);
    let text = String::from_utf8(answer.body).context("/sitemap.txt is not text")?;
    let paths: Vec<String> = text.lines().filter_map(path_in_site_map).collect();
    ensure!(!paths.is_empty(), "/sitemap.txt names no page");
    Ok(paths)
}

/// A line of the site map is a path, or a whole address if the server knows its public name.
fn path_in_site_map(line: &str) -> Option<String> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    let Some((_, rest)) = line.split_once("://") else {
        return Some(line.to_owned());
    };
    Some(rest.find('/').map_or("/", |at| &rest[at..]).to_owned())
}

/// Weighs pages and remembers the files they share.
struct Scales {
    port: u16,
    known: Mutex<BTreeMap<String, (usize, Vec<String>)>>,
}

impl Scales {
    /// The page's weight, and what it should not hold.
    fn weigh(&self, path: &str) -> Result<(Weight, Vec<String>)> {
        let answer = http::get(self.port, path)?;
        ensure!(answer.status == 200, "answers {}", answer.status);
        let page = String::from_utf8(answer.body).context("the page is not text")?;
        let mut weight = Weight { html: brotli(without_style(&page).as_bytes())?.len(), ..Weight::default() };
        let loads = loads(&page);
        let mut strange = loads.strange;
        for file in loads.files {
            let (bytes, faults) = self.weigh_file(&file)?;
            weight += (Kind::of(&file), bytes);
            strange.extend(faults);
        }
        Ok((weight, strange))
    }

    fn weigh_file(&self, path: &str) -> Result<(usize, Vec<String>)> {
        let known = |scales: &Self| {
            let known = scales.known.lock().ok()?;
            known.get(path).cloned()
        };
        if let Some(found) = known(self) {
            return Ok(found);
        }
        let answer = http::get(self.port, path)?;
        ensure!(answer.status == 200, "{path} answers {}", answer.status);
        // A picture may grow by compressing; it is sent as it is then.
        let bytes = brotli(&answer.body)?.len().min(answer.body.len());
        let mut strange = Vec::new();
        if Kind::of(path) == Kind::Css {
            let css = String::from_utf8_lossy(&answer.body);
            strange = strange_css(&css).into_iter().map(|what| format!("{path} {what}")).collect();
        }
        if let Ok(mut known) = self.known.lock() {
            known.insert(path.to_owned(), (bytes, strange.clone()));
        }
        Ok((bytes, strange))
    }
}

/// The page without the style sheet that a first visit is sent inside it, which is weighed by its file. That file itself
/// comes later, when nothing waits for the network any more.
fn without_style(page: &str) -> String {
    let style = html::tags(page).into_iter().find(|tag| tag.name == "style");
    let Some((start, length)) = style.and_then(|tag| Some((tag.place.end, page[tag.place.end..].find("</style")?)))
    else {
        return page.to_owned();
    };
    [&page[..start], &page[start + length..]].concat()
}

/// What a page makes the phone load, and what of it is not allowed.
#[derive(Debug, Default)]
struct Loads {
    files: BTreeSet<String>,
    strange: Vec<String>,
}

fn loads(page: &str) -> Loads {
    let mut loads = Loads::default();
    for tag in html::tags(page) {
        let attributes: &[&str] = match tag.name.as_str() {
            "script" => &["src", "data-js", "data-wasm"],
            "link" if loads_its_address(&tag) => &["href"],
            "style" => &["data-of"],
            "img" | "iframe" | "video" | "audio" | "source" | "embed" => &["src"],
            _ => continue,
        };
        for attribute in attributes {
            let Some(address) = tag.attribute(attribute) else {
                continue;
            };
            if address.starts_with("data:") {
                continue;
            }
            if is_elsewhere(address) {
                let what = format!("<{}> loads from elsewhere: {address}", tag.name);
                loads.strange.push(what);
            } else if is_font(address) || tag.attribute("as") == Some("font") {
                let what = format!("<{}> loads a web font: {address}", tag.name);
                loads.strange.push(what);
            } else if counts_at_first_visit(&tag) {
                // An address is compared by its file: `&amp;` stands only in queries.
                loads.files.insert(address.replace("&amp;", "&"));
            }
        }
    }
    if page.contains("@font-face") {
        loads.strange.push("names a web font".to_owned());
    }
    loads
}

/// A canonical address or one of another language is not loaded, an icon is.
fn loads_its_address(tag: &html::Tag<'_>) -> bool {
    let loading = [
        "stylesheet",
        "preload",
        "modulepreload",
        "prefetch",
        "preconnect",
        "dns-prefetch",
        "icon",
        "apple-touch-icon",
        "mask-icon",
        "manifest",
    ];
    loading.iter().any(|rel| tag.has_rel(rel))
}

/// Icons and the manifest come later and only where a page is kept; pictures further down come
/// when they are scrolled to.
fn counts_at_first_visit(tag: &html::Tag<'_>) -> bool {
    let later = ["icon", "apple-touch-icon", "mask-icon", "manifest"];
    tag.attribute("loading") != Some("lazy") && !later.iter().any(|rel| tag.has_rel(rel))
}

fn is_elsewhere(address: &str) -> bool {
    address.starts_with("//") || address.contains("://")
}

fn is_font(address: &str) -> bool {
    let file = address.split(['?', '#']).next().unwrap_or(address);
    [".woff", ".woff2", ".ttf", ".otf", ".eot"].iter().any(|ending| file.to_ascii_lowercase().ends_with(ending))
}

fn strange_css(css: &str) -> Vec<&'static str> {
    let mut strange = Vec::new();
    if css.contains("@font-face") {
        strange.push("names a web font");
    }
    if css.contains("@import") {
        strange.push("imports another style sheet");
    }
    let elsewhere = ["url(http", "url(\"http", "url('http", "url(//", "url(\"//", "url('//"];
    if elsewhere.iter().any(|address| css.contains(address)) {
        strange.push("loads from elsewhere");
    }
    strange
}

/// The budgets that a page breaks, in words.
fn over_budget(path: &str, weight: &Weight) -> Vec<String> {
    COLUMNS
        .iter()
        .filter_map(|(title, value, limit)| {
            let (value, limit) = (value(weight), (*limit)?);
            (value > limit)
                .then(|| format!("{path}: {title} {} KB is more than {} KB", kilobytes(value), kilobytes(limit)))
        })
        .collect()
}

/// The heaviest pages, and below them the heaviest of each column against its limit.
fn table(mut pages: Vec<(String, Weight)>) -> String {
    pages.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.all()));
    let mut text = format!("\n   {} public pages, KB after brotli 11, the heaviest first\n", pages.len());
    let mut row = |name: &str, cell: &dyn Fn(&Column) -> String| {
        let _ = write!(text, "   {name:<40}");
        for column in &COLUMNS {
            let _ = write!(text, "{:>8}", cell(column));
        }
        text.push('\n');
    };
    row("page", &|(title, ..)| (*title).to_owned());
    for (path, weight) in pages.iter().take(SHOWN) {
        row(path, &|(_, value, _)| kilobytes(value(weight)));
    }
    let most = |value: fn(&Weight) -> usize| pages.iter().map(|(_, weight)| value(weight)).max().unwrap_or(0);
    row("most of any page", &|(_, value, _)| kilobytes(most(*value)));
    row("limit", &|(.., limit)| limit.map_or_else(String::new, kilobytes));
    row("left", &|(_, value, limit)| limit.map_or_else(String::new, |limit| left(limit, most(*value))));
    text
}

fn left(limit: usize, used: usize) -> String {
    if used > limit {
        return format!("-{}", kilobytes(used - limit));
    }
    kilobytes(limit - used)
}

/// With one decimal, rounded up: what is over a limit never looks as if it were on it.
fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(KB);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><head>\
        <link rel=\"canonical\" href=\"https://example.org/\">\
        <link rel=\"stylesheet\" href=\"/style-1.css\">\
        <link rel=\"modulepreload\" href=\"/app-1.js\">\
        <link rel=\"preload\" as=\"fetch\" href=\"/app-1_bg.wasm\">\
        <link rel=\"icon\" href=\"/icon.svg\">\
        <script defer src=\"/loader-1.js\" data-js=\"/app-1.js\" data-wasm=\"/app-1_bg.wasm\">\
        </script></head><body><img src=\"/map.svg\"><img loading=\"lazy\" src=\"/later.svg\">\
        <a href=\"https://example.org/else\">elsewhere</a></body>";

    #[test]
    fn a_page_loads_each_file_once_and_no_link_counts() {
        let loads = loads(PAGE);
        assert!(loads.strange.is_empty(), "{:?}", loads.strange);
        let files: Vec<_> = loads.files.iter().map(String::as_str).collect();
        assert_eq!(files, ["/app-1.js", "/app-1_bg.wasm", "/loader-1.js", "/map.svg", "/style-1.css"]);
    }

    #[test]
    fn a_style_sheet_inside_a_page_is_weighed_by_its_file_alone() {
        let page = "<head><style data-of=\"/style-1.css\">b{top:0}</style></head><p>text</p>";
        assert_eq!(without_style(page), "<head><style data-of=\"/style-1.css\"></style></head><p>text</p>");
        assert_eq!(without_style(PAGE), PAGE);
        assert_eq!(loads(page).files.into_iter().collect::<Vec<_>>(), ["/style-1.css"]);
    }

    #[test]
    fn fonts_and_addresses_elsewhere_are_found() {
        for bad in [
            "<script src=\"https://cdn.example/x.js\"></script>",
            "<link rel=\"preconnect\" href=\"//cdn.example\">",
            "<img src=\"http://cdn.example/x.png\">",
            "<link rel=\"preload\" as=\"font\" href=\"/a\">",
            "<link rel=\"preload\" href=\"/a.woff2?v=1\">",
            "<style>@font-face { src: url(/a) }</style>",
        ] {
            assert_eq!(loads(bad).strange.len(), 1, "{bad}");
        }
        assert_eq!(strange_css("@import url(//cdn.example/a.css)").len(), 2);
        assert!(strange_css("a { background: url(/a.svg) }").is_empty());
    }

    #[test]
    fn a_budget_holds_to_the_last_byte() {
        let mut weight = Weight { html: 14 * KB, css: 12 * KB, js: 10 * KB, wasm: 104 * KB, other: 0 };
        assert_eq!(weight.all(), 140 * KB);
        assert!(over_budget("/", &weight).is_empty());
        weight += (Kind::Js, 1);
        let broken = over_budget("/", &weight);
        assert_eq!(broken, ["/: JS 10.1 KB is more than 10.0 KB", "/: all 140.1 KB is more than 140.0 KB"]);
    }

    #[test]
    fn kinds_are_told_by_their_endings() {
        assert_eq!(Kind::of("/a-1_bg.wasm"), Kind::Wasm);
        assert_eq!(Kind::of("/a.js?v=1"), Kind::Js);
        assert_eq!(Kind::of("/a.css"), Kind::Css);
        assert_eq!(Kind::of("/picture"), Kind::Other);
    }

    #[test]
    fn the_site_map_may_hold_paths_or_addresses() {
        assert_eq!(path_in_site_map("/a/b\r").as_deref(), Some("/a/b"));
        assert_eq!(path_in_site_map("https://example.org/a").as_deref(), Some("/a"));
        assert_eq!(path_in_site_map("https://example.org").as_deref(), Some("/"));
        assert_eq!(path_in_site_map("  "), None);
    }

    #[test]
    fn the_table_shows_what_is_left() {
        let weight = Weight { html: 15 * KB, css: 2 * KB, ..Weight::default() };
        let text = table(vec![("/".to_owned(), weight)]);
        let left: Vec<_> = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("left"))
            .map(|line| line.split_whitespace().collect())
            .unwrap_or_default();
        assert_eq!(left, ["-1.0", "10.0", "10.0", "110.0", "123.0"]);
    }
}
