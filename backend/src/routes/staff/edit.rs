//! Mending what a follow-up says, handing it to a colleague, and opening a closed one again.

use super::detail::done;
use super::make::{already, anew, erased, letters, note_of, read_form, told_of, understand};
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
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{Ending, Urgency};
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::edit::EditForm;
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

/// A field whose value in the form is not the one that is stored.
fn changed(app: &App, typed: &NewFollowUp, now: &NewFollowUp, owner: (&str, &str)) -> Vec<(String, String)> {
    let names = |ids: &[String]| pathway::service_names(app, ids).join("、");
    let urgency = |word: &Option<String>| {
        word.as_deref().and_then(Urgency::parse).map(Urgency::title).unwrap_or_default().to_owned()
    };
    let library = app.library();
    let letter = |id: &str| library.letter(id).map_or_else(|| "没有".to_owned(), |letter| letter.title.clone());
    let day = |text: &str| text.to_owned();
    [
        ("称呼", typed.name.trim().to_owned(), now.name.clone()),
        ("手机号", typed.phone.trim().to_owned(), now.phone.clone()),
        ("为什么要来", typed.reason.trim().to_owned(), now.reason.clone()),
        ("可以约什么", names(&typed.services), names(&now.services)),
        ("最早", day(&typed.due_from), day(&now.due_from)),
        ("最晚", day(&typed.due_to), day(&now.due_to)),
        ("紧急程度", urgency(&typed.urgency), urgency(&now.urgency)),
        ("结果信", letter(&typed.template), letter(&now.template)),
        ("自己写的信", typed.letter.trim().replace("\r\n", "\n"), now.letter.replace("\r\n", "\n")),
        ("负责人", owner.0.to_owned(), owner.1.to_owned()),
    ]
    .into_iter()
    .filter(|(_, typed, now)| typed != now)
    .map(|(label, _, now)| (label.to_owned(), if now.is_empty() { "（空）".to_owned() } else { now }))
    .collect()
}

async fn page(app: &App, staff: Staff, record: &Record) -> Result<EditForm> {
    let colleagues = app.db.colleagues(&staff.hospital).await?;
    Ok(EditForm {
        id: record.id.clone(),
        form: form_of(app, record)?,
        owner: record.owner.clone(),
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
/// before somebody else's change is shown again with what stands there now; sending it once more is the choice.
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
            let page = EditForm {
                changed: if conflict { changed(&app, &typed, &now.form, (&owner, &now.owner)) } else { Vec::new() },
                // A mistake in a field does not count as having seen what somebody else wrote.
                version: if conflict { now.version } else { seen },
                form: typed,
                already: open,
                erased: gone,
                owner,
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
        NotEdited::Erased(erased) => Failure::field("anew", told_of(erased)),
        NotEdited::Refused(code) => code.into(),
    })?;
    Ok(())
}
