//! Changing one's own password.

use super::form::{field, step};
use crate::components::error_summary::error_summary;
use crate::components::link_list::link_card;
use crate::components::notice::notice;
use crate::view::{El, Node, el};
use zaoshai_contract::staff::accounts::{PasswordPage, PasswordStage};

/// The page.
pub fn page(page: &PasswordPage) -> Node {
    let stack = el("div").class("zs-stack");
    if page.stage == PasswordStage::Changed {
        return stack
            .child(el("h1").class("zs-h1").child("密码改好了"))
            .child(el("p").class("zs-lead").child("别的电脑和手机上的登录都已经退出，要用新密码再登录。"))
            .child(link_card("/staff".to_owned(), "next", "去工作台".to_owned(), String::new()))
            .node();
    }
    let problem = page.problem.as_ref();
    let must = (page.stage == PasswordStage::Must).then(|| {
        notice("先换成您自己的密码".to_owned(), "现在的密码别人看见过。换好以后才能继续，以后只有您知道。".to_owned())
    });
    stack
        .child(problem.map(error_summary))
        .child(el("h1").class("zs-h1").child("改密码"))
        .child(must)
        .child(
            el("form")
                .class("zs-stack")
                .with("method", "post")
                .with("action", "/staff/password")
                .with("id", "change")
                .child(
                    // Browsers that keep passwords ask for whom this one is.
                    el("input")
                        .with("type", "text")
                        .with("name", "username")
                        .with("value", page.staff.name.clone())
                        .with("autocomplete", "username")
                        .with("hidden", true),
                )
                .child(field(problem, "current", "现在的密码", "", password("current", "current-password")))
                .child(field(
                    problem,
                    "new",
                    "新密码",
                    "10 个字以上，和现在的不同。几个不相干的词连起来，好记又难猜。",
                    password("new", "new-password"),
                ))
                .child(field(problem, "again", "新密码再填一次", "", password("again", "new-password"))),
        )
        .child(el("p").class("zs-small").child("忘了现在的密码，请找医院的管理员。"))
        .node()
}

/// The step; none once it is done.
pub fn action(page: &PasswordPage) -> Option<Node> {
    (page.stage != PasswordStage::Changed).then(|| step("change", "改密码"))
}

fn password(id: &'static str, kind: &'static str) -> El {
    el("input")
        .class("zs-input")
        .with("id", id)
        .with("name", id)
        .with("type", "password")
        .with("autocomplete", kind)
        .with("maxlength", "200")
        .with("required", true)
}
