//! Running text with words that open in place, and points with a bold title and a smaller explanation.

use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{Point, Span};

/// Running text. A hard word opens its meaning in place, without any script.
pub fn spans(text: Vec<Span>) -> Node {
    text.into_iter()
        .map(|span| match span {
            Span::Text(text) => Node::from(text),
            Span::Strong(text) => el("strong").child(text).node(),
            Span::Link(text, address) => el("a").with("href", address).child(text).node(),
            // A switch, because `<details>` would break the line, and buttons need a script.
            Span::Term(word, meaning) => el("label")
                .class("zs-term")
                .child(el("input").with("type", "checkbox").with("role", "switch"))
                .child(el("span").child(word))
                .child(el("span").child(meaning))
                .node(),
        })
        .collect::<Vec<_>>()
        .into()
}

/// A point's title and explanation.
pub fn point(point: Point) -> Node {
    if point.title.is_empty() {
        return spans(point.text);
    }
    let text = (!point.text.is_empty()).then(|| el("div").class("zs-point").child(spans(point.text)));
    nodes![el("b").child(point.title), text]
}

/// A list of points; what marks its sources stands at the end of the last.
pub fn points(items: Vec<Point>, marks: Node) -> Node {
    let mut items = items.into_iter().map(|item| el("li").child(point(item))).collect::<Vec<_>>();
    if let Some(last) = items.pop() {
        items.push(last.child(marks));
    }
    el("ul").class("zs-points").child(items).node()
}

/// A list of plain texts.
pub fn plain_points(items: Vec<String>) -> Node {
    let items = items.into_iter().map(|item| el("li").child(item)).collect::<Vec<_>>();
    el("ul").class("zs-points").child(items).node()
}
