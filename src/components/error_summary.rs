//! What went wrong, on top of a form: read out at once, with a link to each field concerned.

use super::icon::icon;
use super::phone_link::tel;
use leptos::prelude::*;
use zaoshai_contract::problem::Problem;

/// The summary of a problem.
pub fn error_summary(problem: &Problem) -> AnyView {
    let fields = problem
        .errors
        .iter()
        .map(|error| {
            let mut href = String::from("#");
            href.push_str(&error.field);
            view! {
                <li>
                    <a href=href>{error.message.clone()}</a>
                </li>
            }
        })
        .collect_view();
    let kept = (!problem.kept.is_empty()).then(|| view! { <p>{problem.kept.clone()}</p> });
    let call = (!problem.phone.is_empty()).then(|| {
        view! {
            <p>
                <a href=tel(&problem.phone)>{problem.phone.clone()}</a>
            </p>
        }
    });
    view! {
        <div class="zs-error-summary" role="alert" tabindex="-1" id="problem">
            <h2 class="zs-error-summary__title">{icon("alert")} <span>{problem.title.clone()}</span></h2>
            <p>{problem.detail.clone()}</p>
            {kept}
            <ul>{fields}</ul>
            {call}
        </div>
    }
    .into_any()
}

/// The message at a field itself.
pub fn field_error(problem: Option<&Problem>, field: &str) -> Option<AnyView> {
    let error = problem?.errors.iter().find(|error| error.field == field)?;
    let mut id = String::from(field);
    id.push_str("-error");
    Some(
        view! {
            <p class="zs-form-field__error" id=id>
                {icon("alert")}
                <span>{error.message.clone()}</span>
            </p>
        }
        .into_any(),
    )
}
