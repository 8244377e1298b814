//! Every public page: one loading function for each route, used by the HTML and by the JSON alike.

use super::body::Form;
use super::{checks, clinics, followups, frame, home_care, share, titles, told};
use crate::app::App;
use crate::cache::{Shelf, hour_of};
use crate::content::traditional::simplified;
use crate::content::{Area, Edition, Library, PLAN};
use crate::failures::Result;
use crate::html::{Filling, Loading, Reading};
use crate::lookup::find;
use crate::visitor::Visitor;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;
use zaoshai_contract::content::Article;
use zaoshai_contract::ids::Slug;
use zaoshai_contract::page::{ArticleList, Body, Meta, Page};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::results::{Found, Results};
use zaoshai_contract::route::{ClinicFilter, Lang, Route};
use zaoshai_contract::search::{self, Search};

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
        let (page, status) = followups::load(&app, lang, token, *view, query, &visitor).await?;
        let response = (status, uncached(HTML, render(&app, &visitor, &page))).into_response();
        return Ok(told::forget(&visitor, response));
    }
    match &route {
        Route::FollowUpEntry => {
            if let Some(page) = followups::entry(&app, &visitor).await? {
                return Ok(personal(&app, &visitor, &page));
            }
        }
        Route::HomeCare => return Ok(personal(&app, &visitor, &home_care::load(&app, lang)?)),
        Route::HomeCareRequest(token) => {
            let page = home_care::load_request(&app, lang, token, query, &visitor).await?;
            return Ok(told::forget(&visitor, personal(&app, &visitor, &page)));
        }
        _ => {}
    }
    // What was typed is not kept, and every text would be a document of its own.
    let library = app.library();
    if is_typed(&library, &route) {
        let page = load(&app, lang, &route)?;
        return Ok(uncached(HTML, render(&app, &visitor, &page)));
    }
    let (route, shelf) = kept(&library, route);
    let usual = visitor.reading == Reading::default() && visitor.loading == Loading::App;
    let shelf = if usual { shelf } else { Shelf::Other };
    let linked = app.shell.style.as_ref().is_none_or(|style| visitor.style.as_ref() == Some(&style.version));
    let key = |linked: bool| {
        format!("html {} {:?} {:?} {linked} {}", library.version, visitor.reading, visitor.loading, route.path(lang))
    };
    // Whoever has the page with the style sheet inside it needs it no second time without.
    let carrying = linked.then(|| app.cache.get(shelf, &key(false), app.now())).flatten();
    if let Some(document) = carrying.filter(|document| document.is_known(request.headers())) {
        return Ok(document.respond(request.headers()));
    }
    if let Some(document) = app.cache.get(shelf, &key(linked), app.now()) {
        return Ok(document.respond(request.headers()));
    }
    let page = load(&app, lang, &route)?;
    let html = render(&app, &visitor, &page);
    Ok(app.cache.put(shelf, key(linked), html, HTML, app.now()).respond(request.headers()))
}

/// The one address under which a page is kept, with nothing in it that a visitor has made up, and the shelf for it.
fn kept(library: &Library, route: Route) -> (Route, Shelf) {
    match route {
        Route::Clinics(filter) => {
            let filter = clinics::known(library, &filter);
            let shelf = if filter == ClinicFilter::default() { Shelf::Usual } else { Shelf::Other };
            (Route::Clinics(filter), shelf)
        }
        route => (route, Shelf::Usual),
    }
}

/// Whether a page answers what a person has typed, or made up.
fn is_typed(library: &Library, route: &Route) -> bool {
    match route {
        Route::Results(typed) | Route::Search(typed) => !typed.is_empty(),
        Route::Clinics(filter) => !clinics::unknown(library, filter).is_empty(),
        _ => false,
    }
}

/// An answer that nobody on the way keeps.
fn uncached(content_type: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}

/// A page that is made for one visitor, as HTML.
pub fn personal(app: &App, visitor: &Visitor, page: &Page) -> Response {
    uncached(HTML, render(app, visitor, page))
}

/// A file of the built app, in the smallest form that the phone understands. Those whose names begin with a dot were
/// not made to be served.
async fn file(app: &App, request: Request) -> Result<Response> {
    let missing = unknown(request.uri().path());
    let hidden = request.uri().path().to_ascii_lowercase();
    if hidden.contains("/.") || hidden.contains("/%2e") {
        return Err(missing.into());
    }
    let files =
        ServeDir::new(&app.config.dist).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let Ok(response) = files.oneshot(request).await;
    // A name that the file system does not take names no file either.
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if is_error && !matches!(response.status(), StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE) {
        return Err(missing.into());
    }
    Ok(response.into_response())
}

/// An address under `/f/` that is no token is a link that was copied badly, not a missing page.
pub(super) fn unknown(path: &str) -> Code {
    let rest = Lang::ALL.iter().rev().find_map(|lang| path.strip_prefix(lang.prefix())).unwrap_or(path);
    let links = ["/f/", "/home-care/", "/api/v1/followups/", "/api/v1/home-care/"];
    if links.iter().any(|link| rest.starts_with(link)) { Code::LinkUnknown } else { Code::NotFound }
}

/// A public page as JSON.
pub fn document(app: &App, visitor: &Visitor, route: &Route) -> Result<Response> {
    let library = app.library();
    if is_typed(&library, route) {
        let page = load(app, visitor.lang, route)?;
        return Ok(uncached(JSON, serde_json::to_string(&page).map_err(anyhow::Error::from)?));
    }
    let (route, shelf) = kept(&library, route.clone());
    let key = format!("json {} {}", library.version, route.path(visitor.lang));
    if let Some(document) = app.cache.get(shelf, &key, app.now()) {
        return Ok(document.respond(&visitor.headers));
    }
    let mut page = load(app, visitor.lang, &route)?;
    if let Body::Search(search) = &mut page.body {
        // The page does without; only the app fetches the index, and answers from it what it never sends.
        search.index = Some(Box::new(app.library().search(visitor.lang).clone()));
    }
    let json = serde_json::to_string(&page).map_err(anyhow::Error::from)?;
    Ok(app.cache.put(shelf, key, json, JSON, app.now()).respond(&visitor.headers))
}

/// `POST /results`: looks up the words of a report. They come as a body, so that no address and no log holds them.
pub async fn look_up(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response> {
    let page = load(&app, visitor.lang, &Route::results(form.get("q")))?;
    Ok(uncached(HTML, render(&app, &visitor, &page)))
}

/// Loads a page that is the same for everybody in this hour.
pub fn load(app: &App, lang: Lang, route: &Route) -> Result<Page> {
    let library = app.library();
    let now = hour_of(app.now());
    let article = |area: Area, id: &str, body: fn(Article) -> Body| {
        let (entry, translated) = library.entry(area, lang, id).ok_or(Code::NotFound)?;
        let title = Title { title: &entry.article.title, description: &entry.description, translated };
        Ok(page(app, &library, lang, route, title, body(entry.article.clone())))
    };
    let list = |area: Area, body: fn(ArticleList) -> Body| {
        let (cards, translated) = library.cards(area, lang);
        let title = Title { translated, ..titles::of(lang, route) };
        page(app, &library, lang, route, title, body(ArticleList { cards }))
    };
    let fixed = |body: Body| page(app, &library, lang, route, titles::of(lang, route), body);
    match route {
        Route::Home => {
            let mut home = library.home.clone();
            let mut translated = true;
            if lang == Lang::En {
                (home.topics, translated) = library.cards(Area::Topics, lang);
                // The pictures belong to a page that is written in Chinese.
                home.early.clear();
                home.guidance.retain(|card| library.en.entry(Area::Guidance, &card.id).is_some());
                for card in &mut home.guidance {
                    if let Some(entry) = library.en.entry(Area::Guidance, &card.id) {
                        card.clone_from(&entry.card);
                    }
                }
            }
            Ok(page(app, &library, lang, route, Title { translated, ..titles::of(lang, route) }, Body::Home(home)))
        }
        Route::Topics => Ok(list(Area::Topics, Body::Topics)),
        Route::Topic(id) => article(Area::Topics, id.as_str(), Body::Topic),
        Route::Decision(id) => article(Area::Decisions, id.as_str(), Body::Decision),
        Route::Results(typed) => {
            let (explainers, translated) = library.cards(Area::Results, lang);
            let matches = find(&library.findings, &simplified(typed));
            let found = matches
                .iter()
                .filter_map(|found| library.findings.get(found.place))
                .map(|finding| Found {
                    explainer: finding.explainer.clone(),
                    section: finding.section.clone(),
                    heading: finding.heading.clone(),
                    name: explainers
                        .iter()
                        .find(|card| card.id == finding.explainer)
                        .map(|card| card.title.clone())
                        .unwrap_or_default(),
                })
                .collect();
            let named = matches.first().is_some_and(|first| first.named);
            let results = Results { typed: typed.clone(), found, named, explainers };
            let title = Title { translated, ..titles::of(lang, route) };
            // What was typed stands in no address.
            Ok(page(app, &library, lang, &Route::Results(String::new()), title, Body::Results(results)))
        }
        Route::Search(typed) => {
            let index = library.search(lang);
            let hits = search::find(index, &simplified(typed));
            let named = hits.iter().any(|hit| hit.named);
            let hits = hits.iter().filter_map(|hit| index.entries.get(hit.place).cloned()).collect();
            let body = Body::Search(Search { typed: typed.clone(), hits, named, index: None });
            // What was typed stands in no address.
            Ok(page(app, &library, lang, &Route::Search(String::new()), titles::of(lang, route), body))
        }
        Route::Result(id) => article(Area::Results, id.as_str(), Body::Result),
        Route::Programmes => Ok(list(Area::Programmes, Body::Programmes)),
        Route::Programme(id) => article(Area::Programmes, id.as_str(), Body::Programme),
        Route::GuidanceList => Ok(list(Area::Guidance, Body::GuidanceList)),
        Route::Guidance(id) => article(Area::Guidance, id.as_str(), Body::Guidance),
        Route::Privacy => article(Area::Pages, "privacy", Body::Privacy),
        Route::Checks => {
            let mut cards: Vec<_> = library.checks.iter().map(|entry| entry.card.clone()).collect();
            // The plan is the last of the files and the first thing to do.
            let plan = usize::from(cards.last().is_some_and(|card| card.id == PLAN));
            cards.rotate_right(plan);
            let title = Title { translated: lang != Lang::En, ..titles::of(lang, route) };
            Ok(page(app, &library, lang, route, title, Body::Checks(ArticleList { cards })))
        }
        Route::Check(id) if id.as_str() != PLAN => check(app, &library, lang, route, id.as_str()),
        Route::Check(_) => Err(Code::NotFound.into()),
        Route::Plan => check(app, &library, lang, route, PLAN),
        Route::Clinics(filter) => {
            // The page's own address holds nothing that a stranger has made up.
            let own = Route::Clinics(clinics::known(&library, filter));
            let body = Body::Clinics(clinics::finder(app, lang, filter, now));
            Ok(page(app, &library, lang, &own, titles::of(lang, route), body))
        }
        Route::Clinic(id) => {
            let mut clinic = library.clinic(id.as_str()).ok_or(Code::NotFound)?.clone();
            clinic.office = library.holidays.office_hours(now);
            if let Some(care) = library.home_care.as_ref().filter(|care| care.clinic == id.as_str()) {
                clinic.home_care.clone_from(&care.title);
            }
            let name = clinic.card.name.clone();
            let description = format!("{}：电话、服务、路线。{}", name, clinic.intro);
            // The site's own hospital is named behind every title.
            let title = match (id.as_str() == library.hospital, lang) {
                (true, Lang::En) => "Phone, services, the way there",
                (true, Lang::Hans | Lang::Hant) => "电话、服务、路线",
                (false, _) => &name,
            };
            let title = Title { title, description: &description, translated: true };
            Ok(page(app, &library, lang, route, title, Body::Clinic(Box::new(clinic))))
        }
        Route::FollowUpEntry => Ok(fixed(Body::FollowUpEntry)),
        Route::HomeCare => home_care::load(app, lang),
        Route::FollowUp(..) | Route::HomeCareRequest(_) => Err(Code::NotFound.into()),
    }
}

fn check(app: &App, library: &Library, lang: Lang, route: &Route, id: &str) -> Result<Page> {
    let entry = library.check(id).ok_or(Code::NotFound)?;
    let title = Title { title: &entry.check.title, description: &entry.description, translated: lang != Lang::En };
    let check = checks::of_day(entry, app.now().date());
    Ok(page(app, library, lang, route, title, Body::Check(Box::new(check))))
}

/// How a page is called, and whether that is in its language.
#[derive(Clone, Copy, Debug)]
pub struct Title<'a> {
    /// The title.
    pub title: &'a str,
    /// One sentence for search engines and share cards.
    pub description: &'a str,
    /// False where the text is still only in simplified Chinese.
    pub translated: bool,
}

/// A page with what stands around it, in the characters of its language.
pub fn page(app: &App, library: &Library, lang: Lang, route: &Route, title: Title<'_>, body: Body) -> Page {
    page_of(app, library, &library.hospital, lang, route, title, body)
}

/// The same of a hospital of the alliance: its name and its phone stand around the page.
pub fn page_of(
    app: &App,
    library: &Library,
    hospital: &str,
    lang: Lang,
    route: &Route,
    title: Title<'_>,
    body: Body,
) -> Page {
    let known = library.clinic(hospital).is_some();
    let mut page = Page {
        meta: Meta {
            title: title.title.to_owned(),
            description: title.description.to_owned(),
            lang: lang.tag().to_owned(),
            translated: title.translated,
            path: route.path(Lang::Hans),
            demonstration: library.demonstration,
            demo: library.edition == Edition::Demonstration,
            hospital: app.hospital_of(library, if known { hospital } else { &library.hospital }),
        },
        body,
    };
    if lang == Lang::Hant {
        page = library.traditional.page(&page);
    }
    match lang {
        // English pages name in Chinese what is not translated.
        Lang::Hans | Lang::En => library.breaks.page(&mut page),
        Lang::Hant => library.breaks_hant.page(&mut page),
    }
    page
}

/// A page of HTML alone, which nobody on the way keeps, finds or passes on.
pub fn plain(app: &App, visitor: &Visitor, meta: &Meta, html: &str) -> Response {
    let html = app.shell.fill(&Filling {
        lang: visitor.lang,
        reading: visitor.reading,
        title: &format!("{} · {}", meta.title, meta.hospital.name),
        description: &meta.description,
        canonical: "",
        picture: "",
        html,
        data: None,
        loading: Loading::HtmlOnly,
        style: visitor.style.as_deref(),
    });
    uncached(HTML, html)
}

/// A page of what went wrong.
pub fn problem_page(app: &App, visitor: &Visitor, problem: Problem) -> Response {
    let (title, detail) = (problem.title.clone(), problem.detail.clone());
    let title = Title { title: &title, description: &detail, translated: visitor.lang != Lang::En };
    let page = page(app, &app.library(), visitor.lang, &Route::Home, title, Body::Problem(problem));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(HTML))];
    (headers, render(app, visitor, &page)).into_response()
}

fn render(app: &App, visitor: &Visitor, page: &Page) -> String {
    let route = Route::parse(page.meta.path.split('?').next().unwrap_or("/"), "");
    let route = route.map_or(Route::Home, |(_, route)| route);
    let shareable =
        !matches!(page.body, Body::FollowUp(_) | Body::Problem(_)) && !matches!(route, Route::HomeCareRequest(_));
    let canonical =
        if shareable { format!("{}{}", app.config.public_url, route.path(visitor.lang)) } else { String::new() };
    app.shell.fill(&Filling {
        lang: visitor.lang,
        reading: visitor.reading,
        title: &format!("{} · {}", page.meta.title, page.meta.hospital.name),
        description: &page.meta.description,
        canonical: &canonical,
        picture: &share::picture_of(&app.library(), &route),
        html: &zaoshai_app::render(page, visitor.reading.size),
        data: Some(page),
        loading: match (&page.body, visitor.loading) {
            (Body::Check(_), Loading::App) => Loading::Check,
            (_, loading) => loading,
        },
        style: visitor.style.as_deref(),
    })
}

/// `GET /sitemap.txt`: every public page, one path a line.
pub async fn sitemap(State(app): State<App>) -> String {
    let library = app.library();
    let slug = |id: &String| Slug::parse(id);
    let all = |area: Area, route: fn(Slug) -> Route| {
        library.hans.shelf(area).entries.keys().filter_map(slug).map(route).collect::<Vec<_>>()
    };
    let mut routes = vec![
        Route::Home,
        Route::Topics,
        Route::GuidanceList,
        Route::Results(String::new()),
        Route::Programmes,
        Route::Clinics(ClinicFilter::default()),
        Route::Search(String::new()),
    ];
    routes.extend(all(Area::Topics, Route::Topic));
    routes.extend(all(Area::Decisions, Route::Decision));
    routes.extend(all(Area::Results, Route::Result));
    routes.extend(all(Area::Guidance, Route::Guidance));
    routes.extend(all(Area::Programmes, Route::Programme));
    routes.push(Route::Checks);
    routes.extend(library.checks.iter().filter_map(|entry| slug(&entry.check.id)).map(|id| match id.as_str() {
        PLAN => Route::Plan,
        _ => Route::Check(id),
    }));
    routes.extend(library.clinics.iter().filter_map(|clinic| slug(&clinic.card.id)).map(Route::Clinic));
    routes.extend(library.home_care.is_some().then_some(Route::HomeCare));
    routes.extend([Route::FollowUpEntry, Route::Privacy]);
    routes.iter().map(|route| route.path(Lang::Hans) + "\n").collect()
}

/// `GET /favicon.ico`: where browsers look that read no `<link>`. They take a PNG under this name.
pub async fn favicon() -> Response {
    const ICON: &[u8] = include_bytes!("../../../public/icon-180.png");
    ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=86400")], ICON).into_response()
}

/// `GET /index.html`: the shell is not a page.
pub async fn to_home() -> Redirect {
    Redirect::permanent("/")
}

/// A page for staff in the shell, without the app.
pub fn staff_shell(app: &App, title: &str, html: &str) -> String {
    let shell = app.shell.fill(&Filling {
        lang: Lang::Hans,
        reading: frame::reading(),
        title,
        description: "",
        canonical: "",
        picture: "",
        html,
        data: None,
        loading: Loading::HtmlOnly,
        style: frame::sent_style().as_deref(),
    });
    shell
        .replacen("</head>", &format!("{}</head>", app.shell.staff_style), 1)
        .replacen("<body", "<body class=\"zs-staff\"", 1)
        .replacen("</body>", "<script defer src=\"/staff.js\"></script></body>", 1)
}
