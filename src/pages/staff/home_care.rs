//! Nursing at home: who waits, where somebody goes on which day, and one request with everything that can be done to it.

use super::confirm::{in_place, yes};
use super::form::{asks, button, date, field, hidden, none, select};
use super::turn;
use super::whole::{shown, whole};
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::link_card;
use crate::components::phone_link::{phone_link, tel};
use crate::components::summary_list::{row, summary_list};
use crate::pages::home_care::visit_in_words;
use crate::text::{day, moment, short_day};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::home_care::{
    CareDetail, CareList, CareLists, CarePart, CareRow, CareToday, ForWhom, MOST_CALLED_OFF, Outcome, State,
};
use zaoshai_contract::problem::Problem;
use zaoshai_contract::route::Lang;

/// The list.
pub fn list(list: &CareList) -> Node {
    let empty = list.parts.iter().all(|part| part.turn.count == 0);
    let alone = list.parts.len() == 1;
    nodes![
        alone.then(|| {
            let back = el("a").class("zs-back").with("href", "/staff/home-care");
            back.child(small_icon("back")).child(el("span").child("上门护理"))
        }),
        el("h1").class("zs-h2").child("上门护理"),
        empty.then(|| el("p").class("zs-section").child("还没有人申请。")),
        list.parts.iter().map(|part| section(part, list.today, alone)).collect::<Vec<_>>()
    ]
}

/// What waits here, on the page of the day; nothing when nothing does.
pub fn today(care: &CareToday) -> Option<Node> {
    if care.asked_count == 0 && care.called_off.is_empty() {
        return None;
    }
    let called_off = care.called_off.iter().map(|row| {
        let visit = row.visit.as_ref().map(|visit| visit_in_words(Lang::Hans, visit)).unwrap_or_default();
        let nurse = row.visit.as_ref().map(|visit| visit.nurse.as_str()).unwrap_or_default();
        entry(row, &format!("对方取消了 {visit} 的上门，不用去了 · {nurse}"))
    });
    let asked = care.asked.iter().map(|row| {
        entry(row, &format!("新申请：{} · {} · {} 申请", row.service, row.area, moment(Lang::Hans, row.asked)))
    });
    let rows = called_off.chain(asked).collect::<Vec<_>>();
    let heading = el("h2").class("zs-group").with("id", "care").child(small_icon("pin"));
    let heading = heading.child(format!("上门护理：新申请 {} 个", care.asked_count));
    let some = care.called_off.len() >= MOST_CALLED_OFF as usize;
    let some = some.then(|| {
        el("p")
            .class("zs-row__line")
            .child(format!("取消的只列最早的 {MOST_CALLED_OFF} 个，要去的护士点开看过，就会让出来。"))
    });
    let more = link_card("/staff/home-care".to_owned(), "next", "上门护理，全部名单".to_owned(), String::new());
    Some(
        el("section")
            .with("aria-labelledby", "care")
            .child(heading)
            .child(el("ul").child(rows))
            .child(some)
            .child(more)
            .node(),
    )
}

/// One of the lists under its heading; alone on a page with the ways on and back, else with the way to all of it.
fn section(part: &CarePart, today: CivilDate, alone: bool) -> Option<Node> {
    if part.rows.is_empty() && !alone {
        return None;
    }
    let (id, name) = match part.which {
        CareLists::Open => ("open", "alert"),
        CareLists::Planned => ("planned", "calendar"),
        CareLists::Ended => ("ended", "check"),
    };
    let path = ["/staff/home-care/lists/", part.which.as_str()].concat();
    let rows = match part.which {
        CareLists::Planned => Node::from(days(&part.rows, today)),
        CareLists::Open | CareLists::Ended => el("ul").child(part.rows.iter().map(line).collect::<Vec<_>>()).node(),
    };
    let heading = el("h2").class("zs-group").with("id", id).child(small_icon(name)).child(part.which.title());
    let heading = heading.child(" ").child(part.turn.count.to_string());
    let more = if alone {
        turn::ways(&path, &part.turn).node()
    } else {
        Node::from(turn::rest(path, part.turn.count, part.rows.len()))
    };
    Some(el("section").with("aria-labelledby", id).child(heading).child(rows).child(more).node())
}

/// Planned visits under their days.
fn days(rows: &[CareRow], today: CivilDate) -> Vec<Node> {
    let mut days: Vec<(CivilDate, Vec<&CareRow>)> = Vec::new();
    for row in rows {
        let Some(visit) = &row.visit else { continue };
        match days.last_mut().filter(|(day, _)| *day == visit.day) {
            Some((_, rows)) => rows.push(row),
            None => days.push((visit.day, vec![row])),
        }
    }
    days.into_iter()
        .map(|(date, rows)| {
            let word = if date == today { "今天 " } else { "" };
            nodes![
                el("h3").class("zs-h3").child(word).child(day(Lang::Hans, date)),
                el("ul").child(rows.into_iter().map(line).collect::<Vec<_>>())
            ]
        })
        .collect()
}

fn chip(row: &CareRow) -> Node {
    let (class, name, word) = match row.state {
        _ if row.locked => ("zs-chip zs-chip--amber", "lock", "链接锁住"),
        State::Planned if row.overdue => ("zs-chip zs-chip--amber", "alert", "没有记录"),
        _ if row.overdue => ("zs-chip zs-chip--amber", "alert", "超过时限"),
        State::Planned => ("zs-chip zs-chip--act", "calendar", row.state.title()),
        State::Done => ("zs-chip", "check", row.state.title()),
        State::Asked | State::Suitable | State::Missed => ("zs-chip", "clock", row.state.title()),
        State::Unsuitable | State::NotDone | State::Withdrawn => ("zs-chip", "close", row.state.title()),
    };
    el("span").class(class).child(icon(name)).child(el("span").child(word)).node()
}

fn name_of(row: &CareRow) -> &str {
    if row.name.is_empty() { "（资料已删除）" } else { &row.name }
}

fn line(row: &CareRow) -> El {
    let nurse = row.visit.as_ref().filter(|_| row.state == State::Planned).map(|visit| visit.nurse.as_str());
    let parts = [nurse.unwrap_or_default(), &row.service, &row.area, &row.code];
    entry(row, &parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
}

/// A request as a row with a line on what for.
fn entry(row: &CareRow, told: &str) -> El {
    let call = (!row.phone.is_empty()).then(|| {
        el("a")
            .class("zs-row__call")
            .with("href", tel(&row.phone))
            .with("aria-label", ["打给", &row.name].concat())
            .child(icon("phone"))
    });
    let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    let when = match (&row.visit, row.until) {
        (Some(visit), Some(_)) if row.state == State::Planned => {
            nodes![clock(visit.from), el("br"), "–", clock(visit.to)]
        }
        (_, Some(until)) => nodes![short_day(Lang::Hans, until), el("br"), "前"],
        (_, None) => Node::from(()),
    };
    let link = el("a").with("href", ["/staff/home-care/", &row.id].concat()).child(name_of(row).to_owned());
    el("li")
        .class("zs-row")
        .child(el("p").class("zs-row__when").child(when))
        .child(
            el("div")
                .class("zs-row__body")
                .child(el("p").class("zs-row__name").child(link).child(chip(row)))
                .child(el("p").class("zs-row__line").child(whole(told))),
        )
        .child(call)
}

/// One request.
pub fn detail(page: &CareDetail) -> Node {
    let request = &page.row;
    let erased = request.name.is_empty();
    let mut facts = vec![
        row("状态".to_owned(), chip(request), String::new()),
        row("编号".to_owned(), request.code.clone().into(), String::new()),
        row("要什么护理".to_owned(), request.service.clone().into(), String::new()),
    ];
    if let Some(visit) = &request.visit {
        let when = visit_in_words(Lang::Hans, visit);
        facts.push(row("上门".to_owned(), when.into(), visit.nurse.clone()));
    }
    if let Some(until) = request.until {
        facts.push(row("最晚处理".to_owned(), day(Lang::Hans, until).into(), String::new()));
    }
    if !erased {
        let whom = match page.for_whom {
            ForWhom::Oneself => "本人".to_owned(),
            ForWhom::Relative => format!("家人申请：{}", page.relation),
        };
        facts.push(row("谁申请".to_owned(), whom.into(), String::new()));
        facts.push(row("区县".to_owned(), request.area.clone().into(), String::new()));
        facts.push(row("住址".to_owned(), page.address.clone().into(), String::new()));
        facts.push(row("情况".to_owned(), page.need.clone().into(), String::new()));
    }
    for (title, text) in [("告诉病人的原因", &page.reason), ("请病人准备", &page.prepare), ("护士备注", &page.note)]
    {
        if !text.is_empty() {
            facts.push(row(title.to_owned(), text.clone().into(), String::new()));
        }
    }
    if let Some(outcome) = page.outcome {
        facts.push(row("结果".to_owned(), outcome.title().into(), String::new()));
    }
    let history = page
        .history
        .iter()
        .map(|line| {
            el("li").class("zs-row").child(
                el("div").class("zs-row__body").child(el("p").child(line.what.clone())).child(
                    el("p")
                        .class("zs-row__line")
                        .child(moment(Lang::Hans, line.at))
                        .child(" · ")
                        .child(line.who.clone()),
                ),
            )
        })
        .collect::<Vec<_>>();
    let consent = page.consent.iter().map(|sentence| el("li").child(sentence.clone())).collect::<Vec<_>>();
    let call = (!erased).then(|| phone_link(&shown(&request.phone), "打给病人".to_owned()));
    let unlock = (request.locked && !erased).then(|| {
        in_place(
            "lock",
            "链接锁住了，打开",
            format!("打电话核对过是{}本人吗？", name_of(request)),
            &["后四位错了 5 次，所以锁住了。", "打开以后，拿着链接的人可以再试。"],
            form(page, "unlock").child(yes("核对过，打开链接".to_owned())),
        )
    });
    nodes![
        el("a")
            .class("zs-back")
            .with("href", "/staff/home-care")
            .child(small_icon("back"))
            .child(el("span").child("上门护理")),
        el("div")
            .class("zs-stack")
            .child(page.problem.as_ref().map(error_summary))
            .child(el("h1").class("zs-h1").child(name_of(request).to_owned()))
            .child(erased.then(|| el("p").class("zs-lead").child("资料已经删除，不再联系，不再上门。")))
            .child(summary_list(facts))
            .child(call)
            .child(unlock)
            .child((!erased).then(|| forms(page)))
            .child((!erased).then(|| {
                el("a")
                    .class("zs-button zs-button--quiet")
                    .with("href", ["/staff/home-care/", request.id.as_str(), "/rights"].concat())
                    .child("本人要看资料、删资料")
            }))
            .child(el("h2").class("zs-group").child("申请时同意了"))
            .child(el("ul").class("zs-points").child(consent))
            .child(el("h2").class("zs-group").child("经过"))
            .child(el("ul").child(history))
    ]
}

/// The step that comes next: the call.
pub fn action(page: &CareDetail) -> Option<Node> {
    let request = &page.row;
    (!request.name.is_empty()).then(|| {
        el("a")
            .class("zs-button")
            .with("href", tel(&request.phone))
            .child(icon("phone"))
            .child(el("span").child(["打给", name_of(request)].concat()))
            .node()
    })
}

/// A form of this request, which carries what its sender saw.
fn form(page: &CareDetail, deed: &str) -> El {
    el("form")
        .class("zs-stack")
        .with("method", "post")
        .with("action", ["/staff/home-care/", &page.row.id, "/", deed].concat())
        .child(hidden("key", page.key.to_string()))
        .child(hidden("version", page.row.version.to_string()))
}

/// A part that unfolds; the one that comes next, or was refused, is open.
fn fold(page: &CareDetail, deed: &str, next: bool, name: &'static str, title: &'static str, inside: El) -> El {
    let open = page.typed.deed == deed || (page.typed.deed.is_empty() && next);
    el("details")
        .class("zs-details")
        .with("open", open)
        .child(el("summary").child(icon(name)).child(el("span").child(title)).child(icon("next")))
        .child(el("div").class("zs-stack").child(inside))
}

/// Everything that can be done in this state.
fn forms(page: &CareDetail) -> Node {
    let state = page.row.state;
    let assessed = match state {
        State::Asked | State::Suitable | State::Unsuitable | State::Planned | State::Missed => {
            Some(fold(page, "assess", state == State::Asked, "check", "评估：能不能上门", assess(page)))
        }
        State::Done | State::NotDone | State::Withdrawn => None,
    };
    let plans = matches!(state, State::Suitable | State::Planned | State::Missed);
    let comes_next = matches!(state, State::Suitable | State::Missed);
    let title = if state == State::Suitable { "排上门时间" } else { "改上门时间" };
    let planned = plans.then(|| fold(page, "plan", comes_next, "calendar", title, plan(page)));
    let title = if state == State::Planned { "记录结果" } else { "不上门了" };
    let recorded =
        state.is_open().then(|| fold(page, "outcome", state == State::Planned, "letter", title, outcome(page)));
    let withdraw = state.is_open().then(|| {
        let name = name_of(&page.row);
        in_place(
            "close",
            "病人打电话取消",
            format!("取消{name}的上门护理（{}）？", page.row.service),
            &["申请结束，排好的上门也取消。", "再要上门，得重新申请。"],
            form(page, "withdraw").child(yes(format!("替{name}取消"))),
        )
    });
    nodes![assessed, planned, recorded, withdraw]
}

fn problem_of<'a>(page: &'a CareDetail, deed: &str) -> Option<&'a Problem> {
    page.problem.as_ref().filter(|_| page.typed.deed == deed)
}

fn area(id: &'static str, name: &'static str, most: &'static str, text: &str) -> El {
    el("textarea")
        .class("zs-input")
        .with("id", id)
        .with("name", name)
        .with("rows", "2")
        .with("maxlength", most)
        .child(text.to_owned())
}

fn assess(page: &CareDetail) -> El {
    let deed = "assess";
    let problem = problem_of(page, deed);
    let typed = |name: &str, known: &str| page.typed.get(deed, name).unwrap_or(known).to_owned();
    // A visit that is planned can only be called off here; anew it is planned below.
    let may_accept = matches!(page.row.state, State::Asked | State::Suitable | State::Unsuitable);
    let may_decline = page.row.state != State::Unsuitable;
    let verdicts = [("yes", "可以上门", may_accept), ("no", "不适合上门", may_decline)]
        .into_iter()
        .filter(|(.., may)| *may)
        .map(|(word, title, _)| {
            let id = ["verdict-", word].concat();
            el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(
                    el("input")
                        .with("type", "radio")
                        .with("id", id)
                        .with("name", "verdict")
                        .with("value", word)
                        .with("checked", page.typed.has(deed, "verdict", word)),
                )
                .child(el("span").child(title))
        })
        .collect::<Vec<_>>();
    let error = field_error(problem, "verdict");
    form(page, deed)
        .child(
            el("fieldset")
                .class("zs-form-field")
                .with("id", "verdict")
                .with("tabindex", "-1")
                .child(el("legend").class("zs-form-field__small-label").child("打过电话，评估的结果"))
                .child(error)
                .child(el("div").class("zs-checks").child(verdicts)),
        )
        .child(field(
            problem,
            "prepare",
            "请病人准备（可以不填）",
            "病人看得到。例如 准备好出院小结。",
            area("prepare", "prepare", "200", &typed("prepare", &page.prepare)),
        ))
        .child(field(
            problem,
            "reason",
            "不适合的原因",
            "病人看得到，选“不适合”时要填。写清楚改去哪里。",
            area("reason", "reason", "200", &typed("reason", &page.reason)),
        ))
        .child(button("记下评估"))
}

fn plan(page: &CareDetail) -> El {
    let deed = "plan";
    let problem = problem_of(page, deed);
    let visit = page.row.visit.as_ref();
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let known =
        |name: &str, known: Option<String>| page.typed.get(deed, name).map(str::to_owned).or(known).unwrap_or_default();
    let time = |id: &'static str, value: String| {
        el("input").class("zs-input").with("id", id).with("name", id).with("type", "time").with("value", value)
    };
    let chosen = known("nurse", (!page.nurse.is_empty()).then(|| page.nurse.clone()));
    let nurses = page.nurses.iter().map(|(name, display)| {
        el("option").with("value", name.clone()).with("selected", *name == chosen).child(display.clone())
    });
    form(page, deed)
        .child(field(problem, "day", "哪天", "", date("day", known("day", visit.map(|v| v.day.to_string())))))
        .child(
            el("div")
                .class("zs-pair")
                .child(field(problem, "from", "从几点", "", time("from", known("from", visit.map(|v| clock(v.from))))))
                .child(field(problem, "to", "到几点", "", time("to", known("to", visit.map(|v| clock(v.to)))))),
        )
        .child(field(
            problem,
            "nurse",
            "哪位护士去",
            "",
            el("select")
                .class("zs-input")
                .with("id", "nurse")
                .with("name", "nurse")
                .child([none()].into_iter().chain(nurses).collect::<Vec<_>>()),
        ))
        .child(el("p").class("zs-small").child("系统不发短信，请打电话告诉病人。"))
        .child(button("排好"))
}

fn outcome(page: &CareDetail) -> El {
    let deed = "outcome";
    let problem = problem_of(page, deed);
    let visited = matches!(page.row.state, State::Planned | State::Missed);
    let outcomes = Outcome::ALL
        .iter()
        .filter(|outcome| match outcome {
            Outcome::Done => visited,
            Outcome::NobodyThere => page.row.state == State::Planned,
            Outcome::Refused | Outcome::Hospital => true,
        })
        .map(|outcome| (outcome.as_str(), outcome.title()));
    asks(form(page, deed))
        .child(field(
            problem,
            "outcome",
            "结果",
            "",
            select("outcome", "outcome", page.typed.get(deed, "outcome"), outcomes),
        ))
        .child(field(
            problem,
            "note",
            "备注（病人看不到）",
            "",
            area("note", "note", "500", page.typed.get(deed, "note").unwrap_or(&page.note)),
        ))
        .child(button("记下结果"))
}
