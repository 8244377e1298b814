//! `/demo`: the demonstration's own page, the way into its accounts without a password, and a new beginning. Its routes are
//! there only on a server that was started as a demonstration.

use super::body::Form;
use super::frame::{Sender, request_id};
use super::pages;
use super::staff::session;
use crate::app::App;
use crate::db;
use crate::demonstration::{Busy, Demonstration};
use crate::failures::{Failure, Result};
use crate::qr;
use crate::visitor::Visitor;
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use zaoshai_app::pages::demo::{Anew, Begun, Demo, Entry, Scan};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::page::Meta;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{DEMO, Lang, value_of};

/// The word in the address of the page that tells of a new beginning.
const ANEW: &str = "anew";
/// The same where somebody was in the middle of something.
const BUSY: &str = "busy";

/// The routes; none but on a demonstration.
pub fn router(app: &App) -> Router<App> {
    if app.demonstration().is_none() {
        return Router::new();
    }
    Router::new()
        .route(DEMO, get(show))
        // The page is in simplified Chinese alone.
        .route("/hant/demo", get(back))
        .route("/en/demo", get(back))
        .route("/demo/staff", get(back).post(enter))
        .route("/demo/anew", get(back).post(anew))
}

/// Lets a request wait while the people of the demonstration are made anew.
pub async fn in_turn(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.demonstration() {
        Some(demonstration) => demonstration.carries(next.run(request)).await,
        None => next.run(request).await,
    }
}

fn demonstration(app: &App) -> Result<&Demonstration> {
    Ok(app.demonstration().ok_or(Code::NotFound)?)
}

/// The address of a form, opened like a page.
async fn back() -> Redirect {
    Redirect::to(DEMO)
}

/// `GET /demo`
async fn show(State(app): State<App>, RawQuery(query): RawQuery, visitor: Visitor) -> Result<Response> {
    let demonstration = demonstration(&app)?;
    let _peace = demonstration.in_peace().await;
    let library = app.library();
    let now = app.now();
    let link = demonstration.link(&app).await?;
    let today = now.date();
    let (from, until) = (Moment::at(today, 0), Moment::at(today.plus_days(1), 0));
    let expected = app.db.day(&library.hospital, from, until).await?.len();
    let using = demonstration.using(&app).await?;
    let accounts = demonstration.accounts();
    let name_of = |id: &str| library.clinic(id).map(|clinic| clinic.card.name.clone()).unwrap_or_default();
    let demo = Demo {
        codes: codes(&app, &visitor.headers, link.as_ref().map(|(path, _)| path.as_str())),
        link,
        expected: i64::try_from(expected).unwrap_or(i64::MAX),
        overdue: app.db.overdue_count(&library.hospital, now).await?,
        nurse: accounts.first().map(|account| account.name().to_owned()).unwrap_or_default(),
        accounts: accounts
            .iter()
            .map(|account| Entry {
                name: account.name().to_owned(),
                display: account.staff().display,
                roles: account.titles(),
                hospital: name_of(account.hospital()),
            })
            .collect(),
        made: demonstration.made_at(&app).await?,
        anew: match demonstration.in_the_way(&app).await? {
            None => Anew::Possible,
            Some(_) => Anew::Refused,
        },
        using: (using.staff, using.patients),
        told: match value_of(query.as_deref().unwrap_or_default(), "done").as_deref() {
            Some(ANEW) => Some(Begun::Anew),
            Some(BUSY) => Some(Begun::Busy),
            _ => None,
        },
    };
    let title = "试一试：三个角色，各三分钟";
    let meta = Meta {
        title: title.to_owned(),
        description: title.to_owned(),
        lang: Lang::Hans.tag().to_owned(),
        translated: true,
        path: DEMO.to_owned(),
        demonstration: library.demonstration,
        demo: true,
        hospital: app.hospital(&library),
    };
    let html = zaoshai_app::render_demo(&meta, visitor.reading.size, &demo);
    Ok(pages::plain(&app, &visitor, &meta, &html))
}

/// Codes under the address at which the page was reached; none where that leads back to the phone that scans it.
fn codes(app: &App, headers: &HeaderMap, link: Option<&str>) -> Vec<Scan> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
    let own = matches!(name, "" | "localhost" | "[::1]") || name.starts_with("127.");
    if own || !host.chars().all(plain) {
        return Vec::new();
    }
    let scheme = if app.secure() { "https" } else { "http" };
    let ways = [link.map(|path| ("当病人", path)), Some(("打开这一页", DEMO))];
    let scan = |(title, path): (&'static str, &str)| {
        let address = format!("{scheme}://{host}{path}");
        let (path, side) = qr::path(&address)?;
        Some(Scan { title, address, path, side })
    };
    ways.into_iter().flatten().filter_map(scan).collect()
}

/// `POST /demo/staff`: signs in one of the demonstration's accounts.
async fn enter(State(app): State<App>, visitor: Visitor, sender: Sender, form: Form) -> Result<Response> {
    let demonstration = demonstration(&app)?;
    let _peace = demonstration.in_peace().await;
    let wanted = demonstration.accounts().iter().find(|account| account.name() == form.get("account"));
    let wanted = wanted.ok_or(Code::NotFound)?;
    let account = app.db.account(wanted.name()).await?;
    if account.is_none_or(|account| account.disabled + account.must_change > 0) {
        let problem = Problem {
            title: "这个账号现在进不去".to_owned(),
            detail: "有人在这里试了“停用账号”或者“换密码”。回到演示页，点“重新开始”，就和原来一样。".to_owned(),
            kept: "别的账号都能进。".to_owned(),
            ..Failure::from(Code::Changed).problem(&app.phone(), &request_id())
        };
        return Ok(pages::problem_page(&app, &visitor, problem));
    }
    let cookies = session::enter(&app, demonstration, &visitor, sender, wanted).await?;
    Ok((session::set(cookies), Redirect::to("/staff")).into_response())
}

/// `POST /demo/anew`: makes everything anew; every session ends. Nothing happens where others work in the database.
async fn anew(State(app): State<App>) -> Result<Response> {
    demonstration(&app)?;
    // Not in this request: one that is given up would leave half a hospital.
    let work = tokio::spawn(async move { Ok::<_, Failure>(demonstration(&app)?.begin_anew(&app).await) });
    match work.await.map_err(anyhow::Error::from)?? {
        Ok(()) => return Ok(Redirect::to(&format!("{DEMO}?done={ANEW}")).into_response()),
        // The page says so in the place of the button.
        Err(error) => match error.downcast_ref() {
            Some(db::Error::Refused(refusal)) => tracing::warn!(request = request_id(), "not made anew: {refusal}"),
            _ if error.is::<Busy>() => return Ok(Redirect::to(&format!("{DEMO}?done={BUSY}")).into_response()),
            _ => return Err(error.into()),
        },
    }
    Ok(Redirect::to(DEMO).into_response())
}
