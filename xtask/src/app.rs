//! Building the app: trunk compiles it and puts its files together, `dist` finishes them, and
//! only then does the result replace the folder `dist/`, so that a server reading it never meets
//! a half-finished one. When nothing that goes into it has changed, nothing is done.

use crate::process::{Session, run, say, step};
use crate::{checks, dist, tools};
use anyhow::{Context as _, Result, anyhow};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// Everything the finished app is made of. The last four decide how it is made.
const INPUTS: [&str; 14] = [
    "src",
    "contract",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    "xtask/tools/package-lock.json",
    "xtask/src/app.rs",
    "xtask/src/checks.rs",
    "xtask/src/dist.rs",
];

/// The finished app, built if need be: the folder `dist/`.
pub fn build(session: &Session) -> Result<PathBuf> {
    let finished = session.root.join("dist");
    let workbench = session.workbench();
    std::fs::create_dir_all(&workbench)?;
    let _lock = tools::lock(&workbench.join("lock"), "another run is building the app")?;

    let record = workbench.join("app.inputs");
    let inputs = hash_of(&session.root)?;
    let built_from = std::fs::read_to_string(&record).unwrap_or_default();
    if built_from == inputs && finished.join("index.html").is_file() {
        say("-- the app is up to date");
        return Ok(finished);
    }

    let staged = workbench.join("dist");
    let tools = session.tools()?;
    step("build the app (release, WebAssembly)", || {
        run(tools
            .command(session, "trunk")
            .args(["build", "--release", "--dist"])
            .arg(&staged)
            // trunk takes the usual NO_COLOR=1 for a wrong argument and stops.
            .env_remove("NO_COLOR"))
        .map_err(|error| error.context("the app was not built"))
    })?;
    step("build the program of the checks (release, WebAssembly)", || checks::build(session, tools, &staged))?;
    step("finish dist (one CSS file, minified scripts, compressed copies)", || dist::finish(session, tools, &staged))?;

    let _ = std::fs::remove_file(&record);
    let previous = workbench.join("dist.previous");
    remove(&previous)?;
    if finished.exists() {
        std::fs::rename(&finished, &previous).context("cannot put the old dist aside")?;
    }
    std::fs::rename(&staged, &finished).context("cannot put the new dist in place")?;
    remove(&previous)?;
    std::fs::write(&record, inputs).context("cannot record what dist was built from")?;
    Ok(finished)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// One hash over names and contents of all inputs.
fn hash_of(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        let path = root.join(input);
        if path.is_dir() {
            files_below(&path, &mut files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root)?.to_string_lossy().into_owned();
        let contents = std::fs::read(&file).map_err(|_| anyhow!("{name} is missing"))?;
        // The lengths keep two different sets of files from reading the same.
        for part in [name.as_bytes(), &contents] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Adds every file below a folder, at any depth.
pub fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
