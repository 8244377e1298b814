//! Referrals in the database. Every change locks the follow-up first and is told by its history.

use super::ledger::{Ledger as _, Line, NewLink, read};
use super::repeats::{Once, Sent};
use super::{Db, Result, again, in_transaction, on_read};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::Code;
use zaoshai_contract::referrals::{ReferralAction, ReferralState, Relation, Side, after};

/// A referral as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReferralRow {
    /// Its id, also the scope of its seals.
    pub id: String,
    /// The follow-up.
    pub followup: String,
    /// The hospital that offers.
    pub from_hospital: String,
    /// The hospital that is asked.
    pub to_hospital: String,
    /// When it was offered.
    pub made: i64,
    /// By whom.
    pub made_by: String,
    /// Why, sealed; empty once the person's data were deleted.
    pub reason_sealed: String,
    /// Its state's word.
    pub state: String,
    /// When it was answered.
    pub answered: Option<i64>,
    /// By whom.
    pub answered_by: Option<String>,
    /// What was answered, sealed; empty for nothing.
    pub answer_sealed: String,
    /// The patient's sealed name.
    pub name_sealed: String,
}

/// An answer to a referral, or its recall.
#[derive(Clone, Debug)]
pub struct Settling<'a> {
    /// The referral's id.
    pub referral: &'a str,
    /// The follow-up.
    pub followup: &'a str,
    /// What is done.
    pub action: ReferralAction,
    /// The hospital of the one who does it.
    pub hospital: &'a str,
    /// Her account.
    pub who: &'a str,
    /// What she answers, sealed; empty for nothing.
    pub answer_sealed: String,
    /// The form.
    pub sent: Sent,
    /// The link that takes the place of the old one when another hospital is in charge from here on.
    pub link: NewLink,
    /// Now.
    pub now: Moment,
}

macro_rules! select_referrals {
    ($($tail:expr),+) => {
        concat!(
            "SELECT referrals.id, followup, from_hospital, to_hospital, made, made_by, referrals.reason_sealed, state, \
             answered, answered_by, answer_sealed, name_sealed FROM referrals \
             JOIN followups ON followups.id = referrals.followup ",
            $($tail),+
        )
    };
}

/// Those in which a hospital has something to do or to see.
macro_rules! pending {
    () => {
        "WHERE ending IS NULL AND ((to_hospital = $1 AND state = 'offered') OR (from_hospital = $1 AND (state = 'offered' OR \
         (state IN ('declined', 'returned') AND answered >= $2 AND followups.hospital = $1 AND NOT EXISTS (SELECT 1 FROM \
         referrals AS later WHERE later.followup = referrals.followup AND later.made > referrals.made)))))"
    };
}

impl Db {
    /// Offers a follow-up to another hospital, once for each id. Refused while another offer is open, when the follow-up
    /// has ended, and when the hospital is not in charge of it.
    pub async fn refer(&self, referral: &ReferralRow) -> Result<std::result::Result<(), Code>> {
        again!(self.try_refer(referral).await)
    }

    async fn try_refer(&self, referral: &ReferralRow) -> Result<std::result::Result<(), Code>> {
        in_transaction!(self, |tx| {
            let now = Moment(referral.made);
            let Some(locked) = tx.lock(&referral.followup).await? else { return Ok(Err(Code::NotFound)) };
            if locked.ending.is_some() {
                return Ok(Err(Code::LinkWithdrawn));
            }
            let (hospital,): (String,) = sqlx::query_as("SELECT hospital FROM followups WHERE id = $1")
                .bind(&referral.followup)
                .fetch_one(&mut **tx)
                .await?;
            let open: Option<(String,)> =
                sqlx::query_as("SELECT id FROM referrals WHERE followup = $1 AND state = 'offered'")
                    .bind(&referral.followup)
                    .fetch_optional(&mut **tx)
                    .await?;
            let same: Option<(String,)> = sqlx::query_as("SELECT id FROM referrals WHERE id = $1")
                .bind(&referral.id)
                .fetch_optional(&mut **tx)
                .await?;
            if same.is_some() {
                return Ok(Ok(()));
            }
            if hospital != referral.from_hospital {
                return Ok(Err(Code::HandedOver));
            }
            let state = match after(open.map(|_| ReferralState::Offered), ReferralAction::Refer, Side::From) {
                Ok(state) => state,
                Err(code) => return Ok(Err(code)),
            };
            sqlx::query(
                "INSERT INTO referrals (id, followup, from_hospital, to_hospital, made, made_by, reason_sealed, state) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&referral.id)
            .bind(&referral.followup)
            .bind(&referral.from_hospital)
            .bind(&referral.to_hospital)
            .bind(referral.made)
            .bind(&referral.made_by)
            .bind(&referral.reason_sealed)
            .bind(state.as_str())
            .execute(&mut **tx)
            .await?;
            let line = Line {
                who: &referral.made_by,
                action: ReferralAction::Refer.as_str(),
                detail: &referral.to_hospital,
                ..Line::default()
            };
            tx.note(&referral.followup, now, &line).await?;
            tx.count(&referral.followup).await?;
            Ok(Ok(()))
        })
    }

    /// Answers a referral or takes it back. Taking over makes the asked hospital the one in charge, and whoever took over
    /// the owner; giving back makes it the hospital that had referred, and whoever did so. Either retires the link, ends
    /// its sessions, and asks for a call today, because the person needs the new link. The same by somebody else of the
    /// same hospital is fine, as long as no words of theirs are lost.
    pub async fn settle_referral(&self, settling: &Settling<'_>) -> Result<std::result::Result<Once, Code>> {
        again!(self.try_settle_referral(settling).await)
    }

    async fn try_settle_referral(&self, settling: &Settling<'_>) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let Some(locked) = tx.lock(settling.followup).await? else { return Ok(Err(Code::NotFound)) };
            match tx.sent_before(settling.followup, &settling.sent).await? {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            let row: Option<(String, String, String, String)> = sqlx::query_as(
                "SELECT state, from_hospital, to_hospital, made_by FROM referrals WHERE id = $1 AND followup = $2",
            )
            .bind(settling.referral)
            .bind(settling.followup)
            .fetch_optional(&mut **tx)
            .await?;
            let Some((state, from, to, made_by)) = row else { return Ok(Err(Code::NotFound)) };
            let side = if settling.hospital == to { Side::To } else { Side::From };
            if side == Side::From && settling.hospital != from {
                return Ok(Err(Code::NotFound));
            }
            let state = read(&state, ReferralState::parse)?;
            let next = match after(Some(state), settling.action, side) {
                Ok(next) => next,
                // The same answer once more changes nothing.
                Err(Code::Changed)
                    if settling.answer_sealed.is_empty()
                        && [ReferralState::Offered, ReferralState::Accepted]
                            .into_iter()
                            .any(|before| after(Some(before), settling.action, side) == Ok(state)) =>
                {
                    return Ok(Ok(Once::Before));
                }
                Err(code) => return Ok(Err(code)),
            };
            let in_charge = match next {
                ReferralState::Accepted => Some((to.as_str(), settling.who)),
                ReferralState::Returned => Some((from.as_str(), made_by.as_str())),
                ReferralState::Offered | ReferralState::Declined | ReferralState::Withdrawn => None,
            };
            // What has ended is answered by nobody any more, also by whoever still sees it because they handed it over once.
            if locked.ending.is_some() && next != ReferralState::Withdrawn {
                return Ok(Err(Code::LinkWithdrawn));
            }
            if next == ReferralState::Returned {
                // Only the hospital in charge gives back, and only what it took over last.
                let (hospital,): (String,) = sqlx::query_as("SELECT hospital FROM followups WHERE id = $1")
                    .bind(settling.followup)
                    .fetch_one(&mut **tx)
                    .await?;
                let last: Option<(String,)> = sqlx::query_as(
                    "SELECT id FROM referrals WHERE followup = $1 AND state = 'accepted' \
                     ORDER BY answered DESC, made DESC, id LIMIT 1",
                )
                .bind(settling.followup)
                .fetch_optional(&mut **tx)
                .await?;
                if hospital != to || last.is_none_or(|(last,)| last != settling.referral) {
                    return Ok(Err(Code::Changed));
                }
            }
            if in_charge.is_some() {
                if !tx.put_link(settling.followup, &settling.link, settling.now).await? {
                    return Ok(Err(Code::Changed));
                }
                // Whoever else is asked meanwhile is asked no longer.
                sqlx::query(
                    "UPDATE referrals SET state = 'withdrawn', answered = $3, answered_by = $4 \
                     WHERE followup = $1 AND state = 'offered' AND id <> $2",
                )
                .bind(settling.followup)
                .bind(settling.referral)
                .bind(settling.now.0)
                .bind(settling.who)
                .execute(&mut **tx)
                .await?;
            }
            sqlx::query(
                "UPDATE referrals SET state = $2, answered = $3, answered_by = $4, answer_sealed = $5 WHERE id = $1",
            )
            .bind(settling.referral)
            .bind(next.as_str())
            .bind(settling.now.0)
            .bind(settling.who)
            .bind(&settling.answer_sealed)
            .execute(&mut **tx)
            .await?;
            if let Some((hospital, owner)) = in_charge {
                sqlx::query("UPDATE followups SET hospital = $2, owner = $3, call_on = $4 WHERE id = $1")
                    .bind(settling.followup)
                    .bind(hospital)
                    .bind(owner)
                    .bind(settling.now.date().to_string())
                    .execute(&mut **tx)
                    .await?;
                sqlx::query("UPDATE steps SET owner = $2 WHERE followup = $1 AND ended IS NULL")
                    .bind(settling.followup)
                    .bind(owner)
                    .execute(&mut **tx)
                    .await?;
            }
            let line = Line {
                who: settling.who,
                action: settling.action.as_str(),
                detail: settling.hospital,
                ..Line::default()
            };
            tx.note(settling.followup, settling.now, &line).await?;
            tx.keep_sent(settling.followup, &settling.sent, settling.now).await?;
            tx.count(settling.followup).await?;
            Ok(Ok(Once::Now))
        })
    }

    /// The referrals of a follow-up, latest first.
    pub async fn referrals(&self, followup: &str) -> Result<Vec<ReferralRow>> {
        Ok(on_read!(self, |pool| sqlx::query_as(select_referrals!("WHERE followup = $1 ORDER BY made DESC"))
            .bind(followup)
            .fetch_all(pool)
            .await?))
    }

    /// What a hospital has to know of: offers to it that wait, its own offers that wait, and those that were declined
    /// or given back since `since` and whose follow-up is still open and without a new offer.
    pub async fn pending_referrals(&self, hospital: &str, since: Moment) -> Result<Vec<ReferralRow>> {
        Ok(on_read!(self, |pool| {
            sqlx::query_as(select_referrals!(pending!(), " ORDER BY made"))
                .bind(hospital)
                .bind(since.0)
                .fetch_all(pool)
                .await?
        }))
    }

    /// How many of these there are.
    pub async fn pending_referral_count(&self, hospital: &str, since: Moment) -> Result<i64> {
        let (count,): (i64,) = on_read!(self, |pool| sqlx::query_as(concat!(
            "SELECT COUNT(*) FROM referrals JOIN followups ON followups.id = referrals.followup ",
            pending!()
        ))
        .bind(hospital)
        .bind(since.0)
        .fetch_one(pool)
        .await?);
        Ok(count)
    }

    /// What a hospital has to do with a follow-up that another one is in charge of; none when nothing.
    pub async fn relation(&self, followup: &str, hospital: &str) -> Result<Option<Relation>> {
        let row: Option<(String,)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT referrals.state FROM referrals JOIN followups ON followups.id = followup WHERE followup = $1 AND \
             ((to_hospital = $2 AND state = 'offered' AND ending IS NULL) OR (from_hospital = $2 AND state = 'accepted')) \
             ORDER BY CASE state WHEN 'offered' THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(followup)
        .bind(hospital)
        .fetch_optional(pool)
        .await?
        });
        row.map(|(state,)| match read(&state, ReferralState::parse)? {
            ReferralState::Offered => Ok(Relation::Asked),
            _ => Ok(Relation::HandedOver),
        })
        .transpose()
    }
}
