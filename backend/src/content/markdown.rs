//! From Markdown to typed blocks: headings open sections, lists become points, fenced blocks name a component.
//! Sources stand at the end of a block as `[^S01]`; a block with a number and no source is a mistake.

use super::articles::Tongue;
use super::components::Component;
use super::gist;
use super::glossary::Glossary;
use super::rules::{long_sentences, plain, texts_of};
use super::sources::{MEMORY, Register};
use super::{Reader, line_of};
use crate::lookup::Finding;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::path::Path;
use zaoshai_contract::content::{Block, Cited, Course, Point, Section, Source, Span};

/// Phone numbers that everybody knows: a digit in them needs no source.
pub(super) const KNOWN_NUMBERS: [&str; 3] = ["12320", "12356", "120"];

/// Names that the frame around every article has taken.
const FRAME: [&str; 13] = [
    "answer",
    "app",
    "ask",
    "busy",
    "hard-words",
    "languages",
    "main",
    "more",
    "onward",
    "page",
    "size",
    "sources",
    "unchecked",
];

/// Collects the sources of one article in order of first use, and the mistakes in its text.
pub(super) struct Writer<'a> {
    pub(super) reader: &'a mut Reader,
    pub(super) file: &'a Path,
    pub(super) register: &'a Register,
    /// The hard words of the language; none where the language has no glossary.
    pub(super) glossary: Option<&'a Glossary>,
    pub(super) tongue: Tongue,
    /// Ids and sources in order of first use.
    pub(super) used: Vec<(String, Source)>,
    /// Internal links with their lines, to be checked once all pages are known.
    pub(super) links: Vec<(usize, String)>,
    /// How many blocks cite each source.
    pub(super) cited: BTreeMap<String, usize>,
    /// The options of the decision that was stated last.
    pub(super) courses: Vec<Course>,
    /// The body of the article, and the line of the file on which it begins.
    pub(super) body: &'a str,
    pub(super) first_line: usize,
}

impl Writer<'_> {
    /// Turns source ids into positions in the article's list.
    pub(super) fn cite(&mut self, ids: &[String], line: usize) -> Cited {
        let mut cited = Cited::default();
        for id in ids {
            *self.cited.entry(id.clone()).or_default() += 1;
            if id == MEMORY {
                cited.unchecked = true;
                continue;
            }
            let place = self.used.iter().position(|(known, _)| known == id).or_else(|| {
                let registered = self.register.get(id)?;
                let mut source = registered.source.clone();
                if self.tongue == Tongue::En && !registered.en.is_empty() {
                    source.title.clone_from(&registered.en);
                    source.issuer.clear();
                }
                self.used.push((id.clone(), source));
                Some(self.used.len() - 1)
            });
            match place.and_then(|place| u16::try_from(place).ok()) {
                Some(place) if !cited.sources.contains(&place) => cited.sources.push(place),
                Some(_) => {}
                None => self.reader.find(self.file, line, format!("sources.toml 里没有来源“{id}”")),
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
            self.reader.find(self.file, line, "有数字，没有来源：请在这一段末尾写 [^S01]，或 [^memory]");
        }
    }

    /// Notes sentences that are too long to follow and hard words that nobody explains.
    pub(super) fn check_words(&mut self, text: &str, line: usize) {
        let Some(glossary) = self.glossary else { return };
        for (sentence, length) in long_sentences(text) {
            let begin: String = sentence.chars().take(12).collect();
            self.reader.gap(self.file, line, format!("句子太长，有 {length} 个字，最多 40 个：“{begin}…”"));
        }
        for word in glossary.unexplained(text) {
            let message = format!("“{word}”没有解释：请换个说法，或写进 glossary.toml");
            self.reader.gap(self.file, line, message);
        }
    }

    /// Checks a text and its sources.
    pub(super) fn check(&mut self, text: &str, cited: &Cited, line: usize) {
        self.need_source(text, cited, line);
        self.check_words(text, line);
    }

    /// Checks the texts of a component, each on the line of `body` where it stands.
    pub(super) fn check_in(&mut self, texts: &[&String], cited: &Cited, line: usize, body: &str) {
        for text in texts {
            let at = self.line_in(body, text, line);
            if ["](", "**", "[^"].iter().any(|mark| text.contains(mark)) {
                self.reader.find(self.file, at, "卡片里只写字：不能用链接、粗体，来源写在 sources = [...]");
            }
            self.check(text, cited, at);
        }
    }

    /// The line of the file on which a text of a component stands; `line` is that of its fence.
    pub(super) fn line_in(&self, body: &str, text: &str, line: usize) -> usize {
        let begin: String = text.chars().take(12).collect();
        body.lines().position(|one| !begin.is_empty() && one.contains(&begin)).map_or(line, |place| line + 1 + place)
    }

    /// The line of the file of an offset into the body.
    fn line_at(&self, offset: usize) -> usize {
        self.first_line + line_of(self.body, offset) - 1
    }

    /// Reads the body: the sections with their lines, and the findings of reports that they explain.
    pub(super) fn sections(&mut self) -> (Vec<(usize, Section)>, Vec<Finding>) {
        let mut sections: Vec<(usize, Section)> = Vec::new();
        let mut findings: Vec<Finding> = Vec::new();
        let mut events = Parser::new_ext(self.body, Options::ENABLE_HEADING_ATTRIBUTES).into_offset_iter();
        while let Some((event, range)) = events.next() {
            let line = self.line_at(range.start);
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, id, .. }) => {
                    let heading = plain(&self.inline(&mut events, TagEnd::Heading(HeadingLevel::H2), line));
                    let id = id.map(|id| id.to_string()).unwrap_or_default();
                    if FRAME.contains(&id.as_str()) || id.starts_with("source-") {
                        self.reader.find(self.file, line, format!("{{#{id}}} 是页面自己用的名字，请换一个"));
                    }
                    if id.is_empty() || sections.iter().any(|(_, section)| section.id == id) {
                        self.reader.find(self.file, line, "每一节要有自己的名字：## 标题 {#name}");
                    }
                    self.check_words(&heading, line);
                    sections.push((line, Section { id, heading, gist: String::new(), blocks: Vec::new() }));
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    let gist = plain(&self.inline(&mut events, TagEnd::BlockQuote(None), line));
                    match sections.last_mut() {
                        Some((_, section)) if section.blocks.is_empty() && section.gist.is_empty() => {
                            self.check_words(&gist, line);
                            section.gist = gist;
                        }
                        _ => self.reader.find(self.file, line, "用 > 写的一句话，紧跟在 ## 标题下面，每节一句"),
                    }
                }
                Event::Start(tag) => {
                    let components = self.blocks(tag, &mut events, line);
                    let Some((_, section)) = sections.last_mut() else {
                        self.reader.find(self.file, line, "第一个 ## 标题之前不能有正文");
                        continue;
                    };
                    for component in components {
                        match component {
                            Component::Block(block) => section.blocks.push(block),
                            Component::Words(finding) => findings.push(Finding {
                                section: section.id.clone(),
                                heading: section.heading.clone(),
                                ..finding
                            }),
                        }
                    }
                }
                Event::Rule => self.reader.find(self.file, line, "不能用横线"),
                _ => {}
            }
        }
        for (line, section) in &mut sections {
            self.gist(*line, section);
            if section.blocks.is_empty() {
                self.reader.find(self.file, *line, format!("{{#{}}} 这一节是空的", section.id));
            }
            let explains = findings.iter().any(|finding| finding.section == section.id);
            if explains && !matches!(section.blocks.last(), Some(Block::Care { .. })) {
                self.reader.find(self.file, *line, format!("{{#{}}} 这一节的最后要有 ```care", section.id));
            }
        }
        (sections, findings)
    }

    /// Gives a section the sentence that stays in sight while it is folded, and checks one that an editor wrote.
    fn gist(&mut self, line: usize, section: &mut Section) {
        if section.gist.is_empty() {
            section.gist = gist::of(section, self.tongue);
        } else {
            let mut said = String::new();
            for block in &section.blocks {
                texts_of(block, &mut |text| {
                    said.push_str(text);
                    said.push(' ');
                });
                if let Block::PerThousand(data) = block {
                    said.push_str(&format!("{} ", data.number));
                }
            }
            for number in super::articles::digits(&section.gist) {
                if !super::articles::digits(&said).any(|known| known == number) && !KNOWN_NUMBERS.contains(&number) {
                    self.reader.find(self.file, line, format!("标题下这句里的数字 {number}，这一节里没有"));
                }
            }
        }
        if !gist::fits(&section.gist, self.tongue) && !section.blocks.is_empty() {
            let message = format!("{{#{}}} 折起来时看不出说什么：请在标题下用 > 写一句话", section.id);
            self.reader.find(self.file, line, message);
        }
    }

    fn blocks<'t>(&mut self, tag: Tag<'t>, events: &mut Events<'t>, line: usize) -> Vec<Component> {
        match tag {
            Tag::Paragraph => {
                let spans = self.inline(events, TagEnd::Paragraph, line);
                let (text, cited) = self.text(spans, line);
                self.check(&plain(&text), &cited, line);
                vec![Component::Block(Block::Paragraph { text, cited })]
            }
            Tag::List(_) => self.list(events, line).into_iter().map(Component::Block).collect(),
            Tag::CodeBlock(CodeBlockKind::Fenced(name)) => {
                let body = plain(&self.inline(events, TagEnd::CodeBlock, line));
                self.component(&name, &body, line).into_iter().collect()
            }
            other => {
                let name = format!("{other:?}");
                let name = name.split(['(', ' ', '{']).next().unwrap_or_default();
                self.reader.find(self.file, line, format!("不能用这种写法：{}", in_chinese(name)));
                Vec::new()
            }
        }
    }

    /// Reads inline text up to the end of its block, which begins on `line`.
    fn inline(&mut self, events: &mut Events<'_>, end: TagEnd, line: usize) -> Vec<Span> {
        let mut foreign = Vec::new();
        let spans = inline(events, end, &mut foreign);
        if plain(&spans).trim_start().starts_with('|') {
            foreign.push("表格".to_owned());
        }
        for name in foreign {
            self.reader.find(self.file, line, format!("不能用这种写法：{}", in_chinese(&name)));
        }
        spans
    }

    /// A list becomes points; an item with sources closes its block, so that each source backs only what stands before it.
    fn list(&mut self, events: &mut Events<'_>, line: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut items = Vec::new();
        let mut words = String::new();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::Item) => {
                    let line = self.line_at(range.start);
                    let spans = self.inline(events, TagEnd::Item, line);
                    let (spans, cited) = self.text(spans, line);
                    self.check_words(&plain(&spans), line);
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
                term @ Span::Term(..) => term,
            };
            if !matches!(&span, Span::Text(text) | Span::Strong(text) if text.is_empty()) {
                kept.push(span);
            }
        }
        let cited = self.cite(&ids, line);
        (kept, cited)
    }

    pub(super) fn check_address(&mut self, address: &str, line: usize) {
        if address.starts_with('/') {
            self.links.push((line, address.to_owned()));
        } else if !address.starts_with("tel:") && !address.starts_with("https://") {
            self.reader.find(self.file, line, format!("链接“{address}”要以 /、tel: 或 https:// 开头"));
        }
    }
}

type Events<'t> = pulldown_cmark::OffsetIter<'t, pulldown_cmark::DefaultBrokenLinkCallback>;

/// What an editor calls a piece of Markdown that is not part of the format.
fn in_chinese(name: &str) -> &str {
    match name {
        "Emphasis" => "斜体，请用 **粗体**",
        "Image" => "图片",
        "List" | "Item" => "多层列表，列表只有一层",
        "Heading" => "这一级标题，标题只有 ##",
        "BlockQuote" => "引用",
        "Strikethrough" => "删除线",
        "HtmlBlock" => "HTML",
        "CodeBlock" => "行首空四格",
        other => other,
    }
}

/// Reads inline text up to the end of its block; notes in `foreign` what is not part of the format.
fn inline(events: &mut Events<'_>, end: TagEnd, foreign: &mut Vec<String>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut nested = 0;
    let mut strong = false;
    let mut address: Option<String> = None;
    for (event, _) in events.by_ref() {
        let text = match event {
            Event::Start(Tag::Item) => {
                nested += 1;
                foreign.push("List".to_owned());
                continue;
            }
            Event::End(TagEnd::Item) if nested > 0 => {
                nested -= 1;
                continue;
            }
            Event::End(tag) if tag == end => break,
            Event::Start(Tag::Paragraph) => continue,
            Event::Start(Tag::Strong) => {
                strong = true;
                continue;
            }
            Event::End(TagEnd::Strong) => {
                strong = false;
                continue;
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                if strong {
                    foreign.push("粗体里的链接".to_owned());
                }
                address = Some(dest_url.to_string());
                spans.push(Span::Link(String::new(), dest_url.to_string()));
                continue;
            }
            Event::End(TagEnd::Link) => {
                address = None;
                continue;
            }
            Event::Text(text) | Event::Code(text) => text.to_string(),
            // Chinese runs on over the end of a line; Latin words have a space between them.
            Event::SoftBreak | Event::HardBreak => {
                let before = spans.last().and_then(|span| span.words().chars().next_back());
                if before.is_none_or(|before| !before.is_ascii()) {
                    continue;
                }
                " ".to_owned()
            }
            Event::Start(other) => {
                foreign.push(format!("{other:?}").split(['(', ' ', '{']).next().unwrap_or_default().to_owned());
                continue;
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                foreign.push("HTML".to_owned());
                continue;
            }
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
