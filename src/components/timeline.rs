//! What happens, step by step.

use super::points::point;
use leptos::prelude::*;
use zaoshai_contract::content::Point;

/// A time line.
pub fn timeline(items: Vec<Point>) -> AnyView {
    let items = items.into_iter().map(|item| view! { <li>{point(item)}</li> }).collect_view();
    view! { <ol class="zs-timeline">{items}</ol> }.into_any()
}
