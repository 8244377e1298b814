//! The options of a decision side by side, what matters to the person, and which way she leans.

use super::Site;
use super::checklist::{kept, kept_as, numbered};
use super::icon::icon;
use super::points::plain_points;
use super::source_note::marks;
use super::title::title as breaking;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Course, Value};

/// The options, each as a card with the same parts in the same order.
pub fn options(site: &Site, items: Vec<Course>) -> Node {
    let words = site.words;
    let part = |mark: Option<&str>, title: &'static str, items: Vec<String>| {
        nodes![
            el("h4").class("zs-option__part").child(mark.map(icon)).child(el("span").child(title)),
            plain_points(items)
        ]
    };
    let cards = items
        .into_iter()
        .map(|item| {
            el("div")
                .class("zs-card zs-option")
                .child(el("h3").class("zs-h3").child(breaking(&item.name)))
                .child(el("p").child(item.what))
                .child(part(Some("plus"), words.benefit, item.good))
                .child(part(Some("dash"), words.harm, item.bad))
                .child(part(None, words.how_it_feels, item.feel))
                .child(marks(site, &item.cited))
        })
        .collect::<Vec<_>>();
    el("div").class("zs-options").child(cards).node()
}

/// Statements to weigh, then the options to lean to, each with its next step. All of it stays on the phone.
pub fn values(site: &Site, name: &str, items: Vec<Value>, options: Vec<Course>) -> Node {
    let words = site.words;
    let radio = |group: &str, place: usize, value: &'static str, label: String| {
        let id = numbered(group, place);
        el("label")
            .class("zs-check")
            .with("for", id.clone())
            .child(el("input").with("type", "radio").with("name", group.to_owned()).with("id", id).with("value", value))
            .child(el("span").child(label))
    };
    let kept_as = kept_as(name, items.iter().map(|item| &item.text).chain(options.iter().map(|option| &option.name)));
    let statements = items
        .into_iter()
        .enumerate()
        .map(|(place, item)| {
            let group = numbered(name, place);
            let marks = words
                .matters
                .into_iter()
                .enumerate()
                .map(|(mark, label)| radio(&group, mark, if mark == 0 { "much" } else { "" }, label.to_owned()))
                .collect::<Vec<_>>();
            el("fieldset")
                .class("zs-weigh")
                .with("data-for", item.speaks_for)
                .child(el("legend").child(item.text))
                .child(el("div").class("zs-weigh__marks").child(marks))
        })
        .collect::<Vec<_>>();
    let told = options
        .iter()
        .map(|option| {
            el("div")
                .with("data-option", option.id.clone())
                .child(el("b").child(words.speaks_for).child(option.name.clone()))
                .child(el("ul").class("zs-points"))
        })
        .collect::<Vec<_>>();
    let summary = el("div")
        .class("zs-card zs-weighed")
        .with("data-summary", "")
        .with("hidden", true)
        .with("role", "status")
        .child(el("h3").class("zs-h3").child(words.weighed))
        .child(told);
    let group = [name, "-lean"].concat();
    let mut leanings = options
        .into_iter()
        .enumerate()
        .map(|(place, option)| {
            let link = (!option.to.is_empty())
                .then(|| el("a").class("zs-more").with("href", option.to).child(option.to_text).child(icon("next")));
            el("div")
                .class("zs-leaning")
                .child(radio(&group, place, "", option.name))
                .child(el("p").class("zs-small").child(option.next))
                .child(link)
        })
        .collect::<Vec<_>>();
    leanings.push(
        el("div")
            .class("zs-leaning")
            .child(radio(&group, leanings.len(), "", words.not_sure.to_owned()))
            .child(el("p").class("zs-small").child(words.not_sure_next)),
    );
    el("div")
        .class("zs-aid")
        .with("data-keep", kept_as)
        .child(el("p").class("zs-small").child(words.weigh_hint))
        .child(statements)
        .child(summary)
        .child(
            el("fieldset")
                .class("zs-card zs-leanings")
                .child(el("legend").class("zs-h3").child(words.leaning))
                .child(leanings),
        )
        .child(kept(site))
        .node()
}
