//! The plan: what the result means, where the pathway stands, and the one thing to do now.

use super::super::Shown;
use super::booking;
use super::form::{Link, heading};
use crate::components::action_bar::call;
use crate::components::error_summary::error_summary;
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::phone_link::phone_link;
use crate::components::step_ladder::{When, step, step_ladder};
use crate::components::summary_list::{row, summary_list};
use crate::text::{clock, day, moment};
use crate::view::{Node, el, nodes};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Appointment, Plan, Standing, Told};
use zaoshai_contract::route::FollowUpView;

/// The page.
pub fn page(link: &Link<'_>, plan: &Plan) -> Shown {
    if let Some(held) = &plan.held {
        return booking::held(link, plan, held);
    }
    let title = title(link, plan);
    let now = match plan.standing {
        Standing::Booked | Standing::Unrecorded | Standing::Arrived => appointment(link, plan),
        Standing::OutcomeDue | Standing::NoNextStep => nodes![
            el("p").class("zs-lead").child(link.say(
                "结果和下一步由医院整理，定了会显示在这里。",
                "The hospital is preparing the result and the next step; they will show here."
            )),
            phone_link(&plan.phone, link.say("打电话问", "Call to ask"))
        ],
        Standing::ToBook | Standing::Held | Standing::Missed | Standing::Cancelled => choose(link, plan),
        Standing::Closed => Node::from(()),
    };
    let words = telling(beside_title(link, plan));
    nodes![
        // What was just done has the first place, and the header says the same.
        words.is_none().then(|| link.demonstration()).flatten(),
        plan.problem.as_ref().map(error_summary),
        words,
        greeting(link, plan),
        in_charge(link, plan),
        headed(link, plan, title),
        booking::lapsed(link, plan),
        now,
        booking::outdated_entry(link, plan),
        letter(link, plan),
        ladder(link, plan),
        more(link, plan),
        link.leaving(plan)
    ]
    .into()
}

/// The title of the plan with the phone beside it, in sight before anything is scrolled.
fn headed(link: &Link<'_>, plan: &Plan, title: String) -> Node {
    let heading = heading(title);
    if plan.phone.is_empty() {
        return heading.node();
    }
    el("div").class("zs-headed").child(heading).child(call(link.site, &plan.phone)).node()
}

fn title(link: &Link<'_>, plan: &Plan) -> String {
    match (plan.standing, plan.done) {
        (Standing::Booked, Some(Told::Booked)) => link.say("约好了", "Booked"),
        (Standing::Booked, Some(Told::Moved)) => link.say("改好了", "Moved"),
        (Standing::Booked, _) => link.say("您的预约", "Your appointment"),
        (Standing::Unrecorded, _) => link.say("这个时间已经过了", "This time has passed"),
        (Standing::Arrived, _) => link.say("您已到医院", "You are at the hospital"),
        (Standing::OutcomeDue, _) => link.say("这一步做完了", "This step is done"),
        (Standing::NoNextStep, _) => link.say("等医院安排下一步", "Waiting for the next step"),
        _ => booking::choose_title(link, plan),
    }
}

/// What the last write did, above everything else: whoever cannot see it does the same again, or believes it failed.
pub fn told(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    telling(result(link, plan).map(|(result, more)| result + &more))
}

/// The same on the plan, whose title may tell the result already.
fn beside_title(link: &Link<'_>, plan: &Plan) -> Option<String> {
    let (result, more) = result(link, plan)?;
    let titled = match plan.done {
        Some(Told::Booked | Told::Moved) => plan.standing == Standing::Booked,
        _ => false,
    };
    Some(if titled { more } else { result + &more }).filter(|text| !text.is_empty())
}

fn telling(text: Option<String>) -> Option<Node> {
    text.map(|text| el("div").with("role", "status").child(notice(String::new(), text)).node())
}

/// What the last write did, and what else is to be known of it.
fn result(link: &Link<'_>, plan: &Plan) -> Option<(String, String)> {
    let times: Vec<String> = link.news.given_back.iter().map(|at| moment(link.site.lang, *at)).collect();
    let none = String::new();
    Some(match (plan.done?, times.as_slice()) {
        (Told::Waiting, _) => (
            link.say("已加入候补。", "You are on the waiting list. "),
            link.say("有空位会先为您留着。", "A place that becomes free is kept for you."),
        ),
        (Told::LeftWaiting, _) => (link.say("已不再候补。", "You left the waiting list."), none),
        (Told::Released, [time, ..]) => (link.voice.fill("{} 已放开。", "{} was let go.", time), none),
        (Told::Released, _) => (link.say("刚才的时间已放开。", "That time was let go."), none),
        (Told::Asked, _) => (link.say("问题已发给护士。", "Your question was sent."), none),
        (Told::HelperAdded, _) => (link.say("已保存。", "Saved."), none),
        (Told::HelperEnded, _) => (
            link.say("已取消代办。", "They no longer act. "),
            link.say(
                "知道后四位的人还能打开链接；要换新链接，请打电话。",
                "Whoever knows the four digits can still open this link; call us for a new one.",
            ),
        ),
        (Told::Acting, _) => match &plan.helper {
            Some(helper) => (link.voice.fill("现在是 {} 在办。", "{} is acting now.", &helper.name), none),
            None => (link.say("现在是本人在办。", "The patient is acting now."), none),
        },
        (Told::Cancelled, times) => {
            let mut more = match times {
                [time, ..] => link.voice.fill("{} 的预约已取消。", "Your appointment of {} is cancelled.", time),
                [] => none,
            };
            let result = if more.is_empty() {
                link.say("预约已取消。", "Your appointment is cancelled.")
            } else {
                String::new()
            };
            if plan.held.is_some() {
                more.push_str(&link.say(
                    "下面的时间是为您留着的，还没有约好。",
                    " The time below is kept for you, but not booked yet.",
                ));
            }
            (result, more)
        }
        (Told::Moved, [time, ..]) => (
            link.say("改好了。", "Moved. "),
            link.voice.fill(
                "原来的 {} 已退掉，手机日历里请删掉旧的。",
                "The time you had, {}, was given back. Please delete it from your calendar.",
                time,
            ),
        ),
        (Told::Moved, _) => (link.say("改好了。", "Moved."), none),
        (Told::Booked, _) => (link.say("约好了。", "Booked."), none),
        (Told::Overtaken, _) => (
            link.say("这一步以前做过，后来又改过了。", "This step was done before and has been changed since. "),
            link.say("这次什么都没有改动，现在的情况在下面。", "Nothing was changed now; how it stands is below."),
        ),
        // The title asks to confirm what is kept, and whoever has left sees no plan.
        (Told::Held | Told::Left, _) => return None,
    })
}

/// The rest of the plan, for the page on which a held time is confirmed: the letter, the pathway, and everything else the
/// link is for.
pub fn beside_held(link: &Link<'_>, plan: &Plan) -> Node {
    nodes![letter(link, plan), ladder(link, plan), more(link, plan)]
}

/// Whose plan it is and who acts, with the way to change that.
pub fn greeting(link: &Link<'_>, plan: &Plan) -> Node {
    let acting = match &plan.helper {
        Some(helper) => link.voice.fill("（由 {} 代办）", " ({} is acting)", &helper.name),
        None => link.say(" · 本人", " · the patient"),
    };
    let purpose =
        purpose(plan).map(|what| nodes![el("br"), link.voice.fill("来做：{}", "For: {}", &link.voice.told(&what))]);
    el("p")
        .class("zs-who")
        .child(icon("lock"))
        .child(el("span").child(plan.name.clone()).child(el("b").child(acting)).child(purpose))
        .child(el("a").with("href", link.view(FollowUpView::Helpers)).child(link.say("换人", "Change")))
        .node()
}

/// What the patient is to come for: the service that was chosen, or else those of which one is to be.
pub fn purpose(plan: &Plan) -> Option<String> {
    let step = plan.step.as_ref().filter(|_| !matches!(plan.standing, Standing::OutcomeDue | Standing::NoNextStep))?;
    let chosen = plan.held.as_ref().or(plan.appointment.as_ref());
    let chosen = chosen.and_then(|appointment| plan.service_name(&appointment.slot));
    Some(chosen.map_or_else(|| step.service_names.join("、"), str::to_owned)).filter(|what| !what.is_empty())
}

/// The appointment that stands, on the pages that are about something else.
pub fn present(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    let appointment = plan.appointment.as_ref().filter(|one| one.state == State::Booked && !one.past)?;
    Some(
        el("p")
            .class("zs-who")
            .child(icon("calendar"))
            .child(
                el("span")
                    .child(link.say("现在的预约：", "Your appointment: "))
                    .child(when(link, appointment.slot.starts)),
            )
            .node(),
    )
}

/// Who follows her up now, once another hospital has taken over.
pub fn in_charge(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    if plan.in_charge.is_empty() {
        return None;
    }
    let mut text =
        link.voice.fill("现在管您随访的是 {}。", "You are now followed up by {}.", &link.voice.told(&plan.in_charge));
    if plan.phone.is_empty() {
        text.push_str(&link.say(
            "这里还没有他们的电话，请看他们发的短信。",
            " Their phone is not known here: please see their message.",
        ));
    }
    Some(el("p").class("zs-aside").child(icon("pin")).child(el("span").child(text)).node())
}

/// How a letter begins to say what comes next, as its writer saw it.
const NEXT: &str = "下一步：";

/// Where it stands by now, once the next step of the letter is no longer the one to take.
fn now(link: &Link<'_>, plan: &Plan) -> Option<String> {
    let text = match plan.standing {
        Standing::ToBook | Standing::Held | Standing::Missed | Standing::Cancelled | Standing::Closed => return None,
        Standing::Booked => link.say("现在：已经约好，请按时来。", "Now: it is booked. Please come on time."),
        Standing::Unrecorded => link.say(
            "现在：约的时间已经过了。来过的，请等医院通知。",
            "Now: the time has passed. If you came, wait to hear from the hospital.",
        ),
        Standing::Arrived => {
            link.say("现在：您已到医院，请听医院安排。", "Now: you are at the hospital and will be told what comes.")
        }
        Standing::OutcomeDue | Standing::NoNextStep => {
            link.say("现在：请等医院通知下一步。", "Now: please wait to hear what comes next.")
        }
    };
    Some(text)
}

/// The result in plain words: one line that opens while a time is to be chosen, so that the times stay in sight.
fn letter(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    if plan.letter.is_empty() {
        return None;
    }
    let now = now(link, plan);
    let paragraphs = plan.letter.iter().map(|text| match (&now, text.strip_prefix(NEXT)) {
        (Some(now), Some(then)) => nodes![
            el("p").child(el("b").child(now.clone())),
            el("p").child(
                [link.say("当时说的下一步：", "The next step as it was then: "), link.voice.told(then)].concat()
            )
        ],
        _ => el("p").child(link.voice.told(text)).node(),
    });
    let paragraphs = paragraphs.collect::<Vec<_>>();
    let note =
        (!plan.letter_note.is_empty()).then(|| el("p").class("zs-small").child(link.voice.told(&plan.letter_note)));
    let title = link.say("您的结果", "Your result");
    if plan.standing.lets_choose() {
        return Some(
            el("details")
                .class("zs-details zs-details--line")
                .with("id", "letter")
                .child(
                    el("summary")
                        .child(icon("letter"))
                        .child(
                            el("span")
                                .child(el("b").child(title))
                                .child(link.say("：", ": "))
                                .child(link.voice.told(&plan.reason)),
                        )
                        .child(icon("next")),
                )
                .child(el("div").class("zs-stack zs-stack--tight").child(paragraphs).child(note))
                .node(),
        );
    }
    Some(
        el("section")
            .class("zs-card zs-stack zs-stack--tight")
            .with("aria-labelledby", "letter")
            .child(el("h2").class("zs-h3").with("id", "letter").child(title))
            .child(paragraphs)
            .child(note)
            .node(),
    )
}

fn choose(link: &Link<'_>, plan: &Plan) -> Node {
    let due = plan.step.as_ref().map(|step| {
        let by = day(link.site.lang, step.due_to);
        let mut what = step.service_names.join("、");
        if !step.department.is_empty() {
            what = format!("{what} · {}", step.department);
        }
        let mut what = link.voice.told(&what);
        if step.service_names.len() > 1 {
            what = [link.say("其中一项：", "One of these: "), what].concat();
        }
        let lead = if let Some(overdue) = booking::overdue(link, plan) {
            overdue
        } else if plan.opens.is_some() {
            let (from, to) = (day(link.site.lang, step.due_from), by);
            el("p").class("zs-lead").child(link.voice.fill(
                "请在 {}来。",
                "Please come {}.",
                &link.voice.say(&format!("{from} 到 {to} 之间"), &format!("between {from} and {to}")),
            ))
        } else {
            el("p").class("zs-lead").child(link.voice.fill("请在 {} 以前来。", "Please come by {}.", &by))
        };
        (lead, el("p").class("zs-step__meta").child(what))
    });
    let (due, what) = due.unzip();
    let else_called = el("p")
        .class("zs-small")
        .child(link.say("没选的话，护士会打电话给您。", "If you do not choose, the nurse will call you."));
    nodes![booking::closing_reason(link, plan), due, booking::suggestions(link, plan), else_called, what]
}

/// A moment that never breaks inside its day or inside its hour.
pub fn when(link: &Link<'_>, starts: Moment) -> Node {
    nodes![
        el("span").class("zs-nowrap").child(day(link.site.lang, starts.date())),
        " ",
        el("span").class("zs-nowrap").child(clock(link.site.lang, starts))
    ]
}

/// A sentence with something in the place of its `{}`.
pub fn around(sentence: String, inside: Node) -> Node {
    match sentence.split_once("{}") {
        Some((before, after)) => nodes![before.to_owned(), inside, after.to_owned()],
        None => sentence.into(),
    }
}

/// When, where and what for.
pub fn facts(link: &Link<'_>, plan: &Plan, appointment: &Appointment) -> Node {
    let mut rows = vec![row(link.say("时间", "Time"), when(link, appointment.slot.starts), String::new())];
    rows.extend(place_and_purpose(link, plan, appointment));
    summary_list(rows)
}

/// The same without the time, where that stands above all.
pub fn place_and_purpose(link: &Link<'_>, plan: &Plan, appointment: &Appointment) -> Vec<Node> {
    let slot = &appointment.slot;
    let service = plan.service_name(slot).unwrap_or_default();
    let place = plan.place(slot);
    let hospital = place.map_or_else(|| link.site.hospital.name.clone(), |place| link.voice.told(&place.hospital));
    let room = format!("{hospital} {}", link.voice.told(&slot.room));
    let address = place.map(|place| link.voice.told(&place.address)).unwrap_or_default();
    let expert =
        (!slot.expert.is_empty()).then(|| row(link.say("专家", "Expert"), slot.expert.clone().into(), String::new()));
    let mut rows = vec![
        row(link.say("地点", "Place"), room.into(), address),
        row(link.say("做什么", "For"), link.voice.told(service).into(), link.voice.told(&plan.reason)),
    ];
    rows.extend(expert);
    rows
}

fn appointment(link: &Link<'_>, plan: &Plan) -> Node {
    let Some(appointment) = &plan.appointment else { return Node::from(()) };
    let choices = if plan.can_change() {
        let last = when(link, appointment.last_change);
        nodes![
            el("div")
                .class("zs-buttons")
                .child(link.button(FollowUpView::Moving, link.say("改时间", "Move")))
                .child(link.button(FollowUpView::Cancelling, link.say("取消预约", "Cancel"))),
            (appointment.last_change < appointment.slot.starts).then(|| el("p").class("zs-small").child(around(
                link.say(
                    "{} 以前可以在这里改或取消，之后请打电话。",
                    "You can move or cancel here until {}; after that please call."
                ),
                last
            )))
        ]
    } else if appointment.state == State::Booked && !appointment.past {
        nodes![
            notice(
                link.say("离就诊时间太近，网上不能改了", "Too close to the time to change it here"),
                link.say("要改时间或取消，请打电话。", "To move or cancel, please call.")
            ),
            phone_link(&plan.phone, link.say("打电话改", "Call to change"))
        ]
    } else if appointment.past && appointment.state == State::Booked {
        nodes![
            el("p").class("zs-lead").child(link.say(
                "来过了，请等医院通知。没有来，请打电话重新约。",
                "If you came, wait to hear from the hospital. If not, please call."
            )),
            phone_link(&plan.phone, link.say("打电话问", "Call to ask"))
        ]
    } else {
        Node::from(())
    };
    nodes![
        facts(link, plan, appointment),
        choices,
        preparation(link, plan),
        (!appointment.past).then(|| bundle(link, plan, appointment))
    ]
}

/// A text in which no line ends between a number and what is counted: `约 2 小时`.
pub fn together(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let counted = |place: usize| {
        let (before, after) = (place.checked_sub(1).and_then(|place| letters.get(place)), letters.get(place + 1));
        [before, after].into_iter().flatten().any(char::is_ascii_digit)
    };
    letters
        .iter()
        .enumerate()
        .map(|(n, letter)| if *letter == ' ' && counted(n) { '\u{a0}' } else { *letter })
        .collect()
}

/// How to prepare, to be ticked off.
fn preparation(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    if plan.preparation.is_empty() {
        return None;
    }
    let items = plan
        .preparation
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let id = format!("ready-{n}");
            el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(el("input").with("type", "checkbox").with("id", id))
                .child(el("span").child(together(&link.voice.told(text))))
        })
        .collect::<Vec<_>>();
    let more = (!plan.topic.is_empty()).then(|| {
        el("p").child(
            el("a").with("href", plan.topic.clone()).child(link.say("看完整的说明", "Read the whole explanation")),
        )
    });
    Some(
        el("section")
            .class("zs-stack zs-stack--tight")
            .with("aria-labelledby", "ready")
            .child(el("h2").class("zs-h2").with("id", "ready").child(link.say("来之前", "Before you come")))
            .child(el("div").class("zs-checks").child(items))
            .child(more)
            .node(),
    )
}

/// Chinese letters in a line of the text that reminds, on a narrow phone.
const LETTERS: usize = 12;

/// What reminds of the appointment: a calendar entry, a picture to save and a text to copy. None tells about health.
fn bundle(link: &Link<'_>, plan: &Plan, appointment: &Appointment) -> Node {
    let place = plan.place(&appointment.slot);
    let mut told = vec![
        link.say("医院预约", "Hospital appointment"),
        moment(link.site.lang, appointment.slot.starts),
        place.map_or_else(|| link.site.hospital.name.clone(), |place| link.voice.told(&place.hospital)),
    ];
    told.extend(place.map(|place| link.voice.told(&place.address)).filter(|address| !address.is_empty()));
    // The name of a room may tell what is examined there, and this text is passed on.
    told.push(link.say("到哪一间，请看护士发的链接", "The nurse's link says which room"));
    // Elsewhere somebody knows the way, and whoever is in charge can change the time.
    match place.filter(|place| place.clinic != link.site.hospital.id && !place.phone.is_empty()) {
        Some(place) => {
            told.push(link.voice.fill("那里的电话 {}", "Phone there: {}", &place.phone));
            told.push(link.voice.fill("要改时间请打 {}", "To change it: {}", &plan.phone));
        }
        None => told.push(plan.phone.clone()),
    }
    let text = told.join(" ");
    let rows = text.chars().count().div_ceil(LETTERS);
    el("section")
        .class("zs-stack zs-stack--tight")
        .with("aria-labelledby", "remember")
        .child(el("h2").class("zs-h2").with("id", "remember").child(link.say("提醒自己", "Remind yourself")))
        .child(
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", link.path("appointment.ics"))
                .with("download", "appointment.ics")
                .child(icon("calendar"))
                .child(el("span").child(link.say("加到手机日历", "Add to my calendar"))),
        )
        .child(el("p").class("zs-small").child(link.say(
            "在微信里打不开时，请点右上角 ··· 用浏览器打开。也可以截图保存。",
            "If WeChat cannot open it, tap ··· and open it in a browser. Or take a screenshot.",
        )))
        .child(
            el("button")
                .class("zs-button zs-button--quiet zs-clip")
                .with("type", "button")
                .with("data-picture", told.join("\n"))
                .with("data-hint", link.say("长按图片，保存到手机", "Press and hold the picture to save it"))
                .child(link.say("做成图片，长按保存", "Make a picture to save")),
        )
        .child(el("div").class("zs-small").with("id", "picture").with("role", "status"))
        .child(
            el("label")
                .class("zs-small")
                .with("for", "reminder")
                .child(link.say("长按可以全选、复制，发给自己或家人", "Press and hold to copy and send it")),
        )
        .child(
            el("textarea")
                .class("zs-input")
                .with("id", "reminder")
                // Counted in lines of a narrow phone, so that the number at the end is whole.
                .with("rows", rows.to_string())
                .with("readonly", true)
                .child(text),
        )
        .child(
            el("button")
                .class("zs-button zs-button--quiet zs-clip")
                .with("type", "button")
                .with("data-clip", "reminder")
                .with("data-done", link.say("复制好了", "Copied"))
                .with("data-selected", link.say("选好了，请长按复制", "Selected: press and hold to copy"))
                .with("aria-live", "polite")
                .child(link.say("复制文字", "Copy the text")),
        )
        .node()
}

/// The pathway: behind her, now, later.
fn ladder(link: &Link<'_>, plan: &Plan) -> Node {
    let asked = format!("{} · {}", day(link.site.lang, plan.asked), link.voice.told(&plan.reason));
    let mut steps = vec![step(When::Done, link.say("护士请您来", "The nurse asked you to come"), asked, None)];
    for done in &plan.done_steps {
        let meta = done.ended.map(|ended| day(link.site.lang, ended.date())).unwrap_or_default();
        steps.push(step(When::Done, link.voice.told(&done.service_names.join("、")), meta, None));
    }
    if let Some(now) = &plan.step {
        let chosen = plan.appointment.as_ref().or(plan.held.as_ref());
        let booked = chosen.and_then(|appointment| plan.service_name(&appointment.slot));
        let what = link.voice.told(&booked.map_or_else(|| now.service_names.join("、"), str::to_owned));
        let seen = plan.standing == Standing::OutcomeDue;
        let coming = matches!(plan.standing, Standing::Booked | Standing::Unrecorded | Standing::Arrived);
        let (choose, come) = match (seen, coming) {
            (true, _) => (When::Done, When::Done),
            (false, true) => (When::Done, When::Now),
            (false, false) => (When::Now, When::Later),
        };
        let time = plan.appointment.as_ref().filter(|_| coming || seen);
        let time = time.map(|appointment| moment(link.site.lang, appointment.slot.starts)).unwrap_or_default();
        steps.push(step(choose, link.say("选时间", "Choose a time"), time, None));
        steps.push(step(come, link.say("来医院", "Come to the hospital"), what, None));
    }
    let last = link.say("听结果，定下一步", "Hear the result and what comes next");
    let last_when = if plan.step.is_none() || plan.standing == Standing::OutcomeDue { When::Now } else { When::Later };
    steps.push(step(last_when, last, String::new(), None));
    step_ladder(steps)
}

/// What else the link is for.
fn more(link: &Link<'_>, plan: &Plan) -> Node {
    let answered = plan.questions.iter().filter(|question| question.answered.is_some()).count();
    let note = match answered {
        0 => String::new(),
        count => link.voice.fill("有 {} 条回答", "{} answered", &count.to_string()),
    };
    let card = |view, name, title: String, text: String| link_card(link.view(view), name, title, text);
    nodes![
        link_list(vec![
            card(FollowUpView::Questions, "letter", link.say("问护士一个问题", "Ask the nurse"), note),
            card(
                FollowUpView::Helpers,
                "plus",
                link.say("家人帮我办", "Let a relative act for me"),
                plan.helpers.iter().map(|helper| helper.name.clone()).collect::<Vec<_>>().join("、")
            ),
            card(FollowUpView::Data, "lock", link.say("我的资料", "My data"), String::new()),
        ]),
        phone_link(&plan.phone, link.say("有疑问请打电话", "Any question: please call"))
    ]
}
