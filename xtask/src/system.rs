//! What tests need from the operating system: a browser with its driver, Postgres, and a font
//! with Chinese characters. On Debian as root they are installed when missing; elsewhere one
//! sentence says what to install.

use crate::process::{self, Session, on_path, output_of, run, step};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};

/// Something tests need from the operating system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Need {
    /// Chromium, its driver, and a font with Chinese characters.
    Browser,
    /// The programs of a Postgres server.
    Postgres,
}

/// A browser and its driver.
pub struct Browser {
    /// The browser's program.
    pub chromium: PathBuf,
    /// The program that steers it.
    pub driver: PathBuf,
}

/// Installs what is missing of `needs`, or says what to install.
pub fn provide(session: &Session, needs: &[Need]) -> Result<()> {
    let missing = missing_packages(session, needs);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !on_debian() || !is_root(session) {
        bail!(
            "the tests need {names} (names of Debian packages); install them, on Debian with: \
             sudo apt-get install {names}"
        );
    }
    step(&format!("install {names}"), || {
        let mut update = session.command("apt-get");
        update.arg("update");
        let mut install = session.command("apt-get");
        install.args(["install", "--yes", "--no-install-recommends"]).args(&missing);
        for command in [&mut update, &mut install] {
            command
                .env("DEBIAN_FRONTEND", "noninteractive")
                // Keeps the package's own database server from being started.
                .env("RUNLEVEL", "1")
                // Packages' scripts run as other users, for whom our folder is closed.
                .env_remove("TMPDIR");
        }
        // An old list of packages may still do; the install itself tells.
        let _ = run(&mut update);
        let installed = run(&mut install);
        process::refuse_when_interrupted()?;
        if installed.is_err() || !missing_packages(session, needs).is_empty() {
            bail!("{names} could not be installed; run: apt-get install {names}");
        }
        Ok(())
    })
}

fn missing_packages(session: &Session, needs: &[Need]) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if needs.contains(&Need::Browser) {
        if chromium().is_none() {
            missing.push("chromium");
        }
        if driver().is_none() {
            missing.push("chromium-driver");
        }
        if !has_chinese_font(session) {
            missing.push("fonts-noto-cjk");
        }
    }
    if needs.contains(&Need::Postgres) && postgres_programs().is_none() {
        missing.push("postgresql");
    }
    missing
}

/// The browser, after [`provide`] with [`Need::Browser`].
pub fn browser() -> Result<Browser> {
    Ok(Browser {
        chromium: chromium().context("no chromium was found")?,
        driver: driver().context("no chromedriver was found")?,
    })
}

fn chromium() -> Option<PathBuf> {
    chosen("ZAOSHAI_CHROMIUM")
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

fn driver() -> Option<PathBuf> {
    chosen("ZAOSHAI_CHROMEDRIVER").or_else(|| on_path("chromedriver"))
}

fn chosen(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Without fontconfig nothing can be asked; macOS, which lacks it, has Chinese fonts.
fn has_chinese_font(session: &Session) -> bool {
    if on_path("fc-list").is_none() {
        return !on_debian();
    }
    output_of(session.command("fc-list").args([":lang=zh", "family"])).is_ok_and(|families| !families.trim().is_empty())
}

/// The folder with `initdb` and `pg_ctl`. Debian keeps it off PATH, one folder a version.
pub fn postgres_programs() -> Option<PathBuf> {
    if let Some(initdb) = on_path("initdb") {
        // The folder behind a link: initdb looks for its sisters beside itself.
        let real = initdb.canonicalize().ok()?;
        return real.parent().map(Path::to_owned);
    }
    std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let programs = version.path().join("bin");
            programs.join("initdb").is_file().then_some((number, programs))
        })
        .max()
        .map(|(_, programs)| programs)
}

fn on_debian() -> bool {
    Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some()
}

/// Whether this runs as the superuser.
pub fn is_root(session: &Session) -> bool {
    output_of(session.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
