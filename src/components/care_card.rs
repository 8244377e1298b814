//! How soon to do what: routine, urgent or emergency, told by word, icon and colour together.

use super::Site;
use super::icon::icon;
use super::points::plain_points;
use super::title::title as breaking;
use crate::view::{Node, el};
use zaoshai_contract::content::{CareLevel, Onward};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// A care card whose heading has this tag. An emergency card dials 120; a card that names a service leads to clinics that do it.
pub fn care_card(
    site: &Site,
    heading: &'static str,
    level: CareLevel,
    title: &str,
    items: Vec<String>,
    onward: Onward,
) -> Node {
    let words = site.words;
    let (class, name) = match level {
        CareLevel::Routine => ("zs-care-card", "letter"),
        CareLevel::Urgent => ("zs-care-card zs-care-card--urgent", "clock"),
        CareLevel::Emergency => ("zs-care-card zs-care-card--emergency", "alert"),
    };
    let call = (level == CareLevel::Emergency).then(|| {
        el("a").class("zs-button").with("href", "tel:120").child(icon("phone")).child(el("span").child(words.call_120))
    });
    let line = |label: &'static str, text: String| {
        (!text.is_empty()).then(|| el("p").class("zs-care-card__line").child(label).child(el("b").child(text)))
    };
    let clinics = (!onward.service.is_empty()).then(|| {
        let filter = ClinicFilter { service: Slug::parse(&onward.service), ..ClinicFilter::default() };
        el("a")
            .class("zs-more")
            .with("href", site.to(&Route::Clinics(filter)))
            .child(icon("pin"))
            .child(el("span").child(words.find_clinic))
            .child(icon("next"))
    });
    el("div")
        .class(class)
        .child(el(heading).class("zs-care-card__head").child(icon(name)).child(el("span").child(breaking(title))))
        .child(
            el("div")
                .class("zs-care-card__body")
                .child(line(words.within, onward.within))
                .child(line(words.department, onward.department))
                .child(plain_points(items))
                .child(call)
                .child(clinics),
        )
        .node()
}
