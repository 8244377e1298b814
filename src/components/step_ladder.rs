//! The steps of a follow-up: done, now, later.

use super::icon::icon;
use crate::view::{Node, el};

/// Where a step stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It is done.
    Done,
    /// It is what to do now.
    Now,
    /// It comes later.
    Later,
}

/// A step with a title, a smaller line, and what is to be done in it.
pub fn step(when: When, title: String, meta: String, inside: Option<Node>) -> Node {
    let class = match when {
        When::Done => "zs-step zs-step--done",
        When::Now => "zs-step zs-step--now",
        When::Later => "zs-step zs-step--later",
    };
    let mark = (when == When::Done).then(|| icon("check"));
    let line = (!meta.is_empty()).then(|| el("p").class("zs-step__meta").child(meta));
    let current = (when == When::Now).then_some("step");
    el("li")
        .class(class)
        .with("aria-current", current)
        .child(el("span").class("zs-step__mark").child(mark))
        .child(el("p").class("zs-step__title").child(title))
        .child(line)
        .child(inside)
        .node()
}

/// The ladder.
pub fn step_ladder(steps: Vec<Node>) -> Node {
    el("ol").class("zs-step-ladder").child(steps).node()
}
