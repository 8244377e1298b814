//! Formulas as editors write them, `age >= 50 and not smoking.never`, turned into the order in which the evaluator of
//! `contract` takes them, with every name checked.

/// What a formula may name.
pub(super) trait Names {
    /// Whether a name stands for something; the name is as the evaluator reads it, like `age`, `smoking.now`, `age?`
    /// or `rate@`.
    fn knows(&self, word: &str) -> bool;
}

/// Operators that stand between two parts, by how tightly they bind, the loosest first; each with the evaluator's word.
const LEVELS: [&[(&str, &str)]; 5] = [
    &[("or", "|")],
    &[("and", "&")],
    &[("<=", "<="), (">=", ">="), ("<", "<"), (">", ">"), ("=", "=")],
    &[("+", "+"), ("-", "-")],
    &[("*", "*"), ("/", "/")],
];
/// Functions, each with how many parts it takes.
const FUNCTIONS: [(&str, usize); 5] = [("exp", 1), ("log10", 1), ("min", 2), ("max", 2), ("known", 1)];

/// Turns a formula into the evaluator's words; an empty one stays empty.
///
/// # Errors
/// What is wrong with it, in the editors' words.
pub(super) fn compiled(text: &str, names: &dyn Names) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0, out: Vec::new(), names };
    reader.level(0)?;
    match reader.tokens.get(reader.at) {
        None => Ok(reader.out.join(" ")),
        Some(rest) => Err(format!("公式“{text}”读到“{rest}”读不下去了")),
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let length = if is_word(first) {
            // A hyphen belongs to the name of a choice, and only there.
            let mut seen_point = false;
            rest.find(|letter: char| {
                seen_point |= letter == '.' && !first.is_ascii_digit();
                !(is_word(letter) || letter == '-' && seen_point)
            })
            .unwrap_or(rest.len())
        } else if ["<=", ">="].iter().any(|two| rest.starts_with(two)) {
            2
        } else if "<>=+-*/()[],".contains(first) {
            1
        } else {
            return Err(format!("公式里不能有“{first}”"));
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    out: Vec<String>,
    names: &'a dyn Names,
}

impl Reader<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self, expected: &str) -> Result<(), String> {
        if self.peek() == expected {
            self.at += 1;
            return Ok(());
        }
        Err(format!("公式里，“{}”这里应该是“{expected}”", self.peek()))
    }

    fn level(&mut self, level: usize) -> Result<(), String> {
        let Some(operators) = LEVELS.get(level) else { return self.part() };
        self.level(level + 1)?;
        while let Some((_, word)) = operators.iter().find(|(written, _)| *written == self.peek()) {
            self.at += 1;
            self.level(level + 1)?;
            self.out.push((*word).to_owned());
        }
        Ok(())
    }

    fn part(&mut self) -> Result<(), String> {
        let word = self.peek().to_owned();
        self.at += 1;
        match word.as_str() {
            "" => Err("公式没有写完".to_owned()),
            "(" => {
                self.level(0)?;
                self.take(")")
            }
            "not" => {
                // Looser than a comparison, so that `not age >= 50` is what it says.
                self.level(2)?;
                self.out.push("!".to_owned());
                Ok(())
            }
            "-" => {
                self.out.push("0".to_owned());
                self.part()?;
                self.out.push("-".to_owned());
                Ok(())
            }
            _ if zaoshai_contract::checks::formula::parse_number(&word).is_some() => {
                self.out.push(word);
                Ok(())
            }
            _ => self.named(&word),
        }
    }

    fn named(&mut self, word: &str) -> Result<(), String> {
        if let Some((_, parts)) = FUNCTIONS.iter().find(|(name, _)| *name == word) {
            self.take("(")?;
            if word == "known" {
                let question = format!("{}?", self.peek());
                self.at += 1;
                self.take(")")?;
                return self.name(question);
            }
            for part in 0..*parts {
                if part > 0 {
                    self.take(",")?;
                }
                self.level(0)?;
            }
            self.take(")")?;
            self.out.push(word.to_owned());
            return Ok(());
        }
        if self.peek() == "[" {
            self.at += 1;
            self.level(0)?;
            self.take("]")?;
            return self.name(format!("{word}@"));
        }
        self.name(word.to_owned())
    }

    fn name(&mut self, word: String) -> Result<(), String> {
        if !self.names.knows(&word) {
            return Err(format!("公式里的“{}”还没有：先写它，再用它", word.trim_end_matches(['?', '@'])));
        }
        self.out.push(word);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Names for Known {
        fn knows(&self, word: &str) -> bool {
            ["age", "age?", "smoking.now", "smoking.ex-smoker", "rate@"].contains(&word)
        }
    }

    #[test]
    fn formulas_are_put_into_the_order_of_the_evaluator() {
        for (written, expected) in [
            ("", ""),
            ("age >= 50", "age 50 >="),
            ("age >= 50 and age <= 74 or smoking.now", "age 50 >= age 74 <= & smoking.now |"),
            ("not age < 50 and smoking.ex-smoker", "age 50 < ! smoking.ex-smoker &"),
            ("1 + 2 * (age - 3)", "1 2 age 3 - * +"),
            ("-0.5 * age", "0 0.5 - age *"),
            ("rate[age + 1] / 10", "age 1 + rate@ 10 /"),
            ("min(age, 60) - exp(1) - known(age)", "age 60 min 1 exp - age? -"),
        ] {
            assert_eq!(compiled(written, &Known).as_deref(), Ok(expected), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (written, told) in [
            ("weight > 3", "weight"),
            ("age >=", "没有写完"),
            ("(age", "应该是“)”"),
            ("age 50", "读不下去"),
            ("age ≥ 50", "≥"),
            ("max(age)", "应该是“,”"),
        ] {
            let error = compiled(written, &Known).expect_err(written);
            assert!(error.contains(told), "{written}: {error}");
        }
    }
}
