//! The one step of a page, at the thumb, with the phone beside it.

use super::Site;
use super::icon::icon;
use super::phone_link::tel;
use crate::view::{Node, el};

/// An action bar around a button or link.
pub fn action_bar(site: &Site, action: Node) -> Node {
    let number = site.phone();
    let call = (!number.is_empty()).then(|| {
        el("a")
            .class("zs-action-bar__call")
            .with("href", tel(&number))
            .child(icon("phone"))
            .child(el("span").child(site.words.call))
    });
    el("div").class("zs-action-bar").child(el("div").class("zs-action-bar__row").child(call).child(action)).node()
}
