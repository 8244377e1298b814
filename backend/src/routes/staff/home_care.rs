//! Nursing at home as nurses see it: who waits, where somebody goes, and what is done with one request.

use super::lists::{after, turned};
use super::{Before, SignedIn, html, lead_to, may, questions, told};
use crate::app::{App, UNREADABLE};
use crate::db;
use crate::db::home_care::{CareChange, CareHistoryRow, CareRecord, PlannedVisit};
use crate::db::log::{self, Object};
use crate::db::pages::After;
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use crate::routes::days;
use crate::routes::home_care::{service_name, visit_of};
use crate::secrets;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::home_care::{
    Action, CareDetail, CareList, CareLists, CarePart, CareRow, CareToday, ForWhom, LONGEST_VISIT, MOST_CALLED_OFF,
    Outcome, SHORTEST_VISIT, minute_of,
};
use zaoshai_contract::limits;
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::erasure::ErasureReason;
use zaoshai_contract::staff::{HistoryLine, ROWS_A_PAGE, Staff, StaffPage, Typed};

/// What the pages are called.
const TITLE: &str = "上门护理";
/// Requests of each list on the page that shows all three.
const FIRST_ROWS: u32 = 50;
/// New requests on the page of the day.
const FIRST_ASKED: u32 = 5;
/// How many days ahead a visit can be planned.
const AHEAD: i64 = 60;
/// Most characters of what the person is told.
const LONGEST_TOLD: usize = 200;
/// Most characters of a note.
const LONGEST_NOTE: usize = 500;

/// A request as the list shows it; none when its state does not read.
fn row(app: &App, record: &CareRecord) -> Option<CareRow> {
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    Some(CareRow {
        id: record.id.clone(),
        code: record.code.clone(),
        name: open("name", &record.name_sealed),
        phone: open("phone", &record.phone_sealed),
        service: service_name(&app.library(), &record.service),
        area: open("area", &record.area_sealed),
        state: db::readable("home_care", &record.id, record.state())?,
        asked: Moment(record.asked),
        until: record.due.map(|due| Moment(due - 1).date()),
        overdue: record.due.is_some_and(|due| due <= app.now().0),
        visit: visit_of(record),
        locked: record.erased.is_none() && record.locked(),
        version: record.version,
    })
}

/// What waits here, for the page of the day of whoever may see it.
pub(super) async fn today(app: &App, staff: &Staff) -> Result<Option<CareToday>> {
    if !staff.may(Deed::HomeCare) {
        return Ok(None);
    }
    let (asked, asked_count) = app.db.care_asked(&staff.hospital, FIRST_ASKED).await?;
    let called_off = app.db.care_called_off(&staff.hospital, app.now().date(), MOST_CALLED_OFF).await?;
    if !asked.is_empty() || !called_off.is_empty() {
        app.db.audit(staff, "list-home-care", None, app.now()).await?;
    }
    let rows = |records: &[CareRecord]| records.iter().filter_map(|record| row(app, record)).collect();
    Ok(Some(CareToday { asked: rows(&asked), asked_count, called_off: rows(&called_off) }))
}

/// How many of them there are; 0 for who does not see them.
pub(super) async fn waiting_count(app: &App, staff: &Staff) -> Result<i64> {
    if !staff.may(Deed::HomeCare) {
        return Ok(0);
    }
    Ok(app.db.care_waiting_count(&staff.hospital, app.now().date()).await?)
}

/// `GET /staff/home-care`
pub async fn list(State(app): State<App>, SignedIn(staff): SignedIn) -> Result<Response> {
    may(&staff, Deed::HomeCare)?;
    let mut parts = Vec::new();
    for which in CareLists::ALL.iter().copied() {
        parts.push(part(&app, &staff, which, None, FIRST_ROWS).await?);
    }
    listed(&app, staff, parts).await
}

/// `GET /staff/home-care/lists/{which}`
pub async fn whole(
    State(app): State<App>,
    Path(which): Path<String>,
    RawQuery(query): RawQuery,
    SignedIn(staff): SignedIn,
) -> Result<Response> {
    may(&staff, Deed::HomeCare)?;
    let which = CareLists::parse(&which).ok_or(Code::NotFound)?;
    let parts = vec![part(&app, &staff, which, after(query), ROWS_A_PAGE).await?];
    listed(&app, staff, parts).await
}

async fn listed(app: &App, staff: Staff, parts: Vec<CarePart>) -> Result<Response> {
    app.db.audit(&staff, "list-home-care", None, app.now()).await?;
    let page = CareList { today: app.now().date(), parts, staff };
    Ok(html(app, "上门护理", StatusCode::OK, &StaffPage::HomeCare(Box::new(page))))
}

/// A page of a list.
async fn part(app: &App, staff: &Staff, which: CareLists, after: Option<After>, most: u32) -> Result<CarePart> {
    let now = app.now();
    let first = if which == CareLists::Ended { After::highest() } else { After::lowest() };
    let from = after.clone().unwrap_or(first);
    let records = app.db.care_list(&staff.hospital, which, now, &from, most + 1).await?;
    let count = app.db.care_count(&staff.hospital, which, now).await?;
    let place = |record: &CareRecord| match which {
        CareLists::Open => (record.due.unwrap_or_default(), record.asked),
        CareLists::Planned => {
            let day = record.visit_day.as_deref().and_then(CivilDate::parse);
            (day.map_or(0, CivilDate::days), record.visit_from.unwrap_or_default())
        }
        CareLists::Ended => (record.changed, 0),
    };
    let (records, turn) = turned(records, most, count, after.as_ref(), |record| {
        let (first, second) = place(record);
        After { first, second, id: record.id.clone() }
    });
    let rows = records.iter().filter_map(|record| row(app, record)).collect();
    Ok(CarePart { which, rows, turn })
}

/// A request of her own hospital; another hospital's is not there for her.
pub(super) async fn find(app: &App, staff: &Staff, id: &str) -> Result<CareRecord> {
    may(staff, Deed::HomeCare)?;
    Ok(app.db.care(&staff.hospital, id).await?.ok_or(Code::NotFound)?)
}

async fn page(app: &App, staff: Staff, id: &str, sent: (Option<Problem>, Typed)) -> Result<CareDetail> {
    let record = find(app, &staff, id).await?;
    let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
    let nurses = app.db.care_nurses(&staff.hospital).await?;
    let history = app.db.care_history(&record.id).await?;
    app.db.audit(&staff, "read-home-care", Some(&record.id), app.now()).await?;
    let (problem, typed) = sent;
    Ok(CareDetail {
        row: row(app, &record).ok_or(Code::Unreadable)?,
        address: open("address", &record.address_sealed),
        need: open("need", &record.need_sealed),
        for_whom: ForWhom::parse(&record.for_whom).unwrap_or(ForWhom::Oneself),
        relation: open("relation", &record.relation_sealed),
        consent: serde_json::from_str(&record.consent).unwrap_or_else(|_| vec![UNREADABLE.to_owned()]),
        reason: open("reason", &record.reason_sealed),
        prepare: open("prepare", &record.prepare_sealed),
        outcome: record.outcome.as_deref().and_then(Outcome::parse),
        note: open("note", &record.note_sealed),
        history: history.iter().map(|line| in_words(&staff, &nurses, line)).collect(),
        nurses,
        nurse: record.nurse.clone().unwrap_or_default(),
        today: app.now().date(),
        key: secrets::fresh_key(),
        problem,
        typed,
        staff,
    })
}

fn shown(app: &App, page: CareDetail, status: StatusCode) -> Response {
    html(app, TITLE, status, &StaffPage::HomeCareRequest(Box::new(page)))
}

/// A line of the history in words.
pub(super) fn in_words(staff: &Staff, nurses: &[(String, String)], line: &CareHistoryRow) -> HistoryLine {
    let named = |account: &str| {
        let known = nurses.iter().find(|(name, _)| name == account);
        known.map_or_else(|| account.to_owned(), |(_, display)| display.clone())
    };
    let who = match line.actor.as_str() {
        "patient" => "病人（网页）".to_owned(),
        name if name == staff.name => staff.display.clone(),
        name => named(name),
    };
    let what = match line.action.as_str() {
        "ask" => "申请上门护理",
        "accept" => "评估：可以上门",
        "decline" => "评估：不适合上门",
        "plan" => "排了上门",
        "finish" => "上门，做好了",
        "miss" => "上门，没有人在家",
        "give-up" => "不上门了",
        "withdraw" => "取消申请",
        "erase" => "删除资料",
        "lock" => "后四位错 5 次，链接锁住",
        "unlock" => "打开了链接",
        other => other,
    };
    let parts: Vec<&str> = line.detail.split(' ').collect();
    let detail = match parts.as_slice() {
        [day, from, to, nurse] => {
            let clock = |text: &str| {
                text.parse().map_or_else(|_| text.to_owned(), |m: u16| format!("{}:{:02}", m / 60, m % 60))
            };
            format!("：{day} {}–{} {}", clock(from), clock(to), named(nurse))
        }
        [word] if line.action == "give-up" => {
            Outcome::parse(word).map(|outcome| format!("：{}", outcome.title())).unwrap_or_default()
        }
        [word] => ErasureReason::parse(word).map(|reason| format!("：{}", reason.title())).unwrap_or_default(),
        _ => String::new(),
    };
    HistoryLine { at: Moment(line.at), who, what: format!("{what}{detail}") }
}

/// `GET /staff/home-care/{id}`
pub async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    SignedIn(staff): SignedIn,
    before: Before,
) -> Result<Response> {
    let page = page(&app, staff, &id, (None, Typed::default())).await?;
    Ok(before.html(&app, TITLE, &StaffPage::HomeCareRequest(Box::new(page))))
}

/// `POST /staff/home-care/{id}/{deed}`
pub async fn form(
    State(app): State<App>,
    Path((id, deed)): Path<(String, String)>,
    SignedIn(staff): SignedIn,
    form: Form,
) -> Result<Response> {
    let record = find(&app, &staff, &id).await?;
    if deed == "outcome" {
        let name = app.reading(&record.id, "name", &record.name_sealed);
        if let Some(question) = questions::before_care(&app, &staff, (&id, &name), &form) {
            return Ok(question);
        }
    }
    if questions::is_declined(&form) {
        let typed = Typed { deed, fields: form.into_pairs() };
        return Ok(shown(&app, page(&app, staff, &id, (None, typed)).await?, StatusCode::OK));
    }
    let (result, done) = match deed.as_str() {
        "assess" => (assess(&app, &staff, &record, &form).await, JustDone::Assess),
        "plan" => (plan(&app, &staff, &record, &form).await, JustDone::Plan),
        "outcome" => (outcome(&app, &staff, &record, &form).await, JustDone::Visit),
        "withdraw" => (withdraw(&app, &staff, &record, &form).await, JustDone::CancelCare),
        "unlock" => (unlock(&app, &staff, &record).await, JustDone::Unlock),
        _ => return Err(Code::NotFound.into()),
    };
    match result {
        Ok(()) => Ok(lead_to(&app, &format!("/staff/home-care/{id}"), "", done)),
        Err(failure) if matches!(failure.code.status(), 409 | 422) => {
            let problem = told(&app, &failure);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let typed = Typed { deed, fields: form.into_pairs() };
            let page = page(&app, staff, &id, (Some(problem), typed)).await?;
            Ok(shown(&app, page, status))
        }
        Err(failure) => Err(failure),
    }
}

/// A change by this nurse that concerns what she saw.
fn change(app: &App, staff: &Staff, record: &CareRecord, form: &Form, action: Action) -> Result<CareChange> {
    Ok(CareChange {
        sent: form.sent(&app.secrets, action.as_str())?,
        request: record.id.clone(),
        version: Some(form.get("version").parse().map_err(|_| Code::Changed)?),
        action,
        party: staff.party(action.deed()).ok_or(Code::NotAllowed)?,
        who: staff.name.clone(),
        visit: None,
        reason_sealed: None,
        prepare_sealed: None,
        outcome: None,
        note_sealed: None,
        now: app.now(),
    })
}

async fn apply(app: &App, change: &CareChange) -> Result<()> {
    log::does(&format!("{}-home-care", change.action.as_str()), Object::record(&change.request));
    app.db.change_care(change, &app.library().holidays).await??;
    Ok(())
}

/// A text within its limits, sealed; an empty one stays empty.
fn sealed(app: &App, record: &CareRecord, form: &Form, name: &str, most: usize) -> Result<String> {
    let text = form.get(name).trim();
    if !limits::fits(text, 0, most) {
        return Err(Failure::field(name, &format!("请写 {most} 个字以内")));
    }
    Ok(if text.is_empty() { String::new() } else { app.secrets.seal(&record.id, name, text) })
}

async fn assess(app: &App, staff: &Staff, record: &CareRecord, form: &Form) -> Result<()> {
    let action = match form.get("verdict") {
        "yes" => Action::Accept,
        "no" => Action::Decline,
        _ => return Err(Failure::field("verdict", "请选能不能上门")),
    };
    let reason = sealed(app, record, form, "reason", LONGEST_TOLD)?;
    if action == Action::Decline && reason.is_empty() {
        return Err(Failure::field("reason", "请写原因，病人看得到，1 到 200 个字"));
    }
    let change = CareChange {
        prepare_sealed: Some(sealed(app, record, form, "prepare", LONGEST_TOLD)?),
        reason_sealed: Some(if action == Action::Decline { reason } else { String::new() }),
        ..change(app, staff, record, form, action)?
    };
    apply(app, &change).await
}

async fn plan(app: &App, staff: &Staff, record: &CareRecord, form: &Form) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let today = app.now().date();
    let asked = "请填今天起 60 天以内的日期，例如 2026-12-01";
    let day =
        days::read_fitting(form.get("day"), "哪天", asked, |day| (0..=AHEAD).contains(&(day.days() - today.days())));
    let day = day.inspect_err(|told| wrong("day", told)).ok();
    let (from, to) = (minute_of(form.get("from")), minute_of(form.get("to")));
    if from.is_none() {
        wrong("from", "请填从几点，例如 09:00");
    }
    let past = |(day, from): (CivilDate, u16)| Moment::at(day, from) <= app.now();
    if day.zip(from).is_some_and(past) {
        wrong("from", "这个时间已经过了，请填现在以后的时间，或者换一天");
    }
    let fits = |from: u16, to: u16| (SHORTEST_VISIT..=LONGEST_VISIT).contains(&to.saturating_sub(from));
    if !from.zip(to).is_some_and(|(from, to)| fits(from, to)) {
        wrong("to", "请填到几点，比开始晚半小时到半天");
    }
    let account = form.get("nurse");
    if !app.db.care_nurses(&staff.hospital).await?.iter().any(|(name, _)| name == account) {
        wrong("nurse", "请从列表里选一位护士");
    }
    let visit = match (day, from, to) {
        (Some(day), Some(from), Some(to)) if errors.is_empty() => {
            PlannedVisit { day, from, to, nurse: account.to_owned() }
        }
        _ => return Err(Failure::fields(errors)),
    };
    if let Some((from, to)) = app.db.care_clash(&visit, &record.id).await? {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let told = format!("这位护士那天 {} 到 {} 已经要上门，请换时间或换人", clock(from), clock(to));
        return Err(Failure::field("from", &told));
    }
    let change = CareChange { visit: Some(visit), ..change(app, staff, record, form, Action::Plan)? };
    apply(app, &change).await
}

async fn outcome(app: &App, staff: &Staff, record: &CareRecord, form: &Form) -> Result<()> {
    let outcome = Outcome::parse(form.get("outcome")).ok_or_else(|| Failure::field("outcome", "请选结果"))?;
    let change = CareChange {
        outcome: Some(outcome),
        note_sealed: Some(sealed(app, record, form, "note", LONGEST_NOTE)?),
        ..change(app, staff, record, form, outcome.action())?
    };
    apply(app, &change).await
}

async fn withdraw(app: &App, staff: &Staff, record: &CareRecord, form: &Form) -> Result<()> {
    apply(app, &change(app, staff, record, form, Action::Withdraw)?).await
}

/// Lets a locked link be tried again. Twice is once, so the form needs no key of its own.
async fn unlock(app: &App, staff: &Staff, record: &CareRecord) -> Result<()> {
    log::does("unlock-home-care", Object::record(&record.id));
    app.db.unlock_care(&record.id, &staff.name, app.now()).await?;
    Ok(())
}
