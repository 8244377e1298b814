//! The log: who read or changed what.

use super::form::{date, field};
use crate::components::error_summary::error_summary;
use crate::text::moment;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::route::{Lang, query_of};
use zaoshai_contract::staff::audit::{AuditFilter, AuditLine, AuditPage};

/// The page.
pub fn page(page: &AuditPage) -> Node {
    let filter = &page.filter;
    let text = |id: &'static str, value: &str| {
        el("input")
            .class("zs-input")
            .with("id", id)
            .with("name", id)
            .with("value", value.to_owned())
            .with("maxlength", "40")
            .with("autocomplete", "off")
    };
    let written = |day: Option<CivilDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let query = query_of_filter(filter);
    let older = page.older.as_ref().map(|older| {
        let query = if query.is_empty() { String::new() } else { format!("{query}&") };
        el("a")
            .class("zs-button zs-button--quiet")
            .with("href", format!("/staff/audit?{query}before={older}"))
            .child("更早的")
    });
    let problem = page.problem.as_ref();
    let empty =
        (page.lines.is_empty() && problem.is_none()).then(|| el("p").class("zs-section").child("没有这样的记录。"));
    let look = el("form")
        .class("zs-stack")
        .with("method", "get")
        .with("action", "/staff/audit")
        .child(
            el("div")
                .class("zs-pair")
                .child(field(None, "staff", "账号", "", text("staff", &filter.staff)))
                .child(field(None, "code", "随访编号", "", text("code", &filter.code))),
        )
        .child(
            el("div")
                .class("zs-pair")
                .child(field(problem, "first", "从哪天", "", date("first", written(filter.first))))
                .child(field(problem, "last", "到哪天", "", date("last", written(filter.last)))),
        )
        .child(el("button").class("zs-button zs-button--quiet").with("type", "submit").child("查看"))
        .child(el("a").class("zs-back").with("href", format!("/staff/audit.csv?{query}")).child("导出成表格（CSV）"));
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").child("日志"))
            .child(problem.map(error_summary))
            .child(look),
        empty,
        el("ul").child(page.lines.iter().map(line).collect::<Vec<_>>()),
        older
    ]
}

fn query_of_filter(filter: &AuditFilter) -> String {
    let day = |day: Option<CivilDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let pairs = [
        ("staff", filter.staff.clone()),
        ("code", filter.code.clone()),
        ("first", day(filter.first)),
        ("last", day(filter.last)),
    ];
    query_of(pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_str())))
}

fn line(line: &AuditLine) -> El {
    let code = (!line.code.is_empty()).then(|| format!(" · {}", line.code));
    let object = (!line.object.is_empty()).then(|| format!(" · {}", line.object));
    let roles = if line.roles.is_empty() { String::new() } else { format!("（{}）", line.roles) };
    let who = format!("{} · {}{roles} · {}", moment(Lang::Hans, line.at), line.staff, line.hospital);
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body")
            .child(el("p").child(line.action.clone()).child(code).child(object))
            .child(el("p").class("zs-row__line").child(who)),
    )
}
