//! Moving between pages: which links the app takes, history, scroll, focus, title, and what a failed load shows.

use super::document::{after, by_id, document, on, on_window, root, window};
use super::writes;
use crate::api::{self, Trouble};
use crate::components::Site;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Event, HtmlElement, HtmlFormElement, MouseEvent};
use zaoshai_contract::json;
use zaoshai_contract::page::{Body, Meta, Page};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{Lang, Route};

/// Documents kept for going back.
const KEPT: usize = 12;
/// After how long a load shows that it is under way, milliseconds.
const PATIENCE: i32 = 200;
/// How often the place on a page is noted while it scrolls, milliseconds.
const NOTED: i32 = 150;

thread_local! {
    static META: RefCell<Option<Meta>> = const { RefCell::new(None) };
    static TURN: Cell<Option<RwSignal<u32>>> = const { Cell::new(None) };
    static NEXT: RefCell<Option<Page>> = const { RefCell::new(None) };
    static KEPT_DOCUMENTS: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    static TICKET: Cell<u32> = const { Cell::new(0) };
    static FAILED: RefCell<Option<Visit>> = const { RefCell::new(None) };
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
    static NOTING: Cell<bool> = const { Cell::new(false) };
}

/// Where a visit leaves the person on the page.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    /// At the top, or at a fragment.
    Fresh(String),
    /// Where she left it.
    Back(f64),
}

/// Whether a document may be shown again without asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The same for everybody.
    Public,
    /// About one person, or a failure: always asked for anew.
    Passing,
}

impl Kind {
    /// The kind of a page.
    pub fn of(page: &Page) -> Self {
        if matches!(page.body, Body::FollowUp(_) | Body::HomeCare(_) | Body::Problem(_)) {
            Self::Passing
        } else {
            Self::Public
        }
    }
}

/// Going somewhere.
#[derive(Clone, Debug)]
struct Visit {
    lang: Lang,
    route: Route,
    /// The path and query for the address bar.
    address: String,
    /// More query for the document, told once.
    tail: String,
    place: Place,
}

/// Hands the page over that is to be shown next; nothing when it was taken already.
pub fn take_next() -> Option<Page> {
    NEXT.take()
}

/// Gives the page that is to be shown first, before anything is on display.
pub fn set_first(page: Page) {
    META.set(Some(page.meta.clone()));
    NEXT.set(Some(page));
}

/// Begins: the page on display came from `document`; links, forms and the back button are followed from now on.
/// Each turn of `turn` shows the page that [`take_next`] gives.
pub fn begin(turn: RwSignal<u32>, document: String, kind: Kind) {
    TURN.set(Some(turn));
    HERE.set(here());
    keep(document, kind);
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(web_sys::ScrollRestoration::Manual);
    }
    on("click", |event| clicked(&event));
    on("submit", |event| submitted(&event));
    on_window("popstate", |event| returned(&event));
    on_window("scroll", |_| note_place());
}

fn here() -> String {
    let location = window().location();
    let mut address = location.pathname().unwrap_or_default();
    address.push_str(&location.search().unwrap_or_default());
    address
}

/// Which route a link leads to, if the app shows it. Checks, which have a program of their own, staff pages, files and
/// other sites are left to the browser.
pub fn route_of(address: &str) -> Option<(Lang, Route)> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let last = path.rsplit('/').next().unwrap_or("");
    if !path.starts_with('/') || path.starts_with("//") || last.contains('.') {
        return None;
    }
    Route::parse(path, query).filter(|(_, route)| !matches!(route, Route::Check(_) | Route::Plan))
}

fn clicked(event: &Event) {
    let Some(event) = event.dyn_ref::<MouseEvent>() else { return };
    let other = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() || event.button() != 0;
    if event.default_prevented() || other {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return };
    if target.closest("[data-retry]").ok().flatten().is_some() {
        if let Some(visit) = FAILED.with_borrow(Clone::clone) {
            load(visit);
        }
        return;
    }
    if target.has_attribute("data-try") {
        writes::try_now();
        return;
    }
    let Ok(Some(link)) = target.closest("a[href]") else { return };
    let href = link.get_attribute("href").unwrap_or_default();
    if href.starts_with('#') || link.has_attribute("download") || link.has_attribute("target") {
        return;
    }
    let (address, fragment) = href.split_once('#').unwrap_or((&href, ""));
    let Some((lang, route)) = route_of(address) else { return };
    event.prevent_default();
    go(lang, route, fragment.to_owned());
}

fn submitted(event: &Event) {
    if event.default_prevented() {
        return;
    }
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    if form.id() == "size" {
        event.prevent_default();
        super::settings::toggle_size(&form);
        return;
    }
    if writes::is_write(&form) {
        // Safari before 15.4 does not tell which button was pressed: there the browser sends the form itself.
        if let Some(button) = event.dyn_ref::<web_sys::SubmitEvent>().and_then(web_sys::SubmitEvent::submitter) {
            event.prevent_default();
            writes::send(&form, &button);
        }
        return;
    }
    if form.method() != "get" {
        return;
    }
    let Ok(data) = web_sys::FormData::new_with_form(&form) else { return };
    let Ok(query) = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
    let action = form.get_attribute("action").unwrap_or_default();
    let (path, fragment) = action.split_once('#').unwrap_or((&action, ""));
    let address = [path, "?", &String::from(query.to_string())].concat();
    let Some((lang, route)) = route_of(&address) else { return };
    event.prevent_default();
    go(lang, route, fragment.to_owned());
}

fn go(lang: Lang, mut route: Route, fragment: String) {
    if let Route::Search(typed) = &mut route {
        super::search::keep(std::mem::take(typed));
    }
    let mut address = route.path(lang);
    if !fragment.is_empty() {
        address.push('#');
        address.push_str(&fragment);
    }
    load(Visit { lang, route, address, tail: String::new(), place: Place::Fresh(fragment) });
}

/// What stands around the page on display.
pub fn site() -> Option<Site> {
    META.with_borrow(|meta| meta.as_ref().map(Site::of))
}

/// Shows where a write led to. What the query tells of it is told once; the address stays clean.
pub fn arrived(to: &str) {
    let Some((lang, route)) = route_of(to) else {
        let _ = window().location().assign(to);
        return;
    };
    let tail = to.split_once('?').map_or("", |(_, query)| query).to_owned();
    let address = route.path(lang);
    load(Visit { lang, route, address, tail, place: Place::Fresh(String::from("problem")) });
}

/// Shows why a write was refused altogether.
pub fn refused(problem: Problem) {
    let address = here();
    let Some((lang, route)) = route_of(&address) else { return };
    let visit = Visit { lang, route, address, tail: String::new(), place: Place::Fresh(String::new()) };
    show(failed(Trouble::Problem(Box::new(problem)), &visit), &visit);
}

fn returned(event: &Event) {
    let address = here();
    // Moving to a fragment also comes here; the browser has done it already.
    if HERE.with_borrow(|before| *before == address) {
        return;
    }
    let Some((lang, route)) = route_of(&address) else {
        let _ = window().location().reload();
        return;
    };
    let y = event.dyn_ref::<web_sys::PopStateEvent>().and_then(|event| event.state().as_f64()).unwrap_or(0.0);
    let visit = Visit { lang, route, address: address.clone(), tail: String::new(), place: Place::Back(y) };
    let kept = KEPT_DOCUMENTS.with_borrow(|kept| {
        kept.iter().find(|(known, _)| *known == address).and_then(|(_, document)| json::from_str(document))
    });
    match kept {
        Some(page) => show(page, &visit),
        None => load(visit),
    }
}

/// Notes the place on the page in the history, so that going back finds it again.
fn note_place() {
    if NOTING.replace(true) {
        return;
    }
    after(NOTED, || {
        NOTING.set(false);
        note_place_now();
    });
}

fn note_place_now() {
    // Until a page is shown its address is not yet the one that is seen.
    if HERE.with_borrow(|shown| *shown != here()) {
        return;
    }
    if let Ok(history) = window().history() {
        let y = window().scroll_y().unwrap_or(0.0);
        let _ = history.replace_state(&JsValue::from_f64(y), "");
    }
}

fn load(visit: Visit) {
    let ticket = TICKET.get() + 1;
    TICKET.set(ticket);
    after(PATIENCE, move || {
        if TICKET.get() == ticket {
            busy(true);
        }
    });
    wasm_bindgen_futures::spawn_local(async move {
        let mut path = visit.route.api_path(visit.lang);
        if !visit.tail.is_empty() {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(&visit.tail);
        }
        let answer = api::page(&path).await;
        // A later tap has gone elsewhere.
        if TICKET.get() != ticket {
            return;
        }
        TICKET.set(ticket + 1);
        busy(false);
        if !matches!(visit.place, Place::Back(_)) {
            note_place_now();
            push(&visit);
        }
        match answer {
            Ok((page, document)) => {
                let kind = Kind::of(&page);
                show(page, &visit);
                keep(document, kind);
            }
            Err(trouble) => show(failed(trouble, &visit), &visit),
        }
    });
}

fn push(visit: &Visit) {
    let Ok(history) = window().history() else { return };
    let address = Some(visit.address.as_str());
    let zero = JsValue::from_f64(0.0);
    let same = visit.address.split('#').next() == Some(&here());
    let _ = if same || !visit.tail.is_empty() {
        history.replace_state_with_url(&zero, "", address)
    } else {
        history.push_state_with_url(&zero, "", address)
    };
}

/// The page of a load that failed; it can be tried again.
fn failed(trouble: Trouble, visit: &Visit) -> Page {
    FAILED.set(Some(visit.clone()));
    let mut meta = META.with_borrow(Clone::clone).expect("the app has begun with a page");
    meta.path = visit.route.path(Lang::Hans);
    meta.lang = visit.lang.tag().to_owned();
    let site = Site::of(&meta);
    let problem = match trouble {
        Trouble::Problem(problem) => *problem,
        Trouble::Network => {
            let online = window().navigator().on_line();
            let (title, detail) = if online {
                (site.words.failed_title, site.words.failed_detail)
            } else {
                (site.words.offline_title, site.words.offline_detail)
            };
            Problem {
                kind: String::new(),
                code: Code::Unavailable,
                title: title.to_owned(),
                status: 0,
                detail: detail.to_owned(),
                kept: String::new(),
                phone: site.phone(),
                request_id: String::new(),
                errors: Vec::new(),
            }
        }
    };
    meta.title = problem.title.clone();
    Page { meta, body: Body::Problem(problem) }
}

fn keep(document: String, kind: Kind) {
    if kind == Kind::Passing {
        return;
    }
    let address = HERE.with_borrow(Clone::clone);
    KEPT_DOCUMENTS.with_borrow_mut(|kept| {
        kept.retain(|(known, _)| *known != address);
        kept.push((address, document));
        if kept.len() > KEPT {
            kept.remove(0);
        }
    });
}

fn show(page: Page, visit: &Visit) {
    HERE.set(visit.address.split('#').next().unwrap_or_default().to_owned());
    document().set_title(&[page.meta.title.as_str(), " · ", &page.meta.hospital.name].concat());
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", &page.meta.lang);
    }
    META.set(Some(page.meta.clone()));
    NEXT.set(Some(page));
    if let Some(turn) = TURN.get() {
        turn.update(|turn| *turn += 1);
    }
    // The new page stands in the document once the signal's effects have run.
    let place = visit.place.clone();
    after(0, move || arrive(&place));
}

fn arrive(place: &Place) {
    let focus = |css: &str| {
        let found =
            document().query_selector(css).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok());
        if let Some(element) = &found {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
        found
    };
    match place {
        Place::Back(y) => {
            focus("h1");
            window().scroll_to_with_x_and_y(0.0, *y);
        }
        Place::Fresh(fragment) => {
            window().scroll_to_with_x_and_y(0.0, 0.0);
            match by_id(fragment).filter(|_| !fragment.is_empty()) {
                Some(part) => {
                    part.scroll_into_view();
                    focus(&["#", fragment.as_str()].concat());
                }
                None => {
                    focus("h1");
                }
            }
        }
    }
}

fn busy(is: bool) {
    if let Some(root) = root() {
        let _ = if is { root.set_attribute("data-loading", "") } else { root.remove_attribute("data-loading") };
    }
    if let (Some(status), Some(meta)) = (by_id("busy"), META.with_borrow(Clone::clone)) {
        status.set_text_content(is.then_some(Site::of(&meta).words.loading));
    }
}
