//! Whom to call, at the end of a page.

use super::Site;
use super::phone_link::{hours, phone_link};
use crate::text::between;
use crate::view::{Node, el};

/// The enquiry phone of the hospital in the header; nothing when none is known.
pub fn ask(site: &Site) -> Node {
    let words = site.words;
    let Some(phone) = &site.hospital.phone else { return Node::from(()) };
    let dated = (!site.hospital.phone_dated.is_empty()).then(|| between(words.phone_dated, &site.hospital.phone_dated));
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "ask")
        .child(el("h2").class("zs-h2").with("id", "ask").child(words.ask_somebody))
        .child(phone_link(&phone.number, hours(site, phone.hours).to_owned()))
        .child(el("p").class("zs-small").child(dated))
        .node()
}
