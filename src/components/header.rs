//! The header: hospital, large type, language.

use super::Site;
use super::icon::icon;
use crate::TextSize;
use leptos::prelude::*;
use zaoshai_contract::route::Route;

/// The header. Large type is a form, so that it works without scripts.
pub fn header(site: &Site, path: &str, size: TextSize) -> AnyView {
    let words = site.words;
    let (value, label) = match size {
        TextSize::Normal => ("elder", words.larger),
        TextSize::Elder => ("normal", words.smaller),
    };
    let mut back = String::from(site.lang.prefix());
    if path != "/" || back.is_empty() {
        back.push_str(path);
    }
    view! {
        <header class="zs-header">
            <a class="zs-header__brand" href=site.to(&Route::Home)>
                <svg class="zs-header__mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href="#i-mark"></use>
                </svg>
                <span>
                    <span class="zs-header__name" lang="zh-CN">
                        {site.hospital.name.clone()}
                    </span>
                    <span class="zs-header__sub">{words.brand}</span>
                </span>
            </a>
            <div class="zs-header__tools">
                <form method="post" action="/settings" id="size">
                    <input type="hidden" name="back" value=back />
                    <button class="zs-header__tool" name="size" value=value>
                        {icon("size")}
                        <span>{label}</span>
                    </button>
                </form>
                <a class="zs-header__tool" href="#languages">
                    {icon("globe")}
                    <span>{words.language}</span>
                </a>
            </div>
        </header>
    }
    .into_any()
}
