//! How words are said: pinyin without tones, from the `pinyin` crate, with the editors' readings before it.

use pinyin::ToPinyin as _;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use zaoshai_contract::search::fold_sound;

/// The sound of a folded word, each syllable with a capital (`FeiAi`, `HpvYiMiao`); empty for a word without any
/// Chinese character.
pub(super) fn of_word(word: &str, readings: &BTreeMap<String, String>) -> String {
    if word.is_ascii() {
        return String::new();
    }
    let mut out = String::new();
    let mut rest = word;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        // The longest reading that begins here.
        let own =
            readings.iter().filter(|(word, _)| rest.starts_with(word.as_str())).max_by_key(|(word, _)| word.len());
        match own {
            Some((word, said)) => {
                said.split(' ').for_each(|syllable| push_syllable(&mut out, syllable));
                rest = &rest[word.len()..];
            }
            None => {
                match of_letter(letter) {
                    Some(said) => push_syllable(&mut out, said),
                    None if before.is_ascii_alphanumeric() => out.push(letter),
                    None => out.push(letter.to_ascii_uppercase()),
                }
                rest = &rest[letter.len_utf8()..];
            }
        }
        before = letter;
    }
    fold_sound(&out)
}

fn push_syllable(out: &mut String, syllable: &str) {
    let mut letters = syllable.chars();
    out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
    out.push_str(letters.as_str());
}

/// The usual reading of a character.
fn of_letter(letter: char) -> Option<&'static str> {
    letter.to_pinyin().map(pinyin::Pinyin::plain)
}

/// The table of how common characters are said, as far as words have these sounds: `ai癌爱哀ban半班`.
///
/// Common are the 3,755 characters of the first level of GB 2312, which are what input methods offer first, and those of
/// the words themselves.
pub(super) fn table<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut spoken: BTreeMap<String, BTreeSet<char>> = BTreeMap::new();
    for letter in words.flat_map(str::chars) {
        if let Some(said) = of_letter(letter) {
            spoken.entry(fold_sound(said)).or_default().insert(letter);
        }
    }
    for (letter, said) in COMMON.iter() {
        if let Some(same) = spoken.get_mut(said) {
            same.insert(*letter);
        }
    }
    spoken.into_iter().map(|(said, letters)| said + &letters.into_iter().collect::<String>()).collect()
}

/// The common characters with how they are said, made once.
static COMMON: LazyLock<Vec<(char, String)>> = LazyLock::new(|| {
    let mut common = Vec::new();
    for row in 0xb0..=0xd7_u8 {
        for cell in 0xa1..=0xfe_u8 {
            let pair = [row, cell];
            let (decoded, _) = encoding_rs::GBK.decode_without_bom_handling(&pair);
            common.extend(decoded.chars().filter_map(|letter| Some((letter, fold_sound(of_letter(letter)?)))));
        }
    }
    common
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_said_as_people_say_them() {
        let readings = BTreeMap::from([("鼻咽".to_owned(), "bi yan".to_owned())]);
        for (word, said) in [
            ("肺癌", "FeiAi"),
            ("肠镜", "CanJin"),
            ("鼻咽癌", "BiYanAi"),
            ("hpv疫苗", "HpuYiMiao"),
            ("女性", "NuXin"),
            ("birads4a", ""),
        ] {
            assert_eq!(of_word(word, &readings), said, "{word}");
        }
    }

    #[test]
    fn common_characters_with_the_sound_of_a_word_are_in_the_table() {
        let table = table(["肠镜"].into_iter());
        assert!(table.starts_with("can") && table.contains('常') && table.contains('经'), "{table}");
        assert!(!table.contains('胃'), "{table}");
    }
}
