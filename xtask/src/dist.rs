//! Finishing what trunk put together: one style sheet instead of several, small scripts, names
//! that change with the contents (so that phones may keep the files for ever), and compressed
//! copies beside the files. The backend uses the finished `index.html` as the shell of every
//! page and cuts out what stands between the two `app` comments for phones that ask to save data.

use crate::process::{Session, output_of};
use crate::tools::{Tools, short_hash};
use crate::{app, checks, compress, html};
use anyhow::{Context as _, Result, ensure};
use std::fmt::Write as _;
use std::path::Path;

/// What is worth compressing; pictures and fonts are compressed in themselves.
const COMPRESSIBLE: [&str; 8] = ["html", "css", "js", "wasm", "svg", "json", "webmanifest", "txt"];

/// Scripts outside of the app.
const PLAIN: [&str; 2] = ["/keep.js", "/aloud.js"];
/// The style sheet of the console, which its pages link beside the other.
const STAFF: &str = "style/staff.css";
/// The lines around everything that loads the app.
const APP: [&str; 2] = ["<!-- app -->", "<!-- /app -->"];
/// The lines around everything that loads the program of the checks; the backend takes one of the two.
const CHECK: [&str; 2] = ["<!-- check -->", "<!-- /check -->"];

/// Finishes the folder in place.
pub fn finish(session: &Session, tools: &Tools, folder: &Path) -> Result<()> {
    let page = folder.join("index.html");
    let shell = std::fs::read_to_string(&page).context("trunk made no index.html")?;
    let shell = one_style_sheet(session, tools, folder, &shell)?;
    let shell = named_scripts(session, tools, folder, &shell)?;
    std::fs::write(&page, shell)?;
    // What the console adds is no part of a resident's first visit.
    let staff = output_of(tools.esbuild(session).arg(session.root.join(STAFF)))?;
    std::fs::write(folder.join(format!("staff-{}.css", short_hash(staff.as_bytes()))), staff)?;

    let mut files = Vec::new();
    app::files_below(folder, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|ending| COMPRESSIBLE.iter().any(|known| *known == ending)));
    compress::beside(&files)
}

fn one_style_sheet(session: &Session, tools: &Tools, folder: &Path, shell: &str) -> Result<String> {
    let sheets = style_sheets(shell);
    ensure!(!sheets.is_empty(), "index.html links no style sheet");
    let mut css = String::new();
    for sheet in &sheets {
        let file = folder.join(sheet.trim_start_matches('/'));
        css += &std::fs::read_to_string(&file).with_context(|| format!("no style sheet {sheet}"))?;
        css.push('\n');
        std::fs::remove_file(&file)?;
    }
    let source = session.scratch().join("style.css");
    std::fs::write(&source, css)?;
    let css = output_of(tools.esbuild(session).arg(&source))?;
    let name = format!("style-{}.css", short_hash(css.as_bytes()));
    std::fs::write(folder.join(&name), css)?;
    Ok(with_one_sheet(shell, &name))
}

/// The style sheets of a page, in order.
fn style_sheets(shell: &str) -> Vec<String> {
    html::tags(shell)
        .into_iter()
        .filter(|tag| tag.name == "link" && tag.has_rel("stylesheet"))
        .filter_map(|tag| tag.attribute("href").map(str::to_owned))
        .collect()
}

/// Puts one link where the first style sheet was linked, and takes the other links out together
/// with their lines.
fn with_one_sheet(shell: &str, name: &str) -> String {
    let mut page = String::new();
    let mut at = 0;
    let mut first = true;
    for tag in html::tags(shell) {
        if tag.name != "link" || !tag.has_rel("stylesheet") {
            continue;
        }
        let before = &shell[at..tag.place.start];
        at = tag.place.end;
        if first {
            page += before;
            let _ = write!(page, "<link rel=\"stylesheet\" href=\"/{name}\">");
            first = false;
        } else {
            // The break and the indentation that led up to the link go with it.
            page += before.trim_end();
        }
    }
    page += &shell[at..];
    page
}

/// The files that start the app, as the shell names them.
#[derive(Debug, PartialEq)]
struct Scripts {
    /// The JavaScript that wasm-bindgen made.
    glue: String,
    wasm: String,
    loader: String,
}

fn named_scripts(session: &Session, tools: &Tools, folder: &Path, shell: &str) -> Result<String> {
    let old = scripts(shell)?;
    let path_of = |name: &str| folder.join(name.trim_start_matches('/'));
    let read = |name: &str| std::fs::read(path_of(name)).with_context(|| format!("trunk made no file {name}"));

    let program = |glue: &str, wasm: &str| -> Result<(String, String)> {
        let wasm_bytes = read(wasm)?;
        let new_wasm = hashed(wasm, "_bg.wasm", &wasm_bytes)?;
        std::fs::write(path_of(&new_wasm), &wasm_bytes)?;

        // The glue's fallback names the wasm file too. Bundling takes in the snippets that crates may
        // bring along.
        let glue_source = String::from_utf8(read(glue)?).context("the glue is not text")?;
        let glue_source = glue_source.replace(wasm.trim_start_matches('/'), new_wasm.trim_start_matches('/'));
        std::fs::write(path_of(glue), glue_source)?;
        let glue_text = output_of(tools.esbuild(session).args(["--bundle", "--format=esm"]).arg(path_of(glue)))?;
        let new_glue = hashed(glue, ".js", glue_text.as_bytes())?;
        std::fs::write(path_of(&new_glue), glue_text)?;
        std::fs::remove_file(path_of(wasm))?;
        std::fs::remove_file(path_of(glue))?;
        Ok((new_glue, new_wasm))
    };
    let (glue, wasm) = program(&old.glue, &old.wasm)?;
    let (check_glue, check_wasm) = program(&format!("/{}.js", checks::NAME), &format!("/{}_bg.wasm", checks::NAME))?;

    // The loader is an ordinary script: the wrapping function lets its names be shortened.
    let loader_text = output_of(tools.esbuild(session).arg("--format=iife").arg(path_of(&old.loader)))?;
    let loader = hashed(&old.loader, ".js", loader_text.as_bytes())?;
    std::fs::write(path_of(&loader), loader_text)?;

    std::fs::remove_file(path_of(&old.loader))?;
    let snippets = folder.join("snippets");
    if snippets.is_dir() {
        std::fs::remove_dir_all(snippets)?;
    }
    // What stands on every page, with the app or without it.
    for name in PLAIN {
        let text = output_of(tools.esbuild(session).arg("--format=iife").arg(path_of(name)))?;
        std::fs::write(path_of(name), text)?;
    }
    let check = Scripts { glue: check_glue, wasm: check_wasm, loader: loader.clone() };
    with_scripts(shell, &Scripts { glue, wasm, loader }, &check)
}

/// Reads the names from the loader's tag, which Trunk.toml writes.
fn scripts(shell: &str) -> Result<Scripts> {
    let tags = html::tags(shell);
    let tag = tags
        .iter()
        .find(|tag| tag.name == "script" && tag.attribute("data-wasm").is_some())
        .context("index.html has no script with data-wasm; Trunk.toml should put it there")?;
    let named = |attribute| {
        tag.attribute(attribute)
            .filter(|name| name.starts_with('/'))
            .map(str::to_owned)
            .with_context(|| format!("the loader's {attribute} is not an absolute path"))
    };
    Ok(Scripts { glue: named("data-js")?, wasm: named("data-wasm")?, loader: named("src")? })
}

/// `/name<ending>` with a hash of the contents before the ending.
fn hashed(path: &str, ending: &str, contents: &[u8]) -> Result<String> {
    let stem = path.strip_suffix(ending).with_context(|| format!("{path} does not end in {ending}"))?;
    Ok(format!("{stem}-{}{ending}", short_hash(contents)))
}

/// Writes the part between the two comments anew, each element on a line of its own, and after it that of the checks.
fn with_scripts(shell: &str, app: &Scripts, check: &Scripts) -> Result<String> {
    let [begins, ends] = APP;
    let at = shell.find(begins).with_context(|| format!("index.html lacks the line {begins}"))?;
    let end = shell.find(ends).filter(|end| *end > at).with_context(|| format!("index.html lacks the line {ends}"))?;
    // Starting on a fresh line, so that cutting whole lines out leaves the rest whole.
    let before = shell[..at].trim_end();
    let after = shell[end + ends.len()..].trim_start_matches(['\r', '\n']);
    Ok(format!("{before}\n{}{}{after}", part(APP, app), part(CHECK, check)))
}

/// What loads a program, between two comments.
fn part([begins, ends]: [&str; 2], Scripts { glue, wasm, loader }: &Scripts) -> String {
    format!(
        "{begins}\n\
         <link rel=\"modulepreload\" href=\"{glue}\">\n\
         <link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"{wasm}\">\n\
         <script defer src=\"{loader}\" data-js=\"{glue}\" data-wasm=\"{wasm}\"></script>\n\
         {ends}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: &str = "<!doctype html>\n<head>\n  <meta charset=\"utf-8\">\n  \
        <link rel=\"stylesheet\" href=\"/tokens.css\"/>\n  \
        <link rel=\"stylesheet\" href=\"/base.css\"/>\n  \
        <link rel=\"icon\" href=\"/icon.svg\">\n  \
        <!-- app -->\n<link rel=\"modulepreload\" href=\"/a.js\">\n\
        <script defer src=\"/loader.js\" data-js=\"/a.js\" data-wasm=\"/a_bg.wasm\"></script>\n\
        <!-- /app -->\n</head>\n<body></body>\n";

    #[test]
    fn several_style_sheets_become_one_in_the_place_of_the_first() {
        assert_eq!(style_sheets(SHELL), ["/tokens.css", "/base.css"]);
        let page = with_one_sheet(SHELL, "style-1.css");
        assert!(page.contains(
            "<meta charset=\"utf-8\">\n  <link rel=\"stylesheet\" href=\"/style-1.css\">\n  \
             <link rel=\"icon\""
        ));
        assert_eq!(page.matches("stylesheet").count(), 1);
    }

    #[test]
    fn the_apps_part_is_exactly_three_elements_on_lines_of_their_own() -> Result<()> {
        let old = scripts(SHELL)?;
        assert_eq!(old.glue, "/a.js");
        let of = |name: &str| Scripts {
            glue: format!("/{name}-1.js"),
            wasm: format!("/{name}-2_bg.wasm"),
            loader: "/loader-3.js".to_owned(),
        };
        let page = with_scripts(SHELL, &of("a"), &of("check"))?;
        let (_, rest) = page.split_once("\n<!-- app -->\n").context("no beginning")?;
        let (part, rest) = rest.split_once("\n<!-- /app -->\n").context("no end")?;
        assert_eq!(
            part.lines().collect::<Vec<_>>(),
            [
                "<link rel=\"modulepreload\" href=\"/a-1.js\">",
                "<link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin \
                 href=\"/a-2_bg.wasm\">",
                "<script defer src=\"/loader-3.js\" data-js=\"/a-1.js\" \
                 data-wasm=\"/a-2_bg.wasm\"></script>",
            ]
        );
        let (check, rest) = rest.split_once("<!-- /check -->\n").context("no part of the checks")?;
        assert!(check.starts_with("<!-- check -->\n<link") && check.contains("/check-2_bg.wasm"), "{check}");
        assert!(rest.starts_with("</head>"));
        Ok(())
    }

    #[test]
    fn names_change_with_the_contents_only() -> Result<()> {
        let one = hashed("/a_bg.wasm", "_bg.wasm", b"one")?;
        assert_eq!(one, hashed("/a_bg.wasm", "_bg.wasm", b"one")?);
        assert_ne!(one, hashed("/a_bg.wasm", "_bg.wasm", b"two")?);
        assert!(one.starts_with("/a-") && one.ends_with("_bg.wasm"));
        assert!(hashed("/a.css", ".js", b"").is_err());
        Ok(())
    }

    #[test]
    fn a_shell_without_a_loader_or_comments_is_refused() {
        assert!(scripts("<head></head>").is_err());
        assert!(scripts("<script src=\"l.js\" data-js=\"a.js\" data-wasm=\"a.wasm\">").is_err());
        let names = Scripts { glue: String::new(), wasm: String::new(), loader: String::new() };
        assert!(with_scripts("<!-- /app --><!-- app -->", &names, &names).is_err());
    }
}
