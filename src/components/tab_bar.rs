//! The four areas, at the thumb.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el};
use zaoshai_contract::route::{ClinicFilter, Route, Tab};

/// The tab bar. A page ends in it or in an action bar, never in both.
pub fn tab_bar(site: &Site) -> Node {
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
        el("li").class("zs-tab-bar__item").child(
            el("a")
                .class("zs-tab-bar__link")
                .with("href", site.to(&route))
                .with("aria-current", (current == Some(tab)).then_some("page"))
                .child(icon(name))
                .child(el("span").child(label)),
        )
    })
    .collect::<Vec<_>>();
    el("nav")
        .class("zs-tab-bar")
        .with("aria-label", words.tabs_label)
        .child(el("ul").class("zs-tab-bar__list").child(items))
        .node()
}
