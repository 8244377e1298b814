//! Words that only the server speaks: written where they are said, in simplified Chinese and in English. Traditional
//! characters are converted from the first.

use zaoshai_contract::route::Lang;

/// Speaks one language.
pub struct Voice<'a> {
    /// The language.
    pub lang: Lang,
    /// Turns simplified into traditional characters.
    pub traditional: &'a dyn Fn(&str) -> String,
}

impl Voice<'_> {
    /// One of two sayings of the same.
    pub fn say(&self, hans: &str, en: &str) -> String {
        match self.lang {
            Lang::Hans => hans.to_owned(),
            Lang::Hant => (self.traditional)(hans),
            Lang::En => en.to_owned(),
        }
    }

    /// The same with something put in the place of `{}`.
    pub fn fill(&self, hans: &str, en: &str, value: &str) -> String {
        self.say(hans, en).replace("{}", value)
    }

    /// Something written in Chinese, in the characters of the language; English readers get it as it is.
    pub fn told(&self, text: &str) -> String {
        if self.lang == Lang::Hant { (self.traditional)(text) } else { text.to_owned() }
    }
}
