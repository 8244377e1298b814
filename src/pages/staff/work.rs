//! What a nurse does with one follow-up: record, call, note, answer, and settle what comes next.

use super::day::record;
use super::form::{area, button, date, field, hidden, post, select};
use crate::components::icon::icon;
use crate::text::moment;
use crate::view::{Node, el, nodes};
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome, Standing};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::FollowUpDetail;

/// Days in which a next step usually begins and ends, when the nurse does not say otherwise.
const NEXT_DAYS: (i64, i64) = (80, 100);

/// A part that unfolds.
fn fold(name: &'static str, title: &'static str, inside: impl Into<Node>) -> Node {
    el("details")
        .class("zs-details")
        .child(el("summary").child(icon(name)).child(el("span").child(title)).child(icon("next")))
        .child(el("div").class("zs-stack").child(inside))
        .node()
}

/// Everything that can be done now.
pub fn sections(detail: &FollowUpDetail) -> Node {
    let followup = &detail.row;
    if followup.standing == Standing::Closed {
        return notes(detail);
    }
    let key = || hidden("key", detail.key.to_string());
    let recorded = followup
        .appointment_state
        .and_then(|state| record(&followup.id, (&followup.appointment, followup.version), state, "detail"))
        .map(|form| nodes![el("h2").class("zs-group").child("登记"), form]);
    let call = post(&followup.id, "call")
        .class("zs-stack")
        .child(key())
        .child(field(
            None,
            "call-outcome",
            "电话的结果",
            "“不愿意、去世、搬走、在别处治疗”会结束随访、退掉预约。",
            select(
                "call-outcome",
                "outcome",
                CallOutcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.title())),
            ),
        ))
        .child(field(None, "again", "哪天再打（选“以后再打”时填）", "", date("again", Some(detail.today.plus_days(1)))))
        .child(field(None, "call-note", "备注", "", area("call-note", "note", "2")))
        .child(button("记下这个电话"));
    nodes![
        recorded,
        fold("phone", "记一个电话", call),
        fold("check", "填结果，定下一步", outcome(detail)),
        questions(detail),
        notes(detail)
    ]
}

fn outcome(detail: &FollowUpDetail) -> Node {
    let followup = &detail.row;
    let services = detail
        .services
        .iter()
        .map(|service| {
            let id = ["next-", service.id.as_str()].concat();
            el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(
                    el("input")
                        .with("type", "checkbox")
                        .with("id", id)
                        .with("name", "services")
                        .with("value", service.id.clone()),
                )
                .child(el("span").child(service.name.clone()))
        })
        .collect::<Vec<_>>();
    let endings = Ending::ALL.iter().filter(|ending| !matches!(ending, Ending::Erased | Ending::Withdrawn));
    post(&followup.id, "outcome")
        .class("zs-stack")
        .child(hidden("version", followup.version.to_string()))
        .child(field(
            None,
            "step-outcome",
            "这一步的结果",
            "",
            select("step-outcome", "outcome", Outcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.title()))),
        ))
        .child(field(
            None,
            "next",
            "然后",
            "不能只填结果：要么有下一步，要么结束。",
            select("next", "next", [("step", "定下一步"), ("end", "结束随访")].into_iter()),
        ))
        .child(
            el("fieldset")
                .class("zs-form-field")
                .child(el("legend").class("zs-form-field__small-label").child("下一步可以约什么"))
                .child(el("div").class("zs-checks").child(services)),
        )
        .child(
            el("div")
                .class("zs-pair")
                .child(field(None, "due_from", "最早", "", date("due_from", Some(detail.today.plus_days(NEXT_DAYS.0)))))
                .child(field(None, "due_to", "最晚", "", date("due_to", Some(detail.today.plus_days(NEXT_DAYS.1))))),
        )
        .child(field(
            None,
            "ending",
            "结束的原因（选“结束随访”时）",
            "",
            select("ending", "ending", endings.map(|ending| (ending.as_str(), ending.title()))),
        ))
        .child(button("保存结果和下一步"))
        .node()
}

fn questions(detail: &FollowUpDetail) -> Option<Node> {
    if detail.questions.is_empty() {
        return None;
    }
    let rows = detail
        .questions
        .iter()
        .map(|question| {
            let answer = match question.answered {
                Some(at) => nodes![
                    el("p").class("zs-row__line").child(format!("{} 回答", moment(Lang::Hans, at))),
                    el("p").child(question.answer.clone())
                ],
                None => {
                    let id = ["answer-", question.id.as_str()].concat();
                    post(&detail.row.id, "answer")
                        .class("zs-stack zs-stack--tight")
                        .child(hidden("question", question.id.clone()))
                        .child(el("label").class("zs-form-field__small-label").with("for", id.clone()).child("回答"))
                        .child(
                            el("textarea")
                                .class("zs-input")
                                .with("id", id)
                                .with("name", "answer")
                                .with("rows", "3")
                                .with("maxlength", "500")
                                .with("required", true),
                        )
                        .child(button("回答，显示在链接里"))
                        .node()
                }
            };
            el("li").class("zs-row").child(
                el("div")
                    .class("zs-row__body zs-stack zs-stack--tight")
                    .child(el("p").class("zs-row__line").child(moment(Lang::Hans, question.asked)))
                    .child(el("p").child(el("b").child(question.text.clone())))
                    .child(answer),
            )
        })
        .collect::<Vec<_>>();
    Some(nodes![el("h2").class("zs-group").with("id", "questions").child("病人的提问"), el("ul").child(rows)])
}

fn notes(detail: &FollowUpDetail) -> Node {
    let rows = detail
        .notes
        .iter()
        .map(|note| {
            el("li").class("zs-row").child(
                el("div").class("zs-row__body").child(el("p").child(note.text.clone())).child(
                    el("p").class("zs-row__line").child(format!("{} · {}", moment(Lang::Hans, note.at), note.staff)),
                ),
            )
        })
        .collect::<Vec<_>>();
    let form = post(&detail.row.id, "note")
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(field(None, "note", "备注（病人看不到）", "", area("note", "note", "2").with("required", true)))
        .child(button("记下"));
    nodes![
        (!rows.is_empty()).then(|| nodes![el("h2").class("zs-group").child("备注"), el("ul").child(rows)]),
        fold("field", "写备注", form)
    ]
}
