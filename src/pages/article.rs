//! Topics, guidance and pages about the app: the answer first, then the sections, then what to do next.

use super::home::ask;
use crate::components::Site;
use crate::components::care_card::care_card;
use crate::components::compare::compare;
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::per_thousand::per_thousand;
use crate::components::phone_link::tel;
use crate::components::points::{points, spans};
use crate::components::review_banner::review_banner;
use crate::components::source_note::{source_note, told};
use crate::components::summary_list::{row, summary_list};
use crate::components::timeline::timeline;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Article, Block, Cited, Section, Source, SummaryRow};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// What an article is about, which decides where it leads back and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A topic.
    Topic,
    /// A guidance page.
    Guidance,
    /// The app itself.
    About,
}

/// The page.
pub fn page(site: &Site, article: Article, kind: Kind) -> Node {
    let words = site.words;
    let (list, back) = match kind {
        Kind::Topic => (Route::Topics, words.all_topics),
        Kind::Guidance => (Route::GuidanceList, words.all_guidance),
        Kind::About => (Route::Home, words.home),
    };
    let review = article.review.as_ref().filter(|_| kind != Kind::About).map(|review| review_banner(site, review));
    let summary = summary(site, article.summary, &article.sources);
    let contents = contents(site, &article.sections);
    let sections = article.sections.into_iter().map(|part| section(site, part, &article.sources)).collect::<Vec<_>>();
    let onward = (kind != Kind::About).then(|| onward(site, &article.service, &article.department));
    let sources = sources(site, &article.sources);
    nodes![
        el("a").class("zs-back").with("href", site.to(&list)).child(small_icon("back")).child(el("span").child(back)),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(article.title))
            .child(el("p").class("zs-lead").child(article.lead))
            .child(summary)
            .child(review)
            .child(contents),
        sections,
        onward,
        ask(site),
        sources
    ]
}

fn summary(site: &Site, rows: Vec<SummaryRow>, sources: &[Source]) -> Node {
    if rows.is_empty() {
        return Node::from(());
    }
    let mut cited = Cited::default();
    let mut shown = Vec::new();
    for line in rows {
        cited.unchecked |= line.cited.unchecked;
        for place in line.cited.sources {
            if !cited.sources.contains(&place) {
                cited.sources.push(place);
            }
        }
        shown.push(row(line.label, Node::from(line.text), line.note));
    }
    nodes![summary_list(shown), source_note(site, &cited, sources)]
}

fn contents(site: &Site, sections: &[Section]) -> Node {
    let links = sections
        .iter()
        .map(|section| {
            let mut href = String::from("#");
            href.push_str(&section.id);
            el("li").child(el("a").with("href", href).child(section.heading.clone()))
        })
        .collect::<Vec<_>>();
    el("nav").class("zs-contents").with("aria-label", site.words.on_this_page).child(el("ul").child(links)).node()
}

fn section(site: &Site, section: Section, sources: &[Source]) -> Node {
    let mut blocks = Vec::new();
    let mut rest = section.blocks.into_iter().peekable();
    while let Some(block) = rest.next() {
        let cited = cited_of(&block).cloned().unwrap_or_default();
        blocks.push(shown(site, block, sources));
        // Blocks that rest on the same sources share one note.
        let next_same = rest.peek().is_some_and(|next| cited_of(next) == Some(&cited));
        if !cited.is_empty() && !next_same {
            blocks.push(source_note(site, &cited, sources));
        }
    }
    let labelled = section.id.clone();
    el("section")
        .class("zs-section")
        .with("aria-labelledby", labelled)
        .child(el("h2").class("zs-h2").with("id", section.id).child(section.heading))
        .child(blocks)
        .node()
}

/// The sources of a block that are told below it; pictures and comparisons tell their own.
fn cited_of(block: &Block) -> Option<&Cited> {
    match block {
        Block::Paragraph { cited, .. }
        | Block::Points { cited, .. }
        | Block::Steps { cited, .. }
        | Block::Care { cited, .. }
        | Block::Notice { cited, .. } => Some(cited),
        Block::PerThousand(_) | Block::Compare { .. } => None,
    }
}

fn shown(site: &Site, block: Block, sources: &[Source]) -> Node {
    match block {
        Block::Paragraph { text, .. } => el("p").child(spans(text)).node(),
        Block::Points { items, .. } => points(items),
        Block::Steps { items, .. } => timeline(items),
        Block::Care { level, title, items, .. } => care_card(site, level, title, items),
        Block::PerThousand(data) => per_thousand(site, data, sources),
        Block::Notice { title, text, .. } => notice(title, text),
        Block::Compare { rows, follows } => compare(site, rows, follows, sources),
    }
}

fn onward(site: &Site, service: &str, department: &str) -> Node {
    let words = site.words;
    let filter = ClinicFilter { service: Slug::parse(service), ..ClinicFilter::default() };
    let department = if department.is_empty() { String::new() } else { [words.department, department].concat() };
    let mut links = vec![link_card(site.to(&Route::Clinics(filter)), "pin", words.find_clinic.to_owned(), department)];
    if let Some(phone) = &site.hospital.phone {
        links.push(link_card(tel(&phone.number), "phone", words.call_to_ask.to_owned(), phone.number.clone()));
    }
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "onward")
        .child(el("h2").class("zs-h2").with("id", "onward").child(words.next_step))
        .child(link_list(links))
        .node()
}

fn sources(site: &Site, sources: &[Source]) -> Node {
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
