//! The code of a result, to be read out or scanned at the desk: which rule, which version, which band, which day, and
//! one digit against slips. Nobody's name and no answer is in it.

use super::Check;
use crate::civil::CivilDate;

/// The code, like `FA20241-3-261124-7`: letters and version of the rule, band, day, and check digit.
pub fn of(check: &Check, band: u16, date: CivilDate) -> String {
    let mut code = String::from(&check.letters);
    code.extend(check.version.chars().filter(char::is_ascii_digit));
    code.push('-');
    code.push_str(&band.to_string());
    code.push('-');
    for part in [date.year() % 100, i32::from(date.month()), i32::from(date.day())] {
        if part < 10 {
            code.push('0');
        }
        code.push_str(&part.to_string());
    }
    let digit = check_digit(&code);
    code.push('-');
    code.push(digit);
    code
}

/// Letters and digits weighed by their place, modulo 11; ten is `X`. One wrong digit, or two neighbours that changed
/// places, make another check digit (the rule of ISBN-10, ISO 2108:1992).
fn check_digit(code: &str) -> char {
    let sum: u32 = code
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .enumerate()
        .map(|(place, byte)| (place as u32 % 10 + 1) * (u32::from(byte) % 11))
        .sum();
    match sum % 11 {
        10 => 'X',
        digit => char::from(b'0' + digit as u8),
    }
}

/// Whether a code was read without a slip.
pub fn is_sound(code: &str) -> bool {
    code.rsplit_once('-').is_some_and(|(body, digit)| digit.chars().eq([check_digit(body)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_code_is_noticed() {
        let code = "FA20241-3-261124";
        let whole = format!("{code}-{}", check_digit(code));
        assert!(is_sound(&whole));
        for (place, letter) in code.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
            let other = if letter == '9' { '0' } else { char::from(letter as u8 + 1) };
            let mut wrong = whole.clone();
            wrong.replace_range(place..=place, &other.to_string());
            assert!(!is_sound(&wrong), "{wrong}");
        }
        assert!(!is_sound("FA20241-3-261142-") && !is_sound("x"));
    }
}
