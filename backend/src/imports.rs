//! A table of patients, understood: which column is what, what fills the empty cells, and the same person twice.
//! Nothing here is stored.

use crate::content::Library;
use std::collections::HashMap;
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::staff::NewFollowUp;
use zaoshai_contract::staff::batches::MOST_ROWS;
use zaoshai_tables::Row;

/// A column that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Name,
    Phone,
    Reason,
    Services,
    DueFrom,
    DueTo,
    Urgency,
    Template,
    Letter,
}

/// What hospitals write above a column.
const NAMES: [(Column, &[&str]); 9] = [
    (Column::Name, &["称呼", "姓名", "名字", "患者", "患者姓名", "病人", "病人姓名", "name"]),
    (Column::Phone, &["手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "患者电话", "phone"]),
    (Column::Reason, &["原因", "为什么", "为什么要来", "随访原因", "结果", "检查结果", "筛查结果", "reason"]),
    (Column::Services, &["服务", "项目", "复查项目", "检查项目", "随访项目", "可以约", "可以约什么", "service"]),
    (Column::DueFrom, &["最早", "最早日期", "开始", "开始日期", "from"]),
    (Column::DueTo, &["最晚", "最晚日期", "截止", "截止日期", "到期", "到期日", "to"]),
    (Column::Urgency, &["紧急", "紧急程度", "urgency"]),
    (Column::Template, &["结果信", "letter"]),
    (Column::Letter, &["结果说明", "信的内容"]),
];

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number as the spreadsheet shows it.
    pub row: usize,
    /// What it says, empty cells filled.
    pub form: NewFollowUp,
    /// All its cells: the same row of the same file gives them again.
    pub cells: String,
    /// What was not understood before the form itself is looked at.
    pub errors: Vec<String>,
}

/// A table that was read.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Its rows.
    pub lines: Vec<Line>,
    /// The columns that are not used.
    pub unused: Vec<String>,
}

/// Reads a file; `defaults` fill what a row leaves empty.
///
/// # Errors
/// What is wrong with the file as a whole, in words for the nurse who uploads it.
pub fn read(bytes: &[u8], defaults: &NewFollowUp, library: &Library) -> Result<Lines, String> {
    let table = zaoshai_tables::read(bytes, MOST_ROWS).map_err(|error| error.to_string())?;
    let mut columns = HashMap::new();
    let mut unused = Vec::new();
    for (index, title) in table.header.iter().enumerate() {
        match column(title) {
            Some(column) if !columns.contains_key(&column) => {
                columns.insert(column, index);
            }
            _ if title.is_empty() => {}
            _ => unused.push(title.clone()),
        }
    }
    for (column, name) in [(Column::Name, "姓名"), (Column::Phone, "手机号")] {
        if !columns.contains_key(&column) {
            return Err(format!("没有找到“{name}”这一列。请在第一行写上列名：姓名、手机号、原因、项目、最早、最晚"));
        }
    }
    let lines = table.rows.iter().map(|row| line(row, &columns, defaults, library)).collect();
    Ok(Lines { lines, unused })
}

/// The column that a title means; brackets, spaces and stars around it mean nothing.
fn column(title: &str) -> Option<Column> {
    let bare = title.split(['(', '（']).next().unwrap_or("");
    let bare: String = bare.chars().filter(|letter| !letter.is_whitespace() && *letter != '*').collect();
    let bare = bare.to_lowercase();
    NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())).map(|(column, _)| *column)
}

fn line(row: &Row, columns: &HashMap<Column, usize>, defaults: &NewFollowUp, library: &Library) -> Line {
    let cell = |column: Column| columns.get(&column).and_then(|index| row.cells.get(*index)).map_or("", String::as_str);
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let mut errors = Vec::new();
    let named = cell(Column::Services);
    let services = if named.is_empty() {
        defaults.services.clone()
    } else {
        let mut services = Vec::new();
        for name in named.split(['、', ',', '，', ';', '；', '/', '\n']).map(str::trim).filter(|name| !name.is_empty())
        {
            match service(name, library) {
                Some(id) if !services.contains(&id) => services.push(id),
                Some(_) => {}
                None => errors.push(format!("没有“{name}”这个项目")),
            }
        }
        services
    };
    let urgency = cell(Column::Urgency);
    let urgency = match Urgency::ALL.iter().find(|known| known.title() == urgency) {
        Some(known) => known.as_str().to_owned(),
        None => or(urgency, &defaults.urgency),
    };
    let template = cell(Column::Template);
    let template = match library.letters.iter().find(|letter| letter.title == template) {
        Some(letter) => letter.id.clone(),
        None => or(template, &defaults.template),
    };
    let form = NewFollowUp {
        name: cell(Column::Name).to_owned(),
        phone: cell(Column::Phone).to_owned(),
        reason: or(cell(Column::Reason), &defaults.reason),
        services,
        due_from: or(&date(cell(Column::DueFrom)), &defaults.due_from),
        due_to: or(&date(cell(Column::DueTo)), &defaults.due_to),
        urgency,
        template,
        letter: cell(Column::Letter).to_owned(),
    };
    Line { row: row.number, form, cells: row.cells.join("\u{1f}"), errors }
}

/// The service of an id, a name, or a part that only one name holds.
fn service(name: &str, library: &Library) -> Option<String> {
    let exact = library.booking.iter().find(|service| service.id == name || service.name == name);
    let mut parts = library.booking.iter().filter(|service| service.name.contains(name));
    let only = match (parts.next(), parts.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    exact.or(only).map(|service| service.id.clone())
}

/// A day as people write it (`2026/12/5`, `2026年12月5日`, `20261205`) in the form `2026-12-05`; other text as it is.
fn date(text: &str) -> String {
    let day = text.split_whitespace().next().unwrap_or("");
    let parts: Vec<&str> = day.split(['/', '-', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let written = match parts.as_slice() {
        [year, month, day] => format!("{year:0>4}-{month:0>2}-{day:0>2}"),
        [digits] if digits.len() == 8 && digits.is_ascii() => {
            format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
        }
        _ => return text.to_owned(),
    };
    if CivilDate::parse(&written).is_some() { written } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for (written, read) in [
            ("2026/12/5", "2026-12-05"),
            ("2026年12月5日", "2026-12-05"),
            ("20261205", "2026-12-05"),
            ("2026.12.05", "2026-12-05"),
            ("2026-12-05 00:00", "2026-12-05"),
            ("下周", "下周"),
            ("2026/13/5", "2026/13/5"),
            ("", ""),
        ] {
            assert_eq!(date(written), read, "{written}");
        }
    }

    #[test]
    fn titles_of_columns_are_known_by_many_names() {
        for (title, known) in [
            ("姓名", Some(Column::Name)),
            (" 手机号*（必填）", Some(Column::Phone)),
            ("联系电话", Some(Column::Phone)),
            ("最晚 日期", Some(Column::DueTo)),
            ("身份证号", None),
        ] {
            assert_eq!(column(title), known, "{title}");
        }
    }
}
