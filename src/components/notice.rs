//! Something to keep in mind.

use super::icon::icon;
use leptos::prelude::*;

/// A notice with a heading; the heading may be empty.
pub fn notice(title: String, text: String) -> AnyView {
    let heading = (!title.is_empty()).then(|| view! { <b>{title}</b> });
    view! {
        <div class="zs-notice">
            {icon("info")} <p>{heading} {text}</p>
        </div>
    }
    .into_any()
}
