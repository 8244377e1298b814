//! What happens, step by step.

use super::points::point;
use crate::view::{Node, el};
use zaoshai_contract::content::Point;

/// A time line.
pub fn timeline(items: Vec<Point>) -> Node {
    let items = items.into_iter().map(|item| el("li").child(point(item))).collect::<Vec<_>>();
    el("ol").class("zs-timeline").child(items).node()
}
