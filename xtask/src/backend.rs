//! The backend as a program: building it, and running one for a while on a free port with a
//! database of its own.

use crate::http;
use crate::process::{Running, Session, free_port, output_of, run, step};
use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How the backend is compiled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Profile {
    /// Quick to build: for tests and checks.
    Dev,
    /// Quick to run: for people and benchmarks.
    Release,
}

/// Builds the backend and gives the path of its program.
pub fn build(session: &Session, profile: Profile) -> Result<PathBuf> {
    let (title, option, folder) = match profile {
        Profile::Dev => ("build the backend (dev)", None, "debug"),
        Profile::Release => ("build the backend (release)", Some("--release"), "release"),
    };
    step(title, || {
        run(session.command("cargo").args(["build", "--package", "zaoshai-backend"]).args(option))?;
        Ok(target_folder(session)?.join(folder).join("zaoshai"))
    })
}

/// Where cargo builds, which the environment or a user's configuration may have moved.
pub fn target_folder(session: &Session) -> Result<PathBuf> {
    let metadata = output_of(session.command("cargo").args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    metadata["target_directory"].as_str().map(PathBuf::from).context("cargo metadata names no target folder")
}

/// A backend that runs until this is dropped.
pub struct Server {
    /// The port of this machine it listens on.
    pub port: u16,
    _running: Running,
}

impl Server {
    /// Starts a backend with the small demonstration in a new database, and waits until it is ready.
    pub fn start(session: &Session, program: &Path, dist: &Path) -> Result<Self> {
        let folder = session.scratch().join("backend");
        std::fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let log = folder.join("log");
        let output = File::create(&log)?;
        let mut running = Running::start(
            session
                .command(program)
                .args(["serve", "--demonstration=small", "--port", &port.to_string()])
                .arg("--database")
                .arg(format!("sqlite://{}", folder.join("zaoshai.db").display()))
                .arg("--content")
                .arg(session.root.join("content"))
                .arg("--dist")
                .arg(dist)
                .arg("--key-file")
                .arg(folder.join("key"))
                .stdout(output.try_clone()?)
                .stderr(output),
        )?;
        let begun = Instant::now();
        loop {
            if http::get(port, "/readyz").is_ok_and(|answer| answer.status == 200) {
                break;
            }
            let ended = running.ended()?;
            if ended.is_some() || begun.elapsed() > Duration::from_secs(60) {
                let told = std::fs::read_to_string(&log).unwrap_or_default();
                let how = if ended.is_some() { "ended instead of serving" } else { "was not ready after a minute" };
                bail!("the backend {how}:\n{}", told.trim());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(Self { port, _running: running })
    }
}
