//! What a message and a letter ask of a patient, as their follow-up stands when it is written.

use crate::civil::{CivilDate, Moment};
use serde::{Deserialize, Serialize};

/// What a patient is to do with the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// To choose a time, so that they come within these days.
    Choose {
        /// The first day.
        from: CivilDate,
        /// The last day.
        to: CivilDate,
    },
    /// To confirm the time that is kept for them.
    Confirm {
        /// Until when it is kept.
        until: Moment,
    },
    /// To come, at the time that they have.
    Come {
        /// When.
        starts: Moment,
        /// The hospital's name.
        hospital: String,
    },
    /// To look how it goes on: the hospital acts next.
    Look,
}
