//! Reads the tables that hospitals have, CSV and XLSX as spreadsheets write them, and writes CSV
//! that they can open. Bytes in, rows out: nothing here opens a file or knows what a column means.

mod decode;
mod delimited;
mod error;
mod gather;
mod layout;
mod unpack;
mod workbook;
mod write;

#[cfg(test)]
mod tests;

pub use error::{Cause, Error};
pub use write::{write_csv, write_csv_rows};

use gather::Gather;

/// A table: its header, and the rows below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, trimmed; empty where a column between others has none, or is hidden.
    pub header: Vec<String>,
    /// The number of the header's row as the spreadsheet shows it, from 1.
    pub header_row: usize,
    /// Whether rows that hold something stand above the header: a title.
    pub titled: bool,
    /// The rows that hold anything.
    pub rows: Vec<Row>,
    /// The rows that the spreadsheet hides, by a filter or by hand: as many of them as rows are read.
    pub hidden: Vec<Row>,
    /// How many rows it hides.
    pub hidden_count: usize,
    /// The names of the columns that it hides.
    pub hidden_columns: Vec<String>,
    /// The names of the sheets that hold something and were not read.
    pub unread_sheets: Vec<String>,
}

/// A row below the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number as the spreadsheet shows it, from 1; blank rows and the header count.
    pub number: usize,
    /// Its cells, trimmed, as many as the header has; empty where there is nothing, and where a value cannot be taken.
    pub cells: Vec<String>,
    /// The columns whose cell cannot be taken, from 0, and why.
    pub faults: Vec<(usize, Fault)>,
}

/// Why a cell that holds something cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A formula gave an error, like `#N/A`, or a number did not fit its column when it was saved as text.
    Error(String),
    /// A formula has no value: the program that wrote it did not calculate.
    NoValue,
    /// It is merged with the cell to the left, which holds the only value.
    Merged,
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Error(text) if text.starts_with("##") => f.write_str("是 ####，列太窄，内容没有存下来"),
            Self::Error(text) => write!(f, "是 {text}，公式出错了"),
            Self::NoValue => f.write_str("是公式，没有算出来。请用 Excel 或 WPS 打开，保存以后再上传"),
            Self::Merged => f.write_str("和左边的格子合并了，看不出是什么。请拆开，分别填"),
        }
    }
}

/// Reads a table of at most `most_rows` visible rows below its header, whatever its form: XLSX, or text with
/// commas, tabs, semicolons or full-width commas in UTF-8, UTF-16 or GB18030.
///
/// The header is the row among the first ones that holds the most titles which `known` knows, if there are two; titles of
/// the list may stand above it. Otherwise it is the first row that holds anything. Later rows that repeat the header are
/// left out.
///
/// Of a workbook, the first sheet that holds anything and is not hidden is read. Numbers come as the
/// spreadsheet shows them (`13800138000`), dates as `2026-11-24` or `2026-11-24 09:30`, formulas as
/// the value that was saved with them. The value of cells that are merged downwards counts for each of their rows. Rows and
/// columns that are hidden are kept apart. Full-width digits stay as they are.
///
/// # Errors
/// The first thing that is wrong, in words for the person who handed the file in.
pub fn read(bytes: &[u8], most_rows: usize, known: impl Fn(&str) -> bool) -> Result<Table, Error> {
    let mut gather = Gather::new(most_rows, &known);
    match Form::of(bytes)? {
        Form::Workbook => workbook::read(bytes, &mut gather)?,
        Form::Text => {
            let text = decode::decode(bytes)?;
            // Hospital systems export web pages and XML under the name of a table.
            if text.trim_start().starts_with('<') {
                return Err(Error::NotATable);
            }
            delimited::read(&text, &known, &mut gather)?;
        }
    }
    gather.finish()
}

/// What kind of file it is, by its first bytes.
enum Form {
    Workbook,
    Text,
}

impl Form {
    fn of(bytes: &[u8]) -> Result<Self, Error> {
        const NO_TABLES: [&[u8]; 6] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!"];
        if bytes.starts_with(b"PK\x03\x04") {
            Ok(Self::Workbook)
        } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            Err(in_container(bytes))
        } else if bytes.starts_with(b"PK") && bytes.len() > 2 && bytes[2] < b' '
            || NO_TABLES.iter().any(|magic| bytes.starts_with(magic))
        {
            Err(Error::NotATable)
        } else {
            Ok(Self::Text)
        }
    }
}

/// What a container of old Office programs holds, by the names in its directory: an encrypted
/// workbook is put into one as well.
fn in_container(bytes: &[u8]) -> Error {
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|found| found == name)
    };
    if holds("EncryptedPackage") {
        Error::Protected
    } else if holds("WordDocument") || holds("PowerPoint Document") {
        Error::NotATable
    } else {
        Error::OldExcel
    }
}
