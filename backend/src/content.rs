//! The content: files in git, read and checked once at start, served as typed documents.
//! A mistake in a file stops the start and names the file and the line.

mod articles;
mod booking;
mod clinics;
mod markdown;
mod sources;

pub use booking::{BookingService, Weekly};

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use zaoshai_contract::clinics::{Choice, Clinic, ClinicCard};
use zaoshai_contract::content::{Article, ArticleCard};
use zaoshai_contract::page::Home;

/// A mistake in a content file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, as it was found from the content folder.
    pub file: PathBuf,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// What is on a page besides the article: how it is described and listed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The article.
    pub article: Article,
    /// One sentence for search engines and share cards.
    pub description: String,
    /// How it is listed.
    pub card: ArticleCard,
}

/// All content, checked.
#[derive(Clone, Debug)]
pub struct Library {
    /// The id of the hospital in the header.
    pub hospital: String,
    /// True for demonstration slots.
    pub demonstration: bool,
    /// The topics by id.
    pub topics: BTreeMap<String, Entry>,
    /// The guidance pages by id.
    pub guidance: BTreeMap<String, Entry>,
    /// Pages about the app by id.
    pub pages: BTreeMap<String, Entry>,
    /// The topics in their order.
    pub topic_cards: Vec<ArticleCard>,
    /// The guidance pages in their order.
    pub guidance_cards: Vec<ArticleCard>,
    /// The first page.
    pub home: Home,
    /// The institutions, in the order of their names' files.
    pub clinics: Vec<Clinic>,
    /// The services of the clinic filter.
    pub services: Vec<Choice>,
    /// The services that can be booked.
    pub booking: Vec<BookingService>,
    /// Changes when any content changes; part of every ETag.
    pub version: String,
}

impl Library {
    /// Reads and checks a content folder.
    ///
    /// # Errors
    /// All mistakes that were found, in the order of files and lines.
    pub fn load(folder: &Path) -> Result<Self, Vec<Finding>> {
        let mut reader = Reader::new(folder);
        let library = build(&mut reader);
        reader.findings.sort();
        reader.findings.dedup();
        match library {
            Some(library) if reader.findings.is_empty() => Ok(library),
            _ => Err(reader.findings),
        }
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
    let sources = sources::load(reader);
    let services = clinics::load_services(reader);
    let clinics = clinics::load(reader, &sources, &services);
    let booking = booking::load(reader, &clinics);
    let words = articles::Words { sources: &sources, services: &services };
    let topics = articles::load_folder(reader, "topics", &words);
    let guidance = articles::load_folder(reader, "guidance", &words);
    let pages = articles::load_folder(reader, "pages", &words);
    articles::check_links(reader, &topics, &guidance, &clinics, &services);
    let site = site?;
    if !clinics.iter().any(|clinic| clinic.card.id == site.hospital) {
        reader.find("site.toml", 1, format!("hospital = \"{}\" is not a file in clinics/", site.hospital));
    }
    if !pages.entries.contains_key("privacy") {
        reader.find("zh-Hans/pages", 0, "privacy.md is missing");
    }
    let offered: Vec<Choice> = services
        .iter()
        .filter(|service| clinics.iter().any(|clinic| clinic.card.offers(&service.value)))
        .cloned()
        .collect();
    let home = articles::home(&topics, &guidance);
    Some(Library {
        hospital: site.hospital,
        demonstration: site.demonstration,
        topic_cards: topics.cards(),
        guidance_cards: guidance.cards(),
        topics: topics.entries,
        guidance: guidance.entries,
        pages: pages.entries,
        home,
        clinics,
        services: offered,
        booking,
        version: reader.version(),
    })
}

/// Reads files below the content folder and collects what is wrong with them.
struct Reader {
    folder: PathBuf,
    findings: Vec<Finding>,
    digest: sha2::Sha256,
}

impl Reader {
    fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), findings: Vec::new(), digest: sha2::Digest::new() }
    }

    fn find(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>) {
        self.findings.push(Finding { file: file.as_ref().to_owned(), line, message: message.into() });
    }

    fn text(&mut self, file: &Path) -> Option<String> {
        match std::fs::read_to_string(self.folder.join(file)) {
            Ok(text) => {
                sha2::Digest::update(&mut self.digest, text.as_bytes());
                Some(text)
            }
            Err(error) => {
                self.find(file, 0, format!("cannot be read: {error}"));
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
                self.find(file, first_line + line, error.message().to_owned());
                None
            }
        }
    }

    /// The files of a folder with this ending, in order of their names.
    fn files(&mut self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let entries = match std::fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) => {
                self.find(folder, 0, format!("cannot be read: {error}"));
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

/// The line, from 1, of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
