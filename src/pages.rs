//! One file a page. A page is a plain function of its loaded document and reads as an outline of itself.

pub mod article;
#[cfg(any(feature = "ssr", feature = "check"))]
pub mod check;
pub mod clinic;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod clinics;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod followup;
#[cfg(all(feature = "ssr", debug_assertions))]
pub mod gallery;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod home;
#[cfg(feature = "ssr")]
pub mod home_care;
pub mod lists;
pub mod problem;
pub mod results;
#[cfg(any(feature = "csr", feature = "ssr"))]
pub mod search;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod share;
#[cfg(feature = "ssr")]
pub mod staff;

use crate::view::Node;

/// A page: what stands in it, and its action bar when it has one.
pub struct Shown {
    /// The content of `<main>`.
    pub main: Node,
    /// The bar at the thumb; without one the page ends in the tab bar.
    pub action: Option<Node>,
}

impl From<Node> for Shown {
    fn from(main: Node) -> Self {
        Self { main, action: None }
    }
}

/// The page of a document.
#[cfg(any(feature = "csr", feature = "ssr"))]
pub fn shown(site: &crate::components::Site, body: zaoshai_contract::page::Body) -> Shown {
    use zaoshai_contract::page::Body;
    match body {
        Body::Home(home) => home::page(site, home).into(),
        Body::Topics(list) => lists::topics(site, &list.cards).into(),
        Body::GuidanceList(list) => lists::guidance(site, list.cards).into(),
        Body::Topic(article) => article::page(site, article, article::Kind::Topic).into(),
        Body::Decision(article) => article::page(site, article, article::Kind::Decision).into(),
        Body::Results(results) => results::page(site, results).into(),
        Body::Search(search) => search::page(site, search).into(),
        Body::Result(article) => article::page(site, article, article::Kind::Result).into(),
        Body::Programmes(list) => lists::programmes(site, list.cards).into(),
        Body::Programme(article) => article::page(site, article, article::Kind::Programme).into(),
        Body::Guidance(article) => article::page(site, article, article::Kind::Guidance).into(),
        Body::Privacy(article) => article::page(site, article, article::Kind::About).into(),
        Body::Checks(list) => lists::checks(site, list.cards).into(),
        #[cfg(feature = "ssr")]
        Body::Check(check) => check::intro(site, &check),
        // Checks have a program of their own, and the app leaves links to them to the browser.
        #[cfg(not(feature = "ssr"))]
        Body::Check(_) => Node::from(()).into(),
        Body::Clinics(finder) => clinics::page(site, finder).into(),
        Body::Clinic(clinic) => clinic::page(site, *clinic).into(),
        Body::FollowUpEntry => followup::entry(site).into(),
        Body::FollowUp(made) => followup::made(made, "zs-stack zs-made"),
        Body::HomeCare(made) => followup::made(made, "zs-stack"),
        Body::Problem(problem) => problem::page(site, problem).into(),
    }
}
