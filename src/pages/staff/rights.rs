//! A copy of what is kept about a person, and its deletion, for whoever calls or comes.

use super::form::{field, select, step, tick};
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::small_icon;
use crate::components::summary_list::{row, summary_list};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::erasure::{DataCopy, ErasureReason, RightsPage};

fn back(path: &str, word: &'static str) -> El {
    el("a").class("zs-back").with("href", path.to_owned()).child(small_icon("back")).child(el("span").child(word))
}

/// The page with both forms.
pub fn page(page: &RightsPage) -> Node {
    let problem = page.problem.as_ref();
    let form = |deed: &str| {
        el("form").class("zs-stack").with("method", "post").with("action", [page.path.as_str(), "/", deed].concat())
    };
    let copy = form("data")
        .with("id", "copy")
        .child(el("p").child("本人要看保存了什么，可以念给本人听，或打印出来。会记进日志。"))
        .child(field_error(problem, "checked"))
        .child(el("div").class("zs-checks").child(tick(
            "checked".to_owned(),
            "checked",
            "yes",
            false,
            "核对过是本人：对得上称呼，说得出登记的手机号",
        )));
    let reasons = ErasureReason::ALL.iter().map(|reason| (reason.as_str(), reason.title()));
    let erase = if page.may_erase {
        form("erase")
            .child(el("p").child(
                "称呼、电话、原因、信、问答、备注、家人都删掉，预约退掉，链接失效。删了不能恢复。经过还在，没有姓名。",
            ))
            .child(field(problem, "reason", "为什么删", "", select("reason", "reason", Some(&page.reason), reasons)))
            .child(field_error(problem, "sure"))
            .child(el("div").class("zs-checks").child(tick(
                "sure".to_owned(),
                "sure",
                "yes",
                false,
                "核对过是本人，确定要删",
            )))
            .child(el("button").class("zs-button zs-button--quiet").with("type", "submit").child("删除这个人的资料"))
            .node()
    } else {
        el("p").child("删除要由协调员来做。请把编号告诉协调员。").node()
    };
    nodes![
        back(&page.path, "回到这个人"),
        el("div")
            .class("zs-stack")
            .child(problem.map(error_summary))
            .child(el("h1").class("zs-h1").child(page.name.clone()).child("：看资料、删资料"))
            .child(el("p").class("zs-small").child("编号 ").child(page.code.clone()))
            .child(el("h2").class("zs-h2").child("给本人看"))
            .child(copy)
            .child(el("h2").class("zs-h2").child("删除"))
            .child(erase)
    ]
}

/// The step: the copy, which takes nothing away.
pub fn action() -> Node {
    step("copy", "看保存的全部资料")
}

/// Everything that is kept, to be read out or printed.
pub fn copy(copy: &DataCopy) -> Node {
    let parts = copy
        .parts
        .iter()
        .map(|part| {
            let lines =
                part.lines.iter().map(|(name, value)| row(name.clone(), value.clone().into(), String::new())).collect();
            nodes![el("h2").class("zs-group").child(part.title.clone()), summary_list(lines)]
        })
        .collect::<Vec<_>>();
    nodes![
        back(&copy.path, "回到这个人"),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").child("保存的资料"))
            .child(
                el("p")
                    .class("zs-small")
                    .child([copy.hospital.as_str(), " · ", &copy.day, " · 电话 ", &copy.phone].concat()),
            )
            .child(parts)
    ]
}
