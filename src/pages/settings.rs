//! `/settings`: how large and how strong the pages are. Rendered by the server and working as a form alone, so that a
//! phone that cannot run the app can be set as well.

use super::Shown;
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::icon::{icon, small_icon};
use crate::view::{Node, el, nodes};
use crate::{Contrast, Reading, TextSize};
use zaoshai_contract::route::{Lang, Route};

/// The words of this page; they are no part of the app's own.
struct Words {
    lead: &'static str,
    size: &'static str,
    sizes: [&'static str; 3],
    contrast: &'static str,
    contrasts: [&'static str; 2],
    save: &'static str,
    saved: &'static str,
    back: &'static str,
    kept: &'static str,
    phone: &'static str,
}

const HANS: Words = Words {
    lead: "选好以后，每一页都这样显示。",
    size: "字的大小",
    sizes: ["标准字", "大字", "特大字"],
    contrast: "颜色",
    contrasts: ["标准颜色", "黑白分明，线条更粗"],
    save: "就这样显示",
    saved: "改好了。这一页已经是您选的样子。",
    back: "回到刚才的页面",
    kept: "只记在这部手机里，记一年。",
    phone: "手机和微信里调大的字，这里也会跟着变大。",
};

const HANT: Words = Words {
    lead: "選好以後，每一頁都這樣顯示。",
    size: "字的大小",
    sizes: ["標準字", "大字", "特大字"],
    contrast: "顏色",
    contrasts: ["標準顏色", "黑白分明，線條更粗"],
    save: "就這樣顯示",
    saved: "改好了。這一頁已經是您選的樣子。",
    back: "回到剛才的頁面",
    kept: "只記在這部手機裏，記一年。",
    phone: "手機和微信裏調大的字，這裏也會跟着變大。",
};

const EN: Words = Words {
    lead: "Every page will look the way you choose.",
    size: "Size of type",
    sizes: ["Standard", "Large", "Largest"],
    contrast: "Colours",
    contrasts: ["Standard", "Black on white, stronger lines"],
    save: "Show it like this",
    saved: "Saved. This page already looks the way you chose.",
    back: "Back to where you were",
    kept: "Kept on this phone only, for a year.",
    phone: "Type that you enlarged in the phone or in WeChat is enlarged here, too.",
};

/// The page.
pub fn page(site: &Site, reading: Reading, back: &str, saved: bool) -> Shown {
    let words = match site.lang {
        Lang::Hans => HANS,
        Lang::Hant => HANT,
        Lang::En => EN,
    };
    let sizes = [(TextSize::Normal, "normal"), (TextSize::Elder, "elder"), (TextSize::Largest, "largest")];
    let sizes = sizes
        .into_iter()
        .zip(words.sizes)
        .map(|((size, value), label)| choice("size", value, label, reading.size == size));
    let contrasts = [(Contrast::Usual, "usual"), (Contrast::More, "more")];
    let contrasts = contrasts
        .into_iter()
        .zip(words.contrasts)
        .map(|((contrast, value), label)| choice("contrast", value, label, reading.contrast == contrast));
    let done = saved.then(|| {
        el("div").class("zs-notice").with("role", "status").child(icon("check")).child(el("p").child(words.saved))
    });
    let main = nodes![
        el("a")
            .class("zs-back")
            .with("href", if back.is_empty() { site.to(&Route::Home) } else { back.to_owned() })
            .child(small_icon("back"))
            .child(el("span").child(words.back)),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(site.words.reading_settings))
            .child(done)
            .child(el("p").class("zs-lead").child(words.lead))
            .child(
                el("form")
                    .class("zs-stack")
                    .with("method", "post")
                    .with("action", "/settings")
                    .with("id", "reading")
                    .child(hidden("page", site.lang.tag().to_owned()))
                    .child(hidden("back", back.to_owned()))
                    .child(group(words.size, sizes.collect()))
                    .child(group(words.contrast, contrasts.collect())),
            )
            .child(el("p").class("zs-aside").child(icon("lock")).child(el("span").child(words.kept)))
            .child(el("p").class("zs-small").child(words.phone))
    ];
    let save = el("button").class("zs-button").with("type", "submit").with("form", "reading").child(words.save);
    Shown { main, action: Some(action_bar(site, save.node())) }
}

fn hidden(name: &'static str, value: String) -> Node {
    el("input").with("type", "hidden").with("name", name).with("value", value).node()
}

fn group(legend: &'static str, choices: Vec<Node>) -> Node {
    el("fieldset").class("zs-card zs-checklist").child(el("legend").child(legend)).child(choices).node()
}

fn choice(name: &'static str, value: &'static str, label: &'static str, chosen: bool) -> Node {
    let id = format!("{name}-{value}");
    el("label")
        .class("zs-check")
        .with("for", id.clone())
        .child(
            el("input")
                .with("type", "radio")
                .with("name", name)
                .with("id", id)
                .with("value", value)
                .with("checked", chosen),
        )
        .child(el("span").child(label))
        .node()
}
