//! Days as people read them, on pages that the server makes. A day of another year than the reader's carries its year;
//! a page that does not say on which day it is read writes every year.

use super::clock;
use leptos::prelude::use_context;
use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::route::Lang;

/// Where the demonstration explains itself; only a demonstration's pages have one.
#[derive(Clone, Copy, Debug)]
pub struct Explained(pub &'static str);

/// The day on which a page is read; whoever makes a page provides it.
#[derive(Clone, Copy, Debug)]
pub struct Today(pub CivilDate);

/// "4月21日 星期二", "Tue 21 Apr"; of another year "2027年4月21日 星期三", "Wed 21 Apr 2027".
pub fn day(lang: Lang, date: CivilDate) -> String {
    with_weekday(lang, date, &short_day(lang, date))
}

/// The same without the day of the week, for narrow columns.
pub fn short_day(lang: Lang, date: CivilDate) -> String {
    let this_year = use_context::<Today>().is_some_and(|Today(today)| today.year() == date.year());
    let short = without_year(lang, date);
    match lang {
        _ if this_year => short,
        Lang::Hans | Lang::Hant => format!("{}年{short}", date.year()),
        Lang::En => format!("{short} {}", date.year()),
    }
}

/// "2026年4月21日 星期二", whatever the year is now.
pub fn full_day(date: CivilDate) -> String {
    let full = format!("{}年{}", date.year(), without_year(Lang::Hans, date));
    with_weekday(Lang::Hans, date, &full)
}

/// "4月21日 星期二 上午9:30", with the year like [`day`].
pub fn moment(lang: Lang, at: Moment) -> String {
    format!("{} {}", day(lang, at.date()), clock(lang, at))
}

fn without_year(lang: Lang, date: CivilDate) -> String {
    match lang {
        Lang::Hans | Lang::Hant => format!("{}月{}日", date.month(), date.day()),
        Lang::En => {
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            format!("{} {}", date.day(), months[usize::from(date.month()) - 1])
        }
    }
}

fn with_weekday(lang: Lang, date: CivilDate, written: &str) -> String {
    let place = Weekday::ALL.iter().position(|day| *day == date.weekday()).unwrap_or(0);
    match lang {
        Lang::Hans | Lang::Hant => format!("{written} 星期{}", ["一", "二", "三", "四", "五", "六", "日"][place]),
        Lang::En => format!("{} {written}", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][place]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::{Owner, provide_context};

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).expect("a day")
    }

    fn read_on<T>(today: &str, tell: impl FnOnce() -> T) -> T {
        Owner::new().with(|| {
            provide_context(Today(date(today)));
            tell()
        })
    }

    #[test]
    fn a_day_of_another_year_carries_its_year_and_one_of_this_year_does_not() {
        for (today, of, hans, en) in [
            ("2026-04-01", "2026-04-21", "4月21日 星期二", "Tue 21 Apr"),
            ("2026-11-28", "2028-10-28", "2028年10月28日 星期六", "Sat 28 Oct 2028"),
            ("2026-12-31", "2027-01-01", "2027年1月1日 星期五", "Fri 1 Jan 2027"),
            ("2027-01-01", "2026-12-31", "2026年12月31日 星期四", "Thu 31 Dec 2026"),
        ] {
            let told = read_on(today, || (day(Lang::Hans, date(of)), day(Lang::En, date(of))));
            assert_eq!((told.0.as_str(), told.1.as_str()), (hans, en), "read on {today}");
        }
        let at = Moment::at(date("2027-01-04"), 510);
        assert_eq!(read_on("2026-12-31", || moment(Lang::Hant, at)), "2027年1月4日 星期一 上午8:30");
        assert_eq!(read_on("2027-12-31", || short_day(Lang::Hans, at.date())), "1月4日");
        assert_eq!(full_day(at.date()), "2027年1月4日 星期一");
    }

    #[test]
    fn a_page_that_does_not_say_when_it_is_read_writes_the_year() {
        assert_eq!(day(Lang::Hans, date("2026-04-21")), "2026年4月21日 星期二");
    }
}
