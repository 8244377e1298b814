//! One follow-up: the link to send, its state, its history.

use super::confirm::{back, in_place, yes};
use super::form::{field, hidden};
use super::list::{chip, why};
use super::work::{Sent, sections};
use crate::components::error_summary::error_summary;
use crate::components::icon::icon;
use crate::components::phone_link::{phone_link, tel};
use crate::components::summary_list::{row, summary_list};
use crate::text::{day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Kept, Prompt, Standing};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{FollowUpDetail, SEEN};

/// A QR code as a path of unit squares.
pub struct Qr {
    /// The path.
    pub path: String,
    /// The side in modules.
    pub side: u16,
}

/// The page.
pub fn page(detail: &FollowUpDetail, qr: Qr, done: Option<JustDone>, now: Moment, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    let mut facts = vec![
        row("状态".to_owned(), chip(followup), why(followup).unwrap_or_default()),
        row("为什么".to_owned(), Node::from(followup.reason.clone()), String::new()),
        row("编号".to_owned(), followup.code.clone().into(), String::new()),
        row("紧急程度".to_owned(), followup.urgency.title().into(), String::new()),
    ];
    if let (Some(from), Some(to)) = (followup.due_from, followup.due_to) {
        facts.push(row("可以约".to_owned(), followup.services.join("、").into(), String::new()));
        let window = format!("{} 到 {}", day(Lang::Hans, from), day(Lang::Hans, to));
        facts.push(row("时间段".to_owned(), window.into(), String::new()));
    }
    if let Some(starts) = followup.starts {
        facts.push(row("预约".to_owned(), moment(Lang::Hans, starts).into(), followup.room.clone()));
    }
    if let Some(again) = followup.call_on {
        facts.push(row("再打电话".to_owned(), day(Lang::Hans, again).into(), String::new()));
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
    let link = (followup.standing != Standing::Closed).then(|| link(detail, qr));
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
    let name = followup.name.as_str();
    let unlock = followup.locked.then(|| {
        in_place(
            "lock",
            "链接锁住了，打开",
            format!("打电话核对过是{name}本人吗？"),
            &["后四位错了 5 次，所以锁住了。", "打开以后，拿着链接的人可以再试。"],
            el("form").with("method", "post").with("action", post("unlock")).child(yes("核对过，打开链接".to_owned())),
        )
    });
    let word = if followup.standing == Standing::Closed {
        "重新打开"
    } else {
        "改姓名、手机号、时间段、负责人"
    };
    let edit = (!followup.name.is_empty())
        .then(|| el("a").class("zs-button zs-button--quiet").with("href", post("edit")).child(word));
    let rights = (!followup.name.is_empty()).then(|| {
        el("a").class("zs-button zs-button--quiet").with("href", post("rights")).child("本人要看资料、删资料")
    });
    let end = JustDone::Withdraw.as_str();
    let changes = (followup.standing != Standing::Closed).then(|| {
        nodes![
            in_place(
                "letter",
                "换一个新链接",
                format!("给{name}换一个新链接？"),
                &["旧链接马上打不开，正开着的也要重来。", "新链接要您再发给病人。"],
                el("form")
                    .with("method", "post")
                    .with("action", post("relink"))
                    .child(hidden("key", detail.key.to_string()))
                    .child(yes(format!("给{name}换新链接"))),
            ),
            in_place(
                "close",
                "结束随访",
                format!("结束{name}的随访？"),
                &[
                    "约好的时间会退掉，给别人。",
                    "病人打开链接，会看到随访已经结束。",
                    "不再出现在“要处理”里。可以重新打开。"
                ],
                el("form")
                    .class("zs-stack")
                    .with("method", "post")
                    .with("action", post("withdraw"))
                    .child(hidden("key", detail.key.to_string()))
                    .child(hidden(SEEN, followup.version.to_string()))
                    .child(field(
                        sent.problem(end),
                        "end-reason",
                        "为什么结束",
                        "同事在备注里看得到，病人看不到。",
                        el("input")
                            .class("zs-input")
                            .with("id", "end-reason")
                            .with("name", "reason")
                            .with("maxlength", "100")
                            .with("autocomplete", "off")
                            .with("value", sent.typed.get(end, "reason").unwrap_or_default().to_owned()),
                    ))
                    .child(yes(format!("结束{name}的随访"))),
            )
            .with("open", sent.problem(end).is_some())
        ]
    });
    // What has to be sent comes first when there is something new to send.
    let sends = to_send(detail, done);
    let (first, later) = if sends { (link, None) } else { (None, link) };
    let another = (done == Some(JustDone::Make)).then(|| {
        el("a")
            .class("zs-button zs-button--quiet")
            .with("href", "/staff/followups/new")
            .child(icon("plus"))
            .child(el("span").child("再建一个"))
    });
    nodes![
        back("/staff".to_owned(), "工作台"),
        el("div")
            .class("zs-stack")
            .child(sent.problem.map(error_summary))
            .child(el("h1").class("zs-h1").child(followup.name.clone()))
            .child(first)
            .child(another)
            .child(summary_list(facts))
            .child(if followup.wrong_number {
                el("p").child(format!("{} 不是病人的号码，不要再打。请更正手机号。", followup.phone)).node()
            } else {
                phone_link(&followup.phone, "打给病人".to_owned())
            })
            .child(unlock)
            .child(edit)
            .child(sections(detail, now, sent))
            .child(later)
            .child(el("h2").class("zs-group").child("经过"))
            .child(el("ul").child(history))
            .child(changes)
            .child(rights)
    ]
}

/// Whether the link has just come into being and is still to be sent.
fn to_send(detail: &FollowUpDetail, done: Option<JustDone>) -> bool {
    matches!(done, Some(JustDone::Make | JustDone::Relink | JustDone::TakeOver | JustDone::NextStep))
        && detail.row.standing != Standing::Closed
}

/// The step that comes next, for the bar: the message to copy while it is to be sent, and otherwise the call.
pub fn action(detail: &FollowUpDetail, done: Option<JustDone>) -> Node {
    if to_send(detail, done) {
        return nodes![
            el("a").class("zs-button zs-button--quiet").with("href", "#message").child("看短信"),
            copy("message", "复制短信").class("zs-button")
        ];
    }
    if detail.row.phone.is_empty() {
        return el("a").class("zs-button").with("href", "/staff").child("回工作台").node();
    }
    // A call to this number would reach somebody else.
    if detail.row.prompt.as_ref().is_some_and(|prompt| prompt.why == Prompt::WrongNumber) {
        let href = ["/staff/followups/", detail.row.id.as_str(), "/edit#phone"].concat();
        return el("a").class("zs-button").with("href", href).child("更正手机号").node();
    }
    el("a")
        .class("zs-button")
        .with("href", tel(&detail.row.phone))
        .child(icon("phone"))
        .child(el("span").child(["打给", detail.row.name.as_str()].concat()))
        .node()
}

/// A button that copies what stands in a field; a script shows it.
fn copy(field: &'static str, word: &'static str) -> El {
    el("button").with("type", "button").with("data-copy", field).with("hidden", true).child(word)
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
                .with("rows", "4")
                .with("readonly", true)
                .child(detail.message.clone()),
        )
        .child(copy("message", "复制短信").class("zs-button zs-button--quiet"))
        .child(el("label").class("zs-form-field__small-label").with("for", "address").child("链接"))
        .child(
            el("input")
                .class("zs-input")
                .with("id", "address")
                .with("readonly", true)
                .with("value", detail.link.clone()),
        )
        .child(copy("address", "复制链接").class("zs-button zs-button--quiet"))
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
