//! How soon to do what: routine, urgent or emergency, told by word, icon and colour together.

use super::Site;
use super::icon::icon;
use leptos::prelude::*;
use zaoshai_contract::content::CareLevel;

/// A care card. An emergency card dials 120.
pub fn care_card(site: &Site, level: CareLevel, title: String, items: Vec<String>) -> AnyView {
    let (class, name) = match level {
        CareLevel::Routine => ("zs-care-card", "letter"),
        CareLevel::Urgent => ("zs-care-card zs-care-card--urgent", "clock"),
        CareLevel::Emergency => ("zs-care-card zs-care-card--emergency", "alert"),
    };
    let call = (level == CareLevel::Emergency).then(|| {
        view! {
            <a class="zs-button" href="tel:120">
                {icon("phone")}
                <span>{site.words.call_120}</span>
            </a>
        }
    });
    let items = items.into_iter().map(|item| view! { <li>{item}</li> }).collect_view();
    view! {
        <div class=class>
            <h3 class="zs-care-card__head">{icon(name)} <span>{title}</span></h3>
            <div class="zs-care-card__body">
                <ul class="zs-points">{items}</ul>
                {call}
            </div>
        </div>
    }
    .into_any()
}
