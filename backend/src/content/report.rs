//! What there is and in which state: for editors who plan their work.

use super::{Area, Library};
use std::fmt::Write as _;

/// A table of all articles with their words, sources, state of review and dates; then the sources with how often each
/// is cited, and what is still to be done.
pub fn report(library: &Library) -> String {
    let mut out = String::from("文章\t字数\t来源\t待核对\t审核\t更新\t下次核对\n");
    let mut sums = (0, 0, 0);
    for texts in [&library.hans, &library.en] {
        for (_, entry) in texts.all() {
            let article = &entry.article;
            let (reviewer, updated, due) = article.review.as_ref().map_or_else(
                || ("-".to_owned(), "-".to_owned(), "-".to_owned()),
                |review| {
                    let reviewer = if review.reviewer.is_empty() { "未审核" } else { &review.reviewer };
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
