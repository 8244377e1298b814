//! Whether a clinician has read the page.

use super::Site;
use super::icon::icon;
use crate::text::long_date;
use leptos::prelude::*;
use zaoshai_contract::content::Review;

/// The banner: pending, or who reviewed it and when it is due again.
pub fn review_banner(site: &Site, review: &Review) -> AnyView {
    let words = site.words;
    let dates = format!(
        "{}{} · {}{}",
        words.updated,
        long_date(site.lang, review.updated),
        words.due,
        long_date(site.lang, review.due)
    );
    if review.reviewer.is_empty() {
        view! {
            <div class="zs-review-banner zs-review-banner--pending">
                {icon("pending")}
                <p>
                    <b>{words.pending_title}</b>
                    {words.pending_text}
                    <br />
                    {dates}
                </p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="zs-review-banner">
                {icon("check")}
                <p>
                    <b>{words.reviewed_by} {review.reviewer.clone()}</b>
                    {dates}
                </p>
            </div>
        }
        .into_any()
    }
}
