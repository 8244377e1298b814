//! Questions and answers in two columns.

use leptos::prelude::*;

/// A row: question, answer, and a smaller second line that may be empty.
pub fn row(label: String, text: AnyView, note: String) -> AnyView {
    let note = (!note.is_empty()).then(|| view! { <small>{note}</small> });
    view! {
        <div class="zs-summary-list__row">
            <dt>{label}</dt>
            <dd>{text} {note}</dd>
        </div>
    }
    .into_any()
}

/// A list of rows.
pub fn summary_list(rows: Vec<AnyView>) -> AnyView {
    view! { <dl class="zs-summary-list">{rows}</dl> }.into_any()
}
