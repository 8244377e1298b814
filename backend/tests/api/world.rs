//! A whole backend for one test: its own database, the bundled content, a clock that stands still, and clients.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;
use tower::ServiceExt as _;
use zaoshai_backend::app::{App, Config, Proxy};
use zaoshai_backend::clock::Clock;
use zaoshai_backend::content::{Edition, Library};
use zaoshai_backend::db::Db;
use zaoshai_backend::db::calls::NewNote;
use zaoshai_backend::db::repeats::Sent;
use zaoshai_backend::demonstration::Demonstration;
use zaoshai_backend::html::Shell;
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_backend::{demonstration, routes};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::page::Page;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::{FollowUpDetail, Staff};

/// The password of the nurse in every test.
pub const PASSWORD: &str = "correct horse";
/// The phone of the patient in every test.
pub const PHONE: &str = "13800138000";

/// A backend.
pub struct World {
    pub app: App,
    pub router: Router,
    folder: TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Empty for pictures.
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    pub fn code(&self) -> String {
        let json = self.json();
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(json["status"], self.status.as_u16());
        assert!(json["request_id"].as_str().is_some_and(|id| !id.is_empty()));
        json["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn location(&self) -> &str {
        self.headers["location"].to_str().expect("a readable address")
    }

    /// Where it leads; empty for an answer that leads nowhere.
    pub fn location_or_nothing(&self) -> &str {
        self.headers.get("location").map_or("", |to| to.to_str().expect("a readable address"))
    }
}

/// A browser or program with its cookies.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    address: Option<SocketAddr>,
}

/// The address of a database of one's own that is empty yet.
pub async fn address(folder: &Path) -> String {
    match std::env::var("ZAOSHAI_TEST_POSTGRES") {
        Ok(server) => Db::create_on(&server, &format!("test_{}", secrets::fresh_id())).await.expect("a new database"),
        Err(_) => format!("sqlite://{}/test.db", folder.display()),
    }
}

pub async fn database(folder: &Path) -> Db {
    Db::open(&address(folder).await).await.expect("a database")
}

/// The secrets of every test.
pub fn secrets() -> Secrets {
    Secrets::new(&[7; 32])
}

/// The shared parts of a backend with the bundled content, on any database.
pub fn app(folder: &Path, db: Db, clock: Clock) -> App {
    app_at("http://zaoshai.test", folder, db, clock)
}

/// The same at another public address.
pub fn app_at(public_url: &str, folder: &Path, db: Db, clock: Clock) -> App {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let today = CivilDate::new(2026, 11, 23).expect("a day");
        Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"), today).expect("sound content")
    });
    let shell = "<!doctype html><html lang=\"zh-CN\"><head><!--head-->\n<link rel=\"stylesheet\" href=\"/style-0123456789ab.css\">\n<!-- app -->\n<script src=\"/loader.js\">\
                 </script>\n<!-- /app -->\n</head><body><div id=\"app\"><!--page--></div><!--data--></body></html>";
    std::fs::write(folder.join("index.html"), shell).expect("a file");
    std::fs::write(folder.join("style-0123456789ab.css"), "body{margin:0}").expect("a file");
    let config =
        Config { public_url: public_url.to_owned(), dist: folder.to_owned(), writes_per_minute: 0, proxy: Proxy::None };
    App::new(library.clone(), db, secrets(), Shell::read(folder).expect("a shell"), clock, config)
}

/// The content with the fictitious hospitals of the demonstration.
fn fictitious() -> Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let today = CivilDate::new(2026, 11, 23).expect("a day");
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
        Library::load_edition(&content, today, Edition::Demonstration).expect("sound content")
    });
    library.clone()
}

impl World {
    /// A backend on Monday 2026-11-23, 8:00, with the slots of the weekly times and a nurse.
    pub async fn new() -> Self {
        let world = Self::without_timetable().await;
        demonstration::make_timetable(&world.app).await.expect("a timetable");
        world
    }

    /// The same without any slots.
    pub async fn without_timetable() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = database(folder.path()).await;
        Self::on(folder, db).await
    }

    /// The same on a database that is there.
    pub async fn on(folder: TempDir, db: Db) -> Self {
        static HASH: OnceLock<String> = OnceLock::new();
        let monday = Moment::at(CivilDate::new(2026, 11, 23).expect("a day"), 8 * 60);
        let app = app(folder.path(), db, Clock::still(monday));
        let hash = HASH.get_or_init(|| secrets::hash_password(PASSWORD).expect("a hash"));
        let nurse = Staff {
            name: "zhang".to_owned(),
            display: "张护士".to_owned(),
            hospital: app.library().hospital.clone(),
            roles: vec![Role::Nurse, Role::Coordinator],
        };
        app.db.make_staff(&nurse, hash, app.now()).await.expect("a nurse");
        Self { router: routes::router(app.clone()), app, folder }
    }

    /// A server that was started as a demonstration, at this moment.
    pub async fn of_demonstration(size: demonstration::Size, now: Moment) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = database(folder.path()).await;
        Self::started_again(folder, db, size, now).await
    }

    /// The same on a database that is there.
    pub async fn started_again(folder: TempDir, db: Db, size: demonstration::Size, now: Moment) -> Self {
        let (demonstration, _) = Demonstration::on(&db, size).await.expect("a database of the demonstration");
        let app = app(folder.path(), db, Clock::still(now));
        app.reload(Ok(fictitious()));
        let app = app.demonstrating(demonstration);
        app.demonstration().expect("a demonstration").prepare(&app).await.expect("its people");
        Self { router: routes::router(app.clone()), app, folder }
    }

    /// The folder and the database, when the server has ended.
    pub fn ended(self) -> (TempDir, Db) {
        (self.folder, self.app.db.clone())
    }

    pub fn client(&self) -> Client {
        Client { router: self.router.clone(), cookies: Vec::new(), address: None }
    }

    /// Everything that stands in the files of the database; none on PostgreSQL, whose files are not ours to read.
    pub fn files(&self) -> Option<Vec<u8>> {
        if std::env::var("ZAOSHAI_TEST_POSTGRES").is_ok() {
            return None;
        }
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        let file = read("test.db");
        assert!(!file.is_empty(), "there is a file");
        Some([file, read("test.db-wal")].concat())
    }

    /// A client that is signed in as the nurse.
    pub async fn nurse(&self) -> Client {
        let mut nurse = self.client();
        let login = serde_json::json!({ "name": "zhang", "password": PASSWORD });
        let answer = nurse.json("POST", "/api/v1/staff/session", &login, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        nurse
    }

    /// A client that is signed in as somebody of a hospital in one role.
    pub async fn staff(&self, name: &str, hospital: &str, role: Role) -> Client {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| secrets::hash_password("another").expect("a hash"));
        let staff =
            Staff { name: name.to_owned(), display: name.to_owned(), hospital: hospital.to_owned(), roles: vec![role] };
        self.app.db.make_staff(&staff, hash, self.app.now()).await.expect("an account");
        let mut client = self.client();
        let login = serde_json::json!({ "name": name, "password": "another" });
        let answer = client.json("POST", "/api/v1/staff/session", &login, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        client
    }

    /// A follow-up for a CT, made by a nurse.
    pub async fn followup(&self) -> FollowUpDetail {
        let mut nurse = self.nurse().await;
        let key = secrets::fresh_id();
        let answer = nurse.json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &key)]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        serde_json::from_str(&answer.text).expect("a follow-up")
    }

    /// A patient who has given her last four digits.
    pub async fn patient(&self, followup: &FollowUpDetail) -> Client {
        let mut patient = self.client();
        let path = format!("/api/v1/followups/{}/identify", followup.token);
        let answer = patient.json("POST", &path, &serde_json::json!({ "ending": "8000" }), &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        patient
    }
}

/// A form that comes once.
pub fn sent() -> Sent {
    Sent { key: secrets::fresh_id(), said: "said".to_owned() }
}

/// Why a nurse ends a follow-up.
pub fn why() -> NewNote {
    let id = secrets::fresh_id();
    NewNote {
        text_sealed: secrets().seal(&id, "note", "结束的原因：重复建的"), staff: "zhang".to_owned(), id
    }
}

/// What the nurse sends for a new follow-up.
pub fn new_followup() -> serde_json::Value {
    serde_json::json!({
        "name": "李女士", "phone": PHONE, "reason": "小结节，3 个月复查",
        "services": ["ldct-review"], "due_from": "2026-11-23", "due_to": "2026-12-04", "another": true, "anew": true,
    })
}

impl Client {
    /// The same client at an address of its own, like `192.0.2.1`.
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(SocketAddr::new(address.parse().expect("an address"), 40_000));
        self
    }

    /// Forgets a cookie.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|(known, _)| known != name);
    }

    /// The document of a page, which stands in it or which its loader fetches beside it, and never both.
    pub async fn document(&mut self, html: &str) -> Page {
        let inside = html.split_once("id=\"page\">").and_then(|(_, rest)| rest.split_once("</script>"));
        let beside = html.split_once("as=\"fetch\" crossorigin href=\"").and_then(|(_, rest)| rest.split_once('"'));
        let json = match (inside, beside) {
            (Some((json, _)), None) => json.to_owned(),
            (None, Some((address, _))) => self.get(address).await.text,
            found => panic!("one document: {found:?}"),
        };
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("a page, {error}: {json}"))
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty(), &[]).await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Request::get(path), Body::empty(), headers).await
    }

    pub async fn json(
        &mut self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        self.send(request, Body::from(body.to_string()), headers).await
    }

    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Body::from(body), &[]).await
    }

    /// A form with a key of its own, unless it has one.
    pub async fn form_once(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let key = secrets::fresh_id();
        let keyed = fields.iter().any(|(name, _)| *name == "key");
        let own: &[(&str, &str)] = if keyed { &[] } else { &[("key", &key)] };
        self.form(path, &[fields, own].concat()).await
    }

    pub async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: Body,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = request.header("host", "zaoshai.test");
        if let Some(address) = self.address {
            request = request.extension(ConnectInfo(address));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes().to_vec();
        let picture = parts.headers.get("content-type").is_some_and(|kind| kind == "image/png");
        let text = if picture { String::new() } else { String::from_utf8(bytes.clone()).expect("text") };
        for cookie in parts.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Answer { status: parts.status, headers: parts.headers, text: as_read(&text), bytes }
    }
}

/// A page as it is read: what keeps a date or a number on one line is no part of its words.
fn as_read(text: &str) -> String {
    let mut pieces = text.split("<span class=\"zs-whole");
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let inside = piece.split_once('>').and_then(|(_, rest)| rest.split_once("</span>"));
        let (words, rest) = inside.expect("a span that ends");
        read.push_str(words);
        read.push_str(rest);
    }
    read
}

/// Whether a text tells a secret: as a word of its own, for tokens and ids may hold a few of its digits by chance.
pub fn tells(text: &str, secret: &str) -> bool {
    let goes_on = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(secret)
        .any(|(at, _)| !goes_on(text[..at].chars().next_back()) && !goes_on(text[at + secret.len()..].chars().next()))
}

/// What a nurse finds who types this into the search.
pub async fn search(nurse: &mut Client, typed: &str) -> Answer {
    let found = nurse.form("/staff/search", &[("q", typed)]).await;
    nurse.get(found.location()).await
}
