//! How many requests the backend answers: a content document against a bare handler with the same bytes, and a booking
//! against the bare database transaction, on SQLite and on PostgreSQL.

use crate::load::{Bare, Speed, ask};
use anyhow::Result;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::slots::NewSlot;
use zaoshai_backend::demonstration::{Identified, crowd};
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::{IdempotencyKey, SlotId};
use zaoshai_contract::roles::Party;
use zaoshai_tests::backend::Backend;

/// Connections at once.
const CLIENTS: usize = 32;
/// How long a document is asked for.
const TIME: Duration = Duration::from_secs(5);
/// Bookings made in each run.
const BOOKINGS: usize = 2000;

/// Measures documents and bookings.
pub async fn run() -> Result<()> {
    documents().await?;
    bookings("SQLite", Store::Sqlite).await?;
    match std::env::var("ZAOSHAI_TEST_POSTGRES") {
        Ok(server) => bookings("PostgreSQL", Store::Postgres(server)).await?,
        Err(_) => println!("bookings on PostgreSQL: no server, run by `cargo xtask bench`"),
    }
    Ok(())
}

async fn documents() -> Result<()> {
    println!("documents, {CLIENTS} connections, {} s each, brotli", TIME.as_secs());
    let backend = Backend::start();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let folder = tempfile::tempdir()?;
    for (path, kind) in [("/api/v1/topics/lung", "application/json"), ("/screening/lung", "text/html; charset=utf-8")] {
        let body = client.get(backend.at(path)).header("accept-encoding", "br").send().await?.bytes().await?;
        let file = folder.path().join("body.br");
        std::fs::write(&file, &body)?;
        let bare = Bare::start(&file, kind)?;
        ask(&backend.at(path), CLIENTS, Duration::from_secs(1)).await?;
        let ours = ask(&backend.at(path), CLIENTS, TIME).await?;
        ask(&bare.address, CLIENTS, Duration::from_secs(1)).await?;
        let theirs = ask(&bare.address, CLIENTS, TIME).await?;
        theirs.tell("bare axum handler, the same bytes", None);
        ours.tell(path, Some(&theirs));
    }
    Ok(())
}

enum Store {
    Sqlite,
    Postgres(String),
}

async fn bookings(name: &str, store: Store) -> Result<()> {
    println!("bookings on {name}, {CLIENTS} at once, {BOOKINGS} each");
    let folder = tempfile::tempdir()?;
    let database = match &store {
        Store::Sqlite => format!("sqlite://{}/test.db", folder.path().display()),
        Store::Postgres(server) => Db::create_on(server, &format!("bench_{}", secrets::fresh_id())).await?,
    };
    let bare = bare_bookings(&database, &folder).await?;
    bare.tell("bare transaction", None);
    let served = served_bookings(&database, folder).await?;
    served.tell("POST …/appointment", Some(&bare));
    Ok(())
}

async fn prepare(db: &Db, secrets: &Secrets, service: &str) -> Result<(Vec<Identified>, Vec<SlotId>)> {
    let starts = now().plus_minutes(24 * 60);
    let mut slots = Vec::new();
    for n in 0..BOOKINGS / 20 {
        let id = SlotId::parse(&format!("{service}-{n}")).ok_or_else(|| anyhow::anyhow!("a slot id"))?;
        let slot = NewSlot {
            id: id.clone(),
            clinic: "bench".to_owned(),
            service: service.to_owned(),
            room: n.to_string(),
            expert: String::new(),
            starts,
            minutes: 20,
            capacity: 20,
        };
        db.make_slots(&[slot]).await?;
        slots.push(id);
    }
    let until = now().plus_minutes(60 * 24 * 60);
    Ok((crowd(db, secrets, ("zhuzhou-2", service), BOOKINGS, until).await?, slots))
}

fn now() -> Moment {
    zaoshai_backend::clock::Clock::System.now()
}

fn key() -> IdempotencyKey {
    secrets::fresh_key()
}

async fn bare_bookings(database: &str, folder: &TempDir) -> Result<Speed> {
    let db = Db::open(database).await?;
    let (people, slots) = prepare(&db, &Secrets::from_file(&folder.path().join("key"))?, "bare").await?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for part in shares(people) {
        let (db, slots) = (db.clone(), slots.clone());
        running.spawn(async move {
            let mut times = Vec::new();
            for (n, person) in part {
                let change = Change {
                    followup: person.followup,
                    action: Action::Book,
                    slot: Some(slots[n % slots.len()].clone()),
                    appointment: None,
                    party: Party::Patient,
                    who: "patient".to_owned(),
                    detail: String::new(),
                    said: String::new(),
                    until: None,
                    rules: Rules::Aside(None),
                    key: key(),
                    now: now(),
                };
                let asked = Instant::now();
                let answer = db.change(&change).await?;
                anyhow::ensure!(answer.is_ok(), "refused: {answer:?}");
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(times)
        });
    }
    let mut times = Vec::new();
    for part in running.join_all().await {
        times.extend(part?);
    }
    let speed = Speed::of(times, begun.elapsed());
    db.close().await;
    Ok(speed)
}

async fn served_bookings(database: &str, folder: TempDir) -> Result<Speed> {
    let db = Db::open(database).await?;
    let (people, slots) = prepare(&db, &Secrets::from_file(&folder.path().join("key"))?, "served").await?;
    db.close().await;
    let backend = Backend::start_plain(folder, database);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for part in shares(people) {
        let (client, slots, address) = (client.clone(), slots.clone(), backend.address.clone());
        running.spawn(async move {
            let mut times = Vec::new();
            for (n, person) in part {
                let asked = Instant::now();
                let answer = client
                    .post(format!("{address}/api/v1/followups/{}/appointment", person.token))
                    .header("cookie", format!("zs_followup={}", person.session))
                    .header("idempotency-key", key().as_str())
                    .json(&serde_json::json!({ "slot": slots[n % slots.len()] }))
                    .send()
                    .await?;
                anyhow::ensure!(answer.status().is_success(), "answered {}", answer.status());
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

/// Deals people to the clients, each with her number.
fn shares(people: Vec<Identified>) -> Vec<Vec<(usize, Identified)>> {
    let mut shares: Vec<Vec<(usize, Identified)>> = (0..CLIENTS).map(|_| Vec::new()).collect();
    for (n, person) in people.into_iter().enumerate() {
        shares[n % CLIENTS].push((n, person));
    }
    shares
}
