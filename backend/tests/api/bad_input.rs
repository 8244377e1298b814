//! Wrong input of every kind has its own answer: never a blank page, never a 500.

use crate::world::{World, new_followup};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use zaoshai_backend::secrets;
use zaoshai_contract::ids::Token;

#[tokio::test]
async fn wrong_tokens_get_a_page_with_a_phone_number() {
    let world = World::new().await;
    let mut client = world.client();
    for token in
        ["x".to_owned(), "0".repeat(26), Token::from_bits(5).to_string(), "%00".to_owned(), "..%2f..".to_owned()]
    {
        for prefix in ["", "/en"] {
            let answer = client.get(&format!("{prefix}/f/{token}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{token}");
            assert!(answer.text.contains("这个链接打不开") && answer.text.contains("0731-28307119"), "{token}");
        }
        for (method, tail) in [("GET", ""), ("POST", "/identify"), ("POST", "/appointment"), ("DELETE", "/appointment")]
        {
            let path = format!("/api/v1/followups/{token}{tail}");
            let key = secrets::fresh_id();
            let body = serde_json::json!({ "ending": "8000", "slot": "a" });
            let answer = client.json(method, &path, &body, &[("idempotency-key", &key)]).await;
            assert_eq!(answer.code(), "link-unknown", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_answered_in_words() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let path = "/api/v1/staff/followups";
    let key = secrets::fresh_id();
    let headers = [("idempotency-key", key.as_str())];
    let json = |body: Body| (Request::post(path).header("content-type", "application/json"), body);
    for (what, (request, body), code) in [
        ("2 MB", json(Body::from(vec![b' '; 2 << 20])), "too-large"),
        ("broken JSON", json(Body::from("{\"name\":")), "bad-body"),
        ("another type", json(Body::from("{\"name\":7}")), "bad-body"),
        ("not UTF-8", json(Body::from(vec![b'"', 0xff, b'"'])), "bad-body"),
        ("deep nesting", json(Body::from("[".repeat(20_000))), "bad-body"),
        ("no content type", (Request::post(path), Body::from("{}")), "unsupported-media"),
    ] {
        let answer = nurse.send(request, body, &headers).await;
        assert_eq!(answer.code(), code, "{what}");
    }
    let form = Request::post("/staff/login").header("content-type", "application/x-www-form-urlencoded");
    let answer = nurse.send(form, Body::from(vec![b'a'; 2 << 20]), &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("内容太大了") && answer.text.contains("0731-28307119"));
}

#[tokio::test]
async fn a_write_needs_a_key() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for headers in [vec![], vec![("idempotency-key", "short")], vec![("idempotency-key", "with spaces and more")]] {
        let answer = nurse.json("POST", "/api/v1/staff/followups", &new_followup(), &headers).await;
        assert_eq!(answer.code(), "invalid-input");
    }
}

#[tokio::test]
async fn writes_from_other_sites_are_refused() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for headers in
        [vec![("origin", "https://evil.example")], vec![("origin", "null")], vec![("sec-fetch-site", "cross-site")]]
    {
        let request = Request::post("/staff/logout").header("content-type", "application/x-www-form-urlencoded");
        let answer = nurse.send(request, Body::empty(), &headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let request = Request::post("/settings").header("content-type", "application/x-www-form-urlencoded");
    let answer = nurse.send(request, Body::from("size=elder"), &[("origin", "http://zaoshai.test")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_answered_in_words() {
    let world = World::new().await;
    let mut client = world.client();
    for (path, status) in [
        ("/nothing", 404),
        ("/screening/nothing", 404),
        ("/guidance/nothing", 404),
        ("/clinics/nothing", 404),
        ("/clinics/%E8%82%BA", 404),
        ("/staff/nothing", 404),
        ("/zaoshai-app-missing.js", 404),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(answer.text.contains("0731-28307119"), "{path} names a phone");
    }
    assert_eq!(client.get("/api/v1/nothing").await.code(), "not-found");
    assert_eq!(client.get("/api/v1/topics/nothing").await.code(), "not-found");
    let request = Request::delete("/api/v1/home");
    assert_eq!(client.send(request, Body::empty(), &[]).await.code(), "method-not-allowed");
    let page = client.send(Request::delete("/screening"), Body::empty(), &[]).await;
    assert!(page.status.is_client_error() && page.text.contains("0731-28307119"), "{}", page.status);
}

#[tokio::test]
async fn odd_queries_are_no_questions() {
    let world = World::new().await;
    let mut client = world.client();
    for query in
        ["service=%FF", "city=%00", "open=yes", "near=..", "service=lung&service=eye", "a=b&from=singlemessage"]
    {
        assert_eq!(client.get(&format!("/clinics?{query}")).await.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn files_outside_the_apps_folder_are_out_of_reach() {
    let world = World::new().await;
    let mut client = world.client();
    for path in ["/../Cargo.toml", "/..%2fCargo.toml", "/%2e%2e/test.db"] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text.contains("[workspace]"));
    }
}
