//! One batch: how far its people have come, and their letters.

use super::day::key;
use super::detail::{copy, keyed, message_field, sms};
use super::form::{hidden, post};
use super::letters::turn;
use super::list;
use super::row::MAIN;
use super::whole::{shown, whole};
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::{link_card, link_list};
use crate::components::phone_link::tel;
use crate::text::{clock, moment, short_day};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::followups::Standing;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::SENT_AT;
use zaoshai_contract::staff::batches::{BatchPage, By, ToSend};

/// The page.
pub fn page(page: &BatchPage) -> Node {
    let batch = &page.batch;
    let left = batch.rows - batch.there;
    let unfinished = (left > 0).then(|| {
        el("div").class("zs-notice").with("role", "status").child(small_icon("alert")).child(
            el("div")
                .child(el("p").child(format!("还在建：已建 {} 个，还差 {left} 个。", batch.there)))
                .child(el("p").child("请过一会儿刷新。如果一直不变，请把同一个文件再导入一次，不会重复。"))
                .child(el("a").with("href", ["/staff/batches/", batch.id.as_str()].concat()).child("刷新")),
        )
    });
    let counts = [("等回复", page.open), ("已约或来过", page.booked), ("已结束", page.closed)]
        .into_iter()
        .map(|(name, count)| el("span").child(el("b").child(count.to_string())).child(name))
        .collect::<Vec<_>>();
    let path = ["/staff/batches/", batch.id.as_str()].concat();
    let print = (1..)
        .zip(&page.pages)
        .map(|(number, part): (usize, _)| {
            link_card(
                format!("{path}/letters?page={number}"),
                "letter",
                format!("打印信：第 {} 到 {} 封", part.first, part.last),
                "每人一张，带二维码；已经结束的不打".to_owned(),
            )
        })
        .collect::<Vec<_>>();
    let here = page.pages.get(page.page as usize - 1);
    let listed = here.map(|here| format!("按表格的顺序，第 {} 到 {} 个", here.first, here.last)).unwrap_or_default();
    let turn = turn(&path, page.page, page.pages.len());
    nodes![
        el("a")
            .class("zs-back")
            .with("href", "/staff/batches")
            .child(small_icon("back"))
            .child(el("span").child("导入导出")),
        el("div")
            .class("zs-stack zs-stack--wide")
            .child(el("h1").class("zs-h1").child(batch.name.clone()))
            .child(el("p").class("zs-small").child(format!("{} · {}", moment(Lang::Hans, batch.made), batch.by)))
            .child((left == 0).then(|| el("p").child(format!("一共新建了 {} 个随访。", batch.rows))))
            .child(unfinished)
            .child(el("div").class("zs-counts zs-counts--still").child(counts))
            .child(here.map(|_| send_list(page, listed, turn)))
            .child((!print.is_empty()).then(|| {
                nodes![
                    el("h2").class("zs-group").child("寄信").child(el("span").child("16 磅字，一起打印")),
                    link_list(print)
                ]
            }))
    ]
}

/// The list to send from: who is next with the message, those whom messages reach, and apart those whom they do not.
fn send_list(page: &BatchPage, listed: String, turn: Option<El>) -> Node {
    let (reached, apart): (Vec<&ToSend>, Vec<&ToSend>) = page.rows.iter().partition(|one| one.by == By::Message);
    let next = page.next();
    // Whoever is through here goes on where somebody is left.
    let elsewhere = page.next_page.filter(|_| next.is_none()).map(|number| {
        link_card(
            format!("/staff/batches/{}?page={number}#sending", page.batch.id),
            "next",
            format!("这一页发完了，去第 {number} 页"),
            format!("还有 {} 个没发", page.unsent),
        )
    });
    let list = |rows: &[&ToSend]| {
        let is_next = |one: &ToSend| next.is_some_and(|next| next.row.id == one.row.id);
        let rows = rows.iter().enumerate().map(|(at, one)| {
            let class = if is_next(one) { "zs-row zs-row--desk zs-row--open" } else { "zs-row zs-row--desk" };
            line(page, (at + 1, one), class)
        });
        el("ul").class("zs-rows zs-rows--send").child(rows.collect::<Vec<_>>())
    };
    let apart_list = (!apart.is_empty()).then(|| {
        nodes![
            el("h2").class("zs-group").with("id", "apart").child(format!("收不到短信，要打电话或寄信 {}", apart.len())),
            list(&apart)
        ]
    });
    nodes![
        el("h2")
            .class("zs-group")
            .with("id", "sending")
            .child(format!("发短信：已发 {}，还有 {}", page.sent, page.unsent))
            .child(el("span").child(listed)),
        elsewhere,
        el("div")
            .class("zs-sending")
            .child(next.map(|next| next_one(page, next)))
            .child(el("div").child(list(&reached)).child(apart_list).child(turn))
    ]
}

/// Where a mark leads back to.
fn from(page: &BatchPage) -> El {
    hidden("from", format!("/staff/batches/{}?page={}", page.batch.id, page.page))
}

fn mark(page: &BatchPage, one: &ToSend, deed: &'static str, button: El) -> El {
    post(&one.row.id, deed)
        .class("zs-row__form")
        .child(hidden("key", key(&one.row.id, one.row.version)))
        .child(hidden("message", one.message_id.clone()))
        .child(one.row.sent.map(|at| hidden(SENT_AT, at.0.to_string())))
        .child(from(page))
        .child(button.with("type", "submit"))
}

/// The message of whoever is next. Marking it as sent leads to the one after.
fn next_one(page: &BatchPage, one: &ToSend) -> El {
    el("section")
        .class("zs-card zs-stack zs-stack--tight zs-next")
        .with("aria-labelledby", "next")
        .child(el("h3").class("zs-h3").with("id", "next").child(whole(&format!(
            "下一条：{} {}",
            one.row.name,
            shown(&one.row.phone)
        ))))
        .child(el("label").class("zs-hidden").with("for", "message").child("短信"))
        .child(message_field(&one.message))
        .child(
            el("div")
                .class("zs-buttons")
                .child(keyed(copy("message".to_owned(), "复制").class("zs-button"), "C"))
                .child(
                    el("a")
                        .class("zs-button zs-button--quiet")
                        .with("href", sms(&one.row.phone, &one.message))
                        .child("打开短信"),
                )
                .child(mark(
                    page,
                    one,
                    "sent",
                    keyed(el("button").class("zs-button zs-button--quiet").child("已发，下一条"), "X"),
                )),
        )
        .child(
            el("p")
                .class("zs-small")
                .child("系统不会自己发：请用手机或医院的短信平台发，发了再记。关掉再来，记号还在。"),
        )
}

/// Somebody of the list: whether the message was sent, what became of it, and what can be done.
fn line(page: &BatchPage, (number, one): (usize, &ToSend), class: &'static str) -> El {
    let row = &one.row;
    let own = ["/staff/followups/", row.id.as_str()].concat();
    let chip = |class: &'static str, name: &'static str, word: String| {
        el("span").class(class).child(icon(name)).child(el("span").child(word))
    };
    let sent = match (row.sent, one.by) {
        (Some(at), _) if at.date() == page.now.date() => {
            chip("zs-fine", "check", format!("{} 发了", clock(Lang::Hans, at)))
        }
        (Some(at), _) => chip("zs-fine", "check", format!("{} 发了", short_day(Lang::Hans, at.date()))),
        (None, By::Message) => chip("zs-chip", "letter", "没发".to_owned()),
        (None, By::CallOrLetter) if row.wrong_number => chip("zs-chip zs-chip--amber", "alert", "号码不对".to_owned()),
        (None, By::CallOrLetter) => chip("zs-chip", "phone", "座机".to_owned()),
    };
    // What became of it is told where something did.
    let then = (row.standing != Standing::ToBook || row.overdue).then(|| list::chip(row));
    let letter =
        el("a").class("zs-word zs-word--kept").with("href", [own.as_str(), "/letter"].concat()).child("打印信");
    let call = || el("a").class(MAIN).with("href", tel(&row.phone)).child("打电话");
    let acts = match (row.sent, one.by) {
        (None, By::Message) => nodes![
            copied(one, MAIN),
            mark(page, one, "sent", el("button").class("zs-word zs-word--kept").child("已发")),
            el("a").class("zs-word zs-word--kept").with("href", sms(&row.phone, &one.message)).child("打开短信")
        ],
        (Some(_), By::Message) => {
            nodes![
                mark(
                    page,
                    one,
                    "unsent",
                    el("button").class("zs-word zs-word--kept zs-word--undo").child("没有发，撤回")
                ),
                copied(one, "zs-word")
            ]
        }
        (_, By::CallOrLetter) if row.wrong_number => {
            nodes![el("a").class(MAIN).with("href", [own.as_str(), "/edit#phone"].concat()).child("改号码"), letter]
        }
        (_, By::CallOrLetter) => nodes![call(), letter],
    };
    el("li")
        .class(class)
        .with("id", ["row-", row.id.as_str()].concat())
        .child(el("p").class("zs-row__when").child(number.to_string()))
        .child(
            el("div")
                .class("zs-row__who")
                .child(el("p").class("zs-row__name").child(el("a").with("href", own.clone()).child(row.name.clone())))
                .child(
                    el("p")
                        .class("zs-row__line")
                        .child(whole(&[shown(&row.phone).as_str(), " · ", &row.services.join("、")].concat())),
                ),
        )
        .child(el("div").class("zs-row__state").child(sent).child(then))
        .child(el("div").class("zs-row__acts").child(acts))
}

/// A button that copies the message of a row; a script shows it.
fn copied(one: &ToSend, class: &'static str) -> El {
    el("button")
        .class(class)
        .with("type", "button")
        .with("data-text", one.message.clone())
        .with("hidden", true)
        .child("复制")
}
