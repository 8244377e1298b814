//! Result letters: what a nurse can choose to tell a patient of a finding, in plain words and without a gap to fill in.
//! A letter says what was found, what that means and does not mean, what comes next and whom to ask; it is no diagnosis.

use super::articles::{Loaded, Words, digits};
use super::proof::Proof;
use super::rules::every_text;
use super::{Area, Reader};
use std::collections::BTreeSet;
use std::path::Path;
use zaoshai_contract::ids::Slug;

/// Where the letters stand.
const FILE: &str = "zh-Hans/letters.toml";
/// How the last paragraph begins.
const NEXT: &str = "下一步：";
/// How the last paragraph ends.
const ASK: &str = "有疑问请打电话。";
/// Marks by which people leave a gap to fill in.
const GAPS: [&str; 6] = ["{", "}", "_", "＿", "×", "XX"];

/// A letter that tells a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterTemplate {
    /// Its id.
    pub id: String,
    /// The topic that explains it; none for a letter that fits every topic.
    pub topic: Option<String>,
    /// What the nurse chooses it by, and its heading.
    pub title: String,
    /// Its paragraphs; the last one says what comes next and whom to ask.
    pub text: Vec<String>,
    /// The ids of its sources.
    pub sources: Vec<String>,
    /// True while a part of it has not been checked against an original.
    pub unchecked: bool,
    /// True once a doctor of the hospital has read it.
    pub reviewed: bool,
    /// Who has read it; empty while nobody has.
    pub reviewer: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    letters: Vec<Record>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    topic: Option<String>,
    title: String,
    text: Vec<String>,
    sources: Vec<String>,
    reviewed: bool,
    #[serde(default)]
    reviewer: String,
}

pub(super) fn load(reader: &mut Reader, words: &Words<'_>, loaded: &mut Loaded) -> Vec<LetterTemplate> {
    let path = Path::new(FILE);
    let Some(text) = reader.text(path) else { return Vec::new() };
    let Some(file) = reader.parse_toml::<File>(path, &text, 1) else { return Vec::new() };
    let mut proof = Proof::new(reader, path, &text, words);
    let told = told(loaded);
    let mut ids = BTreeSet::new();
    let mut letters = Vec::new();
    for record in file.letters {
        let at = format!("id = \"{}\"", record.id);
        if Slug::parse(&record.id).is_none() || !ids.insert(record.id.clone()) {
            proof.find(&at, format!("id = \"{}\" 要用小写英文，不能重复", record.id));
        }
        for message in mistakes(&record, loaded) {
            proof.find(&at, format!("{}：{message}", record.id));
        }
        let texts = [vec![record.title.clone()], record.text.clone()].concat();
        proof.sentences(&at, &texts);
        let unchecked = proof.sources(&at, &texts, &record.sources);
        if !loaded.incomplete {
            proof.taken_from(&texts, &told, "各篇文章");
        }
        letters.push(LetterTemplate {
            id: record.id,
            topic: record.topic,
            title: record.title,
            text: record.text,
            sources: record.sources,
            unchecked,
            reviewed: record.reviewed,
            reviewer: record.reviewer,
        });
    }
    let cited = proof.cited;
    loaded.cite(cited);
    letters
}

/// The numbers that the articles tell: a letter adds none of its own.
fn told(loaded: &Loaded) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for (_, entry) in loaded.hans.all() {
        every_text(&entry.article, &mut |text| told.extend(digits(text).map(str::to_owned)));
    }
    told
}

fn mistakes(record: &Record, loaded: &Loaded) -> Vec<String> {
    let mut mistakes = Vec::new();
    if let Some(topic) = &record.topic
        && !loaded.incomplete
        && loaded.hans.entry(Area::Topics, topic).is_none()
    {
        mistakes.push(format!("topic = \"{topic}\"：topics/ 里没有这个文件"));
    }
    if record.title.trim().is_empty() {
        mistakes.push("缺少 title".to_owned());
    }
    if record.sources.is_empty() {
        mistakes.push("缺少 sources：没有对照原文的，写 \"memory\"".to_owned());
    }
    if !(2..=6).contains(&record.text.len()) {
        mistakes.push(format!("要有 2 到 6 段，这里有 {} 段", record.text.len()));
    }
    let last = record.text.last().map(String::as_str).unwrap_or_default();
    if !last.starts_with(NEXT) || !last.ends_with(ASK) {
        mistakes.push(format!("最后一段以“{NEXT}”开头，以“{ASK}”结尾"));
    }
    if let Some(gap) = GAPS.iter().find(|gap| record.text.iter().any(|text| text.contains(**gap))) {
        mistakes.push(format!("信里不留空：有“{gap}”"));
    }
    if record.reviewed && record.reviewer.trim().is_empty() {
        mistakes.push("reviewed = true 要写 reviewer：谁审的".to_owned());
    }
    mistakes
}
