//! Rules of this repository that no compiler checks: which module may know what, how files open,
//! where versions stand. Each rule is a plain function over a path and a text, so that it is
//! tested on bad examples without a file.

use crate::app::files_below;
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders at the root that hold nothing written by people.
const NOT_OURS: [&str; 5] = [".git", "target", "dist", "var", "node_modules"];

const TEXT: [&str; 14] =
    ["rs", "toml", "md", "css", "js", "mjs", "html", "json", "sql", "svg", "txt", "yml", "yaml", "sh"];

// In pieces, so that this file does not break the rules it states.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const BROWSER_BINDINGS: &str = concat!("web", "_sys");
const QUERY: &str = concat!("sqlx::", "query");
const FOLLOW_UPS: [&str; 2] = [concat!(".db.follow", "up("), concat!("link_to", "ken(")];
const HOMES: [&str; 3] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Everything in the repository that breaks a rule, as `file:line: what`.
pub fn violations(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files(root)? {
        let path = relative(root, &file)?;
        // A file of another encoding is not ours to read.
        if let Ok(text) = std::fs::read_to_string(&file) {
            found.extend(in_file(&path, &text));
        }
    }
    let names = |database: &str| names_in(&root.join("backend/migrations").join(database));
    found.extend(unpaired_migrations(&names("sqlite")?, &names("postgres")?));
    Ok(found)
}

/// Removes trailing whitespace everywhere.
pub fn repair(root: &Path) -> Result<()> {
    for file in files(root)? {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let clean: String = text
            .split_inclusive('\n')
            .map(|line| match line.strip_suffix('\n') {
                Some(line) => format!("{}\n", line.trim_end()),
                None => line.trim_end().to_owned(),
            })
            .collect();
        if clean != text {
            std::fs::write(&file, clean).with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    Ok(())
}

/// The files with text that people write, in order.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), &mut files)?;
        } else {
            files.push(entry.path());
        }
    }
    files.retain(|file| {
        let known = file.extension().is_some_and(|ending| TEXT.iter().any(|known| ending == *known));
        // Written by a machine: npm's lock file and what its modules hold.
        let made =
            file.ends_with("package-lock.json") || file.components().any(|part| part.as_os_str() == "node_modules");
        known && !made
    });
    files.sort();
    Ok(files)
}

fn relative(root: &Path, file: &Path) -> Result<String> {
    Ok(file.strip_prefix(root)?.to_string_lossy().into_owned())
}

fn names_in(folder: &Path) -> Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// The rules that one file can break by itself.
fn in_file(path: &str, text: &str) -> Vec<String> {
    let rust = path.ends_with(".rs");
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut complain = |what: &str| found.push(format!("{path}:{}: {what}", index + 1));
        if line.ends_with([' ', '\t', '\r']) {
            complain("whitespace at the end of the line");
        }
        if UNFINISHED.iter().any(|word| has_word(line, word)) {
            complain("unfinished work belongs in an issue, not in a file");
        }
        if HOMES.iter().any(|home| names_home(line, home)) {
            complain("a path of somebody's machine");
        }
        if rust && in_app(path) && has_word(line, BROWSER_BINDINGS) {
            complain("the browser's bindings are used in src/platform only");
        }
        if rust && !path.starts_with("backend/src/db") && line.contains(QUERY) {
            complain("SQL stands in backend/src/db only");
        }
        let console = path.starts_with("backend/src/routes/staff/") && !path.ends_with("/sharing.rs");
        if console && FOLLOW_UPS.iter().any(|call| line.contains(call)) {
            complain("the console gets a follow-up and its link from routes/staff/sharing.rs only");
        }
    }
    if rust && !is_test_file(path) && !opens_with_words(text) {
        found.push(format!("{path}:1: a file opens with `//!` and two or three sentences"));
    }
    if path.ends_with("/Cargo.toml") {
        found.extend(
            pinned_versions(text)
                .into_iter()
                .map(|line| format!("{path}:{line}: versions stand in the workspace's Cargo.toml")),
        );
    }
    found
}

/// Whether a file belongs to the app outside its seam to the browser.
fn in_app(path: &str) -> bool {
    path.starts_with("src/") && !path.starts_with("src/platform/") && path != "src/platform.rs"
}

/// Tests that stand in a file of their own need no introduction. The crate `tests` does.
fn is_test_file(path: &str) -> bool {
    let inner = path.strip_prefix("tests/").unwrap_or(path);
    inner.ends_with("tests.rs") || inner.starts_with("tests/") || inner.contains("/tests/")
}

fn opens_with_words(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|words| !words.trim().is_empty())
}

fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part_of_word) && !line[at + word.len()..].starts_with(part_of_word))
}

/// A home folder at the beginning of a path: the same letters inside an address are none.
fn names_home(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let begins = before.is_none_or(|letter| letter.is_whitespace() || "\"'`(=:,<>[".contains(letter));
        let goes_on =
            line[at + home.len()..].starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '.');
        begins && goes_on
    })
}

/// Lines of a member's Cargo.toml that give a dependency a version.
fn pinned_versions(text: &str) -> Vec<usize> {
    let mut in_dependencies = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && !line.starts_with('#') {
            let value = line.split_once('=').map_or("", |(_, value)| value.trim());
            let bare = value.starts_with('"') && !line.contains(".path");
            let key = line.split([' ', '=']).next().unwrap_or_default();
            let in_table = value.contains("version =") || value.contains("version=");
            // In a table of its own, `[dependencies.name]`, other keys hold text as well.
            let other_key = matches!(key, "path" | "package" | "git" | "rev" | "branch" | "tag");
            if in_table || (bare && !other_key) {
                lines.push(index + 1);
            }
        }
    }
    lines
}

fn unpaired_migrations(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> Vec<String> {
    let only = |here: &str, name: &String, there: &str| {
        format!("backend/migrations/{here}/{name}:1: has no sister in {there}")
    };
    let missing_in_postgres = sqlite.difference(postgres);
    let missing_in_sqlite = postgres.difference(sqlite);
    missing_in_postgres
        .map(|name| only("sqlite", name, "postgres"))
        .chain(missing_in_sqlite.map(|name| only("postgres", name, "sqlite")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let found = in_file(path, text);
        let matching =
            found.len() == expected.len() && found.iter().zip(expected).all(|(line, part)| line.contains(part));
        assert!(matching, "{path}: {found:?}, not {expected:?}");
    }

    #[test]
    fn clean_files_pass() {
        check("src/pages/clinic.rs", "//! One clinic.\n\nfn page() {}\n", &[]);
        check("docs/API.md", "A link: https://example.org/home/page\n", &[]);
        check("src/routes.rs", "//! Pages.\nconst A: &str = \"/home-care\";\n", &[]);
    }

    #[test]
    fn lines_that_break_a_rule_are_named() {
        check("a.css", "a {\n} \n", &["a.css:2: whitespace"]);
        let unfinished = format!("// {}: later\n", UNFINISHED[0]);
        check("a.js", &unfinished, &["a.js:1: unfinished"]);
        let home = format!("see {}someone/notes\n", HOMES[0]);
        check("docs/a.md", &home, &["a.md:1: a path"]);
    }

    #[test]
    fn only_the_platform_knows_the_browser() {
        let text = format!("//! Words.\nuse {BROWSER_BINDINGS}::Window;\n");
        check("src/pages/clinic.rs", &text, &["clinic.rs:2: the browser's"]);
        check("src/platform/window.rs", &text, &[]);
        check("src/platform.rs", &text, &[]);
        check("tests/src/lib.rs", &text, &[]);
    }

    #[test]
    fn only_db_knows_sql() {
        let text = format!("//! Words.\nfn f() {{ {QUERY}_as(\"\"); }}\n");
        check("backend/src/routes/a.rs", &text, &["a.rs:2: SQL"]);
        check("backend/src/db/a.rs", &text, &[]);
        check("backend/src/db.rs", &text, &[]);
    }

    #[test]
    fn the_console_gets_follow_ups_in_one_place() {
        let text = format!("//! Words.\nfn f() {{ app{}id); }}\n", FOLLOW_UPS[0]);
        check("backend/src/routes/staff/a.rs", &text, &["a.rs:2: the console"]);
        check("backend/src/routes/staff/sharing.rs", &text, &[]);
        check("backend/src/pathway.rs", &text, &[]);
    }

    #[test]
    fn rust_files_open_with_words() {
        check("backend/src/a.rs", "fn f() {}\n", &["a.rs:1: a file opens"]);
        check("backend/src/a.rs", "//!\nfn f() {}\n", &["a.rs:1: a file opens"]);
        check("backend/src/a/tests.rs", "fn f() {}\n", &[]);
        check("backend/tests/api.rs", "fn f() {}\n", &[]);
        check("tests/src/lib.rs", "fn f() {}\n", &["lib.rs:1: a file opens"]);
    }

    #[test]
    fn members_pin_no_versions() {
        let manifest = "[package]\nversion.workspace = true\n\n[dependencies]\n\
             a.workspace = true\nb = \"1\"\nc = { version = \"2\" }\n\
             d = { workspace = true, features = [\"x\"] }\n\n\
             [dependencies.e]\nworkspace = true\nfeatures = [\n  \"one\",\n]\n\n\
             [dev-dependencies.f]\nversion = \"3\"\npath = \"../f\"\n";
        assert_eq!(pinned_versions(manifest), [6, 7, 17]);
        check("backend/Cargo.toml", "[dependencies]\na = \"1\"\n", &["2: versions"]);
        check("Cargo.toml", "[dependencies]\na = \"1\"\n", &[]);
    }

    #[test]
    fn migrations_come_in_pairs() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let found = unpaired_migrations(&set(&["1.sql", "2.sql"]), &set(&["1.sql", "3.sql"]));
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("sqlite/2.sql") && found[1].contains("postgres/3.sql"));
    }
}
