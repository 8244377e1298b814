//! Handing a follow-up to another hospital of the alliance: offered by the one in charge, which stays in charge until the
//! other one has taken it over.

use crate::appointments::words;
use crate::civil::Moment;
use crate::problem::Code;
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
        }
    }
}

/// The one transition function: the state after an action of one side; `from` is none before there is a referral.
///
/// # Errors
/// The action is the other side's, or the referral was answered already.
pub fn after(from: Option<ReferralState>, action: ReferralAction, side: Side) -> Result<ReferralState, Code> {
    use ReferralAction::{HandBack, Recall, Refer, TakeOver};
    use ReferralState::{Accepted, Declined, Offered, Withdrawn};
    match (from, action, side) {
        (_, TakeOver | HandBack, Side::From) | (_, Refer | Recall, Side::To) => Err(Code::NotAllowed),
        (Some(Offered), Refer, _) => Err(Code::Changed),
        (_, Refer, _) => Ok(Offered),
        (Some(Offered), TakeOver, _) => Ok(Accepted),
        (Some(Offered), HandBack, _) => Ok(Declined),
        (Some(Offered), Recall, _) => Ok(Withdrawn),
        _ => Err(Code::Changed),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_asked_hospital_answers_and_only_once() {
        for state in ReferralState::ALL {
            for action in ReferralAction::ALL {
                for side in [Side::From, Side::To] {
                    let answers = matches!(action, ReferralAction::TakeOver | ReferralAction::HandBack);
                    let result = after(Some(*state), *action, side);
                    if answers != (side == Side::To) {
                        assert_eq!(result, Err(Code::NotAllowed), "{state:?} {action:?} {side:?}");
                    } else if *action == ReferralAction::Refer {
                        assert_eq!(result.is_ok(), *state != ReferralState::Offered, "{state:?}");
                    } else {
                        assert_eq!(result.is_ok(), *state == ReferralState::Offered, "{state:?} {action:?}");
                    }
                }
            }
        }
    }
}
