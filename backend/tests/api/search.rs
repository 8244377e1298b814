//! The search: a table of queries over the real content, addresses that all answer, and no text that is kept.

use crate::world::World;
use axum::http::StatusCode;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use zaoshai_backend::content::Library;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::page::{Body, Page};
use zaoshai_contract::route::Lang;
use zaoshai_contract::search::{Search, SearchIndex, find};

/// Queries with the pages that should be among the first three and what they try.
const TABLE: &str = include_str!("../data/search.tsv");
/// Most bytes of an index, compressed as the server compresses it.
const HEAVIEST: usize = 90_000;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    Library::load(&folder, CivilDate::new(2026, 11, 23).expect("a day")).expect("sound content")
});

fn index() -> &'static SearchIndex {
    LIBRARY.search(Lang::Hans)
}

fn paths(typed: &str) -> Vec<&'static str> {
    find(index(), typed).iter().map(|hit| index().entries[hit.place].path.as_str()).collect()
}

#[test]
fn what_cannot_wait_is_the_first_hit() {
    let emergency = [
        "胸口痛",
        "胸口疼",
        "胸闷",
        "心口痛",
        "心梗",
        "大出血",
        "吐血",
        "中风",
        "半边身子不能动",
        "喘不上气",
        "xiongkoutong",
    ];
    for query in emergency {
        assert_eq!(paths(query).first(), Some(&"/guidance/warning-signs#emergency"), "{query}: {:?}", paths(query));
    }
    for query in ["不想活了", "不想活", "想自杀", "自杀", "想死", "活着没意思", "buxianghuole"] {
        assert_eq!(paths(query).first(), Some(&"/guidance/after-positive#feelings"), "{query}: {:?}", paths(query));
    }
}

#[test]
fn of_all_queries_of_the_table_the_first_three_hits_hold_the_expected_page() {
    let mut tried: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let [query, expected, class] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        let known = |page: &str| index().entries.iter().any(|entry| entry.path == page);
        assert!(expected.split('|').all(known), "no such page: {line}");
        let found = paths(query);
        let hit = expected.split('|').any(|page| found.iter().take(3).any(|path| *path == page));
        let (found_of, all) = tried.entry(class).or_default();
        *found_of += usize::from(hit);
        *all += 1;
        if !hit {
            misses.push(format!("{class}: “{query}” should find {expected}, finds {found:?}"));
        }
    }
    let (found, all) = tried.values().fold((0, 0), |sum, (found, all)| (sum.0 + found, sum.1 + all));
    let told: Vec<String> = tried.iter().map(|(class, (found, all))| format!("{class} {found}/{all}")).collect();
    let told = format!("{found} of {all} in the first three: {}\n{}", told.join(", "), misses.join("\n"));
    assert!(all >= 150, "{told}");
    assert!(found * 100 >= all * 97, "{told}");
    // Shown with --nocapture.
    eprintln!("{told}");
}

#[test]
fn what_the_site_does_not_know_is_only_near() {
    for typed in ["天气预报", "买房贷款", "股票", "明天几点开会", "football", "xyzzy", "zzzzzz"] {
        let hits = find(index(), typed);
        assert!(!hits.is_empty(), "{typed}: the nearest is shown");
        assert!(hits.iter().all(|hit| !hit.named), "{typed}: {:?}", paths(typed));
    }
    assert_eq!(find(index(), " ？！ "), [], "nothing was asked");
}

#[test]
fn a_name_is_said_to_be_found() {
    for typed in ["肺癌", "肺", "changjing", "腸鏡", "大便带血", "株洲市二医院", "lung cancer", "BI-RADS 4A"]
    {
        assert!(find(index(), typed).first().is_some_and(|hit| hit.named), "{typed}: {:?}", paths(typed));
    }
}

#[test]
fn every_language_finds_the_same_pages_under_its_own_names() {
    for (lang, title, kind) in [
        (Lang::Hans, "肺癌筛查：您需要做吗？", "筛查说明"),
        (Lang::Hant, "肺癌篩查：您需要做嗎？", "篩查說明"),
        (Lang::En, "Lung screening: do you need it?", "Screening"),
    ] {
        let index = LIBRARY.search(lang);
        for typed in ["肺癌", "lung cancer", "feiai", "fa"] {
            let first = &index.entries[find(index, typed)[0].place];
            assert_eq!((first.path.as_str(), first.kind.as_str()), ("/screening/lung", kind), "{lang:?} {typed}");
            assert_eq!(first.title, title);
        }
    }
}

#[test]
fn an_index_is_light_enough_for_a_phone() {
    for lang in Lang::ALL {
        let index = LIBRARY.search(lang);
        let json = serde_json::to_string(index).expect("an index");
        let mut out = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 9, 22);
        writer.write_all(json.as_bytes()).expect("in memory");
        drop(writer);
        eprintln!(
            "{lang:?}: {} entries, {} words, {} bytes, {} compressed",
            index.entries.len(),
            index.words.len(),
            json.len(),
            out.len()
        );
        assert!(out.len() < HEAVIEST, "{lang:?}: {}", out.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_text_makes_it_panic_and_every_hit_stands_in_the_index(typed in "[肺癌腸镜多少钱a-zA-Z0-9 Ⅳ＋４é]{0,100}|.{0,100}") {
        for hit in find(index(), &typed) {
            prop_assert!(hit.place < index().entries.len());
        }
    }
}

#[tokio::test]
async fn every_address_that_can_be_found_answers_in_every_language() {
    let world = World::new().await;
    let mut client = world.client();
    for (lang, prefix) in [(Lang::Hans, ""), (Lang::Hant, "/hant"), (Lang::En, "/en")] {
        let mut pages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in &LIBRARY.search(lang).entries {
            let (path, section) = entry.path.split_once('#').unwrap_or((&entry.path, ""));
            pages.entry(path).or_default().insert(section);
            assert!(!entry.title.is_empty() && !entry.kind.is_empty(), "{entry:?}");
        }
        for (path, sections) in pages {
            let answer = client.get(&format!("{prefix}{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{prefix}{path}");
            for section in sections.iter().filter(|section| !section.is_empty()) {
                assert!(answer.text.contains(&format!("id=\"{section}\"")), "{prefix}{path}#{section}");
            }
        }
    }
}

#[tokio::test]
async fn a_plain_page_answers_and_keeps_nothing_of_what_was_typed() {
    let world = World::new().await;
    let mut client = world.client();
    for prefix in ["", "/hant", "/en"] {
        let answer = client.get(&format!("{prefix}/search?q=%E5%A4%A7%E8%85%B8%E7%99%8C")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers["cache-control"], "no-store", "{prefix}");
        assert!(!answer.headers.contains_key("etag"), "{prefix}");
        assert!(answer.text.contains(&format!("href=\"{prefix}/screening/colorectal\"")), "{prefix}: {}", answer.text);
        assert!(answer.text.contains("value=\"大腸癌\""), "what was typed stays as it was typed");
        assert!(!answer.text.contains("q=%E5%A4%A7"), "what was typed stands in no address of the page");
    }
    let nothing = client.get("/search?q=%E5%A4%A9%E6%B0%94%E9%A2%84%E6%8A%A5").await.text;
    assert!(nothing.contains("最接近的是") && nothing.contains("tel:0731-28307119"), "{nothing}");
    let long = client.get(&format!("/search?q={}", "%E9%95%BF".repeat(500))).await;
    assert_eq!(long.status, StatusCode::OK);
    let json = client.get("/api/v1/search?q=%E5%A4%A7%E8%85%B8%E7%99%8C").await;
    assert_eq!(json.headers["cache-control"], "no-store");
    let search = search_of(&json.text);
    assert!(search.named && search.index.is_none() && search.hits[0].path == "/screening/colorectal", "{search:?}");
}

#[tokio::test]
async fn the_index_is_fetched_as_data_and_never_stands_in_the_page() {
    let world = World::new().await;
    let mut client = world.client();
    let html = client.get("/search").await.text;
    assert!(html.contains("<form class=\"zs-search\"") && !html.contains("\"index\""), "{html}");
    let first = client.get("/api/v1/search").await;
    let search = search_of(&first.text);
    assert!(search.index.is_some_and(|index| index.entries.len() > 200) && search.hits.is_empty());
    let etag = first.headers["etag"].to_str().expect("a tag").to_owned();
    let again = client.get_with("/api/v1/search", &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let english = search_of(&client.get("/api/v1/search?lang=en").await.text).index.expect("an index");
    assert_eq!(english.entries[0].kind, "Screening");
}

fn search_of(text: &str) -> Search {
    let page: Page = serde_json::from_str(text).expect("a page");
    let Body::Search(search) = page.body else { panic!("not the search: {text}") };
    search
}

#[tokio::test]
async fn english_readers_are_led_first_to_what_they_can_read() {
    let world = World::new().await;
    let mut client = world.client();
    for typed in ["lung", "cervical", "colorectal", "breast", "liver"] {
        let found = client.get(&format!("/api/v1/search?q={typed}&lang=en")).await.json();
        let hits = found["body"]["search"]["hits"].as_array().expect("hits").clone();
        let chinese = |hit: &serde_json::Value| {
            hit["title"].as_str().expect("a title").chars().any(|letter| matches!(letter, '\u{3400}'..='\u{9fff}'))
        };
        let first = hits.first().unwrap_or_else(|| panic!("nothing for {typed}: {found}"));
        assert!(!chinese(first), "{typed}: {first}");
    }
}

#[tokio::test]
async fn a_search_for_nothing_says_what_to_type() {
    let world = World::new().await;
    let mut client = world.client();
    for (path, told) in [
        ("/search?q=", "请在上面填要找的字"),
        ("/hant/search?q=+", "請在上面填要找的字"),
        ("/en/search?q=", "Type above what you look for"),
    ] {
        let page = client.get(path).await.text;
        assert!(page.contains(told), "{path}: {page}");
    }
    assert!(!client.get("/search?q=肠镜").await.text.contains("请在上面填要找的字"));
}

#[tokio::test]
async fn the_commonest_name_of_a_phone_is_said_in_the_language_of_the_page() {
    let world = World::new().await;
    let mut client = world.client();
    for (path, name) in [("/clinics", "咨询 · "), ("/en/clinics", "Enquiries · ")] {
        let page = client.get(path).await.text;
        let (main, _) = page.split_once("</main>").expect("a page");
        assert!(main.contains(name), "{path} says {name}");
        assert_eq!(main.contains("咨询 · "), path == "/clinics", "{path}");
    }
}
