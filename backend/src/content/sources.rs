//! The register of sources: every statement of the content points here.

use super::Reader;
use std::collections::BTreeMap;
use std::path::Path;
use zaoshai_contract::content::{Grade, Source};

/// The pseudo-source of statements that rest on general medical knowledge, not yet checked against an original.
pub(super) const MEMORY: &str = "memory";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    title: String,
    issuer: String,
    year: u16,
    grade: Grade,
    /// When it was read; kept for editors.
    #[serde(rename = "read")]
    _read: String,
    #[serde(default)]
    url: String,
}

/// The sources by id.
pub(super) type Register = BTreeMap<String, Source>;

pub(super) fn load(reader: &mut Reader) -> Register {
    let file = Path::new("sources.toml");
    let records: BTreeMap<String, Record> = reader.toml(file).unwrap_or_default();
    let mut register = Register::new();
    for (id, record) in records {
        if !(1980..=2100).contains(&record.year) {
            reader.find(file, 0, format!("[{id}] year = {} is not a year of issue", record.year));
        }
        if !record.url.is_empty() && !record.url.starts_with("https://") && !record.url.starts_with("http://") {
            reader.find(file, 0, format!("[{id}] url is not an address"));
        }
        let Record { title, issuer, year, grade, url, .. } = record;
        register.insert(id, Source { title, issuer, year, grade, url });
    }
    register
}
