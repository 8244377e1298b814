//! What was typed and could not be taken: read once more, mended where that is wanted, and sent with one tap.

use super::confirm::back;
use super::form::{hidden_field, kept, step};
use crate::components::error_summary::error_summary;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::draft::{DraftPage, label, purpose};

/// Texts of several lines.
const LONG: &[&str] = &["reason", "letter", "note", "answer", "prepare"];

/// The page. Its button stands in the bar.
pub fn page(page: &DraftPage) -> Node {
    let (typed, others): (Vec<_>, Vec<_>) =
        page.fields.iter().cloned().partition(|(name, value)| label(name).is_some() && !value.trim().is_empty());
    let (title, lead) = match &page.problem {
        Some(problem) if problem.status < 500 => ("还没有记下", "请看清楚是谁，再点“接着提交”。"),
        Some(_) => ("您填的还在，还没有存", "过一会儿再点一次“接着提交”。重复提交不会做两次。"),
        None => ("您登录以前填的还在，还没有存", "请看一遍，再点“接着提交”。"),
    };
    nodes![
        back("/staff".to_owned(), "不提交，回工作台"),
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", page.action.clone())
            .with("id", "draft")
            .child(page.problem.as_ref().map(error_summary))
            .child(el("h1").class("zs-h1").child(title))
            .child(el("p").child(lead))
            .child(el("p").child(el("b").child(purpose(&page.action))))
            .child((!page.whom.is_empty()).then(|| {
                let person = page.action.rsplit_once('/').map(|(person, _)| person.to_owned());
                el("p").child(page.whom.clone()).child(" ").child(
                    person.map(|href| {
                        el("a").with("href", href).with("target", "_blank").child("看这个人，不影响这里填的")
                    }),
                )
            }))
            .child(typed.iter().map(field).collect::<Vec<_>>())
            .child(kept(&others))
    ]
}

fn field((name, value): &(String, String)) -> El {
    let Some(label) = label(name) else { return hidden_field(name.clone(), value.clone()) };
    let id = ["draft-", name].concat();
    let input = if LONG.contains(&name.as_str()) {
        el("textarea").with("rows", "3").child(value.clone())
    } else {
        el("input").with("value", value.clone())
    };
    el("div")
        .class("zs-form-field")
        .child(el("label").class("zs-form-field__small-label").with("for", id.clone()).child(label))
        .child(input.class("zs-input").with("id", id).with("name", name.clone()))
}

/// The button of the page.
pub fn action() -> Node {
    step("draft", "接着提交")
}
