//! 500 clients that send a byte now and then, or read nothing of what they asked for: everybody else is answered
//! meanwhile, and after their time the server is rid of them.

use crate::server::{Site, client};
use reqwest::StatusCode;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const SLOW: usize = 500;
/// Within this everybody else has an answer. It bounds that the server lives, not how fast it is.
const ALIVE: Duration = Duration::from_secs(5);
/// When the server must have ended all of them: its time for heads and for bodies, and some for a busy machine.
const OVER: Duration = Duration::from_secs(45);

/// What a slow client begins with, and whether it reads.
const KINDS: [(&str, bool); 3] = [
    ("GET / HTTP/1.1\r\nhost: a\r\nx-slow: ", true),
    (
        "POST /staff/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: 30000\r\n\r\nname=",
        true,
    ),
    ("GET /api/v1/search HTTP/1.1\r\nhost: a\r\n\r\n", false),
];

/// Stays as long as the server lets it.
async fn drip(address: String, n: usize) {
    let (begun, reads) = KINDS[n % KINDS.len()];
    let mut stream = TcpStream::connect(&address).await.expect("connected");
    stream.write_all(begun.as_bytes()).await.expect("sent");
    let mut part = [0; 4096];
    loop {
        if reads {
            tokio::select! {
                read = stream.read(&mut part) => if !matches!(read, Ok(more) if more > 0) { return },
                () = tokio::time::sleep(Duration::from_millis(700)) => if stream.write_all(b"a").await.is_err() { return },
            }
        } else {
            // A request a byte at a time again shows when the server has left, without reading its answers.
            tokio::time::sleep(Duration::from_millis(700)).await;
            if stream.write_all(b"G").await.is_err() {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_slow_connections_keep_nobody_else_waiting() {
    let site = Site::sqlite();
    let server = site.serve();
    let host = server.address.strip_prefix("http://").expect("an address").to_owned();
    let begun = Instant::now();
    let mut slow = JoinSet::new();
    for n in 0..SLOW {
        slow.spawn(drip(host.clone(), n));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(slow.len() == SLOW, "they are all there");
    let mut longest = Duration::ZERO;
    for turn in 0..20 {
        // A connection of its own each time, as phones that come anew have it.
        let client = client();
        let asked = Instant::now();
        let page = client.get(format!("{}/screening/lung", server.address)).send().await.expect("an answer");
        assert_eq!(page.status(), StatusCode::OK);
        let login = client
            .post(format!("{}/api/v1/followups/{}/identify", server.address, "0".repeat(26)))
            .json(&serde_json::json!({ "ending": "8000" }))
            .send()
            .await
            .expect("an answer");
        assert_eq!(login.status(), StatusCode::NOT_FOUND);
        longest = longest.max(asked.elapsed());
        assert!(longest < ALIVE, "turn {turn} took {longest:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(slow.len() > SLOW / 2, "the slow ones were there all the while");
    let rest = OVER.saturating_sub(begun.elapsed());
    let ended = tokio::time::timeout(rest, async { while slow.join_next().await.is_some() {} }).await;
    assert!(ended.is_ok(), "{} slow connections are still held", slow.len());
}
