//! Choosing a time, keeping it while it is confirmed, and giving it back.

use super::super::Shown;
use super::form::{Link, heading, status, tick};
use super::plan::{around, facts, greeting, in_charge, place_and_purpose, present, told, when};
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::components::phone_link::phone_link;
use crate::components::summary_list::summary_list;
use crate::text::{clock, day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Appointment, Kept, Plan, Told};
use zaoshai_contract::route::FollowUpView;
use zaoshai_contract::schedules::Ask;
use zaoshai_contract::slots::{Slot, SlotDay, suggest};

/// Days of all times that are open at once.
const OPEN_DAYS: usize = 3;
/// Milliseconds.
const MINUTE: i64 = 60_000;
/// Times that are shown before all others.
const SUGGESTED: usize = 3;

/// A time as a button: one tap keeps the place.
fn choice(link: &Link<'_>, plan: &Plan, slot: &Slot, title: Node, chip: Option<String>) -> El {
    let mut meta = link.voice.told(&slot.room);
    // Where one of several services may be booked, what a time is for is part of the choice.
    if let Some(service) =
        plan.service_name(slot).filter(|_| plan.step.as_ref().is_some_and(|step| step.services.len() > 1))
    {
        meta = format!("{} · {meta}", link.voice.told(service));
    }
    // Where all times are at the hospital in charge, which the header names, its name would only be more to read.
    let elsewhere = plan.places.iter().any(|place| place.clinic != link.site.hospital.id);
    if let Some(place) = plan.place(slot).filter(|_| elsewhere) {
        meta = format!("{} · {meta}", link.voice.told(&place.hospital));
    }
    if !slot.expert.is_empty() {
        meta = format!("{meta} · {}", slot.expert);
    }
    el("button")
        .class("zs-slot__label")
        .with("type", "submit")
        .with("name", "slot")
        .with("value", slot.id.to_string())
        .child(
            el("span")
                .class("zs-slot__text")
                .child(el("span").class("zs-slot__title").child(title))
                .child(el("span").class("zs-slot__meta").child(meta)),
        )
        .child(chip.map(|chip| el("span").class("zs-chip zs-chip--solid").child(chip)))
}

/// The form in which each time is a button.
fn times(link: &Link<'_>, plan: &Plan) -> El {
    link.form(Some("times"), "hold", Some(plan)).child(status())
}

/// The three times that come first, and the way to all of them.
pub fn suggestions(link: &Link<'_>, plan: &Plan) -> Node {
    if plan.days.is_empty() {
        return nodes![
            none_free(link, plan),
            phone_link(&plan.phone, link.say("打电话问", "Call to ask")),
            waiting(link, plan),
            status()
        ];
    }
    let first = plan.days.first().and_then(|day| day.slots.first()).map(|slot| slot.id.clone());
    let chosen = suggest(&plan.days, SUGGESTED)
        .into_iter()
        .map(|slot| {
            let earliest = first.as_ref() == Some(&slot.id);
            choice(link, plan, slot, when(link, slot.starts), earliest.then(|| link.say("最早", "Earliest")))
        })
        .collect::<Vec<_>>();
    nodes![
        later_times(link, plan),
        times(link, plan).child(el("div").class("zs-stack zs-stack--tight").child(chosen)),
        link.button(FollowUpView::Days, link.say("看全部时间", "See all times")),
        how_many(link, plan),
        // Whoever comes late is helped sooner on the phone.
        plan.overdue()
            .map(|_| phone_link(&plan.phone, link.say("没有合适的时间，请打电话", "No time suits you: please call"))),
        waiting(link, plan)
    ]
}

/// That the times below lie after the due window, while its days are not over.
fn later_times(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    if !plan.after_window || plan.overdue().is_some() {
        return None;
    }
    Some(notice(
        link.say("您的时间段里已经没有空位", "No place is left within your dates"),
        link.say(
            "下面是之后最早的时间。想要更早，请打电话或候补。",
            "These are the next ones after them. For an earlier one, call or join the waiting list.",
        ),
    ))
}

/// That the last day is over on which she was asked to come: what it was, and what can be done now.
pub fn overdue(link: &Link<'_>, plan: &Plan) -> Option<El> {
    let by = el("span").class("zs-nowrap").child(day(link.site.lang, plan.overdue()?)).node();
    let lead = if plan.days.is_empty() {
        link.say(
            "最晚该来的日子 {} 已经过了。请尽快打电话，护士帮您安排。",
            "You were asked to come by {}, which has passed. Please call soon; the nurse will arrange a time.",
        )
    } else {
        link.say(
            "最晚该来的日子 {} 已经过了。请尽快来，在下面选一个时间。",
            "You were asked to come by {}, which has passed. Please come soon, at one of the times below.",
        )
    };
    Some(el("p").class("zs-lead").child(around(lead, by)))
}

/// That no time can be chosen now: because none can be yet, or because none is free.
fn none_free(link: &Link<'_>, plan: &Plan) -> El {
    el("p").child(match plan.opens {
        Some(opens) => {
            link.voice.fill("从 {} 起可以选时间。", "You can choose a time from {} on.", &day(link.site.lang, opens))
        }
        None => link.say(
            "现在没有空的时间。请打电话，护士帮您安排。",
            "There is no free time now. Please call; the nurse will arrange one.",
        ),
    })
}

/// How many days and times there are in all: no page of them looks like the last one.
fn how_many(link: &Link<'_>, plan: &Plan) -> El {
    let days = link.voice.fill("共 {} 天有空", "{} days have free times", &plan.turn.days.to_string());
    let times = link.voice.fill("，{} 个时间。", ", {} times in all.", &plan.turn.times.to_string());
    el("p").class("zs-small").child([days, times].concat())
}

/// The way to the free times of the days before and after those on display.
fn turning(link: &Link<'_>, plan: &Plan, view: FollowUpView) -> El {
    let way = |from: Option<CivilDate>, label: String| {
        from.map(|from| {
            // The address names a day that the app's routes do not: the browser goes there by itself.
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", [link.view(view), format!("&from={from}")].concat())
                .with("target", "_self")
                .child(label)
        })
    };
    el("nav")
        .class("zs-buttons")
        .with("aria-label", link.say("别的日子", "Other days"))
        .child(way(plan.turn.before, link.say("前面的日子", "Earlier days")))
        .child(way(plan.turn.after, link.say("后面的日子", "Later days")))
}

/// The place that was kept and not confirmed in time, with the way to have it after all.
pub fn lapsed(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    let lapsed = plan.lapsed.as_ref()?;
    let title = link.voice.fill(
        "为您留的 {} 时间到了，没有确认",
        "The time kept for you, {}, was not confirmed in time",
        &moment(link.site.lang, lapsed.slot.starts),
    );
    let waits = (lapsed.kept == Kept::Offered && plan.waiting.is_some())
        .then(|| link.say("您还在候补名单上，再有更早的时间会为您留。", "You are still on the waiting list."));
    let fate = if lapsed.free {
        link.say("这个位置还空着。", "It is still free.")
    } else {
        link.say("这个位置已经给了别人。", "Somebody else has it now.")
    };
    let text = [Some(fate), waits].into_iter().flatten().collect::<Vec<_>>().join("");
    let again = lapsed.free.then(|| {
        let slot = ("slot", lapsed.slot.id.to_string());
        link.one_button("hold", plan, Some(slot), link.say("再选一次", "Choose it again"))
    });
    Some(nodes![notice(title, text), again])
}

/// That the phone's calendar may still hold an appointment that was given up, with the file that mends it.
pub fn outdated_entry(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    let given_up = when(link, plan.given_up?);
    let stands = plan.appointment.as_ref().is_some_and(|appointment| appointment.state.is_firm());
    let (text, label) = if stands {
        (
            link.say(
                "原来的 {} 退掉了。加过手机日历的，日历里还是原来的时间。",
                "The time you had, {}, was given back. Your phone's calendar may still show it.",
            ),
            link.say("更新手机日历", "Update my calendar"),
        )
    } else {
        (
            link.say(
                "{} 的预约已经取消。加过手机日历的，日历到时还会提醒。",
                "Your appointment of {} is cancelled. Your phone's calendar may still remind you of it.",
            ),
            link.say("从手机日历里去掉", "Take it out of my calendar"),
        )
    };
    Some(nodes![
        notice(String::new(), around(text, given_up)),
        el("a")
            .class("zs-button zs-button--quiet")
            .with("href", link.path("appointment.ics"))
            .with("download", "appointment.ics")
            .child(icon("calendar"))
            .child(el("span").child(label))
    ])
}

/// The waiting list: the way onto it, or her place on it.
fn waiting(link: &Link<'_>, plan: &Plan) -> Node {
    if let Some(waiting) = &plan.waiting {
        let since = day(link.site.lang, waiting.since.date());
        let text = link.voice.fill(
            "从 {} 起排队。有人退掉更早的时间，会先为您留着，请打开这个链接看。",
            "You have been waiting since {}. A place that becomes free is kept for you; open this link to see it.",
            &since,
        );
        return nodes![
            notice(link.say("您在候补名单上", "You are on the waiting list"), text),
            waiting_no_longer(link, plan)
        ];
    }
    if !plan.may_wait {
        return Node::from(());
    }
    el("details")
        .class("zs-details")
        .with("id", "wait")
        .child(
            el("summary")
                .child(icon("clock"))
                .child(el("span").child(link.say("想要更早的？可以候补", "Earlier than these? Join the waiting list")))
                .child(icon("next")),
        )
        .child(
            el("div")
                .class("zs-stack")
                .child(el("p").child(link.say(
                    "有人退掉更早的时间，先为您留至少 2 小时，夜里不会到期。请常打开这个链接看。",
                    "When somebody gives back an earlier time, it is kept for you for at least 2 hours, never ending at night. Open this link now and then.",
                )))
                .child(link.one_button("wait", plan, None, link.say("加入候补", "Join the waiting list"))),
        )
        .node()
}

/// The question whether to give up a place on the waiting list: whoever joins again is at its end.
fn waiting_no_longer(link: &Link<'_>, plan: &Plan) -> El {
    el("details")
        .class("zs-details")
        .with("id", "unwait")
        .child(
            el("summary")
                .child(el("span").child(link.say("不再候补……", "Leave the waiting list…")))
                .child(icon("next")),
        )
        .child(
            el("div")
                .class("zs-stack zs-stack--tight")
                .child(
                    el("p")
                        .class("zs-small")
                        .child(link.say("以后再加入，要从后面排起。", "If you join again, you are at its end.")),
                )
                .child(link.button(FollowUpView::Plan, link.say("继续候补", "Stay on the list")))
                .child(link.one_button("unwait", plan, None, link.say("是，不再候补", "Yes, leave the list"))),
        )
}

/// The times of one day.
fn one_day(link: &Link<'_>, plan: &Plan, one: &SlotDay) -> El {
    let slots = one.slots.iter().map(|slot| choice(link, plan, slot, clock(link.site.lang, slot.starts).into(), None));
    el("fieldset")
        .class("zs-slot-picker")
        .child(el("legend").class("zs-slot-picker__day").child(day(link.site.lang, one.date)))
        .child(slots.collect::<Vec<_>>())
}

/// All times by day, for a first appointment or another one.
pub fn choosing(link: &Link<'_>, plan: &Plan, view: FollowUpView) -> Shown {
    let current = plan.appointment.as_ref().filter(|_| view == FollowUpView::Moving);
    let title = match current {
        Some(_) => link.say("换一个时间", "Choose another time"),
        None => link.say("全部时间", "All times"),
    };
    let lead = current.and_then(|_| present(link, plan));
    let kept_till_then = current.map(|_| {
        el("p").class("zs-small").child(link.say(
            "新时间确认以后，才退掉现在的。",
            "The present time is given back only when the new one is confirmed.",
        ))
    });
    let open = plan.days.iter().take(OPEN_DAYS).map(|day| one_day(link, plan, day)).collect::<Vec<_>>();
    let later = plan.days.iter().skip(OPEN_DAYS).map(|day| one_day(link, plan, day)).collect::<Vec<_>>();
    let more = (!later.is_empty()).then(|| {
        el("details")
            .class("zs-details")
            .with("id", "more-days")
            .child(
                el("summary")
                    .child(icon("calendar"))
                    .child(el("span").child(link.say("看其他日子", "Other days")))
                    .child(icon("next")),
            )
            .child(el("div").class("zs-stack").child(later))
    });
    let empty = plan.days.is_empty().then(|| {
        nodes![
            overdue(link, plan),
            if plan.opens.is_some() {
                none_free(link, plan)
            } else {
                el("p").child(
                    link.say("现在没有别的空位。请打电话，护士帮您换。", "There is no other free time. Please call."),
                )
            },
            phone_link(&plan.phone, link.say("打电话问", "Call to ask"))
        ]
    });
    let some = (!plan.days.is_empty()).then(|| {
        nodes![
            overdue(link, plan),
            later_times(link, plan),
            times(link, plan).child(open).child(more),
            how_many(link, plan),
            turning(link, plan, view),
            phone_link(&plan.phone, link.say("没有合适的时间，请打电话", "No time suits you: please call"))
        ]
    });
    nodes![link.opening(plan, title), lapsed(link, plan), lead, empty, some, kept_till_then, link.leaving(plan)].into()
}

/// The place that is kept: what it is, what must be true for it, and the one button that makes it hers.
pub fn held(link: &Link<'_>, plan: &Plan, held: &Appointment) -> Shown {
    let until = held.until.unwrap_or(plan.now);
    let until_text =
        if until.date() == plan.now.date() { clock(link.site.lang, until) } else { moment(link.site.lang, until) };
    let kept = link.voice.fill("为您留到 {}", "Kept for you until {}", &until_text) + &minutes_left(link, plan, until);
    let after = link.voice.fill(
        "{} 以后还没确认，这个位置会让给别人。那时可以再选，随访不会取消。",
        "If it is not confirmed by {}, the place goes to others. You can choose again then; nothing else is lost.",
        &until_text,
    );
    let instead = plan.appointment.as_ref().filter(|appointment| appointment.state.is_firm()).map(|appointment| {
        let now = when(link, appointment.slot.starts);
        nodes![el("p").class("zs-who").child(icon("calendar")).child(el("span").child(around(
            link.say("现在的预约 {} 还在。确认以后，原来的就退掉了。", "You still have {}. Confirming gives it back."),
            now,
        ))),]
    });
    let leave = instead.is_some().then(|| {
        plan.can_change()
            .then(|| link.aside_link(FollowUpView::Cancelling, link.say("取消现在的预约", "Cancel the present one")))
    });
    let read = plan.agreements.iter().filter(|asked| asked.ask == Ask::Read);
    let read = read.map(|asked| el("li").child(link.voice.told(&asked.text))).collect::<Vec<_>>();
    let read = (!read.is_empty()).then(|| {
        nodes![
            el("h2").class("zs-h3").child(link.say("请先看清楚", "Please read")),
            el("ul").class("zs-points").child(read)
        ]
    });
    let agreements = plan
        .agreements
        .iter()
        .filter(|asked| asked.ask == Ask::Tick)
        .map(|agreement| {
            let text = link.voice.told(&agreement.text);
            tick(link, format!("agreed-{}", agreement.id), "agreed", agreement.id.clone(), text)
        })
        .collect::<Vec<_>>();
    let ask = if agreements.len() == 1 {
        link.say("先看这一条，打勾", "Please read and tick this")
    } else {
        link.say("先看这几条，都打勾", "Please read and tick each of these")
    };
    let agreements = (!agreements.is_empty()).then(|| {
        el("fieldset")
            .class("zs-form-field")
            .with("id", "agreed")
            .with("tabindex", "-1")
            .child(el("legend").class("zs-form-field__label").child(ask))
            .child(field_error(plan.problem.as_ref(), "agreed"))
            .child(el("div").class("zs-checks").child(agreements))
    });
    let unwanted = if plan.kept == Some(Kept::Offered) {
        link.say("不要这个，也不再候补", "Not this one, and stop waiting")
    } else {
        link.say("不要这个，另选时间", "Not this one, choose another")
    };
    let main = nodes![
        link.demonstration(),
        plan.problem.as_ref().map(error_summary),
        told(link, plan),
        clinic_cancelled(link, plan),
        heading(if plan.kept == Some(Kept::Replacement) {
            link.say("请确认新的时间", "Please confirm the new time")
        } else {
            link.say("请确认这个时间", "Please confirm this time")
        }),
        // What is confirmed and what is asked stand above the button, also where little fits on the screen.
        el("p").class("zs-h2").child(el("b").child(when(link, held.slot.starts))),
        el("p").class("zs-aside").child(icon("clock")).child(el("b").child(kept)),
        link.form(Some("confirm"), "confirm", Some(plan)).child(slot_field(held)).child(agreements).child(status()),
        link.aside_button("release", plan, unwanted).child(slot_field(held)),
        greeting(link, plan),
        in_charge(link, plan),
        instead,
        summary_list(place_and_purpose(link, plan, held)),
        closing_reason(link, plan),
        plan.waiting
            .as_ref()
            .map(|_| el("p").child(link.say("确认以后，候补就结束了。", "Once you confirm, your waiting ends."))),
        el("p").class("zs-small").child(after),
        leave,
        read,
        outdated_entry(link, plan),
        super::plan::beside_held(link, plan),
        link.leaving(plan)
    ];
    Shown { main, action: Some(link.bar("confirm", link.say("确认这个时间", "Confirm this time"))) }
}

/// How many minutes are left of a time that is kept for less than an hour; nothing otherwise.
fn minutes_left(link: &Link<'_>, plan: &Plan, until: Moment) -> String {
    match (until.0 - plan.now.0) / MINUTE {
        left @ 1..60 => link.voice.fill("，还有 {} 分钟", ", {} minutes left", &left.to_string()),
        _ => String::new(),
    }
}

/// That the clinic cancelled an appointment, while another time is being looked at: one line, above all else.
fn clinic_cancelled(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    let lost = plan.given_up.filter(|_| plan.clinic_cancelled)?;
    let lost = when(link, lost);
    let told = around(link.say("医院取消了您 {} 的预约", "The clinic cancelled your appointment of {}"), lost);
    Some(el("p").class("zs-aside").child(icon("alert")).child(el("b").child(told)).node())
}

/// Which time a form is about, so that it does nothing to another that has taken its place.
fn slot_field(appointment: &Appointment) -> El {
    el("input").with("type", "hidden").with("name", "slot").with("value", appointment.slot.id.to_string())
}

/// The reasons for cancelling that can be chosen.
const REASONS: [(&str, &str, &str); 5] = [
    ("time", "时间不合适", "The time does not suit me"),
    ("unwell", "身体不舒服", "I am not well"),
    ("elsewhere", "已经在别处做了", "I have had it done elsewhere"),
    ("unwanted", "不想做了", "I do not want it any more"),
    ("other", "别的原因", "Another reason"),
];

/// The question whether to cancel, with a reason.
pub fn cancelling(link: &Link<'_>, plan: &Plan) -> Shown {
    let Some(appointment) = &plan.appointment else { return Node::from(()).into() };
    let reasons = REASONS
        .iter()
        .map(|(word, hans, en)| {
            let id = format!("reason-{word}");
            el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(
                    el("input")
                        .with("type", "radio")
                        .with("id", id)
                        .with("name", "reason")
                        .with("value", (*word).to_owned()),
                )
                .child(el("span").child(link.say(hans, en)))
        })
        .collect::<Vec<_>>();
    let held = plan.held.as_ref().map(|held| {
        el("p").child(around(
            link.say("另外为您留着的 {} 不会取消。", "The place kept for you, {}, stays kept."),
            when(link, held.slot.starts),
        ))
    });
    let main = nodes![
        link.opening(plan, link.say("要取消预约吗？", "Cancel this appointment?")),
        facts(link, plan, appointment),
        el("p").child(link.say(
            "取消后，这个位置会让给别人。您以后还可以再约。",
            "The place goes to somebody else. You can book again later."
        )),
        held,
        link.aside_link(FollowUpView::Moving, link.say("改个时间", "Move it instead")),
        link.form(Some("cancel"), "cancel", Some(plan))
            .child(slot_field(appointment))
            .child(
                el("fieldset")
                    .class("zs-form-field")
                    .child(
                        el("legend")
                            .class("zs-form-field__label")
                            .child(link.say("为什么取消？（可以不选）", "Why? (you need not say)"))
                    )
                    .child(el("div").class("zs-checks").child(reasons))
            )
            .child(status()),
        phone_link(&plan.phone, link.say("打电话问", "Call to ask"))
    ];
    let bar = link.choice_bar(link.say("不取消", "Keep it"), "cancel", link.say("确定取消", "Cancel it"));
    Shown { main, action: Some(bar) }
}

/// Why the clinic did not take place.
pub fn closing_reason(link: &Link<'_>, plan: &Plan) -> Option<Node> {
    if !plan.clinic_cancelled || plan.closing_reason.is_empty() {
        return None;
    }
    let why = link.voice.told(&plan.closing_reason);
    Some(el("p").child(link.voice.fill("停诊原因：{}", "Why: {}", &why)).node())
}

/// The title of the page on which a first time is chosen.
pub fn choose_title(link: &Link<'_>, plan: &Plan) -> String {
    use zaoshai_contract::followups::Standing;
    match (plan.done, plan.standing) {
        (Some(Told::Cancelled), _) if !plan.days.is_empty() => {
            link.say("可以另选一个时间", "You can choose another time")
        }
        (Some(Told::Cancelled), _) => link.say("预约取消了", "Your appointment is cancelled"),
        (_, Standing::Cancelled) => link.say("医院取消了预约，请另选时间", "The clinic cancelled: choose another time"),
        (_, Standing::Missed) => link.say("上次没有来，请再选一个时间", "You were missed: choose another time"),
        _ => link.say("请选一个时间", "Choose a time"),
    }
}
