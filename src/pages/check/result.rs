//! What a check comes to: the sentence, its reasons with the rule beside them, what it does not mean, the next step, and
//! a code for the desk.

use super::intro::not_meant;
use super::{Shown, Visit};
use crate::components::action_bar::action_bar;
use crate::components::ask::ask;
use crate::components::care_card::care_card;
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::components::phone_link::tel;
use crate::components::source_note::source_note;
use crate::components::timeline::timeline;
use crate::components::title::title as breaking;
use crate::text::long_date;
use crate::view::{Node, el, nodes};
use zaoshai_contract::checks::conclusion::{self, Conclusion};
use zaoshai_contract::checks::formula::{Truth, filled, holds};
use zaoshai_contract::checks::{Outcome, Reason, code};
use zaoshai_contract::content::{BREAK, CareLevel};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// The page.
pub fn page(visit: &Visit<'_>) -> Shown {
    let (site, check, words) = (visit.site, visit.check, visit.words);
    let answers = &visit.progress.answers;
    let Some(Conclusion { outcome, open }) =
        check.groups.first().and_then(|group| conclusion::of(check, group, answers))
    else {
        return super::intro::page(visit);
    };
    let title = filled(check, answers, &outcome.title);
    let early = visit.progress.ended_early(check).is_some();
    let care = (!outcome.care.is_empty())
        .then(|| care_card(site, "h2", outcome.level, &outcome.care, outcome.items.clone(), outcome.onward.clone()));
    let main = nodes![
        visit.back(if early { words.step_back } else { words.change_answers }, "back"),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(breaking(&title)))
            .child(el("p").class("zs-lead").child(filled(check, answers, &outcome.text)))
            .child(care)
            .child(source_note(site, &outcome.cited, &check.sources)),
        // What ended the check early is its own reason.
        (!early).then(|| reasons(visit)),
        open.then(|| unknown(visit)),
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "next")
            .child(el("h2").class("zs-h2").with("id", "next").child(words.next))
            .child(timeline(outcome.next.clone()))
            .child((!check.letters.is_empty()).then(|| desk(visit, outcome))),
        (!check.caveat.is_empty())
            .then(|| el("div").class("zs-section").child(notice(words.caveat.to_owned(), check.caveat.clone()))),
        not_meant(visit),
        keeping(visit),
        ask(site),
        visit.before()
    ];
    Shown { main, action: Some(action_bar(site, action(visit, outcome))) }
}

/// The one step at the thumb.
fn action(visit: &Visit<'_>, outcome: &Outcome) -> Node {
    let site = visit.site;
    let (href, label) = if outcome.level == CareLevel::Emergency {
        (tel("120"), site.words.call_120)
    } else if let Some(service) = Slug::parse(&outcome.onward.service) {
        let filter = ClinicFilter { service: Some(service), ..ClinicFilter::default() };
        (site.to(&Route::Clinics(filter)), site.words.find_clinic)
    } else {
        let topic = Slug::parse(&visit.check.topic).map_or(Route::Topics, Route::Topic);
        (site.to(&topic), site.words.back_to_topic)
    };
    el("a").class("zs-button").with("href", href).child(label).node()
}

fn reasons(visit: &Visit<'_>) -> Option<Node> {
    let (check, words) = (visit.check, visit.words);
    let rows = check.reasons.iter().map(|reason| one_reason(visit, reason)).collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "reason")
            .child(el("h2").class("zs-h2").with("id", "reason").child(words.reasons))
            .child(el("ul").class("zs-reasons").child(rows))
            .child(source_note(visit.site, &check.cited, &check.sources))
            .node()
    })
}

fn one_reason(visit: &Visit<'_>, reason: &Reason) -> Node {
    let (check, words, answers) = (visit.check, visit.words, &visit.progress.answers);
    let truth = holds(check, answers, &reason.when);
    let (class, mark, chip, label) = match truth {
        Truth::Yes => ("zs-reason zs-reason--yes", "check", "zs-chip zs-chip--act", words.reason_yes),
        Truth::No => ("zs-reason", "dash", "zs-chip", words.reason_no),
        Truth::Open => ("zs-reason", "info", "zs-chip", words.reason_open),
    };
    let points = (reason.points > 0 && truth == Truth::Yes).then(|| [" +", &reason.points.to_string()].concat());
    let name = if truth == Truth::Yes && !reason.text.is_empty() {
        filled(check, answers, &reason.text)
    } else {
        reason.name.clone()
    };
    let open = (truth == Truth::Open).then(|| el("small").child(words.reason_open_hint));
    el("li")
        .class(class)
        .child(icon(mark))
        .child(el("p").child(el("b").child(name)).child(el("small").child(reason.rule.clone())).child(open))
        .child(el("span").class(chip).child(label).child(points))
        .node()
}

/// What is not known and could change the result.
fn unknown(visit: &Visit<'_>) -> Node {
    let words = visit.words;
    let items = conclusion::unknown(visit.check, &visit.progress.answers)
        .map(|question| {
            el("li").child(breaking(&question.text)).child(
                visit.button("zs-plain zs-change", ["change:", &question.id].concat()).child(words.review_change),
            )
        })
        .collect::<Vec<_>>();
    el("section")
        .class("zs-section")
        .with("aria-labelledby", "unknown")
        .child(el("h2").class("zs-h2").with("id", "unknown").child(words.unknown))
        .child(el("p").child(words.unknown_hint))
        .child(el("ul").class("zs-points").child(items))
        .node()
}

/// The code to show at the desk, as letters and as a picture.
fn desk(visit: &Visit<'_>, outcome: &Outcome) -> Node {
    let words = visit.words;
    let text = code::of(visit.check, outcome.band, visit.today);
    let picture = visit.check.codes.iter().find(|picture| picture.code == text).map(|picture| {
        let side = picture.side + 8;
        let view = ["-4 -4 ", &side.to_string(), " ", &side.to_string()].concat();
        el("svg")
            .class("zs-code__picture")
            .with("viewBox", view)
            .with("role", "img")
            .with("aria-label", text.clone())
            .child(el("path").with("d", modules(picture.side, &picture.modules)))
    });
    el("div")
        .class("zs-code")
        .with("id", "code")
        .child(el("p").class("zs-code__text").child(el("b").child(words.code)).child(words.code_hint))
        .child(el("p").class("zs-code__value").child(text))
        .child(picture)
        .node()
}

/// The dark modules as runs of unit squares.
fn modules(side: u16, digits: &str) -> String {
    use std::fmt::Write as _;
    let digits = digits.as_bytes();
    let dark = |n: usize| {
        let digit = digits.get(n / 4).copied().unwrap_or(b'0');
        let value = if digit > b'9' { digit - b'a' + 10 } else { digit - b'0' };
        value >> (3 - n % 4) & 1 == 1
    };
    let side = usize::from(side);
    let mut path = String::new();
    for y in 0..side {
        for x in (0..side).filter(|x| dark(y * side + x)) {
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    path
}

/// Keeping the result on the phone, only when asked, and erasing everything in one tap.
fn keeping(visit: &Visit<'_>) -> Option<Node> {
    let (site, check, words) = (visit.site, visit.check, visit.words);
    let forget = visit.phone_button("forget", words.forget)?;
    let keep = if check.is_plan() {
        None
    } else if visit.kept.is_empty() {
        visit.phone_button("keep", words.save)
    } else {
        Some(el("p").class("zs-small").with("role", "status").child(words.saved))
    };
    Some(
        el("section")
            .class("zs-section zs-stack zs-no-print")
            .with("id", "keep")
            .child(keep)
            .child(forget)
            .child(
                el("p")
                    .class("zs-small")
                    .child(long_date(site.lang, visit.today))
                    .child(" · ")
                    .child(check.rule.clone()),
            )
            .node(),
    )
}

/// What the phone keeps of a result: the rule's version, the day, the sentence and the code; no answer.
pub fn to_keep(visit: &Visit<'_>) -> Vec<(String, String)> {
    let check = visit.check;
    let Some(group) = check.groups.first() else { return Vec::new() };
    let Some(Conclusion { outcome, .. }) = conclusion::of(check, group, &visit.progress.answers) else {
        return Vec::new();
    };
    [
        ("version", check.version.clone()),
        ("date", visit.today.to_string()),
        ("title", filled(check, &visit.progress.answers, &outcome.title).replace(BREAK, "")),
        ("code", code::of(check, outcome.band, visit.today)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
