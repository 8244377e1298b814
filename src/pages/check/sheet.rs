//! A check on paper: every question with boxes to tick, and what the rule says, for those who would rather not use a phone.
//! Rendered by the server alone.

use crate::components::Site;
use crate::components::ask::ask;
use crate::components::source_note::{source_note, sources};
use crate::components::title::title as breaking;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::checks::{Check, Question, QuestionKind};

/// The page.
pub fn page(site: &Site, check: &Check) -> Node {
    let words = crate::text::check_words(site.lang);
    let questions = check.questions.iter().map(|question| el("li").child(one(question))).collect::<Vec<_>>();
    let rules = check
        .reasons
        .iter()
        .map(|reason| {
            let points = (reason.points > 0).then(|| format!(" +{}", reason.points));
            el("li").child(el("b").child(reason.name.clone())).child(reason.rule.clone()).child(points)
        })
        .collect::<Vec<_>>();
    let outcomes = check
        .groups
        .iter()
        .flat_map(|group| &group.outcomes)
        .filter(|outcome| !outcome.unsure && !outcome.title.contains('{'))
        .map(|outcome| el("li").child(breaking(&outcome.title)))
        .collect::<Vec<_>>();
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(breaking(&check.title)))
            .child(el("p").child(check.lead.clone()))
            .child(el("ol").class("zs-sheet").child(questions)),
        part(
            "rule",
            words.rule,
            nodes![
                el("p").child(check.rule.clone()),
                el("ul").class("zs-points").child(rules),
                source_note(site, &check.cited, &check.sources)
            ]
        ),
        part("outcomes", words.next, el("ul").class("zs-points").child(outcomes).node()),
        part(
            "not-meant",
            words.not_meant,
            el("ul")
                .class("zs-points")
                .child(check.not_meant.iter().map(|text| el("li").child(text.clone())).collect::<Vec<_>>())
                .node()
        ),
        ask(site),
        sources(site, &check.sources)
    ]
}

fn part(id: &'static str, heading: &'static str, inside: Node) -> El {
    el("section")
        .class("zs-section")
        .with("aria-labelledby", id)
        .child(el("h2").class("zs-h2").with("id", id).child(breaking(heading)))
        .child(inside)
}

fn one(question: &Question) -> Node {
    let hint = (!question.hint.is_empty()).then(|| el("p").class("zs-small").child(question.hint.clone()));
    let boxes = if question.kind == QuestionKind::Number {
        let unit = question.units.first().map(|unit| unit.text.clone()).unwrap_or_default();
        vec![el("li").child("________ ").child(unit)]
    } else {
        question
            .choices
            .iter()
            .map(|choice| (choice.text.clone(), choice.hint.clone()))
            .chain([&question.none, &question.unknown].into_iter().map(|text| (text.clone(), String::new())))
            .filter(|(text, _)| !text.is_empty())
            .map(|(text, hint)| {
                let small = (!hint.is_empty()).then(|| el("small").child(format!("（{hint}）")));
                el("li").child("□ ").child(text).child(small)
            })
            .collect()
    };
    nodes![el("b").child(breaking(&question.text)), hint, el("ul").child(boxes)]
}
