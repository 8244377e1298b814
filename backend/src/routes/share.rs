//! `/share`: the card, the code and the text of a public page. Only addresses of this site that are the same for
//! everybody are taken; links of follow-ups are not, and nothing of a query is passed on.

use super::pages;
use crate::app::App;
use crate::content::{Area, Edition, Library};
use crate::failures::Result;
use crate::qr;
use crate::visitor::Visitor;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use zaoshai_app::pages::share::Shared;
use zaoshai_contract::page::Meta;
use zaoshai_contract::problem::Code;
use zaoshai_contract::route::{DEMO, Lang, Route, value_of};

/// Pictures change only with the software or the address of the site.
const A_DAY: &str = "public, max-age=86400";

/// `GET /share?of={path}`: a page for passing that page on.
pub async fn show(State(app): State<App>, visitor: Visitor, uri: Uri) -> Response {
    let shared = shared(&app, visitor.lang, uri.query().unwrap_or(""));
    let words = zaoshai_app::text::words(visitor.lang);
    let library = app.library();
    // The header comes back to this address; it is printed anew, so that nothing of the asked one stands in the page.
    let path = match &shared {
        Some(shared) => format!("/share?of={}", shared.path),
        None => "/share".to_owned(),
    };
    let meta = Meta {
        title: words.share.to_owned(),
        description: words.share.to_owned(),
        lang: visitor.lang.tag().to_owned(),
        translated: true,
        path,
        demonstration: library.demonstration,
        demo: library.edition == Edition::Demonstration,
        hospital: app.hospital(&library),
    };
    let html = zaoshai_app::render_share(&meta, visitor.reading.size, shared.as_ref());
    let status = if shared.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    (status, pages::plain(&app, &visitor, &meta, &html)).into_response()
}

/// `GET /share/code.png?of={path}`: the page's whole address as a QR code.
pub async fn code(State(app): State<App>, uri: Uri) -> Result<Response> {
    let shared = shared(&app, Lang::Hans, uri.query().unwrap_or("")).ok_or(Code::NotFound)?;
    let code = tokio::task::spawn_blocking(move || qr::png(&shared.address)).await.map_err(anyhow::Error::from)?;
    Ok(png(code.ok_or(Code::NotFound)?))
}

/// `GET /share/card/{icon}.png`: the picture of a card.
pub async fn picture(State(app): State<App>, Path(file): Path<String>) -> Result<Response> {
    let icon = file.strip_suffix(".png").ok_or(Code::NotFound)?;
    let icon = icon.to_owned();
    let picture = tokio::task::spawn_blocking(move || app.pictures.get(&icon)).await.map_err(anyhow::Error::from)?;
    Ok(png(picture.ok_or(Code::NotFound)?))
}

fn png(picture: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, A_DAY)], picture.into()).into_response()
}

/// The page that a query asks for, if anybody may be sent it; the first page when it names none.
fn shared(app: &App, asked: Lang, query: &str) -> Option<Shared> {
    let (its, route) = shareable(&value_of(query, "of").unwrap_or_else(|| "/".to_owned()))?;
    // The footer names a page without its language, as that of the address holds.
    let lang = if its == Lang::Hans { asked } else { its };
    let page = pages::load(app, lang, &route).ok()?;
    let path = route.path(lang);
    let encoded = form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
    let translated = page.meta.translated;
    Some(Shared {
        title: page.meta.title,
        description: page.meta.description,
        lang: if translated { lang.tag() } else { Lang::Hans.tag() }.to_owned(),
        address: format!("{}{path}", app.config.public_url),
        picture: picture_of(&app.library(), &route),
        code: format!("/share/code.png?of={encoded}"),
        path,
    })
}

/// The route of an address of this site that is the same for everybody. Queries are left out: they hold what one
/// person looked for.
fn shareable(address: &str) -> Option<(Lang, Route)> {
    let path = address.split(['?', '#']).next().filter(|path| path.starts_with('/') && !path.starts_with("//"))?;
    // Pages about this visit stand for the site as a whole.
    if matches!(path, "/settings" | "/share" | DEMO) {
        return Some((Lang::Hans, Route::Home));
    }
    Route::parse(path, "").filter(|(_, route)| !matches!(route, Route::FollowUp(..) | Route::HomeCareRequest(_)))
}

/// The path of the picture on a page's share card.
pub fn picture_of(library: &Library, route: &Route) -> String {
    let icon = |area: Area, id: &str, other: &'static str| {
        let icon = library.hans.entry(area, id).map(|entry| entry.card.icon.clone());
        icon.filter(|icon| !icon.is_empty()).unwrap_or_else(|| other.to_owned())
    };
    let icon = match route {
        Route::Home => return "/share.png".to_owned(),
        Route::Topics | Route::Search(_) => "screen".to_owned(),
        Route::Topic(id) | Route::Decision(id) => icon(Area::Topics, id.as_str(), "screen"),
        Route::Results(_) => "letter".to_owned(),
        Route::Result(id) => icon(Area::Results, id.as_str(), "letter"),
        Route::Programmes | Route::FollowUpEntry | Route::FollowUp(..) => "calendar".to_owned(),
        Route::Programme(id) => icon(Area::Programmes, id.as_str(), "calendar"),
        Route::GuidanceList => "book".to_owned(),
        Route::Guidance(id) => icon(Area::Guidance, id.as_str(), "book"),
        Route::Checks | Route::Plan => "check".to_owned(),
        Route::Check(id) => library
            .check(id.as_str())
            .map(|entry| entry.card.icon.clone())
            .filter(|icon| !icon.is_empty())
            .unwrap_or_else(|| "check".to_owned()),
        Route::HomeCare | Route::HomeCareRequest(_) => "phone".to_owned(),
        Route::Clinics(_) | Route::Clinic(_) => "pin".to_owned(),
        Route::Privacy => "lock".to_owned(),
    };
    format!("/share/card/{icon}.png")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_are_the_same_for_everybody_are_shared() {
        let printed = |address: &str| shareable(address).map(|(lang, route)| route.path(lang));
        for (address, path) in [
            ("/", Some("/")),
            ("/en", Some("/en")),
            ("/hant/screening/lung", Some("/hant/screening/lung")),
            ("/clinics?service=lung&city=%E6%B2%A7", Some("/clinics")),
            ("/results?q=HPV16", Some("/results")),
            ("/screening/lung#prepare", Some("/screening/lung")),
            ("/f", Some("/f")),
            ("/f/00000000000000000000000000", None),
            ("/en/f/00000000000000000000000000?view=cancel", None),
            ("/f/short", None),
            ("/staff", None),
            ("/settings", Some("/")),
            ("/share?of=/f/00000000000000000000000000", Some("/")),
            ("//evil.example", None),
            ("https://evil.example/screening", None),
            ("screening/lung", None),
            ("", None),
        ] {
            assert_eq!(printed(address).as_deref(), path, "{address}");
        }
    }
}
