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
use leptos::prelude::*;
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
pub fn page(site: &Site, article: Article, kind: Kind) -> AnyView {
    let words = site.words;
    let (list, back) = match kind {
        Kind::Topic => (Route::Topics, words.all_topics),
        Kind::Guidance => (Route::GuidanceList, words.all_guidance),
        Kind::About => (Route::Home, words.home),
    };
    let review = article.review.as_ref().filter(|_| kind != Kind::About).map(|review| review_banner(site, review));
    let summary = summary(site, article.summary, &article.sources);
    let contents = contents(site, &article.sections);
    let sections = article.sections.into_iter().map(|part| section(site, part, &article.sources)).collect_view();
    let onward = (kind != Kind::About).then(|| onward(site, &article.service, &article.department));
    let sources = sources(site, &article.sources);
    view! {
        <a class="zs-back" href=site.to(&list)>
            {small_icon("back")}
            <span>{back}</span>
        </a>
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                {article.title}
            </h1>
            <p class="zs-lead">{article.lead}</p>
            {summary}
            {review}
            {contents}
        </div>
        {sections}
        {onward}
        {ask(site)}
        {sources}
    }
    .into_any()
}

fn summary(site: &Site, rows: Vec<SummaryRow>, sources: &[Source]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
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
        shown.push(row(line.label, line.text.into_any(), line.note));
    }
    view! {
        {summary_list(shown)}
        {source_note(site, &cited, sources)}
    }
    .into_any()
}

fn contents(site: &Site, sections: &[Section]) -> AnyView {
    let links = sections
        .iter()
        .map(|section| {
            let mut href = String::from("#");
            href.push_str(&section.id);
            view! {
                <li>
                    <a href=href>{section.heading.clone()}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="zs-contents" aria-label=site.words.on_this_page>
            <ul>{links}</ul>
        </nav>
    }
    .into_any()
}

fn section(site: &Site, section: Section, sources: &[Source]) -> AnyView {
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
    view! {
        <section class="zs-section" aria-labelledby=labelled>
            <h2 class="zs-h2" id=section.id>
                {section.heading}
            </h2>
            {blocks}
        </section>
    }
    .into_any()
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

fn shown(site: &Site, block: Block, sources: &[Source]) -> AnyView {
    match block {
        Block::Paragraph { text, .. } => view! { <p>{spans(text)}</p> }.into_any(),
        Block::Points { items, .. } => points(items),
        Block::Steps { items, .. } => timeline(items),
        Block::Care { level, title, items, .. } => care_card(site, level, title, items),
        Block::PerThousand(data) => per_thousand(site, data, sources),
        Block::Notice { title, text, .. } => notice(title, text),
        Block::Compare { rows, follows } => compare(site, rows, follows, sources),
    }
}

fn onward(site: &Site, service: &str, department: &str) -> AnyView {
    let words = site.words;
    let filter = ClinicFilter { service: Slug::parse(service), ..ClinicFilter::default() };
    let department = if department.is_empty() { String::new() } else { [words.department, department].concat() };
    let mut links = vec![link_card(site.to(&Route::Clinics(filter)), "pin", words.find_clinic.to_owned(), department)];
    if let Some(phone) = &site.hospital.phone {
        links.push(link_card(tel(&phone.number), "phone", words.call_to_ask.to_owned(), phone.number.clone()));
    }
    view! {
        <section class="zs-section" aria-labelledby="onward">
            <h2 class="zs-h2" id="onward">
                {words.next_step}
            </h2>
            {link_list(links)}
        </section>
    }
    .into_any()
}

fn sources(site: &Site, sources: &[Source]) -> AnyView {
    if sources.is_empty() {
        return ().into_any();
    }
    let items = sources
        .iter()
        .map(|source| {
            let text = told(site, source);
            if source.url.is_empty() {
                view! { <li>{text}</li> }.into_any()
            } else {
                view! {
                    <li>
                        <a href=source.url.clone() rel="noopener">
                            {text}
                        </a>
                    </li>
                }
                .into_any()
            }
        })
        .collect_view();
    view! {
        <details class="zs-details zs-sources" id="sources">
            <summary>{icon("source")} <span>{site.words.sources}</span> {icon("next")}</summary>
            <div>
                <ol>{items}</ol>
            </div>
        </details>
    }
    .into_any()
}
