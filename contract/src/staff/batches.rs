//! Many follow-ups at once: a table read in, what would be made of it, the letters that are printed, and the table that
//! is taken out.

use super::errand::Errand;
use super::{BookableService, FollowUpRow, NewFollowUp, Staff, Turn};
use crate::civil::{CivilDate, Moment};
use crate::ids::IdempotencyKey;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most rows of one table.
pub const MOST_ROWS: usize = 5_000;
/// Most bytes of one file: 4 MB.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Batches on one page of their list.
pub const BATCHES_A_PAGE: u32 = 50;
/// Letters on one page, as a printer takes them in one go.
pub const LETTERS_A_PAGE: u32 = 100;

/// A row that makes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its number as the spreadsheet shows it.
    pub row: usize,
    /// Who stands in it.
    pub name: String,
    /// Why, a sentence for each reason.
    pub reasons: Vec<String>,
}

/// What a table would make, before anything is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Preview {
    /// The file's name.
    pub file: String,
    /// The file itself in base 64, so that confirming needs no second upload and the server keeps nothing meanwhile.
    pub data: String,
    /// A fingerprint of what is shown: confirming another result shows it first.
    pub seen: String,
    /// How many follow-ups would be made.
    pub good: usize,
    /// They: how each row was understood.
    pub rows: Vec<PreviewRow>,
    /// The rows with mistakes.
    pub bad: Vec<LeftOut>,
    /// The rows whose follow-up is there already.
    pub known: Vec<LeftOut>,
    /// The rows that the spreadsheet hides and that were not read: the first of them.
    pub hidden: Vec<LeftOut>,
    /// How many those are.
    pub hidden_count: usize,
    /// How the table was read, where that is worth a look: a sentence each.
    pub notes: Vec<String>,
    /// The columns that were not understood and are not used.
    pub unused: Vec<String>,
}

/// A row of a table as it was understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreviewRow {
    /// Its number as the spreadsheet shows it.
    pub row: usize,
    /// What it says.
    pub form: NewFollowUp,
}

/// The rows of a table that made nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeftRows {
    /// Those with mistakes.
    pub bad: Vec<LeftOut>,
    /// Those whose follow-up was there already.
    pub known: Vec<LeftOut>,
    /// Those that the spreadsheet hides: the first of them.
    pub hidden: Vec<LeftOut>,
    /// How many those are.
    pub hidden_count: usize,
}

impl LeftRows {
    /// How many rows made nothing.
    pub fn count(&self) -> usize {
        self.bad.len() + self.known.len() + self.hidden_count
    }

    /// All of them that are known by number.
    pub fn all(&self) -> impl Iterator<Item = &LeftOut> {
        self.bad.iter().chain(&self.known).chain(&self.hidden)
    }
}

/// What became of a table, told once: the rows that made nothing are kept nowhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedPage {
    /// Who is signed in.
    pub staff: Staff,
    /// The batch that was made.
    pub batch: BatchRow,
    /// The rows that made nothing.
    pub left: LeftRows,
    /// The same, sealed, to be taken out as a table.
    pub sealed: String,
}

/// A batch of follow-ups in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Its id.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// When it was made.
    pub made: Moment,
    /// By whom.
    pub by: String,
    /// How many follow-ups it was to make.
    pub rows: i64,
    /// How many it has made.
    pub there: i64,
}

/// The page on which tables are read in and taken out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchesPage {
    /// Who is signed in.
    pub staff: Staff,
    /// What fills the cells that the table leaves empty.
    pub defaults: NewFollowUp,
    /// The services to choose from.
    pub services: Vec<BookableService>,
    /// The letters to choose from.
    pub letters: Vec<BookableService>,
    /// The key of the page's next write.
    pub key: IdempotencyKey,
    /// What the uploaded table would make.
    pub preview: Option<Preview>,
    /// The batches, latest first.
    pub batches: Vec<BatchRow>,
    /// Where these stand among all of them.
    pub turn: Turn,
    /// Why it was refused, field by field.
    pub problem: Option<Problem>,
}

/// One batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchPage {
    /// Who is signed in.
    pub staff: Staff,
    /// Now.
    pub now: Moment,
    /// The batch.
    pub batch: BatchRow,
    /// How many of it are still open and have no appointment, have one, and are closed.
    pub open: i64,
    /// How many have an appointment to come or have been there.
    pub booked: i64,
    /// How many have ended.
    pub closed: i64,
    /// The page, from 1.
    pub page: u32,
    /// All pages.
    pub pages: Vec<LetterPage>,
    /// How many that have not ended and whom messages reach were marked as sent.
    pub sent: usize,
    /// How many of them were not.
    pub unsent: usize,
    /// The page after this one, or else the first, on which one of those stands.
    pub next_page: Option<u32>,
    /// Those of the page that have not ended, in the order of the table.
    pub rows: Vec<ToSend>,
}

impl BatchPage {
    /// Who is next: the first of the page whom a message reaches and to whom none was sent.
    pub fn next(&self) -> Option<&ToSend> {
        self.rows.iter().find(|one| one.by == By::Message && one.row.sent.is_none())
    }
}

/// Somebody to whom a link is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToSend {
    /// The follow-up.
    pub row: FollowUpRow,
    /// The message that brings the link.
    pub message: String,
    /// Names the message.
    pub message_id: String,
    /// How it reaches them.
    pub by: By,
}

/// How somebody hears of their link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// By a text message.
    Message,
    /// By a call or a letter: the number takes no messages, or is somebody else's.
    CallOrLetter,
}

/// A page of a batch: follow-ups that stay on it whatever becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterPage {
    /// The place of its first follow-up in the batch, from 1.
    pub first: usize,
    /// The place of its last one.
    pub last: usize,
    /// The row of the table from which the first was made.
    pub first_row: i64,
    /// The row from which the last was made.
    pub last_row: i64,
}

/// A letter to be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// How she is greeted.
    pub name: String,
    /// The code by which the hospital finds her on the phone.
    pub code: String,
    /// The link.
    pub link: String,
    /// The link's QR code: an SVG path's `d` in module units.
    pub qr_path: String,
    /// Its side in modules, without quiet zone.
    pub qr_side: u16,
    /// What is asked of her.
    pub errand: Errand,
    /// The last day on which the link works.
    pub link_until: CivilDate,
}

/// Letters to be printed, each on a sheet of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LettersPage {
    /// Who is signed in.
    pub staff: Staff,
    /// Where the page came from.
    pub back: String,
    /// The address of these pages without a number; empty when there is one page.
    pub path: String,
    /// This page, from 1.
    pub page: u32,
    /// All pages; none when there is one letter alone.
    pub pages: Vec<LetterPage>,
    /// How many letters all pages have together now.
    pub all: i64,
    /// The hospital's name.
    pub hospital: String,
    /// Its phone number.
    pub phone: String,
    /// Today.
    pub today: CivilDate,
    /// The letters.
    pub letters: Vec<Letter>,
}
