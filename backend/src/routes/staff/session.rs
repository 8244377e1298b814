//! Signing in and out.

use super::{drafts, html, told};
use crate::app::App;
use crate::db::log::{self, Object};
use crate::db::staff::{Password, SignIn, StaffSession};
use crate::db::tries::{Limit, Turn};
use crate::demonstration::Demonstration;
use crate::demonstration::accounts::Account;
use crate::failures::Result;
use crate::routes::body::{Form, JsonBody};
use crate::routes::frame::Sender;
use crate::secrets;
use crate::visitor::{DEVICE, SET_COOKIE, STAFF, Visitor, end_cookie, lasting_cookie, session_cookie};
use axum::extract::{FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::draft::DRAFT;
use zaoshai_contract::staff::{LoginRequest, Staff, StaffPage};

/// Where the console begins.
const HOME: &str = "/staff";

/// How long somebody stays signed in who does nothing: a shift of 12 hours. Whoever works stays in.
const SESSION_MS: i64 = 12 * 3_600_000;
/// How much of that must be over before a session that is used is made longer, so that not every page writes.
const EXTEND_AFTER_MS: i64 = 10 * 60_000;

/// How long wrong passwords count: 15 minutes.
const WAIT_MS: i64 = 15 * 60_000;
/// Wrong passwords from one address for one account, before that address waits.
const WRONG_FROM_ONE: i64 = 5;
/// Wrong passwords in a browser in which the account has signed in before.
const WRONG_IN_KNOWN: i64 = 10;
/// Wrong passwords within a minute from one address for all accounts that have not signed in there before: a whole
/// hospital may stand behind it, and among them somebody who tries everything.
const WRONG_FROM_ALL: i64 = 30;
/// How long those count. Who is new at an address waits no longer once the tries have ended.
const BURST_MS: i64 = 60_000;
/// Wrong passwords for one account from all addresses, before only browsers that it knows are let in.
const WRONG_ANYWHERE: i64 = 50;

/// A hash that no password fits, checked for unknown names so that they take as long as known ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$5WOxbGUXPD8vB0vNqHhVp0qTTjQ9gd0Ypqcq3rEBHmI";

/// The session of who is signed in, also while their password must be changed.
pub(super) async fn session_of(app: &App, visitor: &Visitor) -> Result<StaffSession> {
    let hash = secrets::hash(visitor.staff.as_ref().ok_or(Code::SignInFirst)?);
    let now = app.now();
    let session = app.db.staff_session(&hash, now).await?.ok_or(Code::SignInFirst)?;
    let until = Moment(now.0 + SESSION_MS);
    if session.until.0 + EXTEND_AFTER_MS < until.0 {
        app.db.extend_staff_session(&hash, until).await?;
    }
    log::sits(&session.staff, now);
    Ok(session)
}

/// Who is signed in, to be named on a page that lets them do nothing.
pub(super) async fn named(app: &App, visitor: &Visitor) -> Option<Staff> {
    let hash = secrets::hash(visitor.staff.as_ref()?);
    Some(app.db.staff_session(&hash, app.now()).await.ok()??.staff)
}

/// Who is signed in. Somebody whose password others have seen changes it before anything else.
pub(super) async fn signed_in(app: &App, visitor: &Visitor) -> Result<Staff> {
    let session = session_of(app, visitor).await?;
    match session.password {
        Password::Own => Ok(session.staff),
        Password::Given => Err(Code::ChangePassword.into()),
    }
}

/// Who is signed in. A request of somebody who is not leads to the login page, and a page they asked for from there to it.
pub struct SignedIn(pub Staff);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Response> {
        let visitor = Visitor::read(parts.uri.path(), parts.uri.query().unwrap_or(""), &parts.headers);
        match signed_in(app, &visitor).await {
            Ok(staff) => Ok(Self(staff)),
            Err(failure) if failure.code == Code::SignInFirst => {
                let wanted = parts.uri.path_and_query().map_or("", |wanted| wanted.as_str());
                let way = if parts.method == Method::GET && wanted != HOME {
                    let to = form_urlencoded::byte_serialize(wanted.as_bytes()).collect::<String>();
                    format!("/staff/login?to={to}")
                } else {
                    "/staff/login".to_owned()
                };
                Err(Redirect::to(&way).into_response())
            }
            Err(failure) if failure.code == Code::ChangePassword => {
                Err(Redirect::to("/staff/password").into_response())
            }
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// Where a login leads: the console's page that was asked for, and never out of the console.
fn way_on(to: &str) -> &str {
    let inside = to.strip_prefix(HOME).is_some_and(|rest| rest.starts_with(['/', '?']) && !rest.starts_with("/login"));
    // A draft of another account, or an old one, leads nowhere.
    let inside = inside && !to.starts_with(DRAFT) && !to.to_ascii_lowercase().replace("%2e", ".").contains("..");
    if inside && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') { to } else { HOME }
}

/// Which of the limits is that of an address.
const ADDRESS: usize = 1;

/// By what an account is known where somebody tries to sign in.
enum Known {
    /// By the browser, in which it has signed in before.
    Browser(String),
    /// By the address, from which it has.
    Place,
    /// By nothing.
    Not,
}

/// What a try at an account is counted under. A browser or an address from which it has signed in before counts by
/// itself, so that no stranger's tries at other accounts, or from other addresses, shut it out. The name as it was typed
/// counts, whether there is such an account or not.
fn limits(app: &App, name: &str, known: &Known, sender: Sender) -> Vec<Limit> {
    let limit = |kind: &str, text: &str, most: i64, window_ms: i64| Limit {
        key: app.secrets.finder(kind, text),
        most,
        window_ms,
    };
    if let Known::Browser(device) = known {
        return vec![limit("sign-in-device", &format!("{name}/{device}"), WRONG_IN_KNOWN, WAIT_MS)];
    }
    let address = sender.key(app);
    let one = limit("sign-in-one", &format!("{name}/{address}"), WRONG_FROM_ONE, WAIT_MS);
    if let Known::Place = known {
        return vec![one];
    }
    vec![
        one,
        limit("sign-in-address", &address, WRONG_FROM_ALL, BURST_MS),
        limit("sign-in-account", name, WRONG_ANYWHERE, WAIT_MS),
    ]
}

/// Whether a password fits a hash, checked off the threads that answer.
pub(super) async fn fits(app: &App, password: String, hash: String) -> Result<bool> {
    let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
    let checked = tokio::task::spawn_blocking(move || secrets::password_fits(&password, &hash)).await;
    Ok(checked.map_err(anyhow::Error::from)?)
}

/// Checks name and password; gives the cookies of a session and of the browser. An account that is unknown, shut or tried
/// too often gets one answer after one time: the password is always checked, if need be against nobody's. Only an address
/// that tries everything is not worth that work; it learns at most which accounts have signed in from there.
async fn sign_in(app: &App, visitor: &Visitor, sender: Sender, request: LoginRequest) -> Result<[HeaderValue; 2]> {
    let now = app.now();
    let name = request.name.trim().to_owned();
    let account = app.db.account(&name).await?;
    let browser = visitor.device.as_deref().filter(|device| secrets::is_secret(device));
    let place = app.secrets.finder("sign-in-place", &format!("{name}/{}", sender.key(app)));
    let known = match browser.map(secrets::hash) {
        Some(device) if app.db.knows_device(&name, &device).await? => Known::Browser(device),
        _ if app.db.knows_device(&name, &place).await? => Known::Place,
        _ => Known::Not,
    };
    let limits = limits(app, &name, &known, sender);
    let turn = app.db.take_try(&limits, now).await?;
    if turn == Turn::Spent(ADDRESS) {
        return Err(Code::WrongLogin.into());
    }
    let usable = account.as_ref().filter(|account| account.disabled == 0 && turn == Turn::Free);
    let hash = usable.map_or(NOBODY, |account| &account.password_hash).to_owned();
    let fits = fits(app, request.password, hash).await?;
    let (Some(account), true) = (usable, fits) else {
        if turn == Turn::Free {
            app.db.note_refused_sign_in(account.as_ref(), &app.library().hospital, now).await?;
        }
        return Err(Code::WrongLogin.into());
    };
    open(app, &account.name, browser, &place, &limits).await
}

/// Opens a session of an account that may come in; gives the cookies of it and of the browser.
async fn open(app: &App, name: &str, browser: Option<&str>, place: &str, limits: &[Limit]) -> Result<[HeaderValue; 2]> {
    let now = app.now();
    let secret = secrets::session_secret();
    let browser = browser.map_or_else(secrets::session_secret, str::to_owned);
    let sign_in = SignIn {
        name,
        session: &secrets::hash(&secret),
        until: Moment(now.0 + SESSION_MS),
        device: &secrets::hash(&browser),
        place,
        now,
    };
    if !app.db.open_staff_session(&sign_in, limits).await? {
        return Err(Code::WrongLogin.into());
    }
    Ok([session_cookie(app, STAFF, secret), lasting_cookie(app, DEVICE, browser)])
}

/// Signs in an account of the demonstration without its password. Only a server that was started as a demonstration, on a
/// database that it made itself, has a [`Demonstration`] to show for it, and only its accounts are an [`Account`].
pub(in crate::routes) async fn enter(
    app: &App,
    _: &Demonstration,
    visitor: &Visitor,
    sender: Sender,
    account: &Account,
) -> Result<[HeaderValue; 2]> {
    let browser = visitor.device.as_deref().filter(|device| secrets::is_secret(device));
    let place = app.secrets.finder("sign-in-place", &format!("{}/{}", account.name(), sender.key(app)));
    let cookies = open(app, account.name(), browser, &place, &[]).await?;
    end_former(app, visitor).await?;
    Ok(cookies)
}

/// Ends the session that the one just opened takes the place of in this browser: nobody can come back to it.
async fn end_former(app: &App, visitor: &Visitor) -> Result<()> {
    if let Some(secret) = &visitor.staff {
        app.db.end_staff_session(&secrets::hash(secret)).await?;
    }
    Ok(())
}

async fn sign_out(app: &App, visitor: &Visitor) -> Result<HeaderValue> {
    match session_of(app, visitor).await {
        Ok(_) => log::does("sign-out", Object::None),
        Err(failure) if failure.code == Code::SignInFirst => {}
        Err(failure) => return Err(failure),
    }
    if let Some(secret) = &visitor.staff {
        app.db.end_staff_session(&secrets::hash(secret)).await?;
    }
    Ok(end_cookie(STAFF))
}

/// `GET /staff/login`
pub(super) async fn login(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let to = value_of(&query.unwrap_or_default(), "to").unwrap_or_default();
    // A draft comes with the answer to its form and by no address that somebody passes on.
    let to = if to.starts_with(DRAFT) { String::new() } else { to };
    html(&app, "登录", StatusCode::OK, &StaffPage::Login { name: String::new(), to, problem: None })
}

/// `POST /staff/login`
pub(super) async fn login_form(
    State(app): State<App>,
    visitor: Visitor,
    sender: Sender,
    form: Form,
) -> Result<Response> {
    let request = LoginRequest { name: form.get("name").to_owned(), password: form.get("password").to_owned() };
    let (name, to) = (request.name.clone(), form.get("to").to_owned());
    match sign_in(&app, &visitor, sender, request).await {
        Ok(cookies) => {
            end_former(&app, &visitor).await?;
            let way = match drafts::after_login(&app, &visitor, &name, &to, &cookies[0]).await {
                Some(page) => page,
                None => Redirect::to(way_on(&to)).into_response(),
            };
            Ok((set(cookies), way).into_response())
        }
        Err(failure) if failure.code == Code::WrongLogin => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            Ok(html(&app, "登录", status, &StaffPage::Login { name, to, problem: Some(problem) }))
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /staff/logout`
pub(super) async fn logout_form(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let cookie = sign_out(&app, &visitor).await?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/staff/login")).into_response())
}

pub(in crate::routes) fn set(cookies: [HeaderValue; 2]) -> AppendHeaders<[(HeaderName, HeaderValue); 2]> {
    AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie)))
}

/// Signs in; the answer's cookies are the session and what the browser is known by. Whoever errs often waits, with the
/// same answer.
#[utoipa::path(
    post, path = "/api/v1/staff/session", tag = "staff", request_body = LoginRequest,
    responses(
        (status = 204, description = "Signed in; a cookie holds until 12 hours after its last use"),
        (status = 401, description = "`wrong-login`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn login_json(
    State(app): State<App>,
    visitor: Visitor,
    sender: Sender,
    JsonBody(request): JsonBody<LoginRequest>,
) -> Result<Response> {
    let cookies = sign_in(&app, &visitor, sender, request).await?;
    end_former(&app, &visitor).await?;
    Ok((StatusCode::NO_CONTENT, set(cookies)).into_response())
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/staff/session", tag = "staff", responses((status = 204, description = "Signed out"))
)]
pub async fn logout_json(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let cookie = sign_out(&app, &visitor).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
