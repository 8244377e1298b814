//! The one step of a page, at the thumb, with the phone beside it. The bar belongs to the frame: it is the last child of
//! the page and sticks to the lower edge, so that its button is in sight wherever the page is scrolled to.

use super::Site;
use super::icon::icon;
use super::phone_link::tel;
use super::tab_bar::tab_bar;
use crate::view::{El, Node, el};

/// What a page puts into the bar: its button or link, and the hospital's phone.
pub fn action_bar(site: &Site, action: Node) -> Node {
    let number = site.phone();
    let call = (!number.is_empty()).then(|| call(site, &number));
    el("div").class("zs-action-bar__row").child(call).child(action).node()
}

/// The phone, as small as a thumb needs it.
pub fn call(site: &Site, number: &str) -> El {
    el("a")
        .class("zs-action-bar__call")
        .with("href", tel(number))
        .child(icon("phone"))
        .child(el("span").child(site.words.call))
}

/// The bar itself, a landmark with a name, around what a page puts into it. Only a frame makes it: inside of anything
/// else it would stick to the end of that, which may be below the fold.
pub fn bar(label: &'static str, row: Node) -> Node {
    el("div").class("zs-action-bar").with("role", "region").with("aria-label", label).child(row).node()
}

/// What a page ends in: its step, or else the four areas.
pub fn page_end(site: &Site, action: Option<Node>) -> Node {
    match action {
        Some(row) => bar(site.words.this_step, row),
        None => tab_bar(site),
    }
}
