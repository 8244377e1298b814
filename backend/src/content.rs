//! The content: files in git, read and checked as a whole and served as typed documents.
//! A mistake in a file stops the start and names the file and the line; a running server keeps what it has.

mod articles;
mod booking;
mod breaks;
mod checks;
mod clinics;
mod components;
mod formula;
mod front;
mod gist;
mod glossary;
mod holidays;
pub mod home_care;
mod letters;
mod links;
mod markdown;
mod proof;
mod reader;
pub mod report;
mod rules;
mod search;
mod sources;
pub mod traditional;

pub use booking::{BookingService, Weekly};
pub use breaks::Breaks;
pub use checks::{CheckEntry, PLAN, Risk};
pub use home_care::{CareService, HomeCare};
pub use letters::LetterTemplate;
pub use reader::{Edition, Finding, Weight};

use crate::lookup;
use reader::{LAYER, Reader, line_of};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use traditional::Traditional;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::clinics::{Choice, Clinic, ClinicCard};
use zaoshai_contract::content::{Article, ArticleCard};
use zaoshai_contract::holidays::Holidays;
use zaoshai_contract::page::Home;
use zaoshai_contract::route::Lang;
use zaoshai_contract::search::SearchIndex;

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
    /// Whether the fictitious hospitals of the demonstration are laid over it.
    pub edition: Edition,
    /// The articles in simplified Chinese.
    pub hans: Texts,
    /// The articles in English.
    pub en: Texts,
    /// The first page in simplified Chinese.
    pub home: Home,
    /// The self-checks in their order, and the plan as the last.
    pub checks: Vec<CheckEntry>,
    /// All findings of all result explainers.
    pub findings: Vec<lookup::Finding>,
    /// The institutions, in the order of their names' files.
    pub clinics: Vec<Clinic>,
    /// The services that pages may ask the clinic finder for.
    pub services: Vec<Choice>,
    /// The same in English.
    pub services_en: Vec<Choice>,
    /// Where titles in simplified characters may break.
    pub breaks: Breaks,
    /// Where titles in traditional characters may break.
    pub breaks_hant: Breaks,
    /// Those of them that some institution's source names.
    pub offered: Vec<Choice>,
    /// The services that can be booked.
    pub booking: Vec<BookingService>,
    /// The letters in which a nurse can tell a result, in the order in which she chooses.
    pub letters: Vec<LetterTemplate>,
    /// Nursing at home, where a hospital offers it.
    pub home_care: Option<HomeCare>,
    /// On which days offices rest, and on which weekends they work.
    pub holidays: Holidays,
    /// What turns simplified into traditional characters.
    pub traditional: Traditional,
    /// What the search answers from, for each language in the order of [`Lang::ALL`].
    pub search: [SearchIndex; 3],
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
        Self::load_edition(folder, today, Edition::Usual)
    }

    /// The same with or without the fictitious hospitals of the demonstration.
    ///
    /// # Errors
    /// As of [`Self::load`].
    pub fn load_edition(folder: &Path, today: CivilDate, edition: Edition) -> Result<Self, Vec<Finding>> {
        let mut reader = Reader::of_edition(folder, today, edition);
        if !folder.join("site.toml").is_file() {
            reader.find("site.toml", 0, "这里没有内容：请写对 --content 后面的文件夹");
            return Err(reader.findings);
        }
        if edition == Edition::Demonstration && !has_demonstration(folder) {
            reader.find(LAYER, 0, "没有这个文件夹：示范的医院写在里面，请从原来的 content/ 复制");
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

    /// The self-check with this id, or the plan.
    pub fn check(&self, id: &str) -> Option<&CheckEntry> {
        self.checks.iter().find(|entry| entry.check.id == id)
    }

    /// The institution with this id.
    pub fn clinic(&self, id: &str) -> Option<&Clinic> {
        self.clinics.iter().find(|clinic| clinic.card.id == id)
    }

    /// Whether somebody of the hospitals that are served may be handed to this one: in the demonstration nobody of a
    /// fictitious hospital to a real one.
    pub fn is_in_play(&self, clinic: &str) -> bool {
        self.edition == Edition::Usual || self.clinic(clinic).is_some_and(|clinic| clinic.card.provenance.fictitious)
    }

    /// What the search of a language answers from.
    pub fn search(&self, lang: Lang) -> &SearchIndex {
        let [hans, hant, en] = &self.search;
        match lang {
            Lang::Hans => hans,
            Lang::Hant => hant,
            Lang::En => en,
        }
    }

    /// All institutions as the finder lists them.
    pub fn clinic_cards(&self) -> Vec<ClinicCard> {
        self.clinics.iter().map(|clinic| clinic.card.clone()).collect()
    }

    /// The bookable service with this id.
    pub fn booking_service(&self, id: &str) -> Option<&BookingService> {
        self.booking.iter().find(|service| service.id == id)
    }

    /// The result letter with this id.
    pub fn letter(&self, id: &str) -> Option<&LetterTemplate> {
        self.letters.iter().find(|letter| letter.id == id)
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
    let breaks = breaks::load(reader);
    let sources = sources::load(reader);
    let services = clinics::load_services(reader);
    let glossary = glossary::load(reader);
    // What all files lean on must be readable, or every one of them would seem wrong.
    let (Some(sources), Some(services), Some(glossary)) = (sources, services, glossary) else { return None };
    let clinics::Services { hans: services, en: services_en } = services;
    let clinics = clinics::load(reader, &sources, &services);
    let extra = search::load(reader);
    let holidays = holidays::load(reader);
    let words = articles::Words { sources: &sources, services: &services, glossary: &glossary };
    let mut loaded = articles::load(reader, &words);
    let checks = checks::load(reader, &words, &mut loaded);
    let booking = booking::load(reader, &words, &mut loaded, &clinics);
    let letters = letters::load(reader, &words, &mut loaded);
    let home_care = home_care::load(reader, &words, &mut loaded, &clinics);
    if !loaded.incomplete {
        rules::check_languages(reader, &loaded);
        breaks::check(reader, &breaks, &loaded.hans, &checks, &clinics);
        links::check(reader, &loaded, &checks, &clinics, &services);
    }
    let home = articles::home(&loaded.hans, &loaded.starts_sources);
    articles::mark_topics(&mut loaded, &checks);
    let site = site?;
    if !clinics.iter().any(|clinic| clinic.card.id == site.hospital) {
        reader.find("site.toml", 1, format!("hospital = \"{}\"：clinics/ 里没有这个文件", site.hospital));
    }
    if reader.edition() == Edition::Demonstration {
        nothing_real(reader, &site.hospital, &booking, home_care.as_ref());
    }
    if loaded.hans.entry(Area::Pages, "privacy").is_none() {
        reader.find("zh-Hans/pages", 0, "缺少 privacy.md");
    }
    let offered: Vec<Choice> = services
        .iter()
        .filter(|service| clinics.iter().any(|clinic| clinic.card.offers(&service.value)))
        .cloned()
        .collect();
    let search = if loaded.incomplete {
        Default::default()
    } else {
        let shelves = search::Shelves {
            hans: &loaded.hans,
            en: &loaded.en,
            checks: &checks,
            clinics: &clinics,
            offered: &offered,
            traditional: &traditional,
        };
        search::build(reader, shelves, &extra)
    };
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
        edition: reader.edition(),
        hans: loaded.hans,
        en: loaded.en,
        home,
        checks,
        findings,
        clinics,
        services,
        services_en,
        breaks_hant: breaks.traditional(&traditional),
        breaks,
        offered,
        booking,
        letters,
        home_care,
        holidays,
        traditional,
        search,
        cited: loaded.cited,
        gaps: Vec::new(),
        version: reader.version(),
    })
}

/// Whether a content folder holds the fictitious hospitals of the demonstration, which a hospital may leave out.
pub fn has_demonstration(folder: &Path) -> bool {
    folder.join(LAYER).is_dir()
}

/// In the demonstration nobody books at a real hospital, or asks it for a nurse.
fn nothing_real(reader: &mut Reader, hospital: &str, booking: &[BookingService], care: Option<&HomeCare>) {
    let named = [("site.toml", hospital)]
        .into_iter()
        .chain(booking.iter().map(|service| ("booking.toml", service.clinic.as_str())))
        .chain(care.map(|care| ("home-care.toml", care.clinic.as_str())));
    let real: BTreeSet<(&str, &str)> =
        named.filter(|(_, clinic)| !reader.is_fictitious(&clinics::file_of(clinic))).collect();
    for (file, clinic) in real {
        reader.find(file, 0, format!("“{clinic}”是真的医院：示范里只能用 demonstration/clinics/ 里的"));
    }
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

#[cfg(test)]
mod tests;
