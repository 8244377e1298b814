//! The frame around every page, and which page a document is shown by.

use crate::TextSize;
use crate::components::Site;
use crate::components::action_bar::page_end;
use crate::components::footer::footer;
use crate::components::header::header;
use crate::pages;
use crate::view::{Node, el, nodes};
use zaoshai_contract::page::{Meta, Page};

/// A page with header, footer and tab bar.
pub fn framed(page: Page, size: TextSize) -> Node {
    let site = Site::of(&page.meta);
    let pages::Shown { main, action } = pages::shown(&site, page.body);
    frame(&site, &page.meta, size, main, action)
}

/// What stands around the content of a page.
pub fn frame(site: &Site, meta: &Meta, size: TextSize, main: Node, action: Option<Node>) -> Node {
    let translated = meta.translated;
    let notice = (!translated && !site.words.untranslated.is_empty())
        .then(|| el("p").class("zs-notice").with("lang", site.lang.tag()).child(site.words.untranslated));
    let top = header(site, &meta.path, size);
    let bottom = footer(site, &meta.path);
    let bar = page_end(site, action);
    nodes![
        top,
        el("main")
            .class("zs-main")
            .with("id", "main")
            .with("lang", (!translated).then_some("zh-CN"))
            .with("tabindex", "-1")
            .child(notice)
            .child(main)
            .child(bottom),
        bar
    ]
}

/// Starts the app: takes over the page and follows links from then on.
#[cfg(feature = "csr")]
pub fn start() {
    crate::platform::start::run();
}
