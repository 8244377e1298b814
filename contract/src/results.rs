//! From the words on a report to what they mean.

use crate::content::ArticleCard;
use serde::{Deserialize, Serialize};

/// A finding that answers what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// The explainer it stands in.
    pub explainer: String,
    /// The section of the explainer.
    pub section: String,
    /// What the finding is called.
    pub heading: String,
    /// What the explainer is called.
    pub name: String,
}

/// The page that explains reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Results {
    /// What was typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub typed: String,
    /// The findings that answer it, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// Whether the text names the first of them; otherwise they are only near.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub named: bool,
    /// The explainers, to choose from.
    pub explainers: Vec<ArticleCard>,
}
