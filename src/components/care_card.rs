//! How soon to do what: routine, urgent or emergency, told by word, icon and colour together.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el};
use zaoshai_contract::content::CareLevel;

/// A care card. An emergency card dials 120.
pub fn care_card(site: &Site, level: CareLevel, title: String, items: Vec<String>) -> Node {
    let (class, name) = match level {
        CareLevel::Routine => ("zs-care-card", "letter"),
        CareLevel::Urgent => ("zs-care-card zs-care-card--urgent", "clock"),
        CareLevel::Emergency => ("zs-care-card zs-care-card--emergency", "alert"),
    };
    let call = (level == CareLevel::Emergency).then(|| {
        el("a")
            .class("zs-button")
            .with("href", "tel:120")
            .child(icon("phone"))
            .child(el("span").child(site.words.call_120))
    });
    let items = items.into_iter().map(|item| el("li").child(item)).collect::<Vec<_>>();
    el("div")
        .class(class)
        .child(el("h3").class("zs-care-card__head").child(icon(name)).child(el("span").child(title)))
        .child(el("div").class("zs-care-card__body").child(el("ul").class("zs-points").child(items)).child(call))
        .node()
}
