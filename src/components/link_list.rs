//! Links to go on with, one below the other.

use super::icon::icon;
use leptos::prelude::*;

/// A link with an icon, a title and a second line, any of which but the title may be empty.
pub fn link_card(href: String, name: &str, title: String, text: String) -> AnyView {
    let front = (!name.is_empty()).then(|| icon(name));
    let second = (!text.is_empty()).then(|| view! { <span class="zs-link-card__text">{text}</span> });
    view! {
        <a class="zs-link-card" href=href>
            {front}
            <span class="zs-link-card__body">
                <span class="zs-link-card__title">{title}</span>
                {second}
            </span>
            {icon("next")}
        </a>
    }
    .into_any()
}

/// A list of links.
pub fn link_list(links: Vec<AnyView>) -> AnyView {
    let items = links.into_iter().map(|link| view! { <li>{link}</li> }).collect_view();
    view! { <ul class="zs-link-list">{items}</ul> }.into_any()
}
