//! The phone's position: asked for once, after a tap, and handed to nobody but the callback.

use zaoshai_contract::places::Position;

/// How long the phone may look for itself, milliseconds.
#[cfg(feature = "csr")]
const PATIENCE: u32 = 10_000;

/// Asks the phone where it is. Gives nothing when the person or the phone refuses.
#[cfg(feature = "csr")]
pub fn ask(answer: impl Fn(Option<Position>) + Clone + 'static) {
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::closure::Closure;
    use zaoshai_contract::places::{Datum, Precision};

    let Ok(geolocation) = super::document::window().navigator().geolocation() else {
        answer(None);
        return;
    };
    let refused = answer.clone();
    let found = answer.clone();
    let success = Closure::once_into_js(move |at: web_sys::Position| {
        let coordinates = at.coords();
        found(Some(Position {
            lat: coordinates.latitude(),
            lon: coordinates.longitude(),
            datum: Datum::Wgs84,
            precision: Precision::Exact,
        }));
    });
    let failure = Closure::once_into_js(move || refused(None));
    let options = web_sys::PositionOptions::new();
    options.set_timeout(PATIENCE);
    options.set_maximum_age(300_000);
    let asked = geolocation.get_current_position_with_error_callback_and_options(
        success.unchecked_ref(),
        Some(failure.unchecked_ref()),
        &options,
    );
    if asked.is_err() {
        answer(None);
    }
}

/// On the server nobody is anywhere.
#[cfg(not(feature = "csr"))]
pub fn ask(_: impl Fn(Option<Position>) + Clone + 'static) {}

/// Unfolds what a field stands in, brings it to the eye and gives it the focus.
#[cfg(feature = "csr")]
pub fn focus_field(id: &str) {
    use wasm_bindgen::JsCast as _;
    if let Some(field) = super::document::by_id(id).and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        if let Ok(Some(folded)) = field.closest("details") {
            let _ = folded.set_attribute("open", "");
        }
        field.scroll_into_view();
        let _ = field.focus();
    }
}

/// On the server nothing has a focus.
#[cfg(not(feature = "csr"))]
pub fn focus_field(_: &str) {}
