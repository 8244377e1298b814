//! Something to keep in mind.

use super::icon::icon;
use super::title::title as breaking;
use crate::view::{Node, el};

/// A notice with a heading; the heading may be empty.
pub fn notice(title: String, text: impl Into<Node>) -> Node {
    let heading = (!title.is_empty()).then(|| el("b").child(breaking(title)));
    el("div").class("zs-notice").child(icon("info")).child(el("p").child(heading).child(text.into())).node()
}
