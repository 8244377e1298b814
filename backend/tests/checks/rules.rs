//! The rules of the content folder, and answers to them.

use std::path::Path;
use std::sync::LazyLock;
use zaoshai_backend::content::{CheckEntry, Library};
use zaoshai_contract::checks::conclusion::{self, Conclusion};
use zaoshai_contract::checks::progress::{Progress, pairs_of};
use zaoshai_contract::checks::{Check, Group};
use zaoshai_contract::civil::CivilDate;

/// All checks, read once.
pub static CHECKS: LazyLock<Vec<CheckEntry>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    let today = CivilDate::new(2026, 11, 24).expect("a day");
    match Library::load(&folder, today) {
        Ok(library) => library.checks,
        Err(findings) => panic!("{findings:#?}"),
    }
});

/// The check with this id.
pub fn check(id: &str) -> &'static CheckEntry {
    CHECKS.iter().find(|entry| entry.check.id == id).unwrap_or_else(|| panic!("no check {id}"))
}

/// Answers written as a query.
pub fn answered(check: &Check, query: &str) -> Progress {
    Progress::read(check, pairs_of(query))
}

/// What a group comes to; every group comes to something.
pub fn concluded<'a>(check: &Check, group: &'a Group, progress: &Progress) -> Conclusion<'a> {
    conclusion::of(check, group, &progress.answers).expect("the last outcome always holds")
}
