//! The accounts of a hospital.

use super::confirm::{in_place, yes};
use super::form::{button, field, hidden, step, tick, ticks};
use super::many_tries;
use crate::components::error_summary::error_summary;
use crate::components::icon::icon;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::accounts::{AccountRow, AccountsPage};

/// The page.
pub fn page(page: &AccountsPage) -> Node {
    let problem = page.problem.as_ref();
    let text = |id: &'static str, value: &str, most: &'static str| {
        el("input")
            .class("zs-input")
            .with("id", id)
            .with("name", id)
            .with("value", value.to_owned())
            .with("maxlength", most)
            .with("autocomplete", "off")
            .with("autocapitalize", "none")
            .with("required", true)
    };
    let roles = Role::ALL
        .iter()
        .map(|role| {
            let id = ["role-", role.as_str()].concat();
            tick(id, "roles", role.as_str(), page.form.roles.contains(role), role.title())
        })
        .collect::<Vec<_>>();
    let password = page.password.as_ref().map(|(name, password)| {
        el("div").class("zs-notice").with("role", "status").child(icon("lock")).child(
            el("div")
                .child(el("p").child(format!("账号 {name} 的密码：")))
                .child(el("p").child(el("b").child(password.clone())))
                .child(el("p").child("只显示这一次，请现在交给本人。第一次登录要换成自己的。")),
        )
    });
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").child("账号"))
            .child(page.many_tries.as_ref().map(many_tries))
            .child(problem.map(error_summary))
            .child(password)
            .child(el("ul").child(page.accounts.iter().map(|row| account(page, row)).collect::<Vec<_>>()))
            .child(el("h2").class("zs-group").with("id", "new").child("新账号"))
            .child(
                el("form")
                    .class("zs-stack")
                    .with("method", "post")
                    .with("action", "/staff/accounts")
                    .with("id", "account")
                    .child(hidden("key", page.key.to_string()))
                    .child(field(
                        problem,
                        "name",
                        "登录名",
                        "小写字母和数字，例如 zhang。",
                        text("name", &page.form.name, "30")
                    ))
                    .child(field(
                        problem,
                        "display",
                        "怎么称呼",
                        "例如 张护士。",
                        text("display", &page.form.display, "20")
                    ))
                    .child(ticks(problem, "roles", "角色", roles),)
                    .child(button("建账号，看密码"))
            )
    ]
}

/// The step: the way to the form for a new account, and its button once the form was refused.
pub fn action(page: &AccountsPage) -> Node {
    if page.problem.is_some() && !page.form.name.is_empty() {
        return step("account", "建账号，看密码");
    }
    el("a").class("zs-button").with("href", "#new").child(icon("plus")).child(el("span").child("新账号")).node()
}

fn account(page: &AccountsPage, row: &AccountRow) -> El {
    let roles: Vec<&str> = row.staff.roles.iter().map(|role| role.title()).collect();
    let shown = &row.staff.display;
    let post = |deed: &str, word: String| {
        el("form")
            .with("method", "post")
            .with("action", ["/staff/accounts/", row.staff.name.as_str(), "/", deed].concat())
            .child(hidden("key", page.key.to_string()))
            .child(yes(word))
    };
    let mine = row.staff.name == page.staff.name;
    let reset = if row.disabled { "重新启用，换密码" } else { "换密码" };
    let deeds = (!mine).then(|| {
        nodes![
            in_place(
                "lock",
                reset,
                format!("{reset}：{shown}（{}）？", row.staff.name),
                &["旧密码马上不能用，正在用的会退出。", "新密码只显示一次，请当面交给本人。"],
                post("reset", format!("给{shown}{reset}")),
            ),
            (!row.disabled).then(|| in_place(
                "close",
                "停用",
                format!("停用{shown}（{}）的账号？", row.staff.name),
                &["马上退出，不能再登录。", "以后可以重新启用。"],
                post("disable", format!("停用{shown}的账号")),
            ))
        ]
    });
    let roles_form = (!row.disabled).then(|| {
        let boxes = Role::ALL
            .iter()
            .map(|role| {
                let id = ["role-", row.staff.name.as_str(), "-", role.as_str()].concat();
                tick(id, "roles", role.as_str(), row.staff.roles.contains(role), role.title())
            })
            .collect::<Vec<_>>();
        el("details")
            .with("id", ["role-", row.staff.name.as_str()].concat())
            .child(
                el("summary")
                    .child("改角色")
                    .child(el("span").class("zs-hidden").child(format!("：{}", row.staff.display))),
            )
            .child(
                el("form")
                    .class("zs-stack")
                    .with("method", "post")
                    .with("action", ["/staff/accounts/", row.staff.name.as_str(), "/roles"].concat())
                    .child(el("p").class("zs-small").child("保存以后马上生效。审计员不能兼别的角色。"))
                    .child(el("div").class("zs-checks").child(boxes))
                    .child(button("保存角色")),
            )
    });
    let state = if row.disabled { "（已停用）" } else { "" };
    el("li").class("zs-row").child(
        el("div")
            .class("zs-row__body zs-stack zs-stack--tight")
            .child(el("p").child(el("b").child(row.staff.display.clone())).child(format!(" {}{state}", row.staff.name)))
            .child(el("p").class("zs-row__line").child(roles.join("、")))
            .child(deeds)
            .child(roles_form),
    )
}
