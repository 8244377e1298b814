//! `/check/{id}` and `/plan`: one question a page, the list of answers, and what they come to.
//! The same pages serve the phone, where a tap is answered by the app and no answer leaves it, and, after a clear choice,
//! phones without WebAssembly, where the answers travel in the form and the server keeps nothing.

mod intro;
pub mod plan;
mod question;
pub mod result;
mod review;
#[cfg(feature = "ssr")]
pub mod sheet;

use super::Shown;
use crate::components::Site;
use crate::components::icon::{icon, small_icon};
use crate::text::{CheckWords, check_words};
use crate::view::{El, Node, el};
use zaoshai_contract::checks::Check;
use zaoshai_contract::checks::progress::{At, GO, Progress};
use zaoshai_contract::civil::CivilDate;

/// The form whose fields are what was answered before this page.
pub const BEFORE: &str = "before";
/// The form of a question.
pub const ANSWER: &str = "answer";

/// Where answers are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the phone.
    Phone,
    /// By the server, from what a form carries.
    Form,
}

/// Somebody on the way through a check.
pub struct Visit<'a> {
    /// Where the page stands.
    pub site: &'a Site,
    /// The words of the checks.
    pub words: &'static CheckWords,
    /// The check.
    pub check: &'a Check,
    /// How far she has come.
    pub progress: Progress,
    /// The day, for codes and for the years of a plan.
    pub today: CivilDate,
    /// Where the answers are computed.
    pub place: Place,
    /// The result that the phone keeps, as names and values; empty when it keeps none.
    pub kept: Vec<(String, String)>,
}

/// The page before the first question.
pub fn intro(site: &Site, check: &Check) -> Shown {
    let progress = Progress::read(check, Vec::new());
    let today = CivilDate::from_days(0);
    intro::page(&Visit {
        site,
        words: check_words(site.lang),
        check,
        progress,
        today,
        place: Place::Form,
        kept: Vec::new(),
    })
}

/// The page of a visit.
pub fn shown(visit: &Visit<'_>) -> Shown {
    match visit.progress.at {
        At::Intro => intro::page(visit),
        At::Question(place) => match visit.check.questions.get(place) {
            Some(question) => question::page(visit, question),
            None => intro::page(visit),
        },
        At::Review => review::page(visit),
        // What cannot wait is told instead of a plan.
        At::Result if visit.check.is_plan() && visit.progress.ended_early(visit.check).is_none() => plan::page(visit),
        At::Result => result::page(visit),
    }
}

impl Visit<'_> {
    /// A form with hidden fields for all that is known, but for the fields of one question.
    fn form(&self, id: &'static str, but: &str) -> El {
        let hidden = self
            .progress
            .fields(self.check)
            .into_iter()
            .filter(|(name, _)| name.split('.').next() != Some(but))
            .map(|(name, value)| el("input").with("type", "hidden").with("name", name).with("value", value))
            .collect::<Vec<_>>();
        el("form").with("id", id).with("method", "post").with("action", self.site.path_here()).child(hidden)
    }

    /// The form behind the buttons that leave the page's own fields alone.
    fn before(&self) -> Node {
        self.form(BEFORE, "").with("hidden", true).node()
    }

    /// A button of that form.
    fn button(&self, class: &'static str, go: String) -> El {
        el("button").class(class).with("type", "submit").with("form", BEFORE).with("name", GO).with("value", go)
    }

    /// A button that only the phone answers.
    fn phone_button(&self, does: &'static str, label: &'static str) -> Option<El> {
        (self.place == Place::Phone).then(|| {
            el("button").class("zs-button zs-button--quiet").with("type", "button").with("data-do", does).child(label)
        })
    }

    /// Where the answers are, in words.
    fn private(&self) -> Node {
        let (site, words) = (self.site, self.words);
        let told = if self.place == Place::Phone { site.words.check_private } else { words.private_form };
        el("p").class("zs-aside").child(icon("lock")).child(el("span").child(told)).node()
    }

    /// The way back, on top.
    fn back(&self, label: &'static str, go: &'static str) -> Node {
        self.button("zs-back zs-plain", go.to_owned()).child(small_icon("back")).child(el("span").child(label)).node()
    }
}
