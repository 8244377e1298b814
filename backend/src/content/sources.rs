//! The register of sources: every statement of the content points here.

use super::Reader;
use std::collections::BTreeMap;
use std::path::Path;
use zaoshai_contract::content::{Grade, Source};

/// The hosts that sources may link to.
const HOSTS: &str = "hosts.toml";

/// The pseudo-source of statements that rest on general medical knowledge, not yet checked against an original.
pub(super) const MEMORY: &str = "memory";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    title: String,
    issuer: String,
    year: Option<u16>,
    grade: Grade,
    /// The month in which it was read, like 2026-11.
    #[serde(default)]
    read: String,
    #[serde(default)]
    url: String,
    /// Title and issuer for English pages; without it they stand in their own language.
    #[serde(default)]
    en: String,
}

/// Where a source may link to.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Hosts {
    /// Journals.
    journals: Vec<String>,
    /// Archives of journals and of trials.
    archives: Vec<String>,
    /// Hosts of issuers, with the name that the source's issuer holds.
    issuers: BTreeMap<String, String>,
}

impl Hosts {
    /// Why a source may not link there, if so.
    fn refusal(&self, url: &str, issuer: &str) -> Option<String> {
        let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http")) else {
            return Some("不是网址".to_owned());
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if self.journals.iter().chain(&self.archives).any(|known| known == host) {
            return None;
        }
        match self.issuers.get(host) {
            Some(owner) if issuer.contains(owner) => None,
            Some(owner) => Some(format!("是{owner}的网站，发布单位却写着“{issuer}”")),
            None => Some(format!("“{host}”不在 hosts.toml 里：不是发布单位、期刊或档案库的，只写题目、单位、年份")),
        }
    }
}

/// A source as the register holds it.
pub(super) struct Registered {
    pub(super) source: Source,
    /// How English pages call it.
    pub(super) en: String,
}

/// The sources by id.
pub(super) type Register = BTreeMap<String, Registered>;

pub(super) fn load(reader: &mut Reader) -> Option<Register> {
    let file = Path::new("sources.toml");
    let text = reader.text(Path::new(HOSTS))?;
    let hosts: Hosts = reader.parse_toml(Path::new(HOSTS), &text, 1)?;
    let mut register = Register::new();
    for text in reader.texts(file)? {
        let records = reader.parse_toml(file, &text, 1)?;
        add(reader, file, &text, records, &hosts, &mut register);
    }
    Some(register)
}

fn add(
    reader: &mut Reader,
    file: &Path,
    text: &str,
    records: BTreeMap<String, Record>,
    hosts: &Hosts,
    register: &mut Register,
) {
    for (id, record) in records {
        let heading = format!("[{id}]");
        let line = text.lines().position(|line| line.trim() == heading).map_or(0, |place| place + 1);
        match record.year {
            None => reader.find(file, line, format!("来源 {id} 没有日期：请写 year = 发布的年份")),
            Some(year) if !(1980..=2100).contains(&year) => {
                reader.find(file, line, format!("来源 {id} 的 year = {year} 不是发布的年份"));
            }
            Some(_) => {}
        }
        if !is_month(&record.read) {
            reader.find(file, line, format!("来源 {id} 没有查阅日期：请写 read = \"2026-11\" 这样的年月"));
        }
        let refusal = hosts.refusal(&record.url, &record.issuer).filter(|_| !record.url.is_empty());
        if let Some(refusal) = refusal {
            reader.find(file, line, format!("来源 {id} 的 url {refusal}"));
        }
        let Record { title, issuer, year, grade, url, en, .. } = record;
        let source = Source { title, issuer, year: year.unwrap_or_default(), grade, url };
        register.insert(id, Registered { source, en });
    }
}

fn is_month(text: &str) -> bool {
    let (year, month) = text.split_once('-').unwrap_or(("", ""));
    let month_fits = month.len() == 2 && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    year.len() == 4 && year.parse::<u16>().is_ok() && month_fits
}
