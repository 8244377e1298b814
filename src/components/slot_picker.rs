//! Times to choose from: the first free one first, grouped by day, the later days folded away.

use super::Site;
use super::icon::icon;
use crate::text::{clock, day};
use leptos::prelude::*;
use zaoshai_contract::slots::{Slot, SlotDay};

/// Days that are open at once.
const OPEN_DAYS: usize = 3;

fn slot_choice(site: &Site, slot: &Slot, earliest: bool) -> AnyView {
    let mut id = String::from("slot-");
    id.push_str(slot.id.as_str());
    let labelled = id.clone();
    let chip = earliest.then(|| view! { <span class="zs-chip zs-chip--solid">{site.words.earliest}</span> });
    view! {
        <div class="zs-slot">
            <input
                class="zs-slot__input"
                type="radio"
                name="slot"
                id=id
                value=slot.id.to_string()
                required
            />
            <label class="zs-slot__label" for=labelled>
                <span class="zs-slot__text">
                    <span class="zs-slot__title">{clock(site.lang, slot.starts)}</span>
                    <span class="zs-slot__meta">{slot.room.clone()}</span>
                </span>
                {chip}
            </label>
        </div>
    }
    .into_any()
}

fn one_day(site: &Site, slots: &SlotDay, first: bool) -> AnyView {
    let choices = slots
        .slots
        .iter()
        .enumerate()
        .map(|(n, slot)| slot_choice(site, slot, first && n == 0))
        .collect_view();
    view! {
        <fieldset class="zs-slot-picker">
            <legend class="zs-slot-picker__day">{day(site.lang, slots.date)}</legend>
            {choices}
        </fieldset>
    }
    .into_any()
}

/// The picker. `days` is not empty.
pub fn slot_picker(site: &Site, days: &[SlotDay]) -> AnyView {
    let open = days.iter().take(OPEN_DAYS).enumerate().map(|(n, day)| one_day(site, day, n == 0)).collect_view();
    let later = (days.len() > OPEN_DAYS).then(|| {
        let later = days.iter().skip(OPEN_DAYS).map(|day| one_day(site, day, false)).collect_view();
        view! {
            <details class="zs-details" id="more-days">
                <summary>{icon("calendar")} <span>{site.words.more_days}</span> {icon("next")}</summary>
                <div class="zs-stack">{later}</div>
            </details>
        }
    });
    view! { <div class="zs-stack" id="slot">{open} {later}</div> }.into_any()
}
