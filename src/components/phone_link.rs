//! A number that dials when it is tapped, with the hours it is answered.

use super::Site;
use super::icon::icon;
use leptos::prelude::*;
use zaoshai_contract::civil::Moment;
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
pub fn phone_link(number: &str, note: String) -> AnyView {
    view! {
        <a class="zs-phone" href=tel(number)>
            {icon("phone")}
            <b>{number.to_owned()}</b>
            <span>{note}</span>
        </a>
    }
    .into_any()
}

/// All numbers of an institution, the one to call now first; says so when none is known.
pub fn phone_list(site: &Site, phones: &[Phone], now: Moment) -> AnyView {
    if phones.is_empty() {
        return view! {
            <p class="zs-phone zs-phone--unknown">
                {icon("phone")}
                <span>{site.words.phone_unknown}</span>
            </p>
        }
        .into_any();
    }
    let mut sorted: Vec<&Phone> = phones.iter().collect();
    sorted.sort_by_key(|phone| match phone.hours.answered(now) {
        Answered::Yes => 0,
        Answered::Unknown => 1,
        Answered::No => 2,
    });
    let links = sorted
        .into_iter()
        .map(|phone| {
            let mut note = String::from(&phone.label);
            if !note.is_empty() {
                note.push_str(" · ");
            }
            note.push_str(hours(site, phone.hours));
            phone_link(&phone.number, note)
        })
        .collect_view();
    view! { <div class="zs-phones">{links}</div> }.into_any()
}

/// Whether any of these phones is answered by hours that the source does not spell out.
pub fn hours_are_assumed(phones: &[Phone]) -> bool {
    phones.iter().any(|phone| matches!(phone.hours, Hours::Working | Hours::OffHours))
}
