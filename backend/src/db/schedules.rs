//! The timetable of a hospital in the database: weekly times, days that differ and visits of experts, and the slots that
//! follow from them. A change and all that follows from it for the slots is one transaction; two of them at one hospital
//! take turns on its row in `timetables`.

use super::ledger::read;
use super::log::{self, Entry, Log as _, Object};
use super::slots::NewSlot;
use super::{Db, Error, Result, again, in_transaction, on_read};
use sqlx::{PgConnection, SqliteConnection};
use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::schedules::{Exception, ExceptionKind, Template, Visit, VisitState};
use zaoshai_contract::staff::Staff;

/// What stands in `slots.closure` when the timetable closed a slot. The id of a closing (停诊) is never this word.
pub const BY_TIMETABLE: &str = "timetable";

/// What of a timetable is not over. Cancelled exceptions are left out; cancelled visits say why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timetable {
    /// The weekly times.
    pub templates: Vec<Template>,
    /// The days that differ.
    pub exceptions: Vec<Exception>,
    /// The visits of experts.
    pub visits: Vec<Visit>,
}

/// A change of the timetable. Each can be repeated and then changes nothing.
#[derive(Clone, Debug)]
pub enum Change {
    /// New weekly times.
    AddTemplates(Vec<Template>),
    /// Weekly times that apply up to `last` and no longer.
    EndTemplate {
        /// Which.
        id: String,
        /// Their last day.
        last: CivilDate,
    },
    /// Days that differ.
    AddException(Exception),
    /// They do not differ after all.
    CancelException {
        /// Which.
        id: String,
    },
    /// A visit that is planned.
    AddVisit(Visit),
    /// The expert has said that she comes.
    ConfirmVisit {
        /// Which.
        id: String,
    },
    /// She does not come.
    CancelVisit {
        /// Which.
        id: String,
        /// Why, in words that patients may read.
        reason: String,
    },
}

impl Change {
    /// The word in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::AddTemplates(_) => "add-weekly-times",
            Self::EndTemplate { .. } => "end-weekly-times",
            Self::AddException(_) => "add-exception",
            Self::CancelException { .. } => "cancel-exception",
            Self::AddVisit(_) => "add-visit",
            Self::ConfirmVisit { .. } => "confirm-visit",
            Self::CancelVisit { .. } => "cancel-visit",
        }
    }

    /// What the log says that it concerns.
    pub fn object(&self) -> Object {
        match self {
            Self::AddTemplates(templates) => templates.first().map_or(Object::None, |first| Object::named(&first.id)),
            Self::AddException(exception) => Object::named(&exception.id),
            Self::AddVisit(visit) => Object::named(&visit.id),
            Self::EndTemplate { id, .. }
            | Self::CancelException { id, .. }
            | Self::ConfirmVisit { id, .. }
            | Self::CancelVisit { id, .. } => Object::named(id),
        }
    }
}

/// A slot that is to come, as the timetable finds it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The service's id.
    pub service: String,
    /// Where.
    pub room: String,
    /// When it begins.
    pub starts: i64,
    /// How long it takes, minutes.
    pub minutes: i64,
    /// Its places.
    pub capacity: i64,
    /// How many of them are taken.
    pub taken: i64,
    /// The visiting expert; empty for none.
    pub expert: String,
    /// What closed it.
    pub closure: Option<String>,
    /// 1 when the timetable made it.
    pub timetable: i64,
    /// 1 when it is kept only for those who are in it.
    pub unwanted: i64,
}

/// A closing (停诊) that is not over.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// The service; none for all.
    pub service: Option<String>,
    /// From this moment.
    pub first: i64,
    /// Until before this moment.
    pub last: i64,
}

/// What is to be done with one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is made, closed where a closing stands.
    Make {
        /// The slot.
        slot: NewSlot,
        /// The closing's id.
        closure: Option<String>,
    },
    /// It becomes as the timetable wants it; it keeps the places that are taken.
    Set {
        /// Its id.
        id: String,
        /// How long it takes, minutes.
        minutes: u16,
        /// Its places.
        capacity: u16,
        /// The visiting expert; empty for none.
        expert: String,
        /// What closes it.
        closure: Option<String>,
    },
    /// It is closed, if nobody is in it.
    CloseEmpty {
        /// Its id.
        id: String,
    },
    /// It is closed, and whoever is in it has to move.
    CloseWith {
        /// Its id.
        id: String,
        /// How many are in it.
        people: i64,
    },
    /// It keeps those who are in it and takes nobody else.
    Keep {
        /// Its id.
        id: String,
        /// How many are in it.
        people: i64,
    },
}

/// Decides what follows from a timetable, the slots that are to come and the closings that stand; what fails changes
/// nothing.
pub type Decide<'a> = dyn Fn(&Timetable, &[Stored], &[Standing]) -> Result<Vec<Step>> + Sync + 'a;

/// A hospital's timetable at a moment.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The hospital.
    pub hospital: &'a str,
    /// Now.
    pub now: Moment,
}

#[derive(sqlx::FromRow)]
struct TemplateRow {
    id: String,
    service: String,
    room: String,
    weekday: i64,
    start: i64,
    stop: i64,
    every: i64,
    minutes: i64,
    capacity: i64,
    valid_from: String,
    valid_to: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ExceptionRow {
    id: String,
    kind: String,
    service: Option<String>,
    room: Option<String>,
    first_day: String,
    last_day: String,
    start: i64,
    stop: i64,
    every: i64,
    minutes: i64,
    capacity: i64,
    reason: String,
}

#[derive(sqlx::FromRow)]
struct VisitRow {
    id: String,
    expert: String,
    home: String,
    speciality: String,
    service: String,
    room: String,
    day: String,
    start: i64,
    stop: i64,
    every: i64,
    minutes: i64,
    capacity: i64,
    confirmed: Option<i64>,
    confirmed_by: Option<String>,
    cancelled: Option<i64>,
    cancelled_by: Option<String>,
    reason: String,
}

fn small(number: i64) -> Result<u16> {
    u16::try_from(number).map_err(|_| Error::Broken(number.to_string()))
}

fn weekday(number: i64) -> Result<Weekday> {
    let place = usize::try_from(number - 1).ok();
    place.and_then(|place| Weekday::ALL.get(place)).copied().ok_or_else(|| Error::Broken(number.to_string()))
}

impl TemplateRow {
    fn read(self) -> Result<Template> {
        Ok(Template {
            weekday: weekday(self.weekday)?,
            from: small(self.start)?,
            until: small(self.stop)?,
            every: small(self.every)?,
            minutes: small(self.minutes)?,
            capacity: small(self.capacity)?,
            valid_from: read(&self.valid_from, CivilDate::parse)?,
            valid_to: self.valid_to.map(|day| read(&day, CivilDate::parse)).transpose()?,
            id: self.id,
            service: self.service,
            room: self.room,
        })
    }
}

impl ExceptionRow {
    fn read(self) -> Result<Exception> {
        let (kind, room) = if self.kind == "closed" {
            (ExceptionKind::Closed, self.room)
        } else {
            let kind = ExceptionKind::Extra {
                from: small(self.start)?,
                until: small(self.stop)?,
                every: small(self.every)?,
                minutes: small(self.minutes)?,
                capacity: small(self.capacity)?,
                room: self.room.unwrap_or_default(),
            };
            (kind, None)
        };
        Ok(Exception {
            first: read(&self.first_day, CivilDate::parse)?,
            last: read(&self.last_day, CivilDate::parse)?,
            id: self.id,
            service: self.service,
            room,
            kind,
            reason: self.reason,
        })
    }
}

impl VisitRow {
    fn read(self) -> Result<Visit> {
        let state = match (self.cancelled, self.confirmed) {
            (Some(at), _) => {
                VisitState::Cancelled { by: self.cancelled_by.unwrap_or_default(), at: Moment(at), reason: self.reason }
            }
            (None, Some(at)) => VisitState::Confirmed { by: self.confirmed_by.unwrap_or_default(), at: Moment(at) },
            (None, None) => VisitState::Planned,
        };
        Ok(Visit {
            date: read(&self.day, CivilDate::parse)?,
            from: small(self.start)?,
            until: small(self.stop)?,
            every: small(self.every)?,
            minutes: small(self.minutes)?,
            capacity: small(self.capacity)?,
            id: self.id,
            expert: self.expert,
            home: self.home,
            speciality: self.speciality,
            service: self.service,
            room: self.room,
            state,
        })
    }
}

/// The work on a timetable, inside a transaction or for reading.
pub(super) trait Schedules {
    async fn lock_timetable(&mut self, hospital: &str) -> Result<()>;
    async fn timetable(&mut self, at: At<'_>) -> Result<Timetable>;
    async fn to_come(&mut self, at: At<'_>) -> Result<(Vec<Stored>, Vec<Standing>)>;
    async fn write(&mut self, at: At<'_>, change: &Change, who: &str) -> Result<u64>;
    async fn add_template(&mut self, at: At<'_>, template: &Template, who: &str) -> Result<u64>;
    async fn add_exception(&mut self, at: At<'_>, exception: &Exception, who: &str) -> Result<u64>;
    async fn add_visit(&mut self, at: At<'_>, visit: &Visit, who: &str) -> Result<u64>;
    async fn take_step(&mut self, step: &Step) -> Result<u64>;
    async fn reschedule(&mut self, at: At<'_>, change: Option<(&Change, &Staff)>, decide: &Decide<'_>) -> Result<u64>;
}

macro_rules! schedules {
    ($($connection:ty)*) => {
        $(impl Schedules for $connection {
            async fn lock_timetable(&mut self, hospital: &str) -> Result<()> {
                sqlx::query(LOCK).bind(hospital).execute(&mut *self).await?;
                Ok(())
            }

            async fn timetable(&mut self, At { hospital, now }: At<'_>) -> Result<Timetable> {
                let today = now.date().to_string();
                let templates: Vec<TemplateRow> = sqlx::query_as(
                    "SELECT id, service, room, weekday, start, stop, every, minutes, capacity, valid_from, valid_to \
                     FROM schedule_templates WHERE hospital = $1 AND (valid_to IS NULL OR valid_to >= $2) \
                     ORDER BY service, room, weekday, start, id",
                )
                .bind(hospital)
                .bind(&today)
                .fetch_all(&mut *self)
                .await?;
                let exceptions: Vec<ExceptionRow> = sqlx::query_as(
                    "SELECT id, kind, service, room, first_day, last_day, start, stop, every, minutes, capacity, reason \
                     FROM schedule_exceptions WHERE hospital = $1 AND last_day >= $2 AND cancelled IS NULL \
                     ORDER BY first_day, id",
                )
                .bind(hospital)
                .bind(&today)
                .fetch_all(&mut *self)
                .await?;
                let visits: Vec<VisitRow> = sqlx::query_as(
                    "SELECT id, expert, home, speciality, service, room, day, start, stop, every, minutes, capacity, \
                     confirmed, confirmed_by, cancelled, cancelled_by, reason \
                     FROM schedule_visits WHERE hospital = $1 AND day >= $2 ORDER BY day, start, id",
                )
                .bind(hospital)
                .bind(&today)
                .fetch_all(&mut *self)
                .await?;
                Ok(Timetable {
                    templates: templates.into_iter().map(TemplateRow::read).collect::<Result<_>>()?,
                    exceptions: exceptions.into_iter().map(ExceptionRow::read).collect::<Result<_>>()?,
                    visits: visits.into_iter().map(VisitRow::read).collect::<Result<_>>()?,
                })
            }

            async fn to_come(&mut self, At { hospital, now }: At<'_>) -> Result<(Vec<Stored>, Vec<Standing>)> {
                let stored = sqlx::query_as(
                    "SELECT id, service, room, starts, minutes, capacity, taken, expert, closure, timetable, unwanted \
                     FROM slots WHERE clinic = $1 AND starts > $2 ORDER BY id",
                )
                .bind(hospital)
                .bind(now.0)
                .fetch_all(&mut *self)
                .await?;
                let standing = sqlx::query_as(
                    "SELECT id, service, first, last FROM closures WHERE hospital = $1 AND last > $2 AND undone IS NULL \
                     ORDER BY made, id",
                )
                .bind(hospital)
                .bind(now.0)
                .fetch_all(&mut *self)
                .await?;
                Ok((stored, standing))
            }

            async fn write(&mut self, at: At<'_>, change: &Change, who: &str) -> Result<u64> {
                let now = at.now.0;
                match change {
                    Change::AddTemplates(templates) => {
                        let mut added = 0;
                        for template in templates {
                            added += self.add_template(at, template, who).await?;
                        }
                        Ok(added)
                    }
                    Change::AddException(exception) => self.add_exception(at, exception, who).await,
                    Change::AddVisit(visit) => self.add_visit(at, visit, who).await,
                    Change::EndTemplate { id, last } => Ok(sqlx::query(
                        "UPDATE schedule_templates SET valid_to = $3, ended = $4, ended_by = $5 \
                         WHERE id = $1 AND hospital = $2 AND (valid_to IS NULL OR valid_to <> $3)",
                    )
                    .bind(id)
                    .bind(at.hospital)
                    .bind(last.to_string())
                    .bind(now)
                    .bind(who)
                    .execute(&mut *self)
                    .await?
                    .rows_affected()),
                    Change::CancelException { id } => Ok(sqlx::query(
                        "UPDATE schedule_exceptions SET cancelled = $3, cancelled_by = $4 \
                         WHERE id = $1 AND hospital = $2 AND cancelled IS NULL",
                    )
                    .bind(id)
                    .bind(at.hospital)
                    .bind(now)
                    .bind(who)
                    .execute(&mut *self)
                    .await?
                    .rows_affected()),
                    Change::ConfirmVisit { id } => Ok(sqlx::query(
                        "UPDATE schedule_visits SET confirmed = $3, confirmed_by = $4 \
                         WHERE id = $1 AND hospital = $2 AND confirmed IS NULL AND cancelled IS NULL",
                    )
                    .bind(id)
                    .bind(at.hospital)
                    .bind(now)
                    .bind(who)
                    .execute(&mut *self)
                    .await?
                    .rows_affected()),
                    Change::CancelVisit { id, reason } => Ok(sqlx::query(
                        "UPDATE schedule_visits SET cancelled = $3, cancelled_by = $4, reason = $5 \
                         WHERE id = $1 AND hospital = $2 AND cancelled IS NULL",
                    )
                    .bind(id)
                    .bind(at.hospital)
                    .bind(now)
                    .bind(who)
                    .bind(reason)
                    .execute(&mut *self)
                    .await?
                    .rows_affected()),
                }
            }

            async fn add_template(&mut self, at: At<'_>, template: &Template, who: &str) -> Result<u64> {
                Ok(sqlx::query(
                    "INSERT INTO schedule_templates (id, hospital, service, room, weekday, start, stop, every, minutes, \
                     capacity, valid_from, valid_to, made, made_by) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
                )
                .bind(&template.id)
                .bind(at.hospital)
                .bind(&template.service)
                .bind(&template.room)
                .bind(template.weekday as i64 + 1)
                .bind(i64::from(template.from))
                .bind(i64::from(template.until))
                .bind(i64::from(template.every))
                .bind(i64::from(template.minutes))
                .bind(i64::from(template.capacity))
                .bind(template.valid_from.to_string())
                .bind(template.valid_to.map(|day| day.to_string()))
                .bind(at.now.0)
                .bind(who)
                .execute(&mut *self)
                .await?
                .rows_affected())
            }

            async fn add_exception(&mut self, at: At<'_>, exception: &Exception, who: &str) -> Result<u64> {
                let (word, room, times) = match &exception.kind {
                    ExceptionKind::Closed => ("closed", exception.room.as_ref(), [0; 5]),
                    ExceptionKind::Extra { from, until, every, minutes, capacity, room } => {
                        ("extra", Some(room), [*from, *until, *every, *minutes, *capacity])
                    }
                };
                let [from, until, every, minutes, capacity] = times.map(i64::from);
                Ok(sqlx::query(
                    "INSERT INTO schedule_exceptions (id, hospital, kind, service, room, first_day, last_day, start, \
                     stop, every, minutes, capacity, reason, made, made_by) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
                )
                .bind(&exception.id)
                .bind(at.hospital)
                .bind(word)
                .bind(&exception.service)
                .bind(room)
                .bind(exception.first.to_string())
                .bind(exception.last.to_string())
                .bind(from)
                .bind(until)
                .bind(every)
                .bind(minutes)
                .bind(capacity)
                .bind(&exception.reason)
                .bind(at.now.0)
                .bind(who)
                .execute(&mut *self)
                .await?
                .rows_affected())
            }

            async fn add_visit(&mut self, at: At<'_>, visit: &Visit, who: &str) -> Result<u64> {
                Ok(sqlx::query(
                    "INSERT INTO schedule_visits (id, hospital, expert, home, speciality, service, room, day, start, \
                     stop, every, minutes, capacity, made, made_by) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
                )
                .bind(&visit.id)
                .bind(at.hospital)
                .bind(&visit.expert)
                .bind(&visit.home)
                .bind(&visit.speciality)
                .bind(&visit.service)
                .bind(&visit.room)
                .bind(visit.date.to_string())
                .bind(i64::from(visit.from))
                .bind(i64::from(visit.until))
                .bind(i64::from(visit.every))
                .bind(i64::from(visit.minutes))
                .bind(i64::from(visit.capacity))
                .bind(at.now.0)
                .bind(who)
                .execute(&mut *self)
                .await?
                .rows_affected())
            }

            async fn take_step(&mut self, step: &Step) -> Result<u64> {
                let query = match step {
                    Step::Make { slot, closure } => sqlx::query(
                        "INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity, expert, closure, \
                         timetable) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING",
                    )
                    .bind(slot.id.as_str())
                    .bind(&slot.clinic)
                    .bind(&slot.service)
                    .bind(&slot.room)
                    .bind(slot.starts.0)
                    .bind(i64::from(slot.minutes))
                    .bind(i64::from(slot.capacity))
                    .bind(&slot.expert)
                    .bind(closure),
                    // The places may have been taken since the slot was read.
                    Step::Set { id, minutes, capacity, expert, closure } => sqlx::query(
                        "UPDATE slots SET minutes = $2, capacity = CASE WHEN taken > $3 THEN taken ELSE $3 END, \
                         expert = $4, closure = $5, timetable = 1, unwanted = 0 WHERE id = $1",
                    )
                    .bind(id)
                    .bind(i64::from(*minutes))
                    .bind(i64::from(*capacity))
                    .bind(expert)
                    .bind(closure),
                    Step::CloseEmpty { id } => {
                        sqlx::query("UPDATE slots SET closure = $2 WHERE id = $1 AND closure IS NULL AND taken = 0")
                            .bind(id)
                            .bind(BY_TIMETABLE)
                    }
                    Step::CloseWith { id, people } => sqlx::query(
                        "UPDATE slots SET closure = $2 WHERE id = $1 AND closure IS NULL AND taken <= $3",
                    )
                    .bind(id)
                    .bind(BY_TIMETABLE)
                    .bind(*people),
                    Step::Keep { id, .. } => sqlx::query(
                        "UPDATE slots SET capacity = taken, unwanted = 1 WHERE id = $1 AND taken > 0 \
                         AND (capacity <> taken OR unwanted = 0)",
                    )
                    .bind(id),
                };
                Ok(query.execute(&mut *self).await?.rows_affected())
            }

            async fn reschedule(
                &mut self,
                at: At<'_>,
                change: Option<(&Change, &Staff)>,
                decide: &Decide<'_>,
            ) -> Result<u64> {
                self.lock_timetable(at.hospital).await?;
                if let Some((change, staff)) = change {
                    if self.write(at, change, &staff.name).await? > 0 {
                        self.log(&Entry::new(staff, change.word(), change.object(), at.now)).await?;
                    }
                    // A repeat has its line already.
                    log::told();
                }
                let timetable = self.timetable(at).await?;
                let (stored, standing) = self.to_come(at).await?;
                let mut changed = 0;
                for step in decide(&timetable, &stored, &standing)? {
                    let done = self.take_step(&step).await?;
                    if done == 0 && matches!(step, Step::CloseWith { .. }) {
                        // Somebody has come in since the slots were read.
                        return Err(Error::MoreThanAsked);
                    }
                    changed += done;
                }
                Ok(changed)
            }
        })*
    };
}

schedules!(SqliteConnection PgConnection);

/// Locks a hospital's timetable for the rest of a transaction.
pub(super) const LOCK: &str = "INSERT INTO timetables (hospital, version) VALUES ($1, 1) \
     ON CONFLICT (hospital) DO UPDATE SET version = timetables.version + 1";

impl Db {
    /// What of a hospital's timetable is not over.
    pub async fn timetable(&self, at: At<'_>) -> Result<Timetable> {
        on_read!(self, |pool| pool.acquire().await?.timetable(at).await)
    }

    /// The slots of a hospital that are to come, by id, and the closings that stand.
    pub async fn slots_to_come(&self, at: At<'_>) -> Result<(Vec<Stored>, Vec<Standing>)> {
        on_read!(self, |pool| pool.acquire().await?.to_come(at).await)
    }

    /// Whether a hospital's timetable has or had something with this id.
    pub async fn knows_of(&self, hospital: &str, id: &str) -> Result<bool> {
        let row: Option<(String,)> = on_read!(self, |pool| sqlx::query_as(
            "SELECT id FROM schedule_templates WHERE hospital = $1 AND id = $2 \
             UNION ALL SELECT id FROM schedule_exceptions WHERE hospital = $1 AND id = $2 \
             UNION ALL SELECT id FROM schedule_visits WHERE hospital = $1 AND id = $2",
        )
        .bind(hospital)
        .bind(id)
        .fetch_optional(pool)
        .await?);
        Ok(row.is_some())
    }

    /// Writes a change with its line in the log, and does what is decided on the slots, all or nothing. Gives how many
    /// slots were made or changed.
    pub async fn reschedule(&self, at: At<'_>, change: Option<(&Change, &Staff)>, decide: &Decide<'_>) -> Result<u64> {
        again!(self.try_reschedule(at, change, decide).await)
    }

    async fn try_reschedule(&self, at: At<'_>, change: Option<(&Change, &Staff)>, decide: &Decide<'_>) -> Result<u64> {
        in_transaction!(self, |tx| { tx.reschedule(at, change, decide).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_line_of_a_timetable_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite://{}/test.db", folder.path().display())).await.expect("a database");
        let now = Moment::at(CivilDate::new(2026, 11, 23).expect("a day"), 480);
        let closing = Exception {
            id: "x".to_owned(),
            service: None,
            room: None,
            first: now.date(),
            last: now.date(),
            kind: ExceptionKind::Closed,
            reason: "设备检修".to_owned(),
        };
        let staff = Staff {
            name: "zhang".to_owned(),
            display: String::new(),
            hospital: "zhuzhou-2".to_owned(),
            roles: Vec::new(),
        };
        let at = At { hospital: "zhuzhou-2", now };
        db.reschedule(at, Some((&Change::AddException(closing.clone()), &staff)), &|_, _, _| Ok(Vec::new()))
            .await
            .expect("written");
        let Db::Sqlite { write, .. } = &db else { panic!("not SQLite") };
        let refused = sqlx::query("DELETE FROM schedule_exceptions").execute(write).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("the timetable is kept")));
        assert_eq!(db.timetable(at).await.expect("the database").exceptions, [closing]);
    }
}
