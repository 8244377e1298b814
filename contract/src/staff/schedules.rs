//! The timetable as staff see and change it.

use super::{BookableService, Staff, Typed};
use crate::civil::{CivilDate, Moment};
use crate::ids::IdempotencyKey;
use crate::problem::Problem;
use crate::schedules::{Exception, Template, Visit};
use serde::{Deserialize, Serialize};

/// One start of a service in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimetableTime {
    /// When it begins.
    pub starts: Moment,
    /// How many places are taken.
    pub taken: i64,
    /// How many there are.
    pub capacity: i64,
    /// True when nobody can book it.
    pub closed: bool,
}

/// The times of one service in one room on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimetableGroup {
    /// The service in words.
    pub service: String,
    /// Where.
    pub room: String,
    /// The visiting expert; empty for none.
    pub expert: String,
    /// Its times, earliest first.
    pub times: Vec<TimetableTime>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimetableDay {
    /// Which.
    pub date: CivilDate,
    /// What the calendar says, like 国庆节放假; empty on ordinary days.
    pub note: String,
    /// What is closed on it and why.
    pub closings: Vec<String>,
    /// What takes place.
    pub groups: Vec<TimetableGroup>,
}

/// The page of a hospital's timetable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SchedulesPage {
    /// Who is signed in.
    pub staff: Staff,
    /// The days to come.
    pub days: Vec<TimetableDay>,
    /// Years whose public holidays are not arranged yet.
    pub unknown_years: Vec<i32>,
    /// How many slots are no longer in the timetable and how many people are still in them.
    pub kept: (usize, i64),
    /// The weekly times.
    pub templates: Vec<Template>,
    /// The days that differ.
    pub exceptions: Vec<Exception>,
    /// The visits of experts.
    pub visits: Vec<Visit>,
    /// The names of the services.
    pub services: Vec<BookableService>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
}

/// What a form about the timetable is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScheduleForm {
    /// New weekly times.
    Template,
    /// A closing.
    Closing,
    /// Extra times.
    Extra,
    /// A visit of an expert.
    Visit,
    /// The end of weekly times.
    EndTemplate(Template),
    /// The end of an exception.
    CancelException(Exception),
    /// A visit that is certain now.
    ConfirmVisit(Visit),
    /// A visit that does not take place.
    CancelVisit(Visit),
    /// Moving those who are in slots that are no longer in the timetable.
    Clear,
}

impl ScheduleForm {
    /// The address that shows the form and takes it.
    pub fn path(&self) -> String {
        let (kind, id, deed) = match self {
            Self::Template => return "/staff/schedules/templates".to_owned(),
            Self::Closing => return "/staff/schedules/closings".to_owned(),
            Self::Extra => return "/staff/schedules/extras".to_owned(),
            Self::Visit => return "/staff/schedules/visits".to_owned(),
            Self::Clear => return "/staff/schedules/clear".to_owned(),
            Self::EndTemplate(template) => ("templates", &template.id, "end"),
            Self::CancelException(exception) => ("exceptions", &exception.id, "cancel"),
            Self::ConfirmVisit(visit) => ("visits", &visit.id, "confirm"),
            Self::CancelVisit(visit) => ("visits", &visit.id, "cancel"),
        };
        format!("/staff/schedules/{kind}/{id}/{deed}")
    }

    /// What it is called.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Template => "加每周的号",
            Self::Closing => "停几天",
            Self::Extra => "临时加号",
            Self::Visit => "安排外院专家",
            Self::EndTemplate(_) => "停掉每周的号",
            Self::CancelException(_) => "取消这条安排",
            Self::ConfirmVisit(_) => "专家确认了",
            Self::CancelVisit(_) => "专家不来了",
            Self::Clear => "移走不在排班里的人",
        }
    }
}

/// What a change would do, before it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Which rooms would be wanted twice, in words.
    pub conflicts: Vec<String>,
    /// Slots with people in them that would be closed.
    pub slots: usize,
    /// People in them.
    pub people: i64,
    /// Slots that would be closed with nobody in them.
    pub empty: usize,
}

impl Preview {
    /// Whether somebody must say yes first.
    pub fn asks(&self) -> bool {
        self.people > 0 || !self.conflicts.is_empty()
    }
}

/// A form about the timetable, with what was typed, what it would do, and what was wrong with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScheduleFormPage {
    /// Who is signed in.
    pub staff: Staff,
    /// What it is for.
    pub form: ScheduleForm,
    /// What was typed so far.
    pub typed: Typed,
    /// The services to choose from.
    pub services: Vec<BookableService>,
    /// The rooms that are known.
    pub rooms: Vec<String>,
    /// Today.
    pub today: CivilDate,
    /// What it would do, once that was asked for.
    pub preview: Option<Preview>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// Why it was refused, field by field.
    pub problem: Option<Problem>,
}

impl ScheduleFormPage {
    /// Under which name its typed fields stand.
    pub const TYPED: &str = "timetable";

    /// What stands in a field; empty when nothing does.
    pub fn value(&self, field: &str) -> &str {
        self.typed.get(Self::TYPED, field).unwrap_or_default()
    }
}
