//! Signing in.

use super::form::hidden;
use crate::components::error_summary::error_summary;
use crate::components::link_list::link_card;
use crate::components::notice::notice;
use crate::text::Explained;
use crate::view::{Node, el};
use leptos::prelude::use_context;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::staff::draft::DRAFT;

/// The page.
pub fn page(name: &str, to: &str, problem: Option<&Problem>) -> Node {
    el("div")
        .class("zs-stack")
        .child(problem.map(error_summary))
        .child(el("h1").class("zs-h1").child("登录"))
        .child(to.starts_with(DRAFT).then(|| {
            let told = "您填的都还在，还没有存。用同一个账号登录，再接着提交。";
            notice("登录的时间到了".to_owned(), told.to_owned())
        }))
        .child(
            el("form")
                .class("zs-stack")
                .with("method", "post")
                .with("action", "/staff/login")
                .child(hidden("to", to.to_owned()))
                .child(
                    el("div")
                        .class("zs-form-field")
                        .child(el("label").class("zs-form-field__small-label").with("for", "name").child("用户名"))
                        .child(
                            el("input")
                                .class("zs-input")
                                .with("id", "name")
                                .with("name", "name")
                                .with("value", name.to_owned())
                                .with("autocomplete", "username")
                                .with("autocapitalize", "none")
                                .with("autofocus", name.is_empty() && problem.is_none())
                                .with("required", true),
                        ),
                )
                .child(
                    el("div")
                        .class("zs-form-field")
                        .child(el("label").class("zs-form-field__small-label").with("for", "password").child("密码"))
                        .child(
                            el("input")
                                .class("zs-input")
                                .with("id", "password")
                                .with("name", "password")
                                .with("type", "password")
                                .with("autocomplete", "current-password")
                                .with("autofocus", !name.is_empty() && problem.is_none())
                                .with("required", true),
                        ),
                )
                .child(el("button").class("zs-button").with("type", "submit").child("登录")),
        )
        .child(match use_context::<Explained>() {
            Some(Explained(path)) => {
                let told = "这是演示，不用密码：到演示页点一下就能进。演示重新开始了，也从那里再进。";
                link_card(path.to_owned(), "info", "去演示页".to_owned(), told.to_owned())
            }
            None => el("p").class("zs-small").child("忘记密码，请找医院的系统管理员。").node(),
        })
        .node()
}
