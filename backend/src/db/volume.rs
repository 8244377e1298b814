//! Years of work of a city in one go: follow-ups with their past steps, appointments, history and log, and a month of
//! slots to come. Made for benchmarks, in few large statements, with all indexes in place; nothing here runs in a server.

use super::{Db, Error, Result, in_transaction};
use crate::secrets::{self, Secrets};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::{SlotId, Token};

/// Hospitals; the first is large and has 61 of 100 follow-ups.
pub const HOSPITALS: i64 = 40;
/// Days of slots to come, the first is today.
pub const DAYS: i64 = 30;
/// Times of a service in a day, every 20 minutes from 8:00.
const TIMES: i64 = 24;
/// Places of a slot of the service `a`, which those who are booked fill, and of a past slot.
const PLACES: i64 = 10;
/// Follow-ups in one statement.
const CHUNK: usize = 500;
const DAY_MS: i64 = 86_400_000;

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub struct Volume {
    /// Follow-ups of all hospitals together, a multiple of 2000.
    pub followups: i64,
    /// Past appointments of each follow-up.
    pub past: i64,
}

/// What a follow-up of a volume is doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It has ended.
    Ended,
    /// Somebody must look after it.
    Overdue,
    /// It has an appointment in the next days.
    Booked,
    /// A call was promised.
    ToCall,
    /// The service it may book is nearly full: some wait for an earlier time, some have asked a question.
    Stuck,
    /// It may book the service that is free.
    ToBook,
}

/// A follow-up of a volume: its hospital, from 0, and its number there, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Nth {
    /// The hospital.
    pub hospital: i64,
    /// The number in it.
    pub number: i64,
}

impl Nth {
    /// Its id, as long as a real one and as scattered.
    pub fn id(self) -> String {
        format!(
            "{}-4f1c09ab27de5583b1e6a0",
            ((self.hospital * 1_000_000 + self.number) * 2_654_435_761) % 4_294_967_296
        )
    }

    /// Its short code.
    pub fn code(self) -> String {
        format!("V{}-{}", self.hospital, self.number)
    }

    /// Its link.
    pub fn token(self, secrets: &Secrets) -> Token {
        secrets.link_token(&self.id(), 1)
    }

    /// The patient's phone number.
    pub fn phone(self) -> String {
        format!("138{:08}", self.hospital * 1_000_000 + self.number)
    }

    /// What it is doing.
    pub fn doing(self) -> Doing {
        match self.number % 20 {
            0..=5 => Doing::Ended,
            6 | 7 => Doing::Overdue,
            8..=11 if self.place() < TIMES * DAYS * PLACES => Doing::Booked,
            12 => Doing::ToCall,
            8..=14 => Doing::Stuck,
            _ => Doing::ToBook,
        }
    }

    /// Which of the booked ones of its hospital it is.
    fn place(self) -> i64 {
        self.number / 20 * 4 + self.number % 20 - 8
    }
}

/// The name of a hospital: the first is the one of the content.
pub fn hospital(number: i64) -> String {
    if number == 0 { "zhuzhou-2".to_owned() } else { format!("hospital-{number}") }
}

/// A slot to come of a hospital's service `b`, of which 40 places are free: the earliest of today has the number 0.
pub fn free_slot(hospital: i64, number: i64) -> Option<SlotId> {
    SlotId::parse(&format!("next-{hospital}-b-{number}"))
}

impl Volume {
    /// How many follow-ups a hospital has.
    pub fn of(&self, hospital: i64) -> i64 {
        let small = self.followups / 100;
        if hospital == 0 { self.followups - (HOSPITALS - 1) * small } else { small }
    }

    /// All follow-ups of a hospital that do this, latest made first.
    pub fn doing(&self, hospital: i64, doing: Doing) -> impl Iterator<Item = Nth> {
        (0..self.of(hospital)).rev().map(move |number| Nth { hospital, number }).filter(move |nth| nth.doing() == doing)
    }
}

/// What is handed to each statement: $1 the hospital's number, $2 its name, $3 how many follow-ups it has, $4 how many
/// past appointments each has, $5 the beginning of today.
const STATEMENTS: [&str; 10] = [
    // Past slots, 48 a day, alternately of both services.
    "WITH RECURSIVE n(s) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT s + 1 FROM n WHERE s + 1 < $3 * $4 / 10) \
     INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity, taken) \
     SELECT 'past-' || CAST($1 AS TEXT) || '-' || CAST(s AS TEXT), $2, \
     $2 || CASE WHEN s % 2 = 0 THEN '-a' ELSE '-b' END, 'room', \
     $5 - (($3 * $4 / 10 - 1 - s) / 48 + 1) * 86400000 + 28800000 + (s % 48) / 2 * 1200000, 20, 10, \
     CASE WHEN (s * 10 / $3) % 2 = ($4 - 1) % 2 THEN 10 ELSE 0 END FROM n",
    // Slots to come: the service `a` is taken by those who are booked.
    "WITH RECURSIVE n(s) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT s + 1 FROM n WHERE s + 1 < 720) \
     INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity, taken) \
     SELECT 'next-' || CAST($1 AS TEXT) || '-a-' || CAST(s AS TEXT), $2, $2 || '-a', 'room', \
     $5 + s / 24 * 86400000 + 28800000 + s % 24 * 1200000, 20, 10, \
     (CASE WHEN $3 / 20 * 4 < 7200 THEN $3 / 20 * 4 ELSE 7200 END - s + 719) / 720 FROM n WHERE $4 > 0",
    "WITH RECURSIVE n(s) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT s + 1 FROM n WHERE s + 1 < 720) \
     INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity) \
     SELECT 'next-' || CAST($1 AS TEXT) || '-b-' || CAST(s AS TEXT), $2, $2 || '-b', 'room', \
     $5 + s / 24 * 86400000 + 28800000 + s % 24 * 1200000, 20, 40 FROM n WHERE $3 + $4 > 0",
    // Steps that have ended, two appointments for each, and the open one.
    "WITH RECURSIVE n(q) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT q + 1 FROM n WHERE q + 1 < $3), \
     k(k) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT k + 1 FROM k WHERE k <= ($4 + 1) / 2), \
     one(id, q, k) AS (SELECT CAST((($1 * 1000000 + q) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0', \
     q, k FROM n, k) \
     INSERT INTO steps (id, followup, number, services, due_from, due_to, owner, made, ended, outcome) \
     SELECT id || '-' || CAST(k AS TEXT), id, k, \
     '[\"' || $2 || CASE WHEN q % 20 BETWEEN 6 AND 14 THEN '-a' ELSE '-b' END || '\"]', \
     '2025-01-01', CASE WHEN q % 20 IN (6, 7) THEN '2025-06-01' ELSE '2099-01-01' END, 'nurse', $5 - 90000000000 / k, \
     CASE WHEN k <= ($4 + 1) / 2 OR q % 20 < 6 THEN $5 - 80000000000 / k END, \
     CASE WHEN k <= ($4 + 1) / 2 THEN 'review' END FROM one",
    // Past appointments: of each two one was cancelled and one kept.
    "WITH RECURSIVE n(p) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT p + 1 FROM n WHERE p + 1 < $3 * $4), \
     one(p, k, id) AS (SELECT p, p / $3, \
     CAST((($1 * 1000000 + p % $3) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0' FROM n) \
     INSERT INTO appointments (id, followup, slot, place, made, ended, step, state) \
     SELECT CAST((($1 * 10000000 + p) * 2654435761) % 4294967296 AS TEXT) || '-99ab27de5583b1e6a04f1c', id, \
     'past-' || CAST($1 AS TEXT) || '-' || CAST(p / 10 AS TEXT), p % 10 + 1, \
     $5 - 864000000 - ($3 * $4 - p) / 480 * 86400000, CASE WHEN k % 2 = ($4 - 1) % 2 THEN NULL ELSE $5 END, \
     id || '-' || CAST(k / 2 + 1 AS TEXT), \
     CASE WHEN k % 2 = ($4 - 1) % 2 THEN 'attended' ELSE 'cancelled-by-patient' END FROM one",
    "WITH RECURSIVE n(p) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT p + 1 FROM n WHERE p + 1 < $3 * $4), \
     one(p, k, id) AS (SELECT p, p / $3, \
     CAST((($1 * 1000000 + p % $3) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0' FROM n) \
     INSERT INTO history (id, followup, at, actor, action, state, slot, number, appointment, before) \
     SELECT CAST((($1 * 10000000 + p) * 2654435761) % 4294967296 AS TEXT) || '-b1e6a04f1c99ab27de5583', id, \
     $5 - ($3 * $4 - p) / 480 * 86400000, CASE WHEN k % 2 = ($4 - 1) % 2 THEN 'nurse' ELSE 'patient' END, \
     CASE WHEN k % 2 = ($4 - 1) % 2 THEN 'attend' ELSE 'cancel' END, \
     CASE WHEN k % 2 = ($4 - 1) % 2 THEN 'attended' ELSE 'cancelled-by-patient' END, \
     'past-' || CAST($1 AS TEXT) || '-' || CAST(p / 10 AS TEXT), k + 2, \
     CAST((($1 * 10000000 + p) * 2654435761) % 4294967296 AS TEXT) || '-99ab27de5583b1e6a04f1c', 'booked' FROM one",
    // Those who are booked, and the line that tells it.
    "WITH RECURSIVE n(q) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT q + 1 FROM n WHERE q + 1 < $3), \
     one(j, id) AS (SELECT q / 20 * 4 + q % 20 - 8, \
     CAST((($1 * 1000000 + q) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0' FROM n \
     WHERE q % 20 BETWEEN 8 AND 11) \
     INSERT INTO appointments (id, followup, slot, place, made, step, state) \
     SELECT id || '-next', id, 'next-' || CAST($1 AS TEXT) || '-a-' || CAST(j % 720 AS TEXT), j / 720 + 1, \
     $5 - 86400000, id || '-' || CAST(($4 + 1) / 2 + 1 AS TEXT), 'booked' FROM one WHERE j < 7200 AND $2 <> ''",
    "WITH RECURSIVE n(q) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT q + 1 FROM n WHERE q + 1 < $3), \
     one(j, id) AS (SELECT q / 20 * 4 + q % 20 - 8, \
     CAST((($1 * 1000000 + q) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0' FROM n \
     WHERE q % 20 BETWEEN 8 AND 11) \
     INSERT INTO history (id, followup, at, actor, action, state, slot, number, appointment) \
     SELECT id || '-next', id, $5 - 86400000, 'patient', 'book', 'booked', \
     'next-' || CAST($1 AS TEXT) || '-a-' || CAST(j % 720 AS TEXT), $4 + 2, id || '-next' FROM one \
     WHERE j < 7200 AND $2 <> ''",
    // One in a hundred waits for an earlier time where nothing is free.
    "INSERT INTO waiting (followup, since, before) SELECT followups.id, created, $5 + 2592000000 FROM followups \
     WHERE hospital = $2 AND urgency = 2 AND code LIKE 'V%13' AND $1 + $3 + $4 >= 0 AND ending IS NULL",
    // The log: two lines for each follow-up.
    "WITH RECURSIVE n(q) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT q + 1 FROM n WHERE q + 1 < $3 * 2) \
     INSERT INTO audit (id, at, staff, action, followup, hospital) \
     SELECT CAST((($1 * 2000000 + q) * 2654435761) % 4294967296 AS TEXT) || '-de5583b1e6a04f1c99ab27', \
     $5 - ($3 * 2 - q) * (2592000000 / ($3 * 2)), 'nurse' || CAST(q % 20 AS TEXT), 'read', \
     CAST((($1 * 1000000 + q / 2) * 2654435761) % 4294967296 AS TEXT) || '-4f1c09ab27de5583b1e6a0', $2 FROM n \
     WHERE $4 > 0",
];

/// A follow-up as it is written.
struct Row {
    nth: Nth,
    id: String,
    token_hash: String,
    name_sealed: String,
    phone_sealed: String,
    reason_sealed: String,
    urgency: i64,
    created: i64,
    ending: Option<&'static str>,
    due: Option<i64>,
    call_on: Option<String>,
    finders: [String; 3],
    question_sealed: Option<String>,
}

impl Row {
    fn new(nth: Nth, of: i64, secrets: &Secrets, today: i64) -> Self {
        let (id, phone, doing) = (nth.id(), nth.phone(), nth.doing());
        let n = nth.number;
        let name = format!("李{n}");
        let due = match doing {
            Doing::Ended => None,
            Doing::Overdue => Some(today - (1 + n / 20 % 50) * DAY_MS),
            Doing::Booked => Some(today + (nth.place() % (TIMES * DAYS) / TIMES + 1) * DAY_MS),
            _ => Some(today + 365 * DAY_MS),
        };
        let call = Moment(today).date().plus_days(n / 20 % 60 - 30);
        let question_id = format!("{id}-q");
        Self {
            token_hash: secrets::hash(nth.token(secrets).as_str()),
            name_sealed: secrets.seal(&id, "name", &name),
            phone_sealed: secrets.seal(&id, "phone", &phone),
            reason_sealed: secrets.seal(&id, "reason", "小结节，3 个月复查"),
            urgency: if n % 100 == 13 { 2 } else { n / 20 % 3 },
            created: today - (of - n) * (1000 * DAY_MS / of),
            ending: (doing == Doing::Ended).then_some("completed"),
            due,
            call_on: (doing == Doing::ToCall).then(|| call.to_string()),
            finders: [
                secrets.finder("name", &name),
                secrets.finder("phone", &phone),
                secrets.finder("ending", &phone[phone.len() - 4..]),
            ],
            question_sealed: (n % 200 == 14).then(|| secrets.seal(&question_id, "question", "要空腹吗？")),
            nth,
            id,
        }
    }
}

impl Db {
    /// Fills an empty database. Each hospital is one transaction.
    pub async fn fill(&self, volume: Volume, secrets: &Secrets, now: Moment) -> Result<()> {
        if volume.followups % 2000 != 0 || volume.past < 1 {
            return Err(Error::Broken(format!("{volume:?}")));
        }
        let today = Moment::at(now.date(), 0).0;
        if let Self::Sqlite { write, .. } = self {
            // Hundreds of megabytes of index pages are written in no order; a server keeps its usual 2 MB.
            sqlx::query("PRAGMA cache_size = -400000").execute(write).await?;
        }
        for hospital in 0..HOSPITALS {
            self.fill_hospital(volume, hospital, secrets, today).await?;
        }
        match self {
            Self::Sqlite { write, .. } => {
                sqlx::query("PRAGMA cache_size = -2000").execute(write).await?;
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await?;
            }
            // What autovacuum does in the hours after.
            Self::Postgres(pool) => {
                sqlx::query("VACUUM ANALYZE").execute(pool).await?;
            }
        }
        Ok(())
    }

    async fn fill_hospital(&self, volume: Volume, number: i64, secrets: &Secrets, today: i64) -> Result<()> {
        let (of, name) = (volume.of(number), hospital(number));
        in_transaction!(self, |tx| {
            let mut rest = (0..of).map(|n| Row::new(Nth { hospital: number, number: n }, of, secrets, today));
            loop {
                let rows: Vec<Row> = rest.by_ref().take(CHUNK).collect();
                if rows.is_empty() {
                    break;
                }
                let mut sql = sqlx::QueryBuilder::new(
                    "INSERT INTO followups (id, code, hospital, owner, token_hash, link_generation, link_until, name_sealed, \
                     phone_sealed, reason_sealed, topic, urgency, created, created_by, ending, due, call_on, sequence, version) ",
                );
                sql.push_values(&rows, |mut values, row| {
                    values
                        .push_bind(&row.id)
                        .push_bind(row.nth.code())
                        .push_bind(&name)
                        .push_bind("nurse")
                        .push_bind(&row.token_hash)
                        .push_bind(1_i64)
                        .push_bind(today + 300 * DAY_MS)
                        .push_bind(&row.name_sealed)
                        .push_bind(&row.phone_sealed)
                        .push_bind(&row.reason_sealed)
                        .push_bind("lung")
                        .push_bind(row.urgency)
                        .push_bind(row.created)
                        .push_bind("nurse")
                        .push_bind(row.ending)
                        .push_bind(row.due)
                        .push_bind(&row.call_on)
                        .push_bind(volume.past + 2)
                        .push_bind(1_i64);
                });
                sql.build().execute(&mut **tx).await?;
                let mut sql = sqlx::QueryBuilder::new("INSERT INTO finders (hash, followup) ");
                let finders = rows.iter().flat_map(|row| row.finders.iter().map(move |hash| (hash, &row.id)));
                sql.push_values(finders, |mut values, (hash, id)| {
                    values.push_bind(hash).push_bind(id);
                });
                sql.build().execute(&mut **tx).await?;
                let mut sql =
                    sqlx::QueryBuilder::new("INSERT INTO history (id, followup, at, actor, action, state, number) ");
                sql.push_values(&rows, |mut values, row| {
                    values
                        .push_bind(format!("{}-made", row.id))
                        .push_bind(&row.id)
                        .push_bind(row.created)
                        .push_bind("nurse")
                        .push_bind("make")
                        .push_bind("")
                        .push_bind(1_i64);
                });
                sql.build().execute(&mut **tx).await?;
                for row in rows.iter().filter(|row| row.question_sealed.is_some()) {
                    sqlx::query("INSERT INTO questions (id, followup, asked, text_sealed) VALUES ($1, $2, $3, $4)")
                        .bind(format!("{}-q", row.id))
                        .bind(&row.id)
                        .bind(row.created)
                        .bind(&row.question_sealed)
                        .execute(&mut **tx)
                        .await?;
                }
            }
            for statement in STATEMENTS {
                sqlx::query(statement)
                    .bind(number)
                    .bind(&name)
                    .bind(of)
                    .bind(volume.past)
                    .bind(today)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_made_is_as_the_pathway_would_have_made_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite://{}/test.db", folder.path().display())).await.expect("a database");
        let now = Moment(1_800_000_000_000);
        let volume = Volume { followups: 2000, past: 10 };
        let secrets = Secrets::new(&[7; 32]);
        db.fill(volume, &secrets, now).await.expect("filled");
        assert!(db.miscounted_slots().await.expect("the database").is_empty());
        assert!(db.unexplained_appointments().await.expect("the database").is_empty());
        let overdue = db.overdue(&hospital(0), now, 2000).await.expect("the database");
        assert_eq!(overdue.len(), volume.doing(0, Doing::Overdue).count());
        let booked = volume.doing(0, Doing::Booked).next().expect("somebody");
        let record = db.followup(&booked.id()).await.expect("the database").expect("a follow-up");
        assert!(record.firm().is_some_and(|latest| latest.slot.service == "zhuzhou-2-a"));
        assert_eq!(db.ended_steps(&booked.id()).await.expect("the database").len(), 5);
        assert_eq!(db.history(&booked.id()).await.expect("the database").len(), 12);
        let (waiting, _) = db.waiting_list((0, ""), 100).await.expect("the database");
        assert!(!waiting.is_empty());
        let services = db.followup(&waiting[0].followup).await.expect("the database").expect("a follow-up").step;
        assert!(services.is_some_and(|step| step.services[0].ends_with("-a")));
    }
}
