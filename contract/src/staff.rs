//! What nurses send and see. Staff pages are rendered by the backend alone and never part of the residents' app.

pub mod accounts;
pub mod audit;
pub mod batches;
pub mod confirm;
pub mod desk;
pub mod draft;
pub mod edit;
pub mod erasure;
pub mod errand;
pub mod schedules;

use self::accounts::{AccountsPage, PasswordPage};
use self::audit::AuditPage;
use self::batches::{BatchPage, BatchesPage, ImportedPage, LettersPage};
use self::confirm::ConfirmPage;
use self::desk::Desk;
use self::draft::DraftPage;
use self::edit::EditForm;
use self::erasure::{DataCopy, RightsPage};
use crate::appointments::{State as AppointmentState, words};
use crate::civil::{CivilDate, Moment};
use crate::followups::{Kept, Prompted, Question, Standing, Urgency};
use crate::home_care::{CareDetail, CareList};
use crate::ids::{IdempotencyKey, SlotId, Token};
use crate::referrals::{Referral, ReferralHospital, SharedFollowUp};
use crate::roles::{Deed, Party, Role};
use crate::slots::{DayTurn, Slot};
use serde::{Deserialize, Serialize};

/// Signing in.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The account's name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl core::fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LoginRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Staff {
    /// The account's name.
    pub name: String,
    /// How she is shown, like 张护士.
    pub display: String,
    /// The id of her hospital.
    pub hospital: String,
    /// Her roles there.
    pub roles: Vec<Role>,
}

impl Staff {
    /// The party she acts as for a deed: the first of her roles that has the right to it.
    pub fn party(&self, deed: Deed) -> Option<Party> {
        self.roles.iter().map(|role| Party::Staff(*role)).find(|party| deed.allowed_to(*party))
    }

    /// Whether she may do something.
    pub fn may(&self, deed: Deed) -> bool {
        self.party(deed).is_some()
    }
}

/// A part of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its address.
    pub path: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The icon before it.
    pub icon: &'static str,
    /// What somebody who sees it must be allowed to do.
    pub deed: Deed,
}

/// The parts of the console, in the order in which they are shown.
pub const SECTIONS: [Section; 7] = [
    Section { path: "/staff", title: "今天", icon: "calendar", deed: Deed::SeeFollowUps },
    Section { path: "/staff/home-care", title: "上门护理", icon: "pin", deed: Deed::HomeCare },
    Section { path: "/staff/schedules", title: "排班", icon: "clock", deed: Deed::SeeSchedules },
    Section { path: "/staff/closures", title: "停诊", icon: "close", deed: Deed::CloseClinic },
    Section { path: "/staff/batches", title: "导入导出", icon: "letter", deed: Deed::Import },
    Section { path: "/staff/audit", title: "日志", icon: "book", deed: Deed::ReadAudit },
    Section { path: "/staff/accounts", title: "账号", icon: "lock", deed: Deed::ManageStaff },
];

impl Staff {
    /// The parts of the console that she sees.
    pub fn sections(&self) -> impl Iterator<Item = &'static Section> + use<'_> {
        SECTIONS.iter().filter(|section| self.may(section.deed))
    }
}

/// A new follow-up, as the form sends it: text that is parsed and answered field by field.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct NewFollowUp {
    /// How the patient is greeted, like 李女士: 1 to 50 characters.
    pub name: String,
    /// Their phone number, as people write it; the last four digits open the link.
    pub phone: String,
    /// Why she should come, in words she understands: 1 to 200 characters.
    pub reason: String,
    /// The services she may book, by id; at least one.
    pub services: Vec<String>,
    /// First day of the due window, `2026-11-21`.
    pub due_from: String,
    /// Last day of the due window.
    pub due_to: String,
    /// `urgent`, `soon` or `routine`; left out it counts as `routine`.
    pub urgency: Option<String>,
    /// The id of a letter that tells the result in plain language; may be empty.
    pub template: String,
    /// The result in the nurse's own words instead, paragraphs apart by line breaks; at most 1,000 characters.
    pub letter: String,
    /// True when a second one is meant although this number has an open follow-up for one of the services.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub another: bool,
    /// True when one is meant although the person's data were deleted before, at their wish or as a mistake: they were
    /// asked.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub anew: bool,
}

impl core::fmt::Debug for NewFollowUp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NewFollowUp").field("services", &self.services).finish_non_exhaustive()
    }
}

/// Why a hospital ends a follow-up before its time.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct EndRequest {
    /// Why, for staff: 1 to 100 characters.
    pub reason: String,
}

impl core::fmt::Debug for EndRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EndRequest").finish_non_exhaustive()
    }
}

/// A service that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookableService {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A follow-up in the nurse's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowUpRow {
    /// Its id; not the link's token.
    pub id: String,
    /// A short code to name it on the phone.
    pub code: String,
    /// How the patient is greeted.
    pub name: String,
    /// Her phone number, for calling.
    pub phone: String,
    /// Why she should come.
    pub reason: String,
    /// The services she may book, in words.
    pub services: Vec<String>,
    /// First day of the due window of the open step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_from: Option<CivilDate>,
    /// Last day of the due window of the open step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_to: Option<CivilDate>,
    /// How soon.
    pub urgency: Urgency,
    /// Where it stands.
    pub standing: Standing,
    /// Whose it is: the account of the responsible member of staff.
    pub owner: String,
    /// The latest appointment's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub appointment: String,
    /// The latest appointment's state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment_state: Option<AppointmentState>,
    /// When the appointment is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Moment>,
    /// Where the appointment is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub room: String,
    /// True after five wrong tries at the link.
    pub locked: bool,
    /// True when somebody must look after it now.
    pub overdue: bool,
    /// Counts the writes.
    pub version: i64,
    /// A day on which to call again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_on: Option<CivilDate>,
    /// The clinic that was closed, while the patient has no new appointment instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedClinic>,
    /// The time that is kept for them now, and is not certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptTime>,
    /// True while the phone number is known to be somebody else's.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub wrong_number: bool,
    /// How many calls in a row nobody answered.
    #[serde(default)]
    pub unanswered: i64,
    /// When the message with the link in force was marked as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Moment>,
    /// What asks for staff beside where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompted>,
}

words! {
    /// What staff say of the message that brings the link: no server sends it, so nobody else knows.
    SentMark {
        /// It was sent.
        Sent = "sent",
        /// It was not; the mark was a mistake.
        Unsent = "unsent",
    }
}

words! {
    /// Whether the closing of a clinic stands.
    Closing {
        /// It does.
        Stands = "stands",
        /// It was taken back: the clinic takes place, and the appointments that it has cancelled stay cancelled.
        TakenBack = "taken-back",
    }
}

/// A clinic that was closed, as somebody must hear of it who had an appointment there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosedClinic {
    /// When the appointment would have been.
    pub starts: Moment,
    /// Whether the closing stands.
    pub closing: Closing,
    /// The place that is kept for the patient now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptTime>,
}

/// A time that is kept for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptTime {
    /// The slot.
    pub slot: SlotId,
    /// When it begins.
    pub starts: Moment,
    /// Until when it is kept.
    pub until: Moment,
}

/// One line of a follow-up's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryLine {
    /// When.
    pub at: Moment,
    /// Who, in words.
    pub who: String,
    /// What, in words.
    pub what: String,
}

/// A call that can still be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UndoableCall {
    /// Its id.
    pub call: String,
    /// What came of it, as staff read it.
    pub came: String,
}

/// A follow-up with its link, for the nurse who sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowUpDetail {
    /// What the list shows of it.
    pub row: FollowUpRow,
    /// The link's token.
    pub token: Token,
    /// The whole link.
    pub link: String,
    /// The message to paste: no health data, the full link, the hospital's phone.
    pub message: String,
    /// Names the message: a form that says that it was sent carries this, and is refused once the message reads otherwise.
    pub message_id: String,
    /// The last day the link works.
    pub link_until: CivilDate,
    /// What happened, latest first.
    pub history: Vec<HistoryLine>,
    /// What the nurses noted, latest first.
    pub notes: Vec<Note>,
    /// The call that can still be taken back: nothing has changed since.
    pub undoable: Option<UndoableCall>,
    /// What was asked on the link, latest first.
    pub questions: Vec<Question>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// The services that a next step may be booked for.
    pub services: Vec<BookableService>,
    /// Today.
    pub today: CivilDate,
    /// The name of the hospital in charge.
    pub hospital: String,
    /// The referrals, latest first.
    pub referrals: Vec<Referral>,
    /// The hospitals it may be handed to, the nearest first.
    pub alliance: Vec<ReferralHospital>,
    /// The free times for the open step, of one page of days.
    pub times: Vec<StaffTime>,
    /// Where these days stand among all that have free times.
    pub turn: DayTurn,
    /// The place that is kept for the patient now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptPlace>,
    /// Since when the patient waits for an earlier time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Moment>,
    /// What must be asked before a time of these services is booked.
    pub asked: Vec<String>,
}

/// A place that is kept for a patient, as a nurse sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptPlace {
    /// The slot.
    pub slot: Slot,
    /// Until when.
    pub until: Moment,
    /// Why.
    pub why: Kept,
}

/// A free time as a nurse sees it who books for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffTime {
    /// The slot.
    pub slot: Slot,
    /// The service in words.
    pub service: String,
    /// Why the link would refuse it; empty when it would not. A nurse books it with a reason.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
}

/// Somebody who is expected, there, seen or missing on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayEntry {
    /// The follow-up's id.
    pub followup: String,
    /// Its short code.
    pub code: String,
    /// How the patient is greeted.
    pub name: String,
    /// The number to call: the patient's, or that of the hospital in charge when it is another one.
    pub phone: String,
    /// The name of the hospital in charge when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_charge: Option<String>,
    /// The appointment's id.
    pub appointment: String,
    /// Its state.
    pub state: AppointmentState,
    /// When it begins.
    pub starts: Moment,
    /// Where.
    pub room: String,
    /// True while its step is open: what is behind its outcome is recorded no more.
    pub open: bool,
    /// The service, in words.
    pub service: String,
    /// Why they come, in the words of the hospital in charge; empty where that is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Counts the writes of the follow-up.
    pub version: i64,
}

/// A question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenQuestion {
    /// The follow-up's id.
    pub followup: String,
    /// How the patient is greeted.
    pub name: String,
    /// When it was asked.
    pub asked: Moment,
    /// The question.
    pub text: String,
}

/// A note of a nurse, on the follow-up or on a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// When.
    pub at: Moment,
    /// Who.
    pub staff: String,
    /// The text.
    pub text: String,
}

/// What a nurse searched for, and whom it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffSearch {
    /// Who is signed in.
    pub staff: Staff,
    /// Now.
    pub now: Moment,
    /// What was typed.
    pub typed: String,
    /// The same as it stands sealed in the address; empty when nothing was looked for.
    pub sealed: String,
    /// A page of whom it found, latest first.
    pub rows: Vec<FollowUpRow>,
    /// Where the page stands in all of them.
    pub turn: Turn,
}

/// What a nurse sent with a form that was refused: it is shown again as she left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// Which form it was: the last part of its address; empty when none was sent.
    pub deed: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

impl Typed {
    /// What stood in a field of a form; none when another form was sent.
    pub fn get(&self, deed: &str, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter().filter(|_| self.deed == deed);
        fields.find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a value of a field with several was chosen.
    pub fn has(&self, deed: &str, name: &str, value: &str) -> bool {
        self.deed == deed && self.fields.iter().any(|(field, chosen)| field == name && chosen == value)
    }
}

words! {
    /// The whole lists: every follow-up of a hospital that has not ended is in exactly one of the first three.
    Whole {
        /// Somebody must look after it now.
        Overdue = "overdue",
        /// Nobody must yet, and no appointment is to come or has just been kept.
        Waiting = "waiting",
        /// An appointment is to come, or its outcome is to be recorded in time.
        Booked = "booked",
        /// A call was promised for today or before.
        Calls = "calls",
        /// The link is locked after wrong tries.
        Locked = "locked",
        /// It has ended.
        Ended = "ended",
    }
}

impl Whole {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overdue => "要处理",
            Self::Waiting => "等回复",
            Self::Booked => "已约",
            Self::Calls => "今天要回电话",
            Self::Locked => "链接锁住",
            Self::Ended => "已结束",
        }
    }
}

/// Follow-ups on one page of a whole list.
pub const ROWS_A_PAGE: u32 = 100;

/// Up to how many are counted in a list; of more it is said that there are more.
pub const MOST_COUNTED: i64 = 1000;

/// Where a page stands in a long list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// How many rows the whole list has; over [`MOST_COUNTED`] it may have more.
    pub count: i64,
    /// Whether this page is the first.
    pub part: Part,
    /// Where the next page goes on; none on the last.
    pub next: Option<String>,
}

/// Which part of a long list a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// From its beginning.
    First,
    /// After a place in it.
    Later,
}

/// Links of a hospital that were tried as a stranger tries them, within the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManyTries {
    /// The most wrong endings within an hour from one address that tried these links; 0 when no address has tried many.
    pub endings: i64,
    /// The most of these links that were locked within an hour; 0 when few were.
    pub locks: i64,
}

/// The nurse's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowUpList {
    /// Who is signed in.
    pub staff: Staff,
    /// Now.
    pub now: Moment,
    /// Today's appointments by time.
    pub day: Vec<DayEntry>,
    /// Who must be looked after now: by urgency, the longest overdue first; the first of them when there are many.
    pub overdue: Vec<FollowUpRow>,
    /// How many must be looked after now.
    pub overdue_count: i64,
    /// Who was promised a call today or before; the first of them when there are many.
    pub calls: Vec<FollowUpRow>,
    /// How many were promised one.
    pub calls_count: i64,
    /// Questions that nobody has answered, oldest first; the first of them when there are many.
    pub questions: Vec<OpenQuestion>,
    /// How many wait for an answer.
    pub questions_count: i64,
    /// Referrals that wait for an answer, ours and others', and ours that were declined lately.
    pub referrals: Vec<Referral>,
    /// Tries at many links, of which somebody must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub many_tries: Option<ManyTries>,
    /// The 100 follow-ups made last: overdue first, then waiting, then booked by time, then the ended ones.
    pub rows: Vec<FollowUpRow>,
}

/// The form for a new follow-up, with what was typed and what was wrong with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewFollowUpForm {
    /// Who is signed in.
    pub staff: Staff,
    /// What was typed so far.
    pub form: NewFollowUp,
    /// The services to choose from.
    pub services: Vec<BookableService>,
    /// The letters to choose from: id and title.
    pub letters: Vec<BookableService>,
    /// The open follow-ups of the same number for the same service: id, and name with code.
    pub already: Vec<BookableService>,
    /// What is known of a deletion of the person's data.
    pub erased: Option<String>,
    /// The idempotency key of this form.
    pub key: IdempotencyKey,
    /// Why it was refused, field by field.
    pub problem: Option<crate::problem::Problem>,
}

/// The field in which an answer carries what its question was about: how many people, or which version of a follow-up.
/// It counts for nothing more.
pub const SEEN: &str = "seen";

/// The field in which the form that takes the mark of a message back carries when that mark was made, in milliseconds since
/// 1970.
pub const SENT_AT: &str = "sent_at";

/// The day to call again of a mark that means the day after the tap.
pub const TOMORROW: &str = "tomorrow";

/// The field that says of whom a form asked whether somebody is meant a second time or in spite of a deletion.
pub const ASKED_OF: &str = "asked_of";

/// Its value: whoever stood in the form.
pub fn asked_of(name: &str, phone: &str) -> String {
    [phone.trim(), " ", name.trim()].concat()
}

/// What stands for all services in the choice of what is closed; no service has this id.
pub const WHOLE_HOSPITAL: &str = "*";

/// A closing of a clinic, as its form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewClosure {
    /// The service's id, or [`WHOLE_HOSPITAL`]; empty when nothing was chosen.
    pub service: String,
    /// First day, `2026-11-21`.
    pub first: String,
    /// Last day.
    pub last: String,
    /// Why, for staff: 1 to 100 characters.
    pub reason: String,
}

/// A closing that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingClosure {
    /// The service in words; empty for all.
    pub service: String,
    /// First day.
    pub first: CivilDate,
    /// Last day.
    pub last: CivilDate,
    /// Why.
    pub reason: String,
    /// Who closed it.
    pub by: String,
    /// How many have not been told yet.
    pub left: i64,
    /// How many have lost their appointment by it and have no new one yet.
    pub without: i64,
    /// Its id.
    pub id: String,
}

/// The page on which clinics are closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClosurePage {
    /// Who is signed in.
    pub staff: Staff,
    /// What was typed so far.
    pub form: NewClosure,
    /// The services to choose from.
    pub services: Vec<BookableService>,
    /// How many slots and people it would concern, once that was asked for.
    pub concerned: Option<(i64, i64)>,
    /// The closings that stand and are not over.
    pub standing: Vec<StandingClosure>,
    /// Those that were taken back while somebody has no new appointment yet: who took it back stands for who closed it.
    pub undone: Vec<StandingClosure>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// Why it was refused, field by field.
    pub problem: Option<crate::problem::Problem>,
}

/// A page for staff, rendered by the backend.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum StaffPage {
    /// `/staff/login`
    Login {
        /// The name typed so far.
        name: String,
        /// The page of the console that was asked for; empty for its first one.
        to: String,
        /// Why the last try failed.
        problem: Option<crate::problem::Problem>,
    },
    /// `/staff` and its lists, with the form of the open person that stands unfolded
    Desk(Box<Desk>, Typed),
    /// `/staff/search`
    Search(StaffSearch),
    /// `/staff/closures`
    Closures(Box<ClosurePage>),
    /// `/staff/batches`
    Batches(Box<BatchesPage>),
    /// `/staff/batches/{id}`
    Batch(Box<BatchPage>),
    /// The answer to a table some of whose rows made nothing
    Imported(Box<ImportedPage>),
    /// `/staff/batches/{id}/letters` and `/staff/followups/{id}/letter`
    Letters(Box<LettersPage>),
    /// `/staff/audit`
    Audit(AuditPage),
    /// `/staff/accounts`
    Accounts(Box<AccountsPage>),
    /// `/staff/password`
    Password(Box<PasswordPage>),
    /// `/staff/followups/{id}/edit`
    Edit(Box<EditForm>),
    /// `/staff/schedules`
    Schedules(Box<schedules::SchedulesPage>),
    /// `/staff/schedules/…`
    ScheduleForm(Box<schedules::ScheduleFormPage>),
    /// `/staff/home-care`
    HomeCare(Box<CareList>),
    /// `/staff/home-care/{id}`
    HomeCareRequest(Box<CareDetail>),
    /// `/staff/followups/new`
    New(Box<NewFollowUpForm>),
    /// `/staff/followups/{id}`
    Detail {
        /// Who is signed in.
        staff: Staff,
        /// The follow-up.
        detail: Box<FollowUpDetail>,
        /// The link's QR code: an SVG path's `d` for dark modules, in module units.
        qr_path: String,
        /// The side of the QR code in modules, without quiet zone.
        qr_side: u16,
        /// Now: what is not possible yet is not offered.
        now: Moment,
        /// Why the last write was refused.
        problem: Option<crate::problem::Problem>,
        /// What stood in the form that was refused.
        typed: Typed,
    },
    /// `/staff/followups/{id}` of a follow-up that another hospital is in charge of
    Shared(Box<SharedFollowUp>),
    /// `/staff/followups/{id}/rights` and `/staff/home-care/{id}/rights`
    Rights(Box<RightsPage>),
    /// `/staff/followups/{id}/data` and `/staff/home-care/{id}/data`
    Copy(Box<DataCopy>),
    /// A question before something is done.
    Confirm(Box<ConfirmPage>),
    /// What was typed and could not be taken.
    Draft(Box<DraftPage>),
    /// What could not be shown.
    Problem {
        /// Who is signed in, where that is known.
        staff: Option<Staff>,
        /// Why.
        problem: crate::problem::Problem,
    },
}
