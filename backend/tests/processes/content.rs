//! Content that changes under a running server, and the editors' commands.

use crate::server::{Site, client};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const LUNG: &str = "zh-Hans/topics/lung.md";

fn change(content: &Path, file: &str, from: &str, to: &str) {
    let path = content.join(file);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{file} holds {from}");
    std::fs::write(path, text.replacen(from, to, 1)).expect("written");
}

async fn get(address: &str, path: &str) -> String {
    client().get(format!("{address}{path}")).send().await.expect("an answer").text().await.expect("a text")
}

async fn until(address: &str, path: &str, words: &str) -> String {
    let begun = Instant::now();
    loop {
        let text = get(address, path).await;
        if text.contains(words) {
            return text;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {words}:\n{text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_never_reaches_a_running_server() {
    let site = Site::sqlite();
    let content = site.content();
    let server = site.serve_content(&content);
    let address = &server.address;
    assert_eq!(get(address, "/readyz").await, "ready\n");

    change(&content, LUNG, "lead = \"", "lead = \"新写的第一句。");
    server.hang_up();
    until(address, "/screening/lung", "新写的第一句").await;

    change(&content, LUNG, "[^S01]", "[^S999]");
    change(&content, LUNG, "新写的第一句", "又改的第一句");
    server.hang_up();
    let ready = until(address, "/readyz", "S999").await;
    assert!(ready.starts_with("ready\n") && ready.contains("topics/lung.md:"), "{ready}");
    assert!(get(address, "/screening/lung").await.contains("新写的第一句"), "the last good content is served");
    assert!(get(address, "/screening").await.contains("<h1"), "and so is everything else");
    assert!(site.log().contains("content kept as it was"), "{}", site.log());

    change(&content, LUNG, "[^S999]", "[^S01]");
    // Without a signal: the folder is looked at every few seconds.
    until(address, "/screening/lung", "又改的第一句").await;
    until(address, "/readyz", "ready\n").await;
    assert_eq!(get(address, "/readyz").await, "ready\n");
}

#[test]
fn a_mistake_stops_the_start_with_its_file_and_line() {
    let site = Site::sqlite();
    let content = site.content();
    change(&content, LUNG, "[^S01]", "[^S999]");
    for arguments in [vec!["content", "check"], vec!["serve", "--port", "0"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_zaoshai"))
            .args(&arguments)
            .arg("--content")
            .arg(&content)
            .output()
            .expect("the command runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        let line = std::fs::read_to_string(content.join(LUNG)).expect("a file");
        let line = line.lines().position(|line| line.contains("S999")).expect("the mistake") + 1;
        assert!(
            told.contains(&format!("lung.md:{line}: 错误：sources.toml 里没有来源“S999”")),
            "{arguments:?}: {told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_sees_her_page_change_and_what_is_wrong_with_it() {
    let site = Site::sqlite();
    let content = site.content();
    let server = site.watch_content(&content);
    let address = &server.address;
    assert!(get(address, "/screening/lung").await.contains("/watch.js"), "the page reloads itself");
    assert!(get(address, "/watch.js").await.contains("location.reload"));
    let before = get(address, "/watch.json").await;

    change(&content, LUNG, "lead = \"", "lead = \"新写的第一句。");
    until(address, "/screening/lung", "新写的第一句").await;
    assert_ne!(get(address, "/watch.json").await, before, "the version has changed");

    change(&content, LUNG, "[^S01]", "[^S999]");
    until(address, "/watch.json", "S999").await;
    assert!(get(address, "/screening/lung").await.contains("新写的第一句"), "the last good page stays");
}
