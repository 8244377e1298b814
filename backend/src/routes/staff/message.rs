//! The message that brings the link to a patient, as their follow-up stands now.

use super::sharing::InCharge;
use crate::app::App;
use crate::failures::Result;
use crate::pathway;
use zaoshai_app::pages::staff::errand;

/// A message and what names it: other words have another name.
pub(super) struct Message {
    /// What is sent: no health data, the whole link, the hospital's phone.
    pub text: String,
    /// Carried by the form that says that it was sent, so that no page that stood open marks what was never sent.
    pub id: String,
}

/// The message as it reads now.
pub(super) async fn message(app: &App, record: &InCharge) -> Result<Message> {
    let kept = pathway::kept_for_staff(app, record).await?;
    let asked = pathway::errand(app, record, kept.as_ref());
    let hospital = app.hospital_of(&app.library(), &record.hospital);
    let text = errand::message(&hospital.name, &asked, &record.link(app), &app.phone_of(&record.hospital));
    // The phone, too: what went to an old number is not sent to the new one.
    let id = app.secrets.name_of(&[&record.id, &record.phone_sealed, &text]);
    Ok(Message { text, id })
}
