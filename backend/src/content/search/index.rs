//! The index of the search, made from everything that has an address: what it is called, what its sections are called,
//! the words of reports, hard words, signs, and what editors add.

use super::super::{Area, CheckEntry, Entry, PLAN, Reader, Texts};
use super::{Extra, FILE, sounds};
use crate::content::traditional::{Traditional, simplified};
use crate::routes::titles;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use zaoshai_app::text::words;
use zaoshai_contract::clinics::{Choice, Clinic};
use zaoshai_contract::content::{Article, Block, Section, Span};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Lang, Route};
use zaoshai_contract::search::{Kind, SearchEntry, SearchIndex, SearchWord, fold};

/// How much a name counts: what a page is called, and what reports call a finding.
const NAME: u16 = 9;
/// What editors add to a page.
const ADDED: u16 = 8;
/// A piece of a heading.
const HEADING: u16 = 6;
/// A piece of a title, a sign, a service, a city.
const PIECE: u16 = 5;
/// A hard word that is explained there, a department.
const MENTIONED: u16 = 4;
/// What every section of its kind is asked for; alone it names nothing.
const ASKED: u16 = 3;
/// A piece of a description.
const DESCRIBED: u16 = 2;
/// Words that lead to more entries than this say little about any of them.
const MANY: usize = 40;
/// Longest word of the index, characters.
const LONGEST: usize = 14;
/// English words that say nothing.
const EMPTY: [&str; 24] = [
    "the", "and", "for", "you", "your", "what", "who", "how", "with", "need", "should", "have", "is", "it", "of", "to",
    "do", "if", "not", "be", "in", "that", "may", "when",
];

/// Everything that has an address.
#[derive(Clone, Copy)]
pub(in crate::content) struct Shelves<'a> {
    pub(in crate::content) hans: &'a Texts,
    pub(in crate::content) en: &'a Texts,
    pub(in crate::content) checks: &'a [CheckEntry],
    pub(in crate::content) clinics: &'a [Clinic],
    pub(in crate::content) offered: &'a [Choice],
    pub(in crate::content) traditional: &'a Traditional,
}

/// The index of each language, in the order of [`Lang::ALL`]. Words of editors that lead nowhere are mistakes.
pub(in crate::content) fn build(reader: &mut Reader, shelves: Shelves<'_>, extra: &Extra) -> [SearchIndex; 3] {
    let [hans, hant, en] = Lang::ALL.map(|lang| {
        let mut builder = Builder { shelves, extra, lang, entries: Vec::new(), words: BTreeMap::new() };
        builder.all();
        builder
    });
    for page in &extra.pages {
        if hans.place(&page.name).is_none() {
            reader.find(FILE, page.line, format!("“{}”打不开：没有这个页面或这一节", page.name));
        }
    }
    for section in &extra.sections {
        let end = format!("#{}", section.name);
        if !hans.entries.iter().any(|entry| entry.path.ends_with(&end)) {
            reader.find(FILE, section.line, format!("没有一页有 {{#{}}} 这一节", section.name));
        }
    }
    [hans.finish(), hant.finish(), en.finish()]
}

struct Builder<'a> {
    shelves: Shelves<'a>,
    extra: &'a Extra,
    lang: Lang,
    entries: Vec<SearchEntry>,
    /// Each word with the entries it leads to and how much it counts there.
    words: BTreeMap<String, BTreeMap<u16, u16>>,
}

impl Builder<'_> {
    fn all(&mut self) {
        self.fixed();
        self.services();
        for (area, kind, path) in [
            (Area::Topics, Kind::Topic, "/screening/"),
            (Area::Decisions, Kind::Decision, "/screening/"),
            (Area::Results, Kind::Result, "/results/"),
            (Area::Guidance, Kind::Guidance, "/guidance/"),
            (Area::Programmes, Kind::Programme, "/programmes/"),
            (Area::Pages, Kind::Other, "/"),
        ] {
            let shelf = self.shelves.hans.shelf(area);
            for entry in shelf.cards.iter().filter_map(|card| shelf.entries.get(&card.id)) {
                let end = if area == Area::Decisions { "/decide" } else { "" };
                self.article(area, kind, &format!("{path}{}{end}", entry.article.id), entry);
            }
        }
        for check in self.shelves.checks {
            self.check(check);
        }
        for clinic in self.shelves.clinics {
            self.clinic(clinic);
        }
        self.added();
        self.share_synonyms();
    }

    /// Lists and other pages that no file of the content names. The first four are where to go on when nothing is found.
    fn fixed(&mut self) {
        let routes = [
            (Kind::Topic, Route::Topics, "screen"),
            (Kind::Clinic, Route::Clinics(ClinicFilter::default()), "pin"),
            (Kind::Result, Route::Results(String::new()), "letter"),
            (Kind::Programme, Route::Programmes, "calendar"),
            (Kind::Guidance, Route::GuidanceList, "book"),
            (Kind::Check, Route::Checks, "check"),
            (Kind::Other, Route::FollowUpEntry, "calendar"),
        ];
        for (kind, route, icon) in routes {
            let place = self.entry(kind, titles::of(self.lang, &route).title, "", &route.path(Lang::Hans), icon);
            self.phrases(place, NAME, titles::of(Lang::Hans, &route).title);
            self.english(place, PIECE, titles::of(Lang::En, &route).title);
        }
        let place = self.entry(Kind::Other, words(self.lang).reading_settings, "", "/settings", "size");
        self.phrases(place, NAME, words(Lang::Hans).reading_settings);
        self.english(place, PIECE, words(Lang::En).reading_settings);
    }

    /// The finder, asked for each service.
    fn services(&mut self) {
        for service in self.shelves.offered {
            let finder = titles::of(self.lang, &Route::Clinics(ClinicFilter::default())).title;
            let title = format!("{}：{}", front(finder), service.label);
            let place = self.entry(Kind::Clinic, &title, "", &format!("/clinics?service={}", service.value), "pin");
            self.word(place, PIECE, &format!("{}医院", service.label));
            self.word(place, PIECE, &format!("{}科", service.label));
            self.word(place, PIECE, &service.label);
        }
    }

    fn article(&mut self, area: Area, kind: Kind, path: &str, hans: &Entry) {
        let translated = self.shelves.en.entry(area, &hans.article.id);
        let shown = translated.filter(|_| self.lang == Lang::En).unwrap_or(hans);
        let text = if area == Area::Decisions { shown.article.lead.as_str() } else { shown.card.text.as_str() };
        let title = if area == Area::Results { &shown.card.title } else { &shown.article.title };
        let page = self.entry(kind, title, text, path, &shown.card.icon);
        // A decision aid carries its topic's name, which names the topic first.
        let name = if area == Area::Decisions { HEADING } else { NAME };
        self.phrases(page, name, &hans.card.title);
        for piece in hans.card.title.split(' ') {
            self.phrases(page, HEADING, piece);
        }
        if area == Area::Decisions
            && let Some(topic) = self.shelves.hans.entry(Area::Topics, &hans.article.id)
        {
            self.phrases(page, name, &topic.card.title);
        }
        if area == Area::Topics {
            self.word(page, NAME, &format!("{}筛查", hans.card.title));
        }
        self.phrases(page, PIECE, &hans.article.title);
        self.phrases(page, DESCRIBED, &hans.description);
        self.word(page, MENTIONED, &hans.article.department);
        if let Some(en) = translated {
            self.word(page, name, &en.card.title);
            self.english(page, PIECE, &en.card.title);
            self.english(page, PIECE, &en.article.title);
        }
        // The sections of a decision aid make sense in their order only.
        if area == Area::Decisions {
            return;
        }
        let short = if shown.article.title.contains(['：', ':']) { &shown.article.title } else { &shown.card.title };
        for section in shown.article.sections.iter().filter(|section| !is_frame(area, &section.id)) {
            let colon = if shown.article.title.is_ascii() { ": " } else { "：" };
            let title = format!("{}{colon}{}", front(short), section.heading);
            let place = self.entry(kind, &title, "", &format!("{path}#{}", section.id), &shown.card.icon);
            self.english(place, PIECE, &section.heading);
            if let Some(hans) = of_section(&hans.article, &section.id) {
                self.section(area, place, hans);
            }
        }
        // What explains a finding stands in its section, or on the page where the section is not translated.
        for finding in &hans.findings {
            let place = self.place(&format!("{path}#{}", finding.section)).unwrap_or(page);
            for word in &finding.words {
                self.word(place, NAME, word);
            }
            // The name of a number is the name of its page; which section explains it, the number says.
            for name in finding.bands.iter().flat_map(|band| &band.names) {
                self.word(page, NAME, name);
                self.word(place, PIECE, name);
            }
        }
    }

    fn check(&mut self, entry: &CheckEntry) {
        let check = &entry.check;
        let route = match Slug::parse(&check.id) {
            Some(id) if id.as_str() != PLAN => Route::Check(id),
            _ => Route::Plan,
        };
        let place = self.entry(Kind::Check, &check.title, &check.lead, &route.path(Lang::Hans), &entry.card.icon);
        self.phrases(place, NAME, &entry.card.title);
        self.phrases(place, PIECE, &check.title);
        self.phrases(place, DESCRIBED, &entry.description);
        if let Some(topic) = self.shelves.hans.entry(Area::Topics, &check.topic) {
            // The topic's own page comes first for its name alone.
            self.phrases(place, HEADING, &topic.card.title);
            self.word(place, NAME, &format!("{}风险", topic.card.title));
            self.word(place, NAME, &format!("{}自测", topic.card.title));
        }
    }

    fn section(&mut self, area: Area, place: u16, section: &Section) {
        self.phrases(place, HEADING, &section.heading);
        for asked in self.extra.sections.iter().filter(|asked| asked.name == section.id) {
            for word in &asked.words {
                self.word(place, ASKED, word);
            }
        }
        for block in &section.blocks {
            self.block(area, place, block);
        }
    }

    fn block(&mut self, area: Area, place: u16, block: &Block) {
        let terms = |spans: &[Span]| -> Vec<String> {
            let terms = spans.iter().filter(|span| matches!(span, Span::Term(..)));
            terms.map(|span| span.words().to_owned()).collect()
        };
        match block {
            Block::Paragraph { text, .. } => {
                for term in terms(text) {
                    self.word(place, MENTIONED, &term);
                }
            }
            Block::Points { items, .. } | Block::Steps { items, .. } => {
                for item in items {
                    self.phrases(place, MENTIONED, &item.title);
                    for term in terms(&item.text) {
                        self.word(place, MENTIONED, &term);
                    }
                }
            }
            // Signs that lead to a doctor stand in cards; those of a report say what to do, which is the same in all.
            Block::Care { items, .. } if area != Area::Results => {
                let weight = if area == Area::Guidance { PIECE } else { MENTIONED };
                for item in items {
                    self.phrases(place, weight, item);
                }
            }
            _ => {}
        }
    }

    fn clinic(&mut self, clinic: &Clinic) {
        let card = &clinic.card;
        let area = &card.area;
        let place = self.entry(Kind::Clinic, &card.name, area, &format!("/clinics/{}", card.id), "pin");
        self.word(place, NAME, &card.name);
        for name in &clinic.aka {
            self.word(place, NAME, name);
        }
        self.word(place, PIECE, &card.city);
        self.word(place, PIECE, card.city.trim_end_matches('市'));
        self.phrases(place, MENTIONED, area);
        for service in &card.services {
            self.phrases(place, MENTIONED, &service.text);
            if let Some(known) = self.shelves.offered.iter().find(|known| known.value == service.id) {
                self.word(place, MENTIONED, &known.label);
            }
        }
    }

    /// What editors add to single pages and sections.
    fn added(&mut self) {
        for page in &self.extra.pages {
            // A section that is not translated is found with its page.
            let whole = page.name.split('#').next().unwrap_or_default();
            if let Some(place) = self.place(&page.name).or_else(|| self.place(whole)) {
                for word in &page.words {
                    self.word(place, ADDED, word);
                }
            }
        }
    }

    /// Where one word of a group leads, the others lead as well.
    fn share_synonyms(&mut self) {
        for group in &self.extra.synonyms {
            let mut shared: BTreeMap<u16, u16> = BTreeMap::new();
            for (place, weight) in group.iter().filter_map(|word| self.words.get(word)).flatten() {
                let known = shared.entry(*place).or_default();
                *known = (*known).max(*weight);
            }
            for word in group {
                for (place, weight) in &shared {
                    self.word(*place, *weight, word);
                }
            }
        }
    }

    fn entry(&mut self, kind: Kind, title: &str, text: &str, path: &str, icon: &str) -> u16 {
        let shown = |text: &str| match self.lang {
            Lang::Hant => self.shelves.traditional.text(text),
            Lang::Hans | Lang::En => text.to_owned(),
        };
        let entry = SearchEntry {
            kind: kind.name(self.lang).to_owned(),
            title: shown(title),
            text: shown(text),
            path: path.to_owned(),
            icon: icon.to_owned(),
        };
        self.entries.push(entry);
        u16::try_from(self.entries.len() - 1).unwrap_or(u16::MAX)
    }

    fn place(&self, path: &str) -> Option<u16> {
        let place = self.entries.iter().position(|entry| entry.path == path)?;
        u16::try_from(place).ok()
    }

    fn word(&mut self, place: u16, weight: u16, word: &str) {
        let word = fold(word);
        let length = word.chars().count();
        if (2..=LONGEST.max(if word.is_ascii() { 40 } else { 0 })).contains(&length) {
            // English readers are led first to what they can read.
            let chinese =
                |entry: &SearchEntry| entry.title.chars().any(|letter| matches!(letter, '\u{3400}'..='\u{9fff}'));
            let foreign = self.lang == Lang::En && self.entries.get(usize::from(place)).is_some_and(chinese);
            let weight = if foreign { weight.div_ceil(2) } else { weight };
            let known = self.words.entry(word).or_default().entry(place).or_default();
            *known = (*known).max(weight);
        }
    }

    /// The pieces of a text between its marks.
    fn phrases(&mut self, place: u16, weight: u16, text: &str) {
        for phrase in text.split(|letter: char| !letter.is_alphanumeric() && letter != ' ' && letter != '-') {
            self.word(place, weight, phrase);
        }
    }

    /// The words of an English text, without those that say nothing.
    fn english(&mut self, place: u16, weight: u16, text: &str) {
        for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let word = word.to_ascii_lowercase();
            if !EMPTY.contains(&word.as_str()) {
                self.word(place, weight, &word);
            }
        }
    }

    fn finish(self) -> SearchIndex {
        let said = |word: &str| sounds::of_word(word, &self.extra.readings);
        let words: Vec<SearchWord> = self
            .words
            .iter()
            .map(|(word, places)| {
                let most = if places.len() > MANY { DESCRIBED } else { NAME };
                let at = places.iter().map(|(place, weight)| place * 10 + (*weight).min(most)).collect();
                SearchWord { text: word.clone(), sound: said(word), at }
            })
            .collect();
        let sounds = sounds::table(self.words.keys().map(String::as_str));
        SearchIndex { pairs: pairs(&words), entries: self.entries, words, sounds }
    }
}

/// What a title says before its colon, or the whole without its question mark.
fn front(title: &str) -> &str {
    title.split(['：', ':']).next().unwrap_or_default().trim_end_matches(['？', '?'])
}

/// Sections that say the same on every page.
fn is_frame(area: Area, id: &str) -> bool {
    id == "next" || area == Area::Results && id == "about"
}

fn of_section<'a>(article: &'a Article, id: &str) -> Option<&'a Section> {
    article.sections.iter().find(|section| section.id == id)
}

/// The traditional characters whose simplified forms stand in the words, each before its simplified one.
fn pairs(words: &[SearchWord]) -> String {
    let used: BTreeSet<char> = words.iter().flat_map(|word| word.text.chars()).collect();
    PAIRS.iter().filter(|[_, simple]| used.contains(simple)).flatten().collect()
}

/// All traditional characters, each with its simplified one, made once.
static PAIRS: LazyLock<Vec<[char; 2]>> = LazyLock::new(|| {
    ('\u{4e00}'..='\u{9fff}')
        .filter_map(|letter| {
            let simple = simplified(letter.encode_utf8(&mut [0; 4]));
            simple.chars().next().filter(|simple| *simple != letter).map(|simple| [letter, simple])
        })
        .collect()
});
