//! What could not be shown: what happened, what was kept, what to do, and whom to call.

use crate::components::Site;
use crate::components::link_list::{link_card, link_list};
use crate::components::phone_link::phone_link;
use crate::text::between;
use leptos::prelude::*;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(site: &Site, problem: Problem) -> AnyView {
    let words = site.words;
    let call = (!problem.phone.is_empty()).then(|| phone_link(&problem.phone, words.call_to_ask.to_owned()));
    let kept = (!problem.kept.is_empty()).then(|| view! { <p>{problem.kept.clone()}</p> });
    // Only a page that the app could not load can be tried again in place; the served ones are answers.
    let retry = (problem.code == Code::Unavailable && problem.request_id.is_empty()).then(|| {
        view! {
            <button class="zs-button" type="button" data-retry="">
                {words.retry}
            </button>
        }
    });
    let number = (!problem.request_id.is_empty())
        .then(|| view! { <p class="zs-small">{between((words.request_id, ""), &problem.request_id)}</p> });
    let links = vec![
        link_card(site.to(&Route::Home), "screen", words.home.to_owned(), String::new()),
        link_card(site.to(&Route::Clinics(ClinicFilter::default())), "pin", words.all_clinics.to_owned(), String::new()),
    ];
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                {problem.title}
            </h1>
            <p class="zs-lead">{problem.detail}</p>
            {kept}
            {retry}
            {call}
            {link_list(links)}
            {number}
        </div>
    }
    .into_any()
}
