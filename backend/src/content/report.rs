//! What there is and in which state: for editors who plan their work.

use super::{Area, Library};
use std::fmt::Write as _;

/// What nobody of the hospital has read.
const UNREVIEWED: &str = "未审核";

/// A table of all articles with their words, sources, state of review and dates; the same of what follow-ups and nursing
/// at home tell; then the sources with how often each is cited, and what is still to be done.
pub fn report(library: &Library) -> String {
    let mut out = String::from("文章\t字数\t来源\t待核对\t审核\t更新\t下次核对\n");
    let mut sums = (0, 0, 0);
    for texts in [&library.hans, &library.en] {
        for (_, entry) in texts.all() {
            let article = &entry.article;
            let (reviewer, updated, due) = article.review.as_ref().map_or_else(
                || ("-".to_owned(), "-".to_owned(), "-".to_owned()),
                |review| {
                    let reviewer = if review.reviewer.is_empty() { UNREVIEWED } else { &review.reviewer };
                    (reviewer.to_owned(), review.updated.to_string(), review.due.to_string())
                },
            );
            let (sources, unchecked) = (article.sources.len(), entry.unchecked);
            sums = (sums.0 + 1, sums.1 + entry.characters, sums.2 + unchecked);
            let _ = writeln!(
                out,
                "{}\t{}\t{sources}\t{unchecked}\t{reviewer}\t{updated}\t{due}",
                entry.file.display(),
                entry.characters
            );
        }
    }
    let _ = writeln!(out, "共 {} 篇，{} 字，{} 段待核对", sums.0, sums.1, sums.2);
    let _ = writeln!(out, "\n随访和上门护理\t字数\t来源\t待核对\t审核");
    for part in parts(library) {
        let characters: usize = part.texts.iter().map(|text| text.chars().count()).sum();
        let unchecked = if part.unchecked { "有" } else { "没有" };
        let (name, sources, reviewer) = (&part.name, part.sources, part.reviewer);
        let _ = writeln!(out, "{name}\t{characters}\t{sources}\t{unchecked}\t{reviewer}");
    }
    let _ = writeln!(out, "\n来源\t引用次数");
    for (id, times) in &library.cited {
        let _ = writeln!(out, "{id}\t{times}");
    }
    let overdue = library.gaps.len();
    let _ = writeln!(out, "\n待办 {overdue} 条");
    for gap in &library.gaps {
        let _ = writeln!(out, "{gap}");
    }
    out
}

/// Something that is told outside of articles.
struct Part<'a> {
    name: String,
    texts: Vec<&'a str>,
    sources: usize,
    unchecked: bool,
    reviewer: &'a str,
}

/// The result letters, how to prepare for each service, and nursing at home.
fn parts(library: &Library) -> impl Iterator<Item = Part<'_>> {
    let letters = library.letters.iter().map(|letter| Part {
        name: format!("zh-Hans/letters.toml {}", letter.id),
        texts: letter.text.iter().map(String::as_str).collect(),
        sources: letter.sources.len(),
        unchecked: letter.unchecked,
        reviewer: if letter.reviewed { &letter.reviewer } else { UNREVIEWED },
    });
    let services = library.booking.iter().map(|service| Part {
        name: format!("booking.toml {}", service.id),
        texts: (service.preparation.iter().map(String::as_str))
            .chain(service.rules().prerequisites.iter().map(|asked| asked.text.as_str()))
            .collect(),
        sources: service.sources.len(),
        unchecked: service.unchecked,
        reviewer: UNREVIEWED,
    });
    let care = library.home_care.iter().map(|care| Part {
        name: "home-care.toml".to_owned(),
        texts: [&care.eligible, &care.not_eligible, &care.areas, &care.consent]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect(),
        sources: care.sources.len(),
        unchecked: care.unchecked,
        reviewer: UNREVIEWED,
    });
    letters.chain(services).chain(care)
}

/// One line that says how much there is.
pub fn summary(library: &Library) -> String {
    let count = |area: Area| library.hans.shelf(area).entries.len();
    format!(
        "内容：筛查 {}，决策 {}，报告 {}，指导 {}，项目 {}，医院 {}，英文 {}，没有错误，待办 {} 条",
        count(Area::Topics),
        count(Area::Decisions),
        count(Area::Results),
        count(Area::Guidance),
        count(Area::Programmes),
        library.clinics.len(),
        library.en.all().count(),
        library.gaps.len()
    )
}
