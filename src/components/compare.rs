//! Guidelines side by side, by issuer and year, and which one the page follows.

use super::Site;
use super::source_note::source_note;
use leptos::prelude::*;
use zaoshai_contract::content::{Position, Source};

/// A comparison.
pub fn compare(site: &Site, rows: Vec<Position>, follows: String, sources: &[Source]) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let issuer = format!("{} {}", row.issuer, row.year);
            let unchecked = row.cited.unchecked.then(|| source_note(site, &row.cited, sources));
            view! {
                <div class="zs-summary-list__row">
                    <dt>{issuer}</dt>
                    <dd>{row.text} {unchecked}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <dl class="zs-summary-list zs-summary-list--wide">{rows}</dl>
        <p class="zs-small">{follows}</p>
    }
    .into_any()
}
