//! The bundled content is sound, and each mistake an editor can make is named with file and line.

use super::Library;
use std::path::{Path, PathBuf};

fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

#[test]
fn the_bundled_content_has_no_mistakes() {
    if let Err(findings) = Library::load(&bundled()) {
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"));
    }
}

#[test]
fn the_areas_are_filled() {
    let library = Library::load(&bundled()).expect("sound");
    let topics: Vec<&str> = library.topics.keys().map(String::as_str).collect();
    assert_eq!(topics, ["breast", "cervical", "colorectal", "gastric", "lung"]);
    assert_eq!(library.guidance.len(), 3);
    assert_eq!(library.clinics.len(), 12);
    assert_eq!(library.home.early.len(), 2);
    assert!(library.topics.values().all(|entry| entry.article.review.as_ref().is_some_and(|r| r.reviewer.is_empty())));
}

/// Copies the bundled content, changes one file, and gives the findings.
fn after_change(file: &str, from: &str, to: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&bundled(), folder.path());
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{file} holds {from}");
    std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
    let findings = Library::load(folder.path()).expect_err("a mistake");
    findings.iter().map(ToString::to_string).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn every_mistake_is_named_with_its_file() {
    let lung = "zh-Hans/topics/lung.md";
    for (file, from, to, told) in [
        (lung, "[^S01]", "[^S999]", "source \"S999\" is not in sources.toml"),
        (lung, "一般做到 74 岁。[^S01]", "一般做到 74 岁。", "a number without a source"),
        (lung, "updated = \"2026-11-21\"", "updated = \"21.11.2026\"", "is not a date"),
        (lung, "due = \"2027-05-21\"", "", "missing field `due`"),
        (lung, "{#who}", "", "a section needs an id of its own"),
        (lung, "```care", "```car", "\"car\" is not a component"),
        (lung, "number = 4\n", "number = \"four\"\n", "invalid type"),
        (lung, "count = 4,", "count = 1004,", "more than 1000 of 1000"),
        (lung, "services = [\"lung\"]", "services = [\"lungs\"]", "service \"lungs\" is not in services.toml"),
        (lung, "(/", "(/nowhere/", "leads nowhere"),
        ("clinics/zhuzhou-2.toml", "0731-28307119", "call us", "is not a phone number"),
        ("clinics/zhuzhou-2.toml", "youxian-3", "youxian-4", "clinic \"youxian-4\" is not a file in clinics/"),
        ("clinics/zhuzhou-2.toml", "lat = 27.87", "lat = 113.13", "is not in China"),
        ("booking.toml", "08:30", "8.30", "is not a time"),
        ("site.toml", "zhuzhou-2", "zhuzhou-3", "is not a file in clinics/"),
        ("sources.toml", "year = 2024", "year = 24", "is not a year of issue"),
    ] {
        let findings = after_change(file, from, to);
        assert!(
            findings.iter().any(|finding| finding.starts_with(file) && finding.contains(told)),
            "{file}: {from} -> {to}: {findings:?}"
        );
    }
}

#[test]
fn a_mistake_in_the_text_is_named_with_its_line() {
    let finding = after_change("zh-Hans/topics/lung.md", "一般做到 74 岁。[^S01]", "一般做到 74 岁。").remove(0);
    let line: usize = finding.split(':').nth(1).and_then(|line| line.parse().ok()).expect("a line");
    let text = std::fs::read_to_string(bundled().join("zh-Hans/topics/lung.md")).expect("a file");
    assert!(text.lines().nth(line - 1).is_some_and(|found| found.contains("一般做到 74 岁")), "{finding}");
}
