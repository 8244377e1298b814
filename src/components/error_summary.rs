//! What went wrong, on top of a form: read out at once, with a link to each field concerned.

use super::icon::icon;
use super::phone_link::tel;
use crate::view::{Node, el};
use zaoshai_contract::problem::Problem;

/// The summary of a problem.
pub fn error_summary(problem: &Problem) -> Node {
    // The same mistake in several places is told once and leads to the first of them.
    let fields = problem
        .errors
        .iter()
        .enumerate()
        .filter(|(place, error)| problem.errors.iter().take(*place).all(|before| before.message != error.message))
        .map(|(_, error)| {
            let mut href = String::from("#");
            href.push_str(&error.field);
            el("li").child(el("a").with("href", href).child(error.message.clone()))
        })
        .collect::<Vec<_>>();
    // Where fields are named they say what to do.
    let named = !fields.is_empty();
    let detail = (!named).then(|| el("p").child(problem.detail.clone()));
    let kept = (!named && !problem.kept.is_empty()).then(|| el("p").child(problem.kept.clone()));
    let call = (!named && !problem.phone.is_empty())
        .then(|| el("p").child(el("a").with("href", tel(&problem.phone)).child(problem.phone.clone())));
    el("div")
        .class("zs-error-summary")
        .with("role", "alert")
        .with("tabindex", "-1")
        .with("id", "problem")
        .with("autofocus", true)
        .child(
            el("h2")
                .class("zs-error-summary__title")
                .child(icon("alert"))
                .child(el("span").child(problem.title.clone())),
        )
        .child(detail)
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
