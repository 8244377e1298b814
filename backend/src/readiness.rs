//! Whether the server can do its work now. Asking means writing, so it is done at most once in a while, however often
//! strangers ask.

use crate::db::Db;
use crate::failures::{Failure, Result};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use zaoshai_contract::problem::Code;

/// How long an answer holds.
const HOLDS: Duration = Duration::from_secs(2);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last answer, and when it was given.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, Result<()>)>>);

impl Readiness {
    /// Whether the database answers and takes writes. Those who ask at once wait for one answer.
    pub async fn ask(&self, db: &Db) -> Result<()> {
        let mut last = self.0.lock().await;
        if let Some((_, answer)) = last.as_ref().filter(|(at, _)| at.elapsed() < HOLDS) {
            return answer.clone();
        }
        let cause = match tokio::time::timeout(PATIENCE, db.try_write()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("the database did not answer in {} seconds", PATIENCE.as_secs())),
        };
        let answer = match cause {
            None => Ok(()),
            cause => Err(Failure { code: Code::Unavailable, errors: Vec::new(), cause }),
        };
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}
