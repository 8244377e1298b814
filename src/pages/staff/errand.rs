//! What a message and a letter say that a patient is to do: in words that stay true while the paper lies on a table, with
//! the year, and without a word about health.

use crate::text::{clock, full_day};
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::errand::Errand;

fn moment(at: Moment) -> String {
    format!("{} {}", full_day(at.date()), clock(Lang::Hans, at))
}

/// That the hospital cancelled an appointment: whoever reads no further must not come.
fn lost(cancelled: Option<Moment>) -> String {
    let told = |at: Moment| format!("您 {} 的预约医院取消了，那天别来。", moment(at));
    cancelled.map(told).unwrap_or_default()
}

/// What it is about: the first sentence.
pub fn what(errand: &Errand) -> String {
    match errand {
        Errand::Choose { opens: Some(opens), cancelled, .. } => {
            format!("{}从 {} 起，请您选一个来医院的时间。", lost(*cancelled), full_day(*opens))
        }
        Errand::Choose { cancelled, .. } => format!("{}请您选一个来医院的时间。", lost(*cancelled)),
        Errand::Confirm { starts, until, cancelled } => {
            format!("{}为您留了 {}，留到 {}，请您确认。", lost(*cancelled), moment(*starts), moment(*until))
        }
        Errand::Come { starts, hospital } => format!("您约好的时间：{}，{hospital}。", moment(*starts)),
        Errand::Look => "请您看一看后面的安排。".to_owned(),
    }
}

/// What is done in the link.
pub fn how(errand: &Errand) -> &'static str {
    match errand {
        Errand::Choose { .. } => "选一个时间，点确认。",
        Errand::Confirm { .. } => "看时间，点确认。",
        Errand::Come { .. } => "看地点和准备。要改、要取消也在这里。",
        Errand::Look => "看后面的安排。",
    }
}

/// Until when something is to be done, seen from a day; none where nothing presses.
pub fn due(errand: &Errand, today: CivilDate) -> Option<String> {
    let Errand::Choose { from, to, .. } = errand else { return None };
    Some(if *to < today {
        "日子已经过了，请尽快选一个时间来，或打电话。".to_owned()
    } else if *from > today {
        format!("请在 {} 到 {} 之间来。早选，能选的时间多。", full_day(*from), full_day(*to))
    } else {
        format!("请在 {} 以前来。早选，能选的时间多。", full_day(*to))
    })
}

/// The message that goes with a link: from whom, what to do, and whom to call.
pub fn message(hospital: &str, errand: &Errand, link: &str, phone: &str) -> String {
    let asked = match errand {
        Errand::Choose { opens: Some(opens), cancelled, .. } => {
            format!("{}请从 {} 起打开链接，选一个来医院的时间。", lost(*cancelled), full_day(*opens))
        }
        Errand::Choose { cancelled, .. } => format!("{}请打开链接，选一个来医院的时间。", lost(*cancelled)),
        Errand::Confirm { starts, until, cancelled } => {
            format!("{}为您留了 {}，留到 {}，请打开链接确认。", lost(*cancelled), moment(*starts), moment(*until))
        }
        Errand::Come { starts, hospital } => {
            format!("您约在 {} 来{hospital}。看准备、要改时间，请打开链接。", moment(*starts))
        }
        Errand::Look => "请打开链接，看后面的安排。".to_owned(),
    };
    let call = if phone.is_empty() { String::new() } else { format!(" 有疑问请打 {phone}。") };
    format!("【{hospital}】{asked}打开时填手机号后四位。{link}{call}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).expect("a date")
    }

    #[test]
    fn a_paper_names_days_with_their_year_and_asks_to_come_not_to_choose_by_then() {
        let (from, to) = (date("2026-12-01"), date("2027-01-18"));
        let choose = Errand::Choose { from, to, opens: None, cancelled: None };
        for (today, said) in [
            ("2026-11-20", "请在 2026年12月1日 星期二 到 2027年1月18日 星期一 之间来。早选，能选的时间多。"),
            ("2026-12-02", "请在 2027年1月18日 星期一 以前来。早选，能选的时间多。"),
            ("2027-01-18", "请在 2027年1月18日 星期一 以前来。早选，能选的时间多。"),
            ("2027-01-19", "日子已经过了，请尽快选一个时间来，或打电话。"),
        ] {
            assert_eq!(due(&choose, date(today)).as_deref(), Some(said), "{today}");
        }
    }

    #[test]
    fn who_has_a_time_is_not_asked_to_choose_one() {
        let starts = Moment::at(date("2026-12-02"), 510);
        let come = Errand::Come { starts, hospital: "株洲市二医院".to_owned() };
        let confirm = Errand::Confirm { starts, until: starts, cancelled: None };
        for errand in [&come, &confirm, &Errand::Look] {
            let said = [what(errand), how(errand).to_owned(), message("医院", errand, "https://a/f/b", "")].concat();
            assert!(!said.contains("选一个"), "{said}");
            assert_eq!(due(errand, date("2026-12-01")), None);
        }
        assert_eq!(what(&come), "您约好的时间：2026年12月2日 星期三 上午8:30，株洲市二医院。");
        let told = message("安庆市第二人民医院", &come, "https://a/f/b", "0556-1");
        assert_eq!(
            told,
            "【安庆市第二人民医院】您约在 2026年12月2日 星期三 上午8:30 来株洲市二医院。看准备、要改时间，请打开链接。\
             打开时填手机号后四位。https://a/f/b 有疑问请打 0556-1。"
        );
    }

    #[test]
    fn who_lost_a_time_or_cannot_choose_yet_is_told_so_first() {
        let (from, to) = (date("2027-02-20"), date("2027-03-05"));
        let lost = Moment::at(date("2026-12-02"), 540);
        let kept = Moment::at(date("2026-12-03"), 540);
        let cancelled = "您 2026年12月2日 星期三 上午9:00 的预约医院取消了，那天别来。";
        let confirm = Errand::Confirm { starts: kept, until: lost, cancelled: Some(lost) };
        let choose = Errand::Choose { from, to, opens: None, cancelled: Some(lost) };
        for errand in [&confirm, &choose] {
            assert!(what(errand).starts_with(cancelled), "{}", what(errand));
            assert!(message("医院", errand, "https://a/f/b", "").starts_with(&format!("【医院】{cancelled}")));
        }
        assert!(what(&confirm).contains("为您留了 2026年12月3日 星期四 上午9:00"), "{}", what(&confirm));
        let early = Errand::Choose { from, to, opens: Some(date("2026-12-22")), cancelled: None };
        for said in [what(&early), message("医院", &early, "https://a/f/b", "")] {
            assert!(said.contains("从 2026年12月22日 星期二 起"), "{said}");
        }
    }
}
