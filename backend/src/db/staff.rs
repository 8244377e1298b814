//! Staff accounts, their sessions, and the log of who did what.

use super::{Db, Result, in_transaction, on_read, on_write};
use crate::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::staff::Staff;

/// Wrong passwords before an account waits.
const WRONG_PASSWORDS: i64 = 5;
/// How long it waits: 15 minutes.
const WAIT_MS: i64 = 15 * 60_000;

/// An account as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// How she is shown.
    pub display: String,
    /// The Argon2id hash.
    pub password_hash: String,
    /// Until when it waits, milliseconds.
    pub locked_until: i64,
}

impl Db {
    /// Makes an account; gives false when the name is taken.
    pub async fn make_staff(&self, name: &str, display: &str, password_hash: &str, now: Moment) -> Result<bool> {
        let made = on_write!(self, |pool| {
            sqlx::query(
            "INSERT INTO staff (name, display, password_hash, created) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(display)
        .bind(password_hash)
        .bind(now.0)
        .execute(pool)
        .await?
        .rows_affected()
        });
        Ok(made == 1)
    }

    /// The account with this name.
    pub async fn account(&self, name: &str) -> Result<Option<Account>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT name, display, password_hash, locked_until FROM staff WHERE name = $1",
        )
        .bind(name)
        .fetch_optional(pool)
        .await?))
    }

    /// Counts a wrong password; after five the account waits for a quarter of an hour.
    pub async fn count_wrong_password(&self, name: &str, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query(
                "UPDATE staff SET \
             locked_until = CASE WHEN wrong_tries + 1 >= $2 THEN $3 ELSE locked_until END, \
             wrong_tries = CASE WHEN wrong_tries + 1 >= $2 THEN 0 ELSE wrong_tries + 1 END \
             WHERE name = $1",
            )
            .bind(name)
            .bind(WRONG_PASSWORDS)
            .bind(now.0 + WAIT_MS)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Opens a session and forgets the wrong passwords before.
    pub async fn open_staff_session(&self, name: &str, hash: &str, until: Moment, now: Moment) -> Result<()> {
        in_transaction!(self, |tx| {
            sqlx::query("UPDATE staff SET wrong_tries = 0 WHERE name = $1").bind(name).execute(&mut **tx).await?;
            sqlx::query("INSERT INTO staff_sessions (hash, staff, until) VALUES ($1, $2, $3)")
                .bind(hash)
                .bind(name)
                .bind(until.0)
                .execute(&mut **tx)
                .await?;
            sqlx::query("INSERT INTO audit (id, at, staff, action) VALUES ($1, $2, $3, 'sign-in')")
                .bind(secrets::fresh_id())
                .bind(now.0)
                .bind(name)
                .execute(&mut **tx)
                .await?;
            Ok(())
        })
    }

    /// Who has this session.
    pub async fn staff_session(&self, hash: &str, now: Moment) -> Result<Option<Staff>> {
        let row: Option<(String, String)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT staff.name, display FROM staff_sessions JOIN staff ON staff.name = staff_sessions.staff \
             WHERE hash = $1 AND until > $2",
        )
        .bind(hash)
        .bind(now.0)
        .fetch_optional(pool)
        .await?);
        Ok(row.map(|(name, display)| Staff { name, display }))
    }

    /// Ends a session.
    pub async fn end_staff_session(&self, hash: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM staff_sessions WHERE hash = $1").bind(hash).execute(pool).await?;
        });
        Ok(())
    }

    /// Notes who read or changed what.
    pub async fn audit(&self, staff: &str, action: &str, followup: Option<&str>, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("INSERT INTO audit (id, at, staff, action, followup) VALUES ($1, $2, $3, $4, $5)")
                .bind(secrets::fresh_id())
                .bind(now.0)
                .bind(staff)
                .bind(action)
                .bind(followup)
                .execute(pool)
                .await?;
        });
        Ok(())
    }
}
