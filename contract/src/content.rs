//! What people read: articles as typed blocks with their sources and their state of review.
//! The text itself is data and never part of the app's code.

use crate::civil::CivilDate;
use serde::{Deserialize, Serialize};

/// Where a title may break: between two words. The server puts it into the titles that it sends; it is never shown.
pub const BREAK: char = '\u{200b}';

/// How far a source's original was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Grade {
    /// The official page, or a paper's own abstract or table.
    A,
    /// A reprint of an official document.
    B,
    /// Second-hand: a compilation or a question-and-answer page.
    C,
}

/// Where a statement comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Source {
    /// The title of the document.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// Year of issue.
    pub year: u16,
    /// How far the original was read.
    pub grade: Grade,
    /// A fixed address, when there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// The sources of one block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cited {
    /// Positions in the article's list of sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<u16>,
    /// True where the statement rests on general medical knowledge not yet checked against an original.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub unchecked: bool,
}

impl Cited {
    /// True when nothing is cited.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && !self.unchecked
    }
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// Plain words.
    Text(String),
    /// Words that matter.
    Strong(String),
    /// A link: words and address. Addresses begin with `/`, `tel:` or `https://`.
    Link(String, String),
    /// A word of the glossary and what it means; it opens in place.
    Term(String, String),
}

impl Span {
    /// The words that are read in the sentence.
    pub fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Strong(words) | Self::Link(words, _) | Self::Term(words, _) => words,
        }
    }
}

/// How soon a person should act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CareLevel {
    /// At the next good moment.
    Routine,
    /// Within days.
    Urgent,
    /// Now.
    Emergency,
}

/// Whether a picture shows a gain, a loss, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// 好处
    Benefit,
    /// 坏处
    Harm,
    /// A plain count.
    Plain,
}

/// How a group of dots is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DotKind {
    /// Solid.
    Hit,
    /// A ring.
    Flag,
}

/// One group of dots among the thousand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DotPart {
    /// How many of 1,000.
    pub count: u16,
    /// How they are drawn.
    pub kind: DotKind,
    /// What they are.
    pub label: String,
}

/// A count per 1,000, as words, a picture and a text equivalent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerThousand {
    /// Gain, loss or plain count.
    pub tone: Tone,
    /// The words before the number.
    pub before: String,
    /// The number, per 1,000.
    pub number: u16,
    /// The words after the number.
    pub after: String,
    /// The groups of dots; what is left of the 1,000 are small dots.
    pub parts: Vec<DotPart>,
    /// What the small dots are.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rest: String,
    /// The text equivalent of the picture.
    pub text: String,
    /// A caution that belongs to the number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where the number comes from.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
}

/// A point of a list, or a step of a day: a bold title and a smaller explanation, either may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    /// The bold part.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The explanation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<Span>,
}

/// One issuer's position in a comparison of guidelines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = IssuerPosition))]
pub struct Position {
    /// Who says it.
    pub issuer: String,
    /// When.
    pub year: u16,
    /// What they say.
    pub text: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
}

/// A hard word and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meaning {
    /// The word.
    pub word: String,
    /// What it means.
    pub text: String,
}

/// Where a care card leads: how soon, to which department, and to clinics that do it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Onward {
    /// How soon, like 2 周内.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// The department.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// The service the clinic finder is asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
}

impl Onward {
    /// True when it leads nowhere.
    pub fn is_empty(&self) -> bool {
        self.within.is_empty() && self.department.is_empty() && self.service.is_empty()
    }
}

/// One way to go in a decision aid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Course {
    /// Its name among the options of the aid; `not-now` is always one of them.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is done.
    pub what: String,
    /// What speaks for it.
    pub good: Vec<String>,
    /// What speaks against it.
    pub bad: Vec<String>,
    /// What it is like, for the body, the mind and daily life.
    pub feel: Vec<String>,
    /// What to do once it is chosen.
    pub next: String,
    /// The address of that step; empty when it leads nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// The words of that address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to_text: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
}

/// Something that may matter to a person who decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Value {
    /// The statement, in the person's own voice.
    pub text: String,
    /// The option it speaks for.
    pub speaks_for: String,
}

/// A row of the summary at the top of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SummaryRow {
    /// The question, like 谁要做.
    pub label: String,
    /// The answer.
    pub text: String,
    /// A smaller second line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Cited::is_empty")]
    pub cited: Cited,
}

/// A block of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: Vec<Span>,
        /// Its sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// A list of points.
    Points {
        /// The points.
        items: Vec<Point>,
        /// Their sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// What happens, in order.
    Steps {
        /// The steps.
        items: Vec<Point>,
        /// Their sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// How soon to do what.
    Care {
        /// How soon.
        level: CareLevel,
        /// The heading, like 尽快：看呼吸科.
        title: String,
        /// The signs or steps.
        items: Vec<String>,
        /// Where it leads.
        #[serde(default, skip_serializing_if = "Onward::is_empty")]
        onward: Onward,
        /// Their sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// Things to tick; the ticks stay on the phone.
    Checklist {
        /// The heading; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// The things.
        items: Vec<String>,
        /// Their sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// The options of a decision, side by side.
    Options {
        /// The options.
        items: Vec<Course>,
    },
    /// What matters to the person, and which way she leans; both stay on the phone.
    Values {
        /// The statements.
        items: Vec<Value>,
        /// The options that she may lean to.
        options: Vec<Course>,
    },
    /// A count per 1,000.
    PerThousand(PerThousand),
    /// Something to keep in mind.
    Notice {
        /// The heading.
        title: String,
        /// The text.
        text: String,
        /// Its sources.
        #[serde(default, skip_serializing_if = "Cited::is_empty")]
        cited: Cited,
    },
    /// Guidelines side by side.
    Compare {
        /// What each issuer says.
        rows: Vec<Position>,
        /// Which one this page follows, and why.
        follows: String,
    },
}

impl Block {
    /// The sources that are marked at the end of the block; pictures, comparisons and options mark their own.
    pub fn cited(&self) -> Option<&Cited> {
        match self {
            Self::Paragraph { cited, .. }
            | Self::Points { cited, .. }
            | Self::Steps { cited, .. }
            | Self::Care { cited, .. }
            | Self::Checklist { cited, .. }
            | Self::Notice { cited, .. } => Some(cited),
            Self::PerThousand(_) | Self::Compare { .. } | Self::Options { .. } | Self::Values { .. } => None,
        }
    }
}

/// A section with its own address on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Section {
    /// The fragment, like `who`.
    pub id: String,
    /// The heading.
    pub heading: String,
    /// The section in one sentence, which stays in sight while the section is folded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gist: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// Whether a clinician has read a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// Who reviewed it; empty while nobody has.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reviewer: String,
    /// When the text was last changed.
    pub updated: CivilDate,
    /// When it must be looked at again.
    pub due: CivilDate,
}

/// What holds for a whole decision aid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Frame {
    /// The thousand people whom every picture counts.
    pub denominator: String,
    /// The span of time every picture covers.
    pub span: String,
    /// Who paid for it.
    pub funding: String,
}

/// A topic, a decision aid, a result explainer, a programme, a guidance page or a page about the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Article {
    /// Its name in the URL.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The answer, first.
    pub lead: String,
    /// The summary under it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<SummaryRow>,
    /// The state of review; none for pages about the app itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// The department to go to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// The service the clinic finder is asked for at the end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// True when a decision aid belongs to it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub decide: bool,
    /// True for a topic that a self-check belongs to.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub check: bool,
    /// For a decision aid: whom all its pictures count, over which span, and who paid for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
    /// The sections.
    pub sections: Vec<Section>,
    /// Hard words that stand only where nothing can open in place, with what they mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Meaning>,
    /// All sources that the page cites, in order of first use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// An article in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleCard {
    /// Its name in the URL.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// A second line: the starting age of a topic, the lead of a guidance page.
    pub text: String,
    /// Its icon in the sprite.
    pub icon: String,
}
