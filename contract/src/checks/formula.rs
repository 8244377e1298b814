//! Formulas over answers that may not be known. Every value is a span from the least to the greatest number that it
//! can be; true is 1, false is 0, and what may be either is 0 to 1. So "don't know" is never taken as no: what follows
//! from it stays open until the other answers settle it.
//!
//! A formula is written in the order in which a stack takes it, words apart by spaces: `age 50 >= age 74 <= &`.
//! - a number; the name of a value or of a question that asks for a number; `question.choice`, true when it is chosen;
//!   `question?`, true when its answer is known; `table@`, which takes a number and gives the table's number for it
//! - `+ - * /`, `min`, `max`, `exp`, `log10`; `< <= > >= =`; `&` and, `|` or, `!` not

use super::progress::{Answer, Answers};
use super::{Check, QuestionKind};

/// The span of what a value can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The least it can be.
    pub low: f64,
    /// The greatest it can be.
    pub high: f64,
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// What is known does not settle it.
    Open,
}

/// What nothing is known of.
const ANYTHING: Span = Span { low: f64::NEG_INFINITY, high: f64::INFINITY };
/// What may be true or false.
const EITHER: Span = Span { low: 0.0, high: 1.0 };

impl Span {
    fn exactly(number: f64) -> Self {
        Self { low: number, high: number }
    }

    fn truth(low: bool, high: bool) -> Self {
        Self { low: f64::from(u8::from(low)), high: f64::from(u8::from(high)) }
    }

    /// The span read as a condition.
    pub fn holds(self) -> Truth {
        if self.low >= 1.0 {
            Truth::Yes
        } else if self.high < 1.0 {
            Truth::No
        } else {
            Truth::Open
        }
    }

    /// In words with so many decimals: one number, or two with a dash; nothing when it can be anything.
    pub fn told(self, decimals: u16) -> String {
        if !self.low.is_finite() || !self.high.is_finite() {
            return String::from("?");
        }
        let (low, high) = (rounded(self.low, decimals), rounded(self.high, decimals));
        if low == high { low } else { [&low, "–", &high].concat() }
    }
}

/// A number with so many decimals. The standard library's printer of decimal numbers is many times as large.
fn rounded(number: f64, decimals: u16) -> String {
    let scale = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
    let whole = (number.abs() * scale + 0.5) as u64;
    let mut digits = whole.to_string();
    let places = usize::from(decimals);
    while digits.len() <= places {
        digits.insert(0, '0');
    }
    if places > 0 {
        digits.insert(digits.len() - places, '.');
    }
    if number < 0.0 && whole > 0 {
        digits.insert(0, '-');
    }
    digits
}

/// A number with at most two decimals, and none that say nothing: `18`, `0.05`.
pub fn told(number: f64) -> String {
    let digits = rounded(number, 2);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// e to the power of `x`, to 13 digits: halved until the series is short, then squared back.
pub fn exp(x: f64) -> f64 {
    if x > 700.0 {
        return f64::INFINITY;
    }
    if x < -700.0 {
        return 0.0;
    }
    let small = x / 1024.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..9 {
        term *= small / f64::from(n);
        sum += term;
    }
    for _ in 0..10 {
        sum *= sum;
    }
    sum
}

/// The logarithm of base 10, to 12 digits: Halley's steps on [`exp`]. Nothing below zero has one.
pub fn log10(x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    // Powers of ten first, so that the steps begin near the answer.
    let (mut scaled, mut tens) = (x, 0.0);
    while scaled >= 10.0 {
        scaled /= 10.0;
        tens += 1.0;
    }
    while scaled < 1.0 {
        scaled *= 10.0;
        tens -= 1.0;
    }
    let mut y = 1.0;
    for _ in 0..6 {
        let power = exp(y);
        y += 2.0 * (scaled - power) / (scaled + power);
    }
    tens + y / std::f64::consts::LN_10
}

/// Evaluates a formula. A word that means nothing counts as unknown; the server refuses such formulas.
pub fn value(check: &Check, answers: &Answers, formula: &str) -> Span {
    let mut stack: Vec<Span> = Vec::new();
    for word in formula.split(' ') {
        let top = |stack: &mut Vec<Span>| stack.pop().unwrap_or(ANYTHING);
        let made = match word {
            "!" => {
                let a = top(&mut stack);
                Span { low: 1.0 - a.high, high: 1.0 - a.low }
            }
            "exp" => {
                let a = top(&mut stack);
                Span { low: exp(a.low), high: exp(a.high) }
            }
            "log10" => {
                let a = top(&mut stack);
                Span { low: log10(a.low), high: log10(a.high) }
            }
            "+" | "-" | "*" | "/" | "min" | "max" | "&" | "|" | "<" | "<=" | ">" | ">=" | "=" => {
                let b = top(&mut stack);
                let a = top(&mut stack);
                two(word, a, b)
            }
            _ => match word.strip_suffix('@') {
                Some(table) => {
                    let at = top(&mut stack);
                    looked_up(check, table, at)
                }
                None => named(check, answers, word),
            },
        };
        stack.push(made);
    }
    stack.pop().unwrap_or(ANYTHING)
}

/// Whether a formula holds; an empty one always does.
pub fn holds(check: &Check, answers: &Answers, formula: &str) -> Truth {
    if formula.is_empty() { Truth::Yes } else { value(check, answers, formula).holds() }
}

fn two(operator: &str, a: Span, b: Span) -> Span {
    match operator {
        "+" => Span { low: a.low + b.low, high: a.high + b.high },
        "-" => Span { low: a.low - b.high, high: a.high - b.low },
        "*" => corners([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]),
        "/" if b.low <= 0.0 && b.high >= 0.0 => ANYTHING,
        "/" => corners([a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]),
        "min" | "&" => Span { low: a.low.min(b.low), high: a.high.min(b.high) },
        "max" | "|" => Span { low: a.low.max(b.low), high: a.high.max(b.high) },
        "<" => Span::truth(a.high < b.low, a.low < b.high),
        "<=" => Span::truth(a.high <= b.low, a.low <= b.high),
        ">" => Span::truth(a.low > b.high, a.high > b.low),
        ">=" => Span::truth(a.low >= b.high, a.high >= b.low),
        _ => Span::truth(a == b && a.low == a.high, a.low <= b.high && b.low <= a.high),
    }
}

/// The span around four numbers; nothing times something endless can be anything.
fn corners(numbers: [f64; 4]) -> Span {
    if numbers.iter().any(|number| number.is_nan()) {
        return ANYTHING;
    }
    let mut span = Span::exactly(numbers[0]);
    for number in numbers {
        span = Span { low: span.low.min(number), high: span.high.max(number) };
    }
    span
}

fn looked_up(check: &Check, id: &str, at: Span) -> Span {
    let Some(table) = check.tables.iter().find(|table| table.id == id) else { return ANYTHING };
    let mut span: Option<Span> = None;
    for (place, value) in table.value.iter().enumerate() {
        let begins =
            if place == 0 { f64::NEG_INFINITY } else { table.from.get(place).copied().unwrap_or(f64::INFINITY) };
        let ends = table.from.get(place + 1).copied().unwrap_or(f64::INFINITY);
        if begins <= at.high && at.low < ends {
            let so_far = span.unwrap_or(Span::exactly(*value));
            span = Some(Span { low: so_far.low.min(*value), high: so_far.high.max(*value) });
        }
    }
    span.unwrap_or(ANYTHING)
}

fn named(check: &Check, answers: &Answers, word: &str) -> Span {
    if let Some(number) = parse_number(word) {
        return Span::exactly(number);
    }
    if let Some(known) = check.values.iter().find(|value| value.id == word) {
        return value(check, answers, &known.formula);
    }
    let (id, choice) = word.split_once('.').unwrap_or((word.trim_end_matches('?'), ""));
    let Some(question) = check.question(id) else { return ANYTHING };
    let asked = holds(check, answers, &question.when);
    let answer = if asked == Truth::Yes { answers.of(id) } else { None };
    if word.ends_with('?') {
        let known = answer.is_some_and(|answer| *answer != Answer::Unknown) || asked == Truth::No;
        return Span::truth(known, known);
    }
    let number = question.kind == QuestionKind::Number;
    match answer {
        Some(Answer::Number(typed)) => Span::exactly(*typed),
        Some(Answer::Chosen(chosen)) => {
            let is = chosen.iter().any(|one| one == choice);
            Span::truth(is, is)
        }
        _ if asked == Truth::No && number => Span::exactly(question.otherwise),
        _ if asked == Truth::No => Span::exactly(0.0),
        // Not asked yet, not known, or nobody can say whether it would be asked.
        _ if number => Span {
            low: question.least.min(if asked == Truth::Open { question.otherwise } else { question.least }),
            high: question.most.max(if asked == Truth::Open { question.otherwise } else { question.most }),
        },
        _ => EITHER,
    }
}

/// Reads digits with at most one point and an optional minus sign; nothing else is a number.
pub fn parse_number(text: &str) -> Option<f64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mut number, mut scale, mut any, mut point) = (0.0_f64, 1.0_f64, false, false);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                number = number * 10.0 + f64::from(byte - b'0');
                any = true;
                if point {
                    scale *= 10.0;
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if !any || digits.len() > 18 {
        return None;
    }
    let number = number / scale;
    Some(if negative { -number } else { number })
}

/// A text with the values in braces put in, like `吸烟 {packyears} 包年`.
pub fn filled(check: &Check, answers: &Answers, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        let decimals = check.values.iter().find(|value| value.id == name).map_or(0, |value| value.decimals);
        out.push_str(&named(check, answers, name).told(decimals));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_told_with_their_decimals() {
        for (number, decimals, expected) in [
            (58.0, 0, "58"),
            (1.0643, 2, "1.06"),
            (0.05, 1, "0.1"),
            (0.004, 2, "0.00"),
            (-1.25, 1, "-1.3"),
            (1e3, 1, "1000.0"),
        ] {
            assert_eq!(rounded(number, decimals), expected);
        }
        assert_eq!(Span { low: 3.0, high: 5.0 }.told(0), "3–5");
        assert_eq!(ANYTHING.told(0), "?");
        for (number, expected) in [(18.0, "18"), (0.05, "0.05"), (100.0, "100"), (2.5, "2.5"), (0.0, "0")] {
            assert_eq!(told(number), expected);
        }
    }

    #[test]
    fn numbers_are_read_as_people_of_the_server_write_them() {
        for (text, expected) in
            [("12", Some(12.0)), ("1.5", Some(1.5)), ("-0.0812744", Some(-0.081_274_4)), (".5", Some(0.5))]
        {
            assert_eq!(parse_number(text), expected, "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "1e5", "abc", "12345678901234567890"] {
            assert!(parse_number(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn powers_and_logarithms_are_those_of_the_standard_library(x in -50.0_f64..50.0, y in 1e-6_f64..1e6) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "{} {}", exp(x), x.exp());
            prop_assert!((log10(y) - y.log10()).abs() < 1e-11, "{} {}", log10(y), y.log10());
        }

        /// Whatever the unknown number is, what is made of it lies within the span.
        #[test]
        fn spans_hold_every_number_that_they_stand_for(
            a in -9.0_f64..9.0, b in -9.0_f64..9.0, wide in 0.0_f64..5.0, at in 0.0_f64..1.0, operator in 0_usize..12,
        ) {
            let operator = ["+", "-", "*", "/", "min", "max", "<", "<=", ">", ">=", "=", "&"][operator];
            let span = two(operator, Span { low: a, high: a + wide }, Span::exactly(b));
            let one = two(operator, Span::exactly(a + wide * at), Span::exactly(b));
            prop_assert!(span.low <= one.low + 1e-9 && one.high <= span.high + 1e-9, "{} {:?} {:?}", operator, span, one);
        }
    }
}
