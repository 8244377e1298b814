//! Articles of all areas, each with front matter and a Markdown body.

use super::checks::CheckEntry;
use super::front::{self, FrontMatter, Place, SummaryRecord};
use super::glossary::Glossary;
use super::markdown::{KNOWN_NUMBERS, Writer};
use super::sources::Register;
use super::{Area, Entry, Reader, Shelf, Texts, rules};
use crate::lookup;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zaoshai_contract::clinics::Choice;
use zaoshai_contract::content::{Article, ArticleCard, Block, Frame, PerThousand, Section, Source, SummaryRow};
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

impl Loaded {
    /// Adds how often a file cites its sources.
    pub(super) fn cite(&mut self, cited: BTreeMap<String, usize>) {
        for (id, blocks) in cited {
            *self.cited.entry(id).or_default() += blocks;
        }
    }
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
    front::check(reader, &place, &front, area, tongue, words);
    let review = front::review(reader, &place, &front.review);
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
    for number in digits(&front.lead) {
        let known = digits(&backed).any(|known| known == number) || KNOWN_NUMBERS.contains(&number);
        if !known {
            let message = format!("开头这句里的数字 {number} 没有来源：请在 [[summary]] 里写同样的数字和来源");
            writer.reader.find(file, place.line(&front.lead), message);
        }
    }
    let (sections, found) = writer.sections();
    let starts_cited = writer.cite(&front.starts_sources, place.line("starts_sources"));
    writer.need_source(&front.starts, &starts_cited, place.line("starts"));
    let Writer { used, links, cited, .. } = writer;
    loaded.links.extend(links.into_iter().map(|(line, link)| (file.to_owned(), line, link)));
    loaded.cite(cited);
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
        check: false,
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

/// The runs of digits in a text.
pub(super) fn digits(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty())
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

fn unchecked(block: &Block) -> bool {
    match block {
        Block::Compare { rows, .. } => rows.iter().any(|row| row.cited.unchecked),
        Block::Options { items } => items.iter().any(|item| item.cited.unchecked),
        Block::PerThousand(picture) => picture.cited.unchecked,
        other => other.cited().is_some_and(|cited| cited.unchecked),
    }
}

/// Tells each topic whether a decision aid and a self-check belong to it.
pub(super) fn mark_topics(loaded: &mut Loaded, checks: &[CheckEntry]) {
    let decisions: Vec<String> = loaded.hans.shelf(Area::Decisions).entries.keys().cloned().collect();
    for texts in [&mut loaded.hans, &mut loaded.en] {
        for entry in texts.0.entry(Area::Topics).or_default().entries.values_mut() {
            entry.article.decide = decisions.contains(&entry.article.id);
            entry.article.check = checks.iter().any(|check| check.check.id == entry.article.id);
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
