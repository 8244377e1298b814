//! `/`: one question, one main action, the topics by part of the body, and why early matters.

use super::lists::topic_grid;
use crate::components::Site;
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::per_thousand::small_per_thousand;
use crate::components::phone_link::phone_link;
use crate::text::between;
use leptos::prelude::*;
use zaoshai_contract::page::Home;
use zaoshai_contract::route::Route;

/// The page.
pub fn page(site: &Site, home: Home) -> AnyView {
    let words = site.words;
    let signs = home.guidance.iter().find(|card| card.icon == "alert").map(|card| {
        link_card(guidance_path(site, &card.id), "alert", card.title.clone(), card.text.clone())
    });
    let others = home
        .guidance
        .iter()
        .filter(|card| card.icon != "alert")
        .map(|card| link_card(guidance_path(site, &card.id), "", card.title.clone(), card.text.clone()))
        .collect();
    let pictures = home.early.into_iter().map(small_per_thousand).collect_view();
    view! {
        <div class="zs-opening">
            <h1 class="zs-hero" tabindex="-1">
                "您该做" <br /> "哪些癌症" <br /> "筛查？"
            </h1>
            <div class="zs-opening__field" aria-hidden="true">
                <svg viewBox="0 0 124 124">
                    <use href="#i-field"></use>
                </svg>
            </div>
        </div>
        <div class="zs-stack">
            <p class="zs-lead">{words.home_lead}</p>
            <a class="zs-button" href=site.to(&Route::Topics)>
                <span>{words.home_main}</span>
                {icon("arrow")}
            </a>
            <p class="zs-aside">
                {icon("lock")}
                <span>{words.home_private}</span>
            </p>
            {signs}
        </div>
        <section class="zs-section" aria-labelledby="topics">
            <h2 class="zs-h2" id="topics">
                {words.by_part}
            </h2>
            {topic_grid(site, &home.topics)}
            <p class="zs-source-note">
                {icon("source")}
                <span>{words.starts_note} {home.topics_sources}</span>
            </p>
        </section>
        <section class="zs-section" aria-labelledby="early">
            <h2 class="zs-h2" id="early">
                {words.why_early}
            </h2>
            <div class="zs-card zs-compare">{pictures}</div>
            <p class="zs-source-note">
                {icon("source")}
                <span>{words.dot_is_twenty} {home.early_source}</span>
            </p>
            {link_list(others)}
        </section>
        {ask(site)}
    }
    .into_any()
}

fn guidance_path(site: &Site, id: &str) -> String {
    let mut path = site.to(&Route::GuidanceList);
    path.push('/');
    path.push_str(id);
    path
}

/// Whom to call, at the end of a page.
pub fn ask(site: &Site) -> AnyView {
    let words = site.words;
    let Some(phone) = &site.hospital.phone else { return ().into_any() };
    let dated = (!site.hospital.phone_dated.is_empty()).then(|| between(words.phone_dated, &site.hospital.phone_dated));
    view! {
        <section class="zs-section" aria-labelledby="ask">
            <h2 class="zs-h2" id="ask">
                {words.ask_somebody}
            </h2>
            {phone_link(&phone.number, crate::components::phone_link::hours(site, phone.hours).to_owned())}
            <p class="zs-small">{dated}</p>
        </section>
    }
    .into_any()
}
