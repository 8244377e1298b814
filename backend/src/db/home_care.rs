//! Requests for nursing at home. Every change is one transaction: the row as a lock, then whether this form was sent
//! before, then the version that its sender saw, then the one transition function, then the history's line.

use super::followups::tries_left;
use super::ledger::{Ledger as _, read};
use super::pages::{After, day_of};
use super::repeats::{Once, Sent};
use super::tries::{Limit, Turn, count_tries, take_turns};
use super::{Db, Result, again, in_transaction, on_read, on_write};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::TRIES;
use zaoshai_contract::holidays::Holidays;
use zaoshai_contract::home_care::{Action, CareLists, ForWhom, Outcome, State, after, due};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::{Deed, Party, Role};
use zaoshai_contract::staff::erasure::ErasureReason;

/// Most requests under way at the same time for one phone number.
pub const MOST_UNDER_WAY: i64 = 3;
/// Most requests within an hour from one address, by those who have no account: enough for a ward or a village clinic
/// behind one address, too few to bury what others ask for.
pub const MOST_IN_AN_HOUR: i64 = 10;
/// Most of them within a day.
pub const MOST_IN_A_DAY: i64 = 40;

/// A request to be made.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Its id, also the scope of its seals; asking twice under one id is asking once.
    pub id: String,
    /// The hospital that is asked.
    pub hospital: String,
    /// A short code to name it on the phone.
    pub code: String,
    /// The hash of its link's token.
    pub token_hash: String,
    /// A keyed hash of what is asked.
    pub request: String,
    /// The sealed name.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// A keyed hash of the phone number.
    pub phone_hash: String,
    /// The sealed district.
    pub area_sealed: String,
    /// The sealed rest of the address.
    pub address_sealed: String,
    /// The sealed need.
    pub need_sealed: String,
    /// The sealed relation; empty when it is for herself.
    pub relation_sealed: String,
    /// For whom.
    pub for_whom: ForWhom,
    /// The service's id.
    pub service: String,
    /// The sentences that were agreed to, as a JSON array.
    pub consent: String,
    /// Who asks.
    pub party: Party,
    /// The same for the history: `patient` or a staff name.
    pub who: String,
    /// What requests from the same place are counted under.
    pub limits: Vec<Limit>,
    /// Now.
    pub now: Moment,
}

/// A visit to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedVisit {
    /// The day.
    pub day: CivilDate,
    /// From when, in minutes after midnight.
    pub from: u16,
    /// Until when, in minutes after midnight.
    pub to: u16,
    /// The account of the nurse who comes.
    pub nurse: String,
}

/// A change of a request.
#[derive(Clone, Debug)]
pub struct CareChange {
    /// The request.
    pub request: String,
    /// The form.
    pub sent: Sent,
    /// The version that was seen; none where only the state counts.
    pub version: Option<i64>,
    /// What is done.
    pub action: Action,
    /// Who acts.
    pub party: Party,
    /// The same for the history: `patient` or a staff name.
    pub who: String,
    /// The visit, when one is planned.
    pub visit: Option<PlannedVisit>,
    /// Why it cannot be done at home, sealed.
    pub reason_sealed: Option<String>,
    /// What to make ready, sealed.
    pub prepare_sealed: Option<String>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// What the nurse noted about that, sealed.
    pub note_sealed: Option<String>,
    /// Now.
    pub now: Moment,
}

/// A request as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CareRecord {
    /// Its id, also the scope of its seals.
    pub id: String,
    /// The hospital that was asked.
    pub hospital: String,
    /// A short code to name it on the phone.
    pub code: String,
    /// The sealed name; this and all other sealed texts are empty once the data were deleted.
    pub name_sealed: String,
    /// The sealed phone number.
    pub phone_sealed: String,
    /// The sealed district.
    pub area_sealed: String,
    /// The sealed rest of the address.
    pub address_sealed: String,
    /// The sealed need.
    pub need_sealed: String,
    /// The sealed relation.
    pub relation_sealed: String,
    /// For whom, as a word.
    pub for_whom: String,
    /// The service's id.
    pub service: String,
    /// The sentences that were agreed to, as a JSON array.
    pub consent: String,
    /// Its state, as a word.
    pub state: String,
    /// Counts the changes.
    pub version: i64,
    /// When it was asked for.
    pub asked: i64,
    /// When its state changed last.
    pub changed: i64,
    /// From when it has been left lying.
    pub due: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// When its data were deleted.
    pub erased: Option<i64>,
    /// Why it cannot be done at home, sealed.
    pub reason_sealed: String,
    /// What to make ready, sealed.
    pub prepare_sealed: String,
    /// What the nurse noted, sealed.
    pub note_sealed: String,
    /// What came of it, as a word.
    pub outcome: Option<String>,
    /// The day of the visit.
    pub visit_day: Option<String>,
    /// From when, in minutes after midnight.
    pub visit_from: Option<i64>,
    /// Until when, in minutes after midnight.
    pub visit_to: Option<i64>,
    /// The account of the nurse who comes.
    pub nurse: Option<String>,
    /// How she is shown.
    pub nurse_display: Option<String>,
    /// Wrong tries at the link, of the day on which the last one was made.
    pub wrong_tries: i64,
    /// That day.
    pub tried_on: Option<String>,
}

impl CareRecord {
    /// Where it stands.
    pub fn state(&self) -> Result<State> {
        read(&self.state, State::parse)
    }

    /// True after five wrong tries in one day.
    pub fn locked(&self) -> bool {
        self.wrong_tries >= i64::from(TRIES)
    }

    /// How many tries at the last four digits are left on a day.
    pub fn tries_left(&self, today: CivilDate) -> u8 {
        tries_left(self.wrong_tries, self.tried_on.as_deref().and_then(CivilDate::parse), today)
    }

    /// When the visit begins, once one was planned.
    pub fn visit_begins(&self) -> Result<Option<Moment>> {
        begins(self.visit_day.as_deref(), self.visit_from)
    }
}

fn begins(day: Option<&str>, from: Option<i64>) -> Result<Option<Moment>> {
    let Some((day, from)) = day.zip(from) else { return Ok(None) };
    Ok(Some(Moment::at(read(day, CivilDate::parse)?, u16::try_from(from).unwrap_or_default())))
}

/// A line of a request's history as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CareHistoryRow {
    /// When.
    pub at: i64,
    /// `patient` or a staff name.
    pub actor: String,
    /// What, as a word.
    pub action: String,
    /// The state after it, as a word.
    pub after: String,
    /// More in words that hold nothing personal.
    pub detail: String,
}

/// The columns of [`CareRecord`] and where they come from; a condition and an order follow.
/// The visits that were called off and that their nurse has not seen since.
macro_rules! called_off {
    () => {
        "WHERE home_care.hospital = $1 AND due IS NULL AND visit_day >= $2 AND EXISTS \
         (SELECT 1 FROM home_care_history AS line WHERE line.request = home_care.id AND line.actor = 'patient' \
         AND line.action IN ('withdraw', 'erase') AND line.before = 'planned') AND NOT EXISTS \
         (SELECT 1 FROM audit WHERE audit.followup = home_care.id AND audit.action = 'read-home-care' \
         AND audit.staff = home_care.nurse AND audit.at > home_care.ended)"
    };
}

macro_rules! select_requests {
    ($($tail:expr),+) => {
        concat!(
            "SELECT home_care.id, home_care.hospital, code, name_sealed, phone_sealed, area_sealed, address_sealed, \
             need_sealed, relation_sealed, for_whom, service, consent, state, version, asked, changed, due, ended, \
             erased, reason_sealed, prepare_sealed, note_sealed, outcome, visit_day, visit_from, visit_to, nurse, \
             staff.display AS nurse_display, home_care.wrong_tries, tried_on FROM home_care \
             LEFT JOIN staff ON staff.name = nurse ",
            $($tail),+
        )
    };
}

/// Writes a line of history inside a transaction that has locked the request.
macro_rules! note {
    ($tx:expr, $request:expr, $now:expr, $who:expr, $action:expr, $before:expr, $after:expr, $detail:expr) => {
        sqlx::query(
            "INSERT INTO home_care_history (id, request, number, at, actor, action, before, after, detail) \
             SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5, $6, $7, $8 FROM home_care_history WHERE request = $2",
        )
        .bind($crate::secrets::fresh_id())
        .bind($request)
        .bind($now.0)
        .bind($who)
        .bind($action)
        .bind($before)
        .bind($after)
        .bind($detail)
        .execute(&mut **$tx)
        .await?
    };
}

/// Under what the forms of a request are kept.
fn scope_of(request: &str) -> String {
    format!("home-care/{request}")
}

/// A visit of this nurse ($1) on a day ($2) that overlaps these minutes ($3, $4), other than for this request ($5).
const CLASH: &str = "SELECT visit_from, visit_to FROM home_care WHERE nurse = $1 AND visit_day = $2 \
                     AND visit_from < $4 AND visit_to > $3 AND id <> $5 AND state = 'planned' ORDER BY visit_from LIMIT 1";

impl Db {
    /// From when until when, in minutes after midnight, a nurse is on another visit that overlaps this one.
    pub async fn care_clash(&self, visit: &PlannedVisit, request: &str) -> Result<Option<(i64, i64)>> {
        Ok(on_read!(self, |pool| sqlx::query_as(CLASH)
            .bind(&visit.nurse)
            .bind(visit.day.to_string())
            .bind(i64::from(visit.from))
            .bind(i64::from(visit.to))
            .bind(request)
            .fetch_optional(pool)
            .await?))
    }

    /// Makes a request, once for each id, or gives [`Code::KeyReused`] when the id came with another wish. Counting and
    /// making are one transaction, in which requests for one number and from one place take turns.
    pub async fn ask_for_care(&self, new: &NewRequest, holidays: &Holidays) -> Result<std::result::Result<(), Code>> {
        again!(self.try_ask_for_care(new, holidays).await)
    }

    async fn try_ask_for_care(&self, new: &NewRequest, holidays: &Holidays) -> Result<std::result::Result<(), Code>> {
        let state = match after(None, Action::Ask, new.party) {
            Ok(state) => state,
            Err(code) => return Ok(Err(code)),
        };
        in_transaction!(self, |tx| {
            take_turns!(tx, &new.phone_hash);
            let before: Option<(String,)> = sqlx::query_as("SELECT request FROM home_care WHERE id = $1")
                .bind(&new.id)
                .fetch_optional(&mut **tx)
                .await?;
            if let Some((request,)) = before {
                return Ok(if request == new.request { Ok(()) } else { Err(Code::KeyReused) });
            }
            let (under_way,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM home_care WHERE phone_hash = $1 AND due IS NOT NULL")
                    .bind(&new.phone_hash)
                    .fetch_one(&mut **tx)
                    .await?;
            if under_way >= MOST_UNDER_WAY {
                return Ok(Err(Code::TooManyRequests));
            }
            if count_tries!(tx, new.limits, new.now) != Turn::Free {
                return Ok(Err(Code::TooManyFromHere));
            }
            let made = sqlx::query(
                "INSERT INTO home_care (id, hospital, code, token_hash, request, name_sealed, phone_sealed, area_sealed, \
                 address_sealed, need_sealed, relation_sealed, for_whom, service, consent, consented, state, asked, \
                 changed, due, phone_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
                 $16, $15, $15, $17, $18) ON CONFLICT (id) DO NOTHING",
            )
            .bind(&new.id)
            .bind(&new.hospital)
            .bind(&new.code)
            .bind(&new.token_hash)
            .bind(&new.request)
            .bind(&new.name_sealed)
            .bind(&new.phone_sealed)
            .bind(&new.area_sealed)
            .bind(&new.address_sealed)
            .bind(&new.need_sealed)
            .bind(&new.relation_sealed)
            .bind(new.for_whom.as_str())
            .bind(&new.service)
            .bind(&new.consent)
            .bind(new.now.0)
            .bind(state.as_str())
            .bind(due(state, new.now, None, holidays).map(|due| due.0))
            .bind(&new.phone_hash)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if made == 0 {
                // The same form at the same moment, with another number: else it had waited for its turn.
                return Ok(Err(Code::KeyReused));
            }
            note!(tx, &new.id, new.now, &new.who, "ask", None::<&str>, state.as_str(), "");
            Ok(Ok(()))
        })
    }

    /// Changes a request; says why it was refused.
    pub async fn change_care(
        &self,
        change: &CareChange,
        holidays: &Holidays,
    ) -> Result<std::result::Result<Once, Code>> {
        again!(self.try_change_care(change, holidays).await)
    }

    async fn try_change_care(
        &self,
        change: &CareChange,
        holidays: &Holidays,
    ) -> Result<std::result::Result<Once, Code>> {
        let scope = scope_of(&change.request);
        in_transaction!(self, |tx| {
            // Touching the row locks it: two changes to one take turns on both databases.
            let locked: Option<(i64, String, Option<String>, Option<i64>)> = sqlx::query_as(
                "UPDATE home_care SET version = version WHERE id = $1 AND erased IS NULL \
                 RETURNING version, state, visit_day, visit_from",
            )
            .bind(&change.request)
            .fetch_optional(&mut **tx)
            .await?;
            // What is gone was changed by somebody else: its data were deleted.
            let Some((version, state, visit_day, visit_from)) = locked else { return Ok(Err(Code::Changed)) };
            match tx.sent_before(&scope, &change.sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            if change.version.is_some_and(|seen| seen != version) {
                return Ok(Err(Code::Changed));
            }
            let from = read(&state, State::parse)?;
            let to = match after(Some(from), change.action, change.party) {
                Ok(to) => to,
                Err(code) => return Ok(Err(code)),
            };
            let begins = begins(visit_day.as_deref(), visit_from)?;
            if from == State::Planned && begins.is_some_and(|begins| begins <= change.now) {
                // The nurse is on her way, or was there.
                if change.party == Party::Patient {
                    return Ok(Err(Code::TooLate));
                }
            } else if from == State::Planned && matches!(change.action, Action::Finish | Action::Miss) {
                return Ok(Err(Code::TooEarly));
            }
            if let Some(visit) = &change.visit {
                // Two who plan for one nurse take turns.
                sqlx::query("UPDATE staff SET display = display WHERE name = $1")
                    .bind(&visit.nurse)
                    .execute(&mut **tx)
                    .await?;
                let clash: Option<(i64, i64)> = sqlx::query_as(CLASH)
                    .bind(&visit.nurse)
                    .bind(visit.day.to_string())
                    .bind(i64::from(visit.from))
                    .bind(i64::from(visit.to))
                    .bind(&change.request)
                    .fetch_optional(&mut **tx)
                    .await?;
                if clash.is_some() {
                    return Ok(Err(Code::Changed));
                }
            }
            let day = match &change.visit {
                Some(visit) => Some(visit.day),
                None => visit_day.as_deref().map(|day| read(day, CivilDate::parse)).transpose()?,
            };
            sqlx::query(
                "UPDATE home_care SET state = $2, version = version + 1, changed = $3, due = $4, ended = $5, \
                 reason_sealed = COALESCE($6, reason_sealed), prepare_sealed = COALESCE($7, prepare_sealed), \
                 note_sealed = COALESCE($8, note_sealed), outcome = $9, visit_day = COALESCE($10, visit_day), \
                 visit_from = COALESCE($11, visit_from), visit_to = COALESCE($12, visit_to), \
                 nurse = COALESCE($13, nurse) WHERE id = $1",
            )
            .bind(&change.request)
            .bind(to.as_str())
            .bind(change.now.0)
            .bind(due(to, change.now, day, holidays).map(|due| due.0))
            .bind((!to.is_open()).then_some(change.now.0))
            .bind(&change.reason_sealed)
            .bind(&change.prepare_sealed)
            .bind(&change.note_sealed)
            .bind(change.outcome.map(Outcome::as_str))
            .bind(change.visit.as_ref().map(|visit| visit.day.to_string()))
            .bind(change.visit.as_ref().map(|visit| i64::from(visit.from)))
            .bind(change.visit.as_ref().map(|visit| i64::from(visit.to)))
            .bind(change.visit.as_ref().map(|visit| visit.nurse.as_str()))
            .execute(&mut **tx)
            .await?;
            let detail = match (&change.visit, change.outcome) {
                (Some(visit), _) => format!("{} {} {} {}", visit.day, visit.from, visit.to, visit.nurse),
                (None, Some(outcome)) => outcome.as_str().to_owned(),
                (None, None) => String::new(),
            };
            note!(
                tx,
                &change.request,
                change.now,
                &change.who,
                change.action.as_str(),
                Some(from.as_str()),
                to.as_str(),
                detail
            );
            tx.keep_sent(&scope, &change.sent, change.now).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// Takes a request back if it is open, and empties everything personal in it, in the file of the database too. Twice
    /// is once.
    pub async fn erase_care(&self, request: &str, who: &str, reason: Option<ErasureReason>, now: Moment) -> Result<()> {
        again!(self.try_erase_care(request, who, reason, now).await)?;
        self.scrub().await
    }

    async fn try_erase_care(&self, request: &str, who: &str, reason: Option<ErasureReason>, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            let locked: Option<(String,)> = sqlx::query_as(
                "UPDATE home_care SET version = version WHERE id = $1 AND erased IS NULL RETURNING state",
            )
            .bind(request)
            .fetch_optional(&mut **tx)
            .await?;
            let Some((state,)) = locked else { return Ok(()) };
            let from = read(&state, State::parse)?;
            let to = if from.is_open() { State::Withdrawn } else { from };
            sqlx::query(
                "UPDATE home_care SET state = $2, version = version + 1, changed = $3, due = NULL, \
                 ended = COALESCE(ended, $3), erased = $3, request = '', name_sealed = '', phone_sealed = '', \
                 area_sealed = '', address_sealed = '', need_sealed = '', relation_sealed = '', reason_sealed = '', \
                 prepare_sealed = '', note_sealed = '', phone_hash = '' WHERE id = $1",
            )
            .bind(request)
            .bind(to.as_str())
            .bind(now.0)
            .execute(&mut **tx)
            .await?;
            sqlx::query("DELETE FROM home_care_sessions WHERE request = $1").bind(request).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM idempotency WHERE scope = $1").bind(scope_of(request)).execute(&mut **tx).await?;
            let before = Some(from.as_str());
            let detail = reason.map_or("", ErasureReason::as_str);
            note!(tx, request, now, who, "erase", before, to.as_str(), detail);
            Ok(())
        })
    }

    /// The request of a link.
    pub async fn care_by_token(&self, token_hash: &str) -> Result<Option<CareRecord>> {
        Ok(on_read!(self, |pool| sqlx::query_as(select_requests!("WHERE token_hash = $1"))
            .bind(token_hash)
            .fetch_optional(pool)
            .await?))
    }

    /// A request of a hospital.
    pub async fn care(&self, hospital: &str, id: &str) -> Result<Option<CareRecord>> {
        Ok(on_read!(self, |pool| sqlx::query_as(select_requests!(
            "WHERE home_care.hospital = $1 AND home_care.id = $2"
        ))
        .bind(hospital)
        .bind(id)
        .fetch_optional(pool)
        .await?))
    }

    /// A page of one of a hospital's lists of requests, after this place in it.
    pub async fn care_list(
        &self,
        hospital: &str,
        which: CareLists,
        now: Moment,
        after: &After,
        most: u32,
    ) -> Result<Vec<CareRecord>> {
        macro_rules! list {
            ($tail:literal, $first:expr) => {
                on_read!(self, |pool| sqlx::query_as(select_requests!($tail))
                    .bind(hospital)
                    .bind(now.0)
                    .bind(i64::from(most))
                    .bind($first)
                    .bind(after.second)
                    .bind(&after.id)
                    .fetch_all(pool)
                    .await?)
            };
        }
        Ok(match which {
            CareLists::Open => list!(
                "WHERE home_care.hospital = $1 AND due IS NOT NULL AND (state <> 'planned' OR due <= $2) AND due >= $4 \
                 AND (due, asked, home_care.id) > ($4, $5, $6) ORDER BY due, asked, home_care.id LIMIT $3",
                after.first
            ),
            CareLists::Planned => list!(
                "WHERE home_care.hospital = $1 AND state = 'planned' AND due > $2 AND visit_day >= $4 \
                 AND (visit_day, visit_from, home_care.id) > ($4, $5, $6) \
                 ORDER BY visit_day, visit_from, home_care.id LIMIT $3",
                day_of(after.first)
            ),
            CareLists::Ended => list!(
                "WHERE home_care.hospital = $1 AND due IS NULL AND asked <= $2 AND changed <= $4 \
                 AND (changed, 0, home_care.id) < ($4, $5, $6) ORDER BY changed DESC, home_care.id DESC LIMIT $3",
                after.first
            ),
        })
    }

    /// How many requests stand in a list of a hospital.
    pub async fn care_count(&self, hospital: &str, which: CareLists, now: Moment) -> Result<i64> {
        let sql = match which {
            CareLists::Open => {
                "SELECT COUNT(*) FROM home_care WHERE hospital = $1 AND due IS NOT NULL AND (state <> 'planned' OR due <= $2)"
            }
            CareLists::Planned => {
                "SELECT COUNT(*) FROM home_care WHERE hospital = $1 AND state = 'planned' AND due > $2"
            }
            CareLists::Ended => "SELECT COUNT(*) FROM home_care WHERE hospital = $1 AND due IS NULL AND asked <= $2",
        };
        let (count,): (i64,) =
            on_read!(self, |pool| sqlx::query_as(sql).bind(hospital).bind(now.0).fetch_one(pool).await?);
        Ok(count)
    }

    /// Whoever has asked and was not called yet, the longest waiting first, and how many those are.
    pub async fn care_asked(&self, hospital: &str, most: u32) -> Result<(Vec<CareRecord>, i64)> {
        let asked: Vec<CareRecord> = on_read!(self, |pool| {
            sqlx::query_as(select_requests!(
            "WHERE home_care.hospital = $1 AND due IS NOT NULL AND state = 'asked' ORDER BY asked, home_care.id LIMIT $2"
        ))
        .bind(hospital)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?
        });
        let (count,): (i64,) = on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(*) FROM home_care WHERE hospital = $1 AND due IS NOT NULL AND state = 'asked'"
        )
        .bind(hospital)
        .fetch_one(pool)
        .await?);
        Ok((asked, count))
    }

    /// The planned visits of this day and later that were called off by whoever asked for them, and that the nurse who would
    /// have gone has not opened after it, the longest ago first: a colleague who has seen it does not stay at home for them.
    pub async fn care_called_off(&self, hospital: &str, today: CivilDate, most: u32) -> Result<Vec<CareRecord>> {
        Ok(on_read!(self, |pool| sqlx::query_as(select_requests!(
            called_off!(),
            " ORDER BY changed, home_care.id LIMIT $3"
        ))
        .bind(hospital)
        .bind(today.to_string())
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?))
    }

    /// How many have asked and were not called yet, and how many visits were called off unseen.
    pub async fn care_waiting_count(&self, hospital: &str, today: CivilDate) -> Result<i64> {
        let (asked,): (i64,) = on_read!(self, |pool| sqlx::query_as(
            "SELECT COUNT(*) FROM home_care WHERE hospital = $1 AND due IS NOT NULL AND state = 'asked'"
        )
        .bind(hospital)
        .fetch_one(pool)
        .await?);
        let (off,): (i64,) =
            on_read!(self, |pool| sqlx::query_as(concat!("SELECT COUNT(*) FROM home_care ", called_off!()))
                .bind(hospital)
                .bind(today.to_string())
                .fetch_one(pool)
                .await?);
        Ok(asked + off)
    }

    /// The history of a request, latest first.
    pub async fn care_history(&self, request: &str) -> Result<Vec<CareHistoryRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT at, actor, action, after, detail FROM home_care_history WHERE request = $1 ORDER BY number DESC",
        )
        .bind(request)
        .fetch_all(pool)
        .await?))
    }

    /// The accounts of a hospital that may be sent, with how they are shown.
    pub async fn care_nurses(&self, hospital: &str) -> Result<Vec<(String, String)>> {
        let rows: Vec<(String, String, String)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT name, display, role FROM staff JOIN staff_roles ON staff_roles.staff = staff.name \
             WHERE hospital = $1 AND disabled = 0 ORDER BY display, name",
        )
        .bind(hospital)
        .fetch_all(pool)
        .await?);
        let may = |role: &str| Role::parse(role).is_some_and(|role| Deed::HomeCare.allowed_to(Party::Staff(role)));
        let mut nurses: Vec<(String, String)> =
            rows.into_iter().filter(|(.., role)| may(role)).map(|(name, display, _)| (name, display)).collect();
        nurses.dedup();
        Ok(nurses)
    }

    /// Takes one of the day's tries at the last four digits, before they are checked; gives how many are left after it,
    /// or nothing when the link is locked. Tries of earlier days do not count.
    pub async fn take_care_try(&self, request: &str, today: CivilDate) -> Result<Option<i64>> {
        let row: Option<(i64,)> = on_write!(self, |pool| {
            sqlx::query_as(
            "UPDATE home_care SET wrong_tries = CASE WHEN tried_on = $2 THEN wrong_tries + 1 ELSE 1 END, tried_on = $2 \
             WHERE id = $1 AND wrong_tries < $3 RETURNING wrong_tries",
        )
        .bind(request)
        .bind(today.to_string())
        .bind(i64::from(TRIES))
        .fetch_optional(pool)
        .await?
        });
        Ok(row.map(|(tries,)| i64::from(TRIES) - tries))
    }

    /// Opens a session for somebody whose try was right, and forgets the wrong ones before.
    /// Gives false, and opens nothing, when the request was emptied in the meantime.
    pub async fn open_care_session(&self, request: &str, hash: &str, until: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let open = sqlx::query("UPDATE home_care SET wrong_tries = 0 WHERE id = $1 AND erased IS NULL")
                .bind(request)
                .execute(&mut **tx)
                .await?
                .rows_affected();
            if open == 1 {
                sqlx::query("INSERT INTO home_care_sessions (hash, request, until) VALUES ($1, $2, $3)")
                    .bind(hash)
                    .bind(request)
                    .bind(until.0)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(open == 1)
        })
    }

    /// Ends one session, on the phone that asks for it.
    pub async fn end_care_session(&self, hash: &str) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query("DELETE FROM home_care_sessions WHERE hash = $1").bind(hash).execute(&mut **tx).await?;
            Ok(())
        })
    }

    /// Whether a session of this request is open.
    pub async fn care_session(&self, request: &str, hash: &str, now: Moment) -> Result<bool> {
        let row: Option<(i64,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT until FROM home_care_sessions WHERE hash = $1 AND request = $2 AND until > $3",
        )
        .bind(hash)
        .bind(request)
        .bind(now.0)
        .fetch_optional(pool)
        .await?);
        Ok(row.is_some())
    }

    /// Tells in the history that too many wrong tries have locked the link. This is no change of the request: whoever has
    /// it open goes on.
    pub async fn note_care_lock(&self, request: &str, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            let locked: Option<(String,)> = sqlx::query_as(
                "UPDATE home_care SET version = version WHERE id = $1 AND erased IS NULL RETURNING state",
            )
            .bind(request)
            .fetch_optional(&mut **tx)
            .await?;
            if let Some((state,)) = locked {
                note!(tx, request, now, "patient", "lock", Some(state.as_str()), state.as_str(), "");
            }
            Ok(())
        })
    }

    /// Lets a locked link be tried again, and tells it in the history; the request stays as it is. Gives whether one was
    /// locked.
    pub async fn unlock_care(&self, request: &str, who: &str, now: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let locked: Option<(String,)> = sqlx::query_as(
                "UPDATE home_care SET wrong_tries = 0 WHERE id = $1 AND wrong_tries >= $2 AND erased IS NULL RETURNING state",
            )
            .bind(request)
            .bind(i64::from(TRIES))
            .fetch_optional(&mut **tx)
            .await?;
            if let Some((state,)) = locked {
                note!(tx, request, now, who, "unlock", Some(state.as_str()), state.as_str(), "");
                return Ok(true);
            }
            Ok(false)
        })
    }

    /// Every row of the requests and their histories as one text each: what somebody reads who has the database and not
    /// the key.
    pub async fn care_as_stored(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT id || hospital || code || token_hash || request || name_sealed || phone_sealed || area_sealed || \
             address_sealed || need_sealed || relation_sealed || for_whom || service || consent || state || \
             reason_sealed || prepare_sealed || note_sealed || COALESCE(outcome, '') FROM home_care \
             UNION ALL SELECT actor || action || COALESCE(before, '') || after || detail FROM home_care_history",
        )
        .fetch_all(pool)
        .await?
        });
        Ok(rows.into_iter().map(|(row,)| row).collect())
    }
}
