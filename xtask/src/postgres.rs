//! A PostgreSQL server of our own for tests and benchmarks: a fresh cluster in a temporary
//! folder, on a free port of this machine only, gone when the value is dropped. No server that
//! was there before is ever touched.

use crate::process::{Session, free_port, output_of, refuse_when_interrupted, step};
use crate::system;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server; dropping it stops it.
pub struct Cluster<'a> {
    session: &'a Session,
    programs: PathBuf,
    /// Holds the data, the socket and the log.
    folder: PathBuf,
    port: u16,
    /// Whether the server runs as another user, because it refuses to run as root.
    as_postgres: bool,
}

impl<'a> Cluster<'a> {
    /// Creates a cluster and waits until it answers.
    pub fn start(session: &'a Session) -> Result<Self> {
        step("start a PostgreSQL of our own", || Self::try_start(session))
    }

    fn try_start(session: &'a Session) -> Result<Self> {
        let folder = session.scratch().join("postgres");
        std::fs::create_dir_all(&folder)?;
        let mut cluster = Self {
            session,
            programs: system::postgres_programs().context("PostgreSQL was not found")?,
            folder,
            port: 0,
            as_postgres: system::is_root(session),
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
        for attempt in 1.. {
            cluster.port = free_port()?;
            let log = cluster.folder.join("log");
            let started = cluster
                .control("start")
                .args(["--wait", "--timeout=60", "--log"])
                .arg(&log)
                .args(["--options", &cluster.settings()])
                // The server inherits what it is given and must not hold our output open.
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .context("cannot run pg_ctl")?;
            refuse_when_interrupted()?;
            if started.success() {
                break;
            }
            if attempt == 3 {
                let told = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("PostgreSQL did not start:\n{told}");
            }
        }
        Ok(cluster)
    }

    /// Where the server is reached, without a database's name: tests append `/name`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn settings(&self) -> String {
        let settings = [
            format!("-p {}", self.port),
            "-h 127.0.0.1".to_owned(),
            format!("-k {}", self.folder.display()),
            "-c max_connections=300".to_owned(),
            // Losing everything in a power cut is fine for data that lives for one run.
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off".to_owned(),
        ];
        settings.join(" ")
    }

    fn control(&self, order: &str) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg(order).arg("--pgdata").arg(self.data());
        command
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
        if !Path::new(&self.data()).join("postmaster.pid").exists() {
            return;
        }
        for mode in ["fast", "immediate"] {
            let stopped = self
                .control("stop")
                .args(["--wait", "--timeout=20", "--mode", mode])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if matches!(stopped, Ok(status) if status.success()) {
                return;
            }
        }
        eprintln!("PostgreSQL in {} did not stop", self.folder.display());
    }
}
