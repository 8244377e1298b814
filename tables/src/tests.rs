use super::*;
use proptest::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Read as _, Write as _};

fn of(bytes: impl AsRef<[u8]>) -> Result<Table, Error> {
    read(bytes.as_ref(), 5_000, |_| false)
}

/// The header and the rows with their numbers, as they are compared.
fn plainly(table: &Table) -> (Vec<&str>, Vec<(usize, Vec<&str>)>) {
    (
        table.header.iter().map(String::as_str).collect(),
        table.rows.iter().map(|row| (row.number, row.cells.iter().map(String::as_str).collect())).collect(),
    )
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, header: &[&str], rows: &[(usize, &[&str])]) {
    let table = of(bytes).expect("a table");
    let rows: Vec<(usize, Vec<&str>)> = rows.iter().map(|(number, cells)| (*number, cells.to_vec())).collect();
    assert_eq!(plainly(&table), (header.to_vec(), rows));
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook")
}

/// A workbook with one of its parts changed.
fn with_part(book: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(book)).expect("a package");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..from.len() {
        let mut part = from.by_index(place).expect("a part");
        let found = part.name().expect("a name").into_owned();
        let mut content = String::new();
        part.read_to_string(&mut content).expect("text");
        if found == name {
            content = change(content);
        }
        to.start_file(found, zip::write::SimpleFileOptions::default()).expect("a part");
        to.write_all(content.as_bytes()).expect("written");
    }
    to.finish().expect("a package").into_inner()
}

#[test]
fn a_row_or_cell_that_is_there_twice_is_told_and_hides_nobody() {
    let book = workbook(|sheet| {
        for (row, name) in ["姓名", "李芳", "王强"].into_iter().enumerate() {
            sheet.write_row(row as u32, 0, [name, "备注"]).expect("written");
        }
    });
    let sheet = |change: &dyn Fn(String) -> String| of(with_part(&book, "xl/worksheets/sheet1.xml", change));
    let told = |row, cause| Error::Broken { row, cause };
    assert!(sheet(&|xml| xml).is_ok());
    for (what, error, changes) in [
        ("a row", told(2, Cause::Twice), &[("r=\"3\"", "r=\"2\""), ("\"A3\"", "\"A2\""), ("\"B3\"", "\"B2\"")][..]),
        (
            "halves of a row",
            told(2, Cause::Twice),
            &[("r=\"3\"", "r=\"2\""), ("\"A3\"", "\"C2\""), ("\"B3\"", "\"D2\"")],
        ),
        ("a blank row between", told(2, Cause::OutOfOrder), &[("<row r=\"3\"", "<row r=\"3\"/><row r=\"2\"")]),
        ("a cell", told(3, Cause::Twice), &[("\"B3\"", "\"A3\"")]),
        ("a cell and a blank one", told(3, Cause::Twice), &[("<c r=\"B3\"", "<c r=\"A3\"/><c r=\"B3\"")]),
        ("a cell of another row", told(3, Cause::OutOfOrder), &[("\"A3\"", "\"A2\"")]),
        ("a cell of a row to come", told(2, Cause::OutOfOrder), &[("\"B2\"", "\"B3\"")]),
    ] {
        let changed = |xml: String| {
            changes.iter().fold(xml, |xml, (from, to)| {
                assert!(xml.contains(from), "{what}: {xml}");
                xml.replacen(from, to, 1)
            })
        };
        assert_eq!(sheet(&changed).err(), Some(error), "{what}");
    }
    // Rows that do not say which they are count on.
    let plain = |xml: String| (1..4).fold(xml, |xml, row| xml.replace(&format!("<row r=\"{row}\""), "<row"));
    assert_eq!(sheet(&plain), sheet(&|xml| xml));
}

#[test]
fn every_encoding_reads_the_same() {
    let text = "姓名,手机号\r\n李芳,13800138000\r\n𠮷野䶮,１３９\r\n";
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        utf16(text, u16::to_le_bytes),
        utf16(text, u16::to_be_bytes),
        gb18030(text),
    ] {
        check(bytes, &["姓名", "手机号"], &[(2, &["李芳", "13800138000"]), (3, &["𠮷野䶮", "１３９"])]);
    }
}

#[test]
fn every_delimiter_and_every_end_of_line_reads_the_same() {
    for between in [",", "\t", ";", "，"] {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("姓名{between}备注{end}李芳{between}\"早{between}晚\"{end}王强{between}");
            let both = format!("早{between}晚").replace('\t', " ");
            check(text, &["姓名", "备注"], &[(2, &["李芳", &both]), (3, &["王强", ""])]);
        }
    }
}

#[test]
fn quoted_cells_are_read_as_spreadsheets_write_them() {
    let header: &[&str] = &["a", "b"];
    type Rows<'a> = &'a [(usize, &'a [&'a str])];
    let cases: [(&str, Rows<'_>); 9] = [
        ("a,b\n\"1,2\",3", &[(2, &["1,2", "3"])]),
        ("a,b\n\"说\"\"好\"\"\",3", &[(2, &["说\"好\"", "3"])]),
        ("a,b\n\"上\r\n下\",3\n4,5", &[(2, &["上\n下", "3"]), (3, &["4", "5"])]),
        ("a,b\n\"\n\n上\",3\n\n\n4,5", &[(2, &["上", "3"]), (5, &["4", "5"])]),
        ("\"a\",\"b\"\r\n\"1\",\"2\"\r\n", &[(2, &["1", "2"])]),
        ("a,b\n5\",3", &[(2, &["5\"", "3"])]),
        ("a,b\n\"\",3", &[(2, &["", "3"])]),
        ("a,b\n1,\"2\n\"", &[(2, &["1", "2"])]),
        ("a,b\n1,\"2\n\"\n", &[(2, &["1", "2"])]),
    ];
    for (text, rows) in cases {
        check(text, header, rows);
    }
}

#[test]
fn blank_rows_are_left_out_and_counted() {
    for text in [
        "\n\n姓名,电话\n\n李芳,1\n,\n \u{3000} , \n\"\"\n王强,2\n\n",
        "\r\n,,\r\n姓名,电话\r\n\r\n李芳,1\r\n,\r\n,\r\n,\r\n王强,2\r\n",
        "\r\r姓名,电话\r\r李芳,1\r\r\r\r王强,2",
    ] {
        check(text, &["姓名", "电话"], &[(5, &["李芳", "1"]), (9, &["王强", "2"])]);
    }
}

#[test]
fn short_rows_are_filled_and_columns_without_a_name_stay() {
    check("a,,c,,\n1\n1,2,3,,", &["a", "", "c"], &[(2, &["1", "", ""]), (3, &["1", "2", "3"])]);
}

#[test]
fn what_is_no_table_is_told_apart() {
    let long = format!("a\nb\n{}", "字".repeat(2_001));
    let wide = "a,".repeat(257) + "a";
    let cut = &"姓名,电话\n李芳李芳李芳,1\n王".as_bytes()[..36];
    let container = |name: &str| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), utf16(name, u16::to_le_bytes)].concat();
    let broken = |row, cause| Error::Broken { row, cause };
    for (bytes, error) in [
        (b"".to_vec(), Error::Empty),
        (b"\xef\xbb\xbf\r\n , \r\n".to_vec(), Error::Empty),
        (b"\xff\xfe".to_vec(), Error::Empty),
        (b"%PDF-1.7".to_vec(), Error::NotATable),
        (b"\x89PNG\r\n\x1a\n".to_vec(), Error::NotATable),
        (b"<html><table><tr><td>".to_vec(), Error::NotATable),
        (utf16("  <?xml version=\"1.0\"?>", u16::to_le_bytes), Error::NotATable),
        (b"PK\x03\x04 and no more".to_vec(), Error::NotATable),
        (b"PK\x05\x06".to_vec(), Error::NotATable),
        (container("Workbook"), Error::OldExcel),
        (container("EncryptedPackage"), Error::Protected),
        (container("WordDocument"), Error::NotATable),
        (b"a,b\n1,2\n\"x\ny\",\xff\xff".to_vec(), Error::Encoding { row: 3 }),
        (b"a,b\r\n1,2\r\n3,\xff".to_vec(), Error::Encoding { row: 3 }),
        (cut.to_vec(), Error::Encoding { row: 3 }),
        (b"\xef\xbb\xbfa\n\xd0\xd5".to_vec(), Error::Encoding { row: 2 }),
        (b"\xff\xfea\0\n\0\x00\xd8".to_vec(), Error::Encoding { row: 2 }),
        (b"a,b\n1,2\n\n3,\"4\n5,6\n".to_vec(), broken(4, Cause::OpenQuote)),
        (b"a,b\n1,2\n3,\"".to_vec(), broken(3, Cause::OpenQuote)),
        (b"a,b\n1,2,\n3,4,5\n".to_vec(), broken(3, Cause::MoreCells { column: 3, columns: 2 })),
        (long.into_bytes(), broken(3, Cause::LongCell { column: 1, most: 2_000 })),
        (wide.into_bytes(), Error::TooWide { columns: 257, most: 256 }),
        ("a\n".repeat(5_004).into_bytes(), Error::TooLarge { rows: 5_003, most: 5_000 }),
    ] {
        assert_eq!(of(&bytes).err(), Some(error), "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
    }
}

#[test]
fn a_full_table_is_not_too_large() {
    let table = of("a\n".repeat(5_001)).expect("a table");
    assert_eq!(table.rows.len(), 5_000);
    assert_eq!(table.rows.last().map(|row| row.number), Some(5_001));
}

#[test]
fn errors_name_the_row_and_no_cell() {
    for (error, text) in [
        (Error::Empty, "这个文件是空的"),
        (
            Error::Broken { row: 7, cause: Cause::MoreCells { column: 3, columns: 2 } },
            "第 7 行：第 3 列有内容，表头却只有 2 列",
        ),
        (Error::TooLarge { rows: 6_000, most: 5_000 }, "这个文件有 6000 行，一次最多 5000 行。请分成几个文件，再上传"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_workbook_is_read_as_the_spreadsheet_shows_it() {
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let time = Format::new().set_num_format("yyyy/m/d h:mm");
    let clock = Format::new().set_num_format("h:mm");
    let hours = Format::new().set_num_format("[h]:mm");
    let zeros = Format::new().set_num_format("000000");
    let money = Format::new().set_num_format("#,##0.00");
    let day = ExcelDateTime::from_ymd(2026, 11, 24).expect("a day");
    let moment = day.clone().and_hms(9, 30, 0).expect("a time");
    let book = workbook(|sheet| {
        for (row, name) in ["值", " 李芳 ", "007", "１３８"].into_iter().enumerate() {
            sheet.write(row as u32, 0, name).expect("written");
        }
        sheet.write(4, 0, 13_800_138_000_u64).expect("written");
        sheet.write(5, 0, -12.5).expect("written");
        sheet.write_with_format(6, 0, 1_234.5, &money).expect("written");
        sheet.write_with_format(7, 0, 42, &zeros).expect("written");
        sheet.write_with_format(8, 0, &day, &date).expect("written");
        sheet.write_with_format(9, 0, &moment, &time).expect("written");
        sheet.write_with_format(10, 0, 0.395_833_333_333_333, &clock).expect("written");
        sheet.write_with_format(11, 0, 1.0625, &hours).expect("written");
        sheet.write(12, 0, true).expect("written");
        sheet.write(13, 0, Formula::new("=A5+1").set_result("13800138001")).expect("written");
        sheet.write(14, 0, Formula::new("=\"李\"&\"芳\"").set_result("李芳")).expect("written");
        sheet.write(15, 0, "上\n下").expect("written");
        sheet.merge_range(17, 0, 18, 0, "合并", &Format::new()).expect("written");
        sheet.write_blank(30, 3, &money).expect("written");
    });
    check(
        book,
        &["值"],
        &[
            (2, &["李芳"]),
            (3, &["007"]),
            (4, &["１３８"]),
            (5, &["13800138000"]),
            (6, &["-12.5"]),
            (7, &["1234.5"]),
            (8, &["000042"]),
            (9, &["2026-11-24"]),
            (10, &["2026-11-24 09:30"]),
            (11, &["09:30"]),
            (12, &["25:30"]),
            (13, &["TRUE"]),
            (14, &["13800138001"]),
            (15, &["李芳"]),
            (16, &["上\n下"]),
            (18, &["合并"]),
        ],
    );
}

/// A workbook whose header has two titles that are known.
fn known(bytes: &[u8]) -> Table {
    read(bytes, 5_000, |title| ["姓名", "手机号", "原因", "项目"].contains(&title)).expect("a table")
}

#[test]
fn a_cell_with_an_error_or_without_its_value_is_told_and_not_empty() {
    let book = workbook(|sheet| {
        sheet.write_row(0, 0, ["姓名", "手机号", "原因", "项目"]).expect("written");
        for row in 1..=3 {
            sheet.write_row(row, 0, ["李芳", "139"]).expect("written");
        }
        sheet.write(1, 2, Formula::new("=1/0").set_result("0")).expect("written");
        sheet.write(1, 3, Formula::new("=A1:B2").set_result("0")).expect("written");
        sheet.write(2, 2, Formula::new("=B1").set_result("0")).expect("written");
        sheet.write(2, 3, "#N/A").expect("written");
        sheet.write(3, 2, Formula::new("=\"\"").set_result("字")).expect("written");
        sheet.write(3, 3, "####").expect("written");
    });
    let book = with_part(&book, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<c r=\"C2\">", "<c r=\"C2\" t=\"e\">")
            .replace("<c r=\"D2\">", "<c r=\"D2\" t=\"e\">")
            .replace("<f>1/0</f><v>0</v>", "<f>1/0</f><v>#DIV/0!</v>")
            .replace("<f>A1:B2</f><v>0</v>", "<f>A1:B2</f><v>#SPILL!</v>")
            .replace("<f>B1</f><v>0</v>", "<f>B1</f><v/>")
            .replace("<v>字</v>", "<v></v>")
    });
    let table = known(&book);
    let faults: Vec<&[(usize, Fault)]> = table.rows.iter().map(|row| row.faults.as_slice()).collect();
    let error = |text: &str| Fault::Error(text.to_owned());
    assert_eq!(
        faults,
        [
            &[(2, error("#DIV/0!")), (3, error("#SPILL!"))][..],
            &[(2, Fault::NoValue), (3, error("#N/A"))],
            &[(3, error("####"))]
        ],
        "a formula that gives an empty text is none"
    );
    let table = known("姓名,手机号,原因\n李芳,139,#N/A\n王强,138,#ref!\n".as_bytes());
    assert!(table.rows.iter().all(|row| row.faults.len() == 1 && row.cells[2].is_empty()), "{table:?}");
}

#[test]
fn rows_columns_and_sheets_that_are_hidden_are_kept_apart() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["姓名", "手机号", "项目", "原因"]).expect("written");
    for (row, name) in (1..).zip(["甲", "乙", "丙", "丁"]) {
        sheet.write_row(row, 0, [name, "139", "肠镜", "结节"]).expect("written");
    }
    sheet.set_row_hidden(2).expect("hidden");
    sheet.set_row_height(4, 0).expect("hidden");
    sheet.set_column_hidden(2).expect("hidden");
    book.add_worksheet().set_name("去年").expect("a name").write(0, 0, "x").expect("written");
    book.add_worksheet().set_name("空").expect("a name");
    book.add_worksheet().set_name("藏").expect("a name").set_hidden(true).write(0, 0, "x").expect("written");
    let table = known(&book.save_to_buffer().expect("a workbook"));
    let names = |rows: &[Row]| rows.iter().map(|row| row.cells[0].clone()).collect::<Vec<_>>();
    assert_eq!(names(&table.rows), ["甲", "丙"]);
    assert_eq!((names(&table.hidden), table.hidden_count), (vec!["乙".to_owned(), "丁".to_owned()], 2));
    assert_eq!(table.header, ["姓名", "手机号", "", "原因"]);
    assert_eq!(table.hidden_columns, ["项目"]);
    assert!(table.rows.iter().chain(&table.hidden).all(|row| row.cells[2].is_empty()), "{table:?}");
    assert_eq!(table.unread_sheets, ["去年", "藏"]);
}

#[test]
fn a_value_of_cells_merged_downwards_counts_for_each_row_and_one_merged_sideways_is_told() {
    let book = workbook(|sheet| {
        let plain = Format::new();
        sheet.write_row(0, 0, ["姓名", "手机号", "原因", "项目"]).expect("written");
        for (row, name) in (1..).zip(["甲", "乙", "丙", "丁", "戊"]) {
            sheet.write_row(row, 0, [name, "139"]).expect("written");
        }
        sheet.merge_range(1, 2, 3, 2, "结节", &plain).expect("merged");
        sheet.merge_range(1, 3, 2, 3, "肠镜", &plain).expect("merged");
        sheet.merge_range(5, 2, 5, 3, "都有", &plain).expect("merged");
    });
    let table = known(&book);
    let cells: Vec<&[String]> = table.rows.iter().map(|row| &row.cells[2..]).collect();
    assert_eq!(cells, [["结节", "肠镜"], ["结节", "肠镜"], ["结节", ""], ["", ""], ["都有", ""]]);
    assert_eq!(table.rows[4].faults, [(3, Fault::Merged)]);
    assert!(table.rows[..4].iter().all(|row| row.faults.is_empty()));
}

#[test]
fn the_header_is_found_below_titles_and_its_repetitions_are_left_out() {
    let book = workbook(|sheet| {
        sheet.merge_range(0, 0, 0, 3, "2026 年名单", &Format::new()).expect("merged");
        sheet.write(1, 0, "填表人：张三").expect("written");
        for row in [3, 6] {
            sheet.write_row(row, 0, ["序号", "姓名", "手机号", "原因"]).expect("written");
        }
        for (row, name) in [(4, "甲"), (5, "乙"), (7, "丙")] {
            sheet.write_row(row, 0, ["1", name, "139", "结果"]).expect("written");
        }
    });
    let text = "\u{feff}2026 年名单,,,\r\n填表人：张三\r\n\r\n序号,姓名,手机号,原因\r\n1,甲,139,结果\r\n1,乙,139,结果\r\n\
                序号,姓名,手机号,原因\r\n1,丙,139,结果\r\n";
    for bytes in [book.as_slice(), text.as_bytes(), text.replace(',', "\t").as_bytes()] {
        let table = known(bytes);
        assert_eq!((table.header_row, table.titled), (4, true));
        assert_eq!(table.header, ["序号", "姓名", "手机号", "原因"]);
        let rows: Vec<(usize, &str)> = table.rows.iter().map(|row| (row.number, row.cells[1].as_str())).collect();
        assert_eq!(rows, [(5, "甲"), (6, "乙"), (8, "丙")]);
    }
    // A header of two rows: what is merged over both counts for the lower one.
    let book = workbook(|sheet| {
        sheet.merge_range(0, 0, 1, 0, "姓名", &Format::new()).expect("merged");
        sheet.merge_range(0, 1, 1, 1, "手机号", &Format::new()).expect("merged");
        sheet.merge_range(0, 2, 0, 3, "检查", &Format::new()).expect("merged");
        sheet.write_row(1, 2, ["项目", "原因"]).expect("written");
        sheet.write_row(2, 0, ["甲", "139", "肠镜", "结节"]).expect("written");
    });
    let table = known(&book);
    assert_eq!(
        (table.header_row, table.header.as_slice()),
        (2, &["姓名", "手机号", "项目", "原因"].map(str::to_owned)[..])
    );
    assert_eq!(table.rows.len(), 1);
}

#[test]
fn dates_counted_from_1904_are_the_same_days() {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let book = workbook(|sheet| {
        sheet.write(0, 0, "a").expect("written");
        // 2026-11-24 less the 1,462 days between both beginnings.
        sheet.write_with_format(1, 0, 46_350 - 1_462, &date).expect("written");
    });
    let book = with_part(&book, "xl/workbook.xml", |xml| xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    check(book, &["a"], &[(2, &["2026-11-24"])]);
}

#[test]
fn the_first_sheet_that_holds_anything_and_is_seen_counts() {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title("名单"));
    book.add_worksheet().set_name("说明").expect("a name").write(4, 0, "  ").expect("written");
    book.add_worksheet().set_hidden(true).write(0, 0, "隐藏").expect("written");
    let list = book.add_worksheet();
    list.write_row(2, 1, ["姓名", "电话"]).expect("written");
    list.write_row(4, 1, ["李芳", "0731"]).expect("written");
    book.add_worksheet().write(0, 0, "另一张").expect("written");
    let bytes = book.save_to_buffer().expect("a workbook");
    check(bytes, &["", "姓名", "电话"], &[(5, &["", "李芳", "0731"])]);
}

#[test]
fn a_workbook_without_cells_is_empty() {
    assert_eq!(of(workbook(|_| {})), Err(Error::Empty));
}

#[test]
fn five_thousand_rows_are_read_and_one_more_is_too_many() {
    let rows = |count: u32| {
        workbook(|sheet| {
            sheet.write_row(0, 0, ["姓名", "手机号"]).expect("written");
            for row in 1..=count {
                sheet.write(row, 0, format!("居民{row}")).expect("written");
                sheet.write(row, 1, 13_800_000_000_u64 + u64::from(row)).expect("written");
            }
        })
    };
    let table = of(rows(5_000)).expect("a table");
    assert_eq!(table.rows.len(), 5_000);
    assert_eq!(
        table.rows[4_999],
        Row { number: 5_001, cells: vec!["居民5000".into(), "13800005000".into()], faults: Vec::new() }
    );
    assert_eq!(of(rows(5_001)), Err(Error::TooLarge { rows: 5_001, most: 5_000 }));
}

#[test]
fn cells_beyond_the_header_are_refused_however_far_they_are() {
    for column in [1, 255, 256, 16_383] {
        let book = workbook(|sheet| {
            sheet.write(0, 0, "a").expect("written");
            sheet.write(2, column, "x").expect("written");
        });
        let cause = Cause::MoreCells { column: usize::from(column) + 1, columns: 1 };
        assert_eq!(of(book), Err(Error::Broken { row: 3, cause }));
    }
    let book = workbook(|sheet| {
        sheet.write(0, 16_383, "x").expect("written");
    });
    assert_eq!(of(book), Err(Error::TooWide { columns: 16_384, most: 256 }));
}

#[test]
fn packages_made_to_harm_are_refused() {
    let book = workbook(|sheet| {
        sheet.write_row(0, 0, ["a", "b"]).expect("written");
        sheet.write_row(1, 0, ["c", "d"]).expect("written");
    });
    let sheet = "xl/worksheets/sheet1.xml";
    let texts = "xl/sharedStrings.xml";
    let styles = "xl/styles.xml";
    let long = "<numFmt formatCode=\"".to_owned() + &"0".repeat(1 << 20) + "\"/>";
    let many = "<xf/>".repeat(1 << 10);
    let bytes = |name, from: &str, to: &str| with_part(&book, name, |xml| xml.replacen(from, to, 1));
    for (what, bytes, error) in [
        ("nothing", bytes(sheet, "", ""), None),
        ("a bomb", bytes(sheet, "</sheetData>", &" ".repeat(65 << 20)), Some(Error::TooBig)),
        ("a bomb in another part", bytes("docProps/app.xml", "<", &" ".repeat(65 << 20)), Some(Error::TooBig)),
        (
            "texts that are not there",
            bytes(texts, "uniqueCount=\"4\"", "uniqueCount = '99999999999999999999'"),
            Some(Error::NotATable),
        ),
        ("styles that multiply", bytes(styles, "<cellXfs", &(long + &many + "<cellXfs")), Some(Error::TooBig)),
        ("another encoding", bytes(styles, "<", "\0<"), Some(Error::NotATable)),
        ("a row that no sheet has", bytes(sheet, "r=\"A2\"", "r=\"A99999999999\""), Some(Error::NotATable)),
        ("a column that no sheet has", bytes(sheet, "r=\"A2\"", "r=\"ZZZZZZZZZ2\""), Some(Error::NotATable)),
        (
            "rows out of order",
            bytes(sheet, "r=\"B1\"", "r=\"B3\""),
            Some(Error::Broken { row: 1, cause: Cause::OutOfOrder }),
        ),
        ("a text that is not there", bytes(sheet, "<v>3</v>", "<v>9</v>"), Some(Error::NotATable)),
        ("no end", bytes(sheet, "</sheetData>", ""), Some(Error::NotATable)),
    ] {
        assert_eq!(of(bytes).err(), error, "{what}");
    }
}

#[test]
fn a_size_that_ends_before_it_begins_does_no_harm() {
    let book = workbook(|sheet| {
        sheet.write_row(0, 0, ["a", "b"]).expect("written");
        sheet.write_row(1, 0, ["c", "d"]).expect("written");
    });
    let read = of(with_part(&book, "xl/worksheets/sheet1.xml", |xml| xml.replace("A1:B2", "B9:A1")));
    assert!(read == of(book) || read == Err(Error::NotATable), "{read:?}");
}

#[test]
fn files_of_hospital_systems_are_read_without_their_tricks() {
    let text = "姓名\t,登记号\t,手机号\t\r\n李芳\t,=\"007\",13800138000\t\r\n王强\t,\"=\"\"008\"\"\",\"\t139\"\r\n";
    check(text, &["姓名", "登记号", "手机号"], &[(2, &["李芳", "007", "13800138000"]), (3, &["王强", "008", "139"])]);
}

/// Text of cells: letters of several scripts, all that delimits, quotes or begins a formula.
fn cell() -> impl Strategy<Value = String> {
    "[a-z0-9李芳𠮷é，,;\"'=+@－＝ \n-]{0,12}".prop_map(|text| text.trim().to_owned())
}

fn table() -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>)> {
    (1..6_usize).prop_flat_map(|width| {
        let header = prop::collection::vec(cell().prop_filter("named", |cell| !cell.is_empty()), width);
        (header, prop::collection::vec(prop::collection::vec(cell(), width), 0..8))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again((header, rows) in table()) {
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let read = of(write_csv(&names, rows.iter().cloned())).expect("a table");
        prop_assert_eq!(&read.header, &header);
        let filled = rows.into_iter().enumerate().filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
        let expected: Vec<Row> = filled.map(|(place, cells)| Row { number: place + 2, cells, faults: Vec::new() }).collect();
        prop_assert_eq!(read.rows, expected);
    }

    #[test]
    fn a_workbook_and_csv_of_the_same_cells_read_the_same((header, rows) in table()) {
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let book = workbook(|sheet| {
            sheet.write_row(0, 0, names.iter().copied()).expect("written");
            for (place, row) in rows.iter().enumerate() {
                sheet.write_row(place as u32 + 1, 0, row).expect("written");
            }
        });
        prop_assert_eq!(of(book), of(write_csv(&names, rows.iter().cloned())));
    }

    #[test]
    fn gb18030_and_utf_8_read_the_same(rows in prop::collection::vec("[a-z李芳𠮷䶮①㐀é,\"\n，]{0,12}", 0..8)) {
        let text = format!("姓名,手机号,x,y,z,u,v,w\n{}", rows.join("\n"));
        prop_assert_eq!(of(gb18030(&text)), of(text));
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[a,;\t，\"\n\r\0姓<>=\u{1f}]{0,60}") {
        let _ = of(&text);
        let _ = of(gb18030(&text));
        let _ = of(utf16(&text, u16::to_be_bytes));
    }

    #[test]
    fn no_bytes_make_reading_panic(front in prop::sample::select(vec![
        &b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff",
    ]), bytes: Vec<u8>) {
        let _ = of([front, &bytes].concat());
    }

    #[test]
    fn no_damage_to_a_workbook_makes_reading_panic(place: prop::sample::Index, byte: u8, part in prop::sample::select(vec![
        "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels", "_rels/.rels",
    ])) {
        let book = workbook(|sheet| {
            sheet.write_row(0, 0, ["姓名", "手机号"]).expect("written");
            sheet.write_row(1, 0, ["李芳", "13800138000"]).expect("written");
        });
        let whole = with_part(&book, part, |xml| {
            let mut bytes = xml.into_bytes();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let _ = of(whole);
        let mut outside = book;
        let place = place.index(outside.len());
        outside[place] = byte;
        let _ = of(outside);
    }
}
