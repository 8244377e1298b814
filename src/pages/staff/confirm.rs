//! The question before something is done that cannot be taken back with one tap, on a page of its own or in its place.

use super::detail;
use super::form::{ASK, hidden, kept, post, step};
use crate::components::icon::{icon, small_icon};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::StaffPage;
use zaoshai_contract::staff::confirm::{ConfirmPage, JustDone, Told};
use zaoshai_contract::staff::desk::Opened;

/// The page: whom it concerns, what it does, and the way back. Its button stands in the bar.
pub fn page(page: &ConfirmPage) -> Node {
    // The answer is not asked about once more.
    let answered: Vec<_> = page.fields.iter().filter(|(name, _)| name != ASK).cloned().collect();
    nodes![
        el("form")
            .with("method", "post")
            .with("action", page.action.clone())
            .with("id", "back")
            .child(kept(&answered))
            .child(hidden(ASK, "no".to_owned())),
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", page.action.clone())
            .with("id", "confirm")
            .child(el("h1").class("zs-h1").child(page.question.clone()))
            .child(effects(page.effects.iter().cloned()))
            .child(kept(&answered))
    ]
}

/// The buttons of the page: back to what was typed, and yes.
pub fn action(page: &ConfirmPage) -> Node {
    nodes![
        el("button").class("zs-button zs-button--quiet").with("type", "submit").with("form", "back").child("不做"),
        step("confirm", page.yes.clone())
    ]
}

/// The same in its place: it unfolds, says whom it concerns and what it does, and only then has its button.
pub fn in_place(name: &'static str, title: &'static str, question: String, does: &[&'static str], form: El) -> El {
    el("details")
        .class("zs-details zs-sure")
        .child(el("summary").child(icon(name)).child(el("span").child(title).child("…")).child(icon("next")))
        .child(
            el("div")
                .class("zs-stack zs-stack--tight")
                .child(el("p").child(el("b").child(question)))
                .child(effects(does.iter().map(|effect| (*effect).to_owned())))
                .child(form),
        )
}

/// The button that does it after the question.
pub fn yes(label: String) -> El {
    el("button").class("zs-button").with("type", "submit").child(label)
}

fn effects(effects: impl Iterator<Item = String>) -> El {
    el("ul").class("zs-bullets").child(effects.map(|effect| el("li").child(effect)).collect::<Vec<_>>())
}

/// The way back.
pub fn back(href: String, word: &'static str) -> El {
    el("a").class("zs-back").with("href", href).child(small_icon("back")).child(el("span").child(word))
}

/// What was just done, on the page of whom it concerns.
pub fn told(told: Option<&Told>, page: &StaffPage) -> Option<El> {
    told.filter(|told| told.name.is_empty()).map(|told| said(told, page))
}

/// The same with their name, where the page is a list: it stands above the bar, so that no row moves and nothing is read
/// as told of whoever stands beside it.
pub fn strip(told: Option<&Told>, page: &StaffPage) -> Option<El> {
    told.filter(|told| !told.name.is_empty()).map(|told| said(told, page))
}

/// The form that takes back that a message was marked as sent, where the page shows whose it was.
fn unsent(told: &Told, page: &StaffPage) -> Option<El> {
    let button = undoing();
    match page {
        _ if told.done != JustDone::Sent => None,
        StaffPage::Detail { detail, .. } => detail::unsent_again(detail, button),
        StaffPage::Desk(desk, _) => match desk.opened.as_ref()? {
            Opened::Own { detail, .. } if detail.row.name == told.name => {
                let form = detail::unsent_again(detail, button)?;
                Some(form.child(hidden("from", desk.here())).child(hidden("open", "yes".to_owned())))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The word that takes back what was just told.
fn undoing() -> El {
    el("button").class("zs-word zs-word--kept").with("type", "submit").with("data-undo", true).child("点错了，撤回")
}

fn said(told: &Told, page: &StaffPage) -> El {
    let undo = told.undo.as_ref().map(|undo| {
        post(&undo.followup, JustDone::Uncall.as_str())
            .class("zs-notice__undo")
            .child(hidden("call", undo.call.clone()))
            .child((!undo.from.is_empty()).then(|| hidden("from", undo.from.clone())))
            .child(undo.open.then(|| hidden("open", "yes".to_owned())))
            .child(undoing())
    });
    let undo = undo.or_else(|| unsent(told, page).map(|form| form.class("zs-notice__undo")));
    el("div")
        .class(if told.name.is_empty() { "zs-notice" } else { "zs-notice zs-told" })
        .with("data-told", told.done.as_str())
        .child(icon("check"))
        .child(el("p").with("role", "status").child(told.words()))
        .child(undo)
}
