//! Whether a clinician has read the page.

use super::Site;
use super::icon::icon;
use crate::text::long_date;
use crate::view::{Node, el};
use zaoshai_contract::content::Review;

/// The banner: pending, or who reviewed it and when it is due again.
pub fn review_banner(site: &Site, review: &Review) -> Node {
    let words = site.words;
    let dates = format!(
        "{}{} · {}{}",
        words.updated,
        long_date(site.lang, review.updated),
        words.due,
        long_date(site.lang, review.due)
    );
    if review.reviewer.is_empty() {
        el("div")
            .class("zs-review-banner zs-review-banner--pending")
            .child(icon("pending"))
            .child(
                el("p")
                    .child(el("b").child(words.pending_title))
                    .child(words.pending_text)
                    .child(el("br"))
                    .child(dates),
            )
            .node()
    } else {
        el("div")
            .class("zs-review-banner")
            .child(icon("check"))
            .child(el("p").child(el("b").child(words.reviewed_by).child(review.reviewer.clone())).child(dates))
            .node()
    }
}
