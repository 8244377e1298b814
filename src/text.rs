//! The words of the interface, by language, and the plain functions that tell dates, times and counts.
//! What articles, clinics and problems say is data and never stands here.

#[cfg(feature = "ssr")]
mod check;
#[cfg(feature = "ssr")]
mod days;
#[cfg(not(feature = "check"))]
mod en;
#[cfg(not(feature = "check"))]
mod hans;
#[cfg(not(feature = "check"))]
mod hant;
#[cfg(feature = "ssr")]
mod voice;

#[cfg(feature = "ssr")]
pub use days::{Explained, Today, day, full_day, moment, short_day};
#[cfg(feature = "ssr")]
pub use voice::Voice;

use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::route::Lang;

/// Words that come one after the other, as [`Words::of`] takes them and [`Words::texts`] gives them.
trait Texts {
    /// Takes as many as it needs.
    fn take(texts: &mut dyn Iterator<Item = &'static str>) -> Self;
    /// Gives them.
    fn give(&self, texts: &mut Vec<&'static str>);
}

impl Texts for &'static str {
    #[inline(never)]
    fn take(texts: &mut dyn Iterator<Item = &'static str>) -> Self {
        texts.next().unwrap_or_default()
    }

    fn give(&self, texts: &mut Vec<&'static str>) {
        texts.push(self);
    }
}

impl Texts for (&'static str, &'static str) {
    fn take(texts: &mut dyn Iterator<Item = &'static str>) -> Self {
        (Texts::take(texts), Texts::take(texts))
    }

    fn give(&self, texts: &mut Vec<&'static str>) {
        texts.extend([self.0, self.1]);
    }
}

impl Texts for (&'static str, &'static str, &'static str) {
    fn take(texts: &mut dyn Iterator<Item = &'static str>) -> Self {
        (Texts::take(texts), Texts::take(texts), Texts::take(texts))
    }

    fn give(&self, texts: &mut Vec<&'static str>) {
        texts.extend([self.0, self.1, self.2]);
    }
}

impl<const N: usize> Texts for [&'static str; N] {
    fn take(texts: &mut dyn Iterator<Item = &'static str>) -> Self {
        core::array::from_fn(|_| Texts::take(texts))
    }

    fn give(&self, texts: &mut Vec<&'static str>) {
        texts.extend(self);
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $words:ident $($name:ident: $kind:ty,)*) => {
        $(#[$doc])*
        #[expect(missing_docs, reason = "each field is named after what it says; hans.rs is the reference")]
        pub struct $words {
            $(pub $name: $kind,)*
        }

        impl $words {
            /// From the texts that [`Self::texts`] gave.
            pub fn of(texts: &mut dyn Iterator<Item = &'static str>) -> Self {
                Self { $($name: Texts::take(texts),)* }
            }

            /// All texts in their order, for programs that have no words of their own.
            pub fn texts(&self) -> Vec<&'static str> {
                let mut texts = Vec::new();
                $(self.$name.give(&mut texts);)*
                texts
            }
        }
    };
}

words! {
    /// The words of the interface in one language.
    Words
    skip: &'static str,
    brand: &'static str,
    brand_demonstration: &'static str,
    larger: &'static str,
    smaller: &'static str,
    language: &'static str,
    tabs_label: &'static str,
    tab_screening: &'static str,
    tab_guidance: &'static str,
    tab_clinics: &'static str,
    tab_followup: &'static str,
    not_a_diagnosis: &'static str,
    health_line: &'static str,
    support_line: &'static str,
    privacy: &'static str,
    reading_settings: &'static str,
    read_aloud: &'static str,
    share: &'static str,
    untranslated: &'static str,
    call: &'static str,
    this_step: &'static str,
    call_120: &'static str,
    always: &'static str,
    working: &'static str,
    off_hours: &'static str,
    unknown_hours: &'static str,
    phone_unknown: &'static str,
    hours_assumed: &'static str,
    ask_somebody: &'static str,
    phone_dated: (&'static str, &'static str),
    loading: &'static str,
    offline_title: &'static str,
    offline_detail: &'static str,
    failed_title: &'static str,
    failed_detail: &'static str,
    retry: &'static str,
    home_lead: &'static str,
    home_main: &'static str,
    home_private: &'static str,
    home_signs: &'static str,
    by_part: &'static str,
    starts_note: &'static str,
    starts_sources: &'static str,
    why_early: &'static str,
    dot_is_twenty: &'static str,
    all_topics: &'static str,
    all_guidance: &'static str,
    all_clinics: &'static str,
    pending_title: &'static str,
    pending_text: &'static str,
    reviewed_by: &'static str,
    updated: &'static str,
    due: &'static str,
    unchecked: &'static str,
    second_hand: &'static str,
    sources: &'static str,
    benefit: &'static str,
    harm: &'static str,
    department: &'static str,
    next_step: &'static str,
    find_clinic: &'static str,
    signs_first: &'static str,
    who_first: &'static str,
    call_to_ask: &'static str,
    filter_label: &'static str,
    all: &'static str,
    city: &'static str,
    any_city: &'static str,
    near: &'static str,
    near_none: &'static str,
    near_hint: &'static str,
    open_now: &'static str,
    more_filters: &'static str,
    more_chips: &'static str,
    choose_near: &'static str,
    unknown_asked: [&'static str; 3],
    theirs_in_chinese: &'static str,
    asked_for: &'static str,
    clear_filters: &'static str,
    show_results: &'static str,
    sort_by_distance: &'static str,
    position_stays: &'static str,
    sorted: &'static str,
    locating: &'static str,
    position_refused: &'static str,
    found: (&'static str, &'static str),
    found_service: (&'static str, &'static str),
    unsure: (&'static str, &'static str),
    unsure_hint: &'static str,
    none_found: &'static str,
    without_open_now: &'static str,
    without_city: &'static str,
    without_both: &'static str,
    without_all: &'static str,
    none_call: &'static str,
    straight_km: (&'static str, &'static str),
    under_one_km: &'static str,
    from_source: (&'static str, &'static str),
    fictitious: &'static str,
    real_in_demonstration: &'static str,
    confirmed: &'static str,
    approximate: &'static str,
    address: &'static str,
    address_unknown: &'static str,
    services: &'static str,
    services_unknown: &'static str,
    phones: &'static str,
    enquiries: &'static str,
    complaints: &'static str,
    directions: &'static str,
    can_be_booked: &'static str,
    how_to_book: &'static str,
    call_to_book: &'static str,
    when_you_call: &'static str,
    directions_hint: &'static str,
    on_no_map: &'static str,
    alliances: &'static str,
    good_to_know: &'static str,
    aka: &'static str,
    part_of: &'static str,
    amap: &'static str,
    baidu: &'static str,
    tencent: &'static str,
    demonstration: &'static str,
    entry_title: &'static str,
    entry_lead: &'static str,
    entry_steps: [&'static str; 3],
    entry_lost: &'static str,
    open: &'static str,
    kept: &'static str,
    place: &'static str,
    sending: &'static str,
    lost_network: &'static str,
    try_now: &'static str,
    home: &'static str,
    request_id: &'static str,
    title_home: [&'static str; 3],
    title_topics: &'static str,
    title_guidance: &'static str,
    title_clinics: &'static str,
    title_results: &'static str,
    title_programmes: &'static str,
    programmes_hint: &'static str,
    results_lead: &'static str,
    results_label: &'static str,
    results_hint: &'static str,
    results_button: &'static str,
    results_private: &'static str,
    results_found: &'static str,
    results_near: &'static str,
    results_none: &'static str,
    results_choose: &'static str,
    to_tick: &'static str,
    stays_here: &'static str,
    clear: &'static str,
    within: &'static str,
    how_it_feels: &'static str,
    back_to_topic: &'static str,
    check_topic: &'static str,
    check_language: &'static str,
    decide: &'static str,
    decide_hint: &'static str,
    counts: &'static str,
    counts_over: &'static str,
    counts_end: &'static str,
    funding: &'static str,
    matters: [&'static str; 3],
    weigh_hint: &'static str,
    weighed: &'static str,
    speaks_for: &'static str,
    leaning: &'static str,
    not_sure: &'static str,
    not_sure_next: &'static str,
    source: &'static str,
    unchecked_mark: &'static str,
    back_to_text: &'static str,
    meanings: &'static str,
    search: &'static str,
    search_label: &'static str,
    search_hint: &'static str,
    search_private: &'static str,
    search_found: (&'static str, &'static str),
    search_empty: &'static str,
    search_near: &'static str,
    check_private: &'static str,
    title_checks: &'static str,
    checks_lead: &'static str,
}

words! {
    /// The words of checks and the plan in one language.
    CheckWords
    start: &'static str,
    resume: &'static str,
    rule: &'static str,
    caveat: &'static str,
    private_form: &'static str,
    not_meant: &'static str,
    without: &'static str,
    without_text: &'static str,
    agree: &'static str,
    sheet: &'static str,
    kept: (&'static str, &'static str),
    older: &'static str,
    forget: &'static str,
    save: &'static str,
    saved: &'static str,
    step_back: &'static str,
    step_out: &'static str,
    step_next: &'static str,
    step_why: &'static str,
    step_unit: &'static str,
    step_of: (&'static str, &'static str, &'static str),
    error_title: &'static str,
    error_number: (&'static str, &'static str),
    error_range: (&'static str, &'static str, &'static str),
    error_both: &'static str,
    review_title: &'static str,
    review_change: &'static str,
    review_done: &'static str,
    change_answers: &'static str,
    reasons: &'static str,
    reason_yes: &'static str,
    reason_no: &'static str,
    reason_open: &'static str,
    reason_open_hint: &'static str,
    unknown: &'static str,
    unknown_hint: &'static str,
    next: &'static str,
    code: &'static str,
    code_hint: &'static str,
    plan_due: [&'static str; 6],
    plan_why: &'static str,
    plan_year: (&'static str, &'static str),
    plan_picture: &'static str,
    plan_picture_hint: &'static str,
    plan_print: &'static str,
    plan_again: &'static str,
    plan_kept: &'static str,
}

#[cfg(feature = "check")]
thread_local! {
    static SET: std::cell::Cell<Option<(&'static Words, &'static CheckWords)>> = const { std::cell::Cell::new(None) };
}

/// Sets the words of a program that has none of its own: those of the interface, then those of the checks. False when
/// they are not as many as it knows.
#[cfg(feature = "check")]
pub fn set_words(texts: Vec<String>) -> bool {
    let mut rest = texts.into_iter().map(|text| &*text.leak());
    let words = Words::of(&mut rest);
    let check = CheckWords::of(&mut rest);
    let fits = rest.next().is_none() && !check.plan_kept.is_empty();
    SET.set(Some((Box::leak(Box::new(words)), Box::leak(Box::new(check)))));
    fits
}

/// The words of the checks that were set.
///
/// # Panics
/// When none were set.
#[cfg(feature = "check")]
pub fn check_words(_: Lang) -> &'static CheckWords {
    SET.get().expect("the program sets its words before it shows anything").1
}

/// The words of the checks in a language.
#[cfg(feature = "ssr")]
pub fn check_words(lang: Lang) -> &'static CheckWords {
    match lang {
        Lang::Hans => &check::HANS,
        Lang::Hant => &check::HANT,
        Lang::En => &check::EN,
    }
}

/// The words that were set: those of the page's own language.
///
/// # Panics
/// When none were set.
#[cfg(feature = "check")]
pub fn words(_: Lang) -> &'static Words {
    SET.get().expect("the program sets its words before it shows anything").0
}

/// The words of a language.
#[cfg(not(feature = "check"))]
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Hans => &hans::WORDS,
        Lang::Hant => &hant::WORDS,
        Lang::En => &en::WORDS,
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
            (570, "上午9:30", "9:30"),
            (720, "中午12:00", "12:00"),
            (850, "下午2:10", "14:10"),
            (1140, "晚上7:00", "19:00"),
            (5, "凌晨0:05", "0:05"),
        ] {
            let at = Moment::at(date, minute);
            assert_eq!((clock(Lang::Hans, at).as_str(), clock(Lang::En, at).as_str()), (hans, en));
        }
        assert_eq!(long_date(Lang::Hans, date), "2026年4月21日");
    }
}
