//! A title that breaks only between words: at its marks of punctuation, and where the server has put a [`BREAK`].

use crate::view::{Node, el};
use zaoshai_contract::content::BREAK;

/// The words of a title.
pub fn title(text: impl AsRef<str>) -> Node {
    pieces(text.as_ref())
}

fn pieces(text: &str) -> Node {
    let mut parts = Vec::new();
    for (place, part) in text.split(BREAK).enumerate() {
        if place > 0 {
            parts.push(el("wbr").node());
        }
        parts.push(Node::from(part.to_owned()));
    }
    Node::Many(parts)
}
