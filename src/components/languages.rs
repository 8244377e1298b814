//! The languages: each a link to the same page.

use super::Site;
use crate::view::{Node, el};
use zaoshai_contract::route::{Lang, Route};

/// The list for the page at this path.
pub fn languages(site: &Site, path: &str) -> Node {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let route = Route::parse(path, query).map_or(Route::Home, |(_, route)| route);
    let languages = Lang::ALL
        .into_iter()
        .map(|lang| {
            let name = match lang {
                Lang::Hans => "简体中文",
                Lang::Hant => "繁體中文",
                Lang::En => "English",
            };
            let current = (lang == site.lang).then_some("true");
            el("li").child(
                el("a")
                    .with("href", route.path(lang))
                    .with("lang", lang.tag())
                    .with("hreflang", lang.tag())
                    .with("aria-current", current)
                    .child(name),
            )
        })
        .collect::<Vec<_>>();
    el("ul").class("zs-languages").child(languages).node()
}
