//! Handing a follow-up to another hospital of the alliance, and answering such an offer.

use super::sharing::find;
use super::{may, own};
use crate::app::App;
use crate::content::Library;
use crate::db;
use crate::db::log::{self, Object};
use crate::db::referrals::{ReferralRow, Settling};
use crate::failures::{Failure, Result};
use crate::routes::body::Form;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::limits;
use zaoshai_contract::problem::Code;
use zaoshai_contract::referrals::{Kinship, Referral, ReferralAction, ReferralHospital, ReferralState};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::Staff;

/// Most characters of a reason or an answer.
const LONGEST: usize = 300;
/// For how many days a declined offer stands in the list of the hospital that made it.
const DECLINED_DAYS: i64 = 14;

/// The hospitals that a follow-up may be handed to: those of its alliances, then those of its city, then the others.
pub(super) fn alliance(library: &Library, own: &str) -> Vec<ReferralHospital> {
    let ours = library.clinic(own);
    let allied = |id: &str| {
        let mut members = ours.iter().flat_map(|clinic| &clinic.alliances).flat_map(|alliance| &alliance.members);
        members.any(|(member, _)| member == id)
    };
    let others =
        library.clinics.iter().filter(|clinic| clinic.card.id.as_str() != own && library.is_in_play(&clinic.card.id));
    let mut hospitals: Vec<ReferralHospital> = others
        .map(|clinic| ReferralHospital {
            id: clinic.card.id.to_string(),
            name: clinic.card.name.clone(),
            city: clinic.card.city.clone(),
            kinship: match ours {
                _ if allied(clinic.card.id.as_str()) => Kinship::Alliance,
                Some(ours) if ours.card.city == clinic.card.city => Kinship::City,
                _ => Kinship::Other,
            },
        })
        .collect();
    hospitals.sort_by_key(|hospital| hospital.kinship);
    hospitals
}

/// Why a follow-up is handed over, as the form says it.
pub(super) fn reason(form: &Form) -> Result<&str> {
    let reason = form.get("reason").trim();
    if limits::fits(reason, 1, LONGEST) {
        return Ok(reason);
    }
    Err(Failure::field("refer-reason", "请写为什么转，1 到 300 个字"))
}

/// The name of a hospital; its id when it is no longer known.
pub(super) fn hospital_name(library: &Library, id: &str) -> String {
    library.clinic(id).map_or_else(|| id.to_owned(), |clinic| clinic.card.name.clone())
}

/// A referral as this member of staff sees it; none when its state does not read.
fn shown(app: &App, staff: &Staff, row: ReferralRow) -> Option<Referral> {
    let library = app.library();
    let state = db::read(&row.state, ReferralState::parse);
    Some(Referral {
        name: app.reading(&row.followup, "name", &row.name_sealed),
        from: hospital_name(&library, &row.from_hospital),
        to: hospital_name(&library, &row.to_hospital),
        to_us: row.to_hospital == staff.hospital,
        from_us: row.from_hospital == staff.hospital,
        state: db::readable("referrals", &row.id, state)?,
        made: Moment(row.made),
        made_by: row.made_by,
        reason: app.reading(&row.id, "reason", &row.reason_sealed),
        answered: row.answered.map(Moment),
        answered_by: row.answered_by.unwrap_or_default(),
        answer: app.reading(&row.id, "answer", &row.answer_sealed),
        followup: row.followup,
        id: row.id,
    })
}

/// The referrals of a follow-up, latest first.
pub(super) async fn of(app: &App, staff: &Staff, followup: &str) -> Result<Vec<Referral>> {
    let rows = app.db.referrals(followup).await?;
    Ok(rows.into_iter().filter_map(|row| shown(app, staff, row)).collect())
}

/// What her hospital has to know of: offers to it, its own that wait, and those that were declined lately.
pub(super) async fn pending(app: &App, staff: &Staff) -> Result<Vec<Referral>> {
    let rows = app.db.pending_referrals(&staff.hospital, told_since(app)).await?;
    Ok(rows.into_iter().filter_map(|row| shown(app, staff, row)).collect())
}

/// Since when a referral that was not taken over is still told.
fn told_since(app: &App) -> Moment {
    Moment::at(app.now().date().plus_days(-DECLINED_DAYS), 0)
}

/// How many of them there are.
pub(super) async fn pending_count(app: &App, staff: &Staff) -> Result<i64> {
    Ok(app.db.pending_referral_count(&staff.hospital, told_since(app)).await?)
}

/// Offers a follow-up to another hospital.
pub(super) async fn refer(app: &App, staff: &Staff, id: &str, form: &Form) -> Result<()> {
    let found = own(app, staff, id).await?;
    may(staff, Deed::Refer)?;
    let to = form.get("hospital");
    if !alliance(&app.library(), &staff.hospital).iter().any(|hospital| hospital.id == to) {
        return Err(Failure::field("refer-hospital", "请从列表里选一家医院"));
    }
    let reason = reason(form)?;
    let referral = app.secrets.id_of(&found.id, &form.key()?, &["refer", to, reason]);
    let row = ReferralRow {
        followup: found.id.clone(),
        from_hospital: staff.hospital.clone(),
        to_hospital: to.to_owned(),
        made: app.now().0,
        made_by: staff.name.clone(),
        reason_sealed: app.secrets.seal(&referral, "reason", reason),
        state: ReferralState::Offered.as_str().to_owned(),
        answered: None,
        answered_by: None,
        answer_sealed: String::new(),
        name_sealed: String::new(),
        id: referral,
    };
    log::does("refer", Object::record(id));
    app.db.refer(&row).await??;
    Ok(())
}

/// Takes a follow-up over, hands the offer back with a reason, recalls it, or gives the person back after all.
pub(super) async fn settle(app: &App, staff: &Staff, id: &str, form: &Form, action: ReferralAction) -> Result<()> {
    may(staff, Deed::Refer)?;
    let sent = form.sent(&app.secrets, action.as_str())?;
    // Whoever has given a person back, or has not taken them over, sees them no longer.
    if app.db.was_sent(id, &sent).await?? {
        return Ok(());
    }
    let found = find(app, staff, id).await?;
    let answer = form.get("answer").trim();
    let least = usize::from(matches!(action, ReferralAction::HandBack | ReferralAction::Return));
    if !limits::fits(answer, least, LONGEST) {
        let field = if action == ReferralAction::Return { "return-answer" } else { "hand-back-answer" };
        return Err(Failure::field(field, "请写为什么，1 到 300 个字"));
    }
    let referral = form.get("referral");
    if !app.db.referrals(found.id()).await?.iter().any(|row| row.id == referral) {
        return Err(Code::NotFound.into());
    }
    let sealed = if answer.is_empty() { String::new() } else { app.secrets.seal(referral, "answer", answer) };
    log::does(action.as_str(), Object::record(id));
    app.db
        .settle_referral(&Settling {
            referral,
            followup: found.id(),
            action,
            hospital: &staff.hospital,
            who: &staff.name,
            answer_sealed: sealed,
            sent,
            link: found.next_link(app),
            now: app.now(),
        })
        .await??;
    Ok(())
}
