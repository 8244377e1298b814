//! The identity check of a link: the last four digits of the phone number that the hospital has.

use super::frame::Sender;
use crate::app::App;
use crate::db::tries::Alarm;
use crate::failures::{Failure, Result};
use crate::secrets;
use crate::visitor::{HOME_CARE, PATIENT, SET_COOKIE, Visitor, end_cookie};
use axum::response::Response;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::PhoneEnding;
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::problem::Code;

/// What the check asks for.
pub const FOUR_DIGITS: &str = "请填 4 个数字，例如 1234";
/// How long nobody is asked again: 30 minutes.
const SESSION_MS: i64 = 30 * 60_000;

/// What was typed as the end of a number; the failure of its field when it is no four digits.
pub fn read(typed: &str) -> Result<PhoneEnding> {
    PhoneEnding::parse(typed).ok_or_else(|| Failure::field("ending", FOUR_DIGITS))
}

/// A sealed phone number that a try is to be compared with. Where it does not open no try can be right and none is
/// counted: the person is told to call, and the hospital mends the number.
pub fn number(app: &App, id: &str, phone_sealed: &str) -> Result<PhoneNumber> {
    let phone = app.opened(id, "phone", phone_sealed).ok_or(Code::Unreadable)?;
    Ok(PhoneNumber::kept(phone))
}

/// Whether a phone number ends so.
pub fn fits(number: &PhoneNumber, ending: &PhoneEnding) -> bool {
    number.ending().as_ref() == Some(ending)
}

/// So many wrong endings from one address within an hour are told to somebody.
const MANY_ENDINGS: i64 = 20;
/// So many links that are locked within an hour likewise.
const MANY_LOCKS: i64 = 5;

/// Counts a wrong ending at a link of a hospital, after which so many tries are left, and tells the log and the consoles
/// once there are many: of an address that tries links of several hospitals each of them.
pub async fn wrong(app: &App, sender: Sender, left: i64, hospital: &str) -> Result<()> {
    let now = app.now();
    let address = sender.key(app);
    let key_of = |hospital: &str| app.secrets.finder("endings", &format!("{address}/{hospital}"));
    app.db.count_in_an_hour(&key_of(hospital), now).await?;
    let from_there = app.db.count_in_an_hour(&app.secrets.finder("endings", &address), now).await?;
    if from_there >= MANY_ENDINGS {
        for hospital in app.db.hospitals().await? {
            app.db.raise_alarm(Alarm::Endings, (&hospital, &key_of(&hospital)), from_there, now).await?;
        }
        if from_there % MANY_ENDINGS == 0 {
            tracing::warn!(count = from_there, "many wrong endings from one address within an hour");
        }
    }
    if left > 0 {
        return Ok(());
    }
    let theirs = app.secrets.finder("locks", hospital);
    let of_theirs = app.db.count_in_an_hour(&theirs, now).await?;
    if of_theirs >= MANY_LOCKS {
        app.db.raise_alarm(Alarm::Locks, (hospital, &theirs), of_theirs, now).await?;
    }
    let locks = app.db.count_in_an_hour(&app.secrets.finder("locks", ""), now).await?;
    if locks >= MANY_LOCKS && locks % MANY_LOCKS == 0 {
        tracing::warn!(count = locks, "many links locked within an hour");
    }
    Ok(())
}

/// A session that is about to begin.
pub struct Session {
    /// What its cookie holds.
    pub secret: String,
    /// What the database keeps.
    pub hash: String,
    /// When it ends.
    pub until: Moment,
}

impl Session {
    /// A fresh one.
    pub fn new(app: &App) -> Self {
        let secret = secrets::session_secret();
        Self { hash: secrets::hash(&secret), secret, until: Moment(app.now().0 + SESSION_MS) }
    }
}

/// Closes every link that is open in this browser, of both kinds, and adds to the answer what takes their cookies back:
/// whoever leaves a borrowed phone leaves nothing open on it.
pub async fn leave(app: &App, visitor: &Visitor, mut response: Response) -> Result<Response> {
    for hash in visitor.followups.hashes() {
        app.db.end_patient_session(&hash).await?;
    }
    for hash in visitor.home_care.hashes() {
        app.db.end_care_session(&hash).await?;
    }
    for cookie in [PATIENT, HOME_CARE] {
        response.headers_mut().append(SET_COOKIE, end_cookie(cookie));
    }
    Ok(response)
}
