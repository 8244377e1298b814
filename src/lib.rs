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

#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub use pages::followup::Opened;
#[cfg(feature = "ssr")]
pub use text::Voice;

#[cfg(all(feature = "ssr", debug_assertions))]
pub use render::render_gallery;
#[cfg(feature = "ssr")]
pub use render::{
    render, render_care_request, render_check, render_demo, render_entry, render_followup, render_home_care,
    render_settings, render_share, render_sheet, render_staff,
};
