//! `/clinics`: by need, city, hour and distance. Distances from the phone's own position are counted here, in the
//! browser, and only after a tap.

use crate::components::Site;
use crate::components::clinic_card::clinic_card;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::{hours_are_assumed, phone_link};
use crate::platform::position;
use crate::text::between;
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
pub fn page(site: &Site, finder: Finder) -> AnyView {
    let words = site.words;
    let distance = RwSignal::new(Distance::Unasked);
    let ask = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        distance.set(Distance::Asking);
        position::ask(move |answer| match answer {
            Some(from) => distance.set(Distance::From(from)),
            None => {
                distance.set(Distance::Refused);
                position::focus_field("near");
            }
        });
    };
    let told = move || match distance.get() {
        Distance::Unasked => words.position_stays,
        Distance::Asking => words.locating,
        Distance::From(_) => words.sorted,
        Distance::Refused => words.position_refused,
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
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                "找医院：您想查什么？"
            </h1>
            {pills}
            // Without the app this leads to the choice of a neighbourhood.
            <a class="zs-button zs-button--quiet" href="#near" data-locate="" on:click=ask>
                {icon("pin")}
                <span>{words.sort_by_distance}</span>
            </a>
            <p class="zs-aside" role="status">
                {icon("lock")}
                <span>{told}</span>
            </p>
            {form}
        </div>
        {list}
    }
    .into_any()
}

fn pills(site: &Site, finder: &Finder) -> AnyView {
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
        view! {
            <a href=site.to(&Route::Clinics(filter)) aria-current=chosen.then_some("true")>
                {mark}
                <span>{label}</span>
            </a>
        }
        .into_any()
    };
    let mut links = vec![pill(None)];
    links.extend(finder.services.iter().map(|choice| pill(Some(choice))));
    view! {
        <nav class="zs-filter" aria-label=site.words.filter_label>
            {links}
        </nav>
    }
    .into_any()
}

fn options(choices: impl Iterator<Item = (String, String)>, chosen: Option<&str>) -> Vec<AnyView> {
    choices
        .map(|(value, label)| {
            let selected = chosen == Some(value.as_str());
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
            .into_any()
        })
        .collect()
}

fn form(site: &Site, finder: &Finder) -> AnyView {
    let words = site.words;
    let service = finder
        .service
        .as_ref()
        .map(|service| view! { <input type="hidden" name="service" value=service.value.clone() /> });
    let cities = options(finder.cities.iter().map(|city| (city.clone(), city.clone())), finder.city.as_deref());
    let places = options(
        finder.places.iter().map(|place| (place.value.clone(), place.label.clone())),
        finder.near.as_ref().map(|near| near.value.as_str()),
    );
    view! {
        <form class="zs-filter-form" method="get" action=site.to(&Route::Clinics(ClinicFilter::default()))>
            {service}
            <div class="zs-form-field">
                <label class="zs-form-field__small-label" for="city">
                    {words.city}
                </label>
                <select class="zs-select" id="city" name="city">
                    <option value="">{words.any_city}</option>
                    {cities}
                </select>
            </div>
            <div class="zs-form-field">
                <label class="zs-form-field__small-label" for="near">
                    {words.near}
                </label>
                <select class="zs-select" id="near" name="near" aria-describedby="near-hint">
                    <option value="">{words.near_none}</option>
                    {places}
                </select>
                <p class="zs-form-field__hint" id="near-hint">
                    {words.near_hint}
                </p>
            </div>
            <label class="zs-check" for="open">
                <input type="checkbox" id="open" name="open" value="now" checked=finder.open_now />
                <span>{words.open_now}</span>
            </label>
            <button class="zs-button zs-button--quiet" type="submit">
                {words.show_results}
            </button>
        </form>
    }
    .into_any()
}

fn results(site: &Site, finder: Finder) -> AnyView {
    let words = site.words;
    let now = finder.now;
    let cards = |cards: &[ClinicCard]| cards.iter().map(|card| clinic_card(site, card, now)).collect::<Vec<_>>();
    let assumed = finder.found.iter().chain(&finder.unsure).any(|card| hours_are_assumed(&card.phones));
    let assumed = assumed.then(|| {
        view! {
            <p class="zs-source-note">
                {small_icon("clock")}
                <span>{words.hours_assumed}</span>
            </p>
        }
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
        view! {
            <p>{words.none_call}</p>
            {phone_link("12320", words.health_line.to_owned())}
            <p>{why}</p>
            {cards(&instead.clinics)}
        }
    });
    let unsure = (!finder.unsure.is_empty()).then(|| {
        view! {
            <section class="zs-section" aria-labelledby="unsure">
                <h2 class="zs-h3" id="unsure">
                    {between(words.unsure, &finder.unsure.len().to_string())}
                </h2>
                <p class="zs-small">{words.unsure_hint}</p>
                {cards(&finder.unsure)}
            </section>
        }
    });
    view! {
        <section class="zs-section" aria-labelledby="found">
            <h2 class="zs-h3" id="found">
                {heading}
            </h2>
            {assumed}
            {cards(&finder.found)}
            {instead}
        </section>
        {unsure}
    }
    .into_any()
}
