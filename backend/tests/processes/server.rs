//! A `zaoshai serve` of one's own: started on a free port, stopped by its own process id.

use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::demonstration::{Identified, crowd};
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;

/// A moment far enough in the future that no slot of these tests is past.
pub fn soon() -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Moment(i64::try_from(now.as_millis()).expect("before the year 292 million")).plus_minutes(24 * 60)
}

/// A folder with what servers need, and the address of a fresh database.
pub struct Site {
    folder: TempDir,
    pub database: String,
}

impl Site {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}/test.db", folder.path().display());
        Self::fill(folder, database)
    }

    /// A fresh database on the PostgreSQL server of the test run; none when the run has no such server.
    pub async fn postgres() -> Option<Self> {
        let server = std::env::var("ZAOSHAI_TEST_POSTGRES").ok()?;
        let name = format!("test_{}", secrets::fresh_id());
        let database = Db::create_on(&server, &name).await.expect("a new database");
        Some(Self::fill(tempfile::tempdir().expect("a folder"), database))
    }

    /// A site on a database that is elsewhere.
    pub fn on(database: String) -> Self {
        Self::fill(tempfile::tempdir().expect("a folder"), database)
    }

    fn fill(folder: TempDir, database: String) -> Self {
        let shell = "<html lang=\"zh-CN\"><head><!--head--><link rel=\"stylesheet\" href=\"/style-0123456789ab.css\"></head><body><!--page--><!--data--></body></html>";
        std::fs::write(folder.path().join("index.html"), shell).expect("a shell");
        std::fs::write(folder.path().join("style-0123456789ab.css"), "body{margin:0}").expect("a style sheet");
        Self { folder, database }
    }

    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    pub fn secrets(&self) -> Secrets {
        Secrets::from_file(&self.key_file()).expect("a key")
    }

    pub async fn db(&self) -> Db {
        Db::open(&self.database).await.expect("the database")
    }

    /// Starts a server and waits until it listens.
    pub fn serve(&self) -> Server {
        self.serve_content(&bundled_content())
    }

    /// Starts a server that must not start; gives what it said instead.
    pub fn refuses_to_serve(&self) -> String {
        self.refuses_to_serve_where(&[])
    }

    /// The same in an environment with these variables.
    pub fn refuses_to_serve_where(&self, variables: &[(&str, &str)]) -> String {
        let mut command = self.serving(&bundled_content());
        fails(command.envs(variables.iter().copied()))
    }

    /// Starts the small demonstration and waits until it listens.
    pub fn demonstrate(&self) -> Server {
        let mut command = self.serving(&bundled_content());
        command.arg("--demonstration=small");
        self.start(command)
    }

    /// The same that must not start; gives what it said instead.
    pub fn refuses_to_demonstrate(&self) -> String {
        fails(self.serving(&bundled_content()).arg("--demonstration=small"))
    }

    /// `zaoshai staff …` on its database; gives whether that was done, and what was said.
    pub fn staff(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zaoshai"));
        let command = command.arg("staff").args(arguments).args(["--database", &self.database]);
        let output = command.output().expect("the command runs");
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    /// The names of the files in its folder, and what is in those of the database.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder").filter_map(Result::ok);
        let mut files: Vec<(String, Vec<u8>)> = files
            .map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()))
            .map(|(name, path)| (name, std::fs::read(path).unwrap_or_default()))
            .collect();
        files.sort();
        files
    }

    /// Starts a server with its own content folder.
    pub fn serve_content(&self, content: &Path) -> Server {
        self.start(self.serving(content))
    }

    fn serving(&self, content: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zaoshai"));
        command
            .args(["serve", "--port", "0", "--writes-per-minute", "0", "--database", &self.database])
            .arg("--content")
            .arg(content)
            .arg("--dist")
            .arg(self.folder.path())
            .arg("--key-file")
            .arg(self.key_file());
        command
    }

    /// Starts the editors' server for a content folder.
    pub fn watch_content(&self, content: &Path) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zaoshai"));
        command.args(["content", "watch", "--port", "0", "--content"]).arg(content);
        command.arg("--dist").arg(self.folder.path());
        self.start(command)
    }

    /// The log of the last server that was started.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("the log")
    }

    /// A copy of the bundled content, to be edited.
    pub fn content(&self) -> PathBuf {
        let copy = self.folder.path().join("content");
        copy_folder(&bundled_content(), &copy);
        copy
    }

    fn start(&self, mut command: Command) -> Server {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let mut child =
            command.env("RUST_LOG", "error").stdout(Stdio::piped()).stderr(log).spawn().expect("the server starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .expect("the server listens");
        Server { child, address }
    }

    /// Makes patients who have given their last four digits.
    pub async fn patients(&self, db: &Db, service: &str, count: usize) -> Vec<Patient> {
        let until = soon().plus_minutes(60 * 24 * 60);
        crowd(db, &self.secrets(), ("zhuzhou-2", service), count, until)
            .await
            .expect("a crowd")
            .into_iter()
            .map(Patient)
            .collect()
    }

    /// Makes somebody who may close clinics, and signs her in: her cookie holds at every server of the site.
    pub async fn coordinator(&self, db: &Db, client: &Client, address: &str) -> String {
        let hash = secrets::hash_password("password").expect("a hash");
        let staff = Staff {
            name: "xu".to_owned(),
            display: "徐主任".to_owned(),
            hospital: "zhuzhou-2".to_owned(),
            roles: vec![Role::Coordinator],
        };
        assert!(db.make_staff(&staff, &hash, Moment(0)).await.expect("the database"));
        let login = serde_json::json!({ "name": "xu", "password": "password" });
        let answer =
            client.post(format!("{address}/api/v1/staff/session")).json(&login).send().await.expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie");
        cookie.split(';').next().expect("its pair").to_owned()
    }

    /// Makes one slot a day ahead.
    pub async fn slot(&self, db: &Db, service: &str, id: &str, capacity: u16) -> SlotId {
        self.slot_at(db, service, id, capacity, soon()).await
    }

    /// Makes one slot.
    pub async fn slot_at(&self, db: &Db, service: &str, id: &str, capacity: u16, starts: Moment) -> SlotId {
        let id = SlotId::parse(id).expect("an id");
        let slot = NewSlot {
            id: id.clone(),
            clinic: "zhuzhou-2".to_owned(),
            service: service.to_owned(),
            room: format!("room {id}"),
            expert: String::new(),
            starts,
            minutes: 20,
            capacity,
        };
        assert_eq!(db.make_slots(&[slot]).await.expect("the database"), 1);
        id
    }
}

fn bundled_content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A patient who has given her last four digits.
#[derive(Clone)]
pub struct Patient(Identified);

/// What a booking was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Booked,
    Conflict,
    NoAnswer,
}

impl Patient {
    /// The id of her follow-up.
    pub fn followup(&self) -> &str {
        &self.0.followup
    }

    /// Sends a write of the link; gives the status and what was answered, or none when no whole answer came.
    pub async fn write(
        &self,
        client: &Client,
        address: &str,
        (method, deed): (&str, &str),
        slot: &SlotId,
        key: &str,
    ) -> Option<(StatusCode, Value)> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = client
            .request(method, format!("{address}/api/v1/followups/{}/{deed}", self.0.token))
            .header("cookie", format!("zs_followup={}", self.0.session))
            .header("idempotency-key", key)
            .json(&serde_json::json!({ "slot": slot }))
            .send()
            .await
            .ok()?;
        let status = answer.status();
        Some((status, answer.json().await.ok()?))
    }

    /// Books by the form of the page; gives the status and the page that was answered.
    pub async fn book_by_form(&self, client: &Client, address: &str, slot: &SlotId) -> (StatusCode, String) {
        let answer = client
            .post(format!("{address}/f/{}/book", self.0.token))
            .header("cookie", format!("zs_followup={}", self.0.session))
            .form(&[("slot", slot.as_str()), ("key", &secrets::fresh_id())])
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        (status, answer.text().await.expect("a page"))
    }

    /// The page of her link.
    pub async fn page(&self, client: &Client, address: &str) -> String {
        let answer = client
            .get(format!("{address}/f/{}", self.0.token))
            .header("cookie", format!("zs_followup={}", self.0.session))
            .send()
            .await;
        answer.expect("an answer").text().await.expect("a page")
    }

    pub async fn book(&self, client: &Client, address: &str, slot: &SlotId, key: &str) -> Outcome {
        let answer = client
            .post(format!("{address}/api/v1/followups/{}/appointment", self.0.token))
            .header("cookie", format!("zs_followup={}", self.0.session))
            .header("idempotency-key", key)
            .json(&serde_json::json!({ "slot": slot }))
            .send()
            .await;
        match answer.map(|answer| answer.status()) {
            Ok(StatusCode::OK) => Outcome::Booked,
            Ok(StatusCode::CONFLICT) => Outcome::Conflict,
            Ok(status) => panic!("answered {status}"),
            Err(_) => Outcome::NoAnswer,
        }
    }
}

/// Runs what must fail; gives what it said.
fn fails(command: &mut Command) -> String {
    let output = command.output().expect("the server runs");
    assert!(!output.status.success(), "it started");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    /// Tells the server to read its content again now.
    #[cfg(unix)]
    pub fn hang_up(&self) {
        let told = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "the signal is sent");
    }

    /// Whether it ends by itself within this time, and not as if nothing had been wrong.
    pub fn fails_within(&mut self, time: Duration) -> bool {
        let until = std::time::Instant::now() + time;
        while std::time::Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("its own process") {
                return !status.success();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// SIGKILL: no chance to finish anything.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn client() -> Client {
    let stay = reqwest::redirect::Policy::none();
    Client::builder().no_proxy().redirect(stay).timeout(Duration::from_secs(30)).build().expect("a client")
}
