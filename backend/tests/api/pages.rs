//! Public pages: complete HTML, the same JSON, languages, caching, headers.

use crate::world::World;
use axum::http::StatusCode;
use zaoshai_contract::page::Page;

#[tokio::test]
async fn every_page_of_the_sitemap_answers_with_html_and_its_json() {
    let world = World::new().await;
    let mut client = world.client();
    let sitemap = client.get("/sitemap.txt").await.text;
    assert!(sitemap.lines().count() > 20, "{sitemap}");
    for path in sitemap.lines() {
        for prefix in ["", "/hant", "/en"] {
            let address = format!("{prefix}{}", if path == "/" && !prefix.is_empty() { "" } else { path });
            let answer = client.get(&address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}");
            assert!(answer.text.contains("<h1"), "{address} has a heading");
            assert!(answer.text.contains("id=\"page\""), "{address} carries its JSON");
            assert!(answer.headers.contains_key("content-security-policy"));
        }
    }
}

#[tokio::test]
async fn each_language_says_so() {
    let world = World::new().await;
    let mut client = world.client();
    for (path, lang) in [("/", "zh-CN"), ("/hant/screening/lung", "zh-Hant"), ("/en/clinics", "en")] {
        let answer = client.get(path).await;
        assert!(answer.text.contains(&format!("<html lang=\"{lang}\"")), "{path}");
    }
    let answer = client.get("/fr/clinics").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text.contains("0731-28307119"), "an unknown language leads to a phone number");
}

#[tokio::test]
async fn a_page_that_is_known_is_not_sent_again() {
    let world = World::new().await;
    let mut client = world.client();
    for path in ["/api/v1/topics/lung", "/screening/lung"] {
        let first = client.get(path).await;
        let etag = first.headers["etag"].to_str().expect("a tag").to_owned();
        let second = client.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!((second.status, second.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        let other = client.get_with(path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_page_says_who_has_not_read_it_and_whom_to_call() {
    let world = World::new().await;
    let mut client = world.client();
    let answer = client.get("/screening/lung").await;
    assert!(answer.text.contains("还没有经过医院审核"));
    assert!(answer.text.contains("href=\"tel:0731-28307119\"") || answer.text.contains("href=\"tel:073128307119\""));
}

#[tokio::test]
async fn phones_that_save_data_get_html_without_the_app() {
    let world = World::new().await;
    let mut client = world.client();
    assert!(client.get("/").await.text.contains("/loader.js"));
    let saved = client.get_with("/", &[("save-data", "on")]).await;
    assert!(!saved.text.contains("/loader.js") && saved.text.contains("<h1"));
}

#[tokio::test]
async fn large_type_is_a_form_and_a_cookie() {
    let world = World::new().await;
    let mut client = world.client();
    let answer = client.form("/settings", &[("size", "elder"), ("back", "/screening/lung")]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/screening/lung"));
    assert!(client.get("/screening/lung").await.text.contains("data-size=\"elder\""));
    client.form("/settings", &[("size", "normal"), ("back", "//evil.example")]).await;
    assert!(!client.get("/").await.text.contains("data-size=\"elder\""));
}

#[tokio::test]
async fn the_finder_filters_sorts_and_explains_an_empty_result() {
    let world = World::new().await;
    let mut client = world.client();
    let names = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|card| card["name"].as_str().map(str::to_owned)).collect()
    };
    let lung = client.get("/api/v1/clinics?service=lung").await.json();
    let finder = &lung["body"]["clinics"];
    assert!(names(&finder["found"]).contains(&"株洲市二医院".to_owned()), "{lung}");
    let near = client.get("/api/v1/clinics?near=qingxian-people").await.json();
    assert_eq!(names(&near["body"]["clinics"]["found"])[0], "青县人民医院");
    let none = client.get("/api/v1/clinics?service=lung&city=%E6%B2%A7%E5%B7%9E%E5%B8%82").await.json();
    let finder = &none["body"]["clinics"];
    assert!(names(&finder["found"]).is_empty() && finder["instead"]["without"] == "city", "{finder}");
    let html = client.get("/clinics?service=lung&city=%E6%B2%A7%E5%B7%9E%E5%B8%82").await;
    assert!(html.text.contains("12320") && html.text.contains("株洲市二医院"));
}

#[tokio::test]
async fn a_hospitals_page_is_its_place_in_the_finder() {
    let world = World::new().await;
    let answer = world.client().get("/hospitals/zhuzhou-2").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::PERMANENT_REDIRECT, "/clinics/zhuzhou-2"));
}

#[tokio::test]
async fn the_server_says_whether_it_lives_and_works() {
    let world = World::new().await;
    let mut client = world.client();
    assert_eq!(client.get("/livez").await.status, StatusCode::OK);
    assert_eq!(client.get("/readyz").await.status, StatusCode::OK);
    world.app.db.close().await;
    assert_eq!(client.get("/livez").await.status, StatusCode::OK);
    assert_eq!(client.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// The phone reads documents with a reader of its own, the server writes them with serde: they must agree.
#[tokio::test]
async fn the_phone_reads_every_document_as_it_was_written() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut stranger = world.client();
    let mut patient = world.patient(&followup).await;
    let link = format!("/api/v1/followups/{}", followup.token);
    let mut documents = vec![
        stranger.get("/api/v1/clinics?service=lung&near=qingxian-people").await.text,
        stranger.get("/api/v1/clinics?service=breast&city=%E6%B2%A7%E5%B7%9E%E5%B8%82&open=now").await.text,
        stranger.get(&format!("{link}?problem=invalid-input")).await.text,
        patient.get(&format!("{link}?problem=slot-taken&done=cancelled")).await.text,
    ];
    let wanted = serde_json::json!({ "slot": "ldct-review-2026-11-24-0830" });
    let key = zaoshai_backend::secrets::fresh_id();
    patient.json("POST", &format!("{link}/appointment"), &wanted, &[("idempotency-key", &key)]).await;
    documents.push(patient.get(&format!("{link}?done=booked")).await.text);
    for path in stranger.get("/sitemap.txt").await.text.lines() {
        let (lang, route) = zaoshai_contract::route::Route::parse(path, "").expect("a route");
        documents.push(stranger.get(&route.api_path(lang)).await.text);
    }
    for text in documents {
        let written: Page = serde_json::from_str(&text).expect("a page");
        assert_eq!(zaoshai_contract::json::from_str::<Page>(&text), Some(written), "{text}");
    }
}
