//! Mending what a follow-up says, handing it to a colleague, and opening a closed one again.

use super::detail::done;
use super::make::{TICK, already, anew, erased, letters, note_of, read_form, told_of, understand};
use super::{LINK_DAYS, SignedIn, html, may, own, services, told};
use crate::app::{App, UNREADABLE};
use crate::db::edits::{Edit, NotEdited};
use crate::db::followups::{Record, Second};
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use crate::{finders, pathway, secrets};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Urgency};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::edit::{Changed, EditForm, LOADED, Whose};
use zaoshai_contract::staff::{BookableService, NewFollowUp, Staff, StaffPage};

/// What is said before a follow-up becomes the second open one for the same number and service.
const ALREADY: &str = "这个号码已经有同样项目的随访，还没有结束。确实要两个都留着，请打勾";

/// What stands in the form: what the follow-up says now. What does not open stands there empty, so that the words for
/// that are not stored in its place.
fn form_of(app: &App, record: &Record) -> Result<NewFollowUp> {
    let open = |field: &str, sealed: &str| {
        let text = app.reading(&record.id, field, sealed);
        if text == UNREADABLE { String::new() } else { text }
    };
    let today = app.now().date();
    let (from, to) = record.step.as_ref().map_or((today, today.plus_days(30)), |step| (step.due_from, step.due_to));
    Ok(NewFollowUp {
        name: open("name", &record.name_sealed),
        phone: open("phone", &record.phone_sealed),
        reason: open("reason", &record.reason_sealed),
        services: record.step.as_ref().map(|step| step.services.clone()).unwrap_or_default(),
        due_from: from.to_string(),
        due_to: to.to_string(),
        urgency: Some(record.urgency.as_str().to_owned()),
        template: record.letter.clone(),
        letter: open("letter", &record.letter_sealed),
        another: false,
        anew: false,
    })
}

/// What a form says, and who is to be responsible.
#[derive(Clone, Serialize, Deserialize)]
struct Says {
    form: NewFollowUp,
    owner: String,
}

/// A field of the form.
struct Field {
    label: &'static str,
    /// What it says in words.
    words: fn(&App, &Says) -> String,
    /// Takes it over from another form.
    take: fn(&mut Says, &Says),
}

macro_rules! field {
    ($label:literal, $($name:ident).+, $words:expr) => {
        Field { label: $label, words: $words, take: |to, from| to.$($name).+ = from.$($name).+.clone() }
    };
}

/// The fields of the form, as two forms are compared.
fn fields() -> [Field; 10] {
    [
        field!("称呼", form.name, |_, says| says.form.name.trim().to_owned()),
        field!("手机号", form.phone, |_, says| says.form.phone.trim().to_owned()),
        field!("为什么要来", form.reason, |_, says| says.form.reason.trim().to_owned()),
        field!("可以约什么", form.services, |app, says| pathway::service_names(app, &says.form.services)
            .join("、")),
        field!("最早", form.due_from, |_, says| says.form.due_from.clone()),
        field!("最晚", form.due_to, |_, says| says.form.due_to.clone()),
        field!("紧急程度", form.urgency, |_, says| {
            says.form.urgency.as_deref().and_then(Urgency::parse).map(Urgency::title).unwrap_or_default().to_owned()
        }),
        field!("结果信", form.template, |app, says| {
            let library = app.library();
            library.letter(&says.form.template).map_or_else(|| "没有".to_owned(), |letter| letter.title.clone())
        }),
        field!("自己写的信", form.letter, |_, says| says.form.letter.trim().replace("\r\n", "\n")),
        field!("负责人", owner, |_, says| says.owner.clone()),
    ]
}

/// Brings what was typed together with what is stored now: what was not touched since the form was made takes the stored
/// value, and what somebody else has written is told. Where nobody knows what the form was made from, everything counts as
/// touched.
fn merged(app: &App, loaded: Option<&Says>, typed: &Says, now: &Says) -> (Says, Vec<Changed>) {
    let (mut says, mut changed) = (typed.clone(), Vec::new());
    for Field { label, words, take } in fields() {
        let (mine, theirs) = (words(app, typed), words(app, now));
        let before = loaded.map(|loaded| words(app, loaded));
        let stands = if before.as_ref() == Some(&mine) { Whose::Theirs } else { Whose::Mine };
        if stands == Whose::Theirs {
            take(&mut says, now);
        }
        let told =
            before.map_or(mine != theirs, |before| before != theirs && (stands == Whose::Theirs || mine != theirs));
        if told {
            let now = if theirs.is_empty() { "（空）".to_owned() } else { theirs };
            changed.push(Changed { field: label.to_owned(), now, stands });
        }
    }
    (says, changed)
}

/// What the form was made from, as it carries it: readable for the server alone.
fn seal_loaded(app: &App, id: &str, says: &Says) -> Result<String> {
    let text = serde_json::to_string(says).map_err(anyhow::Error::from)?;
    Ok(app.secrets.seal(id, LOADED, &text))
}

fn loaded(app: &App, id: &str, form: &Form) -> Option<Says> {
    serde_json::from_str(&app.secrets.open(id, LOADED, form.get(LOADED)).ok()?).ok()
}

async fn page(app: &App, staff: Staff, record: &Record) -> Result<EditForm> {
    let colleagues = app.db.colleagues(&staff.hospital).await?;
    let says = Says { form: form_of(app, record)?, owner: record.owner.clone() };
    Ok(EditForm {
        id: record.id.clone(),
        loaded: seal_loaded(app, &record.id, &says)?,
        form: says.form,
        owner: says.owner,
        colleagues: colleagues.into_iter().map(|(id, name)| BookableService { id, name }).collect(),
        services: services(app, &staff.hospital),
        letters: letters(app),
        version: record.version,
        changed: Vec::new(),
        already: Vec::new(),
        erased: None,
        key: secrets::fresh_key(),
        closed: record.ending.is_some(),
        problem: None,
        staff,
    })
}

fn shown(app: &App, page: EditForm, status: StatusCode) -> Response {
    let title = if page.closed { "重新打开随访" } else { "改随访" };
    html(app, title, status, &StaffPage::Edit(Box::new(page)))
}

/// `GET /staff/followups/{id}/edit`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    let record = own(&app, &staff, &id).await?;
    if record.ending == Some(Ending::Erased) {
        return Err(Code::LinkWithdrawn.into());
    }
    app.db.audit(&staff, "read", Some(&record.id), app.now()).await?;
    Ok(shown(&app, page(&app, staff, &record).await?, StatusCode::OK))
}

/// `POST /staff/followups/{id}/edit`: writes it anew as the form says, or opens a closed one again. A form that was made
/// before somebody else's change is shown again with what stands there now where it was not touched; sending it once more
/// is the choice.
pub(super) async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let typed = read_form(&form);
    let owner = form.get("owner").to_owned();
    match edit(&app, &staff, &id, &form, &typed).await {
        Ok(()) => Ok(done(&app, &id, JustDone::Edit)),
        Err(failure) if matches!(failure.code, Code::InvalidInput | Code::Changed | Code::KeyReused) => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let record = own(&app, &staff, &id).await?;
            let now = page(&app, staff.clone(), &record).await?;
            let seen = form.get("version").parse().unwrap_or(now.version);
            let conflict = failure.code != Code::InvalidInput;
            let asked = |field: &str| failure.errors.iter().any(|error| error.field == field);
            let (mut open, mut gone) = (Vec::new(), None);
            if let Ok(form) = understand(&app, &checked(&app, &record, &now.form, &typed).0) {
                if typed.another || asked("another") {
                    open = already(&app, &staff, &form, &id).await?;
                }
                if typed.anew || asked("anew") {
                    gone = erased(&app, &staff, &form).await?;
                }
            }
            let typed = Says { form: typed, owner };
            let stored = Says { form: now.form.clone(), owner: now.owner.clone() };
            let (says, changed) = match conflict {
                true => merged(&app, loaded(&app, &id, &form).as_ref(), &typed, &stored),
                false => (typed, Vec::new()),
            };
            let page = EditForm {
                changed,
                // A mistake in a field does not count as having seen what somebody else wrote.
                version: if conflict { now.version } else { seen },
                loaded: if conflict { now.loaded } else { form.get(LOADED).to_owned() },
                form: says.form,
                already: open,
                erased: gone,
                owner: says.owner,
                problem: Some(problem),
                ..now
            };
            Ok(shown(&app, page, status))
        }
        Err(failure) => Err(failure),
    }
}

/// The form as it is checked, and the last day that may stay although it has passed, so that a wrong phone number of
/// somebody overdue can be mended.
fn checked(app: &App, found: &Record, old: &NewFollowUp, typed: &NewFollowUp) -> (NewFollowUp, Option<CivilDate>) {
    let passed = CivilDate::parse(&old.due_to).filter(|day| *day < app.now().date() && found.ending.is_none());
    let stays = passed.filter(|_| typed.due_to == old.due_to);
    let mut checked = typed.clone();
    if stays.is_some() {
        checked.due_to = app.now().date().to_string();
    }
    (checked, stays)
}

async fn edit(app: &App, staff: &Staff, id: &str, form: &Form, typed: &NewFollowUp) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::WorkOnFollowUps)?;
    let old = form_of(app, &found)?;
    let (checked, stays) = checked(app, &found, &old, typed);
    let understood = understand(app, &checked)?;
    let due_to = stays.unwrap_or(understood.due_to);
    if understood.due_from > due_to {
        return Err(Failure::field("due_to", "最晚的日期不能早于最早的日期"));
    }
    let owner = form.get("owner");
    if !app.db.colleagues(&staff.hospital).await?.iter().any(|(name, _)| name == owner) {
        return Err(Failure::field("owner", "请从列表里选负责人"));
    }
    let letter = &understood.letter;
    // A letter that does not open is not deleted by a form that could not show it.
    let unseen = if old.letter.is_empty() { found.letter_sealed.clone() } else { String::new() };
    let number = finders::phone(&app.secrets, &understood.phone);
    let second = if typed.another { Second::Wanted } else { Second::Unasked(&number) };
    let edit = Edit {
        hospital: found.hospital.clone(),
        version: form.get("version").parse().unwrap_or(-1),
        name_sealed: app.secrets.seal(id, "name", &understood.name),
        phone_sealed: app.secrets.seal(id, "phone", understood.phone.as_str()),
        other_phone: old.phone != understood.phone.as_str(),
        reason_sealed: app.secrets.seal(id, "reason", &understood.reason),
        letter_sealed: if letter.is_empty() { unseen } else { app.secrets.seal(id, "letter", letter) },
        finders: finders::of(&app.secrets, &understood.name, &understood.phone),
        person: finders::person(&app.secrets, &staff.hospital, &understood.name, &understood.phone),
        anew: anew(typed),
        folding: finders::FOLDING,
        link_until: Moment::at(understood.due_to.plus_days(LINK_DAYS), 0),
        letter: understood.template,
        urgency: understood.urgency,
        owner: owner.to_owned(),
        services: understood.services,
        due_from: understood.due_from,
        due_to,
        note: note_of(app, staff, &understood.phone_words),
        sent: form.sent(&app.secrets, "edit")?,
        followup: found.id.clone(),
        who: staff.name.clone(),
        now: app.now(),
    };
    log::does("edit", Object::record(id));
    app.db.edit(&edit, second).await?.map_err(|refusal| match refusal {
        NotEdited::Already => Failure::field("another", ALREADY),
        NotEdited::Erased(erased) => Failure::field("anew", &told_of(erased, TICK)),
        NotEdited::Refused(code) => code.into(),
    })?;
    Ok(())
}
