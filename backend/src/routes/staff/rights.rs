//! What the privacy page promises to whoever calls: a copy of what is kept about them, and its deletion. Also for those whose
//! link has expired, is locked or has ended. Deleting asks for a reason from a list and a tick.

use super::history::{self, Helpers};
use super::{SignedIn, home_care, html, lead_to, may, own, referrals, told};
use crate::app::App;
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::pathway;
use crate::routes::body::Form;
use crate::routes::home_care::service_name;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::erasure::{DataCopy, DataPart, ErasureReason, RightsPage};
use zaoshai_contract::staff::{Staff, StaffPage};

/// Whose data it is about.
struct Person {
    /// Where the console shows them.
    path: String,
    name: String,
    code: String,
}

async fn of_followup(app: &App, staff: &Staff, id: &str) -> Result<Person> {
    let record = own(app, staff, id).await?;
    if record.name_sealed.is_empty() {
        return Err(Code::LinkErased.into());
    }
    Ok(Person {
        path: format!("/staff/followups/{id}"),
        name: app.reading(&record.id, "name", &record.name_sealed),
        code: record.code.clone(),
    })
}

async fn of_care(app: &App, staff: &Staff, id: &str) -> Result<Person> {
    let record = home_care::find(app, staff, id).await?;
    if record.erased.is_some() {
        return Err(Code::LinkErased.into());
    }
    Ok(Person {
        path: format!("/staff/home-care/{id}"),
        name: app.reading(&record.id, "name", &record.name_sealed),
        code: record.code,
    })
}

/// The page with both forms; with what was wrong in the one that was sent.
fn page(app: &App, staff: Staff, person: Person, refused: Option<(&Form, Failure)>) -> Response {
    let problem: Option<Problem> = refused.as_ref().map(|(_, failure)| told(app, failure));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = RightsPage {
        may_erase: staff.may(Deed::Erase),
        path: person.path,
        name: person.name,
        code: person.code,
        reason: refused.map(|(form, _)| form.get("reason").to_owned()).unwrap_or_default(),
        problem,
        staff,
    };
    html(app, "看资料、删资料", status, &StaffPage::Rights(Box::new(page)))
}

/// `GET /staff/followups/{id}/rights`
pub(super) async fn followup(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    let person = of_followup(&app, &staff, &id).await?;
    Ok(page(&app, staff, person, None))
}

/// `GET /staff/home-care/{id}/rights`
pub(super) async fn care(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    let person = of_care(&app, &staff, &id).await?;
    Ok(page(&app, staff, person, None))
}

/// The reason of a form that is sure.
fn sure(form: &Form) -> Result<ErasureReason> {
    let reason = ErasureReason::parse(form.get("reason")).ok_or_else(|| Failure::field("reason", "请选为什么删"))?;
    if form.get("sure") != "yes" {
        return Err(Failure::field("sure", "删了不能恢复。确定要删，请打勾"));
    }
    Ok(reason)
}

/// `POST /staff/followups/{id}/erase`. Deleting twice is deleting once, so the form needs no key.
pub(super) async fn erase_followup(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let person = match of_followup(&app, &staff, &id).await {
        Err(failure) if failure.code == Code::LinkErased => {
            return Ok(lead_to(&app, &format!("/staff/followups/{id}"), "", JustDone::Erase));
        }
        person => person?,
    };
    may(&staff, Deed::Erase)?;
    let reason = match sure(&form) {
        Ok(reason) => reason,
        Err(failure) => return Ok(page(&app, staff, person, Some((&form, failure)))),
    };
    log::does("erase", Object::record(&id));
    app.db.erase(&id, &staff.name, Some(reason), app.now()).await??;
    pathway::offer_places(&app).await?;
    Ok(lead_to(&app, &person.path, "", JustDone::Erase))
}

/// `POST /staff/home-care/{id}/erase`, likewise.
pub(super) async fn erase_care(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let person = match of_care(&app, &staff, &id).await {
        Err(failure) if failure.code == Code::LinkErased => {
            return Ok(lead_to(&app, &format!("/staff/home-care/{id}"), "", JustDone::Erase));
        }
        person => person?,
    };
    may(&staff, Deed::Erase)?;
    let reason = match sure(&form) {
        Ok(reason) => reason,
        Err(failure) => return Ok(page(&app, staff, person, Some((&form, failure)))),
    };
    log::does("erase-home-care", Object::record(&id));
    app.db.erase_care(&id, &staff.name, Some(reason), app.now()).await?;
    Ok(lead_to(&app, &person.path, "", JustDone::Erase))
}

/// Refuses a copy for whom nobody has checked.
fn checked(form: &Form) -> Result<()> {
    if form.get("checked") == "yes" {
        return Ok(());
    }
    Err(Failure::field("checked", "请先核对是不是本人，再打勾"))
}

/// A day as a copy shows it.
fn day(day: CivilDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A moment likewise.
fn at(moment: Moment) -> String {
    let minute = moment.minute_of_day();
    format!("{} {}:{:02}", day(moment.date()), minute / 60, minute % 60)
}

/// A part of the copy; none when it has no lines.
fn part(title: &str, lines: Vec<(String, String)>) -> Option<DataPart> {
    let lines: Vec<_> = lines.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    (!lines.is_empty()).then(|| DataPart { title: title.to_owned(), lines })
}

fn shown(app: &App, staff: Staff, path: String, parts: Vec<Option<DataPart>>) -> Response {
    let copy = DataCopy {
        path,
        hospital: referrals::hospital_name(&app.library(), &staff.hospital),
        phone: app.phone_of(&staff.hospital),
        day: day(app.now().date()),
        parts: parts.into_iter().flatten().collect(),
        staff,
    };
    html(app, "保存的资料", StatusCode::OK, &StaffPage::Copy(Box::new(copy)))
}

/// `POST /staff/followups/{id}/data`: everything that is kept about a person whose identity was checked, to be read out or
/// printed.
pub(super) async fn copy_followup(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let person = of_followup(&app, &staff, &id).await?;
    if let Err(failure) = checked(&form) {
        return Ok(page(&app, staff, person, Some((&form, failure))));
    }
    let record = own(&app, &staff, &id).await?;
    let library = app.library();
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    let line = |title: &str, value: String| (title.to_owned(), value);
    let window = record.step.as_ref().map(|step| format!("{} 到 {}", day(step.due_from), day(step.due_to)));
    let services = record.step.as_ref().map(|step| pathway::service_names(&app, &step.services).join("、"));
    let chosen = library.letter(&record.letter).map(|letter| letter.title.clone());
    let basics = vec![
        line("称呼", person.name),
        line("电话", open("phone", &record.phone_sealed)),
        line("编号", person.code),
        line("为什么随访", open("reason", &record.reason_sealed)),
        line("结果说明", chosen.unwrap_or_default()),
        line("护士写的结果说明", open("letter", &record.letter_sealed)),
        line("可以约", services.unwrap_or_default()),
        line("时间段", window.unwrap_or_default()),
        line("登记的时间", at(record.created)),
        line("链接用到", day(record.link_until.date().plus_days(-1))),
    ];
    let mut questions = Vec::new();
    for question in pathway::questions(&app, &record.id).await? {
        questions.push((format!("{} 问", at(question.asked)), question.text));
        questions.push((
            question.answered.map(|answered| format!("{} 答", at(answered))).unwrap_or_default(),
            question.answer,
        ));
    }
    let mut helpers = Vec::new();
    for helper in app.db.all_helpers(&record.id).await? {
        let name = app.reading(&helper.id, "helper", &helper.name_sealed);
        helpers.push((format!("{} 同意", at(Moment(helper.consented))), name));
    }
    let mut notes = Vec::new();
    for note in app.db.notes(&record.id).await? {
        notes.push((at(Moment(note.at)), app.reading(&note.id, "note", &note.text_sealed)));
    }
    let mut referred = Vec::new();
    for referral in referrals::of(&app, &staff, &record.id).await? {
        let way = format!("{} {} 转给 {}", at(referral.made), referral.from, referral.to);
        referred.push((way, referral.reason));
        referred.push((referral.answered.map(at).unwrap_or_default(), referral.answer));
    }
    let names = Helpers::of(&app, &record.id).await?;
    let lines = app.db.history(&record.id).await?;
    let today = app.now().date();
    let past = lines.iter().map(|line| {
        let told = history::in_words(&library, &staff, &names, today, line);
        (format!("{} {}", at(told.at), told.who), told.what)
    });
    let parts = vec![
        part("基本资料", basics),
        part("问和答", questions),
        part("帮忙办的家人", helpers),
        part("护士记的话", notes),
        part("转诊", referred),
        part("经过", past.collect()),
    ];
    app.db.audit(&staff, "copy", Some(&id), app.now()).await?;
    Ok(shown(&app, staff, person.path, parts))
}

/// `POST /staff/home-care/{id}/data`, likewise.
pub(super) async fn copy_care(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let person = of_care(&app, &staff, &id).await?;
    if let Err(failure) = checked(&form) {
        return Ok(page(&app, staff, person, Some((&form, failure))));
    }
    let record = home_care::find(&app, &staff, &id).await?;
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    let line = |title: &str, value: String| (title.to_owned(), value);
    let visit = crate::routes::home_care::visit_of(&record).map(|visit| {
        let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
        format!("{} {}–{} {}", day(visit.day), clock(visit.from), clock(visit.to), visit.nurse)
    });
    let basics = vec![
        line("称呼", person.name),
        line("电话", open("phone", &record.phone_sealed)),
        line("编号", person.code),
        line("替谁申请", open("relation", &record.relation_sealed)),
        line("区县", open("area", &record.area_sealed)),
        line("住址", open("address", &record.address_sealed)),
        line("要什么护理", service_name(&app.library(), &record.service)),
        line("情况", open("need", &record.need_sealed)),
        line("申请的时间", at(Moment(record.asked))),
        line("状态", record.state()?.title().to_owned()),
        line("上门", visit.unwrap_or_default()),
        line("告诉病人的原因", open("reason", &record.reason_sealed)),
        line("请病人准备", open("prepare", &record.prepare_sealed)),
        line("护士备注", open("note", &record.note_sealed)),
    ];
    let consent: Vec<String> = serde_json::from_str(&record.consent).map_err(anyhow::Error::from)?;
    let consent = consent.into_iter().map(|sentence| line("同意", sentence)).collect();
    let nurses = app.db.care_nurses(&staff.hospital).await?;
    let lines = app.db.care_history(&record.id).await?;
    let past = lines.iter().map(|line| {
        let told = home_care::in_words(&staff, &nurses, line);
        (format!("{} {}", at(told.at), told.who), told.what)
    });
    let parts = vec![part("基本资料", basics), part("申请时同意了", consent), part("经过", past.collect())];
    app.db.audit(&staff, "copy-home-care", Some(&id), app.now()).await?;
    Ok(shown(&app, staff, person.path, parts))
}
