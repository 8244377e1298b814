//! The end of every page: no diagnosis, whom to call, privacy, languages.

use super::Site;
use super::languages::languages;
use crate::view::{Node, el};
use zaoshai_contract::route::Route;

/// The footer.
pub fn footer(site: &Site, path: &str) -> Node {
    let words = site.words;
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
        .child(el("nav").with("id", "languages").with("aria-label", words.language).child(languages(site, path)))
        .node()
}
