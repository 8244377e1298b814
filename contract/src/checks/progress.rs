//! Going through a check: the answers given so far, the page that is due, and what one tap makes of them.
//! All of it is a list of names and values, as a form sends them. The phone keeps that list in the history of the tab;
//! without WebAssembly it travels from page to page in the form, and the server keeps nothing.

use super::conclusion;
use super::formula::{Truth, holds, parse_number};
use super::{Check, Question, QuestionKind};

/// The value that says that an answer is not known.
pub const UNKNOWN: &str = "?";
/// The value that says that none of the choices is so.
pub const NONE: &str = "-";
/// The field that names the page.
pub const AT: &str = "at";
/// The field that names the tap.
pub const GO: &str = "go";
/// The field that is there once an answer was refused, or while an answer is changed from the list of answers.
const TRIED: &str = "tried";
const CHANGING: &str = "changing";
/// What is added to a question's name for the field of its unit.
const UNIT: &str = ".unit";

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// "I don't know."
    Unknown,
    /// A number in the first unit.
    Number(f64),
    /// The choices; empty for none of them.
    Chosen(Vec<String>),
}

/// Why an answer was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing was answered.
    Missing,
    /// It is no number.
    NoNumber,
    /// It is less than can be true.
    TooLow,
    /// It is more than can be true.
    TooHigh,
    /// It does not fit the other answers.
    Invalid,
    /// Something was chosen together with none or not known.
    Contradiction,
}

/// Answers by question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers(Vec<(String, Answer)>);

impl Answers {
    /// The answer to a question.
    pub fn of(&self, question: &str) -> Option<&Answer> {
        self.0.iter().find(|(id, _)| id == question).map(|(_, answer)| answer)
    }

    /// Sets an answer.
    pub fn set(&mut self, question: &str, answer: Answer) {
        self.0.retain(|(id, _)| id != question);
        self.0.push((question.to_owned(), answer));
    }

    /// Takes an answer back.
    pub fn clear(&mut self, question: &str) {
        self.0.retain(|(id, _)| id != question);
    }
}

/// The page of a check that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// What it is about.
    Intro,
    /// A question, by its place.
    Question(usize),
    /// The list of answers.
    Review,
    /// The result.
    Result,
}

/// How far somebody has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Names and values, as a form sends them, without the page and the tap.
    pub pairs: Vec<(String, String)>,
    /// What of them is a sound answer.
    pub answers: Answers,
    /// The page.
    pub at: At,
    /// Why the answer on this page was refused.
    pub refused: Option<Refusal>,
    /// True while one answer is changed from the list of answers.
    pub changing: bool,
}

/// Names and values in one text.
pub fn text_of(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Reads names and values from the text that [`text_of`] writes.
pub fn pairs_of(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn value_of<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

impl Progress {
    /// Reads a form, or what the phone kept. What belongs to no question is left out.
    pub fn read(check: &Check, mut pairs: Vec<(String, String)>) -> Self {
        let place = |id: &str| check.questions.iter().position(|question| question.id == id);
        let at = match value_of(&pairs, AT) {
            "review" => At::Review,
            "result" => At::Result,
            id => place(id).map_or(At::Intro, At::Question),
        };
        let tried = !value_of(&pairs, TRIED).is_empty();
        let changing = !value_of(&pairs, CHANGING).is_empty();
        pairs.retain(|(name, _)| place(name.strip_suffix(UNIT).unwrap_or(name)).is_some());
        let mut answers = Answers::default();
        let mut refused = None;
        for (n, question) in check.questions.iter().enumerate() {
            match answered(check, &answers, question, &pairs) {
                Ok(answer) => answers.set(&question.id, answer),
                Err(refusal) if tried && at == At::Question(n) => refused = Some(refusal),
                Err(_) => {}
            }
        }
        Self { pairs, answers, at, refused, changing }
    }

    /// What a tap makes of a form: the page that is due then.
    pub fn after(check: &Check, pairs: Vec<(String, String)>) -> Self {
        let go = value_of(&pairs, GO).to_owned();
        let mut now = Self::read(check, pairs);
        match go.split_once(':').unwrap_or((&go, "")) {
            ("start", _) => {
                now.pairs.clear();
                now.answers = Answers::default();
                now.at = At::Intro;
                now.go_on(check);
            }
            ("resume", _) => now.go_to_first_open(check),
            ("unknown", _) => {
                if let At::Question(place) = now.at
                    && let Some(question) = check.questions.get(place).filter(|question| !question.unknown.is_empty())
                {
                    now.pairs.retain(|(name, _)| *name != question.id);
                    now.pairs.push((question.id.clone(), UNKNOWN.to_owned()));
                    now.answers.set(&question.id, Answer::Unknown);
                    now.go_on(check);
                }
            }
            ("back", _) => now.go_back(check),
            ("review", _) => {
                now.at = At::Review;
                now.changing = false;
            }
            ("change", id) => {
                if let Some(place) = check.questions.iter().position(|question| question.id == id) {
                    now.at = At::Question(place);
                    now.changing = true;
                }
            }
            ("result", _) => {
                now.at = At::Result;
                if now.first_open(check).is_some() && now.ended_early(check).is_none() {
                    now.go_to_first_open(check);
                }
            }
            _ => {
                if let At::Question(place) = now.at
                    && let Some(question) = check.questions.get(place)
                {
                    match answered(check, &now.answers, question, &now.pairs) {
                        Ok(_) => now.go_on(check),
                        Err(refusal) => now.refused = Some(refusal),
                    }
                }
            }
        }
        now
    }

    /// Names and values for the next form: the answers, and the page.
    pub fn fields(&self, check: &Check) -> Vec<(String, String)> {
        let mut fields = self.pairs.clone();
        fields.extend(self.step(check));
        fields
    }

    /// The answers in one text, for keeping.
    pub fn answers_text(&self) -> String {
        text_of(&self.pairs)
    }

    /// The page in one text, for the history of the tab.
    pub fn step_text(&self, check: &Check) -> String {
        text_of(&self.step(check))
    }

    fn step(&self, check: &Check) -> Vec<(String, String)> {
        let at = match self.at {
            At::Intro => "",
            At::Question(place) => check.questions.get(place).map_or("", |question| question.id.as_str()),
            At::Review => "review",
            At::Result => "result",
        };
        let mark = |is: bool| if is { "1" } else { "" };
        [(AT, at), (TRIED, mark(self.refused.is_some())), (CHANGING, mark(self.changing))]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Whether a question is asked, as far as the answers before it tell.
    pub fn asks(&self, check: &Check, question: &Question) -> bool {
        holds(check, &self.answers, &question.when) == Truth::Yes
    }

    /// What was typed or chosen for a question, in the form's own values.
    pub fn typed<'a>(&'a self, question: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(name, _)| name == question).map(|(_, value)| value.as_str())
    }

    /// The unit that a number was typed in; the first, when none was chosen.
    pub fn unit<'a>(&'a self, question: &'a Question) -> Option<&'a super::Unit> {
        unit_of(question, &self.pairs)
    }

    /// The place of the question on this page among those that are asked, from 1, and how many these are so far.
    pub fn place(&self, check: &Check) -> (usize, usize) {
        let At::Question(at) = self.at else { return (0, 0) };
        let mut place = 0;
        let mut all = 0;
        for (n, question) in check.questions.iter().enumerate() {
            if n == at || holds(check, &self.answers, &question.when) != Truth::No {
                all += 1;
                if n <= at {
                    place += 1;
                }
            }
        }
        (place, all)
    }

    /// The outcome that ends the check already, with its group.
    pub fn ended_early<'a>(&self, check: &'a Check) -> Option<&'a super::Outcome> {
        conclusion::early(check, &self.answers)
    }

    fn first_open(&self, check: &Check) -> Option<usize> {
        check
            .questions
            .iter()
            .position(|question| self.asks(check, question) && self.answers.of(&question.id).is_none())
    }

    fn go_to_first_open(&mut self, check: &Check) {
        self.at = match self.first_open(check) {
            _ if self.ended_early(check).is_some() => At::Result,
            Some(place) => At::Question(place),
            None => At::Review,
        };
    }

    /// To the next question; from a changed answer back to the list of answers, unless it opens another question.
    fn go_on(&mut self, check: &Check) {
        self.refused = None;
        // Answers may have changed which others are sound.
        self.answers = Self::read(check, self.fields(check)).answers;
        if self.changing || self.ended_early(check).is_some() {
            self.go_to_first_open(check);
            self.changing &= self.at == At::Review;
            return;
        }
        let from = match self.at {
            At::Question(place) => place + 1,
            _ => 0,
        };
        let following = (from..check.questions.len())
            .find(|place| check.questions.get(*place).is_some_and(|question| self.asks(check, question)));
        match following {
            Some(place) => self.at = At::Question(place),
            None => self.go_to_first_open(check),
        }
    }

    fn go_back(&mut self, check: &Check) {
        self.refused = None;
        if self.changing {
            self.at = At::Review;
            self.changing = false;
            return;
        }
        let end = match self.at {
            At::Question(place) => place,
            At::Intro => 0,
            At::Result if self.ended_early(check).is_none() => {
                self.at = At::Review;
                return;
            }
            At::Review | At::Result => check.questions.len(),
        };
        let asked = |place: &usize| {
            check.questions.get(*place).is_some_and(|question| {
                self.asks(check, question) && (end < check.questions.len() || self.answers.of(&question.id).is_some())
            })
        };
        self.at = (0..end).rev().find(asked).map_or(At::Intro, At::Question);
    }
}

fn unit_of<'a>(question: &'a Question, pairs: &[(String, String)]) -> Option<&'a super::Unit> {
    let chosen = value_of(pairs, &[&question.id, UNIT].concat());
    question.units.iter().find(|unit| unit.id == chosen).or(question.units.first())
}

/// Reads what a form says of a question.
fn answered(
    check: &Check,
    answers: &Answers,
    question: &Question,
    pairs: &[(String, String)],
) -> Result<Answer, Refusal> {
    let values: Vec<&str> =
        pairs.iter().filter(|(name, _)| *name == question.id).map(|(_, value)| value.as_str()).collect();
    if values.contains(&UNKNOWN) && !question.unknown.is_empty() {
        return if values.len() == 1 { Ok(Answer::Unknown) } else { Err(Refusal::Contradiction) };
    }
    if question.kind == QuestionKind::Number {
        return number(check, answers, question, pairs, values.first().copied().unwrap_or_default());
    }
    let known = |value: &&str| question.choices.iter().any(|choice| choice.id == *value);
    let chosen: Vec<String> = values.iter().copied().filter(known).map(str::to_owned).collect();
    let none = values.contains(&NONE) && !question.none.is_empty();
    match (chosen.is_empty(), none) {
        (true, false) => Err(Refusal::Missing),
        (false, true) => Err(Refusal::Contradiction),
        _ if question.kind == QuestionKind::One && chosen.len() > 1 => Err(Refusal::Contradiction),
        _ => Ok(Answer::Chosen(chosen)),
    }
}

fn number(
    check: &Check,
    answers: &Answers,
    question: &Question,
    pairs: &[(String, String)],
    typed: &str,
) -> Result<Answer, Refusal> {
    let unit = unit_of(question, pairs);
    let narrow: String = typed
        .chars()
        .map(|letter| match letter {
            '０'..='９' => char::from(b'0' + (u32::from(letter) - u32::from('０')) as u8),
            '．' | '。' | '，' | ',' => '.',
            other => other,
        })
        .filter(|letter| *letter != ' ' && *letter != '\u{3000}')
        .collect();
    // People write the unit after the number, as on paper.
    let digits = unit.and_then(|unit| narrow.strip_suffix(unit.text.as_str())).unwrap_or(&narrow);
    if digits.is_empty() {
        return Err(Refusal::Missing);
    }
    let number = parse_number(digits).ok_or(Refusal::NoNumber)? * unit.map_or(1.0, |unit| unit.factor);
    if number < question.least {
        return Err(Refusal::TooLow);
    }
    if number > question.most {
        return Err(Refusal::TooHigh);
    }
    if !question.valid.is_empty() {
        let mut with = answers.clone();
        with.set(&question.id, Answer::Number(number));
        if holds(check, &with, &question.valid) == Truth::No {
            return Err(Refusal::Invalid);
        }
    }
    Ok(Answer::Number(number))
}
