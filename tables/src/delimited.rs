//! Reads text with one row a line and something between its cells: CSV as spreadsheets write it.
//! Rows are counted as a spreadsheet counts them: a line break inside a quoted cell begins none, a
//! blank line is one.

use crate::gather::Gather;
use crate::write::would_run;
use crate::{Cause, Error};
use csv::{ReaderBuilder, StringRecord};

/// Stands for a full-width comma between cells, which the reader of bytes cannot be told of.
/// It is a control character, and those are taken out before.
const BETWEEN: char = '\u{1f}';

/// A last row of our own: when it is missing in the end, an open quote has swallowed it.
const END: &str = "\0";

/// Lines among which the header is looked for.
const LINES: usize = 20;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delimiter {
    Tab,
    Comma,
    Semicolon,
    FullWidthComma,
}

impl Delimiter {
    fn letter(self) -> char {
        match self {
            Self::Tab => '\t',
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::FullWidthComma => '，',
        }
    }

    /// Judges by the first line in which it makes known titles stand apart, since a title of the list may stand above
    /// them; without any, by the first line that holds one of them.
    fn of(text: &str, known: &dyn Fn(&str) -> bool) -> Self {
        const ALL: [Delimiter; 4] = [Delimiter::Tab, Delimiter::Comma, Delimiter::Semicolon, Delimiter::FullWidthComma];
        let titles = |line: &str, delimiter: Self| {
            line.split(delimiter.letter()).filter(|cell| known(cell.trim().trim_matches('"'))).count()
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES) {
            let most = ALL.into_iter().rev().max_by_key(|delimiter| titles(line, *delimiter));
            if let Some(delimiter) = most.filter(|delimiter| titles(line, *delimiter) > 1) {
                return delimiter;
            }
        }
        let mut rest = text.trim_start_matches('\n');
        for _ in 0..LINES {
            let (counts, length) = Self::count(rest);
            let [ascii @ .., (_, full_width)] = counts;
            let most = ascii.iter().map(|(_, count)| *count).max().unwrap_or(0);
            match ascii.iter().find(|(_, count)| *count == most) {
                Some((it, _)) if most > 0 => return *it,
                _ if full_width > 0 => return Self::FullWidthComma,
                _ if length >= rest.len() => break,
                _ => rest = rest[length..].trim_start_matches('\n'),
            }
        }
        Self::Comma
    }

    /// How often each stands in the first line, and how long that is. A full-width comma counts only where there is
    /// nothing else, because it is also written inside cells; a tab is not, so it goes first. A tab at
    /// the end of a cell does not count: programs put one there so that a spreadsheet keeps a number.
    fn count(text: &str) -> ([(Self, usize); 4], usize) {
        let mut counts = [(Self::Tab, 0), (Self::Comma, 0), (Self::Semicolon, 0), (Self::FullWidthComma, 0)];
        let mut quoted = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => quoted = !quoted,
                _ if quoted => {}
                '\n' => return (counts, at),
                '\t' if matches!(letters.peek(), Some((_, ',' | ';' | '，' | '\n'))) => {}
                _ => counts.iter_mut().filter(|(it, _)| it.letter() == letter).for_each(|(_, count)| *count += 1),
            }
        }
        (counts, text.len())
    }
}

/// Hands all cells of a text to `gather`.
pub(crate) fn read(text: &str, known: &dyn Fn(&str) -> bool, gather: &mut Gather<'_>) -> Result<(), Error> {
    let mut text = plain(text);
    let delimiter = Delimiter::of(&text, known);
    let byte = match delimiter {
        Delimiter::Tab => b'\t',
        Delimiter::Comma => b',',
        Delimiter::Semicolon => b';',
        Delimiter::FullWidthComma => {
            text = text.replace(delimiter.letter(), &BETWEEN.to_string());
            BETWEEN as u8
        }
    };
    text.push('\n');
    text.push_str(END);
    let mut reader =
        ReaderBuilder::new().delimiter(byte).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    // Line breaks inside cells so far: the lines of the text less these are the rows.
    let mut inside = 0;
    while reader.read_record(&mut record).map_err(|_| Error::NotATable)? {
        if record.len() == 1 && record.get(0) == Some(END) {
            return Ok(());
        }
        inside += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let lines = usize::try_from(reader.position().line()).map_err(|_| Error::TooBig)?;
        if record.iter().any(|cell| cell.contains(END)) {
            return Err(Error::Broken { row: lines - inside, cause: Cause::OpenQuote });
        }
        let row = lines - 1 - inside;
        for (column, cell) in record.iter().enumerate() {
            let cell = unguarded(cell);
            match delimiter {
                Delimiter::FullWidthComma => gather.cell(row, column, &cell.replace(BETWEEN, "，"))?,
                Delimiter::Tab | Delimiter::Comma | Delimiter::Semicolon => gather.cell(row, column, cell)?,
            }
        }
    }
    Ok(())
}

/// The text with `\n` at the end of lines and no other control character than tabs.
fn plain(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()).collect()
}

/// A cell without the mark that `write_csv` puts before what a spreadsheet would run, and without the
/// `="…"` that other programs put around a number with leading zeros.
fn unguarded(cell: &str) -> &str {
    if let Some(inner) = cell.strip_prefix('\'') {
        return if would_run(inner.trim_start_matches('\'')) { inner } else { cell };
    }
    let inner = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_what_stands_between_cells() {
        for (text, delimiter) in [
            ("姓名,手机号\n", Delimiter::Comma),
            ("姓名\t手机号\n", Delimiter::Tab),
            ("姓名;手机号\n", Delimiter::Semicolon),
            ("姓名，手机号\n", Delimiter::FullWidthComma),
            ("\n\n姓名;手机号\na,b,c,d", Delimiter::Semicolon),
            ("姓名,备注（如过敏，用药，手术）", Delimiter::Comma),
            ("姓名\t手机,座机", Delimiter::Tab),
            ("姓名\t,手机号\t\n", Delimiter::Comma),
            ("\"姓,名,字\";手机号", Delimiter::Semicolon),
            ("\"姓\n,名\";手机号", Delimiter::Semicolon),
            ("手机号\n1,2", Delimiter::Comma),
            ("名单\n姓名\t手机号\n", Delimiter::Tab),
            ("二〇二六年名单，共三人\n姓名;手机号;原因\n", Delimiter::Semicolon),
            ("名单,三人\n姓名，手机号\n", Delimiter::FullWidthComma),
            ("", Delimiter::Comma),
        ] {
            assert_eq!(Delimiter::of(text, &|title| ["姓名", "手机号"].contains(&title)), delimiter, "{text:?}");
        }
    }

    #[test]
    fn marks_against_spreadsheets_are_taken_away() {
        for (cell, text) in [
            ("'=1+1", "=1+1"),
            ("''=1+1", "'=1+1"),
            ("=\"007\"", "007"),
            ("'=\"007\"", "=\"007\""),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("=\"", "=\""),
            ("'90", "'90"),
            ("'-5", "'-5"),
        ] {
            assert_eq!(unguarded(cell), text);
        }
    }
}
