//! How long a text is where a form limits it: the one count for every limit of characters.

/// Most characters of a person's name. Names of several parts, as many Uygurs, Tibetans and foreigners have, fit.
pub const LONGEST_NAME: usize = 50;

/// Most characters of a reason: why a clinic does not take place, a visit is cancelled or a follow-up ends.
pub const LONGEST_REASON: usize = 100;

/// The length of a text as a browser counts it for `maxlength`: UTF-16 units, with a line break as one.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count() - text.matches("\r\n").count()
}

/// Whether a text without the space around it holds at least `least` and at most `most` characters.
pub fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&length(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_what_the_browser_counts() {
        for (text, count) in
            [("", 0), ("李芳", 2), ("a\nb", 3), ("a\r\nb", 3), ("\r\n\r\n", 2), ("\r\r\n", 2), ("𠮷", 2), ("👩", 2)]
        {
            assert_eq!(length(text), count, "{text:?}");
        }
    }

    #[test]
    fn a_text_at_its_limit_fits_whatever_its_line_breaks() {
        let unix = ["字".repeat(99), "字".repeat(100)].join("\n");
        for text in [unix.clone(), unix.replace('\n', "\r\n")] {
            assert!(fits(&text, 1, 200) && !fits(&text, 1, 199), "{}", length(&text));
        }
        assert!(!fits(" \r\n ", 1, 200));
    }
}
