//! Small helpers around window and document.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event, HtmlElement, Window};

/// The window; an app without one does not run.
pub fn window() -> Window {
    web_sys::window().expect("a browser has a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The element with this id.
pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// The root element as one that can carry data attributes.
pub fn root() -> Option<HtmlElement> {
    document().document_element()?.dyn_into().ok()
}

/// Calls back on every event of a kind that reaches the document, for as long as the page lives.
pub fn on(kind: &str, callback: impl FnMut(Event) + 'static) {
    let callback = Closure::<dyn FnMut(Event)>::new(callback);
    let _ = document().add_event_listener_with_callback(kind, callback.as_ref().unchecked_ref());
    callback.forget();
}

/// Calls back on every event of a kind at the window, for as long as the page lives.
pub fn on_window(kind: &str, callback: impl FnMut(Event) + 'static) {
    let callback = Closure::<dyn FnMut(Event)>::new(callback);
    let _ = window().add_event_listener_with_callback(kind, callback.as_ref().unchecked_ref());
    callback.forget();
}

/// Calls back once, after a while.
pub fn after(ms: i32, callback: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(callback);
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(callback.unchecked_ref(), ms);
}
