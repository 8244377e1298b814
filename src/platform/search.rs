//! What is typed into the search: it stays in the memory of this page, and no address, request or history holds it.

use leptos::prelude::*;

#[cfg(feature = "csr")]
use super::document::{after, by_id};
#[cfg(feature = "csr")]
use std::cell::{Cell, RefCell};
#[cfg(feature = "csr")]
use wasm_bindgen::JsCast as _;

/// How long the fingers rest before an answer is looked up, milliseconds.
#[cfg(feature = "csr")]
const SHORT_REST: i32 = 60;
/// How long they rest before those who listen are told, milliseconds.
#[cfg(feature = "csr")]
const LONG_REST: i32 = 900;

#[cfg(feature = "csr")]
thread_local! {
    static TYPED: RefCell<String> = const { RefCell::new(String::new()) };
    static CHANGES: Cell<u32> = const { Cell::new(0) };
}

/// What was typed last.
#[cfg(feature = "csr")]
pub fn typed() -> String {
    TYPED.with_borrow(Clone::clone)
}

/// Keeps what was typed elsewhere for the page that is opened next.
#[cfg(feature = "csr")]
pub fn keep(typed: String) {
    TYPED.set(typed);
}

/// What stands in the field.
#[cfg(feature = "csr")]
fn in_field() -> String {
    by_id("search")
        .and_then(|form| form.dyn_into().ok())
        .and_then(|form: web_sys::HtmlFormElement| web_sys::FormData::new_with_form(&form).ok())
        .and_then(|data| data.get("q").as_string())
        .unwrap_or_default()
}

/// The field has changed, or its form was sent: answers once the fingers rest, and tells the number found after a while.
#[cfg(feature = "csr")]
pub fn changed(turn: RwSignal<u32>) {
    CHANGES.set(CHANGES.get() + 1);
    let change = CHANGES.get();
    after(SHORT_REST, move || {
        if CHANGES.get() == change {
            keep(in_field());
            let _ = turn.try_update(|turn| *turn += 1);
        }
    });
    after(LONG_REST, move || {
        if CHANGES.get() == change
            && let (Some(status), Some(title)) = (by_id("busy"), by_id("found-title"))
        {
            status.set_text_content(title.text_content().as_deref());
        }
    });
}

/// On the server nobody types.
#[cfg(not(feature = "csr"))]
pub fn typed() -> String {
    String::new()
}

/// On the server nothing changes.
#[cfg(not(feature = "csr"))]
pub fn changed(_: RwSignal<u32>) {}
