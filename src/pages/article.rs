//! Topics, guidance and pages about the app: the answer first, then the sections, then what to do next.

use crate::components::Site;
use crate::components::ask::ask_with;
use crate::components::back_line::back_line;
use crate::components::care_card::care_card;
use crate::components::checklist::{checklist, numbered};
use crate::components::compare::compare;
use crate::components::fold::{Begins, fold};
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::options::{options, values};
use crate::components::per_thousand::per_thousand;
use crate::components::points::{points, spans};
use crate::components::review_banner::{review_dates, review_line};
use crate::components::source_note::{marks, numbered_sources};
use crate::components::summary_list::{row, summary_list};
use crate::components::timeline::timeline;
use crate::components::title::title;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Article, Block, CareLevel, Cited, Meaning, Section, SummaryRow};
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
    let used = used(&article);
    let review = article.review.filter(|_| kind != Kind::About);
    let reviewed = review.as_ref().map(|review| review_line(site, review));
    let dates = review.as_ref().map(|review| review_dates(site, review));
    let clinics = clinics(site, &article.service, &article.department);
    let emergency =
        (kind == Kind::Guidance && article.sections.first().is_some_and(begins_with_emergency)).then(|| {
            el("div").class("zs-opened__step").child(
                el("a")
                    .class("zs-button zs-button--grave")
                    .with("href", "tel:120")
                    .child(icon("phone"))
                    .child(el("span").child(words.call_120)),
            )
        });
    let unadvised = article.sections.first().is_some_and(|section| section.id == WHY_NOT);
    let own = decided.clone().filter(|_| article.check);
    let onto = if unadvised { ("#signs", words.signs_first) } else { ("#who", words.who_first) };
    let step = (kind == Kind::Topic).then(|| step(site, own, onto));
    let decide = decided.filter(|_| article.decide).map(|id| {
        link_card(site.to(&Route::Decision(id)), "screen", words.decide.to_owned(), words.decide_hint.to_owned())
    });
    // What is advised against is not offered either.
    let offered = (!unadvised).then(&clinics);
    let further = (kind == Kind::Topic).then(|| link_list(decide.into_iter().chain(offered).collect()));
    let framed = article.frame.map(|frame| {
        let counted = [words.counts, &frame.denominator, words.counts_over, &frame.span, words.counts_end].concat();
        nodes![
            el("p").class("zs-notice").child(icon("info")).child(el("span").child(counted)),
            el("p").class("zs-small").child(words.funding).child(frame.funding)
        ]
    });
    let summary = summary(site, article.summary);
    let id = article.id;
    let sections =
        article.sections.into_iter().enumerate().map(|(place, part)| section(site, kind, place, &id, part)).collect();
    let folds = match kind {
        Kind::About => Node::Many(sections),
        _ => el("div").class("zs-folds").child(sections).node(),
    };
    let meanings = meanings(site, article.words);
    // A topic has led there above.
    let onward = (!matches!(kind, Kind::About | Kind::Topic)).then(|| link_list(vec![clinics()]));
    let sources = if article.sources.is_empty() && kind == Kind::About {
        Node::from(())
    } else {
        numbered_sources(site, &article.sources, &used, dates.into())
    };
    nodes![
        back_line(site, site.to(&list), back),
        el("div")
            .class("zs-stack zs-opened")
            .with("id", "answer")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(&article.title)))
            .child(el("p").class("zs-lead").child(article.lead))
            .child(step)
            .child(emergency)
            .child(framed)
            .child(summary)
            .child(reviewed)
            .child(further),
        folds,
        ask_with(site, if kind == Kind::About { words.ask_somebody } else { words.next_step }, onward.into()),
        meanings,
        sources
    ]
}

/// The first section of a topic whose screening is not advised at average risk.
const WHY_NOT: &str = "why-not";

/// The one step of a topic: its own check, or else the section for whom it is; where it is advised against, the one on
/// who must see a doctor.
fn step(site: &Site, check: Option<Slug>, (section, to_section): (&'static str, &'static str)) -> Node {
    let words = site.words;
    let (href, label, told) = match check {
        Some(id) => (site.to(&Route::Check(id)), words.check_topic, Some(words.check_private)),
        None => (String::from(section), to_section, None),
    };
    let told = told.map(|told| {
        el("p").class("zs-aside").child(icon("lock")).child(el("span").child(told).child(words.check_language))
    });
    el("div")
        .class("zs-opened__step")
        .child(el("a").class("zs-button").with("href", href).child(label))
        .child(told)
        .node()
}

fn asked(service: &str) -> ClinicFilter {
    ClinicFilter { service: Slug::parse(service), ..ClinicFilter::default() }
}

/// The link to clinics that do it, with the department to ask for.
fn clinics(site: &Site, service: &str, department: &str) -> impl Fn() -> Node + use<> {
    let href = site.to(&Route::Clinics(asked(service)));
    let words = site.words;
    let department = if department.is_empty() { String::new() } else { [words.department, department].concat() };
    move || link_card(href.clone(), "pin", words.find_clinic.to_owned(), department.clone())
}

/// The parts of the page with what they cite, in order.
fn used(article: &Article) -> Vec<(String, Cited)> {
    let mut used: Vec<(String, Cited)> =
        article.summary.iter().map(|row| (String::from("answer"), row.cited.clone())).collect();
    for section in &article.sections {
        let mut cite = |cited: &Cited| used.push((section.id.clone(), cited.clone()));
        for block in &section.blocks {
            match block {
                Block::PerThousand(data) => cite(&data.cited),
                Block::Options { items } => items.iter().for_each(|item| cite(&item.cited)),
                Block::Compare { rows, .. } => rows.iter().for_each(|row| cite(&row.cited)),
                other => other.cited().into_iter().for_each(&mut cite),
            }
        }
    }
    used
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

fn summary(site: &Site, rows: Vec<SummaryRow>) -> Option<Node> {
    let shown: Vec<Node> =
        rows.into_iter().map(|line| row(line.label, nodes![line.text, marks(site, &line.cited)], line.note)).collect();
    (!shown.is_empty()).then(|| summary_list(shown))
}

fn section(site: &Site, kind: Kind, place: usize, article: &str, section: Section) -> Node {
    // What a person ticks is kept under the article's and the section's name.
    let name = [article, "-", &section.id].concat();
    let begins = begins(kind, place, &section);
    let mut lists = 0;
    let blocks: Vec<Node> = section
        .blocks
        .into_iter()
        .map(|block| {
            lists += usize::from(matches!(block, Block::Checklist { .. }));
            // A second list of a section has a name of its own.
            let own = if lists > 1 { numbered(&name, lists) } else { name.clone() };
            shown(site, &own, block)
        })
        .collect();
    if kind != Kind::About {
        return fold(section.id, &section.heading, section.gist, begins, blocks);
    }
    let labelled = section.id.clone();
    el("section")
        .class("zs-section")
        .with("aria-labelledby", labelled)
        .child(el("h2").class("zs-h2").with("id", section.id).child(title(&section.heading)))
        .child(blocks)
        .node()
}

/// What a page is opened for is not folded: what is weighed in an aid, and the emergency that guidance begins with.
fn begins(kind: Kind, place: usize, section: &Section) -> Begins {
    let open = match kind {
        Kind::Decision => section.blocks.iter().any(|block| matches!(block, Block::Values { .. })),
        Kind::Guidance => place == 0 && begins_with_emergency(section),
        _ => false,
    };
    if open { Begins::Open } else { Begins::Folded }
}

fn begins_with_emergency(section: &Section) -> bool {
    matches!(section.blocks.first(), Some(Block::Care { level: CareLevel::Emergency, .. }))
}

fn shown(site: &Site, name: &str, block: Block) -> Node {
    let marks = block.cited().filter(|cited| !cited.is_empty()).map(|cited| marks(site, cited));
    // Below a block that has no line of its own to end in.
    let below =
        |block: Node, marks: Option<Node>| nodes![block, marks.map(|marks| el("p").class("zs-marks").child(marks))];
    match block {
        Block::Paragraph { text, .. } => el("p").child(spans(text)).child(marks).node(),
        Block::Points { items, .. } => points(items, marks.into()),
        Block::Steps { items, .. } => below(timeline(items), marks),
        Block::Care { level, title, items, onward, .. } => {
            below(care_card(site, "h3", level, &title, items, onward), marks)
        }
        Block::Checklist { title, items, .. } => below(checklist(site, name, title, items), marks),
        Block::Options { items } => options(site, items),
        Block::Values { items, options } => values(site, name, items, options),
        Block::PerThousand(data) => per_thousand(site, data),
        Block::Notice { title, text, .. } => below(notice(title, text), marks),
        Block::Compare { rows, follows } => compare(site, rows, follows),
    }
}
