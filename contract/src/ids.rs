//! Small values that are parsed once, at the edge: tokens, slugs, codes, keys.
//! A value of one of these types is always well formed.

use core::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expect:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// The text of it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or($expect)
            }
        }
    };
}

text_id!(
    /// The name of a piece of content or a clinic in a URL: lower-case letters, digits and hyphens, 1 to 48 long.
    Slug,
    "not a name of lower-case letters, digits and hyphens"
);

impl Slug {
    /// Reads a slug.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=48).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }
}

text_id!(
    /// A slot's id: letters, digits and hyphens, 1 to 64 long.
    SlotId,
    "not a slot id"
);

impl SlotId {
    /// Reads a slot id.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }
}

text_id!(
    /// What a phone sends with a write so that a repeat is recognised: letters, digits and hyphens, 16 to 64 long.
    IdempotencyKey,
    "not an idempotency key of 16 to 64 letters, digits and hyphens"
);

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (16..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }
}

text_id!(
    /// The secret in a follow-up link: 128 bits as 26 letters of Crockford's base 32, lower case.
    Token,
    "not a follow-up token"
);

/// Crockford's alphabet: no i, l, o, u, so that a link can be read out over the phone.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Token {
    /// Reads a token as people copy it: any case, `o` for zero, `i` or `l` for one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 26 {
            return None;
        }
        let letters: Option<String> = text
            .bytes()
            .map(|byte| match byte.to_ascii_lowercase() {
                b'o' => Some('0'),
                b'i' | b'l' => Some('1'),
                byte if CROCKFORD.contains(&byte) => Some(char::from(byte)),
                _ => None,
            })
            .collect();
        letters.map(Self)
    }

    /// Writes 128 bits as a token.
    pub fn from_bits(bits: u128) -> Self {
        Self((0..26).rev().map(|place| char::from(CROCKFORD[((bits >> (place * 5)) & 31) as usize])).collect())
    }
}

text_id!(
    /// The short code by which a follow-up or a request is named on the phone and on letters: two groups of four letters
    /// and digits of Crockford's base 32, like `7K2M-9XQ4`.
    ShortCode,
    "not a code of eight letters and digits"
);

impl ShortCode {
    /// Reads a code as people type it off a letter: any case and width, with or without its hyphen, `o` for zero, `i` or
    /// `l` for one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches("编号").trim_start_matches("編號");
        let mut letters = String::new();
        for letter in text.chars() {
            let letter = match letter {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0)?,
                letter => letter,
            };
            match letter.to_ascii_lowercase() {
                'o' => letters.push('0'),
                'i' | 'l' => letters.push('1'),
                letter if letter.is_ascii() && CROCKFORD.contains(&(letter as u8)) => {
                    letters.push(letter.to_ascii_uppercase());
                }
                '-'
                | '_'
                | '.'
                | ':'
                | '：'
                | '\u{2010}'..='\u{2015}'
                | '\u{2212}'
                | '\u{200b}'..='\u{200f}'
                | '\u{feff}' => {}
                letter if letter.is_whitespace() => {}
                _ => return None,
            }
        }
        (letters.len() == 8).then(|| Self(format!("{}-{}", &letters[..4], &letters[4..])))
    }
}

text_id!(
    /// The last four digits of a phone number.
    PhoneEnding,
    "not four digits"
);

impl PhoneEnding {
    /// Reads four digits; full-width digits and surrounding spaces are fine.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Option<String> = text
            .trim()
            .chars()
            .map(|letter| match letter {
                '0'..='9' => Some(letter),
                '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
                _ => None,
            })
            .collect();
        digits.filter(|digits| digits.len() == 4).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_type_them_off_a_letter() {
        for text in [
            "7K01-9XQ4",
            "7k01-9xq4",
            "7K019XQ4",
            " 7k01 9xq4 ",
            "7KOI-9XQ4",
            "7Kol–9XQ4",
            "７Ｋ０１－９ＸＱ４",
            "7K01\u{3000}9XQ4\u{200b}",
            "编号：7K01-9XQ4",
        ] {
            assert_eq!(ShortCode::parse(text).as_ref().map(ShortCode::as_str), Some("7K01-9XQ4"), "{text}");
        }
        for text in ["", "7K01-9XQ", "7K01-9XQ44", "7K01/9XQ4", "李芳", "7U01-9XQ4"] {
            assert_eq!(ShortCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn endings_are_four_digits() {
        for (text, ending) in
            [("8000", Some("8000")), (" ８０００ ", Some("8000")), ("800", None), ("80000", None), ("80a0", None)]
        {
            assert_eq!(PhoneEnding::parse(text).as_ref().map(PhoneEnding::as_str), ending, "{text}");
        }
    }

    #[test]
    fn slugs_never_hold_a_path() {
        for text in ["", "..", "a/b", "A", "a b", "肺"] {
            assert_eq!(Slug::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_token_survives_being_copied_in_capitals(bits: u128) {
            let token = Token::from_bits(bits);
            let copied = token.as_str().to_uppercase().replace('0', "O").replace('1', "I");
            prop_assert_eq!(Token::parse(&copied), Some(token));
        }

        #[test]
        fn different_bits_make_different_tokens(a: u128, b: u128) {
            prop_assume!(a != b);
            prop_assert_ne!(Token::from_bits(a), Token::from_bits(b));
        }
    }
}
