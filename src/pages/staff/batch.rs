//! One batch: how far its people have come, and their letters.

use super::letters::turn;
use super::list::row;
use super::row::Place;
use crate::components::icon::small_icon;
use crate::components::link_list::{link_card, link_list};
use crate::text::moment;
use crate::view::{Node, el, nodes};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::batches::BatchPage;

/// The page.
pub fn page(page: &BatchPage) -> Node {
    let batch = &page.batch;
    let left = batch.rows - batch.there;
    let unfinished = (left > 0).then(|| {
        el("div").class("zs-notice").with("role", "status").child(small_icon("alert")).child(
            el("div")
                .child(el("p").child(format!("还在建：已建 {} 个，还差 {left} 个。", batch.there)))
                .child(el("p").child("请过一会儿刷新。如果一直不变，请把同一个文件再导入一次，不会重复。"))
                .child(el("a").with("href", ["/staff/batches/", batch.id.as_str()].concat()).child("刷新")),
        )
    });
    let counts = [("等回复", page.open), ("已约或来过", page.booked), ("已结束", page.closed)]
        .into_iter()
        .map(|(name, count)| el("span").child(el("b").child(count.to_string())).child(name))
        .collect::<Vec<_>>();
    let path = ["/staff/batches/", batch.id.as_str()].concat();
    let print = (1..)
        .zip(&page.pages)
        .map(|(number, part): (usize, _)| {
            link_card(
                format!("{path}/letters?page={number}"),
                "letter",
                format!("打印信：第 {} 到 {} 封", part.first, part.last),
                "每人一张，带二维码；已经结束的不打".to_owned(),
            )
        })
        .collect::<Vec<_>>();
    let here = page.pages.get(page.page as usize - 1);
    let listed = here.map(|here| format!("按表格的顺序，第 {} 到 {} 个", here.first, here.last)).unwrap_or_default();
    let turn = turn(&path, page.page, page.pages.len());
    nodes![
        el("a")
            .class("zs-back")
            .with("href", "/staff/batches")
            .child(small_icon("back"))
            .child(el("span").child("导入导出")),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").child(batch.name.clone()))
            .child(el("p").class("zs-small").child(format!("{} · {}", moment(Lang::Hans, batch.made), batch.by)))
            .child((left == 0).then(|| el("p").child(format!("一共新建了 {} 个随访。", batch.rows))))
            .child(unfinished)
            .child(el("div").class("zs-counts zs-counts--still").child(counts))
            .child((!print.is_empty()).then(|| link_list(print)))
            .child(here.map(|_| {
                nodes![
                    el("h2").class("zs-group").child("没有结束的").child(el("span").child(listed)),
                    el("ul").child(page.rows.iter().map(|one| row(one, page.now, Place::Alone)).collect::<Vec<_>>()),
                    turn
                ]
            }))
    ]
}
