//! Handing a follow-up to another hospital of the alliance: offered by the one in charge, which stays in charge until the
//! other one has taken it over.

use crate::appointments::words;
use crate::civil::{CivilDate, Moment};
use crate::followups::Urgency;
use crate::ids::IdempotencyKey;
use crate::problem::{Code, Problem};
use crate::staff::{Staff, Typed};
use serde::{Deserialize, Serialize};

words! {
    /// How far a referral has come.
    ReferralState {
        /// The other hospital has not answered yet.
        Offered = "offered",
        /// It is in charge now.
        Accepted = "accepted",
        /// It does not take her over.
        Declined = "declined",
        /// The hospital in charge took the offer back.
        Withdrawn = "withdrawn",
        /// It had taken over and gave the person back: they were referred wrongly.
        Returned = "returned",
    }
}

words! {
    /// What can be done with a referral.
    ReferralAction {
        /// Offer it to another hospital.
        Refer = "refer",
        /// Take it over.
        TakeOver = "take-over",
        /// Do not take it over.
        HandBack = "hand-back",
        /// Take the offer back.
        Recall = "recall",
        /// Give the person back to the hospital they came from, after they were taken over.
        Return = "return",
    }
}

/// On which side of a referral a hospital stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It is in charge and offers.
    From,
    /// It is asked.
    To,
}

impl ReferralState {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Offered => "等对方接收",
            Self::Accepted => "对方已接收",
            Self::Declined => "对方没有接收",
            Self::Withdrawn => "已撤回",
            Self::Returned => "接收后又退回",
        }
    }
}

/// What a hospital that is not in charge of a follow-up has to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is asked to take it over.
    Asked,
    /// It has handed it over.
    HandedOver,
}

/// The one transition function: the state after an action of one side; `from` is none before there is a referral.
///
/// # Errors
/// The action is the other side's, or the referral was answered already.
pub fn after(from: Option<ReferralState>, action: ReferralAction, side: Side) -> Result<ReferralState, Code> {
    use ReferralAction::{HandBack, Recall, Refer, Return, TakeOver};
    use ReferralState::{Accepted, Declined, Offered, Returned, Withdrawn};
    match (from, action, side) {
        (_, TakeOver | HandBack | Return, Side::From) | (_, Refer | Recall, Side::To) => Err(Code::NotAllowed),
        (Some(Offered), Refer, _) => Err(Code::Changed),
        (_, Refer, _) => Ok(Offered),
        (Some(Offered), TakeOver, _) => Ok(Accepted),
        (Some(Offered), HandBack, _) => Ok(Declined),
        (Some(Offered), Recall, _) => Ok(Withdrawn),
        (Some(Accepted), Return, _) => Ok(Returned),
        _ => Err(Code::Changed),
    }
}

words! {
    /// How near a hospital is to the one that refers.
    Kinship {
        /// In an alliance with it.
        Alliance = "alliance",
        /// In the same city.
        City = "city",
        /// Any other.
        Other = "other",
    }
}

/// A hospital that a follow-up may be handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferralHospital {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its city.
    pub city: String,
    /// How near it is.
    pub kinship: Kinship,
}

/// A referral as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Referral {
    /// Its id.
    pub id: String,
    /// The follow-up's id.
    pub followup: String,
    /// How the patient is greeted.
    pub name: String,
    /// The name of the hospital that offers her.
    pub from: String,
    /// The name of the hospital that is asked.
    pub to: String,
    /// True when the reader's hospital is the one that is asked.
    pub to_us: bool,
    /// True when it is the one that offers.
    pub from_us: bool,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was offered.
    pub made: Moment,
    /// By whom.
    pub made_by: String,
    /// Why.
    pub reason: String,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Moment>,
    /// By whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answered_by: String,
    /// What was answered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

/// What the hospital that is asked has to know to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// Why the person is to come.
    pub reason: String,
    /// What can be booked for them, in words.
    pub services: Vec<String>,
    /// First day of the due window of the open step.
    pub due_from: Option<CivilDate>,
    /// Its last day.
    pub due_to: Option<CivilDate>,
    /// How soon.
    pub urgency: Urgency,
}

/// A follow-up as a hospital sees it that is not in charge of it: no link, no phone number of the person, no notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFollowUp {
    /// Who is signed in.
    pub staff: Staff,
    /// The follow-up's id.
    pub id: String,
    /// Its short code.
    pub code: String,
    /// How the patient is greeted.
    pub name: String,
    /// The name of the hospital in charge.
    pub hospital: String,
    /// Its phone number.
    pub phone: String,
    /// What there is to decide on; none for a hospital that has handed over.
    pub asked: Option<AskedFor>,
    /// The referrals in which the reader's hospital has a part, latest first.
    pub referrals: Vec<Referral>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// Why the last write was refused.
    pub problem: Option<Problem>,
    /// What stood in the form that was refused.
    pub typed: Typed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_asked_hospital_answers_and_only_once() {
        for state in ReferralState::ALL {
            for action in ReferralAction::ALL {
                for side in [Side::From, Side::To] {
                    let answers =
                        matches!(action, ReferralAction::TakeOver | ReferralAction::HandBack | ReferralAction::Return);
                    let result = after(Some(*state), *action, side);
                    if answers != (side == Side::To) {
                        assert_eq!(result, Err(Code::NotAllowed), "{state:?} {action:?} {side:?}");
                    } else if *action == ReferralAction::Refer {
                        assert_eq!(result.is_ok(), *state != ReferralState::Offered, "{state:?}");
                    } else if *action == ReferralAction::Return {
                        assert_eq!(result.is_ok(), *state == ReferralState::Accepted, "{state:?}");
                    } else {
                        assert_eq!(result.is_ok(), *state == ReferralState::Offered, "{state:?} {action:?}");
                    }
                }
            }
        }
    }
}
