//! The accounts of a hospital: made, shut, and given a new password by its administrators.

use super::session::fits;
use super::{Before, SignedIn, html, lead_to, many_tries, may, told};
use crate::app::App;
use crate::db::log::{self, Object};
use crate::db::repeats::Once;
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use crate::secrets;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, FieldError};
use zaoshai_contract::roles::{Deed, Misfit, Role};
use zaoshai_contract::staff::accounts::{AccountsPage, NewAccount};
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{Staff, StaffPage};

/// What the page is called.
const TITLE: &str = "账号";

async fn page(app: &App, staff: Staff) -> Result<AccountsPage> {
    let accounts = app.db.accounts(&staff.hospital).await?;
    let many_tries = many_tries(app, &staff).await?;
    let key = secrets::fresh_key();
    Ok(AccountsPage { staff, accounts, form: NewAccount::default(), key, password: None, problem: None, many_tries })
}

fn shown(app: &App, page: AccountsPage, status: StatusCode) -> Response {
    html(app, TITLE, status, &StaffPage::Accounts(Box::new(page)))
}

/// `GET /staff/accounts`
pub(super) async fn show(State(app): State<App>, SignedIn(staff): SignedIn, before: Before) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    let page = page(&app, staff).await?;
    Ok(before.html(&app, TITLE, &StaffPage::Accounts(Box::new(page))))
}

/// Why roles cannot be those of one account.
fn misfit(roles: &[Role]) -> Option<&'static str> {
    match Role::fit(roles) {
        Ok(()) => None,
        Err(Misfit::None) => Some("请至少选一个角色"),
        Err(Misfit::AuditorActs) => Some("审计员不能兼别的角色，请另建一个账号"),
    }
}

/// The roles that were ticked, each once.
fn roles(form: &Form) -> Vec<Role> {
    let ticked = form.all("roles");
    Role::ALL.into_iter().filter(|role| ticked.iter().any(|word| word == role.as_str())).collect()
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
    if !limits::fits(&form.display, 1, 20) {
        wrong("display", "请填怎么称呼，1 到 20 个字，例如 张护士");
    }
    if let Some(message) = misfit(&form.roles) {
        wrong("roles", message);
    }
    // The names by which the history tells patients, relatives and the server itself.
    if matches!(form.name.as_str(), "patient" | "family" | "clock" | log::SERVER) {
        wrong("name", "这个名字系统自己要用，请换一个");
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::fields(errors)) }
}

/// The hash of a password, computed off the threads that answer.
async fn hash_of(app: &App, password: &str) -> Result<String> {
    let _turn = app.passwords.acquire().await.map_err(anyhow::Error::from)?;
    let fresh = password.to_owned();
    Ok(tokio::task::spawn_blocking(move || secrets::hash_password(&fresh)).await.map_err(anyhow::Error::from)??)
}

/// Whether an account of this hospital is open with this very password: the form that gave it comes again, and nobody
/// has changed the password since.
async fn given_before(app: &App, staff: &Staff, name: &str, password: &str) -> Result<bool> {
    let account = app.db.account(name).await?;
    match account.filter(|account| account.hospital == staff.hospital && account.disabled == 0) {
        Some(account) => fits(app, password.to_owned(), account.password_hash).await,
        None => Ok(false),
    }
}

/// `POST /staff/accounts`: makes an account; the answer shows its password, once.
pub(super) async fn add(State(app): State<App>, SignedIn(staff): SignedIn, form: Form) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    let new = NewAccount {
        name: form.get("name").trim().to_owned(),
        display: form.get("display").trim().to_owned(),
        roles: roles(&form),
    };
    let result = match understand(&new) {
        Ok(()) => {
            let words = format!("{}/{}/{}", new.name, new.display, log::words(&new.roles));
            let password = app.secrets.password_of(&words, &form.key()?);
            let hash = hash_of(&app, &password).await?;
            let account = Staff {
                name: new.name.clone(),
                display: new.display.clone(),
                hospital: staff.hospital.clone(),
                roles: new.roles.clone(),
            };
            log::does("add-account", named(&account));
            if app.db.add_staff(&account, &hash, app.now()).await?
                || given_before(&app, &staff, &new.name, &password).await?
            {
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

/// How the log names an account and what it may do.
fn named(account: &Staff) -> Object {
    Object::named(&format!("{} ({})", account.name, log::words(&account.roles)))
}

/// `POST /staff/accounts/{name}/{deed}`: shuts an account, gives it a new password and opens it again, or other roles.
pub(super) async fn change(
    State(app): State<App>,
    Path((name, deed)): Path<(String, String)>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    may(&staff, Deed::ManageStaff)?;
    let known = app.db.accounts(&staff.hospital).await?.into_iter().find(|account| account.staff.name == name);
    // Another hospital's accounts are not there for her, and nobody shuts herself out.
    let account = known.ok_or(Code::NotAllowed)?.staff;
    if name == staff.name && deed != "roles" {
        return Err(Code::NotAllowed.into());
    }
    match deed.as_str() {
        "disable" => {
            log::does("disable-account", named(&account));
            if !app.db.disable_staff(&name).await? {
                return Err(Code::Changed.into());
            }
            Ok(lead_to(&app, "/staff/accounts", "", JustDone::Disable))
        }
        "reset" => {
            let password = app.secrets.password_of(&name, &form.key()?);
            let hash = hash_of(&app, &password).await?;
            let sent = form.sent(&app.secrets, "reset")?;
            log::does("reset-account", named(&account));
            let once = app.db.reset_staff(&name, &hash, &sent, app.now()).await??;
            // A form that comes again shows its password as long as it is the one in force.
            if once == Once::Before && !given_before(&app, &staff, &name, &password).await? {
                return Err(Code::Changed.into());
            }
            let page = AccountsPage { password: Some((name, password)), ..page(&app, staff).await? };
            Ok(shown(&app, page, StatusCode::OK))
        }
        "roles" => {
            let wished = Staff { roles: roles(&form), ..account };
            let refused = match misfit(&wished.roles) {
                Some(message) => Some(message),
                None => {
                    log::does("change-roles", named(&wished));
                    let changed = app.db.change_roles(&wished).await?;
                    (!changed).then_some("这是最后一位管理员。请先让别人当管理员，再改")
                }
            };
            let Some(message) = refused else { return Ok(lead_to(&app, "/staff/accounts", "", JustDone::Roles)) };
            let problem = told(&app, &Failure::field(&format!("role-{name}"), message));
            let page = AccountsPage { problem: Some(problem), ..page(&app, staff).await? };
            Ok(shown(&app, page, StatusCode::UNPROCESSABLE_ENTITY))
        }
        _ => Err(Code::NotFound.into()),
    }
}
