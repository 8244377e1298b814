//! Follow-ups in lists: how each stands, why somebody must look after it, and what can be done about it in the row.

use super::day::{key, marks, possible};
use super::form::hidden;
use super::row::{MAIN, Place, Row, WORD, form, mark, of, way};
use super::whole::{shown, unbroken, whole};
use crate::components::icon::icon;
use crate::components::phone_link::tel;
use crate::text::{clock, moment, short_day};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Prompt, Prompted, Standing, last_call};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{ClosedClinic, Closing, FollowUpRow, TOMORROW};

/// From how many calls in a row that nobody answered another way is to be tried.
const MANY_UNANSWERED: i64 = 2;

/// The state as a word with an icon.
pub fn chip(row: &FollowUpRow) -> Node {
    let (class, name, word) = if row.locked {
        ("zs-chip zs-chip--amber", "lock", "链接锁住")
    } else if let Some(prompt) = row.prompt.as_ref().filter(|_| row.standing != Standing::Closed) {
        ("zs-chip zs-chip--amber", "alert", prompt.why.title())
    } else if row.overdue && row.standing == Standing::ToBook {
        ("zs-chip zs-chip--amber", "alert", "逾期")
    } else {
        let (class, name) = match row.standing {
            Standing::ToBook | Standing::Held => ("zs-chip", "clock"),
            Standing::Booked | Standing::Arrived | Standing::OutcomeDue => ("zs-chip zs-chip--act", "check"),
            Standing::Unrecorded | Standing::Missed | Standing::Cancelled | Standing::NoNextStep => {
                ("zs-chip zs-chip--amber", "alert")
            }
            Standing::Closed => ("zs-chip", "close"),
        };
        (class, name, row.standing.title())
    };
    el("span").class(class).child(icon(name)).child(el("span").child(word)).node()
}

/// Why somebody must look after it now, and so what to do; none while nobody must.
pub fn why(row: &FollowUpRow) -> Option<String> {
    if !row.overdue {
        return None;
    }
    let prompt = row.prompt.as_ref().map(prompt);
    if let (Some(closed), Standing::Held | Standing::Cancelled) = (&row.closed, row.standing) {
        return Some(prompt.into_iter().chain([of_closing(closed, row.wrong_number)]).collect::<Vec<_>>().join("；"));
    }
    // What stands for itself is told as well.
    let alone =
        matches!(row.standing, Standing::Unrecorded | Standing::Missed | Standing::Cancelled | Standing::NoNextStep);
    if let Some(prompt) = prompt.as_ref().filter(|_| !alone) {
        return Some(prompt.clone());
    }
    let why = match row.standing {
        Standing::ToBook => "过了最晚的日期，还没有约",
        Standing::Held => "留着一个时间，等病人确认，请打电话",
        Standing::Booked | Standing::Unrecorded => "时间过了，没有登记来没来",
        Standing::Arrived => "来过，没有登记看没看",
        Standing::OutcomeDue => "看过了，结果还没有填",
        Standing::Missed => "没有来，还没有重约",
        Standing::Cancelled => "医院取消了，还没有新时间",
        Standing::NoNextStep => "没有下一步，要定",
        Standing::Closed => return None,
    };
    Some(prompt.into_iter().chain([why.to_owned()]).collect::<Vec<_>>().join("；"))
}

/// What somebody must hear whose clinic was closed: what was, what they have now, and what to ask them.
fn of_closing(closed: &ClosedClinic, wrong_number: bool) -> String {
    let call = if wrong_number { "有了对的号码，请打电话" } else { "请打电话" };
    let was = moment(Lang::Hans, closed.starts);
    let has = closed.kept.as_ref().map(|kept| {
        let (starts, until) = (moment(Lang::Hans, kept.starts), moment(Lang::Hans, kept.until));
        format!("现在留着 {starts}，留到 {until}，还没有确认")
    });
    let has = has.unwrap_or_else(|| "现在没有约".to_owned());
    match (closed.closing, &closed.kept) {
        (Closing::Stands, Some(_)) => {
            format!("{was} 停诊，原来的时间取消了。{has}。{call}：那天别来，问新时间行不行")
        }
        (Closing::Stands, None) => format!("{was} 停诊，原来的时间取消了。{has}。{call}：那天别来，约一个新时间"),
        (Closing::TakenBack, Some(_)) => format!(
            "{was} 停诊过，停诊后来撤销了，取消的时间没有恢复。{has}。{call}：那天又开诊，问要那天还是要留着的时间，约好以前别来"
        ),
        (Closing::TakenBack, None) => format!(
            "{was} 停诊过，停诊后来撤销了，取消的时间没有恢复。{has}。{call}：那天又开诊，问要哪天，约好以前别来"
        ),
    }
}

/// What asks for staff, and what to do about it.
fn prompt(prompt: &Prompted) -> String {
    let day = short_day(Lang::Hans, prompt.at.date());
    let reason = if prompt.reason.is_empty() { String::new() } else { ["：", &prompt.reason].concat() };
    match prompt.why {
        Prompt::CancelledByPatient => format!("病人 {day} 取消了预约{reason}"),
        Prompt::CancelledByFamily => format!("家人 {day} 取消了预约{reason}"),
        Prompt::Lapsed => format!("给病人留的时间没有确认，{day} 放开了"),
        Prompt::WrongNumber => "号码不对，请更正".to_owned(),
    }
}

/// How many calls nobody answered, and what to try then.
pub fn unanswered(row: &FollowUpRow) -> Option<String> {
    match row.unanswered {
        ..=0 => None,
        some if some < MANY_UNANSWERED => Some("1 次没人接".to_owned()),
        many => Some(format!("{many} 次没人接，换个时间打，或者寄信")),
    }
}

/// Whether somebody who is to choose a time was not sent the message with their link, as far as anybody has marked.
pub fn unsent(row: &FollowUpRow) -> bool {
    row.sent.is_none() && row.standing == Standing::ToBook && !row.wrong_number && !row.phone.is_empty()
}

/// How somebody stands: a chip, why somebody must look after them, and what was tried.
fn state(row: &FollowUpRow, today: CivilDate) -> Node {
    let call = row.call_on.map(|day| promised(day, today));
    let late = row.call_on.is_some_and(|day| day < today);
    let kept = row
        .kept
        .as_ref()
        .filter(|_| row.closed.is_none())
        .map(|kept| format!("留着 {}，留到 {}", moment(Lang::Hans, kept.starts), moment(Lang::Hans, kept.until)));
    let told = why(row).into_iter().chain(kept).chain(unanswered(row)).collect::<Vec<_>>().join("；");
    let unsent =
        unsent(row).then(|| el("span").class("zs-chip").child(icon("letter")).child(el("span").child("短信没发")));
    nodes![
        chip(row),
        unsent,
        (!told.is_empty()).then(|| el("span").class("zs-row__why").child(whole(&told))),
        call.map(|call| {
            el("span").class(if late { "zs-row__why zs-row__late" } else { "zs-row__why" }).child(whole(&call))
        }),
        el("span").class("zs-row__done").child("刚点的")
    ]
}

/// For when a call was promised, and how late it is.
pub fn promised(day: CivilDate, today: CivilDate) -> String {
    let told = format!("说好 {} 打", short_day(Lang::Hans, day));
    if day < today { format!("{told} · 晚 {} 天", today.days() - day.days()) } else { told }
}

/// By when somebody is to come, or how late they are.
fn when(row: &FollowUpRow, today: CivilDate) -> Node {
    let dated = |day: CivilDate, tail: &str| {
        let words = [short_day(Lang::Hans, day).as_str(), tail].concat();
        let class = if words.contains('年') { "zs-whole zs-whole--year" } else { "zs-whole" };
        el("span").class(class).child(words)
    };
    if let Some(starts) = row.starts {
        return nodes![dated(starts.date(), ""), " ", unbroken(clock(Lang::Hans, starts))];
    }
    match row.due_to {
        Some(due) if due < today && row.overdue => unbroken(format!("晚 {} 天", today.days() - due.days())).node(),
        Some(due) => dated(due, "前").node(),
        None => Node::from(()),
    }
}

/// The outcomes of a call that one tap records, and the way to the others.
pub fn outcomes(row: &FollowUpRow, today: CivilDate) -> Vec<(&'static str, &'static str)> {
    let tomorrow = today.plus_days(1);
    let again = tomorrow <= last_call(row.urgency, row.due_to, today);
    [("agreed", "答应来"), ("no-answer", "没人接"), ("call-later", "明天再打")]
        .into_iter()
        .filter(|(outcome, _)| again || *outcome != "call-later")
        // Whoever says yes to the time that is kept is booked there: that they will come alone would let it lapse.
        .filter(|(outcome, _)| row.kept.is_none() || *outcome != "agreed")
        .collect()
}

/// The field that says which day a call is put off to by one tap.
pub fn tomorrow() -> El {
    hidden("again", TOMORROW.to_owned())
}

/// A follow-up as a row.
pub fn row(row: &FollowUpRow, now: Moment, place: Place<'_>) -> Node {
    let own = ["/staff/followups/", row.id.as_str()].concat();
    let link = |deed, class, label: &'static str| way((own.as_str(), row.id.as_str()), deed, place, class, label);
    let closed = row.standing == Standing::Closed;
    // Nobody is called by one tap under a number that is known to be somebody else's.
    let callable = !closed && !row.wrong_number && !row.phone.is_empty();
    let call = callable.then(|| {
        el("a")
            .class("zs-button zs-button--tint zs-row__main")
            .with("href", tel(&row.phone))
            .with("aria-label", ["打给", row.name.as_str(), " ", &shown(&row.phone), "，打电话"].concat())
            .child(icon("phone"))
            .child(el("span").class("zs-narrow").child("打电话"))
            .child(el("span").class("zs-wide zs-whole").child(shown(&row.phone)))
    });
    // Whose time has passed is marked first; a call is for whom nobody has seen.
    let recorded = row.appointment_state.filter(|state| row.overdue && matches!(state, State::Booked | State::Arrived));
    let marked = recorded.and_then(|state| {
        let actions = possible(state, row.starts, now);
        marks((&row.id, &row.name), (&row.appointment, row.version), (state, actions), place)
    });
    let main = match row.standing {
        Standing::Closed => Node::from(()),
        _ if row.wrong_number => {
            el("a").class(MAIN).with("href", [own.as_str(), "/edit#phone"].concat()).child("改号码").node()
        }
        _ if marked.is_some() => Node::from(()),
        Standing::OutcomeDue => link("outcome", MAIN, "记结果"),
        Standing::NoNextStep => link("outcome", MAIN, "定下一步"),
        _ => call.into(),
    };
    let called = (callable && marked.is_none() && place.from().is_some()).then(|| {
        let buttons = outcomes(row, now.date())
            .into_iter()
            .map(|(outcome, label)| of(mark("outcome", outcome, WORD, label), label, &row.name));
        form(&row.id, "call", key(&row.id, row.version), place).child(tomorrow()).child(buttons.collect::<Vec<_>>())
    });
    let confirm = row.kept.as_ref().filter(|_| place.from().is_some()).map(|_| link("kept", WORD, "替人确认"));
    let more = (!closed && place.from().is_some()).then(|| link("call", WORD, "别的…"));
    let services = row.services.join("、");
    let line = [row.urgency.title(), services.as_str(), row.reason.as_str()];
    let line = line.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    super::row::row(
        Row {
            id: ["row-", row.id.as_str()].concat(),
            followup: row.id.clone(),
            name: row.name.clone(),
            when: when(row, now.date()),
            line,
            state: state(row, now.date()),
            main: nodes![main, marked],
            words: nodes![confirm, called, more],
        },
        place,
    )
    .node()
}
