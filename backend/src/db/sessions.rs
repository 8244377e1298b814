//! Writes through a link: the right by which somebody acts is looked at once more inside the transaction that writes. A
//! consent, a session or a link that ends between the look and the write stops it.

use super::{Error, Result};
use sqlx::{PgConnection, SqliteConnection};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Ending;
use zaoshai_contract::problem::Code;

/// The session in which somebody acts on a link, as it was found before the write.
#[derive(Clone, Debug)]
pub struct InSession {
    /// The follow-up.
    pub followup: String,
    /// Which of its links led here.
    pub generation: i64,
    /// The hash of the session's secret.
    pub hash: String,
    /// The relative who acts; none for the patient.
    pub helper: Option<String>,
    /// When it was found.
    pub now: Moment,
}

tokio::task_local! {
    static THROUGH: InSession;
}

impl InSession {
    /// Runs a write. Each of its transactions begins by locking the follow-up and fails with [`Error::NotIn`] when the
    /// session, the link or the relative's consent has ended since.
    pub async fn write<T>(self, write: impl Future<Output = T>) -> T {
        THROUGH.scope(self, write).await
    }
}

/// Looking at a session inside a transaction.
pub(crate) trait Sessions {
    /// Locks the follow-up of a session, so that nobody ends it before the transaction does; gives why it allows nothing
    /// any more.
    async fn not_in(&mut self, session: &InSession) -> Result<Option<Code>>;
}

macro_rules! sessions {
    ($($connection:ty)*) => {
        $(impl Sessions for $connection {
            async fn not_in(&mut self, session: &InSession) -> Result<Option<Code>> {
                let row: Option<(Option<String>, i64)> = sqlx::query_as(
                    "UPDATE followups SET version = version WHERE id = $1 RETURNING ending, link_generation",
                )
                .bind(&session.followup)
                .fetch_optional(&mut *self)
                .await?;
                let Some((ending, generation)) = row else { return Ok(Some(Code::LinkUnknown)) };
                if ending.as_deref() == Some(Ending::Erased.as_str()) {
                    return Ok(Some(Code::LinkErased));
                }
                if generation != session.generation {
                    return Ok(Some(Code::LinkReplaced));
                }
                if let Some(helper) = &session.helper {
                    let (acts,): (i64,) = sqlx::query_as(
                        "SELECT COUNT(*) FROM helpers WHERE id = $1 AND followup = $2 AND ended IS NULL",
                    )
                    .bind(helper)
                    .bind(&session.followup)
                    .fetch_one(&mut *self)
                    .await?;
                    if acts == 0 {
                        return Ok(Some(Code::HelperEnded));
                    }
                }
                let (open,): (i64,) = sqlx::query_as(
                    "SELECT COUNT(*) FROM patient_sessions WHERE hash = $1 AND followup = $2 AND until > $3",
                )
                .bind(&session.hash)
                .bind(&session.followup)
                .bind(session.now.0)
                .fetch_one(&mut *self)
                .await?;
                Ok((open == 0).then_some(Code::IdentifyFirst))
            }
        })*
    };
}

sessions!(SqliteConnection PgConnection);

/// What every transaction begins with: whoever writes through a link is still in.
pub(crate) async fn check<C: Sessions>(connection: &mut C) -> Result<()> {
    let Ok(session) = THROUGH.try_with(Clone::clone) else { return Ok(()) };
    match connection.not_in(&session).await? {
        None => Ok(()),
        Some(code) => Err(Error::NotIn(code)),
    }
}
