//! The accounts of a hospital: made, shut, and given a new password by its administrators.

use super::{SignedIn, html, may, told};
use crate::app::App;
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use crate::secrets;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use zaoshai_contract::problem::{Code, FieldError};
use zaoshai_contract::roles::{Deed, Role};
use zaoshai_contract::staff::accounts::{AccountsPage, NewAccount};
use zaoshai_contract::staff::{Staff, StaffPage};

async fn page(app: &App, staff: Staff) -> Result<AccountsPage> {
    let accounts = app.db.accounts(&staff.hospital).await?;
    Ok(AccountsPage { staff, accounts, form: NewAccount::default(), password: None, problem: None })
}

fn shown(app: &App, page: AccountsPage, status: StatusCode) -> Response {
    html(app, "账号", status, &StaffPage::Accounts(Box::new(page)))
}

/// `GET /staff/accounts`
pub(super) async fn show(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    Ok(shown(&app, page(&app, staff).await?, StatusCode::OK))
}

fn understand(form: &NewAccount) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let plain = form.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !plain || !(2..=30).contains(&form.name.len()) {
        wrong("name", "请用 2 到 30 个小写字母、数字或短横，例如 zhang");
    }
    if !(1..=20).contains(&form.display.chars().count()) {
        wrong("display", "请填怎么称呼，1 到 20 个字，例如 张护士");
    }
    if form.roles.is_empty() {
        wrong("roles", "请至少选一个角色");
    }
    // The names by which the history tells patients, relatives and the server itself.
    if matches!(form.name.as_str(), "patient" | "family" | "clock") {
        wrong("name", "这个名字系统自己要用，请换一个");
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::fields(errors)) }
}

/// A fresh password and its hash, computed off the threads that answer.
async fn password(app: &App) -> Result<(String, String)> {
    let password = secrets::fresh_password();
    let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
    let fresh = password.clone();
    let hash =
        tokio::task::spawn_blocking(move || secrets::hash_password(&fresh)).await.map_err(anyhow::Error::from)??;
    Ok((password, hash))
}

/// `POST /staff/accounts`: makes an account; the answer shows its password, once.
pub(super) async fn add(State(app): State<App>, SignedIn(staff): SignedIn, form: Form) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    let new = NewAccount {
        name: form.get("name").trim().to_owned(),
        display: form.get("display").trim().to_owned(),
        roles: form.all("roles").iter().filter_map(|role| Role::parse(role)).collect(),
    };
    let result = match understand(&new) {
        Ok(()) => {
            let (password, hash) = password(&app).await?;
            let account = Staff {
                name: new.name.clone(),
                display: new.display.clone(),
                hospital: staff.hospital.clone(),
                roles: new.roles.clone(),
            };
            if app.db.make_staff(&account, &hash, app.now()).await? {
                app.db.audit(&staff, "add-account", None, app.now()).await?;
                Ok(password)
            } else {
                Err(Failure::field("name", "已经有这个账号了，请换一个名字"))
            }
        }
        Err(failure) => Err(failure),
    };
    match result {
        Ok(password) => {
            let page = AccountsPage { password: Some((new.name, password)), ..page(&app, staff).await? };
            Ok(shown(&app, page, StatusCode::OK))
        }
        Err(failure) => {
            let problem = told(&app, &failure);
            let page = AccountsPage { form: new, problem: Some(problem), ..page(&app, staff).await? };
            Ok(shown(&app, page, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// `POST /staff/accounts/{name}/{deed}`: shuts an account, or gives it a new password and opens it again.
pub(super) async fn change(
    State(app): State<App>,
    Path((name, deed)): Path<(String, String)>,
    SignedIn(staff): SignedIn,
    _: Form,
) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    let known = app.db.accounts(&staff.hospital).await?.into_iter().any(|account| account.staff.name == name);
    // Nobody shuts herself out, and another hospital's accounts are not there for her.
    if !known || name == staff.name {
        return Err(Code::NotAllowed.into());
    }
    match deed.as_str() {
        "disable" => {
            app.db.disable_staff(&name).await?;
            app.db.audit(&staff, "disable-account", None, app.now()).await?;
            Ok(Redirect::to("/staff/accounts").into_response())
        }
        "reset" => {
            let (password, hash) = password(&app).await?;
            app.db.reset_staff(&name, &hash).await?;
            app.db.audit(&staff, "reset-account", None, app.now()).await?;
            let page = AccountsPage { password: Some((name, password)), ..page(&app, staff).await? };
            Ok(shown(&app, page, StatusCode::OK))
        }
        _ => Err(Code::NotFound.into()),
    }
}
