//! Wrong input of every kind has its own answer: never a blank page, never a 500.

use crate::world::{World, new_followup};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use zaoshai_backend::secrets;
use zaoshai_contract::ids::Token;
use zaoshai_contract::roles::Role;

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
    assert!(answer.text.contains("内容太大了") && answer.text.contains("请写短一点"));
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
        ("/zaoshai-app-missing.js", 404),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(answer.text.contains("0731-28307119"), "{path} names a phone");
    }
    let staff = client.get("/staff/nothing").await;
    assert_eq!(staff.status, StatusCode::NOT_FOUND);
    assert!(staff.text.contains("请从工作台找") && !staff.text.contains("0731-28307119"), "staff are not patients");
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

/// A page of ours, with a phone and in Chinese, or a problem document, and nothing that may be kept.
fn is_in_words(answer: &crate::world::Answer, what: &str) {
    let kind = answer.headers["content-type"].to_str().expect("a type");
    assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
    if kind == "application/problem+json" {
        assert!(!answer.code().is_empty(), "{what}");
    } else {
        // Staff find a way on in the console; the phone is for patients.
        let way = ["0731-28307119", "回到工作台"].iter().any(|way| answer.text.contains(way));
        assert!(kind.starts_with("text/html") && way, "{what}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_address_that_can_be_none_is_answered_in_words_wherever_it_stands() {
    let world = World::new().await;
    let (mut client, mut nurse) = (world.client(), world.nurse().await);
    let long = "a".repeat(300);
    for part in ["%00", "a%00b", "%ff", "%E8%82", "%C0%AE", "a%0d%0ab", "%7f", long.as_str(), "%FF%FE/more"] {
        for front in [
            "",
            "/en",
            "/hant",
            "/screening",
            "/check",
            "/f",
            "/en/f",
            "/home-care",
            "/share/card",
            "/hospitals",
            "/staff",
            "/staff/followups",
            "/staff/batches",
            "/staff/lists",
            "/staff/schedules",
            "/api",
            "/api/v1/topics",
            "/api/v1/followups",
            "/api/v1/home-care",
            "/api/v1/staff/followups",
            "/api/v1/clinics",
        ] {
            let path = format!("{front}/{part}");
            for client in [&mut client, &mut nurse] {
                let answer = client.get(&path).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                is_in_words(&answer, &path);
                assert_eq!(path.starts_with("/api/"), answer.headers["content-type"] == "application/problem+json");
            }
        }
    }
    for path in ["/f/%00/confirm", "/staff/followups/%ff/call", "/staff/accounts/%00/reset", "/home-care/%ff/withdraw"]
    {
        let answer = nurse.form(path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        is_in_words(&answer, path);
    }
    for path in [format!("/clinics?city={}", "x".repeat(9000)), format!("/api/v1/clinics?city={}", "x".repeat(9000))] {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::URI_TOO_LONG);
        is_in_words(&answer, &path);
    }
}

#[tokio::test]
async fn a_nul_in_a_query_a_form_or_a_document_reaches_no_database() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    for path in [
        "/staff/search?q=%00",
        "/staff/lists/open?page=%00",
        "/staff/audit?staff=%00&code=%00",
        "/staff/audit?before=1-%00",
    ] {
        for client in [&mut nurse, &mut auditor] {
            let answer = client.get(path).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        }
    }
    let mut stranger = world.client();
    let answer = stranger.form("/staff/login", &[("name", "a\0b"), ("password", "x")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    for body in [r#"{"name":"a\u0000b","password":"x"}"#, r#"{"name":"a","password":"x","\u0000":[{"a":"\u0000"}]}"#] {
        let request = Request::post("/api/v1/staff/session").header("content-type", "application/json");
        assert_eq!(stranger.send(request, Body::from(body), &[]).await.code(), "bad-body");
    }
    let written = serde_json::json!({ "name": "\\u0000 as letters", "password": "x" });
    assert_eq!(stranger.json("POST", "/api/v1/staff/session", &written, &[]).await.code(), "wrong-login");
}

#[tokio::test]
async fn every_method_has_a_sane_answer() {
    let world = World::new().await;
    let mut client = world.client();
    for path in ["/", "/clinics", "/settings", "/f/0/confirm", "/staff/login", "/api/v1/home", "/api/v1/staff/session"]
    {
        let options = client.send(Request::builder().method("OPTIONS").uri(path), Body::empty(), &[]).await;
        assert_eq!(options.status, StatusCode::NO_CONTENT, "{path}");
        assert!(options.headers["allow"].to_str().is_ok_and(|allow| allow.contains("OPTIONS")), "{path}");
        for method in ["TRACE", "PROPFIND", "PATCH"] {
            let answer = client.send(Request::builder().method(method).uri(path), Body::empty(), &[]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(answer.headers.contains_key("allow"), "{method} {path}");
            is_in_words(&answer, path);
        }
    }
    let star = client.send(Request::builder().method("OPTIONS").uri("*"), Body::empty(), &[]).await;
    assert!(!star.status.is_server_error(), "{}", star.status);
    for path in ["/", "/screening/lung", "/api/v1/home", "/livez", "/share.png"] {
        let (get, head) = (client.get(path).await.status, Request::builder().method("HEAD").uri(path));
        assert_eq!(client.send(head, Body::empty(), &[]).await.status, get, "{path}");
    }
}

#[tokio::test]
async fn an_encoding_that_is_refused_is_not_sent() {
    let world = World::new().await;
    let mut client = world.client();
    for path in ["/", "/search?q=x", "/api/v1/home"] {
        for (accepted, encoding) in [
            ("br;q=0, gzip", Some("gzip")),
            ("br;q=0,gzip;q=0", None),
            ("identity;q=0, br", Some("br")),
            ("*", Some("br")),
        ] {
            let request = Request::get(path).header("accept-encoding", accepted).header("host", "zaoshai.test");
            let request = request.body(Body::empty()).expect("a request");
            let answer = tower::ServiceExt::oneshot(world.router.clone(), request).await.expect("an answer");
            let told = answer.headers().get("content-encoding").and_then(|value| value.to_str().ok());
            assert_eq!((answer.status(), told), (StatusCode::OK, encoding), "{path} {accepted}");
        }
        let answer = client.get_with(path, &[("accept-encoding", "identity;q=0")]).await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
        is_in_words(&answer, path);
    }
}

#[tokio::test]
async fn a_year_of_two_digits_is_answered_in_every_form_by_what_to_write_instead() {
    let world = World::new().await;
    let followup = world.followup().await;
    let (_, _) = crate::home_care::asks(&world).await;
    let mut nurse = world.nurse().await;
    let mut manager = world.staff("planner", "zhuzhou-2", Role::ScheduleManager).await;
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let care = nurse.get("/staff/home-care").await.text;
    let care = care.split("href=\"/staff/home-care/").filter_map(|rest| rest.split('"').next());
    let care = care.into_iter().find(|id| id.len() == 32).expect("a request").to_owned();
    let one = format!("/staff/followups/{}", followup.row.id);
    let version = nurse.get(&format!("{one}/edit")).await.text;
    let version = crate::batches::hidden(&version, "version");
    let key = secrets::fresh_id();
    let short = "27-02-26";
    let told = "年份请写四位数";
    let person = [("name", "李女士"), ("phone", "13800138000"), ("reason", "复查"), ("services", "ldct-review")];
    let usual = [
        ("owner", "zhang"),
        ("version", version.as_str()),
        ("key", key.as_str()),
        ("outcome", "call-later"),
        ("next", "step"),
    ];
    let end = "/staff/schedules/templates/ldct-review-wednesday-510/end".to_owned();
    for (manages, path, day, rest) in [
        (false, "/staff/followups".to_owned(), "due_from", vec![("due_to", "2026-12-04")]),
        (false, "/staff/followups".to_owned(), "due_to", vec![("due_from", "2026-11-23")]),
        (false, format!("{one}/edit"), "due_from", vec![("due_to", "2026-12-04")]),
        (false, format!("{one}/edit"), "due_to", vec![("due_from", "2026-11-23")]),
        (false, format!("{one}/call"), "again", vec![]),
        (false, format!("{one}/outcome"), "due_from", vec![("due_to", "2026-12-04")]),
        (false, format!("{one}/outcome"), "due_to", vec![("due_from", "2026-11-23")]),
        (false, format!("/staff/home-care/{care}/plan"), "day", vec![("from", "09:00"), ("to", "10:00")]),
        (true, "/staff/closures".to_owned(), "first", vec![("last", "2026-12-04")]),
        (true, "/staff/closures".to_owned(), "last", vec![("first", "2026-12-04")]),
        (true, "/staff/schedules/templates".to_owned(), "valid_from", vec![]),
        (true, "/staff/schedules/templates".to_owned(), "valid_to", vec![("valid_from", "2026-12-04")]),
        (true, "/staff/schedules/closings".to_owned(), "first", vec![("last", "2026-12-04")]),
        (true, "/staff/schedules/closings".to_owned(), "last", vec![("first", "2026-12-04")]),
        (true, "/staff/schedules/extras".to_owned(), "first", vec![("last", "2026-12-04")]),
        (true, "/staff/schedules/visits".to_owned(), "first", vec![]),
        (true, end, "until_day", vec![]),
    ] {
        let who = if manages { &mut manager } else { &mut nurse };
        let fields: Vec<_> = person.into_iter().chain(usual).chain(rest).chain([(day, short)]).collect();
        let answer = who.form(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {day}: {}", answer.text);
        assert!(answer.text.contains(told), "{path} {day}: {}", answer.text);
        // Nor is a day taken that nobody can mean.
        let far = fields.iter().map(|(name, value)| (*name, if *name == day { "2099-06-30" } else { *value }));
        let answer = who.form(&path, &far.collect::<Vec<_>>()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {day}: {}", answer.text);
        let field = format!("href=\"#{day}\"");
        let other = day == "due_from" && answer.text.contains("href=\"#due_to\"");
        assert!(answer.text.contains(&field) || other, "{path} {day}: {}", answer.text);
    }
    for path in ["/staff/audit?first=27-02-26", "/staff/audit?last=27-02-26&staff=zhang"] {
        let answer = auditor.get(path).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(answer.text.contains(told) && !answer.text.contains("zs-row__line"), "{path}: {}", answer.text);
    }
    let table = auditor.get("/staff/audit.csv?first=27-02-26").await;
    assert_eq!(table.status, StatusCode::UNPROCESSABLE_ENTITY, "no table of other days than asked for");
    assert_eq!(auditor.get("/staff/audit?first=&last=2026-12-01").await.status, StatusCode::OK);
}
