//! The connections of the server: HTTP/1 with limits on everything that a slow or silent client could hold, a cap, and
//! a stop that lets requests under way end. What a request means stands in [`crate::routes`].
//!
//! A full house does not shut out others: whoever comes takes the place of the connection that has waited longest
//! without a request under way.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Sleep;
use tower::ServiceExt as _;

/// What is left of the process's open files for the database, the content and the pictures.
const OTHER_FILES: usize = 128;
/// How long the server waits when it cannot accept, for want of open files.
const BREATH: Duration = Duration::from_millis(50);
/// How often the log says that somebody was turned away.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// How much of the server one client can hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take, and how long a connection may be kept without one.
    pub head: Duration,
    /// How long a client may read nothing of an answer.
    pub silence: Duration,
    /// Connections at once.
    pub most: usize,
    /// Connections at once from one address. Where a proxy stands in front, all come from one.
    pub most_of_one: usize,
}

impl Limits {
    /// The limits of a serving hospital for at most so many connections, or as many as the process may open files.
    pub fn for_most(most: usize, proxy: crate::app::Proxy) -> Self {
        let most = open_files().map_or(most, |files| most.min(files.saturating_sub(OTHER_FILES))).max(2);
        let most_of_one = match proxy {
            crate::app::Proxy::None => most / 2,
            crate::app::Proxy::Trusted => most,
        };
        Self { head: Duration::from_secs(20), silence: Duration::from_secs(30), most, most_of_one }
    }
}

/// How many files the process may open, where the system says it.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Serves until `stop` is over; then takes no more connections and waits for the requests under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let guests = Arc::new(Guests::default());
    let mut running = JoinSet::new();
    let mut stop = pin!(stop);
    let mut number = 0_u64;
    let mut told: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = running.join_next() => continue,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "accepting a connection");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        if !guests.makes_room(peer.ip(), limits) {
            if told.is_none_or(|at| at.elapsed() > TOLD_AGAIN) {
                tracing::warn!(connections = limits.most, of_one = limits.most_of_one, "all connections are busy");
                told = Some(Instant::now());
            }
            continue;
        }
        number += 1;
        let busy = Arc::new(AtomicUsize::new(0));
        let place = Place { guests: Arc::clone(&guests), number };
        let connection = attend(stream, peer, router.clone(), limits, stopped.clone(), Arc::clone(&busy), place);
        // The guest is entered before it can leave.
        let mut entered = guests.lock();
        let abort = running.spawn(connection);
        entered.insert(number, Guest { address: peer.ip(), busy, abort });
    }
    drop(listener);
    let _ = stopping.send(true);
    while running.join_next().await.is_some() {}
    Ok(())
}

/// Whether only this connection failed, and the next can be accepted at once.
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// Who is connected, by number: the lower the longer.
#[derive(Default)]
struct Guests(Mutex<HashMap<u64, Guest>>);

struct Guest {
    address: IpAddr,
    /// Requests under way, until their answers have been read.
    busy: Arc<AtomicUsize>,
    abort: AbortHandle,
}

impl Guests {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Guest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a place for one more from this address, if need be that of who has waited longest.
    fn makes_room(&self, address: IpAddr, limits: Limits) -> bool {
        let mut guests = self.lock();
        if guests.values().filter(|guest| guest.address == address).count() >= limits.most_of_one {
            return end_longest(&mut guests, |guest| guest.address == address);
        }
        guests.len() < limits.most || end_longest(&mut guests, |_| true)
    }
}

/// Ends the connection that has been there longest without a request under way.
fn end_longest(guests: &mut HashMap<u64, Guest>, among: impl Fn(&Guest) -> bool) -> bool {
    let waits = |guest: &Guest| guest.busy.load(Ordering::Acquire) == 0 && among(guest);
    let longest = guests.iter().filter(|(_, guest)| waits(guest)).map(|(number, _)| *number).min();
    let Some(guest) = longest.and_then(|number| guests.remove(&number)) else { return false };
    guest.abort.abort();
    true
}

/// A guest's place, given back however the connection ends.
struct Place {
    guests: Arc<Guests>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guests.lock().remove(&self.number);
    }
}

async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
    busy: Arc<AtomicUsize>,
    _place: Place,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let under_way = UnderWay::new(&busy);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            Ok::<_, Infallible>(until_read(response, under_way))
        }
    });
    let io = TokioIo::new(Paced { stream, silence: limits.silence, waiting: None });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    // How a client leaves is its own affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// A request under way.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(busy: &Arc<AtomicUsize>) -> Self {
        busy.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(busy))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The same answer, whose body holds that the request is under way until it has been handed over.
fn until_read(response: Response<Body>, under_way: UnderWay) -> Response<Held> {
    response.map(|body| Held { body, _under_way: under_way })
}

struct Held {
    body: Body,
    _under_way: UnderWay,
}

impl hyper::body::Body for Held {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

/// A stream that fails when the other side has taken nothing of what is written for too long.
struct Paced {
    stream: TcpStream,
    silence: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    fn paced<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let silence = self.silence;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.paced(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.paced(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.paced(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::{get, post};
    use futures_util::{StreamExt as _, stream};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;
    use tower_http::compression::CompressionLayer;

    /// More than the buffers of both sides of a connection take.
    const LARGE: usize = 64 << 20;
    const HELLO: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    fn part() -> io::Result<String> {
        Ok("a part of a table\r\n".repeat(100))
    }

    async fn breaks() -> io::Result<String> {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Err(io::Error::other("broken"))
    }

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        served: tokio::task::JoinHandle<io::Result<()>>,
    }

    async fn running(limits: Limits) -> Running {
        let router = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/large", get(|| async { vec![b'x'; LARGE] }))
            .route(
                "/slow",
                get(|| async {
                    tokio::time::sleep(Duration::from_millis(600)).await;
                    "late"
                }),
            )
            .route("/whole", get(|| async { Body::from_stream(stream::iter([part()])) }))
            .route("/broken", get(|| async { Body::from_stream(stream::iter([part()]).chain(stream::once(breaks()))) }))
            .layer(CompressionLayer::new())
            .route("/length", post(|body: bytes::Bytes| async move { body.len().to_string() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, router, limits, async {
            let _ = stopped.await;
        }));
        Running { address, stop, served }
    }

    fn limits() -> Limits {
        let short = Duration::from_millis(400);
        Limits { head: short, silence: short, most: 64, most_of_one: 64 }
    }

    async fn connect(running: &Running, sent: &str) -> TcpStream {
        let mut stream = TcpStream::connect(running.address).await.expect("connected");
        stream.write_all(sent.as_bytes()).await.expect("sent");
        stream
    }

    /// What comes until the server ends the connection; fails when it does not.
    async fn rest(mut stream: TcpStream) -> String {
        let mut text = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut text)).await;
        let _ = read.expect("the server ends the connection");
        String::from_utf8_lossy(&text).into_owned()
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_ends_the_connection() {
        let running = running(limits()).await;
        for sent in ["", "GET / HTTP/1.1\r\nhos", HELLO] {
            let begun = Instant::now();
            let answer = rest(connect(&running, sent).await).await;
            assert_eq!(answer.contains("hello"), sent == HELLO, "{sent:?}");
            assert!(begun.elapsed() >= Duration::from_millis(350), "{sent:?} is given time");
        }
        let mut dripping = connect(&running, "GET / HTTP/1.1\r\n").await;
        let mut sent = 0;
        while dripping.write_all(b"a: b\r\n").await.is_ok() {
            sent += 1;
            assert!(sent < 100, "a head that never ends is not waited for");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_not_read_ends_the_connection_and_a_slow_reader_gets_it_whole() {
        let running = running(limits()).await;
        let silent = connect(&running, "GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(rest(silent).await.len() < LARGE, "the rest was not kept for them");
        let mut slow = connect(&running, "GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let (mut read, mut part) = (0, vec![0; 4 << 20]);
        loop {
            match slow.read(&mut part).await.expect("goes on") {
                0 => break,
                more => read += more,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(read > LARGE);
    }

    #[tokio::test]
    async fn a_full_house_gives_the_place_of_who_waits_longest_and_never_of_a_request_under_way() {
        let running = running(Limits { most: 3, most_of_one: 3, head: Duration::from_secs(60), ..limits() }).await;
        let slow = connect(&running, "GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let waiting = connect(&running, "GET / HT").await;
        let later = connect(&running, "GET / HT").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = rest(connect(&running, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await).await;
        assert!(answer.contains("hello"), "the newcomer is served");
        assert_eq!(rest(waiting).await, "");
        let mut later = later;
        later.write_all(b"TP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("still there");
        assert!(rest(later).await.contains("hello"));
        assert!(rest(slow).await.contains("late"));
    }

    #[tokio::test]
    async fn one_address_takes_no_more_than_its_share() {
        let running = running(Limits { most: 64, most_of_one: 2, head: Duration::from_secs(60), ..limits() }).await;
        let mut waiting = Vec::new();
        for _ in 0..5 {
            waiting.push(connect(&running, "GET / HT").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for ended in waiting.drain(..3) {
            assert_eq!(rest(ended).await, "");
        }
        let mut last = waiting.pop().expect("the last");
        last.write_all(b"TP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("still there");
        assert!(rest(last).await.contains("hello"));
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_never_looks_like_a_whole_one() {
        let running = running(limits()).await;
        for encoding in ["identity", "gzip", "br"] {
            for (path, whole) in [("/whole", true), ("/broken", false)] {
                let head = format!("GET {path} HTTP/1.1\r\nhost: a\r\naccept-encoding: {encoding}\r\n\r\n");
                let answer = rest(connect(&running, &head).await).await;
                let begun = encoding != "identity" || answer.contains("a part of a table");
                assert!(answer.contains("transfer-encoding: chunked") && begun, "{path} {encoding}: {answer}");
                assert_eq!(answer.ends_with("0\r\n\r\n"), whole, "{path} {encoding}");
            }
        }
    }

    #[tokio::test]
    async fn a_stop_lets_requests_end_and_takes_no_more() {
        let running = running(limits()).await;
        let slow = connect(&running, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
        let idle = connect(&running, HELLO).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.stop.send(()).expect("told");
        assert!(rest(slow).await.contains("late"));
        assert!(rest(idle).await.contains("hello"));
        running.served.await.expect("no panic").expect("served");
        assert!(TcpStream::connect(running.address).await.is_err());
    }
}
