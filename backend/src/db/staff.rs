//! Staff accounts, their sessions and browsers, and reading the log of who did what.

use super::ledger::{Ledger as _, read, readable};
use super::log::{Entry, Log as _, Object, words};
use super::repeats::{Once, Sent};
use super::tries::Limit;
use super::{Db, Result, in_transaction, on_read, on_write};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;
use zaoshai_contract::staff::accounts::AccountRow;
use zaoshai_contract::staff::audit::AuditFilter;

/// An account as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// How she is shown.
    pub display: String,
    /// Its hospital.
    pub hospital: String,
    /// The Argon2id hash.
    pub password_hash: String,
    /// 1 once it was disabled.
    pub disabled: i64,
    /// 1 while others have seen its password.
    pub must_change: i64,
}

/// Whose a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// Nobody else has seen it.
    Own,
    /// Somebody else has made it: it must be changed at the first sign-in.
    Given,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct StaffSession {
    /// Who it is.
    pub staff: Staff,
    /// Whose the password is.
    pub password: Password,
    /// When the session ends, unless it is used before.
    pub until: Moment,
}

/// A session to be opened after a right password.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// The account.
    pub name: &'a str,
    /// The hash of the session's secret.
    pub session: &'a str,
    /// When it ends.
    pub until: Moment,
    /// The hash of what the browser is known by.
    pub device: &'a str,
    /// A keyed hash of the account and the address that it signs in from.
    pub place: &'a str,
    /// Now.
    pub now: Moment,
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
    /// The account's roles then, as words.
    pub roles: String,
    /// Its hospital.
    pub hospital: String,
    /// The code of the follow-up or of the request for nursing at home concerned.
    pub code: Option<String>,
    /// What else was concerned; empty for nothing.
    pub object: String,
}

/// The lines of the log of a hospital that meet a condition, latest first.
macro_rules! audit_lines {
    ($condition:literal) => {
        concat!(
            "SELECT audit.id, at, staff, action, roles, audit.hospital, object, \
             COALESCE(followups.code, home_care.code) AS code FROM audit \
             LEFT JOIN followups ON followups.id = audit.followup \
             LEFT JOIN home_care ON home_care.id = audit.followup WHERE at >= $2 AND at < $3 AND at <= $4 AND (at < $4 OR audit.id < $5) AND ",
            $condition,
            " ORDER BY at DESC, audit.id DESC LIMIT $8"
        )
    };
}

/// How many administrators a hospital has besides one account. Two changes at one hospital take turns, so that two
/// administrators cannot end each other.
macro_rules! other_administrators {
    ($tx:expr, $hospital:expr, $name:expr) => {{
        sqlx::query("UPDATE staff SET created = created WHERE hospital = $1")
            .bind($hospital)
            .execute(&mut **$tx)
            .await?;
        let (others,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM staff JOIN staff_roles ON staff_roles.staff = name \
             WHERE hospital = $1 AND role = 'administrator' AND disabled = 0 AND name <> $2",
        )
        .bind($hospital)
        .bind($name)
        .fetch_one(&mut **$tx)
        .await?;
        others
    }};
}

impl Db {
    /// Makes an account whose password nobody else has seen; gives false when the name is taken.
    pub async fn make_staff(&self, staff: &Staff, password_hash: &str, now: Moment) -> Result<bool> {
        self.write_account(staff, password_hash, Password::Own, now).await
    }

    /// Makes an account whose password must be changed at the first sign-in; gives false when the name is taken.
    pub async fn add_staff(&self, staff: &Staff, password_hash: &str, now: Moment) -> Result<bool> {
        self.write_account(staff, password_hash, Password::Given, now).await
    }

    async fn write_account(&self, staff: &Staff, hash: &str, password: Password, now: Moment) -> Result<bool> {
        in_transaction!(self, |tx| {
            let made = sqlx::query(
                "INSERT INTO staff (name, display, hospital, password_hash, must_change, created) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            )
            .bind(&staff.name)
            .bind(&staff.display)
            .bind(&staff.hospital)
            .bind(hash)
            .bind(i64::from(password == Password::Given))
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

    /// Gives an account these roles and no others; open sessions have them at once. Gives false, and changes nothing,
    /// when its hospital would be left without an administrator.
    pub async fn change_roles(&self, staff: &Staff) -> Result<bool> {
        in_transaction!(self, |tx| {
            let others = other_administrators!(tx, &staff.hospital, &staff.name);
            if others == 0 && !staff.roles.contains(&Role::Administrator) {
                return Ok(false);
            }
            sqlx::query("DELETE FROM staff_roles WHERE staff = $1").bind(&staff.name).execute(&mut **tx).await?;
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

    /// Shuts an account, ends its sessions and forgets its browsers. Gives false, and changes nothing, when there is none of
    /// that name, or when its hospital would be left without an administrator.
    pub async fn disable_staff(&self, name: &str) -> Result<bool> {
        in_transaction!(self, |tx| {
            let row: Option<(String, i64)> = sqlx::query_as(
                "SELECT hospital, (SELECT COUNT(*) FROM staff_roles WHERE staff = name AND role = 'administrator') \
                 FROM staff WHERE name = $1",
            )
            .bind(name)
            .fetch_optional(&mut **tx)
            .await?;
            let Some((hospital, manages)) = row else { return Ok(false) };
            if manages > 0 && other_administrators!(tx, &hospital, name) == 0 {
                return Ok(false);
            }
            sqlx::query("DELETE FROM staff_sessions WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM staff_devices WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            let shut =
                sqlx::query("UPDATE staff SET disabled = 1 WHERE name = $1").bind(name).execute(&mut **tx).await?;
            Ok(shut.rows_affected() == 1)
        })
    }

    /// Gives an account a new password, which must be changed at the first sign-in, opens it again, ends its sessions and
    /// forgets its browsers. The same form once more changes nothing, whatever the password is now.
    pub async fn reset_staff(
        &self,
        name: &str,
        password_hash: &str,
        sent: &Sent,
        now: Moment,
    ) -> Result<std::result::Result<Once, Code>> {
        in_transaction!(self, |tx| {
            let scope = format!("account/{name}");
            // Two of the same wait for each other.
            sqlx::query("UPDATE staff SET disabled = disabled WHERE name = $1").bind(name).execute(&mut **tx).await?;
            match tx.sent_before(&scope, sent).await? {
                Ok(false) => tx.keep_sent(&scope, sent, now).await?,
                Ok(true) => return Ok(Ok(Once::Before)),
                Err(code) => return Ok(Err(code)),
            }
            sqlx::query("DELETE FROM staff_sessions WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM staff_devices WHERE staff = $1").bind(name).execute(&mut **tx).await?;
            let reset =
                sqlx::query("UPDATE staff SET password_hash = $2, disabled = 0, must_change = 1 WHERE name = $1")
                    .bind(name)
                    .bind(password_hash)
                    .execute(&mut **tx)
                    .await?;
            Ok(if reset.rows_affected() == 1 { Ok(Once::Now) } else { Err(Code::NotAllowed) })
        })
    }

    /// Puts the password that somebody chose for themselves in the place of the one that was checked, and ends their other
    /// sessions; gives false when that one was replaced meanwhile.
    pub async fn change_password(&self, name: &str, old_hash: &str, new_hash: &str, session: &str) -> Result<bool> {
        in_transaction!(self, |tx| {
            let changed = sqlx::query(
                "UPDATE staff SET password_hash = $3, must_change = 0 WHERE name = $1 AND password_hash = $2",
            )
            .bind(name)
            .bind(old_hash)
            .bind(new_hash)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if changed == 1 {
                sqlx::query("DELETE FROM staff_sessions WHERE staff = $1 AND hash <> $2")
                    .bind(name)
                    .bind(session)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(changed == 1)
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

    /// The hospitals that have accounts.
    pub async fn hospitals(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT DISTINCT hospital FROM staff").fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(hospital,)| hospital).collect())
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
            let role = role.and_then(|role| readable("staff_roles", &name, read(&role, Role::parse)));
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
            "SELECT name, display, hospital, password_hash, disabled, must_change FROM staff WHERE name = $1",
        )
        .bind(name)
        .fetch_optional(pool)
        .await?))
    }

    /// Whether an account has signed in in a browser, or at a place, before.
    pub async fn knows_device(&self, name: &str, device: &str) -> Result<bool> {
        let row: Option<(i64,)> =
            on_read!(self, |pool| sqlx::query_as("SELECT seen FROM staff_devices WHERE hash = $1 AND staff = $2")
                .bind(device)
                .bind(name)
                .fetch_optional(pool)
                .await?);
        Ok(row.is_some())
    }

    /// Opens a session, and remembers the browser and the place. Gives false, and opens nothing, when the account was shut meanwhile.
    pub async fn open_staff_session(&self, sign_in: &SignIn<'_>, limits: &[Limit]) -> Result<bool> {
        self.give_back(limits).await?;
        in_transaction!(self, |tx| {
            let account: Option<(String,)> = sqlx::query_as(
                "UPDATE staff SET created = created WHERE name = $1 AND disabled = 0 RETURNING hospital",
            )
            .bind(sign_in.name)
            .fetch_optional(&mut **tx)
            .await?;
            let Some((hospital,)) = account else { return Ok(false) };
            sqlx::query("INSERT INTO staff_sessions (hash, staff, until) VALUES ($1, $2, $3)")
                .bind(sign_in.session)
                .bind(sign_in.name)
                .bind(sign_in.until.0)
                .execute(&mut **tx)
                .await?;
            for known in [sign_in.device, sign_in.place] {
                sqlx::query(
                    "INSERT INTO staff_devices (hash, staff, seen) VALUES ($1, $2, $3) \
                     ON CONFLICT (hash, staff) DO UPDATE SET seen = excluded.seen",
                )
                .bind(known)
                .bind(sign_in.name)
                .bind(sign_in.now.0)
                .execute(&mut **tx)
                .await?;
            }
            let roles: Vec<(String,)> = sqlx::query_as("SELECT role FROM staff_roles WHERE staff = $1 ORDER BY role")
                .bind(sign_in.name)
                .fetch_all(&mut **tx)
                .await?;
            let roles = roles.iter().map(|(role,)| read(role, Role::parse)).collect::<Result<Vec<_>>>()?;
            let entry = Entry {
                at: sign_in.now,
                staff: sign_in.name.to_owned(),
                hospital,
                roles: words(&roles),
                action: "sign-in".to_owned(),
                object: Object::None,
            };
            tx.log(&entry).await?;
            Ok(true)
        })
    }

    /// Writes down that somebody did not get in. Where there is no such account it is not named: who has mistaken the
    /// field may have typed a password there.
    pub async fn note_refused_sign_in(&self, account: Option<&Account>, site: &str, now: Moment) -> Result<()> {
        let entry = Entry {
            at: now,
            staff: account.map(|account| account.name.clone()).unwrap_or_default(),
            hospital: account.map_or(site, |account| &account.hospital).to_owned(),
            roles: String::new(),
            action: "sign-in-refused".to_owned(),
            object: Object::None,
        };
        self.write_entry(&entry).await
    }

    /// Who has this session; nobody once the account was disabled.
    pub async fn staff_session(&self, hash: &str, now: Moment) -> Result<Option<StaffSession>> {
        let rows: Vec<(String, String, String, i64, i64, String)> = on_read!(self, |pool| {
            sqlx::query_as(
                "SELECT staff.name, display, hospital, must_change, until, role FROM staff_sessions \
                 JOIN staff ON staff.name = staff_sessions.staff JOIN staff_roles ON staff_roles.staff = staff.name \
                 WHERE hash = $1 AND until > $2 AND disabled = 0 ORDER BY role",
            )
            .bind(hash)
            .bind(now.0)
            .fetch_all(pool)
            .await?
        });
        let Some((name, display, hospital, must_change, until, _)) = rows.first().cloned() else { return Ok(None) };
        // A role that is not known gives no right, and takes none of the others.
        let known = |role: &str| readable("staff_roles", &name, read(role, Role::parse));
        let roles = rows.iter().filter_map(|(.., role)| known(role)).collect();
        Ok(Some(StaffSession {
            staff: Staff { name, display, hospital, roles },
            password: if must_change == 0 { Password::Own } else { Password::Given },
            until: Moment(until),
        }))
    }

    /// Lets a session that is in use last longer.
    pub async fn extend_staff_session(&self, hash: &str, until: Moment) -> Result<()> {
        on_write!(self, |pool| {
            sqlx::query("UPDATE staff_sessions SET until = $2 WHERE hash = $1 AND until < $2")
                .bind(hash)
                .bind(until.0)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Ends a session; gives false when it had ended.
    pub async fn end_staff_session(&self, hash: &str) -> Result<bool> {
        in_transaction!(self, |tx| {
            let ended = sqlx::query("DELETE FROM staff_sessions WHERE hash = $1").bind(hash).execute(&mut **tx).await?;
            Ok(ended.rows_affected() == 1)
        })
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
            match self.id_of(&filter.code).await? {
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

    /// The id of the follow-up or of the request for nursing at home with this code.
    async fn id_of(&self, code: &str) -> Result<Option<String>> {
        let row: Option<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT id FROM followups WHERE code = $1 UNION ALL SELECT id FROM home_care WHERE code = $1",
        )
        .bind(code)
        .fetch_optional(pool)
        .await?);
        Ok(row.map(|(id,)| id))
    }
}
