//! `/search`: what is typed leads to pages, reports, hospitals and programmes, and says what kind each is.
//! With the app the answer comes from the index in the page's document as one types, and nothing that is typed is
//! sent; without it the form is a plain one that the server answers.

use crate::components::Site;
use crate::components::ask::ask;
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::query_field::query_field;
use crate::platform::search as typing;
use crate::text::between;
use crate::view::{El, Node, el, live, nodes};
use leptos::prelude::*;
use zaoshai_contract::route::Route;
use zaoshai_contract::search::{Search, SearchEntry, find};

/// The page.
pub fn page(site: &Site, mut search: Search) -> Node {
    let words = site.words;
    let turn = RwSignal::new(0_u32);
    let index = search.index.take();
    if index.is_some() {
        search.typed = typing::typed();
    }
    let form = form(site, search.typed.clone()).on("submit", move || typing::changed(turn));
    let list_site = site.clone();
    let list = move || {
        turn.track();
        if let Some(index) = &index {
            search.typed = typing::typed();
            let hits = find(index, &search.typed);
            search.named = hits.iter().any(|hit| hit.named);
            search.hits = hits.iter().map(|hit| index.entries[hit.place].clone()).collect();
        }
        found(&list_site, &search)
    };
    nodes![
        el("div")
            .class("zs-stack")
            .on("input", move || typing::changed(turn))
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.search))
            .child(form)
            .child(el("p").class("zs-aside").child(icon("lock")).child(el("span").child(words.search_private))),
        live(list),
        ask(site)
    ]
}

/// The field with its button: a form that works by itself.
pub fn form(site: &Site, typed: String) -> El {
    let words = site.words;
    el("form")
        .class("zs-search")
        .with("id", "search")
        .with("role", "search")
        .with("method", "get")
        .with("action", site.to(&Route::Search(String::new())))
        .child(el("label").class("zs-h3").with("for", "q").child(words.search_label))
        .child(el("p").class("zs-form-field__hint").with("id", "q-hint").child(words.search_hint))
        .child(
            el("div")
                .class("zs-search__row")
                .child(query_field(typed))
                .child(el("button").class("zs-button").with("type", "submit").child(words.search)),
        )
}

fn found(site: &Site, search: &Search) -> Node {
    let words = site.words;
    if search.typed.trim().is_empty() {
        return el("p").class("zs-small zs-section").with("role", "status").child(words.search_empty).node();
    }
    if search.hits.is_empty() {
        return Node::from(());
    }
    let heading = if search.named {
        between(words.search_found, &search.hits.len().to_string())
    } else {
        words.search_near.to_owned()
    };
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "found-title")
        .child(el("h2").class("zs-h3").with("id", "found-title").child(heading))
        .child(link_list(search.hits.iter().map(|hit| card(site, hit)).collect()))
        .node()
}

/// A hit says what kind of thing it is.
fn card(site: &Site, hit: &SearchEntry) -> Node {
    let mut address = String::from(site.lang.prefix());
    address.push_str(&hit.path);
    let mut text = hit.kind.clone();
    if !hit.text.is_empty() {
        text.push_str(" · ");
        text.push_str(&hit.text);
    }
    link_card(address, &hit.icon, hit.title.clone(), text)
}
