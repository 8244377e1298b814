//! The tools that building and testing need and cargo does not bring: the wasm target, trunk,
//! wasm-bindgen in the version of Cargo.lock, wasm-opt, and three modules from npm. Each is
//! looked for on PATH, then in a cache folder of the user, and installed there once.

use crate::process::{self, Session, all_on_path, on_path, output_of, run, say, step};
use anyhow::{Context as _, Result, anyhow, bail};
use sha2::{Digest as _, Sha256};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const TRUNK: &str = "0.21.14";

/// Older ones refuse what rustc emits today.
const OLDEST_WASM_OPT: u32 = 116;

/// Link-time optimisation takes more minutes of installing than a build tool ever gives back.
const QUICK_PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
];

/// Where the tools are, once all of them are there.
pub struct Tools {
    /// PATH with the right versions in front.
    path: OsString,
    modules: PathBuf,
}

impl Tools {
    /// A command that finds these tools on its PATH.
    pub fn command(&self, session: &Session, program: &str) -> Command {
        let mut command = session.command(program);
        command.env("PATH", &self.path);
        command
    }

    /// The minifier of CSS and JavaScript.
    pub fn esbuild(&self, session: &Session) -> Command {
        let mut command = session.command(self.modules.join(".bin/esbuild"));
        command.args(["--minify", "--target=chrome96,safari15", "--log-level=warning"]);
        command
    }

    /// The accessibility checker that browser tests load into a page.
    pub fn axe(&self) -> PathBuf {
        self.modules.join("axe-core/axe.min.js")
    }
}

/// Finds every tool, installing what is missing.
pub fn set_up(session: &Session) -> Result<Tools> {
    let cache = cache_folder()?;
    std::fs::create_dir_all(&cache)
        .with_context(|| format!("cannot create the folder for tools {}", cache.display()))?;
    let _lock = lock(&cache.join("lock"), "another run is setting up tools")?;

    wasm_target(session)?;
    let bindgen_version = locked_version(&session.root, "wasm-bindgen")?;
    let trunk = cargo_tool(session, &cache, &CargoTool::trunk())?;
    let bindgen = cargo_tool(session, &cache, &CargoTool::wasm_bindgen(&bindgen_version))?;
    let modules = npm_modules(session, &cache)?;
    let wasm_opt = wasm_opt(session, &modules)?;

    // Links in a folder of their own, because putting a whole folder such as /usr/bin in front of
    // PATH would also bring forward everything else in it.
    let bin = session.scratch().join("bin");
    std::fs::create_dir_all(&bin)?;
    for tool in trunk.iter().chain(&bindgen).chain([&wasm_opt]) {
        let name = tool.file_name().context("a tool without a name")?;
        std::os::unix::fs::symlink(tool, bin.join(name)).with_context(|| format!("cannot link {}", tool.display()))?;
    }
    let mut folders = vec![bin];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    Ok(Tools { path: std::env::join_paths(folders).context("PATH cannot be extended")?, modules })
}

fn cache_folder() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("ZAOSHAI_TOOLS") {
        return std::path::absolute(folder).context("ZAOSHAI_TOOLS is not a folder");
    }
    if let Some(folder) = set("XDG_CACHE_HOME") {
        return Ok(Path::new(&folder).join("zaoshai-tools"));
    }
    let home = set("HOME").context("set HOME or ZAOSHAI_TOOLS, so that tools have a place")?;
    Ok(Path::new(&home).join(".cache/zaoshai-tools"))
}

/// Holds a lock until dropped, so that two runs at once do not write over each other.
pub fn lock(path: &Path, whose: &str) -> Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    if file.try_lock().is_err() {
        say(&format!("   {whose}; waiting for it"));
        file.lock().context("cannot wait for the other run")?;
    }
    Ok(file)
}

/// The version that Cargo.lock holds for a package.
pub fn locked_version(root: &Path, package: &str) -> Result<String> {
    let text = std::fs::read_to_string(root.join("Cargo.lock"))
        .context("cannot read Cargo.lock; run `cargo generate-lockfile`")?;
    version_in_lock(&text, package).with_context(|| format!("Cargo.lock names no version of {package}"))
}

fn version_in_lock(text: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

fn wasm_target(session: &Session) -> Result<()> {
    let sysroot = output_of(session.command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown/lib");
    if library.is_dir() {
        return Ok(());
    }
    step("install the Rust target wasm32-unknown-unknown", || {
        run(session.command("rustup").args(["target", "add", "wasm32-unknown-unknown"])).map_err(|_| {
            anyhow!(
                "the Rust target wasm32-unknown-unknown is missing and could not be installed; \
                 run: rustup target add wasm32-unknown-unknown"
            )
        })
    })
}

/// A tool that cargo builds from crates.io.
struct CargoTool<'a> {
    package: &'static str,
    version: &'a str,
    programs: &'static [&'static str],
    options: &'static [&'static str],
}

impl<'a> CargoTool<'a> {
    fn trunk() -> Self {
        Self {
            package: "trunk",
            version: TRUNK,
            programs: &["trunk"],
            options: &["--locked", "--no-default-features", "--features", "rustls"],
        }
    }

    /// Not `--locked`: the lock file of this package has named versions that are no longer to be
    /// had everywhere.
    fn wasm_bindgen(version: &'a str) -> Self {
        Self {
            package: "wasm-bindgen-cli",
            version,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            options: &[],
        }
    }

    fn install_command(&self, session: &Session, place: &Path) -> Command {
        let mut command = session.command("cargo");
        command.args(["install", self.package, "--version"]).arg(format!("={}", self.version)).args(self.options);
        command.arg("--force").arg("--root").arg(place);
        command
    }
}

/// The programs of a tool, in the right version. A program that does not answer with its version
/// counts as missing, so a half-finished install is done again.
fn cargo_tool(session: &Session, cache: &Path, tool: &CargoTool<'_>) -> Result<Vec<PathBuf>> {
    let place = cache.join(format!("{}-{}", tool.package, tool.version));
    let find_all = || -> Option<Vec<PathBuf>> {
        tool.programs
            .iter()
            .map(|program| {
                all_on_path(program)
                    .chain([place.join("bin").join(program)])
                    .find(|file| answers_version(session, file, tool.version))
            })
            .collect()
    };
    if let Some(found) = find_all() {
        return Ok(found);
    }
    let title = format!("install {} {} (some minutes, once)", tool.package, tool.version);
    step(&title, || {
        let build = cache.join(format!("build-{}-{}", tool.package, tool.version));
        run(tool
            .install_command(session, &place)
            .envs(QUICK_PROFILE)
            // A folder that stays when the install is interrupted: the next one goes on from it.
            .env("CARGO_TARGET_DIR", &build))
        .map_err(|error| {
            if process::interrupted() {
                return error;
            }
            anyhow!(
                "{} {} is missing and could not be installed; put it on PATH or, where crates.io \
                 can be reached, run: cargo install {} --version ={} {}",
                tool.package,
                tool.version,
                tool.package,
                tool.version,
                tool.options.join(" ")
            )
        })?;
        std::fs::remove_dir_all(&build).context("cannot remove what the install left")?;
        find_all()
            .with_context(|| format!("{} was installed but does not answer as version {}", tool.package, tool.version))
    })
}

fn answers_version(session: &Session, program: &Path, version: &str) -> bool {
    program.is_file()
        && output_of(session.command(program).arg("--version"))
            .is_ok_and(|answer| answer.split_whitespace().any(|word| word == version))
}

/// The modules of `xtask/tools/package-lock.json`, in a folder named after that file's contents:
/// a changed lock file is a new folder, and the repository stays clean.
fn npm_modules(session: &Session, cache: &Path) -> Result<PathBuf> {
    let source = session.root.join("xtask/tools");
    let lock_file =
        std::fs::read(source.join("package-lock.json")).context("cannot read xtask/tools/package-lock.json")?;
    let place = cache.join(format!("npm-{}", short_hash(&lock_file)));
    let modules = place.join("node_modules");
    let complete = place.join("complete");
    let needed = [".bin/esbuild", ".bin/wasm-opt", "axe-core/axe.min.js"];
    let all_there = || needed.iter().all(|file| modules.join(file).is_file());

    for program in ["node", "npm"] {
        if on_path(program).is_none() {
            bail!(
                "{program} is missing: install the packages nodejs and npm \
                 (on Debian: apt-get install nodejs npm)"
            );
        }
    }
    if complete.is_file() && all_there() {
        return Ok(modules);
    }
    step("install esbuild, wasm-opt and axe-core from npm (once)", || {
        if place.exists() {
            std::fs::remove_dir_all(&place).context("cannot remove a half-finished install")?;
        }
        std::fs::create_dir_all(&place)?;
        for name in ["package.json", "package-lock.json", ".npmrc"] {
            std::fs::copy(source.join(name), place.join(name))
                .with_context(|| format!("cannot copy xtask/tools/{name}"))?;
        }
        let mut npm = session.command("npm");
        npm.current_dir(&place)
            // None of the three needs its install script to work.
            .args(["ci", "--include=dev", "--ignore-scripts"])
            .args(["--no-audit", "--no-fund"]);
        let installed = run(&mut npm);
        process::refuse_when_interrupted()?;
        if installed.is_err() || !all_there() {
            bail!(
                "the npm packages esbuild, binaryen and axe-core could not be installed; check that npm reaches its \
                 registry (npm ping), then run: cargo xtask tools"
            );
        }
        std::fs::write(&complete, "")?;
        Ok(modules.clone())
    })
}

fn wasm_opt(session: &Session, modules: &Path) -> Result<PathBuf> {
    all_on_path("wasm-opt")
        .chain([modules.join(".bin/wasm-opt")])
        .find(|program| {
            output_of(session.command(program).arg("--version"))
                .is_ok_and(|answer| wasm_opt_version(&answer) >= Some(OLDEST_WASM_OPT))
        })
        .with_context(|| {
            format!(
                "wasm-opt does not run: install binaryen {OLDEST_WASM_OPT} or newer, \
                 or node 18 or newer for the one from npm"
            )
        })
}

/// The number in `wasm-opt version 132 (version_132)`.
fn wasm_opt_version(answer: &str) -> Option<u32> {
    let word = answer.strip_prefix("wasm-opt version ")?;
    let end = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
    word[..end].parse().ok()
}

/// Twelve hexadecimal digits of SHA-256: enough to tell files of one project apart, short enough
/// for a name.
pub fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "trunk"), None);
    }

    #[test]
    fn versions_of_wasm_opt_are_compared_as_numbers() {
        assert_eq!(wasm_opt_version("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(wasm_opt_version("wasm-opt version 108"), Some(108));
        assert_eq!(wasm_opt_version("something else"), None);
        assert!(None < Some(OLDEST_WASM_OPT));
    }

    #[test]
    fn the_npm_lock_names_no_registry() {
        let lock = include_str!("../tools/package-lock.json");
        assert!(!lock.contains("\"resolved\""));
        assert!(!lock.contains("://"));
    }
}
