//! What the nurse's forms are made of.

use crate::components::error_summary::field_error;
use crate::view::{El, Node, el};
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::staff::BookableService;
pub use zaoshai_contract::staff::confirm::ASK;
use zaoshai_contract::staff::draft::BY;

/// A form that changes a follow-up.
pub fn post(followup: &str, deed: &str) -> El {
    el("form").with("method", "post").with("action", ["/staff/followups/", followup, "/", deed].concat())
}

/// A hidden field.
pub fn hidden(name: &'static str, value: String) -> El {
    el("input").with("type", "hidden").with("name", name).with("value", value)
}

/// A hidden field of any name.
pub fn hidden_field(name: String, value: String) -> El {
    el("input").with("type", "hidden").with("name", name).with("value", value)
}

/// What a form carries on unseen; the frame itself names the account.
pub fn kept(fields: &[(String, String)]) -> Vec<El> {
    let kept = fields.iter().filter(|(name, _)| name != BY);
    kept.map(|(name, value)| hidden_field(name.clone(), value.clone())).collect()
}

/// Asks before the form is carried out, where what was chosen in it calls for that.
pub fn asks(form: El) -> El {
    form.child(hidden(ASK, "yes".to_owned()))
}

/// One field with its label, hint and what was wrong with it.
pub fn field(
    problem: Option<&Problem>,
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    input: impl Into<Node>,
) -> Node {
    let error = field_error(problem, id);
    let class = if error.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    let hint =
        (!hint.is_empty()).then(|| el("p").class("zs-form-field__hint").with("id", [id, "-hint"].concat()).child(hint));
    el("div")
        .class(class)
        .child(el("label").class("zs-form-field__small-label").with("for", id).child(label))
        .child(hint)
        .child(error)
        .child(input)
        .node()
}

/// Fields that stand side by side on a desk and one below the other on a phone.
pub fn beside() -> El {
    el("div").class("zs-beside")
}

/// The button for the bar that sends the form with an id.
pub fn step(form: &'static str, label: impl Into<Node>) -> Node {
    el("button").class("zs-button").with("type", "submit").with("form", form).child(label).node()
}

/// A day to be chosen.
pub fn date(id: &'static str, value: String) -> El {
    el("input").class("zs-input").with("id", id).with("name", id).with("type", "date").with("value", value)
}

/// A choice from words with titles. Nothing is chosen for anybody.
pub fn select(
    id: &'static str,
    name: &'static str,
    chosen: Option<&str>,
    options: impl Iterator<Item = (&'static str, &'static str)>,
) -> El {
    let options = options
        .map(|(value, title)| el("option").with("value", value).with("selected", chosen == Some(value)).child(title));
    let options = [none()].into_iter().chain(options).collect::<Vec<_>>();
    el("select").class("zs-input").with("id", id).with("name", name).child(options)
}

/// What a choice says before anything is chosen.
pub fn none() -> El {
    el("option").with("value", "").child("请选")
}

/// A box to tick.
pub fn tick(id: String, name: &'static str, value: &str, checked: bool, text: impl Into<Node>) -> El {
    el("label")
        .class("zs-check")
        .with("for", id.clone())
        .child(
            el("input")
                .with("type", "checkbox")
                .with("id", id)
                .with("name", name)
                .with("value", value.to_owned())
                .with("checked", checked),
        )
        .child(el("span").child(text))
}

/// Boxes to tick under one name, with what was wrong with them.
pub fn ticks(problem: Option<&Problem>, id: &'static str, label: &'static str, ticks: Vec<El>) -> El {
    el("fieldset")
        .class("zs-form-field")
        .with("id", id)
        .child(el("legend").class("zs-form-field__small-label").child(label))
        .child(field_error(problem, id))
        .child(el("div").class("zs-checks").child(ticks))
}

/// The services that may be booked, to be ticked.
pub fn services(
    problem: Option<&Problem>,
    label: &'static str,
    services: &[BookableService],
    chosen: impl Fn(&str) -> bool,
) -> El {
    let boxes = services
        .iter()
        .map(|service| {
            let id = ["services-", service.id.as_str()].concat();
            tick(id, "services", &service.id, chosen(&service.id), service.name.clone())
        })
        .collect();
    ticks(problem, "services", label, boxes)
}

/// How soon.
pub fn urgency(chosen: &str) -> El {
    let options = Urgency::ALL.iter().map(|urgency| (urgency.as_str(), urgency.title()));
    select("urgency", "urgency", Some(chosen), options)
}

/// A result letter, or none.
pub fn letters(letters: &[BookableService], chosen: &str) -> El {
    let none = el("option").with("value", "").child("不放结果信");
    let letters = letters.iter().map(|letter| {
        el("option").with("value", letter.id.clone()).with("selected", letter.id == chosen).child(letter.name.clone())
    });
    el("select")
        .class("zs-input")
        .with("id", "template")
        .with("name", "template")
        .child([none].into_iter().chain(letters).collect::<Vec<_>>())
}

/// A text of a few lines.
pub fn area(id: &'static str, name: &'static str, rows: &'static str, text: Option<&str>) -> El {
    el("textarea")
        .class("zs-input")
        .with("id", id)
        .with("name", name)
        .with("rows", rows)
        .with("maxlength", "500")
        .child(text.unwrap_or_default().to_owned())
}

/// A button that sends its form.
pub fn button(label: &'static str) -> El {
    el("button").class("zs-button zs-button--quiet").with("type", "submit").child(label)
}

/// Whether a form was already asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Its fields are still to be filled in.
    NotYet,
    /// What it would do is shown, and the question is open.
    Already,
}

impl Asked {
    /// Of a form with what it would do.
    pub fn of<T>(shown: Option<&T>) -> Self {
        if shown.is_some() { Self::Already } else { Self::NotYet }
    }
}

/// The fields, folded while the question stands: what is answered is what was asked, not what is changed below it. While
/// they are unfolded the step at the thumb, which would answer the question, is out of the way (`.zs-again` in the style).
pub fn again(asked: Asked, fields: El) -> El {
    if asked == Asked::NotYet {
        return fields;
    }
    el("details")
        .class("zs-details zs-again")
        .child(el("summary").child(el("span").child("改一改，再看")))
        .child(fields)
}
