//! Proof-reading of files that are no articles: their sentences, hard words, numbers and sources.

use super::Reader;
use super::articles::{Words, digits};
use super::markdown::KNOWN_NUMBERS;
use super::rules::long_sentences;
use super::sources::MEMORY;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Reads one file and notes what is wrong with its texts, each on its line.
pub(super) struct Proof<'a> {
    pub(super) reader: &'a mut Reader,
    pub(super) file: &'a Path,
    /// The file as it was read.
    pub(super) text: &'a str,
    pub(super) words: &'a Words<'a>,
    /// How many blocks cite each source.
    pub(super) cited: BTreeMap<String, usize>,
}

impl<'a> Proof<'a> {
    pub(super) fn new(reader: &'a mut Reader, file: &'a Path, text: &'a str, words: &'a Words<'a>) -> Self {
        Self { reader, file, text, words, cited: BTreeMap::new() }
    }

    /// Notes a mistake on the line where a text stands.
    pub(super) fn find(&mut self, at: &str, message: impl Into<String>) {
        let line = self.line(at);
        self.reader.find(self.file, line, message);
    }

    /// Notes a mistake on the last line that holds a text: of two that are the same, the one that came too late.
    pub(super) fn find_last(&mut self, at: &str, message: impl Into<String>) {
        let lines = self.text.lines().enumerate().filter(|(_, line)| line.contains(at));
        let line = lines.last().map_or(0, |(place, _)| place + 1);
        self.reader.find(self.file, line, message);
    }

    fn line(&self, text: &str) -> usize {
        let begin: String = text.chars().take(14).collect();
        self.text.lines().position(|line| !begin.is_empty() && line.contains(&begin)).map_or(0, |place| place + 1)
    }

    /// Notes sentences that are empty or too long, and hard words that nobody explains.
    pub(super) fn sentences(&mut self, at: &str, texts: &[String]) {
        for text in texts {
            if text.trim().is_empty() {
                self.find(at, "有一句是空的：请写字，或删掉");
            }
            for (sentence, length) in long_sentences(text) {
                let begin: String = sentence.chars().take(12).collect();
                self.find(text, format!("句子太长，有 {length} 个字，最多 40 个：“{begin}…”"));
            }
            for word in self.words.glossary.unexplained(text) {
                let line = self.line(text);
                let message = format!("“{word}”没有解释：请换个说法，或写进 glossary.toml");
                self.reader.gap(self.file, line, message);
            }
        }
    }

    /// Counts the sources of some texts and notes those that nobody knows, and numbers without any.
    /// Tells whether something of it has not been checked against an original.
    pub(super) fn sources(&mut self, at: &str, texts: &[String], ids: &[String]) -> bool {
        for id in ids {
            *self.cited.entry(id.clone()).or_default() += 1;
            if id != MEMORY && !self.words.sources.contains_key(id) {
                self.find(at, format!("sources.toml 里没有来源“{id}”"));
            }
        }
        if ids.is_empty() {
            for text in texts.iter().filter(|text| numbers(text).next().is_some()) {
                self.find(text, "有数字，没有来源：请写 sources = [\"S01\"]，或 \"memory\"");
            }
        }
        ids.iter().any(|id| id == MEMORY)
    }

    /// Notes numbers that do not stand in what they were taken from, which is told as `place`.
    pub(super) fn taken_from(&mut self, texts: &[String], known: &BTreeSet<String>, place: &str) {
        for text in texts {
            for number in numbers(text).filter(|number| !known.contains(*number)) {
                self.find(text, format!("数字 {number} 在{place}里没有：请照文章写"));
            }
        }
    }
}

/// The numbers of a text that need a source.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    digits(text).filter(|number| !KNOWN_NUMBERS.contains(number))
}
