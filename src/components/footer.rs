//! The end of every page: no diagnosis, whom to call, privacy, languages.

use super::Site;
use crate::view::{Node, el};
use zaoshai_contract::route::{Lang, Route};

/// The footer.
pub fn footer(site: &Site, path: &str) -> Node {
    let words = site.words;
    let route = path.split_once('?').map_or_else(|| Route::parse(path, ""), |(path, query)| Route::parse(path, query));
    let route = route.map_or(Route::Home, |(_, route)| route);
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
    // The link of a follow-up or a request belongs to one person.
    let share = (!path.starts_with("/f/") && !path.starts_with("/home-care/")).then(|| {
        let href = [site.lang.prefix(), "/share?of=", path].concat();
        el("p").child(el("a").with("href", href).child(words.share))
    });
    el("footer")
        .class("zs-foot")
        .child(share)
        .child(el("p").child(words.not_a_diagnosis))
        .child(
            el("p")
                .child(words.health_line)
                .child(" ")
                .child(el("a").with("href", "tel:12320").child("12320"))
                .child(" · ")
                .child(words.support_line)
                .child(" ")
                .child(el("a").with("href", "tel:12356").child("12356")),
        )
        .child(
            el("p")
                .child(el("a").with("href", site.to(&Route::Search(String::new()))).child(words.search))
                .child(" · ")
                .child(el("a").with("href", site.to(&Route::Privacy)).child(words.privacy))
                .child(" · ")
                .child(el("a").with("href", [site.lang.prefix(), "/settings"].concat()).child(words.reading_settings)),
        )
        .child(
            el("nav")
                .with("id", "languages")
                .with("aria-label", words.language)
                .child(el("ul").class("zs-languages").child(languages)),
        )
        .node()
}
