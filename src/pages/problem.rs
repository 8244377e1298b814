//! What could not be shown: what happened, what was kept, what to do, and whom to call.

use crate::components::Site;
use crate::components::link_list::{link_card, link_list};
use crate::components::phone_link::phone_link;
use crate::components::title::title;
use crate::text::between;
use crate::view::{Node, el};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(site: &Site, problem: Problem) -> Node {
    let words = site.words;
    let call = (!problem.phone.is_empty()).then(|| phone_link(&problem.phone, words.call_to_ask.to_owned()));
    let kept = (!problem.kept.is_empty()).then(|| el("p").child(problem.kept.clone()));
    // Only a page that the app could not load can be tried again in place; the served ones are answers.
    let retry = (problem.code == Code::Unavailable && problem.request_id.is_empty())
        .then(|| el("button").class("zs-button").with("type", "button").with("data-retry", "").child(words.retry));
    let number = (!problem.request_id.is_empty() && !problem.code.is_expected())
        .then(|| el("p").class("zs-small").child(between((words.request_id, ""), &problem.request_id)));
    let links = vec![
        link_card(site.to(&Route::Home), "screen", words.home.to_owned(), String::new()),
        link_card(
            site.to(&Route::Clinics(ClinicFilter::default())),
            "pin",
            words.all_clinics.to_owned(),
            String::new(),
        ),
    ];
    el("div")
        .class("zs-stack")
        .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(&problem.title)))
        .child(el("p").class("zs-lead").child(problem.detail))
        .child(kept)
        .child(retry)
        .child(call)
        .child(link_list(links))
        .child(number)
        .node()
}
