//! Examples of every rule, each with where it comes from: answers, the outcome, and the values that a score must have.

use crate::rules::{CHECKS, answered, check, concluded};
use std::collections::BTreeSet;
use zaoshai_contract::checks::formula;

/// The examples: check, answers, outcome (of a plan: `group:outcome` apart by spaces), values, and where it comes from.
const EXAMPLES: [&str; 3] = [
    include_str!("../data/checks-lung.tsv"),
    include_str!("../data/checks-1.tsv"),
    include_str!("../data/checks-2.tsv"),
];

fn examples() -> impl Iterator<Item = Vec<&'static str>> {
    EXAMPLES
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// Whether a value, told with as many decimals as the example has, is that of the example.
fn same(value: formula::Span, expected: &str) -> bool {
    let decimals = expected.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    value.told(u16::try_from(decimals).expect("few decimals")) == expected
}

#[test]
fn every_example_comes_to_its_outcome_and_its_values() {
    let mut wrong = Vec::new();
    for row in examples() {
        let [id, query, outcome, values, source] = row[..] else { panic!("five columns: {row:?}") };
        assert!(!source.is_empty(), "{row:?} says where it comes from");
        let check = &check(id).check;
        let progress = answered(check, query);
        let told = |wanted: &str| {
            let (group, wanted) = wanted.split_once(':').unwrap_or(("", wanted));
            let group = check.groups.iter().find(|one| group.is_empty() || one.id == group).expect(group);
            let found = concluded(check, group, &progress).outcome.id.as_str();
            (found != wanted).then(|| format!("{id} {query}: {}:{found}, not {wanted}", group.id))
        };
        wrong.extend(outcome.split_whitespace().filter_map(told));
        for expected in values.split_whitespace() {
            let (name, expected) = expected.split_once('=').expect("name=value");
            let value = formula::value(check, &progress.answers, name);
            if !same(value, expected) {
                wrong.push(format!("{id} {query}: {name} is {value:?}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_outcome_has_an_example_and_a_next_step() {
    let mut seen = BTreeSet::new();
    for row in examples() {
        for outcome in row[2].split_whitespace() {
            seen.insert((row[0], outcome.to_owned()));
        }
    }
    let mut missing = Vec::new();
    for entry in CHECKS.iter() {
        for group in &entry.check.groups {
            for outcome in &group.outcomes {
                assert!(!outcome.next.is_empty(), "{} {} ends in a next step", entry.check.id, outcome.id);
                let name =
                    if entry.check.is_plan() { format!("{}:{}", group.id, outcome.id) } else { outcome.id.clone() };
                if !seen.contains(&(entry.check.id.as_str(), name.clone())) {
                    missing.push(format!("{} {name}", entry.check.id));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no example of {missing:?}");
}
