//! Where the backend reads the time. Tests hold the clock still and move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use zaoshai_contract::civil::Moment;

/// A clock.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's own.
    #[default]
    System,
    /// One that stands still until it is set.
    Still(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `moment`.
    pub fn still(moment: Moment) -> Self {
        Self::Still(Arc::new(AtomicI64::new(moment.0)))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Still(moment) => Moment(moment.load(Ordering::SeqCst)),
        }
    }

    /// Sets a still clock; the machine's own cannot be set.
    pub fn set(&self, to: Moment) {
        if let Self::Still(moment) = self {
            moment.store(to.0, Ordering::SeqCst);
        }
    }
}
