//! The content: files in git, read and checked as a whole and served as typed documents.
//! A mistake in a file stops the start and names the file and the line; a running server keeps what it has.

mod articles;
mod booking;
mod clinics;
mod components;
mod glossary;
mod links;
mod markdown;
pub mod report;
mod rules;
mod sources;
pub mod traditional;

pub use booking::{BookingService, Weekly};

use crate::lookup;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use traditional::Traditional;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::clinics::{Choice, Clinic, ClinicCard};
use zaoshai_contract::content::{Article, ArticleCard};
use zaoshai_contract::page::Home;
use zaoshai_contract::route::Lang;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is untrue, unbacked or broken: it is not served.
    Mistake,
    /// Something is weaker than it should be: it is served, and an editor has work to do.
    Gap,
}

/// What is wrong with a content file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, as it was found from the content folder.
    pub file: PathBuf,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and what would be right, in the words of the editors.
    pub message: String,
    /// Whether it stops the start.
    pub weight: Weight,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Mistake => "错误",
            Weight::Gap => "待办",
        };
        write!(f, "{}:{}: {weight}：{}", self.file.display(), self.line, self.message)
    }
}

/// The kinds of articles, each in a folder of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// What to be screened for.
    Topics,
    /// Whether to be screened: aids to decide.
    Decisions,
    /// What the words on a report mean.
    Results,
    /// Signs, ways and life around a finding.
    Guidance,
    /// Who is entitled to what, where and when.
    Programmes,
    /// The app itself.
    Pages,
}

impl Area {
    /// All areas, in the order in which people meet them.
    pub const ALL: [Self; 6] =
        [Self::Topics, Self::Decisions, Self::Results, Self::Guidance, Self::Programmes, Self::Pages];

    /// The name of its folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Topics => "topics",
            Self::Decisions => "decisions",
            Self::Results => "results",
            Self::Guidance => "guidance",
            Self::Programmes => "programmes",
            Self::Pages => "pages",
        }
    }
}

/// An article with how it is described, listed and found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The file it was read from.
    pub file: PathBuf,
    /// The article.
    pub article: Article,
    /// One sentence for search engines and share cards.
    pub description: String,
    /// How it is listed.
    pub card: ArticleCard,
    /// The findings that it explains; only result explainers have any.
    pub findings: Vec<lookup::Finding>,
    /// Characters that a person reads.
    pub characters: usize,
    /// Blocks that rest on what nobody has checked against an original.
    pub unchecked: usize,
}

/// The articles of one area in one language.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// The articles by id.
    pub entries: BTreeMap<String, Entry>,
    /// How they are listed, in order.
    pub cards: Vec<ArticleCard>,
}

/// The areas of one language.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<Area, Shelf>);

static EMPTY: Shelf = Shelf { entries: BTreeMap::new(), cards: Vec::new() };

impl Texts {
    /// The articles of an area.
    pub fn shelf(&self, area: Area) -> &Shelf {
        self.0.get(&area).unwrap_or(&EMPTY)
    }

    /// An article.
    pub fn entry(&self, area: Area, id: &str) -> Option<&Entry> {
        self.shelf(area).entries.get(id)
    }

    /// All articles of all areas.
    pub fn all(&self) -> impl Iterator<Item = (Area, &Entry)> {
        self.0.iter().flat_map(|(area, shelf)| shelf.entries.values().map(|entry| (*area, entry)))
    }
}

/// All content, checked.
#[derive(Clone, Debug)]
pub struct Library {
    /// The id of the hospital in the header.
    pub hospital: String,
    /// True for demonstration slots.
    pub demonstration: bool,
    /// The articles in simplified Chinese.
    pub hans: Texts,
    /// The articles in English.
    pub en: Texts,
    /// The first page in simplified Chinese.
    pub home: Home,
    /// All findings of all result explainers.
    pub findings: Vec<lookup::Finding>,
    /// The institutions, in the order of their names' files.
    pub clinics: Vec<Clinic>,
    /// The services that pages may ask the clinic finder for.
    pub services: Vec<Choice>,
    /// Those of them that some institution's source names.
    pub offered: Vec<Choice>,
    /// The services that can be booked.
    pub booking: Vec<BookingService>,
    /// What turns simplified into traditional characters.
    pub traditional: Traditional,
    /// The register of sources: its ids and how many blocks cite each.
    pub cited: BTreeMap<String, usize>,
    /// What an editor has to do yet; none of it is a mistake.
    pub gaps: Vec<Finding>,
    /// Changes when any content changes; part of every ETag.
    pub version: String,
}

impl Library {
    /// Reads and checks a content folder as of a day, by which overdue reviews are judged.
    ///
    /// # Errors
    /// All findings, mistakes and gaps, in the order of files and lines, when there is a mistake among them.
    pub fn load(folder: &Path, today: CivilDate) -> Result<Self, Vec<Finding>> {
        let mut reader = Reader::new(folder, today);
        if !folder.join("site.toml").is_file() {
            reader.find("site.toml", 0, "这里没有内容：请写对 --content 后面的文件夹");
            return Err(reader.findings);
        }
        let library = build(&mut reader);
        reader.findings.sort();
        reader.findings.dedup();
        match library {
            Some(mut library) if reader.findings.iter().all(|finding| finding.weight == Weight::Gap) => {
                library.gaps = reader.findings;
                Ok(library)
            }
            _ => Err(reader.findings),
        }
    }

    /// The article of an area in a language, or in simplified Chinese where it has not been translated;
    /// the second value tells whether it is in the language that was asked for.
    pub fn entry(&self, area: Area, lang: Lang, id: &str) -> Option<(&Entry, bool)> {
        if lang == Lang::En
            && let Some(entry) = self.en.entry(area, id)
        {
            return Some((entry, true));
        }
        self.hans.entry(area, id).map(|entry| (entry, lang != Lang::En))
    }

    /// The cards of an area in a language; a card that has not been translated stands in simplified Chinese.
    /// The second value tells whether all of them are in the language that was asked for.
    pub fn cards(&self, area: Area, lang: Lang) -> (Vec<ArticleCard>, bool) {
        let hans = &self.hans.shelf(area).cards;
        if lang != Lang::En {
            return (hans.clone(), true);
        }
        let en = self.en.shelf(area);
        let all = hans.iter().all(|card| en.entries.contains_key(&card.id));
        let cards =
            hans.iter().map(|card| en.entries.get(&card.id).map_or(card, |entry| &entry.card).clone()).collect();
        (cards, all)
    }

    /// The institution with this id.
    pub fn clinic(&self, id: &str) -> Option<&Clinic> {
        self.clinics.iter().find(|clinic| clinic.card.id == id)
    }

    /// All institutions as the finder lists them.
    pub fn clinic_cards(&self) -> Vec<ClinicCard> {
        self.clinics.iter().map(|clinic| clinic.card.clone()).collect()
    }

    /// The bookable service with this id.
    pub fn booking_service(&self, id: &str) -> Option<&BookingService> {
        self.booking.iter().find(|service| service.id == id)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    hospital: String,
    demonstration: bool,
}

fn build(reader: &mut Reader) -> Option<Library> {
    let site: Option<Site> = reader.toml(Path::new("site.toml"));
    let traditional = traditional::load(reader);
    let sources = sources::load(reader);
    let services = clinics::load_services(reader);
    let glossary = glossary::load(reader);
    // What all files lean on must be readable, or every one of them would seem wrong.
    let (Some(sources), Some(services), Some(glossary)) = (sources, services, glossary) else { return None };
    let clinics = clinics::load(reader, &sources, &services);
    let booking = booking::load(reader, &clinics);
    let words = articles::Words { sources: &sources, services: &services, glossary: &glossary };
    let mut loaded = articles::load(reader, &words);
    if !loaded.incomplete {
        rules::check_languages(reader, &loaded);
        links::check(reader, &loaded, &clinics, &services);
    }
    let home = articles::home(&loaded.hans, &loaded.starts_sources);
    articles::mark_decisions(&mut loaded);
    let site = site?;
    if !clinics.iter().any(|clinic| clinic.card.id == site.hospital) {
        reader.find("site.toml", 1, format!("hospital = \"{}\"：clinics/ 里没有这个文件", site.hospital));
    }
    if loaded.hans.entry(Area::Pages, "privacy").is_none() {
        reader.find("zh-Hans/pages", 0, "缺少 privacy.md");
    }
    let offered = services
        .iter()
        .filter(|service| clinics.iter().any(|clinic| clinic.card.offers(&service.value)))
        .cloned()
        .collect();
    let results = loaded.hans.shelf(Area::Results);
    let findings: Vec<lookup::Finding> = results
        .cards
        .iter()
        .filter_map(|card| results.entries.get(&card.id))
        .flat_map(|entry| entry.findings.clone())
        .collect();
    check_report_words(reader, results);
    Some(Library {
        hospital: site.hospital,
        demonstration: site.demonstration,
        hans: loaded.hans,
        en: loaded.en,
        home,
        findings,
        clinics,
        services,
        offered,
        booking,
        traditional,
        cited: loaded.cited,
        gaps: Vec::new(),
        version: reader.version(),
    })
}

/// A word on a report leads to one finding.
fn check_report_words(reader: &mut Reader, results: &Shelf) {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for entry in results.entries.values() {
        for finding in &entry.findings {
            let place = format!("{}#{}", finding.explainer, finding.section);
            for word in &finding.words {
                if let Some(before) = known.insert(word, place.clone()) {
                    reader.find(&entry.file, 0, format!("报告上的词“{word}”写了两次：{before} 和 {place}"));
                }
            }
        }
    }
}

/// Reads files below the content folder and collects what is wrong with them.
struct Reader {
    folder: PathBuf,
    today: CivilDate,
    findings: Vec<Finding>,
    digest: sha2::Sha256,
}

impl Reader {
    fn new(folder: &Path, today: CivilDate) -> Self {
        Self { folder: folder.to_owned(), today, findings: Vec::new(), digest: sha2::Digest::new() }
    }

    /// Notes a mistake.
    fn find(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>) {
        self.note(file, line, message, Weight::Mistake);
    }

    /// Notes a gap.
    fn gap(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>) {
        self.note(file, line, message, Weight::Gap);
    }

    fn note(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>, weight: Weight) {
        self.findings.push(Finding { file: file.as_ref().to_owned(), line, message: message.into(), weight });
    }

    fn text(&mut self, file: &Path) -> Option<String> {
        match std::fs::read_to_string(self.folder.join(file)) {
            Ok(text) => {
                sha2::Digest::update(&mut self.digest, text.as_bytes());
                // Editors on Windows begin with a mark and end lines with two characters; nobody sees spaces at an end.
                let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
                Some(lines.flat_map(|line| [line, "\n"]).collect())
            }
            Err(error) => {
                self.find(file, 0, format!("读不出来：{error}"));
                None
            }
        }
    }

    fn toml<T: serde::de::DeserializeOwned>(&mut self, file: &Path) -> Option<T> {
        let text = self.text(file)?;
        self.parse_toml(file, &text, 1)
    }

    /// Reads TOML that stands in `file` from `first_line` on.
    fn parse_toml<T: serde::de::DeserializeOwned>(&mut self, file: &Path, text: &str, first_line: usize) -> Option<T> {
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(text, span.start) - 1);
                self.find(file, first_line + line, format!("格式不对：{}", in_chinese(error.message())));
                None
            }
        }
    }

    /// The files of a folder with this ending, in order of their names; none when there is no such folder.
    fn files(&mut self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let entries = match std::fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.find(folder, 0, format!("读不出来：{error}"));
                return Vec::new();
            }
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| Path::new(folder).join(entry.file_name()))
            .filter(|path| path.extension().is_some_and(|found| found == ending))
            .collect();
        files.sort();
        files
    }

    fn version(&self) -> String {
        let digest: [u8; 32] = sha2::Digest::finalize(self.digest.clone()).into();
        hex::encode(&digest[..8])
    }
}

/// What the TOML reader says, as far as editors meet it often, in their words.
fn in_chinese(message: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        format!("缺少 {name}（missing field `{name}`）")
    } else if message.starts_with("unknown field") {
        format!("没有 {name} 这一项（{message}）")
    } else if message.starts_with("invalid type") {
        format!("写法不对，字要加引号，数字不加（{message}）")
    } else if message.contains("duplicate key") {
        format!("同一项写了两次（{message}）")
    } else {
        format!("标点或引号不对，要用英文的（{message}）")
    }
}

/// The line, from 1, of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
