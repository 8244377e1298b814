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
use zaoshai_contract::page::{Body, Page};
use zaoshai_contract::route::Route;

/// Starts the app with the document in the shell, or, under a development server without one, with a fetched one.
pub fn run() {
    let served = by_id("page").and_then(|data| data.text_content());
    let page = served.as_deref().and_then(json::from_str::<Page>);
    // The search answers from the index, which only its document holds.
    if let (Some(page), Some(document)) = (page, served)
        && !matches!(page.body, Body::Search(_))
    {
        takeover::when_quiet(move || start(page, document));
        return;
    }
    wasm_bindgen_futures::spawn_local(async {
        let address = window().location();
        let mut path = address.pathname().unwrap_or_default();
        path.push_str(&address.search().unwrap_or_default());
        let Some((lang, mut route)) = navigation::route_of(&path) else { return };
        if let Route::Search(typed) = &mut route {
            super::search::keep(std::mem::take(typed));
        }
        if let Ok((page, document)) = api::page(&route.api_path(lang)).await {
            takeover::when_quiet(move || start(page, document));
        } else if let Some(note) = by_id("loader-note") {
            // The served page goes on working by itself.
            note.set_text_content(Some(crate::text::words(lang).failed_detail));
            let _ = note.remove_attribute("hidden");
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
