//! Search: the index that is made on the server and fetched as data, and the one plain function that answers from it,
//! on the phone and on the server alike. What is understood is worked out when the index is made: words stand in it
//! folded, with their sounds; looking up only compares letters. No typed text is kept here.

use crate::route::Lang;
use serde::{Deserialize, Serialize};

/// What kind of thing a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 筛查说明
    Topic,
    /// 帮您决定
    Decision,
    /// 看懂报告
    Result,
    /// 指导
    Guidance,
    /// 免费项目
    Programme,
    /// 医院
    Clinic,
    /// 自查
    Check,
    /// 其他
    Other,
}

impl Kind {
    /// The kind in words. Only the server tells them, as data, so that the phone carries none.
    pub fn name(self, lang: Lang) -> &'static str {
        let [hans, hant, en] = match self {
            Self::Topic => ["筛查说明", "篩查說明", "Screening"],
            Self::Decision => ["帮您决定", "幫您決定", "Help to decide"],
            Self::Result => ["看懂报告", "看懂報告", "Reports explained"],
            Self::Guidance => ["指导", "指導", "Guidance"],
            Self::Programme => ["免费项目", "免費項目", "Free programmes"],
            Self::Clinic => ["医院", "醫院", "Hospitals"],
            Self::Check => ["自查", "自查", "Check yourself"],
            Self::Other => ["其他", "其他", "Other"],
        };
        match lang {
            Lang::Hans => hans,
            Lang::Hant => hant,
            Lang::En => en,
        }
    }
}

/// A page, or a section of one, that can be found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchEntry {
    /// What kind of thing it is, in words of the page's language.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// A second line; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Its address without language prefix, a section's with its fragment.
    pub path: String,
    /// Its icon in the sprite; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub icon: String,
}

/// A word that leads to entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchWord {
    /// The word, folded by [`fold`], in simplified characters.
    pub text: String,
    /// How it is said, in pinyin without tones, each syllable with a capital: `FeiAi`; empty for Latin words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sound: String,
    /// Where it leads: the place of an entry times ten, plus a weight of 1 to 9.
    pub at: Vec<u16>,
}

/// All that is needed to answer. An entry is a page, or a section that stands after its page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchIndex {
    /// What can be found; the first four are where to go on when nothing answers.
    pub entries: Vec<SearchEntry>,
    /// The words.
    pub words: Vec<SearchWord>,
    /// How common characters are said, for those that are typed by mistake: each sound of the words, then the
    /// characters that have it: `ai癌爱哀ban半班`.
    pub sounds: String,
    /// Traditional characters of the words, each before its simplified one: `鏡镜腸肠`.
    pub pairs: String,
}

/// The page of the search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Search {
    /// What was typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub typed: String,
    /// What answers it, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hits: Vec<SearchEntry>,
    /// Whether the text names one of them; otherwise they are only the nearest.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub named: bool,
    /// The index, in the document that is asked for without a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Box<SearchIndex>>,
}

/// How an entry answers a typed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The entry's place in the index.
    pub place: usize,
    /// Whether the text names it; otherwise it is only near.
    pub named: bool,
}

/// Most characters of a text that are looked at.
const LONGEST: usize = 80;
/// Most entries that answer one text.
const MOST: usize = 8;
/// Most entries that are shown as the nearest, and entries to go on with when nothing answers at all.
const DOORS: usize = 4;
/// Strength times weight from which an entry is named by a character of the text.
const NAMED: u32 = 350;
/// Fewest letters of a word that may stand inside of a longer run of letters, or be written with a slip.
const SURE: usize = 4;

/// How much each way of standing in a text counts for.
struct Strength {
    /// The whole word.
    whole: u32,
    /// Its front, at most twice this.
    front: u32,
    /// A part that is not its front, at most twice this; 0 where only the front counts.
    inside: u32,
    /// The word with a slip.
    slip: u32,
}

const TEXT: Strength = Strength { whole: 100, front: 40, inside: 20, slip: 45 };
const SOUND: Strength = Strength { whole: 70, front: 25, inside: 0, slip: 32 };
const INITIALS: Strength = Strength { whole: 50, front: 15, inside: 0, slip: 0 };

/// A letter of what was typed, or of how it is said.
struct Letter {
    letter: char,
    /// Which character of the text it belongs to.
    place: usize,
    /// Whether a word may begin with it.
    starts: bool,
}

/// The letter that counts for a typed one: narrow, small, Roman numerals as digits; none for spaces and signs.
fn fold_letter(letter: char) -> Option<char> {
    let letter = match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0)?,
        code @ 0x2160..=0x2165 => char::from_u32(code - 0x2160 + 0x31)?,
        _ => letter,
    };
    (letter.is_ascii_alphanumeric() || ('\u{3400}'..'\u{fb00}').contains(&letter)).then(|| letter.to_ascii_lowercase())
}

/// Folds a text into the letters that count.
pub fn fold(text: &str) -> String {
    text.chars().filter_map(fold_letter).collect()
}

/// Folds pinyin as many people say and type it: `zh` as `z`, `ch` as `c`, `sh` as `s`, `ng` as `n`, `ü` as `u`.
pub fn fold_sound(sound: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for letter in sound.chars() {
        let small = letter.to_ascii_lowercase();
        if !is_dropped(before, small) {
            out.push(if small == 'v' || small == 'ü' { 'u' } else { letter });
        }
        before = small;
    }
    out
}

fn is_dropped(before: char, letter: char) -> bool {
    match letter {
        'h' => matches!(before, 'z' | 'c' | 's'),
        'g' => before == 'n',
        _ => false,
    }
}

/// How a character is said, by the table of an index.
fn sound_of(sounds: &str, letter: char) -> &str {
    let bytes = sounds.as_bytes();
    let mut to = if letter.is_ascii() { 0 } else { sounds.find(letter).unwrap_or(0) };
    while to > 0 && bytes[to - 1] >= 0x80 {
        to -= 1;
    }
    let mut from = to;
    while from > 0 && bytes[from - 1] < 0x80 {
        from -= 1;
    }
    &sounds[from..to]
}

/// The simplified form of a character, by the table of an index.
fn simplified(pairs: &str, letter: char) -> char {
    let mut letters = pairs.chars();
    while let (Some(traditional), Some(simple)) = (letters.next(), letters.next()) {
        if traditional == letter {
            return simple;
        }
    }
    letter
}

/// Reads a text: its letters, and how they are said.
fn read(index: &SearchIndex, typed: &str) -> (Vec<Letter>, Vec<Letter>) {
    let (mut text, mut sound) = (Vec::new(), Vec::new());
    // The class of the letter before, which no letter shares after a gap.
    let (mut class, mut before) = (0, ' ');
    for letter in typed.chars() {
        let Some(letter) = fold_letter(letter) else {
            class = 0;
            continue;
        };
        let place = text.len();
        if place == LONGEST {
            break;
        }
        let letter = simplified(&index.pairs, letter);
        let own = if letter.is_ascii_digit() { 1 } else { 2 };
        let starts = !letter.is_ascii() || own != class;
        class = if letter.is_ascii() { own } else { 0 };
        text.push(Letter { letter, place, starts });
        let said = sound_of(&index.sounds, letter);
        for (n, letter) in said.chars().enumerate() {
            sound.push(Letter { letter, place, starts: n == 0 });
        }
        if said.is_empty() && (starts || !is_dropped(before, letter)) {
            sound.push(Letter { letter: if letter == 'v' { 'u' } else { letter }, place, starts });
        }
        before = letter;
    }
    (text, sound)
}

/// Notes for each character of a text how strongly a word covers it.
fn mark(typed: &[Letter], word: &[char], strength: &Strength, cover: &mut [u32]) {
    let mut note = |part: &[Letter], strength: u32| {
        for letter in part {
            cover[letter.place] = cover[letter.place].max(strength);
        }
    };
    for from in 0..typed.len() {
        let rest = &typed[from..];
        for begin in 0..word.len() {
            if rest[0].letter == word[begin] {
                let length = rest.iter().zip(&word[begin..]).take_while(|(typed, word)| typed.letter == **word).count();
                let whole = length == word.len();
                let ends = rest.get(length).is_none_or(|next| next.starts);
                // A word in the middle of letters that were typed one by one, unlike those of a character, which share
                // its place.
                let inside = whole
                    && length >= SURE
                    && strength.slip > 0
                    && rest[length - 1].place + 1 - rest[0].place == length;
                let share = |most: u32| most + most * length as u32 / word.len() as u32;
                let strength = if !(rest[0].starts && ends || inside) {
                    0
                } else if whole {
                    strength.whole
                } else if begin == 0 && (length > 1 || length == typed.len()) {
                    share(strength.front)
                } else if length > 1 {
                    share(strength.inside)
                } else if begin == 0 {
                    // One character in common is all there may be to find what is nearest.
                    strength.front / 2
                } else {
                    strength.inside / 4
                };
                note(&rest[..length], strength);
            }
            if strength.inside == 0 {
                break;
            }
        }
        let ends = 1 + rest[1..].iter().take_while(|letter| !letter.starts).count();
        if rest[0].starts && ends >= SURE && strength.slip > 0 && is_close(&rest[..ends], word) {
            note(&rest[..ends], strength.slip);
        }
    }
    if typed.len() + 1 >= SURE && typed.iter().all(|letter| letter.starts) && is_close(typed, word) {
        note(typed, strength.slip);
    }
}

/// Whether one letter too many, too few, wrong or in the wrong place makes the difference.
fn is_close(typed: &[Letter], word: &[char]) -> bool {
    if word.len() + 1 < SURE {
        return false;
    }
    let same = |pair: &(&Letter, &char)| pair.0.letter == *pair.1;
    let front = typed.iter().zip(word).take_while(same).count();
    let (typed, word) = (&typed[front..], &word[front..]);
    let back = typed.iter().rev().zip(word.iter().rev()).take_while(same).count();
    match (typed.len() - back, word.len() - back) {
        (0 | 1, 0 | 1) => true,
        (2, 2) => typed[0].letter == word[1] && typed[1].letter == word[0],
        _ => false,
    }
}

/// Looks a text up: the entries that it names, the closest first, or, when it names none, those that are nearest.
///
/// Each character of the text counts for the strongest word that covers it; an entry's score is the sum. A section
/// shares what its page has, so that "肺癌 多少钱" leads to the costs and "肺癌" to the page.
pub fn find(index: &SearchIndex, typed: &str) -> Vec<Hit> {
    let (text, sound) = read(index, typed);
    let width = text.len();
    let mut cells = vec![0; index.entries.len() * width];
    let (mut letters, mut said, mut initials) = (Vec::new(), Vec::new(), Vec::new());
    for word in &index.words {
        letters.clear();
        said.clear();
        initials.clear();
        letters.extend(word.text.chars());
        for letter in word.sound.chars() {
            let small = letter.to_ascii_lowercase();
            said.push(small);
            if small != letter {
                initials.push(small);
            }
        }
        let mut cover = [0; LONGEST];
        mark(&text, &letters, &TEXT, &mut cover);
        mark(&sound, &said, &SOUND, &mut cover);
        if initials.len() > 1 {
            mark(&text, &initials, &INITIALS, &mut cover);
        }
        for at in &word.at {
            let row = usize::from(*at / 10) * width;
            for (cell, strength) in cells.iter_mut().skip(row).take(width).zip(cover) {
                *cell = (strength * u32::from(*at % 10)).max(*cell);
            }
        }
    }
    let mut scores = Vec::new();
    let mut page = 0;
    for (place, entry) in index.entries.iter().enumerate() {
        if !entry.path.contains('#') {
            page = place;
        }
        let (mut score, mut best, mut own) = (0, 0, false);
        for n in 0..width {
            let shared = cells[page * width + n] * 2 / 3;
            let cell = cells[place * width + n];
            own |= cell > shared;
            score += cell.max(shared);
            best = cell.max(shared).max(best);
        }
        scores.push((if own { score } else { 0 }, best >= NAMED));
    }
    let mut hits = Vec::new();
    let mut least = 1;
    while hits.len() < MOST {
        let mut place = 0;
        for n in 0..scores.len() {
            if scores[n].0 > scores[place].0 {
                place = n;
            }
        }
        let Some((score, named)) = scores.get(place).copied() else { break };
        if score < least {
            break;
        }
        least = least.max(score / 2);
        scores[place].0 = 0;
        hits.push(Hit { place, named });
    }
    if hits.iter().all(|hit: &Hit| !hit.named) {
        hits.truncate(DOORS);
    }
    if hits.is_empty() && width > 0 {
        hits.extend((0..scores.len().min(DOORS)).map(|place| Hit { place, named: false }));
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str, sound: &str, at: &[u16]) -> SearchWord {
        SearchWord { text: fold(text), sound: sound.to_owned(), at: at.to_vec() }
    }

    fn index() -> SearchIndex {
        let entry = |path: &str| SearchEntry { path: path.to_owned(), ..SearchEntry::default() };
        let paths = ["/lung", "/lung#cost", "/colon", "/colon#cost", "/stomach", "/vaccine", "/report#b4a"];
        SearchIndex {
            entries: paths.map(entry).to_vec(),
            words: vec![
                word("肺癌", "FeiAi", &[9]),
                word("lung cancer", "", &[9]),
                word("多少钱", "DuoSaoQian", &[13, 33]),
                word("肠镜", "CanJin", &[28]),
                word("大肠癌", "DaCanAi", &[29]),
                word("胃镜", "WeiJin", &[49]),
                word("幽门螺杆菌", "YouMenLuoGanJun", &[48]),
                word("hpv疫苗", "HpuYiMiao", &[59]),
                word("BI-RADS 4A", "", &[69]),
                word("colonoscopy", "", &[28]),
            ],
            sounds: "can肠长cai菜jin镜晶luo罗螺gan杆fei肺飞ai癌爱".to_owned(),
            pairs: "鏡镜腸肠".to_owned(),
        }
    }

    fn paths(typed: &str) -> Vec<String> {
        let index = index();
        find(&index, typed).iter().map(|hit| index.entries[hit.place].path.clone()).collect()
    }

    #[test]
    fn what_people_type_finds_what_they_mean() {
        for (typed, expected) in [
            ("肺癌", "/lung"),
            ("ＬＵＮＧ　ＣＡＮＣＥＲ", "/lung"),
            ("lung", "/lung"),
            ("feiai", "/lung"),
            ("fei'ai", "/lung"),
            ("fa", "/lung"),
            ("飞爱", "/lung"),
            ("fei癌", "/lung"),
            ("肺癌多少钱", "/lung#cost"),
            ("肺癌 duoshaoqian", "/lung#cost"),
            ("多少钱，肠镜", "/colon#cost"),
            ("腸鏡", "/colon"),
            ("肠晶", "/colon"),
            ("changjing", "/colon"),
            ("canjin", "/colon"),
            ("cahngjing", "/colon"),
            ("colonscopy", "/colon"),
            ("大肠", "/colon"),
            ("大腸岩", "/colon"),
            ("weijin", "/stomach"),
            ("幽门螺旋杆菌", "/stomach"),
            ("幽门罗杆菌", "/stomach"),
            ("我想打HPV疫苗", "/vaccine"),
            ("hpvyimiao", "/vaccine"),
            ("birads Ⅳa", "/report#b4a"),
        ] {
            assert_eq!(paths(typed).first().map(String::as_str), Some(expected), "{typed}: {:?}", paths(typed));
        }
    }

    #[test]
    fn a_page_that_is_named_does_not_bring_all_its_sections() {
        assert_eq!(paths("肺癌"), ["/lung"]);
    }

    #[test]
    fn letters_out_of_the_middle_of_others_name_nothing() {
        for typed in ["elfaith", "sofa", "faq", "菜"] {
            assert!(find(&index(), typed).iter().all(|hit| !hit.named), "{typed}: {:?}", paths(typed));
        }
    }

    #[test]
    fn what_nothing_answers_leads_to_the_first_entries() {
        assert_eq!(paths("xyz"), ["/lung", "/lung#cost", "/colon", "/colon#cost"]);
        assert_eq!(paths(" ？"), [""; 0]);
        assert_eq!(find(&SearchIndex::default(), "肺癌"), []);
    }

    #[test]
    fn signs_width_and_size_do_not_count() {
        for (typed, folded) in [("ＢＩ－ＲＡＤＳ　Ⅳa", "birads4a"), ("肺癌，CT？", "肺癌ct"), ("é～", "")]
        {
            assert_eq!(fold(typed), folded);
        }
        for (sound, folded) in [("ZhongShangLü", "ZonSanLu"), ("changjing", "canjin"), ("FeiJieJie", "FeiJieJie")] {
            assert_eq!(fold_sound(sound), folded);
        }
    }

    #[test]
    fn every_kind_has_a_name_in_every_language() {
        let names: Vec<&str> = [Kind::Topic, Kind::Check, Kind::Other]
            .into_iter()
            .flat_map(|kind| Lang::ALL.map(|lang| kind.name(lang)))
            .collect();
        assert_eq!(
            names,
            ["筛查说明", "篩查說明", "Screening", "自查", "自查", "Check yourself", "其他", "其他", "Other"]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(typed in "[肺癌腸镜飞多少钱a-z0-9 ']{0,30}|.{0,100}") {
            for hit in find(&index(), &typed) {
                prop_assert!(hit.place < index().entries.len());
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in ".{0,30}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
