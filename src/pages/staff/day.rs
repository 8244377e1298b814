//! Today: who is expected, who is there, who did not come; each is recorded in one tap.

use super::form::{hidden, post};
use super::row::row;
use super::turn;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::tel;
use crate::text::clock;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::appointments::{Action, State, after, timely};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{DayEntry, OpenQuestion};

/// The day's appointments, by time.
pub fn section(day: &[DayEntry], now: Moment) -> Node {
    let count = |state: State| day.iter().filter(|entry| entry.state == state).count();
    let told = format!(
        "待来 {} · 已到 {} · 已就诊 {} · 未到 {}",
        count(State::Booked),
        count(State::Arrived),
        count(State::Attended),
        count(State::Missed)
    );
    let empty = day.is_empty().then(|| el("p").class("zs-row__line").child("今天没有预约。"));
    let rows = day.iter().map(|one| entry(one, now)).collect::<Vec<_>>();
    el("section")
        .with("aria-labelledby", "day")
        .child(
            el("h2")
                .class("zs-group")
                .with("id", "day")
                .child(small_icon("calendar"))
                .child("今天来的 ")
                .child(day.len()),
        )
        .child((!day.is_empty()).then(|| el("p").class("zs-row__line").child(told)))
        .child(empty)
        .child(el("ul").child(rows))
        .node()
}

/// What can be recorded of an appointment now; `starts` is none of what is past and was missed.
pub fn possible(state: State, starts: Option<Moment>, now: Moment) -> Vec<(Action, &'static str)> {
    let arrived = if state == State::Missed { "后来到了" } else { "到了" };
    let all = [
        (Action::Arrive, arrived),
        (Action::Attend, "已就诊"),
        (Action::Miss, "没来"),
        (Action::Unrecord, "点错了，撤回"),
    ];
    let fits = |action| starts.is_none_or(|starts| timely(action, starts, now).is_ok());
    all.into_iter()
        .filter(|(action, _)| after(Some(state), *action, Party::Staff(Role::Nurse)).is_ok() && fits(*action))
        .collect()
}

/// The buttons that record what became of an appointment; none once nothing is left to record.
pub fn record(
    followup: &str,
    (appointment, version): (&str, i64),
    actions: Vec<(Action, &'static str)>,
    from: &'static str,
) -> Option<El> {
    if actions.is_empty() {
        return None;
    }
    let buttons = actions
        .into_iter()
        .map(|(action, label)| {
            el("button")
                .class("zs-button zs-button--quiet zs-button--small")
                .with("type", "submit")
                .with("name", "action")
                .with("value", action.as_str())
                .child(label)
        })
        .collect::<Vec<_>>();
    // What the nurse saw is recorded once, also when two of them tap at the same time.
    let key = format!("{appointment}-{version}");
    Some(
        post(followup, "record")
            .class("zs-outcomes")
            .child(hidden("key", key))
            .child(hidden("from", from.to_owned()))
            .child(hidden("appointment", appointment.to_owned()))
            .child(buttons),
    )
}

fn entry(entry: &DayEntry, now: Moment) -> El {
    let chip = nodes![
        el("span").class("zs-chip").child(entry.state.title()),
        el("span").class("zs-row__done").child(if entry.state == State::Booked { "撤回了" } else { "登记好了" })
    ];
    let actions = if entry.open { possible(entry.state, Some(entry.starts), now) } else { Vec::new() };
    let recorded = record(&entry.followup, (&entry.appointment, entry.version), actions, "day");
    let when: Node = clock(Lang::Hans, entry.starts).into();
    let line = format!("{} · {}", entry.service, entry.room);
    let id = ["row-", entry.appointment.as_str()].concat();
    if let Some(hospital) = &entry.in_charge {
        return guest(entry, hospital, when, chip, line, recorded).with("id", id);
    }
    // A tap leads back to this row, which then says that it is done.
    row(&entry.followup, &entry.name, &entry.phone, when, chip, line, recorded).with("id", id)
}

/// Somebody whom another hospital follows up: what is to be asked is asked there.
fn guest(entry: &DayEntry, hospital: &str, when: Node, chip: Node, line: String, recorded: Option<El>) -> El {
    let call = (!entry.phone.is_empty()).then(|| {
        el("a")
            .class("zs-row__call")
            .with("href", tel(&entry.phone))
            .with("aria-label", ["打给", hospital].concat())
            .child(icon("phone"))
    });
    let name = if entry.name.is_empty() { "（资料已删除）" } else { &entry.name };
    el("li")
        .class("zs-row")
        .child(el("p").class("zs-row__when").child(when))
        .child(
            el("div")
                .class("zs-row__body")
                .child(el("p").class("zs-row__name").child(name.to_owned()).child(" ").child(chip))
                .child(el("p").class("zs-row__line").child(line))
                .child(el("p").class("zs-row__line").child(format!("随访由{hospital}负责，有事请打给他们")))
                .child(recorded),
        )
        .child(call)
}

/// Questions as rows.
pub fn question_rows(questions: &[OpenQuestion]) -> El {
    let rows = questions
        .iter()
        .map(|question| {
            let href = ["/staff/followups/", question.followup.as_str(), "#questions"].concat();
            el("li").class("zs-row").child(
                el("div")
                    .class("zs-row__body")
                    .child(el("p").class("zs-row__name").child(el("a").with("href", href).child(question.name.clone())))
                    .child(el("p").class("zs-row__line").child(question.text.clone())),
            )
        })
        .collect::<Vec<_>>();
    el("ul").child(rows)
}

/// The first questions that wait for an answer, and how many there are.
pub fn open_questions(questions: &[OpenQuestion], count: i64) -> Option<Node> {
    if questions.is_empty() {
        return None;
    }
    Some(
        el("section")
            .with("aria-labelledby", "asked")
            .child(
                el("h2")
                    .class("zs-group")
                    .with("id", "asked")
                    .child(small_icon("letter"))
                    .child("等回答的提问 ")
                    .child(count.to_string()),
            )
            .child(question_rows(questions))
            .child(turn::rest("/staff/questions".to_owned(), count, questions.len()))
            .node(),
    )
}
