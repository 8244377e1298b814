//! The follow-ups: overdue first, then those who have not answered, then those who come.

use super::day::{open_questions, question_rows, section};
use super::many_tries;
use super::referral::list as referrals;
use super::search::search_field;
use super::turn;
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::{link_card, link_list};
use crate::text::{clock, day, moment, short_day};
use crate::view::{Node, el, nodes};
use zaoshai_contract::followups::{Prompt, Prompted, Standing};
use zaoshai_contract::home_care::CareToday;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{ClosedClinic, Closing, FollowUpList, FollowUpRow, QuestionList, Whole, WholeList};

/// The page.
pub fn page(list: &FollowUpList, care: Option<&CareToday>) -> Node {
    let of = |wanted: fn(&FollowUpRow) -> bool| list.rows.iter().filter(|row| wanted(row)).collect::<Vec<_>>();
    let counts = [
        ("#day", "今天来", list.day.len()),
        ("#overdue", "要处理", usize::try_from(list.overdue_count).unwrap_or(0)),
        ("#asked", "提问", usize::try_from(list.questions_count).unwrap_or(0)),
    ]
    .into_iter()
    .chain(care.map(|care| ("#care", "上门护理", care_count(care))))
    .map(|(href, name, count)| el("a").with("href", href).child(el("b").child(count)).child(name))
    .collect::<Vec<_>>();
    let calls = group(
        ("calls", "phone"),
        (Whole::Calls.title(), "说好再打的，刚接收的"),
        list.calls.iter().collect(),
        Some((Whole::Calls, list.calls_count)),
    );
    let overdue = group(
        ("overdue", "alert"),
        (Whole::Overdue.title(), "紧急的在前，逾期久的在前"),
        list.overdue.iter().collect(),
        Some((Whole::Overdue, list.overdue_count)),
    );
    let latest = "最近建的 100 个里";
    let rest = nodes![
        group(("locked", "lock"), ("链接锁住", latest), of(|row| row.locked), None),
        group(("waiting", "clock"), ("等回复", latest), of(|row| is_open(row) && !row.overdue && !row.locked), None),
        group(
            ("booked", "calendar"),
            ("已约", latest),
            of(|row| is_under_way(row) && !row.overdue && !row.locked),
            None
        ),
        group(("ended", "check"), ("已结束", latest), of(|row| row.standing == Standing::Closed && !row.locked), None)
    ];
    let empty = list.rows.is_empty().then(|| el("p").class("zs-section").child("还没有随访。点下面“新建随访”开始。"));
    nodes![
        el("h1").class("zs-h2").child("今天 ").child(day(Lang::Hans, list.now.date())),
        el("nav").class("zs-counts").with("aria-label", "今天的工作").child(counts),
        list.many_tries.as_ref().map(many_tries),
        search_field(""),
        empty,
        section(&list.day, list.now),
        calls,
        overdue,
        care.and_then(super::home_care::today),
        referrals(&list.referrals),
        open_questions(&list.questions, list.questions_count),
        rest,
        whole_lists(list)
    ]
}

/// How many requests for nursing at home somebody must look at.
pub fn care_count(care: &CareToday) -> usize {
    usize::try_from(care.asked_count).unwrap_or(0) + care.called_off.len()
}

/// The way to all follow-ups, of which this page shows the first.
fn whole_lists(list: &FollowUpList) -> Node {
    let cards = Whole::ALL
        .iter()
        .map(|which| {
            let count = match which {
                Whole::Overdue => format!("{} 个", list.overdue_count),
                Whole::Calls => format!("{} 个", list.calls_count),
                Whole::Waiting | Whole::Booked | Whole::Locked | Whole::Ended => String::new(),
            };
            link_card(["/staff/lists/", which.as_str()].concat(), "next", which.title().to_owned(), count)
        })
        .collect();
    nodes![el("h2").class("zs-group").child("全部名单"), link_list(cards)]
}

/// A whole list, page by page.
pub fn whole(page: &WholeList) -> Node {
    let path = ["/staff/lists/", page.which.as_str()].concat();
    let empty = page.rows.is_empty().then(|| el("p").class("zs-section").child("没有。"));
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("h1").class("zs-h2").child(page.which.title()).child(turn::count(&page.turn, page.rows.len())),
        empty,
        el("ul").child(page.rows.iter().map(row).collect::<Vec<_>>()),
        turn::ways(&path, &page.turn)
    ]
}

/// All questions that wait for an answer, page by page.
pub fn questions(page: &QuestionList) -> Node {
    let empty = page.rows.is_empty().then(|| el("p").class("zs-section").child("没有。"));
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("h1").class("zs-h2").child("等回答的提问").child(turn::count(&page.turn, page.rows.len())),
        empty,
        question_rows(&page.rows),
        turn::ways("/staff/questions", &page.turn)
    ]
}

/// People under a heading; nothing without any. Of a list that may be longer, how many it has and the way to all of them.
fn group(
    (id, name): (&'static str, &'static str),
    (title, order): (&'static str, &'static str),
    rows: Vec<&FollowUpRow>,
    whole: Option<(Whole, i64)>,
) -> Node {
    if rows.is_empty() {
        return Node::from(());
    }
    let heading = el("h2")
        .class("zs-group")
        .with("id", id)
        .child(small_icon(name))
        .child(title)
        .child(" ")
        .child(whole.map_or_else(|| rows.len().to_string(), |(_, count)| count.to_string()))
        .child(el("span").child(order));
    let rest =
        whole.and_then(|(which, count)| turn::rest(["/staff/lists/", which.as_str()].concat(), count, rows.len()));
    let rows = rows.into_iter().map(row).collect::<Vec<_>>();
    el("section").with("aria-labelledby", id).child(heading).child(el("ul").child(rows)).child(rest).node()
}

fn is_open(row: &FollowUpRow) -> bool {
    !is_under_way(row) && row.standing != Standing::Closed
}

fn is_under_way(row: &FollowUpRow) -> bool {
    matches!(row.standing, Standing::Booked | Standing::Arrived | Standing::OutcomeDue)
}

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
    let has = closed.kept.map(|kept| {
        let (starts, until) = (moment(Lang::Hans, kept.starts), moment(Lang::Hans, kept.until));
        format!("现在留着 {starts}，留到 {until}，还没有确认")
    });
    let has = has.unwrap_or_else(|| "现在没有约".to_owned());
    match (closed.closing, closed.kept) {
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

/// A follow-up as a row.
pub fn row(row: &FollowUpRow) -> Node {
    let when = match row.starts {
        Some(starts) => {
            let date = starts.date();
            nodes![short_day(Lang::Hans, date), el("br"), clock(Lang::Hans, starts)]
        }
        None => row.due_to.map_or_else(|| Node::from(()), |due| nodes![short_day(Lang::Hans, due), el("br"), "前"]),
    };
    let services = row.services.join("、");
    let why = why(row);
    let parts = why.as_deref().into_iter().chain([row.urgency.title(), services.as_str(), row.reason.as_str()]);
    let line = parts.collect::<Vec<_>>().join(" · ");
    // Nobody is called by one tap under a number that is known to be somebody else's.
    let phone = if row.wrong_number { "" } else { row.phone.as_str() };
    super::row::row(&row.id, &row.name, phone, when, chip(row), line, None).node()
}
