//! The end of every page: no diagnosis, whom to call, privacy, languages.

use super::Site;
use leptos::prelude::*;
use zaoshai_contract::route::{Lang, Route};

/// The footer.
pub fn footer(site: &Site, path: &str) -> AnyView {
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
            view! {
                <li>
                    <a href=route.path(lang) lang=lang.tag() hreflang=lang.tag() aria-current=current>
                        {name}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <footer class="zs-foot">
            <p>{words.not_a_diagnosis}</p>
            <p>
                {words.health_line} " " <a href="tel:12320">12320</a> " · " {words.support_line} " "
                <a href="tel:12356">12356</a>
            </p>
            <p>
                <a href=site.to(&Route::Privacy)>{words.privacy}</a>
            </p>
            <nav id="languages" aria-label=words.language>
                <ul class="zs-languages">{languages}</ul>
            </nav>
        </footer>
    }
    .into_any()
}
