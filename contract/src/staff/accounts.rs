//! The accounts of a hospital.

use super::{ManyTries, Staff};
use crate::ids::IdempotencyKey;
use crate::problem::{FieldError, Problem};
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
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// An account with its new password, shown once.
    pub password: Option<(String, String)>,
    /// Why the last write was refused.
    pub problem: Option<Problem>,
    /// Tries at many links, of which somebody must know.
    #[serde(default)]
    pub many_tries: Option<ManyTries>,
}

/// Fewest characters of a password that somebody chooses.
pub const SHORTEST_PASSWORD: usize = 10;
/// Most characters of one.
pub const LONGEST_PASSWORD: usize = 200;

/// A new password, as its form sends it.
#[derive(Clone, Default)]
pub struct NewPassword {
    /// The password until now.
    pub current: String,
    /// The new one.
    pub new: String,
    /// The new one again.
    pub again: String,
}

impl NewPassword {
    /// What is wrong with it, field by field; whether the current one is right is not known here.
    pub fn errors(&self, account: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| {
            errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        };
        let length = self.new.chars().count();
        if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
            wrong("new", "请用 10 到 200 个字，字母、数字、汉字都行");
        } else if self.new == self.current {
            wrong("new", "请用一个和现在不同的密码");
        } else if self.new.to_lowercase().trim() == account {
            wrong("new", "请不要用登录名当密码");
        }
        if self.again != self.new {
            wrong("again", "两次填的不一样，请再填一次");
        }
        errors
    }
}

/// Whether a password was changed on this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordStage {
    /// It may be.
    Open,
    /// It must be, before anything else.
    Must,
    /// It was.
    Changed,
}

/// The page on which everybody changes their own password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordPage {
    /// Who is signed in.
    pub staff: Staff,
    /// Where it stands.
    pub stage: PasswordStage,
    /// Why the last write was refused.
    pub problem: Option<Problem>,
}

impl core::fmt::Debug for AccountsPage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountsPage").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::NewPassword;

    fn wrong_fields(current: &str, new: &str, again: &str) -> Vec<String> {
        let form = NewPassword { current: current.to_owned(), new: new.to_owned(), again: again.to_owned() };
        form.errors("administrator").into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_new_password_is_long_new_and_typed_twice() {
        assert!(wrong_fields("old password", "new password", "new password").is_empty());
        assert!(wrong_fields("old password", "株洲二院的晚霞很好看", "株洲二院的晚霞很好看").is_empty());
        assert_eq!(wrong_fields("old", "nine char", "nine char"), ["new"]);
        assert_eq!(wrong_fields("old", &"x".repeat(201), &"x".repeat(201)), ["new"]);
        assert_eq!(wrong_fields("same password", "same password", "same password"), ["new"]);
        assert_eq!(wrong_fields("old", "Administrator", "Administrator"), ["new"]);
        assert_eq!(wrong_fields("old", "new password", "new passwort"), ["again"]);
    }
}
