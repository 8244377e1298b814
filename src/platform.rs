//! The only place that talks to the browser. Parts that pages call exist on the server, too, and do nothing there.

pub mod position;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod search;

#[cfg(any(feature = "csr", feature = "check"))]
pub mod document;
#[cfg(feature = "csr")]
pub mod navigation;
#[cfg(feature = "check")]
pub mod picture;
#[cfg(any(feature = "csr", feature = "check"))]
pub mod settings;
#[cfg(feature = "csr")]
pub mod start;
#[cfg(feature = "check")]
pub mod steps;
#[cfg(any(feature = "csr", feature = "check"))]
pub mod takeover;
#[cfg(feature = "csr")]
pub mod writes;

/// Keeps the browser from doing what it does by itself at an event.
#[cfg(feature = "csr")]
pub fn prevent_default(event: wasm_bindgen::JsValue) {
    use wasm_bindgen::JsCast as _;
    event.unchecked_into::<web_sys::Event>().prevent_default();
}

/// On the server nothing happens to elements.
#[cfg(not(feature = "csr"))]
pub fn prevent_default<E>(_: E) {}
