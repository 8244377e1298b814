//! Articles: topics, guidance and pages about the app, each with front matter and a Markdown body.

use super::markdown::Writer;
use super::sources::Register;
use super::{Entry, Reader};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::clinics::{Choice, Clinic};
use zaoshai_contract::content::{Article, ArticleCard, Block, PerThousand, Review, SummaryRow};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::page::Home;
use zaoshai_contract::route::Route;

/// The language whose text stands at the paths without prefix.
const LANGUAGE: &str = "zh-Hans";
/// The page whose pictures stand on the first page.
const EARLY: &str = "why-early";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    /// The short name for lists; topics have one.
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
    review: ReviewRecord,
    #[serde(default)]
    summary: Vec<SummaryRecord>,
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
}

/// The articles of one folder.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) entries: BTreeMap<String, Entry>,
    order: BTreeMap<(u16, String), String>,
    starts_sources: Vec<String>,
    links: Vec<(PathBuf, usize, String)>,
}

impl Folder {
    /// How they are listed, in order.
    pub(super) fn cards(&self) -> Vec<ArticleCard> {
        self.order.values().filter_map(|id| self.entries.get(id)).map(|entry| entry.card.clone()).collect()
    }
}

pub(super) fn load_folder(reader: &mut Reader, folder: &str, words: &Words<'_>) -> Folder {
    let mut loaded = Folder::default();
    for file in reader.files(&format!("{LANGUAGE}/{folder}"), "md") {
        load(reader, &file, words, &mut loaded);
    }
    loaded
}

fn load(reader: &mut Reader, file: &Path, words: &Words<'_>, folder: &mut Folder) -> Option<()> {
    let text = reader.text(file)?;
    let Some((front, body)) = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) else {
        reader.find(file, 1, "front matter between two lines of +++ is missing");
        return None;
    };
    let body_line = front.lines().count() + 3;
    let front_text = front;
    let front: FrontMatter = reader.parse_toml(file, front_text, 2)?;
    if Slug::parse(&front.id).is_none() || file.file_stem().is_none_or(|stem| stem.to_string_lossy() != front.id) {
        reader.find(file, 2, format!("id = \"{}\" must be the file's own name", front.id));
    }
    for service in &front.services {
        if !words.services.iter().any(|known| known.value == *service) {
            reader.find(file, 2, format!("service \"{service}\" is not in services.toml"));
        }
    }
    let review = read_review(reader, file, &front.review);
    let mut writer = Writer { reader, file, register: words.sources, used: Vec::new(), links: Vec::new() };
    let mut summary = Vec::new();
    for row in front.summary {
        let cited = writer.cite(&row.sources, 2);
        writer.need_source(&format!("{}{}", row.text, row.note), &cited, 2);
        summary.push(SummaryRow { label: row.label, text: row.text, note: row.note, cited });
    }
    let sections = writer.sections(body, body_line);
    let starts_cited = writer.cite(&front.starts_sources, 2);
    writer.need_source(&front.starts, &starts_cited, 2);
    folder.links.extend(writer.links.into_iter().map(|(line, link)| (file.to_owned(), line, link)));
    for id in &front.starts_sources {
        if let Some(source) = words.sources.get(id) {
            let told = format!("{}《{}》{}", source.issuer, source.title, source.year);
            if !folder.starts_sources.contains(&told) {
                folder.starts_sources.push(told);
            }
        }
    }
    let card = ArticleCard {
        id: front.id.clone(),
        title: if front.name.is_empty() { front.title.clone() } else { front.name },
        text: if front.starts.is_empty() { front.lead.clone() } else { front.starts },
        icon: front.icon,
    };
    let article = Article {
        id: front.id.clone(),
        title: front.title,
        lead: front.lead,
        summary,
        review,
        department: front.department,
        service: front.services.first().cloned().unwrap_or_default(),
        sections,
        sources: writer.used.into_iter().map(|(_, source)| source).collect(),
    };
    folder.order.insert((front.order, front.id.clone()), front.id.clone());
    folder.entries.insert(front.id, Entry { article, description: front.description, card });
    Some(())
}

fn read_review(reader: &mut Reader, file: &Path, record: &ReviewRecord) -> Option<Review> {
    let mut day = |name: &str, text: &str| {
        let date = CivilDate::parse(text);
        if date.is_none() {
            reader.find(file, 2, format!("review.{name} = \"{text}\" is not a date like 2026-11-21"));
        }
        date
    };
    let (updated, due) = (day("updated", &record.updated)?, day("due", &record.due)?);
    if due <= updated {
        reader.find(file, 2, "review.due must be after review.updated");
    }
    let reviewer = match record.state {
        ReviewState::Unreviewed => String::new(),
        ReviewState::Reviewed => {
            if record.reviewer.is_empty() {
                reader.find(file, 2, "review.state = \"reviewed\" needs a reviewer");
            }
            record.reviewer.clone()
        }
    };
    Some(Review { reviewer, updated, due })
}

/// Checks that every internal link leads somewhere.
pub(super) fn check_links(
    reader: &mut Reader,
    topics: &Folder,
    guidance: &Folder,
    clinics: &[Clinic],
    services: &[Choice],
) {
    let has_section = |folder: &Folder, id: &str, fragment: Option<&str>| {
        folder.entries.get(id).is_some_and(|entry| {
            fragment.is_none_or(|fragment| entry.article.sections.iter().any(|section| section.id == fragment))
        })
    };
    for (file, line, link) in topics.links.iter().chain(&guidance.links) {
        let (address, fragment) =
            link.split_once('#').map_or((link.as_str(), None), |(address, fragment)| (address, Some(fragment)));
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let known = match Route::parse(path, query) {
            Some((_, Route::Topic(id))) => has_section(topics, id.as_str(), fragment),
            Some((_, Route::Guidance(id))) => has_section(guidance, id.as_str(), fragment),
            Some((_, Route::Clinic(id))) => clinics.iter().any(|clinic| clinic.card.id == id.as_str()),
            Some((_, Route::Clinics(filter))) => {
                filter.service.is_none_or(|id| services.iter().any(|service| service.value == id.as_str()))
            }
            Some(_) => true,
            None => false,
        };
        if !known {
            reader.find(file, *line, format!("link \"{link}\" leads nowhere"));
        }
    }
}

/// The first page, from what the articles say.
pub(super) fn home(topics: &Folder, guidance: &Folder) -> Home {
    let early = guidance.entries.get(EARLY);
    let mut pictures: Vec<PerThousand> = early
        .iter()
        .flat_map(|entry| &entry.article.sections)
        .flat_map(|section| &section.blocks)
        .filter_map(|block| match block {
            Block::PerThousand(picture) => Some(picture.clone()),
            _ => None,
        })
        .take(2)
        .collect();
    let early_source = pictures
        .first()
        .and_then(|picture| picture.cited.sources.first())
        .and_then(|place| early?.article.sources.get(usize::from(*place)))
        .map(|source| format!("{}《{}》{}", source.issuer, source.title, source.year))
        .unwrap_or_default();
    for picture in &mut pictures {
        picture.cited.sources.clear();
    }
    Home {
        topics: topics.cards(),
        topics_sources: topics.starts_sources.join("；"),
        early: pictures,
        early_source,
        guidance: guidance.cards(),
    }
}
