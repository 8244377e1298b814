//! What a nurse does with one follow-up: record, call, note, answer, and settle what comes next.

use super::day::{possible, record};
use super::form::{area, asks, button, date, field, hidden, post, select, services};
use super::list::{outcomes, tomorrow};
use super::row::mark;
use super::whole::whole;
use super::{booking, referral};
use crate::components::error_summary::field_error;
use crate::components::icon::icon;
use crate::text::moment;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome, Question, Standing};
use zaoshai_contract::problem::Problem;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{FollowUpDetail, Typed};

/// What was sent last and refused.
pub struct Sent<'a> {
    /// What stood in its fields.
    pub typed: &'a Typed,
    /// Why it was refused.
    pub problem: Option<&'a Problem>,
    /// Whom it concerns.
    pub who: &'a str,
}

impl<'a> Sent<'a> {
    /// Why a form was refused, if it was this one.
    pub fn problem(&self, deed: &str) -> Option<&'a Problem> {
        self.problem.filter(|_| self.typed.deed == deed)
    }

    /// A part that unfolds; the one that was refused is open.
    pub fn fold(&self, deed: &str, name: &'static str, title: &'static str, inside: impl Into<Node>) -> Node {
        self.folded(deed, name, title, inside).node()
    }

    fn folded(&self, deed: &str, name: &'static str, title: &'static str, inside: impl Into<Node>) -> El {
        let opens = self.typed.deed == deed;
        // The name at the top of the page is out of sight where a form stands open further down.
        let whose = (opens && !self.who.is_empty()).then(|| [self.who, "："].concat());
        let id = form_id(deed);
        let key = (deed == "outcome").then_some("r");
        let inside = inside.into();
        let inside = if opens { inside.map_posts(&|post| post.with("id", id.clone())) } else { inside };
        el("details")
            .class("zs-details")
            .with("id", ["do-", deed].concat())
            .with("open", opens)
            .child(
                el("summary")
                    .with("data-key", key)
                    .child(icon(name))
                    .child(el("span").child(whose).child(title))
                    .child(key.map(|_| el("kbd").class("zs-kbd").child("R")))
                    .child(icon("next")),
            )
            .child(el("div").class("zs-stack").child(inside))
    }
}

/// The id of the form that stands open.
fn form_id(deed: &str) -> String {
    ["form-", deed].concat()
}

/// The step while a form stands open: its own button. None where there is no such form.
pub fn step(detail: &FollowUpDetail, typed: &Typed) -> Option<Node> {
    let followup = &detail.row;
    if typed.deed == "kept" && followup.kept.is_some() {
        return Some(super::form::step("do-kept", "替病人确认"));
    }
    let goes_on = followup.standing != Standing::Closed;
    let expected = followup.appointment_state.is_some_and(State::is_firm);
    let booked = followup.appointment_state == Some(State::Booked);
    let (there, word) = match typed.deed.as_str() {
        "call" => (goes_on, CALL),
        "outcome" => (goes_on && !expected, OUTCOME),
        "note" => (true, NOTE),
        "answer" => (open_questions(detail).count() == 1, "发出回答"),
        "book" => (goes_on && booking::is_open(detail), booking::BOOK),
        "cancel" => (goes_on && booked, booking::CANCEL),
        "refer" => (goes_on && referral::is_open(detail), referral::REFER),
        _ => return None,
    };
    there.then(|| {
        let button = el("button").class("zs-button").with("type", "submit").with("form", form_id(&typed.deed));
        button.child(word).node()
    })
}

/// What the buttons of the forms say.
const CALL: &str = "记下这个电话";
const OUTCOME: &str = "保存结果和下一步";
const NOTE: &str = "记下";

fn open_questions(detail: &FollowUpDetail) -> impl Iterator<Item = &Question> {
    detail.questions.iter().filter(|question| question.answered.is_none())
}

/// Everything that can be done now, and nothing that cannot be yet.
pub fn sections(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    if followup.standing == Standing::Closed {
        return nodes![questions(detail, sent), notes(detail, sent)];
    }
    // A step whose appointment is still to come has shown nothing yet.
    let expected = followup.appointment_state.is_some_and(State::is_firm);
    nodes![
        booking::section(detail, sent),
        (!expected).then(|| {
            let fold = sent.folded("outcome", "check", "填结果，定下一步", outcome(detail, sent));
            // Whoever was just seen needs it next.
            let next = followup.standing == Standing::OutcomeDue && sent.typed.deed.is_empty();
            fold.with("open", next)
        }),
        questions(detail, sent),
        notes(detail, sent),
        referral::section(detail, sent)
    ]
}

/// The buttons that record who came.
pub fn recorded(detail: &FollowUpDetail, now: Moment) -> Option<Node> {
    let followup = &detail.row;
    let state = followup.appointment_state.filter(|_| followup.standing != Standing::Closed)?;
    let form = record(&followup.id, (&followup.appointment, followup.version), possible(state, followup.starts, now))?;
    Some(nodes![el("h2").class("zs-group").child("登记"), form])
}

/// What came of a call: the usual outcomes in one tap, and the form for the others.
pub fn called(detail: &FollowUpDetail, sent: &Sent<'_>) -> Option<Node> {
    let followup = &detail.row;
    if followup.standing == Standing::Closed {
        return None;
    }
    let quick = (!followup.wrong_number).then(|| {
        let buttons = outcomes(followup, detail.today).into_iter().map(|(outcome, label)| {
            // A key means the same for everybody, whatever is offered.
            let key = match outcome {
                "agreed" => "1",
                "no-answer" => "2",
                _ => "3",
            };
            mark("outcome", outcome, "zs-button zs-button--tint zs-button--small", label)
                .with("data-key", key)
                .child(el("kbd").class("zs-kbd").child(key))
        });
        post(&followup.id, "call")
            .class("zs-outcomes")
            .child(hidden("key", detail.key.to_string()))
            .child(tomorrow())
            .child(buttons.collect::<Vec<_>>())
    });
    let undo = detail.undoable.as_ref().map(|undoable| {
        post(&followup.id, JustDone::Uncall.as_str()).child(hidden("call", undoable.call.clone())).child(
            el("button")
                .class("zs-word")
                .with("type", "submit")
                .child(format!("上一个（{}）记错了，撤回", undoable.came)),
        )
    });
    Some(nodes![
        el("h2").class("zs-group").child("电话打完，记一笔"),
        quick,
        undo,
        sent.fold("call", "phone", "记一个电话：别的结果、备注", call(detail, sent))
    ])
}

fn call(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let deed = "call";
    let problem = sent.problem(deed);
    let outcomes = CallOutcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.title()));
    asks(post(&detail.row.id, deed))
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(field(
            problem,
            "call-outcome",
            "电话的结果",
            "“不愿意、去世、搬走、在别处治疗”会结束随访、退掉预约。",
            select("call-outcome", "outcome", sent.typed.get(deed, "outcome"), outcomes),
        ))
        .child(field(
            problem,
            "again",
            "哪天再打（选“以后再打”时填）",
            "",
            date("again", sent.typed.get(deed, "again").unwrap_or_default().to_owned()),
        ))
        .child(field(problem, "call-note", "备注", "", area("call-note", "note", "2", sent.typed.get(deed, "note"))))
        .child(button(CALL))
        .node()
}

/// Windows that a tap fills in, by the days until they begin; each is a month long.
const SOON: [(i64, &str); 4] =
    [(14, "两周后的一个月"), (90, "三个月后的一个月"), (180, "半年后的一个月"), (360, "一年后的一个月")];

/// The button that fills a window in; a script shows it.
fn due(today: CivilDate, days: i64, word: &'static str) -> El {
    el("button")
        .class("zs-button zs-button--quiet zs-button--small")
        .with("type", "button")
        .with("hidden", true)
        .with("data-from", today.plus_days(days).to_string())
        .with("data-to", today.plus_days(days + 30).to_string())
        .child(word)
}

fn outcome(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let deed = "outcome";
    let problem = sent.problem(deed);
    let followup = &detail.row;
    let outcomes = Outcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.title()));
    let endings = Ending::ALL.iter().filter(|ending| !matches!(ending, Ending::Erased | Ending::Withdrawn));
    let endings = endings.map(|ending| (ending.as_str(), ending.title()));
    let ways = [("step", "定下一步"), ("end", "结束随访")].into_iter();
    let chosen = |name: &str| sent.typed.get(deed, name);
    let day = |name: &'static str| date(name, chosen(name).unwrap_or_default().to_owned());
    let (from, to) = (day("due_from"), day("due_to"));
    // What they came for is often what they come for again.
    let mut offered = detail.services.clone();
    offered.sort_by_key(|service| !followup.services.contains(&service.name));
    asks(post(&followup.id, deed))
        .class("zs-stack")
        .with("data-steps", "")
        .child(hidden("key", detail.key.to_string()))
        .child(hidden("version", followup.version.to_string()))
        .child(field(
            problem,
            "step-outcome",
            "这一步的结果",
            "",
            select("step-outcome", "outcome", chosen("outcome"), outcomes),
        ))
        .child(field(
            problem,
            "next",
            "然后",
            "不能只填结果：要么有下一步，要么结束。",
            select("next", "next", chosen("next"), ways),
        ))
        .child(services(problem, "下一步可以约什么（约其中一项）", &offered, |id| {
            sent.typed.has(deed, "services", id)
        }))
        .child(
            el("div")
                .class("zs-buttons")
                .with("role", "group")
                .with("aria-label", "常用的时间段")
                .child(SOON.map(|(days, word)| due(detail.today, days, word)).into_iter().collect::<Vec<_>>()),
        )
        .child(
            el("div")
                .class("zs-pair")
                .child(field(problem, "due_from", "最早", "", from))
                .child(field(problem, "due_to", "最晚", "", to)),
        )
        .child(field(
            problem,
            "step-reason",
            "为什么要来（病人看得到，可以不填）",
            "上一次的原因不再显示。不填，就写“上次看过以后，定了下一步”。",
            el("input")
                .class("zs-input")
                .with("id", "step-reason")
                .with("name", "step-reason")
                .with("maxlength", "200")
                .with("value", chosen("step-reason").unwrap_or_default().to_owned()),
        ))
        .child(field(
            problem,
            "ending",
            "结束的原因（选“结束随访”时）",
            "",
            select("ending", "ending", chosen("ending"), endings),
        ))
        .child(button(OUTCOME))
        .node()
}

fn questions(detail: &FollowUpDetail, sent: &Sent<'_>) -> Option<Node> {
    if detail.questions.is_empty() {
        return None;
    }
    let ended = detail.row.standing == Standing::Closed;
    let unanswered = open_questions(detail).next().is_some();
    let alone = open_questions(detail).count() == 1;
    // The link of an ended follow-up shows no answer.
    let call = (ended && unanswered)
        .then(|| el("p").child("随访已经结束，病人在链接上看不到回答了。请打电话告诉病人，再把回答记在这里。"));
    let keep = if ended { "记下回答" } else { "回答，显示在链接里" };
    let rows = detail
        .questions
        .iter()
        .map(|question| {
            let answer = match question.answered {
                Some(at) => nodes![
                    el("p").class("zs-row__line").child(whole(&format!("{} 回答", moment(Lang::Hans, at)))),
                    el("p").child(question.answer.clone())
                ],
                None => {
                    let id = ["answer-", question.id.as_str()].concat();
                    let mine = sent.typed.has("answer", "question", &question.id);
                    let typed = sent.typed.get("answer", "answer").filter(|_| mine).unwrap_or_default().to_owned();
                    let form = post(&detail.row.id, "answer").class("zs-stack zs-stack--tight");
                    let form = if alone { form.with("id", form_id("answer")) } else { form };
                    form.child(hidden("key", detail.key.to_string()))
                        .child(hidden("question", question.id.clone()))
                        .child(field_error(sent.problem("answer").filter(|_| mine), &id))
                        .child(el("label").class("zs-form-field__small-label").with("for", id.clone()).child("回答"))
                        .child(
                            el("textarea")
                                .class("zs-input")
                                .with("id", id)
                                .with("name", "answer")
                                .with("rows", "3")
                                .with("maxlength", "500")
                                .with("required", true)
                                .child(typed),
                        )
                        .child(button(keep))
                        .node()
                }
            };
            el("li").class("zs-row").child(
                el("div")
                    .class("zs-row__body zs-stack zs-stack--tight")
                    .child(el("p").class("zs-row__line").child(whole(&moment(Lang::Hans, question.asked))))
                    .child(el("p").child(el("b").child(question.text.clone())))
                    .child(answer),
            )
        })
        .collect::<Vec<_>>();
    let whose = [if detail.row.name.is_empty() { "病人" } else { &detail.row.name }, "的提问"].concat();
    let section = el("div").class("zs-stack zs-stack--tight").with("id", "questions");
    Some(section.child(el("h2").class("zs-group").child(whose)).child(call).child(el("ul").child(rows)).node())
}

fn notes(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let rows = detail
        .notes
        .iter()
        .map(|note| {
            el("li").class("zs-row").child(
                el("div").class("zs-row__body").child(el("p").child(note.text.clone())).child(
                    el("p").class("zs-row__line").child(whole(&format!(
                        "{} · {}",
                        moment(Lang::Hans, note.at),
                        note.staff
                    ))),
                ),
            )
        })
        .collect::<Vec<_>>();
    let form = post(&detail.row.id, "note")
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(field(
            sent.problem("note"),
            "note",
            "备注（病人看不到）",
            "",
            area("note", "note", "2", sent.typed.get("note", "note")).with("required", true),
        ))
        .child(button(NOTE));
    nodes![
        (!rows.is_empty()).then(|| nodes![el("h2").class("zs-group").child("备注"), el("ul").child(rows)]),
        sent.fold("note", "source", "写备注", form)
    ]
}
