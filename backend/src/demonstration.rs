//! What a stranger needs to try everything: a timetable with its slots, a nurse, and a follow-up link.
//! Nothing here runs unless the server is started with `--demonstration`.

use crate::app::App;
use crate::content::Library;
use crate::db::Db;
use crate::db::finders::{Anew, Mark};
use crate::db::followups::{NewRecord, Second};
use crate::db::schedules::{At, Change};
use crate::routes::staff;
use crate::secrets::{self, Secrets};
use crate::timetable::{self, People};
use anyhow::Context as _;
use std::collections::BTreeSet;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::ids::{IdempotencyKey, Token};
use zaoshai_contract::phones::PhoneNumber;
use zaoshai_contract::roles::Role;
use zaoshai_contract::route::{FollowUpView, Lang, Route};
use zaoshai_contract::schedules::{Template, Visit, VisitState};
use zaoshai_contract::staff::{NewFollowUp, Staff};

/// How many days the follow-up's patient has to come.
const DAYS: i64 = 14;
/// The demonstration nurse's account.
const NURSE: &str = "nurse";
/// The demonstration auditor's account: who audits does nothing else.
const AUDITOR: &str = "auditor";
/// The demonstration patient's phone: its last four digits open the link.
const PHONE: &str = "13800138000";

/// What was prepared, for the terminal.
pub struct Prepared {
    /// The nurse's account.
    pub nurse: &'static str,
    /// Her password, when the account was made just now.
    pub password: Option<String>,
    /// The auditor's account.
    pub auditor: &'static str,
    /// Their password, likewise.
    pub auditor_password: Option<String>,
    /// The follow-up link.
    pub link: String,
    /// The last four digits that open it.
    pub ending: String,
}

/// Makes what is missing; what is there stays.
pub async fn prepare(app: &App) -> anyhow::Result<Prepared> {
    make_timetable(app).await?;
    make_visits(app).await?;
    let password = secrets::fresh_password();
    let hash = secrets::hash_password(&password)?;
    let nurse = nurse(&app.library().hospital);
    let made = app.db.make_staff(&nurse, &hash, app.now()).await?;
    let auditor = Staff {
        name: AUDITOR.to_owned(),
        display: "示范审计员".to_owned(),
        hospital: nurse.hospital.clone(),
        roles: vec![Role::Auditor],
    };
    let audits = app.db.make_staff(&auditor, &hash, app.now()).await?;
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
            urgency: Some(Urgency::Soon.as_str().to_owned()),
            template: "lung-nodule-review".to_owned(),
            letter: String::new(),
            another: true,
            anew: true,
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
        auditor: AUDITOR,
        auditor_password: audits.then(|| password.clone()),
        password: made.then_some(password),
        link: format!("{}{path}", app.config.public_url),
        ending: PHONE[PHONE.len() - 4..].to_owned(),
    })
}

/// Writes the weekly times of the content into the database for each hospital that has none, and makes the slots that
/// follow from them.
pub async fn make_timetable(app: &App) -> anyhow::Result<()> {
    let library = app.library();
    let hospitals: BTreeSet<&str> = library.booking.iter().map(|service| service.clinic.as_str()).collect();
    for hospital in hospitals {
        let at = At { hospital, now: app.now() };
        if app.db.timetable(at).await?.templates.is_empty() {
            let templates = weekly(&library, at);
            let staff = nurse(hospital);
            let change = (&Change::AddTemplates(templates), &staff);
            timetable::carry_out(app, at, Some(change), (People::Stay, 0))
                .await
                .context("making the demonstration timetable")?;
        }
    }
    Ok(())
}

/// The weekly times of the content as they are kept in the database.
fn weekly(library: &Library, At { hospital, now }: At<'_>) -> Vec<Template> {
    let mut templates = Vec::new();
    for service in timetable::services(library, hospital) {
        for weekly in &service.weekly {
            for weekday in &weekly.days {
                templates.push(Template {
                    id: format!("{}-{}-{}", service.id, weekday.as_str(), weekly.from),
                    service: service.id.clone(),
                    room: service.room.clone(),
                    weekday: *weekday,
                    from: weekly.from,
                    until: weekly.until,
                    every: weekly.every,
                    minutes: service.minutes,
                    capacity: weekly.capacity,
                    valid_from: now.date(),
                    valid_to: None,
                });
            }
        }
    }
    templates
}

/// Plans two visits of experts, and confirms the first.
async fn make_visits(app: &App) -> anyhow::Result<()> {
    let library = app.library();
    let hospital = library.hospital.as_str();
    let at = At { hospital, now: app.now() };
    if !app.db.timetable(at).await?.visits.is_empty() {
        return Ok(());
    }
    let staff = nurse(hospital);
    let Some(service) = timetable::services(&library, hospital).into_iter().next() else { return Ok(()) };
    for (expert, days) in [("陈医生", 5), ("王医生", 9)] {
        let date = at.now.date().plus_days(days);
        let visit = Visit {
            id: format!("demonstration-{}-{date}", service.id),
            expert: expert.to_owned(),
            home: "示范医院".to_owned(),
            speciality: service.department.clone(),
            service: service.id.clone(),
            room: "专家门诊".to_owned(),
            date,
            from: 9 * 60,
            until: 11 * 60,
            every: 30,
            minutes: service.minutes,
            capacity: 1,
            state: VisitState::Planned,
        };
        let confirm = (days == 5).then(|| Change::ConfirmVisit { id: visit.id.clone() });
        for change in [Some(Change::AddVisit(visit)), confirm].into_iter().flatten() {
            timetable::carry_out(app, at, Some((&change, &staff)), (People::Stay, 0))
                .await
                .context("making the demonstration timetable")?;
        }
    }
    Ok(())
}

fn nurse(hospital: &str) -> Staff {
    Staff {
        name: NURSE.to_owned(),
        display: "示范护士".to_owned(),
        hospital: hospital.to_owned(),
        roles: Role::ALL.into_iter().filter(|role| *role != Role::Auditor).collect(),
    }
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
    let number =
        PhoneNumber::parse(PHONE).ok_or_else(|| anyhow::anyhow!("a number of the demonstration does not read"))?;
    let finders = crate::finders::of(secrets, "李女士", &number);
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
            finders: finders.clone(),
            // Each of them is somebody else.
            person: Mark { person: id.clone(), older: id.clone() },
            anew: Anew::Wanted,
            folding: crate::finders::FOLDING,
            note: None,
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
        let made = db.make_followup(&new, Second::Wanted).await?;
        anyhow::ensure!(made.as_ref() == Ok(&id), "a fresh follow-up was refused");
        let session = secrets::session_secret();
        db.open_patient_session(&id, (&new.phone_sealed, 1), &secrets::hash(&session), until).await?;
        crowd.push(Identified { followup: id, token, session });
    }
    Ok(crowd)
}
