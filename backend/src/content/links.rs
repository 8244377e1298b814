//! Every internal link of the content leads somewhere.

use super::articles::Loaded;
use super::checks::{CheckEntry, PLAN};
use super::{Area, Reader, Texts};
use zaoshai_contract::clinics::{Choice, Clinic};
use zaoshai_contract::route::{Lang, Route};

/// Checks the links of all articles.
pub(super) fn check(
    reader: &mut Reader,
    loaded: &Loaded,
    checks: &[CheckEntry],
    clinics: &[Clinic],
    services: &[Choice],
) {
    let has_check = |id: &str| checks.iter().any(|entry| entry.check.id == id);
    for (file, line, link) in &loaded.links {
        let (address, fragment) =
            link.split_once('#').map_or((link.as_str(), None), |(address, fragment)| (address, Some(fragment)));
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let has = |lang: Lang, area: Area, id: &str| has_section(loaded, lang, area, id, fragment);
        if let Some((_, Route::Clinics(filter))) = Route::parse(path, query)
            && let Some(service) = filter.service
        {
            if !services.iter().any(|known| known.value == service.as_str()) {
                reader.find(file, *line, format!("services.toml 里没有“{service}”"));
            }
            continue;
        }
        let known = match Route::parse(path, query) {
            Some((lang, Route::Topic(id))) => has(lang, Area::Topics, id.as_str()),
            Some((lang, Route::Decision(id))) => has(lang, Area::Decisions, id.as_str()),
            Some((lang, Route::Result(id))) => has(lang, Area::Results, id.as_str()),
            Some((lang, Route::Programme(id))) => has(lang, Area::Programmes, id.as_str()),
            Some((lang, Route::Guidance(id))) => has(lang, Area::Guidance, id.as_str()),
            Some((_, Route::Check(id))) => id.as_str() != PLAN && has_check(id.as_str()),
            Some((_, Route::Plan)) => has_check(PLAN),
            Some((_, Route::Clinic(id))) => clinics.iter().any(|clinic| clinic.card.id == id.as_str()),
            Some(_) => true,
            None => false,
        };
        if !known {
            reader.find(file, *line, format!("链接“{link}”打不开：没有这个页面或这一节"));
        }
    }
}

/// An English page that does not exist is shown in Chinese, so a link to it leads somewhere all the same.
fn has_section(loaded: &Loaded, lang: Lang, area: Area, id: &str, fragment: Option<&str>) -> bool {
    let in_texts = |texts: &Texts| {
        texts.entry(area, id).map(|entry| {
            fragment.is_none_or(|fragment| entry.article.sections.iter().any(|section| section.id == fragment))
        })
    };
    let english = if lang == Lang::En { in_texts(&loaded.en) } else { None };
    english.or_else(|| in_texts(&loaded.hans)).unwrap_or(false)
}
