//! Where a statement comes from, right below it; a statement that nobody has checked against an original says so.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Cited, Grade, Source};

/// A source in one line: issuer, title, year, and how far it was read.
pub fn told(site: &Site, source: &Source) -> String {
    let year = source.year.to_string();
    // English pages have issuer and title in one line.
    let mut out = if source.issuer.is_empty() {
        [&source.title, ", ", &year].concat()
    } else {
        [&source.issuer, "《", &source.title, "》", &year].concat()
    };
    if source.grade == Grade::C {
        out.push('（');
        out.push_str(site.words.second_hand);
        out.push('）');
    }
    out
}

/// The note; nothing when nothing is cited.
pub fn source_note(site: &Site, cited: &Cited, sources: &[Source]) -> Node {
    let mut text = String::new();
    for place in &cited.sources {
        if let Some(source) = sources.get(usize::from(*place)) {
            if !text.is_empty() {
                text.push('；');
            }
            text.push_str(&told(site, source));
        }
    }
    let named =
        (!text.is_empty()).then(|| el("p").class("zs-source-note").child(icon("source")).child(el("span").child(text)));
    let unchecked = cited.unchecked.then(|| {
        el("p")
            .class("zs-source-note zs-source-note--unchecked")
            .child(icon("pending"))
            .child(el("span").child(site.words.unchecked))
    });
    nodes![named, unchecked]
}

/// All sources of a page, folded away.
pub fn sources(site: &Site, sources: &[Source]) -> Node {
    if sources.is_empty() {
        return Node::from(());
    }
    let items = sources
        .iter()
        .map(|source| {
            let text = told(site, source);
            if source.url.is_empty() {
                el("li").child(text).node()
            } else {
                el("li").child(el("a").with("href", source.url.clone()).with("rel", "noopener").child(text)).node()
            }
        })
        .collect::<Vec<_>>();
    el("details")
        .class("zs-details zs-sources")
        .with("id", "sources")
        .child(el("summary").child(icon("source")).child(el("span").child(site.words.sources)).child(icon("next")))
        .child(el("div").child(el("ol").child(items)))
        .node()
}
