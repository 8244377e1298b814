//! What people are found by: keyed hashes of names and phone numbers, made for storing and for searching by one folding.
//! The database holds the hashes alone.

use crate::app::App;
use crate::content::traditional::simplified;
use crate::db::finders::{Mark, Refolded, Sought};
use crate::secrets::Secrets;
use pinyin::{ToPinyin as _, ToPinyinMulti as _};
use unicode_normalization::UnicodeNormalization as _;
use zaoshai_contract::ids::{PhoneEnding, ShortCode};
use zaoshai_contract::phones::PhoneNumber;

/// Counts the changes of the folding; what was stored by an older one is made anew.
pub const FOLDING: i64 = 4;
/// The longest run of a name's letters that has a hash of its own; longer words are looked for by their beginning.
const LONGEST_RUN: usize = 12;
/// Follow-ups folded anew in one go: bookings wait for one of them at most.
const CHUNK: u32 = 100;

/// A name as it is compared: simplified characters, lower case, half width, and nothing but letters and digits. The dots
/// between the parts of a name, spaces and marks that nobody sees differ from one keyboard to the next.
pub fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.nfkc().flat_map(char::to_lowercase) {
        // Rare characters that have no place in Unicode stand in the private areas.
        let private = matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}');
        if (letter.is_alphanumeric() && !matches!(letter, '\u{318d}' | '\u{119e}')) || private {
            // One by one, so that a part of a name folds as it does within the whole.
            out.push_str(&simplified(letter.encode_utf8(&mut [0; 4])));
        }
    }
    if out.is_empty() { name.trim().to_lowercase() } else { out }
}

/// A name as it is stored: without space around it and without what nobody sees.
pub fn tidy(name: &str) -> String {
    let hidden = |letter: &char| {
        letter.is_control()
            || matches!(
                letter,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
            )
    };
    name.chars().filter(|letter| !hidden(letter)).collect::<String>().trim().to_owned()
}

/// Most ways in which a name is said that are kept: each letter may have several.
const MOST_WAYS: usize = 12;
/// Most letters of a name whose parts are found by their sound.
const LONGEST_IN_PARTS: usize = 4;

/// The sounds of a letter as they are typed, the usual one first: 单 is dan, shan and chan, 吕 is lv, lu and lyu.
fn said(letter: char) -> Option<Vec<String>> {
    let usual = letter.to_pinyin()?;
    let all = std::iter::once(usual).chain(letter.to_pinyin_multi().into_iter().flatten());
    let mut sounds: Vec<String> = Vec::new();
    for sound in all.map(pinyin::Pinyin::plain) {
        let typed = if sound.contains('ü') { vec!["v", "u", "yu"] } else { vec!["ü"] };
        for sound in typed.into_iter().map(|letter| sound.replace('ü', letter)) {
            if !sounds.contains(&sound) {
                sounds.push(sound);
            }
        }
    }
    Some(sounds)
}

/// How a name is typed without an input method: the sound of the family name, of two or more letters in a row of a short
/// name, and of the whole, and its first letters. Nothing for a name with anything but Chinese characters, nor for one letter, which would
/// stand for everybody.
fn sounds(name: &str) -> Vec<String> {
    let letters: Option<Vec<Vec<String>>> = name.chars().map(said).collect();
    let Some(letters) = letters.filter(|letters| letters.len() > 1) else { return Vec::new() };
    let mut ways: Vec<Vec<&str>> = vec![Vec::new()];
    for sounds in &letters {
        // The usual sounds of all letters come first, and are kept however many there are.
        let longer =
            sounds.iter().flat_map(|sound| ways.iter().map(|way| [way.as_slice(), &[sound.as_str()]].concat()));
        ways = longer.take(MOST_WAYS).collect();
    }
    let mut typed = Vec::new();
    for way in &ways {
        typed.push(way[0].to_owned());
        typed.push(way.iter().filter_map(|sound| sound.chars().next()).collect());
        // Of a long name the parts would be hundreds.
        let parts = if way.len() <= LONGEST_IN_PARTS { way.len() } else { 0 };
        for from in 0..parts {
            typed.extend((from + 2..=parts).map(|to| way[from..to].concat()));
        }
        typed.push(way.concat());
    }
    typed.sort_unstable();
    typed.dedup();
    typed
}

/// All hashes under which a follow-up is found: its phone number, the last four digits, the whole name, its first letter,
/// which is the family name, its runs of two or more letters, and how it is said.
pub fn of(secrets: &Secrets, name: &str, phone: &PhoneNumber) -> Vec<String> {
    let letters: Vec<char> = folded(name).chars().collect();
    let mut finders = vec![whole(secrets, name), secrets.finder("phone", phone.as_str())];
    finders.extend(letters.first().map(|family| secrets.finder("name", family.encode_utf8(&mut [0; 4]))));
    finders.extend(sounds(&folded(name)).iter().map(|sound| secrets.finder("sound", sound)));
    for from in 0..letters.len() {
        let longest = letters.len().min(from + LONGEST_RUN);
        finders.extend((from + 2..=longest).map(|to| secrets.finder("name", &String::from_iter(&letters[from..to]))));
    }
    finders.push(secrets.finder("phone", phone.without_extension().as_str()));
    finders.extend(phone.local().map(|local| secrets.finder("phone", local)));
    finders.extend(phone.ending().map(|ending| secrets.finder("ending", ending.as_str())));
    finders.sort_unstable();
    finders.dedup();
    finders
}

/// The hash of a whole name.
pub fn whole(secrets: &Secrets, name: &str) -> String {
    secrets.finder("whole-name", &folded(name))
}

/// The hash of a whole phone number.
pub fn phone(secrets: &Secrets, phone: &PhoneNumber) -> String {
    secrets.finder("phone", phone.as_str())
}

/// The mark of a person: what is left of somebody whose data were deleted. It names no hospital, so that it stays right
/// when another one takes over.
pub fn person(secrets: &Secrets, hospital: &str, name: &str, phone: &PhoneNumber) -> Mark {
    let who = format!("{}/{}", phone.without_extension().as_str(), folded(name));
    Mark { person: secrets.finder("somebody", &who), older: secrets.finder("person", &format!("{hospital}/{who}")) }
}

/// All that somebody who typed this can mean: a code, a phone number, its end, a name or a part of one.
pub fn meant(secrets: &Secrets, typed: &str) -> Sought {
    let mut sought = Sought::default();
    // What was carried over from the first version has codes of its own.
    let code = ShortCode::parse(typed).map(|code| code.to_string());
    sought.codes = [code.unwrap_or_default(), typed.to_lowercase()];
    let name = folded(typed);
    // A number may have letters: those before its extension.
    let number = PhoneNumber::parse(typed);
    let short = number.as_ref().map(PhoneNumber::without_extension);
    let [first, second] = if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let ending = PhoneEnding::parse(&name).map(|ending| secrets.finder("ending", ending.as_str()));
        [ending, Some(secrets.finder("phone", &name))]
    } else {
        // What is written with letters is a name of letters, or how one is said. The whole name is one of its own runs.
        let sound = name.replace('ü', "v");
        let said = sound.bytes().all(|byte| byte.is_ascii_lowercase()) && !sound.is_empty();
        let run = secrets.finder("name", &name.chars().take(LONGEST_RUN).collect::<String>());
        let other = if said { secrets.finder("sound", &sound) } else { whole(secrets, typed) };
        [Some(other), Some(run)]
    };
    let hashed = |number: Option<PhoneNumber>| number.map(|number| phone(secrets, &number));
    sought.hashes = [hashed(number), hashed(short), first, second].map(Option::unwrap_or_default);
    sought
}

/// Whether what this finds holds all of it: a word that is longer than the longest run is looked for by its beginning.
pub fn are_exact(typed: &str) -> bool {
    folded(typed).chars().count() <= LONGEST_RUN
}

/// Whether a name that was found by the beginning of a long word holds the whole of it.
pub fn holds(name: &str, typed: &str) -> bool {
    let (name, typed) = (folded(name), folded(typed));
    let number = PhoneNumber::parse(&typed).is_some() || typed.bytes().all(|byte| byte.is_ascii_digit());
    number || typed.chars().count() <= LONGEST_RUN || name.contains(&typed) || sounds(&name).contains(&typed)
}

/// Makes the finders anew that an older folding made, little by little; gives how many follow-ups that were.
///
/// # Errors
/// What the database says. A record that does not open is left as it is and named in the log.
pub async fn refold(app: &App) -> anyhow::Result<usize> {
    let (mut after, mut done) = (String::new(), 0);
    loop {
        let records = app.db.to_fold(FOLDING, &after, CHUNK).await?;
        let Some(last) = records.last() else { return Ok(done) };
        after.clone_from(&last.id);
        for record in records {
            let open = |field: &str, sealed: &str| app.secrets.open_if_kept(&record.id, field, sealed);
            let (name, number) = match (open("name", &record.name_sealed), open("phone", &record.phone_sealed)) {
                (Ok(name), Ok(number)) => (name, PhoneNumber::kept(number)),
                _ => {
                    tracing::warn!(followup = %record.id, "a name does not open: its finders stay as they are");
                    continue;
                }
            };
            if name.is_empty() && number.as_str().is_empty() {
                continue;
            }
            let refolded = Refolded {
                finders: of(&app.secrets, &name, &number),
                person: person(&app.secrets, &record.hospital, &name, &number).person,
                folding: FOLDING,
                version: record.version,
                id: record.id,
            };
            done += usize::from(app.db.refold(&refolded).await?);
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_nurse_takes_for_the_same_are_folded_the_same() {
        for (same, names) in [
            (
                "试验提吐尔甲",
                &[
                    "试验提·吐尔甲",
                    "试验提•吐尔甲",
                    "试验提・吐尔甲",
                    "试验提‧吐尔甲",
                    "试验提．吐尔甲",
                    "试验提. 吐尔甲",
                    "試驗提·吐爾甲",
                    "试验提ㆍ吐尔甲",
                    "试验提∙吐尔甲",
                    "试验提⋅吐尔甲",
                    "试验提･吐尔甲",
                ][..],
            ),
            (
                "试芳",
                &[
                    "试芳",
                    "试　芳",
                    "试 芳",
                    "试\u{a0}芳",
                    " 试\u{2003}芳 ",
                    "\u{feff}试\u{200b}芳\u{fe00}",
                    "試芳",
                    "试\u{2060}芳",
                    "试\u{e0100}芳",
                ],
            ),
            ("johnmcsmith", &["John McSmith", "JOHN MCSMITH", "Ｊｏｈｎ　ＭｃＳｍｉｔｈ", "John-Mc'Smith"]),
            ("阿凡提", &["阿凡提"]),
        ] {
            for name in names {
                assert_eq!(folded(name), same, "{name:?}");
            }
        }
        assert_ne!(folded("李芳"), folded("李方"));
        assert_eq!(folded("\u{e863}芳"), "\u{e863}芳");
    }

    #[test]
    fn a_name_is_found_by_the_family_name_alone_and_by_how_it_is_said() {
        let secrets = Secrets::new(&[7; 32]);
        let phone = PhoneNumber::parse("13800138101").expect("a number");
        for (name, finding, not) in [
            (
                "李秀英",
                &["李", "li", "lixiu", "xiuying", "lixiuying", "LXY", "li xiu ying", "秀英"][..],
                &["英", "ying", "lx"][..],
            ),
            ("欧阳诸葛上官", &["ouyangzhugeshangguan", "欧"], &["ouyangzhugeshang"]),
            ("曾单", &["zengdan", "cengdan", "zengshan", "zd", "cd"], &["zenshan"]),
            ("翟长青", &["zhai", "zhaichangqing", "di", "changqing"], &["zhaishangqing"]),
            ("尉迟晟", &["yuchisheng", "weichi"], &[]),
            ("吕玉", &["lv", "lu", "lyuyu", "LY"], &["l"]),
            ("John McSmith", &["john", "j", "johnmcsmith"], &["jm"]),
            ("吕", &["吕"], &["lv", "l"]),
        ] {
            let finders = of(&secrets, name, &phone);
            let found = |typed: &str| {
                meant(&secrets, typed).hashes.iter().any(|hash| finders.contains(hash)) && holds(name, typed)
            };
            for typed in finding {
                assert!(found(typed), "{typed} finds {name}");
            }
            for typed in not {
                assert!(!found(typed), "{typed} does not find {name}");
            }
        }
    }

    #[test]
    fn every_part_of_a_name_that_is_long_enough_finds_it() {
        let secrets = Secrets::new(&[7; 32]);
        let phone = PhoneNumber::parse("0731-28307119-801").expect("a number");
        let name = "古丽巴哈尔·阿卜杜热依木·买买提艾力";
        let finders = of(&secrets, name, &phone);
        for typed in [
            name,
            "古丽巴哈尔阿卜杜热依木买买提艾力",
            "古麗巴哈爾",
            "买买提",
            "艾力",
            "0731 28307119",
            "073128307119",
            "28307119",
            "7119",
            "７１１９",
            "0731-28307119转801",
        ] {
            let meant = meant(&secrets, typed);
            assert!(meant.hashes.iter().any(|hash| finders.contains(hash)), "{typed}");
            assert!(holds(name, typed) || typed.starts_with(['0', '2', '7', '７']), "{typed}");
        }
        for typed in ["古丽", "买买提艾力古丽"] {
            let found = meant(&secrets, typed).hashes.iter().any(|hash| finders.contains(hash)) && holds(name, typed);
            assert_eq!(found, typed == "古丽", "{typed}");
        }
        assert!(finders.len() < 500, "{}", finders.len());
    }
}
