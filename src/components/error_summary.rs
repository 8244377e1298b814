//! What went wrong, on top of a form: read out at once, with a link to each field concerned.

use super::icon::icon;
use super::phone_link::tel;
use crate::view::{Node, el};
use zaoshai_contract::problem::Problem;

/// The summary of a problem.
pub fn error_summary(problem: &Problem) -> Node {
    let fields = problem
        .errors
        .iter()
        .map(|error| {
            let mut href = String::from("#");
            href.push_str(&error.field);
            el("li").child(el("a").with("href", href).child(error.message.clone()))
        })
        .collect::<Vec<_>>();
    let kept = (!problem.kept.is_empty()).then(|| el("p").child(problem.kept.clone()));
    let call = (!problem.phone.is_empty())
        .then(|| el("p").child(el("a").with("href", tel(&problem.phone)).child(problem.phone.clone())));
    el("div")
        .class("zs-error-summary")
        .with("role", "alert")
        .with("tabindex", "-1")
        .with("id", "problem")
        .child(
            el("h2")
                .class("zs-error-summary__title")
                .child(icon("alert"))
                .child(el("span").child(problem.title.clone())),
        )
        .child(el("p").child(problem.detail.clone()))
        .child(kept)
        .child(el("ul").child(fields))
        .child(call)
        .node()
}

/// The message at a field itself.
pub fn field_error(problem: Option<&Problem>, field: &str) -> Option<Node> {
    let error = problem?.errors.iter().find(|error| error.field == field)?;
    let mut id = String::from(field);
    id.push_str("-error");
    Some(
        el("p")
            .class("zs-form-field__error")
            .with("id", id)
            .child(icon("alert"))
            .child(el("span").child(error.message.clone()))
            .node(),
    )
}
