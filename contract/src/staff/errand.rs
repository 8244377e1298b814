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
        /// The day from which times can be chosen; none when some can be now.
        opens: Option<CivilDate>,
        /// When their appointment would have been that the hospital cancelled.
        cancelled: Option<Moment>,
    },
    /// To confirm the time that is kept for them.
    Confirm {
        /// When it is.
        starts: Moment,
        /// Until when it is kept.
        until: Moment,
        /// When their appointment would have been that the hospital cancelled.
        cancelled: Option<Moment>,
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
