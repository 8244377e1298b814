//! Pages as HTML, for the server: what stands in `<div id="app">`.

use crate::components::Site;
use crate::pages::check::{Place, Visit, sheet};
use crate::pages::followup::Opened;
use crate::pages::{self, Shown};
use crate::view::Node;
use crate::{Reading, TextSize, app, text};
use leptos::prelude::{Owner, provide_context};
use zaoshai_contract::checks::Check;
use zaoshai_contract::checks::progress::Progress;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::followups::{FollowUp, News};
use zaoshai_contract::home_care::{CareOffer, CareStage};
use zaoshai_contract::ids::Token;
use zaoshai_contract::page::{Made, Meta, Page};
use zaoshai_contract::route::FollowUpView;
use zaoshai_contract::staff::StaffPage;
use zaoshai_contract::staff::confirm::Told;

/// A node as HTML; signals in it live as long as that takes.
fn html(node: impl FnOnce() -> Node) -> String {
    let owner = Owner::new();
    let html = owner.with(|| node().html());
    drop(owner);
    html
}

/// A page that has no document of its own, in the frame of all pages.
fn framed(meta: &Meta, size: TextSize, page: impl FnOnce(&Site) -> Shown) -> String {
    html(|| {
        let site = Site::of(meta);
        let Shown { main, action } = page(&site);
        app::frame(&site, meta, size, main, action)
    })
}

/// A public page.
pub fn render(page: &Page, size: TextSize) -> String {
    html(|| app::framed(page.clone(), size))
}

/// A step of a check, for phones that send their answers to have them computed.
pub fn render_check(meta: &Meta, check: &Check, progress: Progress, today: CivilDate, size: TextSize) -> String {
    framed(meta, size, |site| {
        let words = text::check_words(site.lang);
        pages::check::shown(&Visit { site, words, check, progress, today, place: Place::Form, kept: Vec::new() })
    })
}

/// A check on paper.
pub fn render_sheet(meta: &Meta, check: &Check, size: TextSize) -> String {
    framed(meta, size, |site| sheet::page(site, check).into())
}

/// The page of the reading settings; `back` is where the visitor came from, `saved` whether she has just changed
/// something.
pub fn render_settings(meta: &Meta, reading: Reading, back: &str, saved: bool) -> String {
    framed(meta, reading.size, |site| pages::settings::page(site, reading, back, saved))
}

/// The page for passing another page on; without one it says that this address is nobody's to share.
pub fn render_share(meta: &Meta, size: TextSize, shared: Option<&pages::share::Shared>) -> String {
    framed(meta, size, |site| match shared {
        Some(shared) => pages::share::page(site, shared).into(),
        None => pages::share::refused(site).into(),
    })
}

/// The page of all components.
#[cfg(debug_assertions)]
pub fn render_gallery(meta: &Meta, size: TextSize) -> String {
    framed(meta, size, |site| pages::gallery::page(site).into())
}

/// The page of the demonstration.
pub fn render_demo(meta: &Meta, size: TextSize, demo: &pages::demo::Demo) -> String {
    framed(meta, size, |_| pages::demo::page(demo).into())
}

/// A staff page, read on this day; `explained` is where a demonstration explains itself.
pub fn render_staff(
    page: &StaffPage,
    done: Option<&Told>,
    today: CivilDate,
    explained: Option<&'static str>,
) -> String {
    html(|| {
        provide_context(text::Today(today));
        if let Some(path) = explained {
            provide_context(text::Explained(path));
        }
        pages::staff::page(page, done)
    })
}

/// A page that the server makes, read on this day.
fn made(today: CivilDate, page: impl FnOnce() -> Shown) -> Made {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(text::Today(today));
        let Shown { main, action } = page();
        Made { main: main.html(), action: action.map(Node::html).unwrap_or_default() }
    })
}

/// The page of a follow-up link, with what its last form did.
pub fn render_followup(
    meta: &Meta,
    followup: &FollowUp,
    view: FollowUpView,
    news: &News,
    voice: &text::Voice<'_>,
    today: CivilDate,
) -> Made {
    made(today, || pages::followup::page(&Site::of(meta), voice, followup, view, news))
}

/// The follow-up tab of a browser in which these links are open.
pub fn render_entry(meta: &Meta, open: &[Opened], voice: &text::Voice<'_>, today: CivilDate) -> Made {
    made(today, || pages::followup::opened(&Site::of(meta), voice, open).into())
}

/// What is known of nursing at home, and the form.
pub fn render_home_care(meta: &Meta, offer: &CareOffer, voice: &text::Voice<'_>, today: CivilDate) -> Made {
    made(today, || pages::home_care::offer(&Site::of(meta), voice, offer))
}

/// The page of a request for nursing at home.
pub fn render_care_request(
    meta: &Meta,
    token: &Token,
    stage: &CareStage,
    news: &News,
    voice: &text::Voice<'_>,
    today: CivilDate,
) -> Made {
    made(today, || pages::home_care::request(&Site::of(meta), voice, token, stage, news))
}
