//! What the server's log holds: a client's fault calls nobody, what is broken on our side does.

use crate::broken::spoil;
use crate::world::{Client, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::io::Write;
use std::sync::{Arc, Mutex};
use zaoshai_backend::secrets;

/// What was logged at ERROR.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }
}

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn sends(client: &mut Client, path: &str, kind: &str, body: impl Into<Body>) -> StatusCode {
    let request = Request::post(path).header("content-type", kind);
    client.send(request, body.into(), &[("idempotency-key", &secrets::fresh_id())]).await.status
}

#[tokio::test]
async fn what_a_client_does_wrong_is_no_error_of_ours() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let mut stranger = world.client();
    let heard = Heard::default();
    let writer = heard.clone();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(log);
    let identify = format!("/api/v1/followups/{}/identify", followup.token);
    let broken_off = || {
        let parts = [Ok(b"ending=80".to_vec()), Err(std::io::Error::other("gone"))];
        Body::from_stream(futures_util::stream::iter(parts))
    };
    for (path, kind, body) in [
        (identify.as_str(), "application/json", Body::from("{")),
        (&identify, "application/json", Body::from("{\"ending\": 5}")),
        (&identify, "application/json", Body::from("{\"ending\": \"\\u0000\"}")),
        (&identify, "application/json", Body::from(vec![b'a'; 100_000])),
        (&identify, "text/plain", Body::from("8000")),
        (&identify, "application/json", broken_off()),
        ("/home-care", "application/x-www-form-urlencoded", broken_off()),
        ("/home-care", "application/x-www-form-urlencoded", Body::from("%ff%fe=%00")),
    ] {
        let status = sends(&mut stranger, path, kind, body).await;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    for (kind, body) in [
        ("multipart/form-data", Body::from("nothing")),
        ("multipart/form-data; boundary=x", Body::from("--x\r\nno part")),
        ("multipart/form-data; boundary=x", broken_off()),
    ] {
        let status = sends(&mut nurse, "/staff/batches", kind, body).await;
        assert!(status.is_client_error(), "{kind}: {status}");
    }
    for path in ["/%ff", "/f/%00", "/staff/followups/%00", "/api/v1/followups/x/plan", "/staff/lists/%F0%9F"] {
        let status = nurse.get(path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    assert_eq!(heard.text(), "", "nobody is called for what a client sends");

    // So that the silence above is not that of a log that hears nothing.
    spoil(&world, &format!("UPDATE steps SET services = 'no list' WHERE followup = '{}'", followup.row.id)).await;
    stranger.get(&format!("/f/{}", followup.token)).await;
    assert!(heard.text().contains("does not read"), "{}", heard.text());
    assert!(!heard.text().contains(&followup.token.to_string()), "and names no link");
}
