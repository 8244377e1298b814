//! What the last form of a link, or of the console, did, or why it was refused: told once, on the page that the form leads
//! to. It travels in a sealed cookie of two minutes that this page takes back, so that an address which is opened again,
//! kept or passed on tells nothing that is no longer so. Beside it stands what was typed, so that a refused form is not
//! emptied.

use crate::app::App;
use crate::visitor::{SET_COOKIE, TOLD, Visitor, end_cookie, session_cookie};
use axum::http::HeaderValue;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zaoshai_contract::followups::News;
use zaoshai_contract::staff::confirm::Told;

/// How long it may be told: 2 minutes, for a slow network.
const FRESH_MS: i64 = 2 * 60_000;
/// Most bytes of what is kept, written as JSON: a browser takes a cookie of 4 KB, and sealing doubles them.
const MOST_KEPT: usize = 1850;

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    /// The end of the query that it belongs to.
    tail: String,
    until: i64,
    news: T,
}

/// The cookie for the page of a link whose address ends in `tail`.
pub fn keep(app: &App, link: &str, tail: &str, mut news: News) -> HeaderValue {
    while serde_json::to_string(&news).map_or(0, |text| text.len()) > MOST_KEPT && news.typed.pop().is_some() {}
    sealed(app, link, tail, news)
}

/// The cookie for a page of the console, by its path.
pub fn keep_done(app: &App, path: &str, told: &Told) -> HeaderValue {
    sealed(app, path, "", told)
}

fn sealed<T: Serialize>(app: &App, place: &str, tail: &str, news: T) -> HeaderValue {
    let kept = Kept { tail: tail.to_owned(), until: app.now().0 + FRESH_MS, news };
    let text = serde_json::to_string(&kept).unwrap_or_default();
    session_cookie(app, TOLD, app.secrets.seal("told", place, &text))
}

/// What is to be told on a page of this link with this query, if its form was sent just now.
pub fn read(app: &App, visitor: &Visitor, link: &str, query: &str) -> Option<News> {
    opened(app, visitor, link, query)
}

/// What is to be told on a page of the console, likewise.
pub fn done(app: &App, visitor: &Visitor, path: &str) -> Option<Told> {
    opened(app, visitor, path, "")
}

fn opened<T: DeserializeOwned>(app: &App, visitor: &Visitor, place: &str, query: &str) -> Option<T> {
    let text = app.secrets.open("told", place, visitor.told.as_deref()?).ok()?;
    let kept: Kept<T> = serde_json::from_str(&text).ok()?;
    // The app asks for the same page with its language behind the query.
    let fits = kept.tail.is_empty() || format!("&{query}&").contains(&format!("&{}&", kept.tail));
    (kept.until > app.now().0 && fits).then_some(kept.news)
}

/// Takes the cookie back, with the page on which it was told.
pub fn forget(visitor: &Visitor, mut response: Response) -> Response {
    if visitor.told.is_some() {
        response.headers_mut().append(SET_COOKIE, end_cookie(TOLD));
    }
    response
}
