//! Where a statement comes from: in articles a mark that leads to the numbered list at the end, in checks a note right
//! below it. A statement that nobody has checked against an original says so.

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

/// The marks of a statement, each a link to its source in the list at the end; nothing when nothing is cited.
pub fn marks(site: &Site, cited: &Cited) -> Node {
    let mut marks: Vec<Node> = cited
        .sources
        .iter()
        .map(|place| {
            let number = (place + 1).to_string();
            el("a")
                .class("zs-ref")
                .with("href", ["#source-", &number].concat())
                .with("aria-label", [site.words.source, " ", &number].concat())
                .child(["[", &number, "]"].concat())
                .node()
        })
        .collect();
    if cited.unchecked {
        marks.push(
            el("a")
                .class("zs-ref zs-ref--unchecked")
                .with("href", "#unchecked")
                .child(site.words.unchecked_mark)
                .node(),
        );
    }
    if marks.is_empty() { Node::from(()) } else { el("span").class("zs-refs").child(marks).node() }
}

/// All sources of an article, numbered, each with the way back to where it is first used.
/// `used` are the parts of the page with what they cite, in order.
pub fn numbered_sources(site: &Site, sources: &[Source], used: &[(String, Cited)], after: Node) -> Node {
    let words = site.words;
    let back = |part: Option<&(String, Cited)>| {
        part.map(|(id, _)| {
            el("a").class("zs-sources__back").with("href", ["#", id].concat()).child(words.back_to_text).node()
        })
    };
    let mut items = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let first = used.iter().find(|(_, cited)| cited.sources.iter().any(|one| usize::from(*one) == place));
        let text = told(site, source);
        let text = if source.url.is_empty() {
            el("span").child(text)
        } else {
            el("a").with("href", source.url.clone()).with("rel", "noopener").child(text)
        };
        let id = ["source-", &(place + 1).to_string()].concat();
        items.push(el("li").with("id", id).child(text).child(back(first)).node());
    }
    let unchecked = used.iter().find(|(_, cited)| cited.unchecked).map(|first| {
        el("p")
            .class("zs-sources__unchecked")
            .with("id", "unchecked")
            .child(el("span").child(words.unchecked))
            .child(back(Some(first)))
    });
    el("section")
        .class("zs-section zs-sources")
        .with("aria-labelledby", "sources")
        .child(el("h2").class("zs-h3").with("id", "sources").child(words.sources))
        .child(el("ol").child(items))
        .child(unchecked)
        .child(after)
        .node()
}
