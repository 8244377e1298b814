//! A part of a page that is folded: its heading and its one sentence stay in sight.
//! The body stands behind the `<details>` and not in it, so that the style alone can show it: printed, and, where no
//! script runs, to whoever comes by a link to it. `public/keep.js` opens it then.

use super::icon::icon;
use super::title::title;
use crate::view::{Node, el};

/// Whether a part is open when the page comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Only its heading and its sentence are seen.
    Folded,
    /// All of it is seen.
    Open,
}

/// A folded part with its own address on the page.
pub fn fold(id: String, heading: &str, gist: String, begins: Begins, body: Vec<Node>) -> Node {
    el("section")
        .class("zs-fold")
        .child(
            el("details").class("zs-fold__head").with("id", id).with("open", begins == Begins::Open).child(
                el("summary")
                    .child(el("h2").class("zs-h3").child(title(heading)))
                    .child(el("span").class("zs-fold__gist").child(gist))
                    .child(icon("next")),
            ),
        )
        .child(el("div").class("zs-fold__body").child(body))
        .node()
}
