//! The start: the page's document from the shell, the app built beside the served page, and the take-over.

use super::document::{by_id, document, window};
use super::{navigation, settings, takeover};
use crate::api;
use crate::app::framed;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use zaoshai_contract::page::Page;

/// Starts the app with the document in the shell, or, under a development server without one, with a fetched one.
pub fn run() {
    let embedded = by_id("page").and_then(|data| data.text_content());
    match embedded.and_then(|text| serde_json::from_str::<Page>(&text).ok()) {
        Some(page) => takeover::when_quiet(move || start(page)),
        None => wasm_bindgen_futures::spawn_local(async {
            let address = window().location();
            let mut path = address.pathname().unwrap_or_default();
            path.push_str(&address.search().unwrap_or_default());
            let Some((lang, route)) = navigation::route_of(&path) else { return };
            if let Ok(page) = api::page(&route.api_path(lang)).await {
                start(page);
            }
        }),
    }
}

fn start(page: Page) {
    let Some(served) = by_id("app") else { return };
    let Ok(fresh) = document().create_element("div") else { return };
    let Ok(fresh) = fresh.dyn_into::<HtmlElement>() else { return };
    fresh.set_id("app");
    fresh.set_class_name(&served.class_name());
    let page = RwSignal::new(page);
    mount_to(fresh.clone(), move || move || framed(page.get(), settings::size())).forget();
    takeover::swap(&served, &fresh);
    navigation::begin(page);
    if let Some(performance) = window().performance() {
        let _ = performance.mark("app-ready");
    }
    if let Some(root) = super::document::root() {
        let _ = root.set_attribute("data-app", "ready");
    }
}
