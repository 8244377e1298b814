//! The phone's position: asked for after a tap, handed to nobody but the list of clinics, and gone with the page.

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

#[cfg(feature = "csr")]
thread_local! {
    /// Where the phone was, and the neighbourhood that the list was ordered by at that moment. It goes with the page.
    static LAST: std::cell::RefCell<Option<(Position, String)>> = const { std::cell::RefCell::new(None) };
}

/// Keeps a position for the next list that is shown, for as long as no other neighbourhood is chosen.
#[cfg(feature = "csr")]
pub fn keep(from: Position, near: &str) {
    LAST.set(Some((from, near.to_owned())));
}

/// The position that was kept.
#[cfg(feature = "csr")]
pub fn kept(near: &str) -> Option<Position> {
    LAST.with_borrow(|last| last.as_ref().filter(|(_, then)| then == near).map(|(from, _)| *from))
}

/// On the server nobody is anywhere.
#[cfg(not(feature = "csr"))]
pub fn keep(_: Position, _: &str) {}

/// On the server nobody is anywhere.
#[cfg(not(feature = "csr"))]
pub fn kept(_: &str) -> Option<Position> {
    None
}
