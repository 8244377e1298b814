//! Things to tick. The ticks stay on the phone: `public/keep.js` keeps them, with or without the app.

use super::Site;
use super::icon::icon;
use crate::view::{Node, el};

/// A list to tick. `name` is its own on the whole site, because the phone keeps the ticks under it.
pub fn checklist(site: &Site, name: &str, title: String, items: Vec<String>) -> Node {
    let kept_as = kept_as(name, items.iter());
    let legend = if title.is_empty() { String::from(site.words.to_tick) } else { title };
    let boxes = items
        .into_iter()
        .enumerate()
        .map(|(place, item)| {
            let id = numbered(name, place);
            el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(el("input").with("type", "checkbox").with("id", id))
                .child(el("span").child(item))
        })
        .collect::<Vec<_>>();
    el("div")
        .class("zs-card zs-checklist")
        .with("data-keep", kept_as)
        .child(el("fieldset").child(el("legend").child(legend)).child(boxes))
        .child(kept(site))
        .node()
}

/// The name that ticks are kept under: another one once the words change, so that no tick moves to a sentence that
/// nobody has ticked.
pub fn kept_as<'a>(name: &str, texts: impl Iterator<Item = &'a String>) -> String {
    // FNV-1a, 32 bits.
    let print = texts
        .flat_map(|text| text.bytes())
        .fold(0x811c_9dc5_u32, |print, byte| (print ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    [name, ".", &print.to_string()].concat()
}

/// A name with a number behind it.
pub fn numbered(name: &str, place: usize) -> String {
    [name, "-", &place.to_string()].concat()
}

/// Where ticks and choices stay, and the button that takes them back; it shows once there is a script to answer it.
pub fn kept(site: &Site) -> Node {
    el("p")
        .class("zs-aside zs-kept")
        .child(icon("lock"))
        .child(el("span").child(site.words.stays_here))
        .child(
            el("button")
                .class("zs-button zs-button--quiet zs-button--small")
                .with("type", "button")
                .with("data-clear", "")
                .child(site.words.clear),
        )
        .node()
}
