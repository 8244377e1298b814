//! Staff accounts, their sessions, and the log of who did what.

use super::ledger::read;
use super::{Db, Result, in_transaction, on_read, on_write};
use crate::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;
use zaoshai_contract::staff::accounts::AccountRow;
use zaoshai_contract::staff::audit::AuditFilter;

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
    /// 1 once it was disabled.
    pub disabled: i64,
}

/// A line of the log of who read or changed what.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRow {
    /// Its id.
    pub id: String,
    /// When.
    pub at: i64,
    /// Who.
    pub staff: String,
    /// What.
    pub action: String,
    /// The code of the follow-up concerned.
    pub code: Option<String>,
}

/// The lines of the log of a hospital that meet a condition, latest first.
macro_rules! audit_lines {
    ($condition:literal) => {
        concat!(
            "SELECT audit.id, at, staff, action, code FROM audit LEFT JOIN followups ON followups.id = audit.followup \
             WHERE at >= $2 AND at < $3 AND at <= $4 AND (at < $4 OR audit.id < $5) AND ",
            $condition,
            " ORDER BY at DESC, audit.id DESC LIMIT $8"
        )
    };
}

impl Db {
    /// Makes an account with its roles; gives false when the name is taken.
    pub async fn make_staff(&self, staff: &Staff, password_hash: &str, now: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let made = sqlx::query(
                "INSERT INTO staff (name, display, hospital, password_hash, created) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(&staff.name)
            .bind(&staff.display)
            .bind(&staff.hospital)
            .bind(password_hash)
            .bind(now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if made == 0 {
                return Ok(false);
            }
            for role in &staff.roles {
                sqlx::query("INSERT INTO staff_roles (staff, role) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                    .bind(&staff.name)
                    .bind(role.as_str())
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(true)
        })
    }

    /// Shuts an account and ends its sessions; gives false when there is none of that name.
    pub async fn disable_staff(&self, name: &str) -> Result<bool> {
        in_transaction!(self, |tx| {
            sqlx::query("DELETE FROM staff_sessions WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            let shut =
                sqlx::query("UPDATE staff SET disabled = 1 WHERE name = $1").bind(name).execute(&mut **tx).await?;
            Ok(shut.rows_affected() == 1)
        })
    }

    /// Gives an account a new password, opens it again and ends its sessions; false when there is none of that name.
    pub async fn reset_staff(&self, name: &str, password_hash: &str) -> Result<bool> {
        in_transaction!(self, |tx| {
            sqlx::query("DELETE FROM staff_sessions WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            let reset = sqlx::query(
                "UPDATE staff SET password_hash = $2, disabled = 0, wrong_tries = 0, locked_until = 0 WHERE name = $1",
            )
            .bind(name)
            .bind(password_hash)
            .execute(&mut **tx)
            .await?;
            Ok(reset.rows_affected() == 1)
        })
    }

    /// Gives accounts of a version without hospitals to this hospital, and likewise their follow-ups.
    pub async fn adopt(&self, hospital: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("UPDATE staff SET hospital = $1 WHERE hospital = ''").bind(hospital).execute(pool).await?;
            sqlx::query("UPDATE followups SET hospital = $1 WHERE hospital = ''").bind(hospital).execute(pool).await?;
        });
        Ok(())
    }

    /// The accounts of a hospital by name.
    pub async fn accounts(&self, hospital: &str) -> Result<Vec<AccountRow>> {
        let rows: Vec<(String, String, i64, Option<String>)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT name, display, disabled, role FROM staff LEFT JOIN staff_roles ON staff = name \
             WHERE hospital = $1 ORDER BY name, role",
        )
        .bind(hospital)
        .fetch_all(pool)
        .await?);
        let mut accounts: Vec<AccountRow> = Vec::new();
        for (name, display, disabled, role) in rows {
            let role = role.map(|role| read(&role, Role::parse)).transpose()?;
            match accounts.last_mut() {
                Some(last) if last.staff.name == name => last.staff.roles.extend(role),
                _ => accounts.push(AccountRow {
                    staff: Staff { name, display, hospital: hospital.to_owned(), roles: role.into_iter().collect() },
                    disabled: disabled != 0,
                }),
            }
        }
        Ok(accounts)
    }

    /// The account with this name.
    pub async fn account(&self, name: &str) -> Result<Option<Account>> {
        Ok(on_read!(self, |pool| sqlx::query_as(
            "SELECT name, display, password_hash, locked_until, disabled FROM staff WHERE name = $1",
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
            sqlx::query(
                "INSERT INTO audit (id, at, staff, action, hospital) \
                 SELECT $1, $2, $3, 'sign-in', hospital FROM staff WHERE name = $3",
            )
            .bind(secrets::fresh_id())
            .bind(now.0)
            .bind(name)
            .execute(&mut **tx)
            .await?;
            Ok(())
        })
    }

    /// Who has this session; nobody once the account was disabled.
    pub async fn staff_session(&self, hash: &str, now: Moment) -> Result<Option<Staff>> {
        let rows: Vec<(String, String, String, String)> = on_read!(self, |pool| {
            sqlx::query_as(
            "SELECT staff.name, display, hospital, role FROM staff_sessions JOIN staff ON staff.name = staff_sessions.staff \
             JOIN staff_roles ON staff_roles.staff = staff.name WHERE hash = $1 AND until > $2 AND disabled = 0",
        )
        .bind(hash)
        .bind(now.0)
        .fetch_all(pool)
        .await?
        });
        let Some((name, display, hospital, _)) = rows.first().cloned() else { return Ok(None) };
        let roles = rows.iter().map(|(.., role)| read(role, Role::parse)).collect::<Result<Vec<_>>>()?;
        Ok(Some(Staff { name, display, hospital, roles }))
    }

    /// Ends a session.
    pub async fn end_staff_session(&self, hash: &str) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("DELETE FROM staff_sessions WHERE hash = $1").bind(hash).execute(pool).await?;
        });
        Ok(())
    }

    /// Notes who read or changed what.
    pub async fn audit(&self, staff: &Staff, action: &str, followup: Option<&str>, now: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query(
                "INSERT INTO audit (id, at, staff, action, followup, hospital) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(secrets::fresh_id())
            .bind(now.0)
            .bind(&staff.name)
            .bind(action)
            .bind(followup)
            .bind(&staff.hospital)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The log of a hospital, latest first, at most `most` lines, after the line of this moment and id.
    pub async fn audit_log(
        &self,
        hospital: &str,
        filter: &AuditFilter,
        after: Option<(i64, String)>,
        most: u32,
    ) -> Result<Vec<AuditRow>> {
        let from = filter.first.map_or(i64::MIN, |day| Moment::at(day, 0).0);
        let until = filter.last.map_or(i64::MAX, |day| Moment::at(day.plus_days(1), 0).0);
        let (at, id) = after.unwrap_or((i64::MAX, String::new()));
        let followup = if filter.code.is_empty() {
            String::new()
        } else {
            match self.id_of(hospital, &filter.code).await? {
                Some(id) => id,
                None => return Ok(Vec::new()),
            }
        };
        // Each filter reads an index of its own: one text for all would walk through the whole log of the hospital.
        let sql = match (filter.staff.is_empty(), filter.code.is_empty()) {
            (true, true) => audit_lines!("audit.hospital = $1 AND $6 = '' AND $7 = ''"),
            (false, true) => audit_lines!("(audit.hospital = $1) IS TRUE AND staff = $6 AND $7 = ''"),
            (true, false) => audit_lines!("(audit.hospital = $1) IS TRUE AND $6 = '' AND audit.followup = $7"),
            (false, false) => {
                audit_lines!("(audit.hospital = $1) IS TRUE AND (staff = $6) IS TRUE AND audit.followup = $7")
            }
        };
        Ok(on_read!(self, |pool| sqlx::query_as(sql)
            // PostgreSQL would soon plan for any days and read all lines of an account; asked anew, it plans for these.
            .persistent(false)
            .bind(hospital)
            .bind(from)
            .bind(until)
            .bind(at)
            .bind(&id)
            .bind(&filter.staff)
            .bind(&followup)
            .bind(i64::from(most))
            .fetch_all(pool)
            .await?))
    }

    /// The id of the follow-up of a hospital with this code.
    async fn id_of(&self, hospital: &str, code: &str) -> Result<Option<String>> {
        let row: Option<(String,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT id FROM followups WHERE code = $2 AND hospital = $1",)
                .bind(hospital)
                .bind(code)
                .fetch_optional(pool)
                .await?);
        Ok(row.map(|(id,)| id))
    }
}
