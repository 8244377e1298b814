//! One document per page: what every public route loads, renders on the server and takes over on the phone.

use crate::checks::Check;
use crate::clinics::{Clinic, Finder, Phone};
use crate::content::{Article, ArticleCard, PerThousand};
use crate::problem::Problem;
use crate::results::Results;
use crate::search::Search;
use serde::{Deserialize, Serialize};

/// The hospital whose name stands in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hospital {
    /// Its id among the clinics.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The enquiry phone to call at this hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// When the phone number was published, in words; empty once the hospital has confirmed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone_dated: String,
}

/// What stands around a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meta {
    /// The title.
    pub title: String,
    /// One sentence for search engines and share cards.
    pub description: String,
    /// The language of the address (BCP 47).
    pub lang: String,
    /// False where the text is still only in simplified Chinese.
    pub translated: bool,
    /// The page's address without language prefix, for the language links.
    pub path: String,
    /// True for demonstration data: slots that no hospital offers.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub demonstration: bool,
    /// True on a server that was started as a demonstration and explains itself at `/demo`.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub demo: bool,
    /// The hospital in the header.
    pub hospital: Hospital,
}

/// The first page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Home {
    /// The topics, with the age at which they begin.
    pub topics: Vec<ArticleCard>,
    /// The sources of those ages, in words.
    pub topics_sources: String,
    /// Survival found early and found late, side by side.
    pub early: Vec<PerThousand>,
    /// The source of those two, in words.
    pub early_source: String,
    /// The guidance pages.
    pub guidance: Vec<ArticleCard>,
}

/// A list of articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleList {
    /// The articles.
    pub cards: Vec<ArticleCard>,
}

/// A page about one person, made by the server alone: HTML whose text is escaped. It changes with every write, and in
/// the app its parts would weigh more than the app has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Made {
    /// What stands in the main part.
    pub main: String,
    /// What stands at the thumb instead of the tab bar; empty for the tab bar.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub action: String,
}

/// The body of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// `/`
    Home(Home),
    /// `/screening`
    Topics(ArticleList),
    /// `/screening/{topic}`
    Topic(Article),
    /// `/screening/{topic}/decide`
    Decision(Article),
    /// `/results`
    Results(Results),
    /// `/results/{id}`
    Result(Article),
    /// `/programmes`
    Programmes(ArticleList),
    /// `/programmes/{id}`
    Programme(Article),
    /// `/guidance`
    GuidanceList(ArticleList),
    /// `/guidance/{page}`
    Guidance(Article),
    /// `/check`
    Checks(ArticleList),
    /// `/check/{id}` and `/plan`
    Check(Box<Check>),
    /// `/clinics`
    Clinics(Finder),
    /// `/clinics/{id}`
    Clinic(Box<Clinic>),
    /// `/f`
    FollowUpEntry,
    /// `/f/{token}`
    FollowUp(Made),
    /// `/home-care` and `/home-care/{token}`
    HomeCare(Made),
    /// `/search`
    Search(Search),
    /// `/privacy`
    Privacy(Article),
    /// What could not be shown, and what to do.
    Problem(Problem),
}

/// A page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// What stands around it.
    pub meta: Meta,
    /// What stands in it.
    pub body: Body,
}
