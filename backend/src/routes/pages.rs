//! Every public page: one loading function for each route, used by the HTML and by the JSON alike.

use super::{clinics, followups};
use crate::app::App;
use crate::cache::hour_of;
use crate::content::Entry;
use crate::failures::Result;
use crate::html::{Filling, Loading};
use crate::visitor::Visitor;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;
use zaoshai_contract::followups::Stage;
use zaoshai_contract::page::{ArticleList, Body, Meta, Page};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{Lang, Route};

/// The content type of pages.
const HTML: &str = "text/html; charset=utf-8";
/// The content type of documents.
const JSON: &str = "application/json";

/// Any public page as HTML, and the files of the app; unknown addresses end here too.
pub async fn show(State(app): State<App>, request: Request) -> Result<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Code::MethodNotAllowed.into());
    }
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
    let Some((lang, route)) = Route::parse(path, query) else { return file(&app, request).await };
    let visitor = Visitor::read(path, query, request.headers());
    if let Route::FollowUp(token, view) = &route {
        let page = followups::load(&app, lang, token, *view, query, &visitor).await?;
        return Ok(personal(&app, &visitor, &page));
    }
    let key = format!("html {:?} {:?} {}", visitor.size, visitor.loading, route.path(lang));
    if let Some(document) = app.cache.get(&key, app.now()) {
        return Ok(document.respond(request.headers()));
    }
    let page = load(&app, lang, &route)?;
    let html = render(&app, &visitor, &page);
    Ok(app.cache.put(key, html, HTML, app.now()).respond(request.headers()))
}

/// A file of the built app, in the smallest form that the phone understands.
async fn file(app: &App, request: Request) -> Result<Response> {
    let missing = unknown(request.uri().path());
    let files =
        ServeDir::new(&app.config.dist).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let Ok(response) = files.oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(missing.into());
    }
    Ok(response.into_response())
}

/// An address under `/f/` that is no token is a link that was copied badly, not a missing page.
fn unknown(path: &str) -> Code {
    let rest = Lang::ALL.iter().rev().find_map(|lang| path.strip_prefix(lang.prefix())).unwrap_or(path);
    if rest.starts_with("/f/") { Code::LinkUnknown } else { Code::NotFound }
}

/// A public page as JSON.
pub fn document(app: &App, visitor: &Visitor, route: &Route) -> Result<Response> {
    let key = format!("json {}", route.path(visitor.lang));
    if let Some(document) = app.cache.get(&key, app.now()) {
        return Ok(document.respond(&visitor.headers));
    }
    let page = load(app, visitor.lang, route)?;
    let json = serde_json::to_string(&page).map_err(anyhow::Error::from)?;
    Ok(app.cache.put(key, json, JSON, app.now()).respond(&visitor.headers))
}

/// Loads a page that is the same for everybody in this hour.
pub fn load(app: &App, lang: Lang, route: &Route) -> Result<Page> {
    let library = &app.library;
    let now = hour_of(app.now());
    let article = |entry: Option<&Entry>, body: fn(zaoshai_contract::content::Article) -> Body| {
        let entry = entry.ok_or(Code::NotFound)?;
        Ok(page(app, lang, route, &entry.article.title, &entry.description, body(entry.article.clone())))
    };
    match route {
        Route::Home => Ok(page(
            app,
            lang,
            route,
            "早筛：您该做哪些癌症筛查？",
            "哪些癌症值得查、从几岁查、好处和坏处、哪里能做。按公开的国家方案整理。",
            Body::Home(library.home.clone()),
        )),
        Route::Topics => Ok(page(
            app,
            lang,
            route,
            "癌症筛查：按部位看",
            "每种癌症谁该查、查什么、多久查一次、好处和坏处。",
            Body::Topics(ArticleList { cards: library.topic_cards.clone() }),
        )),
        Route::Topic(id) => article(library.topics.get(id.as_str()), Body::Topic),
        Route::GuidanceList => Ok(page(
            app,
            lang,
            route,
            "早癌指导",
            "哪些症状要看医生、结果阳性怎么办、为什么要早发现。",
            Body::GuidanceList(ArticleList { cards: library.guidance_cards.clone() }),
        )),
        Route::Guidance(id) => article(library.guidance.get(id.as_str()), Body::Guidance),
        Route::Privacy => article(library.pages.get("privacy"), Body::Privacy),
        Route::Clinics(filter) => Ok(page(
            app,
            lang,
            route,
            "找医院：您想查什么？",
            "按检查、城市和时间找医院，看电话和路线。",
            Body::Clinics(clinics::finder(app, filter, now)),
        )),
        Route::Clinic(id) => {
            let mut clinic = library.clinic(id.as_str()).ok_or(Code::NotFound)?.clone();
            clinic.now = now;
            let title = clinic.card.name.clone();
            let description = format!("{}：电话、服务、路线。{}", title, clinic.intro);
            Ok(page(app, lang, route, &title, &description, Body::Clinic(Box::new(clinic))))
        }
        Route::FollowUpEntry => Ok(page(
            app,
            lang,
            route,
            "随访：打开护士发给您的链接",
            "用护士发的链接选时间、改时间、取消预约。",
            Body::FollowUpEntry,
        )),
        Route::FollowUp(..) => Err(Code::NotFound.into()),
    }
}

/// A page with what stands around it.
pub fn page(app: &App, lang: Lang, route: &Route, title: &str, description: &str, body: Body) -> Page {
    Page {
        meta: Meta {
            title: title.to_owned(),
            description: description.to_owned(),
            lang: lang.tag().to_owned(),
            translated: lang == Lang::Hans,
            path: route.path(Lang::Hans),
            demonstration: app.library.demonstration,
            hospital: app.hospital(),
        },
        body,
    }
}

/// A page that is about one person: never kept by anybody on the way, nor by the phone.
pub fn personal(app: &App, visitor: &Visitor, page: &Page) -> Response {
    let ended = match &page.body {
        Body::FollowUp(followup) => match &followup.stage {
            Stage::Ended(problem) => Some(problem.status),
            Stage::Identify { .. } | Stage::Plan(_) => None,
        },
        _ => None,
    };
    let status = ended.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(HTML)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, render(app, visitor, page)).into_response()
}

/// A page of what went wrong.
pub fn problem_page(app: &App, visitor: &Visitor, problem: Problem) -> Response {
    let title = problem.title.clone();
    let page = page(app, visitor.lang, &Route::Home, &title, &problem.detail.clone(), Body::Problem(problem));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(HTML))];
    (headers, render(app, visitor, &page)).into_response()
}

fn render(app: &App, visitor: &Visitor, page: &Page) -> String {
    let shareable = !matches!(page.body, Body::FollowUp(_) | Body::Problem(_));
    let canonical = if shareable {
        let path = Route::parse(page.meta.path.split('?').next().unwrap_or("/"), "")
            .map_or_else(|| page.meta.path.clone(), |(_, route)| route.path(visitor.lang));
        format!("{}{path}", app.config.public_url)
    } else {
        String::new()
    };
    app.shell.fill(&Filling {
        lang: visitor.lang,
        size: visitor.size,
        title: &format!("{} · {}", page.meta.title, page.meta.hospital.name),
        description: &page.meta.description,
        canonical: &canonical,
        html: &zaoshai_app::render(page, visitor.size),
        data: Some(page),
        loading: visitor.loading,
    })
}

/// `GET /sitemap.txt`: every public page, one path a line.
pub async fn sitemap(State(app): State<App>) -> String {
    let library = &app.library;
    let slug = |id: &String| zaoshai_contract::ids::Slug::parse(id);
    let mut routes = vec![Route::Home, Route::Topics, Route::GuidanceList, Route::Clinics(Default::default())];
    routes.extend(library.topics.keys().filter_map(slug).map(Route::Topic));
    routes.extend(library.guidance.keys().filter_map(slug).map(Route::Guidance));
    routes.extend(library.clinics.iter().filter_map(|clinic| slug(&clinic.card.id)).map(Route::Clinic));
    routes.extend([Route::FollowUpEntry, Route::Privacy]);
    routes.iter().map(|route| route.path(Lang::Hans) + "\n").collect()
}

/// `GET /index.html`: the shell is not a page.
pub async fn to_home() -> Redirect {
    Redirect::permanent("/")
}

/// A page for staff in the shell, without the app.
pub fn staff_shell(app: &App, title: &str, html: &str) -> String {
    let shell = app.shell.fill(&Filling {
        lang: Lang::Hans,
        size: crate::html::TextSize::Normal,
        title,
        description: "",
        canonical: "",
        html,
        data: None,
        loading: Loading::HtmlOnly,
    });
    shell.replacen("<body", "<body class=\"zs-staff\"", 1).replacen(
        "</body>",
        "<script defer src=\"/staff.js\"></script></body>",
        1,
    )
}
