//! What a workbook's sheet says beside the values of its cells: which rows and columns are hidden, which cells are merged,
//! and where a formula has no value or a wrong one.

use crate::{Cause, Error, Fault};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::{BTreeMap, HashSet};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// Most merged regions of one sheet: every row of the longest table may have several.
const MOST_MERGES: usize = 50_000;

/// Cells that look like one. Rows count from 1, columns from 0, and the ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) rows: (usize, usize),
    pub(crate) columns: (usize, usize),
}

/// A sheet beside its values.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Hidden rows, from 1.
    pub(crate) hidden_rows: HashSet<usize>,
    /// First and last column of what is hidden, from 0.
    pub(crate) hidden_columns: Vec<(usize, usize)>,
    /// By their first row.
    pub(crate) merges: Vec<Merge>,
    /// Cells whose value cannot be taken, by row from 1 and column from 0.
    pub(crate) faults: BTreeMap<(usize, usize), Fault>,
}

/// Where the parts of a workbook stand that hold its sheets, in the order of the sheets.
pub(crate) fn sheets(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Error::NotATable)?;
    let workbook = targets(&part(&mut archive, "_rels/.rels")?)?
        .into_iter()
        .find(|target| target.kind.ends_with("/officeDocument"))
        .map_or_else(|| "xl/workbook.xml".to_owned(), |target| target.path.trim_start_matches('/').to_owned());
    let (folder, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let targets = targets(&part(&mut archive, &format!("{folder}_rels/{name}.rels"))?)?;
    let mut sheets = Vec::new();
    each_tag(&part(&mut archive, &workbook)?, |tag, _| {
        if tag.local_name().as_ref() == "sheet" {
            let id = attribute(tag, "id").unwrap_or_default();
            let target = targets.iter().find(|target| target.id == id).ok_or(Error::NotATable)?;
            sheets.push(match target.path.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("{folder}{}", target.path),
            });
        }
        Ok(())
    })?;
    Ok(sheets)
}

/// Reads what a sheet's part says beside its values.
pub(crate) fn read(bytes: &[u8], path: &str) -> Result<Layout, Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Error::NotATable)?;
    let text = part(&mut archive, path)?;
    let mut layout = Layout::default();
    let mut row = 0;
    let mut column = 0;
    // Whether the row says which one it is, and which cells of it have been seen.
    let mut numbered = false;
    let mut columns = HashSet::new();
    each_tag(&text, |tag, value| {
        match tag.local_name().as_ref() {
            "col" => {
                let at = |name| attribute(tag, name).and_then(|text| text.parse::<usize>().ok());
                if let (Some(first @ 1..), Some(last)) = (at("min"), at("max"))
                    && (is_true(tag, "hidden") || is_zero(tag, "width"))
                {
                    layout.hidden_columns.push((first - 1, last - 1));
                }
            }
            "row" => {
                let told: Option<usize> = attribute(tag, "r").and_then(|text| text.parse().ok());
                // What both readers take for one row may be two people.
                if let Some(told) = told.filter(|told| *told <= row) {
                    let cause = if told == row { Cause::Twice } else { Cause::OutOfOrder };
                    return Err(Error::Broken { row: told, cause });
                }
                row = told.unwrap_or(row + 1);
                numbered = told.is_some();
                column = 0;
                columns.clear();
                if is_true(tag, "hidden") || is_zero(tag, "ht") {
                    layout.hidden_rows.insert(row);
                }
            }
            "c" => {
                let (at_row, at_column) = attribute(tag, "r").and_then(|text| place(&text)).unwrap_or((row, column));
                column = at_column + 1;
                if at_row < row || (numbered && at_row > row) {
                    return Err(Error::Broken { row, cause: Cause::OutOfOrder });
                }
                row = at_row;
                // One of the two would hide the other.
                if !columns.insert(at_column) {
                    return Err(Error::Broken { row, cause: Cause::Twice });
                }
                let kind = attribute(tag, "t").unwrap_or_default();
                let fault = match value {
                    Value::Text(text) if kind == "e" => Some(Fault::Error(text.chars().take(20).collect())),
                    Value::None if kind == "e" => Some(Fault::NoValue),
                    // A formula that gives an empty text says so; without a value nothing has calculated it.
                    Value::Uncalculated if kind != "str" && kind != "inlineStr" => Some(Fault::NoValue),
                    Value::None | Value::Text(_) | Value::Uncalculated => None,
                };
                if let Some(fault) = fault {
                    layout.faults.insert((at_row, at_column), fault);
                }
            }
            "mergeCell" => {
                let merge = attribute(tag, "ref").and_then(|text| {
                    let (from, to) = text.split_once(':')?;
                    let (from, to) = (place(from)?, place(to)?);
                    Some(Merge { rows: (from.0, to.0), columns: (from.1, to.1) })
                });
                layout.merges.extend(merge);
                if layout.merges.len() > MOST_MERGES {
                    return Err(Error::TooBig);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    layout.merges.sort_by_key(|merge| merge.rows.0);
    Ok(layout)
}

struct Target {
    id: String,
    kind: String,
    path: String,
}

fn targets(text: &str) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    each_tag(text, |tag, _| {
        if tag.local_name().as_ref() == "Relationship" {
            let of = |name| attribute(tag, name).unwrap_or_default();
            targets.push(Target { id: of("Id"), kind: of("Type"), path: of("Target").replace('\\', "/") });
        }
        Ok(())
    })?;
    Ok(targets)
}

/// What a cell holds.
enum Value {
    None,
    Text(String),
    Uncalculated,
}

/// Calls `see` for each element, for a cell once what it holds is known.
fn each_tag(text: &str, mut see: impl FnMut(&BytesStart<'_>, Value) -> Result<(), Error>) -> Result<(), Error> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut cell: Option<(BytesStart<'_>, bool, Option<String>)> = None;
    let mut in_value = false;
    loop {
        match reader.read_event().map_err(|_| Error::NotATable)? {
            Event::Start(tag) => match (tag.local_name().as_ref(), &mut cell) {
                ("c", _) => cell = Some((tag, false, None)),
                ("f", Some((_, formula, _))) => *formula = true,
                ("v", Some(_)) => in_value = true,
                // A text within the cell counts as its value.
                ("t", Some((_, _, value))) => *value = Some(String::new()),
                _ => see(&tag, Value::None)?,
            },
            Event::Text(text) => {
                if let (true, Some((_, _, value))) = (in_value, &mut cell) {
                    *value = Some(text.as_ref().to_owned());
                }
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "v" => in_value = false,
                "c" => {
                    if let Some((tag, formula, value)) = cell.take() {
                        let value = match value {
                            Some(value) if !value.is_empty() || !formula => Value::Text(value),
                            _ if formula => Value::Uncalculated,
                            _ => Value::None,
                        };
                        see(&tag, value)?;
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// An attribute by its name without what stands before a colon.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut sound = attributes.with_checks(false).flatten();
    sound.find(|attribute| attribute.key.local_name().as_ref() == name).map(|found| found.value.into_owned())
}

fn is_true(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|text| matches!(text.as_str(), "1" | "true" | "on"))
}

/// Whether a height or width is nothing, which hides as well.
fn is_zero(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).and_then(|text| text.parse::<f64>().ok()).is_some_and(|size| size == 0.0)
}

/// The row from 1 and the column from 0 of `B7` or `$B$7`.
fn place(text: &str) -> Option<(usize, usize)> {
    let text = text.replace('$', "");
    let digits = text.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let column = letters.bytes().try_fold(0_usize, |sum, letter| {
        let digit = letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_uppercase() - b'A') + 1)?;
        sum.checked_mul(26)?.checked_add(digit).filter(|column| *column <= 1 << 14)
    })?;
    let row = row.parse().ok().filter(|row| (1..=1_usize << 20).contains(row))?;
    Some((row, column.checked_sub(1)?))
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<String, Error> {
    let name = archive.file_names().flatten().find(|name| name.eq_ignore_ascii_case(path)).map(|name| name.to_string());
    let mut part = archive.by_name(&name.ok_or(Error::NotATable)?).map_err(|_| Error::NotATable)?;
    let mut text = String::new();
    part.read_to_string(&mut text).map_err(|_| Error::NotATable)?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        for (text, at) in [
            ("A1", Some((1, 0))),
            ("$C$12", Some((12, 2))),
            ("AA7", Some((7, 26))),
            ("A0", None),
            ("ZZZZZZZZ1", None),
            ("A99999999999", None),
            ("1", None),
            ("A", None),
        ] {
            assert_eq!(place(text), at, "{text}");
        }
    }
}
