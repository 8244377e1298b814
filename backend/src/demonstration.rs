//! The demonstration: a living hospital for whoever evaluates the product, with people in every state around today. It is
//! there only when the server is started with `--demonstration`, in a database that it made itself; nothing else of the
//! server can make a [`Demonstration`], and without one there is neither `/demo` nor a way in without a password.

pub mod accounts;
mod board;
mod people;
mod stage;

use crate::app::App;
use crate::content::Library;
use crate::db::Db;
use crate::db::demonstration::Using;
use crate::db::finders::{Anew, Mark};
use crate::db::followups::{NewRecord, Second};
use crate::db::purpose::Refusal;
use crate::db::schedules::{At, Change};
use crate::failures::Failure;
use crate::routes::staff;
use crate::secrets::{self, Secrets};
use crate::timetable::{self, People};
use accounts::Account;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;
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
/// The account that stands for whoever made the timetable.
const NURSE: &str = "nurse";
/// The id of the follow-up whose link is given away.
const PATIENT: &str = "demonstration";
/// The phone of whoever is followed up in the small one, and in races and benchmarks: 154 was never given to anybody.
pub const PHONE: &str = "15400008000";

/// How much is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// Some fifty people in every state, at two hospitals.
    Whole,
    /// Two accounts, one follow-up and free times: for tests, which want to know everybody.
    Small,
}

/// What is kept in a database that the demonstration made.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Made {
    /// Marks that are there call it so.
    #[serde(rename = "world")]
    size: Size,
    /// When its people were made; none while that is under way.
    at: Option<i64>,
    /// The hash of the one password of all its accounts.
    password: String,
}

impl Made {
    fn text(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

/// A server that is a demonstration, on a database that it made itself.
#[derive(Debug)]
pub struct Demonstration {
    size: Size,
    password: String,
    /// Held by requests and the clock's rounds to read, and by a new beginning to write: nobody sees half a hospital.
    turn: Arc<RwLock<()>>,
    /// How often everything was made anew since the server started.
    beginnings: AtomicU64,
}

/// Keeps a new beginning from coming as long as somebody has it.
pub type Peace = Arc<OwnedRwLockReadGuard<()>>;

tokio::task_local! {
    static PEACE: Peace;
}

/// The peace of the request that is under way, for work that goes on after its answer; none on a server that is no
/// demonstration.
pub fn peace() -> Option<Peace> {
    PEACE.try_with(Clone::clone).ok()
}

/// Somebody is in the middle of something that a new beginning would tear apart.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("somebody is in the middle of something that takes longer")]
pub struct Busy;

/// How long a new beginning waits for what is under way, which may be one slow upload; whoever comes meanwhile waits, too.
const PATIENCE: Duration = Duration::from_secs(5);

impl Demonstration {
    /// Takes a database for the demonstration: an empty one, or one that it made before. Gives the password of its
    /// accounts as well when it was made just now.
    ///
    /// # Errors
    /// When the database is somebody else's: nothing there is touched.
    pub async fn on(db: &Db, size: Size) -> anyhow::Result<(Self, Option<String>)> {
        let password = secrets::fresh_password();
        let hash = secrets::hash_password(&password)?;
        let mark = Made { size, at: None, password: hash.clone() }.text()?;
        match db.claim_for_demonstration(&mark).await? {
            Some(mark) => {
                let made: Made = serde_json::from_str(&mark).context("the mark of the demonstration does not read")?;
                Ok((Self::new(size, made.password), None))
            }
            None => Ok((Self::new(size, hash), Some(password))),
        }
    }

    fn new(size: Size, password: String) -> Self {
        Self { size, password, turn: Arc::default(), beginnings: AtomicU64::default() }
    }

    /// How much is made.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Waits while the people are made anew, and keeps that from beginning.
    pub async fn in_peace(&self) -> Peace {
        Arc::new(self.turn.clone().read_owned().await)
    }

    /// Carries a request out in peace.
    pub async fn carries<T>(&self, request: impl Future<Output = T>) -> T {
        let peace = self.in_peace().await;
        PEACE.scope(peace, request).await
    }

    /// The accounts one may sign in to with one tap.
    pub fn accounts(&self) -> &'static [Account] {
        accounts::of(self.size)
    }

    /// Makes everything when that was not today, or in another size.
    pub async fn prepare(&self, app: &App) -> anyhow::Result<()> {
        let made = self.made(app).await?;
        let today = app.now().date();
        if made.size == self.size && made.at.is_some_and(|at| Moment(at).date() == today) {
            return Ok(());
        }
        self.begin_anew(app).await
    }

    /// The same for whoever comes on a later day: yesterday's people would leave the day of the tours empty. Waits for another
    /// round of the clock while somebody is trying it.
    pub async fn prepare_for_today(&self, app: &App) -> anyhow::Result<()> {
        let using = self.using(app).await?;
        if (using.staff, using.patients) != (0, 0) || self.in_the_way(app).await?.is_some() {
            return Ok(());
        }
        match self.prepare(app).await {
            Err(error) if error.is::<Busy>() => Ok(()),
            result => result,
        }
    }

    /// When the people were made.
    pub async fn made_at(&self, app: &App) -> anyhow::Result<Option<Moment>> {
        Ok(self.made(app).await?.at.map(Moment))
    }

    /// Who would be put out by a new beginning.
    pub async fn using(&self, app: &App) -> anyhow::Result<Using> {
        Ok(app.db.using(app.now()).await?)
    }

    /// Why everything cannot be made anew; none where it can.
    pub async fn in_the_way(&self, app: &App) -> anyhow::Result<Option<Refusal>> {
        Ok(app.db.in_the_way(&accounts::names()).await?)
    }

    /// Forgets everything and makes it anew around today; every session ends. The passwords stay.
    ///
    /// # Errors
    /// Also when others than the demonstration work in the database, and when somebody is in the middle of something that
    /// takes longer: nothing there is touched.
    pub async fn begin_anew(&self, app: &App) -> anyhow::Result<()> {
        let asked = self.beginnings.load(Ordering::SeqCst);
        let alone = tokio::time::timeout(PATIENCE, self.turn.write()).await;
        let _alone = alone.map_err(|_| Busy)?;
        // Whoever asked beside others finds what they wished for done.
        if self.beginnings.load(Ordering::SeqCst) != asked {
            return Ok(());
        }
        let made = Made { size: self.size, at: None, password: self.password.clone() };
        app.db.empty_demonstration(&made.text()?, &accounts::names()).await?;
        for account in self.accounts() {
            app.db.make_staff(&account.staff(), &self.password, app.now()).await?;
        }
        let now = app.now();
        match self.size {
            Size::Small => make_one(app).await?,
            // What happens on the stage is no work of the server, and not for its log.
            Size::Whole => stage::play(app, self)
                .with_subscriber(NoSubscriber::default())
                .await
                .context("making the people of the demonstration")?,
        }
        app.db.mark_demonstration(&Made { at: Some(now.0), ..made }.text()?).await?;
        self.beginnings.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The link of the follow-up that anybody may open, and the last four digits that open it; none once somebody has had
    /// it deleted.
    pub async fn link(&self, app: &App) -> anyhow::Result<Option<(String, String)>> {
        let Some(record) = app.db.followup(PATIENT).await? else { return Ok(None) };
        let token = app.secrets.link_token(&record.id, record.link_generation);
        let path = Route::FollowUp(token, FollowUpView::Plan).path(Lang::Hans);
        let phone = app.opened(&record.id, "phone", &record.phone_sealed).unwrap_or_default();
        let ending = PhoneNumber::kept(phone).ending();
        Ok(ending.map(|ending| (path, ending.as_str().to_owned())))
    }

    async fn made(&self, app: &App) -> anyhow::Result<Made> {
        let mark = app.db.demonstration_mark().await?.context("the demonstration has lost its mark")?;
        serde_json::from_str(&mark).context("the mark of the demonstration does not read")
    }
}

/// What went wrong, for the log.
fn failed(Failure { code, errors, cause }: Failure) -> anyhow::Error {
    anyhow::anyhow!("{code:?} {errors:?} {cause:?}")
}

/// Times, two visits of experts and one follow-up: all of the small one.
async fn make_one(app: &App) -> anyhow::Result<()> {
    make_timetable(app).await?;
    make_visits(app).await?;
    let nurse = nurse(&app.library().hospital);
    let today = app.now().date();
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
    let key = IdempotencyKey::parse("demonstration-one").context("a key")?;
    staff::make::make(app, &nurse, &form, key, PATIENT.to_owned()).await.map_err(failed)?;
    Ok(())
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

/// Who makes what nobody in particular makes.
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

/// Makes follow-ups of a hospital for one service whose patients have identified already.
pub async fn crowd(
    db: &Db,
    secrets: &Secrets,
    (hospital, service): (&str, &str),
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
            hospital: hospital.to_owned(),
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
