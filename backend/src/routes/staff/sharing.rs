//! What the hospital of a member of staff may do with a follow-up: it is in charge, it is asked to take over, or it has
//! handed over. Every route of the console gets a follow-up here and nowhere else: the link, its token and the phone number
//! hang on [`InCharge`], and whoever has only a [`Glimpse`] cannot reach them.

use super::{LINK_DAYS, may, referrals};
use crate::app::App;
use crate::db::finders::Mark;
use crate::db::followups::{NewLink, Record};
use crate::db::log;
use crate::failures::Result;
use crate::{finders, pathway, secrets};
use std::ops::Deref;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::ids::Token;
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::problem::{Code, Problem};
use zaoshai_contract::referrals::{AskedFor, Relation, SharedFollowUp};
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::{FollowUpView, Lang, Route};
use zaoshai_contract::staff::{Staff, Typed};

/// A follow-up that the reader's hospital is in charge of: only then it is theirs to read in full, to send and to change.
pub(super) struct InCharge(Record);

impl Deref for InCharge {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.0
    }
}

impl InCharge {
    /// The token of the link in force.
    pub(super) fn token(&self, app: &App) -> Token {
        app.secrets.link_token(&self.id, self.link_generation)
    }

    /// The whole link.
    pub(super) fn link(&self, app: &App) -> String {
        let path = Route::FollowUp(self.token(app), FollowUpView::Plan).path(Lang::Hans);
        format!("{}{path}", app.config.public_url)
    }

    /// The link that may take the place of the one in force.
    pub(super) fn next_link(&self, app: &App) -> NewLink {
        next_link(app, &self.0)
    }
}

/// A follow-up that another hospital is in charge of.
pub(super) struct Glimpse {
    record: Record,
    relation: Relation,
}

impl Glimpse {
    /// As much of it as the reader's hospital needs.
    pub(super) async fn shown(
        &self,
        app: &App,
        staff: Staff,
        (problem, typed): (Option<Problem>, Typed),
    ) -> Result<SharedFollowUp> {
        let record = &self.record;
        let open = |field: &str, sealed: &str| app.reading(&record.id, field, sealed);
        let asked = match self.relation {
            Relation::Asked => Some(AskedFor {
                reason: open("reason", &record.reason_sealed),
                services: record
                    .step
                    .as_ref()
                    .map(|step| pathway::service_names(app, &step.services))
                    .unwrap_or_default(),
                due_from: record.step.as_ref().map(|step| step.due_from),
                due_to: record.step.as_ref().map(|step| step.due_to),
                urgency: record.urgency,
            }),
            Relation::HandedOver => None,
        };
        let mut referrals = referrals::of(app, &staff, &record.id).await?;
        referrals.retain(|referral| referral.from_us || referral.to_us);
        Ok(SharedFollowUp {
            id: record.id.clone(),
            code: record.code.clone(),
            name: open("name", &record.name_sealed),
            hospital: referrals::hospital_name(&app.library(), &record.hospital),
            phone: app.phone_of(&record.hospital),
            asked,
            referrals,
            key: secrets::fresh_key(),
            problem,
            typed,
            staff,
        })
    }
}

/// What a member of staff has before them.
pub(super) enum Share {
    /// Their hospital is in charge.
    InCharge(Box<InCharge>),
    /// Another one is.
    Elsewhere(Box<Glimpse>),
}

impl Share {
    /// The follow-up's id.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::InCharge(own) => &own.id,
            Self::Elsewhere(glimpse) => &glimpse.record.id,
        }
    }

    /// The mark under which a hospital keeps that this person's data were deleted; none when name or number do not open.
    pub(super) fn mark(&self, app: &App, hospital: &str) -> Option<Mark> {
        let record = self.record();
        let open = |field: &str, sealed: &str| app.secrets.open_if_kept(&record.id, field, sealed).ok();
        let number = PhoneNumber::kept(open("phone", &record.phone_sealed)?);
        Some(finders::person(&app.secrets, hospital, &open("name", &record.name_sealed)?, &number))
    }

    fn record(&self) -> &Record {
        match self {
            Self::InCharge(own) => &own.0,
            Self::Elsewhere(glimpse) => &glimpse.record,
        }
    }

    /// How the patient is greeted.
    pub(super) fn name(&self, app: &App) -> String {
        let record = self.record();
        app.reading(&record.id, "name", &record.name_sealed)
    }

    /// The link that may take the place of the one in force.
    pub(super) fn next_link(&self, app: &App) -> NewLink {
        match self {
            Self::InCharge(own) => next_link(app, own),
            Self::Elsewhere(glimpse) => next_link(app, &glimpse.record),
        }
    }
}

fn next_link(app: &App, record: &Record) -> NewLink {
    let today = app.now().date();
    let last = record.step.as_ref().map_or(today, |step| step.due_to.max(today));
    let generation = record.link_generation + 1;
    NewLink {
        generation,
        token_hash: token_hash(app, &record.id, generation),
        until: Moment::at(last.plus_days(LINK_DAYS), 0),
    }
}

/// The hash of a link's token: what the database holds.
pub(super) fn token_hash(app: &App, followup: &str, generation: i64) -> String {
    secrets::hash(app.secrets.link_token(followup, generation).as_str())
}

/// A follow-up with which their hospital has to do. Others are not there for them.
pub(super) async fn find(app: &App, staff: &Staff, id: &str) -> Result<Share> {
    may(staff, Deed::SeeFollowUps)?;
    let record = app.db.followup(id).await?.ok_or(Code::NotFound)?;
    if record.hospital == staff.hospital {
        return Ok(Share::InCharge(Box::new(InCharge(record))));
    }
    let relation = app.db.relation(id, &staff.hospital).await?.ok_or(Code::NotFound)?;
    Ok(Share::Elsewhere(Box::new(Glimpse { record, relation })))
}

/// A follow-up that their hospital is in charge of; only then it is theirs to change.
pub(super) async fn own(app: &App, staff: &Staff, id: &str) -> Result<InCharge> {
    match find(app, staff, id).await? {
        Share::InCharge(own) => {
            log::in_charge(&own.id, &own.hospital);
            Ok(*own)
        }
        Share::Elsewhere(_) => Err(Code::HandedOver.into()),
    }
}

/// Those of some follow-ups that their hospital is in charge of.
pub(super) fn own_of(staff: &Staff, records: Vec<Record>) -> Vec<InCharge> {
    records.into_iter().filter(|record| record.hospital == staff.hospital).map(InCharge).collect()
}

/// The id of a follow-up whose appointment is at their hospital, or that their hospital is in charge of: who comes to a
/// clinic is recorded there, whoever follows the person up.
pub(super) async fn comes_here(app: &App, staff: &Staff, id: &str, appointment: &str) -> Result<String> {
    let record = app.db.followup(id).await?.ok_or(Code::NotFound)?;
    let here = app.db.clinic_of(id, appointment).await?;
    if record.hospital != staff.hospital && here.as_ref() != Some(&staff.hospital) {
        return Err(Code::NotFound.into());
    }
    Ok(record.id)
}

/// How somebody is greeted to whom something was just done; empty when their data were deleted or cannot be read now.
pub(super) async fn whom(app: &App, id: &str) -> String {
    let record = app.db.followup(id).await.ok().flatten();
    record.map(|record| app.reading(&record.id, "name", &record.name_sealed)).unwrap_or_default()
}
