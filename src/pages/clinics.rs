//! `/clinics`: by need, city, hour and distance. Distances from the phone's own position are counted here, in the
//! browser, and only after a tap.

use crate::components::Site;
use crate::components::clinic_card::clinic_card;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::{hours_are_assumed, phone_link};
use crate::platform::position;
use crate::text::between;
use crate::view::{Node, el, live, nodes};
use leptos::prelude::*;
use zaoshai_contract::clinics::{Choice, ClinicCard, Finder, GivenUp, order_by_distance};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::Position;
use zaoshai_contract::route::{ClinicFilter, Route};

/// What the list is told about the phone's position.
#[derive(Clone, Copy, PartialEq)]
enum Distance {
    /// Nobody has asked.
    Unasked,
    /// The phone is looking.
    Asking,
    /// Here it is; it stays in this signal.
    From(Position),
    /// The person or the phone said no.
    Refused,
}

/// The page.
pub fn page(site: &Site, finder: Finder) -> Node {
    let words = site.words;
    let distance = RwSignal::new(Distance::Unasked);
    let ask = move || {
        distance.set(Distance::Asking);
        position::ask(move |answer| match answer {
            Some(from) => distance.set(Distance::From(from)),
            None => {
                distance.set(Distance::Refused);
                position::focus_field("near");
            }
        });
    };
    let told = move || {
        Node::from(match distance.get() {
            Distance::Unasked => words.position_stays,
            Distance::Asking => words.locating,
            Distance::From(_) => words.sorted,
            Distance::Refused => words.position_refused,
        })
    };
    let pills = pills(site, &finder);
    let form = form(site, &finder);
    let list_site = site.clone();
    let list = move || {
        let mut finder = finder.clone();
        if let Distance::From(from) = distance.get() {
            order_by_distance(&mut finder.found, from);
            order_by_distance(&mut finder.unsure, from);
            if let Some(instead) = &mut finder.instead {
                order_by_distance(&mut instead.clinics, from);
            }
        }
        results(&list_site, finder)
    };
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.title_clinics))
            .child(pills)
            .child(
                el("a")
                    .class("zs-button zs-button--quiet")
                    .with("href", "#filter")
                    .with("data-locate", "")
                    .on("click", ask)
                    .child(icon("pin"))
                    .child(el("span").child(words.sort_by_distance)),
            )
            .child(
                el("p")
                    .class("zs-aside")
                    .with("role", "status")
                    .child(icon("lock"))
                    .child(el("span").child(live(told))),
            )
            .child(form),
        live(list)
    ]
}

fn pills(site: &Site, finder: &Finder) -> Node {
    let current = finder.service.as_ref().map(|service| service.value.as_str());
    let pill = |value: Option<&Choice>| {
        let filter = ClinicFilter {
            service: value.and_then(|choice| Slug::parse(&choice.value)),
            city: finder.city.clone(),
            open_now: finder.open_now,
            near: finder.near.as_ref().and_then(|choice| Slug::parse(&choice.value)),
        };
        let chosen = value.map(|choice| choice.value.as_str()) == current;
        let mark = chosen.then(|| icon("check"));
        let label = value.map_or_else(|| site.words.all.to_owned(), |choice| choice.label.clone());
        el("a")
            .with("href", site.to(&Route::Clinics(filter)))
            .with("aria-current", chosen.then_some("true"))
            .child(mark)
            .child(el("span").child(label))
            .node()
    };
    let mut links = vec![pill(None)];
    links.extend(finder.services.iter().map(|choice| pill(Some(choice))));
    el("nav").class("zs-filter").with("aria-label", site.words.filter_label).child(links).node()
}

fn options(choices: impl Iterator<Item = (String, String)>, chosen: Option<&str>) -> Vec<Node> {
    choices
        .map(|(value, label)| {
            let selected = chosen == Some(value.as_str());
            el("option").with("value", value).with("selected", selected).child(label).node()
        })
        .collect()
}

fn form(site: &Site, finder: &Finder) -> Node {
    let words = site.words;
    let service = finder
        .service
        .as_ref()
        .map(|service| el("input").with("type", "hidden").with("name", "service").with("value", service.value.clone()));
    let cities = options(finder.cities.iter().map(|city| (city.clone(), city.clone())), finder.city.as_deref());
    let places = options(
        finder.places.iter().map(|place| (place.value.clone(), place.label.clone())),
        finder.near.as_ref().map(|near| near.value.as_str()),
    );
    let asked = finder.city.is_some() || finder.near.is_some() || finder.open_now;
    let fields = el("form")
        .class("zs-filter-form")
        .with("method", "get")
        .with("action", site.to(&Route::Clinics(ClinicFilter::default())))
        .child(service)
        .child(
            el("div")
                .class("zs-form-field")
                .child(el("label").class("zs-form-field__small-label").with("for", "city").child(words.city))
                .child(
                    el("select")
                        .class("zs-select")
                        .with("id", "city")
                        .with("name", "city")
                        .child(el("option").with("value", "").child(words.any_city))
                        .child(cities),
                ),
        )
        .child(
            el("div")
                .class("zs-form-field")
                .child(el("label").class("zs-form-field__small-label").with("for", "near").child(words.near))
                .child(
                    el("select")
                        .class("zs-select")
                        .with("id", "near")
                        .with("name", "near")
                        .with("aria-describedby", "near-hint")
                        .child(el("option").with("value", "").child(words.near_none))
                        .child(places),
                )
                .child(el("p").class("zs-form-field__hint").with("id", "near-hint").child(words.near_hint)),
        )
        .child(
            el("label")
                .class("zs-check")
                .with("for", "open")
                .child(
                    el("input")
                        .with("type", "checkbox")
                        .with("id", "open")
                        .with("name", "open")
                        .with("value", "now")
                        .with("checked", finder.open_now),
                )
                .child(el("span").child(words.open_now)),
        )
        .child(el("button").class("zs-button zs-button--quiet").with("type", "submit").child(words.show_results));
    el("details")
        .class("zs-details")
        .with("id", "filter")
        .with("open", asked)
        .child(el("summary").child(icon("screen")).child(el("span").child(words.more_filters)).child(icon("next")))
        .child(fields)
        .node()
}

fn results(site: &Site, finder: Finder) -> Node {
    let words = site.words;
    let office = finder.office;
    let cards = |cards: &[ClinicCard]| cards.iter().map(|card| clinic_card(site, card, office)).collect::<Vec<_>>();
    let assumed = finder.found.iter().chain(&finder.unsure).any(|card| hours_are_assumed(&card.phones));
    let assumed = assumed.then(|| {
        el("p").class("zs-source-note").child(small_icon("clock")).child(el("span").child(words.hours_assumed))
    });
    let heading = if finder.found.is_empty() {
        words.none_found.to_owned()
    } else {
        let parts = if finder.service.is_some() { words.found_service } else { words.found };
        between(parts, &finder.found.len().to_string())
    };
    let instead = finder.instead.map(|instead| {
        let why = match instead.without {
            GivenUp::OpenNow => words.without_open_now,
            GivenUp::City => words.without_city,
            GivenUp::CityAndOpenNow => words.without_both,
            GivenUp::All => words.without_all,
        };
        nodes![
            el("p").child(words.none_call),
            phone_link("12320", words.health_line.to_owned()),
            el("p").child(why),
            cards(&instead.clinics)
        ]
    });
    let unsure = (!finder.unsure.is_empty()).then(|| {
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "unsure")
            .child(
                el("h2")
                    .class("zs-h3")
                    .with("id", "unsure")
                    .child(between(words.unsure, &finder.unsure.len().to_string())),
            )
            .child(el("p").class("zs-small").child(words.unsure_hint))
            .child(cards(&finder.unsure))
    });
    nodes![
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "found")
            .child(el("h2").class("zs-h3").with("id", "found").child(heading))
            .child(assumed)
            .child(cards(&finder.found))
            .child(instead),
        unsure
    ]
}
