//! Who asks: language, size of type, cookies and the wish to save data, read once from the request.

use crate::app::App;
use crate::html::{Contrast, Loading, Reading, TextSize};
use crate::secrets;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::convert::Infallible;
use zaoshai_contract::route::{Lang, value_of};

/// The cookie of large type.
pub const SIZE: &str = "zs_size";
/// The cookie of strong colours.
pub const CONTRAST: &str = "zs_contrast";
/// The cookie of opened follow-ups.
pub const PATIENT: &str = "zs_followup";
/// The cookie of opened requests for nursing at home.
pub const HOME_CARE: &str = "zs_home_care";
/// The cookie of what the last form did, which the next page tells once.
pub const TOLD: &str = "zs_told";
/// The cookie of the style sheet that the browser was sent.
pub const STYLE: &str = "zs_style";
/// The cookie of a signed-in nurse.
pub const STAFF: &str = "zs_staff";

/// The cookie by which a browser is known in which somebody has signed in.
pub const DEVICE: &str = "zs_device";

/// Most links that are open at once in a browser.
const MOST_OPENED: usize = 4;

/// The links that are open in a browser, by the secrets of their sessions, the latest first: whoever looks after two
/// parents goes from one to the other without proving again that they may.
#[derive(Clone, Debug, Default)]
pub struct Opened(Vec<String>);

impl Opened {
    fn read(cookie: &str) -> Self {
        Self(cookie.split('.').filter(|text| secrets::is_secret(text)).take(MOST_OPENED).map(str::to_owned).collect())
    }

    /// What the database knows of each.
    pub fn hashes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|secret| secrets::hash(secret))
    }

    /// The cookie that has one more open. The former session of the same link, whose hash is `former`, and the oldest of too
    /// many are left out: their hashes are given, and the server ends them.
    pub fn with(
        &self,
        app: &App,
        name: &'static str,
        secret: &str,
        former: Option<&str>,
    ) -> (HeaderValue, Vec<String>) {
        let (same, others): (Vec<&String>, Vec<&String>) =
            self.0.iter().partition(|secret| former == Some(&secrets::hash(secret)));
        let kept = others.iter().take(MOST_OPENED - 1).map(|secret| secret.as_str());
        let open: Vec<&str> = std::iter::once(secret).chain(kept).collect();
        let out = same.into_iter().chain(others.into_iter().skip(MOST_OPENED - 1));
        (session_cookie(app, name, open.join(".")), out.map(|secret| secrets::hash(secret)).collect())
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The language of the address, or of `?lang=` on the API.
    pub lang: Lang,
    /// Size of type and colours.
    pub reading: Reading,
    /// Whether the page should load the app.
    pub loading: Loading,
    /// The follow-ups that are open here.
    pub followups: Opened,
    /// The requests for nursing at home that are open here.
    pub home_care: Opened,
    /// What the last form did, sealed.
    pub told: Option<String>,
    /// The secret of a staff session.
    pub staff: Option<String>,
    /// What the browser is known by, once somebody has signed in in it.
    pub device: Option<String>,
    /// The version of the style sheet that the browser was sent.
    pub style: Option<String>,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl Visitor {
    /// Reads a request's address and headers.
    pub fn read(path: &str, query: &str, headers: &HeaderMap) -> Self {
        let jar = CookieJar::from_headers(headers);
        let cookie = |name: &str| jar.get(name).map(|cookie| cookie.value().to_owned());
        let prefixed = Lang::ALL.into_iter().find(|lang| {
            *lang != Lang::Hans
                && path.strip_prefix(lang.prefix()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let asked = path.starts_with("/api/").then(|| value_of(query, "lang")).flatten();
        let saves = headers.get("save-data").is_some_and(|value| value == HeaderValue::from_static("on"));
        Self {
            lang: prefixed.or_else(|| Lang::from_tag(&asked?)).unwrap_or_default(),
            reading: Reading {
                size: size_of(cookie(SIZE).as_deref().unwrap_or_default()),
                contrast: contrast_of(cookie(CONTRAST).as_deref().unwrap_or_default()),
            },
            loading: if saves { Loading::HtmlOnly } else { Loading::App },
            followups: Opened::read(cookie(PATIENT).as_deref().unwrap_or_default()),
            home_care: Opened::read(cookie(HOME_CARE).as_deref().unwrap_or_default()),
            told: cookie(TOLD),
            staff: cookie(STAFF),
            device: cookie(DEVICE),
            style: cookie(STYLE),
            headers: headers.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.path(), parts.uri.query().unwrap_or(""), &parts.headers))
    }
}

/// A cookie that scripts cannot read and other sites cannot send with a write.
/// It ends with the browser's session; the server ends it earlier.
pub fn session_cookie(app: &App, name: &'static str, value: String) -> HeaderValue {
    set(&Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(app.secure()).build())
}

/// A cookie like [`session_cookie`] that outlasts the browser's session, for as long as the browser keeps one.
pub fn lasting_cookie(app: &App, name: &'static str, value: String) -> HeaderValue {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(app.secure());
    set(&cookie.permanent().build())
}

/// Takes a cookie back.
pub fn end_cookie(name: &'static str) -> HeaderValue {
    let mut cookie = Cookie::build((name, "")).path("/").http_only(true).same_site(SameSite::Lax).build();
    cookie.make_removal();
    set(&cookie)
}

/// The size of type that a word names; what is no size is the usual one.
pub fn size_of(word: &str) -> TextSize {
    match word {
        "elder" => TextSize::Elder,
        "largest" => TextSize::Largest,
        _ => TextSize::Normal,
    }
}

/// The colours that a word names, likewise.
pub fn contrast_of(word: &str) -> Contrast {
    if word == "more" { Contrast::More } else { Contrast::Usual }
}

/// The cookie of the size of type, kept for a year. Scripts may read it: the app changes it without a round trip.
pub fn size_cookie(size: TextSize) -> HeaderValue {
    for_a_year(
        SIZE,
        match size {
            TextSize::Normal => "normal",
            TextSize::Elder => "elder",
            TextSize::Largest => "largest",
        },
    )
}

/// The cookie of the colours, likewise.
pub fn contrast_cookie(contrast: Contrast) -> HeaderValue {
    for_a_year(
        CONTRAST,
        match contrast {
            Contrast::Usual => "usual",
            Contrast::More => "more",
        },
    )
}

/// The cookie of the style sheet that was sent inside a page, likewise: the next page links it.
pub fn style_cookie(version: &str) -> HeaderValue {
    for_a_year(STYLE, version)
}

fn for_a_year(name: &str, value: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax"))
        .expect("letters are a header value")
}

fn set(cookie: &Cookie<'_>) -> HeaderValue {
    HeaderValue::from_str(&cookie.to_string()).expect("our cookies are hexadecimal digits")
}

/// The header that carries a cookie.
pub const SET_COOKIE: header::HeaderName = header::SET_COOKIE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_size_and_wishes_are_read() {
        let (one, other) = ("0a".repeat(32), "9f".repeat(32));
        let cookies = format!("zs_size=elder; zs_contrast=more; zs_followup={one}.what-is-no-secret.{other}");
        let headers: HeaderMap = [(header::COOKIE, cookies.as_str())]
            .into_iter()
            .map(|(name, value)| (name, HeaderValue::from_str(value).expect("a header")))
            .chain([(header::HeaderName::from_static("save-data"), HeaderValue::from_static("on"))])
            .collect();
        let visitor = Visitor::read("/en/screening", "", &headers);
        let reading = Reading { size: TextSize::Elder, contrast: Contrast::More };
        assert_eq!((visitor.lang, visitor.reading, visitor.loading), (Lang::En, reading, Loading::HtmlOnly));
        assert_eq!(visitor.followups.0, [one, other], "whatever else stands there is not handed on");
        for (path, query, lang) in [
            ("/api/v1/home", "lang=zh-Hant", Lang::Hant),
            ("/api/v1/home", "lang=xx", Lang::Hans),
            ("/screening", "lang=en", Lang::Hans),
            ("/english", "", Lang::Hans),
        ] {
            assert_eq!(Visitor::read(path, query, &HeaderMap::new()).lang, lang, "{path}?{query}");
        }
    }
}
