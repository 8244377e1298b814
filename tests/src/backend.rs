//! A backend of one's own with the small demonstration.

use crate::setting;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The content folder of the run.
pub fn content() -> std::path::PathBuf {
    setting("ZAOSHAI_CONTENT").into()
}

/// A running backend.
pub struct Backend {
    child: Child,
    _folder: TempDir,
    /// Like `http://127.0.0.1:40123`.
    pub address: String,
    /// The demonstration nurse's password.
    pub password: String,
    /// The demonstration follow-up's link.
    pub link: String,
}

impl Backend {
    /// Starts a backend on a free port with a fresh SQLite database.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}/test.db", folder.path().display());
        Self::serve(folder, &database, &["--demonstration=small"])
    }

    /// Starts a backend on a free port with the whole demonstration: a hospital in the middle of its day.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_whole() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}/test.db", folder.path().display());
        Self::serve(folder, &database, &["--demonstration"])
    }

    /// Starts a backend that is no demonstration on the given database; password and link are empty.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_plain(folder: TempDir, database: &str) -> Self {
        Self::serve(folder, database, &[])
    }

    fn serve(folder: TempDir, database: &str, more: &[&str]) -> Self {
        let mut child = Command::new(setting("ZAOSHAI_BIN"))
            .args(["serve", "--port", "0", "--writes-per-minute", "0", "--database", database])
            .args(more)
            .args(["--content", &setting("ZAOSHAI_CONTENT"), "--dist", &setting("ZAOSHAI_DIST")])
            .arg("--key-file")
            .arg(folder.path().join("key"))
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the backend starts");
        let (mut password, mut link, mut address) = (String::new(), String::new(), String::new());
        for line in BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nurse") => password = words.nth(2).unwrap_or_default().to_owned(),
                Some("follow-up") => link = words.next().unwrap_or_default().to_owned(),
                _ => {}
            }
            if let Some(told) = line.strip_prefix("listening on ") {
                told.clone_into(&mut address);
                break;
            }
        }
        assert!(!address.is_empty(), "the backend did not start");
        Self { child, _folder: folder, address, password, link }
    }

    /// The whole address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
