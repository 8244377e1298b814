//! A person in a list of the desk: one line on a wide screen, one card on a phone. When, who and what for, how they stand,
//! one main button, and the other marks as words.

use super::form::{hidden, post};
use super::whole::whole;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::desk::Desk;

/// Where a row stands, and so where what is done in it leads back to.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// On the desk: on a wide screen the person opens beside the list.
    Desk(&'a Desk),
    /// In a list of its own, like what a search found: the person opens as a page.
    Alone,
}

impl Place<'_> {
    /// The page of a list to come back to.
    pub fn from(self) -> Option<String> {
        match self {
            Self::Desk(desk) => Some(desk.here()),
            Self::Alone => None,
        }
    }
}

/// What a row shows.
pub struct Row {
    /// Its anchor.
    pub id: String,
    /// The follow-up; empty where the reader has no page of it.
    pub followup: String,
    /// How the person is greeted; empty when their data were deleted.
    pub name: String,
    /// When they come, or by when.
    pub when: Node,
    /// What for.
    pub line: String,
    /// How they stand.
    pub state: Node,
    /// The main button.
    pub main: Node,
    /// The other marks.
    pub words: Node,
}

/// The row. Whoever has had their data deleted has no name.
pub fn row(row: Row, place: Place<'_>) -> El {
    let name = if row.name.is_empty() { "（资料已删除）".to_owned() } else { row.name };
    let own = ["/staff/followups/", row.followup.as_str()].concat();
    let link =
        if row.followup.is_empty() { Node::from(name) } else { way((&own, &row.followup), "", place, "", &name) };
    let is_open = matches!(place, Place::Desk(desk) if desk.shows(&row.followup));
    el("li")
        .class(if is_open { "zs-row zs-row--desk zs-row--open" } else { "zs-row zs-row--desk" })
        .with("id", row.id)
        .child(el("p").class("zs-row__when").child(row.when))
        .child(
            el("div")
                .class("zs-row__who")
                .child(el("p").class("zs-row__name").child(link))
                .child(el("p").class("zs-row__line").child(whole(&row.line))),
        )
        .child(el("div").class("zs-row__state").child(row.state))
        .child(el("div").class("zs-row__acts").child(row.main).child(row.words))
}

/// The way to a person: beside the list on a wide screen, and to a page of their own on a narrow one. `deed` names the form
/// that is to stand open there.
pub fn way(
    (own, followup): (&str, &str),
    deed: &'static str,
    place: Place<'_>,
    class: &'static str,
    label: &str,
) -> Node {
    let tail = |joint: &str| if deed.is_empty() { String::new() } else { format!("{joint}do={deed}#do-{deed}") };
    let link = |width: &str, href: String| {
        let classes = [class, width].into_iter().filter(|class| !class.is_empty()).collect::<Vec<_>>().join(" ");
        let link = el("a").with("href", href);
        let link = if classes.is_empty() { link } else { link.with("class", classes) };
        link.child(label.to_owned())
    };
    let own = [own, &tail("?")].concat();
    match place {
        Place::Alone => link("", own).node(),
        Place::Desk(desk) => {
            nodes![link("zs-narrow", own), link("zs-wide", [desk.open(followup).as_str(), &tail("&")].concat())]
        }
    }
}

/// A form of a row; what it does leads back to the row.
pub fn form(followup: &str, deed: &str, key: String, place: Place<'_>) -> El {
    let form = post(followup, deed).class("zs-row__form").child(hidden("key", key));
    match place.from() {
        Some(from) => form.child(hidden("from", from)),
        None => form,
    }
}

/// A mark of a row's form: the main one is drawn as a button, the others are words.
pub fn mark(name: &'static str, value: &'static str, class: &'static str, label: &'static str) -> El {
    el("button").class(class).with("type", "submit").with("name", name).with("value", value).child(label)
}

/// A mark as it is read aloud: the same words stand in every row, so they say whose they are.
pub fn of(mark: El, label: &str, name: &str) -> El {
    mark.with("aria-label", [label, "：", name].concat())
}

/// The class of a row's main button.
pub const MAIN: &str = "zs-button zs-button--tint zs-row__main";
/// The class of a mark that is a word.
pub const WORD: &str = "zs-word";
