//! The log of who did what in the console, written in the transaction that does it: when the process dies, neither the
//! change nor its line is there, or both. Whoever signs in sits down at a desk, a request says what it does there, and the
//! first transaction that changes something writes the line. One of which nothing was said is written under the name of
//! its route, so that no change is without a line.

use super::{Db, Error, Result, on_write};
use crate::secrets;
use sqlx::{PgConnection, SqliteConnection};
use std::cell::RefCell;
use zaoshai_contract::appointments::Receipt;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;

/// Who acts where nobody is signed in: the command line of the server.
pub const SERVER: &str = "zaoshai";

const INSERT: &str = "INSERT INTO audit (id, at, staff, action, hospital, roles, followup, object) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// What a line of the log concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Object {
    /// Nothing, or many.
    #[default]
    None,
    /// A follow-up or a request for nursing at home, by id.
    Record(String),
    /// Something else, by a name that holds nothing personal.
    Named(String),
}

impl Object {
    /// A follow-up or a request for nursing at home.
    pub fn record(id: &str) -> Self {
        Self::Record(id.to_owned())
    }

    /// Something else.
    pub fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

/// A line to be written.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// The account.
    pub staff: String,
    /// Its hospital.
    pub hospital: String,
    /// Its roles at that moment, as words.
    pub roles: String,
    /// What it did, as a word.
    pub action: String,
    /// To what.
    pub object: Object,
}

impl Entry {
    /// What somebody does.
    pub fn new(staff: &Staff, action: &str, object: Object, now: Moment) -> Self {
        Self {
            at: now,
            staff: staff.name.clone(),
            hospital: staff.hospital.clone(),
            roles: words(&staff.roles),
            action: action.to_owned(),
            object,
        }
    }
}

/// Roles as the log keeps them.
pub fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

/// What one request has said of itself.
struct Desk {
    route: String,
    actor: Option<(Staff, Moment)>,
    deed: Option<(String, Object)>,
    /// A follow-up, and the hospital that must be in charge of it when the deed is done.
    charge: Option<(String, String)>,
    written: bool,
    /// Whether what came had been carried out before.
    repeated: bool,
}

tokio::task_local! {
    static DESK: RefCell<Desk>;
}

/// Runs what a request asks for. Its route stands in the log where nothing better was said.
pub async fn at_a_desk<T>(route: &str, work: impl Future<Output = T>) -> T {
    let desk = Desk { route: route.to_owned(), actor: None, deed: None, charge: None, written: false, repeated: false };
    DESK.scope(RefCell::new(desk), work).await
}

/// Says who sits at the desk: from here on what changes is theirs.
pub fn sits(staff: &Staff, now: Moment) {
    let _ = DESK.try_with(|desk| desk.borrow_mut().actor = Some((staff.clone(), now)));
}

/// Says what is about to be done: the next transaction that changes something writes the line.
pub fn does(action: &str, object: Object) {
    let _ = DESK.try_with(|desk| {
        let mut desk = desk.borrow_mut();
        desk.deed = Some((action.to_owned(), object));
        desk.written = false;
    });
}

/// Says of which follow-up a hospital was found to be in charge: the deed that follows fails when another one has taken
/// over meanwhile.
pub fn in_charge(followup: &str, hospital: &str) {
    let _ = DESK.try_with(|desk| desk.borrow_mut().charge = Some((followup.to_owned(), hospital.to_owned())));
}

/// Says that what came was carried out before: nothing is done now, and no line is written.
pub fn repeats() {
    let _ = DESK.try_with(|desk| desk.borrow_mut().repeated = true);
}

/// Whether what came was carried out before, so that nothing was done now.
pub fn repeated() -> bool {
    DESK.try_with(|desk| desk.borrow().repeated).unwrap_or(false)
}

/// Says that a transaction has written its line by itself.
pub(super) fn told() {
    let _ = DESK.try_with(|desk| desk.borrow_mut().written = true);
}

fn pending() -> Option<Entry> {
    DESK.try_with(|desk| {
        let desk = desk.borrow();
        let (staff, now) = desk.actor.as_ref().filter(|_| !desk.written && !desk.repeated)?;
        let (action, object) = desk.deed.clone().unwrap_or_else(|| (desk.route.clone(), Object::None));
        Some(Entry::new(staff, &action, object, *now))
    })
    .ok()
    .flatten()
}

/// Whether what a transaction gives says that it changed something: a refusal and "no" do not.
pub(crate) trait Settled {
    fn happened(&self) -> bool;
}

macro_rules! always {
    ($($kind:ty)*) => { $(impl Settled for $kind { fn happened(&self) -> bool { true } })* };
}

always!(() i64 u64 u32 usize String Receipt);

impl Settled for bool {
    fn happened(&self) -> bool {
        *self
    }
}

impl<T> Settled for Option<T> {
    fn happened(&self) -> bool {
        self.is_some()
    }
}

impl<T> Settled for Vec<T> {
    fn happened(&self) -> bool {
        true
    }
}

impl<A, B> Settled for (A, B) {
    fn happened(&self) -> bool {
        true
    }
}

impl<T: Settled, E> Settled for std::result::Result<T, E> {
    fn happened(&self) -> bool {
        self.as_ref().is_ok_and(Settled::happened)
    }
}

/// Writing a line inside a transaction.
pub(crate) trait Log {
    async fn log(&mut self, entry: &Entry) -> Result<()>;

    /// The hospital in charge of a follow-up.
    async fn hospital_of(&mut self, followup: &str) -> Result<Option<String>>;
}

macro_rules! log {
    ($($connection:ty)*) => {
        $(impl Log for $connection {
            async fn log(&mut self, entry: &Entry) -> Result<()> {
                let (record, object) = match &entry.object {
                    Object::None => (None, ""),
                    Object::Record(id) => (Some(id.as_str()), ""),
                    Object::Named(name) => (None, name.as_str()),
                };
                sqlx::query(INSERT)
                    .bind(secrets::fresh_id())
                    .bind(entry.at.0)
                    .bind(&entry.staff)
                    .bind(&entry.action)
                    .bind(&entry.hospital)
                    .bind(&entry.roles)
                    .bind(record)
                    .bind(object)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn hospital_of(&mut self, followup: &str) -> Result<Option<String>> {
                let row: Option<(String,)> = sqlx::query_as("SELECT hospital FROM followups WHERE id = $1")
                    .bind(followup)
                    .fetch_optional(&mut *self)
                    .await?;
                Ok(row.map(|(hospital,)| hospital))
            }
        })*
    };
}

log!(SqliteConnection PgConnection);

/// Writes the line of whoever sits at the desk as the last act of a transaction that changed something. Fails when the
/// hospital that was in charge as the request began is it no longer: what was written has locked the follow-up.
pub(crate) async fn close<C: Log>(connection: &mut C, value: &impl Settled) -> Result<()> {
    let Some(entry) = pending().filter(|_| value.happened()) else { return Ok(()) };
    if let Some((followup, hospital)) = DESK.try_with(|desk| desk.borrow().charge.clone()).ok().flatten()
        && connection.hospital_of(&followup).await?.is_some_and(|now| now != hospital)
    {
        return Err(Error::HandedOver);
    }
    connection.log(&entry).await?;
    told();
    Ok(())
}

impl Db {
    /// Notes what somebody has read, before it is shown.
    pub async fn audit(&self, staff: &Staff, action: &str, record: Option<&str>, now: Moment) -> Result<()> {
        self.audit_of(staff, action, record.map_or(Object::None, Object::record), now).await
    }

    /// The same for what is no follow-up and no request for nursing at home.
    pub async fn audit_of(&self, staff: &Staff, action: &str, object: Object, now: Moment) -> Result<()> {
        self.write_entry(&Entry::new(staff, action, object, now)).await
    }

    /// Writes a line by itself, of what changes nothing.
    pub(super) async fn write_entry(&self, entry: &Entry) -> Result<()> {
        on_write!(self, |pool| pool.acquire().await?.log(entry).await)
    }
}
