//! Booking, moving and cancelling for a patient who calls. The rules of the service bind the link; a nurse goes past them
//! with a reason, never past the number of places or a closed clinic.

use super::{may, own};
use crate::app::App;
use crate::db::appointments::{Change, Rules};
use crate::db::calls::NewNote;
use crate::db::followups::Record;
use crate::db::log::{self, Object};
use crate::failures::{Failure, Result};
use crate::pathway;
use crate::routes::body::Form;
use crate::secrets;
use zaoshai_contract::appointments::Action;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::limits;
use zaoshai_contract::problem::Code;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::schedules::Refused;
use zaoshai_contract::slots::{DayTurn, Slot};
use zaoshai_contract::staff::{Staff, StaffTime};

/// Most characters of a reason.
const LONGEST: usize = 100;

/// Why the link would refuse a time; empty when it would not.
fn rule(app: &App, record: &Record, slot: &Slot) -> &'static str {
    let Some(step) = &record.step else { return "" };
    match pathway::rules_of(app, &slot.service).may_take(slot.starts, step.due_from, app.now(), &[]) {
        Err(Refused::Past | Refused::TooLate { .. }) => "过了网上预约的截止时间",
        Err(Refused::BeforeDue { .. }) => "早于随访的时间段",
        Err(Refused::TooFar { .. }) => "还没到网上开放的日子",
        Ok(()) | Err(Refused::MissingPrerequisites(_)) if slot.starts.date() > step.due_to => "晚于随访的时间段",
        Ok(()) | Err(Refused::MissingPrerequisites(_)) => "",
    }
}

/// A page of the free times of the open step's services, those against a rule marked; it begins with a day, or with the
/// due window.
pub(super) async fn times(app: &App, record: &Record, from: Option<CivilDate>) -> Result<(Vec<StaffTime>, DayTurn)> {
    let library = app.library();
    let (slots, turn) = pathway::free_for_staff(app, record, from).await?;
    let times = slots.into_iter().map(|slot| StaffTime {
        service: library
            .booking_service(&slot.service)
            .map_or_else(|| slot.service.clone(), |service| pathway::service_name(&library, service, &record.hospital)),
        rule: rule(app, record, &slot).to_owned(),
        slot,
    });
    Ok((times.collect(), turn))
}

/// What must be asked on the phone before a time of the open step is booked.
pub(super) fn asked(app: &App, record: &Record) -> Vec<String> {
    let library = app.library();
    let services = record.step.iter().flat_map(|step| &step.services);
    let rules =
        services.filter_map(|id| library.booking_service(id)).flat_map(|service| &service.rules().prerequisites);
    let mut asked: Vec<String> = Vec::new();
    for prerequisite in rules {
        if !asked.contains(&prerequisite.text) {
            asked.push(prerequisite.text.clone());
        }
    }
    asked
}

/// Books a time for the patient, or moves her appointment there.
pub(super) async fn book(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    let party = staff.party(Deed::Book).ok_or(Code::NotAllowed)?;
    let key = form.key()?;
    let slot = SlotId::parse(form.get("slot")).ok_or_else(|| Failure::field("book-slot", "请选一个时间"))?;
    let reason = form.get("reason").trim();
    let known = app.db.slot(&slot).await?.ok_or(Code::SlotUnknown)?;
    let against = rule(app, &found, &known);
    // A repeat gets its first answer, also when a rule has come into force since.
    let fresh = !app.db.has_answered(&found.id, &key).await?;
    if fresh && !against.is_empty() {
        may(staff, Deed::Override)?;
        if !limits::fits(reason, 1, LONGEST) {
            let message = format!("这个时间{against}。还要约，请写原因，1 到 100 个字");
            return Err(Failure::field("book-reason", &message));
        }
    }
    let asks =
        app.library().booking_service(&known.service).is_some_and(|service| !service.rules().prerequisites.is_empty());
    if fresh && asks && form.get("asked") != "yes" {
        return Err(Failure::field("book-asked", "请在电话里问过注意事项，再打勾"));
    }
    let overrides = !against.is_empty();
    let rules = if overrides {
        let id = secrets::id_for(&found.id, &key);
        let text_sealed = app.secrets.seal(&id, "note", &format!("破例预约（{against}）：{reason}"));
        Rules::Aside((!reason.is_empty()).then(|| NewNote { id, text_sealed, staff: staff.name.clone() }))
    } else {
        // On the phone everything was asked.
        let asked = pathway::rules_of(app, &known.service).prerequisites;
        pathway::binding(app, &found, &asked.into_iter().map(|asked| asked.id).collect::<Vec<_>>())
    };
    let change = Change {
        followup: found.id.clone(),
        action: Action::Book,
        slot: Some(slot),
        appointment: None,
        party,
        who: staff.name.clone(),
        detail: if overrides { "override".to_owned() } else { String::new() },
        // Whatever the rules say by the time of a repeat.
        said: if reason.is_empty() { String::new() } else { app.secrets.finder("form", reason) },
        until: None,
        rules,
        key,
        now: app.now(),
    };
    log::does(if overrides { "override" } else { "book" }, Object::record(id));
    app.db.change(&change).await??;
    pathway::offer_places(app).await?;
    Ok(())
}

/// Cancels her appointment: because she asked for it, or because the clinic cannot keep it.
pub(super) async fn cancel(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    let action = match form.get("whose") {
        "patient" => Action::Cancel,
        "clinic" => Action::CancelForClinic,
        _ => return Err(Failure::field("cancel-whose", "请选是谁要取消")),
    };
    let party = staff.party(action.deed()).ok_or(Code::NotAllowed)?;
    let change = Change {
        followup: found.id.clone(),
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
    app.db.change(&change).await??;
    pathway::offer_places(app).await?;
    Ok(())
}
