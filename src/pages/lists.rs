//! `/screening` and `/guidance`: what there is to read.

use super::home::ask;
use crate::components::Site;
use crate::components::icon::large_icon;
use crate::components::link_list::{link_card, link_list};
use leptos::prelude::*;
use zaoshai_contract::content::ArticleCard;
use zaoshai_contract::route::{ClinicFilter, Route};

/// Topics as a grid: icon, name, starting age.
pub fn topic_grid(site: &Site, cards: &[ArticleCard]) -> AnyView {
    let items = cards
        .iter()
        .map(|card| {
            view! {
                <li>
                    <a class="zs-topic" href=below(site, &Route::Topics, &card.id)>
                        {large_icon(&card.icon)}
                        <span>
                            <span class="zs-topic__name">{card.title.clone()}</span>
                            <span class="zs-topic__who">{card.text.clone()}</span>
                        </span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="zs-topics">{items}</ul> }.into_any()
}

fn below(site: &Site, list: &Route, id: &str) -> String {
    let mut path = site.to(list);
    path.push('/');
    path.push_str(id);
    path
}

/// `/screening`
pub fn topics(site: &Site, cards: Vec<ArticleCard>) -> AnyView {
    let words = site.words;
    let links = vec![
        link_card(below(site, &Route::GuidanceList, "warning-signs"), "alert", words.home_signs.to_owned(), String::new()),
        link_card(site.to(&Route::Clinics(ClinicFilter::default())), "pin", words.find_clinic.to_owned(), String::new()),
    ];
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                "癌症筛查：按部位看"
            </h1>
            {topic_grid(site, &cards)}
            {link_list(links)}
        </div>
        {ask(site)}
    }
    .into_any()
}

/// `/guidance`
pub fn guidance(site: &Site, cards: Vec<ArticleCard>) -> AnyView {
    let links = cards
        .into_iter()
        .map(|card| link_card(below(site, &Route::GuidanceList, &card.id), &card.icon, card.title, card.text))
        .collect();
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                "早癌指导"
            </h1>
            {link_list(links)}
        </div>
        {ask(site)}
    }
    .into_any()
}
