//! Guidelines side by side, by issuer and year, and which one the page follows.

use super::Site;
use super::source_note::source_note;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Position, Source};

/// A comparison.
pub fn compare(site: &Site, rows: Vec<Position>, follows: String, sources: &[Source]) -> Node {
    let rows = rows
        .into_iter()
        .map(|row| {
            let issuer = format!("{} {}", row.issuer, row.year);
            let unchecked = row.cited.unchecked.then(|| source_note(site, &row.cited, sources));
            el("div")
                .class("zs-summary-list__row")
                .child(el("dt").child(issuer))
                .child(el("dd").child(row.text).child(unchecked))
        })
        .collect::<Vec<_>>();
    nodes![
        el("dl").class("zs-summary-list zs-summary-list--wide").child(rows),
        el("p").class("zs-small").child(follows)
    ]
}
