//! The accounts of the demonstration: one a role and hospital. An [`Account`] is one of these and no other, since nothing
//! outside of this file can make one.

use super::Size;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;

/// The hospital whose app this is.
pub const HERE: &str = "qinghe-1";
/// The hospital of its alliance that takes people over.
pub const THERE: &str = "qinghe-jiangbei";

/// An account that one may sign in to without its password.
#[derive(Debug)]
pub struct Account {
    name: &'static str,
    display: &'static str,
    hospital: &'static str,
    roles: &'static [Role],
}

impl Account {
    /// The name to sign in with.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The id of its hospital.
    pub fn hospital(&self) -> &'static str {
        self.hospital
    }

    /// Its roles, as staff read them.
    pub fn titles(&self) -> String {
        let titles: Vec<&str> = self.roles.iter().map(|role| role.title()).collect();
        titles.join("、")
    }

    /// Who it is.
    pub fn staff(&self) -> Staff {
        Staff {
            name: self.name.to_owned(),
            display: self.display.to_owned(),
            hospital: self.hospital.to_owned(),
            roles: self.roles.to_vec(),
        }
    }
}

/// Who brings lists in and closes clinics, beside the work of a nurse.
const LEADS: &[Role] = &[Role::Nurse, Role::Coordinator];

/// The accounts of the whole one; the first one is whom the tour signs in.
static WHOLE: [Account; 11] = [
    Account { name: "nurse", display: "张护士长", hospital: HERE, roles: LEADS },
    Account { name: "nurse2", display: "李护士", hospital: HERE, roles: &[Role::Nurse] },
    Account { name: "coordinator", display: "王协调员", hospital: HERE, roles: &[Role::Coordinator] },
    Account { name: "schedules", display: "刘排班员", hospital: HERE, roles: &[Role::ScheduleManager] },
    Account { name: "admin", display: "赵管理员", hospital: HERE, roles: &[Role::Administrator] },
    Account { name: "auditor", display: "钱审计员", hospital: HERE, roles: &[Role::Auditor] },
    Account { name: "jb-nurse", display: "彭护士", hospital: THERE, roles: &[Role::Nurse] },
    Account { name: "jb-coordinator", display: "何协调员", hospital: THERE, roles: &[Role::Coordinator] },
    Account { name: "jb-schedules", display: "吕排班员", hospital: THERE, roles: &[Role::ScheduleManager] },
    Account { name: "jb-admin", display: "施管理员", hospital: THERE, roles: &[Role::Administrator] },
    Account { name: "jb-auditor", display: "孔审计员", hospital: THERE, roles: &[Role::Auditor] },
];

/// The accounts of the small one.
static SMALL: [Account; 2] = [
    Account {
        name: "nurse",
        display: "示范护士",
        hospital: HERE,
        roles: &[Role::Nurse, Role::Coordinator, Role::ScheduleManager, Role::Administrator],
    },
    Account { name: "auditor", display: "示范审计员", hospital: HERE, roles: &[Role::Auditor] },
];

/// The names of all accounts that a demonstration has ever made.
pub(super) fn names() -> Vec<&'static str> {
    WHOLE.iter().chain(&SMALL).map(Account::name).collect()
}

/// The accounts of a demonstration of this size.
pub(super) fn of(size: Size) -> &'static [Account] {
    match size {
        Size::Whole => &WHOLE,
        Size::Small => &SMALL,
    }
}
