//! Many requests at once over kept connections, and the bare handler they are compared with.

use crate::quantile;
use anyhow::Result;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How fast something answered.
pub struct Speed {
    /// Answers in a second.
    pub rate: f64,
    /// The slowest of the fastest half, milliseconds.
    pub p50: f64,
    /// The slowest of the fastest 99 of 100, milliseconds.
    pub p99: f64,
}

impl Speed {
    /// From the time each answer took and the time all took together.
    pub fn of(mut times: Vec<f64>, all: Duration) -> Self {
        Self {
            rate: times.len() as f64 / all.as_secs_f64(),
            p50: quantile(&mut times, 0.5),
            p99: quantile(&mut times, 0.99),
        }
    }

    /// One line of the table, with the ratio to a peer.
    pub fn tell(&self, name: &str, peer: Option<&Self>) {
        let ratio = peer.map_or_else(String::new, |peer| {
            format!("   {:.2} × the rate, {:.2} × the p99", self.rate / peer.rate, self.p99 / peer.p99)
        });
        println!("  {name:<44} {:>8.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms{ratio}", self.rate, self.p50, self.p99);
    }
}

/// Asks for one address from `clients` connections for `time`.
pub async fn ask(address: &str, clients: usize, time: Duration) -> Result<Speed> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let (client, address) = (client.clone(), address.to_owned());
        running.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let asked = Instant::now();
                let answer = client.get(&address).header("accept-encoding", "br").send().await?;
                anyhow::ensure!(answer.status().is_success(), "{address} answered {}", answer.status());
                answer.bytes().await?;
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(times)
        });
    }
    let mut times = Vec::new();
    for part in running.join_all().await {
        times.extend(part?);
    }
    Ok(Speed::of(times, begun.elapsed()))
}

/// A server that answers every address with one file and does nothing else.
pub struct Bare {
    child: Child,
    /// Its address.
    pub address: String,
}

impl Bare {
    /// Starts it in a process of its own, as the backend is.
    pub fn start(file: &Path, kind: &str) -> Result<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).arg("bare").arg(file).arg(kind).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| anyhow::anyhow!("no output"))?;
        let address = BufReader::new(output).lines().map_while(Result::ok).next().unwrap_or_default();
        Ok(Self { child, address })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process behind [`Bare`]: `file` holds the brotli body; beside it may lie `style.css.br`.
pub async fn serve_bare(file: &str, kind: &str) -> Result<()> {
    let answer = |body: Vec<u8>, kind: &str| {
        let body = bytes_of(body);
        let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("text/plain"));
        let headers: [(HeaderName, HeaderValue); 2] =
            [(header::CONTENT_TYPE, kind), (header::CONTENT_ENCODING, HeaderValue::from_static("br"))];
        get(move || std::future::ready((headers, body)))
    };
    let style = Path::new(file).with_file_name("style.css.br");
    let mut router = Router::new().route("/", answer(std::fs::read(file)?, kind));
    if style.exists() {
        router = router.route("/style.css", answer(std::fs::read(style)?, "text/css"));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    axum::serve(listener, router).await?;
    Ok(())
}

fn bytes_of(body: Vec<u8>) -> axum::body::Bytes {
    axum::body::Bytes::from(body)
}
