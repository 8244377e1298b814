//! The glossary: hard words with what they mean. The first use of a word on a page opens in place, and a hard word
//! without an entry is told to the editors.

use super::Reader;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeSet;
use std::path::Path;
use zaoshai_contract::content::{Article, Block, Meaning, Point, Span};

/// Where the glossary stands.
const FILE: &str = "zh-Hans/glossary.toml";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Abbreviations and units that everybody knows.
    plain: Vec<String>,
    /// Words that may not stand on a page without an entry.
    hard: Vec<String>,
    word: Vec<WordRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WordRecord {
    word: String,
    #[serde(default)]
    aka: Vec<String>,
    text: String,
}

/// The hard words.
#[derive(Default)]
pub(super) struct Glossary {
    /// Each spelling with the place of its meaning.
    spellings: Vec<(String, usize)>,
    /// Finds all spellings in one pass, the longest where several begin; none while there is no word.
    finder: Option<AhoCorasick>,
    meanings: Vec<String>,
    plain: BTreeSet<String>,
    /// Hard words that have no entry.
    missing: Vec<String>,
}

pub(super) fn load(reader: &mut Reader) -> Option<Glossary> {
    let file = Path::new(FILE);
    let text = reader.text(file)?;
    let record: Record = reader.parse_toml(file, &text, 1)?;
    let mut glossary = Glossary { plain: record.plain.into_iter().collect(), ..Glossary::default() };
    for entry in record.word {
        let line = text.lines().position(|line| line.contains(&format!("\"{}\"", entry.word))).map_or(0, |at| at + 1);
        if entry.text.is_empty() {
            reader.find(file, line, format!("“{}”没有解释", entry.word));
        }
        if entry.text.contains(|letter: char| letter.is_ascii_digit()) {
            reader.find(
                file,
                line,
                format!("“{}”的解释里有数字：词语解释不写数字，数字写在有来源的正文里", entry.word),
            );
        }
        let place = glossary.meanings.len();
        glossary.meanings.push(entry.text);
        for spelling in [entry.word].into_iter().chain(entry.aka) {
            if spelling.chars().count() < 2 {
                reader.find(file, line, format!("“{spelling}”太短，会在别的词里认错"));
            } else if glossary.spellings.iter().any(|(known, _)| *known == spelling) {
                reader.find(file, line, format!("“{spelling}”写了两次"));
            } else {
                glossary.spellings.push((spelling, place));
            }
        }
    }
    let spellings = glossary.spellings.iter().map(|(spelling, _)| spelling);
    match AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(spellings) {
        Ok(finder) => glossary.finder = Some(finder),
        Err(error) => reader.find(file, 0, format!("词太多了：{error}")),
    }
    glossary.missing =
        record.hard.into_iter().filter(|word| !glossary.spellings.iter().any(|(known, _)| known == word)).collect();
    Some(glossary)
}

impl Glossary {
    /// The hard words and abbreviations of a text that nobody explains.
    pub(super) fn unexplained(&self, text: &str) -> Vec<String> {
        let mut found: Vec<String> = self.missing.iter().filter(|word| text.contains(word.as_str())).cloned().collect();
        for word in abbreviations(text) {
            let known = |spelling: &str| spelling == word || spelling.split(['-', ' ', '/']).any(|part| part == word);
            let explained = self.spellings.iter().any(|(spelling, _)| known(spelling));
            if !explained && !self.plain.contains(word) && !found.iter().any(|told| told == word) {
                found.push(word.to_owned());
            }
        }
        found
    }

    /// Opens the first use of each hard word of an article in place; words that stand only where nothing can open
    /// (in pictures, cards and lists to tick) are explained in a list at its end.
    pub(super) fn explain(&self, article: &mut Article) {
        let mut used = BTreeSet::new();
        for block in article.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Paragraph { text, .. } => self.open(text, &mut used),
                Block::Points { items, .. } | Block::Steps { items, .. } => {
                    for Point { text, .. } in items {
                        self.open(text, &mut used);
                    }
                }
                _ => {}
            }
        }
        let mut rest = Vec::new();
        super::rules::every_text(article, &mut |text| {
            for (_, _, place) in self.uses(text) {
                if used.insert(place) {
                    rest.push(place);
                }
            }
        });
        article.words = rest
            .into_iter()
            .map(|place| {
                let word = self.spellings.iter().filter(|(_, of)| *of == place).map(|(word, _)| word);
                // The shortest spelling is the entry's own name more often than not.
                let word = word.min_by_key(|word| word.len()).cloned().unwrap_or_default();
                Meaning { word, text: self.meanings[place].clone() }
            })
            .collect();
    }

    fn open(&self, spans: &mut Vec<Span>, used: &mut BTreeSet<usize>) {
        let mut opened = Vec::new();
        for span in spans.drain(..) {
            let Span::Text(text) = span else {
                opened.push(span);
                continue;
            };
            let mut begun = 0;
            for (from, to, place) in self.uses(&text) {
                if used.insert(place) {
                    if begun < from {
                        opened.push(Span::Text(text[begun..from].to_owned()));
                    }
                    opened.push(Span::Term(text[from..to].to_owned(), self.meanings[place].clone()));
                    begun = to;
                }
            }
            if begun < text.len() {
                opened.push(Span::Text(text[begun..].to_owned()));
            }
        }
        *spans = opened;
    }

    /// The uses of hard words in a text: from, to, and which meaning. The longest word wins where several begin.
    fn uses(&self, text: &str) -> Vec<(usize, usize, usize)> {
        let found = self.finder.iter().flat_map(|finder| finder.find_iter(text));
        found
            .filter(|found| stands_alone(text, found.start(), found.end()))
            .map(|found| (found.start(), found.end(), self.spellings[found.pattern().as_usize()].1))
            .collect()
    }
}

/// A Latin word must not be a piece of a longer one.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let latin = |letter: Option<&u8>| letter.is_some_and(u8::is_ascii_alphanumeric);
    let letters = text.as_bytes();
    let begins = latin(letters.get(from)) && latin(letters[..from].last());
    let ends = latin(letters[..to].last()) && latin(letters.get(to));
    !begins && !ends
}

/// Runs of Latin letters and digits with at least two capitals, like BI-RADS and LDCT.
fn abbreviations(text: &str) -> Vec<&str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| word.chars().filter(char::is_ascii_uppercase).count() >= 2)
        .collect()
}
