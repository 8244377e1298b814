//! The nurse's work: signing in, making follow-ups, sending links, seeing what became of them.
//! Pages are HTML with forms alone; making, listing and ending are on the JSON API, too.

mod accounts;
mod audit;
mod batches;
mod booking;
pub mod detail;
mod drafts;
mod edit;
mod export;
mod history;
mod home_care;
mod imported;
mod letters;
pub mod lists;
pub mod make;
mod message;
mod password;
mod questions;
mod referrals;
mod rights;
pub mod session;
mod sharing;
mod work;

pub(super) use self::session::SignedIn;
use self::session::signed_in;
use self::sharing::own;
use super::closures;
use super::frame::request_id;
use super::pages;
use super::schedules;
use crate::app::App;
use crate::content::BookingService;
use crate::db::log;
use crate::failures::{Failure, Result};
use crate::pathway;
use crate::visitor::{SET_COOKIE, Visitor};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use std::convert::Infallible;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::{Deed, Role};
use zaoshai_contract::route::DEMO;
use zaoshai_contract::staff::confirm::{JustDone, Told};
use zaoshai_contract::staff::{BookableService, ManyTries, Staff, StaffPage};

/// How long a link works after the last day of the due window.
const LINK_DAYS: i64 = 30;
/// A day.
const DAY_MS: i64 = 86_400_000;
/// Longest due window.
const WINDOW_DAYS: i64 = 730;

/// The staff pages.
pub fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/staff", get(lists::today))
        .route("/staff/login", get(session::login).post(session::login_form))
        .route("/staff/logout", post(session::logout_form))
        .route("/staff/followups", post(make::make_form))
        .route("/staff/followups/new", get(make::new))
        .route("/staff/followups/{id}", get(detail::detail))
        .route("/staff/closures", get(closures::show).post(closures::close))
        .route("/staff/closures/{closure}/undo", post(closures::undo))
        .route("/staff/batches", get(batches::show).post(batches::upload))
        .route("/staff/batches/example.csv", get(batches::example))
        .route("/staff/batches/left.csv", post(imported::left))
        .route("/staff/batches/{id}", get(batches::batch))
        .route("/staff/batches/{id}/letters", get(letters::batch))
        .route("/staff/followups.csv", get(export::followups))
        .route("/staff/followups/{id}/edit", get(edit::show).post(edit::save))
        .route("/staff/followups/{id}/letter", get(letters::one))
        .route("/staff/followups/{id}/rights", get(rights::followup))
        .route("/staff/followups/{id}/erase", post(rights::erase_followup))
        .route("/staff/followups/{id}/data", post(rights::copy_followup))
        .route("/staff/home-care/{id}/rights", get(rights::care))
        .route("/staff/home-care/{id}/erase", post(rights::erase_care))
        .route("/staff/home-care/{id}/data", post(rights::copy_care))
        .route("/staff/accounts", get(accounts::show).post(accounts::add))
        .route("/staff/accounts/{name}/{deed}", post(accounts::change))
        .route("/staff/password", get(password::show).post(password::change))
        .route("/staff/audit", get(audit::show))
        .route("/staff/audit.csv", get(audit::export))
        .route("/staff/lists/{which}", get(lists::listed))
        .route("/staff/search", get(lists::search_page).post(lists::search_form))
        .route("/staff/questions", get(lists::questions))
        .route("/staff/referrals", get(lists::referred))
        .route("/staff/home-care", get(home_care::list))
        .route("/staff/home-care/lists/{which}", get(home_care::whole))
        .route("/staff/home-care/{id}", get(home_care::show))
        .route("/staff/home-care/{id}/{deed}", post(home_care::form))
        .route("/staff/followups/{id}/{deed}", post(work::form))
        .route("/staff/followups/{id}/withdraw", post(detail::withdraw_form))
        .route("/staff/followups/{id}/unlock", post(detail::unlock_form))
        .route("/staff/followups/{id}/relink", post(detail::relink_form))
        .merge(schedules::router())
        .route_layer(middleware::from_fn_with_state(app.clone(), drafts::keep))
}

/// What the form before this page did: told on it, once.
pub struct Before {
    visitor: Visitor,
    done: Option<Told>,
}

impl FromRequestParts<App> for Before {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Infallible> {
        let visitor = Visitor::read(parts.uri.path(), "", &parts.headers);
        let done = super::told::done(app, &visitor, parts.uri.path());
        Ok(Self { visitor, done })
    }
}

impl Before {
    /// The page, with what was done before it.
    pub fn html(&self, app: &App, title: &str, page: &StaffPage) -> Response {
        let response = rendered(app, title, StatusCode::OK, page, self.done.as_ref());
        if self.done.is_some() { super::told::forget(&self.visitor, response) } else { response }
    }
}

/// The way to a page of the console, and to a place on it, that tells what was just done.
pub(super) fn lead_to(app: &App, path: &str, place: &str, told: impl Into<Told>) -> Response {
    // What was taken back since is not told as done by a form that comes again.
    let told = if log::repeated() { Told::from(JustDone::Repeated) } else { told.into() };
    let cookie = super::told::keep_done(app, path, &told);
    ([(SET_COOKIE, cookie)], Redirect::to(&[path, place].concat())).into_response()
}

pub(super) fn html(app: &App, title: &str, status: StatusCode, page: &StaffPage) -> Response {
    rendered(app, title, status, page, None)
}

fn rendered(app: &App, title: &str, status: StatusCode, page: &StaffPage, done: Option<&Told>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = pages::staff_shell(
        app,
        &format!("{title} · 护士工作台"),
        &zaoshai_app::render_staff(page, done, app.now().date(), app.demonstration().map(|_| DEMO)),
    );
    (status, headers, body).into_response()
}

/// A staff page of what went wrong.
pub async fn problem_page(app: &App, visitor: &Visitor, problem: Problem) -> Response {
    let problem = for_staff(problem);
    let title = problem.title.clone();
    // Of a server that has failed nothing more is asked.
    let staff = if problem.status < 500 { session::named(app, visitor).await } else { None };
    html(app, &title, StatusCode::OK, &StaffPage::Problem { staff, problem })
}

pub(super) fn told(app: &App, failure: &Failure) -> Problem {
    for_staff(failure.problem(&app.phone(), &request_id()))
}

/// A problem as staff read it: of the patient, and without the phone that patients are to call.
fn for_staff(problem: Problem) -> Problem {
    let (title, detail, kept) = match problem.code {
        Code::NotFound => ("没有这个页面", "网址可能不对，或者不归您的医院管。请从工作台找。", ""),
        Code::ForeignOrigin => ("这一步不是从工作台发出的", "请从工作台打开，再做一次。", "什么都没有改动。"),
        Code::TooMany => ("操作太快了", "请等一分钟，再试一次。", "之前做的都还在。"),
        Code::LinkWithdrawn => ("这次随访已经结束", "要接着做，请先重新打开。", "什么都没有改动。"),
        Code::LinkErased => ("这个人的资料已经删除", "删了资料的随访，不能再记什么。", "什么都没有改动。"),
        Code::SlotTaken => ("这个时间刚被别人约走了", "请另选一个时间。", "病人原来的安排没有变。"),
        Code::SlotPast => ("这个时间已经过了", "请另选一个时间。", "病人原来的安排没有变。"),
        Code::SlotUnknown => ("没有找到这个时间", "请重新选一个时间。", "病人原来的安排没有变。"),
        Code::SlotClosed => ("这个时间停诊了", "请另选一个时间。", "病人原来的安排没有变。"),
        Code::AlreadyBooked => ("这个人已经约好了", "要换时间，请用“替病人改时间”。", "病人原来的预约没有变。"),
        Code::NotBooked => ("这个预约已经变了", "请看现在的安排，再决定。", "什么都没有改动。"),
        Code::HoldLapsed => ("留的时间已经过了", "请再选一个时间。", "病人原来的安排没有变。"),
        Code::TooEarly => ("还没有到时间", "到了约好的时间，才能登记。", "什么都没有改动。"),
        Code::TooLate => ("离开始太近了", "请另选一个时间，或写明原因破例。", "病人原来的安排没有变。"),
        Code::NotAgreed => ("注意事项还没有问过", "请在电话里问过，再打勾。", "您填的都还在。"),
        Code::NoStep => ("现在没有要约的项目", "请先定下一步。", "什么都没有改动。"),
        Code::KeyReused => ("这一步已经提交过", "请看现在的安排，再决定。", "之前提交的都还在。"),
        Code::Unavailable => ("系统暂时连不上", "请过几分钟再试。一直不行，请找信息科。", "以前存好的都还在。"),
        Code::Internal => ("系统出了问题", "请过几分钟再试。一直不行，请找信息科。", "以前存好的都还在。"),
        _ => return Problem { phone: String::new(), ..problem },
    };
    Problem {
        title: title.to_owned(),
        detail: detail.to_owned(),
        kept: kept.to_owned(),
        phone: String::new(),
        ..problem
    }
}

/// Tries at many links of their hospital within the last day, for those who can do something about them.
async fn many_tries(app: &App, staff: &Staff) -> Result<Option<ManyTries>> {
    if !staff.roles.iter().any(|role| matches!(role, Role::Coordinator | Role::Administrator)) {
        return Ok(None);
    }
    let (endings, locks) = app.db.alarms(&staff.hospital, Moment(app.now().0 - DAY_MS)).await?;
    Ok((endings + locks > 0).then_some(ManyTries { endings, locks }))
}

/// What a hospital's follow-ups can be booked for; what another hospital gives says so.
pub(super) fn services(app: &App, hospital: &str) -> Vec<BookableService> {
    let library = app.library();
    let named = |service: &BookingService| BookableService {
        id: service.id.clone(),
        name: pathway::service_name(&library, service, hospital),
    };
    library.booking.iter().map(named).collect()
}

/// Refuses what an account has no right to.
pub(super) fn may(staff: &Staff, deed: Deed) -> Result<()> {
    if staff.may(deed) { Ok(()) } else { Err(Code::NotAllowed.into()) }
}
