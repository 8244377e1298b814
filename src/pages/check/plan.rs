//! What is due for a person: the doctor within days before anything else, then this year, next year and later, what is not
//! needed, and why.

use super::intro::not_meant;
use super::{Shown, Visit};
use crate::components::action_bar::action_bar;
use crate::components::ask::ask;
use crate::components::icon::{icon, large_icon};
use crate::components::points::spans;
use crate::components::source_note::{source_note, sources};
use crate::components::summary_list::{row, summary_list};
use crate::components::title::title as breaking;
use crate::text::long_date;
use crate::view::{Node, el, nodes};
use zaoshai_contract::checks::formula::filled;
use zaoshai_contract::checks::{Due, Group, Outcome, conclusion};
use zaoshai_contract::content::{BREAK, CareLevel};
use zaoshai_contract::ids::Slug;
use zaoshai_contract::route::{ClinicFilter, Route};

/// The order in which a plan is read.
const ORDER: [Due; 6] = [Due::See, Due::Now, Due::Next, Due::Talk, Due::Later, Due::Not];

/// The page.
pub fn page(visit: &Visit<'_>) -> Shown {
    let (site, check, words) = (visit.site, visit.check, visit.words);
    let parts = ORDER.iter().map(|due| part(visit, *due)).collect::<Vec<_>>();
    let main = nodes![
        visit.back(words.change_answers, "review"),
        el("div")
            .class("zs-stack")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child(breaking(&check.title)))
            .child(
                el("p")
                    .class("zs-small")
                    .child(long_date(site.lang, visit.today))
                    .child(" · ")
                    .child(check.rule.clone())
            )
            .child(short(visit)),
        parts,
        not_meant(visit),
        keeping(visit),
        ask(site),
        sources(site, &check.sources),
        visit.before()
    ];
    let clinics = el("a")
        .class("zs-button")
        .with("href", site.to(&Route::Clinics(ClinicFilter::default())))
        .child(site.words.find_clinic)
        .node();
    Shown { main, action: Some(action_bar(site, clinics)) }
}

/// The heading of a part: the year where it has one.
fn heading(visit: &Visit<'_>, due: Due) -> String {
    let words = visit.words;
    let place = ORDER.iter().position(|one| *one == due).unwrap_or(0);
    let label = words.plan_due[place];
    let year = match due {
        Due::Now => visit.today.year(),
        Due::Next => visit.today.year() + 1,
        Due::See | Due::Talk | Due::Later | Due::Not => return label.to_owned(),
    };
    [label, " · ", words.plan_year.0, &year.to_string(), words.plan_year.1].concat()
}

fn of_due<'a>(visit: &'a Visit<'_>, due: Due) -> impl Iterator<Item = (&'a Group, &'a Outcome)> {
    visit.check.groups.iter().filter_map(move |group| {
        let conclusion = conclusion::of(visit.check, group, &visit.progress.answers)?;
        (conclusion.outcome.due == Some(due)).then_some((group, conclusion.outcome))
    })
}

/// That a doctor comes before the plan, on the questions after the one that told it: nobody should have to answer all of
/// them to hear that.
pub fn doctor_first(visit: &Visit<'_>) -> Option<Node> {
    if !visit.check.is_plan() {
        return None;
    }
    let mut steps: Vec<&str> = Vec::new();
    for (_, outcome) in of_due(visit, Due::See) {
        if let Some(step) = outcome.next.first().map(|step| step.title.as_str()).filter(|step| !steps.contains(step)) {
            steps.push(step);
        }
    }
    (!steps.is_empty()).then(|| {
        let label = visit.words.plan_due[0];
        el("p")
            .class("zs-notice zs-notice--lost")
            .child(icon("alert"))
            .child(el("span").child(el("b").child(label)).child(steps.join("、")))
            .node()
    })
}

/// The whole plan in a few lines, before its reasons.
fn short(visit: &Visit<'_>) -> Node {
    let rows = ORDER
        .iter()
        .filter_map(|due| {
            let names: Vec<&str> = of_due(visit, *due).map(|(group, _)| group.title.as_str()).collect();
            (!names.is_empty())
                .then(|| row(heading(visit, *due).replace(" · ", " "), Node::from(names.join("、")), String::new()))
        })
        .collect();
    summary_list(rows)
}

fn part(visit: &Visit<'_>, due: Due) -> Option<Node> {
    let items = of_due(visit, due).map(|(group, outcome)| item(visit, group, outcome)).collect::<Vec<_>>();
    (!items.is_empty()).then(|| {
        el("section")
            .class("zs-section")
            .child(el("h2").class("zs-h2").child(heading(visit, due)))
            .child(el("ul").class("zs-plan").child(items))
            .node()
    })
}

fn item(visit: &Visit<'_>, group: &Group, outcome: &Outcome) -> Node {
    let (site, check, answers) = (visit.site, visit.check, &visit.progress.answers);
    let topic = Slug::parse(&group.id).map_or(Route::Topics, Route::Topic);
    let steps = outcome
        .next
        .iter()
        .map(|step| el("p").child(el("b").child(step.title.clone())).child(el("br")).child(spans(step.text.clone())))
        .collect::<Vec<_>>();
    let mark = match outcome.level {
        CareLevel::Routine => None,
        CareLevel::Urgent | CareLevel::Emergency => Some(icon("alert")),
    };
    el("li")
        .class("zs-card zs-stack zs-stack--tight")
        .child(
            el("h3")
                .class("zs-h3 zs-plan__head")
                .child(large_icon(&group.icon))
                .child(el("a").with("href", site.to(&topic)).child(group.title.clone()))
                .child(mark),
        )
        .child(el("p").child(el("b").child(breaking(filled(check, answers, &outcome.title)))))
        .child(el("p").class("zs-small").child(filled(check, answers, &outcome.text)))
        .child(steps)
        .child(source_note(site, &outcome.cited, &check.sources))
        .node()
}

/// The plan as a picture tells it: its heading, and its lines, of which headings begin with `#`.
pub fn told(visit: &Visit<'_>) -> (String, Vec<String>) {
    let mut lines = Vec::new();
    for due in ORDER {
        let before = lines.len();
        for (group, outcome) in of_due(visit, due) {
            let title = filled(visit.check, &visit.progress.answers, &outcome.title);
            lines.push([&group.title, "：", &title].concat().replace(BREAK, ""));
        }
        if lines.len() > before {
            lines.insert(before, ["#", &heading(visit, due)].concat());
        }
    }
    lines.push(["#", visit.site.words.not_a_diagnosis].concat());
    lines.push([&visit.site.hospital.name, " ", &visit.site.phone()].concat());
    let heading = [&visit.check.title, " ", &long_date(visit.site.lang, visit.today)].concat();
    (heading.replace(BREAK, ""), lines)
}

/// Picture, print, another start. What is shared is the address alone, by the link in the footer.
fn keeping(visit: &Visit<'_>) -> Option<Node> {
    let words = visit.words;
    let picture = visit.phone_button("picture", words.plan_picture)?;
    Some(
        el("section")
            .class("zs-section zs-stack zs-no-print")
            .with("id", "keep")
            .child(picture)
            .child(el("div").with("id", "picture"))
            .child(visit.phone_button("print", words.plan_print))
            .child(visit.phone_button("forget", words.forget))
            .child(el("p").class("zs-aside").child(icon("lock")).child(el("span").child(words.plan_kept)))
            .node(),
    )
}
