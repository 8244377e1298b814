//! Public pages: complete HTML, the same JSON, languages, caching, headers.

use crate::world::World;
use axum::http::StatusCode;
use zaoshai_backend::content::Area;
use zaoshai_contract::checks::CheckPage;
use zaoshai_contract::content::{BREAK, Block, CareLevel};
use zaoshai_contract::page::{Body, Page};

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
            let document = client.document(&answer.text).await;
            assert_eq!(document.meta.path, path, "{address}");
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
    // What is still in Chinese says so, and is marked as Chinese for those who listen.
    for (path, translated) in [
        ("/en/screening/lung", true),
        ("/en", true),
        ("/en/clinics", true),
        ("/en/plan", false),
        ("/en/results", false),
    ] {
        let text = client.get(path).await.text;
        assert_eq!(text.contains("<main class=\"zs-main\" id=\"main\" lang=\"zh-CN\""), !translated, "{path}");
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
async fn a_first_visit_is_sent_the_style_sheet_inside_the_page_and_later_ones_link_it() {
    let world = World::new().await;
    for path in
        ["/", "/screening/lung", "/clinics?service=lung", "/settings", "/f", "/staff/login", "/nowhere", "/home-care"]
    {
        let mut client = world.client();
        let first = client.get(path).await;
        assert!(first.text.contains("<style data-of=\"/style-0123456789ab.css\">body{margin:0}</style>"), "{path}");
        assert!(!first.text.contains("rel=\"stylesheet\""), "{path}");
        let policy = first.headers["content-security-policy"].to_str().expect("a policy");
        assert!(policy.contains("style-src 'self' 'sha256-") && !policy.contains("unsafe-inline"), "{policy}");
        let second = client.get(path).await;
        assert!(second.text.contains("<link rel=\"stylesheet\" href=\"/style-0123456789ab.css\">"), "{path}");
        assert!(!second.text.contains("<style") && !second.headers.contains_key("set-cookie"), "{path}");
        // Whoever has the page as it came first needs it no second time.
        if let Some(tag) = first.headers.get("etag") {
            let again = client.get_with(path, &[("if-none-match", tag.to_str().expect("a tag"))]).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        }
    }
    let older = world.client().get_with("/", &[("cookie", "zs_style=older")]).await;
    assert!(older.text.contains("<style data-of="), "another version is another style sheet");
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
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|card| card["name"].as_str().map(|name| name.replace(BREAK, "")))
            .collect()
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
    assert!(html.text.contains("12320") && html.text.contains("株洲市<wbr>二医院"));
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
    // An answer holds for two seconds, so another server is asked.
    let world = World::new().await;
    let mut client = world.client();
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
        // A check is read by a program of its own.
        if let Body::Check(check) = written.body {
            let read = zaoshai_contract::json::from_str::<CheckPage>(&text);
            assert_eq!(read, Some(CheckPage { meta: written.meta, check: *check }), "{text}");
            continue;
        }
        assert_eq!(zaoshai_contract::json::from_str::<Page>(&text), Some(written), "{text}");
    }
}

#[tokio::test]
async fn words_of_a_report_are_looked_up_and_not_kept() {
    let world = World::new().await;
    let mut client = world.client();
    for prefix in ["", "/hant", "/en"] {
        let answer = client.form(&format!("{prefix}/results"), &[("q", "宫颈高危型 HPV16 阳性")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text.contains(&format!("href=\"{prefix}/results/hpv#h16-18\"")), "{prefix}: {}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    for typed in ["便潛血陽性", "肺結節8毫米"] {
        let answer = client.form("/hant/results", &[("q", typed)]).await;
        assert!(answer.text.contains("最像這些"), "{typed}: {}", answer.text);
    }
    let nothing = client.form("/results", &[("q", "血压 150")]).await;
    assert!(nothing.text.contains("没有找到") && nothing.text.contains("tel:0731-28307119"), "{}", nothing.text);
    let nothing = client.form("/results", &[("q", &"长".repeat(500))]).await;
    assert_eq!(nothing.status, StatusCode::OK);
    let page: Page = serde_json::from_str(&client.get("/api/v1/results?q=BI-RADS%204A").await.text).expect("a page");
    let Body::Results(results) = page.body else { panic!("not the results") };
    assert!(results.named && results.found[0].section == "b4a", "{results:?}");
}

#[tokio::test]
async fn every_care_card_of_a_report_says_how_soon_where_and_leads_to_clinics() {
    let world = World::new().await;
    let library = world.app.library();
    for (id, entry) in &library.hans.shelf(Area::Results).entries {
        for finding in &entry.findings {
            let section = entry.article.sections.iter().find(|section| section.id == finding.section);
            let Some(Block::Care { onward, .. }) = section.and_then(|section| section.blocks.last()) else {
                panic!("{id}#{} does not end in a care card", finding.section)
            };
            let whole = [&onward.within, &onward.department, &onward.service].iter().all(|part| !part.is_empty());
            assert!(whole, "{id}#{}: {onward:?}", finding.section);
        }
    }
}

#[tokio::test]
async fn traditional_characters_reach_every_text_and_no_address() {
    let world = World::new().await;
    let mut client = world.client();
    let answer = client.get("/hant/clinics?city=%E6%B2%A7%E5%B7%9E%E5%B8%82").await;
    assert!(answer.text.contains("滄州市") && answer.text.contains("selected"), "{}", answer.text);
    // A link from that page asks for the city in its own characters.
    let traditional = client.get("/hant/clinics?city=%E6%BB%84%E5%B7%9E%E5%B8%82").await;
    let simplified: Page =
        serde_json::from_str(&client.get("/api/v1/clinics?city=%E6%B2%A7%E5%B7%9E%E5%B8%82&lang=zh-Hant").await.text)
            .expect("a page");
    let Body::Clinics(finder) = simplified.body else { panic!("not the finder") };
    assert!(finder.found.iter().all(|card| traditional.text.contains(&card.name)), "{finder:?}");
    let topic = client.get("/hant/screening/lung").await.text;
    assert!(topic.contains("href=\"/hant/screening/lung/decide\""), "{topic}");
    assert!(!topic.contains("医院") && topic.contains("醫院"), "no simplified words are left");
}

#[tokio::test]
async fn an_unreviewed_or_unchecked_text_says_so_in_every_language() {
    let world = World::new().await;
    let mut client = world.client();
    let library = world.app.library();
    for (prefix, unreviewed, unchecked) in [
        ("", "还没有经过医院审核", "待核对"),
        ("/hant", "還沒有經過醫院審核", "待核對"),
        ("/en", "Not yet reviewed", "To be checked"),
    ] {
        for id in library.hans.shelf(Area::Topics).entries.keys() {
            let text = client.get(&format!("{prefix}/screening/{id}")).await.text;
            let (line, folds) = (text.find(unreviewed).expect("the line"), text.find("zs-fold__head").expect("folds"));
            assert!(line < folds, "{prefix} {id} says so before anything that is folded");
            assert!(text.contains(unchecked), "{prefix} {id}");
        }
    }
}

#[tokio::test]
async fn a_service_that_no_source_names_is_said_to_be_so() {
    let world = World::new().await;
    let mut client = world.client();
    let answer = client.get("/clinics?service=urology").await;
    assert!(answer.text.contains("没有完全符合的医院") && answer.text.contains("没有医院写明能做"), "{}", answer.text);
    assert!(answer.text.contains("tel:12320") && answer.text.contains("0731-28307119"), "somebody can be called");
    let others = client.get("/clinics").await;
    assert!(!others.text.contains("service=urology"), "nobody is led to a choice that finds nothing");
}

#[tokio::test]
async fn size_and_colours_are_kept_and_lead_nobody_astray() {
    let world = World::new().await;
    let mut client = world.client();
    let page = client.get_with("/settings", &[("referer", "http://zaoshai.test/screening/lung")]).await;
    assert!(page.text.contains("name=\"back\" value=\"/screening/lung\""), "{}", page.text);
    let foreign = client.get_with("/settings", &[("referer", "http://evil.example/x")]).await;
    assert!(foreign.text.contains("name=\"back\" value=\"/\""), "{}", foreign.text);
    let fields = [("page", "en"), ("back", "//evil.example"), ("size", "largest"), ("contrast", "more")];
    let answer = client.form("/settings", &fields).await;
    assert_eq!(answer.location(), "/en/settings?saved=1&back=%2F");
    for path in ["/", "/hant/screening/lung", "/en/settings"] {
        let text = client.get(path).await.text;
        assert!(text.contains("data-size=\"largest\" data-contrast=\"more\""), "{path}");
    }
    client.form("/settings", &[("size", "nonsense"), ("contrast", "nonsense")]).await;
    assert!(!client.get("/").await.text.contains("data-size"));
}

#[tokio::test]
async fn what_a_stranger_invents_in_a_query_is_the_page_without_it() {
    let world = World::new().await;
    let mut client = world.client();
    // The first page of a browser holds the style sheet besides.
    client.get("/").await;
    for (path, invented) in [
        ("/clinics", "x=nowhere"),
        ("/screening/lung", "lang=xx&from=groupmessage"),
        ("/api/v1/clinics", "town=nowhere&lang=xx"),
        ("/api/v1/home", "lang=klingon&a=b"),
    ] {
        let known = client.get(path).await;
        let joint = if path.contains('?') { "" } else { "?" };
        let asked = client.get(&format!("{path}{joint}{invented}")).await;
        assert_eq!(asked.status, StatusCode::OK, "{path} {invented}");
        // The same tag, so the same kept document: nothing was made or kept for the invented value.
        assert_eq!(asked.headers["etag"], known.headers["etag"], "{path} {invented}");
        assert!(!asked.text.contains("nowhere") && !asked.text.contains("nobody"), "{path} {invented}");
    }
    let (city, filtered) =
        (client.get("/clinics").await, client.get("/clinics?city=%E6%A0%AA%E6%B4%B2%E5%B8%82").await);
    assert_ne!(city.headers["etag"], filtered.headers["etag"], "a known city filters");
}

#[tokio::test]
async fn personal_pages_redirects_and_cookies_are_kept_nowhere() {
    let world = World::new().await;
    let followup = world.followup().await;
    let (mut nurse, mut patient) = (world.nurse().await, world.patient(&followup).await);
    for path in ["/staff", "/staff/login", "/staff/followups/new", "/staff/search", "/staff/followups.csv"] {
        assert_eq!(nurse.get(path).await.headers["cache-control"], "no-store", "{path}");
    }
    let link = format!("/f/{}", followup.token);
    for path in [link.clone(), format!("/api/v1/followups/{}", followup.token), "/share?of=/".to_owned()] {
        assert_eq!(patient.get(&path).await.headers["cache-control"], "no-store", "{path}");
    }
    for path in ["/index.html", "/hospitals/zhuzhou-2", "/hospitals/deadbeef.css", "/staff/logout"] {
        let answer = nurse.get(path).await;
        assert!(answer.status.is_redirection(), "{path}: {}", answer.status);
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    let set = patient.form("/settings", &[("size", "elder")]).await;
    assert_eq!(set.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn old_browsers_find_their_icon() {
    let world = World::new().await;
    let icon = world.client().get("/favicon.ico").await;
    assert_eq!((icon.status, &icon.headers["content-type"]), (StatusCode::OK, &"image/png".parse().expect("a type")));
    assert!(icon.bytes.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_with_it() {
    for (public_url, told) in [("https://zaoshai.test", true), ("http://zaoshai.test", false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let db = crate::world::database(folder.path()).await;
        let clock = zaoshai_backend::clock::Clock::still(zaoshai_contract::civil::Moment(1_795_392_000_000));
        let app = crate::world::app_at(public_url, folder.path(), db, clock);
        let router = zaoshai_backend::routes::router(app);
        for path in ["/", "/nothing", "/staff/login", "/api/v1/home"] {
            let request = axum::http::Request::get(path).body(axum::body::Body::empty()).expect("a request");
            let answer = tower::ServiceExt::oneshot(router.clone(), request).await.expect("an answer");
            assert_eq!(answer.headers().contains_key("strict-transport-security"), told, "{public_url}{path}");
        }
    }
}

#[tokio::test]
async fn a_topic_never_leads_first_to_what_it_advises_against() {
    let world = World::new().await;
    let mut client = world.client();
    let mut against = 0;
    let library = world.app.library();
    for (id, entry) in &library.hans.shelf(Area::Topics).entries {
        let unadvised = entry.article.sections.first().is_some_and(|section| section.id == "why-not");
        against += usize::from(unadvised);
        for (prefix, signs, who) in [
            ("", "有症状，先看医生", "看看您要不要查"),
            ("/hant", "有症狀，先看醫生", "看看您要不要查"),
            ("/en", "Symptoms? See a doctor", "See whether it is for you"),
        ] {
            let page = client.get(&format!("{prefix}/screening/{id}")).await.text;
            let (_, step) = page.split_once("zs-opened__step").expect("a step");
            let button = step.split("</a>").next().unwrap_or_default();
            let check = format!("{prefix}/check/{id}");
            let own = page.contains(&format!("href=\"{check}\""));
            let expected = match (unadvised, own) {
                (true, _) => ("#signs", signs),
                (false, true) => (&check[..], ""),
                (false, false) => ("#who", who),
            };
            assert!(
                button.contains(&format!("href=\"{}\"", expected.0)) && button.contains(expected.1),
                "{id}: {button}"
            );
            assert!(page.contains(&format!("id=\"{}\"", expected.0.trim_start_matches('#'))) || own, "{id}");
            let (opening, _) = page.split_once("zs-folds").expect("sections");
            assert!(!unadvised || !opening.contains("/clinics?service="), "{id} offers a clinic: {opening}");
        }
    }
    assert!(against >= 2, "some topics are advised against");
}

#[tokio::test]
async fn the_first_emergency_on_a_page_can_be_dialled_above_its_sections() {
    let world = World::new().await;
    let mut client = world.client();
    let library = world.app.library();
    let mut begin = 0;
    for (id, entry) in &library.hans.shelf(Area::Guidance).entries {
        let first = entry.article.sections.first().and_then(|section| section.blocks.first());
        if !matches!(first, Some(Block::Care { level: CareLevel::Emergency, .. })) {
            continue;
        }
        begin += 1;
        let page = client.get(&format!("/guidance/{id}")).await.text;
        let (opening, _) = page.split_once("zs-folds").expect("sections");
        assert!(opening.contains("href=\"tel:120\""), "{id}: {opening}");
    }
    assert!(begin >= 1, "some guidance begins with an emergency");
    let care = client.get("/home-care").await.text;
    let (opening, _) = care.split_once("id=\"who\"").expect("sections");
    let first = opening.find("href=\"tel:120\"").expect("a number");
    assert!(first < opening.find("zs-care-card").expect("a card"), "{opening}");
    assert!(!care.contains("zs-action-bar"), "nothing is sent by a button beside an empty form");
    let refused = client.form("/home-care", &[("key", "0123456789abcdef")]).await.text;
    let (_, summary) = refused.split_once("zs-error-summary").expect("a summary");
    let summary = summary.split("</ul>").next().unwrap_or_default();
    assert_eq!(summary.matches("<li>").count(), 1, "{summary}");
    assert!(summary.contains("处要改"), "{summary}");
}

#[tokio::test]
async fn no_title_names_the_hospital_twice() {
    let world = World::new().await;
    let mut client = world.client();
    let own = world.app.library().hospital.clone();
    for prefix in ["", "/hant", "/en"] {
        let page = client.get(&format!("{prefix}/clinics/{own}")).await.text;
        let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
        let (first, second) = title.split_once(" · ").expect("two parts");
        assert_ne!(first, second, "{prefix}");
    }
    assert!(client.get("/en").await.text.contains("nothing recorded. The questions"), "a stop between two sentences");
}
