//! Links to go on with, one below the other.

use super::icon::icon;
use super::title::title as breaking;
use crate::view::{Node, el};

/// A link with an icon, a title and a second line, any of which but the title may be empty.
pub fn link_card(href: String, name: &str, title: String, text: String) -> Node {
    let front = (!name.is_empty()).then(|| icon(name));
    let second = (!text.is_empty()).then(|| el("span").class("zs-link-card__text").child(text));
    el("a")
        .class("zs-link-card")
        .with("href", href)
        .child(front)
        .child(
            el("span")
                .class("zs-link-card__body")
                .child(el("span").class("zs-link-card__title").child(breaking(title)))
                .child(second),
        )
        .child(icon("next"))
        .node()
}

/// A list of links.
pub fn link_list(links: Vec<Node>) -> Node {
    let items = links.into_iter().map(|link| el("li").child(link)).collect::<Vec<_>>();
    el("ul").class("zs-link-list").child(items).node()
}
