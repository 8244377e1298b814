//! The header: hospital, large type, language.

use super::Site;
use super::icon::icon;
use super::languages::languages;
use crate::TextSize;
use crate::view::{Node, el};
use zaoshai_contract::route::{DEMO, Route};

/// The header. Large type is a form, so that it works without scripts.
pub fn header(site: &Site, path: &str, size: TextSize) -> Node {
    let words = site.words;
    let (value, label) = match size {
        TextSize::Normal => ("elder", words.larger),
        TextSize::Elder | TextSize::Largest => ("normal", words.smaller),
    };
    // On every page: whoever came in by a link deep inside sees it too.
    let brand = if site.demonstration { el("b").child(words.brand_demonstration).node() } else { words.brand.into() };
    let mut back = String::from(site.lang.prefix());
    if path != "/" || back.is_empty() {
        back.push_str(path);
    }
    el("header")
        .class("zs-header")
        .child(
            el("a")
                .class("zs-header__brand")
                .with("href", if site.demo { DEMO.to_owned() } else { site.to(&Route::Home) })
                .child(
                    el("svg")
                        .class("zs-header__mark")
                        .with("viewBox", "0 0 32 32")
                        .with("aria-hidden", "true")
                        .child(el("use").with("href", "#i-mark")),
                )
                .child(
                    el("span")
                        .child(
                            el("span").class("zs-header__name").with("lang", "zh-CN").child(site.hospital.name.clone()),
                        )
                        .child(el("span").class("zs-header__sub").child(brand)),
                ),
        )
        .child(
            el("div")
                .class("zs-header__tools")
                .child(
                    el("form")
                        .with("method", "post")
                        .with("action", "/settings")
                        .with("id", "size")
                        .child(el("input").with("type", "hidden").with("name", "back").with("value", back))
                        .child(
                            el("button")
                                .class("zs-header__tool")
                                .with("name", "size")
                                .with("value", value)
                                .child(icon("size"))
                                .child(el("span").child(label)),
                        ),
                )
                .child(
                    // Opens in place, without any script.
                    el("details")
                        .class("zs-language")
                        .with("id", "language")
                        .child(
                            el("summary")
                                .class("zs-header__tool")
                                .child(icon("globe"))
                                .child(el("span").child(words.language)),
                        )
                        .child(languages(site, path)),
                ),
        )
        .node()
}
