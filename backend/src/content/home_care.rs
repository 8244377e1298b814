//! Nursing at home (互联网+延续护理): which hospital sends nurses, for whom, for what and where, as far as a source
//! tells. What no source tells is said to be told by the nurse on the phone; nothing is filled in here.

use super::Reader;
use super::articles::{Loaded, Words};
use super::proof::Proof;
use std::collections::BTreeSet;
use std::path::Path;
use zaoshai_contract::clinics::{Clinic, Provenance};
use zaoshai_contract::ids::Slug;

/// Where it stands. A hospital that sends no nurses removes the file.
const FILE: &str = "home-care.toml";
/// The service by which the clinic finder knows it.
const SERVICE: &str = "home-nursing";

/// What is known of nursing at home.
#[derive(Clone, Debug, PartialEq)]
pub struct HomeCare {
    /// The heading.
    pub title: String,
    /// The first sentence.
    pub lead: String,
    /// The id of the institution that sends the nurses.
    pub clinic: String,
    /// Whom it is for.
    pub eligible: Vec<String>,
    /// Whom it is not for, and what they do instead.
    pub not_eligible: Vec<String>,
    /// What a nurse may do at home.
    pub services: Vec<CareService>,
    /// Where she comes.
    pub areas: Vec<String>,
    /// What a patient agrees to before she asks for a nurse, each a sentence of its own.
    pub consent: Vec<String>,
    /// The ids of the sources.
    pub sources: Vec<String>,
    /// True while a part of it has not been checked against an original.
    pub unchecked: bool,
    /// The main source with its date, and whether the institution confirmed it.
    pub provenance: Provenance,
}

/// Something that a nurse may do at home.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareService {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, or what is to be asked.
    pub detail: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    title: String,
    lead: String,
    clinic: String,
    eligible: Vec<String>,
    not_eligible: Vec<String>,
    services: Vec<CareService>,
    areas: Vec<String>,
    consent: Vec<String>,
    sources: Vec<String>,
    provenance: ProvenanceRecord,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvenanceRecord {
    source: String,
    dated: String,
    #[serde(default)]
    confirmed: String,
}

pub(super) fn load(
    reader: &mut Reader,
    words: &Words<'_>,
    loaded: &mut Loaded,
    clinics: &[Clinic],
) -> Option<HomeCare> {
    let path = Path::new(FILE);
    if !reader.has(path) {
        return None;
    }
    let text = reader.text(path)?;
    let record: Record = reader.parse_toml(path, &text, 1)?;
    let fictitious = reader.is_fictitious(path);
    let mut proof = Proof::new(reader, path, &text, words);
    check(&mut proof, clinics, &record);
    let texts = texts(&record);
    proof.sentences("title", &texts);
    let unchecked = proof.sources("sources", &texts, &record.sources);
    let cited = proof.cited;
    loaded.cite(cited);
    let source = words.sources.get(&record.provenance.source);
    Some(HomeCare {
        title: record.title,
        lead: record.lead,
        clinic: record.clinic,
        eligible: record.eligible,
        not_eligible: record.not_eligible,
        services: record.services,
        areas: record.areas,
        consent: record.consent,
        sources: record.sources,
        unchecked,
        provenance: Provenance {
            source: source.map(|known| known.source.title.clone()).unwrap_or_default(),
            dated: record.provenance.dated,
            confirmed: record.provenance.confirmed,
            fictitious,
        },
    })
}

fn check(proof: &mut Proof<'_>, clinics: &[Clinic], record: &Record) {
    match clinics.iter().find(|clinic| clinic.card.id == record.clinic) {
        None => proof.find("clinic", format!("clinics/ 里没有“{}”这个文件", record.clinic)),
        Some(clinic) if !clinic.card.offers(SERVICE) => {
            proof.find("clinic", format!("clinics/{}.toml 里没有 {SERVICE} 这项服务", record.clinic));
        }
        Some(_) => {}
    }
    for (name, lines) in [
        ("eligible", &record.eligible),
        ("not_eligible", &record.not_eligible),
        ("areas", &record.areas),
        ("consent", &record.consent),
        ("sources", &record.sources),
    ] {
        if lines.is_empty() {
            proof.find(&format!("{name} ="), format!("{name} 是空的：资料没有写的，写“护士在电话里告诉您”"));
        }
    }
    if record.services.is_empty() {
        proof.find("title", "缺少 [[services]]：护士来做什么");
    }
    let mut ids = BTreeSet::new();
    for service in &record.services {
        if Slug::parse(&service.id).is_none() || !ids.insert(&service.id) {
            let at = format!("id = \"{}\"", service.id);
            proof.find(&at, format!("id = \"{}\" 要用小写英文，不能重复", service.id));
        }
    }
    if !record.sources.contains(&record.provenance.source) {
        proof.find("[provenance]", format!("provenance 的来源“{}”要在 sources 里", record.provenance.source));
    }
}

fn texts(record: &Record) -> Vec<String> {
    let services = record.services.iter().flat_map(|service| [service.name.clone(), service.detail.clone()]);
    [record.title.clone(), record.lead.clone()]
        .into_iter()
        .chain(services)
        .chain([&record.eligible, &record.not_eligible, &record.areas, &record.consent].into_iter().flatten().cloned())
        .collect()
}
