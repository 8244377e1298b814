//! Whether a clinician has read the page: one line at its top, and the dates at its end.

use super::Site;
use super::icon::icon;
use crate::text::long_date;
use crate::view::{Node, el};
use zaoshai_contract::content::Review;

/// The line: pending, or who reviewed it.
pub fn review_line(site: &Site, review: &Review) -> Node {
    let words = site.words;
    let line = el("p").class("zs-aside");
    if review.reviewer.is_empty() {
        line.child(icon("pending")).child(el("span").child(words.pending_title)).node()
    } else {
        line.child(icon("check")).child(el("span").child(words.reviewed_by).child(review.reviewer.clone())).node()
    }
}

/// When the text was last changed, and when it must be looked at again.
pub fn review_dates(site: &Site, review: &Review) -> Node {
    let words = site.words;
    let dates =
        [words.updated, &long_date(site.lang, review.updated), " · ", words.due, &long_date(site.lang, review.due)]
            .concat();
    let pending = review.reviewer.is_empty().then_some(words.pending_text);
    el("p").class("zs-small").child(pending).child(" ").child(dates).node()
}
