//! Tries at passwords and at the last digits of phone numbers. A try is counted before it is checked, in one statement,
//! so that many at once are not more than the limit; what they are counted under is a keyed hash.

use super::log::Settled;
use super::{Db, Result, again, in_transaction, on_read, on_write};
use zaoshai_contract::civil::Moment;

/// An hour.
const HOUR_MS: i64 = 3_600_000;
/// Adds one to what was tried under a key while that counts, or begins anew; gives how many there are now.
pub(super) const COUNT: &str = "INSERT INTO tries (key, count, until) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET \
                     count = CASE WHEN tries.until <= $3 THEN 1 ELSE tries.count + 1 END, \
                     until = CASE WHEN tries.until <= $3 THEN excluded.until ELSE tries.until END RETURNING count";

/// How many tries there are under one key.
#[derive(Clone, Debug)]
pub struct Limit {
    /// A keyed hash of what is tried, and by whom.
    pub key: String,
    /// How many may be checked in one window.
    pub most: i64,
    /// How long the first of them counts, and the others with it.
    pub window_ms: i64,
}

/// Whether a try may be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It may.
    Free,
    /// The limit at this place has none left; those after it were not counted.
    Spent(usize),
}

/// What somebody must be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Many wrong endings came from one address.
    Endings,
    /// Many links were locked.
    Locks,
}

impl Settled for Turn {
    /// A try is no change that anybody looks for in the log.
    fn happened(&self) -> bool {
        false
    }
}

impl Alarm {
    fn as_str(self) -> &'static str {
        match self {
            Self::Endings => "endings",
            Self::Locks => "locks",
        }
    }
}

/// Counts a try under each of these keys inside a transaction, up to the first that has none left. The counts are locked
/// until its end.
macro_rules! count_tries {
    ($tx:expr, $limits:expr, $now:expr) => {{
        let mut turn = $crate::db::tries::Turn::Free;
        for (place, limit) in $limits.iter().enumerate() {
            let (count,): (i64,) = sqlx::query_as($crate::db::tries::COUNT)
                .bind(&limit.key)
                .bind($now.0 + limit.window_ms)
                .bind($now.0)
                .fetch_one(&mut **$tx)
                .await?;
            if count > limit.most {
                turn = $crate::db::tries::Turn::Spent(place);
                break;
            }
        }
        turn
    }};
}

/// Lets the transactions that take turns under one key follow each other, where they have no row in common that they
/// could lock: each waits here until the one before has ended. Nothing of it stays in the database.
macro_rules! take_turns {
    ($tx:expr, $key:expr) => {
        for sql in [
            "INSERT INTO tries (key, count, until) VALUES ($1, 0, 0) ON CONFLICT (key) DO UPDATE SET count = tries.count",
            "DELETE FROM tries WHERE key = $1",
        ] {
            sqlx::query(sql).bind($key).execute(&mut **$tx).await?;
        }
    };
}

pub(super) use {count_tries, take_turns};

impl Db {
    /// Counts a try under each of these keys, up to the first that has none left.
    pub async fn take_try(&self, limits: &[Limit], now: Moment) -> Result<Turn> {
        again!(
            async {
                in_transaction!(self, |tx| {
                    let turn = count_tries!(tx, limits, now);
                    Ok(turn)
                })
            }
            .await
        )
    }

    /// Takes a try that was right out of the count: under the first key nothing is left, since whoever is right may err
    /// again, under the others what the rest have tried.
    pub async fn give_back(&self, limits: &[Limit]) -> Result<()> {
        on_write!(self, |pool| {
            for (place, limit) in limits.iter().enumerate() {
                let sql = if place == 0 {
                    "DELETE FROM tries WHERE key = $1"
                } else {
                    "UPDATE tries SET count = count - 1 WHERE key = $1 AND count > 0"
                };
                sqlx::query(sql).bind(&limit.key).execute(pool).await?;
            }
        });
        Ok(())
    }

    /// Counts something within an hour; gives how many there are.
    pub async fn count_in_an_hour(&self, key: &str, now: Moment) -> Result<i64> {
        let (count,): (i64,) = on_write!(self, |pool| sqlx::query_as(COUNT)
            .bind(key)
            .bind(now.0 + HOUR_MS)
            .bind(now.0)
            .fetch_one(pool)
            .await?);
        Ok(count)
    }

    /// Keeps for the console of a hospital how many there were in this hour, if its own links were tried: if something
    /// counts under this key. The largest count stays.
    pub async fn raise_alarm(
        &self,
        alarm: Alarm,
        (hospital, tried): (&str, &str),
        count: i64,
        now: Moment,
    ) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query(
                "INSERT INTO alarms (kind, hour, count, hospital) SELECT $1, $2, $3, $4 \
                 WHERE EXISTS (SELECT 1 FROM tries WHERE key = $5 AND until > $6) \
                 ON CONFLICT (hospital, kind, hour) DO UPDATE SET \
                 count = CASE WHEN alarms.count < excluded.count THEN excluded.count ELSE alarms.count END",
            )
            .bind(alarm.as_str())
            .bind(now.0 - now.0.rem_euclid(HOUR_MS))
            .bind(count)
            .bind(hospital)
            .bind(tried)
            .bind(now.0)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The most wrong endings from one address that tried links of a hospital, and the most of its links that were
    /// locked, within an hour, since a moment.
    pub async fn alarms(&self, hospital: &str, since: Moment) -> Result<(i64, i64)> {
        let rows: Vec<(String, i64)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT kind, MAX(count) FROM alarms WHERE hospital = $1 AND hour > $2 GROUP BY kind",
        )
        .bind(hospital)
        .bind(since.0 - HOUR_MS)
        .fetch_all(pool)
        .await?);
        let most = |alarm: Alarm| rows.iter().find(|(kind, _)| kind == alarm.as_str()).map_or(0, |(_, count)| *count);
        Ok((most(Alarm::Endings), most(Alarm::Locks)))
    }

    /// Forgets tries that no longer count and alarms that everybody has seen.
    pub(super) async fn sweep_tries(&self, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM tries WHERE until < $1").bind(now.0).execute(pool).await?;
            sqlx::query("DELETE FROM alarms WHERE hour < $1").bind(now.0 - 30 * 24 * HOUR_MS).execute(pool).await?;
        });
        Ok(())
    }
}
