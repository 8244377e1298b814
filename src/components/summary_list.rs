//! Questions and answers in two columns.

use crate::view::{Node, el};

/// A row: question, answer, and a smaller second line that may be empty.
pub fn row(label: String, text: Node, note: String) -> Node {
    let note = (!note.is_empty()).then(|| el("small").child(note));
    el("div").class("zs-summary-list__row").child(el("dt").child(label)).child(el("dd").child(text).child(note)).node()
}

/// A list of rows.
pub fn summary_list(rows: Vec<Node>) -> Node {
    el("dl").class("zs-summary-list").child(rows).node()
}
