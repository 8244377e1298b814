//! The list of answers, each of which can be changed before the result.

use super::{Shown, Visit};
use crate::components::action_bar::action_bar;
use crate::components::summary_list::{row, summary_list};
use crate::view::{el, nodes};
use zaoshai_contract::checks::progress::{Answer, NONE, UNKNOWN};
use zaoshai_contract::checks::{Question, formula};

/// The page.
pub fn page(visit: &Visit<'_>) -> Shown {
    let words = visit.words;
    let rows = answers(visit)
        .map(|(question, text)| {
            let change = visit
                .button("zs-plain zs-change", ["change:", &question.id].concat())
                .child(words.review_change)
                .child(el("span").class("zs-hidden").child(question.short.clone()));
            let answer = el("span").class("zs-answer").child(el("span").child(text)).child(change).node();
            row(question.short.clone(), answer, String::new())
        })
        .collect();
    let main = nodes![
        visit.back(words.step_back, "back"),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.review_title))
            .child(summary_list(rows))
            .child(visit.private()),
        visit.before()
    ];
    let done = visit.button("zs-button", String::from("result")).child(words.review_done).node();
    Shown { main, action: Some(action_bar(visit.site, done)) }
}

/// The questions that were asked, each with its answer in words.
fn answers<'a>(visit: &'a Visit<'_>) -> impl Iterator<Item = (&'a Question, String)> {
    visit
        .check
        .questions
        .iter()
        .filter(|question| visit.progress.asks(visit.check, question))
        .map(|question| (question, told(visit, question)))
}

fn told(visit: &Visit<'_>, question: &Question) -> String {
    if let (Some(Answer::Number(number)), Some(unit)) =
        (visit.progress.answers.of(&question.id), visit.progress.unit(question))
    {
        return [&formula::told(number / unit.factor), " ", &unit.text].concat();
    }
    let mut out = String::new();
    for value in visit.progress.typed(&question.id) {
        if !out.is_empty() {
            out.push('、');
        }
        out.push_str(match value {
            UNKNOWN => &question.unknown,
            NONE => &question.none,
            value => question.choices.iter().find(|choice| choice.id == value).map_or("", |choice| &choice.text),
        });
    }
    out
}
