//! `/f` and `/f/{token}`: the follow-up link. Its pages are made by the server alone; the app shows them as they come and
//! sends their forms. Every form works without the app; with it, a lost network loses nothing.

#[cfg(feature = "ssr")]
mod booking;
#[cfg(feature = "ssr")]
pub(super) mod form;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod plan;

use super::Shown;
use crate::components::Site;
use crate::components::ask::ask;
use crate::components::notice::notice;
use crate::components::title::title;
use crate::view::{Node, el, nodes};
use zaoshai_contract::page::Made;

/// `/f`: for those who have no link at hand.
pub fn entry(site: &Site) -> Node {
    let words = site.words;
    let steps = words.entry_steps.iter().map(|text| el("li").child(el("b").child(*text))).collect::<Vec<_>>();
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(words.entry_title)))
            .child(el("p").class("zs-lead").child(words.entry_lead))
            .child(el("ol").class("zs-timeline").child(steps))
            .child(notice(String::new(), words.entry_lost.to_owned())),
        ask(site)
    ]
}

/// A link that is open in a browser: whoever reads of it has given the digits already.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it leads back to.
    pub route: zaoshai_contract::route::Route,
    /// The hospital in charge.
    pub hospital: String,
    /// Whose it is.
    pub name: String,
    /// What they are to come for; none once nothing is to be done.
    pub purpose: Vec<String>,
}

/// `/f` in a browser in which links are open: the way back to each, told apart by whose it is and what for.
#[cfg(feature = "ssr")]
pub fn opened(site: &Site, voice: &crate::text::Voice<'_>, open: &[Opened]) -> Node {
    use crate::components::link_list::{link_card, link_list};
    use zaoshai_contract::route::Route;
    let words = site.words;
    let links = open.iter().map(|one| {
        let care = matches!(one.route, Route::HomeCareRequest(_));
        let kind = if care { voice.say("护士上门", "Nursing at home") } else { voice.say("随访", "Follow-up") };
        let purpose = one.purpose.join("、");
        let about: Vec<String> = [kind, purpose, one.hospital.clone()]
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| voice.told(text))
            .collect();
        link_card(
            site.to(&one.route),
            if care { "plus" } else { "calendar" },
            one.name.clone(),
            about.join(&voice.say("，", ", ")),
        )
    });
    let links = links.collect::<Vec<_>>();
    let steps = words.entry_steps.iter().map(|text| el("li").child(el("b").child(*text))).collect::<Vec<_>>();
    nodes![
        form::heading(voice.say("您打开的随访", "What you have open")),
        link_list(links),
        el("h2").class("zs-h3").child(voice.say("要看别的", "For another one")),
        el("ol").class("zs-timeline").child(steps),
        notice(String::new(), words.entry_lost.to_owned()),
        ask(site)
    ]
}

/// A page that the server made for one person, like `/f/{token}`.
pub fn made(made: Made, class: &'static str) -> Shown {
    let action = (!made.action.is_empty()).then(|| el("div").html(made.action).node());
    Shown { main: el("div").class(class).html(made.main).node(), action }
}

/// Makes the page of a link.
#[cfg(feature = "ssr")]
pub fn page(
    site: &Site,
    voice: &crate::text::Voice<'_>,
    followup: &zaoshai_contract::followups::FollowUp,
    view: zaoshai_contract::route::FollowUpView,
    news: &zaoshai_contract::followups::News,
) -> Shown {
    use zaoshai_contract::followups::Stage;
    use zaoshai_contract::route::FollowUpView as View;
    let link = form::Link { site, voice, token: &followup.token, news };
    match &followup.stage {
        Stage::Identify { tries_left, problem } => people::identify(&link, view, *tries_left, problem.as_ref()),
        Stage::Ended(problem) => super::problem::page(site, problem.clone()).into(),
        Stage::Plan(plan) => match view {
            View::Questions => people::questions(&link, plan),
            View::Helpers => people::helpers(&link, plan),
            View::Data => people::data(&link, plan),
            View::Erasing => people::erasing(&link, plan),
            View::Cancelling if plan.can_change() => booking::cancelling(&link, plan),
            View::Moving if plan.can_change() && plan.held.is_none() => booking::choosing(&link, plan, view),
            View::Days if plan.held.is_none() && plan.can_choose() => booking::choosing(&link, plan, view),
            View::Plan | View::Days | View::Moving | View::Cancelling => plan::page(&link, plan),
        },
    }
}
