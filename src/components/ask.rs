//! Whom to call, at the end of a page.

use super::Site;
use super::phone_link::{hours, phone_link};
use crate::text::between;
use crate::view::{Node, el};

/// The enquiry phone of the hospital in the header; nothing when none is known.
pub fn ask(site: &Site) -> Node {
    if site.hospital.phone.is_some() { ask_with(site, site.words.ask_somebody, Node::from(())) } else { Node::from(()) }
}

/// Whom to call, and what else to do next.
pub fn ask_with(site: &Site, heading: &'static str, onward: Node) -> Node {
    let words = site.words;
    let dated = (!site.hospital.phone_dated.is_empty()).then(|| between(words.phone_dated, &site.hospital.phone_dated));
    let phone = site.hospital.phone.as_ref().map(|phone| {
        [phone_link(&phone.number, hours(site, phone.hours).to_owned()), el("p").class("zs-small").child(dated).node()]
    });
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "ask")
        .child(el("h2").class("zs-h2").with("id", "ask").child(heading))
        .child(phone.map(Vec::from))
        .child(onward)
        .node()
}
