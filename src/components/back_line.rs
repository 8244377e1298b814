//! The line above a page's title: the way back, and reading aloud.

use super::Site;
use super::icon::{icon, small_icon};
use super::title::title;
use crate::view::{Node, el};

/// The line. `public/keep.js` shows the button where the phone has a voice for the page's language; its room is kept
/// in the line, so that nothing moves when it comes.
pub fn back_line(site: &Site, href: String, label: &'static str) -> Node {
    el("div")
        .class("zs-back-line")
        .child(
            el("a").class("zs-back").with("href", href).child(small_icon("back")).child(el("span").child(title(label))),
        )
        .child(el("button").class("zs-listen").with("data-aloud", "").child(icon("sound")).child(site.words.read_aloud))
        .node()
}
