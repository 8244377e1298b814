//! Gathers cells into a table: which row is the header, which rows are blank, what is too much.
//! Both readers hand their cells in here, so that CSV and XLSX are held to the same rules.

use crate::layout::{Layout, Merge};
use crate::{Cause, Error, Fault, Row, Table};
use std::collections::{BTreeMap, HashSet};

/// Longest text of one cell, in characters.
pub(crate) const MOST_LETTERS: usize = 2_000;

/// Columns of the widest table. Every row is as wide as its header, so this bounds what a row costs.
pub(crate) const MOST_COLUMNS: usize = 256;

/// Bytes of all cells together. A workbook may name one long text in a million cells.
const MOST_TEXT: usize = 64 << 20;

/// Among so many rows that hold anything the header is looked for.
const HEADER_WITHIN: usize = 20;

/// So many titles that are known make a row the header.
const LEAST_KNOWN: usize = 2;

/// What spreadsheets show and save where a formula gives no value.
const ERRORS: [&str; 15] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#GETTING_DATA",
];

/// A row with what its cells hold, by column.
#[derive(Default)]
struct Raw {
    number: usize,
    cells: BTreeMap<usize, Cell>,
    /// The first cell further to the right than any table reaches.
    beyond: Option<usize>,
}

/// What a cell holds.
#[derive(Clone)]
enum Cell {
    Text(String),
    Fault(Fault),
}

/// The header, once it is found.
struct Header {
    names: Vec<String>,
    number: usize,
    titled: bool,
    /// Whether its titles are known, so that a row like it is its repetition.
    known: bool,
}

/// A table that is being read, cell by cell, in the order of its rows.
pub(crate) struct Gather<'a> {
    most_rows: usize,
    known: &'a dyn Fn(&str) -> bool,
    /// Rows among which the header is still to be found.
    waiting: Vec<Raw>,
    header: Option<Header>,
    rows: Vec<Row>,
    hidden: Vec<Raw>,
    hidden_count: usize,
    hidden_titles: Vec<String>,
    unread: Vec<String>,
    /// Rows below the header, also those that are too many to be kept.
    seen: usize,
    /// Bytes handed in so far, blank cells as well.
    text: usize,
    /// The row whose cells are being handed in.
    raw: Raw,
    hidden_rows: HashSet<usize>,
    hidden_columns: Vec<(usize, usize)>,
    /// Merged cells further down, the next one last.
    merges: Vec<Merge>,
    /// Merged cells that reach into the rows to come, by their first column, with what they hold.
    open: BTreeMap<usize, (Merge, Option<Cell>)>,
}

impl<'a> Gather<'a> {
    pub(crate) fn new(most_rows: usize, known: &'a dyn Fn(&str) -> bool) -> Self {
        Self {
            most_rows,
            known,
            waiting: Vec::new(),
            header: None,
            rows: Vec::new(),
            hidden: Vec::new(),
            hidden_count: 0,
            hidden_titles: Vec::new(),
            unread: Vec::new(),
            seen: 0,
            text: 0,
            raw: Raw::default(),
            hidden_rows: HashSet::new(),
            hidden_columns: Vec::new(),
            merges: Vec::new(),
            open: BTreeMap::new(),
        }
    }

    /// Says what the sheet that comes next hides and merges.
    pub(crate) fn lay(&mut self, layout: Layout) {
        self.hidden_rows = layout.hidden_rows;
        self.hidden_columns = layout.hidden_columns;
        self.merges = layout.merges;
        self.merges.reverse();
        self.open.clear();
    }

    /// Names a sheet that holds something and is not read.
    pub(crate) fn leave(&mut self, sheet: String) {
        self.unread.push(sheet);
    }

    /// Takes the text of a cell; `row` counts from 1, `column` from 0.
    pub(crate) fn cell(&mut self, row: usize, column: usize, text: &str) -> Result<(), Error> {
        self.text += text.len();
        if self.text > MOST_TEXT {
            return Err(Error::TooBig);
        }
        let text = clean(text);
        if text.is_empty() {
            return Ok(());
        }
        if let Some(fault) = fault_of(&text) {
            return self.fault(row, column, fault);
        }
        if text.chars().nth(MOST_LETTERS).is_some() {
            let cause = Cause::LongCell { column: column + 1, most: MOST_LETTERS };
            return Err(Error::Broken { row, cause });
        }
        self.put(row, column, Cell::Text(text))
    }

    /// Takes a cell whose value cannot be taken.
    pub(crate) fn fault(&mut self, row: usize, column: usize, fault: Fault) -> Result<(), Error> {
        self.put(row, column, Cell::Fault(fault))
    }

    fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), Error> {
        if row > self.raw.number {
            self.close()?;
            self.raw.number = row;
        } else if row < self.raw.number {
            return Err(Error::Broken { row, cause: Cause::OutOfOrder });
        }
        if column < MOST_COLUMNS {
            if self.raw.cells.insert(column, cell).is_some() {
                return Err(Error::Broken { row, cause: Cause::Twice });
            }
        } else {
            self.raw.beyond.get_or_insert(column);
        }
        Ok(())
    }

    /// Whether any cell so far holds anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.header.is_none()
            && self.waiting.is_empty()
            && self.hidden.is_empty()
            && self.raw.cells.is_empty()
            && self.raw.beyond.is_none()
    }

    /// The table, when all cells have been handed in.
    pub(crate) fn finish(mut self) -> Result<Table, Error> {
        self.close()?;
        self.find_header()?;
        if self.seen > self.most_rows {
            return Err(Error::TooLarge { rows: self.seen, most: self.most_rows });
        }
        let header = self.header.take().ok_or(Error::Empty)?;
        let hidden = core::mem::take(&mut self.hidden);
        Ok(Table {
            hidden: hidden.into_iter().map(|raw| dense(raw, header.names.len())).collect(),
            hidden_count: self.hidden_count,
            hidden_columns: self.hidden_titles,
            unread_sheets: self.unread,
            header_row: header.number,
            titled: header.titled,
            header: header.names,
            rows: self.rows,
        })
    }

    /// Ends the row whose cells were being handed in.
    fn close(&mut self) -> Result<(), Error> {
        let mut raw = core::mem::take(&mut self.raw);
        if raw.cells.is_empty() && raw.beyond.is_none() {
            return Ok(());
        }
        self.spread(&mut raw);
        if self.hidden_rows.contains(&raw.number) {
            self.hidden_count += 1;
            if self.hidden.len() < self.most_rows {
                raw.cells.retain(|column, _| !self.hides(*column));
                self.hidden.push(raw);
            }
            return Ok(());
        }
        match &self.header {
            Some(_) => self.row(raw),
            None => {
                self.waiting.push(raw);
                if self.waiting.len() == HEADER_WITHIN { self.find_header() } else { Ok(()) }
            }
        }
    }

    /// Fills a row's cells that are merged with others above or to the left.
    fn spread(&mut self, raw: &mut Raw) {
        let number = raw.number;
        self.open.retain(|_, (merge, _)| merge.rows.1 >= number);
        while let Some(merge) = self.merges.pop_if(|merge| merge.rows.0 <= number) {
            if merge.rows.1 >= number && merge.columns.0 < MOST_COLUMNS {
                let value = raw.cells.get(&merge.columns.0).cloned().filter(|_| merge.rows.0 == number);
                self.open.insert(merge.columns.0, (merge, value));
            }
        }
        for (column, (merge, value)) in &self.open {
            let Some(value) = value else { continue };
            raw.cells.entry(*column).or_insert_with(|| value.clone());
            for right in column + 1..=merge.columns.1.min(MOST_COLUMNS - 1) {
                raw.cells.entry(right).or_insert(Cell::Fault(Fault::Merged));
            }
        }
    }

    fn hides(&self, column: usize) -> bool {
        self.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(&column))
    }

    /// Finds the header among the rows that wait, and takes those below it.
    fn find_header(&mut self) -> Result<(), Error> {
        let waiting = core::mem::take(&mut self.waiting);
        let known = |raw: &Raw| {
            let titles = raw.cells.iter().filter(|(column, _)| !self.hides(**column));
            titles.filter(|(_, cell)| matches!(cell, Cell::Text(text) if (self.known)(text))).count()
        };
        let counts: Vec<usize> = waiting.iter().map(known).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let is_known = most >= LEAST_KNOWN;
        let place = if is_known { counts.iter().position(|count| *count == most).unwrap_or(0) } else { 0 };
        let mut rows = waiting.into_iter().skip(place);
        let Some(raw) = rows.next() else { return Ok(()) };
        if let Some(column) = raw.beyond {
            return Err(Error::TooWide { columns: column + 1, most: MOST_COLUMNS });
        }
        let width = raw.cells.last_key_value().map_or(0, |(last, _)| last + 1);
        let number = raw.number;
        let mut names = dense(raw, width).cells;
        for (column, name) in names.iter_mut().enumerate() {
            if self.hides(column) && !name.is_empty() {
                self.hidden_titles.push(core::mem::take(name));
            }
        }
        self.header = Some(Header { names, number, titled: place > 0, known: is_known });
        rows.try_for_each(|raw| self.row(raw))
    }

    /// Takes a row below the header.
    fn row(&mut self, mut raw: Raw) -> Result<(), Error> {
        let Some(header) = &self.header else { return Ok(()) };
        let width = header.names.len();
        raw.cells.retain(|column, _| !self.hides(*column));
        // What is merged with the last column reaches beyond it without saying anything.
        raw.cells.retain(|column, cell| *column < width || !matches!(cell, Cell::Fault(Fault::Merged)));
        let last = raw.beyond.or(raw.cells.last_key_value().map(|(last, _)| *last));
        if let Some(column) = last.filter(|last| *last >= width) {
            let cause = Cause::MoreCells { column: column + 1, columns: width };
            return Err(Error::Broken { row: raw.number, cause });
        }
        let row = dense(raw, width);
        let repeats = header.known && row.cells == header.names;
        if repeats || (row.faults.is_empty() && row.cells.iter().all(String::is_empty)) {
            return Ok(());
        }
        self.seen += 1;
        if self.seen <= self.most_rows {
            self.rows.push(row);
        }
        Ok(())
    }
}

/// The error that a text stands for.
fn fault_of(text: &str) -> Option<Fault> {
    let upper = text.to_ascii_uppercase();
    let narrow = text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    (narrow || ERRORS.contains(&upper.as_str())).then_some(Fault::Error(upper))
}

fn dense(mut raw: Raw, width: usize) -> Row {
    let mut faults = Vec::new();
    let cells = (0..width)
        .map(|column| match raw.cells.remove(&column) {
            Some(Cell::Text(text)) => text,
            Some(Cell::Fault(fault)) => {
                faults.push((column, fault));
                String::new()
            }
            None => String::new(),
        })
        .collect();
    Row { number: raw.number, cells, faults }
}

/// The text of a cell without what nobody sees: control characters, marks that come along when a
/// phone number is copied out of another program, and space at both ends. Line breaks inside stay,
/// as `\n`; a tab becomes a space.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * MOST_LETTERS));
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\n' | '\r' => out.push('\n'),
            '\t' => out.push(' '),
            '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out_of_a_cell() {
        for (text, kept) in [
            (" 李芳\u{3000}", "李芳"),
            ("\u{202d}13800138000\u{202c}", "13800138000"),
            ("\u{feff}姓名", "姓名"),
            ("a\tb", "a b"),
            ("a\r\nb\rc\n", "a\nb\nc"),
            ("a\0\u{1}\u{7f}\u{85}b", "ab"),
            ("１３８", "１３８"),
            ("👩\u{200d}⚕\u{fe0f}", "👩\u{200d}⚕\u{fe0f}"),
            (" \u{200b} ", ""),
        ] {
            assert_eq!(clean(text), kept, "{text:?}");
        }
    }

    #[test]
    fn text_of_all_cells_together_has_a_limit() {
        let long = "字".repeat(MOST_LETTERS);
        let mut gather = Gather::new(usize::MAX, &|_| false);
        for column in 0..MOST_COLUMNS {
            gather.cell(1, column, "列").expect("a header");
        }
        let fill =
            |gather: &mut Gather<'_>, row| (0..MOST_COLUMNS).try_for_each(|column| gather.cell(row, column, &long));
        let stopped = (2..100).find_map(|row| fill(&mut gather, row).err());
        assert_eq!(stopped, Some(Error::TooBig));
    }
}
