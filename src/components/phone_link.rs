//! A number that dials when it is tapped, with the hours it is answered.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el};
use zaoshai_contract::clinics::{Answered, Hours, Phone};

/// The address that dials a number.
pub fn tel(number: &str) -> String {
    let mut address = String::from("tel:");
    address.push_str(number);
    address
}

/// When a phone is answered, in words.
pub fn hours(site: &Site, hours: Hours) -> &'static str {
    match hours {
        Hours::Always => site.words.always,
        Hours::Working => site.words.working,
        Hours::OffHours => site.words.off_hours,
        Hours::Unknown => site.words.unknown_hours,
    }
}

/// One number.
pub fn phone_link(number: &str, note: String) -> Node {
    el("a")
        .class("zs-phone")
        .with("href", tel(number))
        .child(icon("phone"))
        .child(el("b").child(number.to_owned()))
        .child(el("span").child(note))
        .node()
}

/// All numbers of an institution, the one to call now first; says so when none is known.
pub fn phone_list(site: &Site, phones: &[Phone], office: bool) -> Node {
    if phones.is_empty() {
        return el("p")
            .class("zs-phone zs-phone--unknown")
            .child(icon("phone"))
            .child(el("span").child(site.words.phone_unknown))
            .node();
    }
    let answered = |wanted| phones.iter().filter(move |phone| phone.hours.answered(office) == wanted);
    let sorted = answered(Answered::Yes).chain(answered(Answered::Unknown)).chain(answered(Answered::No));
    let links = sorted
        .map(|phone| {
            let mut note = String::from(&phone.label);
            if !note.is_empty() {
                note.push_str(" · ");
            }
            note.push_str(hours(site, phone.hours));
            phone_link(&phone.number, note)
        })
        .collect::<Vec<_>>();
    el("div").class("zs-phones").child(links).node()
}

/// Whether any of these phones is answered by hours that the source does not spell out.
pub fn hours_are_assumed(phones: &[Phone]) -> bool {
    phones.iter().any(|phone| matches!(phone.hours, Hours::Working | Hours::OffHours))
}
