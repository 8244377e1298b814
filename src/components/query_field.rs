//! The field for words that are looked up; its label and hint stand beside it, under `q` and `q-hint`.

use crate::view::{El, el};

/// The field, with what was typed.
pub fn query_field(typed: String) -> El {
    el("input")
        .class("zs-input")
        .with("type", "search")
        .with("id", "q")
        .with("name", "q")
        .with("value", typed)
        .with("maxlength", "80")
        .with("autocomplete", "off")
        .with("enterkeyhint", "search")
        .with("aria-describedby", "q-hint")
}
