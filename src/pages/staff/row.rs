//! A person in a list: when, who with the state beside, a line on what for, and the phone at the thumb.

use crate::components::icon::icon;
use crate::components::phone_link::tel;
use crate::view::{El, Node, el};

/// A row; `inside` stands below the line. Of somebody whose data were deleted there is neither name nor phone.
pub fn row(followup: &str, name: &str, phone: &str, when: Node, chip: Node, line: String, inside: Option<El>) -> El {
    let shown = if name.is_empty() { "（资料已删除）" } else { name };
    let call = (!phone.is_empty()).then(|| {
        el("a")
            .class("zs-row__call")
            .with("href", tel(phone))
            .with("aria-label", ["打给", name].concat())
            .child(icon("phone"))
    });
    let link = el("a").with("href", ["/staff/followups/", followup].concat()).child(shown.to_owned());
    el("li")
        .class("zs-row")
        .child(el("p").class("zs-row__when").child(when))
        .child(
            el("div")
                .class("zs-row__body")
                .child(el("p").class("zs-row__name").child(link).child(chip))
                .child(el("p").class("zs-row__line").child(line))
                .child(inside),
        )
        .child(call)
}
