//! Topics, guidance and pages about the app: the answer first, then the sections, then what to do next.

use crate::components::Site;
use crate::components::ask::ask;
use crate::components::back_line::back_line;
use crate::components::care_card::care_card;
use crate::components::checklist::{checklist, numbered};
use crate::components::compare::compare;
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::options::{options, values};
use crate::components::per_thousand::per_thousand;
use crate::components::phone_link::tel;
use crate::components::points::{points, spans};
use crate::components::review_banner::review_banner;
use crate::components::source_note::{source_note, sources};
use crate::components::summary_list::{row, summary_list};
use crate::components::timeline::timeline;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Article, Block, Cited, Meaning, Section, Source, SummaryRow};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// What an article is about, which decides where it leads back and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A topic.
    Topic,
    /// The aid to decide about a topic.
    Decision,
    /// What the words on a report mean.
    Result,
    /// Who is entitled to what.
    Programme,
    /// A guidance page.
    Guidance,
    /// The app itself.
    About,
}

/// The page.
pub fn page(site: &Site, article: Article, kind: Kind) -> Node {
    let words = site.words;
    let decided = Slug::parse(&article.id);
    let (list, back) = match kind {
        Kind::Topic => (Route::Topics, words.all_topics),
        Kind::Decision => (decided.clone().map_or(Route::Topics, Route::Topic), words.back_to_topic),
        Kind::Result => (Route::Results(String::new()), words.title_results),
        Kind::Programme => (Route::Programmes, words.title_programmes),
        Kind::Guidance => (Route::GuidanceList, words.all_guidance),
        Kind::About => (Route::Home, words.home),
    };
    let review = article.review.as_ref().filter(|_| kind != Kind::About).map(|review| review_banner(site, review));
    let summary = summary(site, article.summary, &article.sources);
    let contents = contents(site, &article.sections);
    let check = decided.clone().filter(|_| article.check).map(|id| {
        link_card(site.to(&Route::Check(id)), "check", words.check_topic.to_owned(), words.check_private.to_owned())
    });
    let decide = decided.filter(|_| article.decide).map(|id| {
        link_card(site.to(&Route::Decision(id)), "screen", words.decide.to_owned(), words.decide_hint.to_owned())
    });
    let framed = article.frame.map(|frame| {
        let counted = [words.counts, &frame.denominator, words.counts_over, &frame.span, words.counts_end].concat();
        nodes![
            el("p").class("zs-notice").child(icon("info")).child(el("span").child(counted)),
            el("p").class("zs-small").child(words.funding).child(frame.funding)
        ]
    });
    let id = article.id;
    let sections =
        article.sections.into_iter().map(|part| section(site, &id, part, &article.sources)).collect::<Vec<_>>();
    let meanings = meanings(site, article.words);
    let onward = (kind != Kind::About).then(|| onward(site, &article.service, &article.department));
    let sources = sources(site, &article.sources);
    nodes![
        back_line(site, site.to(&list), back),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(article.title))
            .child(review)
            .child(el("p").class("zs-lead").child(article.lead))
            .child(framed)
            .child(summary)
            .child(check)
            .child(decide)
            .child(contents),
        sections,
        onward,
        ask(site),
        meanings,
        sources
    ]
}

/// Hard words of the page that could not open where they stand.
fn meanings(site: &Site, words: Vec<Meaning>) -> Node {
    if words.is_empty() {
        return Node::from(());
    }
    let rows = words
        .into_iter()
        .map(|meaning| {
            el("div")
                .class("zs-summary-list__row")
                .child(el("dt").child(meaning.word))
                .child(el("dd").child(meaning.text))
        })
        .collect::<Vec<_>>();
    el("details")
        .class("zs-details")
        .with("id", "hard-words")
        .child(el("summary").child(icon("book")).child(el("span").child(site.words.meanings)).child(icon("next")))
        .child(el("dl").class("zs-summary-list zs-summary-list--wide").child(rows))
        .node()
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

fn section(site: &Site, article: &str, section: Section, sources: &[Source]) -> Node {
    // What a person ticks is kept under the article's and the section's name.
    let name = [article, "-", &section.id].concat();
    let mut blocks = Vec::new();
    let mut lists = 0;
    let mut rest = section.blocks.into_iter().peekable();
    while let Some(block) = rest.next() {
        let cited = block.cited().cloned().unwrap_or_default();
        lists += usize::from(matches!(block, Block::Checklist { .. }));
        // A second list of a section has a name of its own.
        let own = if lists > 1 { numbered(&name, lists) } else { name.clone() };
        blocks.push(shown(site, &own, block, sources));
        // Blocks that rest on the same sources share one note.
        let next_same = rest.peek().is_some_and(|next| next.cited() == Some(&cited));
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

fn shown(site: &Site, name: &str, block: Block, sources: &[Source]) -> Node {
    match block {
        Block::Paragraph { text, .. } => el("p").child(spans(text)).node(),
        Block::Points { items, .. } => points(items),
        Block::Steps { items, .. } => timeline(items),
        Block::Care { level, title, items, onward, .. } => care_card(site, level, title, items, onward),
        Block::Checklist { title, items, .. } => checklist(site, name, title, items),
        Block::Options { items } => options(site, items, sources),
        Block::Values { items, options } => values(site, name, items, options),
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
