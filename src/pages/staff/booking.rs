//! Booking and cancelling for a patient who is on the phone.

use super::form::{asks, button, field, hidden, post, select};
use super::work::Sent;
use crate::components::error_summary::field_error;
use crate::components::icon::icon;
use crate::text::{clock, day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{FollowUpDetail, StaffTime};

/// What can be done about the appointment.
pub fn section(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let booked = detail.row.appointment_state == Some(State::Booked);
    let title = if booked { "替病人改时间" } else { "替病人约时间" };
    if detail.row.appointment_state == Some(State::Arrived) {
        return el("p")
            .class("zs-row__line")
            .child("人已经到了，不能另约。没做成、要再来的，先登记“已就诊”，再填结果，定下一步。点错了人，请撤回登记。")
            .node();
    }
    nodes![
        detail.row.due_to.map(|_| sent.fold("book", "calendar", title, book(detail, sent))),
        booked.then(|| sent.fold("cancel", "close", "取消预约", cancel(detail, sent)))
    ]
}

/// What the buttons of the forms say.
pub const BOOK: &str = "约好";
/// The same of the other one.
pub const CANCEL: &str = "取消这个预约";

/// Whether a time can be booked now.
pub fn is_open(detail: &FollowUpDetail) -> bool {
    detail.row.appointment_state != Some(State::Arrived) && detail.row.due_to.is_some() && !detail.times.is_empty()
}

/// The time that is kept for the patient, to be made certain for whoever says yes on the phone.
pub fn kept(detail: &FollowUpDetail) -> Option<El> {
    let kept = detail.row.kept.as_ref()?;
    let asked = (!detail.asked.is_empty()).then(|| {
        let asked = detail.asked.iter().map(|text| el("li").child(text.clone())).collect::<Vec<_>>();
        nodes![el("p").child("先在电话里问："), el("ul").class("zs-bullets").child(asked)]
    });
    let yes = if detail.asked.is_empty() { "替病人确认" } else { "都问过了，替病人确认" };
    let (starts, until) = (moment(Lang::Hans, kept.starts), moment(Lang::Hans, kept.until));
    Some(
        post(&detail.row.id, "book")
            .class("zs-stack zs-stack--tight")
            .with("id", "do-kept")
            .child(hidden("key", detail.key.to_string()))
            .child(hidden("slot", kept.slot.to_string()))
            .child(hidden("asked", "yes".to_owned()))
            .child(el("h2").class("zs-group").child(["给", detail.row.name.as_str(), "留着的时间"].concat()))
            .child(el("p").child(el("b").child(starts)).child(format!("，留到 {until}。病人说行，就确认。")))
            .child(asked)
            .child(button(yes)),
    )
}

/// A time of a day, to be chosen; what the link would refuse says why.
fn choice(time: &StaffTime, chosen: Option<&str>) -> El {
    let slot = &time.slot;
    let expert = if slot.expert.is_empty() { String::new() } else { format!(" · {}", slot.expert) };
    let rule = if time.rule.is_empty() { String::new() } else { format!(" · {}", time.rule) };
    let id = ["slot-", slot.id.as_str()].concat();
    el("label")
        .class("zs-time")
        .with("for", id.clone())
        .child(
            el("input")
                .with("type", "radio")
                .with("id", id)
                .with("name", "slot")
                .with("value", slot.id.to_string())
                .with("checked", chosen == Some(slot.id.as_str())),
        )
        .child(
            el("span")
                .child(el("b").child(clock(Lang::Hans, slot.starts)))
                .child(el("small").child(format!("{}{expert} · 余 {}{rule}", time.service, slot.free))),
        )
}

/// A day that unfolds into its times.
fn day_of(times: &[StaffTime], chosen: Option<&str>) -> Option<El> {
    let date = times.first()?.slot.starts.date();
    // The day of the time that was chosen stands unfolded.
    let open = times.iter().any(|time| chosen == Some(time.slot.id.as_str()));
    let free: i64 = times.iter().map(|time| i64::from(time.slot.free)).sum();
    let choices = times.iter().map(|time| choice(time, chosen)).collect::<Vec<_>>();
    Some(
        el("details")
            .class("zs-details zs-day")
            .with("open", open)
            .child(
                el("summary")
                    .child(el("span").child(day(Lang::Hans, date)))
                    .child(el("small").child(format!("余 {free}")))
                    .child(icon("next")),
            )
            .child(el("div").class("zs-times-to-choose").child(choices)),
    )
}

fn book(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let deed = "book";
    let problem = sent.problem(deed);
    if detail.times.is_empty() {
        return el("p").child("现在没有空的时间。可以请病人在链接里候补，或看看别的项目。").node();
    }
    let chosen = sent.typed.get(deed, "slot");
    let days = detail.times.chunk_by(|a, b| a.slot.starts.date() == b.slot.starts.date());
    let days = days.filter_map(|times| day_of(times, chosen)).collect::<Vec<_>>();
    let way = |from: Option<CivilDate>, label: &'static str| {
        from.map(|from| {
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", format!("/staff/followups/{}?times={from}#do-book", detail.row.id))
                .child(label)
        })
    };
    let first = detail.times.first().map(|time| time.slot.starts.date());
    let turning = el("nav")
        .class("zs-buttons")
        .with("aria-label", "别的日子")
        .child(way(detail.turn.before, "前面的日子"))
        .child(way(detail.turn.after, "后面的日子"));
    let shown = match (first, detail.times.last()) {
        (Some(first), Some(last)) => {
            format!("这里是 {} 到 {}。", day(Lang::Hans, first), day(Lang::Hans, last.slot.starts.date()))
        }
        _ => String::new(),
    };
    let all = format!("共 {} 天有空，{} 个时间。", detail.turn.days, detail.turn.times);
    let asked = (!detail.asked.is_empty()).then(|| {
        let asked = detail.asked.iter().map(|text| el("li").child(text.clone())).collect::<Vec<_>>();
        nodes![
            el("p").child("先在电话里问："),
            el("ul").class("zs-bullets").child(asked),
            el("div").class("zs-form-field").child(field_error(problem, "book-asked")).child(
                el("label")
                    .class("zs-check")
                    .with("for", "book-asked")
                    .child(
                        el("input")
                            .with("type", "checkbox")
                            .with("id", "book-asked")
                            .with("name", "asked")
                            .with("value", "yes")
                            .with("checked", sent.typed.has(deed, "asked", "yes")),
                    )
                    .child(el("span").child("都问过了，可以约")),
            )
        ]
    });
    let reason = el("input")
        .class("zs-input")
        .with("id", "book-reason")
        .with("name", "reason")
        .with("value", sent.typed.get(deed, "reason").unwrap_or_default().to_owned())
        .with("maxlength", "100")
        .with("autocomplete", "off");
    post(&detail.row.id, deed)
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(hidden("times", first.map(|first| first.to_string()).unwrap_or_default()))
        .child(el("p").class("zs-small").child([shown, all].concat()))
        .child(turning)
        .child(
            el("fieldset")
                .class("zs-form-field")
                .with("id", "book-slot")
                .child(el("legend").class("zs-form-field__small-label").child("先选哪天，再选几点"))
                .child(field_error(problem, "book-slot"))
                .child(days),
        )
        .child(asked)
        .child(field(problem, "book-reason", "破例的原因（不破例不用填）", "记在备注里，病人看不到。", reason))
        .child(button(BOOK))
        .node()
}

fn cancel(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let deed = "cancel";
    let whose = [("patient", "病人不能来"), ("clinic", "医院不能看")].into_iter();
    asks(post(&detail.row.id, deed))
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(hidden("appointment", detail.row.appointment.clone()))
        .child(field(
            sent.problem(deed),
            "cancel-whose",
            "谁要取消",
            "约了新时间以前，人在“要处理”里。",
            select("cancel-whose", "whose", sent.typed.get(deed, "whose"), whose),
        ))
        .child(button(CANCEL))
        .node()
}
