//! Follow-up as a pathway: result, next step, appointment, outcome, and then the next step or the end.
//! What a follow-up needs now, and by when, is computed here from what is known of it.

use crate::appointments::{self, Done, words};
use crate::civil::{CivilDate, Moment};
use crate::ids::{IdempotencyKey, Token};
use crate::problem::Problem;
use crate::schedules::Prerequisite;
use crate::slots::{DayTurn, Slot, SlotDay};
use serde::{Deserialize, Serialize};

/// Wrong tries at the last four digits before the link locks.
pub const TRIES: u8 = 5;
/// Days after an attended appointment in which its outcome should be recorded.
pub const OUTCOME_DAYS: i64 = 3;

words! {
    /// How soon the next step should be taken, as the nurse judges it from the result.
    Urgency {
        /// Something that may be cancer: days count.
        Urgent = "urgent",
        /// Needs another look within weeks.
        Soon = "soon",
        /// A planned review.
        Routine = "routine",
    }
}

impl Urgency {
    /// The order of lists: 0 comes first.
    pub fn rank(self) -> i64 {
        match self {
            Self::Urgent => 0,
            Self::Soon => 1,
            Self::Routine => 2,
        }
    }

    /// Reads what [`Self::rank`] gives; what is no rank counts as urgent, so that it is not overlooked.
    pub fn from_rank(rank: i64) -> Self {
        Self::ALL.iter().copied().find(|urgency| urgency.rank() == rank).unwrap_or(Self::Urgent)
    }

    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Urgent => "紧急",
            Self::Soon => "尽快",
            Self::Routine => "常规",
        }
    }
}

words! {
    /// Why a follow-up ended.
    Ending {
        /// Nothing more to do: back to usual screening.
        Completed = "completed",
        /// The patient does not want to.
        Declined = "declined",
        /// She died.
        Died = "died",
        /// She moved away.
        MovedAway = "moved-away",
        /// She is treated elsewhere.
        TreatedElsewhere = "treated-elsewhere",
        /// The hospital ended it, for example because it was made by mistake.
        Withdrawn = "withdrawn",
        /// Her data were deleted.
        Erased = "erased",
    }
}

impl Ending {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Completed => "已完成",
            Self::Declined => "本人不愿意",
            Self::Died => "已去世",
            Self::MovedAway => "已搬走",
            Self::TreatedElsewhere => "在别处治疗",
            Self::Withdrawn => "医院撤回",
            Self::Erased => "资料已删除",
        }
    }
}

words! {
    /// What an attended appointment showed.
    Outcome {
        /// Nothing that needs more.
        Clear = "clear",
        /// Another look later.
        Review = "review",
        /// More tests.
        FurtherTests = "further-tests",
        /// Treatment begins.
        Treatment = "treatment",
    }
}

impl Outcome {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Clear => "没有需要处理的",
            Self::Review => "以后复查",
            Self::FurtherTests => "进一步检查",
            Self::Treatment => "转治疗",
        }
    }
}

words! {
    /// What came of a call.
    CallOutcome {
        /// She will come.
        Agreed = "agreed",
        /// Nobody answered: they were not reached, and are still to be called.
        NoAnswer = "no-answer",
        /// Call again on a day.
        CallLater = "call-later",
        /// Nobody of that name has this number.
        WrongNumber = "wrong-number",
        /// She does not want to.
        Declined = "declined",
        /// She died.
        Died = "died",
        /// She moved away.
        MovedAway = "moved-away",
        /// She is treated elsewhere.
        TreatedElsewhere = "treated-elsewhere",
    }
}

impl CallOutcome {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Agreed => "答应来",
            Self::NoAnswer => "没人接",
            Self::CallLater => "以后再打",
            Self::WrongNumber => "号码不对",
            Self::Declined => "不愿意",
            Self::Died => "已去世",
            Self::MovedAway => "已搬走",
            Self::TreatedElsewhere => "在别处治疗",
        }
    }

    /// Whether the person was reached by it.
    pub fn reached(self) -> bool {
        !matches!(self, Self::NoAnswer | Self::WrongNumber)
    }

    /// How the follow-up ends by it, if it does.
    pub fn ending(self) -> Option<Ending> {
        match self {
            Self::Agreed | Self::NoAnswer | Self::CallLater | Self::WrongNumber => None,
            Self::Declined => Some(Ending::Declined),
            Self::Died => Some(Ending::Died),
            Self::MovedAway => Some(Ending::MovedAway),
            Self::TreatedElsewhere => Some(Ending::TreatedElsewhere),
        }
    }
}

words! {
    /// Where a follow-up stands.
    Standing {
        /// The patient has been asked and has no appointment.
        ToBook = "to-book",
        /// A place is kept or offered; nobody has confirmed it.
        Held = "held",
        /// She is expected.
        Booked = "booked",
        /// Her time has passed and nobody has recorded whether she came.
        Unrecorded = "unrecorded",
        /// She is there.
        Arrived = "arrived",
        /// She was seen; the outcome is to be recorded.
        OutcomeDue = "outcome-due",
        /// She did not come.
        Missed = "missed",
        /// The clinic cancelled and she has no new place.
        Cancelled = "cancelled",
        /// The last step is done and there is no next one: somebody must decide.
        NoNextStep = "no-next-step",
        /// It has ended.
        Closed = "closed",
    }
}

impl Standing {
    /// Whether a first appointment is to be chosen.
    pub fn lets_choose(self) -> bool {
        matches!(self, Self::ToBook | Self::Held | Self::Missed | Self::Cancelled)
    }

    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ToBook => "待约",
            Self::Held => "待确认",
            Self::Booked => "已约",
            Self::Unrecorded => "待登记",
            Self::Arrived => "已到",
            Self::OutcomeDue => "待填结果",
            Self::Missed => "未到",
            Self::Cancelled => "医院取消，待重约",
            Self::NoNextStep => "没有下一步",
            Self::Closed => "已结束",
        }
    }
}

words! {
    /// What asks staff to look after a follow-up at once, beside where it stands.
    Prompt {
        /// The patient has cancelled on the link and has no new appointment.
        CancelledByPatient = "cancelled-by-patient",
        /// A relative has.
        CancelledByFamily = "cancelled-by-family",
        /// A time that was kept for the patient unasked was not confirmed in time.
        Lapsed = "lapsed",
        /// Nobody of that name has the phone number.
        WrongNumber = "wrong-number",
    }
}

impl Prompt {
    /// As lists show it.
    pub fn title(self) -> &'static str {
        match self {
            Self::CancelledByPatient | Self::CancelledByFamily => "取消了",
            Self::Lapsed => "没有确认",
            Self::WrongNumber => "号码不对",
        }
    }
}

/// A prompt, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prompted {
    /// What asks.
    pub why: Prompt,
    /// Since when.
    pub at: Moment,
    /// The reason that was given, in words; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The last day to which a call may be put off: that of the due window, since whoever is called later cannot come in
/// time any more. Where that day is near or past, or there is none, some days by urgency, so that somebody who asks for
/// it can still be called next week.
pub fn last_call(urgency: Urgency, due_to: Option<CivilDate>, today: CivilDate) -> CivilDate {
    let soon = today.plus_days(match urgency {
        Urgency::Urgent => 7,
        Urgency::Soon => 14,
        Urgency::Routine => 30,
    });
    due_to.map_or(soon, |due_to| due_to.max(soon))
}

/// What decides where a follow-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// The last day of the open step's due window; none without an open step.
    pub due_to: Option<CivilDate>,
    /// The latest appointment of the open step that did not just lapse or move: its state and when it begins.
    pub latest: Option<(appointments::State, Moment)>,
    /// Whether a place is kept beside or instead of it.
    pub held: bool,
    /// Since when something asks for staff beside where it stands; none while nothing does.
    pub prompted: Option<Moment>,
    /// When the facts last changed.
    pub changed: Moment,
}

impl Facts {
    /// Where the follow-up stands.
    pub fn standing(&self, now: Moment) -> Standing {
        use appointments::State as S;
        if self.ending.is_some() {
            return Standing::Closed;
        }
        if self.due_to.is_none() {
            return Standing::NoNextStep;
        }
        match self.latest {
            Some((S::Booked, starts)) if starts.date() < now.date() => Standing::Unrecorded,
            Some((S::Booked, _)) => Standing::Booked,
            Some((S::Arrived, _)) => Standing::Arrived,
            Some((S::Attended, _)) => Standing::OutcomeDue,
            _ if self.held => Standing::Held,
            Some((S::Missed, _)) => Standing::Missed,
            Some((S::CancelledByClinic, _)) => Standing::Cancelled,
            Some((S::CancelledByPatient | S::Moved | S::Released | S::Held, _)) | None => Standing::ToBook,
        }
    }

    /// The moment from which somebody must look after it if nothing happens; none once it has ended.
    /// Overdue is what lies behind this moment: every open follow-up has one, so none can be lost.
    pub fn due(&self) -> Option<Moment> {
        if self.ending.is_some() {
            return None;
        }
        let stands = self.due_as_it_stands();
        Some(self.prompted.map_or(stands, |prompted| prompted.min(stands)))
    }

    /// The same of an open one, without what prompts.
    fn due_as_it_stands(&self) -> Moment {
        use appointments::State as S;
        let Some(due_to) = self.due_to else { return self.changed };
        match self.latest {
            // From the morning after, an appointment without a word on whether she came is a question.
            Some((S::Booked | S::Arrived, starts)) => Moment::at(starts.date().plus_days(1), 0),
            Some((S::Attended, starts)) => Moment::at(starts.date().plus_days(1 + OUTCOME_DAYS), 0),
            Some((S::Missed | S::CancelledByClinic, _)) => self.changed,
            _ => Moment::at(due_to.plus_days(1), 0),
        }
    }
}

/// The patient's appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appointment {
    /// The slot; `free` is not counted here and is 0.
    pub slot: Slot,
    /// Its state.
    pub state: appointments::State,
    /// Until when the place is kept, while it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The last moment at which the patient may move or cancel by herself.
    pub last_change: Moment,
    /// True once its time has come.
    pub past: bool,
}

/// A step of the pathway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// The services that may be booked for it, by id.
    pub services: Vec<String>,
    /// The same in words.
    pub service_names: Vec<String>,
    /// The department, in words; empty when the service does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// First day of the due window.
    pub due_from: CivilDate,
    /// Last day of the due window.
    pub due_to: CivilDate,
    /// What it showed, once that is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// The hospital that a time is at: not always the one that follows her up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// The hospital's id, as the slots name it.
    pub clinic: String,
    /// Its name.
    pub hospital: String,
    /// Its address; province, city and district where the street is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Its phone; empty where none is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// A question to the nurse, and her answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its id.
    pub id: String,
    /// When it was asked.
    pub asked: Moment,
    /// The question.
    pub text: String,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Moment>,
    /// The answer; empty before it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

/// A relative who acts for the patient, with her consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Helper {
    /// Its id.
    pub id: String,
    /// Who it is, like 女儿 王芳.
    pub name: String,
    /// When the patient's consent was recorded.
    pub consented: Moment,
}

words! {
    /// Why a place is kept.
    Kept {
        /// The patient looked at it.
        Chosen = "chosen",
        /// It became free while the patient waited for it.
        Offered = "offered",
        /// It takes the place of one in a clinic that was closed.
        Replacement = "replacement",
    }
}

/// A place that was kept and not confirmed in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lapsed {
    /// The slot.
    pub slot: Slot,
    /// Why it was kept.
    pub kept: Kept,
    /// Whether it is still to be had.
    pub free: bool,
}

/// A place on the waiting list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Since when she waits.
    pub since: Moment,
}

/// The plan, after the identity check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// The name the nurse gave, like 李女士.
    pub name: String,
    /// Who acts in this session, when it is not the patient herself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<Helper>,
    /// The relatives who may act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpers: Vec<Helper>,
    /// Why she is asked to come, in the nurse's words.
    pub reason: String,
    /// The result in plain language: paragraphs; empty when the nurse wrote none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letter: Vec<String>,
    /// The sources of the letter, in words; empty when the nurse wrote it herself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub letter_note: String,
    /// The steps behind her, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done_steps: Vec<Step>,
    /// The step to be taken now; none when the hospital decides what comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// When the nurse made the follow-up.
    pub asked: CivilDate,
    /// Where it stands.
    pub standing: Standing,
    /// True when the clinic cancelled and nothing new is certain yet.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub clinic_cancelled: bool,
    /// Why it did, in words for patients; empty when nobody wrote any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub closing_reason: String,
    /// The appointment, while there is one, also a missed or attended one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// The place kept for her, to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Appointment>,
    /// What she must say yes to before a place is hers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<Prerequisite>,
    /// How to prepare, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preparation: Vec<String>,
    /// The address of the topic that explains more; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// The hospitals of all the times on the page, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Free slots to choose from, when a choice is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<SlotDay>,
    /// Where these days stand among all that have free times.
    #[serde(default)]
    pub turn: DayTurn,
    /// The first day on which times can be chosen, while none can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<CivilDate>,
    /// Whether waiting can bring an earlier time than those shown.
    #[serde(default)]
    pub may_wait: bool,
    /// Why the held place is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// The place that was kept and not confirmed in time, until something else is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<Lapsed>,
    /// When the appointment would have been that was cancelled or moved and is still to come: the phone's calendar may
    /// still remind of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<Moment>,
    /// True when every free slot lies after the due window.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub after_window: bool,
    /// Her place on the waiting list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Questions, latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// The hospital that follows her up, when it is not the one in the header.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub in_charge: String,
    /// The number to call about this step.
    pub phone: String,
    /// The last day the link works.
    pub link_until: CivilDate,
    /// Now.
    pub now: Moment,
    /// The key that the page's next write carries; a fresh one for each page.
    pub key: IdempotencyKey,
    /// What the last write did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Told>,
    /// Why the last write was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl Plan {
    /// Whether there is an appointment that the patient may still move or cancel by herself.
    pub fn can_change(&self) -> bool {
        self.appointment.as_ref().is_some_and(|appointment| {
            appointment.state == appointments::State::Booked && !appointment.past && self.now <= appointment.last_change
        })
    }

    /// The last day on which she was asked to come, once it is over and no appointment is made.
    pub fn overdue(&self) -> Option<CivilDate> {
        let due_to = self.step.as_ref()?.due_to;
        (self.can_choose() && due_to < self.now.date()).then_some(due_to)
    }

    /// The hospital that a slot is at.
    pub fn place(&self, slot: &Slot) -> Option<&Place> {
        self.places.iter().find(|place| place.clinic == slot.clinic)
    }

    /// The name of a slot's service, when the open step allows it.
    pub fn service_name(&self, slot: &Slot) -> Option<&str> {
        let step = self.step.as_ref()?;
        let place = step.services.iter().position(|id| *id == slot.service)?;
        step.service_names.get(place).map(String::as_str)
    }

    /// Whether a first appointment is to be chosen.
    pub fn can_choose(&self) -> bool {
        self.standing.lets_choose()
    }
}

words! {
    /// What the last write did, told once on the page that follows it.
    Told {
        /// A place is kept.
        Held = "held",
        /// A place was taken.
        Booked = "booked",
        /// The appointment was moved.
        Moved = "moved",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// The kept place was let go.
        Released = "released",
        /// She waits for a place.
        Waiting = "waiting",
        /// She waits no longer.
        LeftWaiting = "left-waiting",
        /// Her question was sent.
        Asked = "asked",
        /// A relative may act now.
        HelperAdded = "helper-added",
        /// A relative may no longer act.
        HelperEnded = "helper-ended",
        /// Who uses this phone was said.
        Acting = "acting",
        /// This phone has left the link.
        Left = "left",
        /// Nothing was done now: what came had been done before, and was changed since.
        Overtaken = "overtaken",
    }
}

impl From<Done> for Told {
    fn from(done: Done) -> Self {
        match done {
            Done::Held => Self::Held,
            Done::Booked | Done::Recorded => Self::Booked,
            Done::Moved => Self::Moved,
            Done::Cancelled => Self::Cancelled,
            Done::Released => Self::Released,
        }
    }
}

/// What is told once on the page that a form leads to, beside [`Told`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What the form did.
    #[serde(skip)]
    pub done: Option<Told>,
    /// What was typed into a form that was refused: names and values.
    pub typed: Vec<(String, String)>,
    /// The times that were given back.
    pub given_back: Vec<Moment>,
}

impl News {
    /// What was typed into a field.
    pub fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str, value: &str) -> bool {
        self.typed.iter().any(|(known, typed)| known == name && typed == value)
    }
}

/// How much of a follow-up its page may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing about the patient: the last four digits come first. Holds why the last try failed.
    Identify {
        /// How many tries are left today before the link is locked.
        tries_left: u8,
        /// Why the last try failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
    /// The plan.
    Plan(Box<Plan>),
    /// The link leads nowhere any more; why, and whom to call.
    Ended(Problem),
}

/// What a follow-up link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FollowUp {
    /// The link's token.
    pub token: Token,
    /// What it may show.
    pub stage: Stage,
}

/// The identity check.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentifyRequest {
    /// The last four digits of the phone number the hospital has.
    pub ending: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use appointments::State as S;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn facts(latest: Option<(S, i64)>) -> Facts {
        Facts {
            ending: None,
            due_to: Some(Moment(10 * DAY).date()),
            latest: latest.map(|(state, day)| (state, Moment(day * DAY))),
            held: false,
            prompted: None,
            changed: Moment(2 * DAY),
        }
    }

    #[test]
    fn a_follow_up_stands_where_its_latest_appointment_left_it() {
        for (latest, today, standing, due_day) in [
            (None, 5, Standing::ToBook, 11),
            (Some((S::CancelledByPatient, 4)), 5, Standing::ToBook, 11),
            (Some((S::Booked, 6)), 5, Standing::Booked, 7),
            (Some((S::Booked, 6)), 7, Standing::Unrecorded, 7),
            (Some((S::Arrived, 6)), 6, Standing::Arrived, 7),
            (Some((S::Attended, 6)), 7, Standing::OutcomeDue, 10),
            (Some((S::Missed, 2)), 3, Standing::Missed, 2),
            (Some((S::CancelledByClinic, 6)), 3, Standing::Cancelled, 2),
        ] {
            let facts = facts(latest);
            assert_eq!(facts.standing(Moment(today * DAY)), standing, "{latest:?}");
            assert_eq!(facts.due().map(Moment::date), Some(Moment(due_day * DAY).date()), "{latest:?}");
        }
    }

    #[test]
    fn without_a_next_step_somebody_must_decide_at_once() {
        let facts = Facts { due_to: None, ..facts(Some((S::Attended, 1))) };
        assert_eq!(facts.standing(Moment(3 * DAY)), Standing::NoNextStep);
        assert_eq!(facts.due(), Some(facts.changed));
    }

    #[test]
    fn what_prompts_is_due_at_once_and_puts_nothing_off() {
        for (latest, prompted, due) in [
            (Some((S::CancelledByPatient, 4)), Some(5), 5),
            (Some((S::Booked, 6)), Some(5), 5),
            (Some((S::Missed, 2)), Some(5), 2),
        ] {
            let prompted = prompted.map(|day: i64| Moment(day * DAY));
            let facts = Facts { prompted, ..facts(latest) };
            assert_eq!(facts.due(), Some(Moment(due * DAY)), "{latest:?}");
            assert_eq!(Facts { ending: Some(Ending::Completed), ..facts }.due(), None);
        }
    }

    #[test]
    fn a_call_is_put_off_no_longer_than_the_window_or_a_few_days() {
        let day = |day: i64| CivilDate::from_days(day);
        for (urgency, due_to, last) in [
            (Urgency::Urgent, Some(120), 120),
            (Urgency::Urgent, Some(90), 107),
            (Urgency::Soon, Some(103), 114),
            (Urgency::Routine, None, 130),
        ] {
            assert_eq!(last_call(urgency, due_to.map(day), day(100)), day(last), "{urgency:?} {due_to:?}");
        }
    }

    proptest! {
        #[test]
        fn every_open_follow_up_falls_due_and_no_closed_one_does(
            ending in proptest::option::of(prop::sample::select(Ending::ALL)),
            due_to in proptest::option::of(0_i64..40_000),
            latest in proptest::option::of((prop::sample::select(S::ALL), 0_i64..40_000)),
            held in any::<bool>(),
            prompted in proptest::option::of(0_i64..40_000),
        ) {
            let facts = Facts {
                ending,
                due_to: due_to.map(CivilDate::from_days),
                latest: latest.map(|(state, day)| (state, Moment(day * DAY))),
                held,
                prompted: prompted.map(|day| Moment(day * DAY)),
                changed: Moment(0),
            };
            prop_assert_eq!(facts.due().is_some(), ending.is_none());
        }
    }
}
