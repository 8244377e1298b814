//! The start: the page's document from the shell, the app built beside the served page, and the take-over.

use super::document::{by_id, document, window};
use super::navigation::{self, Kind};
use super::{settings, takeover};
use crate::api;
use crate::app::framed;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use zaoshai_contract::json;
use zaoshai_contract::page::Page;

/// Starts the app with the document in the shell, or, under a development server without one, with a fetched one.
pub fn run() {
    if let Some(document) = by_id("page").and_then(|data| data.text_content()) {
        takeover::when_quiet(move || {
            if let Some(page) = json::from_str(&document) {
                start(page, document);
            }
        });
        return;
    }
    wasm_bindgen_futures::spawn_local(async {
        let address = window().location();
        let mut path = address.pathname().unwrap_or_default();
        path.push_str(&address.search().unwrap_or_default());
        let Some((lang, route)) = navigation::route_of(&path) else { return };
        if let Ok((page, document)) = api::page(&route.api_path(lang)).await {
            start(page, document);
        }
    });
}

fn start(page: Page, text: String) {
    let Some(served) = by_id("app") else { return };
    let Ok(fresh) = document().create_element("div") else { return };
    let Ok(fresh) = fresh.dyn_into::<HtmlElement>() else { return };
    fresh.set_id("app");
    fresh.set_class_name(&served.class_name());
    let kind = Kind::of(&page);
    navigation::set_first(page);
    let turn = RwSignal::new(0_u32);
    let shown = move || {
        turn.track();
        navigation::take_next().map(|page| framed(page, settings::size()))
    };
    mount_to(fresh.clone(), move || shown).forget();
    takeover::swap(&served, &fresh);
    navigation::begin(turn, text, kind);
    if let Some(performance) = window().performance() {
        let _ = performance.mark("app-ready");
    }
    if let Some(root) = super::document::root() {
        let _ = root.set_attribute("data-app", "ready");
    }
}
