//! Settings that the phone keeps in cookies: size of type and colours.

use super::body::Form;
use super::pages;
use crate::app::App;
use crate::content::Edition;
use crate::visitor::{SET_COOKIE, Visitor, contrast_cookie, contrast_of, size_cookie, size_of};
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use zaoshai_contract::page::Meta;
use zaoshai_contract::route::{Lang, value_of};

/// `POST /settings`: sets what the form holds and goes back to the page it was set on, or to the settings themselves.
pub async fn change(form: Form) -> Response {
    let mut cookies = Vec::new();
    if !form.get("size").is_empty() {
        cookies.push((SET_COOKIE, size_cookie(size_of(form.get("size")))));
    }
    if !form.get("contrast").is_empty() {
        cookies.push((SET_COOKIE, contrast_cookie(contrast_of(form.get("contrast")))));
    }
    let back = local_path(form.get("back"));
    // The form of the settings page names its language; the button of the header does not.
    let to = match Lang::from_tag(form.get("page")) {
        Some(lang) => {
            let back = form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>();
            format!("{}/settings?saved=1&back={back}", lang.prefix())
        }
        None => back.to_owned(),
    };
    (AppendHeaders(cookies), Redirect::to(&to)).into_response()
}

/// `GET /settings`: size of type and colours as a form.
pub async fn show(State(app): State<App>, visitor: Visitor, uri: Uri) -> Response {
    let query = uri.query().unwrap_or("");
    let back =
        value_of(query, "back").map_or_else(|| came_from(&app, &visitor.headers), |back| local_path(&back).to_owned());
    let title = zaoshai_app::text::words(visitor.lang).reading_settings;
    let library = app.library();
    let meta = Meta {
        title: title.to_owned(),
        description: title.to_owned(),
        lang: visitor.lang.tag().to_owned(),
        translated: true,
        path: "/settings".to_owned(),
        demonstration: library.demonstration,
        demo: library.edition == Edition::Demonstration,
        hospital: app.hospital(&library),
    };
    let saved = value_of(query, "saved").is_some();
    pages::plain(&app, &visitor, &meta, &zaoshai_app::render_settings(&meta, visitor.reading, &back, saved))
}

/// The page of this site that the visitor came from; the first page when she came from elsewhere.
fn came_from(app: &App, headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("");
    let path = referer.strip_prefix(app.config.public_url.as_str()).unwrap_or("");
    if path.contains("/settings") { "/".to_owned() } else { local_path(path).to_owned() }
}

/// The path if it leads to this site, else the first page.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (path, local) in [
            ("/screening/lung", "/screening/lung"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nb", "/"),
            ("", "/"),
        ] {
            assert_eq!(local_path(path), local, "{path:?}");
        }
    }
}
