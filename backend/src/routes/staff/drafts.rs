//! What somebody typed is not lost when it cannot be taken: when the session is over, it goes through the login, sealed for
//! the account that typed it; when the server fails, it stands on the page that says so. The server stores none of it, and
//! no script keeps it in the browser.

use super::session::signed_in;
use super::sharing::{self, Share};
use super::{for_staff, html, request_id};
use crate::app::App;
use crate::db::staff::Password;
use crate::failures::Failure;
use crate::routes::body;
use crate::secrets;
use crate::visitor::Visitor;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::staff::draft::{BY, DRAFT, DraftPage, is_typed};
use zaoshai_contract::staff::{Staff, StaffPage};

/// How long a draft can be taken up again: two hours.
const LASTS_MS: i64 = 2 * 3_600_000;
/// Largest sealed draft: well over the longest form, and under what a login may send.
const MOST: usize = 24 * 1024;

/// Forms that are never kept: they hold passwords, or nothing.
const NEVER: [&str; 3] = ["/staff/login", "/staff/logout", "/staff/password"];

/// A form that was not taken.
#[derive(Serialize, Deserialize)]
struct Draft {
    until: i64,
    action: String,
    fields: Vec<(String, String)>,
}

/// Stands before every form of the console.
pub async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let fits = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded"));
    if request.method() != Method::POST || !fits || NEVER.contains(&path.as_str()) {
        return next.run(request).await;
    }
    let visitor = Visitor::read(&path, "", request.headers());
    let (parts, body) = request.into_parts();
    let bytes = match body::whole(body).await {
        Ok(bytes) => bytes,
        Err(failure) => return failure.into_response(),
    };
    let fields: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    let staff = signed_in(&app, &visitor).await;
    let over = staff.as_ref().is_err_and(|failure| failure.code == Code::SignInFirst);
    let by = fields.iter().find(|(name, _)| name == BY).map(|(_, value)| value.clone()).unwrap_or_default();
    if over && !by.is_empty() {
        let owner = owner(&app, &visitor, &by).await;
        return to_login(&app, by, owner, path, fields);
    }
    if let Ok(staff) = &staff
        && !by.is_empty()
        && by != staff.name
    {
        return anothers(&app, &by, staff.clone(), path, fields).await;
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    match response.extensions().get::<Failure>() {
        Some(failure) if matches!(failure.code, Code::Unavailable | Code::Internal) && is_typed(&fields) => {
            failed(&app, failure, staff.ok(), path, fields)
        }
        _ => response,
    }
}

/// Whose a draft is: of an account in a browser in which it has signed in before. Of any other browser none is kept:
/// nobody who is not that account can put a form before it.
async fn owner(app: &App, visitor: &Visitor, name: &str) -> Option<String> {
    let device = secrets::hash(visitor.device.as_deref()?);
    let known = app.db.knows_device(name, &device).await.ok()?;
    known.then(|| [name, "/", &device].concat())
}

/// The login in place of a form's answer, with the form in it for whoever has typed it.
fn to_login(app: &App, by: String, owner: Option<String>, action: String, fields: Vec<(String, String)>) -> Response {
    // Where nothing was typed, the page of the person is all that is wanted.
    let page = action.rsplit_once('/').map(|(page, _)| page.to_owned()).filter(|page| page.matches('/').count() == 3);
    let to = owner
        .filter(|_| is_typed(&fields))
        .and_then(|owner| sealed(app, &owner, &Draft { until: app.now().0 + LASTS_MS, action, fields }));
    match (to, page) {
        (Some(to), _) => {
            let page = StaffPage::Login { name: by, to, problem: None };
            html(app, "登录", StatusCode::UNAUTHORIZED, &page)
        }
        (None, Some(page)) => {
            let to: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
            Redirect::to(&format!("/staff/login?to={to}")).into_response()
        }
        (None, None) => Redirect::to("/staff/login").into_response(),
    }
}

fn sealed(app: &App, owner: &str, draft: &Draft) -> Option<String> {
    let text = serde_json::to_string(draft).ok()?;
    let sealed = app.secrets.seal(owner, "draft", &text);
    (sealed.len() <= MOST).then(|| [DRAFT, sealed.as_str()].concat())
}

/// The page after a login that carried a draft of this account from this browser; none for another's, and for one that is
/// too old.
pub(super) async fn after_login(
    app: &App,
    visitor: &Visitor,
    name: &str,
    to: &str,
    cookie: &HeaderValue,
) -> Option<Response> {
    let sealed = to.strip_prefix(DRAFT)?;
    let owner = owner(app, visitor, name.trim()).await?;
    let text = app.secrets.open(&owner, "draft", sealed).ok()?;
    let draft: Draft = serde_json::from_str(&text).ok().filter(|draft: &Draft| draft.until > app.now().0)?;
    let secret = cookie.to_str().ok()?.split(';').next()?.split_once('=')?.1;
    let session = app.db.staff_session(&secrets::hash(secret), app.now()).await.ok()??;
    if session.password == Password::Given {
        return None;
    }
    let whom = whom(app, &session.staff, &draft.action).await;
    let page =
        DraftPage { staff: Some(session.staff), whom, action: draft.action, fields: draft.fields, problem: None };
    Some(html(app, "接着提交", StatusCode::OK, &StaffPage::Draft(Box::new(page))))
}

/// The page in place of the answer to a form that another account has opened in this browser: on a shared computer nothing is
/// recorded under the name of whoever happens to be signed in by then, unless they say so.
async fn anothers(app: &App, by: &str, staff: Staff, action: String, fields: Vec<(String, String)>) -> Response {
    let opened = app.db.account(by).await.ok().flatten().filter(|account| account.hospital == staff.hospital);
    let opened = opened.map_or_else(|| by.to_owned(), |account| account.display);
    let problem = Problem {
        title: "这一页是别的账号打开的".to_owned(),
        detail: format!(
            "打开的是{opened}，现在登录的是{now}。要用{now}的名字记，请点“接着提交”。不是{now}，请先退出，换自己的账号。",
            now = staff.display
        ),
        kept: "还没有记下，填的都还在。".to_owned(),
        ..for_staff(Failure::from(Code::Changed).problem("", &request_id()))
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    let whom = whom(app, &staff, &action).await;
    let page = DraftPage { staff: Some(staff), whom, action, fields, problem: Some(problem) };
    html(app, "请看一下是谁", status, &StaffPage::Draft(Box::new(page)))
}

/// Of whom a form is: the name and number of the follow-up in its address.
async fn whom(app: &App, staff: &Staff, action: &str) -> String {
    let id = action.strip_prefix("/staff/followups/").and_then(|rest| rest.split_once('/')).map(|(id, _)| id);
    let Some(id) = id else { return String::new() };
    match sharing::find(app, staff, id).await {
        Ok(Share::InCharge(record)) => {
            format!("{}（{}）", app.reading(&record.id, "name", &record.name_sealed), record.code)
        }
        _ => String::new(),
    }
}

/// The page on which the server's failure is told and the form stands, to be sent again.
fn failed(
    app: &App,
    failure: &Failure,
    staff: Option<Staff>,
    action: String,
    fields: Vec<(String, String)>,
) -> Response {
    let cause = failure.cause.as_deref().unwrap_or_default();
    tracing::error!(request = request_id(), code = failure.code.as_str(), cause, "a form could not be taken");
    let problem = for_staff(failure.problem("", &request_id()));
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let page = DraftPage { staff, whom: String::new(), action, fields, problem: Some(problem) };
    html(app, "还没有存", status, &StaffPage::Draft(Box::new(page)))
}
