//! A Postgres server of our own for tests and benchmarks: a fresh cluster in a temporary
//! folder, on a free port of this machine only, gone when the value is dropped. No server that
//! was there before is ever touched.

use crate::process::{Session, free_port, output_of, refuse_when_interrupted, step};
use crate::system;
use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server; dropping it stops it.
pub struct Cluster<'a> {
    session: &'a Session,
    programs: PathBuf,
    /// Holds the data, the socket and the log.
    folder: PathBuf,
    port: u16,
    /// Whether the server runs as another user, because it refuses to run as root.
    as_postgres: bool,
    writes: Writes,
    server: Option<Child>,
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Nothing: losing everything in a power cut is fine for tests, whose data live for one run.
    Quick,
    /// The disk, as at a hospital: what a benchmark tells must hold there.
    Durable,
}

impl<'a> Cluster<'a> {
    /// Creates a cluster and waits until it answers.
    pub fn start(session: &'a Session, writes: Writes) -> Result<Self> {
        step("start a PostgreSQL of our own", || Self::try_start(session, writes))
    }

    fn try_start(session: &'a Session, writes: Writes) -> Result<Self> {
        let folder = session.scratch().join("postgres");
        std::fs::create_dir_all(&folder)?;
        let mut cluster = Self {
            session,
            programs: system::postgres_programs().context("PostgreSQL was not found")?,
            folder,
            port: 0,
            as_postgres: system::is_root(session),
            writes,
            server: None,
        };
        if cluster.as_postgres {
            output_of(session.command("chown").arg("postgres:").arg(&cluster.folder))
                .context("the user `postgres` is missing: install the package postgresql")?;
        }
        output_of(
            cluster
                .command("initdb")
                .args(["--auth=trust", "--username=postgres", "--no-sync"])
                .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
                .arg(cluster.data()),
        )?;
        // Between finding a free port and using it another program may take it.
        let mut attempts = 0;
        while !cluster.serve()? {
            attempts += 1;
            if attempts == 3 {
                let told = std::fs::read_to_string(cluster.log()).unwrap_or_default();
                bail!("Postgres did not start:\n{told}");
            }
        }
        Ok(cluster)
    }

    /// Starts the server and waits until it is ready; false when it ended instead.
    fn serve(&mut self) -> Result<bool> {
        self.port = free_port()?;
        let log = File::create(self.log())?;
        // As a child rather than through `pg_ctl start`: a server that detaches itself is nobody's
        // to wait for, and in a container without init its remains would stay.
        let server = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(self.settings())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot run Postgres")?;
        let server = self.server.insert(server);
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            refuse_when_interrupted()?;
            if server.try_wait()?.is_some() {
                self.server = None;
                return Ok(false);
            }
            if says_ready(&self.folder.join("data/postmaster.pid")) {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("Postgres was not ready in time");
    }

    /// Where the server is reached, without a database's name: tests append `/name`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn settings(&self) -> Vec<String> {
        let (port, folder) = (self.port.to_string(), self.folder.display().to_string());
        let mut settings =
            vec!["-p".to_owned(), port, "-h".to_owned(), "127.0.0.1".to_owned(), "-k".to_owned(), folder];
        let more: &[&str] = match self.writes {
            Writes::Quick => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
            // Filling a large database is not slowed by a checkpoint for each gigabyte.
            Writes::Durable => &["max_wal_size=4GB"],
        };
        for setting in more.iter().chain(&["max_connections=300"]) {
            settings.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        settings
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if self.as_postgres {
            let mut command = self.session.command("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            self.session.command(program)
        };
        // The repository may be closed to the other user.
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        for mode in ["fast", "immediate"] {
            let stopped = self
                .command("pg_ctl")
                .args(["stop", "--wait", "--timeout=20", "--mode", mode, "--pgdata"])
                .arg(self.data())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if matches!(stopped, Ok(status) if status.success()) {
                let _ = server.wait();
                return;
            }
        }
        // The session ends whatever is left of a run.
        eprintln!("Postgres in {} did not stop when asked", self.folder.display());
    }
}

/// Whether the server has written into its file that it takes connections.
fn says_ready(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.lines().last().is_some_and(|line| line.trim() == "ready"))
}
