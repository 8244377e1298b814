//! Referrals: the list of those that wait, and what can be done with one.

use super::confirm::{in_place, yes};
use super::form::{area, asks, button, field, hidden, none, post};
use super::row::{MAIN, of};
use super::whole::whole;
use super::work::Sent;
use crate::components::icon::icon;
use crate::text::{day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::referrals::{Kinship, Referral, ReferralHospital, ReferralState};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::FollowUpDetail;

/// Those that wait for an answer, and those that were declined lately.
pub fn rows(referrals: &[Referral]) -> El {
    el("ul").child(referrals.iter().map(row).collect::<Vec<_>>())
}

/// Whose turn it is, as a word with an icon.
fn chip(referral: &Referral) -> Node {
    let (class, name, word) = match referral.state {
        ReferralState::Offered if referral.to_us => ("zs-chip zs-chip--amber", "alert", "等我们接收"),
        ReferralState::Offered => ("zs-chip", "clock", "等对方接收"),
        ReferralState::Declined => ("zs-chip zs-chip--amber", "alert", "对方没有接收"),
        ReferralState::Returned if referral.from_us => ("zs-chip zs-chip--amber", "alert", "对方退回来了"),
        state @ (ReferralState::Accepted | ReferralState::Withdrawn | ReferralState::Returned) => {
            ("zs-chip", "check", state.title())
        }
    };
    el("span").class(class).child(icon(name)).child(el("span").child(word)).node()
}

fn row(referral: &Referral) -> El {
    let shown = if referral.name.is_empty() { "（资料已删除）" } else { &referral.name };
    let href = ["/staff/followups/", referral.followup.as_str()].concat();
    let line = if referral.to_us {
        format!("{} 转来 · {}", referral.from, referral.reason)
    } else if referral.answer.is_empty() {
        format!("转给 {} · {}", referral.to, referral.reason)
    } else {
        format!("转给 {} · {}", referral.to, referral.answer)
    };
    el("li")
        .class("zs-row zs-row--step")
        .child(el("p").class("zs-row__when").child(whole(&day(Lang::Hans, referral.made.date()))))
        .child(
            el("div")
                .class("zs-row__body")
                .child(
                    el("p")
                        .class("zs-row__name")
                        .child(el("a").with("href", href.clone()).child(shown.to_owned()))
                        .child(chip(referral)),
                )
                .child(el("p").class("zs-row__line").child(whole(&line))),
        )
        .child(of(el("a").class(MAIN).with("href", href).child("看转诊"), "看转诊", shown))
}

/// The referrals of a follow-up with what can be done now.
pub fn section(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let past = detail.referrals.iter().map(|referral| told(referral).node()).collect::<Vec<_>>();
    let open = detail.referrals.iter().find(|referral| referral.state == ReferralState::Offered);
    let deeds = match open {
        Some(referral) => nodes![recall(detail, referral)],
        None if is_open(detail) => nodes![refer(detail, sent)],
        None => ().into(),
    };
    // What was taken over last can be given back.
    let taken = detail.referrals.iter().find(|referral| referral.state == ReferralState::Accepted);
    let give_back = taken.filter(|referral| referral.to_us).map(|referral| give_back(detail, referral, sent));
    nodes![
        (!past.is_empty()).then(|| nodes![el("h2").class("zs-group").child("转诊"), el("ul").child(past)]),
        deeds,
        give_back
    ]
}

/// Whether they can be referred now.
pub fn is_open(detail: &FollowUpDetail) -> bool {
    !detail.alliance.is_empty() && detail.referrals.iter().all(|referral| referral.state != ReferralState::Offered)
}

/// What the button of the form says.
pub const REFER: &str = "转过去…";

/// A referral with its answer.
pub fn told(referral: &Referral) -> El {
    let answered = referral.answered.map(|at| {
        let answer = if referral.answer.is_empty() { String::new() } else { format!("：{}", referral.answer) };
        el("p").class("zs-row__line").child(whole(&format!(
            "{} · {}{answer}",
            moment(Lang::Hans, at),
            referral.answered_by
        )))
    });
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body")
            .child(el("p").child(format!("{} 转给 {} ", referral.from, referral.to)).child(chip(referral)))
            .child(el("p").child(referral.reason.clone()))
            .child(el("p").class("zs-row__line").child(whole(&format!(
                "{} · {}",
                moment(Lang::Hans, referral.made),
                referral.made_by
            ))))
            .child(answered),
    )
}

fn refer(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let deed = "refer";
    let problem = sent.problem(deed);
    let option = |hospital: &ReferralHospital| {
        let chosen = sent.typed.get(deed, "hospital") == Some(hospital.id.as_str());
        let words = format!("{}（{}）", hospital.name, hospital.city);
        el("option").with("value", hospital.id.clone()).with("selected", chosen).child(words)
    };
    let groups = [
        (Kinship::Alliance, "同一个联盟"),
        (Kinship::City, "同一个城市"),
        (Kinship::Other, "其他医院：不在联盟里，先打电话问过"),
    ];
    let groups = groups.into_iter().filter_map(|(kinship, title)| {
        let hospitals = detail.alliance.iter().filter(|hospital| hospital.kinship == kinship);
        let options = hospitals.map(option).collect::<Vec<_>>();
        (!options.is_empty()).then(|| el("optgroup").with("label", title).child(options))
    });
    let hospital = el("select")
        .class("zs-input")
        .with("id", "refer-hospital")
        .with("name", "hospital")
        .child([none()].into_iter().chain(groups).collect::<Vec<_>>());
    let form = asks(post(&detail.row.id, deed))
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(el("p").child("对方接收以前，还是我们负责。接收以后，由对方负责，链接换新的，我们不能再看。"))
        .child(field(problem, "refer-hospital", "转给哪家医院", "", hospital))
        .child(field(
            problem,
            "refer-reason",
            "为什么转",
            "对方的护士会看到。",
            area("refer-reason", "reason", "2", sent.typed.get(deed, "reason")).with("required", true),
        ))
        .child(button(REFER));
    sent.fold(deed, "arrow", "转给别的医院", form)
}

fn give_back(detail: &FollowUpDetail, referral: &Referral, sent: &Sent<'_>) -> Node {
    let deed = "return";
    let form = asks(post(&detail.row.id, deed))
        .class("zs-stack")
        .child(hidden("key", detail.key.to_string()))
        .child(hidden("referral", referral.id.clone()))
        .child(el("p").child(format!(
            "退回以后，马上由 {} 负责，我们不能再看。现在的链接会失效，由对方发新的。请先打电话说好。",
            referral.from
        )))
        .child(field(
            sent.problem(deed),
            "return-answer",
            "为什么退回",
            "对方的护士会看到。",
            area("return-answer", "answer", "2", sent.typed.get(deed, "answer")),
        ))
        .child(button("转错了，退回去"));
    sent.fold(deed, "back", "转错了？退回转来的医院", form)
}

fn recall(detail: &FollowUpDetail, referral: &Referral) -> El {
    in_place(
        "close",
        "撤回这次转诊",
        format!("撤回{}给{}的转诊？", detail.row.name, referral.to),
        &["对方不能再接收，还是我们负责。"],
        post(&detail.row.id, "recall")
            .child(hidden("key", detail.key.to_string()))
            .child(hidden("referral", referral.id.clone()))
            .child(yes(format!("撤回{}的转诊", detail.row.name))),
    )
}
