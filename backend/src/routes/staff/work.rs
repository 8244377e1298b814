//! What a nurse does with one follow-up: record who came, call, note, answer, and settle what comes next.

use super::detail::{Recorded, back, done, to_detail, typed_again};
use super::message::message;
use super::{LINK_DAYS, SignedIn, WINDOW_DAYS, booking, lead_to, may, own, questions, referrals, sharing};
use crate::app::App;
use crate::db::appointments::{Change, Rules};
use crate::db::calls::{Call, NewNote};
use crate::db::log::{self, Object};
use crate::db::people::NewAnswer;
use crate::db::steps::{Next, StepEnd};
use crate::failures::{Failure, Result};
use crate::pathway;
use crate::routes::body::Form;
use crate::routes::days;
use axum::extract::{Path, State};
use axum::response::Response;
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome, last_call};
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, FieldError};
use zaoshai_contract::referrals::ReferralAction;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::{SEEN, SENT_AT, SentMark, Staff, TOMORROW, Typed};

/// Most characters of a note or an answer.
const LONGEST_NOTE: usize = 500;

/// Most characters of the reason of a next step.
const LONGEST_REASON: usize = 200;
/// The reason of a next step for which none was written.
const NEXT_REASON: &str = "上次看过以后，定了下一步";

/// `POST /staff/followups/{id}/{deed}`
pub async fn form(
    State(app): State<App>,
    Path((id, deed)): Path<(String, String)>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    if let Some(question) = questions::before(&app, &staff, &id, &deed, &form).await? {
        return Ok(question);
    }
    let takes_over = deed == ReferralAction::TakeOver.as_str();
    if takes_over && let Some(question) = questions::before_anew(&app, &staff, &id, &deed, &form).await? {
        return Ok(question);
    }
    if questions::is_declined(&form) {
        return typed_again(&app, staff, &id, Typed { deed, fields: form.into_pairs() }).await;
    }
    let mut recorded = Recorded::default();
    let result = match deed.as_str() {
        "record" => record(&app, &staff, &id, &form).await,
        "call" => call(&app, &staff, &id, &form).await.map(|call| recorded = call),
        "uncall" => take_back_call(&app, &staff, &id, &form).await,
        "sent" => mark_sent(&app, &staff, &id, (SentMark::Sent, &form)).await,
        "unsent" => mark_sent(&app, &staff, &id, (SentMark::Unsent, &form)).await,
        "note" => note(&app, &staff, &id, &form).await,
        "answer" => answer(&app, &staff, &id, &form).await,
        "outcome" => outcome(&app, &staff, &id, &form).await,
        "book" => booking::book(&app, &staff, &id, &form).await,
        "cancel" => booking::cancel(&app, &staff, &id, &form).await,
        "refer" => referrals::refer(&app, &staff, &id, &form).await,
        deed => match ReferralAction::parse(deed) {
            Some(action) => referrals::settle(&app, &staff, &id, &form, action).await,
            None => return Err(Code::NotFound.into()),
        },
    };
    // Who does not take a person over, or gives them back, has no more to do with them.
    let gives_back = [ReferralAction::HandBack.as_str(), ReferralAction::Return.as_str()].contains(&deed.as_str());
    if result.is_ok() && gives_back {
        let done = if deed == ReferralAction::Return.as_str() { JustDone::Return } else { JustDone::HandBack };
        return Ok(lead_to(&app, "/staff", "", done));
    }
    let told = told_of(&deed, &form);
    let typed = Typed { deed, fields: form.into_pairs() };
    match (result, told) {
        // The next step is to be sent, and only the person's own page begins with its message.
        (Ok(()), Some(JustDone::NextStep)) => Ok(done(&app, &id, JustDone::NextStep)),
        (Ok(()), Some(told)) => Ok(back(&app, &id, &typed, told, recorded).await),
        (Ok(()), None) => Err(Code::Internal.into()),
        (Err(failure), _) => to_detail(&app, staff, &id, Err(failure), typed).await,
    }
}

/// What is told of a form once it is carried out.
fn told_of(deed: &str, form: &Form) -> Option<JustDone> {
    match deed {
        "call" if CallOutcome::parse(form.get("outcome")) == Some(CallOutcome::WrongNumber) => {
            Some(JustDone::WrongNumber)
        }
        "outcome" if form.get("next") == "step" => Some(JustDone::NextStep),
        "record" => JustDone::parse(form.get("action")),
        deed => JustDone::parse(deed),
    }
}

/// Records that somebody arrived, was seen or did not come, or that this was a mistake.
///
/// The clinic's own staff record it, also of somebody whom another hospital follows up.
async fn record(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let followup = sharing::comes_here(app, staff, id, form.get("appointment")).await?;
    let party = staff.party(Deed::Record).ok_or(Code::NotAllowed)?;
    let action = Action::parse(form.get("action"))
        .filter(|action| matches!(action, Action::Arrive | Action::Attend | Action::Miss | Action::Unrecord))
        .ok_or(Code::NotFound)?;
    let change = Change {
        followup,
        action,
        slot: None,
        appointment: Some(form.get("appointment").to_owned()),
        party,
        who: staff.name.clone(),
        detail: String::new(),
        said: String::new(),
        until: None,
        rules: Rules::Aside(None),
        key: form.key()?,
        now: app.now(),
    };
    log::does(action.as_str(), Object::record(id));
    match app.db.change(&change).await? {
        // The key is that of the page: it was used for the mark of a colleague who saw the same page.
        Err(Code::KeyReused) => Err(Code::Changed.into()),
        answer => Ok(answer.map(drop)?),
    }
}

/// A text of a nurse, or why it cannot be kept.
fn text_of(text: &str, field: &str, least: usize) -> Result<String> {
    let text = text.trim();
    if limits::fits(text, least, LONGEST_NOTE) {
        return Ok(text.to_owned());
    }
    Err(Failure::field(field, &format!("请写 {least} 到 {LONGEST_NOTE} 个字")))
}

/// Records a call; gives what is told of it.
async fn call(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<Recorded> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    let outcome =
        CallOutcome::parse(form.get("outcome")).ok_or_else(|| Failure::field("call-outcome", "请选电话的结果"))?;
    let again = match outcome {
        CallOutcome::CallLater => {
            let today = app.now().date();
            let last = last_call(found.urgency, found.step.as_ref().map(|step| step.due_to), today);
            let asked = format!("请填哪天再打：{today} 到 {last} 之间，再晚就赶不上这次随访");
            // One tap means the day after the tap, however long its page has stood open.
            let typed = match form.get("again") {
                TOMORROW => today.plus_days(1).to_string(),
                typed => typed.to_owned(),
            };
            let day = days::read_fitting(&typed, "哪天再打", &asked, |day| day >= today && day <= last);
            Some(day.map_err(|told| Failure::field("again", &told))?)
        }
        _ => None,
    };
    let note = text_of(form.get("note"), "call-note", 0)?;
    let key = form.key()?;
    let day = again.map(|day| day.to_string()).unwrap_or_default();
    // Two nurses who call the same person have made two calls.
    let call_id = app.secrets.id_of(&found.id, &key, &["call", &staff.name, outcome.as_str(), &day, &note]);
    log::does("call", Object::record(id));
    app.db
        .record_call(&Call {
            note_sealed: if note.is_empty() { note } else { app.secrets.seal(&call_id, "note", &note) },
            id: call_id.clone(),
            followup: found.id.clone(),
            outcome,
            again,
            seen: form.get(SEEN).parse().ok(),
            staff: staff.name.clone(),
            now: app.now(),
        })
        .await??;
    let came = match again {
        Some(day) => format!("{}月{}日 再打", day.month(), day.day()),
        None if outcome == CallOutcome::WrongNumber => String::new(),
        None => outcome.title().to_owned(),
    };
    let undo = outcome.ending().is_none().then_some(call_id);
    if undo.is_none() {
        pathway::offer_places(app).await?;
    }
    Ok(Recorded { came, undo })
}

/// Takes back a call that was recorded by mistake. A call that was taken back stays so, so the form needs no key.
async fn take_back_call(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    log::does("uncall", Object::record(id));
    app.db.take_back_call(&found.id, form.get("call"), &staff.name, app.now()).await??;
    Ok(())
}

/// Marks the message as sent, or takes that back. A mark that stands changes nothing, so the form needs no key. What reads
/// otherwise by now than on the page of the form was not sent, and a mark that a colleague has made since stays.
async fn mark_sent(app: &App, staff: &Staff, id: &str, (mark, form): (SentMark, &Form)) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    if mark == SentMark::Sent && found.ending.is_none() && message(app, &found).await?.id != form.get("message") {
        return Err(Code::Changed.into());
    }
    log::does(mark.as_str(), Object::record(id));
    let marked = form.get(SENT_AT).parse().ok();
    app.db.mark_sent(&found.id, (mark, found.version, marked), &staff.name, app.now()).await??;
    Ok(())
}

async fn note(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    let text = text_of(form.get("note"), "note", 1)?;
    let key = form.key()?;
    let note_id = app.secrets.id_of(&found.id, &key, &["note", &text]);
    let sealed = app.secrets.seal(&note_id, "note", &text);
    let note = NewNote { id: note_id, text_sealed: sealed, staff: staff.name.clone() };
    log::does("note", Object::record(id));
    app.db.add_note(&found.id, &note, app.now()).await??;
    Ok(())
}

async fn answer(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    let question = app.db.question(form.get("question")).await?.filter(|question| question.followup == found.id);
    let question = question.ok_or(Code::NotFound)?;
    let text = text_of(form.get("answer"), &format!("answer-{}", question.id), 1)?;
    let answer = NewAnswer {
        followup: &found.id,
        question: &question.id,
        text_sealed: app.secrets.seal(&question.id, "answer", &text),
        staff: &staff.name,
        sent: form.sent(&app.secrets, "answer")?,
        now: app.now(),
    };
    log::does("answer", Object::record(id));
    app.db.answer(&answer).await??;
    Ok(())
}

/// Records what a step showed together with the next step or the end: never the one without the other.
async fn outcome(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let outcome = Outcome::parse(form.get("outcome"));
    if outcome.is_none() {
        wrong("step-outcome", "请选这一步的结果");
    }
    let next = if form.get("next") == "end" {
        let ending = Ending::parse(form.get("ending")).filter(|ending| *ending != Ending::Erased);
        if ending.is_none() {
            wrong("ending", "请选为什么结束");
        }
        ending.map(Next::End)
    } else if form.get("next") != "step" {
        wrong("next", "请选定下一步，还是结束随访");
        None
    } else {
        let library = app.library();
        let services: Vec<String> =
            form.all("services").into_iter().filter(|id| library.booking_service(id).is_some()).collect();
        if services.is_empty() {
            wrong("services", "下一步请至少选一项服务，或选“结束随访”");
        }
        let today = app.now().date();
        let nothing = "请填下一步最早的日期，例如 2026-12-01";
        let from = days::read(form.get("due_from"), "最早的日期", nothing);
        let from = from.inspect_err(|told| wrong("due_from", told)).ok();
        let asked = "请填下一步最晚的日期：不早于今天和最早的日期，两年以内";
        let to = days::read_fitting(form.get("due_to"), "最晚的日期", asked, |to| {
            to >= today && to.days() - today.days() <= WINDOW_DAYS && from.is_none_or(|from| to >= from)
        });
        let to = to.inspect_err(|told| wrong("due_to", told)).ok();
        // What was found before is not why they come now.
        let reason = Some(form.get("step-reason").trim()).filter(|reason| !reason.is_empty()).unwrap_or(NEXT_REASON);
        if !limits::fits(reason, 1, LONGEST_REASON) {
            wrong("step-reason", &format!("为什么要来，最多写 {LONGEST_REASON} 个字"));
        }
        match (from, to) {
            (Some(due_from), Some(due_to)) => Some(Next::Step {
                services,
                due_from,
                due_to,
                link_until: Moment::at(due_to.plus_days(LINK_DAYS), 0),
                reason_sealed: app.secrets.seal(&found.id, "reason", reason),
            }),
            _ => None,
        }
    };
    let (Some(outcome), Some(next), true) = (outcome, next, errors.is_empty()) else {
        return Err(Failure::fields(errors));
    };
    let end = StepEnd {
        followup: &found.id,
        version: form.get("version").parse().unwrap_or(-1),
        outcome,
        next: &next,
        who: &staff.name,
        sent: form.sent(&app.secrets, "outcome")?,
        now: app.now(),
    };
    log::does("outcome", Object::record(id));
    app.db.end_step(&end).await??;
    Ok(())
}
