//! What happens around every request: an id, a log line without personal data, a time limit, the check of the origin,
//! security headers, and failures turned into a page or a problem document.

use super::{address, back, pages};
use crate::app::App;
use crate::db::log;
use crate::encoding;
use crate::failures::Failure;
use crate::html::Reading;
use crate::secrets;
use crate::visitor::{Visitor, style_cookie};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use zaoshai_contract::problem::Code;
use zaoshai_contract::route::Route;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(20);
/// How long it may take when a file comes first.
const UPLOAD_LIMIT: Duration = Duration::from_secs(80);
/// Only our own files, nothing inline but the style sheet itself, no frames around us.
const POLICY: [&str; 2] = [
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' ",
    "; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
];

/// What every part of an answer may ask about the request under way.
struct UnderWay {
    id: String,
    reading: Reading,
    style: Option<String>,
}

tokio::task_local! {
    static REQUEST: UnderWay;
}

/// The id of the request under way, or of the round of the clock; empty outside of one.
pub fn request_id() -> String {
    REQUEST.try_with(|request| request.id.clone()).unwrap_or_default()
}

/// How whoever asks reads: the usual outside of a request.
pub fn reading() -> Reading {
    REQUEST.try_with(|request| request.reading).unwrap_or_default()
}

/// The version of the style sheet that the browser was sent which asks.
pub fn sent_style() -> Option<String> {
    REQUEST.try_with(|request| request.style.clone()).ok().flatten()
}

/// Does work of the clock under an id of its own, so that the log's lines about it are found together.
pub async fn under_an_id<T>(work: impl Future<Output = T>) -> T {
    let round = UnderWay { id: secrets::fresh_id()[..16].to_owned(), reading: Reading::default(), style: None };
    REQUEST.scope(round, work).await
}

impl IntoResponse for Failure {
    /// A bare answer that carries the failure; [`finish`] gives it words.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The outermost layer.
pub async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = secrets::fresh_id()[..16].to_owned();
    let route = format!("{} {}", request.method(), name(&request));
    let Visitor { reading, style, .. } = Visitor::read("", "", request.headers());
    let answer = answer(app, request, next, id.clone());
    REQUEST.scope(UnderWay { id, reading, style }, log::at_a_desk(&route, answer)).await
}

async fn answer(app: App, mut request: Request, next: Next, id: String) -> Response {
    let begun = Instant::now();
    *request.uri_mut() = address::without_null(std::mem::take(request.uri_mut()));
    let method = request.method().clone();
    let uri = request.uri().clone();
    let headers = request.headers().clone();
    let route = name(&request);
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let limit = if kind.starts_with(b"multipart/") { UPLOAD_LIMIT } else { LIMIT };
    let mut response = match address::refusal(&uri) {
        Some(code) => Failure::from(code).into_response(),
        None => {
            let running = AssertUnwindSafe(tokio::time::timeout(limit, next.run(request)));
            match futures_util::FutureExt::catch_unwind(running).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => Failure::from(Code::TimedOut).into_response(),
                // The panic itself is in the log already, by the hook that the server sets.
                Err(_) => Failure::from(Code::Internal).into_response(),
            }
        }
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>().or_else(|| unworded(&response)) {
        if let Some(cause) = &failure.cause {
            let code = failure.code.as_str();
            // Somebody must look into what is our fault; anybody can send what does not read.
            if failure.is_ours() {
                tracing::error!(request = id, route, code, cause, "failed");
            } else {
                tracing::info!(request = id, route, code, cause, "refused");
            }
        }
        response = in_words(&app, &failure, &uri, &headers, &id).await;
    }
    dress(&app, &mut response, &uri, &id);
    let status = response.status().as_u16();
    let ms = begun.elapsed().as_millis() as u64;
    tracing::info!(request = id, method = method.as_str(), route, status, ms, "answered");
    response
}

/// The name of a route for the log: a pattern, never the address, which may hold a token.
fn name(request: &Request) -> String {
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        return path.as_str().to_owned();
    }
    let uri = request.uri();
    match Route::parse(uri.path(), "") {
        Some((_, Route::FollowUp(..))) => "/f/{token}".to_owned(),
        Some((_, Route::HomeCareRequest(_))) => "/home-care/{token}".to_owned(),
        Some((lang, route)) => route.path(lang),
        None => "other".to_owned(),
    }
}

/// The failure behind an answer that a library made, in words that nobody should have to read.
fn unworded(response: &Response) -> Option<Failure> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let status = response.status();
    if !(kind.is_empty() || kind.starts_with("text/plain")) {
        return None;
    }
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
        StatusCode::REQUEST_TIMEOUT => Code::TooSlow,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::URI_TOO_LONG => Code::TooLong,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMedia,
        StatusCode::UNPROCESSABLE_ENTITY => Code::BadBody,
        // Whoever asks with conditions or for ranges understands the bare answer.
        StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE => return None,
        _ if status.is_client_error() => Code::BadRequest,
        _ if status.is_server_error() => Code::Internal,
        _ => return None,
    };
    Some(code.into())
}

/// What is answered where an address does not take a method: what it takes when that was the question, and the page of
/// a form whose address was opened again. It stands around the router, which says last of all what an address takes.
pub async fn other_methods(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let reads = matches!(method, Method::GET | Method::HEAD);
    let page = reads.then(|| back::page_of(request.uri().path())).flatten();
    let mut response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok()).unwrap_or("GET,HEAD");
    let page = page.filter(|_| allow.contains("POST"));
    let allow = HeaderValue::from_str(&format!("{allow},OPTIONS"));
    if method == Method::OPTIONS || page.is_some() {
        let mut headers = std::mem::take(response.headers_mut());
        for about_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::VARY] {
            headers.remove(about_body);
        }
        let plain =
            page.map_or_else(|| StatusCode::NO_CONTENT.into_response(), |page| Redirect::to(&page).into_response());
        headers.extend(plain.headers().clone());
        response = plain;
        *response.headers_mut() = headers;
    }
    if let Ok(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

async fn in_words(app: &App, failure: &Failure, uri: &Uri, headers: &HeaderMap, id: &str) -> Response {
    let problem = failure.problem(&app.phone(), id);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if uri.path().starts_with("/api/") {
        let body = serde_json::to_string(&problem).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    } else {
        let visitor = Visitor::read(uri.path(), uri.query().unwrap_or(""), headers);
        let html = if uri.path().starts_with("/staff") {
            super::staff::problem_page(app, &visitor, problem).await
        } else {
            pages::problem_page(app, &visitor, problem)
        };
        (status, html).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = retry_after(failure.code) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
    }
    response
}

/// After how many seconds another try may help.
pub(super) fn retry_after(code: Code) -> Option<&'static str> {
    match code {
        Code::Unavailable | Code::TimedOut => Some("30"),
        Code::TooMany => Some("60"),
        Code::TooManyFromHere => Some("3600"),
        _ => None,
    }
}

fn dress(app: &App, response: &mut Response, uri: &Uri, id: &str) {
    let lasts = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(HeaderName::from_static("x-request-id"), id);
    let style = app.shell.style.as_ref();
    set(header::CONTENT_SECURITY_POLICY, &POLICY.join(style.map_or("", |style| &style.source)));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Same-origin, and not no-referrer: with that some browsers send forms with `Origin: null`.
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), "geolocation=(self), camera=(), microphone=()");
    if app.secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // A redirect or a cookie is for one visit, whatever the address looks like.
        let lasting = match (lasts && !headers.contains_key(header::SET_COOKIE), is_hashed(uri.path())) {
            (true, true) => "public, max-age=31536000, immutable",
            (true, false) => "no-cache",
            (false, _) => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let Some(sent) = app.shell.style.as_ref().filter(|sent| is_page && sent_style().as_ref() != Some(&sent.version))
    {
        headers.append(header::SET_COOKIE, style_cookie(&sent.version));
    }
}

/// Whether a file's name holds a hash of its content: eight or more hexadecimal digits between hyphens, `_` or dots.
fn is_hashed(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or("");
    file.contains('.')
        && file.split(['-', '.', '_']).any(|part| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Refuses what no answer can be sent to, writes that come from other sites, and floods of writes from one address.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if encoding::choose(request.headers()).is_none() {
        return Failure::from(Code::NotAcceptable).into_response();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    if !own_origin(&app, request.headers()) {
        return Failure::from(Code::ForeignOrigin).into_response();
    }
    if !within_limit(&app, &request) {
        return Failure::from(Code::TooMany).into_response();
    }
    let sender = Sender(sender(&app, &request));
    request.extensions_mut().insert(sender);
    next.run(request).await
}

/// The address that a write comes from; none where nobody knows it.
#[derive(Clone, Copy, Debug)]
pub struct Sender(Option<IpAddr>);

impl Sender {
    /// A keyed hash of the address, for what is counted by address.
    pub fn key(self, app: &App) -> String {
        app.secrets.finder("address", &self.0.map(|address| address.to_string()).unwrap_or_default())
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

/// Browsers name the origin of a write. Programs that are no browsers do not, and carry no cookies of anybody else.
fn own_origin(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return headers.get("sec-fetch-site").is_none_or(|site| {
            site == HeaderValue::from_static("same-origin") || site == HeaderValue::from_static("none")
        });
    };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    origin == app.config.public_url || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}

fn within_limit(app: &App, request: &Request) -> bool {
    match (&app.writes, sender(app, request)) {
        (Some(limiter), Some(address)) => limiter.check_key(&address).is_ok(),
        _ => true,
    }
}

/// The address that a request counts for.
fn sender(app: &App, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    address::sender(app.config.proxy, request.headers(), peer)
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_files_named_by_their_content_are_kept_for_good() {
        for (path, hashed) in [
            ("/zaoshai-app-4f5e6d7c8b9a0f1e_bg.wasm", true),
            ("/loader-0a1b2c3d4e5f.js", true),
            ("/style-deadbeef.css", true),
            ("/loader.js", false),
            ("/favicon.svg", false),
            ("/f/0123456789abcdef", false),
        ] {
            assert_eq!(is_hashed(path), hashed, "{path}");
        }
    }
}
