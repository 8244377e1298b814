//! `cargo xtask check`: everything that can be said about the code without running its tests.
//! Each step passes or fails by itself, and all of them run, so that one look shows all that is
//! to be done.

use crate::backend::{self, Profile, Server};
use crate::process::{Session, interrupted, on_path, refuse_when_interrupted, say, step};
use crate::test::Tally;
use crate::{app, budgets, process, tidy};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// Whether to repair first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Only say what is wrong.
    Report,
    /// Repair what a tool can repair, then say what is left.
    Fix,
}

/// A step: its title and its work.
type Step = (&'static str, fn(&Session) -> Result<()>);

const STEPS: [Step; 8] = [
    ("formatting", formatting),
    ("tidiness", tidiness),
    ("lints for the host", lints_host),
    ("lints for wasm", lints_wasm),
    ("content", content),
    ("licences and doubled crates", licences),
    ("formatting of views", views),
    ("budgets of bytes", weigh),
];

/// Runs all steps and reports.
pub fn run(session: &Session, mode: Mode) -> Result<ExitCode> {
    if mode == Mode::Fix {
        fix(session)?;
    }
    let tally = steps(session)?;
    say(&format!("check: {} passed, {} failed", tally.passed, tally.failed));
    Ok(tally.exit_code())
}

/// Runs every step; each counts as one passed or failed.
pub fn steps(session: &Session) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for (title, work) in STEPS {
        match step(title, || work(session)) {
            Ok(()) => tally.passed += 1,
            Err(error) if interrupted() => return Err(error),
            Err(error) => {
                eprintln!("   {error:#}");
                failed.push(title);
                tally.failed += 1;
            }
        }
    }
    if !failed.is_empty() {
        say(&format!("   failed: {}", failed.join(", ")));
    }
    Ok(tally)
}

/// `cargo xtask fmt`.
pub fn format(session: &Session) -> Result<()> {
    // leptosfmt first: where the two disagree, rustfmt has the last word.
    if on_path("leptosfmt").is_some() {
        run_command(session, "leptosfmt", &["src"])?;
    }
    run_command(session, "cargo", &["fmt", "--all"])
}

fn fix(session: &Session) -> Result<()> {
    step("repair what can be repaired", || {
        tidy::repair(&session.root)?;
        let mut arguments = vec!["clippy", "--fix", "--allow-dirty", "--allow-staged"];
        arguments.extend(["--workspace", "--all-targets"]);
        // What it cannot repair is reported by the steps that follow.
        let _ = run_command(session, "cargo", &arguments);
        refuse_when_interrupted()?;
        format(session)
    })
}

fn run_command(session: &Session, program: &str, arguments: &[&str]) -> Result<()> {
    process::run(session.command(program).args(arguments))
}

fn formatting(session: &Session) -> Result<()> {
    run_command(session, "cargo", &["fmt", "--all", "--check"])
        .map_err(|error| error.context("`cargo xtask fmt` repairs it"))
}

fn tidiness(session: &Session) -> Result<()> {
    none_of(&tidy::violations(&session.root)?)
}

fn lints_host(session: &Session) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run_command(session, "cargo", &arguments)
}

fn lints_wasm(session: &Session) -> Result<()> {
    for what in [["--features", "csr", "--all-targets"], ["--features", "check", "--bins"]] {
        let mut arguments = vec!["clippy", "--package", "zaoshai-app", "--target", "wasm32-unknown-unknown"];
        arguments.extend(what);
        arguments.extend(["--", "-D", "warnings"]);
        run_command(session, "cargo", &arguments)?;
    }
    Ok(())
}

fn content(session: &Session) -> Result<()> {
    let program = backend::build(session, Profile::Dev)?;
    process::run(session.command(program).args(["content", "check", "--content", "content"]))
}

fn licences(session: &Session) -> Result<()> {
    if on_path("cargo-deny").is_none() {
        say("   not run: cargo-deny is not installed (cargo install cargo-deny)");
        return Ok(());
    }
    run_command(session, "cargo", &["deny", "check", "licenses", "bans"])
}

fn views(session: &Session) -> Result<()> {
    if on_path("leptosfmt").is_none() {
        say("   not run: leptosfmt is not installed (cargo install leptosfmt)");
        return Ok(());
    }
    run_command(session, "leptosfmt", &["--check", "src"])
}

fn weigh(session: &Session) -> Result<()> {
    let dist = app::build(session)?;
    let program = backend::build(session, Profile::Dev)?;
    let server = Server::start(session, &program, &dist)?;
    none_of(&budgets::check(&server)?)
}

fn none_of(faults: &[String]) -> Result<()> {
    for fault in faults {
        say(&format!("   {fault}"));
    }
    if !faults.is_empty() {
        bail!("{} found", faults.len());
    }
    Ok(())
}
