//! Forms that are carried out once, however often they arrive: what was sent is kept under its key, in the transaction
//! that carries it out. What was refused is not kept, so that the same form may come again once nothing is in its way.

use super::ledger::Ledger as _;
use super::log::Settled;
use super::{Db, Result, on_read};
use zaoshai_contract::problem::Code;

/// A form as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it does and its key: a page gives one key to all its forms.
    pub key: String,
    /// A keyed hash of its words.
    pub said: String,
}

/// When a form was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// Just now.
    Now,
    /// Before: this one is a repeat, which changes nothing.
    Before,
}

impl Settled for Once {
    fn happened(&self) -> bool {
        *self == Self::Now
    }
}

impl Db {
    /// Whether this very form was carried out for a record before, where the record itself may be out of reach by now.
    /// Refused when its key came with other words.
    pub async fn was_sent(&self, record: &str, sent: &Sent) -> Result<std::result::Result<bool, Code>> {
        on_read!(self, |pool| pool.acquire().await?.sent_before(record, sent).await)
    }
}
