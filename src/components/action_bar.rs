//! The one step of a page, at the thumb, with the phone beside it.

use super::Site;
use super::icon::icon;
use super::phone_link::tel;
use leptos::prelude::*;

/// An action bar around a button or link.
pub fn action_bar(site: &Site, action: AnyView) -> AnyView {
    let number = site.phone();
    let call = (!number.is_empty()).then(|| {
        view! {
            <a class="zs-action-bar__call" href=tel(&number)>
                {icon("phone")}
                <span>{site.words.call}</span>
            </a>
        }
    });
    view! {
        <div class="zs-action-bar">
            <div class="zs-action-bar__row">{call} {action}</div>
        </div>
    }
    .into_any()
}
