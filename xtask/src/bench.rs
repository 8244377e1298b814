//! `cargo xtask bench`: the benchmark of the crate `tests` against a release build and a
//! Postgres of its own.

use crate::backend::{self, Profile};
use crate::postgres::{Cluster, Writes};
use crate::process::{Running, Session, refuse_when_interrupted, step};
use crate::system::{self, Need};
use crate::{app, test};
use anyhow::Result;
use std::process::ExitCode;

/// Builds, starts the database, and hands `arguments` to the benchmark.
pub fn run(session: &Session, arguments: &[String]) -> Result<ExitCode> {
    system::provide(session, &[Need::Browser, Need::Postgres])?;
    let dist = app::build(session)?;
    let program = backend::build(session, Profile::Release)?;
    let cluster = Cluster::start(session, Writes::Durable)?;
    let mut bench = session.command("cargo");
    bench
        .args(["run", "--release", "--package", "zaoshai-tests"])
        .args(["--bin", "bench", "--"])
        .args(arguments)
        .envs(test::surroundings(session, &program, &dist, Some(&cluster))?);
    let status = step("benchmark", || Running::start(&mut bench)?.wait())?;
    refuse_when_interrupted()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
