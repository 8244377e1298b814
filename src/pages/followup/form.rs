//! What the pages of a follow-up link are made of: where they are, their forms and their fields.

use super::plan::{greeting, told};
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::text::Voice;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::followups::Plan;
use zaoshai_contract::ids::Token;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{FollowUpView, Route};

/// Where a page of a link stands.
pub struct Link<'a> {
    /// What every component needs to know.
    pub site: &'a Site,
    /// The words in the page's language.
    pub voice: &'a Voice<'a>,
    /// The link's token.
    pub token: &'a Token,
}

impl Link<'_> {
    /// The address of a view.
    pub fn view(&self, view: FollowUpView) -> String {
        self.site.to(&Route::FollowUp(self.token.clone(), view))
    }

    /// Where a form of this link is sent.
    pub fn path(&self, deed: &str) -> String {
        format!("{}/{deed}", self.view(FollowUpView::Plan))
    }

    /// Words in the page's language.
    pub fn say(&self, hans: &str, en: &str) -> String {
        self.voice.say(hans, en)
    }

    /// A form that carries the page's key, and a place for what happens while it is sent.
    /// With an id when a button outside of it sends it.
    pub fn form(&self, id: Option<&'static str>, deed: &str, plan: Option<&Plan>) -> El {
        let key =
            plan.map(|plan| el("input").with("type", "hidden").with("name", "key").with("value", plan.key.to_string()));
        el("form").class("zs-stack").with("method", "post").with("id", id).with("action", self.path(deed)).child(key)
    }

    /// The page's main button at the thumb, for the form with this id.
    pub fn bar(&self, form: &'static str, label: String) -> Node {
        let button = el("button").class("zs-button").with("type", "submit").with("form", form).child(label);
        action_bar(self.site, Node::from(button))
    }

    /// A form of one quiet button, which may carry a value.
    pub fn one_button(&self, deed: &str, plan: &Plan, value: Option<(&'static str, String)>, label: String) -> El {
        let mut button = el("button").class("zs-button zs-button--quiet").with("type", "submit");
        if let Some((name, value)) = value {
            button = button.with("name", name).with("value", value);
        }
        self.form(None, deed, Some(plan)).child(button.child(label))
    }

    /// How every page of the plan begins: the way back, what went wrong or was done, whose plan it is, and the title.
    pub fn opening(&self, plan: &Plan, title: String) -> Node {
        nodes![
            self.back(),
            plan.problem.as_ref().map(error_summary),
            told(self, plan),
            greeting(self, plan),
            heading(title)
        ]
    }

    /// A quiet link that looks like a button.
    pub fn button(&self, view: FollowUpView, label: String) -> El {
        el("a").class("zs-button zs-button--quiet").with("href", self.view(view)).child(label)
    }

    /// The way back to the plan.
    pub fn back(&self) -> El {
        el("a")
            .class("zs-back")
            .with("href", self.view(FollowUpView::Plan))
            .child(icon("back"))
            .child(el("span").child(self.say("回到我的安排", "Back to my plan")))
    }

    /// That nothing here is real, where it is not.
    pub fn demonstration(&self) -> Option<Node> {
        self.site.demonstration.then(|| notice(String::new(), self.site.words.demonstration.to_owned()))
    }
}

/// Where it is told that the network is lost: the app fills it.
pub fn status() -> El {
    el("div").with("role", "status").with("aria-live", "polite").with("id", "status")
}

/// A heading of a page.
pub fn heading(title: String) -> El {
    el("h1").class("zs-h1").with("tabindex", "-1").child(title)
}

/// A field with its label, hint, and what was wrong with it.
pub fn field(id: &'static str, label: String, hint: String, problem: Option<&Problem>, input: El) -> El {
    let error = field_error(problem, id);
    let class = if error.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    let hint =
        (!hint.is_empty()).then(|| el("p").class("zs-form-field__hint").with("id", [id, "-hint"].concat()).child(hint));
    el("div")
        .class(class)
        .child(el("label").class("zs-form-field__label").with("for", id).child(label))
        .child(hint)
        .child(error)
        .child(input)
}

/// The field for the last four digits, with what was wrong with them.
pub fn ending(label: String, hint: String, problem: Option<&Problem>) -> El {
    let wrong = problem.filter(|problem| matches!(problem.code, Code::InvalidInput | Code::WrongEnding));
    let input = el("input")
        .class("zs-form-field__input")
        .with("id", "ending")
        .with("name", "ending")
        .with("type", "text")
        .with("inputmode", "numeric")
        .with("autocomplete", "off")
        .with("maxlength", "8")
        .with("aria-describedby", if wrong.is_some() { "ending-hint ending-error" } else { "ending-hint" })
        .with("aria-invalid", wrong.is_some().then_some("true"));
    field("ending", label, hint, wrong, input)
}

/// A box to tick.
pub fn tick(id: String, name: &'static str, value: String, text: String) -> El {
    el("label")
        .class("zs-check")
        .with("for", id.clone())
        .child(
            el("input")
                .with("type", "checkbox")
                .with("id", id)
                .with("name", name)
                .with("value", value)
                .with("required", true),
        )
        .child(el("span").child(text))
}
