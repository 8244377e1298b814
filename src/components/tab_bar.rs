//! The four areas, at the thumb.

use super::Site;
use super::icon::icon;
use leptos::prelude::*;
use zaoshai_contract::route::{ClinicFilter, Route, Tab};

/// The tab bar. A page ends in it or in an action bar, never in both.
pub fn tab_bar(site: &Site) -> AnyView {
    let words = site.words;
    let current = site.route().and_then(|route| route.tab());
    let items = [
        (Tab::Screening, Route::Home, "screen", words.tab_screening),
        (Tab::Guidance, Route::GuidanceList, "book", words.tab_guidance),
        (Tab::Clinics, Route::Clinics(ClinicFilter::default()), "pin", words.tab_clinics),
        (Tab::FollowUp, Route::FollowUpEntry, "calendar", words.tab_followup),
    ]
    .into_iter()
    .map(|(tab, route, name, label)| {
        view! {
            <li class="zs-tab-bar__item">
                <a class="zs-tab-bar__link" href=site.to(&route) aria-current=(current == Some(tab)).then_some("page")>
                    {icon(name)}
                    <span>{label}</span>
                </a>
            </li>
        }
    })
    .collect_view();
    view! {
        <nav class="zs-tab-bar" aria-label=words.tabs_label>
            <ul class="zs-tab-bar__list">{items}</ul>
        </nav>
    }
    .into_any()
}
