//! Writes of the follow-up link: sent as JSON, tried again with the same key while the network is lost, never twice.

use leptos::prelude::*;
use zaoshai_contract::followups::Action;
use zaoshai_contract::ids::{IdempotencyKey, Token};

/// How far a write is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Nothing is under way.
    Idle,
    /// Waiting for the answer.
    Busy,
    /// No answer came; the next try is soon.
    Lost,
}

/// A write.
#[derive(Clone, Debug)]
pub struct Write {
    /// The link.
    pub token: Token,
    /// What to do; none for the identity check.
    pub action: Option<Action>,
    /// The key, empty for the identity check, which may be repeated anyway.
    pub key: String,
    /// The four digits, or the slot.
    pub value: String,
}

impl Write {
    /// The identity check.
    pub fn identify(token: Token, ending: String) -> Self {
        Self { token, action: None, key: String::new(), value: ending }
    }

    /// Booking, moving or cancelling.
    pub fn appointment(token: Token, action: Action, key: IdempotencyKey, slot: String) -> Self {
        Self { token, action: Some(action), key: key.into(), value: slot }
    }
}

/// Sends a write, unless one is under way.
#[cfg(feature = "csr")]
pub fn send(write: Write, sending: RwSignal<Sending>) {
    if sending.get_untracked() == Sending::Idle {
        sending.set(Sending::Busy);
        browser::disable("button[form=followup]");
        wasm_bindgen_futures::spawn_local(browser::run(write, sending));
    }
}

/// On the server forms are sent by the browser itself.
#[cfg(not(feature = "csr"))]
pub fn send(_: Write, _: RwSignal<Sending>) {}

/// Ends the wait for the next try.
#[cfg(feature = "csr")]
pub fn try_now() {
    browser::try_now();
}

/// On the server nothing waits.
#[cfg(not(feature = "csr"))]
pub fn try_now() {}

/// The value of a form's field; empty when nothing is chosen.
#[cfg(feature = "csr")]
pub fn field(form: &str, name: &str) -> String {
    browser::field(form, name)
}

/// On the server no form is filled.
#[cfg(not(feature = "csr"))]
pub fn field(_: &str, _: &str) -> String {
    String::new()
}

#[cfg(feature = "csr")]
mod browser {
    use super::{Sending, Write};
    use crate::api::{self, Trouble};
    use crate::platform::document::{by_id, document, window};
    use crate::platform::navigation;
    use gloo_net::http::Method;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen_futures::JsFuture;
    use zaoshai_contract::followups::{Action, Done};
    use zaoshai_contract::route::{FollowUpView, Route};

    /// The event that ends a wait.
    const TRY_NOW: &str = "zs-try-now";
    /// Longest wait between two tries, milliseconds.
    const LONGEST: i32 = 16_000;

    pub(super) async fn run(write: Write, sending: RwSignal<Sending>) {
        let mut wait = 1000;
        loop {
            match once(&write).await {
                Ok(()) => {
                    let tail = match write.action {
                        None => String::new(),
                        Some(action) => ["done=", done(action).as_str()].concat(),
                    };
                    navigation::replace(Route::FollowUp(write.token, FollowUpView::Plan), tail, sending);
                    return;
                }
                Err(Trouble::Problem(problem)) => {
                    let view = match write.action {
                        Some(Action::Move) => FollowUpView::Moving,
                        _ => FollowUpView::Plan,
                    };
                    let tail = ["problem=", problem.code.as_str()].concat();
                    navigation::replace(Route::FollowUp(write.token, view), tail, sending);
                    return;
                }
                Err(Trouble::Network) => {
                    // A signal that is gone belongs to a page that was left.
                    if sending.try_set(Sending::Lost).is_some() {
                        return;
                    }
                    pause(wait).await;
                    wait = (wait * 2).min(LONGEST);
                }
            }
        }
    }

    fn done(action: Action) -> Done {
        match action {
            Action::Book => Done::Booked,
            Action::Move => Done::Moved,
            Action::Cancel | Action::Withdraw => Done::Cancelled,
        }
    }

    async fn once(write: &Write) -> Result<(), Trouble> {
        let mut path = Route::FollowUp(write.token.clone(), FollowUpView::Plan).api_path(Default::default());
        let json = |name: &str| {
            // The browser's own writer escapes whatever a person may have typed.
            let value = js_sys::JSON::stringify(&wasm_bindgen::JsValue::from_str(&write.value));
            let value = value.map(String::from).unwrap_or_default();
            ["{\"", name, "\":", &value, "}"].concat()
        };
        let (method, body) = match write.action {
            None => (Method::POST, json("ending")),
            Some(Action::Book) => (Method::POST, json("slot")),
            Some(Action::Move) => (Method::PUT, json("slot")),
            Some(Action::Cancel | Action::Withdraw) => (Method::DELETE, String::new()),
        };
        path.push_str(if write.action.is_none() { "/identify" } else { "/appointment" });
        api::write(method, &path, &write.key, body).await
    }

    /// Waits until the time is over, the network is back, or the person taps.
    async fn pause(ms: i32) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            let window = window();
            // Resolving a promise twice does no harm, so whatever comes first ends the wait.
            let callback = &resolve;
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, ms);
            let options = web_sys::AddEventListenerOptions::new();
            options.set_once(true);
            for kind in ["online", TRY_NOW] {
                let _ =
                    window.add_event_listener_with_callback_and_add_event_listener_options(kind, callback, &options);
            }
        });
        let _ = JsFuture::from(promise).await;
    }

    /// Tells those who listen that a button does nothing now. The answer shows a page with a new one.
    pub(super) fn disable(css: &str) {
        if let Ok(Some(button)) = document().query_selector(css) {
            let _ = button.set_attribute("aria-disabled", "true");
        }
    }

    pub(super) fn try_now() {
        if let Ok(event) = web_sys::Event::new(TRY_NOW) {
            let _ = window().dispatch_event(&event);
        }
    }

    pub(super) fn field(form: &str, name: &str) -> String {
        by_id(form)
            .and_then(|form| form.dyn_into().ok())
            .and_then(|form: web_sys::HtmlFormElement| web_sys::FormData::new_with_form(&form).ok())
            .and_then(|data| data.get(name).as_string())
            .unwrap_or_default()
    }
}
