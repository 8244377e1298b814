//! What every article must have, whatever it says: its sections and their components, sentences that can be followed,
//! hard words explained, and its other languages.

use super::articles::Loaded;
use super::{Area, Reader};
use std::path::{Path, PathBuf};
use zaoshai_contract::content::{Article, Block, Section, Span};

/// Most characters of a sentence; a run of Latin letters and digits counts as one.
const LONGEST_SENTENCE: usize = 40;
/// The option of every decision aid that does nothing for now.
pub(super) const NOT_NOW: &str = "not-now";
/// The first section of a topic whose screening is not advised at average risk.
const WHY_NOT: &str = "why-not";
/// Guidance that must stand in English too.
const GUIDANCE_IN_ENGLISH: [&str; 1] = ["warning-signs"];

const TOPIC: [&str; 12] =
    ["who", "signs", "test", "prepare", "day", "cost", "result", "balance", "differ", "prevent", "questions", "next"];
const TOPIC_EN: [&str; 6] = ["who", "signs", "test", "result", "balance", "next"];
const DECISION: [&str; 7] = ["about", "options", "numbers", "unsure", "found", "values", "made"];
const RESULT: [&str; 2] = ["about", "next"];
const PROGRAMME: [&str; 6] = ["who", "what", "where", "cost", "dates", "next"];

/// A component by name, and whether a block is one.
type Component = (&'static str, fn(&Block) -> bool);

/// The component that a section cannot do without.
fn component_of(area: Area, section: &str) -> Option<Component> {
    Some(match (area, section) {
        (Area::Topics, "signs") => ("care", |block| matches!(block, Block::Care { .. })),
        (Area::Topics, "prepare" | "questions") => ("checklist", |block| matches!(block, Block::Checklist { .. })),
        (Area::Topics, "day") => ("steps", |block| matches!(block, Block::Steps { .. })),
        // Where no study gives a count, a notice says so.
        (Area::Topics, "balance") => ("per-thousand（没有数字时用 notice 说明）", |block| {
            matches!(block, Block::PerThousand(_) | Block::Notice { .. })
        }),
        (Area::Decisions, "numbers") => ("per-thousand", |block| matches!(block, Block::PerThousand(_))),
        (Area::Topics, "differ") => ("compare", |block| matches!(block, Block::Compare { .. })),
        (Area::Decisions, "options") => ("options", |block| matches!(block, Block::Options { .. })),
        (Area::Decisions, "values") => ("values", |block| matches!(block, Block::Values { .. })),
        _ => return None,
    })
}

/// Checks that an article has the sections of its kind, in their order, each with its component.
/// `line` is where its text begins; `lines` are those of its sections.
pub(super) fn check_sections(
    reader: &mut Reader,
    file: &Path,
    area: Area,
    english: bool,
    advised: bool,
    sections: &[(usize, Section)],
) {
    let required: &[&str] = match (area, english) {
        (Area::Topics, false) => &TOPIC,
        (Area::Topics, true) => &TOPIC_EN,
        (Area::Decisions, _) => &DECISION,
        (Area::Results, _) => &RESULT,
        (Area::Programmes, _) => &PROGRAMME,
        (Area::Guidance | Area::Pages, _) => &[],
    };
    let end = sections.last().map_or(1, |(line, _)| *line);
    let place = |id: &str| sections.iter().position(|(_, section)| section.id == id);
    if !advised && place(WHY_NOT) != Some(0) {
        reader.find(file, end, format!("普通人不建议筛查的，第一节必须是 {{#{WHY_NOT}}}：先说不建议，再说为什么"));
    }
    let mut before = 0;
    for id in required {
        match place(id) {
            None => reader.find(file, end, format!("缺少一节：## … {{#{id}}}")),
            Some(place) => {
                if place < before {
                    reader.find(
                        file,
                        sections[place].0,
                        format!("{{#{id}}} 的位置不对，顺序是 {}", required.join(" ")),
                    );
                }
                before = before.max(place);
                if let Some((name, fits)) = component_of(area, id).filter(|_| !english)
                    && !sections[place].1.blocks.iter().any(fits)
                {
                    reader.find(file, sections[place].0, format!("{{#{id}}} 这一节要有 ```{name}"));
                }
            }
        }
    }
}

/// The sentences of a text that are too long to follow, each with its length.
pub(super) fn long_sentences(text: &str) -> Vec<(&str, usize)> {
    text.split(['。', '！', '？', '；', '\n'])
        .map(str::trim)
        .map(|sentence| (sentence, length(sentence)))
        .filter(|(_, length)| *length > LONGEST_SENTENCE)
        .collect()
}

fn length(sentence: &str) -> usize {
    let mut length = 0;
    let mut in_latin = false;
    for letter in sentence.chars() {
        let latin = letter.is_ascii_alphanumeric() || (in_latin && matches!(letter, '-' | '.' | '/' | '%'));
        if latin && !in_latin || !latin && !letter.is_whitespace() && letter.is_alphanumeric() {
            length += 1;
        }
        in_latin = latin;
    }
    length
}

/// Checks that what must stand in English does, and that it is as new as the Chinese.
pub(super) fn check_languages(reader: &mut Reader, loaded: &Loaded) {
    let mut gaps: Vec<(PathBuf, String)> = Vec::new();
    for (area, entry) in loaded.hans.all() {
        let needed = match area {
            Area::Topics => true,
            Area::Guidance => GUIDANCE_IN_ENGLISH.contains(&entry.article.id.as_str()),
            _ => false,
        };
        let english = loaded.en.entry(area, &entry.article.id);
        let updated = |article: &Article| article.review.as_ref().map(|review| review.updated);
        match english {
            None if needed => {
                let file = format!("en/{}/{}.md", area.folder(), entry.article.id);
                gaps.push((entry.file.clone(), format!("还没有英文：{file}")));
            }
            Some(english) if updated(&english.article) < updated(&entry.article) => {
                gaps.push((english.file.clone(), "英文比中文旧：请对照中文改，再改 updated".to_owned()));
            }
            _ => {}
        }
    }
    for (area, entry) in loaded.en.all() {
        if loaded.hans.entry(area, &entry.article.id).is_none() {
            gaps.push((entry.file.clone(), "只有英文，没有中文".to_owned()));
        }
    }
    for (file, message) in gaps {
        reader.gap(file, 1, message);
    }
}

/// Calls back with every text of an article that a person reads, in order.
pub(super) fn every_text(article: &Article, see: &mut dyn FnMut(&str)) {
    see(&article.title);
    see(&article.lead);
    for row in &article.summary {
        see(&row.label);
        see(&row.text);
        see(&row.note);
    }
    if let Some(frame) = &article.frame {
        see(&frame.denominator);
        see(&frame.funding);
    }
    for section in &article.sections {
        see(&section.heading);
        for block in &section.blocks {
            texts_of(block, see);
        }
    }
}

/// Calls back with every text of some sections of an article, in order.
pub(super) fn texts_in(article: &Article, sections: &[&str], see: &mut dyn FnMut(&str)) {
    let wanted = article.sections.iter().filter(|section| sections.contains(&section.id.as_str()));
    for block in wanted.flat_map(|section| &section.blocks) {
        texts_of(block, see);
    }
}

pub(super) fn texts_of(block: &Block, see: &mut dyn FnMut(&str)) {
    let mut all = |texts: &[String]| texts.iter().for_each(|text| see(text));
    match block {
        Block::Paragraph { text, .. } => see(&plain(text)),
        Block::Points { items, .. } | Block::Steps { items, .. } => {
            for item in items {
                see(&item.title);
                see(&plain(&item.text));
            }
        }
        Block::Care { title, items, onward, .. } => {
            all(items);
            see(title);
            see(&onward.department);
        }
        Block::Checklist { title, items, .. } => {
            all(items);
            see(title);
        }
        Block::Options { items } => {
            for item in items {
                for text in [&item.name, &item.what, &item.next] {
                    see(text);
                }
                for texts in [&item.good, &item.bad, &item.feel] {
                    texts.iter().for_each(|text| see(text));
                }
            }
        }
        Block::Values { items, .. } => items.iter().for_each(|item| see(&item.text)),
        Block::PerThousand(data) => {
            for text in [&data.before, &data.after, &data.rest, &data.note] {
                see(text);
            }
            data.parts.iter().for_each(|part| see(&part.label));
        }
        Block::Notice { title, text, .. } => {
            see(title);
            see(text);
        }
        Block::Compare { rows, follows } => {
            rows.iter().for_each(|row| see(&row.text));
            see(follows);
        }
    }
}

/// The words of running text.
pub(super) fn plain(spans: &[Span]) -> String {
    spans.iter().map(Span::words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_counted_in_characters_and_latin_words() {
        for (sentence, expected) in [("没有症状的人", 6), ("做 LDCT，一年 1 次。", 6), ("BI-RADS 4A 类", 3), ("", 0)]
        {
            assert_eq!(length(sentence), expected, "{sentence}");
        }
    }

    #[test]
    fn sentences_end_at_their_marks() {
        let forty = "字".repeat(40);
        let longer = "字".repeat(41);
        assert!(long_sentences(&format!("{forty}。{forty}；{forty}")).is_empty());
        assert_eq!(long_sentences(&format!("好。{longer}")), [(longer.as_str(), 41)]);
    }
}
