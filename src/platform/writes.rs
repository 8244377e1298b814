//! Writes of the follow-up link: a form's fields, tried again with the same key while the network is lost, never twice.
//! The server answers the app with the address of the page to show, where it would lead a browser by a redirect.

use super::document::{by_id, window};
use super::navigation;
use crate::api::{self, Trouble};
use crate::components::icon::icon;
use crate::components::phone_link::tel;
use crate::view::el;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlFormElement};

/// The event that ends a wait.
const TRY_NOW: &str = "zs-try-now";
/// Longest wait between two tries, milliseconds.
const LONGEST: i32 = 16_000;

/// Sends a form, unless it is under way.
pub fn send(form: &HtmlFormElement, button: &HtmlElement) {
    if form.has_attribute("data-busy") {
        return;
    }
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return };
    let attribute = |name: &str| button.get_attribute(name).unwrap_or_default();
    if !attribute("name").is_empty() {
        let _ = data.append_with_str(&attribute("name"), &attribute("value"));
    }
    let Ok(fields) = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
    let _ = form.set_attribute("data-busy", "");
    let _ = button.set_attribute("aria-disabled", "true");
    if let Some(site) = navigation::site() {
        button.set_text_content(Some(site.words.sending));
    }
    let path = form.get_attribute("action").unwrap_or_default();
    wasm_bindgen_futures::spawn_local(run(path, String::from(fields.to_string())));
}

async fn run(path: String, fields: String) {
    let mut wait = 1000;
    loop {
        match api::write(&path, fields.clone()).await {
            Ok(to) => return navigation::arrived(&to),
            Err(Trouble::Problem(problem)) => return navigation::refused(*problem),
            Err(Trouble::Network) => {
                // A page that was left has no status to tell any more.
                let Some(status) = by_id("status") else { return };
                lost(&status);
                pause(wait).await;
                wait = (wait * 2).min(LONGEST);
            }
        }
    }
}

/// Tells that the network is lost, with the phone and a button to try at once.
fn lost(status: &Element) {
    let Some(site) = navigation::site() else { return };
    if status.has_child_nodes() {
        return;
    }
    let words = site.words;
    let phone = site.phone();
    let told = el("div").class("zs-notice zs-notice--lost").child(icon("alert")).child(
        el("p")
            .child(words.lost_network)
            .child(" ")
            .child(el("a").with("href", tel(&phone)).child(phone.clone()))
            .child(el("br"))
            .child(
                el("button")
                    .class("zs-button zs-button--quiet zs-button--small")
                    .with("type", "button")
                    .with("data-try", true)
                    .child(words.try_now),
            ),
    );
    status.set_inner_html(&told.node().html());
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
            let _ = window.add_event_listener_with_callback_and_add_event_listener_options(kind, callback, &options);
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// Ends the wait for the next try.
pub fn try_now() {
    if let Ok(event) = web_sys::Event::new(TRY_NOW) {
        let _ = window().dispatch_event(&event);
    }
}

/// Whether a form is one of the follow-up link's writes, which the app sends.
pub fn is_write(form: &HtmlFormElement) -> bool {
    form.method() == "post" && form.get_attribute("action").is_some_and(|action| action.contains("/f/"))
}
