//! The way through a check on the phone. Every tap is answered here: answers are kept in the session of the tab, those
//! of the plan on the phone, the page in the entry of the history, and a result only when asked. Nothing is ever sent.

use super::document::{by_id, document, on, on_window, root, window};
use super::{picture, settings, takeover};
use crate::components::Site;
use crate::components::action_bar::page_end;
use crate::pages::Shown;
use crate::pages::check::{ANSWER, Place, Visit, plan, result, shown};
use crate::text;
use std::cell::RefCell;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, HtmlElement, HtmlFormElement, Storage};
use zaoshai_contract::checks::progress::{GO, Progress, pairs_of, text_of};
use zaoshai_contract::checks::{Check, CheckPage};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::json;

/// Names and values, as a form sends them.
type Pairs = Vec<(String, String)>;

/// How a step comes into the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// The way back leads to the step before.
    Added,
    /// In place of the step before.
    Replaced,
}

/// What the history keeps of a step.
#[derive(Clone, Debug, Default, PartialEq)]
struct Step {
    /// How many steps lie before it.
    before: u32,
    /// Which page it is, as [`Progress::step_text`] writes it.
    page: String,
}

thread_local! {
    static PAGE: RefCell<Option<&'static CheckPage>> = const { RefCell::new(None) };
    static STEP: RefCell<Step> = const { RefCell::new(Step { before: 0, page: String::new() }) };
    /// The answers, for phones that keep no session.
    static ANSWERS: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes over the page with the document and the words in the shell.
pub fn start() {
    let data = |id: &str| by_id(id).and_then(|data| data.text_content());
    let words = data("words").and_then(|words| json::from_str::<Vec<String>>(&words));
    let page = data("page").and_then(|page| json::from_str::<CheckPage>(&page));
    let (Some(words), Some(page)) = (words, page) else { return };
    if !text::set_words(words) {
        // A server and a program of different versions: the served page goes on working as it is.
        return;
    }
    PAGE.set(Some(Box::leak(Box::new(page))));
    takeover::when_quiet(begin);
}

fn begin() {
    STEP.set(entry_of(&window().history().and_then(|history| history.state()).unwrap_or(JsValue::NULL)));
    let focused = document().active_element().map(|element| element.id()).unwrap_or_default();
    show();
    if let Some(element) = by_id(&focused).filter(|_| !focused.is_empty()) {
        focus(&element);
    }
    on("click", |event| clicked(&event));
    on("submit", |event| submitted(&event));
    on_window("popstate", |event| returned(&event));
    if let Some(performance) = window().performance() {
        let _ = performance.mark("app-ready");
    }
    if let Some(root) = root() {
        let _ = root.set_attribute("data-app", "ready");
    }
}

fn page() -> Option<&'static CheckPage> {
    PAGE.with_borrow(|page| *page)
}

fn session() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Where the answers are kept: those of the plan on the phone, those of a check as long as the tab lives.
fn store(check: &Check) -> Option<Storage> {
    if check.is_plan() { local() } else { session() }
}

fn key(kind: &str, check: &Check) -> String {
    ["zs-", kind, ":", &check.id].concat()
}

fn answers(check: &Check) -> Pairs {
    let kept = store(check).and_then(|store| store.get_item(&key("check", check)).ok().flatten());
    pairs_of(&kept.unwrap_or_else(|| ANSWERS.with_borrow(Clone::clone)))
}

fn set(store: Option<Storage>, key: &str, value: &str) {
    if let Some(store) = store {
        let _ = if value.is_empty() { store.remove_item(key) } else { store.set_item(key, value) };
    }
}

fn set_answers(check: &Check, answers: String) {
    set(store(check), &key("check", check), &answers);
    ANSWERS.set(answers);
}

fn kept_result(check: &Check) -> Pairs {
    local()
        .and_then(|local| local.get_item(&key("result", check)).ok().flatten())
        .map_or_else(Vec::new, |kept| pairs_of(&kept))
}

fn today() -> CivilDate {
    Moment(js_sys::Date::now() as i64).date()
}

/// Calls back with the visit as it stands.
fn visit<T>(work: impl FnOnce(&Visit<'_>) -> T) -> Option<T> {
    let page = page()?;
    let mut pairs = answers(&page.check);
    pairs.extend(pairs_of(&STEP.with_borrow(|step| step.page.clone())));
    let site = Site::of(&page.meta);
    Some(work(&Visit {
        site: &site,
        words: text::check_words(site.lang),
        check: &page.check,
        progress: Progress::read(&page.check, pairs),
        today: today(),
        place: Place::Phone,
        kept: kept_result(&page.check),
    }))
}

/// Puts the page of the visit into the place of the one before; header and footer stay as the server wrote them.
fn show() {
    let made = visit(|visit| {
        let Shown { main, action } = shown(visit);
        (main.html(), page_end(visit.site, action).html())
    });
    let (Some((main, bar)), Some(place)) = (made, by_id("main")) else { return };
    let foot = place.query_selector(".zs-foot").ok().flatten();
    let notice = place.query_selector(":scope > .zs-notice").ok().flatten();
    place.set_inner_html(&main);
    if let Some(notice) = notice {
        let _ = place.insert_before(&notice, place.first_child().as_ref());
    }
    if let Some(foot) = foot {
        let _ = place.append_child(&foot);
    }
    if let Some(bar_now) = place.next_element_sibling() {
        bar_now.set_outer_html(&bar);
    }
}

fn focus(element: &Element) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus_with_options(&options);
    }
}

/// Shows a step, from its top, with the focus on what is to be read first.
fn arrive() {
    show();
    window().scroll_to_with_x_and_y(0.0, 0.0);
    let first = by_id("problem").or_else(|| document().query_selector("#main h1").ok().flatten());
    if let Some(first) = first {
        focus(&first);
    }
}

fn entry_of(state: &JsValue) -> Step {
    let text = state.as_string().unwrap_or_default();
    let (before, page) = text.split_once('\n').unwrap_or_default();
    Step { before: before.parse().unwrap_or(0), page: page.to_owned() }
}

fn go_to(page: String, how: Entry) {
    let state = STEP.with_borrow_mut(|step| {
        step.before += u32::from(how == Entry::Added);
        step.page = page;
        JsValue::from_str(&[&step.before.to_string(), "\n", &step.page].concat())
    });
    if let (Ok(history), Ok(path)) = (window().history(), window().location().pathname()) {
        let _ = match how {
            Entry::Added => history.push_state_with_url(&state, "", Some(&path)),
            Entry::Replaced => history.replace_state_with_url(&state, "", Some(&path)),
        };
    }
    arrive();
}

/// The phone's own way back and forth.
fn returned(event: &Event) {
    // A move to a fragment on the page also comes here; the browser has done it already.
    if window().location().hash().is_ok_and(|fragment| !fragment.is_empty()) {
        return;
    }
    let state = event.dyn_ref::<web_sys::PopStateEvent>().map_or(JsValue::NULL, web_sys::PopStateEvent::state);
    STEP.set(entry_of(&state));
    arrive();
}

fn clicked(event: &Event) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Ok(Some(button)) = target.closest("button") else { return };
    let of = |name: &str| button.get_attribute(name).unwrap_or_default();
    if of("name") == GO {
        event.prevent_default();
        tap(&of("form"), &of("value"));
    } else if button.has_attribute("data-do") {
        event.prevent_default();
        act(&of("data-do"));
    }
}

fn submitted(event: &Event) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    if form.id() == ANSWER {
        event.prevent_default();
        tap(ANSWER, "next");
    } else if form.id() == "size" {
        event.prevent_default();
        settings::toggle_size(&form);
    }
}

fn fields(form: &str) -> Pairs {
    let mut fields: Pairs = by_id(form)
        .and_then(|form| form.dyn_into().ok())
        .and_then(|form: HtmlFormElement| web_sys::FormData::new_with_form(&form).ok())
        .and_then(|data| web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok())
        .map(|query| pairs_of(&String::from(query.to_string())))
        .unwrap_or_default();
    fields.retain(|(name, _)| name != GO);
    fields
}

/// A tap on a button of a form.
fn tap(form: &str, go: &str) {
    let Some(page) = page() else { return };
    let check = &page.check;
    let mut pairs = fields(form);
    // What stands in the fields of a page is not lost on the way back.
    let typed = fields(ANSWER);
    if go == "back" && !typed.is_empty() {
        pairs = typed;
    }
    pairs.push((GO.to_owned(), go.to_owned()));
    let next = Progress::after(check, pairs);
    set_answers(check, next.answers_text());
    if go == "back" && STEP.with_borrow(|step| step.before > 0) {
        let _ = window().history().map(|history| history.back());
        return;
    }
    let how = if next.refused.is_some() { Entry::Replaced } else { Entry::Added };
    go_to(next.step_text(check), how);
}

/// What only the phone can do.
fn act(what: &str) {
    let Some(page) = page() else { return };
    let check = &page.check;
    match what {
        "keep" => {
            let result = visit(result::to_keep).unwrap_or_default();
            set(local(), &key("result", check), &text_of(&result));
            show();
        }
        "forget" => {
            set(local(), &key("result", check), "");
            set_answers(check, String::new());
            go_to(String::new(), Entry::Replaced);
        }
        "picture" => {
            let _ = visit(|visit| {
                let (title, lines) = plan::told(visit);
                picture::draw("picture", &title, &lines, visit.words.plan_picture_hint)
            });
        }
        "print" => {
            let _ = window().print();
        }
        _ => {}
    }
}
