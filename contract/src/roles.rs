//! Who may do what: the roles of staff, the parties that act, and the one table of their rights.

use serde::{Deserialize, Serialize};

/// A role of a member of staff, held at her own hospital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Follows patients up: makes follow-ups, calls, records, answers.
    Nurse,
    /// Runs a programme: also imports, exports, refers, closes clinics.
    Coordinator,
    /// Makes the timetable; sees no patient.
    ScheduleManager,
    /// Reads the log of who read or changed what; changes nothing.
    Auditor,
    /// Makes and disables accounts; sees no patient.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Nurse, Self::Coordinator, Self::ScheduleManager, Self::Auditor, Self::Administrator];

    /// The word in the database, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nurse => "nurse",
            Self::Coordinator => "coordinator",
            Self::ScheduleManager => "schedule-manager",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role as staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nurse => "护士",
            Self::Coordinator => "协调员",
            Self::ScheduleManager => "排班员",
            Self::Auditor => "审计员",
            Self::Administrator => "管理员",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// Why roles cannot be those of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// There is none.
    None,
    /// Who audits has another role, too.
    AuditorActs,
}

impl Role {
    /// Whether one account may have these roles. Who audits does nothing else.
    pub fn fit(roles: &[Self]) -> Result<(), Misfit> {
        match roles {
            [] => Err(Misfit::None),
            roles if roles.contains(&Self::Auditor) && roles.iter().any(|role| *role != Self::Auditor) => {
                Err(Misfit::AuditorActs)
            }
            _ => Ok(()),
        }
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The patient, or a relative for her, through the link.
    Patient,
    /// A member of staff in one of her roles.
    Staff(Role),
    /// The server itself, when a time is over or a closed clinic's work is left to be finished.
    Clock,
}

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Hold a place, confirm it, or let it go.
    Book,
    /// Cancel an appointment for the patient.
    Cancel,
    /// Cancel an appointment for the clinic.
    CancelForClinic,
    /// Record that somebody arrived, attended or missed.
    Record,
    /// Book although a rule of the service speaks against it, with a reason.
    Override,
    /// End what has run out: a hold, an offer.
    Expire,
    /// See the follow-ups of her hospital.
    SeeFollowUps,
    /// Make, change, close and reopen follow-ups, write letters, notes and answers, record calls and outcomes.
    WorkOnFollowUps,
    /// Make many follow-ups from a table.
    Import,
    /// Take the hospital's follow-ups out as a table.
    Export,
    /// Hand a follow-up to another hospital, or take one over.
    Refer,
    /// Delete a person's data.
    Erase,
    /// See the timetable.
    SeeSchedules,
    /// Change the timetable.
    ManageSchedules,
    /// Close a clinic and cancel everybody in it.
    CloseClinic,
    /// Ask for a nurse at home, and take that back.
    AskHomeCare,
    /// See the requests for nursing at home, assess them, plan visits and record them.
    HomeCare,
    /// Read the log of who read or changed what.
    ReadAudit,
    /// Make, disable and reset accounts.
    ManageStaff,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 19] = [
        Self::Book,
        Self::Cancel,
        Self::CancelForClinic,
        Self::Record,
        Self::Override,
        Self::Expire,
        Self::SeeFollowUps,
        Self::WorkOnFollowUps,
        Self::Import,
        Self::Export,
        Self::Refer,
        Self::Erase,
        Self::SeeSchedules,
        Self::ManageSchedules,
        Self::CloseClinic,
        Self::AskHomeCare,
        Self::HomeCare,
        Self::ReadAudit,
        Self::ManageStaff,
    ];

    /// The table of who may do what.
    fn parties(self) -> &'static [Party] {
        use Party::{Clock, Patient, Staff};
        use Role::{Administrator, Auditor, Coordinator, Nurse, ScheduleManager};
        match self {
            Self::Book => &[Patient, Staff(Nurse), Staff(Coordinator), Clock],
            Self::Cancel => &[Patient, Staff(Nurse), Staff(Coordinator)],
            Self::CancelForClinic => &[Staff(Nurse), Staff(Coordinator), Staff(ScheduleManager), Clock],
            Self::Record | Self::SeeFollowUps | Self::WorkOnFollowUps => &[Staff(Nurse), Staff(Coordinator)],
            Self::Override | Self::Refer => &[Staff(Nurse), Staff(Coordinator)],
            Self::Expire => &[Clock, Patient, Staff(Nurse), Staff(Coordinator)],
            Self::Import | Self::Export => &[Staff(Coordinator)],
            Self::Erase => &[Patient, Staff(Coordinator)],
            Self::SeeSchedules => &[Staff(Nurse), Staff(Coordinator), Staff(ScheduleManager)],
            Self::ManageSchedules => &[Staff(ScheduleManager)],
            Self::CloseClinic => &[Staff(Coordinator), Staff(ScheduleManager)],
            // Some call and ask, or call and do not want it any more.
            Self::AskHomeCare => &[Patient, Staff(Nurse), Staff(Coordinator)],
            Self::HomeCare => &[Staff(Nurse), Staff(Coordinator)],
            Self::ReadAudit => &[Staff(Auditor)],
            Self::ManageStaff => &[Staff(Administrator)],
        }
    }

    /// Whether a party may do this.
    pub fn allowed_to(self, party: Party) -> bool {
        self.parties().contains(&party)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Nurse"), None);
    }

    #[test]
    fn those_who_need_no_patient_see_none() {
        for role in [Role::ScheduleManager, Role::Auditor, Role::Administrator] {
            for deed in
                [Deed::SeeFollowUps, Deed::WorkOnFollowUps, Deed::Export, Deed::Import, Deed::Refer, Deed::HomeCare]
            {
                assert!(!deed.allowed_to(Party::Staff(role)), "{role:?} {deed:?}");
            }
        }
    }

    #[test]
    fn an_auditor_has_no_other_role() {
        assert_eq!(Role::fit(&[]), Err(Misfit::None));
        for role in Role::ALL {
            assert_eq!(Role::fit(&[role]), Ok(()), "{role:?}");
            let both = Role::fit(&[role, Role::Auditor]);
            assert_eq!(both.is_ok(), role == Role::Auditor, "{role:?}");
        }
        assert_eq!(Role::fit(&[Role::Nurse, Role::Coordinator, Role::Administrator]), Ok(()));
    }

    #[test]
    fn nobody_both_acts_and_audits() {
        for deed in Deed::ALL {
            let audits = deed == Deed::ReadAudit;
            assert_eq!(deed.allowed_to(Party::Staff(Role::Auditor)), audits, "{deed:?}");
        }
    }

    #[test]
    fn the_patient_does_nothing_that_only_the_hospital_can_know() {
        for deed in [Deed::Record, Deed::Override, Deed::CancelForClinic, Deed::WorkOnFollowUps, Deed::HomeCare] {
            assert!(!deed.allowed_to(Party::Patient), "{deed:?}");
        }
    }
}
