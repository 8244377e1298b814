//! Follow-ups in the database: making and reading them, the identity check's tries, sessions and history.
//! Names, phones, reasons and letters pass through here sealed.

use super::calls::NewNote;
use super::finders::{Anew, Mark, OpenOf, Sought, WasErased, open_of};
pub use super::ledger::NewLink;
use super::ledger::{Ledger as _, Line, read, readable};
use super::log;
use super::pages::{After, day_of};
use super::repeats::{Once, Sent};
use super::slots::SlotRow;
use super::{Db, Error, Result, again, in_transaction, on_read, on_write};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Facts, Prompt, Standing, TRIES, Urgency};
use zaoshai_contract::ids::IdempotencyKey;
use zaoshai_contract::problem::Code;
use zaoshai_contract::slots::Slot;
use zaoshai_contract::staff::{Closing, MOST_COUNTED, SentMark, Whole};

/// A follow-up to be made, with its first step.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its id, also the scope of its seals.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// The hospital in charge.
    pub hospital: String,
    /// The hash of its link's token.
    pub token_hash: String,
    /// When the link ends.
    pub link_until: Moment,
    /// The sealed display name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// The sealed reason.
    pub reason_sealed: String,
    /// The sealed letter; empty for none.
    pub letter_sealed: String,
    /// The id of a letter from the content; empty for none.
    pub letter: String,
    /// The topic's id.
    pub topic: String,
    /// How soon.
    pub urgency: Urgency,
    /// The ids of the services allowed.
    pub services: Vec<String>,
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Last day of the due window.
    pub due_to: CivilDate,
    /// Keyed hashes under which it is found.
    pub finders: Vec<String>,
    /// The mark of the person.
    pub person: Mark,
    /// Whether it is made although their data were deleted.
    pub anew: Anew,
    /// By which folding both were made.
    pub folding: i64,
    /// A note on it; none when there is nothing to note.
    pub note: Option<NewNote>,
    /// The nurse's account.
    pub created_by: String,
    /// Now.
    pub now: Moment,
    /// The key of the form.
    pub key: IdempotencyKey,
    /// A hash of what the form said, to tell a repeat from another request.
    pub request: String,
    /// Where in a table it stood, when it was made from one.
    pub origin: Option<Origin>,
}

/// The row of a table from which a follow-up is made.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The batch.
    pub batch: String,
    /// The row's number: it makes one follow-up of the batch.
    pub row: i64,
    /// The keyed hash of the phone number.
    pub phone: String,
    /// The keyed hash of the whole name.
    pub name: String,
}

/// Whether somebody who has an open follow-up for one of the same services is to get a second one.
#[derive(Clone, Copy, Debug)]
pub enum Second<'a> {
    /// The nurse has seen the first one and wants another: a couple may share a number.
    Wanted,
    /// Nobody has been asked. Under this keyed hash of the number the first one is found.
    Unasked(&'a str),
}

/// Why a form makes no follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// Its key came with another request before.
    KeyReused,
    /// The number has an open follow-up for one of the services, and a second one was not asked for.
    Already,
    /// The person's data were deleted, and nobody was told of it.
    Erased(WasErased),
}

/// Follow-ups that are settled in one transaction.
const SETTLED_AT_ONCE: usize = 300;

/// The step that is to be taken now.
#[derive(Clone, Debug)]
pub struct OpenStep {
    /// The ids of the services allowed.
    pub services: Vec<String>,
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Last day of the due window.
    pub due_to: CivilDate,
}

/// The appointment that decides where a follow-up stands.
#[derive(Clone, Debug)]
pub struct Latest {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// Its slot.
    pub slot: Slot,
}

/// A follow-up as it is stored.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// The hospital in charge.
    pub hospital: String,
    /// The responsible member of staff.
    pub owner: String,
    /// Which link is in force.
    pub link_generation: i64,
    /// When the link ends.
    pub link_until: Moment,
    /// The sealed display name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// The sealed reason.
    pub reason_sealed: String,
    /// The sealed letter; empty for none.
    pub letter_sealed: String,
    /// The id of a letter from the content; empty for none.
    pub letter: String,
    /// The topic's id.
    pub topic: String,
    /// How soon.
    pub urgency: Urgency,
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// From when somebody must look after it.
    pub due: Option<Moment>,
    /// Since when the phone number is known to be wrong.
    pub wrong_number: Option<Moment>,
    /// What asks for staff beside where it stands, since when, and the word of the reason that was given.
    pub prompt: Option<(Prompt, Moment, String)>,
    /// How many calls in a row nobody answered.
    pub unanswered: i64,
    /// When the message with the link in force was marked as sent.
    pub sent: Option<Moment>,
    /// A day on which to call again.
    pub call_on: Option<CivilDate>,
    /// Counts the writes: two nurses who edit the same one notice each other.
    pub version: i64,
    /// Counts the lines of history; the calendar entry's SEQUENCE.
    pub sequence: i64,
    /// Wrong tries at the last four digits, of the day on which the last one was made.
    pub wrong_tries: i64,
    /// That day.
    pub tried_on: Option<CivilDate>,
    /// When it was made.
    pub created: Moment,
    /// The open step.
    pub step: Option<OpenStep>,
    /// The latest appointment of that step which did not just lapse or move.
    pub latest: Option<Latest>,
    /// Whether the closing still stands by which that appointment was cancelled; none when no closing did.
    pub closing: Option<Closing>,
    /// The place that is kept, and until when.
    pub held: Option<(Slot, Moment)>,
    /// Whether all that is stored of it reads.
    pub integrity: Integrity,
}

/// Whether all that is stored of a record reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// It does.
    Whole,
    /// It does not: step, appointments, end and call are missing here, whatever is stored of them.
    Broken,
}

impl Record {
    /// Whether nobody gets in by the link who is not in already: after too many wrong tries, and while the number is known to
    /// be somebody else's, who knows its last four digits.
    pub fn shut(&self) -> bool {
        self.locked() || self.wrong_number.is_some()
    }

    /// True after five wrong tries in one day.
    pub fn locked(&self) -> bool {
        self.wrong_tries >= i64::from(TRIES)
    }

    /// How many tries at the last four digits are left on a day.
    pub fn tries_left(&self, today: CivilDate) -> u8 {
        tries_left(self.wrong_tries, self.tried_on, today)
    }

    /// The slot at which the patient is expected or there.
    pub fn firm(&self) -> Option<&Latest> {
        self.latest.as_ref().filter(|latest| latest.state.is_firm())
    }

    /// Where it stands.
    pub fn standing(&self, now: Moment) -> Standing {
        let facts = Facts {
            ending: self.ending,
            due_to: self.step.as_ref().map(|step| step.due_to),
            latest: self.latest.as_ref().map(|latest| (latest.state, latest.slot.starts)),
            held: self.held.as_ref().is_some_and(|(_, until)| *until > now),
            prompted: None,
            changed: now,
        };
        facts.standing(now)
    }
}

/// How many tries are left on a day when so many were wrong on the day of the last one. A lock outlasts its day.
pub(super) fn tries_left(wrong: i64, tried_on: Option<CivilDate>, today: CivilDate) -> u8 {
    let most = i64::from(TRIES);
    let wrong = if wrong < most && tried_on != Some(today) { 0 } else { wrong };
    u8::try_from(most - wrong.min(most)).unwrap_or_default()
}

/// A line of history as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HistoryRow {
    /// When.
    pub at: i64,
    /// `patient`, `clock` or a staff name.
    pub actor: String,
    /// The action's word.
    pub action: String,
    /// More in words.
    pub detail: String,
    /// When the slot concerned begins, if any.
    pub starts: Option<i64>,
    /// The day to which a call was put off.
    pub again: Option<String>,
}

#[derive(Clone, sqlx::FromRow)]
struct Row {
    id: String,
    code: String,
    hospital: String,
    owner: String,
    link_generation: i64,
    link_until: i64,
    name_sealed: String,
    phone_sealed: String,
    reason_sealed: String,
    letter_sealed: String,
    letter: String,
    topic: String,
    urgency: i64,
    ending: Option<String>,
    due: Option<i64>,
    prompt: Option<String>,
    prompt_at: Option<i64>,
    wrong_number: Option<i64>,
    unanswered: i64,
    sent: Option<i64>,
    prompt_detail: String,
    call_on: Option<String>,
    version: i64,
    sequence: i64,
    wrong_tries: i64,
    tried_on: Option<String>,
    created: i64,
    services: Option<String>,
    due_from: Option<String>,
    due_to: Option<String>,
    appointment: Option<String>,
    state: Option<String>,
    slot_id: Option<String>,
    service: Option<String>,
    clinic: Option<String>,
    room: Option<String>,
    expert: Option<String>,
    starts: Option<i64>,
    minutes: Option<i64>,
    closure: Option<String>,
    by_closing: i64,
    until: Option<i64>,
    held_id: Option<String>,
    held_service: Option<String>,
    held_clinic: Option<String>,
    held_room: Option<String>,
    held_expert: Option<String>,
    held_starts: Option<i64>,
    held_minutes: Option<i64>,
}

/// A slot of columns that are all there or all missing.
fn slot(
    id: Option<String>,
    service: Option<String>,
    clinic: Option<String>,
    room: Option<String>,
    expert: Option<String>,
    starts: Option<i64>,
    minutes: Option<i64>,
) -> Result<Option<Slot>> {
    let (Some(id), Some(service), Some(clinic), Some(room), Some(expert), Some(starts), Some(minutes)) =
        (id, service, clinic, room, expert, starts, minutes)
    else {
        return Ok(None);
    };
    SlotRow { id, service, clinic, room, expert, starts, minutes, free: 0 }.read().map(Some)
}

impl Row {
    fn read(self) -> Result<Record> {
        let step = match (self.services, self.due_from, self.due_to) {
            (Some(services), Some(due_from), Some(due_to)) => Some(OpenStep {
                services: serde_json::from_str(&services).map_err(|error| Error::Broken(error.to_string()))?,
                due_from: read(&due_from, CivilDate::parse)?,
                due_to: read(&due_to, CivilDate::parse)?,
            }),
            _ => None,
        };
        let own = slot(self.slot_id, self.service, self.clinic, self.room, self.expert, self.starts, self.minutes)?;
        let latest = match (self.appointment, self.state, own) {
            (Some(id), Some(state), Some(slot)) => Some(Latest { id, state: read(&state, State::parse)?, slot }),
            _ => None,
        };
        let closing = if self.closure.is_some() { Closing::Stands } else { Closing::TakenBack };
        let closing = (latest.is_some() && self.by_closing > 0).then_some(closing);
        let held = slot(
            self.held_id,
            self.held_service,
            self.held_clinic,
            self.held_room,
            self.held_expert,
            self.held_starts,
            self.held_minutes,
        )?;
        Ok(Record {
            id: self.id,
            code: self.code,
            hospital: self.hospital,
            owner: self.owner,
            link_generation: self.link_generation,
            link_until: Moment(self.link_until),
            name_sealed: self.name_sealed,
            phone_sealed: self.phone_sealed,
            reason_sealed: self.reason_sealed,
            letter_sealed: self.letter_sealed,
            letter: self.letter,
            topic: self.topic,
            urgency: Urgency::from_rank(self.urgency),
            ending: self.ending.map(|word| read(&word, Ending::parse)).transpose()?,
            due: self.due.map(Moment),
            wrong_number: self.wrong_number.map(Moment),
            unanswered: self.unanswered,
            sent: self.sent.map(Moment),
            prompt: match (self.prompt, self.prompt_at) {
                (Some(word), Some(at)) => Some((read(&word, Prompt::parse)?, Moment(at), self.prompt_detail)),
                _ => None,
            },
            call_on: self.call_on.map(|day| read(&day, CivilDate::parse)).transpose()?,
            version: self.version,
            sequence: self.sequence,
            wrong_tries: self.wrong_tries,
            tried_on: self.tried_on.map(|day| read(&day, CivilDate::parse)).transpose()?,
            created: Moment(self.created),
            step,
            latest,
            closing,
            held: held.zip(self.until.map(Moment)),
            integrity: Integrity::Whole,
        })
    }

    /// The record to be shown. One that does not read is there too, marked and without what may be broken, so that nobody
    /// is hidden by a broken value, no list fails for one, and its own page is there to mend it.
    fn listed(self) -> Option<Record> {
        if let Some(record) = readable("followups", &self.id, self.clone().read()) {
            return Some(record);
        }
        let bare = Self {
            services: None,
            appointment: None,
            held_id: None,
            // Whoever had their data deleted or was withdrawn stays so.
            ending: self.ending.filter(|word| Ending::parse(word).is_some()),
            // Its day is its place in the list of calls.
            call_on: self.call_on.filter(|day| CivilDate::parse(day).is_some()),
            prompt: None,
            slot_id: None,
            tried_on: None,
            ..self
        };
        bare.read().ok().map(|record| Record { integrity: Integrity::Broken, ..record })
    }
}

/// The order in which the appointments of a step decide how it stands, the deciding one first: one to come before one that
/// is over, then the latest; of two that were made in one millisecond the one that gave its place back came first.
macro_rules! deciding_first {
    () => {
        "appointments.state NOT IN ('held', 'released', 'moved') \
         ORDER BY CASE WHEN appointments.state IN ('booked', 'arrived') THEN 0 ELSE 1 END, appointments.made DESC, \
         CASE WHEN appointments.state IN ('attended', 'missed') THEN 0 ELSE 1 END LIMIT 1"
    };
}
pub(super) use deciding_first;

/// The state of the appointment that decides how the open step of a follow-up stands; NULL without one.
macro_rules! deciding_state {
    () => {
        concat!(
            "(SELECT appointments.state FROM appointments JOIN steps ON steps.id = step AND steps.ended IS NULL \
             WHERE appointments.followup = followups.id AND ",
            deciding_first!(),
            ")"
        )
    };
}
pub(super) use deciding_state;

/// The columns of [`Row`] and where they come from; a condition and an order follow.
macro_rules! select_followups {
    ($tail:literal) => {
        concat!(
            "SELECT followups.id, followups.code, followups.hospital, followups.owner, link_generation, link_until, \
             name_sealed, phone_sealed, reason_sealed, letter_sealed, letter, topic, urgency, ending, due, prompt, prompt_at, wrong_number, unanswered, followups.sent, \
             prompt_detail, call_on, version, sequence, wrong_tries, tried_on, followups.created, steps.services, steps.due_from, steps.due_to, \
             firm.id AS appointment, firm.state, slots.id AS slot_id, slots.service, slots.clinic, slots.room, slots.expert, \
             slots.starts, slots.minutes, slots.closure, CASE WHEN firm.state = 'cancelled-by-clinic' THEN \
             (SELECT COUNT(*) FROM history WHERE history.followup = followups.id AND history.appointment = firm.id \
             AND history.action = 'cancel-for-clinic' AND history.detail = 'closed') ELSE 0 END AS by_closing, \
             held.until, kept.id AS held_id, kept.service AS held_service, kept.clinic AS held_clinic, \
             kept.room AS held_room, kept.expert AS held_expert, kept.starts AS held_starts, \
             kept.minutes AS held_minutes FROM followups \
             LEFT JOIN steps ON steps.followup = followups.id AND steps.ended IS NULL \
             LEFT JOIN appointments AS firm ON firm.id = (SELECT id FROM appointments \
             WHERE followup = followups.id AND step = steps.id AND ",
            deciding_first!(),
            ") LEFT JOIN slots ON slots.id = firm.slot \
             LEFT JOIN appointments AS held ON held.followup = followups.id AND held.state = 'held' \
             LEFT JOIN slots AS kept ON kept.id = held.slot ",
            $tail
        )
    };
}

impl Db {
    /// Makes a follow-up, once for each key of a nurse; gives the id of the follow-up the key made first,
    /// or why it makes none.
    pub async fn make_followup(
        &self,
        new: &NewRecord,
        second: Second<'_>,
    ) -> Result<std::result::Result<String, NotMade>> {
        again!(self.try_make_followup(new, second).await)
    }

    async fn try_make_followup(
        &self,
        new: &NewRecord,
        second: Second<'_>,
    ) -> Result<std::result::Result<String, NotMade>> {
        let scope = format!("staff/{}", new.created_by);
        in_transaction!(self, |tx| {
            if let Second::Unasked(phone) = second {
                // Two nurses who make one for the same number at once take turns.
                tx.take_turn(&new.hospital, phone, new.now).await?;
            }
            let repeat: Option<(i64,)> = sqlx::query_as("SELECT at FROM idempotency WHERE scope = $1 AND key = $2")
                .bind(&scope)
                .bind(new.key.as_str())
                .fetch_optional(&mut **tx)
                .await?;
            if let (Second::Unasked(phone), None) = (second, repeat) {
                let open: Vec<OpenOf> =
                    sqlx::query_as(open_of!()).bind(&new.hospital).bind(phone).bind("").fetch_all(&mut **tx).await?;
                if open.iter().any(|open| open.is_for(&new.services)) {
                    return Ok(Err(NotMade::Already));
                }
            }
            if let (Anew::Unasked, None) = (new.anew, repeat)
                && let Some(erased) = tx.was_erased(&new.hospital, &new.person).await?
            {
                return Ok(Err(NotMade::Erased(erased)));
            }
            let fresh = sqlx::query(
                "INSERT INTO idempotency (scope, key, request, answer, at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&scope)
            .bind(new.key.as_str())
            .bind(&new.request)
            .bind(&new.id)
            .bind(new.now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if fresh == 0 {
                let (request, id): (String, String) =
                    sqlx::query_as("SELECT request, answer FROM idempotency WHERE scope = $1 AND key = $2")
                        .bind(&scope)
                        .bind(new.key.as_str())
                        .fetch_one(&mut **tx)
                        .await?;
                return Ok(if request == new.request { Ok(id) } else { Err(NotMade::KeyReused) });
            }
            tx.make(new).await?;
            Ok(Ok(new.id.clone()))
        })
    }

    /// The follow-up whose link has this token hash.
    pub async fn followup_by_token(&self, token_hash: &str) -> Result<Option<Record>> {
        let row: Option<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!("WHERE token_hash = $1"))
            .bind(token_hash)
            .fetch_optional(pool)
            .await?);
        Ok(row.and_then(Row::listed))
    }

    /// The follow-up with this id.
    pub async fn followup(&self, id: &str) -> Result<Option<Record>> {
        let row: Option<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!("WHERE followups.id = $1"))
            .bind(id)
            .fetch_optional(pool)
            .await?);
        Ok(row.and_then(Row::listed))
    }

    /// The follow-ups of a hospital, latest first, at most `most`.
    pub async fn followups(&self, hospital: &str, most: u32) -> Result<Vec<Record>> {
        let rows: Vec<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!(
            "WHERE followups.hospital = $1 ORDER BY followups.created DESC LIMIT $2"
        ))
        .bind(hospital)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().filter_map(Row::listed).collect())
    }

    /// The services of the follow-ups of a hospital that were made last, those of the latest first.
    pub async fn latest_services(&self, hospital: &str, most: u32) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT steps.services FROM (SELECT id, created FROM followups WHERE hospital = $1 \
             ORDER BY created DESC LIMIT $2) AS latest JOIN steps ON steps.followup = latest.id ORDER BY latest.created DESC"
        )
        .bind(hospital)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?
        });
        // What does not read is only out of its order here.
        let services = rows.into_iter().filter_map(|(services,)| serde_json::from_str::<Vec<String>>(&services).ok());
        Ok(services.flatten().collect())
    }

    /// The follow-ups of a batch from its row `first` to `last` that have not ended and that this hospital is still in
    /// charge of, in the order of the table.
    pub async fn batch_followups(&self, batch: &str, hospital: &str, first: i64, last: i64) -> Result<Vec<Record>> {
        let rows: Vec<Row> = on_read!(self, |pool| {
            sqlx::query_as(select_followups!(
                "WHERE followups.batch = $1 AND (followups.hospital = $2) IS TRUE AND ending IS NULL \
             AND batch_row >= $3 AND batch_row <= $4 ORDER BY batch_row"
            ))
            .bind(batch)
            .bind(hospital)
            .bind(first)
            .bind(last)
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().filter_map(Row::listed).collect())
    }

    /// The follow-ups of a hospital made after this one, oldest first: a whole hospital page by page.
    pub async fn followups_after(
        &self,
        hospital: &str,
        after: (Moment, &str),
        open_only: bool,
        most: u32,
    ) -> Result<Vec<Record>> {
        let rows: Vec<Row> = on_read!(self, |pool| {
            sqlx::query_as(select_followups!(
            "WHERE followups.hospital = $1 AND followups.created >= $2 AND (followups.created > $2 OR followups.id > $3) \
             AND ($4 = 0 OR ending IS NULL) ORDER BY followups.created, followups.id LIMIT $5"
        ))
        .bind(hospital)
        .bind(after.0.0)
        .bind(after.1)
        .bind(i64::from(open_only))
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?
        });
        Ok(rows.into_iter().filter_map(Row::listed).collect())
    }

    /// Who must be looked after now: by urgency, and the longest overdue first.
    pub async fn overdue(&self, hospital: &str, now: Moment, most: u32) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        for urgency in Urgency::ALL {
            let left = i64::from(most) - i64::try_from(records.len()).unwrap_or(i64::MAX);
            if left <= 0 {
                break;
            }
            // One level at a time reads the index in its own order and stops early.
            let rows: Vec<Row> = on_read!(self, |pool| {
                sqlx::query_as(select_followups!(
                    "WHERE followups.hospital = $1 AND urgency = $2 AND due <= $3 AND ending IS NULL \
                 ORDER BY due, followups.id LIMIT $4"
                ))
                .bind(hospital)
                .bind(urgency.rank())
                .bind(now.0)
                .bind(left)
                .fetch_all(pool)
                .await?
            });
            records.extend(rows.into_iter().filter_map(Row::listed));
        }
        Ok(records)
    }

    /// How many must be looked after now.
    pub async fn overdue_count(&self, hospital: &str, now: Moment) -> Result<i64> {
        let mut count = 0;
        for urgency in Urgency::ALL {
            // One level at a time reads the overdue part of the index alone.
            let (level,): (i64,) = on_read!(self, |pool| {
                sqlx::query_as(
                "SELECT COUNT(*) FROM followups WHERE hospital = $1 AND urgency = $2 AND due <= $3 AND ending IS NULL",
            )
            .bind(hospital)
            .bind(urgency.rank())
            .bind(now.0)
            .fetch_one(pool)
            .await?
            });
            count += level;
        }
        Ok(count)
    }

    /// A page of a whole list, after this place in it: what is overdue by urgency and time, calls by day and urgency, the
    /// others latest first.
    pub async fn whole(
        &self,
        hospital: &str,
        which: Whole,
        now: Moment,
        after: &After,
        most: u32,
    ) -> Result<Vec<Record>> {
        macro_rules! list {
            ($tail:literal) => {
                on_read!(self, |pool| sqlx::query_as(select_followups!($tail))
                    .bind(hospital)
                    .bind(now.0)
                    .bind(i64::from(most))
                    .bind(after.first)
                    .bind(after.second)
                    .bind(&after.id)
                    .fetch_all(pool)
                    .await?)
            };
        }
        let rows: Vec<Row> = match which {
            Whole::Overdue => list!(
                "WHERE followups.hospital = $1 AND ending IS NULL AND due <= $2 AND urgency >= $4 AND \
                 (urgency, due, followups.id) > ($4, $5, $6) ORDER BY urgency, due, followups.id LIMIT $3"
            ),
            Whole::Calls => {
                on_read!(self, |pool| sqlx::query_as(select_followups!(
                    "WHERE followups.hospital = $1 AND call_on <= $2 AND ending IS NULL AND call_on >= $4 AND \
                     (call_on, urgency, followups.id) > ($4, $5, $6) ORDER BY call_on, urgency, followups.id LIMIT $3"
                ))
                .bind(hospital)
                .bind(now.date().to_string())
                .bind(i64::from(most))
                .bind(day_of(after.first))
                .bind(after.second)
                .bind(&after.id)
                .fetch_all(pool)
                .await?)
            }
            Whole::Waiting => list!(
                "WHERE followups.hospital = $1 AND ending IS NULL AND due > $2 AND \
                 (firm.state IS NULL OR firm.state NOT IN ('booked', 'arrived', 'attended')) \
                 AND followups.created <= $4 AND (followups.created, 0, followups.id) < ($4, $5, $6) \
                 ORDER BY followups.created DESC, followups.id DESC LIMIT $3"
            ),
            Whole::Booked => list!(
                "WHERE followups.hospital = $1 AND ending IS NULL AND due > $2 AND \
                 firm.state IN ('booked', 'arrived', 'attended') \
                 AND followups.created <= $4 AND (followups.created, 0, followups.id) < ($4, $5, $6) \
                 ORDER BY followups.created DESC, followups.id DESC LIMIT $3"
            ),
            Whole::Locked => list!(
                "WHERE followups.hospital = $1 AND ending IS NULL AND wrong_tries >= 5 AND followups.created <= $2 \
                 AND followups.created <= $4 AND (followups.created, 0, followups.id) < ($4, $5, $6) \
                 ORDER BY followups.created DESC, followups.id DESC LIMIT $3"
            ),
            Whole::Ended => list!(
                "WHERE followups.hospital = $1 AND ending IS NOT NULL AND followups.created <= $2 \
                 AND followups.created <= $4 AND (followups.created, 0, followups.id) < ($4, $5, $6) \
                 ORDER BY followups.created DESC, followups.id DESC LIMIT $3"
            ),
        };
        Ok(rows.into_iter().filter_map(Row::listed).collect())
    }

    /// How many stand in a whole list; of the long ones that ask for nobody, no more than one over [`MOST_COUNTED`] are
    /// counted.
    pub async fn whole_count(&self, hospital: &str, which: Whole, now: Moment) -> Result<i64> {
        macro_rules! count {
            ($condition:literal, $now:expr, $most:expr) => {
                count!([$condition], $now, $most)
            };
            ([$($condition:expr),+], $now:expr, $most:expr) => {
                on_read!(self, |pool| sqlx::query_as(concat!(
                    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM followups WHERE hospital = $1 AND ",
                    $($condition,)+
                    " LIMIT $3) AS counted"
                ))
                .bind(hospital)
                .bind($now)
                .bind($most)
                .fetch_one(pool)
                .await?)
            };
        }
        let (count,): (i64,) = match which {
            Whole::Overdue => return self.overdue_count(hospital, now).await,
            Whole::Calls => count!("call_on <= $2 AND ending IS NULL", now.date().to_string(), i64::MAX),
            Whole::Waiting => count!(
                [
                    "ending IS NULL AND due > $2 AND (",
                    deciding_state!(),
                    " IN ('booked', 'arrived', 'attended')) IS NOT TRUE"
                ],
                now.0,
                MOST_COUNTED + 1
            ),
            Whole::Booked => count!(
                ["ending IS NULL AND due > $2 AND ", deciding_state!(), " IN ('booked', 'arrived', 'attended')"],
                now.0,
                MOST_COUNTED + 1
            ),
            Whole::Locked => count!("ending IS NULL AND wrong_tries >= 5 AND created <= $2", now.0, MOST_COUNTED + 1),
            Whole::Ended => count!("ending IS NOT NULL AND created <= $2", now.0, MOST_COUNTED + 1),
        };
        Ok(count)
    }

    /// The follow-ups of a hospital for which one of these keyed hashes or codes stands, latest first, after a place.
    pub async fn found(&self, hospital: &str, sought: &Sought, after: &After, most: u32) -> Result<Vec<Record>> {
        // The hospital is written so that no index leads through all that it has.
        let rows: Vec<Row> = on_read!(self, |pool| {
            sqlx::query_as(select_followups!(
                "WHERE followups.id IN (SELECT followup FROM finders WHERE hash IN ($2, $3, $4, $5) \
                 UNION SELECT id FROM followups WHERE code IN ($6, $7)) AND (followups.hospital = $1) IS TRUE \
                 AND (followups.created, followups.id) < ($8, $9) \
                 ORDER BY followups.created DESC, followups.id DESC LIMIT $10"
            ))
            .bind(hospital)
            .bind(&sought.hashes[0])
            .bind(&sought.hashes[1])
            .bind(&sought.hashes[2])
            .bind(&sought.hashes[3])
            .bind(&sought.codes[0])
            .bind(&sought.codes[1])
            .bind(after.first)
            .bind(&after.id)
            .bind(i64::from(most))
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().filter_map(Row::listed).collect())
    }

    /// How many there are of these.
    pub async fn found_count(&self, hospital: &str, sought: &Sought) -> Result<i64> {
        let (count,): (i64,) = on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(*) FROM followups WHERE followups.id IN \
             (SELECT followup FROM finders WHERE hash IN ($2, $3, $4, $5) \
             UNION SELECT id FROM followups WHERE code IN ($6, $7)) AND (followups.hospital = $1) IS TRUE",
        )
        .bind(hospital)
        .bind(&sought.hashes[0])
        .bind(&sought.hashes[1])
        .bind(&sought.hashes[2])
        .bind(&sought.hashes[3])
        .bind(&sought.codes[0])
        .bind(&sought.codes[1])
        .fetch_one(pool)
        .await?);
        Ok(count)
    }

    /// Ends a follow-up, with the reason: both are kept, or neither. Places that are still to come are given back, and the
    /// open step ends. A form's question was asked at a version: when the follow-up has changed since, nothing is ended and
    /// [`Code::Changed`] given, because an appointment made meanwhile was not in the question. A call of the interface has
    /// neither key nor version.
    pub async fn end_followup(
        &self,
        (followup, seen): (&str, Option<i64>),
        ending: Ending,
        why: &NewNote,
        sent: Option<&Sent>,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        again!(self.try_end_followup((followup, seen), ending, why, sent, now).await)
    }

    async fn try_end_followup(
        &self,
        (followup, seen): (&str, Option<i64>),
        ending: Ending,
        why: &NewNote,
        sent: Option<&Sent>,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            if let Some(sent) = sent {
                match tx.sent_before(followup, sent).await? {
                    Ok(false) => {}
                    Ok(true) => return Ok(Ok(Once::Before)),
                    Err(code) => return Ok(Err(code)),
                }
            }
            if locked.ending.is_some() {
                return Ok(Err(Code::LinkWithdrawn));
            }
            if seen.is_some_and(|seen| seen != locked.version) {
                return Ok(Err(Code::Changed));
            }
            if let Some(sent) = sent {
                tx.keep_sent(followup, sent, now).await?;
            }
            tx.keep_note(followup, why, now).await?;
            tx.end(followup, ending, &why.staff, now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// Gives every open follow-up of an older version the moment from which somebody must look after it. Gives how many.
    pub async fn settle_all(&self, now: Moment) -> Result<usize> {
        let rows: Vec<(String,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT id FROM followups WHERE ending IS NULL AND due IS NULL",)
                .fetch_all(pool)
                .await?);
        let mut settled = 0;
        // SQLite waits for the disk at each commit, so many are settled by one.
        for some in rows.chunks(SETTLED_AT_ONCE) {
            let together = in_transaction!(self, |tx| {
                for (id,) in some {
                    tx.settle(id, now).await?;
                }
                Ok(some.len())
            });
            settled += match together {
                Err(Error::Broken(_)) => self.settle_each(some, now).await?,
                done => done?,
            };
        }
        Ok(settled)
    }

    /// The same one by one: one that does not read is to be looked after at once, since nobody can tell from when.
    async fn settle_each(&self, some: &[(String,)], now: Moment) -> Result<usize> {
        let mut settled = 0;
        for (id,) in some {
            match in_transaction!(self, |tx| { tx.settle(id, now).await }) {
                Err(error @ Error::Broken(_)) => {
                    tracing::error!(followup = id, %error, "to be looked after at once, because it does not settle");
                    on_write!(self, |pool| {
                        sqlx::query("UPDATE followups SET due = $2 WHERE id = $1 AND due IS NULL")
                            .bind(id)
                            .bind(now.0)
                            .execute(pool)
                            .await?
                            .rows_affected()
                    });
                }
                done => settled += done.map(|()| 1)?,
            }
        }
        Ok(settled)
    }

    /// Takes one of the day's tries at the last four digits, before they are checked; gives how many are left after it,
    /// or nothing when the link is locked. Tries of earlier days do not count.
    pub async fn take_link_try(&self, followup: &str, today: CivilDate) -> Result<Option<i64>> {
        let row: Option<(i64,)> = on_write!(self, |pool| {
            sqlx::query_as(
            "UPDATE followups SET wrong_tries = CASE WHEN tried_on = $2 THEN wrong_tries + 1 ELSE 1 END, tried_on = $2 \
             WHERE id = $1 AND wrong_tries < $3 RETURNING wrong_tries",
        )
        .bind(followup)
        .bind(today.to_string())
        .bind(i64::from(TRIES))
        .fetch_optional(pool)
        .await?
        });
        Ok(row.map(|(tries,)| i64::from(TRIES) - tries))
    }

    /// Writes to the history that the last try was wrong and has locked the link.
    pub async fn note_lock(&self, followup: &str, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            tx.note(followup, now, &Line { who: "patient", action: "lock", ..Line::default() }).await
        })
    }

    /// Opens a session for somebody whose try was right, and forgets the wrong ones before. Gives false, and opens nothing,
    /// when the follow-up has ended, or has another number or another link than those that were checked.
    pub async fn open_patient_session(
        &self,
        followup: &str,
        (checked_phone, generation): (&str, i64),
        hash: &str,
        until: Moment,
    ) -> Result<bool> {
        in_transaction!(self, |tx| {
            let open = sqlx::query(
                "UPDATE followups SET wrong_tries = 0 WHERE id = $1 AND ending IS NULL AND phone_sealed = $2 \
                 AND link_generation = $3",
            )
            .bind(followup)
            .bind(checked_phone)
            .bind(generation)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if open == 1 {
                sqlx::query("INSERT INTO patient_sessions (hash, followup, until) VALUES ($1, $2, $3)")
                    .bind(hash)
                    .bind(followup)
                    .bind(until.0)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(open == 1)
        })
    }

    /// Ends one patient session, on the phone that asks for it.
    pub async fn end_patient_session(&self, hash: &str) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query("DELETE FROM patient_sessions WHERE hash = $1").bind(hash).execute(&mut **tx).await?;
            Ok(())
        })
    }

    /// The follow-up that a session is of, once its time is not over.
    pub async fn followup_of_session(&self, hash: &str, now: Moment) -> Result<Option<String>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as("SELECT followup FROM patient_sessions WHERE hash = $1 AND until > $2")
                .bind(hash)
                .bind(now.0)
                .fetch_optional(pool)
                .await?
        });
        Ok(row.map(|(followup,)| followup))
    }

    /// The open session of this follow-up: the relative who acts in it, or none for the patient herself.
    pub async fn patient_session(&self, followup: &str, hash: &str, now: Moment) -> Result<Option<Option<String>>> {
        let row: Option<(Option<String>,)> = on_read!(self, |pool| {
            sqlx::query_as(
            // A relative whose consent ended as they began to act has no session.
            "SELECT helper FROM patient_sessions WHERE hash = $1 AND followup = $2 AND until > $3 AND (helper IS NULL OR \
             EXISTS (SELECT 1 FROM helpers WHERE helpers.id = helper AND helpers.ended IS NULL))",
        )
        .bind(hash)
        .bind(followup)
        .bind(now.0)
        .fetch_optional(pool)
        .await?
        });
        Ok(row.map(|(helper,)| helper))
    }

    /// Marks the message with the link in force as sent, or takes the mark back; a mark that stands so already changes
    /// nothing. Refused for a follow-up that has ended, for one that is not what it was when the message was read at this
    /// version, and where another mark stands than the one made then, in milliseconds since 1970.
    pub async fn mark_sent(
        &self,
        followup: &str,
        (mark, version, marked): (SentMark, i64, Option<i64>),
        staff: &str,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            if let Some(code) = locked.refuses() {
                return Ok(Err(code));
            }
            if mark == SentMark::Sent && locked.version != version {
                return Ok(Err(Code::Changed));
            }
            let (stands,): (Option<i64>,) =
                sqlx::query_as("SELECT sent FROM followups WHERE id = $1").bind(followup).fetch_one(&mut **tx).await?;
            match (mark, stands) {
                (SentMark::Sent, Some(_)) | (SentMark::Unsent, None) => {
                    log::repeats();
                    return Ok(Ok(Once::Before));
                }
                (SentMark::Unsent, Some(_)) if marked.is_some() && marked != stands => return Ok(Err(Code::Changed)),
                _ => {}
            }
            sqlx::query("UPDATE followups SET sent = $2 WHERE id = $1")
                .bind(followup)
                .bind((mark == SentMark::Sent).then_some(now.0))
                .execute(&mut **tx)
                .await?;
            tx.note(followup, now, &Line { who: staff, action: mark.as_str(), ..Line::default() }).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// Lets a locked link be tried again; gives whether one was locked.
    pub async fn unlock(&self, followup: &str, staff: &str, now: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let unlocked = sqlx::query("UPDATE followups SET wrong_tries = 0 WHERE id = $1 AND wrong_tries >= $2")
                .bind(followup)
                .bind(i64::from(TRIES))
                .execute(&mut **tx)
                .await?
                .rows_affected();
            if unlocked == 1 {
                tx.note(followup, now, &Line { who: staff, action: "unlock", ..Line::default() }).await?;
            }
            Ok(unlocked == 1)
        })
    }

    /// Puts a new link in force; the one before leads to a page that says so, and its open sessions end. Two who do
    /// this at once put one link in force.
    pub async fn relink(
        &self,
        followup: &str,
        link: &NewLink,
        staff: &str,
        sent: &Sent,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else { return Ok(Err(Code::LinkUnknown)) };
            match tx.sent_before(followup, sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            if locked.ending.is_some() {
                return Ok(Err(Code::LinkWithdrawn));
            }
            tx.keep_sent(followup, sent, now).await?;
            if !tx.put_link(followup, link, now).await? {
                return Ok(Ok(Once::Before));
            }
            tx.note(followup, now, &Line { who: staff, action: "relink", ..Line::default() }).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The follow-up that a link led to before another one took its place.
    pub async fn followup_by_retired_token(&self, token_hash: &str) -> Result<Option<Record>> {
        let row: Option<Row> = on_read!(self, |pool| sqlx::query_as(select_followups!(
            "WHERE followups.id = (SELECT followup FROM retired_links WHERE token_hash = $1)"
        ))
        .bind(token_hash)
        .fetch_optional(pool)
        .await?);
        Ok(row.and_then(Row::listed))
    }

    /// What happened to a follow-up, latest first.
    pub async fn history(&self, followup: &str) -> Result<Vec<HistoryRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT at, actor, action, detail, slots.starts, CASE WHEN action = 'call' AND detail = 'call-later' THEN \
             (SELECT MAX(again) FROM calls WHERE calls.followup = history.followup AND calls.at = history.at) END AS again \
             FROM history LEFT JOIN slots ON slots.id = slot WHERE followup = $1 ORDER BY number DESC, at DESC",
        )
        .bind(followup)
        .fetch_all(pool)
        .await?
        }))
    }

    /// The slot of the appointment that ended last, for a calendar's cancellation.
    pub async fn last_ended_slot(&self, followup: &str) -> Result<Option<Slot>> {
        let row: Option<SlotRow> = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT slots.id, service, clinic, room, expert, starts, minutes, CAST(0 AS BIGINT) AS free FROM history \
             JOIN slots ON slots.id = slot WHERE followup = $1 AND before = 'booked' \
             AND state IN ('cancelled-by-patient', 'cancelled-by-clinic') ORDER BY number DESC LIMIT 1",
            )
            .bind(followup)
            .fetch_optional(pool)
            .await?
        });
        row.map(SlotRow::read).transpose()
    }

    /// Checks that each slot's count is the number of appointments that occupy a place; gives the ids of those that differ.
    pub async fn miscounted_slots(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_write!(self, |pool| sqlx::query_as(
            "SELECT slots.id FROM slots LEFT JOIN appointments ON slot = slots.id \
             AND state IN ('held', 'booked', 'arrived', 'attended', 'missed') \
             GROUP BY slots.id, taken, capacity HAVING COUNT(appointments.id) <> taken OR taken > capacity",
        )
        .fetch_all(pool)
        .await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::db::Db;
    use crate::demonstration::crowd;
    use crate::secrets::Secrets;
    use zaoshai_contract::civil::Moment;

    #[tokio::test]
    async fn names_phones_reasons_tokens_and_sessions_are_not_readable() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite://{}/test.db", folder.path().display())).await.expect("a database");
        let people = crowd(&db, &Secrets::new(&[7; 32]), ("zhuzhou-2", "any"), 1, Moment(4_000_000_000_000))
            .await
            .expect("a patient");
        let Db::Sqlite { read, .. } = &db else { panic!("not SQLite") };
        let select = "SELECT name_sealed || phone_sealed || reason_sealed || token_hash || hash FROM followups \
                      JOIN patient_sessions ON followup = followups.id";
        let (stored,): (String,) = sqlx::query_as(select).fetch_one(read).await.expect("a row");
        // A few digits may stand in any hexadecimal text by chance.
        for secret in ["李女士", "13800138000", "复查", people[0].token.as_str(), &people[0].session] {
            assert!(!stored.contains(secret) && !stored.contains(&hex::encode(secret)), "{secret} is readable");
        }
    }
}
