//! One follow-up: the link to send, its state, its history.

use super::list::chip;
use super::work::{Sent, sections};
use crate::components::error_summary::error_summary;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::phone_link;
use crate::components::summary_list::{row, summary_list};
use crate::text::{day, moment};
use crate::view::{Node, el, nodes};
use zaoshai_contract::followups::{Kept, Standing};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::FollowUpDetail;

/// How the nurse came here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// She has just made it.
    JustMade,
    /// She looks at it.
    Reading,
}

/// A QR code as a path of unit squares.
pub struct Qr {
    /// The path.
    pub path: String,
    /// The side in modules.
    pub side: u16,
}

/// The page.
pub fn page(detail: &FollowUpDetail, qr: Qr, arrival: Arrival, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    let made = (arrival == Arrival::JustMade).then(|| {
        el("p")
            .class("zs-notice")
            .with("role", "status")
            .child(icon("check"))
            .child(el("span").child("建好了。把下面的短信发给病人。"))
    });
    let mut facts = vec![
        row("状态".to_owned(), chip(followup), String::new()),
        row("为什么".to_owned(), Node::from(followup.reason.clone()), String::new()),
        row("编号".to_owned(), followup.code.clone().into(), String::new()),
        row("紧急程度".to_owned(), followup.urgency.title().into(), String::new()),
    ];
    if let (Some(from), Some(to)) = (followup.due_from, followup.due_to) {
        facts.push(row("可以约".to_owned(), followup.services.join("、").into(), String::new()));
        let window = format!("{} 到 {}", day(Lang::Hans, from), day(Lang::Hans, to));
        facts.push(row("时间段".to_owned(), window.into(), String::new()));
    }
    if !detail.own {
        facts.push(row("谁负责".to_owned(), detail.hospital.clone().into(), String::new()));
    }
    if let Some(starts) = followup.starts {
        facts.push(row("预约".to_owned(), moment(Lang::Hans, starts).into(), followup.room.clone()));
    }
    if let Some(kept) = &detail.kept {
        let why = match kept.why {
            Kept::Chosen => "病人在看，还没有确认",
            Kept::Offered => "候补等到的，请病人打开链接确认",
            Kept::Replacement => "停诊换的，请病人打开链接确认",
        };
        let until = format!("{why}，留到 {}", moment(Lang::Hans, kept.until));
        facts.push(row("留着的时间".to_owned(), moment(Lang::Hans, kept.slot.starts).into(), until));
    }
    if let Some(since) = detail.waiting {
        facts.push(row("候补".to_owned(), format!("从 {} 起", moment(Lang::Hans, since)).into(), String::new()));
    }
    let link = (detail.own && followup.standing != Standing::Closed).then(|| link(detail, qr));
    let history = detail
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
    let post = |tail: &str| ["/staff/followups/", followup.id.as_str(), "/", tail].concat();
    let unlock = (detail.own && followup.locked).then(|| {
        el("form")
            .with("method", "post")
            .with("action", post("unlock"))
            .child(el("button").class("zs-button").with("type", "submit").child("核对过本人，打开链接"))
    });
    let word = if followup.standing == Standing::Closed {
        "重新打开"
    } else {
        "改姓名、手机号、时间段、负责人"
    };
    let edit = (detail.own && !followup.name.is_empty())
        .then(|| el("a").class("zs-button zs-button--quiet").with("href", post("edit")).child(word));
    let rights = (!followup.name.is_empty()).then(|| {
        el("a").class("zs-button zs-button--quiet").with("href", post("rights")).child("本人要看资料、删资料")
    });
    let changes = (detail.own && followup.standing != Standing::Closed).then(|| {
        el("details")
            .class("zs-details")
            .child(el("summary").child(icon("alert")).child(el("span").child("换链接、结束随访")).child(icon("next")))
            .child(
                el("div")
                    .class("zs-stack")
                    .child(
                        el("form").with("method", "post").with("action", post("relink")).child(
                            el("button")
                                .class("zs-button zs-button--quiet")
                                .with("type", "submit")
                                .child("换一个新链接（旧的作废）"),
                        ),
                    )
                    .child(
                        el("form").with("method", "post").with("action", post("withdraw")).child(
                            el("button")
                                .class("zs-button zs-button--quiet")
                                .with("type", "submit")
                                .child("结束这次随访（退掉预约）"),
                        ),
                    ),
            )
    });
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("div")
            .class("zs-stack")
            .child(sent.problem.map(error_summary))
            .child(made)
            .child(el("h1").class("zs-h1").child(followup.name.clone()))
            .child(summary_list(facts))
            .child(phone_link(&followup.phone, "打给病人".to_owned()))
            .child(unlock)
            .child(edit)
            .child(sections(detail, sent))
            .child(link)
            .child(el("h2").class("zs-group").child("经过"))
            .child(el("ul").child(history))
            .child(changes)
            .child(rights)
    ]
}

fn link(detail: &FollowUpDetail, qr: Qr) -> Node {
    let side = qr.side + 8;
    let view_box = format!("-4 -4 {side} {side}");
    el("section")
        .class("zs-stack")
        .with("aria-labelledby", "link")
        .child(
            el("h2")
                .class("zs-group")
                .with("id", "link")
                .child("发给病人")
                .child(el("span").child("到 ").child(day(Lang::Hans, detail.link_until)).child(" 有效")),
        )
        .child(el("label").class("zs-form-field__small-label").with("for", "message").child("短信（没有个人信息）"))
        .child(
            el("textarea")
                .class("zs-input")
                .with("id", "message")
                .with("rows", "6")
                .with("readonly", true)
                .child(detail.message.clone()),
        )
        .child(
            el("button")
                .class("zs-button zs-button--quiet")
                .with("type", "button")
                .with("data-copy", "message")
                .with("hidden", true)
                .child("复制短信"),
        )
        .child(el("label").class("zs-form-field__small-label").with("for", "address").child("链接"))
        .child(
            el("input")
                .class("zs-input")
                .with("id", "address")
                .with("readonly", true)
                .with("value", detail.link.clone()),
        )
        .child(
            el("button")
                .class("zs-button zs-button--quiet")
                .with("type", "button")
                .with("data-copy", "address")
                .with("hidden", true)
                .child("复制链接"),
        )
        .child(
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", ["/staff/followups/", detail.row.id.as_str(), "/letter"].concat())
                .child("打印成信"),
        )
        .child(
            el("svg")
                .class("zs-qr")
                .with("viewBox", view_box)
                .with("role", "img")
                .with("aria-label", "链接的二维码")
                .child(el("path").class("zs-qr__ground").with("d", format!("M-4 -4h{side}v{side}h-{side}z")))
                .child(el("path").class("zs-qr__dark").with("d", qr.path)),
        )
        .node()
}
