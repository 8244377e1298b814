//! What every request shares: content, database, secrets, shell and clock. Of these only the content changes while the
//! server runs, as a whole and only to content without mistakes.

use crate::cache::Cache;
use crate::clock::Clock;
use crate::content::{Finding, Library, Weight};
use crate::db::Db;
use crate::demonstration::Demonstration;
use crate::html::Shell;
use crate::pictures::Pictures;
use crate::readiness::Readiness;
use crate::routes::frame::request_id;
use crate::secrets::Secrets;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashSet;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::Semaphore;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::clinics::Clinic;
use zaoshai_contract::page::Hospital;

/// What stands in the place of a sealed text that does not open.
pub const UNREADABLE: &str = "读不出";
/// Most sealed texts of which the log is told that they do not open: with a wrong key all would.
const MOST_UNREADABLE: usize = 1000;

/// Settings that hold for one running server.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address that links in messages begin with, without a slash at the end.
    pub public_url: String,
    /// The folder the app was built into.
    pub dist: PathBuf,
    /// Writes allowed from one address in a minute; 0 for no limit.
    pub writes_per_minute: u32,
    /// Whether a proxy stands in front and names the address of the phone.
    pub proxy: Proxy,
}

/// Whether a proxy stands in front of the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// Phones connect directly: the address of the connection counts.
    None,
    /// A trusted proxy connects: the last `X-Forwarded-For` counts.
    Trusted,
}

/// The shared parts, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The shared parts.
pub struct Parts {
    /// The content; replaced as a whole.
    library: RwLock<Arc<Library>>,
    /// What was wrong with the content when it was read last; empty when it was taken over.
    trouble: RwLock<String>,
    /// The database.
    pub db: Db,
    /// Whether the database takes writes.
    pub readiness: Readiness,
    /// The keys.
    pub secrets: Secrets,
    /// The shell of every page.
    pub shell: Shell,
    /// The clock.
    pub clock: Clock,
    /// The places of sealed texts that did not open, each told to the log once.
    unreadable: Mutex<HashSet<String>>,
    /// The settings.
    pub config: Config,
    /// Rendered documents that are the same for everybody.
    pub cache: Cache,
    /// The pictures of share cards.
    pub pictures: Pictures,
    /// Writes by address. Generous: a mobile carrier puts thousands of phones behind one address.
    pub writes: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Lets one password be checked at a time for each core, so that log-ins cannot starve everything else.
    pub passwords: Semaphore,
    /// What a server is that was started as a demonstration.
    demonstration: Option<Demonstration>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(library: Library, db: Db, secrets: Secrets, shell: Shell, clock: Clock, config: Config) -> Self {
        Self(Arc::new(Parts::new(Arc::new(library), db, secrets, shell, clock, config)))
    }

    /// The same of a demonstration.
    pub fn demonstrating(self, demonstration: Demonstration) -> Self {
        let copy = self.parts(self.clock.clone());
        Self(Arc::new(Parts { demonstration: Some(demonstration), ..copy }))
    }

    /// The same content, database and keys at another time, and without a demonstration.
    pub fn at_another_time(&self, clock: Clock) -> Self {
        Self(Arc::new(self.parts(clock)))
    }

    fn parts(&self, clock: Clock) -> Parts {
        let (db, secrets) = (self.db.clone(), self.secrets.clone());
        Parts::new(self.library(), db, secrets, self.shell.clone(), clock, self.config.clone())
    }

    /// The demonstration, on a server that was started as one.
    pub fn demonstration(&self) -> Option<&Demonstration> {
        self.demonstration.as_ref()
    }
}

impl Parts {
    fn new(library: Arc<Library>, db: Db, secrets: Secrets, shell: Shell, clock: Clock, config: Config) -> Self {
        let writes = NonZeroU32::new(config.writes_per_minute).map(|n| RateLimiter::keyed(Quota::per_minute(n)));
        Self {
            library: RwLock::new(library),
            trouble: RwLock::default(),
            db,
            readiness: Readiness::default(),
            secrets,
            shell,
            clock,
            unreadable: Mutex::default(),
            config,
            cache: Cache::default(),
            pictures: Pictures::default(),
            writes,
            passwords: Semaphore::new(2),
            demonstration: None,
        }
    }
}

impl App {
    /// Now.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A sealed text for a person to read; empty when its owner had it deleted. One that does not open reads
    /// [`UNREADABLE`] in its place, so that everything else is shown; the log is told of each once.
    pub fn reading(&self, record: &str, field: &str, sealed: &str) -> String {
        self.opened(record, field, sealed).unwrap_or_else(|| UNREADABLE.to_owned())
    }

    /// The same for a text that is needed rather than shown; none when it does not open.
    pub fn opened(&self, record: &str, field: &str, sealed: &str) -> Option<String> {
        let told = |error: &anyhow::Error| {
            let mut known = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() < MOST_UNREADABLE && known.insert(format!("{record}/{field}")) {
                tracing::error!(request = request_id(), record, field, %error, "a sealed text does not open");
            }
        };
        self.secrets.open_if_kept(record, field, sealed).inspect_err(told).ok()
    }

    /// The content as it is now; a request keeps what it has begun with.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over new content, or keeps the last good one and remembers what was wrong.
    pub fn reload(&self, loaded: Result<Library, Vec<Finding>>) {
        let mut trouble = self.trouble.write().unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(library) => {
                trouble.clear();
                let mut current = self.library.write().unwrap_or_else(PoisonError::into_inner);
                // A day that passes changes no file, and may make a review overdue.
                if current.version != library.version || current.gaps != library.gaps {
                    tracing::info!(version = library.version, gaps = library.gaps.len(), "content taken over");
                    *current = Arc::new(library);
                }
            }
            Err(findings) => {
                let mistakes: Vec<String> = findings
                    .iter()
                    .filter(|finding| finding.weight == Weight::Mistake)
                    .map(ToString::to_string)
                    .collect();
                let told = mistakes.join("\n");
                if *trouble != told {
                    tracing::error!(mistakes = mistakes.len(), first = mistakes.first(), "content kept as it was");
                    *trouble = told;
                }
            }
        }
    }

    /// What was wrong with the content when it was read last; empty when nothing was.
    pub fn trouble(&self) -> String {
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The hospital in the header, with the phone to call at this hour.
    pub fn hospital(&self, library: &Library) -> Hospital {
        self.hospital_of(library, &library.hospital)
    }

    /// A hospital of the alliance, with the phone to call at this hour; without a name when it is no longer known.
    pub fn hospital_of(&self, library: &Library, id: &str) -> Hospital {
        let clinic = library.clinic(id);
        Hospital {
            id: id.to_owned(),
            name: clinic.map(|clinic| clinic.card.name.clone()).unwrap_or_default(),
            phone: clinic.and_then(|clinic| clinic.card.phone_now(library.holidays.office_hours(self.now()))).cloned(),
            phone_dated: clinic.map(phone_dated).unwrap_or_default(),
        }
    }

    /// The number to call, for problem documents.
    pub fn phone(&self) -> String {
        self.hospital(&self.library()).phone.map(|phone| phone.number).unwrap_or_default()
    }

    /// The number of a hospital of the alliance to call at this hour; empty where none is known, since another hospital's
    /// sees neither link nor record of its patients.
    pub fn phone_of(&self, hospital: &str) -> String {
        self.hospital_of(&self.library(), hospital).phone.map(|phone| phone.number).unwrap_or_default()
    }

    /// Whether cookies may only travel over TLS.
    pub fn secure(&self) -> bool {
        self.config.public_url.starts_with("https://")
    }
}

fn phone_dated(clinic: &Clinic) -> String {
    let provenance = &clinic.card.provenance;
    let published = provenance.confirmed.is_empty() && !provenance.fictitious;
    if published { provenance.dated.clone() } else { String::new() }
}
