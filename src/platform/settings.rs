//! Large type: changed at once, and kept in the cookie that the server reads.

use super::document::{document, root};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlDocument, HtmlFormElement};

/// Switches the size of type; the button of the header form then offers the other one.
pub fn toggle_size(form: &HtmlFormElement) {
    let Some(root) = root() else { return };
    let large = size() != crate::TextSize::Normal;
    let value = if large { "normal" } else { "elder" };
    if large {
        let _ = root.remove_attribute("data-size");
    } else {
        let _ = root.set_attribute("data-size", value);
    }
    if let Some(document) = document().dyn_ref::<HtmlDocument>() {
        let cookie = ["zs_size=", value, "; path=/; max-age=31536000; samesite=lax"].concat();
        let _ = document.set_cookie(&cookie);
    }
    let lang = root.get_attribute("lang").unwrap_or_default();
    let words = crate::text::words(zaoshai_contract::route::Lang::from_tag(&lang).unwrap_or_default());
    let label = if large { words.larger } else { words.smaller };
    if let Ok(Some(button)) = form.query_selector("button") {
        let _ = button.set_attribute("value", if large { "elder" } else { "normal" });
        if let Ok(Some(text)) = button.query_selector("span") {
            text.set_text_content(Some(label));
        }
    }
}

/// The size of type that is in force.
pub fn size() -> crate::TextSize {
    match root().and_then(|root| root.get_attribute("data-size")).as_deref() {
        Some("elder") => crate::TextSize::Elder,
        Some("largest") => crate::TextSize::Largest,
        _ => crate::TextSize::Normal,
    }
}
