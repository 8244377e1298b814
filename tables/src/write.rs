//! Writes CSV that Excel and WPS open with a double click.
//! A cell that they would run as a formula is written so that they show it instead.

/// Writes a table as CSV: UTF-8 with a byte order mark, without which Excel shows Chinese as other
/// characters; CRLF at the end of lines; quotes after RFC 4180.
///
/// A cell that a spreadsheet would take for a formula gets a `'` in front, which [`read`](crate::read)
/// takes away again: cells that begin with `=`, `@`, a tab or a line break, or with `+` or `-`, and
/// their full-width forms. Left as they are, because a spreadsheet does not calculate with them:
/// plain negative numbers (`-1.5`), a plus with nothing but digits and spaces behind it
/// (`+86 138 0013 8000`), and lone dashes that stand for "none". `+86-138…` gets the mark: a
/// spreadsheet would subtract.
pub fn write_csv(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = String::from('\u{feff}');
    line(header.iter().copied(), &mut out);
    out.push_str(&write_csv_rows(rows));
    out.into_bytes()
}

/// More rows of a table that [`write_csv`] has begun, for tables that are too large to be held at once.
pub fn write_csv_rows(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = String::new();
    for row in rows {
        line(row.iter().map(String::as_str), &mut out);
    }
    out
}

/// Whether a spreadsheet would take a text for something to calculate or run.
pub(crate) fn would_run(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let mut letters = text.trim_start().chars();
    match letters.next() {
        Some('=' | '@' | '＝' | '＠' | '＋' | '－') => true,
        Some('+') => !letters.all(|letter| letter.is_ascii_digit() || letter == ' '),
        Some('-') => {
            let rest = letters.as_str();
            let number = rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
            let dashes = rest.chars().all(|letter| letter == '-');
            !(dashes || (number && rest.matches('.').count() <= 1))
        }
        _ => false,
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, out: &mut String) {
    for (column, cell) in cells.enumerate() {
        if column > 0 {
            out.push(',');
        }
        // A cell that begins with the mark itself gets one more, or reading would take its own away.
        let guarded = would_run(cell.trim_start_matches('\''));
        // Anything that could be taken for what stands between cells is quoted, not the comma alone.
        let quoted = cell.contains([',', ';', '\t', '，', '"', '\r', '\n']) || cell.trim() != cell;
        if quoted {
            out.push('"');
        }
        if guarded {
            out.push('\'');
        }
        if quoted {
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_a_mark() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("＝1+1", "'＝1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("-A1", "'-A1"),
            ("\t=1", "\"'\t=1\""),
            (" =1", "\"' =1\""),
            ("'=1", "''=1"),
            ("+86-138-0013-8000", "'+86-138-0013-8000"),
            ("+86 138 0013 8000", "+86 138 0013 8000"),
            ("+8613800138000", "+8613800138000"),
            ("-1.5", "-1.5"),
            ("-1.5.2", "'-1.5.2"),
            ("-", "-"),
            ("--", "--"),
            ("'", "'"),
            ("'90", "'90"),
            ("2026-11-24", "2026-11-24"),
            ("0731-28307119", "0731-28307119"),
        ] {
            let bytes = write_csv(&["a"], std::iter::once(vec![cell.to_owned()]));
            assert_eq!(String::from_utf8(bytes).expect("text"), format!("\u{feff}a\r\n{written}\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn a_table_begins_with_its_mark_and_ends_lines_as_windows_does() {
        let rows = [vec!["李芳".to_owned(), "说\"好\",\n再约".to_owned()], vec![String::new(), "1;2".to_owned()]];
        let text = "\u{feff}姓名,备注\r\n李芳,\"说\"\"好\"\",\n再约\"\r\n,\"1;2\"\r\n";
        assert_eq!(write_csv(&["姓名", "备注"], rows.into_iter()), text.as_bytes());
    }
}
