//! A count per 1,000 as words, dots and a text equivalent. The dots are dashes of a few lines, so that a thousand of
//! them cost a few hundred bytes.

use super::Site;
use super::icon::icon;
use super::source_note::marks;
use crate::view::{Node, el, nodes};
use zaoshai_contract::content::{DotKind, PerThousand, Tone};

/// Dots in a row of the large picture.
const ROW: u16 = 40;
/// Dots in a row of the small picture.
const SMALL_ROW: u16 = 10;

/// The y of a row: ten units apart, with a gap of four after every fifth.
fn y_of(row: u16, grouped: u16) -> u16 {
    5 + row * 10 + row.checked_div(grouped).unwrap_or(0) * 4
}

/// A path over the dots `from..to` in rows of `row`. The dash pattern of the style makes dots of it.
/// In rows of forty, every tenth gap is four units wider.
fn dots(from: u16, to: u16, row: u16, grouped: u16) -> String {
    use std::fmt::Write as _;
    let x_of = |n: u16| 5 + n * 10 + n / 10 * 4;
    let mut path = String::new();
    let mut n = from;
    while n < to {
        let line = n / row;
        let end = to.min((line + 1) * row);
        // The dash pattern counts from the beginning of a line: a part that begins inside a line gets single dots.
        if n.is_multiple_of(row) {
            let _ = write!(path, "M5 {}H{}.1", y_of(line, grouped), x_of((end - 1) % row));
        } else {
            for one in n..end {
                let _ = write!(path, "M{} {}h.01", x_of(one % row), y_of(line, grouped));
            }
        }
        n = end;
    }
    path
}

fn part_paths(kind: DotKind, path: String) -> Node {
    match kind {
        DotKind::Hit => el("path").class("zs-dot-hit").with("d", path).node(),
        DotKind::Flag => nodes![
            el("path").class("zs-dot-flag").with("d", path.clone()),
            el("path").class("zs-dot-hole").with("d", path)
        ],
    }
}

/// The picture of a thousand dots: 25 rows of 40.
fn picture(data: &PerThousand) -> Node {
    let mut begun = 0;
    let parts = data
        .parts
        .iter()
        .map(|part| {
            let from = begun;
            begun += part.count;
            part_paths(part.kind, dots(from, begun.min(1000), ROW, 5))
        })
        .collect::<Vec<_>>();
    el("svg")
        .class("zs-per-thousand__dots")
        .with("viewBox", "0 0 412 266")
        .with("role", "img")
        .with("aria-label", data.text.clone())
        .child(el("path").class("zs-dot-rest").with("d", dots(0, 1000, ROW, 5)))
        .child(parts)
        .node()
}

fn key(kind: Option<DotKind>) -> Node {
    let d = String::from("M7 7h.01");
    let mark = match kind {
        Some(kind) => part_paths(kind, d),
        None => el("path").class("zs-dot-rest").with("d", d).node(),
    };
    el("svg").class("zs-key").with("viewBox", "2 2 10 10").with("aria-hidden", "true").child(mark).node()
}

/// The whole figure with words, picture, key and source.
pub fn per_thousand(site: &Site, data: PerThousand) -> Node {
    let chip = match data.tone {
        // Both look alike, so that neither weighs more.
        Tone::Benefit => Some(("plus", site.words.benefit)),
        Tone::Harm => Some(("dash", site.words.harm)),
        Tone::Plain => None,
    }
    .map(|(name, word)| el("p").class("zs-chip zs-chip--act").child(icon(name)).child(el("span").child(word)));
    let shown = picture(&data);
    let mut keys: Vec<Node> = data
        .parts
        .into_iter()
        .map(|part| el("li").child(key(Some(part.kind))).child(el("span").child(part.label)).node())
        .collect();
    if !data.rest.is_empty() {
        keys.push(el("li").child(key(None)).child(el("span").child(data.rest)).node());
    }
    let note = (!data.note.is_empty()).then(|| el("p").class("zs-small").child(data.note));
    el("figure")
        .class("zs-card zs-per-thousand")
        .child(chip)
        .child(
            el("p")
                .class("zs-per-thousand__figure")
                .child(el("span").class("zs-per-thousand__unit").child(data.before))
                .child(el("span").class("zs-per-thousand__number").child(data.number))
                .child(el("span").class("zs-per-thousand__unit").child(data.after)),
        )
        .child(shown)
        .child(el("ul").class("zs-per-thousand__keys").child(keys))
        .child(note)
        .child(el("figcaption").child(marks(site, &data.cited)))
        .node()
}

/// A small picture of fifty dots, each for twenty people, to stand beside another.
pub fn small_per_thousand(data: PerThousand) -> Node {
    let filled = (data.number + 10) / 20;
    el("figure")
        .child(el("p").class("zs-small").child(data.before))
        .child(
            el("p")
                .class("zs-per-thousand__figure")
                .child(el("span").class("zs-per-thousand__number").child(data.number))
                .child(el("span").class("zs-small").child(data.after)),
        )
        .child(
            el("svg")
                .class("zs-per-thousand__dots")
                .with("viewBox", "0 0 100 50")
                .with("role", "img")
                .with("aria-label", data.text)
                .child(el("path").class("zs-dot-rest").with("d", dots(0, 50, SMALL_ROW, 0)))
                .child(el("path").class("zs-dot-hit").with("d", dots(0, filled, SMALL_ROW, 0))),
        )
        .node()
}

#[cfg(test)]
mod tests {
    use super::dots;

    #[test]
    fn a_thousand_dots_are_25_lines_of_40() {
        let path = dots(0, 1000, 40, 5);
        assert_eq!(path.matches('M').count(), 25);
        assert!(path.starts_with("M5 5H407.1M5 15H407.1") && path.contains("M5 59H407.1"), "{path}");
    }

    #[test]
    fn a_part_inside_a_line_is_single_dots() {
        assert_eq!(dots(0, 4, 40, 5), "M5 5H35.1");
        assert_eq!(dots(38, 41, 40, 5), "M397 5h.01M407 5h.01M5 15H5.1");
    }

    #[test]
    fn a_small_picture_is_five_lines_of_ten() {
        assert_eq!(dots(0, 7, 10, 0), "M5 5H65.1");
        assert_eq!(dots(0, 50, 10, 0).matches('M').count(), 5);
    }
}
