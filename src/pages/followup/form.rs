//! What the pages of a follow-up link are made of: where they are, their forms and their fields.

use super::plan::{greeting, told};
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::text::Voice;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::followups::{News, Plan, TRIES};
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
    /// What the last form did, told once.
    pub news: &'a News,
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

    /// A form that carries the page's key, and a place for what happens while it is sent. What is wrong in it is told in
    /// our words, never in the browser's. With an id when a button outside of it sends it.
    pub fn form(&self, id: Option<&'static str>, deed: &str, plan: Option<&Plan>) -> El {
        let key =
            plan.map(|plan| el("input").with("type", "hidden").with("name", "key").with("value", plan.key.to_string()));
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("id", id)
            .with("action", self.path(deed))
            .with("novalidate", true)
            .child(key)
    }

    /// The page's main button at the thumb, for the form with this id.
    pub fn bar(&self, form: &'static str, label: String) -> Node {
        let button = el("button").class("zs-button").with("type", "submit").with("form", form).child(label);
        action_bar(self.site, Node::from(button))
    }

    /// Both ways at the thumb where one cannot be undone: back to the plan without it, and the button that does it. The
    /// phone leaves them the room, and stands on the page.
    pub fn choice_bar(&self, keep: String, form: &'static str, label: String) -> Node {
        let keep = el("a").class("zs-button").with("href", self.view(FollowUpView::Plan)).child(keep);
        let grave =
            el("button").class("zs-button zs-button--grave").with("type", "submit").with("form", form).child(label);
        el("div").class("zs-action-bar__row zs-action-bar__row--choice").child(keep).child(grave).node()
    }

    /// A form of one quiet button, which may carry a value.
    pub fn one_button(&self, deed: &str, plan: &Plan, value: Option<(&'static str, String)>, label: String) -> El {
        let mut button = el("button").class("zs-button zs-button--quiet").with("type", "submit");
        if let Some((name, value)) = value {
            button = button.with("name", name).with("value", value);
        }
        self.form(None, deed, Some(plan)).child(button.child(label))
    }

    /// The same where it must not look like the step of the page.
    pub fn aside_button(&self, deed: &str, plan: &Plan, label: String) -> El {
        self.form(None, deed, Some(plan))
            .child(el("button").class("zs-button zs-button--link").with("type", "submit").child(label))
    }

    /// How every page of the plan begins: the way back, what went wrong or was done, whose plan it is and who acts, and
    /// the title.
    pub fn opening(&self, plan: &Plan, title: String) -> Node {
        nodes![
            self.back(),
            plan.problem.as_ref().map(error_summary),
            told(self, plan),
            greeting(self, plan),
            heading(title)
        ]
    }

    /// The end of every page of the plan: leaving the link on a phone that is not one's own, which deletes nothing.
    pub fn leaving(&self, plan: &Plan) -> El {
        el("section")
            .class("zs-section zs-stack zs-stack--tight")
            .with("aria-labelledby", "leave")
            .child(
                el("h2")
                    .class("zs-h3")
                    .with("id", "leave")
                    .child(self.say("这不是您自己的手机？", "Not your own phone?")),
            )
            .child(el("p").class("zs-small").child(self.say(
                "用完请退出，别人就看不到。预约和资料都不变，再来时重新核对手机号。",
                "Leave when you are done, so that nobody else sees this. Nothing is cancelled or deleted.",
            )))
            .child(self.one_button("leave", plan, None, self.say("退出，在这部手机上关掉", "Leave on this phone")))
    }

    /// A link that does not look like the step of the page.
    pub fn aside_link(&self, view: FollowUpView, label: String) -> El {
        el("a").class("zs-button zs-button--link").with("href", self.view(view)).child(label)
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

    /// That nothing here is real, where it is not: one line, so that it pushes nothing out of sight.
    pub fn demonstration(&self) -> Option<Node> {
        self.site.demonstration.then(|| {
            el("p")
                .class("zs-aside")
                .child(icon("info"))
                .child(el("span").child(self.say("示范，不是真的预约", "A demonstration, nothing is booked")))
                .node()
        })
    }
}

/// What is no question for a nurse, with the number that dials.
pub fn emergency(voice: &Voice<'_>) -> Node {
    let call = el("a").with("href", "tel:120").child(voice.say("打 120", "call 120"));
    let title = voice.say("急的病，不要等", "Do not wait if it is urgent");
    let signs = voice.say("大出血、剧痛、喘不上气，请", "Heavy bleeding, great pain or no breath: ");
    notice(title, nodes![signs, call, voice.say("。", ".")])
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

/// The field for the last four digits, with what was typed and what was wrong with it.
pub fn ending(label: String, hint: String, problem: Option<&Problem>, typed: &str) -> El {
    let wrong = problem.filter(|problem| matches!(problem.code, Code::InvalidInput | Code::WrongEnding));
    let input = el("input")
        .class("zs-form-field__input")
        .with("id", "ending")
        .with("name", "ending")
        .with("type", "text")
        .with("inputmode", "numeric")
        .with("autocomplete", "off")
        .with("maxlength", "8")
        .with("value", typed.to_owned())
        .with("aria-describedby", if wrong.is_some() { "ending-hint ending-error" } else { "ending-hint" })
        .with("aria-invalid", wrong.is_some().then_some("true"));
    field("ending", label, hint, wrong, input)
}

/// A box to tick, as it was left in a form that was refused.
pub fn tick(link: &Link<'_>, id: String, name: &'static str, value: String, text: String) -> El {
    let ticked = link.news.ticked(name, &value);
    el("label")
        .class("zs-check")
        .with("for", id.clone())
        .child(
            el("input")
                .with("type", "checkbox")
                .with("id", id)
                .with("name", name)
                .with("value", value)
                .with("checked", ticked),
        )
        .child(el("span").child(text))
}

/// How many tries are left, once one was wrong.
pub fn tries(voice: &Voice<'_>, left: u8) -> Option<El> {
    (left < TRIES).then(|| {
        el("p").child(voice.fill(
            "还可以试 {} 次。再错，链接会先锁住，要打电话请护士打开。",
            "Tries left: {}. After that the link is locked, and a nurse must open it: please call.",
            &left.to_string(),
        ))
    })
}
