//! The clinic finder: the contract's plain functions applied to the loaded institutions.

use crate::app::App;
use crate::content::Library;
use axum::extract::Path;
use axum::response::Redirect;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::clinics::{Choice, ClinicCard, Finder, Question, Wish, find, order_by_distance};
use zaoshai_contract::places::Position;
use zaoshai_contract::route::{ClinicFilter, Lang};

/// The filter with what exists of it: an unknown service, city or neighbourhood counts as not asked for.
pub fn known(library: &Library, filter: &ClinicFilter) -> ClinicFilter {
    let cards = || library.clinics.iter().map(|clinic| &clinic.card);
    // Links from pages in traditional characters hold the city's name in these.
    let is = |city: &str, asked: &str| city == asked || library.traditional.text(city) == asked;
    let city = filter.city.as_ref().and_then(|asked| cards().find(|card| is(&card.city, asked)));
    ClinicFilter {
        service: filter.service.clone().filter(|id| library.services.iter().any(|known| known.value == id.as_str())),
        city: city.map(|card| card.city.clone()),
        open_now: filter.open_now,
        near: filter.near.clone().filter(|id| cards().any(|card| card.position.is_some() && card.id == id.as_str())),
    }
}

/// What a filter asks for and does not exist.
pub fn unknown(library: &Library, filter: &ClinicFilter) -> Vec<Wish> {
    let known = known(library, filter);
    let lost = [
        (Wish::Service, filter.service.is_some() && known.service.is_none()),
        (Wish::City, filter.city.is_some() && known.city.is_none()),
        (Wish::Near, filter.near.is_some() && known.near.is_none()),
    ];
    lost.into_iter().filter(|(_, lost)| *lost).map(|(wish, _)| wish).collect()
}

/// The finder's page for a filter. What the filter asks for and does not exist counts as not asked for.
pub fn finder(app: &App, lang: Lang, filter: &ClinicFilter, now: Moment) -> Finder {
    let library = app.library();
    let unknown = unknown(&library, filter);
    let filter = known(&library, filter);
    let office = library.holidays.office_hours(now);
    let mut all = library.clinic_cards();
    // The hospital in the header, its city, and where one can book come first; the rest in the order of their files.
    let own_city = library.clinic(&library.hospital).map(|clinic| clinic.card.city.clone()).unwrap_or_default();
    all.sort_by_key(|card| (card.id != library.hospital, card.city != own_city, card.booking.is_empty()));
    let places = places(&all);
    let cities = cities(&all);
    let service =
        library.services.iter().find(|known| filter.service.as_ref().is_some_and(|id| id.as_str() == known.value));
    let city = filter.city.as_ref();
    let near = places.iter().find(|(choice, _)| filter.near.as_ref().is_some_and(|id| id.as_str() == choice.value));
    let question = Question {
        service: service.map(|service| service.value.as_str()),
        city: city.map(String::as_str),
        open_now: filter.open_now,
        office,
    };
    let mut answer = find(&all, &question);
    if let Some((_, from)) = near {
        order_by_distance(&mut answer.found, *from);
        order_by_distance(&mut answer.unsure, *from);
        if let Some(instead) = &mut answer.instead {
            order_by_distance(&mut instead.clinics, *from);
        }
    }
    // What nobody offers is a choice only for those who have asked for it.
    let mut services = library.offered.clone();
    services.extend(service.filter(|asked| !library.offered.contains(asked)).cloned());
    let called = |choice: &Choice| {
        let english = library.services_en.iter().find(|known| lang == Lang::En && known.value == choice.value);
        english.unwrap_or(choice).clone()
    };
    Finder {
        unknown,
        service: service.map(called),
        city: city.cloned(),
        open_now: filter.open_now,
        near: near.map(|(choice, _)| choice.clone()),
        services: services.iter().map(called).collect(),
        cities,
        places: places.into_iter().map(|(choice, _)| choice).collect(),
        found: answer.found,
        unsure: answer.unsure,
        instead: answer.instead,
        office,
    }
}

/// Cities in the order of their first institution.
fn cities(all: &[ClinicCard]) -> Vec<String> {
    let mut cities: Vec<String> = Vec::new();
    for card in all {
        if !cities.contains(&card.city) {
            cities.push(card.city.clone());
        }
    }
    cities
}

/// Neighbourhoods with a known position, each once.
fn places(all: &[ClinicCard]) -> Vec<(Choice, Position)> {
    let mut places: Vec<(Choice, Position)> = Vec::new();
    for card in all {
        let Some(position) = card.position else { continue };
        if !places.iter().any(|(choice, _)| choice.label == card.area) {
            places.push((Choice { value: card.id.clone(), label: card.area.clone() }, position));
        }
    }
    places.sort_by(|a, b| a.0.label.cmp(&b.0.label));
    places
}

/// `GET /hospitals/{id}`: a hospital's page is its place in the finder.
pub async fn hospital(Path(id): Path<String>) -> Redirect {
    match zaoshai_contract::ids::Slug::parse(&id) {
        Some(id) => Redirect::permanent(&format!("/clinics/{id}")),
        None => Redirect::temporary("/clinics"),
    }
}
