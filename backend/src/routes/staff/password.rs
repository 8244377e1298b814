//! Changing one's own password. It is all that somebody can do whose password others have seen.

use super::session::{fits, session_of};
use super::{html, told};
use crate::app::App;
use crate::db::log::{self, Object};
use crate::db::staff::{Password, StaffSession};
use crate::db::tries::{Limit, Turn};
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use crate::secrets;
use crate::visitor::Visitor;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::staff::accounts::{NewPassword, PasswordPage, PasswordStage};
use zaoshai_contract::staff::{Staff, StaffPage};

/// How long wrong tries at the current password count: 15 minutes.
const WAIT_MS: i64 = 15 * 60_000;
/// How many there are.
const WRONG: i64 = 5;

fn page(app: &App, staff: Staff, stage: PasswordStage, problem: Option<Problem>) -> Response {
    let status = match &problem {
        Some(problem) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
        None => StatusCode::OK,
    };
    html(app, "改密码", status, &StaffPage::Password(Box::new(PasswordPage { staff, stage, problem })))
}

fn stage(session: &StaffSession) -> PasswordStage {
    match session.password {
        Password::Own => PasswordStage::Open,
        Password::Given => PasswordStage::Must,
    }
}

/// The session, or the way to the login.
async fn entered(app: &App, visitor: &Visitor) -> Result<std::result::Result<StaffSession, Response>> {
    match session_of(app, visitor).await {
        Ok(session) => Ok(Ok(session)),
        Err(failure) if failure.code == Code::SignInFirst => {
            Ok(Err(Redirect::to("/staff/login?to=%2Fstaff%2Fpassword").into_response()))
        }
        Err(failure) => Err(failure),
    }
}

/// `GET /staff/password`
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    match entered(&app, &visitor).await? {
        Ok(session) => Ok(page(&app, session.staff.clone(), stage(&session), None)),
        Err(way) => Ok(way),
    }
}

/// `POST /staff/password`
pub(super) async fn change(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response> {
    let session = match entered(&app, &visitor).await? {
        Ok(session) => session,
        Err(way) => return Ok(way),
    };
    let new = NewPassword {
        current: form.get("current").to_owned(),
        new: form.get("new").to_owned(),
        again: form.get("again").to_owned(),
    };
    match replace(&app, &visitor, &session.staff, new).await {
        Ok(()) => Ok(page(&app, session.staff, PasswordStage::Changed, None)),
        Err(failure) if failure.code == Code::InvalidInput => {
            Ok(page(&app, session.staff.clone(), stage(&session), Some(told(&app, &failure))))
        }
        Err(failure) => Err(failure),
    }
}

async fn replace(app: &App, visitor: &Visitor, staff: &Staff, form: NewPassword) -> Result<()> {
    let errors = form.errors(&staff.name);
    if !errors.is_empty() {
        return Err(Failure::fields(errors));
    }
    // Who finds the console open must not find the password out.
    let limit = Limit { key: app.secrets.finder("own-password", &staff.name), most: WRONG, window_ms: WAIT_MS };
    let limits = [limit];
    if app.db.take_try(&limits, app.now()).await? != Turn::Free {
        return Err(Failure::field("current", "试的次数太多了，请等 15 分钟再试"));
    }
    let account = app.db.account(&staff.name).await?.ok_or(Code::SignInFirst)?;
    if !fits(app, form.current, account.password_hash.clone()).await? {
        // The form comes again after it was carried out.
        if fits(app, form.new, account.password_hash).await? {
            return Ok(app.db.give_back(&limits).await?);
        }
        return Err(Failure::field("current", "现在的密码不对，请再填一次"));
    }
    app.db.give_back(&limits).await?;
    let hash = {
        let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
        let hashed = tokio::task::spawn_blocking(move || secrets::hash_password(&form.new)).await;
        hashed.map_err(anyhow::Error::from)??
    };
    let session = secrets::hash(visitor.staff.as_deref().unwrap_or_default());
    log::does("change-password", Object::named(&staff.name));
    if !app.db.change_password(&staff.name, &account.password_hash, &hash, &session).await? {
        return Err(Failure::field("current", "密码刚刚在别处换过，请用新的那个再试"));
    }
    Ok(())
}
