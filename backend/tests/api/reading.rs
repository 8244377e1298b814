//! What residents read: folds with one sentence in sight, numbered sources, languages in place, titles that break between
//! words, and a finder that says what it does not know.

use crate::world::World;
use zaoshai_contract::content::{Article, BREAK, Block};
use zaoshai_contract::page::{Body, Page};

/// The address of every article of the sitemap.
async fn articles(world: &World) -> Vec<String> {
    let sitemap = world.client().get("/sitemap.txt").await.text;
    let areas = ["/screening/", "/results/", "/guidance/", "/programmes/"];
    let paths: Vec<String> =
        sitemap.lines().filter(|path| areas.iter().any(|area| path.starts_with(area))).map(str::to_owned).collect();
    assert!(paths.len() > 40, "{paths:?}");
    paths
}

fn article(page: Page) -> Article {
    match page.body {
        Body::Topic(article)
        | Body::Decision(article)
        | Body::Result(article)
        | Body::Programme(article)
        | Body::Guidance(article) => article,
        other => panic!("an article: {other:?}"),
    }
}

/// The values of an attribute that begin so.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn every_section_is_folded_and_keeps_one_sentence_in_sight() {
    let world = World::new().await;
    let mut client = world.client();
    for path in articles(&world).await {
        for prefix in ["", "/hant", "/en"] {
            let html = client.get(&format!("{prefix}{path}")).await.text;
            let article = article(client.document(&html).await);
            for section in &article.sections {
                let place = format!("{prefix}{path}#{}", section.id);
                assert!(!section.gist.is_empty(), "{place}");
                assert!(section.gist.chars().count() <= 480, "{place}: {}", section.gist);
                let head = format!("<details class=\"zs-fold__head\" id=\"{}\"", section.id);
                assert!(html.contains(&head), "{place} is a fold");
            }
            let open =
                html.matches("class=\"zs-fold__head\"").count() - html.matches("class=\"zs-fold__head\" id").count();
            assert_eq!(open, 0);
            let seen = html.matches("<span class=\"zs-fold__gist\">").count();
            assert_eq!(seen, article.sections.len(), "{prefix}{path}");
        }
    }
}

#[tokio::test]
async fn the_sentence_of_the_warning_signs_names_what_needs_120() {
    let world = World::new().await;
    let mut client = world.client();
    let mut told = 0;
    for path in
        articles(&world).await.iter().filter(|path| path.starts_with("/screening/") && !path.ends_with("/decide"))
    {
        let html = client.get(path).await.text;
        let article = article(client.document(&html).await);
        let signs = article.sections.iter().find(|section| section.id == "signs").expect("warning signs");
        let emergency = signs
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Care { level: zaoshai_contract::content::CareLevel::Emergency, .. }));
        assert_eq!(signs.gist.contains("120"), emergency, "{path}: {}", signs.gist);
        told += 1;
    }
    assert_eq!(told, 12);
}

#[tokio::test]
async fn every_number_of_a_sentence_stands_in_its_section() {
    let world = World::new().await;
    let mut client = world.client();
    let digits = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect()
    };
    for path in articles(&world).await {
        let html = client.get(&path).await.text;
        for section in &article(client.document(&html).await).sections {
            let said = digits(&serde_json::to_string(&section.blocks).expect("json"));
            for number in digits(&section.gist) {
                assert!(said.contains(&number), "{path}#{}: {number}", section.id);
            }
        }
    }
}

#[tokio::test]
async fn every_mark_leads_to_its_source_and_every_source_leads_back() {
    let world = World::new().await;
    let mut client = world.client();
    let mut marks = 0;
    for path in articles(&world).await {
        let html = client.get(&path).await.text;
        let article = article(client.document(&html).await);
        let ids = values(&html, "id");
        for link in values(&html, "href").into_iter().filter_map(|link| link.strip_prefix('#')) {
            let drawn = link.starts_with("i-") || link == "main";
            assert!(drawn || ids.contains(&link), "{path} has #{link}");
            marks += usize::from(link.starts_with("source-"));
        }
        for number in 1..=article.sources.len() {
            assert!(ids.contains(&format!("source-{number}").as_str()), "{path}: source {number}");
            assert!(html.contains(&format!("href=\"#source-{number}\"")), "{path}: source {number} is used");
        }
        assert_eq!(
            html.matches("zs-sources__back").count(),
            article.sources.len() + html.matches("id=\"unchecked\"").count(),
            "{path}"
        );
        assert!(!html.contains("zs-source-note"), "{path} tells its sources once, at the end");
    }
    assert!(marks > 500, "{marks}");
}

#[tokio::test]
async fn a_topic_has_its_answer_then_its_step_then_the_rest() {
    let world = World::new().await;
    let mut client = world.client();
    for path in
        articles(&world).await.iter().filter(|path| path.starts_with("/screening/") && !path.ends_with("/decide"))
    {
        for prefix in ["", "/hant", "/en"] {
            let html = client.get(&format!("{prefix}{path}")).await.text;
            let places: Vec<usize> = ["class=\"zs-lead\"", "zs-opened__step", "zs-summary-list", "zs-fold__head"]
                .map(|part| html.find(part).unwrap_or(usize::MAX))
                .to_vec();
            assert!(places.is_sorted() && places[3] < usize::MAX, "{prefix}{path}: {places:?}");
        }
    }
}

#[tokio::test]
async fn titles_break_between_words_and_the_windows_title_holds_no_mark() {
    let world = World::new().await;
    let mut client = world.client();
    let html = client.get("/guidance/warning-signs").await.text;
    let page = client.document(&html).await;
    assert!(!page.meta.title.contains(BREAK), "{}", page.meta.title);
    assert_eq!(article(page).title.replace(BREAK, "|"), "哪些|症状|要看|医生？");
    assert!(html.contains("哪些<wbr>症状<wbr>要看<wbr>医生？</h1>"));
    let html = client.get("/hant/guidance/warning-signs").await.text;
    assert!(html.contains("哪些<wbr>症狀<wbr>要看<wbr>醫生？</h1>"));
    let shown = html.split("<script type=\"application/json\"").next().expect("the page");
    assert!(!shown.contains(BREAK), "what is shown holds no sign that is copied along");
}

#[tokio::test]
async fn the_languages_stand_in_the_header_and_lead_to_the_same_page() {
    let world = World::new().await;
    let mut client = world.client();
    for (path, others) in [
        ("/screening/lung", ["/hant/screening/lung", "/en/screening/lung"]),
        ("/en/clinics?service=lung", ["/clinics?service=lung", "/hant/clinics?service=lung"]),
    ] {
        let html = client.get(path).await.text;
        let header = html.split("<header").nth(1).and_then(|rest| rest.split("</header>").next()).expect("a header");
        assert!(header.contains("<details class=\"zs-language\""), "{header}");
        for other in others {
            assert!(header.contains(&format!("href=\"{other}\"")), "{path} leads to {other}");
        }
    }
}

#[tokio::test]
async fn what_the_finder_does_not_know_is_said_in_words_and_kept_by_nobody() {
    let world = World::new().await;
    let mut client = world.client();
    for (query, told) in [
        ("service=lungs", "没有您要找的这项检查"),
        ("city=%E9%95%BF%E6%B2%99%E5%B8%82", "没有您要找的城市"),
        ("near=nowhere", "没有您选的地方"),
        ("service=lung&open=now&city=nowhere", "没有您要找的城市"),
        ("city=nowhere&service=nothing&near=nobody&x=1", "没有您要找的这项检查"),
    ] {
        for address in [format!("/clinics?{query}"), format!("/api/v1/clinics?{query}")] {
            let answer = client.get(&address).await;
            assert_eq!(answer.headers["cache-control"], "no-store", "{address}");
            let echoes =
                ["nowhere", "nobody", "nothing", "lungs", "长沙"].iter().any(|word| answer.text.contains(word));
            assert!(!echoes, "{address} repeats what a stranger wrote");
            assert!(address.starts_with("/api") || answer.text.contains(told), "{address}");
        }
    }
    let known = client.get("/clinics?service=lung").await;
    assert!(!known.text.contains("没有您") && known.headers.contains_key("etag"));
}

#[tokio::test]
async fn five_chips_are_shown_and_a_change_of_one_wish_keeps_the_others() {
    let world = World::new().await;
    let mut client = world.client();
    let html = client.get("/clinics?service=lung&city=%E6%A0%AA%E6%B4%B2%E5%B8%82&open=now&near=youxian-3").await.text;
    let chips =
        html.split_once("class=\"zs-filter\"").and_then(|(_, rest)| rest.split("</nav>").next()).expect("chips");
    let (shown, more) = chips.split_once("<details").expect("more chips");
    assert_eq!(shown.matches("<a ").count(), 5, "{shown}");
    assert!(more.matches("<a ").count() > 3);
    for link in values(chips, "href").into_iter().filter(|link| link.starts_with('/')) {
        assert!(link.contains("city=") && link.contains("open=now") && link.contains("near=youxian-3"), "{link}");
    }
    assert!(html.contains("action=\"/clinics#found\""), "the heading of what was found takes the focus");
    assert!(html.contains("<h2 class=\"zs-h3\" id=\"found\" tabindex=\"-1\">"));
    // A service that stands further back is among the five when it is asked for.
    let html = client.get("/clinics?service=thyroid").await.text;
    let chips = html.split("class=\"zs-filter\"").nth(1).and_then(|rest| rest.split("<details").next()).expect("chips");
    assert!(chips.contains("aria-current=\"true\""), "{chips}");
}

#[tokio::test]
async fn the_finder_speaks_english_but_for_what_hospitals_write() {
    let world = World::new().await;
    let mut client = world.client();
    let html = client.get("/en/clinics").await.text;
    let chips =
        html.split_once("class=\"zs-filter\"").and_then(|(_, rest)| rest.split("</nav>").next()).expect("chips");
    assert!(chips.is_ascii() || !chips.chars().any(|letter| ('\u{3400}'..='\u{9fff}').contains(&letter)), "{chips}");
    assert!(html.contains("<h3 class=\"zs-h3\" lang=\"zh-CN\">"), "names are marked as Chinese");
    assert!(html.contains("Names and services are in Chinese"));
    assert!(!html.contains("Not all of this page is in English"));
}
