//! Articles of all areas, each with front matter and a Markdown body.

use super::glossary::Glossary;
use super::markdown::Writer;
use super::sources::Register;
use super::{Area, Entry, Reader, Shelf, Texts, rules};
use crate::lookup;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::clinics::Choice;
use zaoshai_contract::content::{
    Article, ArticleCard, Block, Cited, Frame, PerThousand, Review, Section, Source, SummaryRow,
};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::page::Home;

/// The page whose pictures stand on the first page.
const EARLY: &str = "why-early";

/// The folder of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    /// Simplified Chinese: everything.
    Hans,
    /// English: what has been translated.
    En,
}

impl Tongue {
    fn folder(self) -> &'static str {
        match self {
            Self::Hans => "zh-Hans",
            Self::En => "en",
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    /// The short name for lists.
    #[serde(default)]
    name: String,
    description: String,
    lead: String,
    order: u16,
    icon: String,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    starts_sources: Vec<String>,
    #[serde(default)]
    department: String,
    #[serde(default)]
    services: Vec<String>,
    /// False for a topic whose screening is not advised at average risk.
    #[serde(default = "yes")]
    advised: bool,
    /// The thousand people of a decision aid.
    #[serde(default)]
    denominator: String,
    /// The span of time of a decision aid.
    #[serde(default)]
    span: String,
    /// Who paid for a decision aid.
    #[serde(default)]
    funding: String,
    review: ReviewRecord,
    #[serde(default)]
    summary: Vec<SummaryRecord>,
}

fn yes() -> bool {
    true
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReviewState {
    Unreviewed,
    Reviewed,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewRecord {
    state: ReviewState,
    #[serde(default)]
    reviewer: String,
    updated: String,
    due: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SummaryRecord {
    label: String,
    text: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    sources: Vec<String>,
}

/// The words that articles may use.
pub(super) struct Words<'a> {
    pub(super) sources: &'a Register,
    pub(super) services: &'a [Choice],
    pub(super) glossary: &'a Glossary,
}

/// The articles of all areas and languages, with what is still to be checked across them.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) hans: Texts,
    pub(super) en: Texts,
    /// Sources of the topics' starting ages, told in one line.
    pub(super) starts_sources: Vec<String>,
    /// Internal links with their places.
    pub(super) links: Vec<(PathBuf, usize, String)>,
    /// How many blocks cite each source.
    pub(super) cited: BTreeMap<String, usize>,
    /// True when a file could not be read: what others say of it is then not judged.
    pub(super) incomplete: bool,
}

pub(super) fn load(reader: &mut Reader, words: &Words<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    for tongue in [Tongue::Hans, Tongue::En] {
        let mut texts = Texts::default();
        for area in Area::ALL {
            let mut shelf = Shelf::default();
            let mut order = BTreeMap::new();
            for file in reader.files(&format!("{}/{}", tongue.folder(), area.folder()), "md") {
                match read(reader, &file, tongue, area, words, &mut loaded) {
                    Some((place, entry)) => {
                        order.insert((place, entry.article.id.clone()), entry.card.clone());
                        shelf.entries.insert(entry.article.id.clone(), entry);
                    }
                    None => loaded.incomplete = true,
                }
            }
            shelf.cards = order.into_values().collect();
            texts.0.insert(area, shelf);
        }
        match tongue {
            Tongue::Hans => loaded.hans = texts,
            Tongue::En => loaded.en = texts,
        }
    }
    loaded
}

fn read(
    reader: &mut Reader,
    file: &Path,
    tongue: Tongue,
    area: Area,
    words: &Words<'_>,
    loaded: &mut Loaded,
) -> Option<(u16, Entry)> {
    let text = reader.text(file)?;
    let Some((front_text, body)) = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) else {
        reader.find(file, 1, "开头要有两行 +++，中间写基本信息");
        return None;
    };
    let body_line = front_text.lines().count() + 3;
    let front: FrontMatter = reader.parse_toml(file, front_text, 2)?;
    let place = Place { file, front: front_text };
    check_front(reader, &place, &front, area, tongue, words);
    let review = read_review(reader, &place, &front.review);
    let mut writer = Writer {
        reader,
        file,
        register: words.sources,
        glossary: (tongue == Tongue::Hans).then_some(words.glossary),
        tongue,
        used: Vec::new(),
        links: Vec::new(),
        cited: BTreeMap::new(),
        courses: Vec::new(),
        body,
        first_line: body_line,
    };
    for text in [&front.lead, &front.title] {
        writer.check_words(text, place.line(text));
    }
    let summary = summary(&mut writer, &place, front.summary);
    // The lead has no sources of its own: what it counts stands in the summary, which has.
    let backed: String = summary.iter().map(|row| format!("{} {} ", row.text, row.note)).collect();
    for number in front.lead.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()) {
        if !backed.contains(number) {
            let message = format!("开头这句里的数字 {number} 没有来源：请在 [[summary]] 里写同样的数字和来源");
            writer.reader.find(file, place.line(&front.lead), message);
        }
    }
    let (sections, found) = writer.sections();
    let starts_cited = writer.cite(&front.starts_sources, place.line("starts_sources"));
    writer.need_source(&front.starts, &starts_cited, place.line("starts"));
    let Writer { used, links, cited, .. } = writer;
    loaded.links.extend(links.into_iter().map(|(line, link)| (file.to_owned(), line, link)));
    for (id, blocks) in cited {
        *loaded.cited.entry(id).or_default() += blocks;
    }
    if area == Area::Topics && tongue == Tongue::Hans {
        tell_starts(&front.starts_sources, words.sources, &mut loaded.starts_sources);
    }
    rules::check_sections(reader, file, area, tongue == Tongue::En, front.advised, &sections);
    let card = ArticleCard {
        id: front.id.clone(),
        title: if front.name.is_empty() { front.title.clone() } else { front.name },
        text: if front.starts.is_empty() { front.lead.clone() } else { front.starts },
        icon: front.icon,
    };
    let frame = (area == Area::Decisions).then_some(Frame {
        denominator: front.denominator,
        span: front.span,
        funding: front.funding,
    });
    let findings = found.into_iter().map(|found| lookup::Finding { explainer: front.id.clone(), ..found }).collect();
    let mut article = Article {
        id: front.id,
        title: front.title,
        lead: front.lead,
        summary,
        review,
        department: front.department,
        service: front.services.first().cloned().unwrap_or_default(),
        decide: false,
        frame,
        sections: sections.into_iter().map(|(_, section)| section).collect(),
        words: Vec::new(),
        sources: used.into_iter().map(|(_, source)| source).collect(),
    };
    if tongue == Tongue::Hans {
        words.glossary.explain(&mut article);
    }
    let unchecked_rows = article.summary.iter().filter(|row| row.cited.unchecked).count();
    let mut characters = 0;
    rules::every_text(&article, &mut |text| {
        characters += text.chars().filter(|letter| letter.is_alphanumeric()).count();
    });
    let unchecked =
        article.sections.iter().flat_map(|section| &section.blocks).filter(|block| unchecked(block)).count()
            + unchecked_rows;
    let entry =
        Entry { file: file.to_owned(), article, description: front.description, card, findings, characters, unchecked };
    Some((front.order, entry))
}

/// A file's front matter, to name the lines in it.
struct Place<'a> {
    file: &'a Path,
    front: &'a str,
}

impl Place<'_> {
    /// The line of the file on which a text stands in the front matter.
    fn line(&self, text: &str) -> usize {
        let begin: String = text.chars().take(8).collect();
        self.front.lines().position(|line| !begin.is_empty() && line.contains(&begin)).map_or(2, |place| place + 2)
    }
}

fn check_front(
    reader: &mut Reader,
    place: &Place<'_>,
    front: &FrontMatter,
    area: Area,
    tongue: Tongue,
    words: &Words<'_>,
) {
    let file = place.file;
    if Slug::parse(&front.id).is_none() || file.file_stem().is_none_or(|stem| stem.to_string_lossy() != front.id) {
        reader.find(file, place.line("id ="), format!("id = \"{}\" 必须和文件名一样", front.id));
    }
    for service in &front.services {
        if !words.services.iter().any(|known| known.value == *service) {
            reader.find(file, place.line("services"), format!("services.toml 里没有“{service}”"));
        }
    }
    if matches!(area, Area::Topics | Area::Results | Area::Decisions) && front.department.is_empty() {
        reader.find(file, 2, "缺少 department：挂哪个科");
    }
    if area == Area::Topics && tongue == Tongue::Hans && front.summary.is_empty() {
        reader.find(file, 2, "缺少 [[summary]]：谁要做、做什么、多久做、疼不疼、多少钱");
    }
    if area == Area::Decisions {
        for (name, value) in [("denominator", &front.denominator), ("span", &front.span), ("funding", &front.funding)] {
            if value.is_empty() {
                reader.find(file, 2, format!("缺少 {name}：整篇的图要数同样的人、同样的时间，还要写明谁出钱"));
            }
        }
    }
}

fn summary(writer: &mut Writer<'_>, place: &Place<'_>, rows: Vec<SummaryRecord>) -> Vec<SummaryRow> {
    let mut summary = Vec::new();
    for row in rows {
        let line = place.line(&format!("text = \"{}", row.text)).max(place.line(&row.text));
        let cited = writer.cite(&row.sources, line);
        writer.check(&format!("{}\n{}", row.text, row.note), &cited, line);
        summary.push(SummaryRow { label: row.label, text: row.text, note: row.note, cited });
    }
    summary
}

fn tell_starts(ids: &[String], register: &Register, told: &mut Vec<String>) {
    for registered in ids.iter().filter_map(|id| register.get(id)) {
        let text = in_words(&registered.source);
        if !told.contains(&text) {
            told.push(text);
        }
    }
}

fn in_words(source: &Source) -> String {
    format!("{}《{}》{}", source.issuer, source.title, source.year)
}

/// The sources of a block, when it has any of its own.
fn cited(block: &Block) -> Option<&Cited> {
    match block {
        Block::Paragraph { cited, .. }
        | Block::Points { cited, .. }
        | Block::Steps { cited, .. }
        | Block::Care { cited, .. }
        | Block::Checklist { cited, .. }
        | Block::Notice { cited, .. } => Some(cited),
        Block::PerThousand(picture) => Some(&picture.cited),
        Block::Compare { .. } | Block::Options { .. } | Block::Values { .. } => None,
    }
}

fn unchecked(block: &Block) -> bool {
    match block {
        Block::Compare { rows, .. } => rows.iter().any(|row| row.cited.unchecked),
        Block::Options { items } => items.iter().any(|item| item.cited.unchecked),
        other => cited(other).is_some_and(|cited| cited.unchecked),
    }
}

fn read_review(reader: &mut Reader, place: &Place<'_>, record: &ReviewRecord) -> Option<Review> {
    let file = place.file;
    let mut day = |name: &str, text: &str| {
        let date = CivilDate::parse(text);
        if date.is_none() {
            let line = place.line(&format!("{name} ="));
            reader.find(file, line, format!("review.{name} = \"{text}\" 不是 2026-11-21 这样的日期"));
        }
        date
    };
    let (updated, due) = (day("updated", &record.updated)?, day("due", &record.due)?);
    if due <= updated {
        reader.find(file, place.line("due ="), "review.due 要在 review.updated 之后");
    } else if due < reader.today {
        reader.gap(file, place.line("due ="), format!("过了核对的日子：{}", record.due));
    }
    let reviewer = match record.state {
        ReviewState::Unreviewed => String::new(),
        ReviewState::Reviewed => {
            if record.reviewer.is_empty() {
                reader.find(file, place.line("state ="), "state = \"reviewed\" 要写 reviewer：谁审的");
            }
            record.reviewer.clone()
        }
    };
    Some(Review { reviewer, updated, due })
}

/// Tells each topic whether a decision aid belongs to it.
pub(super) fn mark_decisions(loaded: &mut Loaded) {
    let decisions: Vec<String> = loaded.hans.shelf(Area::Decisions).entries.keys().cloned().collect();
    for texts in [&mut loaded.hans, &mut loaded.en] {
        for entry in texts.0.entry(Area::Topics).or_default().entries.values_mut() {
            entry.article.decide = decisions.contains(&entry.article.id);
        }
    }
}

/// The first page, from what the articles say.
pub(super) fn home(texts: &Texts, starts_sources: &[String]) -> Home {
    let early = texts.entry(Area::Guidance, EARLY);
    let blocks = |sections: &[Section]| -> Vec<PerThousand> {
        sections
            .iter()
            .flat_map(|section| &section.blocks)
            .filter_map(|block| match block {
                Block::PerThousand(picture) => Some(picture.clone()),
                _ => None,
            })
            .take(2)
            .collect()
    };
    let mut pictures = early.map(|entry| blocks(&entry.article.sections)).unwrap_or_default();
    let early_source = pictures
        .first()
        .and_then(|picture| picture.cited.sources.first())
        .and_then(|place| early?.article.sources.get(usize::from(*place)))
        .map(in_words)
        .unwrap_or_default();
    for picture in &mut pictures {
        picture.cited.sources.clear();
    }
    Home {
        topics: texts.shelf(Area::Topics).cards.clone(),
        topics_sources: starts_sources.join("；"),
        early: pictures,
        early_source,
        guidance: texts.shelf(Area::Guidance).cards.clone(),
    }
}
