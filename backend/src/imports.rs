//! A table of patients, understood: which column is what, what fills the empty cells, and the same person twice.
//! Nothing here is stored.

use crate::content::Library;
use std::collections::HashMap;
use zaoshai_contract::dates::read_date;
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::problem::FieldError;
use zaoshai_contract::staff::NewFollowUp;
use zaoshai_contract::staff::batches::MOST_ROWS;
use zaoshai_tables::{Row, Table};

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

impl Column {
    /// The field of the form that it fills.
    fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Reason => "reason",
            Self::Services => "services",
            Self::DueFrom => "due_from",
            Self::DueTo => "due_to",
            Self::Urgency => "urgency",
            Self::Template => "template",
            Self::Letter => "letter",
        }
    }
}

/// What hospitals write above a column, the usual word first.
const NAMES: [(Column, &[&str]); 9] = [
    (Column::Name, &["姓名", "称呼", "病人称呼", "名字", "患者", "患者姓名", "病人", "病人姓名", "name"]),
    (
        Column::Phone,
        &[
            "手机号",
            "手机",
            "患者手机",
            "患者手机号",
            "本人电话",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "患者电话",
            "phone",
        ],
    ),
    (Column::Reason, &["原因", "为什么", "为什么要来", "随访原因", "结果", "检查结果", "筛查结果", "reason"]),
    (Column::Services, &["项目", "服务", "复查项目", "检查项目", "随访项目", "可以约", "可以约什么", "service"]),
    (Column::DueFrom, &["最早", "最早日期", "开始", "开始日期", "from"]),
    (Column::DueTo, &["最晚", "最晚日期", "截止", "截止日期", "到期", "到期日", "to"]),
    (Column::Urgency, &["紧急程度", "紧急", "urgency"]),
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
    /// All its cells: an older server knew a row again by them.
    pub cells: String,
    /// What was not understood before the form itself is looked at, by the field.
    pub errors: Vec<FieldError>,
    /// Whether it names nobody: neither a name nor a number stands in it.
    pub nobody: bool,
}

/// A table that was read.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Its rows.
    pub lines: Vec<Line>,
    /// The rows that the spreadsheet hides: their numbers and the names in them.
    pub hidden: Vec<(usize, String)>,
    /// How many it hides.
    pub hidden_count: usize,
    /// What was taken for what, where that is worth a look, a sentence each.
    pub notes: Vec<String>,
    /// The columns that are not used.
    pub unused: Vec<String>,
}

/// Reads a file; `defaults` fill what a row leaves empty.
///
/// # Errors
/// What is wrong with the file as a whole, in words for the nurse who uploads it.
pub fn read(bytes: &[u8], defaults: &NewFollowUp, library: &Library) -> Result<Lines, String> {
    let known = |title: &str| column(title).is_some();
    let table = zaoshai_tables::read(bytes, MOST_ROWS, known).map_err(|error| error.to_string())?;
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
    for (needed, name) in [(Column::Name, "姓名"), (Column::Phone, "手机号")] {
        if columns.contains_key(&needed) {
            continue;
        }
        let hidden = table.hidden_columns.iter().any(|title| column(title) == Some(needed));
        return Err(if hidden {
            format!("“{name}”这一列在表格里是隐藏的，没有读。请取消隐藏，保存以后再上传")
        } else {
            let row = table.header_row;
            format!(
                "没有找到“{name}”这一列。系统把第 {row} 行当成了列名。请在名单上面一行写：姓名、手机号、原因、项目、最早、最晚"
            )
        });
    }
    let lines = table.rows.iter().map(|row| line(row, &columns, defaults, library)).collect();
    let name = |row: &Row| columns.get(&Column::Name).and_then(|index| row.cells.get(*index)).cloned();
    Ok(Lines {
        lines,
        hidden: table.hidden.iter().map(|row| (row.number, name(row).unwrap_or_default())).collect(),
        hidden_count: table.hidden_count,
        notes: notes(&table),
        unused,
    })
}

/// What a nurse should know of how a table was read.
fn notes(table: &Table) -> Vec<String> {
    let mut notes = Vec::new();
    if table.titled {
        notes.push(format!("第 {} 行是列名，上面的标题没有用", table.header_row));
    }
    if !table.hidden_columns.is_empty() {
        notes.push(format!("隐藏的列没有读：{}", table.hidden_columns.join("、")));
    }
    if !table.unread_sheets.is_empty() {
        notes.push(format!("只读了一张工作表，没有读的：{}", table.unread_sheets.join("、")));
    }
    notes
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
    let mut wrong = |column: Column, message: String| {
        errors.push(FieldError { field: column.field().to_owned(), message });
    };
    for (column, titles) in NAMES {
        // A formula that found an empty cell gives 0, which none of these columns can mean.
        let zero = cell(column) == "0" && !matches!(column, Column::Name | Column::Phone);
        let index = columns.get(&column);
        let fault = row.faults.iter().find(|(place, _)| Some(place) == index);
        let title = titles[0];
        if let Some((_, fault)) = fault {
            wrong(column, format!("“{title}”这一格{fault}"));
        } else if zero {
            wrong(column, format!("“{title}”这一格是 0，多半是公式没有找到内容"));
        }
    }
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
                None => wrong(Column::Services, format!("没有“{name}”这个项目")),
            }
        }
        services
    };
    let urgency = cell(Column::Urgency);
    let urgency = match Urgency::ALL.iter().find(|known| known.title() == urgency) {
        Some(known) => Some(known.as_str().to_owned()),
        None if urgency.is_empty() => defaults.urgency.clone(),
        None => Some(urgency.to_owned()),
    };
    let template = cell(Column::Template);
    let template = match library.letters.iter().find(|letter| letter.title == template) {
        Some(letter) => letter.id.clone(),
        None => or(template, &defaults.template),
    };
    let date = |text: &str, default: &str| match read_date(text) {
        Ok(date) => date.to_string(),
        Err(_) => or(text, default),
    };
    let form = NewFollowUp {
        name: cell(Column::Name).to_owned(),
        phone: cell(Column::Phone).to_owned(),
        reason: or(cell(Column::Reason), &defaults.reason),
        services,
        due_from: date(cell(Column::DueFrom), &defaults.due_from),
        due_to: date(cell(Column::DueTo), &defaults.due_to),
        urgency,
        template,
        letter: cell(Column::Letter).to_owned(),
        another: false,
        anew: false,
    };
    let nobody = form.name.is_empty() && form.phone.is_empty() && row.faults.is_empty();
    Line { row: row.number, form, cells: row.cells.join("\u{1f}"), errors, nobody }
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

#[cfg(test)]
mod tests {
    use super::*;

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
