//! Reading documents on the phone, in few bytes.
//! serde's derived readers for these types weigh 45 KB in the compressed WebAssembly, more than the pages themselves;
//! a tree and one line a type weigh a tenth. The server writes with serde, and a test holds the two to each other.
//! A field that is missing reads as empty, so that an app and a server of neighbouring versions understand each other.

use crate::checks::{
    Check, CheckPage, Choice as Answerable, CodePicture, Due, Group, Named, Outcome, Question, QuestionKind, Reason,
    Table, Unit,
};
use crate::civil::{CivilDate, Moment};
use crate::clinics::{
    Alliance, Choice, Clinic, ClinicCard, Finder, GivenUp, Hours, Instead, Note, Phone, PhoneKind, Provenance, Service,
    Wish,
};
use crate::content::{
    Article, ArticleCard, Block, CareLevel, Cited, Course, DotKind, DotPart, Frame, Grade, Meaning, Onward,
    PerThousand, Point, Position, Review, Section, Source, Span, SummaryRow, Tone, Value,
};
use crate::page::{ArticleList, Body, Home, Hospital, Made, Meta, Page};
use crate::places::{Datum, MapLinks, Position as Place, Precision};
use crate::problem::{Code, FieldError, Problem};
use crate::results::{Found, Results};
use crate::search::{Search, SearchEntry, SearchIndex, SearchWord};

/// How deep a document may nest; ours nest nine deep.
const DEEPEST: u8 = 40;

/// A JSON value.
#[derive(Debug)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in its own order.
    Map(Vec<(String, Json)>),
}

/// A type that can be read from a JSON value.
pub trait Read: Sized {
    /// Reads it; nothing when the value is of another form.
    fn read(json: Json) -> Option<Self>;

    /// What a missing field reads as.
    fn missing() -> Option<Self> {
        None
    }
}

/// Reads a document.
pub fn from_str<T: Read>(text: &str) -> Option<T> {
    T::read(Json::parse(text)?)
}

impl Json {
    /// Parses a text (RFC 8259).
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(0)?;
        parser.space();
        (parser.at == text.len()).then_some(value)
    }

    /// Takes a field out of an object; null when there is none.
    #[inline(never)]
    fn take(&mut self, name: &str) -> Self {
        if let Self::Map(fields) = self {
            for (key, value) in fields {
                if key == name {
                    return core::mem::replace(value, Self::Null);
                }
            }
        }
        Self::Null
    }

    /// The single field of an object that stands for an enum's variant, or a text that does.
    fn variant(self) -> Option<(String, Self)> {
        match self {
            Self::Text(name) => Some((name, Self::Null)),
            Self::Map(mut fields) if fields.len() == 1 => fields.pop(),
            _ => None,
        }
    }
}

#[inline(never)]
fn field<T: Read>(json: &mut Json, name: &str) -> Option<T> {
    match json.take(name) {
        Json::Null => T::missing(),
        value => T::read(value),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Steps over a byte after white space.
    fn step(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self, depth: u8) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        self.space();
        match self.peek()? {
            b'{' => {
                self.at += 1;
                let mut fields = Vec::new();
                if self.step(b'}').is_some() {
                    return Some(Json::Map(fields));
                }
                loop {
                    self.space();
                    let key = self.string()?;
                    self.step(b':')?;
                    fields.push((key, self.value(depth + 1)?));
                    if self.step(b',').is_none() {
                        self.step(b'}')?;
                        return Some(Json::Map(fields));
                    }
                }
            }
            b'[' => {
                self.at += 1;
                let mut values = Vec::new();
                if self.step(b']').is_some() {
                    return Some(Json::List(values));
                }
                loop {
                    values.push(self.value(depth + 1)?);
                    if self.step(b',').is_none() {
                        self.step(b']')?;
                        return Some(Json::List(values));
                    }
                }
            }
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number().map(Json::Number),
        }
    }

    /// A number of up to 15 digits, which is exact; longer ones lose what an `f64` cannot hold anyway.
    /// The general reader of the standard library brings a table of ten kilobytes.
    fn number(&mut self) -> Option<f64> {
        let negative = self.word("-", Json::Null).is_some();
        let (mut digits, mut scale, mut any) = (0.0_f64, 0_i32, false);
        let mut after_point = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    if digits < 1e17 {
                        digits = digits * 10.0 + f64::from(byte - b'0');
                        scale -= i32::from(after_point);
                    } else {
                        scale += i32::from(!after_point);
                    }
                }
                b'.' if any && !after_point => after_point = true,
                _ => break,
            }
            self.at += 1;
        }
        if !any {
            return None;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            let minus = self.word("-", Json::Null).is_some();
            if !minus {
                let _plus = self.word("+", Json::Null);
            }
            let mut exponent = 0_i32;
            while let Some(byte @ b'0'..=b'9') = self.peek() {
                exponent = exponent.saturating_mul(10).saturating_add(i32::from(byte - b'0')).min(400);
                self.at += 1;
            }
            scale += if minus { -exponent } else { exponent };
        }
        let power = (0..scale.unsigned_abs().min(400)).fold(1.0_f64, |power, _| power * 10.0);
        let value = if scale < 0 { digits / power } else { digits * power };
        Some(if negative { -value } else { value })
    }

    fn string(&mut self) -> Option<String> {
        (self.peek()? == b'"').then_some(())?;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['"', '\\'])?;
            out.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Some(out);
            }
            let escape = self.peek()?;
            self.at += 1;
            out.push(match escape {
                b'n' => '\n',
                b't' => '\t',
                b'r' => '\r',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => self.unicode()?,
                b'"' | b'\\' | b'/' => char::from(escape),
                _ => return None,
            });
        }
    }

    fn four(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    /// The character after `\u`, with its second half when it has one.
    fn unicode(&mut self) -> Option<char> {
        let first = self.four()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        self.word("\\u", Json::Null)?;
        let second = self.four()?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)
    }
}

impl Read for String {
    fn read(json: Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn missing() -> Option<Self> {
        Some(Self::new())
    }
}

impl Read for bool {
    fn read(json: Json) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn missing() -> Option<Self> {
        Some(false)
    }
}

impl Read for f64 {
    fn read(json: Json) -> Option<Self> {
        match json {
            Json::Number(number) => Some(number),
            _ => None,
        }
    }
}

macro_rules! read_whole_numbers {
    ($($kind:ty)*) => {
        $(impl Read for $kind {
            fn read(json: Json) -> Option<Self> {
                let number = f64::read(json)?;
                let whole = number as $kind;
                (whole as f64 == number).then_some(whole)
            }
        })*
    };
}

read_whole_numbers!(u16 u32 i64);

impl<T: Read> Read for Vec<T> {
    fn read(json: Json) -> Option<Self> {
        match json {
            Json::List(values) => values.into_iter().map(T::read).collect(),
            _ => None,
        }
    }

    fn missing() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: Json) -> Option<Self> {
        T::read(json).map(Some)
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Box<T> {
    fn read(json: Json) -> Option<Self> {
        T::read(json).map(Self::new)
    }
}

impl Read for (String, String) {
    fn read(json: Json) -> Option<Self> {
        let Json::List(values) = json else { return None };
        let mut values = values.into_iter();
        Some((String::read(values.next()?)?, String::read(values.next()?)?))
    }
}

impl Read for Moment {
    fn read(json: Json) -> Option<Self> {
        i64::read(json).map(Self)
    }
}

impl Read for Cited {
    fn read(mut json: Json) -> Option<Self> {
        Some(Self { sources: field(&mut json, "sources")?, unchecked: field(&mut json, "unchecked")? })
    }

    fn missing() -> Option<Self> {
        Some(Self::default())
    }
}

impl Read for Onward {
    fn read(mut json: Json) -> Option<Self> {
        Some(Self {
            within: field(&mut json, "within")?,
            department: field(&mut json, "department")?,
            service: field(&mut json, "service")?,
        })
    }

    fn missing() -> Option<Self> {
        Some(Self::default())
    }
}

/// Types that parse themselves from a text.
macro_rules! read_texts {
    ($($name:ty)*) => {
        $(impl Read for $name {
            fn read(json: Json) -> Option<Self> {
                Self::parse(&String::read(json)?)
            }
        })*
    };
}

read_texts!(CivilDate Code);

/// Enums whose variants are words.
macro_rules! read_words {
    ($($name:ident { $($variant:ident = $word:literal),* })*) => {
        $(impl Read for $name {
            fn read(json: Json) -> Option<Self> {
                match String::read(json)?.as_str() {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        })*
    };
}

read_words! {
    Grade { A = "A", B = "B", C = "C" }
    QuestionKind { One = "one", Many = "many", Number = "number" }
    Due { See = "see", Now = "now", Next = "next", Later = "later", Talk = "talk", Not = "not" }
    CareLevel { Routine = "routine", Urgent = "urgent", Emergency = "emergency" }
    Tone { Benefit = "benefit", Harm = "harm", Plain = "plain" }
    DotKind { Hit = "hit", Flag = "flag" }
    Hours { Always = "always", Working = "working", OffHours = "off-hours", Unknown = "unknown" }
    PhoneKind { Enquiry = "enquiry", Complaint = "complaint" }
    GivenUp { OpenNow = "open-now", City = "city", CityAndOpenNow = "city-and-open-now", All = "all" }
    Wish { Service = "service", City = "city", Near = "near" }
    Datum { Wgs84 = "wgs84", Gcj02 = "gcj02", Bd09 = "bd09" }
    Precision { Exact = "exact", District = "district", County = "county", City = "city" }
}

/// Structs, field by field.
macro_rules! read_structs {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Read for $name {
            fn read(mut json: Json) -> Option<Self> {
                Some(Self { $($field: field(&mut json, stringify!($field))?,)* })
            }
        })*
    };
}

read_structs! {
    Page { meta, body }
    Meta { title, description, lang, translated, path, demonstration, demo, hospital }
    Hospital { id, name, phone, phone_dated }
    Home { topics, topics_sources, early, early_source, guidance }
    ArticleList { cards }
    ArticleCard { id, title, text, icon }
    Article { id, title, lead, summary, review, department, service, decide, check, frame, sections, words, sources }
    Meaning { word, text }
    Frame { denominator, span, funding }
    Course { id, name, what, good, bad, feel, next, to, to_text, cited }
    Value { text, speaks_for }
    Results { typed, found, named, explainers }
    Found { explainer, section, heading, name }
    Search { typed, hits, named, index }
    SearchIndex { entries, words, sounds, pairs }
    SearchEntry { kind, title, text, path, icon }
    SearchWord { text, sound, at }
    SummaryRow { label, text, note, cited }
    Review { reviewer, updated, due }
    Source { title, issuer, year, grade, url }
    Section { id, heading, gist, blocks }
    Point { title, text }
    PerThousand { tone, before, number, after, parts, rest, text, note, cited }
    DotPart { count, kind, label }
    Position { issuer, year, text, cited }
    Finder { service, city, open_now, near, unknown, services, cities, places, found, unsure, instead, office }
    Choice { value, label }
    Instead { without, clinics }
    ClinicCard { id, name, area, city, position, services, phones, booking, provenance, km }
    Service { id, text }
    Phone { number, label, hours, kind }
    Provenance { source, dated, confirmed, fictitious }
    Place { lat, lon, datum, precision }
    Clinic { card, aka, intro, address, part_of, complaints, alliances, notes, maps, office, home_care }
    Alliance { name, role, members, note }
    Note { title, text }
    MapLinks { amap, baidu, tencent }
    Made { main, action }
    FieldError { field, message }
    Check {
        id, version, letters, title, lead, rule, cited, before, caveat, not_meant, topic, review, questions, tables, values,
        reasons, groups, codes, sources
    }
    Question {
        id, kind, text, short, hint, why, cited, choices, none, unknown, units, least, most, example, when, otherwise,
        missing, valid, invalid
    }
    Answerable { id, text, hint }
    Unit { id, text, factor }
    Named { id, formula, decimals }
    Table { id, from, value }
    Reason { when, name, text, rule, points }
    Group { id, title, icon, outcomes }
    Outcome { id, band, when, early, unsure, due, title, text, short, level, care, items, onward, next, cited }
    CodePicture { code, side, modules }
}

impl Read for Problem {
    fn read(mut json: Json) -> Option<Self> {
        Some(Self {
            kind: field(&mut json, "type")?,
            code: field(&mut json, "code")?,
            title: field(&mut json, "title")?,
            status: field(&mut json, "status")?,
            detail: field(&mut json, "detail")?,
            kept: field(&mut json, "kept")?,
            phone: field(&mut json, "phone")?,
            request_id: field(&mut json, "request_id")?,
            errors: field(&mut json, "errors")?,
        })
    }
}

impl Read for Span {
    fn read(json: Json) -> Option<Self> {
        let (name, value) = json.variant()?;
        Some(match name.as_str() {
            "text" => Self::Text(String::read(value)?),
            "strong" => Self::Strong(String::read(value)?),
            "link" => {
                let (words, address) = Read::read(value)?;
                Self::Link(words, address)
            }
            "term" => {
                let (words, text) = Read::read(value)?;
                Self::Term(words, text)
            }
            _ => return None,
        })
    }
}

impl Read for Block {
    fn read(json: Json) -> Option<Self> {
        let (name, mut value) = json.variant()?;
        let of = &mut value;
        Some(match name.as_str() {
            "paragraph" => Self::Paragraph { text: field(of, "text")?, cited: field(of, "cited")? },
            "points" => Self::Points { items: field(of, "items")?, cited: field(of, "cited")? },
            "steps" => Self::Steps { items: field(of, "items")?, cited: field(of, "cited")? },
            "care" => Self::Care {
                level: field(of, "level")?,
                title: field(of, "title")?,
                items: field(of, "items")?,
                onward: field(of, "onward")?,
                cited: field(of, "cited")?,
            },
            "checklist" => {
                Self::Checklist { title: field(of, "title")?, items: field(of, "items")?, cited: field(of, "cited")? }
            }
            "options" => Self::Options { items: field(of, "items")? },
            "values" => Self::Values { items: field(of, "items")?, options: field(of, "options")? },
            "per-thousand" => Self::PerThousand(Read::read(value)?),
            "notice" => {
                Self::Notice { title: field(of, "title")?, text: field(of, "text")?, cited: field(of, "cited")? }
            }
            "compare" => Self::Compare { rows: field(of, "rows")?, follows: field(of, "follows")? },
            _ => return None,
        })
    }
}

impl Read for CheckPage {
    fn read(mut json: Json) -> Option<Self> {
        let meta = field(&mut json, "meta")?;
        let (name, check) = json.take("body").variant()?;
        Some(Self { meta, check: Read::read(check).filter(|_| name == "check")? })
    }
}

/// A check is not among these: only its own program reads one, as a [`CheckPage`].
impl Read for Body {
    fn read(json: Json) -> Option<Self> {
        let (name, value) = json.variant()?;
        Some(match name.as_str() {
            "home" => Self::Home(Read::read(value)?),
            "topics" => Self::Topics(Read::read(value)?),
            "topic" => Self::Topic(Read::read(value)?),
            "decision" => Self::Decision(Read::read(value)?),
            "results" => Self::Results(Read::read(value)?),
            "result" => Self::Result(Read::read(value)?),
            "programmes" => Self::Programmes(Read::read(value)?),
            "programme" => Self::Programme(Read::read(value)?),
            "guidance-list" => Self::GuidanceList(Read::read(value)?),
            "guidance" => Self::Guidance(Read::read(value)?),
            "clinics" => Self::Clinics(Read::read(value)?),
            "clinic" => Self::Clinic(Read::read(value)?),
            "checks" => Self::Checks(Read::read(value)?),
            "follow-up-entry" => Self::FollowUpEntry,
            "follow-up" => Self::FollowUp(Read::read(value)?),
            "home-care" => Self::HomeCare(Read::read(value)?),
            "search" => Self::Search(Read::read(value)?),
            "privacy" => Self::Privacy(Read::read(value)?),
            "problem" => Self::Problem(Read::read(value)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Compares with what serde reads.
    fn same(ours: &Json, theirs: &serde_json::Value) -> bool {
        match (ours, theirs) {
            (Json::Null, serde_json::Value::Null) => true,
            (Json::Bool(a), serde_json::Value::Bool(b)) => a == b,
            (Json::Number(a), serde_json::Value::Number(b)) => {
                b.as_f64().is_some_and(|b| (a - b).abs() <= b.abs() * 1e-15)
            }
            (Json::Text(a), serde_json::Value::String(b)) => a == b,
            (Json::List(a), serde_json::Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Json::Map(a), serde_json::Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
            }
            _ => false,
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            (-1e6_f64..1e6).prop_map(serde_json::Value::from),
            ".{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map(".{0,6}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_reads_the_same(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("text")] {
                let ours = Json::parse(&text);
                prop_assert!(ours.as_ref().is_some_and(|ours| same(ours, &value)), "{} {:?}", text, ours);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[\\[\\]{}\",:\\\\u0-9a-f肺 .eE+-]{0,40}") {
            let _ = Json::parse(&text);
        }
    }

    #[test]
    fn escapes_and_halves_are_read() {
        for (text, expected) in [
            (r#""\u80ba\ud83d\ude00\n\"\/""#, Some("肺😀\n\"/")),
            (r#""\ud83d""#, None),
            (r#""\x""#, None),
            (r#""open"#, None),
        ] {
            let read = Json::parse(text).and_then(String::read);
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\":}", "1 2", "nul", "--1", "[1", "{\"a\" 1}"] {
            assert!(Json::parse(text).is_none(), "{text}");
        }
        assert!(Json::parse(&"[".repeat(5000)).is_none(), "a deep nest does not break the stack");
    }
}
