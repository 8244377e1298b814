//! What a check is about, before the first question.

use super::super::Shown;
use super::{Place, Visit};
use crate::components::action_bar::action_bar;
use crate::components::ask::ask;
use crate::components::icon::icon;
use crate::components::link_list::link_card;
use crate::components::notice::notice;
use crate::components::review_banner::{review_dates, review_line};
use crate::components::source_note::{source_note, sources};
use crate::components::title::title as breaking;
use crate::text::{between, long_date};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::checks::progress::GO;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::route::Route;

/// The page.
pub fn page(visit: &Visit<'_>) -> Shown {
    let (site, check, words) = (visit.site, visit.check, visit.words);
    let before = check.before.iter().map(|text| el("li").child(text.clone())).collect::<Vec<_>>();
    let begun = !visit.progress.pairs.is_empty();
    let resume = begun.then(|| {
        // A plan that is complete is shown at once.
        let go = if check.is_plan() { "result" } else { "resume" };
        visit.button("zs-button", String::from(go)).child(el("span").child(words.resume)).child(icon("arrow"))
    });
    let class = if begun { "zs-button zs-button--quiet" } else { "zs-button" };
    let start = start(visit, class).child(el("span").child(words.start)).child(icon("arrow"));
    // The one thing to do stands in the bar; who has begun goes on there, and begins anew in the page.
    let (action, anew) = match resume {
        Some(resume) => (resume, Some(start)),
        None => (start, None),
    };
    let main = nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(breaking(&check.title)))
            .child(el("p").class("zs-lead").child(check.lead.clone()))
            .child(review_line(site, &check.review))
            .child(kept(visit))
            .child(el("ul").class("zs-points").child(before))
            .child(anew)
            // A kept result has this button beside it.
            .child((begun && visit.kept.is_empty()).then(|| visit.phone_button("forget", words.forget)))
            .child(
                el("p")
                    .class("zs-aside zs-promise")
                    .child(icon("lock"))
                    .child(el("span").child(site.words.check_private))
            ),
        // Who would rather read than answer finds all topics here.
        check.is_plan().then(|| el("div").class("zs-section").child(link_card(
            site.to(&Route::Topics),
            "screen",
            site.words.title_topics.to_owned(),
            String::new()
        ))),
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "rule")
            .child(el("h2").class("zs-h2").with("id", "rule").child(words.rule))
            .child(el("p").child(check.rule.clone()))
            .child(source_note(site, &check.cited, &check.sources))
            .child((!check.caveat.is_empty()).then(|| notice(words.caveat.to_owned(), check.caveat.clone()))),
        not_meant(visit),
        ask(site),
        // Last, because it goes away when the phone can compute by itself.
        (visit.place == Place::Form).then(|| without_app(visit)),
        sources(site, &check.sources),
        review_dates(site, &check.review),
        visit.before()
    ];
    Shown { main, action: Some(action_bar(site, action.node())) }
}

/// What the result does not mean.
pub fn not_meant(visit: &Visit<'_>) -> Node {
    let items = visit.check.not_meant.iter().map(|text| el("li").child(text.clone())).collect::<Vec<_>>();
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "not-meant")
        .child(el("h2").class("zs-h2").with("id", "not-meant").child(breaking(visit.words.not_meant)))
        .child(el("ul").class("zs-points").child(items))
        .node()
}

/// The main button: with the app it begins; before, `public/loader.js` keeps a tap until it does, and without the app
/// it leads to the ways without.
fn start(visit: &Visit<'_>, class: &'static str) -> El {
    if visit.place == Place::Phone {
        visit.button(class, String::from("start")).with("data-start", "")
    } else {
        el("a").class(class).with("href", "#without").with("data-start", "")
    }
}

/// The ways without the app: answers that the server computes once and forgets, after a clear choice, or on paper.
fn without_app(visit: &Visit<'_>) -> Node {
    let words = visit.words;
    let mut sheet = visit.site.path_here();
    sheet.push_str("/sheet");
    el("section")
        .class("zs-section zs-card zs-stack")
        .with("id", "without")
        .with("aria-labelledby", "without-title")
        .child(el("h2").class("zs-h3").with("id", "without-title").child(words.without))
        .child(el("p").child(words.without_text))
        .child(
            el("form")
                .with("method", "post")
                .with("action", visit.site.path_here())
                .child(el("input").with("type", "hidden").with("name", GO).with("value", "start"))
                .child(el("button").class("zs-button zs-button--quiet").with("type", "submit").child(words.agree)),
        )
        .child(el("a").class("zs-more").with("href", sheet).child(words.sheet).child(icon("next")))
        .node()
}

/// The result that the person has kept on this phone, and whether its rule is still the one in force.
fn kept(visit: &Visit<'_>) -> Option<Node> {
    let (site, words) = (visit.site, visit.words);
    if visit.kept.is_empty() {
        return None;
    }
    let of = |name: &str| visit.kept.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
    let date = CivilDate::parse(of("date")).map(|date| long_date(site.lang, date)).unwrap_or_default();
    let older = (of("version") != visit.check.version).then(|| el("p").child(el("b").child(words.older)));
    Some(
        el("section")
            .class("zs-card zs-stack zs-stack--tight")
            .with("id", "kept")
            .child(el("p").class("zs-small").child(between(words.kept, &date)))
            .child(el("p").child(el("b").child(breaking(of("title")))))
            .child(el("p").class("zs-small").child(of("code").to_owned()))
            .child(older)
            .child(visit.phone_button("forget", words.forget))
            .node(),
    )
}
