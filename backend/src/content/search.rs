//! What editors add to the search: words that mean the same, words of sections that many pages have, words of single
//! pages, and how some words are said. Titles, headings and report words are found without any of this.

mod index;
mod sounds;

use super::{Reader, line_of};
use std::collections::BTreeMap;
use std::path::Path;
use zaoshai_contract::search::fold;

pub(super) use index::{Shelves, build};

/// Where the words stand.
const FILE: &str = "zh-Hans/search.toml";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Words and how they are said, where the usual reading of a character is not theirs: 鼻咽 = "bi yan".
    #[serde(default)]
    readings: BTreeMap<String, String>,
    #[serde(default)]
    synonyms: Vec<SynonymsRecord>,
    #[serde(default)]
    section: Vec<SectionRecord>,
    #[serde(default)]
    page: Vec<PageRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SynonymsRecord {
    words: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionRecord {
    id: String,
    words: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PageRecord {
    address: String,
    words: Vec<String>,
}

/// Words that lead somewhere, folded, with the line they stand in.
struct Named {
    name: String,
    words: Vec<String>,
    line: usize,
}

/// What editors add.
#[derive(Default)]
pub(super) struct Extra {
    readings: BTreeMap<String, String>,
    synonyms: Vec<Vec<String>>,
    sections: Vec<Named>,
    pages: Vec<Named>,
}

/// Reads the words and checks each of them.
pub(super) fn load(reader: &mut Reader) -> Extra {
    let file = Path::new(FILE);
    let Some(text) = reader.text(file) else { return Extra::default() };
    let Some(record) = reader.parse_toml::<Record>(file, &text, 1) else { return Extra::default() };
    let mut extra = Extra::default();
    for (word, said) in record.readings {
        let syllables = said.split(' ').filter(|part| part.bytes().all(|letter| letter.is_ascii_lowercase()));
        if syllables.count() == word.chars().count() {
            extra.readings.insert(word, said);
        } else {
            let line = line_with(&text, &word);
            reader.find(file, line, format!("“{word}”的读音要一个字一个拼音，小写，用空格隔开"));
        }
    }
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for group in record.synonyms {
        let line = group.words.first().map_or(0, |word| line_with(&text, word));
        for word in folded(reader, &text, &group.words) {
            if known.insert(word.clone(), line).is_some() {
                reader.find(file, line, format!("“{word}”写在两组同义词里，或写了两次"));
            }
        }
        extra.synonyms.push(group.words.iter().map(|word| fold(word)).collect());
    }
    for section in record.section {
        let line = line_with(&text, &section.id);
        let words = folded(reader, &text, &section.words);
        extra.sections.push(Named { name: section.id, words, line });
    }
    for page in record.page {
        let line = line_with(&text, &page.address);
        let words = folded(reader, &text, &page.words);
        extra.pages.push(Named { name: page.address, words, line });
    }
    extra
}

fn folded(reader: &mut Reader, text: &str, words: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for word in words {
        let folded = fold(word);
        if folded.chars().count() < 2 {
            reader.find(FILE, line_with(text, word), format!("“{word}”太短，至少两个字"));
        } else {
            out.push(folded);
        }
    }
    out
}

/// The line in which a text stands in quotes; 0 when there is none.
fn line_with(text: &str, quoted: &str) -> usize {
    text.find(&format!("\"{quoted}\"")).map_or(0, |at| line_of(text, at))
}
