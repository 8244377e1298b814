//! `/clinics/{id}`: everything that published sources say about an institution.

use crate::components::Site;
use crate::components::clinic_card::provenance;
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::phone_link::{hours_are_assumed, phone_list};
use crate::components::summary_list::{row, summary_list};
use leptos::prelude::*;
use zaoshai_contract::clinics::{Alliance, Clinic};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::Precision;
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(site: &Site, clinic: Clinic) -> AnyView {
    let words = site.words;
    let card = clinic.card;
    let assumed = hours_are_assumed(&card.phones).then(|| view! { <p class="zs-small">{words.hours_assumed}</p> });
    let complaints = (!clinic.complaints.is_empty()).then(|| {
        view! {
            <section class="zs-section" aria-labelledby="complaints">
                <h2 class="zs-h2" id="complaints">
                    {words.complaints}
                </h2>
                {phone_list(site, &clinic.complaints, clinic.now)}
            </section>
        }
    });
    let mut facts = Vec::new();
    if !clinic.aka.is_empty() {
        facts.push(row(words.aka.to_owned(), clinic.aka.join("、").into_any(), String::new()));
    }
    if let Some((id, name)) = &clinic.part_of {
        facts.push(row(words.part_of.to_owned(), link(site, id, name), String::new()));
    }
    let address = if clinic.address.is_empty() { words.address_unknown.to_owned() } else { clinic.address };
    facts.push(row(words.address.to_owned(), address.into_any(), String::new()));
    let services = if card.services.is_empty() {
        view! { <p>{words.services_unknown}</p> }.into_any()
    } else {
        let items = card
            .services
            .iter()
            .map(|service| {
                view! {
                    <li class="zs-clinic-card__does">
                        {small_icon("check")}
                        <span>{service.text.clone()}</span>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="zs-stack zs-stack--tight">{items}</ul> }.into_any()
    };
    let exact = card.position.is_some_and(|place| place.precision == Precision::Exact);
    let hint = (!exact).then(|| view! { <p class="zs-small">{words.directions_hint}</p> });
    let maps = vec![
        link_card(clinic.maps.tencent, "pin", words.tencent.to_owned(), String::new()),
        link_card(clinic.maps.amap, "pin", words.amap.to_owned(), String::new()),
        link_card(clinic.maps.baidu, "pin", words.baidu.to_owned(), String::new()),
    ];
    let notes = (!clinic.notes.is_empty()).then(|| {
        let rows = clinic.notes.into_iter().map(|note| row(note.title, note.text.into_any(), String::new())).collect();
        view! {
            <section class="zs-section" aria-labelledby="notes">
                <h2 class="zs-h2" id="notes">
                    {words.good_to_know}
                </h2>
                {summary_list(rows)}
            </section>
        }
    });
    let alliances = (!clinic.alliances.is_empty()).then(|| {
        let items = clinic.alliances.into_iter().map(|alliance| alliance_of(site, alliance)).collect_view();
        view! {
            <section class="zs-section" aria-labelledby="alliances">
                <h2 class="zs-h2" id="alliances">
                    {words.alliances}
                </h2>
                {items}
            </section>
        }
    });
    view! {
        <a class="zs-back" href=site.to(&Route::Clinics(ClinicFilter::default()))>
            {small_icon("back")}
            <span>{words.all_clinics}</span>
        </a>
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                {card.name.clone()}
            </h1>
            <p class="zs-lead">{card.area.clone()}</p>
            <p>{clinic.intro}</p>
            {phone_list(site, &card.phones, clinic.now)}
            {assumed}
            {summary_list(facts)}
            {provenance(site, &card.provenance, card.position)}
        </div>
        <section class="zs-section" aria-labelledby="services">
            <h2 class="zs-h2" id="services">
                {words.services}
            </h2>
            {services}
        </section>
        <section class="zs-section" aria-labelledby="directions">
            <h2 class="zs-h2" id="directions">
                {words.directions}
            </h2>
            {hint}
            {link_list(maps)}
        </section>
        {notes}
        {alliances}
        {complaints}
        <p class="zs-section zs-source-note">
            {icon("source")}
            <span>{card.provenance.source.clone()}</span>
        </p>
    }
    .into_any()
}

fn link(site: &Site, id: &str, name: &str) -> AnyView {
    match Slug::parse(id) {
        Some(id) => view! { <a href=site.to(&Route::Clinic(id))>{name.to_owned()}</a> }.into_any(),
        None => name.to_owned().into_any(),
    }
}

fn alliance_of(site: &Site, alliance: Alliance) -> AnyView {
    let members = alliance.members.iter().map(|(id, name)| view! { <li>{link(site, id, name)}</li> }).collect_view();
    view! {
        <div class="zs-card zs-stack zs-stack--tight">
            <h3 class="zs-h3">{alliance.name}</h3>
            <p class="zs-small">{alliance.role} " " {alliance.note}</p>
            <ul class="zs-points">{members}</ul>
        </div>
    }
    .into_any()
}
