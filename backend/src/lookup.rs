//! From the words on a report to what they mean: the index of findings, and the plain function that looks a typed text
//! up in it.

/// A number on a report that belongs to a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What the number is called on reports, folded by [`fold`].
    pub names: Vec<String>,
    /// Its unit; sizes are in `mm`, and centimetres are understood.
    pub unit: String,
    /// The smallest number of the band; none when it is open below.
    pub from: Option<f64>,
    /// The first number above the band; none when it is open above.
    pub below: Option<f64>,
}

/// A finding that a report may name.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The explainer it stands in.
    pub explainer: String,
    /// The section of the explainer.
    pub section: String,
    /// What it is called.
    pub heading: String,
    /// Words that reports use for it, folded by [`fold`].
    pub words: Vec<String>,
    /// Numbers that belong to it.
    pub bands: Vec<Band>,
}

/// How a finding answers a typed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The finding's place in the index.
    pub place: usize,
    /// Whether the text names it; otherwise it is only near.
    pub named: bool,
}

/// Most findings that are shown for one text.
const MOST: usize = 5;
/// A score from which a finding is named by the text.
const NAMED: u32 = 100;
/// What each character of a named word adds.
const PER_CHARACTER: u32 = 10;
/// What a number within its band adds to the name before it.
const WITHIN_BAND: u32 = 15;
/// Words before a finding that say that it is not there.
const DENIED_BEFORE: [&str; 5] = ["未见", "未发现", "未查见", "未检出", "排除"];
/// Words after a finding that say that it is not there.
const DENIED_AFTER: [&str; 4] = ["阴性", "未检出", "未检测到", "正常"];
/// Most characters between a finding and the word that denies it, as in 未见明显肠化.
const BETWEEN: usize = 3;
/// The last characters of organs whose nodules are not the lung's.
const OTHER_ORGANS: [char; 9] = ['腺', '乳', '肾', '肝', '脾', '胰', '颈', '宫', '巢'];

/// Folds what stands on a report into the letters that count: small, narrow, without spaces and hyphens,
/// `(+)` as 阳性 and `(-)` as 阴性, Roman numerals as digits.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().map(narrow).collect();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let after = letters.get(place + 1);
        match letter {
            '+' => {
                if !out.ends_with("阳性") {
                    out.push_str("阳性");
                }
            }
            // A dash that joins nothing stands for negative, as in "隐血：-".
            '-' if before.is_some_and(|before| !before.is_alphanumeric() && *before != '-')
                && after.is_none_or(|after| !after.is_alphanumeric() && *after != '-') =>
            {
                out.push_str("阴性");
            }
            '.' if before.is_some_and(char::is_ascii_digit) && after.is_some_and(char::is_ascii_digit) => out.push('.'),
            '×' | '*' => out.push('x'),
            'Ⅰ'..='Ⅵ' => out.push(char::from(b'1' + (u32::from(*letter) - u32::from('Ⅰ')) as u8)),
            letter if letter.is_ascii() && !letter.is_ascii_alphanumeric() => {}
            '、' | '。' | '“' | '”' | '·' | '《' | '》' | '…' | '\u{3000}' => {}
            letter => out.push(letter.to_ascii_lowercase()),
        }
    }
    out
}

/// The narrow form of a full-width character.
fn narrow(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        0x2212 | 0x2013 | 0x2014 => '-',
        _ => letter,
    }
}

/// Looks a typed text up: the findings that it names, the closest first, or, when it names none, those that are near.
pub fn find(index: &[Finding], typed: &str) -> Vec<Match> {
    let quantities = fold(&without_reference(typed));
    let typed = fold(typed);
    if typed.chars().count() < 2 {
        return Vec::new();
    }
    let mut scored: Vec<(u32, usize)> = Vec::new();
    for (place, finding) in index.iter().enumerate() {
        let words = finding.words.iter().map(|word| score(&typed, word));
        let bands = finding.bands.iter().map(|band| score_of_band(&quantities, band));
        let best = words.chain(bands).max().unwrap_or(0);
        if best > 0 {
            scored.push((best, place));
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let any_named = scored.first().is_some_and(|(score, _)| *score >= NAMED);
    scored
        .into_iter()
        .filter(|(score, _)| !any_named || *score >= NAMED / 2)
        .take(MOST)
        .map(|(score, place)| Match { place, named: score >= NAMED })
        .collect()
}

/// How well a word answers a text, both folded: named in it, begun by it, or similar to it.
fn score(typed: &str, word: &str) -> u32 {
    let length = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if let Some(at) = typed.find(word) {
        // "HPV16 阴性" holds the words of a positive finding, and is none.
        if is_denied(typed, at, word) { NAMED / 4 } else { NAMED + PER_CHARACTER * length(word) }
    } else if word.contains(typed) {
        NAMED / 2 + length(typed)
    } else {
        let shared = shared_pairs(typed, word);
        let all = length(typed) + length(word) - 2;
        // Half of all pairs of letters in common: a slip, not another word.
        if all > 0 && shared * 4 >= all { (NAMED / 2 - 1) * shared * 2 / all } else { 0 }
    }
}

/// Whether the text around a word says that it is not there.
fn is_denied(typed: &str, at: usize, word: &str) -> bool {
    if DENIED_BEFORE.iter().chain(&DENIED_AFTER).any(|denial| word.contains(denial)) {
        return false;
    }
    let near = |text: &str| text.chars().count() <= BETWEEN;
    let before = &typed[..at];
    let after = &typed[at + word.len()..];
    DENIED_BEFORE.iter().any(|denial| before.rfind(denial).is_some_and(|place| near(&before[place + denial.len()..])))
        || DENIED_AFTER.iter().any(|denial| {
            after.find(denial).is_some_and(|place| near(&after[..place]) && !after[..place].contains("阳性"))
        })
}

/// The text without the range that a laboratory prints beside a value: "PSA 3.2（参考值 0-4）" says 3.2.
fn without_reference(typed: &str) -> String {
    let end = ["参考", "正常值", "正常范围"].iter().filter_map(|mark| typed.find(mark)).min().unwrap_or(typed.len());
    let mut out = String::new();
    let mut rest = &typed[..end];
    while let Some(open) = rest.find(['(', '（']) {
        let close = rest[open..].find([')', '）']).map_or(rest.len(), |length| open + length);
        let inside = &rest[open..close];
        out.push_str(&rest[..open]);
        if !inside.contains(['-', '~', '–', '—', '<', '＜', '～']) {
            out.push_str(inside);
        }
        rest = rest[close..].trim_start_matches([')', '）']);
    }
    out.push_str(rest);
    out
}

/// How many pairs of neighbouring letters two texts share.
fn shared_pairs(a: &str, b: &str) -> u32 {
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let mut rest = pairs(b);
    let mut shared = 0;
    for pair in pairs(a) {
        if let Some(place) = rest.iter().position(|other| *other == pair) {
            rest.swap_remove(place);
            shared += 1;
        }
    }
    shared
}

fn score_of_band(typed: &str, band: &Band) -> u32 {
    let name = band.names.iter().filter(|name| typed.contains(name.as_str())).max_by_key(|name| name.chars().count());
    let Some(name) = name else { return 0 };
    let before = typed.find(name.as_str()).and_then(|at| typed[..at].chars().next_back());
    if before.is_some_and(|before| OTHER_ORGANS.contains(&before)) {
        return 0;
    }
    let without = typed.replacen(name.as_str(), " ", 1);
    let Some(number) = largest_number(&without, band.unit == "mm") else { return 0 };
    let within = band.from.is_none_or(|from| number >= from) && band.below.is_none_or(|below| number < below);
    if within { NAMED + WITHIN_BAND + PER_CHARACTER * u32::try_from(name.chars().count()).unwrap_or(0) } else { 0 }
}

/// The largest number in a text that is a quantity and not the name of a class ("4类", "4a", "16型").
/// Of "8x6mm" it is 8. For sizes, centimetres count as ten millimetres.
fn largest_number(text: &str, size: bool) -> Option<f64> {
    let mut largest: Option<f64> = None;
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (mut value, mut scale, mut after_point) = (0.0_f64, 1.0_f64, false);
        while let Some(letter) = letters.get(at) {
            match letter.to_digit(10) {
                Some(digit) => {
                    value = value * 10.0 + f64::from(digit);
                    if after_point {
                        scale *= 10.0;
                    }
                }
                None if *letter == '.' && !after_point => after_point = true,
                None => break,
            }
            at += 1;
        }
        value /= scale;
        let unit = &letters[at..];
        if size && (unit.starts_with(&['c', 'm']) || unit.starts_with(&['厘', '米']) || unit.starts_with(&['公', '分']))
        {
            value *= 10.0;
        }
        let class = matches!(unit.first(), Some('类' | '級' | '级' | '型' | '類' | '期' | 'a' | 'b'))
            || unit.first() == Some(&'c') && unit.get(1) != Some(&'m');
        if !class {
            largest = Some(largest.map_or(value, |known| known.max(value)));
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finding(section: &str, words: &[&str], bands: Vec<Band>) -> Finding {
        Finding {
            explainer: "report".to_owned(),
            section: section.to_owned(),
            heading: section.to_owned(),
            words: words.iter().map(|word| fold(word)).collect(),
            bands,
        }
    }

    fn band(names: &[&str], unit: &str, from: Option<f64>, below: Option<f64>) -> Band {
        Band { names: names.iter().map(|name| fold(name)).collect(), unit: unit.to_owned(), from, below }
    }

    fn index() -> Vec<Finding> {
        vec![
            finding("fit-positive", &["FIT阳性", "便潜血阳性", "隐血+"], vec![]),
            finding("fit-negative", &["FIT阴性", "便潜血（-）"], vec![]),
            finding("hpv-16", &["HPV16阳性", "HPV16"], vec![]),
            finding("hpv-negative", &["HPV阴性"], vec![]),
            finding("birads-4a", &["BI-RADS 4A"], vec![]),
            finding("birads-4", &["BI-RADS 4", "BI-RADS Ⅳ"], vec![]),
            finding("tirads-4a", &["TI-RADS 4a", "甲状腺结节"], vec![]),
            finding("nodule-small", &["肺小结节"], vec![band(&["结节", "肺结节"], "mm", None, Some(6.0))]),
            finding("nodule-large", &["肺大结节"], vec![band(&["结节", "肺结节"], "mm", Some(6.0), None)]),
            finding("psa-grey", &[], vec![band(&["PSA", "总PSA"], "ng/ml", Some(4.0), Some(10.0))]),
            finding("psa-high", &[], vec![band(&["PSA", "总PSA"], "ng/ml", Some(10.0), None)]),
        ]
    }

    #[test]
    fn the_words_of_a_report_find_what_they_mean() {
        let index = index();
        for (typed, expected) in [
            ("FIT 阳性", "fit-positive"),
            ("便潜血（＋）", "fit-positive"),
            ("大便隐血 ++", "fit-positive"),
            ("fit (-)", "fit-negative"),
            ("宫颈高危型 HPV16 阳性", "hpv-16"),
            ("HPV 阴性", "hpv-negative"),
            ("ＢＩ－ＲＡＤＳ　４Ａ类", "birads-4a"),
            ("BI-RADS 4 类", "birads-4"),
            ("birads Ⅳ", "birads-4"),
            ("TI-RADS 4A", "tirads-4a"),
            ("右肺结节 8×6mm", "nodule-large"),
            ("肺结节5毫米", "nodule-small"),
            ("肺结节 0.8cm", "nodule-large"),
            ("PSA 5.23 ng/ml", "psa-grey"),
            ("总PSA：12", "psa-high"),
            ("甲状腺结节 8mm", "tirads-4a"),
            ("便潜血阳姓", "fit-positive"),
            ("便潜血（—）", "fit-negative"),
            ("FIT -", "fit-negative"),
            ("PSA 5.2 ng/ml (0-4)", "psa-grey"),
            ("总PSA 11.5 参考范围 0-4", "psa-high"),
            ("FIT阳性，未见肺小结节", "fit-positive"),
        ] {
            let found = find(&index, typed);
            let first = found.first().map(|found| index[found.place].section.as_str());
            assert_eq!(first, Some(expected), "{typed}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let index = index();
        for typed in ["", "4", "血压 150", "头发", "肾结节 8mm", "右乳结节 8mm"] {
            assert_eq!(find(&index, typed), [], "{typed}");
        }
    }

    #[test]
    fn the_range_beside_a_value_is_not_the_value() {
        assert_eq!(without_reference("PSA 3.2（参考值 0-4）"), "PSA 3.2（");
        assert_eq!(without_reference("PSA 3.2 (0-4) ng/ml"), "PSA 3.2  ng/ml");
        assert_eq!(without_reference("FIT（阳性）"), "FIT（阳性");
    }

    #[test]
    fn a_negative_report_never_names_a_positive_finding() {
        let index = index();
        for found in find(&index, "HPV16 阴性") {
            assert!(index[found.place].section.ends_with("negative") || !found.named, "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,30}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[FITfitPSA结节阳性0-9.×xcm毫米()+ -]{0,20}") {
            let _ = find(&index(), &text);
        }
    }
}
