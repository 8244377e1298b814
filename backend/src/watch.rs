//! Content that changes while the server runs: looked at every few seconds, taken over when it is sound.
//! For an editor at her desk the pages also reload themselves and show what is wrong.

use crate::app::App;
use crate::content::{Edition, Library};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use zaoshai_contract::civil::CivilDate;

/// How often a serving hospital's content is looked at.
pub const CALM: Duration = Duration::from_secs(5);
/// How often an editor's content is looked at.
pub const QUICK: Duration = Duration::from_millis(300);

/// The script that reloads an editor's page.
const SCRIPT: &str = include_str!("watch.js");

/// Names, lengths and times of all files below a folder: changes when any of them changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Fingerprint(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl Fingerprint {
    /// Looks at a folder; what cannot be read is left out.
    pub fn of(folder: &Path) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
                match entry.metadata() {
                    Ok(found) if found.is_dir() => folders.push(entry.path()),
                    Ok(found) => files.push((entry.path(), found.len(), found.modified().ok())),
                    Err(_) => {}
                }
            }
        }
        files.sort();
        Self(files)
    }
}

/// Reads the content again whenever it has changed, and when the process is told to by SIGHUP.
/// The day is looked at as well: a review becomes overdue without any file changing.
pub async fn follow(app: App, folder: PathBuf, every: Duration) {
    // The first look always reads: a file may have changed since the start did.
    let mut seen = None;
    let mut told = hang_up();
    loop {
        let forced = tokio::select! {
            () = tokio::time::sleep(every) => false,
            () = told.recv() => true,
        };
        let today = app.now().date();
        let Ok(looked) = look(folder.clone()).await else { continue };
        let now = Some((looked, today));
        if now == seen && !forced {
            continue;
        }
        seen = now;
        match load(folder.clone(), today, app.library().edition).await {
            Ok(loaded) => app.reload(loaded),
            Err(error) => tracing::error!(%error, "reading the content"),
        }
    }
}

/// Walks through the folder without holding up requests.
pub async fn look(folder: PathBuf) -> Result<Fingerprint, tokio::task::JoinError> {
    tokio::task::spawn_blocking(move || Fingerprint::of(&folder)).await
}

type Loaded = Result<Library, Vec<crate::content::Finding>>;

async fn load(folder: PathBuf, today: CivilDate, edition: Edition) -> Result<Loaded, tokio::task::JoinError> {
    tokio::task::spawn_blocking(move || Library::load_edition(&folder, today, edition)).await
}

/// SIGHUP, where there is one.
struct HangUp(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

fn hang_up() -> HangUp {
    #[cfg(unix)]
    return HangUp(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok());
    #[cfg(not(unix))]
    HangUp()
}

impl HangUp {
    async fn recv(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Gives every page the script that reloads it, and tells the script what there is.
pub fn dressed(router: Router, app: App) -> Router {
    let watch = Router::new().route("/watch.js", get(script)).route("/watch.json", get(state)).with_state(app);
    router.layer(middleware::from_fn(with_script)).merge(watch)
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "no-store")], SCRIPT).into_response()
}

/// The version that is served, what is wrong with the files, and what is still to be done.
async fn state(State(app): State<App>) -> Response {
    let library = app.library();
    let gaps: Vec<String> = library.gaps.iter().map(ToString::to_string).collect();
    let json = serde_json::json!({ "version": library.version, "trouble": app.trouble(), "gaps": gaps });
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(json)).into_response()
}

/// Pages are small and only one editor reads them: they are taken apart and put together again.
async fn with_script(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    request.headers_mut().remove(header::IF_NONE_MATCH);
    let response = next.run(request).await;
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    if !html {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return parts.into_response();
    };
    let page =
        String::from_utf8_lossy(&bytes).replacen("</body>", "<script defer src=\"/watch.js\"></script></body>", 1);
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts, page).into_response()
}
