//! A new follow-up: one short form.

use super::form::{beside, field, hidden, letters, services, tick, urgency};
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::{icon, small_icon};
use crate::view::{Node, el, nodes};
use zaoshai_contract::limits::LONGEST_NAME;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::staff::{ASKED_OF, BookableService, NewFollowUp, NewFollowUpForm, asked_of};

/// The page.
pub fn page(page: &NewFollowUpForm) -> Node {
    let problem = page.problem.as_ref();
    nodes![
        el("a").class("zs-back").with("href", "/staff").child(small_icon("back")).child(el("span").child("工作台")),
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", "/staff/followups")
            .with("id", "followup")
            .with("data-steps", "")
            .child(problem.map(error_summary))
            .child(el("h1").class("zs-h1").child("新建随访"))
            .child(hidden("key", page.key.to_string()))
            .child(already(problem, &page.already, &page.form, ("再建一个", "我看过了，确实要再建一个")))
            .child(erased(problem, page.erased.as_deref(), &page.form))
            .child(fields(problem, &page.form, &page.services, &page.letters))
    ]
}

/// The open follow-ups of the same number, and the tick that one more is meant, with its label and words.
pub fn already(
    problem: Option<&Problem>,
    already: &[BookableService],
    form: &NewFollowUp,
    (label, words): (&'static str, &'static str),
) -> Option<Node> {
    if already.is_empty() {
        return None;
    }
    let links = already
        .iter()
        .map(|open| {
            let path = ["/staff/followups/", open.id.as_str()].concat();
            el("li").child(el("a").with("href", path).child(open.name.clone()))
        })
        .collect::<Vec<_>>();
    let tick = tick("another".to_owned(), "another", "yes", form.another, words);
    Some(nodes![
        hidden(ASKED_OF, asked_of(&form.name, &form.phone)),
        el("div")
            .class("zs-notice")
            .with("role", "status")
            .child(small_icon("alert"))
            .child(el("div").child(el("p").child("已经有一个没有结束的随访：")).child(el("ul").child(links))),
        field(problem, "another", label, "", Node::from(tick))
    ])
}

/// What is known of a deletion of the person's data, and the tick that a follow-up is meant all the same.
pub fn erased(problem: Option<&Problem>, told: Option<&str>, form: &NewFollowUp) -> Option<Node> {
    let told = told?;
    // The error says the same.
    let notice = field_error(problem, "anew").is_none().then(|| {
        el("div")
            .class("zs-notice")
            .with("role", "status")
            .child(small_icon("alert"))
            .child(el("p").child(told.to_owned()))
    });
    let tick = tick("anew".to_owned(), "anew", "yes", form.anew, "我问过了，本人要随访");
    let of = hidden(ASKED_OF, asked_of(&form.name, &form.phone));
    Some(nodes![of, notice, field(problem, "anew", "资料删除过", "", Node::from(tick))])
}

/// What a follow-up says, field by field.
pub fn fields(
    problem: Option<&Problem>,
    form: &NewFollowUp,
    bookable: &[BookableService],
    to_choose: &[BookableService],
) -> Node {
    let wrong = |id: &str| {
        problem.is_some_and(|problem| problem.errors.iter().any(|error| error.field == id)).then_some("true")
    };
    let name = el("input")
        .class("zs-input")
        .with("id", "name")
        .with("name", "name")
        .with("value", form.name.clone())
        .with("maxlength", LONGEST_NAME.to_string())
        .with("autocomplete", "off")
        .with("autofocus", problem.is_none())
        .with("aria-describedby", "name-hint")
        .with("aria-invalid", wrong("name"))
        .with("required", true);
    let phone = el("input")
        .class("zs-input")
        .with("id", "phone")
        .with("name", "phone")
        .with("value", form.phone.clone())
        .with("type", "tel")
        .with("inputmode", "tel")
        .with("autocomplete", "off")
        .with("aria-describedby", "phone-hint")
        .with("aria-invalid", wrong("phone"))
        .with("required", true);
    let reason = el("input")
        .class("zs-input")
        .with("id", "reason")
        .with("name", "reason")
        .with("value", form.reason.clone())
        .with("autocomplete", "off")
        .with("maxlength", "200")
        .with("aria-describedby", "reason-hint")
        .with("aria-invalid", wrong("reason"))
        .with("required", true);
    let from = el("input")
        .class("zs-input")
        .with("id", "due_from")
        .with("name", "due_from")
        .with("type", "date")
        .with("value", form.due_from.clone())
        .with("aria-invalid", wrong("due_from"))
        .with("required", true);
    let to = el("input")
        .class("zs-input")
        .with("id", "due_to")
        .with("name", "due_to")
        .with("type", "date")
        .with("value", form.due_to.clone())
        .with("aria-invalid", wrong("due_to"))
        .with("required", true);
    let letter = el("textarea")
        .class("zs-input")
        .with("id", "letter")
        .with("name", "letter")
        .with("rows", "4")
        .with("maxlength", "1000")
        .with("aria-describedby", "letter-hint")
        .child(form.letter.clone());
    let written = !form.template.is_empty() || !form.letter.is_empty();
    nodes![
        beside()
            .child(field(problem, "name", "称呼", "例如 李女士。链接打开后会显示。", Node::from(name)))
            .child(field(problem, "phone", "手机号", "后四位用来打开链接。", Node::from(phone))),
        field(problem, "reason", "为什么要来", "病人看得懂的话，例如 小结节，3 个月复查。", Node::from(reason),),
        services(problem, "可以约什么（约其中一项；两项都要做，建两个随访）", bookable, |id| {
            form.services.iter().any(|chosen| chosen == id)
        }),
        beside()
            .child(
                el("div")
                    .class("zs-pair")
                    .child(field(problem, "due_from", "最早", "", Node::from(from)))
                    .child(field(problem, "due_to", "最晚", "", Node::from(to)))
            )
            .child(field(
                problem,
                "urgency",
                "紧急程度",
                "逾期名单按它排。",
                urgency(form.urgency.as_deref().unwrap_or_default())
            )),
        el("details")
            .class("zs-details")
            .with("open", written || wrong("template").is_some() || wrong("letter").is_some())
            .child(
                el("summary").child(icon("letter")).child(el("span").child("结果信（可以不放）")).child(icon("next"))
            )
            .child(
                el("div")
                    .class("zs-stack")
                    .child(field(
                        problem,
                        "template",
                        "结果信",
                        "病人打开链接能看到。没有经过医院审核的，信上会写明。",
                        letters(to_choose, &form.template)
                    ))
                    .child(field(
                        problem,
                        "letter",
                        "或者自己写（可以不填）",
                        "代替上面的信。不写诊断，一段一行。",
                        Node::from(letter)
                    ))
            )
    ]
}
