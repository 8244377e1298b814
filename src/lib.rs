//! The pages of Zaoshai. With `ssr` the backend renders them to HTML; with `csr` they are compiled to WebAssembly and
//! take over that HTML on the phone. What people read about health is data and never stands in this code.

#[cfg(feature = "csr")]
pub mod api;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod app;
pub mod components;
pub mod pages;
pub mod platform;
pub mod text;
pub mod view;

/// The size of type that a visitor has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// As the phone's own setting says.
    #[default]
    Normal,
    /// Larger type and larger targets, fewer things on the first page.
    Elder,
    /// As large as the national rules ask for: main text of 30 px.
    Largest,
}

/// The colours that a visitor has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contrast {
    /// As the phone's own setting says.
    #[default]
    Usual,
    /// Black on white, with strong lines.
    More,
}

/// How a visitor wants to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The size of type.
    pub size: TextSize,
    /// The colours.
    pub contrast: Contrast,
}

/// A public page as HTML: what stands in `<div id="app">`.
#[cfg(feature = "ssr")]
pub fn render(page: &zaoshai_contract::page::Page, size: TextSize) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| app::framed(page.clone(), size).to_html());
    drop(owner);
    html
}

/// A step of a check as HTML, likewise: for phones that send their answers to have them computed.
#[cfg(feature = "ssr")]
pub fn render_check(
    meta: &zaoshai_contract::page::Meta,
    check: &zaoshai_contract::checks::Check,
    progress: zaoshai_contract::checks::progress::Progress,
    today: zaoshai_contract::civil::CivilDate,
    size: TextSize,
) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| {
        let site = components::Site::of(meta);
        let visit = pages::check::Visit {
            site: &site,
            words: text::check_words(site.lang),
            check,
            progress,
            today,
            place: pages::check::Place::Form,
            kept: Vec::new(),
        };
        let pages::Shown { main, action } = pages::check::shown(&visit);
        app::frame(&site, meta, size, main, action).to_html()
    });
    drop(owner);
    html
}

/// A check on paper as HTML, likewise.
#[cfg(feature = "ssr")]
pub fn render_sheet(
    meta: &zaoshai_contract::page::Meta,
    check: &zaoshai_contract::checks::Check,
    size: TextSize,
) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| {
        let site = components::Site::of(meta);
        app::frame(&site, meta, size, pages::check::sheet::page(&site, check), None).to_html()
    });
    drop(owner);
    html
}

/// The page of the reading settings as HTML, likewise; `back` is where the visitor came from, `saved` whether she has
/// just changed something.
#[cfg(feature = "ssr")]
pub fn render_settings(meta: &zaoshai_contract::page::Meta, reading: Reading, back: &str, saved: bool) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| {
        let site = components::Site::of(meta);
        let main = pages::settings::page(&site, reading, back, saved);
        app::frame(&site, meta, reading.size, main, None).to_html()
    });
    drop(owner);
    html
}

/// The page for passing another page on as HTML, likewise; without one it says that this address is nobody's to share.
#[cfg(feature = "ssr")]
pub fn render_share(
    meta: &zaoshai_contract::page::Meta,
    size: TextSize,
    shared: Option<&pages::share::Shared>,
) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| {
        let site = components::Site::of(meta);
        let main = match shared {
            Some(shared) => pages::share::page(&site, shared),
            None => pages::share::refused(&site),
        };
        app::frame(&site, meta, size, main, None).to_html()
    });
    drop(owner);
    html
}

/// A staff page as HTML, likewise.
#[cfg(feature = "ssr")]
pub fn render_staff(page: &zaoshai_contract::staff::StaffPage) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    let html = owner.with(|| pages::staff::page(page).to_html());
    drop(owner);
    html
}
