//! Reads the first sheet of an XLSX workbook that holds anything and is not hidden.
//! Cells are told as the spreadsheet shows them where that carries meaning, and plainly otherwise.

use crate::gather::Gather;
use crate::{Error, layout, unpack};
use calamine::{DataRef, ExcelDateTime, Reader as _, Sheet, SheetType, SheetVisible, Style, Xlsx, XlsxError};
use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows and columns of the largest sheet that there can be.
const SHEET: (u32, u32) = (1 << 20, 1 << 14);

/// Hands all cells of a workbook's sheet to `gather`.
pub(crate) fn read(bytes: &[u8], gather: &mut Gather<'_>) -> Result<(), Error> {
    unpack::check(bytes)?;
    // The reader calculates with positions as a file states them, and stops on those that no sheet has.
    catch_unwind(AssertUnwindSafe(|| read_sheets(bytes, gather))).unwrap_or(Err(Error::NotATable))
}

fn read_sheets(bytes: &[u8], gather: &mut Gather<'_>) -> Result<(), Error> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let sheets: Vec<Sheet> = workbook.sheets_metadata().to_vec();
    let parts = layout::sheets(bytes)?;
    for (place, sheet) in sheets.into_iter().enumerate().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet) {
        if sheet.visible != SheetVisible::Visible || !gather.is_blank() {
            if holds_anything(&mut workbook, &sheet.name)? {
                gather.leave(sheet.name);
            }
            continue;
        }
        let layout = layout::read(bytes, parts.get(place).ok_or(Error::NotATable)?)?;
        let mut faults = layout.faults.clone().into_iter().peekable();
        gather.lay(layout);
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(|error| refusal(&error))?;
        loop {
            let (cell, style) = match cells.next_cell_with_style_id() {
                Ok(Some(cell)) => cell,
                Ok(None) => break,
                // The layout knows such cells.
                Err(XlsxError::CellError(_)) => continue,
                Err(error) => return Err(refusal(&error)),
            };
            let (row, column) = cell.get_position();
            if row >= SHEET.0 || column >= SHEET.1 {
                return Err(Error::NotATable);
            }
            let at = (row as usize + 1, column as usize);
            while let Some((before, fault)) = faults.next_if(|(before, _)| *before < at) {
                gather.fault(before.0, before.1, fault)?;
            }
            if let Some((_, fault)) = faults.next_if(|(here, _)| *here == at) {
                gather.fault(at.0, at.1, fault)?;
            } else if let Some(text) = told(cell.get_value(), cells.styles().get(style)) {
                gather.cell(at.0, at.1, &text)?;
            }
        }
        for (at, fault) in faults {
            gather.fault(at.0, at.1, fault)?;
        }
    }
    Ok(())
}

/// Whether a sheet that is not read holds anything.
fn holds_anything(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<bool, Error> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|error| refusal(&error))?;
    loop {
        match cells.next_cell_with_style_id() {
            Ok(Some((cell, _))) if told(cell.get_value(), None).is_none_or(|text| text.trim().is_empty()) => {}
            Ok(Some(_)) | Err(XlsxError::CellError(_)) => return Ok(true),
            Ok(None) => return Ok(false),
            Err(error) => return Err(refusal(&error)),
        }
    }
}

fn refusal(error: &XlsxError) -> Error {
    match error {
        XlsxError::Password => Error::Protected,
        _ => Error::NotATable,
    }
}

/// The text of a cell; `None` where it holds nothing or an error.
fn told<'a>(value: &'a DataRef<'_>, style: Option<&Style>) -> Option<Cow<'a, str>> {
    let text = match value {
        DataRef::String(text) => return Some(text.into()),
        DataRef::SharedString(text) => return Some((*text).into()),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(value) => number(*value, style),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(time) => date_or_time(time),
        DataRef::DateTimeIso(text) => iso(text),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => return None,
    };
    Some(text.into())
}

/// A number with the 15 digits that spreadsheets keep, without an exponent, and with leading zeros
/// where the cell's format is nothing but zeros (`000000`).
fn number(value: f64, style: Option<&Style>) -> String {
    let shown = format!("{value:.14e}").parse().unwrap_or(value);
    // Adding zero turns a negative zero into zero.
    let digits = (shown + 0.0).to_string();
    let format = style.and_then(|style| style.number_format.as_ref()).map_or("", |format| &format.format_code);
    if format.bytes().all(|byte| byte == b'0') && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{digits:0>width$}", width = format.len());
    }
    digits
}

/// `2026-11-24`, `2026-11-24 09:30`, `09:30` where there is no day, `25:30` for a duration; seconds
/// only where there are any.
fn date_or_time(time: &ExcelDateTime) -> String {
    let value = time.as_f64();
    if value < 0.0 || !value.is_finite() {
        return number(value, None);
    }
    if time.is_duration() {
        let seconds = (value * 86_400.0).round() as u64;
        return clock(seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = clock(u64::from(hour), u64::from(minute), u64::from(second));
    if value < 1.0 {
        clock
    } else if clock == "00:00" {
        date
    } else {
        format!("{date} {clock}")
    }
}

fn clock(hour: u64, minute: u64, second: u64) -> String {
    match second {
        0 => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

/// A date as ISO 8601 in the form in which other date cells are told.
fn iso(text: &str) -> String {
    let Some((date, clock)) = text.split_once('T') else { return text.to_owned() };
    let clock = clock.trim_end_matches('Z');
    let clock = clock.split_once('.').map_or(clock, |(seconds, _)| seconds);
    let clock = if clock.len() == 8 { clock.strip_suffix(":00").unwrap_or(clock) } else { clock };
    match clock {
        "" | "00:00" => date.to_owned(),
        clock => format!("{date} {clock}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_without_point_zero_and_without_an_exponent() {
        for (value, text) in [
            (13_800_138_000.0, "13800138000"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (-12.5, "-12.5"),
            (1e21, "1000000000000000000000"),
            (4.302_021_960_010_112e17, "430202196001011000"),
            (0.000_001, "0.000001"),
        ] {
            assert_eq!(number(value, None), text);
        }
    }

    #[test]
    fn iso_dates_are_told_as_others() {
        for (text, told) in [
            ("2026-11-24", "2026-11-24"),
            ("2026-11-24T00:00:00", "2026-11-24"),
            ("2026-11-24T09:30:00.000Z", "2026-11-24 09:30"),
            ("2026-11-24T09:30:05", "2026-11-24 09:30:05"),
            ("2026-11-24T", "2026-11-24"),
        ] {
            assert_eq!(iso(text), told);
        }
    }
}
