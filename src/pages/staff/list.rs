//! The follow-ups: overdue first, then those who have not answered, then those who come.

use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::tel;
use crate::pages::followup::state_word;
use crate::text::{clock, day};
use leptos::prelude::*;
use zaoshai_contract::followups::State;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{FollowUpList, FollowUpRow};

/// The page.
pub fn page(list: &FollowUpList) -> AnyView {
    let of = |wanted: fn(&FollowUpRow) -> bool| list.rows.iter().filter(|row| wanted(row)).collect::<Vec<_>>();
    let groups = [
        ("overdue", "phone", "要打电话", "逾期的", of(|row| row.overdue || row.locked)),
        ("waiting", "clock", "等回复", "窗口早的在前", of(|row| is_open(row) && !row.overdue && !row.locked)),
        ("booked", "calendar", "已约", "时间早的在前", of(|row| row.state == State::Booked && !row.locked)),
        ("ended", "check", "已结束", "", of(|row| row.state == State::Withdrawn && !row.locked)),
    ];
    let counts = groups[..3]
        .iter()
        .map(|(id, _, name, _, rows)| {
            let mut href = String::from("#");
            href.push_str(id);
            view! {
                <a href=href>
                    <b>{rows.len()}</b>
                    {*name}
                </a>
            }
        })
        .collect_view();
    let sections = groups
        .into_iter()
        .filter(|(.., rows)| !rows.is_empty())
        .map(|(id, name, title, order, rows)| {
            let count = rows.len();
            let rows = rows.into_iter().map(row).collect_view();
            view! {
                <section aria-labelledby=id>
                    <h2 class="zs-group" id=id>
                        {small_icon(name)} {title} " " {count} <span>{order}</span>
                    </h2>
                    <ul>{rows}</ul>
                </section>
            }
        })
        .collect_view();
    let empty = list.rows.is_empty().then(|| view! { <p class="zs-section">"还没有随访。点下面“新建随访”开始。"</p> });
    view! {
        <h1 class="zs-h2">"今天 " {day(Lang::Hans, list.now.date())}</h1>
        <nav class="zs-counts" aria-label="今天的工作">
            {counts}
        </nav>
        {empty}
        {sections}
    }
    .into_any()
}

fn is_open(row: &FollowUpRow) -> bool {
    matches!(row.state, State::Waiting | State::Cancelled)
}

/// The state as a word with an icon.
pub fn chip(row: &FollowUpRow) -> AnyView {
    let (class, name, word) = if row.locked {
        ("zs-chip zs-chip--amber", "lock", "链接锁住")
    } else if row.overdue {
        ("zs-chip zs-chip--amber", "alert", "逾期")
    } else {
        let (class, name) = match row.state {
            State::Waiting => ("zs-chip", "clock"),
            State::Booked => ("zs-chip zs-chip--act", "check"),
            State::Cancelled => ("zs-chip zs-chip--amber", "close"),
            State::Withdrawn => ("zs-chip", "close"),
        };
        (class, name, state_word(row.state))
    };
    view! { <span class=class>{icon(name)} <span>{word}</span></span> }.into_any()
}

fn row(row: &FollowUpRow) -> AnyView {
    let when = match row.starts {
        Some(starts) => {
            let date = starts.date();
            view! { {format!("{}月{}日", date.month(), date.day())} <br /> {clock(Lang::Hans, starts)} }.into_any()
        }
        None => view! { {format!("{}月{}日", row.due_to.month(), row.due_to.day())} <br /> "前" }.into_any(),
    };
    let label = ["打给", row.name.as_str()].concat();
    view! {
        <li class="zs-row">
            <p class="zs-row__when">{when}</p>
            <div class="zs-row__body">
                <p class="zs-row__name">
                    <a href=["/staff/followups/", row.id.as_str()].concat()>{row.name.clone()}</a>
                    {chip(row)}
                </p>
                <p class="zs-row__line">{row.services.join("、")} " · " {row.reason.clone()}</p>
            </div>
            <a class="zs-row__call" href=tel(&row.phone) aria-label=label>
                {icon("phone")}
            </a>
        </li>
    }
    .into_any()
}
