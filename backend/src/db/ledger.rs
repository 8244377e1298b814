//! What every write inside a transaction shares, written once for both databases: the history, the facts a follow-up
//! stands on, and the moment from which somebody must look after it.

use super::calls::NewNote;
use super::finders::{Mark, WasErased, was_erased};
use super::followups::{NewRecord, deciding_first};
use super::log;
use super::prompts::{self, Asking, Event};
use super::repeats::Sent;
use super::schedules::BY_TIMETABLE;
use super::{Error, Result};
use crate::pathway::HELPER;
use crate::routes::frame::request_id;
use crate::secrets;
use sqlx::{PgConnection, SqliteConnection};
use zaoshai_contract::appointments::{Action, State};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts, Prompt};
use zaoshai_contract::problem::Code;

/// A line of history to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line<'a> {
    /// `patient`, `clock` or a staff name.
    pub who: &'a str,
    /// The action's word.
    pub action: &'a str,
    /// The appointment concerned.
    pub appointment: Option<&'a str>,
    /// Its state before.
    pub before: Option<State>,
    /// Its state after.
    pub after: Option<State>,
    /// The slot concerned.
    pub slot: Option<&'a str>,
    /// More in words that hold nothing personal.
    pub detail: &'a str,
}

impl Line<'_> {
    /// Whether the patient or a relative did it, through the link.
    fn is_patients(&self) -> bool {
        self.who == "patient" || self.who.starts_with(HELPER)
    }

    /// Whether the message with the link says something since then that the patient has not read: what was sent before
    /// counts as sent no more. What the patient's side did itself it knows.
    fn asks_anew(&self) -> bool {
        let says_more = match self.after {
            // Taking a mark back changes nothing for the patient.
            Some(_) if self.action == Action::Unrecord.as_str() => false,
            Some(
                State::Held | State::Booked | State::Missed | State::CancelledByPatient | State::CancelledByClinic,
            ) => true,
            Some(State::Released | State::Moved | State::Arrived | State::Attended) => false,
            None => matches!(self.action, "step" | "reopen"),
        };
        says_more && !self.is_patients()
    }

    /// Whether it shows that the person was reached, so that calls which nobody answered before count no more.
    fn reaches(&self) -> bool {
        match self.after {
            Some(State::Booked | State::Arrived | State::Attended) => true,
            Some(_) => self.is_patients(),
            None => matches!(self.action, "outcome" | "take-over"),
        }
    }
}

/// A follow-up that is locked for the rest of the transaction.
#[derive(Clone, Debug)]
pub struct Locked {
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// When the link ends.
    pub link_until: Moment,
    /// Counts its writes.
    pub version: i64,
    /// The open step.
    pub step: Option<StoredStep>,
}

impl Locked {
    /// Why nothing is recorded of it any more; none while it goes on.
    pub fn refuses(&self) -> Option<Code> {
        match self.ending {
            Some(Ending::Erased) => Some(Code::LinkErased),
            Some(_) => Some(Code::LinkWithdrawn),
            None => None,
        }
    }
}

/// A link that takes the place of the one in force.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Which link of the follow-up it is.
    pub generation: i64,
    /// The hash of its token.
    pub token_hash: String,
    /// When it ends at the earliest.
    pub until: Moment,
}

/// A step that is open, as it is stored: what does not read of it is only in the way of who needs it, and in nobody's
/// who mends it, ends it or deletes it.
#[derive(Clone, Debug)]
pub struct StoredStep {
    /// Its id.
    pub id: String,
    pub(super) services: String,
    due_from: String,
}

impl StoredStep {
    /// What it says.
    pub fn read(&self) -> Result<OpenStep> {
        Ok(OpenStep {
            services: serde_json::from_str(&self.services).map_err(|error| Error::Broken(error.to_string()))?,
            due_from: read(&self.due_from, CivilDate::parse)?,
        })
    }
}

/// What an open step says of what may be booked.
#[derive(Clone, Debug)]
pub struct OpenStep {
    /// The services that may be booked.
    pub services: Vec<String>,
    /// The first day of its due window.
    pub due_from: CivilDate,
}

/// A step to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// The follow-up.
    pub followup: &'a str,
    /// The services that may be booked.
    pub services: &'a [String],
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Its last day.
    pub due_to: CivilDate,
    /// Whose it is.
    pub owner: &'a str,
    /// Now.
    pub now: Moment,
}

/// An appointment that may still change.
#[derive(Clone, Debug)]
pub struct Live {
    /// Its id.
    pub id: String,
    /// The step it is for.
    pub step: String,
    /// Its state.
    pub state: State,
    /// Its slot.
    pub slot: String,
    /// The service of that.
    pub service: String,
    /// When that begins.
    pub starts: Moment,
}

/// Reads a stored word.
pub fn read<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Broken(text.to_owned()))
}

/// One row of a list. What does not read is left out of it and told to the log with its table and id: the others are shown.
pub fn readable<T>(table: &'static str, id: &str, row: Result<T>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(request = request_id(), table, id, %error, "a row does not read")).ok()
}

/// The work inside a transaction.
pub trait Ledger {
    /// Locks a follow-up: two changes to one take turns on both databases. This counts as no change: what is refused
    /// afterwards has changed nothing that somebody else could have seen.
    async fn lock(&mut self, followup: &str) -> Result<Option<Locked>>;
    /// The appointments of a follow-up that occupy a place, latest made first.
    async fn live(&mut self, followup: &str) -> Result<Vec<Live>>;
    /// Brings an appointment from one state to another, gives its place back when it no longer occupies one, and writes
    /// the line that tells it; of `line` only who, action and detail are needed.
    async fn turn(&mut self, followup: &str, appointment: &Live, to: State, now: Moment, line: &Line<'_>)
    -> Result<()>;
    /// Gives a place of a slot back. One that is kept only for those who are in it loses the place, and closes with its
    /// last one.
    async fn give_back(&mut self, slot: &str) -> Result<()>;
    /// Writes a line of history and counts the change.
    async fn note(&mut self, followup: &str, now: Moment, line: &Line<'_>) -> Result<()>;
    /// Ends an open follow-up: gives its places back, ends its step and its waiting.
    async fn end(&mut self, followup: &str, ending: Ending, who: &str, now: Moment) -> Result<()>;
    /// Keeps a note; one whose id is there already is kept once.
    async fn keep_note(&mut self, followup: &str, note: &NewNote, now: Moment) -> Result<()>;
    /// Locks a follow-up to which something about the person is to be added. Refused for one whose data were deleted: also
    /// what was on its way meanwhile leaves nothing.
    async fn not_erased(&mut self, followup: &str) -> Result<std::result::Result<(), Code>>;
    /// Counts a change that was made, for those who have seen the follow-up before it.
    async fn count(&mut self, followup: &str) -> Result<()>;
    /// What asks staff to look after a follow-up at once; a wrong number goes before what needs a call.
    async fn asking(&mut self, followup: &str) -> Result<Option<Asking>>;
    /// Computes anew from when somebody must look after a follow-up, and counts the change that asks for it.
    async fn settle(&mut self, followup: &str, now: Moment) -> Result<()>;
    /// The same for a follow-up of which something may not read: then its moment stays, and only the change is counted.
    async fn settle_what_reads(&mut self, followup: &str, now: Moment) -> Result<()>;
    /// Opens the next step of a follow-up that has no open one.
    async fn open_step(&mut self, step: &NewStep<'_>) -> Result<()>;
    /// Retires the link in force for the next one and ends every session of it; gives false, and changes nothing, when
    /// another link has taken its place meanwhile.
    async fn put_link(&mut self, followup: &str, link: &NewLink, now: Moment) -> Result<bool>;
    /// Whether this very form was carried out for a record before. Refused when its key came with other words.
    async fn sent_before(&mut self, record: &str, sent: &Sent) -> Result<std::result::Result<bool, Code>>;
    /// Keeps that a form was carried out for a record.
    async fn keep_sent(&mut self, record: &str, sent: &Sent, now: Moment) -> Result<()>;
    /// Lets a follow-up be found by these keyed hashes and no others.
    async fn find_by(&mut self, followup: &str, finders: &[String]) -> Result<()>;
    /// Waits until nobody else is about to make a follow-up for this number at this hospital, and keeps others waiting until
    /// the transaction ends: whoever looks for an open one afterwards sees it.
    async fn take_turn(&mut self, hospital: &str, phone: &str, now: Moment) -> Result<()>;
    /// Whether this person's data were deleted at a hospital.
    async fn was_erased(&mut self, hospital: &str, mark: &Mark) -> Result<Option<WasErased>>;
    /// Makes a follow-up with its first step; gives false, and makes nothing, when the same row of a table made one.
    async fn make(&mut self, new: &NewRecord) -> Result<bool>;
}

macro_rules! ledger {
    ($($connection:ty)*) => {
        $(impl Ledger for $connection {
            async fn lock(&mut self, followup: &str) -> Result<Option<Locked>> {
                // Touching the row locks it.
                let row: Option<(Option<String>, i64, i64)> = sqlx::query_as(
                    "UPDATE followups SET version = version WHERE id = $1 RETURNING ending, link_until, version",
                )
                .bind(followup)
                .fetch_optional(&mut *self)
                .await?;
                let Some((ending, link_until, version)) = row else { return Ok(None) };
                let step: Option<(String, String, String)> =
                    sqlx::query_as("SELECT id, services, due_from FROM steps WHERE followup = $1 AND ended IS NULL")
                        .bind(followup)
                        .fetch_optional(&mut *self)
                        .await?;
                let step = step.map(|(id, services, due_from)| StoredStep { id, services, due_from });
                let ending = ending.map(|word| read(&word, Ending::parse)).transpose()?;
                Ok(Some(Locked { ending, link_until: Moment(link_until), version, step }))
            }

            async fn take_turn(&mut self, hospital: &str, phone: &str, now: Moment) -> Result<()> {
                // The row is only there to be waited for, by its key, until the transaction ends.
                let scope = format!("number/{hospital}");
                sqlx::query(
                    "INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, '', '', $3) \
                     ON CONFLICT DO NOTHING",
                )
                .bind(&scope)
                .bind(phone)
                .bind(now.0)
                .execute(&mut *self)
                .await?;
                sqlx::query("DELETE FROM idempotency WHERE scope = $1 AND key = $2")
                    .bind(&scope)
                    .bind(phone)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn live(&mut self, followup: &str) -> Result<Vec<Live>> {
                let rows: Vec<(String, String, String, String, String, i64)> = sqlx::query_as(
                    "SELECT appointments.id, step, state, slot, service, starts FROM appointments JOIN slots ON slots.id = slot \
                     WHERE followup = $1 AND state IN ('held', 'booked', 'arrived', 'attended', 'missed') \
                     ORDER BY made DESC, appointments.id",
                )
                .bind(followup)
                .fetch_all(&mut *self)
                .await?;
                rows.into_iter()
                    .map(|(id, step, state, slot, service, starts)| {
                        let state = read(&state, State::parse)?;
                        Ok(Live { id, step, state, slot, service, starts: Moment(starts) })
                    })
                    .collect()
            }

            async fn turn(
                &mut self,
                followup: &str,
                appointment: &Live,
                to: State,
                now: Moment,
                line: &Line<'_>,
            ) -> Result<()> {
                let ended = (!to.occupies()).then_some(now.0);
                sqlx::query("UPDATE appointments SET state = $2, ended = $3, until = NULL WHERE id = $1")
                    .bind(&appointment.id)
                    .bind(to.as_str())
                    .bind(ended)
                    .execute(&mut *self)
                    .await?;
                if appointment.state.occupies() && !to.occupies() {
                    self.give_back(&appointment.slot).await?;
                }
                let line = Line {
                    appointment: Some(&appointment.id),
                    before: Some(appointment.state),
                    after: Some(to),
                    slot: Some(&appointment.slot),
                    ..*line
                };
                self.note(followup, now, &line).await
            }

            async fn give_back(&mut self, slot: &str) -> Result<()> {
                sqlx::query(
                    "UPDATE slots SET taken = taken - 1, \
                     capacity = CASE WHEN unwanted = 1 AND taken > 1 THEN taken - 1 ELSE capacity END, \
                     closure = CASE WHEN unwanted = 1 AND taken = 1 THEN COALESCE(closure, $2) ELSE closure END \
                     WHERE id = $1",
                )
                .bind(slot)
                .bind(BY_TIMETABLE)
                .execute(&mut *self)
                .await?;
                Ok(())
            }

            async fn note(&mut self, followup: &str, now: Moment, line: &Line<'_>) -> Result<()> {
                let (number,): (i64,) = sqlx::query_as(
                    "UPDATE followups SET sequence = sequence + 1, sent = CASE WHEN $2 = 1 THEN NULL ELSE sent END, \
                     unanswered = CASE WHEN $3 = 1 THEN 0 ELSE unanswered END WHERE id = $1 RETURNING sequence",
                )
                .bind(followup)
                .bind(i64::from(line.asks_anew()))
                .bind(i64::from(line.reaches()))
                .fetch_one(&mut *self)
                .await?;
                sqlx::query(
                    "INSERT INTO history (id, followup, at, actor, action, state, slot, number, appointment, before, detail) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                )
                .bind(secrets::fresh_id())
                .bind(followup)
                .bind(now.0)
                .bind(line.who)
                .bind(line.action)
                .bind(line.after.map_or("", State::as_str))
                .bind(line.slot)
                .bind(number)
                .bind(line.appointment)
                .bind(line.before.map(State::as_str))
                .bind(line.detail)
                .execute(&mut *self)
                .await?;
                Ok(())
            }

            async fn end(&mut self, followup: &str, ending: Ending, who: &str, now: Moment) -> Result<()> {
                for live in self.live(followup).await? {
                    let to = match live.state {
                        State::Held => State::Released,
                        State::Booked => State::CancelledByClinic,
                        _ => continue,
                    };
                    self.turn(
                        followup,
                        &live,
                        to,
                        now,
                        &Line { who, action: "close", detail: ending.as_str(), ..Line::default() },
                    )
                    .await?;
                }
                sqlx::query("UPDATE steps SET ended = $2 WHERE followup = $1 AND ended IS NULL")
                    .bind(followup)
                    .bind(now.0)
                    .execute(&mut *self)
                    .await?;
                sqlx::query("UPDATE followups SET ending = $2, call_on = NULL WHERE id = $1")
                    .bind(followup)
                    .bind(ending.as_str())
                    .execute(&mut *self)
                    .await?;
                sqlx::query("DELETE FROM waiting WHERE followup = $1").bind(followup).execute(&mut *self).await?;
                self.note(followup, now, &Line { who, action: "end", detail: ending.as_str(), ..Line::default() }).await?;
                self.settle(followup, now).await?;
                Ok(())
            }

            async fn keep_note(&mut self, followup: &str, note: &NewNote, now: Moment) -> Result<()> {
                let made = sqlx::query(
                    "INSERT INTO notes (id, followup, at, staff, text_sealed) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT DO NOTHING",
                )
                .bind(&note.id)
                .bind(followup)
                .bind(now.0)
                .bind(&note.staff)
                .bind(&note.text_sealed)
                .execute(&mut *self)
                .await?
                .rows_affected();
                if made == 1 {
                    self.note(followup, now, &Line { who: &note.staff, action: "note", ..Line::default() }).await?;
                }
                Ok(())
            }

            async fn not_erased(&mut self, followup: &str) -> Result<std::result::Result<(), Code>> {
                let row: Option<(Option<String>,)> =
                    sqlx::query_as("UPDATE followups SET version = version WHERE id = $1 RETURNING ending")
                        .bind(followup)
                        .fetch_optional(&mut *self)
                        .await?;
                let erased = row.is_some_and(|(ending,)| ending.as_deref() == Some(Ending::Erased.as_str()));
                Ok(if erased { Err(Code::LinkErased) } else { Ok(()) })
            }

            async fn count(&mut self, followup: &str) -> Result<()> {
                sqlx::query("UPDATE followups SET version = version + 1 WHERE id = $1")
                    .bind(followup)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn asking(&mut self, followup: &str) -> Result<Option<Asking>> {
                let wrong: Option<(Option<i64>,)> = sqlx::query_as("SELECT wrong_number FROM followups WHERE id = $1")
                    .bind(followup)
                    .fetch_optional(&mut *self)
                    .await?;
                if let Some((Some(at),)) = wrong {
                    let (why, reason) = (Prompt::WrongNumber, String::new());
                    return Ok(Some(Asking { why, at: Moment(at), reason }));
                }
                let events: Vec<Event> = sqlx::query_as(
                    "SELECT at, actor, action, detail, appointment FROM history WHERE followup = $1 AND action IN \
                     ('hold', 'expire', 'cancel', 'cancel-for-clinic', 'miss', 'book', 'confirm', 'call', 'outcome', 'end') \
                     ORDER BY number, at",
                )
                .bind(followup)
                .fetch_all(&mut *self)
                .await?;
                Ok(prompts::asking(&events))
            }

            async fn settle(&mut self, followup: &str, now: Moment) -> Result<()> {
                let row: Option<(Option<String>, Option<String>, Option<String>)> = sqlx::query_as(
                    "SELECT ending, steps.id, due_to FROM followups \
                     LEFT JOIN steps ON steps.followup = followups.id AND steps.ended IS NULL WHERE followups.id = $1",
                )
                .bind(followup)
                .fetch_optional(&mut *self)
                .await?;
                let Some((ending, step, due_to)) = row else { return Ok(()) };
                let latest: Option<(String, i64)> = sqlx::query_as(concat!(
                    "SELECT state, starts FROM appointments JOIN slots ON slots.id = slot \
                     WHERE followup = $1 AND step = $2 AND ",
                    deciding_first!(),
                ))
                .bind(followup)
                .bind(step.unwrap_or_default())
                .fetch_optional(&mut *self)
                .await?;
                let latest = match latest {
                    Some((state, starts)) => Some((read(&state, State::parse)?, Moment(starts))),
                    None => None,
                };
                // Whoever has an appointment, or was seen, needs no new one.
                let has = latest.is_some_and(|(state, _)| state.is_firm() || state == State::Attended);
                let asking = match &ending {
                    None => self.asking(followup).await?.filter(|asking| !has || asking.why == Prompt::WrongNumber),
                    Some(_) => None,
                };
                let facts = Facts {
                    prompted: asking.as_ref().map(|asking| asking.at),
                    ending: ending.map(|word| read(&word, Ending::parse)).transpose()?,
                    due_to: due_to.map(|day| read(&day, CivilDate::parse)).transpose()?,
                    latest,
                    held: false,
                    changed: now,
                };
                let reason = asking.as_ref().map(|asking| asking.reason.as_str()).unwrap_or_default();
                sqlx::query(
                    "UPDATE followups SET due = $2, prompt = $3, prompt_at = $4, prompt_detail = $5 WHERE id = $1",
                )
                    .bind(followup)
                    .bind(facts.due().map(|due| due.0))
                    .bind(asking.as_ref().map(|asking| asking.why.as_str()))
                    .bind(asking.as_ref().map(|asking| asking.at.0))
                    .bind(reason)
                    .execute(&mut *self)
                    .await?;
                self.count(followup).await
            }

            async fn settle_what_reads(&mut self, followup: &str, now: Moment) -> Result<()> {
                match self.settle(followup, now).await {
                    Err(Error::Broken(_)) => self.count(followup).await,
                    settled => settled,
                }
            }

            async fn open_step(&mut self, step: &NewStep<'_>) -> Result<()> {
                let services =
                    serde_json::to_string(step.services).map_err(|error| Error::Broken(error.to_string()))?;
                sqlx::query(
                    "INSERT INTO steps (id, followup, number, services, due_from, due_to, owner, made) \
                     SELECT $1 || '-' || CAST(next AS TEXT), $1, next, $2, $3, $4, $5, $6 \
                     FROM (SELECT COALESCE(MAX(number), 0) + 1 AS next FROM steps WHERE followup = $1) AS numbers",
                )
                .bind(step.followup)
                .bind(services)
                .bind(step.due_from.to_string())
                .bind(step.due_to.to_string())
                .bind(step.owner)
                .bind(step.now.0)
                .execute(&mut *self)
                .await?;
                Ok(())
            }

            async fn put_link(&mut self, followup: &str, link: &NewLink, now: Moment) -> Result<bool> {
                let retired = sqlx::query(
                    "INSERT INTO retired_links (token_hash, followup, retired) \
                     SELECT token_hash, id, $3 FROM followups WHERE id = $1 AND link_generation = $2",
                )
                .bind(followup)
                .bind(link.generation - 1)
                .bind(now.0)
                .execute(&mut *self)
                .await?
                .rows_affected();
                if retired == 0 {
                    return Ok(false);
                }
                sqlx::query(
                    "UPDATE followups SET link_generation = $2, token_hash = $3, wrong_tries = 0, sent = NULL, \
                     link_until = CASE WHEN link_until < $4 THEN $4 ELSE link_until END WHERE id = $1",
                )
                .bind(followup)
                .bind(link.generation)
                .bind(&link.token_hash)
                .bind(link.until.0)
                .execute(&mut *self)
                .await?;
                sqlx::query("DELETE FROM patient_sessions WHERE followup = $1")
                    .bind(followup)
                    .execute(&mut *self)
                    .await?;
                Ok(true)
            }

            async fn sent_before(&mut self, record: &str, sent: &Sent) -> Result<std::result::Result<bool, Code>> {
                let known: Option<(String,)> =
                    sqlx::query_as("SELECT request FROM idempotency WHERE scope = $1 AND key = $2")
                        .bind(record)
                        .bind(&sent.key)
                        .fetch_optional(&mut *self)
                        .await?;
                Ok(match known {
                    None => Ok(false),
                    Some((said,)) if said == sent.said => {
                        log::repeats();
                        Ok(true)
                    }
                    Some(_) => Err(Code::KeyReused),
                })
            }

            async fn keep_sent(&mut self, record: &str, sent: &Sent, now: Moment) -> Result<()> {
                sqlx::query("INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, $3, '', $4)")
                    .bind(record)
                    .bind(&sent.key)
                    .bind(&sent.said)
                    .bind(now.0)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn find_by(&mut self, followup: &str, finders: &[String]) -> Result<()> {
                sqlx::query("DELETE FROM finders WHERE followup = $1").bind(followup).execute(&mut *self).await?;
                for finder in finders {
                    sqlx::query("INSERT INTO finders (hash, followup) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                        .bind(finder)
                        .bind(followup)
                        .execute(&mut *self)
                        .await?;
                }
                Ok(())
            }

            async fn was_erased(&mut self, hospital: &str, mark: &Mark) -> Result<Option<WasErased>> {
                let (weight,): (Option<i64>,) = sqlx::query_as(was_erased!())
                    .bind(&mark.person)
                    .bind(&mark.older)
                    .bind("")
                    .bind(hospital)
                    .fetch_one(&mut *self)
                    .await?;
                Ok(WasErased::of(weight))
            }

            async fn make(&mut self, new: &NewRecord) -> Result<bool> {
            let made = sqlx::query(
                "INSERT INTO followups (id, code, hospital, owner, token_hash, link_generation, link_until, name_sealed, \
                 phone_sealed, reason_sealed, letter_sealed, topic, urgency, created, created_by, letter, batch, batch_row, person, folding) \
                 VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $4, $14, $15, $16, $17, $18) \
                 ON CONFLICT (batch, batch_row) WHERE batch IS NOT NULL DO NOTHING",
            )
            .bind(&new.id)
            .bind(&new.code)
            .bind(&new.hospital)
            .bind(&new.created_by)
            .bind(&new.token_hash)
            .bind(new.link_until.0)
            .bind(&new.name_sealed)
            .bind(&new.phone_sealed)
            .bind(&new.reason_sealed)
            .bind(&new.letter_sealed)
            .bind(&new.topic)
            .bind(new.urgency.rank())
            .bind(new.now.0)
            .bind(&new.letter)
            .bind(new.origin.as_ref().map(|origin| &origin.batch))
            .bind(new.origin.as_ref().map_or(0, |origin| origin.row))
            .bind(&new.person.person)
            .bind(new.folding)
            .execute(&mut *self)
            .await?
            .rows_affected();
            if made == 0 {
                return Ok(false);
            }
            self.open_step(&NewStep {
                followup: &new.id,
                services: &new.services,
                due_from: new.due_from,
                due_to: new.due_to,
                owner: &new.created_by,
                now: new.now,
            })
            .await?;
            self.find_by(&new.id, &new.finders).await?;
            if let Some(NewNote { id, text_sealed, .. }) = &new.note {
                sqlx::query("INSERT INTO notes (id, followup, at, staff, text_sealed) VALUES ($1, $2, $3, $4, $5)")
                    .bind(id)
                    .bind(&new.id)
                    .bind(new.now.0)
                    .bind(&new.created_by)
                    .bind(text_sealed)
                    .execute(&mut *self)
                    .await?;
            }
            self.note(&new.id, new.now, &Line { who: &new.created_by, action: "make", ..Line::default() }).await?;
            self.settle(&new.id, new.now).await?;
                Ok(true)
            }
        })*
    };
}

ledger!(SqliteConnection PgConnection);
