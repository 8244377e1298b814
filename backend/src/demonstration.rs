//! What a stranger needs to try everything: a week of slots, a nurse, and a follow-up link.
//! Nothing here runs unless the server is started with `--demonstration`.

use crate::app::App;
use crate::db::Db;
use crate::db::followups::NewRecord;
use crate::db::slots::NewSlot;
use crate::routes::staff;
use crate::secrets::{self, Secrets};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::holidays::DayKind;
use zaoshai_contract::ids::{IdempotencyKey, SlotId, Token};
use zaoshai_contract::roles::Role;
use zaoshai_contract::route::{FollowUpView, Lang, Route};
use zaoshai_contract::staff::{NewFollowUp, Staff};

/// How many days of slots are kept ahead.
const DAYS: i64 = 14;
/// The demonstration nurse's account.
const NURSE: &str = "nurse";
/// The demonstration patient's phone: its last four digits open the link.
const PHONE: &str = "13800138000";

/// What was prepared, for the terminal.
pub struct Prepared {
    /// The nurse's account.
    pub nurse: &'static str,
    /// Her password, when the account was made just now.
    pub password: Option<String>,
    /// The follow-up link.
    pub link: String,
    /// The last four digits that open it.
    pub ending: String,
}

/// Makes what is missing; what is there stays.
pub async fn prepare(app: &App) -> anyhow::Result<Prepared> {
    make_slots(app).await?;
    let password = secrets::fresh_password();
    let hash = secrets::hash_password(&password)?;
    let nurse = Staff {
        name: NURSE.to_owned(),
        display: "示范护士".to_owned(),
        hospital: app.library().hospital.clone(),
        roles: Role::ALL.to_vec(),
    };
    let made = app.db.make_staff(&nurse, &hash, app.now()).await?;
    let today = app.now().date();
    let id = format!("demonstration-{today}");
    if app.db.followup(&id).await?.is_none() {
        let form = NewFollowUp {
            name: "李女士".to_owned(),
            phone: PHONE.to_owned(),
            reason: "上次低剂量 CT 看到小结节，请复查一次。".to_owned(),
            services: app.library().booking.first().map(|service| service.id.clone()).into_iter().collect(),
            due_from: today.to_string(),
            due_to: today.plus_days(DAYS).to_string(),
            urgency: Urgency::Soon.as_str().to_owned(),
            template: "lung-nodule-review".to_owned(),
            letter: String::new(),
        };
        let key = IdempotencyKey::parse(&id).ok_or_else(|| anyhow::anyhow!("{id} is not a key"))?;
        staff::make::make(app, &nurse, &form, key, id.clone())
            .await
            .map_err(|failure| anyhow::anyhow!("making the demonstration follow-up: {failure:?}"))?;
    }
    let record = app.db.followup(&id).await?.ok_or_else(|| anyhow::anyhow!("{id} was made and is gone"))?;
    let token = app.secrets.link_token(&record.id, record.link_generation);
    let path = Route::FollowUp(token, FollowUpView::Plan).path(Lang::Hans);
    Ok(Prepared {
        nurse: NURSE,
        password: made.then_some(password),
        link: format!("{}{path}", app.config.public_url),
        ending: PHONE[PHONE.len() - 4..].to_owned(),
    })
}

/// Makes the slots of the next days from the weekly times in the content.
pub async fn make_slots(app: &App) -> anyhow::Result<u64> {
    let today = app.now().date();
    let library = app.library();
    let mut slots = Vec::new();
    for service in &library.booking {
        for date in (0..DAYS).map(|days| today.plus_days(days)) {
            if library.holidays.kind(date) == DayKind::Holiday {
                continue;
            }
            for weekly in &service.weekly {
                for starts in weekly.starts(date, library.holidays.follows(date)) {
                    let minute = starts.minute_of_day();
                    let id = format!("{}-{date}-{:02}{:02}", service.id, minute / 60, minute % 60);
                    slots.push(NewSlot {
                        id: SlotId::parse(&id).ok_or_else(|| anyhow::anyhow!("{id} is not a slot id"))?,
                        clinic: service.clinic.clone(),
                        service: service.id.clone(),
                        room: service.room.clone(),
                        expert: String::new(),
                        starts,
                        minutes: service.minutes,
                        capacity: weekly.capacity,
                    });
                }
            }
        }
    }
    Ok(app.db.make_slots(&slots).await?)
}

/// A patient who has given her last four digits, for races and benchmarks.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The follow-up's id.
    pub followup: String,
    /// The link's token.
    pub token: Token,
    /// The secret of the open session: the value of its cookie.
    pub session: String,
}

/// Makes follow-ups for one service whose patients have identified already.
pub async fn crowd(
    db: &Db,
    secrets: &Secrets,
    service: &str,
    count: usize,
    until: Moment,
) -> anyhow::Result<Vec<Identified>> {
    let mut crowd = Vec::with_capacity(count);
    for _ in 0..count {
        let id = secrets::fresh_id();
        let token = secrets.link_token(&id, 1);
        let new = NewRecord {
            code: secrets::fresh_code(),
            hospital: "zhuzhou-2".to_owned(),
            token_hash: secrets::hash(token.as_str()),
            link_until: until,
            letter_sealed: String::new(),
            letter: String::new(),
            topic: String::new(),
            urgency: Urgency::Routine,
            finders: Vec::new(),
            name_sealed: secrets.seal(&id, "name", "李女士"),
            phone_sealed: secrets.seal(&id, "phone", PHONE),
            reason_sealed: secrets.seal(&id, "reason", "复查"),
            services: vec![service.to_owned()],
            due_from: Moment(0).date(),
            due_to: until.date(),
            created_by: NURSE.to_owned(),
            now: Moment(0),
            key: secrets::fresh_key(),
            request: String::new(),
            origin: None,
            id: id.clone(),
        };
        let made = db.make_followup(&new).await?;
        anyhow::ensure!(made.as_ref() == Ok(&id), "a fresh follow-up was refused");
        let session = secrets::session_secret();
        db.open_patient_session(&id, &secrets::hash(&session), until).await?;
        crowd.push(Identified { followup: id, token, session });
    }
    Ok(crowd)
}
