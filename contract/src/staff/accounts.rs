//! The accounts of a hospital.

use super::Staff;
use crate::problem::Problem;
use crate::roles::Role;
use serde::{Deserialize, Serialize};

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Name to sign in with, how she is shown, hospital and roles.
    pub staff: Staff,
    /// True once it was disabled.
    pub disabled: bool,
}

/// A new account, as its form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// The name to sign in with: 2 to 30 lower-case letters, digits and hyphens.
    pub name: String,
    /// How she is shown: 1 to 20 characters.
    pub display: String,
    /// What she may do.
    pub roles: Vec<Role>,
}

/// The page of the accounts.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccountsPage {
    /// Who is signed in.
    pub staff: Staff,
    /// The accounts by name.
    pub accounts: Vec<AccountRow>,
    /// What stands in the form for a new one.
    pub form: NewAccount,
    /// An account with its new password, shown once.
    pub password: Option<(String, String)>,
    /// Why the last write was refused.
    pub problem: Option<Problem>,
}

impl core::fmt::Debug for AccountsPage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountsPage").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}
