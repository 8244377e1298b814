//! An institution in the finder: where, what it does by its own account, whom to call, and how sure that is.

use super::Site;
use super::icon::{icon, small_icon};
use super::phone_link::phone_list;
use super::title::title;
use crate::text::between;
use crate::view::{El, Node, el};
use zaoshai_contract::clinics::{ClinicCard, Provenance};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::places::{Position, Precision};
use zaoshai_contract::route::Route;

/// Where a record comes from, and how exact its position is.
pub fn provenance(site: &Site, provenance: &Provenance, position: Option<Position>) -> Node {
    let words = site.words;
    let mut text = if provenance.fictitious {
        words.fictitious.to_owned()
    } else if provenance.confirmed.is_empty() {
        between(words.from_source, &provenance.dated)
    } else {
        between((words.confirmed, ""), &provenance.confirmed)
    };
    if position.is_some_and(|position| position.precision != Precision::Exact) {
        text.push_str(words.approximate);
    }
    el("p").class("zs-source-note").child(icon("source")).child(el("span").child(text)).node()
}

/// Asks, in the demonstration, to leave the phones of a real institution alone; stands below them.
pub fn not_for_a_try(site: &Site, provenance: &Provenance) -> Option<El> {
    (site.demo && !provenance.fictitious).then(|| el("p").class("zs-small").child(site.words.real_in_demonstration))
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
pub fn clinic_card(site: &Site, card: &ClinicCard, office: bool) -> Node {
    let name = match Slug::parse(&card.id) {
        Some(id) => el("a").with("href", site.to(&Route::Clinic(id))).child(title(&card.name)).node(),
        None => title(&card.name),
    };
    let services = card
        .services
        .iter()
        .take(2)
        .map(|service| {
            el("p")
                .class("zs-clinic-card__does")
                .child(small_icon("check"))
                .child(el("span").with("lang", site.theirs()).child(service.text.clone()))
        })
        .collect::<Vec<_>>();
    let booking = (!card.booking.is_empty()).then(|| {
        el("p")
            .class("zs-chip zs-chip--act")
            .child(small_icon("calendar"))
            .child(el("span").child(site.words.can_be_booked))
    });
    el("article")
        .class("zs-clinic-card")
        .child(
            el("div")
                .child(el("h3").class("zs-h3").with("lang", site.theirs()).child(name))
                .child(el("p").class("zs-clinic-card__where").with("lang", site.theirs()).child(place(site, card))),
        )
        .child(phone_list(site, &card.phones, office))
        .child(not_for_a_try(site, &card.provenance))
        .child(booking)
        .child(services)
        .child(provenance(site, &card.provenance, card.position))
        .node()
}
