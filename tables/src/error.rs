//! What can be wrong with a table that somebody hands in, in words that a nurse can act on.
//! No message holds what stands in a cell: messages are shown, copied and logged.

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No cell of it holds anything.
    #[error("这个文件是空的")]
    Empty,
    /// It has more rows below its header than the caller takes.
    #[error("这个文件有 {rows} 行，一次最多 {most} 行。请分成几个文件，再上传")]
    TooLarge {
        /// Rows below the header, blank ones not counted.
        rows: usize,
        /// As many as are taken.
        most: usize,
    },
    /// Its header reaches further to the right than any list that people keep.
    #[error("这个表格有 {columns} 列，最多 {most} 列。请只留需要的列，再上传")]
    TooWide {
        /// The column, from 1, that is too far to the right.
        columns: usize,
        /// As many as are taken.
        most: usize,
    },
    /// It holds more text than a list does, or unpacks to more.
    #[error("这个文件里的内容太多。请只留需要的行和列，另存以后再上传")]
    TooBig,
    /// It is a picture, a document, a web page, or a table in a form that is not read here.
    #[error("这个文件不是能读的表格。请用 Excel 或 WPS 打开，另存为 .xlsx，再上传")]
    NotATable,
    /// Its bytes are no text in UTF-8, UTF-16 or GB18030.
    #[error("第 {row} 行的字认不出来。请用 Excel 或 WPS 打开，另存为 .xlsx，再上传")]
    Encoding {
        /// The row of the first such bytes.
        row: usize,
    },
    /// One row of it cannot be taken as it stands.
    #[error("第 {row} 行：{cause}")]
    Broken {
        /// The row, as the spreadsheet numbers it.
        row: usize,
        /// What is wrong with it.
        cause: Cause,
    },
    /// It is a workbook of Excel 97 to 2003 (`.xls`).
    #[error("这是旧格式的表格（.xls）。请用 Excel 或 WPS 打开，另存为 .xlsx，再上传")]
    OldExcel,
    /// It opens with a password only.
    #[error("这个文件设了打开密码。请去掉密码，另存以后再上传")]
    Protected,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A cell holds more text than any field of a list needs.
    #[error("第 {column} 列的字太多，一格最多 {most} 个字")]
    LongCell {
        /// The column, from 1.
        column: usize,
        /// As many characters as are taken.
        most: usize,
    },
    /// A cell stands where the header names nothing.
    #[error("第 {column} 列有内容，表头却只有 {columns} 列")]
    MoreCells {
        /// The column, from 1, of the cell furthest to the right.
        column: usize,
        /// Columns of the header.
        columns: usize,
    },
    /// A quoted cell begins and does not end.
    #[error("有一个英文双引号没有配成对")]
    OpenQuote,
    /// It stands below a row with a higher number.
    #[error("行的顺序乱了。请用 Excel 或 WPS 打开，另存以后再上传")]
    OutOfOrder,
    /// It or one of its cells is there twice, and one would hide the other.
    #[error("这一行或其中一格出现了两次。请用 Excel 或 WPS 打开，另存以后再上传")]
    Twice,
}
