//! `/f` and `/f/{token}`: the follow-up link. Every form here works without the app; with it, a lost network loses nothing.

use super::Shown;
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::ask::ask;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::phone_link::{phone_link, tel};
use crate::components::slot_picker::slot_picker;
use crate::components::step_ladder::{When, step, step_ladder};
use crate::components::summary_list::{row, summary_list};
use crate::platform::writes::{self, Sending, Write};
use crate::text::{between, clock, day, moment};
use crate::view::{Node, el, live, nodes};
use leptos::prelude::*;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{Action, Appointment, Done, FollowUp, Plan, Stage, State};
use zaoshai_contract::ids::Token;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::route::{FollowUpView, Route};

/// `/f`: for those who have no link at hand.
pub fn entry(site: &Site) -> Node {
    let words = site.words;
    let steps = words.entry_steps.iter().map(|text| el("li").child(el("b").child(*text))).collect::<Vec<_>>();
    nodes![
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.entry_title))
            .child(el("p").class("zs-lead").child(words.entry_lead))
            .child(el("ol").class("zs-timeline").child(steps))
            .child(notice(String::new(), words.entry_lost.to_owned())),
        ask(site)
    ]
}

/// `/f/{token}`
pub fn page(site: &Site, followup: FollowUp) -> Shown {
    match followup.stage {
        Stage::Identify { problem } => identify(site, &followup.token, problem.as_ref()),
        Stage::Plan(plan) => self::plan(site, &followup.token, &plan),
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
fn status(site: &Site, sending: RwSignal<Sending>) -> Node {
    let words = site.words;
    let phone = site.phone();
    let shown = move || {
        let lost = || {
            el("div").class("zs-notice zs-notice--lost").child(icon("alert")).child(
                el("p")
                    .child(words.lost_network)
                    .child(" ")
                    .child(el("a").with("href", tel(&phone)).child(phone.clone()))
                    .child(el("br"))
                    .child(
                        el("button")
                            .class("zs-button zs-button--quiet zs-button--small")
                            .with("type", "button")
                            .on("click", writes::try_now)
                            .child(words.try_now),
                    ),
            )
        };
        Node::from((sending.get() == Sending::Lost).then(lost))
    };
    el("div").with("role", "status").with("aria-live", "polite").child(live(shown)).node()
}

/// The button of a form: it says when it is busy, and cannot be pressed twice.
fn submit(site: &Site, form: &'static str, label: &'static str, sending: RwSignal<Sending>) -> Node {
    let sending_word = site.words.sending;
    let text = move || Node::from(if sending.get() == Sending::Idle { label } else { sending_word });
    el("button").class("zs-button").with("type", "submit").with("form", form).child(live(text)).node()
}

fn demonstration(site: &Site) -> Option<Node> {
    site.demonstration.then(|| notice(String::new(), site.words.demonstration.to_owned()))
}

fn identify(site: &Site, token: &Token, problem: Option<&Problem>) -> Shown {
    let words = site.words;
    let sending = RwSignal::new(Sending::Idle);
    let write_token = token.clone();
    let on_submit = move || {
        writes::send(Write::identify(write_token.clone(), writes::field("followup", "ending")), sending);
    };
    let summary = problem.map(error_summary);
    let wrong = problem.filter(|problem| matches!(problem.code, Code::InvalidInput | Code::WrongEnding));
    let class = if wrong.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    let at_field = field_error(wrong, "ending");
    let described = if at_field.is_some() { "ending-hint ending-error" } else { "ending-hint" };
    let main = el("div")
        .class("zs-stack")
        .child(demonstration(site))
        .child(summary)
        .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.identify_title))
        .child(el("p").class("zs-lead").child(words.identify_lead))
        .child(
            el("form")
                .class("zs-stack")
                .with("method", "post")
                .with("id", "followup")
                .with("action", form_path(site, token, "identify"))
                .on("submit", on_submit)
                .child(
                    el("div")
                        .class(class)
                        .child(
                            el("label").class("zs-form-field__label").with("for", "ending").child(words.ending_label),
                        )
                        .child(el("p").class("zs-form-field__hint").with("id", "ending-hint").child(words.ending_hint))
                        .child(at_field)
                        .child(
                            el("input")
                                .class("zs-form-field__input")
                                .with("id", "ending")
                                .with("name", "ending")
                                .with("type", "text")
                                .with("inputmode", "numeric")
                                .with("autocomplete", "off")
                                .with("maxlength", "8")
                                .with("aria-describedby", described)
                                .with("aria-invalid", wrong.is_some().then_some("true")),
                        ),
                )
                .child(status(site, sending)),
        )
        .child(ask(site))
        .node();
    let action = action_bar(site, submit(site, "followup", words.open, sending));
    Shown { main, action: Some(action) }
}

fn plan(site: &Site, token: &Token, plan: &Plan) -> Shown {
    let view = match site.route() {
        Some(Route::FollowUp(_, view)) => view,
        _ => FollowUpView::Plan,
    };
    match (plan.appointment.clone(), view) {
        (Some(appointment), FollowUpView::Cancelling) if !appointment.past => {
            cancelling(site, token, plan, &appointment)
        }
        (Some(appointment), FollowUpView::Moving) if !appointment.past => {
            choosing(site, token, plan, Some(&appointment))
        }
        (Some(appointment), _) => booked(site, token, plan, &appointment),
        (None, _) => choosing(site, token, plan, None),
    }
}

fn greeting(site: &Site, plan: &Plan) -> Node {
    el("p")
        .class("zs-aside")
        .child(icon("lock"))
        .child(el("span").child(plan.name.clone()).child(site.words.identified))
        .node()
}

fn asked(site: &Site, plan: &Plan) -> Node {
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
    let on_submit = move || {
        let slot = writes::field("followup", "slot");
        writes::send(Write::appointment(write_token.clone(), action, key.clone(), slot), sending);
    };
    let lead = match current {
        Some(appointment) => format!("{}：{}", words.standing_title, moment(site.lang, appointment.slot.starts)),
        None => between(words.choose_lead, &day(site.lang, plan.due_to)),
    };
    let picker = if plan.days.is_empty() {
        let number = site.phone();
        nodes![el("p").child(words.no_slots), phone_link(&number, words.call_to_ask.to_owned())]
    } else {
        slot_picker(site, &plan.days)
    };
    let inside = nodes![
        el("p").class("zs-step__meta").child(plan.services.join("、")),
        field_error(plan.problem.as_ref(), "slot"),
        picker
    ];
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
    let main = nodes![
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("id", "followup")
            .with("action", form_path(site, token, tail))
            .on("submit", on_submit)
            .with("novalidate", true)
            .child(demonstration(site))
            .child(plan.problem.as_ref().map(error_summary))
            .child(greeting(site, plan))
            .child(
                el("div")
                    .class("zs-stack zs-stack--tight")
                    .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title))
                    .child(el("p").class("zs-lead").child(lead)),
            )
            .child(el("input").with("type", "hidden").with("name", "key").with("value", plan.key.to_string()))
            .child(ladder)
            .child(status(site, sending)),
        keep,
        questions(site)
    ];
    let label = if current.is_some() { words.confirm_move } else { words.confirm };
    let action = (!plan.days.is_empty()).then(|| action_bar(site, submit(site, "followup", label, sending)));
    Shown { main, action }
}

/// A moment that never breaks inside its day or inside its hour.
fn when(site: &Site, starts: Moment) -> Node {
    nodes![
        el("span").class("zs-nowrap").child(day(site.lang, starts.date())),
        " ",
        el("span").class("zs-nowrap").child(clock(site.lang, starts))
    ]
}

fn facts(site: &Site, plan: &Plan, appointment: &Appointment) -> Node {
    let words = site.words;
    let slot = &appointment.slot;
    summary_list(vec![
        row(words.your_time.to_owned(), when(site, slot.starts), String::new()),
        row(words.place.to_owned(), format!("{} {}", site.hospital.name, slot.room).into(), String::new()),
        row(words.for_what.to_owned(), plan.services.join("、").into(), plan.reason.clone()),
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
        nodes![el("p").class("zs-lead").child(words.past_text), phone_link(&site.phone(), words.call_to_ask.to_owned())]
    } else {
        let calendar = form_path(site, token, "appointment.ics");
        nodes![
            el("div")
                .class("zs-buttons")
                .child(
                    el("a")
                        .class("zs-button zs-button--quiet")
                        .with("href", view_path(site, token, FollowUpView::Moving))
                        .child(words.change_time),
                )
                .child(
                    el("a")
                        .class("zs-button zs-button--quiet")
                        .with("href", view_path(site, token, FollowUpView::Cancelling))
                        .child(words.cancel),
                ),
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", calendar)
                .with("download", "appointment.ics")
                .child(icon("calendar"))
                .child(el("span").child(words.calendar)),
            el("p").class("zs-small").child(words.calendar_hint)
        ]
    };
    let come = if appointment.past { When::Done } else { When::Now };
    let ladder = step_ladder(vec![
        asked(site, plan),
        step(When::Done, words.step_choose.to_owned(), moment(site.lang, appointment.slot.starts), None),
        step(come, words.step_come.to_owned(), appointment.slot.room.clone(), None),
    ]);
    nodes![
        el("div")
            .class("zs-stack")
            .child(demonstration(site))
            .child(plan.problem.as_ref().map(error_summary))
            .child(greeting(site, plan))
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(title))
            .child(facts(site, plan, appointment))
            .child(choices)
            .child(ladder),
        questions(site)
    ]
    .into()
}

fn cancelling(site: &Site, token: &Token, plan: &Plan, appointment: &Appointment) -> Shown {
    let words = site.words;
    let sending = RwSignal::new(Sending::Idle);
    let (write_token, key) = (token.clone(), plan.key.clone());
    let on_submit = move || {
        writes::send(Write::appointment(write_token.clone(), Action::Cancel, key.clone(), String::new()), sending);
    };
    let main = nodes![
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("id", "followup")
            .with("action", form_path(site, token, "cancel"))
            .on("submit", on_submit)
            .child(plan.problem.as_ref().map(error_summary))
            .child(greeting(site, plan))
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(words.cancel_title))
            .child(facts(site, plan, appointment))
            .child(el("p").child(words.cancel_lead))
            .child(el("input").with("type", "hidden").with("name", "key").with("value", plan.key.to_string()))
            .child(status(site, sending))
            .child(
                el("a")
                    .class("zs-button zs-button--quiet")
                    .with("href", view_path(site, token, FollowUpView::Plan))
                    .child(words.keep),
            ),
        questions(site)
    ];
    Shown { main, action: Some(action_bar(site, submit(site, "followup", words.cancel_confirm, sending))) }
}

fn questions(site: &Site) -> Node {
    let number = site.phone();
    if number.is_empty() {
        return ().into();
    }
    el("p")
        .class("zs-section zs-small")
        .child(site.words.questions_call)
        .child(" ")
        .child(el("a").with("href", tel(&number)).child(number.clone()))
        .node()
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
