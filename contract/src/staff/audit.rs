//! The log of who read or changed what.

use super::Staff;
use crate::civil::{CivilDate, Moment};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Lines on one page of the log.
pub const LINES_A_PAGE: u32 = 200;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When.
    pub at: Moment,
    /// The account.
    pub staff: String,
    /// What, in words.
    pub action: String,
    /// The code of the follow-up concerned; empty when it concerns none or many.
    pub code: String,
    /// What else it concerns, in words; empty for nothing.
    pub object: String,
    /// The account's roles then, in words; empty when nobody was signed in.
    pub roles: String,
    /// The name of its hospital.
    pub hospital: String,
}

/// What of the log is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// The account; empty for all.
    pub staff: String,
    /// The follow-up's code; empty for all.
    pub code: String,
    /// The first day; none for all.
    pub first: Option<CivilDate>,
    /// The last day; none for all.
    pub last: Option<CivilDate>,
}

/// The page of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditPage {
    /// Who is signed in.
    pub staff: Staff,
    /// What is looked for.
    pub filter: AuditFilter,
    /// The lines, latest first.
    pub lines: Vec<AuditLine>,
    /// From where the older ones go on; none at the end.
    pub older: Option<String>,
    /// Why what was looked for was not understood; nothing is listed then.
    pub problem: Option<Problem>,
}
