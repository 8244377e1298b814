//! Small values that are parsed once, at the edge: tokens, slugs, phone numbers, keys.
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
    /// A mainland phone number as digits: a mobile (11 digits from 13 to 19) or a landline with its area code.
    PhoneNumber,
    "not a phone number"
);

impl PhoneNumber {
    /// Reads a number as people write it: spaces, hyphens, +86 and full-width digits are fine.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = String::new();
        for letter in text.trim().chars() {
            match letter {
                '0'..='9' => digits.push(letter),
                '０'..='９' => digits.push(char::from(b'0' + (u32::from(letter) - u32::from('０')) as u8)),
                ' ' | '-' | '\u{3000}' | '－' | '+' | '(' | ')' => {}
                _ => return None,
            }
        }
        let digits = match digits.len() {
            13 if digits.starts_with("86") => digits[2..].to_owned(),
            15 if digits.starts_with("0086") => digits[4..].to_owned(),
            _ => digits,
        };
        let bytes = digits.as_bytes();
        let mobile = bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]);
        let landline = (10..=12).contains(&bytes.len()) && bytes[0] == b'0' && bytes[1] != b'0';
        (mobile || landline).then_some(Self(digits))
    }

    /// The last four digits.
    pub fn ending(&self) -> PhoneEnding {
        PhoneEnding(self.0[self.0.len() - 4..].to_owned())
    }

    /// "138****1234": enough for a nurse to recognise, not enough to dial.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[self.0.len() - 4..])
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
    fn phone_numbers_are_read_as_people_write_them() {
        for (text, digits) in [
            ("13800138000", Some("13800138000")),
            (" 138 0013 8000 ", Some("13800138000")),
            ("+86 138-0013-8000", Some("13800138000")),
            ("１３８００１３８０００", Some("13800138000")),
            ("0731-28307119", Some("073128307119")),
            ("12800138000", None),
            ("1380013800", None),
            ("138001380001", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(PhoneNumber::parse(text).as_ref().map(PhoneNumber::as_str), digits, "{text}");
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
