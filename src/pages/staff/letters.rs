//! Letters to be printed: one sheet each, without a word about health, since envelopes are opened by others.

use super::errand;
use crate::components::icon::small_icon;
use crate::text::full_day;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::batches::{Letter, LettersPage};

/// The page.
pub fn page(page: &LettersPage) -> Node {
    let turn = turn(&page.path, page.page, page.pages.len());
    let here = page.pages.get(page.page as usize - 1).map(|here| {
        let ended = here.last + 1 - here.first - page.letters.len();
        let ended =
            if ended > 0 { format!("，其中 {ended} 个已经结束或转走，不打") } else { String::new() };
        el("p").child(format!("这一页是名单里第 {} 到 {} 个{ended}。", here.first, here.last))
    });
    let title = if page.pages.len() > 1 {
        format!("打印信：一共 {} 封，这一页 {} 封", page.all, page.letters.len())
    } else {
        format!("打印信：{} 封", page.letters.len())
    };
    let empty = page.letters.is_empty().then(|| el("p").class("zs-section").child("没有要打印的信。"));
    nodes![
        el("div")
            .class("zs-no-print zs-stack")
            .child(
                el("a")
                    .class("zs-back")
                    .with("href", page.back.clone())
                    .child(small_icon("back"))
                    .child(el("span").child("返回")),
            )
            .child(el("h1").class("zs-h1").child(title))
            .child(here)
            .child(el("p").child("用浏览器的“打印”，选 A4 或 A5 纸，一封一张。信上没有病情。"))
            .child(turn),
        empty,
        el("div").class("zs-letters").child(page.letters.iter().map(|one| letter(page, one)).collect::<Vec<_>>())
    ]
}

/// Links to all pages; none when there is one.
pub fn turn(path: &str, page: u32, pages: usize) -> Option<El> {
    let links = (1..=pages)
        .map(|number| {
            el("a")
                .with("href", format!("{path}?page={number}"))
                .with("aria-current", (number == page as usize).then_some("page"))
                .child(format!("第 {number} 页"))
        })
        .collect::<Vec<_>>();
    (pages > 1).then(|| el("nav").class("zs-sections").with("aria-label", "页").child(links))
}

fn letter(page: &LettersPage, letter: &Letter) -> El {
    let side = letter.qr_side + 8;
    let due = errand::due(&letter.errand, page.today).map(|due| el("p").child(el("b").child(due)));
    let call = (!page.phone.is_empty()).then(|| {
        el("p")
            .child("不会用手机，或有疑问：打 ")
            .child(el("b").child(page.phone.clone()))
            .child("，报编号 ")
            .child(el("b").child(letter.code.clone()))
            .child("。")
    });
    el("article")
        .class("zs-letter")
        .child(el("p").class("zs-letter__from").child(page.hospital.clone()))
        .child(el("p").class("zs-letter__to").child(letter.name.clone()).child("，您好："))
        .child(el("p").child(errand::what(&letter.errand)))
        .child(
            el("div")
                .class("zs-letter__how")
                .child(
                    el("svg")
                        .class("zs-qr")
                        .with("viewBox", format!("-4 -4 {side} {side}"))
                        .with("role", "img")
                        .with("aria-label", "链接的二维码")
                        .child(el("path").class("zs-qr__ground").with("d", format!("M-4 -4h{side}v{side}h-{side}z")))
                        .child(el("path").class("zs-qr__dark").with("d", letter.qr_path.clone())),
                )
                .child(
                    el("ol")
                        .class("zs-sheet")
                        .child(el("li").child("用微信扫这个码。"))
                        .child(el("li").child("填您手机号的后四位。"))
                        .child(el("li").child(errand::how(&letter.errand))),
                ),
        )
        .child(due)
        .child(el("p").class("zs-letter__link").child("也可以在手机浏览器里输入：").child(letter.link.clone()))
        .child(call)
        .child(el("p").child("这封信不要您付钱，也不问密码和银行卡。"))
        .child(el("p").class("zs-small").child(format!(
            "{} 打印。链接到 {} 有效。请不要转给别人。",
            full_day(page.today),
            full_day(letter.link_until)
        )))
}
