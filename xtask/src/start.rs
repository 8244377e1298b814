//! `cargo xtask start`: from a fresh clone to a running demonstration of Zaoshai, in one
//! command. At the end this program becomes the backend, which then gets Ctrl-C itself.

use crate::app;
use crate::backend::{self, Profile};
use crate::process::{Session, forget_cargo, say};
use anyhow::{Context as _, Result, bail};
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

/// What to serve, and where.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// The port to listen on.
    pub port: u16,
    /// `sqlite://` and a path, from the repository's root, or `postgres://…`.
    pub database: String,
    /// Another folder of content than the repository's.
    pub content: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 8080, database: "sqlite://var/demonstration.db".to_owned(), content: None }
    }
}

/// Sets up, builds, and becomes the backend.
pub fn run(session: Session, options: &Options) -> Result<Infallible> {
    // Before the minutes of building rather than after them.
    port_is_free(options.port)?;
    let dist = app::build(&session)?;
    let program = backend::build(&session, Profile::Release)?;
    let var = session.root.join("var");
    std::fs::create_dir_all(&var).context("cannot create the folder var")?;

    let mut serve = Command::new(program);
    serve
        .current_dir(&session.root)
        .args(["serve", "--demonstration"])
        .args(["--port", &options.port.to_string()])
        .args(["--database", &options.database])
        .arg("--content")
        .arg(options.content.clone().unwrap_or_else(|| session.root.join("content")))
        .arg("--dist")
        .arg(dist)
        .arg("--key-file")
        .arg(var.join("key"));
    forget_cargo(&mut serve);
    say("-- serve; Ctrl-C stops it");
    // Nothing of this run is left once the program is replaced: clean up first.
    drop(session);
    Err(serve.exec()).context("cannot run the backend")
}

fn port_is_free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is taken by another program; stop that one, or choose another port: \
             cargo xtask start --port {}",
            port.saturating_add(1)
        ),
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_a_way_out() -> Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let message = port_is_free(port).map_or_else(|error| error.to_string(), |()| String::new());
        assert!(message.contains(&format!("port {port} is taken")), "{message}");
        assert!(message.contains("--port"));
        Ok(())
    }
}
