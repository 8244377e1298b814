//! A new follow-up: one short form.

use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::small_icon;
use leptos::prelude::*;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::staff::NewFollowUpForm;

/// One field with its label, hint and what was wrong with it.
fn field(problem: Option<&Problem>, id: &'static str, label: &'static str, hint: &'static str, input: AnyView) -> AnyView {
    let error = field_error(problem, id);
    let class = if error.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    let hint = (!hint.is_empty()).then(|| {
        view! {
            <p class="zs-form-field__hint" id=[id, "-hint"].concat()>
                {hint}
            </p>
        }
    });
    view! {
        <div class=class>
            <label class="zs-form-field__small-label" for=id>
                {label}
            </label>
            {hint}
            {error}
            {input}
        </div>
    }
    .into_any()
}

/// The page.
pub fn page(page: &NewFollowUpForm) -> AnyView {
    let problem = page.problem.as_ref();
    let form = &page.form;
    let wrong = |id: &str| {
        problem.is_some_and(|problem| problem.errors.iter().any(|error| error.field == id)).then_some("true")
    };
    let services = page
        .services
        .iter()
        .map(|service| {
            let id = ["services-", service.id.as_str()].concat();
            let labelled = id.clone();
            let checked = form.services.contains(&service.id);
            view! {
                <label class="zs-check" for=labelled>
                    <input type="checkbox" id=id name="services" value=service.id.clone() checked=checked />
                    <span>{service.name.clone()}</span>
                </label>
            }
        })
        .collect_view();
    let services_error = field_error(problem, "services");
    let name = view! {
        <input class="zs-input" id="name" name="name" value=form.name.clone() maxlength="20" autocomplete="off"
            aria-describedby="name-hint" aria-invalid=wrong("name") required />
    };
    let phone = view! {
        <input class="zs-input" id="phone" name="phone" value=form.phone.clone() type="tel" inputmode="tel"
            autocomplete="off" aria-describedby="phone-hint" aria-invalid=wrong("phone") required />
    };
    let reason = view! {
        <textarea class="zs-input" id="reason" name="reason" rows="2" maxlength="200"
            aria-describedby="reason-hint" aria-invalid=wrong("reason") required>
            {form.reason.clone()}
        </textarea>
    };
    let from = view! {
        <input class="zs-input" id="due_from" name="due_from" type="date" value=form.due_from.clone()
            aria-invalid=wrong("due_from") required />
    };
    let to = view! {
        <input class="zs-input" id="due_to" name="due_to" type="date" value=form.due_to.clone()
            aria-invalid=wrong("due_to") required />
    };
    view! {
        <a class="zs-back" href="/staff">
            {small_icon("back")}
            <span>"工作台"</span>
        </a>
        <form class="zs-stack" method="post" action="/staff/followups" id="followup">
            {problem.map(error_summary)}
            <h1 class="zs-h1">"新建随访"</h1>
            <input type="hidden" name="key" value=page.key.to_string() />
            {field(problem, "name", "称呼", "例如 李女士。链接打开后会显示。", name.into_any())}
            {field(problem, "phone", "手机号", "后四位用来打开链接。", phone.into_any())}
            {field(problem, "reason", "为什么要来", "病人看得懂的话，例如 小结节，3 个月复查。", reason.into_any())}
            <fieldset class="zs-form-field" id="services">
                <legend class="zs-form-field__small-label">"可以约什么"</legend>
                {services_error}
                <div class="zs-checks">{services}</div>
            </fieldset>
            <div class="zs-pair">
                {field(problem, "due_from", "最早", "", from.into_any())}
                {field(problem, "due_to", "最晚", "", to.into_any())}
            </div>
        </form>
    }
    .into_any()
}
