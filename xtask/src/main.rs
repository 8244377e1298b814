//! `cargo xtask`: the one tool to learn. It sets up what is missing, builds the app and the
//! backend, starts them, tests them and checks them. Nothing in the product depends on it; each
//! concern has a module of its own, and this file only reads the arguments.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]

mod app;
mod backend;
mod bench;
mod budgets;
mod check;
mod checks;
mod compress;
mod dist;
mod html;
mod http;
mod postgres;
mod process;
mod start;
mod system;
mod test;
mod tidy;
mod tools;

use anyhow::{Context as _, Result, bail};
use process::Session;
use std::process::ExitCode;

const HELP: &str = "\
The one tool of Zaoshai. What is missing is installed once, with progress and time.

  cargo xtask start [--port 8080] [--database URL] [--content DIR]
        Set up, build and serve the demonstration. A second start takes seconds.
        URL is sqlite://path/file.db (default sqlite://var/demonstration.db) or postgres://...

  cargo xtask test [--phase NAME] [FILTER...]
        Every test: check, host, postgres, wasm, browser (the names of the phases).
        With filters, only tests whose names contain one of them; `check` is then left out.

  cargo xtask check [--fix]
        Formatting, lints for host and wasm, tidiness, content, licences, budgets of bytes.
        --fix repairs what can be repaired first.

  cargo xtask build
        The app into dist/ and the backend, both in release.

  cargo xtask bench [ARGS...]
        The benchmark against a release build and a PostgreSQL of its own.

  cargo xtask fmt
        Format all code.

  cargo xtask tools
        Only set up the tools.

Tools are looked for on PATH, then in $ZAOSHAI_TOOLS, else $XDG_CACHE_HOME/zaoshai-tools, else
$HOME/.cache/zaoshai-tools, and are installed there when missing.
";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Task {
    Help,
    Start(start::Options),
    Test(test::Options),
    Check(check::Mode),
    Build,
    Bench(Vec<String>),
    Fmt,
    Tools,
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            if process::interrupted() {
                // What a shell reports for a program ended by Ctrl-C.
                return ExitCode::from(130);
            }
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    if task == Task::Help {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    process::catch_signals()?;
    let session = Session::new()?;
    match task {
        Task::Help => {}
        Task::Start(options) => return start::run(session, &options).map(|never| match never {}),
        Task::Test(options) => return test::run(&session, &options),
        Task::Check(mode) => return check::run(&session, mode),
        Task::Build => {
            app::build(&session)?;
            backend::build(&session, backend::Profile::Release)?;
        }
        Task::Bench(arguments) => return bench::run(&session, &arguments),
        Task::Fmt => check::format(&session)?,
        Task::Tools => {
            session.tools()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Task> {
    let Some(command) = arguments.next() else {
        return Ok(Task::Help);
    };
    let rest: Vec<String> = arguments.collect();
    let task = match command.as_str() {
        "help" | "--help" | "-h" => return Ok(Task::Help),
        // The benchmark has a help text of its own.
        "bench" => return Ok(Task::Bench(rest)),
        _ if rest.iter().any(|word| word == "--help" || word == "-h") => return Ok(Task::Help),
        "start" => return parse_start(rest).map(Task::Start),
        "test" => return parse_test(rest).map(Task::Test),
        "check" => match rest.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => return Ok(Task::Check(check::Mode::Report)),
            ["--fix"] => return Ok(Task::Check(check::Mode::Fix)),
            _ => bail!("`check` takes no argument but --fix"),
        },
        "build" => Task::Build,
        "fmt" => Task::Fmt,
        "tools" => Task::Tools,
        unknown => bail!("there is no task `{unknown}`; `cargo xtask help` lists them"),
    };
    if let Some(word) = rest.first() {
        bail!("`{command}` takes no argument `{word}`");
    }
    Ok(task)
}

fn parse_start(words: Vec<String>) -> Result<start::Options> {
    let mut options = start::Options::default();
    let mut words = words.into_iter();
    while let Some((name, value)) = next_option(&mut words)? {
        match name.as_str() {
            "--port" => {
                options.port = value.parse().with_context(|| format!("`{value}` is not a port number"))?;
            }
            "--database" => options.database = value,
            "--content" => {
                options.content =
                    std::path::absolute(&value).with_context(|| format!("`{value}` is not a folder"))?.into();
            }
            _ => bail!("`start` takes no argument `{name}`"),
        }
    }
    Ok(options)
}

/// The next `--name value` or `--name=value`.
fn next_option(words: &mut impl Iterator<Item = String>) -> Result<Option<(String, String)>> {
    let Some(word) = words.next() else {
        return Ok(None);
    };
    if let Some((name, value)) = word.split_once('=') {
        return Ok(Some((name.to_owned(), value.to_owned())));
    }
    let value = words.next().with_context(|| format!("`{word}` needs a value after it"))?;
    Ok(Some((word, value)))
}

fn parse_test(words: Vec<String>) -> Result<test::Options> {
    let mut options = test::Options::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--phase" {
            let name = words.next().context("`--phase` needs a name after it")?;
            options.phase = Some(name.parse()?);
        } else if let Some(name) = word.strip_prefix("--phase=") {
            options.phase = Some(name.parse()?);
        } else if word.starts_with('-') {
            bail!("`test` takes no argument `{word}`");
        } else {
            options.filters.push(word);
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn tasks_are_read_with_their_options() {
        assert!(matches!(parsed("start"), Ok(Task::Start(o)) if o.port == 8080));
        assert!(matches!(parsed("start --port=9000"), Ok(Task::Start(o)) if o.port == 9000));
        assert!(matches!(parsed("check --fix"), Ok(Task::Check(check::Mode::Fix))));
        assert!(matches!(parsed("test --phase wasm ics"), Ok(Task::Test(o))
            if o.phase == Some(test::Phase::Wasm) && o.filters == ["ics"]));
        assert!(matches!(parsed("test --help"), Ok(Task::Help)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in
            ["strat", "start --port", "start --port x", "test --fast", "test --phase moon", "check --all", "build app"]
        {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
