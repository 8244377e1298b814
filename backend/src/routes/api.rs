//! The JSON API under `/api/v1`, described by the OpenAPI 3.1 document that this module generates.

use super::{followups, home_care, pages, refusals, staff};
use crate::app::App;
use crate::failures::Result;
use crate::visitor::Visitor;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zaoshai_contract::ids::Slug;
use zaoshai_contract::page::Page;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{ClinicFilter, Route};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zaoshai",
        description = "Cancer screening explainers, early-cancer guidance, a clinic finder and follow-up booking. \
                       Every public page has one document here, and every form one operation. Problems are \
                       `application/problem+json` with a stable `code`.",
    ),
    tags(
        (name = "pages", description = "The document of each public page"),
        (name = "follow-up", description = "The patient's link"),
        (name = "staff", description = "The nurse's work"),
    )
)]
struct Description;

/// The API's routes with their description.
pub fn router() -> OpenApiRouter<App> {
    let mut description = Description::openapi();
    // An empty licence is not one; the description says nothing until there is one.
    description.info.license = None;
    OpenApiRouter::with_openapi(description)
        .routes(routes!(home))
        .routes(routes!(topics))
        .routes(routes!(topic))
        .routes(routes!(decision))
        .routes(routes!(results))
        .routes(routes!(result))
        .routes(routes!(search))
        .routes(routes!(programmes))
        .routes(routes!(programme))
        .routes(routes!(guidance_list))
        .routes(routes!(guidance))
        .routes(routes!(checks))
        .routes(routes!(check))
        .routes(routes!(plan))
        .routes(routes!(clinics))
        .routes(routes!(clinic))
        .routes(routes!(privacy))
        .routes(routes!(followup_entry))
        .routes(routes!(home_care::show))
        .routes(routes!(home_care::show_request))
        .routes(routes!(followups::show))
        .routes(routes!(followups::identify_json))
        .routes(routes!(followups::plan_json))
        .routes(routes!(followups::hold_json))
        .routes(routes!(followups::confirm_json))
        .routes(routes!(followups::book_json, followups::cancel_json))
        .routes(routes!(followups::calendar))
        .routes(routes!(staff::session::login_json, staff::session::logout_json))
        .routes(routes!(staff::lists::list_json, staff::make::make_json))
        .routes(routes!(staff::detail::detail_json))
        .routes(routes!(staff::detail::withdraw_json))
}

/// The OpenAPI document as text, for the snapshot and for `zaoshai openapi`.
pub fn openapi() -> String {
    described().1.to_pretty_json().unwrap_or_default()
}

/// The API's routes, and their whole description.
pub fn described() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut description) = router().split_for_parts();
    refusals::describe(&mut description);
    (router, description)
}

/// `GET /api/openapi.json`
pub fn description(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The first page.
#[utoipa::path(get, path = "/api/v1/home", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn home(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Home)
}

/// All topics.
#[utoipa::path(get, path = "/api/v1/topics", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn topics(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Topics)
}

/// All self-checks, and the plan.
#[utoipa::path(get, path = "/api/v1/checks", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn checks(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Checks)
}

/// One self-check: its questions, its rules and its words. Answers are computed by whoever asks them.
#[utoipa::path(get, path = "/api/v1/checks/{id}", tag = "pages",
    params(
        ("id" = String, Path, description = "Like `lung`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn check(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Check(slug(&id)?))
}

/// The plan: its questions, its rules and its words.
#[utoipa::path(get, path = "/api/v1/plan", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn plan(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Plan)
}

fn slug(text: &str) -> Result<Slug> {
    Ok(Slug::parse(text).ok_or(Code::NotFound)?)
}

/// One topic.
#[utoipa::path(get, path = "/api/v1/topics/{topic}", tag = "pages",
    params(
        ("topic" = String, Path, description = "Like `lung`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn topic(State(app): State<App>, Path(topic): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Topic(slug(&topic)?))
}

/// The aid to decide of a topic.
#[utoipa::path(get, path = "/api/v1/topics/{topic}/decide", tag = "pages",
    params(
        ("topic" = String, Path, description = "Like `lung`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn decision(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Decision(slug(&id)?))
}

/// One result explainer.
#[utoipa::path(get, path = "/api/v1/results/{id}", tag = "pages",
    params(
        ("id" = String, Path, description = "Like `fit`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn result(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Result(slug(&id)?))
}

/// One programme.
#[utoipa::path(get, path = "/api/v1/programmes/{id}", tag = "pages",
    params(
        ("id" = String, Path, description = "Like `two-cancers`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn programme(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Programme(slug(&id)?))
}

/// All result explainers, and the findings that answer words from a report. The app's own form sends the words as a
/// body, to `POST /results`, so that they stand in no address.
#[utoipa::path(get, path = "/api/v1/results", tag = "pages",
    params(
        ("q" = Option<String>, Query, description = "Words typed from a report; they are neither kept nor logged"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn results(State(app): State<App>, RawQuery(query): RawQuery, visitor: Visitor) -> Result<Response> {
    let typed = zaoshai_contract::route::value_of(query.as_deref().unwrap_or(""), "q").unwrap_or_default();
    pages::document(&app, &visitor, &Route::results(&typed))
}

/// The search. Without a text the document carries the index from which the app answers by itself; with a text it
/// carries the hits, for those who have no app.
#[utoipa::path(get, path = "/api/v1/search", tag = "pages",
    params(
        ("q" = Option<String>, Query, description = "What to look for; it is neither kept nor logged"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn search(State(app): State<App>, RawQuery(query): RawQuery, visitor: Visitor) -> Result<Response> {
    let typed = zaoshai_contract::route::value_of(query.as_deref().unwrap_or(""), "q").unwrap_or_default();
    pages::document(&app, &visitor, &Route::search(&typed))
}

/// All programmes.
#[utoipa::path(get, path = "/api/v1/programmes", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn programmes(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Programmes)
}

/// All guidance pages.
#[utoipa::path(get, path = "/api/v1/guidance", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn guidance_list(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::GuidanceList)
}

/// One guidance page.
#[utoipa::path(get, path = "/api/v1/guidance/{page}", tag = "pages",
    params(
        ("page" = String, Path, description = "Like `warning-signs`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn guidance(State(app): State<App>, Path(page): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Guidance(slug(&page)?))
}

/// The clinic finder. The phone's own position is never sent: distances are counted in the browser.
#[utoipa::path(get, path = "/api/v1/clinics", tag = "pages",
    params(
        ("service" = Option<String>, Query, description = "A service's id, like `lung`"),
        ("city" = Option<String>, Query, description = "A city's name, like 株洲市"),
        ("open" = Option<String>, Query, description = "`now`: only where somebody answers now"),
        ("near" = Option<String>, Query, description = "A neighbourhood to sort from: the id of a clinic in it"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn clinics(State(app): State<App>, RawQuery(query): RawQuery, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Clinics(ClinicFilter::parse(query.as_deref().unwrap_or(""))))
}

/// One institution.
#[utoipa::path(get, path = "/api/v1/clinics/{id}", tag = "pages",
    params(
        ("id" = String, Path, description = "Like `zhuzhou-2`"),
        ("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 304, description = "Unchanged since the given ETag"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
async fn clinic(State(app): State<App>, Path(id): Path<String>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Clinic(slug(&id)?))
}

/// What is collected, why, and for how long.
#[utoipa::path(get, path = "/api/v1/privacy", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn privacy(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    pages::document(&app, &visitor, &Route::Privacy)
}

/// The follow-up tab for those who have no link at hand.
#[utoipa::path(get, path = "/api/v1/followups", tag = "pages",
    params(("lang" = Option<String>, Query, description = "`zh-CN`, `zh-Hant` or `en`")),
    responses((status = 200, body = Page), (status = 304, description = "Unchanged since the given ETag")))]
async fn followup_entry(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    match followups::entry(&app, &visitor).await? {
        Some(page) => Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(page)).into_response()),
        None => pages::document(&app, &visitor, &Route::FollowUpEntry),
    }
}
