//! The take-over: the app's own page takes the place of the served one, and nothing that the person has typed, chosen,
//! opened, focused or scrolled to is lost.

use super::document::{after, document, window};
use js_sys::Reflect;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Element, Event, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement,
};

/// How long to wait before looking again whether the person is in the middle of something, milliseconds.
const AGAIN: i32 = 50;

/// Calls back once no finger is down, no character is being composed, and the page is not being left.
/// The loader keeps these in `window.zaoshai`, because it was there first.
pub fn when_quiet(callback: impl FnOnce() + 'static) {
    let state = Reflect::get(&window(), &JsValue::from_str("zaoshai")).unwrap_or(JsValue::UNDEFINED);
    let is = |name: &str| Reflect::get(&state, &JsValue::from_str(name)).is_ok_and(|value| value.is_truthy());
    if is("leaving") {
        return;
    }
    if is("busy") {
        after(AGAIN, || when_quiet(callback));
    } else {
        callback();
    }
}

/// Puts `fresh` in the place of `served`, with all that the person has done there.
pub fn swap(served: &Element, fresh: &HtmlElement) {
    let focused = document().active_element().filter(|element| served.contains(Some(element)));
    let counterpart = focused.as_ref().and_then(|element| find_counterpart(served, fresh, element));
    let selection = focused.as_ref().and_then(selection);
    let (x, y) = (window().scroll_x().unwrap_or(0.0), window().scroll_y().unwrap_or(0.0));
    carry_over(served, fresh);
    let _ = served.replace_with_with_node_1(fresh);
    if let Some(element) = counterpart {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            let _ = element.focus_with_options(&options);
        }
        select(&element, selection);
    }
    // Replacing the whole page may have shortened it for a moment.
    if window().scroll_y().is_ok_and(|now| (now - y).abs() > 0.5) {
        window().scroll_to_with_x_and_y(x, y);
    }
}

/// Copies what was typed, chosen and opened from every field of `from` to its counterpart.
pub fn carry_over(from: &Element, to: &Element) {
    let Ok(fields) = from.query_selector_all("input, textarea, select, details") else { return };
    for n in 0..fields.length() {
        let Some(old) = fields.item(n).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        if let Some(new) = find_counterpart(from, to, &old) {
            copy(&old, &new);
        }
    }
}

fn copy(old: &Element, new: &Element) {
    if let (Some(old), Some(new)) = (old.dyn_ref::<HtmlInputElement>(), new.dyn_ref::<HtmlInputElement>()) {
        match old.type_().as_str() {
            "hidden" => {
                // The served form's key must stay: the person may have sent it once already.
                new.set_value(&old.value());
            }
            "radio" | "checkbox" => {
                if old.checked() != new.checked() {
                    new.set_checked(old.checked());
                    tell(new, "change");
                }
            }
            _ => {
                if old.value() != new.value() {
                    new.set_value(&old.value());
                    tell(new, "input");
                }
            }
        }
    } else if let (Some(old), Some(new)) = (old.dyn_ref::<HtmlTextAreaElement>(), new.dyn_ref::<HtmlTextAreaElement>())
    {
        if old.value() != new.value() {
            new.set_value(&old.value());
            tell(new, "input");
        }
    } else if let (Some(old), Some(new)) = (old.dyn_ref::<HtmlSelectElement>(), new.dyn_ref::<HtmlSelectElement>()) {
        if old.value() != new.value() {
            new.set_value(&old.value());
            tell(new, "change");
        }
    } else if let (Some(old), Some(new)) = (old.dyn_ref::<HtmlDetailsElement>(), new.dyn_ref::<HtmlDetailsElement>()) {
        new.set_open(old.open());
    }
}

fn tell(element: &Element, kind: &str) {
    let options = web_sys::EventInit::new();
    options.set_bubbles(true);
    if let Ok(event) = Event::new_with_event_init_dict(kind, &options) {
        let _ = element.dispatch_event(&event);
    }
}

/// The element of `to` that stands where `element` stands in `from`: by id, else by the path of element positions.
fn find_counterpart(from: &Element, to: &Element, element: &Element) -> Option<Element> {
    let id = element.id();
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return to.query_selector(&["#", &id].concat()).ok().flatten();
    }
    let mut path = Vec::new();
    let mut at = element.clone();
    while at != *from {
        let mut place = 0;
        let mut before = at.previous_element_sibling();
        while let Some(sibling) = before {
            place += 1;
            before = sibling.previous_element_sibling();
        }
        path.push(place);
        at = at.parent_element()?;
    }
    let mut found = to.clone();
    for place in path.into_iter().rev() {
        found = found.children().item(place)?;
    }
    (found.tag_name() == element.tag_name()).then_some(found)
}

fn selection(element: &Element) -> Option<(u32, u32)> {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return Some((input.selection_start().ok()??, input.selection_end().ok()??));
    }
    let area = element.dyn_ref::<HtmlTextAreaElement>()?;
    Some((area.selection_start().ok()??, area.selection_end().ok()??))
}

fn select(element: &Element, selection: Option<(u32, u32)>) {
    let Some((start, end)) = selection else { return };
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        let _ = input.set_selection_range(start, end);
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        let _ = area.set_selection_range(start, end);
    }
}
