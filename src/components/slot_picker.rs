//! Times to choose from: the first free one first, grouped by day, the later days folded away.

use super::Site;
use super::icon::icon;
use crate::text::{clock, day};
use crate::view::{Node, el};
use zaoshai_contract::slots::{Slot, SlotDay};

/// Days that are open at once.
const OPEN_DAYS: usize = 3;

fn slot_choice(site: &Site, slot: &Slot, earliest: bool) -> Node {
    let mut id = String::from("slot-");
    id.push_str(slot.id.as_str());
    let labelled = id.clone();
    let chip = earliest.then(|| el("span").class("zs-chip zs-chip--solid").child(site.words.earliest));
    el("div")
        .class("zs-slot")
        .child(
            el("input")
                .class("zs-slot__input")
                .with("type", "radio")
                .with("name", "slot")
                .with("id", id)
                .with("value", slot.id.to_string())
                .with("required", true),
        )
        .child(
            el("label")
                .class("zs-slot__label")
                .with("for", labelled)
                .child(
                    el("span")
                        .class("zs-slot__text")
                        .child(el("span").class("zs-slot__title").child(clock(site.lang, slot.starts)))
                        .child(el("span").class("zs-slot__meta").child(slot.room.clone())),
                )
                .child(chip),
        )
        .node()
}

fn one_day(site: &Site, slots: &SlotDay, first: bool) -> Node {
    let choices =
        slots.slots.iter().enumerate().map(|(n, slot)| slot_choice(site, slot, first && n == 0)).collect::<Vec<_>>();
    el("fieldset")
        .class("zs-slot-picker")
        .child(el("legend").class("zs-slot-picker__day").child(day(site.lang, slots.date)))
        .child(choices)
        .node()
}

/// The picker. `days` is not empty.
pub fn slot_picker(site: &Site, days: &[SlotDay]) -> Node {
    let open = days.iter().take(OPEN_DAYS).enumerate().map(|(n, day)| one_day(site, day, n == 0)).collect::<Vec<_>>();
    let later = (days.len() > OPEN_DAYS).then(|| {
        let later = days.iter().skip(OPEN_DAYS).map(|day| one_day(site, day, false)).collect::<Vec<_>>();
        el("details")
            .class("zs-details")
            .with("id", "more-days")
            .child(
                el("summary").child(icon("calendar")).child(el("span").child(site.words.more_days)).child(icon("next")),
            )
            .child(el("div").class("zs-stack").child(later))
    });
    el("div").class("zs-stack").with("id", "slot").child(open).child(later).node()
}
