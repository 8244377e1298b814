//! From Markdown to typed blocks: headings open sections, lists become points, fenced blocks name a component.
//! Sources stand at the end of a block as `[^S01]`; a block with a number and no source is a mistake.

use super::sources::{MEMORY, Register};
use super::{Reader, line_of};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::path::Path;
use zaoshai_contract::content::{
    Block, CareLevel, Cited, DotPart, PerThousand, Point, Position, Section, Source, Span, Tone,
};

/// Phone numbers that everybody knows: a digit in them needs no source.
const KNOWN_NUMBERS: [&str; 3] = ["12320", "12356", "120"];

/// Collects the sources of one article in order of first use, and the mistakes in its text.
pub(super) struct Writer<'a> {
    pub(super) reader: &'a mut Reader,
    pub(super) file: &'a Path,
    pub(super) register: &'a Register,
    /// Ids and sources in order of first use.
    pub(super) used: Vec<(String, Source)>,
    /// Internal links with their lines, to be checked once all pages are known.
    pub(super) links: Vec<(usize, String)>,
}

impl Writer<'_> {
    /// Turns source ids into positions in the article's list.
    pub(super) fn cite(&mut self, ids: &[String], line: usize) -> Cited {
        let mut cited = Cited::default();
        for id in ids {
            if id == MEMORY {
                cited.unchecked = true;
                continue;
            }
            let place = self.used.iter().position(|(known, _)| known == id).or_else(|| {
                let source = self.register.get(id)?;
                self.used.push((id.clone(), source.clone()));
                Some(self.used.len() - 1)
            });
            match place.and_then(|place| u16::try_from(place).ok()) {
                Some(place) if !cited.sources.contains(&place) => cited.sources.push(place),
                Some(_) => {}
                None => self.reader.find(self.file, line, format!("source \"{id}\" is not in sources.toml")),
            }
        }
        cited
    }

    /// Notes a number that nothing backs.
    pub(super) fn need_source(&mut self, text: &str, cited: &Cited, line: usize) {
        if !cited.is_empty() {
            return;
        }
        let mut rest = text.to_owned();
        for known in KNOWN_NUMBERS {
            rest = rest.replace(known, "");
        }
        if rest.contains(|letter: char| letter.is_ascii_digit()) {
            self.reader.find(self.file, line, "a number without a source: end the block with [^S01] or [^memory]");
        }
    }

    /// Reads the body of an article; `first_line` is the line of the file where it begins.
    pub(super) fn sections(&mut self, text: &str, first_line: usize) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        let mut events = Parser::new_ext(text, Options::ENABLE_HEADING_ATTRIBUTES).into_offset_iter();
        while let Some((event, range)) = events.next() {
            let line = first_line + line_of(text, range.start) - 1;
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, id, .. }) => {
                    let heading = plain(&inline(&mut events, TagEnd::Heading(HeadingLevel::H2)));
                    let id = id.map(|id| id.to_string()).unwrap_or_default();
                    if id.is_empty() || sections.iter().any(|section| section.id == id) {
                        self.reader.find(self.file, line, "a section needs an id of its own: ## 标题 {#name}");
                    }
                    sections.push(Section { id, heading, blocks: Vec::new() });
                }
                Event::Start(tag) => {
                    let blocks = self.blocks(tag, &mut events, line);
                    match sections.last_mut() {
                        Some(section) => section.blocks.extend(blocks),
                        None => self.reader.find(self.file, line, "text before the first ## heading"),
                    }
                }
                Event::Rule | Event::Html(_) => {
                    self.reader.find(self.file, line, "rules and HTML are not part of the format");
                }
                _ => {}
            }
        }
        for section in &sections {
            if section.blocks.is_empty() {
                self.reader.find(self.file, first_line, format!("section {{#{}}} is empty", section.id));
            }
        }
        sections
    }

    fn blocks<'t>(&mut self, tag: Tag<'t>, events: &mut Events<'t>, line: usize) -> Vec<Block> {
        match tag {
            Tag::Paragraph => {
                let (text, cited) = self.text(inline(events, TagEnd::Paragraph), line);
                self.need_source(&plain(&text), &cited, line);
                vec![Block::Paragraph { text, cited }]
            }
            Tag::List(_) => self.list(events, line),
            Tag::CodeBlock(CodeBlockKind::Fenced(name)) => {
                let body = plain(&inline(events, TagEnd::CodeBlock));
                self.component(&name, &body, line).into_iter().collect()
            }
            other => {
                self.reader.find(self.file, line, format!("{other:?} is not part of the format"));
                Vec::new()
            }
        }
    }

    /// A list becomes points; an item with sources closes its block, so that each source backs only what stands before it.
    fn list(&mut self, events: &mut Events<'_>, line: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut items = Vec::new();
        let mut words = String::new();
        while let Some((event, _)) = events.next() {
            match event {
                Event::Start(Tag::Item) => {
                    let (spans, cited) = self.text(inline(events, TagEnd::Item), line);
                    words.push_str(&plain(&spans));
                    items.push(point(spans));
                    if !cited.is_empty() {
                        self.need_source(&words, &cited, line);
                        words.clear();
                        blocks.push(Block::Points { items: std::mem::take(&mut items), cited });
                    }
                }
                Event::End(TagEnd::List(_)) => break,
                _ => {}
            }
        }
        if !items.is_empty() {
            self.need_source(&words, &Cited::default(), line);
            blocks.push(Block::Points { items, cited: Cited::default() });
        }
        blocks
    }

    /// Takes the markers `[^S01]` out of a text and cites them.
    fn text(&mut self, spans: Vec<Span>, line: usize) -> (Vec<Span>, Cited) {
        let mut ids = Vec::new();
        let mut kept = Vec::new();
        for span in spans {
            let span = match span {
                Span::Text(text) => Span::Text(take_markers(&text, &mut ids)),
                Span::Strong(text) => Span::Strong(take_markers(&text, &mut ids)),
                Span::Link(text, address) => {
                    self.check_address(&address, line);
                    Span::Link(text, address)
                }
            };
            if !matches!(&span, Span::Text(text) | Span::Strong(text) if text.is_empty()) {
                kept.push(span);
            }
        }
        let cited = self.cite(&ids, line);
        (kept, cited)
    }

    fn check_address(&mut self, address: &str, line: usize) {
        if address.starts_with('/') {
            self.links.push((line, address.to_owned()));
        } else if !address.starts_with("tel:") && !address.starts_with("https://") {
            self.reader.find(
                self.file,
                line,
                format!("link \"{address}\" begins neither with / nor tel: nor https://"),
            );
        }
    }

    fn component(&mut self, name: &str, body: &str, line: usize) -> Option<Block> {
        let inside = line + 1;
        match name.trim() {
            "care" => {
                let record: CareRecord = self.reader.parse_toml(self.file, body, inside)?;
                let cited = self.cite(&record.sources, line);
                self.need_source(&format!("{}{}", record.title, record.items.join("")), &cited, line);
                Some(Block::Care { level: record.level, title: record.title, items: record.items, cited })
            }
            "per-thousand" => {
                let record: PerThousandRecord = self.reader.parse_toml(self.file, body, inside)?;
                let cited = self.cite(&record.sources, line);
                self.need_source("1000", &cited, line);
                let drawn: u32 = record.parts.iter().map(|part| u32::from(part.count)).sum();
                if drawn > 1000 || record.number > 1000 {
                    self.reader.find(self.file, line, "more than 1000 of 1000");
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
            "steps" => {
                let record: StepsRecord = self.reader.parse_toml(self.file, body, inside)?;
                let cited = self.cite(&record.sources, line);
                let words: String = record.step.iter().map(|step| format!("{}{}", step.title, step.text)).collect();
                self.need_source(&words, &cited, line);
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
            "notice" => {
                let record: NoticeRecord = self.reader.parse_toml(self.file, body, inside)?;
                let cited = self.cite(&record.sources, line);
                self.need_source(&format!("{}{}", record.title, record.text), &cited, line);
                Some(Block::Notice { title: record.title, text: record.text, cited })
            }
            "compare" => {
                let record: CompareRecord = self.reader.parse_toml(self.file, body, inside)?;
                let mut rows = Vec::new();
                for row in record.row {
                    let cited = self.cite(&row.sources, line);
                    self.need_source(&row.text, &cited, line);
                    rows.push(Position { issuer: row.issuer, year: row.year, text: row.text, cited });
                }
                Some(Block::Compare { rows, follows: record.follows })
            }
            other => {
                self.reader.find(
                    self.file,
                    line,
                    format!("\"{other}\" is not a component: care, per-thousand, steps, notice, compare"),
                );
                None
            }
        }
    }
}

type Events<'t> = pulldown_cmark::OffsetIter<'t, pulldown_cmark::DefaultBrokenLinkCallback>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CareRecord {
    level: CareLevel,
    title: String,
    items: Vec<String>,
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
    sources: Vec<String>,
}

/// Reads inline text up to the end of its block.
fn inline(events: &mut Events<'_>, end: TagEnd) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut strong = false;
    let mut address: Option<String> = None;
    for (event, _) in events.by_ref() {
        let text = match event {
            Event::End(tag) if tag == end => break,
            Event::Start(Tag::Strong) => {
                strong = true;
                continue;
            }
            Event::End(TagEnd::Strong) => {
                strong = false;
                continue;
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                address = Some(dest_url.to_string());
                spans.push(Span::Link(String::new(), dest_url.to_string()));
                continue;
            }
            Event::End(TagEnd::Link) => {
                address = None;
                continue;
            }
            Event::Text(text) | Event::Code(text) => text.to_string(),
            Event::SoftBreak | Event::HardBreak => continue,
            _ => continue,
        };
        match spans.last_mut() {
            Some(Span::Link(words, _)) if address.is_some() => words.push_str(&text),
            Some(Span::Strong(words)) if strong => words.push_str(&text),
            Some(Span::Text(words)) if !strong && address.is_none() => words.push_str(&text),
            _ if strong => spans.push(Span::Strong(text)),
            _ => spans.push(Span::Text(text)),
        }
    }
    spans
}

fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) | Span::Strong(text) | Span::Link(text, _) => text.as_str(),
        })
        .collect()
}

/// A list item: what is bold at its beginning is the title.
fn point(mut spans: Vec<Span>) -> Point {
    let title = match spans.first() {
        Some(Span::Strong(title)) => {
            let title = title.clone();
            spans.remove(0);
            title
        }
        _ => String::new(),
    };
    if let Some(Span::Text(text)) = spans.first_mut() {
        *text = text.trim_start().to_owned();
    }
    spans.retain(|span| !matches!(span, Span::Text(text) if text.is_empty()));
    Point { title, text: spans }
}

fn take_markers(text: &str, ids: &mut Vec<String>) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[^") {
        let Some(length) = rest[start..].find(']') else { break };
        ids.push(rest[start + 2..start + length].to_owned());
        kept.push_str(&rest[..start]);
        rest = &rest[start + length + 1..];
    }
    kept.push_str(rest);
    kept
}
