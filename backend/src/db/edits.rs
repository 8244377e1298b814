//! Mending what a follow-up says, opening a closed one again, and who may own it.

use super::calls::NewNote;
use super::finders::{Anew, Mark, OpenOf, WasErased, open_of};
use super::followups::Second;
use super::ledger::{Ledger as _, Line, NewStep, StoredStep};
use super::repeats::{Once, Sent};
use super::{Db, Error, Result, again, in_transaction, on_read};
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Urgency};
use zaoshai_contract::problem::Code;

/// What a follow-up is to say from now on.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The follow-up's id.
    pub followup: String,
    /// The hospital in charge.
    pub hospital: String,
    /// The version that was seen.
    pub version: i64,
    /// The sealed name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// True when the number is another one: sessions of the link end, since its last digits open it.
    pub other_phone: bool,
    /// The sealed reason.
    pub reason_sealed: String,
    /// The sealed letter; empty for none.
    pub letter_sealed: String,
    /// The id of a letter from the content; empty for none.
    pub letter: String,
    /// How soon.
    pub urgency: Urgency,
    /// Who is responsible.
    pub owner: String,
    /// The services of the open step.
    pub services: Vec<String>,
    /// First day of its due window.
    pub due_from: CivilDate,
    /// Last day of its due window.
    pub due_to: CivilDate,
    /// When the link ends.
    pub link_until: Moment,
    /// Keyed hashes under which it is found.
    pub finders: Vec<String>,
    /// The mark of the person.
    pub person: Mark,
    /// Whether it becomes theirs although their data were deleted.
    pub anew: Anew,
    /// By which folding both were made.
    pub folding: i64,
    /// What stood beside the phone number, as a note; none when nothing did.
    pub note: Option<NewNote>,
    /// The form.
    pub sent: Sent,
    /// Who edits.
    pub who: String,
    /// Now.
    pub now: Moment,
}

/// Why a form changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEdited {
    /// The number has another open follow-up for one of the services, and a second one was not asked for.
    Already,
    /// It would become that of somebody whose data were deleted, and nobody was told of it.
    Erased(WasErased),
    /// The follow-up is not as it was seen, or not there.
    Refused(Code),
}

impl Edit {
    /// The services for which an open follow-up of the same number was none of the same person before: all of them when
    /// it was closed or had another number, or else those that are new in it.
    fn fresh(&self, ending: Option<Ending>, step: Option<&StoredStep>) -> Vec<String> {
        let known = step.and_then(|step| serde_json::from_str::<Vec<String>>(&step.services).ok()).unwrap_or_default();
        let anew = ending.is_some() || self.other_phone;
        self.services.iter().filter(|service| anew || !known.contains(service)).cloned().collect()
    }
}

impl Db {
    /// Writes what a follow-up says anew. When it has changed since it was seen nothing is written and
    /// [`Code::Changed`] given. A closed one is opened again with the step as its next one; an erased one never. What
    /// would make a second open one for the same number and service is asked for first, and so is one for somebody whose
    /// data were deleted.
    pub async fn edit(&self, edit: &Edit, second: Second<'_>) -> Result<std::result::Result<Once, NotEdited>> {
        again!(self.try_edit(edit, second).await)
    }

    async fn try_edit(&self, edit: &Edit, second: Second<'_>) -> Result<std::result::Result<Once, NotEdited>> {
        let services = serde_json::to_string(&edit.services).map_err(|error| Error::Broken(error.to_string()))?;
        let followup = edit.followup.as_str();
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(followup).await? else {
                return Ok(Err(NotEdited::Refused(Code::NotFound)));
            };
            match tx.sent_before(followup, &edit.sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(NotEdited::Refused(code))),
            }
            if locked.ending == Some(Ending::Erased) {
                return Ok(Err(NotEdited::Refused(Code::LinkWithdrawn)));
            }
            if locked.version != edit.version {
                return Ok(Err(NotEdited::Refused(Code::Changed)));
            }
            let fresh = edit.fresh(locked.ending, locked.step.as_ref());
            if let (Second::Unasked(phone), false) = (second, fresh.is_empty()) {
                // Whoever makes or opens another one for the same number at this moment takes turns.
                tx.take_turn(&edit.hospital, phone, edit.now).await?;
                let open: Vec<OpenOf> =
                    sqlx::query_as(open_of!()).bind(&edit.hospital).bind(phone).bind("").fetch_all(&mut **tx).await?;
                if open.iter().any(|open| open.id != followup && open.is_for(&fresh)) {
                    return Ok(Err(NotEdited::Already));
                }
            }
            let (person,): (Option<String>,) = sqlx::query_as("SELECT person FROM followups WHERE id = $1")
                .bind(followup)
                .fetch_one(&mut **tx)
                .await?;
            let theirs = person.is_some_and(|known| known == edit.person.person || known == edit.person.older);
            if edit.anew == Anew::Unasked
                && (locked.ending.is_some() || !theirs)
                && let Some(erased) = tx.was_erased(&edit.hospital, &edit.person).await?
            {
                return Ok(Err(NotEdited::Erased(erased)));
            }
            sqlx::query(
                "UPDATE followups SET name_sealed = $2, phone_sealed = $3, reason_sealed = $4, letter_sealed = $5, \
                 letter = $6, urgency = $7, owner = $8, ending = NULL, \
                 link_until = CASE WHEN link_until < $9 OR ending IS NOT NULL THEN $9 ELSE link_until END WHERE id = $1",
            )
            .bind(followup)
            .bind(&edit.name_sealed)
            .bind(&edit.phone_sealed)
            .bind(&edit.reason_sealed)
            .bind(&edit.letter_sealed)
            .bind(&edit.letter)
            .bind(edit.urgency.rank())
            .bind(&edit.owner)
            .bind(edit.link_until.0)
            .execute(&mut **tx)
            .await?;
            if let Some(step) = &locked.step {
                sqlx::query("UPDATE steps SET services = $2, due_from = $3, due_to = $4, owner = $5 WHERE id = $1")
                    .bind(&step.id)
                    .bind(&services)
                    .bind(edit.due_from.to_string())
                    .bind(edit.due_to.to_string())
                    .bind(&edit.owner)
                    .execute(&mut **tx)
                    .await?;
                // A place of a service that she may no longer book is not kept for her.
                for held in tx.live(followup).await?.iter().filter(|live| live.state == State::Held) {
                    // What the hospital keeps for them stays kept while a number or a word is mended.
                    let lent: Option<(String,)> = sqlx::query_as(
                        "SELECT service FROM slots WHERE id = $1 AND EXISTS (SELECT 1 FROM history WHERE followup = $2 \
                         AND appointment = $3 AND action = 'hold' AND detail IN ('offer', 'replacement'))",
                    )
                    .bind(&held.slot)
                    .bind(followup)
                    .bind(&held.id)
                    .fetch_optional(&mut **tx)
                    .await?;
                    let fits = held.starts.date() >= edit.due_from;
                    if fits && lent.is_some_and(|(service,)| edit.services.contains(&service)) {
                        continue;
                    }
                    let line = Line { who: &edit.who, action: "release", ..Line::default() };
                    tx.turn(followup, held, State::Released, edit.now, &line).await?;
                }
                // A time before the new window cannot come any more.
                let waited = sqlx::query("DELETE FROM waiting WHERE followup = $1 AND before <= $2")
                    .bind(followup)
                    .bind(Moment::at(edit.due_from, 0).0)
                    .execute(&mut **tx)
                    .await?
                    .rows_affected();
                if waited == 1 {
                    tx.note(followup, edit.now, &Line { who: &edit.who, action: "unwait", ..Line::default() }).await?;
                }
            } else {
                tx.open_step(&NewStep {
                    followup,
                    services: &edit.services,
                    due_from: edit.due_from,
                    due_to: edit.due_to,
                    owner: &edit.owner,
                    now: edit.now,
                })
                .await?;
            }
            tx.find_by(followup, &edit.finders).await?;
            sqlx::query("UPDATE followups SET person = $2, folding = $3 WHERE id = $1")
                .bind(followup)
                .bind(&edit.person.person)
                .bind(edit.folding)
                .execute(&mut **tx)
                .await?;
            if edit.other_phone {
                sqlx::query("DELETE FROM patient_sessions WHERE followup = $1")
                    .bind(followup)
                    .execute(&mut **tx)
                    .await?;
                sqlx::query("UPDATE followups SET wrong_tries = 0, wrong_number = NULL, unanswered = 0, sent = NULL WHERE id = $1")
                    .bind(followup)
                    .execute(&mut **tx)
                    .await?;
            }
            let action = if locked.ending.is_some() { "reopen" } else { "edit" };
            tx.note(followup, edit.now, &Line { who: &edit.who, action, ..Line::default() }).await?;
            if let Some(note) = &edit.note {
                tx.keep_note(followup, note, edit.now).await?;
            }
            tx.keep_sent(followup, &edit.sent, edit.now).await?;
            tx.settle(followup, edit.now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The accounts of a hospital that may own a follow-up: name and how each is shown.
    pub async fn colleagues(&self, hospital: &str) -> Result<Vec<(String, String)>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT name, display FROM staff WHERE hospital = $1 AND disabled = 0 AND EXISTS \
             (SELECT 1 FROM staff_roles WHERE staff = staff.name AND role IN ('nurse', 'coordinator')) ORDER BY name",
        )
        .bind(hospital)
        .fetch_all(pool)
        .await?))
    }
}
