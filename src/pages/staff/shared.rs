//! A follow-up that another hospital is in charge of: what the reader's hospital is asked to decide, or that it has handed
//! the person over. No link, no phone number of the person, no notes.

use super::confirm::{in_place, yes};
use super::form::{area, button, field, hidden, post};
use super::referral;
use super::work::Sent;
use crate::components::error_summary::error_summary;
use crate::components::icon::small_icon;
use crate::components::phone_link::phone_link;
use crate::components::summary_list::{row, summary_list};
use crate::text::day;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::referrals::{Referral, ReferralState, SharedFollowUp};
use zaoshai_contract::route::Lang;

/// The page.
pub fn page(page: &SharedFollowUp) -> Node {
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        body(page, el("h1"))
    ]
}

/// The person under a heading, on their page and beside a list.
pub fn body(page: &SharedFollowUp, heading: El) -> Node {
    let sent = Sent { typed: &page.typed, problem: page.problem.as_ref(), who: &page.name };
    let mut facts = vec![
        row("编号".to_owned(), page.code.clone().into(), String::new()),
        row("谁负责".to_owned(), page.hospital.clone().into(), String::new()),
    ];
    if let Some(asked) = &page.asked {
        facts.push(row("为什么".to_owned(), asked.reason.clone().into(), String::new()));
        facts.push(row("紧急程度".to_owned(), asked.urgency.title().into(), String::new()));
        if let (Some(from), Some(to)) = (asked.due_from, asked.due_to) {
            facts.push(row("可以约".to_owned(), asked.services.join("、").into(), String::new()));
            let window = format!("{} 到 {}", day(Lang::Hans, from), day(Lang::Hans, to));
            facts.push(row("时间段".to_owned(), window.into(), String::new()));
        }
    }
    let open = page.referrals.iter().find(|referral| referral.to_us && referral.state == ReferralState::Offered);
    let deeds = match open {
        Some(referral) => answer(page, referral, &sent),
        None => el("p").child("这个人现在由对方负责，我们不能再看、再改。转错了，请打电话给对方，请他们退回。").node(),
    };
    let past = page.referrals.iter().map(|referral| referral::told(referral).node()).collect::<Vec<_>>();
    let name = if page.name.is_empty() { "（资料已删除）" } else { &page.name };
    el("div")
        .class("zs-stack")
        .child(sent.problem.map(error_summary))
        .child(heading.class("zs-h1").child(name.to_owned()))
        .child(summary_list(facts))
        .child(deeds)
        .child(phone_link(&page.phone, "打给负责的医院".to_owned()))
        .child(el("p").class("zs-group").child("转诊"))
        .child(el("ul").child(past))
        .node()
}

/// The step: the decision, while one is asked for.
pub fn action(page: &SharedFollowUp) -> Option<Node> {
    let asked = page.referrals.iter().any(|referral| referral.to_us && referral.state == ReferralState::Offered);
    asked.then(|| el("a").class("zs-button").with("href", "#take-over").child("接收，还是退回").node())
}

fn answer(page: &SharedFollowUp, referral: &Referral, sent: &Sent<'_>) -> Node {
    let deed = "hand-back";
    let refuse = post(&page.id, deed)
        .class("zs-stack")
        .child(hidden("key", page.key.to_string()))
        .child(hidden("referral", referral.id.clone()))
        .child(field(
            sent.problem(deed),
            "hand-back-answer",
            "为什么不能接收",
            "对方的护士会看到。",
            area("hand-back-answer", "answer", "2", sent.typed.get(deed, "answer")),
        ))
        .child(button("不接收，退回去"));
    nodes![
        in_place(
            "check",
            "接收",
            format!("接收{}，从{}转来？", page.name, referral.from),
            &["以后由我们负责，负责人是您，电话和链接才看得到。", "旧链接会失效，请把新链接发给病人。"],
            post(&page.id, "take-over")
                .child(hidden("key", page.key.to_string()))
                .child(hidden("referral", referral.id.clone()))
                .child(yes(format!("接收{}", page.name))),
        )
        .with("id", "take-over"),
        sent.fold(deed, "close", "不能接收", refuse)
    ]
}
