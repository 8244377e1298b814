//! Days as people write them in forms, tables and the API: the one parser for all of them.
//! What it cannot read without guessing is refused, with what to write instead.

use crate::civil::CivilDate;
use core::fmt;

/// The years that a form can mean.
const YEARS: core::ops::RangeInclusive<u32> = 2000..=2099;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateMistake {
    /// Nothing is there, or nothing like a day.
    None,
    /// The year has two digits.
    ShortYear,
    /// There is no year.
    NoYear,
    /// The year is not one that can be meant.
    Year(u32),
    /// The year stands last, so that nobody can tell which of the others is the month.
    YearLast,
    /// The calendar has no such day.
    NoSuchDay,
    /// A spreadsheet's count of days instead of a day.
    Serial,
}

impl fmt::Display for DateMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("请写成 2026-12-05 这样"),
            Self::ShortYear => f.write_str("年份请写四位数，例如 2027-02-26"),
            Self::NoYear => f.write_str("请写上年份，例如 2027-02-26"),
            Self::Year(year) => write!(f, "{year} 年不对，年份请写四位数，例如 2027-02-26"),
            Self::YearLast => f.write_str("请按年、月、日的顺序写，例如 2027-02-26"),
            Self::NoSuchDay => f.write_str("日历上没有这一天，请核对"),
            Self::Serial => f.write_str("这是一个数，不是日期。请把这一列设成“日期”，再保存"),
        }
    }
}

/// Reads a day as people write it: `2026-12-05`, `2026/12/5`, `2026.12.5`, `2026年12月5日`, `20261205`, full-width digits,
/// a time or a day of the week behind it.
///
/// # Errors
/// What is wrong with it. A year of two digits is never guessed.
pub fn read_date(text: &str) -> Result<CivilDate, DateMistake> {
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let mut within = false;
    let mut year_sign = false;
    for letter in text.trim().chars() {
        let letter = match letter {
            '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            letter => letter,
        };
        if let Some(digit) = letter.to_digit(10) {
            match numbers.last_mut() {
                Some((number, digits)) if within => {
                    (*number, *digits) = (number.saturating_mul(10).saturating_add(digit), *digits + 1);
                }
                _ => numbers.push((digit, 1)),
            }
            within = true;
            continue;
        }
        within = false;
        match letter {
            // What follows the day is a time or the day of the week.
            'T' | 't' | '日' | '号' | '號' | '星' | '周' | '週' | '(' | '（' if numbers.len() == 3 => break,
            letter if letter.is_whitespace() && numbers.len() == 3 => break,
            letter if letter.is_whitespace() && numbers.len() == 1 && numbers[0].1 == 8 => break,
            '年' => year_sign |= numbers.len() == 1,
            '-' | '/' | '.' | '月' | '日' | '号' | '號' | '．' | '／' | '－' | '–' | '—' | '\u{2010}' | '\u{2011}'
            | '\u{2212}' | '、' => {}
            letter if letter.is_whitespace() => {}
            _ => return Err(DateMistake::None),
        }
    }
    let day = |year: (u32, usize), month: u32, day: u32| {
        if year.1 < 4 {
            return Err(DateMistake::ShortYear);
        }
        if year.1 > 4 || !YEARS.contains(&year.0) {
            return Err(DateMistake::Year(year.0));
        }
        let parts = (i32::try_from(year.0), u8::try_from(month), u8::try_from(day));
        let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(DateMistake::NoSuchDay) };
        CivilDate::new(year, month, day).ok_or(DateMistake::NoSuchDay)
    };
    match numbers.as_slice() {
        [(digits, 8)] => day((digits / 10_000, 4), digits / 100 % 100, digits % 100),
        [(digits, 6)] if digits / 100 % 100 <= 12 => Err(DateMistake::ShortYear),
        [(30_000..=80_000, 5)] => Err(DateMistake::Serial),
        [_, _, (_, 4)] => Err(DateMistake::YearLast),
        [year, (month, _), (the_day, _)] => day(*year, *month, *the_day),
        [(_, 4), _] => Err(DateMistake::None),
        [(_, 1 | 2)] | [(_, 1 | 2), _] if year_sign => Err(DateMistake::ShortYear),
        [(_, 1 | 2), (_, 1 | 2)] => Err(DateMistake::NoYear),
        _ => Err(DateMistake::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2026-12-05",
            "2026/12/5",
            "2026.12.05",
            "2026．12．5",
            "2026年12月5日",
            "2026 年 12 月 5 日",
            "2026年12月5号",
            "20261205",
            "2026-12-05 00:00",
            "2026-12-05T08:30:00",
            "2026/12/5 8:30:00",
            "2026年12月5日 星期六",
            "2026-12-5（周六）",
            "２０２６－１２－０５",
            " 2026–12–5 ",
        ] {
            assert_eq!(read_date(text).map(|day| day.to_string()), Ok("2026-12-05".to_owned()), "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        use DateMistake as M;
        for (text, mistake) in [
            ("", M::None),
            ("下周", M::None),
            ("2026", M::None),
            ("2026年12月", M::None),
            ("27/2/26", M::ShortYear),
            ("26-12-5", M::ShortYear),
            ("26年12月5日", M::ShortYear),
            ("26年", M::ShortYear),
            ("26年12月", M::ShortYear),
            ("270226", M::ShortYear),
            ("'27/2/26", M::None),
            ("12月5日", M::NoYear),
            ("12/5", M::NoYear),
            ("0026-12-05", M::Year(26)),
            ("0027-02-26", M::Year(27)),
            ("226-12-05", M::ShortYear),
            ("1926-12-05", M::Year(1926)),
            ("20260-12-05", M::Year(20_260)),
            ("12/5/2026", M::YearLast),
            ("5.12.2026", M::YearLast),
            ("2026-02-30", M::NoSuchDay),
            ("2026-13-01", M::NoSuchDay),
            ("20261301", M::NoSuchDay),
            ("46357", M::Serial),
        ] {
            assert_eq!(read_date(text), Err(mistake), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_that_is_printed_is_read_again(days in 10_957_i64..47_481) {
            let day = CivilDate::from_days(days);
            prop_assert_eq!(read_date(&day.to_string()), Ok(day));
        }

        #[test]
        fn no_text_makes_reading_panic(text in "[0-9０-９年月日/.T: -]{0,30}") {
            if let Ok(day) = read_date(&text) {
                prop_assert!((2000..=2099).contains(&day.year()));
            }
        }
    }
}
