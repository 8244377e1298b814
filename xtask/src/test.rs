//! `cargo xtask test`: every test of the repository in one command, in phases. The database
//! server and the browser are started here and gone at the end. The last line counts, and the
//! exit code agrees with it.

use crate::backend::{self, Profile};
use crate::postgres::{Cluster, Writes};
use crate::process::{Session, describe, interrupted, run_and_watch, say, step};
use crate::system::{self, Need};
use crate::{app, check};
use anyhow::{Context as _, Error, Result, anyhow, bail};
use std::ffi::OsString;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::str::FromStr;

/// What to test.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    /// Only this phase.
    pub phase: Option<Phase>,
    /// Only tests whose names contain one of these.
    pub filters: Vec<String>,
}

/// A part of the tests that can be run by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// Formatting, lints, content and budgets.
    Check,
    /// All crates on this machine, the backend on its default database.
    Host,
    /// The backend once more on Postgres.
    Postgres,
    /// The app's own parts in a browser.
    Wasm,
    /// A real browser against a real backend.
    Browser,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Check, Self::Host, Self::Postgres, Self::Wasm, Self::Browser];

    fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Host => "host",
            Self::Postgres => "postgres",
            Self::Wasm => "wasm",
            Self::Browser => "browser",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Check => "phase check: formatting, lints, content, budgets",
            Self::Host => "phase host: all crates, on SQLite",
            Self::Postgres => "phase postgres: the backend on PostgreSQL",
            Self::Wasm => "phase wasm: the app's parts in a browser",
            Self::Browser => "phase browser: a real browser against a real backend",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Check | Self::Host => &[],
            Self::Postgres => &[Need::Postgres],
            Self::Wasm => &[Need::Browser],
            Self::Browser => &[Need::Browser, Need::Postgres],
        }
    }
}

impl FromStr for Phase {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|phase| phase.name() == name)
            .ok_or_else(|| anyhow!("there is no phase `{name}`; the phases are {names}"))
    }
}

/// Tests counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, and phases that could not run.
    pub failed: usize,
    /// Tests marked as ignored.
    pub skipped: usize,
}

impl Tally {
    fn ran(self) -> usize {
        self.passed + self.failed
    }

    /// Success when something passed and nothing failed.
    pub fn exit_code(self) -> ExitCode {
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The last line of a run.
    fn line(self) -> String {
        format!("zaoshai: {} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Runs the phases and counts.
pub fn run(session: &Session, options: &Options) -> Result<ExitCode> {
    let phases: Vec<Phase> = Phase::ALL
        .into_iter()
        .filter(|phase| match options.phase {
            Some(only) => *phase == only,
            // Checks have no names that a filter could choose from.
            None => *phase != Phase::Check || options.filters.is_empty(),
        })
        .collect();
    let mut total = Tally::default();
    let mut reports = Vec::new();
    let mut prepared = Prepared::new(session, &phases);
    for phase in phases {
        let mut tally = Tally::default();
        let outcome = step(phase.title(), || {
            tally = prepared.run(phase, &options.filters)?;
            if tally.ran() == 0 && options.filters.is_empty() {
                bail!("not a single test ran");
            }
            if tally.failed > 0 {
                bail!("{} failed", tally.failed);
            }
            Ok(())
        });
        if interrupted() {
            bail!("interrupted");
        }
        if let Err(error) = outcome {
            eprintln!("   {}: {error:#}", phase.name());
            // A phase that broke before it could count a failure is one itself.
            tally.failed = tally.failed.max(1);
        }
        reports.push((phase, tally));
        total += tally;
    }
    // What still runs is ended now: it may have something to say, and the count is the last line.
    drop(prepared);
    session.sweep();
    if total.ran() == 0 {
        eprintln!("no test was run");
        total.failed = 1;
    }
    say("");
    for (phase, tally) in reports {
        say(&format!(
            "   {:<9}{:>5} passed, {} failed, {} skipped",
            phase.name(),
            tally.passed,
            tally.failed,
            tally.skipped
        ));
    }
    say(&total.line());
    Ok(total.exit_code())
}

/// What phases share, made when the first of them asks for it.
struct Prepared<'a> {
    session: &'a Session,
    needs: Vec<Need>,
    cluster: Option<Cluster<'a>>,
}

impl<'a> Prepared<'a> {
    fn new(session: &'a Session, phases: &[Phase]) -> Self {
        let mut needs = Vec::new();
        for need in phases.iter().flat_map(|phase| phase.needs()) {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
        Self { session, needs, cluster: None }
    }

    fn run(&mut self, phase: Phase, filters: &[String]) -> Result<Tally> {
        // All at once, because installing takes long and should not happen twice; but only when
        // a phase needs it, so that the others run without.
        if !phase.needs().is_empty() {
            let needs = std::mem::take(&mut self.needs);
            system::provide(self.session, &needs).or_else(|error| {
                // This phase may still have what it needs itself.
                system::provide(self.session, phase.needs()).map_err(|_| error)
            })?;
        }
        match phase {
            Phase::Check => check::steps(self.session),
            Phase::Host => self.host(filters),
            Phase::Postgres => self.postgres(filters),
            Phase::Wasm => self.wasm(filters),
            Phase::Browser => self.browser(filters),
        }
    }

    fn host(&self, filters: &[String]) -> Result<Tally> {
        let mut command = self.cargo_test(&["--workspace", "--exclude", "zaoshai-tests"]);
        command.env_remove("ZAOSHAI_TEST_POSTGRES").arg("--").args(filters);
        count(&mut command)
    }

    fn postgres(&mut self, filters: &[String]) -> Result<Tally> {
        let url = self.cluster()?.url();
        let mut command = self.cargo_test(&["--package", "zaoshai-backend"]);
        command.env("ZAOSHAI_TEST_POSTGRES", url).arg("--").args(filters);
        count(&mut command)
    }

    fn wasm(&self, filters: &[String]) -> Result<Tally> {
        let tools = self.session.tools()?;
        let browser = system::browser()?;
        let mut tally = Tally::default();
        // The runner takes one filter at a time.
        let rounds: Vec<Option<&String>> =
            if filters.is_empty() { vec![None] } else { filters.iter().map(Some).collect() };
        for filter in rounds {
            let mut command = tools.command(self.session, "cargo");
            command
                .args(["test", "--no-fail-fast", "--package", "zaoshai-app"])
                .args(["--target", "wasm32-unknown-unknown"])
                .args(["--features", "csr", "--test", "wasm", "--"])
                .args(filter)
                .env("CHROMEDRIVER", &browser.driver)
                .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.session.root.join("xtask/tools/webdriver.json"));
            tally += count(&mut command)?;
        }
        Ok(tally)
    }

    fn browser(&mut self, filters: &[String]) -> Result<Tally> {
        let dist = app::build(self.session)?;
        let program = backend::build(self.session, Profile::Dev)?;
        self.cluster()?;
        let variables = surroundings(self.session, &program, &dist, self.cluster.as_ref())?;
        let mut command = self.cargo_test(&["--package", "zaoshai-tests"]);
        command.envs(variables).args(["--", "--test-threads=2"]).args(filters);
        count(&mut command)
    }

    fn cargo_test(&self, arguments: &[&str]) -> Command {
        let mut command = self.session.command("cargo");
        command.args(["test", "--no-fail-fast"]).args(arguments);
        command
    }

    fn cluster(&mut self) -> Result<&Cluster<'a>> {
        if self.cluster.is_none() {
            self.cluster = Some(Cluster::start(self.session, Writes::Quick)?);
        }
        self.cluster.as_ref().context("the server just started")
    }
}

/// What tells the crate `tests` where everything is.
pub fn surroundings(
    session: &Session,
    backend: &Path,
    dist: &Path,
    cluster: Option<&Cluster<'_>>,
) -> Result<Vec<(&'static str, OsString)>> {
    let browser = system::browser()?;
    let path = |path: PathBuf| path.into_os_string();
    let mut variables = vec![
        ("ZAOSHAI_BIN", path(backend.to_owned())),
        ("ZAOSHAI_DIST", path(dist.to_owned())),
        ("ZAOSHAI_CONTENT", path(session.root.join("content"))),
        ("ZAOSHAI_AXE", path(session.tools()?.axe())),
        ("ZAOSHAI_CHROMEDRIVER", path(browser.driver)),
        ("ZAOSHAI_CHROMIUM", path(browser.chromium)),
    ];
    if let Some(cluster) = cluster {
        variables.push(("ZAOSHAI_TEST_POSTGRES", cluster.url().into()));
    }
    Ok(variables)
}

/// Runs tests, adding up the results their runners report.
fn count(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let status = run_and_watch(command, |line| {
        if let Some(result) = test_result(line) {
            tally += result;
        }
    })?;
    if !status.success() && tally.failed == 0 {
        // A compile error, or a test program that crashed before it could report.
        eprintln!("   `{}` failed ({status})", describe(command));
        tally.failed = 1;
    }
    Ok(tally)
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`, coloured or not.
fn test_result(line: &str) -> Option<Tally> {
    let plain = without_colours(line);
    let (_, counts) = plain.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for part in counts.split(';') {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(kind)) = (words.next().map(str::parse), words.next()) else {
            continue;
        };
        match kind {
            "passed" => tally.passed = number,
            "failed" => tally.failed = number,
            "ignored" => tally.skipped = number,
            _ => {}
        }
    }
    Some(tally)
}

/// The text without the codes that colour it on a terminal.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, code)) = rest.split_once("\u{1b}[") {
        plain += before;
        rest = code.find(|letter: char| letter.is_ascii_alphabetic()).map_or("", |end| &code[end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_both_runners_are_counted() {
        let cargo = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; \
                     3 filtered out; finished in 0.01s";
        let tally = |passed, failed, skipped| Some(Tally { passed, failed, skipped });
        assert_eq!(test_result(cargo), tally(12, 0, 1));
        let coloured = "test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 2 passed; 3 failed; \
                        0 ignored; 0 measured";
        assert_eq!(test_result(coloured), tally(2, 3, 0));
        let wasm = "test result: \u{1b}[32mok\u{1b}[0m. 4 passed; 0 failed; 0 ignored; \
                    0 filtered out; finished in 0.02s";
        assert_eq!(test_result(wasm), tally(4, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["", "running 3 tests", "test a ... ok", "the test result: ok. 1 passed"] {
            assert_eq!(test_result(line), None, "{line}");
        }
    }

    #[test]
    fn the_last_line_is_exactly_this() {
        let mut total = Tally::default();
        total += Tally { passed: 123, failed: 0, skipped: 0 };
        assert_eq!(total.line(), "zaoshai: 123 passed, 0 failed, 0 skipped");
        assert_eq!(total.exit_code(), ExitCode::SUCCESS);
        assert_eq!(Tally::default().exit_code(), ExitCode::FAILURE);
    }

    #[test]
    fn phases_are_chosen_by_name() {
        assert!(matches!("postgres".parse(), Ok(Phase::Postgres)));
        let told = "moon".parse::<Phase>().map_err(|error| error.to_string());
        assert!(told.is_err_and(|text| text.contains("check, host, postgres, wasm, browser")));
    }
}
