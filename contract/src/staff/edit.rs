//! Mending a follow-up.

use super::{BookableService, NewFollowUp, Staff};
use crate::ids::IdempotencyKey;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

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
    /// What is stored now where the form says something else, after somebody else's change: field and value in words.
    pub changed: Vec<(String, String)>,
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
