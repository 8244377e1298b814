//! The fenced components of an article: TOML records that become blocks.

use super::markdown::Writer;
use super::rules::NOT_NOW;
use crate::lookup::{Band, Finding, fold};
use std::collections::VecDeque;
use zaoshai_contract::content::{
    Block, CareLevel, Course, DotPart, Onward, PerThousand, Point, Position, Span, Tone, Value,
};
use zaoshai_contract::ids::Slug;

/// The names of the components, for the message about an unknown one.
const NAMES: &str = "care、per-thousand、steps、notice、compare、checklist、options、values、words";

/// What a component turns into.
pub(super) enum Component {
    /// A block of the page.
    Block(Block),
    /// What a report calls the finding of this section; not shown.
    Words(Finding),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CareRecord {
    level: CareLevel,
    title: String,
    items: Vec<String>,
    #[serde(default)]
    within: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PerThousandRecord {
    tone: Tone,
    before: String,
    number: u16,
    after: String,
    parts: Vec<DotPart>,
    #[serde(default)]
    rest: String,
    text: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StepsRecord {
    #[serde(default)]
    sources: Vec<String>,
    step: Vec<StepRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StepRecord {
    title: String,
    #[serde(default)]
    text: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeRecord {
    title: String,
    text: String,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareRecord {
    follows: String,
    row: Vec<CompareRow>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CompareRow {
    issuer: String,
    year: u16,
    text: String,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecklistRecord {
    #[serde(default)]
    title: String,
    items: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsRecord {
    option: Vec<OptionRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionRecord {
    id: String,
    name: String,
    what: String,
    good: Vec<String>,
    bad: Vec<String>,
    feel: Vec<String>,
    next: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    to_text: String,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ValuesRecord {
    value: Vec<ValueRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueRecord {
    text: String,
    #[serde(rename = "for")]
    speaks_for: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsRecord {
    words: Vec<String>,
    #[serde(default)]
    range: Vec<RangeRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeRecord {
    names: Vec<String>,
    unit: String,
    from: Option<f64>,
    below: Option<f64>,
}

/// Orders statements so that the options they speak for take turns: what stands together weighs more.
fn taking_turns(items: Vec<Value>, options: &[Course]) -> Vec<Value> {
    let mut queues: Vec<VecDeque<Value>> = options.iter().map(|_| VecDeque::new()).collect();
    for item in items {
        if let Some(place) = options.iter().position(|option| option.id == item.speaks_for) {
            queues[place].push_back(item);
        }
    }
    let mut ordered = Vec::new();
    while queues.iter().any(|queue| !queue.is_empty()) {
        ordered.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
    }
    ordered
}

impl Writer<'_> {
    /// Reads a component whose fence stands on `line`.
    pub(super) fn component(&mut self, name: &str, body: &str, line: usize) -> Option<Component> {
        let block = match name.trim() {
            "care" => self.care(body, line)?,
            "per-thousand" => self.per_thousand(body, line)?,
            "steps" => self.steps(body, line)?,
            "notice" => {
                let record: NoticeRecord = self.reader.parse_toml(self.file, body, line + 1)?;
                let cited = self.cite(&record.sources, line);
                self.check_in(&[&record.title, &record.text], &cited, line, body);
                Block::Notice { title: record.title, text: record.text, cited }
            }
            "compare" => self.compare(body, line)?,
            "checklist" => {
                let record: ChecklistRecord = self.reader.parse_toml(self.file, body, line + 1)?;
                let cited = self.cite(&record.sources, line);
                let texts: Vec<&String> = record.items.iter().chain([&record.title]).collect();
                self.check_in(&texts, &cited, line, body);
                Block::Checklist { title: record.title, items: record.items, cited }
            }
            "options" => self.options(body, line)?,
            "values" => self.values(body, line)?,
            "words" => return self.words(body, line).map(Component::Words),
            other => {
                self.reader.find(self.file, line, format!("没有“{other}”这种卡片，可以用：{NAMES}"));
                return None;
            }
        };
        Some(Component::Block(block))
    }

    fn care(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: CareRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        let cited = self.cite(&record.sources, line);
        let texts: Vec<&String> = record.items.iter().chain([&record.title, &record.within]).collect();
        self.check_in(&texts, &cited, line, body);
        if !record.service.is_empty() {
            self.links.push((line, format!("/clinics?service={}", record.service)));
        }
        let onward = Onward { within: record.within, department: record.department, service: record.service };
        Some(Block::Care { level: record.level, title: record.title, items: record.items, onward, cited })
    }

    fn per_thousand(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: PerThousandRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        let cited = self.cite(&record.sources, line);
        self.need_source("1000", &cited, line);
        for text in [&record.before, &record.after, &record.rest, &record.note] {
            self.check_words(text, self.line_in(body, text, line));
        }
        let drawn: u32 = record.parts.iter().map(|part| u32::from(part.count)).sum();
        if drawn > 1000 || record.number > 1000 {
            self.reader.find(self.file, line, "1000 人里超过了 1000 人");
        }
        if record.text.is_empty() {
            self.reader.find(self.file, line, "图要有文字说明：text");
        }
        let told = u32::from(record.number);
        let counted = record.parts.iter().any(|part| part.count == record.number);
        if !counted && ![0, drawn, 1000_u32.saturating_sub(drawn)].contains(&told) {
            self.reader.find(self.file, line, format!("number = {told}，图里画的不是这个数"));
        }
        Some(Block::PerThousand(PerThousand {
            tone: record.tone,
            before: record.before,
            number: record.number,
            after: record.after,
            parts: record.parts,
            rest: record.rest,
            text: record.text,
            note: record.note,
            cited,
        }))
    }

    fn steps(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: StepsRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        let cited = self.cite(&record.sources, line);
        let texts: Vec<&String> = record.step.iter().flat_map(|step| [&step.title, &step.text]).collect();
        self.check_in(&texts, &cited, line, body);
        let items = record
            .step
            .into_iter()
            .map(|step| Point {
                title: step.title,
                text: if step.text.is_empty() { Vec::new() } else { vec![Span::Text(step.text)] },
            })
            .collect();
        Some(Block::Steps { items, cited })
    }

    fn compare(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: CompareRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        self.check_words(&record.follows, self.line_in(body, &record.follows, line));
        let mut rows = Vec::new();
        for row in record.row {
            let cited = self.cite(&row.sources, line);
            if cited.is_empty() {
                self.reader.find(self.file, self.line_in(body, &row.text, line), "各家指南的每一行都要有 sources");
            }
            self.check_in(&[&row.text], &cited, line, body);
            rows.push(Position { issuer: row.issuer, year: row.year, text: row.text, cited });
        }
        Some(Block::Compare { rows, follows: record.follows })
    }

    fn options(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: OptionsRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        if !record.option.iter().any(|option| option.id == NOT_NOW) {
            self.reader.find(self.file, line, format!("要有一个选择 id = \"{NOT_NOW}\"：先不做"));
        }
        let mut items: Vec<Course> = Vec::new();
        for option in record.option {
            let at = self.line_in(body, &option.name, line);
            if Slug::parse(&option.id).is_none() || items.iter().any(|known| known.id == option.id) {
                self.reader.find(self.file, at, format!("选择的 id = \"{}\" 要用小写英文，不能重复", option.id));
            }
            if option.good.len().abs_diff(option.bad.len()) > 1 || option.good.is_empty() || option.bad.is_empty() {
                self.reader.find(self.file, at, format!("“{}”的好处和坏处要一样详细", option.name));
            }
            if option.feel.len() != 3 {
                self.reader.find(self.file, at, format!("“{}”的 feel 要写三条：身体、心里、生活", option.name));
            }
            let cited = self.cite(&option.sources, at);
            let texts: Vec<&String> = [&option.name, &option.what, &option.next]
                .into_iter()
                .chain(option.good.iter().chain(&option.bad).chain(&option.feel))
                .collect();
            self.check_in(&texts, &cited, line, body);
            if !option.to.is_empty() {
                self.check_address(&option.to, at);
            }
            items.push(Course {
                id: option.id,
                name: option.name,
                what: option.what,
                good: option.good,
                bad: option.bad,
                feel: option.feel,
                next: option.next,
                to: option.to,
                to_text: option.to_text,
                cited,
            });
        }
        self.courses.clone_from(&items);
        Some(Block::Options { items })
    }

    fn values(&mut self, body: &str, line: usize) -> Option<Block> {
        let record: ValuesRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        let options = self.courses.clone();
        let mut items = Vec::new();
        for value in record.value {
            let at = self.line_in(body, &value.text, line);
            if !options.iter().any(|option| option.id == value.speaks_for) {
                self.reader.find(self.file, at, format!("for = \"{}\"：上面没有这个选择", value.speaks_for));
            }
            self.check(&value.text, &Default::default(), at);
            items.push(Value { text: value.text, speaks_for: value.speaks_for });
        }
        for option in &options {
            let speaks = items.iter().filter(|item| item.speaks_for == option.id).count();
            // Balanced wording: what speaks for doing nothing must be heard as much as the rest.
            if option.id == NOT_NOW && speaks * 3 < items.len() {
                self.reader.find(self.file, line, "说“先不做”的话太少，两边要差不多");
            }
        }
        Some(Block::Values { items: taking_turns(items, &options), options })
    }

    fn words(&mut self, body: &str, line: usize) -> Option<Finding> {
        let record: WordsRecord = self.reader.parse_toml(self.file, body, line + 1)?;
        let mut words: Vec<String> = Vec::new();
        for word in &record.words {
            let folded = fold(word);
            if folded.chars().count() < 2 {
                self.reader.find(self.file, self.line_in(body, word, line), format!("“{word}”太短，找不准"));
            } else if !words.contains(&folded) {
                words.push(folded);
            }
        }
        let mut bands = Vec::new();
        for range in record.range {
            if range.names.is_empty() || (range.from.is_none() && range.below.is_none()) {
                self.reader.find(self.file, line, "range 要有 names，还要有 from 或 below");
            }
            let names = range.names.iter().map(|name| fold(name)).collect();
            bands.push(Band { names, unit: range.unit, from: range.from, below: range.below });
        }
        if words.is_empty() && bands.is_empty() {
            self.reader.find(self.file, line, "words 是空的");
        }
        Some(Finding { explainer: String::new(), section: String::new(), heading: String::new(), words, bands })
    }
}
