//! What answers come to: the first outcome that certainly holds, unless an answer that is not known could lead higher.

use super::formula::{Truth, holds};
use super::progress::{Answer, Answers};
use super::{Check, Group, Outcome, Question};

/// What a group comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conclusion<'a> {
    /// The outcome.
    pub outcome: &'a Outcome,
    /// True when an outcome of a higher band is possible as long as some answers are not known.
    pub open: bool,
}

/// What a group comes to. Not knowing never lowers it: where a higher outcome stays possible, a lower one than
/// the group's unsure outcome gives way to that.
pub fn of<'a>(check: &Check, group: &'a Group, answers: &Answers) -> Option<Conclusion<'a>> {
    let mut highest_open = None;
    for outcome in group.outcomes.iter().filter(|outcome| !outcome.unsure) {
        match holds(check, answers, &outcome.when) {
            Truth::No => {}
            Truth::Open => highest_open = highest_open.max(Some(outcome.band)),
            Truth::Yes => {
                let open = highest_open > Some(outcome.band);
                let unsure = group.outcomes.iter().find(|other| open && other.unsure && other.band > outcome.band);
                return Some(Conclusion { outcome: unsure.unwrap_or(outcome), open });
            }
        }
    }
    None
}

/// The outcome that ends the check, whatever the answers that are still open.
pub fn early<'a>(check: &'a Check, answers: &Answers) -> Option<&'a Outcome> {
    let group = check.groups.first()?;
    for outcome in group.outcomes.iter().filter(|outcome| !outcome.unsure) {
        match holds(check, answers, &outcome.when) {
            Truth::Yes => return Some(outcome).filter(|outcome| outcome.early),
            // Something more urgent may still come.
            Truth::Open => return None,
            Truth::No => {}
        }
    }
    None
}

/// The questions that were asked and whose answer is not known.
pub fn unknown<'a>(check: &'a Check, answers: &'a Answers) -> impl Iterator<Item = &'a Question> {
    check.questions.iter().filter(|question| {
        holds(check, answers, &question.when) == Truth::Yes && answers.of(&question.id) == Some(&Answer::Unknown)
    })
}
