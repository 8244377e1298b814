//! The command line of the server: `zaoshai serve`, `zaoshai content check | watch | report`, `zaoshai staff add | disable |
//! reset`, `zaoshai key make | check | replace`, `zaoshai openapi`.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use futures_util::FutureExt as _;
use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::MissedTickBehavior;
use tracing_subscriber::EnvFilter;
use zaoshai_backend::app::{App, Config, Proxy};
use zaoshai_backend::clock::Clock;
use zaoshai_backend::connections::{self, Limits};
use zaoshai_backend::content::report::{report, summary};
use zaoshai_backend::content::{Edition, Library, has_demonstration};
use zaoshai_backend::db::purpose::Refusal;
use zaoshai_backend::db::repeats::Sent;
use zaoshai_backend::db::{Db, Plain, log};
use zaoshai_backend::demonstration::accounts::Account;
use zaoshai_backend::demonstration::{Demonstration, Peace, Size};
use zaoshai_backend::failures::{self, Failure};
use zaoshai_backend::html::Shell;
use zaoshai_backend::keys::{self, Fit};
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_backend::watch::{self, Fingerprint};
use zaoshai_backend::{pathway, qr, routes, timetable};
use zaoshai_contract::roles::Role;
use zaoshai_contract::route::DEMO;
use zaoshai_contract::staff::Staff;

/// How long requests under way may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Connections at once, where nothing else is said.
const MOST_CONNECTIONS: usize = 4096;
/// How often places whose hold is over are given back and offered to those who wait.
const ROUND: Duration = Duration::from_secs(20);
/// How often a server for real people looks whether its database is still theirs.
const LOOK: Duration = Duration::from_secs(5);
/// How often what has served its time is forgotten, and slots are made for the days that have come into reach.
const SWEEP: Duration = Duration::from_secs(3600);

/// 早筛 Zaoshai: cancer screening explainers, guidance, a clinic finder and follow-up booking.
#[derive(Parser)]
#[command(name = "zaoshai", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve everything on one port.
    Serve(Serve),
    /// The content files.
    Content {
        #[command(subcommand)]
        command: ContentCommand,
    },
    /// Staff accounts.
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// The key that seals names and phones.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Print the OpenAPI 3.1 description of the API.
    Openapi,
}

#[derive(clap::Args)]
struct Serve {
    /// The address to listen on.
    #[arg(long, env = "ZAOSHAI_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, env = "ZAOSHAI_PORT", default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    database: Database,
    /// The folder of content files.
    #[arg(long, env = "ZAOSHAI_CONTENT", default_value = "content")]
    content: PathBuf,
    /// The folder the app was built into.
    #[arg(long, env = "ZAOSHAI_DIST", default_value = "dist")]
    dist: PathBuf,
    /// The file with the key that seals names and phones; made when missing, but only for an empty database. Losing it
    /// loses them.
    #[arg(long, env = "ZAOSHAI_KEY_FILE", default_value = "var/key")]
    key_file: PathBuf,
    /// The address that links in messages begin with, like `https://zaoshai.example.org`.
    #[arg(long, env = "ZAOSHAI_PUBLIC_URL")]
    public_url: Option<String>,
    /// A trusted proxy stands in front: take the phone's address from X-Forwarded-For.
    #[arg(long, env = "ZAOSHAI_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Writes allowed from one address in a minute; 0 for no limit.
    #[arg(long, env = "ZAOSHAI_WRITES_PER_MINUTE", default_value_t = 1200)]
    writes_per_minute: u32,
    /// Connections at once; fewer where the process may open fewer files.
    #[arg(long, env = "ZAOSHAI_MOST_CONNECTIONS", default_value_t = MOST_CONNECTIONS)]
    most_connections: usize,
    /// Show a fictitious hospital with people in every state, explained at /demo, in a database of its own.
    #[arg(long, value_name = "SIZE", num_args = 0..=1, require_equals = true, default_missing_value = "whole")]
    demonstration: Option<Size>,
}

/// Which database, and how it may be reached.
#[derive(clap::Args)]
struct Database {
    /// `sqlite://path` or `postgres://…`.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://var/zaoshai.db", hide_env_values = true)]
    database: String,
    /// The network up to the PostgreSQL server is safe: it may be reached without TLS.
    #[arg(long, env = "ZAOSHAI_ALLOW_PLAIN_DATABASE")]
    allow_plain_database: bool,
}

impl Database {
    /// Whoever is in it.
    async fn open(&self) -> anyhow::Result<Db> {
        Db::open_with(&self.database, self.plain()).await
    }

    async fn open_for_people(&self) -> anyhow::Result<Db> {
        Db::open_for_people(&self.database, self.plain()).await
    }

    async fn open_for_demonstration(&self) -> anyhow::Result<Db> {
        Db::open_for_demonstration(&self.database, self.plain()).await
    }

    fn plain(&self) -> Plain {
        if self.allow_plain_database { Plain::Anywhere } else { Plain::Local }
    }
}

#[derive(Subcommand)]
enum ContentCommand {
    /// Check all content; name file and line of everything that is wrong or still to be done.
    Check(ContentFolder),
    /// Show the pages while their files are edited: they reload by themselves and show what is wrong.
    Watch {
        #[command(flatten)]
        folder: ContentFolder,
        /// The folder the app was built into.
        #[arg(long, env = "ZAOSHAI_DIST", default_value = "dist")]
        dist: PathBuf,
        /// The port to listen on; 0 takes a free one.
        #[arg(long, env = "ZAOSHAI_PORT", default_value_t = 8090)]
        port: u16,
    },
    /// List words, sources, state of review and dates.
    Report(ContentFolder),
}

#[derive(clap::Args)]
struct ContentFolder {
    /// The folder of content files.
    #[arg(long, env = "ZAOSHAI_CONTENT", default_value = "content")]
    content: PathBuf,
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Make an account and print its password once.
    Add {
        /// The id of their hospital among the clinics, like `zhuzhou-2`.
        #[arg(long)]
        hospital: String,
        /// What they may do; may be given several times.
        #[arg(long = "role", required = true, value_parser = read_role)]
        roles: Vec<Role>,
        /// The name to sign in with.
        name: String,
        /// How they are shown, like 张护士.
        #[arg(long)]
        display: String,
        #[command(flatten)]
        database: Database,
    },
    /// Shut an account and sign it out everywhere.
    Disable {
        /// The name to sign in with.
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// Give an account a new password, print it once, and open the account again.
    Reset {
        /// The name to sign in with.
        name: String,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key file, for several servers that begin together on one database. One that is there is never replaced.
    Make {
        /// The file to be made.
        #[arg(long, env = "ZAOSHAI_KEY_FILE", default_value = "var/key")]
        key_file: PathBuf,
    },
    /// Say whether a key file is the one that a database was sealed with.
    Check(KeyAndDatabase),
    /// Go on with another key, when the one that a database was sealed with is lost for good. Names, phones, reasons and
    /// letters that were sealed with it can never be read again: they show 读不出, and their links must be made anew.
    Replace {
        #[command(flatten)]
        both: KeyAndDatabase,
        /// Confirms that what was sealed with the lost key is given up.
        #[arg(long, required = true)]
        give_up_what_is_sealed: bool,
    },
}

#[derive(clap::Args)]
struct KeyAndDatabase {
    /// The key file.
    #[arg(long, env = "ZAOSHAI_KEY_FILE", default_value = "var/key")]
    key_file: PathBuf,
    #[command(flatten)]
    database: Database,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(options) => with_runtime(serve(options)),
        Command::Content { command } => match command {
            ContentCommand::Check(folder) => check(&folder.content),
            ContentCommand::Watch { folder, dist, port } => with_runtime(watch_content(folder.content, dist, port)),
            ContentCommand::Report(folder) => load(&folder.content).map(|library| print!("{}", report(&library))),
        },
        Command::Staff { command } => with_runtime(staff(command)),
        Command::Key { command } => with_runtime(key(command)),
        Command::Openapi => {
            println!("{}", routes::api::openapi());
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zaoshai: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn with_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn check(content: &Path) -> anyhow::Result<()> {
    let library = load(content)?;
    if has_demonstration(content) {
        load_edition(content, Edition::Demonstration)?;
    }
    for gap in &library.gaps {
        println!("{}/{gap}", content.display());
    }
    println!("{}", summary(&library));
    anyhow::ensure!(library.gaps.is_empty(), "还有 {} 条待办", library.gaps.len());
    Ok(())
}

fn load(content: &Path) -> anyhow::Result<Library> {
    load_edition(content, Edition::Usual)
}

fn load_edition(content: &Path, edition: Edition) -> anyhow::Result<Library> {
    Library::load_edition(content, Clock::System.now().date(), edition).map_err(|findings| {
        let told: Vec<String> = findings.iter().map(|finding| format!("{}/{finding}", content.display())).collect();
        anyhow::anyhow!("内容有错误：\n{}", told.join("\n"))
    })
}

/// Serves the content folder on this machine alone, from a database in a temporary folder.
async fn watch_content(content: PathBuf, dist: PathBuf, port: u16) -> anyhow::Result<()> {
    log();
    let library = loop {
        match load(&content) {
            Ok(library) => break library,
            Err(error) => {
                eprintln!("{error:#}\n改好以后会自己再读。");
                let seen = Fingerprint::of(&content);
                while seen == Fingerprint::of(&content) {
                    tokio::time::sleep(watch::QUICK).await;
                }
            }
        }
    };
    let shell = Shell::read(&dist)?;
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let db = Db::open(&format!("sqlite://{}", folder.path().join("watch.db").display())).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context("listening")?;
    let address = listener.local_addr()?;
    let config = Config { public_url: format!("http://{address}"), dist, writes_per_minute: 0, proxy: Proxy::None };
    let secrets = Secrets::from_file(&folder.path().join("key"))?;
    let app = App::new(library, db, secrets, shell, Clock::System, config);
    println!("{}", summary(&app.library()));
    println!("listening on http://{address}");
    tokio::spawn(watch::follow(app.clone(), content, watch::QUICK));
    let router = watch::dressed(routes::router(app.clone()), app.clone());
    connections::serve(listener, router, Limits::for_most(MOST_CONNECTIONS, Proxy::None), stop_signal()).await?;
    app.db.close().await;
    Ok(())
}

fn read_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.into_iter().map(Role::as_str).collect();
        format!("the roles are {}", known.join(", "))
    })
}

async fn staff(command: StaffCommand) -> anyhow::Result<()> {
    match command {
        StaffCommand::Add { name, display, hospital, roles, database } => {
            anyhow::ensure!(
                Role::fit(&roles).is_ok(),
                "an auditor has no other role: make an account of its own for it"
            );
            let db = database.open_for_people().await?;
            let password = secrets::fresh_password();
            let staff = Staff { name, display, hospital, roles };
            let hash = secrets::hash_password(&password)?;
            let made = logged("add-account", &staff, db.add_staff(&staff, &hash, Clock::System.now())).await?;
            db.close().await;
            let Staff { name, display, hospital, .. } = staff;
            anyhow::ensure!(made, "there is an account named {name} already");
            println!("account {name} ({display}, {hospital}), password {password}");
            println!("the password is shown only now, and must be changed at the first sign-in");
        }
        StaffCommand::Disable { name, database } => {
            let db = database.open_for_people().await?;
            let account = account(&db, &name).await?;
            let shut = logged("disable-account", &account, db.disable_staff(&name)).await?;
            db.close().await;
            anyhow::ensure!(shut, "there is no account named {name}");
            println!("account {name} is disabled and signed out");
        }
        StaffCommand::Reset { name, database } => {
            let db = database.open_for_people().await?;
            let password = secrets::fresh_password();
            let account = account(&db, &name).await?;
            let hash = secrets::hash_password(&password)?;
            let sent = Sent { key: secrets::fresh_id(), said: String::new() };
            let reset = db.reset_staff(&name, &hash, &sent, Clock::System.now());
            let reset = logged("reset-account", &account, reset).await?;
            db.close().await;
            anyhow::ensure!(reset.is_ok(), "there is no account named {name}");
            println!("account {name} is signed out everywhere, its new password is {password}");
            println!("the password is shown only now");
        }
    }
    Ok(())
}

/// The account of this name, for the log.
async fn account(db: &Db, name: &str) -> anyhow::Result<Staff> {
    let account = db.account(name).await?.with_context(|| format!("there is no account named {name}"))?;
    Ok(Staff { name: account.name, display: account.display, hospital: account.hospital, roles: Vec::new() })
}

/// Does something to an account from the command line, with its line in the log of the account's hospital.
async fn logged<T>(action: &str, account: &Staff, work: impl Future<Output = T>) -> T {
    let server = Staff {
        name: log::SERVER.to_owned(),
        display: String::new(),
        hospital: account.hospital.clone(),
        roles: Vec::new(),
    };
    log::at_a_desk("command line", async {
        log::sits(&server, Clock::System.now());
        log::does(action, log::Object::named(&account.name));
        work.await
    })
    .await
}

async fn key(command: KeyCommand) -> anyhow::Result<()> {
    let there = |path: &Path| path.try_exists().with_context(|| format!("looking for {}", path.display()));
    match command {
        KeyCommand::Make { key_file } => {
            anyhow::ensure!(!there(&key_file)?, "{} is there already and was left as it is", key_file.display());
            Secrets::from_file(&key_file)?;
            println!("made {}: keep a copy of it somewhere else", key_file.display());
        }
        KeyCommand::Check(KeyAndDatabase { key_file, database }) => {
            anyhow::ensure!(there(&key_file)?, "there is no {}", key_file.display());
            let db = database.open().await?;
            let fit = keys::fit(&db, &Secrets::from_file(&key_file)?).await?;
            db.close().await;
            match fit {
                Fit::Opens | Fit::OpensRecords => println!("the key opens the database"),
                Fit::Empty => println!("nothing is sealed in the database yet"),
                Fit::OpensSome => anyhow::bail!("the key opens only some of the records"),
                Fit::Other => anyhow::bail!("the database was sealed with another key"),
            }
        }
        KeyCommand::Replace { both: KeyAndDatabase { key_file, database }, .. } => {
            let db = database.open().await?;
            keys::replace(&db, &Secrets::from_file(&key_file)?).await?;
            db.close().await;
            println!("the database goes on with the key in {}", key_file.display());
        }
    }
    Ok(())
}

async fn serve(options: Serve) -> anyhow::Result<()> {
    log();
    let edition = options.demonstration.map_or(Edition::Usual, |_| Edition::Demonstration);
    let library = load_edition(&options.content, edition)?;
    if !library.gaps.is_empty() {
        tracing::warn!(gaps = library.gaps.len(), "the content is sound but not complete: zaoshai content check");
    }
    let shell = Shell::read(&options.dist)?;
    let listener = TcpListener::bind(SocketAddr::new(options.host, options.port))
        .await
        .with_context(|| format!("listening on {}:{}", options.host, options.port))?;
    let address = listener.local_addr()?;
    let public_url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let db = match options.demonstration {
        Some(_) => options.database.open_for_demonstration().await,
        None => options.database.open_for_people().await,
    };
    let db = db.context("opening the database")?;
    let secrets = keys::unlock(&db, &options.key_file).await?;
    let config = Config {
        public_url: public_url.trim_end_matches('/').to_owned(),
        dist: options.dist,
        writes_per_minute: options.writes_per_minute,
        proxy: if options.behind_proxy { Proxy::Trusted } else { Proxy::None },
    };
    let (demonstration, password) = match options.demonstration {
        Some(size) => {
            let (demonstration, password) = Demonstration::on(&db, size).await?;
            (Some(demonstration), password)
        }
        None => (None, None),
    };
    let app = App::new(library, db, secrets, shell, Clock::System, config);
    let app = match demonstration {
        Some(demonstration) => app.demonstrating(demonstration),
        None => app,
    };
    app.db.adopt(&app.library().hospital).await.context("bringing older records up to date")?;
    app.db.settle_all(app.now()).await.context("bringing older records up to date")?;
    println!("早筛 Zaoshai");
    println!("  residents  {public_url}");
    println!("  staff      {public_url}/staff");
    if let Some(demonstration) = app.demonstration() {
        demonstration.prepare(&app).await?;
        announce(&app, demonstration, password).await?;
    }
    // The browser tests and scripts wait for this line.
    println!("listening on http://{address}");
    tokio::spawn(sweep(app.clone()));
    tokio::spawn(refold(app.clone()));
    tokio::spawn(rounds(app.clone()));
    tokio::spawn(watch::follow(app.clone(), options.content, watch::CALM));
    let limits = Limits::for_most(options.most_connections, app.config.proxy);
    tracing::info!(connections = limits.most, of_one_address = limits.most_of_one, "serving");
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let server = connections::serve(listener, routes::router(app.clone()), limits, async move {
        stop_signal().await;
        tracing::info!("stopping");
        let _ = stopping.send(true);
    });
    let mut invented = false;
    tokio::select! {
        result = server => result?,
        () = async {
            let _ = stopped.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some requests did not end in time"),
        () = becomes_invented(&app), if app.demonstration().is_none() => invented = true,
    }
    app.db.close().await;
    anyhow::ensure!(!invented, "stopped: {}", Refusal::Invented);
    Ok(())
}

/// Waits until the demonstration's mark stands in the database: a backup was put into the wrong place, or a version that
/// asked nobody has taken it. What is entered from then on would be deleted by the next new beginning.
async fn becomes_invented(app: &App) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        // While the database is out of reach nothing can be entered either.
        if let Ok(Some(_)) = app.db.demonstration_mark().await {
            return;
        }
    }
}

/// Makes anew what people are found by, where an older server made it.
async fn refold(app: App) {
    match zaoshai_backend::finders::refold(&app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "names are found in every spelling now"),
        Err(error) => tracing::error!("making the finders anew: {error:#}"),
    }
}

async fn announce(app: &App, demonstration: &Demonstration, password: Option<String>) -> anyhow::Result<()> {
    let url = &app.config.public_url;
    let mut names = demonstration.accounts().iter().map(Account::name);
    println!("  demo       {url}{DEMO}   (three roles, three minutes each)");
    if let Some(nurse) = names.next() {
        match password {
            Some(password) => println!("  nurse      {nurse} / {password}   (shown only this once)"),
            None => println!("  nurse      {nurse} / the password of the first start"),
        }
    }
    println!("  others     {}   (the same password)", names.collect::<Vec<_>>().join(" "));
    if let Some((path, ending)) = demonstration.link(app).await? {
        println!("  follow-up  {url}{path}   (opens with {ending})");
        if let Some(code) = qr::terminal(&format!("{url}{path}")) {
            println!("\n{code}");
        }
    }
    Ok(())
}

async fn rounds(app: App) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Some(demonstration) = app.demonstration() {
            let today = async { demonstration.prepare_for_today(&app).await.map_err(Failure::from) };
            apart("setting the demonstration up for today", today).await;
        }
        let _peace = in_peace(&app).await;
        apart("clearing closed clinics", pathway::clear_closed(&app)).await;
        apart("giving places back", pathway::release_lapsed(&app)).await;
        apart("offering places", pathway::offer_to_all(&app)).await;
    }
}

async fn sweep(app: App) {
    let mut hours = tokio::time::interval(SWEEP);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        let _peace = in_peace(&app).await;
        apart("sweeping", async { app.db.sweep(app.now()).await.map_err(Failure::from) }).await;
        if let Some(writes) = &app.writes {
            writes.retain_recent();
        }
        apart("bringing the slots up to the timetable", timetable::refresh(&app)).await;
    }
}

/// Waits while the people of a demonstration are made anew.
async fn in_peace(app: &App) -> Option<Peace> {
    match app.demonstration() {
        Some(demonstration) => Some(demonstration.in_peace().await),
        None => None,
    }
}

/// Does one work of the clock. Whatever becomes of it, also a panic, the next one is done.
async fn apart<T>(what: &'static str, work: impl Future<Output = failures::Result<T>>) {
    routes::frame::under_an_id(async {
        // The place of a panic is in the log already, by the hook.
        if let Ok(Err(failure)) = AssertUnwindSafe(work).catch_unwind().await {
            tracing::error!(
                round = routes::frame::request_id(),
                cause = failure.cause,
                what,
                "the clock's work failed"
            );
        }
    })
    .await;
}

fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.compact().init();
    } else {
        log.json().flatten_event(true).init();
    }
    // A panic's message may repeat what a person sent: only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(request = routes::frame::request_id(), place, "panicked");
    }));
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
