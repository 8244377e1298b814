//! `/share`: the card, the code and the text of a page, for passing it on. Rendered by the server and complete without
//! any script; copying with one tap is the only thing that a script adds.

use crate::components::Site;
use crate::components::icon::small_icon;
use crate::components::notice::notice;
use crate::view::{Node, el, nodes};
use zaoshai_contract::route::{Lang, Route};

/// A page that may be passed on.
pub struct Shared {
    /// Its title.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// The language of these two (BCP 47).
    pub lang: String,
    /// Its path on this site.
    pub path: String,
    /// Its whole address.
    pub address: String,
    /// The path of its picture.
    pub picture: String,
    /// The path of its code.
    pub code: String,
}

/// The words of this page; they are no part of the app's own.
struct Words {
    lead: &'static str,
    back: &'static str,
    forward: &'static str,
    steps: [&'static str; 3],
    card: &'static str,
    scan: &'static str,
    scan_hint: &'static str,
    code_of: &'static str,
    text: &'static str,
    copy: &'static str,
    copied: &'static str,
    selected: &'static str,
    refused: &'static str,
    refused_title: &'static str,
    refused_text: &'static str,
}

const HANS: Words = Words {
    lead: "有三种办法，选一种就行。",
    back: "回到要分享的页面",
    forward: "在微信里转发",
    steps: ["先回到要分享的页面", "点右上角的 ···", "选“发送给朋友”"],
    card: "对方收到的卡片，大概是这样：",
    scan: "请对方扫这个码",
    scan_hint: "在微信里长按这个码，也可以转发。",
    code_of: "二维码，打开：",
    text: "复制文字，发短信或微信",
    copy: "复制这段文字",
    copied: "复制好了，请去粘贴",
    selected: "已经选中，请长按文字复制",
    refused: "这一页不能分享",
    refused_title: "随访链接请不要转发",
    refused_text: "护士发给您的链接只属于您。别的页面，请点页面最下面的“分享这一页”。",
};

const HANT: Words = Words {
    lead: "有三種辦法，選一種就行。",
    back: "回到要分享的頁面",
    forward: "在微信裏轉發",
    steps: ["先回到要分享的頁面", "點右上角的 ···", "選「發送給朋友」"],
    card: "對方收到的卡片，大概是這樣：",
    scan: "請對方掃這個碼",
    scan_hint: "在微信裏長按這個碼，也可以轉發。",
    code_of: "二維碼，打開：",
    text: "複製文字，發短信或微信",
    copy: "複製這段文字",
    copied: "複製好了，請去貼上",
    selected: "已經選中，請長按文字複製",
    refused: "這一頁不能分享",
    refused_title: "隨訪連結請不要轉發",
    refused_text: "護士發給您的連結只屬於您。別的頁面，請點頁面最下面的「分享這一頁」。",
};

const EN: Words = Words {
    lead: "There are three ways; any one will do.",
    back: "Back to the page",
    forward: "Forward it in WeChat",
    steps: ["Go back to the page", "Tap ··· at the top right", "Choose “Send to chat”"],
    card: "The card will look about like this:",
    scan: "Let somebody scan the code",
    scan_hint: "In WeChat, press and hold the code to forward it.",
    code_of: "QR code that opens ",
    text: "Copy the text for a message",
    copy: "Copy this text",
    copied: "Copied. Now paste it",
    selected: "Selected. Press and hold to copy",
    refused: "This page cannot be shared",
    refused_title: "Please do not forward a follow-up link",
    refused_text: "The link from your nurse is yours alone. To share another page, tap “Share this page” at its end.",
};

fn words_of(lang: Lang) -> Words {
    match lang {
        Lang::Hans => HANS,
        Lang::Hant => HANT,
        Lang::En => EN,
    }
}

/// The page.
pub fn page(site: &Site, shared: &Shared) -> Node {
    let words = words_of(site.lang);
    let text = [&shared.title, "\n", &shared.description, "\n", &shared.address].concat();
    let steps = words.steps.into_iter().map(|step| el("li").child(step)).collect::<Vec<_>>();
    nodes![
        back(shared.path.clone(), words.back),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(site.words.share))
            .child(el("p").class("zs-lead").child(words.lead)),
        part("forward", words.forward)
            .child(el("ol").class("zs-timeline").child(steps))
            .child(el("p").child(words.card))
            .child(card(shared)),
        part("scan", words.scan)
            .child(
                el("img")
                    .class("zs-share-code")
                    .with("src", shared.code.clone())
                    .with("width", "280")
                    .with("height", "280")
                    .with("alt", [words.code_of, &shared.address].concat()),
            )
            .child(el("p").class("zs-small").child(words.scan_hint)),
        part("copy", words.text)
            .child(
                el("textarea")
                    .class("zs-input")
                    .with("id", "share-text")
                    .with("rows", "6")
                    .with("readonly", true)
                    .with("aria-labelledby", "copy")
                    .with("lang", shared.lang.clone())
                    .child(text),
            )
            .child(
                el("button")
                    .class("zs-button zs-clip")
                    .with("type", "button")
                    .with("data-clip", "share-text")
                    .with("data-done", words.copied)
                    .with("data-selected", words.selected)
                    .with("aria-live", "polite")
                    .child(words.copy),
            )
    ]
}

/// What stands in place of the page for an address that is nobody's to pass on.
pub fn refused(site: &Site) -> Node {
    let words = words_of(site.lang);
    nodes![
        back(site.to(&Route::Home), site.words.home),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.refused))
            .child(notice(words.refused_title.to_owned(), words.refused_text.to_owned())),
        crate::components::ask::ask(site)
    ]
}

fn back(href: String, label: &'static str) -> Node {
    el("a").class("zs-back").with("href", href).child(small_icon("back")).child(el("span").child(label)).node()
}

fn part(id: &'static str, heading: &'static str) -> crate::view::El {
    el("section")
        .class("zs-section")
        .with("aria-labelledby", id)
        .child(el("h2").class("zs-h2").with("id", id).child(heading))
}

fn card(shared: &Shared) -> Node {
    let host = shared.address.split('/').nth(2).unwrap_or_default().to_owned();
    el("div")
        .class("zs-share-card")
        .with("lang", shared.lang.clone())
        .child(
            el("img")
                .with("src", shared.picture.clone())
                .with("width", "1200")
                .with("height", "630")
                .with("loading", "lazy")
                .with("alt", ""),
        )
        .child(
            el("div")
                .child(el("b").child(shared.title.clone()))
                .child(el("p").class("zs-small").child(shared.description.clone()))
                .child(el("p").class("zs-small").child(host)),
        )
        .node()
}
