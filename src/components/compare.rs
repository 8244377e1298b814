//! Guidelines side by side, by issuer and year, and which one the page follows.

use super::Site;
use super::source_note::marks;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::Position;

/// A comparison.
pub fn compare(site: &Site, rows: Vec<Position>, follows: String) -> Node {
    let rows = rows
        .into_iter()
        .map(|row| {
            let issuer = format!("{} {}", row.issuer, row.year);
            el("div")
                .class("zs-summary-list__row")
                .child(el("dt").child(issuer))
                .child(el("dd").child(row.text).child(marks(site, &row.cited)))
        })
        .collect::<Vec<_>>();
    nodes![
        el("dl").class("zs-summary-list zs-summary-list--wide").child(rows),
        el("p").class("zs-small").child(follows)
    ]
}
