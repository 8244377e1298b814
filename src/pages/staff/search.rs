//! Finding a follow-up by name, phone number or code.

use super::list::row;
use super::row::Place;
use super::turn;
use crate::components::icon::{icon, small_icon};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::StaffSearch;

/// The field, with what was typed so far.
fn search_field(typed: &str) -> El {
    el("form")
        .class("zs-stack zs-stack--tight")
        // What is typed is a name or a number: it stands in no address.
        .with("method", "post")
        .with("action", "/staff/search")
        .with("role", "search")
        .child(
            el("label")
                .class("zs-form-field__small-label")
                .with("for", "q")
                .child("查找：姓名、姓、拼音、手机号、后四位或编号")
                .child(" ")
                .child(el("kbd").class("zs-kbd").child("/")),
        )
        .child(
            el("div")
                .class("zs-pair")
                .child(
                    el("input")
                        .class("zs-input")
                        .with("id", "q")
                        .with("name", "q")
                        .with("type", "search")
                        .with("value", typed.to_owned())
                        .with("maxlength", "80")
                        .with("autocomplete", "off")
                        .with("autofocus", typed.is_empty())
                        .with("data-key", "/"),
                )
                .child(
                    el("button")
                        .class("zs-button zs-button--quiet")
                        .with("type", "submit")
                        .child(icon("search"))
                        .child(el("span").child("查找")),
                ),
        )
}

/// The page.
pub fn page(found: &StaffSearch) -> Node {
    let searched = !found.typed.is_empty();
    let empty = (searched && found.turn.count == 0).then(|| {
        el("p")
            .class("zs-section")
            .child("没有找到。姓名可以输入姓、连着的两个字，或整个名字的拼音、首字母；手机号请输入全部或后四位。")
    });
    let title = if searched { turn::found(&found.turn, found.rows.len()) } else { "查找".to_owned() };
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("h1").class("zs-h2").child(title),
        search_field(&found.typed),
        empty,
        el("ul")
            .class("zs-rows zs-rows--dated")
            .child(found.rows.iter().map(|one| row(one, found.now, Place::Alone)).collect::<Vec<_>>()),
        turn::ways(&format!("/staff/search?k={}", found.sealed), &found.turn)
    ]
}
