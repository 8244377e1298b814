//! `/`: one question, one main action, the topics by part of the body, and why early matters.

use super::lists::topic_grid;
use super::search::form;
use crate::components::Site;
use crate::components::ask::ask;
use crate::components::icon::{icon, large_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::per_thousand::small_per_thousand;
use crate::components::phone_link::tel;
use crate::components::title::title as breaking;
use crate::view::{Node, el, nodes};
use zaoshai_contract::page::Home;
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(site: &Site, home: Home) -> Node {
    let words = site.words;
    let signs = home
        .guidance
        .iter()
        .find(|card| card.icon == "alert")
        .map(|card| link_card(guidance_path(site, &card.id), "alert", card.title.clone(), card.text.clone()));
    let others = home
        .guidance
        .iter()
        .filter(|card| card.icon != "alert")
        .map(|card| link_card(guidance_path(site, &card.id), "", card.title.clone(), card.text.clone()))
        .collect();
    let early_is_told = !home.early.is_empty();
    let pictures = home.early.into_iter().map(small_per_thousand).collect::<Vec<_>>();
    nodes![
        el("div")
            .class("zs-opening")
            .child(
                el("h1")
                    .class("zs-hero")
                    .with("tabindex", "-1")
                    .child(words.title_home[0])
                    .child(el("br"))
                    .child(words.title_home[1])
                    .child(el("br"))
                    .child(words.title_home[2]),
            )
            .child(
                el("div")
                    .class("zs-opening__field")
                    .with("aria-hidden", "true")
                    .child(el("svg").with("viewBox", "0 0 124 124").child(el("use").with("href", "#i-field"))),
            ),
        doors(site),
        el("div")
            .class("zs-stack zs-usual")
            .child(el("p").class("zs-lead").child(words.home_lead))
            .child(
                el("a")
                    .class("zs-button")
                    .with("href", site.to(&Route::Plan))
                    .child(el("span").child(breaking(words.home_main)))
                    .child(icon("arrow")),
            )
            .child(
                el("p")
                    .class("zs-aside")
                    .child(icon("lock"))
                    .child(el("span").child(words.home_private).child(words.check_language))
            )
            .child(form(site, String::new()))
            .child(link_list(
                signs
                    .into_iter()
                    .chain([
                        link_card(
                            site.to(&Route::Checks),
                            "check",
                            words.title_checks.to_owned(),
                            words.checks_lead.to_owned()
                        ),
                        link_card(
                            site.to(&Route::Results(String::new())),
                            "letter",
                            words.title_results.to_owned(),
                            words.results_lead.to_owned(),
                        ),
                        link_card(
                            site.to(&Route::Programmes),
                            "calendar",
                            words.title_programmes.to_owned(),
                            words.programmes_hint.to_owned(),
                        ),
                    ])
                    .collect(),
            )),
        el("section")
            .class("zs-section zs-usual")
            .with("aria-labelledby", "topics")
            .child(el("h2").class("zs-h2").with("id", "topics").child(words.by_part))
            .child(topic_grid(site, &home.topics))
            .child(el("p").class("zs-small").child(words.starts_note))
            .child(
                el("details")
                    .class("zs-details")
                    .with("id", "starts")
                    .child(
                        el("summary")
                            .child(icon("source"))
                            .child(el("span").child(words.starts_sources))
                            .child(icon("next")),
                    )
                    .child(el("div").class("zs-small").child(home.topics_sources)),
            ),
        early_is_told.then(|| el("section")
            .class("zs-section")
            .with("aria-labelledby", "early")
            .child(el("h2").class("zs-h2").with("id", "early").child(words.why_early))
            .child(el("div").class("zs-card zs-compare").child(pictures))
            .child(
                el("p")
                    .class("zs-source-note")
                    .child(icon("source"))
                    .child(el("span").child(words.dot_is_twenty).child(home.early_source)),
            )
            .child(link_list(others))),
        ask(site)
    ]
}

/// The first page in large type: five doors and nothing else. The style shows either these or the rest.
fn doors(site: &Site) -> Node {
    let words = site.words;
    let door = |class: &'static str, href: String, name: &'static str, title: &'static str| {
        el("li").child(
            el("a")
                .class(class)
                .with("href", href)
                .child(large_icon(name))
                .child(
                    el("span")
                        .class("zs-link-card__body")
                        .child(el("b").class("zs-link-card__title").child(breaking(title))),
                )
                .child(icon("next")),
        )
    };
    let plain = "zs-link-card zs-link-card--big";
    let mut doors = vec![
        door("zs-link-card zs-link-card--big zs-link-card--main", site.to(&Route::Plan), "screen", words.home_main),
        door(plain, guidance_path(site, "warning-signs"), "alert", words.home_signs),
        door(plain, site.to(&Route::Results(String::new())), "letter", words.title_results),
        door(plain, site.to(&Route::Clinics(ClinicFilter::default())), "pin", words.tab_clinics),
    ];
    if let Some(phone) = &site.hospital.phone {
        doors.push(door(plain, tel(&phone.number), "phone", words.call_to_ask));
    }
    let search = link_card(site.to(&Route::Search(String::new())), "search", words.search.to_owned(), String::new());
    nodes![
        el("nav").class("zs-doors").with("aria-label", words.home_main).child(el("ul").child(doors)),
        el("div").class("zs-below-doors").child(search)
    ]
}

fn guidance_path(site: &Site, id: &str) -> String {
    let mut path = site.to(&Route::GuidanceList);
    path.push('/');
    path.push_str(id);
    path
}
