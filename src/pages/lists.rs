//! `/screening` and `/guidance`: what there is to read.

use crate::components::Site;
use crate::components::ask::ask;
use crate::components::icon::{icon, large_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::title::title;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::ArticleCard;
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// Topics as a grid: icon, name, starting age.
pub fn topic_grid(site: &Site, cards: &[ArticleCard]) -> Node {
    let items = cards
        .iter()
        .map(|card| {
            el("li").child(
                el("a")
                    .class("zs-topic")
                    .with("href", below(site, &Route::Topics, &card.id))
                    .child(large_icon(&card.icon))
                    .child(
                        el("span")
                            .child(el("span").class("zs-topic__name").child(title(&card.title)))
                            .child(el("span").class("zs-topic__who").child(card.text.clone())),
                    ),
            )
        })
        .collect::<Vec<_>>();
    el("ul").class("zs-topics").child(items).node()
}

fn below(site: &Site, list: &Route, id: &str) -> String {
    let mut path = site.to(list);
    path.push('/');
    path.push_str(id);
    path
}

/// `/check`: the plan, then the checks.
pub fn checks(site: &Site, cards: Vec<ArticleCard>) -> Node {
    let words = site.words;
    let links = cards
        .into_iter()
        .map(|card| {
            let route = match Slug::parse(&card.id) {
                Some(id) if id.as_str() != "plan" => Route::Check(id),
                _ => Route::Plan,
            };
            link_card(site.to(&route), &card.icon, card.title, card.text)
        })
        .collect();
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.title_checks))
            .child(el("p").class("zs-lead").child(words.checks_lead))
            .child(
                el("p").class("zs-aside zs-promise").child(icon("lock")).child(el("span").child(words.check_private))
            )
            .child(link_list(links)),
        ask(site)
    ]
}

/// `/screening`
pub fn topics(site: &Site, cards: &[ArticleCard]) -> Node {
    let words = site.words;
    let links = vec![
        link_card(
            below(site, &Route::GuidanceList, "warning-signs"),
            "alert",
            words.home_signs.to_owned(),
            String::new(),
        ),
        link_card(
            site.to(&Route::Programmes),
            "calendar",
            words.title_programmes.to_owned(),
            words.programmes_hint.to_owned(),
        ),
        link_card(
            site.to(&Route::Clinics(ClinicFilter::default())),
            "pin",
            words.find_clinic.to_owned(),
            String::new(),
        ),
    ];
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.title_topics))
            .child(topic_grid(site, cards))
            .child(link_list(links)),
        ask(site)
    ]
}

/// `/guidance`
pub fn guidance(site: &Site, cards: Vec<ArticleCard>) -> Node {
    let words = site.words;
    let report = link_card(
        site.to(&Route::Results(String::new())),
        "letter",
        words.title_results.to_owned(),
        words.results_lead.to_owned(),
    );
    listed(site, words.title_guidance, &Route::GuidanceList, cards, Some(report))
}

/// `/programmes`
pub fn programmes(site: &Site, cards: Vec<ArticleCard>) -> Node {
    listed(site, site.words.title_programmes, &Route::Programmes, cards, None)
}

fn listed(site: &Site, heading: &'static str, list: &Route, cards: Vec<ArticleCard>, first: Option<Node>) -> Node {
    let links = first
        .into_iter()
        .chain(cards.into_iter().map(|card| link_card(below(site, list, &card.id), &card.icon, card.title, card.text)))
        .collect();
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(heading))
            .child(link_list(links)),
        ask(site)
    ]
}
