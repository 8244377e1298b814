//! Self-checks and the plan: questions, values made from their answers, and what these lead to.
//! Questions, rules and words are data; here stand their types and, in the modules below, the one small evaluator that
//! phone and server share. Nothing of it keeps or sends an answer.

pub mod code;
pub mod conclusion;
pub mod formula;
pub mod progress;

use crate::content::{CareLevel, Cited, Onward, Point, Review, Source};
use crate::page::Meta;
use serde::{Deserialize, Serialize};

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// One choice.
    One,
    /// Any number of choices, or none of them.
    Many,
    /// A number in one of its units.
    Number,
}

/// A choice of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CheckChoice))]
pub struct Choice {
    /// Its name in formulas.
    pub id: String,
    /// What it says.
    pub text: String,
    /// A smaller second line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// A unit that a number may be given in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unit {
    /// Its name in forms.
    pub id: String,
    /// What it is called.
    pub text: String,
    /// What a number in this unit is multiplied by to be one in the first unit.
    pub factor: f64,
}

/// A question, alone on its page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CheckQuestion))]
pub struct Question {
    /// Its name in formulas and forms.
    pub id: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// The question.
    pub text: String,
    /// Its name in lists of answers.
    pub short: String,
    /// What helps to answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Why it is asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Where that stands.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
    /// The choices; none for a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The words for none of the choices; only where any number may be chosen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub none: String,
    /// The words for not knowing; empty where the check cannot go on without an answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unknown: String,
    /// The units of a number, that of the formulas first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// The least number that can be true, in the first unit.
    #[serde(default)]
    pub least: f64,
    /// The greatest number that can be true, in the first unit.
    #[serde(default)]
    pub most: f64,
    /// A number as an example, in the first unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// Asked only where this formula is true; always, when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// The number that counts where the question is not asked.
    #[serde(default)]
    pub otherwise: f64,
    /// What is said when nothing was answered.
    pub missing: String,
    /// What must not be false of a number, beside its limits; empty for nothing more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub valid: String,
    /// What is said when it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub invalid: String,
}

/// A value made from answers and earlier values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// Its name in formulas and texts.
    pub id: String,
    /// How it is made; see [`formula`].
    pub formula: String,
    /// Decimals when it stands in a text.
    #[serde(default)]
    pub decimals: u16,
}

/// Numbers by steps, like a rate by age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Table {
    /// Its name in formulas.
    pub id: String,
    /// Where each step begins, rising.
    pub from: Vec<f64>,
    /// The number from there on; below the first step the first number holds.
    pub value: Vec<f64>,
}

/// A condition of the rule, told with the result whether it holds or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// When it holds.
    pub when: String,
    /// What it is about.
    pub name: String,
    /// What is said when it holds, with values in braces; the name, when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What the rule says of it.
    pub rule: String,
    /// Points that it adds to a score.
    #[serde(default)]
    pub points: u16,
}

/// When something is due in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// Within days, at a doctor: what somebody feels now is no matter of screening.
    See,
    /// This year.
    Now,
    /// Next year.
    Next,
    /// In a later year.
    Later,
    /// When a doctor has been asked.
    Talk,
    /// Not at all, for a reason.
    Not,
}

/// Where answers lead: the first outcome whose formula is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CheckOutcome))]
pub struct Outcome {
    /// Its name.
    pub id: String,
    /// Its place between no reason for action (0) and sure reason for action at once (10).
    pub band: u16,
    /// When it holds; the last outcome of a group holds always and says nothing here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// True where the check ends as soon as it is sure.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub early: bool,
    /// True for what is said when an answer that is not known could lead to a higher band.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub unsure: bool,
    /// When it is due; only in a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// The result in a sentence, with values in braces.
    pub title: String,
    /// What it rests on, and that it is no diagnosis, with values in braces.
    pub text: String,
    /// What the code at the desk says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub short: String,
    /// How soon to act.
    pub level: CareLevel,
    /// The heading of the care card; none is shown when it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub care: String,
    /// Its points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Onward::is_empty")]
    pub onward: Onward,
    /// The next steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<Point>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
}

/// What one subject comes to. A check has one, a plan one for each cancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// Its name; that of a topic in a plan.
    pub id: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its icon in the sprite.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub icon: String,
    /// The outcomes, the most urgent first.
    pub outcomes: Vec<Outcome>,
}

/// A result's code as a picture for the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodePicture {
    /// The code that it says, as [`code::of`] writes it.
    pub code: String,
    /// The side in modules, without the quiet zone.
    pub side: u16,
    /// The modules row by row, the first in the highest bit, as base-16 digits.
    pub modules: String,
}

/// A self-check, or the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// Its name in the URL.
    pub id: String,
    /// The version of its rules, like 2024.1.
    pub version: String,
    /// The letters that its codes begin with; empty where no code is made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub letters: String,
    /// The heading.
    pub title: String,
    /// What it tells.
    pub lead: String,
    /// The rule that it follows, in words.
    pub rule: String,
    /// Where the rule stands.
    pub cited: Cited,
    /// What to know before it begins: for whom it is, how long it takes.
    pub before: Vec<String>,
    /// How far the rule can be trusted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caveat: String,
    /// What the result does not mean.
    pub not_meant: Vec<String>,
    /// The topic that explains more; empty for the plan.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// The state of review.
    pub review: Review,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// The tables of its formulas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The values, each from answers and those before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Named>,
    /// The conditions that are told with the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What it comes to.
    pub groups: Vec<Group>,
    /// The codes of today and tomorrow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodePicture>,
    /// All sources that it cites.
    pub sources: Vec<Source>,
}

impl Check {
    /// The question with this name.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// True for the plan, which comes to something for every subject.
    pub fn is_plan(&self) -> bool {
        self.topic.is_empty()
    }
}

/// The document of a check's page, as the program of the checks reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckPage {
    /// What stands around the page.
    pub meta: Meta,
    /// The check.
    pub check: Check,
}
