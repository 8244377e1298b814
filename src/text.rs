//! The words of the interface, by language, and the plain functions that tell dates, times and counts.
//! What articles, clinics and problems say is data and never stands here.

mod en;
mod hans;
mod hant;

use zaoshai_contract::civil::{CivilDate, Moment, Weekday};
use zaoshai_contract::route::Lang;

/// The words of the interface in one language.
#[expect(missing_docs, reason = "each field is named after what it says; hans.rs is the reference")]
pub struct Words {
    pub skip: &'static str,
    pub brand: &'static str,
    pub larger: &'static str,
    pub smaller: &'static str,
    pub language: &'static str,
    pub tabs_label: &'static str,
    pub tab_screening: &'static str,
    pub tab_guidance: &'static str,
    pub tab_clinics: &'static str,
    pub tab_followup: &'static str,
    pub not_a_diagnosis: &'static str,
    pub health_line: &'static str,
    pub support_line: &'static str,
    pub privacy: &'static str,
    pub reading_settings: &'static str,
    pub untranslated: &'static str,
    pub call: &'static str,
    pub call_120: &'static str,
    pub always: &'static str,
    pub working: &'static str,
    pub off_hours: &'static str,
    pub unknown_hours: &'static str,
    pub phone_unknown: &'static str,
    pub hours_assumed: &'static str,
    pub ask_somebody: &'static str,
    pub phone_dated: (&'static str, &'static str),
    pub loading: &'static str,
    pub offline_title: &'static str,
    pub offline_detail: &'static str,
    pub failed_title: &'static str,
    pub failed_detail: &'static str,
    pub retry: &'static str,
    pub home_lead: &'static str,
    pub home_main: &'static str,
    pub home_private: &'static str,
    pub home_signs: &'static str,
    pub by_part: &'static str,
    pub starts_note: &'static str,
    pub starts_sources: &'static str,
    pub why_early: &'static str,
    pub dot_is_twenty: &'static str,
    pub all_topics: &'static str,
    pub all_guidance: &'static str,
    pub all_clinics: &'static str,
    pub on_this_page: &'static str,
    pub pending_title: &'static str,
    pub pending_text: &'static str,
    pub reviewed_by: &'static str,
    pub updated: &'static str,
    pub due: &'static str,
    pub unchecked: &'static str,
    pub second_hand: &'static str,
    pub sources: &'static str,
    pub benefit: &'static str,
    pub harm: &'static str,
    pub department: &'static str,
    pub next_step: &'static str,
    pub find_clinic: &'static str,
    pub call_to_ask: &'static str,
    pub filter_label: &'static str,
    pub all: &'static str,
    pub city: &'static str,
    pub any_city: &'static str,
    pub near: &'static str,
    pub near_none: &'static str,
    pub near_hint: &'static str,
    pub open_now: &'static str,
    pub more_filters: &'static str,
    pub show_results: &'static str,
    pub sort_by_distance: &'static str,
    pub position_stays: &'static str,
    pub sorted: &'static str,
    pub locating: &'static str,
    pub position_refused: &'static str,
    pub found: (&'static str, &'static str),
    pub found_service: (&'static str, &'static str),
    pub unsure: (&'static str, &'static str),
    pub unsure_hint: &'static str,
    pub none_found: &'static str,
    pub without_open_now: &'static str,
    pub without_city: &'static str,
    pub without_both: &'static str,
    pub without_all: &'static str,
    pub none_call: &'static str,
    pub straight_km: (&'static str, &'static str),
    pub under_one_km: &'static str,
    pub from_source: (&'static str, &'static str),
    pub confirmed: &'static str,
    pub approximate: &'static str,
    pub address: &'static str,
    pub address_unknown: &'static str,
    pub services: &'static str,
    pub services_unknown: &'static str,
    pub phones: &'static str,
    pub complaints: &'static str,
    pub directions: &'static str,
    pub can_be_booked: &'static str,
    pub how_to_book: &'static str,
    pub call_to_book: &'static str,
    pub when_you_call: &'static str,
    pub directions_hint: &'static str,
    pub alliances: &'static str,
    pub good_to_know: &'static str,
    pub aka: &'static str,
    pub part_of: &'static str,
    pub amap: &'static str,
    pub baidu: &'static str,
    pub tencent: &'static str,
    pub demonstration: &'static str,
    pub entry_title: &'static str,
    pub entry_lead: &'static str,
    pub entry_steps: [&'static str; 3],
    pub entry_lost: &'static str,
    pub identify_title: &'static str,
    pub identify_lead: &'static str,
    pub ending_label: &'static str,
    pub ending_hint: &'static str,
    pub open: &'static str,
    pub problem_title: &'static str,
    pub kept: &'static str,
    pub identified: &'static str,
    pub choose_title: &'static str,
    pub choose_lead: (&'static str, &'static str),
    pub move_title: &'static str,
    pub booked_title: &'static str,
    pub moved_title: &'static str,
    pub standing_title: &'static str,
    pub past_title: &'static str,
    pub past_text: &'static str,
    pub cancelled_title: &'static str,
    pub step_asked: &'static str,
    pub step_choose: &'static str,
    pub step_come: &'static str,
    pub step_later: &'static str,
    pub earliest: &'static str,
    pub more_days: &'static str,
    pub no_slots: &'static str,
    pub confirm: &'static str,
    pub confirm_move: &'static str,
    pub keep: &'static str,
    pub your_time: &'static str,
    pub place: &'static str,
    pub for_what: &'static str,
    pub change_time: &'static str,
    pub cancel: &'static str,
    pub cancel_title: &'static str,
    pub cancel_lead: &'static str,
    pub cancel_confirm: &'static str,
    pub calendar: &'static str,
    pub calendar_hint: &'static str,
    pub remember: &'static str,
    pub sending: &'static str,
    pub lost_network: &'static str,
    pub try_now: &'static str,
    pub other_cases: &'static str,
    pub questions_call: &'static str,
    pub home: &'static str,
    pub request_id: &'static str,
    pub title_home: [&'static str; 3],
    pub title_topics: &'static str,
    pub title_guidance: &'static str,
    pub title_clinics: &'static str,
    pub title_results: &'static str,
    pub title_programmes: &'static str,
    pub results_lead: &'static str,
    pub results_label: &'static str,
    pub results_hint: &'static str,
    pub results_button: &'static str,
    pub results_private: &'static str,
    pub results_found: &'static str,
    pub results_near: &'static str,
    pub results_none: &'static str,
    pub results_choose: &'static str,
    pub search: &'static str,
    pub search_label: &'static str,
    pub search_hint: &'static str,
    pub search_private: &'static str,
    pub search_found: (&'static str, &'static str),
    pub search_near: &'static str,
    pub to_tick: &'static str,
    pub stays_here: &'static str,
    pub clear: &'static str,
    pub within: &'static str,
    pub how_it_feels: &'static str,
    pub back_to_topic: &'static str,
    pub decide: &'static str,
    pub decide_hint: &'static str,
    pub counts: &'static str,
    pub counts_over: &'static str,
    pub counts_end: &'static str,
    pub funding: &'static str,
    pub matters: [&'static str; 3],
    pub weigh_hint: &'static str,
    pub weighed: &'static str,
    pub speaks_for: &'static str,
    pub leaning: &'static str,
    pub not_sure: &'static str,
    pub not_sure_next: &'static str,
    pub meanings: &'static str,
}

/// The words of a language.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Hans => &hans::WORDS,
        Lang::Hant => &hant::WORDS,
        Lang::En => &en::WORDS,
    }
}

/// "4月21日 星期二", "21 April, Tue".
pub fn day(lang: Lang, date: CivilDate) -> String {
    let place = Weekday::ALL.iter().position(|day| *day == date.weekday()).unwrap_or(0);
    match lang {
        Lang::Hans | Lang::Hant => {
            let name = ["一", "二", "三", "四", "五", "六", "日"][place];
            format!("{}月{}日 星期{name}", date.month(), date.day())
        }
        Lang::En => {
            let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][place];
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            format!("{name} {} {}", date.day(), months[usize::from(date.month()) - 1])
        }
    }
}

/// "上午9:30", "9:30".
pub fn clock(lang: Lang, moment: Moment) -> String {
    let (hour, minute) = (moment.minute_of_day() / 60, moment.minute_of_day() % 60);
    let part = match (lang, hour) {
        (Lang::En, _) => return format!("{hour}:{minute:02}"),
        (_, 0..=5) => "凌晨",
        (_, 6..=11) => "上午",
        (_, 12) => "中午",
        (_, 13..=17) => "下午",
        _ => "晚上",
    };
    let hour = if hour > 12 { hour - 12 } else { hour };
    format!("{part}{hour}:{minute:02}")
}

/// "4月21日 星期二 上午9:30".
pub fn moment(lang: Lang, at: Moment) -> String {
    format!("{} {}", day(lang, at.date()), clock(lang, at))
}

/// "2026年11月21日", "21 Nov 2026".
pub fn long_date(lang: Lang, date: CivilDate) -> String {
    match lang {
        Lang::Hans | Lang::Hant => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => format!("{}-{:02}-{:02}", date.year(), date.month(), date.day()),
    }
}

/// Puts a number or a word between two parts of a sentence.
pub fn between(parts: (&str, &str), middle: &str) -> String {
    let mut out = String::with_capacity(parts.0.len() + middle.len() + parts.1.len());
    out.push_str(parts.0);
    out.push_str(middle);
    out.push_str(parts.1);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_say_them() {
        let date = CivilDate::new(2026, 4, 21).expect("a day");
        for (minute, hans, en) in [
            (570, "4月21日 星期二 上午9:30", "Tue 21 Apr 9:30"),
            (720, "4月21日 星期二 中午12:00", "Tue 21 Apr 12:00"),
            (850, "4月21日 星期二 下午2:10", "Tue 21 Apr 14:10"),
            (1140, "4月21日 星期二 晚上7:00", "Tue 21 Apr 19:00"),
            (5, "4月21日 星期二 凌晨0:05", "Tue 21 Apr 0:05"),
        ] {
            let at = Moment::at(date, minute);
            assert_eq!((moment(Lang::Hans, at).as_str(), moment(Lang::En, at).as_str()), (hans, en));
        }
        assert_eq!(long_date(Lang::Hans, date), "2026年4月21日");
    }
}
