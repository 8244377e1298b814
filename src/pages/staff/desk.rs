//! The desk: the lists of work as tabs with how many stand in each, the open one, and the person beside it on a wide screen.

use super::day;
use super::detail::{self, Qr};
use super::list::row;
use super::many_tries;
use super::referral;
use super::row::{MAIN, Place, of};
use super::shared;
use super::turn;
use super::whole::whole;
use super::work::Sent;
use crate::components::icon::small_icon;
use crate::text::{day as day_in_words, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::desk::{Desk, DeskRows, DeskTab, Opened};
use zaoshai_contract::staff::{FollowUpRow, OpenQuestion, Typed, Whole};

/// The page; `typed` names the form of the open person that stands unfolded.
pub fn page(desk: &Desk, typed: &Typed) -> Node {
    let list = match &desk.rows {
        DeskRows::Day(rows, care) => {
            nodes![waiting(desk), day::section(rows, desk), care.as_deref().and_then(super::home_care::today)]
        }
        DeskRows::FollowUps(rows, turn) => {
            nodes![none(rows.len()), people(rows, desk), turn::ways(desk.tab.path(), turn)]
        }
        DeskRows::Questions(rows, turn) => {
            nodes![none(rows.len()), question_rows(rows), turn::ways(desk.tab.path(), turn)]
        }
        DeskRows::Referrals(rows) => nodes![none(rows.len()), referral::rows(rows)],
    };
    let pane = desk.opened.as_ref().map(|opened| pane(desk, opened, typed));
    let class = if pane.is_some() { "zs-desk zs-desk--open" } else { "zs-desk" };
    nodes![
        head(desk),
        desk.many_tries.as_ref().map(many_tries),
        el("div").class(class).child(el("div").class("zs-desk__list").child(list)).child(pane)
    ]
}

/// What the page is, and the lists with how many stand in each.
fn head(desk: &Desk) -> El {
    let tabs = DeskTab::ALL
        .iter()
        .filter(|tab| **tab == desk.tab || **tab != DeskTab::Referrals || desk.counts.referrals > 0)
        .map(|tab| {
            let count = desk.counts.of(*tab).map(|count| el("b").child(count.to_string()));
            el("a")
                .with("href", tab.path())
                .with("aria-current", (*tab == desk.tab).then_some("page"))
                .child(tab.title())
                .child(count)
        })
        .collect::<Vec<_>>();
    let (title, told) = match &desk.rows {
        DeskRows::Day(rows, _) => (["今天 ", &day_in_words(Lang::Hans, desk.now.date())].concat(), day::told(rows)),
        DeskRows::FollowUps(rows, turn) => (desk.tab.title().to_owned(), turn::count(turn, rows.len())),
        DeskRows::Questions(rows, turn) => ("等回答的提问".to_owned(), turn::count(turn, rows.len())),
        DeskRows::Referrals(rows) => (desk.tab.title().to_owned(), format!("共 {} 个", rows.len())),
    };
    let order = match desk.tab {
        DeskTab::Whole(Whole::Overdue) => "紧急的在前，等得久的在前 · ",
        DeskTab::Whole(Whole::Calls) => "说好再打的，刚接收的 · ",
        DeskTab::Referrals | DeskTab::Questions => "等得久的在前 · ",
        _ => "",
    };
    el("div")
        .class("zs-desk__head")
        .child(el("h1").class("zs-h2").child(title))
        .child(el("nav").class("zs-tabs").with("aria-label", "名单").child(tabs))
        .child(el("p").class("zs-desk__told").child(order).child(told))
}

/// Where nobody comes today, but somebody must be looked after, the day does not look done.
fn waiting(desk: &Desk) -> Option<El> {
    let DeskRows::Day(rows, _) = &desk.rows else { return None };
    let overdue = DeskTab::Whole(Whole::Overdue);
    (rows.is_empty() && desk.counts.overdue > 0).then(|| {
        el("a")
            .class("zs-button zs-button--tint zs-desk__next")
            .with("href", overdue.path())
            .child(format!("要处理 {} 个", desk.counts.overdue))
    })
}

fn none(rows: usize) -> Option<El> {
    (rows == 0).then(|| el("p").class("zs-empty").child("没有。"))
}

/// Follow-ups; those that must be looked after under how urgent they are.
fn people(rows: &[FollowUpRow], desk: &Desk) -> Node {
    let list = |rows: &[FollowUpRow], class: &'static str| {
        let rows = rows.iter().map(|one| row(one, desk.now, Place::Desk(desk))).collect::<Vec<_>>();
        el("ul").class(class).child(rows)
    };
    if desk.tab != DeskTab::Whole(Whole::Overdue) {
        return list(rows, "zs-rows zs-rows--dated").node();
    }
    let groups = rows.chunk_by(|a, b| a.urgency == b.urgency).map(|group| {
        let urgency = group.first().map_or(Urgency::Routine, |row| row.urgency);
        let class = if urgency == Urgency::Urgent {
            "zs-rows zs-rows--dated zs-rows--urgent"
        } else {
            "zs-rows zs-rows--dated"
        };
        nodes![el("h2").class("zs-rows__head").child(urgency.title()), list(group, class)]
    });
    Node::from(groups.collect::<Vec<_>>())
}

/// Questions as rows.
fn question_rows(questions: &[OpenQuestion]) -> El {
    let rows = questions
        .iter()
        .map(|question| {
            let href = ["/staff/followups/", question.followup.as_str(), "?do=answer#questions"].concat();
            let asked = ["问于 ", &moment(Lang::Hans, question.asked)].concat();
            let name = el("a").with("href", href.clone()).child(question.name.clone());
            el("li")
                .class("zs-row zs-row--step")
                .child(
                    el("div").class("zs-row__body").child(el("p").class("zs-row__name").child(name)).child(
                        el("div")
                            .child(el("p").child(question.text.clone()))
                            .child(el("p").class("zs-row__line").child(whole(&asked))),
                    ),
                )
                .child(of(el("a").class(MAIN).with("href", href).child("回答"), "回答", &question.name))
        })
        .collect::<Vec<_>>();
    el("ul").child(rows)
}

/// The person beside the list. What is done there leads back to the list, with the person still open.
fn pane(desk: &Desk, opened: &Opened, typed: &Typed) -> El {
    let who = match opened {
        Opened::Own { detail, .. } => detail.row.name.as_str(),
        Opened::Shared(page) => page.name.as_str(),
    };
    let sent = Sent { typed, problem: None, who };
    let person = match opened {
        Opened::Own { detail, qr_path, qr_side } => {
            detail::pane(detail, Qr { path: qr_path.clone(), side: *qr_side }, desk.now, &sent)
        }
        Opened::Shared(page) => shared::body(page, el("h2")),
    };
    let from = desk.here();
    let person = person.map_posts(&|post| {
        post.child(super::form::hidden("from", from.clone())).child(super::form::hidden("open", "yes".to_owned()))
    });
    let own = ["/staff/followups/", opened.followup()].concat();
    el("section")
        .class("zs-desk__pane")
        .with("aria-label", "选中的人")
        .child(
            el("div")
                .class("zs-desk__pane-head")
                .child(
                    el("a")
                        .class("zs-back")
                        .with("href", from.clone())
                        .child(small_icon("back"))
                        .child(el("span").child("回名单")),
                )
                .child(el("a").class("zs-more").with("href", own).child("单独打开")),
        )
        .child(person)
}
