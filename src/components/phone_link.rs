//! A number that dials when it is tapped, with the hours it is answered.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el};
use zaoshai_contract::clinics::{Answered, Hours, Phone, PhoneKind};

/// The address that dials a number. An extension is dialled after a pause: without one it would be part of the number.
pub fn tel(number: &str) -> String {
    let whole = |main: &str| main.bytes().filter(u8::is_ascii_digit).count() >= 10;
    match number.rsplit_once('-').filter(|(main, _)| whole(main)) {
        Some((main, extension)) => ["tel:", main, ",", extension].concat(),
        None => ["tel:", number].concat(),
    }
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

/// One number; nothing where none is known.
pub fn phone_link(number: &str, note: String) -> Node {
    if number.is_empty() {
        return Node::from(());
    }
    el("a")
        .class("zs-phone")
        .with("href", tel(number))
        .child(icon("phone"))
        .child(el("b").child(number.to_owned()))
        .child(el("span").child(note))
        .node()
}

/// What a number is called. The commonest name is said in the page's language; names of places stay as they are.
fn label<'a>(site: &Site, phone: &'a Phone) -> &'a str {
    match phone.kind {
        PhoneKind::Enquiry if phone.label == "咨询" => site.words.enquiries,
        PhoneKind::Enquiry | PhoneKind::Complaint => &phone.label,
    }
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
            let mut note = label(site, phone).to_owned();
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

#[cfg(test)]
mod tests {
    use super::tel;

    #[test]
    fn an_extension_is_dialled_after_a_pause_and_dashes_within_a_number_stay() {
        for (number, address) in [
            ("13800138000", "tel:13800138000"),
            ("0731-28307119", "tel:0731-28307119"),
            ("400-800-1234", "tel:400-800-1234"),
            ("073128307119-801", "tel:073128307119,801"),
            ("0731-28307119-8", "tel:0731-28307119,8"),
            ("4008001234-5", "tel:4008001234,5"),
            ("+85291234567", "tel:+85291234567"),
            ("120", "tel:120"),
        ] {
            assert_eq!(tel(number), address);
        }
    }
}
