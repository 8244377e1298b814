//! `/clinics`: by need, city, hour and distance. Distances from the phone's own position are counted here, in the
//! browser, and only after a tap.

use crate::components::Site;
use crate::components::clinic_card::clinic_card;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::{hours_are_assumed, phone_link};
use crate::components::title::title;
use crate::platform::position;
use crate::text::between;
use crate::view::{Node, el, live, nodes};
use leptos::prelude::*;
use zaoshai_contract::clinics::{Choice, ClinicCard, Finder, GivenUp, Wish, order_by_distance};
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

/// Services that are shown as chips before the rest.
const CHIPS: usize = 4;

/// The page.
pub fn page(site: &Site, finder: Finder) -> Node {
    let words = site.words;
    let near = finder.near.as_ref().map(|near| near.value.clone()).unwrap_or_default();
    let distance = RwSignal::new(position::kept(&near).map_or(Distance::Unasked, Distance::From));
    let ask = move || {
        distance.set(Distance::Asking);
        let near = near.clone();
        position::ask(move |answer| match answer {
            Some(from) => {
                position::keep(from, &near);
                distance.set(Distance::From(from));
            }
            None => distance.set(Distance::Refused),
        });
    };
    let told = move || match distance.get() {
        Distance::Unasked => Node::from(words.position_stays),
        Distance::Asking => words.locating.into(),
        Distance::From(_) => words.sorted.into(),
        // The way on is offered where the person stands; nothing jumps.
        Distance::Refused => {
            nodes![words.position_refused, el("a").with("href", "#near").child(words.choose_near)]
        }
    };
    let pills = pills(site, &finder);
    let (filter, form) = (filter(site), form(site, &finder));
    let asked = asked(site, &finder);
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
            .class("zs-stack zs-finder")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(words.title_clinics)))
            .child(pills)
            .child(
                el("div")
                    .class("zs-finder__tools")
                    .child(
                        el("a")
                            .class("zs-button zs-button--quiet zs-button--small")
                            .with("href", "#filter")
                            .with("data-locate", "")
                            .on("click", ask)
                            .child(icon("pin"))
                            .child(el("span").child(words.sort_by_distance)),
                    )
                    .child(filter)
                    .child(form),
            )
            .child(
                el("p")
                    .class("zs-aside")
                    .with("role", "status")
                    .child(icon("lock"))
                    .child(el("span").child(live(told))),
            )
            .child(asked),
        live(list)
    ]
}

/// What is asked for beside the service, and what was asked for and does not exist.
fn asked(site: &Site, finder: &Finder) -> Node {
    let words = site.words;
    let unknown: Vec<Node> = finder
        .unknown
        .iter()
        .map(|wish| {
            let [service, city, near] = words.unknown_asked;
            let told = match wish {
                Wish::Service => service,
                Wish::City => city,
                Wish::Near => near,
            };
            el("p").class("zs-notice").with("role", "status").child(icon("info")).child(el("span").child(told)).node()
        })
        .collect();
    let near = finder.near.as_ref().map(|near| near.label.clone());
    let open = finder.open_now.then(|| words.open_now.to_owned());
    let chosen: Vec<String> = [finder.city.clone(), near, open].into_iter().flatten().collect();
    let cleared = ClinicFilter {
        service: finder.service.as_ref().and_then(|choice| Slug::parse(&choice.value)),
        ..ClinicFilter::default()
    };
    let chosen =
        (!chosen.is_empty()).then(|| {
            el("p").class("zs-finder__asked").child(words.asked_for).child(chosen.join(" · ")).child(" ").child(
                el("a").class("zs-more").with("href", site.to(&Route::Clinics(cleared))).child(words.clear_filters),
            )
        });
    nodes![unknown, chosen]
}

/// A few services, and the rest behind one more chip. The one that is asked for is always among the few.
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
    let mut order: Vec<&Choice> = finder.services.iter().collect();
    if let Some(place) = order.iter().position(|choice| Some(choice.value.as_str()) == current)
        && place >= CHIPS
    {
        let asked = order.remove(place);
        order.insert(CHIPS - 1, asked);
    }
    let mut links = vec![pill(None)];
    links.extend(order.iter().take(CHIPS).map(|choice| pill(Some(choice))));
    let rest: Vec<Node> = order.iter().skip(CHIPS).map(|choice| pill(Some(choice))).collect();
    let more = (!rest.is_empty()).then(|| {
        el("details")
            .class("zs-filter__more")
            .with("id", "more-services")
            .child(el("summary").child(el("span").child(site.words.more_chips)).child(icon("next")))
            .child(el("div").class("zs-filter").child(rest))
    });
    el("nav").class("zs-filter").with("aria-label", site.words.filter_label).child(links).child(more).node()
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
    let fields = el("form")
        .class("zs-filter-form")
        .with("method", "get")
        // The heading of what was found takes the focus.
        .with("action", [&site.to(&Route::Clinics(ClinicFilter::default())), "#found"].concat())
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
    el("div").class("zs-fold__body").child(fields).node()
}

/// What unfolds the form. Like every fold it also opens by a link, without any script.
fn filter(site: &Site) -> Node {
    el("details")
        .class("zs-fold__head zs-finder__filter")
        .with("id", "filter")
        .child(
            el("summary")
                .class("zs-button zs-button--quiet zs-button--small")
                .child(el("span").child(site.words.more_filters))
                .child(icon("next")),
        )
        .node()
}

fn results(site: &Site, finder: Finder) -> Node {
    let words = site.words;
    let office = finder.office;
    let cards = |cards: &[ClinicCard]| cards.iter().map(|card| clinic_card(site, card, office)).collect::<Vec<_>>();
    let instead = finder.instead.iter().flat_map(|instead| &instead.clinics);
    let assumed = finder.found.iter().chain(&finder.unsure).chain(instead);
    let assumed = assumed.map(|card| &card.phones).any(|phones| hours_are_assumed(phones));
    let assumed = assumed.then(|| {
        el("p").class("zs-source-note").child(small_icon("clock")).child(el("span").child(words.hours_assumed))
    });
    let foreign =
        (!words.theirs_in_chinese.is_empty()).then(|| el("p").class("zs-small").child(words.theirs_in_chinese));
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
            .child(el("h2").class("zs-h3").with("id", "found").with("tabindex", "-1").child(heading))
            .child(cards(&finder.found))
            .child(instead)
            .child(assumed)
            .child(foreign),
        unsure
    ]
}
