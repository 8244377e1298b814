//! Mending a follow-up.

use super::{BookableService, NewFollowUp, Staff};
use crate::appointments::words;
use crate::ids::IdempotencyKey;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// The hidden field of the form with what it was made from.
pub const LOADED: &str = "loaded";

words! {
    /// Whose value stands in a form after somebody else has written another one.
    Whose {
        /// Theirs: it was not touched here.
        Theirs = "theirs",
        /// What was typed here; sending the form again chooses it.
        Mine = "mine",
    }
}

/// A field that somebody else has written since the form was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The field in words.
    pub field: String,
    /// What is stored now, in words.
    pub now: String,
    /// Whose value stands in the form.
    pub stands: Whose,
}

/// The form in which a follow-up is mended or opened again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditForm {
    /// Who is signed in.
    pub staff: Staff,
    /// The follow-up's id.
    pub id: String,
    /// What stands in the form.
    pub form: NewFollowUp,
    /// The account that is to be responsible.
    pub owner: String,
    /// The accounts that may be: name to sign in with, and how each is shown.
    pub colleagues: Vec<BookableService>,
    /// The services to choose from.
    pub services: Vec<BookableService>,
    /// The letters to choose from.
    pub letters: Vec<BookableService>,
    /// The version that the form was made from.
    pub version: i64,
    /// What the form was made from, sealed: what somebody has not touched in it they do not want to change.
    pub loaded: String,
    /// What somebody else has written meanwhile.
    pub changed: Vec<Changed>,
    /// The other open follow-ups of the same number for the same service: id, and name with code.
    pub already: Vec<BookableService>,
    /// What is known of a deletion of the person's data.
    pub erased: Option<String>,
    /// The key of the form.
    pub key: IdempotencyKey,
    /// True when it has ended: sending the form opens it again.
    pub closed: bool,
    /// Why it was refused, field by field.
    pub problem: Option<Problem>,
}
