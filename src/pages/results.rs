//! `/results`: from the words on a report to what they mean.
//! The form is sent by the browser itself, as a body and not in the address, so that no log on the way holds the words.

use crate::components::Site;
use crate::components::ask::ask;
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::query_field::query_field;
use crate::components::title::title;
use crate::view::{Node, el, nodes};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::results::Results;
use zaoshai_contract::route::Route;

/// The page.
pub fn page(site: &Site, results: Results) -> Node {
    let words = site.words;
    let found = found(site, &results);
    let cards = results
        .explainers
        .into_iter()
        .map(|card| link_card(explainer(site, &card.id, ""), &card.icon, card.title, card.text))
        .collect();
    nodes![
        el("div")
            .class("zs-stack zs-looks-up")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(words.title_results)))
            .child(el("p").class("zs-lead").child(words.results_lead))
            .child(
                el("form")
                    .class("zs-search")
                    .with("role", "search")
                    .with("method", "post")
                    .with("action", site.to(&Route::Results(String::new())))
                    .child(el("label").class("zs-h3").with("for", "q").child(words.results_label))
                    .child(el("p").class("zs-form-field__hint").with("id", "q-hint").child(words.results_hint))
                    .child(query_field(results.typed))
                    .child(el("button").class("zs-button").with("type", "submit").child(words.results_button)),
            )
            .child(el("p").class("zs-aside").child(icon("lock")).child(el("span").child(words.results_private)))
            .child(found),
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "choose")
            .child(el("h2").class("zs-h2").with("id", "choose").child(words.results_choose))
            .child(link_list(cards)),
        ask(site)
    ]
}

fn explainer(site: &Site, id: &str, section: &str) -> String {
    let mut path = Slug::parse(id).map_or_else(String::new, |id| site.to(&Route::Result(id)));
    if !section.is_empty() {
        path.push('#');
        path.push_str(section);
    }
    path
}

fn found(site: &Site, results: &Results) -> Node {
    let words = site.words;
    if results.typed.is_empty() {
        return Node::from(());
    }
    let links: Vec<Node> = results
        .found
        .iter()
        .map(|found| {
            let address = explainer(site, &found.explainer, &found.section);
            link_card(address, "letter", found.heading.clone(), found.name.clone())
        })
        .collect();
    let heading = match (links.is_empty(), results.named) {
        (true, _) => words.results_none,
        (_, true) => words.results_found,
        (_, false) => words.results_near,
    };
    el("section")
        .class("zs-stack")
        .with("id", "found")
        .with("aria-labelledby", "found-title")
        .child(el("h2").class("zs-h3").with("id", "found-title").child(heading))
        .child(link_list(links))
        .node()
}
