//! A section in one sentence, from the section's own words: what an editor wrote under the heading (`> …`), or else what
//! its first parts say. Nothing is said here that the section does not say.

use super::articles::Tongue;
use super::rules::plain;
use zaoshai_contract::content::{Block, CareLevel, Point, Section, Tone};

/// Most characters of a sentence that stays in sight, in Chinese and in English.
const LONGEST: (usize, usize) = (90, 240);
/// Most signs of a card that are named.
const SIGNS: usize = 2;
/// Most points that are named.
const NAMED: usize = 5;
/// A sentence shorter than this says too little alone, in Chinese and in English.
const SHORTEST: (usize, usize) = (14, 40);

/// How a language joins what it names.
struct Joints {
    comma: &'static str,
    stop: &'static str,
    colon: &'static str,
    more: &'static str,
    longest: usize,
    shortest: usize,
}

impl Joints {
    fn of(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Hans => {
                Self { comma: "、", stop: "。", colon: "：", more: "等", longest: LONGEST.0, shortest: SHORTEST.0 }
            }
            Tongue::En => Self {
                comma: ", ",
                stop: ". ",
                colon: ": ",
                more: " and more",
                longest: LONGEST.1,
                shortest: SHORTEST.1,
            },
        }
    }

    /// Some of these, and whether there are more.
    fn named<'a>(&self, all: impl Iterator<Item = &'a str>, most: usize) -> String {
        let all: Vec<&str> = all.map(|one| one.trim_end_matches(['：', ':', '。', '.', '？', '，'])).collect();
        let some = &all[..all.len().min(most)];
        // What has commas of its own is kept apart by more than one.
        let apart = some.iter().any(|one| one.contains(['，', ',', '、']));
        let joint = match (apart, self.comma) {
            (false, comma) => comma,
            (true, "、") => "；",
            (true, _) => "; ",
        };
        let mut told = some.join(joint);
        if all.len() > most {
            told.push_str(self.more);
        }
        told
    }
}

/// The sentence of a section; empty where its parts give none.
pub(super) fn of(section: &Section, tongue: Tongue) -> String {
    let joints = Joints::of(tongue);
    let sentences = pictures(section)
        .or_else(|| cards(section, &joints))
        .or_else(|| opening(section, &joints))
        .or_else(|| parts(section, &joints))
        .unwrap_or_default();
    let mut gist = String::new();
    for sentence in sentences {
        let sentence = sentence.trim().trim_end_matches(['。', '.', '；', ':', '：', '，']);
        let full = joints.longest < gist.chars().count() + sentence.chars().count();
        if sentence.is_empty() || (full && !gist.is_empty()) {
            continue;
        }
        gist.push_str(sentence);
        let ended = sentence.ends_with(['！', '？', '!', '?']);
        gist.push_str(if ended { "" } else { joints.stop });
    }
    gist.trim_end().to_owned()
}

/// Counts: a gain and a loss with the same weight.
fn pictures(section: &Section) -> Option<Vec<String>> {
    let told = |wanted: fn(Tone) -> bool| {
        section.blocks.iter().find_map(|block| match block {
            Block::PerThousand(data) if wanted(data.tone) => {
                Some([data.before.trim(), " ", &data.number.to_string(), " ", data.after.trim()].concat())
            }
            _ => None,
        })
    };
    let both: Vec<String> =
        [told(|tone| tone == Tone::Benefit), told(|tone| tone == Tone::Harm)].into_iter().flatten().collect();
    let plain: Vec<String> = told(|tone| tone == Tone::Plain).into_iter().collect();
    Some(if both.is_empty() { plain } else { both }).filter(|told| !told.is_empty())
}

/// Cards that say what to do soon: what an emergency is comes first where not all of them fit.
fn cards(section: &Section, joints: &Joints) -> Option<Vec<String>> {
    let first = section.blocks.iter().find(|block| !matches!(block, Block::Paragraph { .. }))?;
    if !matches!(first, Block::Care { level: CareLevel::Urgent | CareLevel::Emergency, .. }) {
        return None;
    }
    let told = |wanted: CareLevel| {
        section.blocks.iter().filter_map(move |block| match block {
            Block::Care { level, title, items, .. } if *level == wanted => {
                let title = title.replacen(joints.colon, if joints.colon == "：" { "" } else { ", " }, 1);
                Some([&title, joints.colon, &joints.named(items.iter().map(String::as_str), SIGNS)].concat())
            }
            _ => None,
        })
    };
    let emergency: Vec<String> = told(CareLevel::Emergency).take(1).collect();
    Some(emergency.into_iter().chain(told(CareLevel::Urgent)).collect())
}

/// The first sentence, with what it introduces, and how soon to act.
fn opening(section: &Section, joints: &Joints) -> Option<Vec<String>> {
    let Some(Block::Paragraph { text, .. }) = section.blocks.first() else { return None };
    // A bold beginning has a space behind it.
    let text = plain(text).replace("： ", "：").replace("。 ", "。");
    let past = |from: usize| ends(&text[from..]).next().map_or(text.len(), |end| from + end);
    let announcing = |sentence: &str| {
        sentence.ends_with(['：', ':']) || ["下面", "below", "one of these"].iter().any(|word| sentence.contains(word))
    };
    let mut end = past(0);
    if text[..end].chars().count() < joints.shortest && end < text.len() {
        let more = past(end);
        if !announcing(text[end..more].trim()) {
            end = more;
        }
    }
    let mut sentence = text[..end].trim().to_owned();
    let announces = announcing(&sentence);
    if let (true, Some(Block::Points { .. })) = (announces, section.blocks.get(1)) {
        let points = section.blocks[1..].iter().map_while(|block| match block {
            Block::Points { items, .. } => Some(items),
            _ => None,
        });
        sentence = sentence.trim_end_matches(['。', '.', '：', ':']).to_owned();
        let named: Vec<String> = points.flatten().map(title_of).collect();
        sentence = [&sentence, joints.colon, &joints.named(named.iter().map(String::as_str), NAMED)].concat();
    }
    let soon = section.blocks.iter().find_map(|block| match block {
        Block::Care { level: CareLevel::Urgent | CareLevel::Emergency, title, .. } => Some(title.clone()),
        _ => None,
    });
    Some([Some(sentence), soon].into_iter().flatten().collect())
}

/// What the first block that can be told names.
fn parts(section: &Section, joints: &Joints) -> Option<Vec<String>> {
    section.blocks.iter().find_map(|block| {
        let named = match block {
            Block::Paragraph { text, .. } => plain(text),
            Block::Points { items, .. } if items.len() == 1 => {
                // A list whose items have sources of their own is several blocks.
                let points = section.blocks.iter().filter_map(|block| match block {
                    Block::Points { items, .. } => Some(items),
                    _ => None,
                });
                let titles: Vec<String> = points.flatten().map(title_of).collect();
                joints.named(titles.iter().map(String::as_str), NAMED)
            }
            Block::Points { items, .. } | Block::Steps { items, .. } => {
                let titles: Vec<String> = items.iter().map(title_of).collect();
                joints.named(titles.iter().map(String::as_str), NAMED)
            }
            Block::Care { title, items, .. } => {
                [title, joints.colon, &joints.named(items.iter().map(String::as_str), SIGNS)].concat()
            }
            Block::Checklist { items, .. } => joints.named(items.iter().map(String::as_str), SIGNS + 1),
            Block::Options { items } => joints.named(items.iter().map(|item| item.name.as_str()), NAMED),
            Block::Values { items, .. } => joints.named(items.iter().map(|item| item.text.as_str()), SIGNS),
            Block::Notice { title, text, .. } if title.is_empty() => first_sentence(text),
            Block::Notice { title, .. } => title.clone(),
            Block::Compare { follows, .. } => first_sentence(follows),
            Block::PerThousand(_) => return None,
        };
        Some(vec![named])
    })
}

fn title_of(point: &Point) -> String {
    if point.title.is_empty() { first_sentence(&plain(&point.text)) } else { point.title.clone() }
}

fn first_sentence(text: &str) -> String {
    text[..ends(text).next().unwrap_or(text.len())].trim().to_owned()
}

/// Where sentences end. A full stop ends one only before a space: not in 3.5.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(move |(at, letter)| {
        let past = at + letter.len_utf8();
        let ends = matches!(letter, '。' | '！' | '？' | '!' | '?' | '；')
            || (letter == '.' && text[past..].chars().next().is_none_or(char::is_whitespace));
        ends.then_some(past)
    })
}

/// Whether an editor's sentence is short enough to stay in sight, and each number in it stands in the section.
pub(super) fn fits(gist: &str, tongue: Tongue) -> bool {
    !gist.is_empty() && gist.chars().count() <= Joints::of(tongue).longest * 2
}
