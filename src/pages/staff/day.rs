//! Today: who is expected, who is there, who did not come; each is recorded in one tap.

use super::form::{hidden, post};
use super::row::{MAIN, Place, Row, WORD, form, mark, of, row, way};
use crate::components::icon::icon;
use crate::components::phone_link::tel;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::appointments::{Action, State, after, timely};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::DayEntry;
use zaoshai_contract::staff::desk::Desk;

/// The day's appointments by time; what is done with stands folded at the end, so that nobody who still comes is below it.
pub fn section(day: &[DayEntry], desk: &Desk) -> Node {
    let rows = |open: bool| day.iter().filter(|one| one.open == open).map(|one| entry(one, desk)).collect::<Vec<_>>();
    let (open, done) = (rows(true), rows(false));
    let none = day.is_empty().then(|| el("p").class("zs-empty").child("今天没有人约了要来。"));
    let settled = (!done.is_empty() && open.is_empty()).then(|| el("p").class("zs-empty").child("今天来的都办完了。"));
    let ended = (!done.is_empty()).then(|| {
        el("details")
            .class("zs-details")
            .child(el("summary").child(icon("check")).child(el("span").child(format!("办完的 {} 人", done.len()))))
            .child(el("ul").class("zs-rows zs-rows--day").child(done))
    });
    nodes![none, settled, el("ul").class("zs-rows zs-rows--day").child(open), ended]
}

/// How the day stands, in one line.
pub fn told(day: &[DayEntry]) -> String {
    let count = |state: State| day.iter().filter(|entry| entry.state == state).count();
    format!(
        "待来 {} · 已到 {} · 已就诊 {} · 没来 {}",
        count(State::Booked),
        count(State::Arrived),
        count(State::Attended),
        count(State::Missed)
    )
}

/// What can be recorded of an appointment now; `starts` is none of what is past and was missed.
pub fn possible(state: State, starts: Option<Moment>, now: Moment) -> Vec<(Action, &'static str)> {
    let arrived = if state == State::Missed { "后来到了" } else { "到了" };
    let all =
        [(Action::Arrive, arrived), (Action::Attend, "已就诊"), (Action::Miss, "没来"), (Action::Unrecord, "撤回")];
    let fits = |action| starts.is_none_or(|starts| timely(action, starts, now).is_ok());
    all.into_iter()
        .filter(|(action, _)| after(Some(state), *action, Party::Staff(Role::Nurse)).is_ok() && fits(*action))
        .collect()
}

/// The key of a mark: what the nurse saw is recorded once, also when two of them tap at the same time.
pub fn key(appointment: &str, version: i64) -> String {
    format!("mark-of-{appointment}-{version}")
}

/// The buttons that record what became of an appointment; none once nothing is left to record.
pub fn record(followup: &str, (appointment, version): (&str, i64), actions: Vec<(Action, &'static str)>) -> Option<El> {
    if actions.is_empty() {
        return None;
    }
    let buttons = actions
        .into_iter()
        .map(|(action, label)| {
            let label = if action == Action::Unrecord { "点错了，撤回" } else { label };
            let button = mark("action", action.as_str(), "zs-button zs-button--quiet zs-button--small", label);
            let key = match action {
                Action::Arrive => "D",
                Action::Attend => "S",
                _ => return button,
            };
            button.with("data-key", key.to_ascii_lowercase()).child(" ").child(el("kbd").class("zs-kbd").child(key))
        })
        .collect::<Vec<_>>();
    Some(
        post(followup, "record")
            .class("zs-outcomes")
            .child(hidden("key", key(appointment, version)))
            .child(hidden("appointment", appointment.to_owned()))
            .child(buttons),
    )
}

/// The marks of an appointment in a row: the one that comes next drawn, the others as words.
pub fn marks(
    (followup, name): (&str, &str),
    (appointment, version): (&str, i64),
    (state, actions): (State, Vec<(Action, &'static str)>),
    place: Place<'_>,
) -> Option<El> {
    if actions.is_empty() {
        return None;
    }
    let next = match state {
        State::Booked => Some(Action::Arrive),
        State::Arrived => Some(Action::Attend),
        _ => None,
    };
    let main = actions.iter().position(|(action, _)| Some(*action) == next);
    let form =
        form(followup, "record", key(appointment, version), place).child(hidden("appointment", appointment.to_owned()));
    let drawn = main.map(|main| {
        let (action, label) = actions[main];
        of(mark("action", action.as_str(), MAIN, label), label, name)
    });
    let words = actions.iter().enumerate().filter(|(at, _)| Some(*at) != main).map(|(_, (action, label))| {
        let class = if *action == Action::Unrecord { "zs-word zs-word--undo" } else { WORD };
        of(mark("action", action.as_str(), class, label), label, name)
    });
    let words = words.collect::<Vec<_>>();
    Some(form.child(drawn).child(words))
}

/// How somebody stands on the day: a coloured chip is for what needs someone, what is in order is a word with a tick.
fn state(entry: &DayEntry, now: Moment) -> Node {
    let chip = |class: &'static str, name: &'static str, word: String| {
        el("span").class(class).child(icon(name)).child(el("span").child(word)).node()
    };
    let late = (now.0 - entry.starts.0) / 60_000;
    let told = match entry.state {
        State::Booked if late > 0 => {
            let told = if late < 60 { format!("过了 {late} 分") } else { format!("过了 {} 小时", late / 60) };
            chip("zs-chip zs-chip--amber", "clock", told)
        }
        State::Booked => chip("zs-fine", "check", "约好了".to_owned()),
        State::Arrived => chip("zs-chip zs-chip--act", "check", "到了，在等".to_owned()),
        State::Missed if entry.open => chip("zs-chip zs-chip--amber", "alert", "没来".to_owned()),
        State::Attended if entry.open => chip("zs-fine", "check", "已就诊".to_owned()),
        state => chip("zs-fine", "check", state.title().to_owned()),
    };
    let done = if entry.state == State::Booked { "撤回了" } else { "登记好了" };
    nodes![told, el("span").class("zs-row__done").child(done)]
}

/// A time as it is read down a column.
fn hour(at: Moment) -> String {
    let minute = at.minute_of_day();
    format!("{}:{:02}", minute / 60, minute % 60)
}

fn entry(entry: &DayEntry, desk: &Desk) -> El {
    let place = Place::Desk(desk);
    let actions = if entry.open { possible(entry.state, Some(entry.starts), desk.now) } else { Vec::new() };
    let own = ["/staff/followups/", entry.followup.as_str()].concat();
    let ways = (own.as_str(), entry.followup.as_str());
    let link = |deed, class, label: &'static str| way(ways, deed, place, class, label);
    let marks =
        marks((&entry.followup, &entry.name), (&entry.appointment, entry.version), (entry.state, actions), place);
    let call = (!entry.phone.is_empty()).then(|| el("a").class(MAIN).with("href", tel(&entry.phone)).child("打电话"));
    let ours = entry.in_charge.is_none();
    let main = match entry.state {
        State::Attended if entry.open && ours => link("outcome", MAIN, "记结果"),
        State::Missed if entry.open && ours => call.into(),
        _ => Node::from(()),
    };
    let words = match &entry.in_charge {
        // They have no page here: what is to be asked is asked there.
        Some(hospital) if !entry.phone.is_empty() => el("a")
            .class("zs-word zs-word--kept")
            .with("href", tel(&entry.phone))
            .child(["打给", hospital.as_str()].concat())
            .node(),
        None if entry.open && entry.state == State::Booked => link("book", WORD, "改期"),
        _ => Node::from(()),
    };
    let line = match &entry.in_charge {
        Some(hospital) => format!("{} · {} · 随访由{hospital}负责", entry.service, entry.room),
        None => [entry.service.as_str(), &entry.room, &entry.reason]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
    };
    // A tap leads back to this row, which then says that it is done.
    row(
        Row {
            id: ["row-", entry.appointment.as_str()].concat(),
            followup: if ours { entry.followup.clone() } else { String::new() },
            name: entry.name.clone(),
            when: hour(entry.starts).into(),
            line,
            state: state(entry, desk.now),
            main: nodes![main, marks],
            words,
        },
        place,
    )
}
