//! The timetable: the coming days, what repeats every week, what differs, and who visits.

use crate::components::icon::{icon, small_icon};
use crate::components::notice::notice;
use crate::text::{day, full_day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::{Moment, Weekday};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::Lang;
use zaoshai_contract::schedules::{Exception, ExceptionKind, Template, Visit, VisitState, write_time};
use zaoshai_contract::staff::BookableService;
use zaoshai_contract::staff::schedules::{ScheduleForm, SchedulesPage, TimetableDay, TimetableGroup, TimetableTime};

/// Days that are open when the page comes.
const OPEN_DAYS: usize = 2;

/// The page.
pub fn page(page: &SchedulesPage) -> Node {
    let manages = page.staff.may(Deed::ManageSchedules);
    let unknown = page.unknown_years.iter().map(|year| {
        notice(String::new(), format!("{year} 年的放假安排还没有写全。公布以后，请编辑补上，号会自动跟着改。"))
    });
    let days = page.days.iter().enumerate().map(|(place, day)| one_day(day, place < OPEN_DAYS));
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("h1").class("zs-h1").child("排班"),
        el("div").class("zs-stack zs-stack--wide").child(kept(page, manages)).child(unknown.collect::<Vec<_>>()).child(
            el("div")
                .class("zs-stack zs-timetable")
                .child(
                    el("section")
                        .with("aria-labelledby", "days")
                        .child(group("days", "calendar", "这两周", "已约 / 位置"))
                        .child(days.collect::<Vec<_>>())
                )
                .child(
                    el("div")
                        .class("zs-stack")
                        .child(weekly(page, manages))
                        .child(exceptions(page, manages))
                        .child(visits(page, manages))
                )
        )
    ]
}

fn group(id: &'static str, name: &'static str, title: &'static str, aside: &'static str) -> El {
    el("h2").class("zs-group").with("id", id).child(small_icon(name)).child(title).child(el("span").child(aside))
}

/// A way to a form.
fn way(form: &ScheduleForm) -> El {
    el("a")
        .class("zs-button zs-button--quiet")
        .with("href", form.path())
        .child(icon("plus"))
        .child(el("span").child(form.title()))
}

/// Who is in slots that the timetable no longer has.
fn kept(page: &SchedulesPage, manages: bool) -> Option<El> {
    let (slots, people) = page.kept;
    (slots > 0).then(|| {
        let move_them = manages.then(|| {
            let form = ScheduleForm::Clear;
            el("a").class("zs-button zs-button--quiet").with("href", form.path()).child("看一看，再移走")
        });
        el("div")
            .class("zs-card zs-stack zs-stack--tight")
            .child(el("p").child(format!("有 {slots} 个时间已不在排班里，但里面还有 {people} 个人。")))
            .child(el("p").class("zs-small").child("这些时间不再给别人。他们的预约还在，没有变。"))
            .child(move_them)
    })
}

/// One day, to be opened.
fn one_day(one: &TimetableDay, open: bool) -> El {
    let (taken, capacity) = one
        .groups
        .iter()
        .flat_map(|group| &group.times)
        .filter(|time| !time.closed)
        .fold((0, 0), |(taken, capacity), time| (taken + time.taken, capacity + time.capacity));
    let sum = if capacity > 0 { format!("{taken} / {capacity}") } else { "没有号".to_owned() };
    let note = (!one.note.is_empty()).then(|| el("span").class("zs-chip zs-chip--amber").child(one.note.clone()));
    let closed = (!one.closings.is_empty()).then(|| el("span").class("zs-chip zs-chip--amber").child("有停开"));
    let closings = one
        .closings
        .iter()
        .map(|closing| el("p").class("zs-small").child(icon("close")).child(" ").child(closing.clone()))
        .collect::<Vec<_>>();
    let groups = one.groups.iter().map(one_group).collect::<Vec<_>>();
    let nothing = one.groups.is_empty().then(|| el("p").class("zs-small").child("这天没有号。"));
    el("details")
        .class("zs-details zs-day")
        .with("open", open)
        .child(
            el("summary")
                .child(el("span").child(el("b").child(day(Lang::Hans, one.date))).child(" ").child(sum))
                .child(note)
                .child(closed)
                .child(icon("next")),
        )
        .child(el("div").child(closings).child(nothing).child(el("ul").child(groups)))
}

fn one_group(group: &TimetableGroup) -> El {
    let expert = (!group.expert.is_empty())
        .then(|| el("span").class("zs-chip zs-chip--act").child(format!("专家 {}", group.expert)));
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body")
            .child(el("p").class("zs-row__name").child(el("b").child(group.service.clone())).child(expert))
            .child(el("p").class("zs-row__line").child(group.room.clone()))
            .child(el("ul").class("zs-times").child(group.times.iter().map(one_time).collect::<Vec<_>>())),
    )
}

fn one_time(time: &TimetableTime) -> El {
    let full = time.taken >= time.capacity;
    let class = match (time.closed, full) {
        (true, _) => "zs-times__closed",
        (false, true) => "zs-times__full",
        (false, false) => "",
    };
    let state = match (time.closed, time.taken) {
        (true, 0) => "停".to_owned(),
        (true, taken) => format!("停，还有 {taken} 人"),
        (false, taken) => format!("{taken}/{}{}", time.capacity, if full { " 满" } else { "" }),
    };
    el("li").class(class).child(el("b").child(write_time(time.starts.minute_of_day()))).child(" ").child(state)
}

fn name(services: &[BookableService], id: &str) -> String {
    services.iter().find(|service| service.id == id).map_or_else(|| id.to_owned(), |service| service.name.clone())
}

/// Times within a day, like 08:30 到 11:30，每 30 分钟一个号.
pub fn hours(from: u16, until: u16, every: u16, capacity: u16) -> String {
    format!("{} 到 {}，每 {every} 分钟一个号，每个号 {capacity} 人", write_time(from), write_time(until))
}

/// From when until when weekly times apply.
pub fn span(template: &Template) -> String {
    let from = full_day(template.valid_from);
    template.valid_to.map_or_else(|| format!("{from} 起"), |last| format!("{from} 到 {}（含）", full_day(last)))
}

fn weekly(page: &SchedulesPage, manages: bool) -> El {
    let days = Weekday::ALL.into_iter().filter_map(|weekday| {
        let rows = page.templates.iter().filter(|template| template.weekday == weekday);
        let rows = rows.map(|template| one_template(page, template, manages)).collect::<Vec<_>>();
        (!rows.is_empty()).then(|| {
            let count = format!(" {} 条", rows.len());
            el("details")
                .class("zs-details zs-day")
                .child(
                    el("summary")
                        .child(el("span").child(el("b").child(weekday.title())).child(count))
                        .child(icon("next")),
                )
                .child(el("div").child(el("ul").child(rows)))
        })
    });
    let nothing = page.templates.is_empty().then(|| el("p").child("还没有每周的号。"));
    el("section")
        .class("zs-stack")
        .with("aria-labelledby", "weekly")
        .child(group("weekly", "clock", "每周的号", "照日历放假、调休"))
        .child(manages.then(|| way(&ScheduleForm::Template)))
        .child(nothing)
        .child(el("div").child(days.collect::<Vec<_>>()))
}

fn one_template(page: &SchedulesPage, template: &Template, manages: bool) -> El {
    let end = manages.then(|| {
        let form = ScheduleForm::EndTemplate(template.clone());
        let label = format!(
            "停掉：{}{}{}的号",
            template.weekday.title(),
            name(&page.services, &template.service),
            write_time(template.from)
        );
        el("a").with("href", form.path()).with("aria-label", label).child("停掉")
    });
    line(
        nodes![el("b").child(name(&page.services, &template.service))],
        vec![
            template.room.clone(),
            hours(template.from, template.until, template.every, template.capacity),
            span(template),
        ],
        end.into_iter().collect(),
    )
}

/// A row of the timetable: what, lines of it, and the ways to change it.
fn line(title: Node, lines: Vec<String>, ways: Vec<El>) -> El {
    let lines = lines.into_iter().map(|line| el("p").class("zs-row__line").child(line)).collect::<Vec<_>>();
    let ways = (!ways.is_empty()).then(|| el("div").class("zs-ways").child(ways));
    el("li").class("zs-row").child(
        el("div").class("zs-row__body").child(el("p").class("zs-row__name").child(title)).child(lines).child(ways),
    )
}

/// What an exception does, in words.
pub fn what(services: &[BookableService], exception: &Exception) -> Vec<String> {
    let whose = exception.service.as_ref().map_or_else(|| "全院".to_owned(), |id| name(services, id));
    let days = if exception.first == exception.last {
        full_day(exception.first)
    } else {
        format!("{} 到 {}（含）", full_day(exception.first), full_day(exception.last))
    };
    let (title, detail) = match &exception.kind {
        ExceptionKind::Closed => {
            let room = exception.room.clone().unwrap_or_else(|| "全部地点".to_owned());
            (format!("停：{whose}"), room)
        }
        ExceptionKind::Extra { from, until, every, capacity, room, .. } => {
            (format!("加：{whose}"), format!("{room}，{}", hours(*from, *until, *every, *capacity)))
        }
    };
    vec![title, days, detail, format!("原因：{}", exception.reason)]
}

fn exceptions(page: &SchedulesPage, manages: bool) -> El {
    let rows = page
        .exceptions
        .iter()
        .map(|exception| {
            let mut lines = what(&page.services, exception);
            let title = lines.remove(0);
            let cancel = manages.then(|| {
                let form = ScheduleForm::CancelException(exception.clone());
                el("a").with("href", form.path()).with("aria-label", format!("取消这条：{title}")).child("取消这条")
            });
            line(nodes![el("b").child(title.clone())], lines, cancel.into_iter().collect())
        })
        .collect::<Vec<_>>();
    let nothing = rows.is_empty().then(|| el("p").child("没有不一样的日子。"));
    let ways = manages
        .then(|| el("div").class("zs-buttons").child(way(&ScheduleForm::Closing)).child(way(&ScheduleForm::Extra)));
    el("section")
        .class("zs-stack")
        .with("aria-labelledby", "exceptions")
        .child(group("exceptions", "calendar", "不一样的日子", "停几天，或临时加号"))
        .child(ways)
        .child(nothing)
        .child(el("ul").child(rows))
}

/// A visit, in words.
pub fn visit_lines(services: &[BookableService], visit: &Visit) -> Vec<String> {
    vec![
        format!("{} · {}", visit.home, visit.speciality),
        format!("{}，{}", full_day(visit.date), hours(visit.from, visit.until, visit.every, visit.capacity)),
        format!("{}，{}", name(services, &visit.service), visit.room),
    ]
}

fn told(by: &str, at: Moment) -> String {
    format!("{by}，{}", moment(Lang::Hans, at))
}

fn visits(page: &SchedulesPage, manages: bool) -> El {
    let rows = page.visits.iter().map(|visit| one_visit(page, visit, manages)).collect::<Vec<_>>();
    let nothing = rows.is_empty().then(|| el("p").child("近期没有外院专家来。"));
    el("section")
        .class("zs-stack")
        .with("aria-labelledby", "visits")
        .child(group("visits", "pending", "外院专家", "确认以后才放号"))
        .child(manages.then(|| way(&ScheduleForm::Visit)))
        .child(nothing)
        .child(el("ul").child(rows))
}

fn one_visit(page: &SchedulesPage, visit: &Visit, manages: bool) -> El {
    let (class, word) = match &visit.state {
        VisitState::Planned => ("zs-chip zs-chip--amber", "待确认"),
        VisitState::Confirmed { .. } => ("zs-chip zs-chip--act", "已确认"),
        VisitState::Cancelled { .. } => ("zs-chip", "不来了"),
    };
    let mut lines = visit_lines(&page.services, visit);
    match &visit.state {
        VisitState::Planned => lines.push("还没有放号。".to_owned()),
        VisitState::Confirmed { by, at } => lines.push(format!("确认：{}", told(by, *at))),
        VisitState::Cancelled { by, at, reason } => {
            lines.push(format!("原因：{reason}"));
            lines.push(format!("取消：{}", told(by, *at)));
        }
    }
    let mut ways = Vec::new();
    if manages && visit.state == VisitState::Planned {
        let form = ScheduleForm::ConfirmVisit(visit.clone());
        let label = format!("专家确认了，放号：{}", visit.expert);
        ways.push(el("a").with("href", form.path()).with("aria-label", label).child("专家确认了，放号"));
    }
    if manages && !matches!(visit.state, VisitState::Cancelled { .. }) {
        let form = ScheduleForm::CancelVisit(visit.clone());
        let label = format!("专家不来了：{}", visit.expert);
        ways.push(el("a").with("href", form.path()).with("aria-label", label).child("专家不来了"));
    }
    let chip = el("span").class(class).child(word);
    line(nodes![el("b").child(visit.expert.clone()), chip], lines, ways)
}
