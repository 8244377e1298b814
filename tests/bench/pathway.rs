//! The follow-up pathway with years of work in the database, on SQLite and on PostgreSQL: what a nurse's page and a
//! patient's tap ask of it, each beside the least that the same database can do, and how that grows from 10,000
//! follow-ups to 1,000,000.

use crate::quantile;
use anyhow::{Context as _, Result, ensure};
use std::fmt::Display;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zaoshai_backend::app::{App, Config, Proxy};
use zaoshai_backend::clock::Clock;
use zaoshai_backend::content::Library;
use zaoshai_backend::db::Db;
use zaoshai_backend::db::appointments::{Change, Rules};
use zaoshai_backend::db::pages::After;
use zaoshai_backend::db::slots::Span;
use zaoshai_backend::db::volume::{Doing, Nth, Volume, free_slot, hospital};
use zaoshai_backend::finders;
use zaoshai_backend::html::Shell;
use zaoshai_backend::pathway;
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::roles::{Party, Role};
use zaoshai_contract::staff::audit::AuditFilter;
use zaoshai_contract::staff::{Staff, Whole};
use zaoshai_tests::backend::{Backend, content};

/// Slowest of the fastest 99 of 100 that is aimed at, milliseconds.
const AIM: f64 = 20.0;
/// How often each read is made.
const READS: usize = 300;
/// How many book, one after the other and then at once.
const BOOKINGS: usize = 320;
/// Clients that book at once.
const CLIENTS: usize = 32;
/// Follow-ups, and past appointments of each.
const SIZES: [(i64, i64); 3] = [(10_000, 10), (100_000, 10), (1_000_000, 1)];
/// The size at which whole pages are asked for, too.
const PAGES_AT: i64 = 100_000;

/// The slowest of the fastest 99 of 100 of each measure, in the order of their names.
type Told = Vec<(String, f64)>;

/// Measures all sizes, or only the one with so many follow-ups, on both databases, or only on the one of this name.
pub async fn run(only: Option<i64>, store: Option<&str>) -> Result<()> {
    let mut stores = vec![("SQLite", None)];
    match std::env::var("ZAOSHAI_TEST_POSTGRES") {
        Ok(server) => stores.push(("PostgreSQL", Some(server))),
        Err(_) => println!("pathway on PostgreSQL: no server, run by `cargo xtask bench`"),
    }
    stores.retain(|(name, _)| store.is_none_or(|store| store.eq_ignore_ascii_case(name)));
    for (name, server) in stores {
        let mut curve = Vec::new();
        for (followups, past) in SIZES.into_iter().filter(|(followups, _)| only.is_none_or(|only| only == *followups)) {
            let volume = Volume { followups, past };
            curve.push((followups, sized(name, server.as_deref(), volume).await?));
        }
        tell_curve(name, &curve);
    }
    Ok(())
}

async fn sized(name: &str, server: Option<&str>, volume: Volume) -> Result<Told> {
    let folder = tempfile::tempdir()?;
    let database = match server {
        None => format!("sqlite://{}/test.db", folder.path().display()),
        Some(server) => Db::create_on(server, &format!("bench_{}", secrets::fresh_id())).await?,
    };
    let begun = Instant::now();
    let app = app(&database, folder.path()).await?;
    app.db.fill(volume, &app.secrets, app.now()).await?;
    ensure!(app.db.miscounted_slots().await?.is_empty(), "what was made is sound");
    println!(
        "pathway on {name}: {} follow-ups, {} past appointments, 30 days of slots at 40 clinics, made in {:.0} s",
        volume.followups,
        volume.followups * volume.past,
        begun.elapsed().as_secs_f64()
    );
    let mut told = Table::new();
    reads(&app, volume, &mut told).await?;
    rounds(&app, &mut told).await?;
    let people: Vec<Nth> = volume.doing(0, Doing::ToBook).filter(|nth| nth.number % 20 >= 15).collect();
    let (apart, rest) = people.split_at(BOOKINGS);
    bookings(&app, apart, 1, &mut told).await?;
    let (at_once, rest) = rest.split_at(BOOKINGS);
    bookings(&app, at_once, CLIENTS, &mut told).await?;
    if volume.followups == PAGES_AT {
        let (patients, _) = rest.split_at(BOOKINGS.min(rest.len()));
        let sessions = sessions(&app, patients).await?;
        app.db.close().await;
        pages(folder, &database, sessions, &mut told).await?;
    } else {
        app.db.close().await;
    }
    Ok(told.rows)
}

/// A backend without a socket: what the rounds of the clock need.
async fn app(database: &str, folder: &Path) -> Result<App> {
    let clock = Clock::System;
    let library = Library::load(&content(), clock.now().date())
        .map_err(|findings| anyhow::anyhow!("{} findings", findings.len()))?;
    let shell = Shell::parse("<html><head><!--head--></head><body><!--page--><!--data--></body></html>")?;
    let config = Config {
        public_url: "http://localhost".to_owned(),
        dist: folder.to_owned(),
        writes_per_minute: 0,
        proxy: Proxy::None,
    };
    let secrets = Secrets::from_file(&folder.join("key"))?;
    Ok(App::new(library, Db::open(database).await?, secrets, shell, clock, config))
}

/// The lines that are printed, each beside the least that the same database can do.
struct Table {
    rows: Told,
    floors: Vec<(Floor, f64)>,
}

/// What a line is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Floor {
    /// One row by its primary key.
    Row,
    /// A transaction of one UPDATE by a primary key, from so many clients at once.
    Transaction(usize),
}

impl Table {
    fn new() -> Self {
        Self { rows: Vec::new(), floors: Vec::new() }
    }

    /// Prints what others are compared with.
    fn floor(&mut self, floor: Floor, name: &str, times: Vec<f64>) {
        let p50 = self.line(name, times, |_, _| String::new());
        self.floors.push((floor, p50));
    }

    fn row(&mut self, floor: Floor, name: &str, times: Vec<f64>) {
        let least = self.floors.iter().find(|(known, _)| *known == floor).map_or(f64::NAN, |(_, p50)| *p50);
        self.line(name, times, |p50, p99| {
            let aim = if p99 <= AIM { "" } else { "   misses 20 ms" };
            format!("   {:>6.1} × the floor{aim}", p50 / least)
        });
    }

    fn line(&mut self, name: &str, mut times: Vec<f64>, tail: impl Fn(f64, f64) -> String) -> f64 {
        let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
        println!("  {name:<52} p50 {p50:>8.2} ms  p99 {p99:>8.2} ms{}", tail(p50, p99));
        self.rows.push((name.to_owned(), p99));
        p50
    }
}

/// Milliseconds that each of `times` runs takes, one after the other; `ask` gets the number of the run.
async fn timed<T>(times: usize, ask: impl AsyncFn(usize) -> Result<T>) -> Result<Vec<f64>> {
    // Statements are prepared and pages read before anything is measured.
    for n in 0..times.min(10) {
        ask(n).await?;
    }
    let mut taken = Vec::with_capacity(times);
    for n in 0..times {
        let begun = Instant::now();
        ask(n).await?;
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(taken)
}

fn slot(n: usize) -> Result<SlotId> {
    // From the second day on, so that none is past.
    free_slot(0, 24 + i64::try_from(n % (720 - 24))?).context("a slot id")
}

async fn reads(app: &App, volume: Volume, told: &mut Table) -> Result<()> {
    let (db, now, home) = (&app.db, app.now(), hospital(0));
    let today = Moment::at(now.date(), 0);
    let of = usize::try_from(volume.of(0))?;
    let nth = |n: usize| Nth { hospital: 0, number: i64::try_from(n * 7919 % of).unwrap_or_default() };
    told.floor(
        Floor::Row,
        "floor: one row by its primary key",
        timed(READS, async |n| Ok(db.slot(&slot(n)?).await?)).await?,
    );

    let found = db.overdue(&home, now, 100).await?.len();
    told.row(
        Floor::Row,
        &format!("overdue list, {found} rows"),
        timed(READS, async |_| Ok(db.overdue(&home, now, 100).await?)).await?,
    );
    let tomorrow = Moment::at(now.date().plus_days(1), 0);
    let found = db.day(&home, today, tomorrow).await?.len();
    told.row(
        Floor::Row,
        &counted("day list", found),
        timed(READS, async |_| Ok(db.day(&home, today, tomorrow).await?)).await?,
    );
    let month = Moment::at(now.date().plus_days(30), 0);
    for (service, what) in [("a", "free slots of 30 days, nearly full"), ("b", "free slots of 30 days, all free")] {
        let spans = [Span { service: format!("{home}-{service}"), from: now, until: month }];
        let times = timed(READS, async |_| Ok(db.free_slots(&spans, Some(60), now).await?)).await?;
        let found = db.free_slots(&spans, Some(60), now).await?.len();
        let days = db.free_days(&spans, None, now).await?.len();
        told.row(
            Floor::Row,
            &counted(&format!("{what}, by day"), days),
            timed(READS, async |_| Ok(db.free_days(&spans, None, now).await?)).await?,
        );
        told.row(Floor::Row, &counted(what, found), times);
    }
    told.row(Floor::Row, "one follow-up", timed(READS, async |n| Ok(db.followup(&nth(n).id()).await?)).await?);
    told.row(
        Floor::Row,
        "latest follow-ups, 100 rows",
        timed(READS, async |_| Ok(db.followups(&home, 100).await?)).await?,
    );
    let start = After::lowest();
    let found = db.whole(&home, Whole::Calls, now, &start, 100).await?.len();
    told.row(
        Floor::Row,
        &counted("calls promised", found),
        timed(READS, async |_| Ok(db.whole(&home, Whole::Calls, now, &start, 100).await?)).await?,
    );
    let found = db.open_questions(&home, &start, 100).await?.len();
    told.row(
        Floor::Row,
        &counted("open questions", found),
        timed(READS, async |_| Ok(db.open_questions(&home, &start, 100).await?)).await?,
    );
    let ending = |n: usize| finders::meant(&app.secrets, &nth(n).phone()[7..]);
    let latest = After::highest();
    let found = db.found(&home, &ending(0), &latest, 100).await?.len();
    told.row(
        Floor::Row,
        &counted("search by four digits", found),
        timed(READS, async |n| Ok(db.found(&home, &ending(n), &latest, 100).await?)).await?,
    );
    let all = AuditFilter::default();
    told.row(
        Floor::Row,
        "log, first page",
        timed(READS, async |_| Ok(db.audit_log(&home, &all, None, 100).await?)).await?,
    );
    let of_staff = AuditFilter { staff: "nurse7".to_owned(), ..AuditFilter::default() };
    told.row(
        Floor::Row,
        "log of one account",
        timed(READS, async |_| Ok(db.audit_log(&home, &of_staff, None, 100).await?)).await?,
    );
    let of_one = |n: usize| AuditFilter { code: nth(n).code(), ..AuditFilter::default() };
    told.row(
        Floor::Row,
        "log of one follow-up",
        timed(READS / 3, async |n| Ok(db.audit_log(&home, &of_one(n), None, 100).await?)).await?,
    );
    let half = now.plus_minutes(-500 * 24 * 60);
    let after = (half, "");
    told.row(
        Floor::Row,
        "export, 500 rows from the middle",
        timed(READS / 3, async |_| Ok(db.followups_after(&home, after, true, 500).await?)).await?,
    );
    Ok(())
}

fn counted(name: &str, rows: impl Display) -> String {
    format!("{name}, {rows} rows")
}

/// What the clock does every twenty seconds.
async fn rounds(app: &App, told: &mut Table) -> Result<()> {
    let waiting = app.db.waiting_list((0, ""), 100_000).await?.0.len();
    let times = timed(READS / 10, async |_| failing(pathway::offer_to_all(app).await)).await?;
    told.row(Floor::Row, &counted("round: offers where none is free", waiting), times);
    told.row(
        Floor::Row,
        "round: lapsed holds, none",
        timed(READS, async |_| failing(pathway::release_lapsed(app).await)).await?,
    );
    told.row(
        Floor::Row,
        "round: closed clinics, none",
        timed(READS, async |_| failing(pathway::clear_closed(app).await)).await?,
    );
    Ok(())
}

fn failing<T>(result: zaoshai_backend::failures::Result<T>) -> Result<T> {
    result.map_err(|failure| anyhow::anyhow!("{failure:?}"))
}

fn change(followup: &str, action: Action, slot: Option<SlotId>, now: Moment) -> Change {
    Change {
        followup: followup.to_owned(),
        action,
        slot,
        appointment: None,
        party: Party::Patient,
        who: "patient".to_owned(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: secrets::fresh_key(),
        now,
    }
}

/// Each of these people keeps a place and makes it certain.
async fn bookings(app: &App, people: &[Nth], clients: usize, told: &mut Table) -> Result<()> {
    let at_once = if clients == 1 { "one after the other".to_owned() } else { format!("{clients} at once") };
    let sessions = sessions(app, people).await?;
    let bare = share(&sessions, clients, {
        let db = app.db.clone();
        move |_, session: Patient| {
            let db = db.clone();
            async move {
                let begun = Instant::now();
                db.act_as(&session.id, &session.hash, None).await?;
                Ok(vec![begun.elapsed()])
            }
        }
    })
    .await?;
    told.floor(Floor::Transaction(clients), &format!("floor: a transaction of one UPDATE, {at_once}"), bare.of(0));
    let booked = share(&sessions, clients, {
        let app = app.clone();
        move |n, patient: Patient| {
            let app = app.clone();
            async move {
                let begun = Instant::now();
                let held = app.db.change(&change(&patient.id, Action::Hold, Some(slot(n)?), app.now())).await?;
                ensure!(held.is_ok(), "refused: {held:?}");
                let hold = begun.elapsed();
                let begun = Instant::now();
                let sure = app.db.change(&change(&patient.id, Action::Confirm, None, app.now())).await?;
                ensure!(sure.is_ok(), "refused: {sure:?}");
                Ok(vec![hold, begun.elapsed()])
            }
        }
    })
    .await?;
    told.row(Floor::Transaction(clients), &format!("booking: hold, {at_once}"), booked.of(0));
    told.row(Floor::Transaction(clients), &format!("booking: confirm, {at_once}"), booked.of(1));
    Ok(())
}

/// Somebody who has given her last four digits.
#[derive(Clone)]
struct Patient {
    id: String,
    token: String,
    session: String,
    hash: String,
}

async fn sessions(app: &App, people: &[Nth]) -> Result<Vec<Patient>> {
    let mut patients = Vec::new();
    for nth in people {
        let session = secrets::session_secret();
        let (id, hash) = (nth.id(), secrets::hash(&session));
        let record = app.db.followup(&id).await?.context("a follow-up")?;
        let until = app.now().plus_minutes(60);
        ensure!(
            app.db.open_patient_session(&id, (&record.phone_sealed, record.link_generation), &hash, until).await?,
            "a session"
        );
        patients.push(Patient { token: nth.token(&app.secrets).to_string(), id, session, hash });
    }
    Ok(patients)
}

/// What each client measured: for each person one time a deed.
struct Times(Vec<Vec<Duration>>);

impl Times {
    /// The milliseconds of one deed.
    fn of(&self, deed: usize) -> Vec<f64> {
        self.0.iter().filter_map(|times| times.get(deed)).map(|time| time.as_secs_f64() * 1000.0).collect()
    }
}

/// Deals people to clients, who work at the same time, each with one person after the other.
async fn share<F>(
    people: &[Patient],
    clients: usize,
    deed: impl Fn(usize, Patient) -> F + Clone + Send + 'static,
) -> Result<Times>
where
    F: Future<Output = Result<Vec<Duration>>> + Send,
{
    let mut running = tokio::task::JoinSet::new();
    for client in 0..clients {
        let mine: Vec<(usize, Patient)> =
            people.iter().cloned().enumerate().filter(|(n, _)| n % clients == client).collect();
        let deed = deed.clone();
        running.spawn(async move {
            let mut times = Vec::new();
            for (n, patient) in mine {
                times.push(deed(n, patient).await?);
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    for part in running.join_all().await {
        times.extend(part?);
    }
    Ok(Times(times))
}

/// Whole requests to a server: the nurse's page, and a patient's two taps.
async fn pages(folder: TempDir, database: &str, patients: Vec<Patient>, told: &mut Table) -> Result<()> {
    let password = secrets::fresh_password();
    let nurse = Staff {
        name: "bench".to_owned(),
        display: "护士".to_owned(),
        hospital: hospital(0),
        roles: vec![Role::Nurse, Role::Coordinator],
    };
    let db = Db::open(database).await?;
    db.make_staff(&nurse, &secrets::hash_password(&password)?, Clock::System.now()).await?;
    db.close().await;
    let backend = Backend::start_plain(folder, database);
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client
        .post(backend.at("/api/v1/staff/session"))
        .json(&serde_json::json!({ "name": nurse.name, "password": password }))
        .send()
        .await?;
    let cookie = answer.headers().get("set-cookie").context("a session")?.to_str()?.to_owned();
    let cookie = cookie.split(';').next().unwrap_or_default();
    for path in ["/staff", "/staff/lists/overdue", "/staff/lists/calls", "/staff/lists/waiting", "/staff/lists/booked"]
    {
        let page = async |_| {
            let request = client.get(backend.at(path)).header("cookie", cookie).header("accept-encoding", "br");
            Ok(request.send().await?.error_for_status()?.bytes().await?.len())
        };
        let size = page(0).await?;
        let times = timed(READS / 3, page).await?;
        told.row(Floor::Row, &format!("page {path}, {:.1} KB on the wire", size as f64 / 1000.0), times);
    }
    let link = async |n: usize| {
        let patient = &patients[n % patients.len()];
        let answer = client
            .get(backend.at(&format!("/f/{}", patient.token)))
            .header("cookie", format!("zs_followup={}", patient.session))
            .send()
            .await?
            .error_for_status()?;
        Ok(answer.bytes().await?.len())
    };
    told.row(Floor::Row, "page /f/… with its free times", timed(READS / 3, link).await?);
    for (clients, part) in [(1, 0), (CLIENTS, 1)] {
        let at_once = if clients == 1 { "one after the other".to_owned() } else { format!("{clients} at once") };
        let half: Vec<Patient> = patients.iter().skip(part).step_by(2).cloned().collect();
        let (client, address) = (client.clone(), backend.address.clone());
        let times = share(&half, clients, move |n, patient: Patient| {
            let (client, address) = (client.clone(), address.clone());
            async move {
                let mut times = Vec::new();
                for (deed, slot) in [("hold", slot(n)?.to_string()), ("confirm", String::new())] {
                    let begun = Instant::now();
                    let key = secrets::fresh_id();
                    let answer = client
                        .post(format!("{address}/f/{}/{deed}", patient.token))
                        .header("cookie", format!("zs_followup={}", patient.session))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body(format!("key={key}&slot={slot}"))
                        .send()
                        .await?;
                    let to = answer.headers().get("location").context("a way")?.to_str()?.to_owned();
                    ensure!(to.contains("done="), "led to {to}");
                    times.push(begun.elapsed());
                }
                Ok(times)
            }
        })
        .await?;
        told.row(Floor::Transaction(clients), &format!("POST hold, {at_once}"), times.of(0));
        told.row(Floor::Transaction(clients), &format!("POST confirm, {at_once}"), times.of(1));
    }
    Ok(())
}

/// How the slowest of the fastest 99 of 100 grow with what is in the database.
fn tell_curve(name: &str, curve: &[(i64, Told)]) {
    let Some((_, largest)) = curve.iter().max_by_key(|(_, told)| told.len()) else { return };
    let heads: Vec<String> = curve.iter().map(|(followups, _)| format!("{followups:>10}")).collect();
    println!("pathway on {name}: p99 in ms by the number of follow-ups");
    println!("  {:<52}{}", "", heads.concat());
    let counts = |part: &str| part.ends_with(" rows") || part.ends_with(" on the wire");
    let plain = |name: &str| name.split(", ").filter(|part| !counts(part)).collect::<Vec<_>>().join(", ");
    for (row, _) in largest {
        let values = curve.iter().map(|(_, told)| {
            let found = told.iter().find(|(other, _)| plain(other) == plain(row));
            found.map_or_else(|| format!("{:>10}", "–"), |(_, p99)| format!("{p99:>10.2}"))
        });
        println!("  {:<52}{}", plain(row), values.collect::<String>());
    }
}
