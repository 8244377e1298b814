//! Deleting a person's data for them, and giving them a copy of what is kept: the rights that the privacy page promises by
//! nurse and phone.

use super::Staff;
use crate::appointments::words;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

words! {
    /// Why staff delete a person's data.
    ErasureReason {
        /// The person asked for it on the phone.
        Phone = "by-phone",
        /// The person asked for it at the hospital.
        InPerson = "in-person",
        /// A relative asked for it in the person's name.
        Relative = "by-relative",
        /// Somebody was registered who should not have been.
        Mistake = "mistake",
    }
}

impl ErasureReason {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Phone => "本人打电话要求",
            Self::InPerson => "本人当面要求",
            Self::Relative => "家人代本人要求",
            Self::Mistake => "登记错了人",
        }
    }

    /// Whether the person wished it.
    pub fn is_wish(self) -> bool {
        self != Self::Mistake
    }
}

/// The page on which data are deleted or a copy is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RightsPage {
    /// Who is signed in.
    pub staff: Staff,
    /// Where the forms are sent and the way back leads: `/staff/followups/{id}` or `/staff/home-care/{id}`.
    pub path: String,
    /// How the person is greeted.
    pub name: String,
    /// The short code.
    pub code: String,
    /// Whether she may delete.
    pub may_erase: bool,
    /// The reason that was chosen in a form that was refused.
    pub reason: String,
    /// Why a form was refused.
    pub problem: Option<Problem>,
}

/// A copy of what is kept about a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataCopy {
    /// Who is signed in.
    pub staff: Staff,
    /// The way back.
    pub path: String,
    /// The name of the hospital that keeps it.
    pub hospital: String,
    /// Its phone number.
    pub phone: String,
    /// The day of the copy, in words.
    pub day: String,
    /// The parts.
    pub parts: Vec<DataPart>,
}

/// What is kept of one kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataPart {
    /// Its name.
    pub title: String,
    /// What is kept, a line each: what it is, and the value.
    pub lines: Vec<(String, String)>,
}
