//! Signing in and out.

use super::{html, told};
use crate::app::App;
use crate::failures::Result;
use crate::routes::body::{Form, JsonBody};
use crate::secrets;
use crate::visitor::{SET_COOKIE, STAFF, Visitor, end_cookie, session_cookie};
use axum::extract::{FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::value_of;
use zaoshai_contract::staff::{LoginRequest, Staff, StaffPage};

/// Where the console begins.
const HOME: &str = "/staff";

/// How long a nurse stays signed in: a shift of 12 hours.
const SESSION_MS: i64 = 12 * 3_600_000;

/// A hash that no password fits, checked for unknown names so that they take as long as known ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$5WOxbGUXPD8vB0vNqHhVp0qTTjQ9gd0Ypqcq3rEBHmI";

/// Who is signed in.
pub(super) async fn signed_in(app: &App, visitor: &Visitor) -> Result<Staff> {
    let secret = visitor.staff.as_ref().ok_or(Code::SignInFirst)?;
    let staff = app.db.staff_session(&secrets::hash(secret), app.now()).await?;
    Ok(staff.ok_or(Code::SignInFirst)?)
}

/// Who is signed in. A request of somebody who is not leads to the login page, and a page she asked for from there to it.
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
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// Where a login leads: the console's page that was asked for, and never out of the console.
fn way_on(to: &str) -> &str {
    let inside = to.strip_prefix(HOME).is_some_and(|rest| rest.starts_with('/') && !rest.starts_with("/login"));
    if inside && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') { to } else { HOME }
}

/// Checks name and password; gives the cookie of a session.
async fn sign_in(app: &App, request: LoginRequest) -> Result<HeaderValue> {
    let name = request.name.trim().to_owned();
    let account = app.db.account(&name).await?;
    if account.as_ref().is_some_and(|account| account.locked_until > app.now().0) {
        return Err(Code::AccountLocked.into());
    }
    // A disabled account answers as if there were none.
    let account = account.filter(|account| account.disabled == 0);
    let hash = account.as_ref().map_or(NOBODY, |account| &account.password_hash).to_owned();
    let fits = {
        let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
        tokio::task::spawn_blocking(move || secrets::password_fits(&request.password, &hash))
            .await
            .map_err(anyhow::Error::from)?
    };
    if !fits || account.is_none() {
        app.db.count_wrong_password(&name, app.now()).await?;
        return Err(Code::WrongLogin.into());
    }
    let secret = secrets::session_secret();
    let until = Moment(app.now().0 + SESSION_MS);
    app.db.open_staff_session(&name, &secrets::hash(&secret), until, app.now()).await?;
    Ok(session_cookie(app, STAFF, secret))
}

async fn sign_out(app: &App, visitor: &Visitor) -> Result<HeaderValue> {
    if let Some(secret) = &visitor.staff {
        app.db.end_staff_session(&secrets::hash(secret)).await?;
    }
    Ok(end_cookie(STAFF))
}

/// `GET /staff/login`
pub(super) async fn login(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let to = value_of(&query.unwrap_or_default(), "to").unwrap_or_default();
    html(&app, "登录", StatusCode::OK, &StaffPage::Login { name: String::new(), to, problem: None })
}

/// `POST /staff/login`
pub(super) async fn login_form(State(app): State<App>, form: Form) -> Result<Response> {
    let request = LoginRequest { name: form.get("name").to_owned(), password: form.get("password").to_owned() };
    let (name, to) = (request.name.clone(), form.get("to").to_owned());
    match sign_in(&app, request).await {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], Redirect::to(way_on(&to))).into_response()),
        Err(failure) if matches!(failure.code, Code::WrongLogin | Code::AccountLocked) => {
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

/// Signs in; the answer's cookie is the session.
#[utoipa::path(
    post, path = "/api/v1/staff/session", tag = "staff", request_body = LoginRequest,
    responses(
        (status = 204, description = "Signed in; a cookie holds for 12 hours"),
        (status = 401, description = "`wrong-login`", content_type = "application/problem+json", body = Problem),
        (status = 423, description = "`account-locked`", content_type = "application/problem+json", body = Problem),
    )
)]
pub async fn login_json(State(app): State<App>, JsonBody(request): JsonBody<LoginRequest>) -> Result<Response> {
    let cookie = sign_in(&app, request).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/staff/session", tag = "staff", responses((status = 204, description = "Signed out"))
)]
pub async fn logout_json(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let cookie = sign_out(&app, &visitor).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
