//! An institution in the finder: where, what it does by its own account, whom to call, and how sure that is.

use super::Site;
use super::icon::{icon, small_icon};
use super::phone_link::phone_list;
use crate::text::between;
use leptos::prelude::*;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::clinics::{ClinicCard, Provenance};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::{Position, Precision};
use zaoshai_contract::route::Route;

/// Where a record comes from, and how exact its position is.
pub fn provenance(site: &Site, provenance: &Provenance, position: Option<Position>) -> AnyView {
    let words = site.words;
    let mut text = if provenance.confirmed.is_empty() {
        between(words.from_source, &provenance.dated)
    } else {
        between((words.confirmed, ""), &provenance.confirmed)
    };
    if position.is_some_and(|position| position.precision != Precision::Exact) {
        text.push_str(words.approximate);
    }
    view! {
        <p class="zs-source-note">
            {icon("source")}
            <span>{text}</span>
        </p>
    }
    .into_any()
}

/// Area and distance in one line.
fn place(site: &Site, card: &ClinicCard) -> String {
    let mut text = card.area.clone();
    match card.km {
        Some(0) => {
            text.push_str(" · ");
            text.push_str(site.words.under_one_km);
        }
        Some(km) => {
            text.push_str(" · ");
            text.push_str(&between(site.words.straight_km, &km.to_string()));
        }
        None => {}
    }
    text
}

/// The card.
pub fn clinic_card(site: &Site, card: &ClinicCard, now: Moment) -> AnyView {
    let name = match Slug::parse(&card.id) {
        Some(id) => view! { <a href=site.to(&Route::Clinic(id))>{card.name.clone()}</a> }.into_any(),
        None => card.name.clone().into_any(),
    };
    let services = card
        .services
        .iter()
        .take(2)
        .map(|service| {
            view! {
                <p class="zs-clinic-card__does">
                    {small_icon("check")}
                    <span>{service.text.clone()}</span>
                </p>
            }
        })
        .collect_view();
    view! {
        <article class="zs-clinic-card">
            <div>
                <h3 class="zs-h3">{name}</h3>
                <p class="zs-clinic-card__where">{place(site, card)}</p>
            </div>
            {services}
            {phone_list(site, &card.phones, now)}
            {provenance(site, &card.provenance, card.position)}
        </article>
    }
    .into_any()
}
