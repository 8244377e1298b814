//! Traditional characters: everything that is written in simplified ones is converted here by OpenCC's tables, with
//! the editors' own list of exceptions before them.

use super::Reader;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::path::Path;
use std::sync::LazyLock;
use zaoshai_contract::page::{Body, Page};

/// Where the exceptions stand.
const FILE: &str = "zh-Hant.toml";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Simplified on the left, traditional on the right.
    exceptions: std::collections::BTreeMap<String, String>,
}

/// What turns simplified into traditional characters.
#[derive(Clone, Debug)]
pub struct Traditional {
    /// Simplified and traditional, the longest first.
    exceptions: Vec<(String, String)>,
}

/// OpenCC's tables, unpacked once: for Hong Kong's forms, which the neighbours of Guangdong read.
static TABLES: LazyLock<OpenCC> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2hk).expect("the tables are part of the program"));

pub(super) fn load(reader: &mut Reader) -> Traditional {
    let file = Path::new(FILE);
    let record: Option<Record> = reader.toml(file);
    let mut exceptions: Vec<(String, String)> = Vec::new();
    for (from, to) in record.into_iter().flat_map(|record| record.exceptions) {
        if from.is_empty() || to.is_empty() {
            reader.find(file, 0, "例外的两边都要写字");
        } else {
            exceptions.push((from, to));
        }
    }
    exceptions.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    Traditional { exceptions }
}

/// The way back, for what people type.
static BACK: LazyLock<OpenCC> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).expect("the tables are part of the program"));

/// A text in simplified characters, whichever it was typed in.
pub fn simplified(text: &str) -> String {
    BACK.convert(text)
}

impl Traditional {
    /// A text in traditional characters.
    pub fn text(&self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let (mut begun, mut at) = (0, 0);
        while at < text.len() {
            match self.exceptions.iter().find(|(from, _)| text[at..].starts_with(from.as_str())) {
                Some((from, to)) => {
                    out.push_str(&TABLES.convert(&text[begun..at]));
                    out.push_str(to);
                    at += from.len();
                    begun = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        out.push_str(&TABLES.convert(&text[begun..]));
        out
    }

    /// A page in traditional characters. Ids and addresses are ASCII and stay as they are.
    pub fn page(&self, page: &Page) -> Page {
        let json = serde_json::to_value(page).expect("a page is written as JSON");
        let mut converted: Page = serde_json::from_value(self.value(json)).expect("conversion changes texts only");
        // What was typed stays as it was, and what it finds stands in the right characters already.
        if let (Body::Search(written), Body::Search(converted)) = (&page.body, &mut converted.body) {
            converted.clone_from(written);
        }
        // A page that the server made speaks its language already, and a person's name in it stays as she writes it.
        if let (Body::FollowUp(written), Body::FollowUp(converted))
        | (Body::HomeCare(written), Body::HomeCare(converted)) = (&page.body, &mut converted.body)
        {
            converted.clone_from(written);
        }
        converted
    }

    fn value(&self, json: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match json {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, self.value(value))).collect(),
            other => other,
        }
    }
}
