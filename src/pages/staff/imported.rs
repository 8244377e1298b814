//! What became of a table, told once: how many follow-ups it made, and the rows that made none.

use super::batches::left_out;
use super::confirm::back;
use super::form::hidden;
use crate::view::{Node, el, nodes};
use zaoshai_contract::staff::batches::ImportedPage;

/// The page.
pub fn page(page: &ImportedPage) -> Node {
    let (batch, left) = (&page.batch, &page.left);
    let made = if batch.there < batch.rows {
        format!("正在建 {} 个，已经建了 {} 个。", batch.rows, batch.there)
    } else {
        format!("新建了 {} 个。", batch.there)
    };
    let form = el("form")
        .with("method", "post")
        .with("action", "/staff/batches/left.csv")
        .with("enctype", "multipart/form-data")
        .child(hidden("left", page.sealed.clone()))
        .child(
            el("button")
                .class("zs-button zs-button--quiet")
                .with("type", "submit")
                .child("拿走没有导入的行（CSV 表格）"),
        );
    nodes![
        back("/staff/batches".to_owned(), "导入导出"),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").child(format!("{made}{} 行没有导入", left.count())))
            .child(el("p").child(
                "没有导入的行只在这里说一次，系统不留。请现在看，或者拿走。在原来的表格里按行号改好，把改好的行再导入。"
            ))
            .child(form)
            .child(left_out("wrong", "有错的行", "改好再导入", (&left.bad, left.bad.len())))
            .child(left_out("known", "不再新建", "", (&left.known, left.known.len())))
            .child(left_out("hidden", "隐藏的行", "要导入，请取消筛选", (&left.hidden, left.hidden_count)))
    ]
}

/// The step: to what was made.
pub fn action(page: &ImportedPage) -> Node {
    let href = ["/staff/batches/", page.batch.id.as_str()].concat();
    el("a").class("zs-button").with("href", href).child("发短信、打印信").node()
}
