//! The institutions of the clinic finder, read from one file each.

use super::Reader;
use super::sources::Register;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use zaoshai_contract::clinics::{
    Alliance, Choice, Clinic, ClinicCard, Hours, Note, Phone, PhoneKind, Provenance, Service,
};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::{MapLinks, Position};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ServicesFile {
    services: Vec<ServiceWord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceWord {
    id: String,
    /// The full name, for editors.
    #[serde(rename = "name")]
    _name: String,
    short: String,
    english: String,
}

/// The services of the filter, and what they are called in English, in the same order.
pub(super) struct Services {
    pub(super) hans: Vec<Choice>,
    pub(super) en: Vec<Choice>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: String,
    name: String,
    #[serde(default)]
    aka: Vec<String>,
    province: String,
    city: String,
    #[serde(default)]
    district: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    part_of: String,
    intro: String,
    position: Option<Position>,
    #[serde(default)]
    services: Vec<ServiceRecord>,
    #[serde(default)]
    phones: Vec<PhoneRecord>,
    #[serde(default)]
    alliances: Vec<AllianceRecord>,
    #[serde(default)]
    notes: Vec<NoteRecord>,
    booking: Option<BookingRecord>,
    provenance: ProvenanceRecord,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceRecord {
    id: String,
    text: String,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneRecord {
    number: String,
    label: String,
    hours: Hours,
    #[serde(default)]
    kind: PhoneKind,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Lead,
    Member,
    Partner,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct AllianceRecord {
    name: String,
    role: Role,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    note: String,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteRecord {
    title: String,
    text: String,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BookingRecord {
    text: String,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvenanceRecord {
    source: String,
    dated: String,
    #[serde(default)]
    confirmed: String,
}

/// What the name of a fictitious hospital ends with, wherever it is read.
const FICTITIOUS: &str = "（示范）";
/// What a number begins with that no telephone rings under: no area code is 0000, and dialled as it stands it asks for a
/// country that there is not.
const RINGS_NOWHERE: &str = "0000-";

/// The file of an institution.
pub(super) fn file_of(id: &str) -> PathBuf {
    Path::new("clinics").join(format!("{id}.toml"))
}

/// The services of the filter, in their order.
pub(super) fn load_services(reader: &mut Reader) -> Option<Services> {
    let path = Path::new("services.toml");
    let text = reader.text(path)?;
    let file: ServicesFile = reader.parse_toml(path, &text, 1)?;
    let mut ids = BTreeSet::new();
    for service in &file.services {
        let at = format!("id = \"{}\"", service.id);
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(&at));
        let line = lines.last().map_or(0, |(place, _)| place + 1);
        if Slug::parse(&service.id).is_none() {
            reader.find(path, line, format!("{at}：要用小写英文、数字和 -"));
        } else if !ids.insert(&service.id) {
            reader.find(path, line, format!("{at} 写了两次"));
        }
        if service.english.is_empty() || !service.english.is_ascii() {
            reader.find(path, line, format!("{at}：english 要写英文"));
        }
    }
    let en = file.services.iter().map(|word| Choice { value: word.id.clone(), label: word.english.clone() }).collect();
    let hans = file.services.into_iter().map(|word| Choice { value: word.id, label: word.short }).collect();
    Some(Services { hans, en })
}

pub(super) fn load(reader: &mut Reader, sources: &Register, services: &[Choice]) -> Vec<Clinic> {
    let mut records: Vec<(PathBuf, Record)> = Vec::new();
    for file in reader.files("clinics", "toml") {
        if let Some(record) = reader.toml::<Record>(&file) {
            check(reader, &file, &record, sources, services);
            records.push((file, record));
        }
    }
    let names: Vec<(String, String)> =
        records.iter().map(|(_, record)| (record.id.clone(), record.name.clone())).collect();
    for (file, record) in &records {
        let named = record.alliances.iter().flat_map(|alliance| &alliance.members);
        for id in named.chain((!record.part_of.is_empty()).then_some(&record.part_of)) {
            if !names.iter().any(|(known, _)| known == id) {
                reader.find(file, 0, format!("clinics/ 里没有“{id}”这个文件"));
            }
        }
    }
    let shared: Vec<(String, String)> = records
        .iter()
        .flat_map(|(_, record)| record.alliances.iter().map(|alliance| (alliance.name.clone(), record.id.clone())))
        .collect();
    let clinics = records.into_iter().map(|(file, record)| {
        let mut clinic = read(record, sources, &names, &shared);
        if reader.is_fictitious(&file) {
            clinic.card.provenance.fictitious = true;
            // A map would show a real place of that name.
            clinic.maps = None;
        }
        clinic
    });
    clinics.collect()
}

fn check(reader: &mut Reader, file: &Path, record: &Record, sources: &Register, services: &[Choice]) {
    if Slug::parse(&record.id).is_none() || file.file_stem().is_none_or(|stem| stem.to_string_lossy() != record.id) {
        reader.find(file, 1, format!("id = \"{}\" 必须和文件名一样", record.id));
    }
    let cited = (record.services.iter().map(|service| &service.source))
        .chain(record.phones.iter().map(|phone| &phone.source))
        .chain(record.alliances.iter().map(|alliance| &alliance.source))
        .chain(record.notes.iter().map(|note| &note.source))
        .chain(record.booking.iter().map(|booking| &booking.source))
        .chain([&record.provenance.source]);
    let unknown: Vec<&String> = cited.filter(|id| !sources.contains_key(*id)).collect();
    for id in unknown {
        reader.find(file, 0, format!("sources.toml 里没有来源“{id}”"));
    }
    for service in &record.services {
        if !services.iter().any(|known| known.value == service.id) {
            reader.find(file, 0, format!("services.toml 里没有“{}”", service.id));
        }
    }
    for phone in &record.phones {
        if !is_phone(&phone.number) {
            reader.find(file, 0, format!("“{}”不是 0731-28307119 这样的电话", phone.number));
        }
    }
    let fictitious = reader.is_fictitious(file);
    if fictitious != record.name.ends_with(FICTITIOUS) {
        reader.find(file, 0, format!("“{}”：示范里编的医院，名字要以“{FICTITIOUS}”结尾，别的不能", record.name));
    }
    for phone in &record.phones {
        if fictitious != phone.number.starts_with(RINGS_NOWHERE) {
            let number = &phone.number;
            reader.find(file, 0, format!("“{number}”：编的医院只写打不通的 {RINGS_NOWHERE} 号码，别的不能"));
        }
    }
    if let Some(place) = record.position
        && !((18.0..54.0).contains(&place.lat) && (73.0..136.0).contains(&place.lon))
    {
        reader.find(file, 0, format!("位置 {} {} 不在中国：lat 和 lon 写反了吗？", place.lat, place.lon));
    }
}

/// True for digits and hyphens, as long as a telephone number is.
pub(super) fn is_phone(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    (7..=12).contains(&digits) && number.chars().all(|letter| letter.is_ascii_digit() || letter == '-')
}

fn read(record: Record, sources: &Register, names: &[(String, String)], shared: &[(String, String)]) -> Clinic {
    let name_of = |id: &str| names.iter().find(|(known, _)| known == id).cloned();
    let (complaints, phones): (Vec<Phone>, Vec<Phone>) = record
        .phones
        .into_iter()
        .map(|phone| Phone { number: phone.number, label: phone.label, hours: phone.hours, kind: phone.kind })
        .partition(|phone| phone.kind == PhoneKind::Complaint);
    let alliances = record
        .alliances
        .into_iter()
        .map(|alliance| {
            // A member's file need not repeat who else is in its alliance.
            let mut ids = alliance.members;
            for (name, id) in shared {
                if *name == alliance.name && *id != record.id && !ids.contains(id) {
                    ids.push(id.clone());
                }
            }
            Alliance {
                name: alliance.name,
                role: match alliance.role {
                    Role::Lead => "牵头单位",
                    Role::Member => "成员单位",
                    Role::Partner => "合作单位",
                }
                .to_owned(),
                members: ids.iter().filter_map(|id| name_of(id)).collect(),
                note: alliance.note,
            }
        })
        .collect();
    let area = [record.province.as_str(), &record.city, &record.district];
    let full_address = if record.address.is_empty() {
        String::new()
    } else {
        format!("{}{}{}", record.city, record.district, record.address)
    };
    let maps = MapLinks::to(&record.name, &full_address, &record.city, record.position);
    Clinic {
        card: ClinicCard {
            id: record.id,
            name: record.name,
            area: area.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" "),
            city: record.city,
            position: record.position,
            services: record
                .services
                .into_iter()
                .map(|service| Service { id: service.id, text: service.text })
                .collect(),
            phones,
            booking: record.booking.map(|booking| booking.text).unwrap_or_default(),
            provenance: Provenance {
                source: sources
                    .get(&record.provenance.source)
                    .map(|known| known.source.title.clone())
                    .unwrap_or_default(),
                dated: record.provenance.dated,
                confirmed: record.provenance.confirmed,
                fictitious: false,
            },
            km: None,
        },
        aka: record.aka,
        intro: record.intro,
        address: full_address,
        part_of: name_of(&record.part_of),
        complaints,
        alliances,
        notes: record.notes.into_iter().map(|note| Note { title: note.title, text: note.text }).collect(),
        maps: Some(maps),
        office: false,
        home_care: String::new(),
    }
}
