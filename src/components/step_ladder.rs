//! The steps of a follow-up: done, now, later.

use super::icon::icon;
use leptos::prelude::*;

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
pub fn step(when: When, title: String, meta: String, inside: Option<AnyView>) -> AnyView {
    let class = match when {
        When::Done => "zs-step zs-step--done",
        When::Now => "zs-step zs-step--now",
        When::Later => "zs-step zs-step--later",
    };
    let mark = (when == When::Done).then(|| icon("check"));
    let line = (!meta.is_empty()).then(|| view! { <p class="zs-step__meta">{meta}</p> });
    let current = (when == When::Now).then_some("step");
    view! {
        <li class=class aria-current=current>
            <span class="zs-step__mark">{mark}</span>
            <p class="zs-step__title">{title}</p>
            {line}
            {inside}
        </li>
    }
    .into_any()
}

/// The ladder.
pub fn step_ladder(steps: Vec<AnyView>) -> AnyView {
    view! { <ol class="zs-step-ladder">{steps}</ol> }.into_any()
}
