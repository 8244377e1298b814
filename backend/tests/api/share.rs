//! Passing a page on: card, code and text of public pages, and of nothing else.

use crate::world::World;
use axum::http::StatusCode;
use zaoshai_contract::page::Page;
use zaoshai_contract::route::Route;

/// What a phone's camera reads in a picture.
fn read(picture: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
    let info = reader.next_frame(&mut pixels).expect("its pixels");
    let (width, height) = (info.width as usize, info.height as usize);
    assert!(width >= 512 && width == height, "{width}x{height}");
    let mut grey = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let found = grey.detect_grids();
    assert_eq!(found.len(), 1, "one code");
    found[0].decode().expect("a readable code").1
}

#[tokio::test]
async fn a_code_holds_the_whole_address_of_its_page() {
    let world = World::new().await;
    let mut client = world.client();
    for (of, address) in [
        ("/screening/lung", "http://zaoshai.test/screening/lung"),
        ("%2Fhant%2Fresults%2Fhpv", "http://zaoshai.test/hant/results/hpv"),
        ("/en/clinics?service=lung", "http://zaoshai.test/en/clinics"),
    ] {
        let page = client.get(&format!("/share?of={of}")).await;
        assert_eq!(page.status, StatusCode::OK, "{of}");
        let code = page.text.split("src=\"").find(|rest| rest.starts_with("/share/code"));
        let code = code.and_then(|rest| rest.split('"').next()).expect("the picture of the code");
        let picture = client.get(code).await;
        assert_eq!(picture.headers["content-type"], "image/png");
        assert_eq!(picture.headers["cache-control"], "public, max-age=86400");
        assert_eq!(read(&picture.bytes), address);
        assert!(page.text.contains(&format!("{address}</textarea>")), "the text to copy ends in the address");
    }
}

#[tokio::test]
async fn every_public_page_can_be_passed_on_in_every_language() {
    let world = World::new().await;
    let mut client = world.client();
    for path in client.get("/sitemap.txt").await.text.lines() {
        for prefix in ["", "/hant", "/en"] {
            let address = format!("{prefix}{}", if path == "/" && !prefix.is_empty() { "" } else { path });
            let page = client.get(&address).await.text;
            let link = format!("{prefix}/share?of={path}");
            assert!(page.contains(&format!("href=\"{link}\"")), "{address} leads to {link}");
            let share = client.get(&link).await;
            assert_eq!(share.status, StatusCode::OK, "{link}");
            let (lang, route) = Route::parse(&address, "").expect("a route");
            let known: Page = serde_json::from_str(&client.get(&route.api_path(lang)).await.text).expect("a page");
            let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let (title, description) = (escaped(&known.meta.title), escaped(&known.meta.description));
            assert!(share.text.contains(&format!("<b>{title}</b><p class=\"zs-small\">{description}</p>")), "{link}");
            let text = format!(">{title}\n{description}\nhttp://zaoshai.test{address}</textarea>");
            assert!(share.text.contains(&text), "{link}: {text}");
            assert!(share.text.contains("name=\"robots\" content=\"noindex\""), "{link}");
        }
    }
}

#[tokio::test]
async fn a_link_of_a_follow_up_and_foreign_addresses_are_not_passed_on() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut patient = world.patient(&followup).await;
    let token = followup.token.to_string();
    let page = patient.get(&format!("/f/{token}")).await.text;
    assert!(page.contains("小结节") && !page.contains("/share?of="), "her page offers no sharing");
    for of in [
        format!("/f/{token}"),
        format!("%2Ff%2F{token}"),
        format!("/hant/f/{token}?view=cancel"),
        "/staff".to_owned(),
        "/screening/nothing".to_owned(),
        "//evil.example".to_owned(),
        "https://evil.example/screening".to_owned(),
        "javascript:alert(1)".to_owned(),
        "/%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        "/%0d%0aset-cookie:%20a=b".to_owned(),
    ] {
        let answer = patient.get(&format!("/share?of={of}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{of}");
        assert!(answer.text.contains("随访链接请不要转发") && answer.text.contains("0731-28307119"), "{}", answer.text);
        for foreign in [token.as_str(), "evil.example", "alert(1)", "set-cookie"] {
            assert!(!answer.text.contains(foreign), "{of} does not come back");
        }
        assert_eq!(patient.get(&format!("/share/code.png?of={of}")).await.status, StatusCode::NOT_FOUND, "{of}");
    }
    for file in ["nothing.png", "lung", "lung.svg", "..%2Fkey", "mark.png"] {
        assert_eq!(patient.get(&format!("/share/card/{file}")).await.status, StatusCode::NOT_FOUND, "{file}");
    }
}

#[tokio::test]
async fn every_page_names_a_picture_that_is_there() {
    let world = World::new().await;
    let mut client = world.client();
    for path in client.get("/sitemap.txt").await.text.lines() {
        let page = client.get(path).await.text;
        let of = |property: &str| {
            let rest = page.split(&format!("property=\"{property}\" content=\"")).nth(1);
            rest.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{path} has no {property}"))
        };
        assert!(page.contains(&format!("<title>{} ·", of("og:image:alt").split(" · ").next().expect("a title"))));
        assert_eq!(of("og:site_name"), "早筛");
        assert!(page.contains("name=\"twitter:card\" content=\"summary_large_image\""));
        let picture = of("og:image").strip_prefix("http://zaoshai.test").expect("an address of this site");
        // The first page's is a file of the app.
        if path == "/" {
            assert_eq!(picture, "/share.png");
            continue;
        }
        let answer = client.get(picture).await;
        assert_eq!((answer.status, answer.headers["content-type"].as_bytes()), (StatusCode::OK, &b"image/png"[..]));
        assert_eq!(answer.headers["cache-control"], "public, max-age=86400");
    }
    for (path, icon) in [("/screening/lung/decide", "lung"), ("/hant/screening/breast", "breast"), ("/clinics", "pin")]
    {
        let page = client.get(path).await.text;
        assert!(page.contains(&format!("http://zaoshai.test/share/card/{icon}.png")), "{path}");
    }
}
