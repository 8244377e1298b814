//! Where a page of a long list stands: how many there are in all, and the way to the next ones and to the first.

use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::{MOST_COUNTED, Part, Turn};

/// How many there are, for the heading.
pub fn count(turn: &Turn, shown: usize) -> String {
    let all = i64::try_from(shown) == Ok(turn.count);
    if all { format!("共 {} 个", turn.count) } else { format!("共 {}，这一页 {shown} 个", many(turn.count)) }
}

/// How many, as far as they were counted.
fn many(count: i64) -> String {
    if count > MOST_COUNTED { format!("{MOST_COUNTED} 个以上") } else { format!("{count} 个") }
}

/// How many a search found, for its heading.
pub fn found(turn: &Turn, shown: usize) -> String {
    let part = if i64::try_from(shown) == Ok(turn.count) { String::new() } else { format!("，这一页 {shown} 个") };
    format!("找到 {}{part}", many(turn.count))
}

/// The ways on and back.
pub fn ways(path: &str, turn: &Turn) -> El {
    let way =
        |href: String, word: &'static str| el("a").class("zs-button zs-button--quiet").with("href", href).child(word);
    let first = (turn.part == Part::Later).then(|| way(path.to_owned(), "从头看"));
    let joint = if path.contains('?') { '&' } else { '?' };
    let next = turn.next.as_ref().map(|next| way(format!("{path}{joint}after={next}"), "下一页"));
    el("div").class("zs-pair").child(first).child(next)
}

/// The way to a whole list from where only its first rows stand; nothing where all of them do.
pub fn rest(path: String, count: i64, shown: usize) -> Option<Node> {
    (i64::try_from(shown).unwrap_or(i64::MAX) < count).then(|| {
        nodes![
            el("p").class("zs-row__line").child(format!("这里是前 {shown} 个。")),
            el("a").class("zs-button zs-button--quiet").with("href", path).child(format!("看全部 {count} 个"))
        ]
    })
}
