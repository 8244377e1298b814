//! Gathers cells into a table: which row is the header, which rows are blank, what is too much.
//! Both readers hand their cells in here, so that CSV and XLSX are held to the same rules.

use crate::{Cause, Error, Row, Table};
use std::collections::BTreeMap;

/// Longest text of one cell, in characters.
pub(crate) const MOST_LETTERS: usize = 2_000;

/// Columns of the widest table. Every row is as wide as its header, so this bounds what a row costs.
pub(crate) const MOST_COLUMNS: usize = 256;

/// Bytes of all cells together. A workbook may name one long text in a million cells.
const MOST_TEXT: usize = 64 << 20;

/// A table that is being read, cell by cell, in the order of its rows.
pub(crate) struct Gather {
    most_rows: usize,
    header: Option<Vec<String>>,
    rows: Vec<Row>,
    /// Rows below the header, also those that are too many to be kept.
    seen: usize,
    /// Bytes handed in so far, blank cells as well.
    text: usize,
    number: usize,
    /// The cells of row `number` that hold anything, by column.
    cells: BTreeMap<usize, String>,
}

impl Gather {
    pub(crate) fn new(most_rows: usize) -> Self {
        Self { most_rows, header: None, rows: Vec::new(), seen: 0, text: 0, number: 0, cells: BTreeMap::new() }
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
        if row > self.number {
            self.close()?;
            self.number = row;
        } else if row < self.number {
            return Err(Error::Broken { row, cause: Cause::OutOfOrder });
        }
        if column >= MOST_COLUMNS {
            return Err(self.beyond(column));
        }
        if text.chars().nth(MOST_LETTERS).is_some() {
            let cause = Cause::LongCell { column: column + 1, most: MOST_LETTERS };
            return Err(Error::Broken { row, cause });
        }
        self.cells.insert(column, text);
        Ok(())
    }

    /// Whether any cell so far holds anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.header.is_none() && self.cells.is_empty()
    }

    /// The table, when all cells have been handed in.
    pub(crate) fn finish(mut self) -> Result<Table, Error> {
        self.close()?;
        if self.seen > self.most_rows {
            return Err(Error::TooLarge { rows: self.seen, most: self.most_rows });
        }
        let header = self.header.ok_or(Error::Empty)?;
        Ok(Table { header, rows: self.rows })
    }

    fn close(&mut self) -> Result<(), Error> {
        let cells = std::mem::take(&mut self.cells);
        let Some((&last, _)) = cells.last_key_value() else { return Ok(()) };
        match &self.header {
            None => {
                self.header = Some(dense(cells, last + 1));
            }
            Some(header) if last >= header.len() => return Err(self.beyond(last)),
            Some(header) => {
                self.seen += 1;
                if self.seen <= self.most_rows {
                    self.rows.push(Row { number: self.number, cells: dense(cells, header.len()) });
                }
            }
        }
        Ok(())
    }

    fn beyond(&self, column: usize) -> Error {
        match &self.header {
            None => Error::TooWide { columns: column + 1, most: MOST_COLUMNS },
            Some(header) => {
                let cause = Cause::MoreCells { column: column + 1, columns: header.len() };
                Error::Broken { row: self.number, cause }
            }
        }
    }
}

fn dense(mut cells: BTreeMap<usize, String>, width: usize) -> Vec<String> {
    (0..width).map(|column| cells.remove(&column).unwrap_or_default()).collect()
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
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
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
        let mut gather = Gather::new(usize::MAX);
        for column in 0..MOST_COLUMNS {
            gather.cell(1, column, "列").expect("a header");
        }
        let fill = |gather: &mut Gather, row| (0..MOST_COLUMNS).try_for_each(|column| gather.cell(row, column, &long));
        let stopped = (2..100).find_map(|row| fill(&mut gather, row).err());
        assert_eq!(stopped, Some(Error::TooBig));
    }
}
