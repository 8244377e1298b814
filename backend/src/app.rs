//! What every request shares: content, database, secrets, shell and clock. None of it changes while the server runs.

use crate::cache::Cache;
use crate::clock::Clock;
use crate::content::Library;
use crate::db::Db;
use crate::html::Shell;
use crate::secrets::Secrets;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::clinics::Clinic;
use zaoshai_contract::page::Hospital;

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
    /// The content.
    pub library: Library,
    /// The database.
    pub db: Db,
    /// The keys.
    pub secrets: Secrets,
    /// The shell of every page.
    pub shell: Shell,
    /// The clock.
    pub clock: Clock,
    /// The settings.
    pub config: Config,
    /// Rendered documents that are the same for everybody.
    pub cache: Cache,
    /// Writes by address. Generous: a mobile carrier puts thousands of phones behind one address.
    pub writes: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Lets one password be checked at a time for each core, so that log-ins cannot starve everything else.
    pub passwords: Semaphore,
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
        let writes = NonZeroU32::new(config.writes_per_minute).map(|n| RateLimiter::keyed(Quota::per_minute(n)));
        Self(Arc::new(Parts {
            library,
            db,
            secrets,
            shell,
            clock,
            config,
            cache: Cache::default(),
            writes,
            passwords: Semaphore::new(2),
        }))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The hospital in the header, with the phone to call at this hour.
    pub fn hospital(&self) -> Hospital {
        let clinic = self.library.clinic(&self.library.hospital);
        Hospital {
            id: self.library.hospital.clone(),
            name: clinic.map(|clinic| clinic.card.name.clone()).unwrap_or_default(),
            phone: clinic.and_then(|clinic| clinic.card.phone_now(self.now())).cloned(),
            phone_dated: clinic.map(phone_dated).unwrap_or_default(),
        }
    }

    /// The number to call, for problem documents.
    pub fn phone(&self) -> String {
        self.hospital().phone.map(|phone| phone.number).unwrap_or_default()
    }

    /// Whether cookies may only travel over TLS.
    pub fn secure(&self) -> bool {
        self.config.public_url.starts_with("https://")
    }
}

fn phone_dated(clinic: &Clinic) -> String {
    let provenance = &clinic.card.provenance;
    if provenance.confirmed.is_empty() { provenance.dated.clone() } else { String::new() }
}
