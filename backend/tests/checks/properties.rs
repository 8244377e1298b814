//! What must hold of any answers to any check.

use crate::rules::{CHECKS, concluded};
use proptest::prelude::*;
use zaoshai_backend::content::{CheckEntry, Risk};
use zaoshai_contract::checks::progress::{Answer, Answers, At, GO, NONE, Progress, UNKNOWN};
use zaoshai_contract::checks::{Check, Due, Question, QuestionKind, conclusion, formula};
use zaoshai_contract::content::CareLevel;

/// The answers that tell of a result which nobody has settled: check, question, choice, and in a plan the groups that it
/// concerns.
const UNSETTLED: [(&str, &str, &str, &[&str]); 22] = [
    ("lung", "signs", "pending", &[]),
    ("plco", "signs", "pending", &[]),
    ("liver", "signs", "pending", &[]),
    ("amap", "signs", "pending", &[]),
    ("gastric", "signs", "pending", &[]),
    ("oesophageal", "signs", "pending", &[]),
    ("colorectal", "signs", "fit", &[]),
    ("apcs", "signs", "fit", &[]),
    ("apcs", "signs", "pending", &[]),
    ("breast", "signs", "suspicious", &[]),
    ("breast", "signs", "review", &[]),
    ("gail", "signs", "pending", &[]),
    ("cervical", "special", "abnormal", &[]),
    ("plan", "pending", "lung", &["lung"]),
    ("plan", "pending", "bowel", &["colorectal"]),
    ("plan", "pending", "stomach", &["gastric", "oesophageal"]),
    ("plan", "pending", "liver", &["liver"]),
    ("plan", "pending", "breast", &["breast"]),
    ("plan", "pending", "cervix", &["cervical"]),
    ("plan", "pending", "psa", &["prostate"]),
    ("plan", "pending", "thyroid", &["thyroid"]),
    ("plan", "fit", "positive", &["colorectal"]),
];

/// The numbers worth trying for a question: its limits, what formulas compare with, and those on either side.
fn numbers(check: &Check, question: &Question) -> Vec<f64> {
    let formulas = check
        .values
        .iter()
        .map(|value| &value.formula)
        .chain(check.reasons.iter().map(|reason| &reason.when))
        .chain(check.questions.iter().flat_map(|question| [&question.when, &question.valid]))
        .chain(check.groups.iter().flat_map(|group| &group.outcomes).map(|outcome| &outcome.when));
    let mut numbers: Vec<f64> = formulas
        .flat_map(|formula| formula.split(' '))
        .filter_map(formula::parse_number)
        .flat_map(|number| [number - 1.0, number, number + 1.0])
        .chain([question.least, question.most, f64::midpoint(question.least, question.most)])
        .filter(|number| (question.least..=question.most).contains(number))
        .collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// The answers worth trying, in the order in which the question tells them, without not knowing.
fn answers_to(check: &Check, question: &Question) -> Vec<Answer> {
    match question.kind {
        QuestionKind::Number => numbers(check, question).into_iter().map(Answer::Number).collect(),
        QuestionKind::One => question.choices.iter().map(|choice| Answer::Chosen(vec![choice.id.clone()])).collect(),
        QuestionKind::Many => [Vec::new()]
            .into_iter()
            .chain(question.choices.iter().map(|choice| vec![choice.id.clone()]))
            .chain([question.choices.iter().map(|choice| choice.id.clone()).collect()])
            .map(Answer::Chosen)
            .collect(),
    }
}

/// Answers to all questions, chosen by numbers that proptest makes up.
fn known(check: &Check, seeds: &[u32]) -> Answers {
    let mut answers = Answers::default();
    for (question, seed) in check.questions.iter().zip(seeds.iter().cycle()) {
        let all = answers_to(check, question);
        answers.set(&question.id, all[*seed as usize / 5 % all.len()].clone());
    }
    answers
}

/// The same, but every fifth is not known where that can be said.
fn filled(check: &Check, seeds: &[u32]) -> Answers {
    let mut answers = known(check, seeds);
    for (question, seed) in check.questions.iter().zip(seeds.iter().cycle()) {
        if seed % 5 == 0 && !question.unknown.is_empty() {
            answers.set(&question.id, Answer::Unknown);
        }
    }
    answers
}

fn bands(check: &Check, answers: &Answers) -> Vec<u16> {
    let progress = with(check, answers);
    check.groups.iter().map(|group| concluded(check, group, &progress).outcome.band).collect()
}

/// Two answers each, of which the second is the greater risk.
fn steps(check: &Check, question: &Question, risk: Risk) -> Vec<(Answer, Answer)> {
    let mut ordered = answers_to(check, question);
    match risk {
        Risk::Rises => {}
        Risk::Falls => ordered.reverse(),
        Risk::Neither => return Vec::new(),
    }
    if question.kind != QuestionKind::Many {
        return ordered.windows(2).map(|two| (two[0].clone(), two[1].clone())).collect();
    }
    // Of several choices, none is the least and each alone is less than all of them; of two alone, neither is more.
    let (least, most) = (&ordered[0], &ordered[ordered.len() - 1]);
    let alone = ordered[1..ordered.len() - 1].iter();
    alone.flat_map(|one| [(least.clone(), one.clone()), (one.clone(), most.clone())]).collect()
}

fn with(check: &Check, answers: &Answers) -> Progress {
    Progress { answers: answers.clone(), ..Progress::read(check, Vec::new()) }
}

fn entry(place: usize) -> &'static CheckEntry {
    &CHECKS[place % CHECKS.len()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// More risk never lowers the band, everything else staying as it is, whether all of that is known or not. Only where
    /// something must be found out first may an answer that settles it come to less than "find this out first".
    #[test]
    fn more_risk_never_lowers_the_band(place in 0_usize..64, seeds in prop::collection::vec(any::<u32>(), 24)) {
        let CheckEntry { check, risks, .. } = entry(place);
        for answers in [known(check, &seeds), filled(check, &seeds)] {
            for question in &check.questions {
                for (less, more) in steps(check, question, risks[&question.id]) {
                    let (mut low, mut high) = (answers.clone(), answers.clone());
                    low.set(&question.id, less.clone());
                    high.set(&question.id, more.clone());
                    let (low, high) = (with(check, &low), with(check, &high));
                    for group in &check.groups {
                        let (low, high) = (concluded(check, group, &low).outcome, concluded(check, group, &high).outcome);
                        prop_assert!(low.band <= high.band || low.unsure, "{} {}: {:?} gives {}, {:?} gives {} with {:?}",
                            check.id, question.id, less, low.id, more, high.id, answers);
                    }
                }
            }
        }
    }

    /// A result that nobody has settled is never put off, whatever else is answered or left open.
    #[test]
    fn no_unsettled_result_is_put_off(place in 0..UNSETTLED.len(), seeds in prop::collection::vec(any::<u32>(), 24)) {
        let (id, question, choice, groups) = UNSETTLED[place];
        let check = &CHECKS.iter().find(|entry| entry.check.id == id).expect("a check").check;
        let asked = check.questions.iter().find(|known| known.id == question).expect("a question");
        for mut answers in [known(check, &seeds), filled(check, &seeds)] {
            let mut chosen = match answers.of(question) {
                Some(Answer::Chosen(chosen)) if asked.kind == QuestionKind::Many => chosen.clone(),
                _ => Vec::new(),
            };
            chosen.push(choice.to_owned());
            answers.set(question, Answer::Chosen(chosen));
            let progress = with(check, &answers);
            if !progress.asks(check, asked) {
                continue;
            }
            let concerned = check.groups.iter().filter(|group| groups.is_empty() || groups.contains(&group.id.as_str()));
            let outcomes: Vec<_> = concerned.map(|group| concluded(check, group, &progress).outcome).collect();
            prop_assert!(!outcomes.is_empty());
            for outcome in outcomes {
                // Where something needs 120, all else waits for it.
                let soon = matches!(outcome.level, CareLevel::Urgent | CareLevel::Emergency) || outcome.id == "wait";
                let due = outcome.due.is_none_or(|due| due == Due::See) || outcome.id == "wait";
                prop_assert!(soon && due, "{id} {question}={choice} gives {} with {answers:?}", outcome.id);
            }
        }
    }

    /// Not knowing never gives less than every answer would give, and where some answer would give more, that is told.
    #[test]
    fn not_knowing_is_never_taken_as_no(place in 0_usize..64, seeds in prop::collection::vec(any::<u32>(), 24)) {
        let check = &entry(place).check;
        let answers = filled(check, &seeds);
        for question in check.questions.iter().filter(|question| !question.unknown.is_empty()) {
            let mut unknown = answers.clone();
            unknown.set(&question.id, Answer::Unknown);
            let progress = with(check, &unknown);
            for (n, group) in check.groups.iter().enumerate() {
                let open = concluded(check, group, &progress);
                let known: Vec<u16> = answers_to(check, question)
                    .into_iter()
                    .map(|answer| {
                        let mut with = answers.clone();
                        with.set(&question.id, answer);
                        bands(check, &with)[n]
                    })
                    .collect();
                let (least, most) = (known.iter().min().copied().unwrap_or(0), known.iter().max().copied().unwrap_or(0));
                prop_assert!(open.outcome.band >= least, "{} {} not known: {} below {} with {:?}", check.id, question.id, open.outcome.band, least, unknown);
                prop_assert!(open.outcome.band >= most || open.open, "{} {} not known hides band {} with {:?}", check.id, question.id, most, unknown);
            }
        }
    }

    /// A check that ends early ends the same whatever the answers that were not asked any more.
    #[test]
    fn an_early_end_is_the_end_of_every_way_on(place in 0_usize..64, seeds in prop::collection::vec(any::<u32>(), 24), known in 0_usize..12) {
        let check = &entry(place).check;
        let all = filled(check, &seeds);
        let mut begun = Answers::default();
        for question in check.questions.iter().take(known) {
            if let Some(answer) = all.of(&question.id) {
                begun.set(&question.id, answer.clone());
            }
        }
        if let Some(outcome) = conclusion::early(check, &begun) {
            let group = &check.groups[0];
            prop_assert_eq!(&concluded(check, group, &with(check, &all)).outcome.id, &outcome.id);
        }
    }

    /// No pattern of taps and typing panics, gets stuck or loses a sound answer on the way back.
    #[test]
    fn no_pattern_of_answers_panics_or_gets_stuck(
        place in 0_usize..64,
        taps in prop::collection::vec((0_usize..9, any::<u32>(), "[0-9.岁a?,-]{0,6}"), 1..60),
    ) {
        let check = &entry(place).check;
        let mut progress = Progress::after(check, vec![(GO.to_owned(), "start".to_owned())]);
        for (kind, seed, typed) in taps {
            let mut pairs = progress.fields(check);
            let go = match (kind, &progress.at) {
                (0, _) => "back".to_owned(),
                (1, _) => "unknown".to_owned(),
                (2, _) => "result".to_owned(),
                (3, _) => format!("change:{}", check.questions[seed as usize % check.questions.len()].id),
                (4, _) => "resume".to_owned(),
                (_, At::Question(at)) => {
                    let question = &check.questions[*at];
                    pairs.retain(|(name, _)| *name != question.id);
                    let choices: Vec<&str> =
                        question.choices.iter().map(|choice| choice.id.as_str()).chain([NONE, UNKNOWN]).collect();
                    let value = if question.kind == QuestionKind::Number { typed } else { choices[seed as usize % choices.len()].to_owned() };
                    pairs.push((question.id.clone(), value));
                    "next".to_owned()
                }
                _ => typed,
            };
            let before = pairs.clone();
            pairs.push((GO.to_owned(), go.clone()));
            progress = Progress::after(check, pairs);
            for (name, value) in &before {
                let kept = !check.questions.iter().any(|question| question.id == *name)
                    || go == "unknown"
                    || progress.pairs.iter().any(|(known, kept)| known == name && kept == value);
                prop_assert!(kept, "{} lost {}={} by {}", check.id, name, value, go);
            }
            let again = Progress::read(check, progress.fields(check));
            prop_assert_eq!(&again.at, &progress.at);
            if progress.at == At::Result {
                for group in &check.groups {
                    prop_assert!(!concluded(check, group, &progress).outcome.next.is_empty());
                }
            }
        }
    }
}
