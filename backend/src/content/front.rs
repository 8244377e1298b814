//! The front matter of an article: what it is called, whom it leads to, and whether it has been reviewed.

use super::articles::{Tongue, Words};
use super::{Area, Reader};
use std::path::Path;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::content::Review;
use zaoshai_contract::ids::Slug;

/// The front matter.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontMatter {
    pub(super) id: String,
    pub(super) title: String,
    /// The short name for lists.
    #[serde(default)]
    pub(super) name: String,
    pub(super) description: String,
    pub(super) lead: String,
    pub(super) order: u16,
    pub(super) icon: String,
    #[serde(default)]
    pub(super) starts: String,
    #[serde(default)]
    pub(super) starts_sources: Vec<String>,
    #[serde(default)]
    pub(super) department: String,
    #[serde(default)]
    pub(super) services: Vec<String>,
    /// False for a topic whose screening is not advised at average risk.
    #[serde(default = "yes")]
    pub(super) advised: bool,
    /// The thousand people of a decision aid.
    #[serde(default)]
    pub(super) denominator: String,
    /// The span of time of a decision aid.
    #[serde(default)]
    pub(super) span: String,
    /// Who paid for a decision aid.
    #[serde(default)]
    pub(super) funding: String,
    pub(super) review: ReviewRecord,
    #[serde(default)]
    pub(super) summary: Vec<SummaryRecord>,
}

fn yes() -> bool {
    true
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReviewState {
    Unreviewed,
    Reviewed,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewRecord {
    pub(super) state: ReviewState,
    #[serde(default)]
    pub(super) reviewer: String,
    pub(super) updated: String,
    pub(super) due: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryRecord {
    pub(super) label: String,
    pub(super) text: String,
    #[serde(default)]
    pub(super) note: String,
    #[serde(default)]
    pub(super) sources: Vec<String>,
}

/// A file's front matter, to name the lines in it.
pub(super) struct Place<'a> {
    pub(super) file: &'a Path,
    pub(super) front: &'a str,
}

impl Place<'_> {
    /// The line of the file on which a text stands in the front matter.
    pub(super) fn line(&self, text: &str) -> usize {
        let begin: String = text.chars().take(8).collect();
        self.front.lines().position(|line| !begin.is_empty() && line.contains(&begin)).map_or(2, |place| place + 2)
    }
}

/// Checks the parts that no reader of types can.
pub(super) fn check(
    reader: &mut Reader,
    place: &Place<'_>,
    front: &FrontMatter,
    area: Area,
    tongue: Tongue,
    words: &Words<'_>,
) {
    let file = place.file;
    if Slug::parse(&front.id).is_none() || file.file_stem().is_none_or(|stem| stem.to_string_lossy() != front.id) {
        reader.find(file, place.line("id ="), format!("id = \"{}\" 必须和文件名一样", front.id));
    }
    for service in &front.services {
        if !words.services.iter().any(|known| known.value == *service) {
            reader.find(file, place.line("services"), format!("services.toml 里没有“{service}”"));
        }
    }
    if matches!(area, Area::Topics | Area::Results | Area::Decisions) && front.department.is_empty() {
        reader.find(file, 2, "缺少 department：挂哪个科");
    }
    if area == Area::Topics && tongue == Tongue::Hans && front.summary.is_empty() {
        reader.find(file, 2, "缺少 [[summary]]：谁要做、做什么、多久做、疼不疼、多少钱");
    }
    if area == Area::Decisions {
        for (name, value) in [("denominator", &front.denominator), ("span", &front.span), ("funding", &front.funding)] {
            if value.is_empty() {
                reader.find(file, 2, format!("缺少 {name}：整篇的图要数同样的人、同样的时间，还要写明谁出钱"));
            }
        }
    }
}

/// Reads the state of review; an overdue one is a gap.
pub(super) fn review(reader: &mut Reader, place: &Place<'_>, record: &ReviewRecord) -> Option<Review> {
    let file = place.file;
    let mut day = |name: &str, text: &str| {
        let date = CivilDate::parse(text);
        if date.is_none() {
            let line = place.line(&format!("{name} ="));
            reader.find(file, line, format!("review.{name} = \"{text}\" 不是 2026-11-21 这样的日期"));
        }
        date
    };
    let (updated, due) = (day("updated", &record.updated)?, day("due", &record.due)?);
    if due <= updated {
        reader.find(file, place.line("due ="), "review.due 要在 review.updated 之后");
    } else if due < reader.today {
        reader.gap(file, place.line("due ="), format!("过了核对的日子：{}", record.due));
    }
    let reviewer = match record.state {
        ReviewState::Unreviewed => String::new(),
        ReviewState::Reviewed => {
            if record.reviewer.is_empty() {
                reader.find(file, place.line("state ="), "state = \"reviewed\" 要写 reviewer：谁审的");
            }
            record.reviewer.clone()
        }
    };
    Some(Review { reviewer, updated, due })
}
