//! The identity check of a link: the last four digits of the phone number that the hospital has.

use crate::app::App;
use crate::failures::{Failure, Result};
use crate::secrets;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::{PhoneEnding, PhoneNumber};

/// What the check asks for.
pub const FOUR_DIGITS: &str = "请填 4 个数字，例如 1234";
/// How long nobody is asked again: 30 minutes.
const SESSION_MS: i64 = 30 * 60_000;

/// Whether what was typed is the end of a sealed phone number; the failure of its field when it is no four digits.
pub fn fits(app: &App, id: &str, phone_sealed: &str, typed: &str) -> Result<bool> {
    let ending = PhoneEnding::parse(typed).ok_or_else(|| Failure::field("ending", FOUR_DIGITS))?;
    let phone = app.secrets.open(id, "phone", phone_sealed)?;
    Ok(PhoneNumber::parse(&phone).is_some_and(|phone| phone.ending() == ending))
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
