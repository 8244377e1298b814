//! A question, alone on its page.

use super::plan::doctor_first;
use super::{ANSWER, Shown, Visit};
use crate::components::action_bar::action_bar;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::source_note::source_note;
use crate::components::title::title;
use crate::text::between;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::checks::formula::told;
use zaoshai_contract::checks::progress::{GO, NONE, Refusal, UNKNOWN};
use zaoshai_contract::checks::{Choice, Question, QuestionKind};
use zaoshai_contract::problem::{Code, FieldError, Problem};

/// The page.
pub fn page(visit: &Visit<'_>, question: &Question) -> Shown {
    let words = visit.words;
    let problem = visit.progress.refused.map(|refusal| problem(visit, question, refusal));
    let number = question.kind == QuestionKind::Number;
    let skip = (number && !question.unknown.is_empty()).then(|| {
        visit
            .button("zs-more zs-plain", String::from("unknown"))
            .child(el("span").child(question.unknown.clone()))
            .child(icon("next"))
    });
    let why = (!question.why.is_empty()).then(|| {
        el("details")
            .class("zs-details")
            .with("id", "why")
            .child(el("summary").child(icon("info")).child(el("span").child(words.step_why)).child(icon("next")))
            .child(
                el("div")
                    .class("zs-stack zs-stack--tight")
                    .child(el("p").child(question.why.clone()))
                    .child(source_note(visit.site, &question.cited, &visit.check.sources)),
            )
    });
    let field = if number {
        number_field(visit, question, problem.as_ref())
    } else {
        choices(visit, question, problem.as_ref())
    };
    let main = nodes![
        visit.back(if visit.progress.place(visit.check).0 == 1 { words.step_out } else { words.step_back }, "back"),
        visit
            .form(ANSWER, &question.id)
            .class("zs-stack")
            .with("novalidate", true)
            .child(el("input").with("type", "hidden").with("name", GO).with("value", "next"))
            .child(progress(visit))
            .child(doctor_first(visit))
            .child(problem.as_ref().map(error_summary))
            .child(field)
            .child(skip)
            .child(why)
            .child(visit.private()),
        visit.before()
    ];
    let next =
        el("button").class("zs-button").with("type", "submit").with("form", ANSWER).child(words.step_next).node();
    Shown { main, action: Some(action_bar(visit.site, next)) }
}

fn progress(visit: &Visit<'_>) -> Node {
    let words = visit.words;
    let (place, all) = visit.progress.place(visit.check);
    let told = [words.step_of.0, &place.to_string(), words.step_of.1, &all.to_string(), words.step_of.2].concat();
    let bars = (0..all).map(|n| el("i").with("class", (n < place).then_some("is-done"))).collect::<Vec<_>>();
    el("div")
        .class("zs-progress")
        .child(el("span").child(told))
        .child(el("span").class("zs-progress__bar").with("aria-hidden", "true").child(bars))
        .node()
}

fn described(question: &Question, problem: Option<&Problem>) -> Option<String> {
    let hint = (!question.hint.is_empty()).then(|| [&question.id, "-hint"].concat());
    let error = problem.map(|_| [&question.id, "-error"].concat());
    match (hint, error) {
        (Some(hint), Some(error)) => Some([hint.as_str(), " ", &error].concat()),
        (hint, error) => hint.or(error),
    }
}

fn describing(element: El, question: &Question, problem: Option<&Problem>) -> El {
    match described(question, problem) {
        Some(ids) => element.with("aria-describedby", ids),
        None => element,
    }
}

fn hint(question: &Question) -> Option<El> {
    (!question.hint.is_empty())
        .then(|| el("p").class("zs-lead").with("id", [&question.id, "-hint"].concat()).child(question.hint.clone()))
}

fn field_class(problem: Option<&Problem>) -> &'static str {
    if problem.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" }
}

fn number_field(visit: &Visit<'_>, question: &Question, problem: Option<&Problem>) -> Node {
    let typed = visit.progress.typed(&question.id).find(|value| *value != UNKNOWN).unwrap_or_default().to_owned();
    let input = el("input")
        .class("zs-form-field__input")
        .with("type", "text")
        .with("id", question.id.clone())
        .with("name", question.id.clone())
        .with("inputmode", "decimal")
        .with("autocomplete", "off")
        .with("enterkeyhint", "next")
        .with("maxlength", "12")
        .with("aria-invalid", problem.map(|_| "true"))
        .with("value", typed);
    let chosen = visit.progress.unit(question).map(|unit| unit.id.as_str());
    let unit = match question.units.as_slice() {
        [only] => el("span").child(only.text.clone()),
        units => {
            let options = units
                .iter()
                .map(|unit| {
                    el("option")
                        .with("value", unit.id.clone())
                        .with("selected", chosen == Some(unit.id.as_str()))
                        .child(unit.text.clone())
                })
                .collect::<Vec<_>>();
            el("select")
                .class("zs-select zs-form-field__unit")
                .with("name", [&question.id, ".unit"].concat())
                .with("aria-label", visit.words.step_unit)
                .child(options)
        }
    };
    nodes![
        el("div")
            .class("zs-stack zs-stack--tight")
            .child(
                el("h1")
                    .class("zs-h1")
                    .with("tabindex", "-1")
                    .child(el("label").with("for", question.id.clone()).child(title(&question.text))),
            )
            .child(hint(question)),
        el("div")
            .class(field_class(problem))
            .child(field_error(problem, &question.id))
            .child(el("div").class("zs-form-field__box").child(describing(input, question, problem)).child(unit))
    ]
}

fn choices(visit: &Visit<'_>, question: &Question, problem: Option<&Problem>) -> Node {
    let kind = if question.kind == QuestionKind::Many { "checkbox" } else { "radio" };
    let chosen: Vec<&str> = visit.progress.typed(&question.id).collect();
    let mut place = 0;
    let mut choice = |id: &str, text: &str, hint: &str| {
        // The first has the question's own id, where the error summary leads.
        let own = if place == 0 { question.id.clone() } else { [&question.id, "-", id].concat() };
        place += 1;
        let small = (!hint.is_empty()).then(|| el("small").child(hint.to_owned()));
        el("label")
            .class("zs-choice")
            .with("for", own.clone())
            .child(
                el("input")
                    .with("type", kind)
                    .with("id", own)
                    .with("name", question.id.clone())
                    .with("value", id.to_owned())
                    .with("checked", chosen.contains(&id)),
            )
            .child(el("span").child(text.to_owned()).child(small))
    };
    // Most have none of them: that answer must not lie two screens below.
    let none = (!question.none.is_empty()).then(|| choice(NONE, &question.none, ""));
    let mut all: Vec<El> = none.into_iter().collect();
    all.extend(question.choices.iter().map(|Choice { id, text, hint }| choice(id, text, hint)));
    if !question.unknown.is_empty() {
        all.push(choice(UNKNOWN, &question.unknown, ""));
    }
    let set = el("fieldset")
        .class("zs-choices")
        .child(el("legend").child(el("h1").class("zs-h1").with("tabindex", "-1").child(title(&question.text))))
        .child(hint(question))
        .child(field_error(problem, &question.id))
        .child(el("div").class("zs-choices__list").child(all));
    el("div").class(field_class(problem)).child(describing(set, question, problem)).node()
}

/// What is wrong with an answer, and what would be right.
fn problem(visit: &Visit<'_>, question: &Question, refusal: Refusal) -> Problem {
    let words = visit.words;
    let unit = visit.progress.unit(question);
    let in_unit = |number: f64| told(number / unit.map_or(1.0, |unit| unit.factor));
    let message = match refusal {
        Refusal::Missing => question.missing.clone(),
        Refusal::Invalid => question.invalid.clone(),
        Refusal::NoNumber => between(words.error_number, &question.example),
        Refusal::Contradiction => words.error_both.to_owned(),
        Refusal::TooLow | Refusal::TooHigh => {
            let typed = visit.progress.typed(&question.id).next().unwrap_or_default();
            let name = unit.map_or_else(String::new, |unit| [" ", &unit.text].concat());
            [
                words.error_range.0,
                typed,
                &name,
                words.error_range.1,
                &in_unit(question.least),
                "–",
                &in_unit(question.most),
                &name,
                words.error_range.2,
            ]
            .concat()
        }
    };
    Problem {
        kind: String::new(),
        code: Code::InvalidInput,
        title: words.error_title.to_owned(),
        status: 422,
        detail: String::new(),
        kept: String::new(),
        phone: String::new(),
        request_id: String::new(),
        errors: vec![FieldError { field: question.id.clone(), message }],
    }
}
