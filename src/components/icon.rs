//! Line drawings from the sprite in the shell, always beside a word.

use leptos::prelude::*;

/// An icon by its name in the sprite.
pub fn icon(name: &str) -> AnyView {
    sized(name, "zs-icon")
}

/// A small icon.
pub fn small_icon(name: &str) -> AnyView {
    sized(name, "zs-icon zs-icon--s")
}

/// A large icon.
pub fn large_icon(name: &str) -> AnyView {
    sized(name, "zs-icon zs-icon--l")
}

fn sized(name: &str, class: &'static str) -> AnyView {
    let mut href = String::from("#i-");
    href.push_str(name);
    view! {
        <svg class=class aria-hidden="true">
            <use href=href></use>
        </svg>
    }
    .into_any()
}
