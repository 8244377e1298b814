//! Where titles may break: at their punctuation, and between two words that the editors' list knows. Chinese has no
//! spaces, and a browser would break inside a word.

use super::checks::CheckEntry;
use super::traditional::Traditional;
use super::{Area, Reader};
use std::collections::HashSet;
use std::path::Path;
use zaoshai_contract::clinics::{Clinic, Finder};
use zaoshai_contract::content::{Article, ArticleCard, BREAK, Block};
use zaoshai_contract::page::{Body, Page};

/// Where the words stand.
const FILE: &str = "zh-Hans/titles.toml";
/// Most letters that stand together: what fits a line of the largest type on a narrow phone.
const LONGEST_PIECE: usize = 6;
/// Letters of the longest word that is looked for.
const LONGEST_WORD: usize = 8;
/// Letters that never begin a line.
const TAIL: [char; 8] = ['的', '了', '吗', '呢', '里', '嗎', '裏', '裡'];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    words: String,
}

/// The words of one kind of characters.
#[derive(Clone, Debug, Default)]
pub struct Breaks {
    words: HashSet<String>,
}

pub(super) fn load(reader: &mut Reader) -> Breaks {
    let record: Option<Record> = reader.toml(Path::new(FILE));
    let words = record.map(|record| record.words.split_whitespace().map(str::to_owned).collect());
    Breaks { words: words.unwrap_or_default() }
}

/// Whether a letter is Chinese, and so may stand next to another without a space.
fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}')
}

impl Breaks {
    /// The same words in traditional characters.
    pub fn traditional(&self, traditional: &Traditional) -> Self {
        Self { words: self.words.iter().map(|word| traditional.text(word)).collect() }
    }

    /// A title with its breaks.
    pub fn text(&self, title: &str) -> String {
        let mut out = String::with_capacity(title.len() * 2);
        let mut run: Vec<char> = Vec::new();
        for letter in title.chars() {
            if is_chinese(letter) {
                run.push(letter);
                continue;
            }
            self.close(&mut run, &mut out);
            out.push(letter);
        }
        self.close(&mut run, &mut out);
        out
    }

    fn close(&self, run: &mut Vec<char>, out: &mut String) {
        for (place, piece) in self.pieces(run).iter().enumerate() {
            if place > 0 {
                out.push(BREAK);
            }
            out.push_str(piece);
        }
        run.clear();
    }

    /// The pieces of a run of Chinese letters: as few letters outside of words as can be, then as few words.
    fn pieces(&self, run: &[char]) -> Vec<String> {
        /// What the rest of a run costs, and how long its first part is.
        #[derive(Clone, Copy)]
        struct Best {
            cost: (usize, usize),
            first: usize,
            known: bool,
        }
        let mut best = vec![Best { cost: (0, 0), first: 0, known: false }; run.len() + 1];
        for from in (0..run.len()).rev() {
            let mut chosen: Option<Best> = None;
            for length in 1..=LONGEST_WORD.min(run.len() - from) {
                let word: String = run[from..from + length].iter().collect();
                let known = self.words.contains(&word);
                if length > 1 && !known {
                    continue;
                }
                let rest = best[from + length].cost;
                let cost = (rest.0 + usize::from(!known), rest.1 + 1);
                if chosen.is_none_or(|before| cost < before.cost) {
                    chosen = Some(Best { cost, first: length, known });
                }
            }
            best[from] = chosen.unwrap_or(Best { cost: (0, 0), first: 1, known: false });
        }
        let mut pieces: Vec<String> = Vec::new();
        let (mut at, mut may) = (0, false);
        while at < run.len() {
            let Best { first, known, .. } = best[at];
            let part: String = run[at..at + first].iter().collect();
            let tail = first == 1 && TAIL.contains(&run[at]);
            match pieces.last_mut() {
                Some(piece) if tail || !known || !may => piece.push_str(&part),
                _ => pieces.push(part),
            }
            may = known || (tail && may);
            at += first;
        }
        // One letter behind a mark of punctuation does not end a line.
        if let [first, second, ..] = pieces.as_slice()
            && first.chars().count() == 1
            && second.chars().count() < LONGEST_PIECE
        {
            let second = pieces.remove(1);
            pieces[0].push_str(&second);
        }
        pieces
    }

    /// The first piece of a title that is too long for a line.
    fn too_long(&self, title: &str) -> Option<String> {
        self.text(title)
            .split(|letter: char| !is_chinese(letter))
            .find(|piece| piece.chars().count() > LONGEST_PIECE)
            .map(str::to_owned)
    }

    /// Puts the breaks into the titles of a page.
    pub fn page(&self, page: &mut Page) {
        let mark = |text: &mut String| *text = self.text(text);
        let cards = |cards: &mut Vec<ArticleCard>| cards.iter_mut().for_each(|card| mark(&mut card.title));
        match &mut page.body {
            Body::Home(home) => {
                cards(&mut home.topics);
                cards(&mut home.guidance);
            }
            Body::Topics(list) | Body::GuidanceList(list) | Body::Programmes(list) | Body::Checks(list) => {
                cards(&mut list.cards);
            }
            Body::Topic(article)
            | Body::Decision(article)
            | Body::Result(article)
            | Body::Programme(article)
            | Body::Guidance(article)
            | Body::Privacy(article) => self.article(article),
            Body::Results(results) => {
                cards(&mut results.explainers);
                results.found.iter_mut().for_each(|found| mark(&mut found.heading));
            }
            Body::Search(search) => search.hits.iter_mut().for_each(|hit| mark(&mut hit.title)),
            Body::Check(check) => {
                mark(&mut check.title);
                check.questions.iter_mut().for_each(|question| mark(&mut question.text));
                check.groups.iter_mut().flat_map(|group| &mut group.outcomes).for_each(|outcome| {
                    mark(&mut outcome.title);
                    mark(&mut outcome.care);
                });
            }
            Body::Clinics(finder) => self.finder(finder),
            Body::Clinic(clinic) => {
                mark(&mut clinic.card.name);
                clinic.alliances.iter_mut().for_each(|alliance| mark(&mut alliance.name));
            }
            Body::Problem(problem) => mark(&mut problem.title),
            Body::FollowUpEntry | Body::FollowUp(_) | Body::HomeCare(_) => {}
        }
    }

    fn article(&self, article: &mut Article) {
        let mark = |text: &mut String| *text = self.text(text);
        mark(&mut article.title);
        for section in &mut article.sections {
            mark(&mut section.heading);
            for block in &mut section.blocks {
                match block {
                    Block::Care { title, .. } | Block::Notice { title, .. } => mark(title),
                    Block::Options { items } => items.iter_mut().for_each(|item| mark(&mut item.name)),
                    _ => {}
                }
            }
        }
    }

    fn finder(&self, finder: &mut Finder) {
        let instead = finder.instead.iter_mut().flat_map(|instead| &mut instead.clinics);
        for card in finder.found.iter_mut().chain(&mut finder.unsure).chain(instead) {
            card.name = self.text(&card.name);
        }
    }
}

/// Tells the titles that would break inside of a word on a narrow phone.
pub(super) fn check(
    reader: &mut Reader,
    breaks: &Breaks,
    texts: &super::Texts,
    checks: &[CheckEntry],
    clinics: &[Clinic],
) {
    let mut gaps = Vec::new();
    let mut see = |file: &Path, title: &str| {
        if let Some(piece) = breaks.too_long(title) {
            gaps.push((file.to_owned(), format!("标题“{title}”里的“{piece}”不能换行：请把其中的词写进 {FILE}")));
        }
    };
    for area in Area::ALL {
        for entry in texts.shelf(area).entries.values() {
            see(&entry.file, &entry.article.title);
            for section in &entry.article.sections {
                see(&entry.file, &section.heading);
            }
        }
    }
    for entry in checks {
        let file = Path::new("zh-Hans/checks").join(format!("{}.toml", entry.check.id));
        see(&file, &entry.check.title);
        entry.check.questions.iter().for_each(|question| see(&file, &question.text));
        let outcomes = entry.check.groups.iter().flat_map(|group| &group.outcomes);
        outcomes.for_each(|outcome| see(&file, &outcome.title));
    }
    for clinic in clinics {
        let file = Path::new("clinics").join(format!("{}.toml", clinic.card.id));
        see(&file, &clinic.card.name);
        clinic.alliances.iter().for_each(|alliance| see(&file, &alliance.name));
    }
    for (file, message) in gaps {
        reader.gap(&file, 1, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(title: &str) -> String {
        let words = ["您", "需要", "做", "肺癌", "筛查", "做不到", "的事", "怎么看", "报告", "风险", "较高"];
        Breaks { words: words.map(str::to_owned).into() }.text(title).replace(BREAK, "|")
    }

    #[test]
    fn a_title_breaks_between_words_that_are_known_and_nowhere_else() {
        for (title, expected) in [
            ("肺癌筛查：您需要做吗？", "肺癌|筛查：您需要|做吗？"),
            ("筛查做不到的事", "筛查|做不到|的事"),
            ("风险较高的", "风险|较高的"),
            ("风险的报告", "风险的|报告"),
            ("HPV 报告怎么看", "HPV 报告|怎么看"),
            ("从不知道的词", "从不知道的词"),
            ("", ""),
        ] {
            assert_eq!(told(title), expected);
        }
    }
}
