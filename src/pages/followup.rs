//! `/f` and `/f/{token}`: the follow-up link. Every form here works without the app; with it, a lost network loses nothing.

use super::Shown;
use super::home::ask;
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::phone_link::{phone_link, tel};
use crate::components::slot_picker::slot_picker;
use crate::components::step_ladder::{When, step, step_ladder};
use crate::components::summary_list::{row, summary_list};
use crate::platform::writes::{self, Sending, Write};
use crate::text::{between, day, moment};
use leptos::prelude::*;
use zaoshai_contract::followups::{Action, Appointment, Done, FollowUp, Plan, Stage, State};
use zaoshai_contract::ids::Token;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{FollowUpView, Route};

/// `/f`: for those who have no link at hand.
pub fn entry(site: &Site) -> AnyView {
    let words = site.words;
    let steps = words
        .entry_steps
        .iter()
        .map(|text| view! { <li><b>{*text}</b></li> })
        .collect_view();
    view! {
        <div class="zs-stack">
            <h1 class="zs-h1" tabindex="-1">
                {words.entry_title}
            </h1>
            <p class="zs-lead">{words.entry_lead}</p>
            <ol class="zs-timeline">{steps}</ol>
            {notice(String::new(), words.entry_lost.to_owned())}
        </div>
        {ask(site)}
    }
    .into_any()
}

/// `/f/{token}`
pub fn page(site: &Site, followup: FollowUp) -> Shown {
    match followup.stage {
        Stage::Identify { problem } => identify(site, followup.token, problem),
        Stage::Plan(plan) => self::plan(site, &followup.token, *plan),
        Stage::Ended(problem) => super::problem::page(site, problem).into(),
    }
}

/// Where a form of this link is sent without the app.
fn form_path(site: &Site, token: &Token, tail: &str) -> String {
    let mut path = site.to(&Route::FollowUp(token.clone(), FollowUpView::Plan));
    path.push('/');
    path.push_str(tail);
    path
}

fn view_path(site: &Site, token: &Token, view: FollowUpView) -> String {
    site.to(&Route::FollowUp(token.clone(), view))
}

/// What a person hears while a write is under way or the network is lost.
fn status(site: &Site, sending: RwSignal<Sending>) -> AnyView {
    let words = site.words;
    let phone = site.phone();
    let shown = move || {
        (sending.get() == Sending::Lost).then(|| {
            view! {
                <div class="zs-notice zs-notice--lost">
                    {icon("alert")}
                    <p>
                        {words.lost_network} " " <a href=tel(&phone)>{phone.clone()}</a> <br />
                        <button
                            class="zs-button zs-button--quiet zs-button--small"
                            type="button"
                            on:click=move |_| writes::try_now()
                        >
                            {words.try_now}
                        </button>
                    </p>
                </div>
            }
        })
    };
    view! {
        <div role="status" aria-live="polite">
            {shown}
        </div>
    }
    .into_any()
}

/// The button of a form: it says when it is busy, and cannot be pressed twice.
fn submit(site: &Site, form: &'static str, label: &'static str, sending: RwSignal<Sending>) -> AnyView {
    let sending_word = site.words.sending;
    let busy = move || sending.get() != Sending::Idle;
    view! {
        <button class="zs-button" type="submit" form=form aria-disabled=move || busy().then_some("true")>
            {move || if busy() { sending_word } else { label }}
        </button>
    }
    .into_any()
}

fn demonstration(site: &Site) -> Option<AnyView> {
    site.demonstration.then(|| notice(String::new(), site.words.demonstration.to_owned()))
}

fn identify(site: &Site, token: Token, problem: Option<Problem>) -> Shown {
    let words = site.words;
    let sending = RwSignal::new(Sending::Idle);
    let write_token = token.clone();
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        writes::send(Write::identify(write_token.clone(), writes::field("followup", "ending")), sending);
    };
    let summary = problem.as_ref().map(error_summary);
    let wrong = problem.as_ref().filter(|problem| matches!(problem.code, Code::InvalidInput | Code::WrongEnding));
    let class = if wrong.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    let at_field = field_error(wrong, "ending");
    let described = if at_field.is_some() { "ending-hint ending-error" } else { "ending-hint" };
    let main = view! {
        <div class="zs-stack">
            {demonstration(site)}
            {summary}
            <h1 class="zs-h1" tabindex="-1">
                {words.identify_title}
            </h1>
            <p class="zs-lead">{words.identify_lead}</p>
            <form class="zs-stack" method="post" id="followup" action=form_path(site, &token, "identify") on:submit=on_submit>
                <div class=class>
                    <label class="zs-form-field__label" for="ending">
                        {words.ending_label}
                    </label>
                    <p class="zs-form-field__hint" id="ending-hint">
                        {words.ending_hint}
                    </p>
                    {at_field}
                    <input
                        class="zs-form-field__input"
                        id="ending"
                        name="ending"
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        maxlength="8"
                        aria-describedby=described
                        aria-invalid=wrong.is_some().then_some("true")
                    />
                </div>
                {status(site, sending)}
            </form>
            {ask(site)}
        </div>
    }
    .into_any();
    let action = action_bar(site, submit(site, "followup", words.open, sending));
    Shown { main, action: Some(action) }
}

fn plan(site: &Site, token: &Token, plan: Plan) -> Shown {
    let view = match site.route() {
        Some(Route::FollowUp(_, view)) => view,
        _ => FollowUpView::Plan,
    };
    match (plan.appointment.clone(), view) {
        (Some(appointment), FollowUpView::Cancelling) if !appointment.past => cancelling(site, token, &plan, &appointment),
        (Some(appointment), FollowUpView::Moving) if !appointment.past => choosing(site, token, &plan, Some(&appointment)),
        (Some(appointment), _) => booked(site, token, &plan, &appointment),
        (None, _) => choosing(site, token, &plan, None),
    }
}

fn greeting(site: &Site, plan: &Plan) -> AnyView {
    view! {
        <p class="zs-aside">
            {icon("lock")}
            <span>{plan.name.clone()} {site.words.identified}</span>
        </p>
    }
    .into_any()
}

fn asked(site: &Site, plan: &Plan) -> AnyView {
    let meta = format!("{} · {}", day(site.lang, plan.asked), plan.reason);
    step(When::Done, site.words.step_asked.to_owned(), meta, None)
}

/// Choosing a first time, or another one for `current`.
fn choosing(site: &Site, token: &Token, plan: &Plan, current: Option<&Appointment>) -> Shown {
    let words = site.words;
    let sending = RwSignal::new(Sending::Idle);
    let (action, tail, title) = match current {
        Some(_) => (Action::Move, "move", words.move_title),
        None if plan.done == Some(Done::Cancelled) => (Action::Book, "book", words.cancelled_title),
        None => (Action::Book, "book", words.choose_title),
    };
    let (write_token, key) = (token.clone(), plan.key.clone());
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let slot = writes::field("followup", "slot");
        writes::send(Write::appointment(write_token.clone(), action, key.clone(), slot), sending);
    };
    let lead = match current {
        Some(appointment) => format!("{}：{}", words.standing_title, moment(site.lang, appointment.slot.starts)),
        None => between(words.choose_lead, &day(site.lang, plan.due_to)),
    };
    let picker = if plan.days.is_empty() {
        let number = site.phone();
        view! {
            <p>{words.no_slots}</p>
            {phone_link(&number, words.call_to_ask.to_owned())}
        }
        .into_any()
    } else {
        slot_picker(site, &plan.days)
    };
    let inside = view! {
        <p class="zs-step__meta">{plan.services.join("、")}</p>
        {field_error(plan.problem.as_ref(), "slot")}
        {picker}
    }
    .into_any();
    let ladder = step_ladder(vec![
        asked(site, plan),
        step(When::Now, words.step_choose.to_owned(), String::new(), Some(inside)),
        step(When::Later, words.step_come.to_owned(), words.step_later.to_owned(), None),
    ]);
    let keep = current.map(|_| {
        link_list(vec![link_card(
            view_path(site, token, FollowUpView::Plan),
            "back",
            words.keep.to_owned(),
            String::new(),
        )])
    });
    let main = view! {
        <form class="zs-stack" method="post" id="followup" action=form_path(site, token, tail) on:submit=on_submit novalidate>
            {demonstration(site)}
            {plan.problem.as_ref().map(error_summary)}
            {greeting(site, plan)}
            <div class="zs-stack zs-stack--tight">
                <h1 class="zs-h1" tabindex="-1">
                    {title}
                </h1>
                <p class="zs-lead">{lead}</p>
            </div>
            <input type="hidden" name="key" value=plan.key.to_string() />
            {ladder}
            {status(site, sending)}
        </form>
        {keep}
        {questions(site)}
    }
    .into_any();
    let label = if current.is_some() { words.confirm_move } else { words.confirm };
    let action = (!plan.days.is_empty()).then(|| action_bar(site, submit(site, "followup", label, sending)));
    Shown { main, action }
}

fn facts(site: &Site, plan: &Plan, appointment: &Appointment) -> AnyView {
    let words = site.words;
    let slot = &appointment.slot;
    summary_list(vec![
        row(words.your_time.to_owned(), moment(site.lang, slot.starts).into_any(), String::new()),
        row(
            words.place.to_owned(),
            format!("{} {}", site.hospital.name, slot.room).into_any(),
            String::new(),
        ),
        row(words.for_what.to_owned(), plan.services.join("、").into_any(), plan.reason.clone()),
    ])
}

fn booked(site: &Site, token: &Token, plan: &Plan, appointment: &Appointment) -> Shown {
    let words = site.words;
    let title = match plan.done {
        _ if appointment.past => words.past_title,
        Some(Done::Booked) => words.booked_title,
        Some(Done::Moved) => words.moved_title,
        Some(Done::Cancelled) | None => words.standing_title,
    };
    let choices = if appointment.past {
        view! {
            <p class="zs-lead">{words.past_text}</p>
            {phone_link(&site.phone(), words.call_to_ask.to_owned())}
        }
        .into_any()
    } else {
        let calendar = form_path(site, token, "appointment.ics");
        view! {
            <div class="zs-buttons">
                <a class="zs-button zs-button--quiet" href=view_path(site, token, FollowUpView::Moving)>
                    {words.change_time}
                </a>
                <a class="zs-button zs-button--quiet" href=view_path(site, token, FollowUpView::Cancelling)>
                    {words.cancel}
                </a>
            </div>
            <a class="zs-button zs-button--quiet" href=calendar download="appointment.ics">
                {icon("calendar")}
                <span>{words.calendar}</span>
            </a>
            <p class="zs-small">{words.calendar_hint}</p>
        }
        .into_any()
    };
    let come = if appointment.past { When::Done } else { When::Now };
    let ladder = step_ladder(vec![
        asked(site, plan),
        step(When::Done, words.step_choose.to_owned(), moment(site.lang, appointment.slot.starts), None),
        step(come, words.step_come.to_owned(), appointment.slot.room.clone(), None),
    ]);
    view! {
        <div class="zs-stack">
            {demonstration(site)}
            {plan.problem.as_ref().map(error_summary)}
            {greeting(site, plan)}
            <h1 class="zs-h1" tabindex="-1">
                {title}
            </h1>
            {facts(site, plan, appointment)}
            {choices}
            {ladder}
        </div>
        {questions(site)}
    }
    .into_any()
    .into()
}

fn cancelling(site: &Site, token: &Token, plan: &Plan, appointment: &Appointment) -> Shown {
    let words = site.words;
    let sending = RwSignal::new(Sending::Idle);
    let (write_token, key) = (token.clone(), plan.key.clone());
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        writes::send(Write::appointment(write_token.clone(), Action::Cancel, key.clone(), String::new()), sending);
    };
    let main = view! {
        <form class="zs-stack" method="post" id="followup" action=form_path(site, token, "cancel") on:submit=on_submit>
            {plan.problem.as_ref().map(error_summary)}
            {greeting(site, plan)}
            <h1 class="zs-h1" tabindex="-1">
                {words.cancel_title}
            </h1>
            {facts(site, plan, appointment)}
            <p>{words.cancel_lead}</p>
            <input type="hidden" name="key" value=plan.key.to_string() />
            {status(site, sending)}
            <a class="zs-button zs-button--quiet" href=view_path(site, token, FollowUpView::Plan)>
                {words.keep}
            </a>
        </form>
        {questions(site)}
    }
    .into_any();
    Shown { main, action: Some(action_bar(site, submit(site, "followup", words.cancel_confirm, sending))) }
}

fn questions(site: &Site) -> AnyView {
    let number = site.phone();
    if number.is_empty() {
        return ().into_any();
    }
    view! {
        <p class="zs-section zs-small">
            {site.words.questions_call} " " <a href=tel(&number)>{number.clone()}</a>
        </p>
    }
    .into_any()
}

/// The word for a state, for staff.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Waiting => "等回复",
        State::Booked => "已约",
        State::Cancelled => "已取消预约",
        State::Withdrawn => "已结束",
    }
}
