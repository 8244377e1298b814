//! What the pages about nursing at home are made of: what is offered and how to ask, what became of a request, and
//! what nurses see of it. The server alone renders them.

use super::{ForWhom, Outcome, State};
use crate::appointments::words;
use crate::civil::{CivilDate, Moment};
use crate::clinics::Provenance;
use crate::ids::IdempotencyKey;
use crate::problem::Problem;
use crate::staff::{HistoryLine, Staff, Turn, Typed};
use serde::{Deserialize, Serialize};

/// Something that a nurse may do at home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareService {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, or what is to be asked.
    pub detail: String,
}

/// `/home-care`: what is known of nursing at home, and the form where one can ask for it.
#[derive(Clone, Debug)]
pub struct CareOffer {
    /// The heading.
    pub title: String,
    /// The first sentence.
    pub lead: String,
    /// The institution that sends the nurses.
    pub institution: String,
    /// Its address on this site, when it has a page.
    pub clinic: String,
    /// Its number to call now; empty when none is known.
    pub phone: String,
    /// Whom it is for.
    pub eligible: Vec<String>,
    /// Whom it is not for.
    pub not_eligible: Vec<String>,
    /// What a nurse may do.
    pub services: Vec<CareService>,
    /// Where she comes.
    pub areas: Vec<String>,
    /// What whoever asks agrees to, each a sentence of its own.
    pub consent: Vec<String>,
    /// True while a part has not been checked against an original.
    pub unchecked: bool,
    /// The main source with its date, and whether the institution confirmed it.
    pub provenance: Provenance,
    /// The form; none where the hospital of this site sends no nurses.
    pub form: Option<CareForm>,
}

/// The form to ask for a nurse, with what was typed and what was wrong with it.
#[derive(Clone, Debug)]
pub struct CareForm {
    /// What was typed so far.
    pub typed: NewCare,
    /// The form's idempotency key.
    pub key: IdempotencyKey,
    /// The last day on which a nurse calls when it is sent now.
    pub call_until: CivilDate,
    /// Why it was refused, field by field.
    pub problem: Option<Problem>,
}

/// A request as its form sends it: text that is parsed and answered field by field.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewCare {
    /// How the patient is called, like 李女士: 1 to 20 characters.
    pub name: String,
    /// The number to call; its last four digits open the link.
    pub phone: String,
    /// The district or county: 1 to 20 characters.
    pub area: String,
    /// The rest of the address: 1 to 100 characters.
    pub address: String,
    /// The service's id.
    pub service: String,
    /// What is needed, in her own words: 1 to 300 characters.
    pub need: String,
    /// `self` or `relative`.
    pub for_whom: String,
    /// Who the relative is, like 母亲: 1 to 20 characters when it is for one.
    pub relation: String,
    /// The sentences that were agreed to, word for word.
    pub agreed: Vec<String>,
}

impl core::fmt::Debug for NewCare {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NewCare").field("service", &self.service).finish_non_exhaustive()
    }
}

/// A visit that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The day.
    pub day: CivilDate,
    /// From when, in minutes after midnight.
    pub from: u16,
    /// Until when, in minutes after midnight.
    pub to: u16,
    /// Who comes, as she is shown.
    pub nurse: String,
}

/// How much of a request its link shows.
#[derive(Clone, Debug)]
pub enum CareStage {
    /// Nothing before the last four digits of the phone.
    Identify {
        /// How many tries are left today before the link is locked.
        tries_left: u8,
        /// Why the last try failed.
        problem: Option<Problem>,
    },
    /// Everything.
    Shown(Box<CareView>),
    /// Everything personal was deleted.
    Erased,
}

/// A request as whoever asked sees it.
#[derive(Clone, Debug)]
pub struct CareView {
    /// A short code to name it on the phone.
    pub code: String,
    /// The whole link, to be kept.
    pub link: String,
    /// How the patient is called.
    pub name: String,
    /// The service in words.
    pub service: String,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub asked: Moment,
    /// The last day on which a nurse calls.
    pub call_until: CivilDate,
    /// The visit, once there is one.
    pub visit: Option<Visit>,
    /// Why it cannot be done at home, in the nurse's words.
    pub reason: String,
    /// What to make ready, in the nurse's words.
    pub prepare: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// True while it can be taken back here.
    pub can_withdraw: bool,
    /// True right after it was sent.
    pub just_asked: bool,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// Why the last write was refused.
    pub problem: Option<Problem>,
}

/// A request in the nurses' list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CareRow {
    /// Its id; not the link's token.
    pub id: String,
    /// A short code to name it on the phone.
    pub code: String,
    /// How the patient is called; empty once her data were deleted.
    pub name: String,
    /// Her phone number.
    pub phone: String,
    /// The service in words.
    pub service: String,
    /// The district.
    pub area: String,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub asked: Moment,
    /// The last day on which it may be left lying; none once it has ended.
    pub until: Option<CivilDate>,
    /// True when that day is over.
    pub overdue: bool,
    /// The visit, once there is one.
    pub visit: Option<Visit>,
    /// True after five wrong tries at the link.
    pub locked: bool,
    /// Counts the changes.
    pub version: i64,
}

words! {
    /// The lists of a hospital's requests: each stands in exactly one.
    CareLists {
        /// Who waits for a call or a day, or of whose visit nobody said what came of it: the longest waiting first.
        Open = "open",
        /// The planned visits by day and time.
        Planned = "planned",
        /// What ended last comes first.
        Ended = "ended",
    }
}

impl CareLists {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "要处理",
            Self::Planned => "已排的上门",
            Self::Ended => "已结束",
        }
    }
}

/// A page of a list of requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CarePart {
    /// Which list.
    pub which: CareLists,
    /// The requests.
    pub rows: Vec<CareRow>,
    /// Where it stands in the whole list.
    pub turn: Turn,
}

/// Most called-off visits on the page of the day; whoever opens one makes room for the next.
pub const MOST_CALLED_OFF: u32 = 50;

/// What waits in nursing at home, as the page of the day tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CareToday {
    /// Whoever has asked and was not called yet, the longest waiting first; the first of them when there are many.
    pub asked: Vec<CareRow>,
    /// How many those are.
    pub asked_count: i64,
    /// Planned visits that were called off by whoever asked for them, and that nobody has opened since.
    pub called_off: Vec<CareRow>,
}

/// `/staff/home-care` and `/staff/home-care/lists/{which}`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CareList {
    /// Who is signed in.
    pub staff: Staff,
    /// Today.
    pub today: CivilDate,
    /// All three lists from their beginnings, or a later page of one.
    pub parts: Vec<CarePart>,
}

/// `/staff/home-care/{id}`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CareDetail {
    /// Who is signed in.
    pub staff: Staff,
    /// What the list shows of it.
    pub row: CareRow,
    /// The rest of the address.
    pub address: String,
    /// What is needed, in her own words.
    pub need: String,
    /// For whom it was asked.
    pub for_whom: ForWhom,
    /// Who the relative is.
    pub relation: String,
    /// What was agreed to when it was asked for.
    pub consent: Vec<String>,
    /// Why it cannot be done at home, as the person is told.
    pub reason: String,
    /// What to make ready, as the person is told.
    pub prepare: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// What the nurses noted about that; the person does not see it.
    pub note: String,
    /// What happened, latest first.
    pub history: Vec<HistoryLine>,
    /// The nurses who may be sent: account and how she is shown.
    pub nurses: Vec<(String, String)>,
    /// The account of the nurse who is planned; empty for none.
    pub nurse: String,
    /// Today.
    pub today: CivilDate,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// Why the last form was refused.
    pub problem: Option<Problem>,
    /// What stood in the form that was refused.
    pub typed: Typed,
}
