//! What a person sees again and again, each in a file of its own, named after what it looks like.

pub mod action_bar;
pub mod ask;
pub mod back_line;
pub mod care_card;
pub mod checklist;
pub mod clinic_card;
pub mod compare;
pub mod error_summary;
pub mod fold;
pub mod footer;
pub mod header;
pub mod icon;
pub mod languages;
pub mod link_list;
pub mod notice;
pub mod options;
pub mod per_thousand;
pub mod phone_link;
pub mod points;
pub mod query_field;
pub mod review_banner;
pub mod source_note;
pub mod step_ladder;
pub mod summary_list;
pub mod tab_bar;
pub mod timeline;
pub mod title;

use crate::text::{Words, words};
use zaoshai_contract::page::{Hospital, Meta};
use zaoshai_contract::route::{Lang, Route};

/// What every component may need to know about where it stands.
#[derive(Clone)]
pub struct Site {
    /// The language of the address.
    pub lang: Lang,
    /// The language's words.
    pub words: &'static Words,
    /// The hospital in the header.
    pub hospital: Hospital,
    /// The page's address without language prefix.
    pub path: String,
    /// True for demonstration data.
    pub demonstration: bool,
    /// True where the demonstration explains itself at `/demo`.
    pub demo: bool,
}

impl Site {
    /// From what stands around a page.
    pub fn of(meta: &Meta) -> Self {
        let lang = Lang::from_tag(&meta.lang).unwrap_or_default();
        Self {
            lang,
            words: words(lang),
            hospital: meta.hospital.clone(),
            path: meta.path.clone(),
            demonstration: meta.demonstration,
            demo: meta.demo,
        }
    }

    /// The language of what hospitals write about themselves, where it is not the page's own.
    pub fn theirs(&self) -> Option<&'static str> {
        (self.lang == Lang::En).then_some("zh-CN")
    }

    /// The route of the page.
    pub fn route(&self) -> Option<Route> {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        Route::parse(path, query).map(|(_, route)| route)
    }

    /// The address of a route in this language.
    pub fn to(&self, route: &Route) -> String {
        route.path(self.lang)
    }

    /// The page's own address in this language.
    pub fn path_here(&self) -> String {
        [self.lang.prefix(), &self.path].concat()
    }

    /// The hospital's enquiry number; empty when none is known.
    pub fn phone(&self) -> String {
        self.hospital.phone.as_ref().map(|phone| phone.number.clone()).unwrap_or_default()
    }
}
