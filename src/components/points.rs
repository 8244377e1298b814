//! Running text, and points with a bold title and a smaller explanation.

use leptos::prelude::*;
use zaoshai_contract::content::{Point, Span};

/// Running text.
pub fn spans(text: Vec<Span>) -> AnyView {
    text.into_iter()
        .map(|span| match span {
            Span::Text(text) => text.into_any(),
            Span::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
            Span::Link(text, address) => view! { <a href=address>{text}</a> }.into_any(),
        })
        .collect_view()
        .into_any()
}

/// A point's title and explanation.
pub fn point(point: Point) -> AnyView {
    if point.title.is_empty() {
        return spans(point.text);
    }
    let text = (!point.text.is_empty()).then(|| view! { <small>{spans(point.text)}</small> });
    view! {
        <b>{point.title}</b>
        {text}
    }
    .into_any()
}

/// A list of points.
pub fn points(items: Vec<Point>) -> AnyView {
    let items = items.into_iter().map(|item| view! { <li>{point(item)}</li> }).collect_view();
    view! { <ul class="zs-points">{items}</ul> }.into_any()
}
