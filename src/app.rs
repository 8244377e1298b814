//! The frame around every page, and which page a document is shown by.

use crate::TextSize;
use crate::components::Site;
use crate::components::footer::footer;
use crate::components::header::header;
use crate::components::tab_bar::tab_bar;
use crate::pages;
use leptos::prelude::*;
use zaoshai_contract::page::Page;

/// A page with header, footer and tab bar.
pub fn framed(page: Page, size: TextSize) -> AnyView {
    let site = Site::of(&page.meta);
    let translated = page.meta.translated;
    let notice = (!translated && !site.words.untranslated.is_empty()).then(|| {
        view! {
            <p class="zs-notice" lang=site.lang.tag()>
                {site.words.untranslated}
            </p>
        }
    });
    let top = header(&site, &page.meta.path, size);
    let bottom = footer(&site, &page.meta.path);
    let pages::Shown { main, action } = pages::shown(&site, page.body);
    let bar = action.unwrap_or_else(|| tab_bar(&site));
    view! {
        {top}
        <main class="zs-main" id="main" tabindex="-1">
            {notice}
            {main}
            {bottom}
        </main>
        {bar}
    }
    .into_any()
}

/// Starts the app: takes over the page and follows links from then on.
#[cfg(feature = "csr")]
pub fn start() {
    crate::platform::start::run();
}
