//! The second program of the app: that of the self-checks and the plan, which stands alone on its pages. trunk puts one
//! program into a page; this one is compiled beside it, with the same tools in the same way.

use crate::backend::target_folder;
use crate::process::{Session, run};
use crate::tools::Tools;
use anyhow::Result;
use std::path::Path;

/// The program's name; the files are called after it.
pub const NAME: &str = "zaoshai-check";

/// What wasm-opt must let pass, as in index.html.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Compiles the program into a folder: `zaoshai-check.js` and `zaoshai-check_bg.wasm`.
pub fn build(session: &Session, tools: &Tools, folder: &Path) -> Result<()> {
    let target = "wasm32-unknown-unknown";
    run(session
        .command("cargo")
        .args(["build", "--package", "zaoshai-app", "--bin", NAME, "--features", "check"])
        .args(["--profile", "wasm-release", "--target", target]))?;
    let compiled = target_folder(session)?.join(target).join("wasm-release").join(format!("{NAME}.wasm"));
    run(tools
        .command(session, "wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-dir"])
        .arg(folder)
        .arg(&compiled))?;
    let wasm = folder.join(format!("{NAME}_bg.wasm"));
    run(tools.command(session, "wasm-opt").arg("-Oz").args(FEATURES).arg(&wasm).arg("-o").arg(&wasm))
}
