//! Dates, times of day and phone numbers inside a text, each kept on one line: a line that breaks within a number is read
//! as two others.

use crate::view::{El, Node, el};
use zaoshai_contract::phones::PhoneNumber;

/// What a time of day begins with.
const PARTS_OF_DAY: [&str; 5] = ["凌晨", "上午", "中午", "下午", "晚上"];

/// A text whose dates, times of day and phone numbers do not break.
pub fn whole(text: &str) -> Node {
    let pieces = pieces(text).into_iter().map(|(together, piece)| match together {
        Together::Yes => unbroken(piece.to_owned()).node(),
        Together::No => Node::from(piece.to_owned()),
    });
    Node::from(pieces.collect::<Vec<_>>())
}

/// Something that stays on one line.
pub fn unbroken(inside: impl Into<Node>) -> El {
    el("span").class("zs-whole").child(inside)
}

/// A phone number as it is read out. What is no number, and a number of abroad, stay as they are dialled.
pub fn shown(phone: &str) -> String {
    let number = PhoneNumber::parse(phone).filter(|number| !number.as_str().starts_with('+'));
    number.map_or_else(|| phone.to_owned(), |number| number.shown())
}

/// Whether a piece of a text stays on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Together {
    Yes,
    No,
}

fn pieces(text: &str) -> Vec<(Together, &str)> {
    let mut pieces = Vec::new();
    let (mut at, mut plain) = (0, 0);
    while let Some(letter) = text[at..].chars().next() {
        let length = number(&text[at..]);
        if length == 0 {
            at += letter.len_utf8();
            continue;
        }
        if plain < at {
            pieces.push((Together::No, &text[plain..at]));
        }
        pieces.push((Together::Yes, &text[at..at + length]));
        at += length;
        plain = at;
    }
    if plain < at {
        pieces.push((Together::No, &text[plain..]));
    }
    pieces
}

/// How many bytes of a date, a time of day or any other number with its sign a text begins with.
fn number(text: &str) -> usize {
    let part = PARTS_OF_DAY.iter().find(|part| text.starts_with(**part)).map_or(0, |part| part.len());
    if !text[part..].starts_with(|first: char| first.is_ascii_digit() || (first == '+' && part == 0)) {
        return 0;
    }
    let inside = |letter: &char| letter.is_ascii_digit() || "+:.-年月日前".contains(*letter);
    part + text[part..].chars().take_while(inside).map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::{Together, pieces, shown};

    #[test]
    fn dates_times_and_phone_numbers_are_pieces_of_their_own_and_no_letter_is_lost() {
        for (text, together) in [
            ("12月14日前", vec!["12月14日前"]),
            ("2027年1月4日 星期一 上午8:30", vec!["2027年1月4日", "上午8:30"]),
            ("0731-28307119 · 胃镜", vec!["0731-28307119"]),
            ("12月1日 星期二 上午9:00 停诊，请打电话", vec!["12月1日", "上午9:00"]),
            ("没有约", vec![]),
            ("", vec![]),
        ] {
            let found = pieces(text);
            assert_eq!(found.iter().map(|(_, piece)| *piece).collect::<String>(), text);
            let whole = found.iter().filter(|(kind, _)| *kind == Together::Yes).map(|(_, piece)| *piece);
            assert_eq!(whole.collect::<Vec<_>>(), together, "{text}");
        }
    }

    #[test]
    fn a_landline_is_written_with_its_area_code_apart() {
        for (kept, read) in [
            ("073128307119", "0731-28307119"),
            ("0731-28307119", "0731-28307119"),
            ("13800138000", "13800138000"),
            ("+85291234567", "+85291234567"),
            ("不知道", "不知道"),
        ] {
            assert_eq!(shown(kept), read);
        }
    }
}
