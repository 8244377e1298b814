//! Closing a clinic (停诊): first how many it concerns, then the closing itself.

use super::form::{Asked, again, button, field, hidden, none, step};
use super::whole::whole;
use crate::components::error_summary::error_summary;
use crate::components::icon::small_icon;
use crate::text::{day, short_day};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::{ClosurePage, NewClosure, SEEN, Staff, StandingClosure, WHOLE_HOSPITAL, Whole};

/// The page.
pub fn page(page: &ClosurePage) -> Node {
    let problem = page.problem.as_ref();
    let form = &page.form;
    let date = |id: &'static str, value: &str| {
        el("input")
            .class("zs-input")
            .with("id", id)
            .with("name", id)
            .with("type", "date")
            .with("value", value.to_owned())
            .with("required", true)
    };
    let all = el("option")
        .with("value", WHOLE_HOSPITAL)
        .with("selected", form.service == WHOLE_HOSPITAL)
        .child("全院所有服务");
    let services = page.services.iter().map(|service| {
        let chosen = form.service == service.id;
        el("option").with("value", service.id.clone()).with("selected", chosen).child(service.name.clone())
    });
    let service = el("select")
        .class("zs-input")
        .with("id", "service")
        .with("name", "service")
        .child([none()].into_iter().chain(services).chain([all]).collect::<Vec<_>>());
    let reason = el("input")
        .class("zs-input")
        .with("id", "reason")
        .with("name", "reason")
        .with("value", form.reason.clone())
        .with("maxlength", "100")
        .with("autocomplete", "off")
        .with("required", true);
    let standing = (!page.standing.is_empty()).then(|| {
        nodes![
            el("h2").class("zs-group").child("已停诊 ").child(page.standing.len()),
            el("ul").child(page.standing.iter().map(standing).collect::<Vec<_>>())
        ]
    });
    let undone = (!page.undone.is_empty()).then(|| {
        nodes![
            el("h2").class("zs-group").child("撤销了，还有人没有新时间 ").child(page.undone.len()),
            el("ul").child(page.undone.iter().map(|closure| undone(&page.staff, closure)).collect::<Vec<_>>())
        ]
    });
    let fields = el("form")
        .class("zs-stack")
        .with("method", "post")
        .with("action", "/staff/closures")
        .with("id", "closing")
        .child(hidden("key", page.key.to_string()))
        .child(field(problem, "service", "哪项服务", "", service))
        .child(
            el("div")
                .class("zs-pair")
                .child(field(problem, "first", "从哪天", "", date("first", &form.first)))
                .child(field(problem, "last", "到哪天", "", date("last", &form.last))),
        )
        .child(field(problem, "reason", "原因", "病人会看到，写他们看了也明白的话，例如 设备检修。", reason))
        .child(page.concerned.map(|_| button("改一改，再看")));
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("h1").class("zs-h1").child("停诊"),
        el("div")
            .class("zs-stack")
            .child(problem.map(error_summary))
            .child(page.concerned.map(|concerned| confirm(page, concerned)))
            .child(again(Asked::of(page.concerned.as_ref()), fields))
            .child(standing)
            .child(undone)
    ]
}

/// The step: first how many it concerns, then the closing.
pub fn action(page: &ClosurePage) -> Node {
    if page.concerned.is_some() {
        step("confirm", format!("确定停诊 {}", span(&page.form, short)))
    } else {
        step("closing", "先看影响多少人")
    }
}

/// The days of a closing in words, a single one once.
fn span(form: &NewClosure, words: fn(&str) -> String) -> String {
    let (first, last) = (words(&form.first), words(&form.last));
    if first == last { first } else { format!("{first} 到 {last}") }
}

fn short(typed: &str) -> String {
    CivilDate::parse(typed).map_or_else(|| typed.to_owned(), |date| short_day(Lang::Hans, date))
}

/// A day as it is typed, in words.
fn shown(typed: &str) -> String {
    CivilDate::parse(typed).map_or_else(|| typed.to_owned(), |date| day(Lang::Hans, date))
}

/// The question with the numbers, before anything is closed.
fn confirm(page: &ClosurePage, (slots, people): (i64, i64)) -> El {
    let form = &page.form;
    let chosen = page.services.iter().find(|service| service.id == form.service);
    let whose = chosen.map_or_else(|| "全院所有服务".to_owned(), |service| service.name.clone());
    el("form")
        .class("zs-card zs-stack")
        .with("method", "post")
        .with("action", "/staff/closures")
        .with("id", "confirm")
        .child(hidden("key", page.key.to_string()))
        .child(hidden("sure", "yes".to_owned()))
        .child(hidden("service", form.service.clone()))
        .child(hidden("first", form.first.clone()))
        .child(hidden("last", form.last.clone()))
        .child(hidden("reason", form.reason.clone()))
        .child(hidden(SEEN, people.to_string()))
        .child(el("p").child(el("b").child(format!("{whose}：{}", span(form, shown)))))
        .child(el("h2").class("zs-h3").child(format!("会停掉 {slots} 个时间，影响 {people} 个人")))
        .child(el("p").child(format!("病人会看到的原因：{}", form.reason.trim())))
        .child((people > 0).then(|| {
            nodes![
                el("p").child(
                    "每个人的预约会取消。同一项还有空的时间，链接里会先留一个，最晚留到明天晚上 8:00，到几点看“要处理”；\
                     没有空的，要您打电话安排。"
                ),
                el("p").child("系统不发短信：他们会出现在“要处理”里，请打电话告诉他们。")
            ]
        }))
}

/// Which clinics, on which days.
fn what(closure: &StandingClosure) -> String {
    let whose = if closure.service.is_empty() { "全院" } else { &closure.service };
    let (first, last) = (day(Lang::Hans, closure.first), day(Lang::Hans, closure.last));
    if first == last { format!("{whose}：{first}") } else { format!("{whose}：{first} 到 {last}") }
}

/// A closing that was taken back too late for some, and where whoever calls them finds them.
fn undone(staff: &Staff, closure: &StandingClosure) -> El {
    let told = format!("{} 撤销 · 取消的预约没有恢复，还有 {} 人没有新时间", closure.by, closure.without);
    let way = if staff.may(Deed::SeeFollowUps) {
        el("p").child(
            el("a").with("href", ["/staff/lists/", Whole::Overdue.as_str()].concat()).child("去“要处理”，打电话"),
        )
    } else {
        el("p").child("他们在护士的“要处理”里，请护士打电话。")
    };
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body")
            .child(el("p").child(whole(&what(closure))))
            .child(el("p").class("zs-row__line").child(told))
            .child(way),
    )
}

fn standing(closure: &StandingClosure) -> El {
    let left = if closure.left > 0 { format!(" · 还有 {} 人正在处理", closure.left) } else { String::new() };
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body")
            .child(el("p").child(whole(&what(closure))))
            .child(el("p").class("zs-row__line").child(format!("{} · {}{left}", closure.reason, closure.by)))
            .child(undo(closure)),
    )
}

/// Taking a closing back, behind one more tap that says what it does.
fn undo(closure: &StandingClosure) -> El {
    el("details").class("zs-details").child(el("summary").child(el("span").child("撤销这次停诊"))).child(
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", ["/staff/closures/", &closure.id, "/undo"].concat())
            .child(el("p").child("这些时间会重新开放，别人可以再约。"))
            .child(el("p").child("还没有处理到的人，预约照旧。已经取消的预约不会自己恢复。"))
            .child((closure.without > 0).then(|| {
                el("p").child(format!("有 {} 人还没有新时间：他们留在“要处理”里，请打电话。", closure.without))
            }))
            .child(button("确定撤销")),
    )
}
