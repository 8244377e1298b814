//! The command line of the server: `zaoshai serve`, `zaoshai content check`, `zaoshai staff add`, `zaoshai openapi`.
#![expect(clippy::print_stdout, reason = "a command speaks on standard output")]

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::io::IsTerminal as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use zaoshai_backend::app::{App, Config, Proxy};
use zaoshai_backend::clock::Clock;
use zaoshai_backend::content::Library;
use zaoshai_backend::db::Db;
use zaoshai_backend::html::Shell;
use zaoshai_backend::secrets::{self, Secrets};
use zaoshai_backend::{demonstration, qr, routes};

/// How long requests under way may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often what has served its time is forgotten.
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
    /// `sqlite://path` or `postgres://…`.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://var/zaoshai.db", hide_env_values = true)]
    database: String,
    /// The folder of content files.
    #[arg(long, env = "ZAOSHAI_CONTENT", default_value = "content")]
    content: PathBuf,
    /// The folder the app was built into.
    #[arg(long, env = "ZAOSHAI_DIST", default_value = "dist")]
    dist: PathBuf,
    /// The file with the key that seals names and phones; made when missing. Losing it loses them.
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
    /// Make demonstration slots, a nurse and a follow-up link, and print them.
    #[arg(long)]
    demonstration: bool,
}

#[derive(Subcommand)]
enum ContentCommand {
    /// Check all content; name file and line of every mistake.
    Check {
        /// The folder of content files.
        #[arg(long, env = "ZAOSHAI_CONTENT", default_value = "content")]
        content: PathBuf,
    },
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Make an account and print its password once.
    Add {
        /// The name to sign in with.
        name: String,
        /// How she is shown, like 张护士.
        #[arg(long)]
        display: String,
        /// `sqlite://path` or `postgres://…`.
        #[arg(long, env = "DATABASE_URL", default_value = "sqlite://var/zaoshai.db", hide_env_values = true)]
        database: String,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(options) => with_runtime(serve(options)),
        Command::Content { command: ContentCommand::Check { content } } => check(&content),
        Command::Staff { command: StaffCommand::Add { name, display, database } } => {
            with_runtime(add_staff(name, display, database))
        }
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

fn check(content: &std::path::Path) -> anyhow::Result<()> {
    let library = load(content)?;
    println!(
        "content: {} topics, {} guidance pages, {} institutions, no mistakes",
        library.topics.len(),
        library.guidance.len(),
        library.clinics.len()
    );
    Ok(())
}

fn load(content: &std::path::Path) -> anyhow::Result<Library> {
    Library::load(content).map_err(|findings| {
        let told: Vec<String> = findings.iter().map(|finding| format!("{}/{finding}", content.display())).collect();
        anyhow::anyhow!("the content has mistakes:\n{}", told.join("\n"))
    })
}

async fn add_staff(name: String, display: String, database: String) -> anyhow::Result<()> {
    let db = Db::open(&database).await?;
    let password = secrets::fresh_password();
    let made = db.make_staff(&name, &display, &secrets::hash_password(&password)?, Clock::System.now()).await?;
    db.close().await;
    anyhow::ensure!(made, "there is an account named {name} already");
    println!("account {name} ({display}), password {password}");
    println!("the password is shown only now");
    Ok(())
}

async fn serve(options: Serve) -> anyhow::Result<()> {
    log();
    let library = load(&options.content)?;
    let shell = Shell::read(&options.dist)?;
    let secrets = Secrets::from_file(&options.key_file)?;
    let listener = TcpListener::bind(SocketAddr::new(options.host, options.port))
        .await
        .with_context(|| format!("listening on {}:{}", options.host, options.port))?;
    let address = listener.local_addr()?;
    let public_url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let db = Db::open(&options.database).await.context("opening the database")?;
    let config = Config {
        public_url: public_url.trim_end_matches('/').to_owned(),
        dist: options.dist,
        writes_per_minute: options.writes_per_minute,
        proxy: if options.behind_proxy { Proxy::Trusted } else { Proxy::None },
    };
    let app = App::new(library, db, secrets, shell, Clock::System, config);
    println!("早筛 Zaoshai");
    println!("  residents  {public_url}");
    println!("  staff      {public_url}/staff");
    if options.demonstration {
        announce(&demonstration::prepare(&app).await?);
    }
    // The browser tests and scripts wait for this line.
    println!("listening on http://{address}");
    tokio::spawn(sweep(app.clone(), options.demonstration));
    let service = routes::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop_signal().await;
        tracing::info!("stopping");
        let _ = stopping.send(true);
    });
    tokio::select! {
        result = server.into_future() => result?,
        () = async {
            let _ = stopped.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some requests did not end in time"),
    }
    app.db.close().await;
    Ok(())
}

fn announce(prepared: &demonstration::Prepared) {
    match &prepared.password {
        Some(password) => println!("  nurse      {} / {password}   (shown only this once)", prepared.nurse),
        None => println!("  nurse      {} / the password of the first start", prepared.nurse),
    }
    println!("  follow-up  {}   (opens with {})", prepared.link, prepared.ending);
    if let Some(code) = qr::terminal(&prepared.link) {
        println!("\n{code}");
    }
}

async fn sweep(app: App, demonstration: bool) {
    let mut hours = tokio::time::interval(SWEEP);
    loop {
        hours.tick().await;
        if let Err(error) = app.db.sweep(app.now()).await {
            tracing::error!(%error, "sweeping");
        }
        if let Some(writes) = &app.writes {
            writes.retain_recent();
        }
        if demonstration && let Err(error) = demonstration::make_slots(&app).await {
            tracing::error!(%error, "making demonstration slots");
        }
    }
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
