//! One follow-up: the link to send, its state, its history.

use super::list::chip;
use crate::components::error_summary::error_summary;
use crate::components::icon::{icon, small_icon};
use crate::components::phone_link::phone_link;
use crate::components::summary_list::{row, summary_list};
use crate::text::{day, moment};
use leptos::prelude::*;
use zaoshai_contract::followups::State;
use zaoshai_contract::problem::Problem;
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
pub fn page(detail: &FollowUpDetail, qr: Qr, arrival: Arrival, problem: Option<&Problem>) -> AnyView {
    let followup = &detail.row;
    let made = (arrival == Arrival::JustMade).then(|| {
        view! {
            <p class="zs-notice" role="status">
                {icon("check")}
                <span>"建好了。把下面的短信发给病人。"</span>
            </p>
        }
    });
    let mut facts = vec![
        row("状态".to_owned(), chip(followup), String::new()),
        row("为什么".to_owned(), followup.reason.clone().into_any(), String::new()),
        row("可以约".to_owned(), followup.services.join("、").into_any(), String::new()),
        row(
            "时间段".to_owned(),
            format!("{} 到 {}", day(Lang::Hans, followup.due_from), day(Lang::Hans, followup.due_to)).into_any(),
            String::new(),
        ),
    ];
    if let Some(starts) = followup.starts {
        facts.push(row("预约".to_owned(), moment(Lang::Hans, starts).into_any(), followup.room.clone()));
    }
    let link = (followup.state != State::Withdrawn).then(|| link(detail, qr));
    let history = detail
        .history
        .iter()
        .map(|line| {
            view! {
                <li class="zs-row">
                    <div class="zs-row__body">
                        <p>{line.what.clone()}</p>
                        <p class="zs-row__line">{moment(Lang::Hans, line.at)} " · " {line.who.clone()}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let post = |tail: &str| ["/staff/followups/", followup.id.as_str(), "/", tail].concat();
    let unlock = followup.locked.then(|| {
        view! {
            <form method="post" action=post("unlock")>
                <button class="zs-button" type="submit">"核对过本人，打开链接"</button>
            </form>
        }
    });
    let changes = (followup.state != State::Withdrawn).then(|| {
        view! {
            <details class="zs-details">
                <summary>{icon("alert")} <span>"换链接、结束随访"</span> {icon("next")}</summary>
                <div class="zs-stack">
                    <form method="post" action=post("relink")>
                        <button class="zs-button zs-button--quiet" type="submit">"换一个新链接（旧的作废）"</button>
                    </form>
                    <form method="post" action=post("withdraw")>
                        <button class="zs-button zs-button--quiet" type="submit">"结束这次随访（退掉预约）"</button>
                    </form>
                </div>
            </details>
        }
    });
    view! {
        <a class="zs-back" href="/staff">
            {small_icon("back")}
            <span>"工作台"</span>
        </a>
        <div class="zs-stack">
            {problem.map(error_summary)}
            {made}
            <h1 class="zs-h1">{followup.name.clone()}</h1>
            {summary_list(facts)}
            {phone_link(&followup.phone, "打给病人".to_owned())}
            {unlock}
            {link}
            <h2 class="zs-group">"经过"</h2>
            <ul>{history}</ul>
            {changes}
        </div>
    }
    .into_any()
}

fn link(detail: &FollowUpDetail, qr: Qr) -> AnyView {
    let side = qr.side + 8;
    let view_box = format!("-4 -4 {side} {side}");
    view! {
        <section class="zs-stack" aria-labelledby="link">
            <h2 class="zs-group" id="link">
                "发给病人"
                <span>"到 " {day(Lang::Hans, detail.link_until)} " 有效"</span>
            </h2>
            <label class="zs-form-field__small-label" for="message">
                "短信（没有个人信息）"
            </label>
            <textarea class="zs-input" id="message" rows="4" readonly>
                {detail.message.clone()}
            </textarea>
            <button class="zs-button zs-button--quiet" type="button" data-copy="message" hidden>
                "复制短信"
            </button>
            <label class="zs-form-field__small-label" for="address">
                "链接"
            </label>
            <input class="zs-input" id="address" readonly value=detail.link.clone() />
            <button class="zs-button zs-button--quiet" type="button" data-copy="address" hidden>
                "复制链接"
            </button>
            <svg class="zs-qr" viewBox=view_box role="img" aria-label="链接的二维码">
                <path class="zs-qr__ground" d=format!("M-4 -4h{side}v{side}h-{side}z")></path>
                <path class="zs-qr__dark" d=qr.path></path>
            </svg>
        </section>
    }
    .into_any()
}
