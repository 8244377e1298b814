//! Line drawings from the sprite in the shell, always beside a word.

use crate::view::{Node, el};

/// An icon by its name in the sprite.
pub fn icon(name: &str) -> Node {
    sized(name, "zs-icon")
}

/// A small icon.
pub fn small_icon(name: &str) -> Node {
    sized(name, "zs-icon zs-icon--s")
}

/// A large icon.
pub fn large_icon(name: &str) -> Node {
    sized(name, "zs-icon zs-icon--l")
}

fn sized(name: &str, class: &'static str) -> Node {
    let mut href = String::from("#i-");
    href.push_str(name);
    el("svg").class(class).with("aria-hidden", "true").child(el("use").with("href", href)).node()
}
