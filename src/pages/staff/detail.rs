//! One follow-up: the link to send, its state, its history.

use super::confirm::{back, in_place, yes};
use super::form::{field, hidden, post};
use super::list::{chip, unanswered, unsent, why};
use super::whole::{shown, whole};
use super::work::{self, Sent, sections};
use crate::components::error_summary::error_summary;
use crate::components::icon::icon;
use crate::components::phone_link::{phone_link, tel};
use crate::components::summary_list::{row, summary_list};
use crate::text::{day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Kept, Prompt, Standing};
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{FollowUpDetail, FollowUpRow, SEEN, SENT_AT, Typed};

/// A QR code as a path of unit squares.
pub struct Qr {
    /// The path.
    pub path: String,
    /// The side in modules.
    pub side: u16,
}

/// The page of a person: who, why somebody must look after them, the call and what came of it, then everything else; and
/// before all that, while a link has just come into being, the message that brings it.
pub fn page(detail: &FollowUpDetail, qr: Qr, done: Option<JustDone>, now: Moment, sent: &Sent<'_>) -> Node {
    let top = nodes![back("/staff".to_owned(), "工作台"), sent.problem.map(error_summary)];
    let (title, first, aside) = if to_send(detail, done) {
        let whom = [detail.row.name.as_str(), "，", &shown(&detail.row.phone)].concat();
        let title = named(el("h1"), detail).child("发给").child(whole(&whom));
        let first = nodes![
            message(detail),
            after_sending(detail, done),
            facts(detail),
            work::called(detail, sent),
            deeds(detail, sent)
        ];
        (title, first, nodes![code(detail, qr), link(detail), history(detail)])
    } else {
        let folded = (detail.row.standing != Standing::Closed).then(|| to_send_again(detail, qr));
        let first = nodes![person(detail, now, sent), facts(detail), deeds(detail, sent)];
        (heading(detail, el("h1")), first, nodes![folded, history(detail)])
    };
    nodes![
        top,
        el("div")
            .class("zs-person")
            .child(el("div").class("zs-stack zs-person__main").child(title).child(first).child(changes(detail, sent)))
            .child(el("div").class("zs-stack zs-person__aside").child(aside))
    ]
}

/// The person beside a list.
pub fn pane(detail: &FollowUpDetail, qr: Qr, now: Moment, sent: &Sent<'_>) -> Node {
    let folded = (detail.row.standing != Standing::Closed).then(|| to_send_again(detail, qr));
    el("div")
        .class("zs-stack zs-stack--tight")
        .child(heading(detail, el("h2")))
        .child(person(detail, now, sent))
        .child(facts(detail))
        .child(deeds(detail, sent))
        .child(folded)
        .child(history(detail))
        .child(changes(detail, sent))
        .node()
}

fn heading(detail: &FollowUpDetail, heading: El) -> El {
    let name = if detail.row.name.is_empty() { "（资料已删除）" } else { &detail.row.name };
    named(heading, detail)
        .child(name.to_owned())
        .child(el("span").class("zs-person__code").child([" ", detail.row.code.as_str()].concat()))
}

/// The title of the page, or of the part beside a list: a script that names the person finds them here.
fn named(heading: El, detail: &FollowUpDetail) -> El {
    heading.class("zs-h1").with("data-name", detail.row.name.clone())
}

/// Why somebody must look after them, whom to call, who came, and what came of the call.
fn person(detail: &FollowUpDetail, now: Moment, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    let told = why(followup).into_iter().chain(unanswered(followup)).collect::<Vec<_>>().join("；");
    let told = (!told.is_empty())
        .then(|| el("div").class("zs-notice zs-notice--amber").child(icon("alert")).child(el("p").child(whole(&told))));
    let call = if followup.wrong_number {
        el("p").child(whole(&format!("{} 不是病人的号码，不要再打。请更正手机号。", shown(&followup.phone)))).node()
    } else {
        phone_link(&shown(&followup.phone), "打给病人".to_owned())
    };
    let name = followup.name.as_str();
    let unlock = followup.locked.then(|| {
        in_place(
            "lock",
            "链接锁住了，打开",
            format!("打电话核对过是{name}本人吗？"),
            &["后四位错了 5 次，所以锁住了。", "打开以后，拿着链接的人可以再试。"],
            el("form")
                .with("method", "post")
                .with("action", address(followup, "unlock"))
                .child(yes("核对过，打开链接".to_owned())),
        )
    });
    nodes![told, call, work::recorded(detail, now), super::booking::kept(detail), work::called(detail, sent), unlock]
}

fn facts(detail: &FollowUpDetail) -> Node {
    let followup = &detail.row;
    let mut facts = vec![
        row("状态".to_owned(), chip(followup), String::new()),
        row("为什么".to_owned(), Node::from(followup.reason.clone()), String::new()),
    ];
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
    if let Some(again) = followup.call_on {
        let late = detail.today.days() - again.days();
        let late = if late > 0 { format!("晚 {late} 天") } else { String::new() };
        facts.push(row("再打电话".to_owned(), day(Lang::Hans, again).into(), late));
    }
    if let Some(since) = detail.waiting {
        facts.push(row("候补".to_owned(), format!("从 {} 起", moment(Lang::Hans, since)).into(), String::new()));
    }
    if let (Some(from), Some(to)) = (followup.due_from, followup.due_to) {
        facts.push(row("可以约".to_owned(), followup.services.join("、").into(), String::new()));
        let window = format!("{} 到 {}", day(Lang::Hans, from), day(Lang::Hans, to));
        facts.push(row("时间段".to_owned(), window.into(), String::new()));
    }
    facts.push(row("紧急程度".to_owned(), followup.urgency.title().into(), String::new()));
    if followup.standing != Standing::Closed {
        let sent = followup.sent.map_or_else(|| "没有记".to_owned(), |at| format!("{} 发了", moment(Lang::Hans, at)));
        facts.push(row("短信".to_owned(), sent.into(), String::new()));
    }
    facts.push(row("编号".to_owned(), followup.code.clone().into(), String::new()));
    summary_list(facts)
}

/// What can be done with the follow-up, and the way to its data.
fn deeds(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    let word = if followup.standing == Standing::Closed {
        "重新打开"
    } else {
        "改姓名、手机号、时间段、负责人"
    };
    let edit = (!followup.name.is_empty()).then(|| way("pending", word, address(followup, "edit")));
    nodes![sections(detail, sent), edit]
}

fn history(detail: &FollowUpDetail) -> Node {
    let lines = detail
        .history
        .iter()
        .map(|line| {
            el("li").class("zs-row").child(
                el("div").class("zs-row__body").child(el("p").child(line.what.clone())).child(
                    el("p")
                        .class("zs-row__line")
                        .child(whole(&moment(Lang::Hans, line.at)))
                        .child(" · ")
                        .child(line.who.clone()),
                ),
            )
        })
        .collect::<Vec<_>>();
    nodes![el("h2").class("zs-group").child("经过"), el("ul").child(lines)]
}

/// What changes the link or ends the follow-up, each after a question.
fn changes(detail: &FollowUpDetail, sent: &Sent<'_>) -> Node {
    let followup = &detail.row;
    let name = followup.name.as_str();
    let post = |tail: &str| address(followup, tail);
    let rights = (!followup.name.is_empty()).then(|| way("lock", "本人要看资料、删资料", post("rights")));
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
    nodes![changes, rights]
}

/// A way to a page of its own, as it stands among the parts that unfold.
fn way(name: &'static str, words: &'static str, to: String) -> El {
    el("a").class("zs-fold-way").with("href", to).child(icon(name)).child(el("span").child(words)).child(icon("next"))
}

fn address(followup: &FollowUpRow, tail: &str) -> String {
    ["/staff/followups/", followup.id.as_str(), "/", tail].concat()
}

/// Whether sending the message is the next thing to do: the link has just come into being, or nobody has marked it as sent
/// and nothing else asks for somebody.
fn to_send(detail: &FollowUpDetail, done: Option<JustDone>) -> bool {
    let row = &detail.row;
    let just = matches!(done, Some(JustDone::Make | JustDone::Relink | JustDone::TakeOver | JustDone::NextStep));
    let quiet = !row.overdue && row.call_on.is_none() && row.kept.is_none() && !row.locked && row.unanswered == 0;
    row.standing != Standing::Closed && (just || unsent(row) && quiet)
}

/// The step that comes next, for the bar: the button of the form that stands open, the message to copy while it is to be
/// sent, and otherwise the call.
pub fn action(detail: &FollowUpDetail, done: Option<JustDone>, typed: &Typed) -> Node {
    if let Some(step) = work::step(detail, typed) {
        return step;
    }
    // Their form stands open further down.
    if detail.row.standing == Standing::OutcomeDue && !to_send(detail, done) {
        return el("a").class("zs-button").with("href", "?do=outcome#do-outcome").child("记结果").node();
    }
    if to_send(detail, done) {
        return nodes![
            el("a").class("zs-button zs-button--quiet").with("href", "#message").child("看短信"),
            copy("message".to_owned(), "复制短信").class("zs-button")
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
pub fn copy(field: String, word: &'static str) -> El {
    el("button").with("type", "button").with("data-copy", field).with("hidden", true).child(el("span").child(word))
}

/// A button or link with the key that stands for it at a desk.
pub fn keyed(button: El, key: &'static str) -> El {
    button.with("data-key", key.to_ascii_lowercase()).child(" ").child(el("kbd").class("zs-kbd").child(key))
}

/// The address that opens the phone's own messages with number and text filled in; it sends nothing.
pub fn sms(phone: &str, message: &str) -> String {
    let mut text = String::new();
    for byte in message.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    ["sms:", phone, "?&body=", &text].concat()
}

/// Half widths that a line of a message holds at least.
const LINE: usize = 32;

/// The field that holds a message: as high as it is long, so that nothing of it is out of sight.
pub fn message_field(message: &str) -> El {
    let width: usize = message.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    el("textarea")
        .class("zs-input zs-message")
        .with("id", "message")
        .with("rows", (width / LINE + 2).to_string())
        .with("readonly", true)
        .child(message.to_owned())
}

/// The message, whole and in sight, and the ways to send it.
fn message(detail: &FollowUpDetail) -> Node {
    let field = message_field(&detail.message);
    // A landline takes no messages.
    let reached = PhoneNumber::parse(&detail.row.phone).is_some_and(|phone| phone.takes_messages());
    let open = (!detail.row.wrong_number && reached).then(|| {
        el("a")
            .class("zs-button zs-button--quiet")
            .with("href", sms(&detail.row.phone, &detail.message))
            .child("打开短信")
    });
    nodes![
        el("label").class("zs-form-field__small-label").with("for", "message").child("短信（没有病名，没有全名）"),
        field,
        el("div")
            .class("zs-buttons")
            .child(keyed(copy("message".to_owned(), "复制短信").class("zs-button zs-button--quiet"), "C"))
            .child(open),
        mark_sent(detail)
    ]
}

/// Whether the message was sent: copying it is not sending it.
pub fn mark_sent(detail: &FollowUpDetail) -> El {
    let followup = &detail.row;
    let band = el("div").class("zs-band");
    match followup.sent {
        None => band.child(el("p").child("短信还没有发：系统不会自己发。发了，记一下。")).child(
            sending(detail, "sent").child(hidden("message", detail.message_id.clone())).child(keyed(
                el("button").class("zs-button zs-button--tint").with("type", "submit").child("已发"),
                "X",
            )),
        ),
        Some(at) => band
            .child(el("p").child(format!("{} 发了。", moment(Lang::Hans, at))))
            .child(unsent_form(detail, el("button").class("zs-word").child("没有发，撤回"))),
    }
}

fn sending(detail: &FollowUpDetail, deed: &'static str) -> El {
    post(&detail.row.id, deed).child(hidden("key", detail.key.to_string()))
}

/// The form that takes back that the message was sent.
fn unsent_form(detail: &FollowUpDetail, button: El) -> El {
    let marked = detail.row.sent.map(|at| hidden(SENT_AT, at.0.to_string()));
    sending(detail, "unsent").child(marked).child(button.with("type", "submit"))
}

/// The same where the page tells that the message was just marked as sent; none where it is not any more.
pub fn unsent_again(detail: &FollowUpDetail, button: El) -> Option<El> {
    detail.row.sent.map(|_| unsent_form(detail, button))
}

/// What comes after sending: the next person, or back to the day.
fn after_sending(detail: &FollowUpDetail, done: Option<JustDone>) -> El {
    let another = (done == Some(JustDone::Make)).then(|| {
        el("a")
            .class("zs-button zs-button--quiet")
            .with("href", "/staff/followups/new")
            .child(icon("plus"))
            .child(el("span").child("再建一个"))
    });
    let letter =
        el("a").class("zs-button zs-button--quiet").with("href", address(&detail.row, "letter")).child("打印成信");
    el("div").class("zs-buttons").child(another).child(letter)
}

/// The code, for whoever stands at the desk.
fn code(detail: &FollowUpDetail, qr: Qr) -> Node {
    let side = qr.side + 8;
    let view_box = format!("-4 -4 {side} {side}");
    nodes![
        el("h2").class("zs-group").child("人在面前？让病人扫"),
        el("svg")
            .class("zs-qr")
            .with("viewBox", view_box)
            .with("role", "img")
            .with("aria-label", "链接的二维码")
            .child(el("path").class("zs-qr__ground").with("d", format!("M-4 -4h{side}v{side}h-{side}z")))
            .child(el("path").class("zs-qr__dark").with("d", qr.path)),
        el("p")
            .class("zs-small")
            .child("打开以后要填手机号后四位。链接到 ")
            .child(day(Lang::Hans, detail.link_until))
            .child(" 有效。")
    ]
}

fn link(detail: &FollowUpDetail) -> Node {
    nodes![
        el("label").class("zs-form-field__small-label").with("for", "address").child("链接"),
        el("input").class("zs-input").with("id", "address").with("readonly", true).with("value", detail.link.clone()),
        copy("address".to_owned(), "复制链接").class("zs-button zs-button--quiet")
    ]
}

/// The same message once it is not the next thing to do.
fn to_send_again(detail: &FollowUpDetail, qr: Qr) -> El {
    el("details")
        .class("zs-details")
        .with("id", "link")
        .child(el("summary").child(icon("letter")).child(el("span").child("短信、链接、二维码")).child(icon("next")))
        .child(
            el("div")
                .class("zs-stack")
                .child(message(detail))
                .child(after_sending(detail, None))
                .child(code(detail, qr))
                .child(link(detail)),
        )
}
