//! Self-checks and the plan: one TOML file each, with questions, formulas, reasons and outcomes.
//! Everything that the evaluator would not understand is refused here, so that no phone meets it.

use super::Reader;
use super::articles::{Loaded, Tongue, Words};
use super::formula::{Names, compiled};
use super::front::{self, Place, ReviewRecord};
use super::markdown::Writer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zaoshai_contract::checks::{
    Check, Choice, Due, Group, Named, Outcome, Question, QuestionKind, Reason, Table, Unit,
};
use zaoshai_contract::content::{ArticleCard, CareLevel, Onward, Point, Span};
use zaoshai_contract::ids::Slug;

/// The folder, below that of the language.
const FOLDER: &str = "zh-Hans/checks";
/// The band of what needs 120.
const MOST_URGENT: u16 = 10;
/// The id of the plan.
pub const PLAN: &str = "plan";

/// How the risk goes with an answer: what the property tests hold the rules to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// More is more risk: a greater number, a later choice, one choice more.
    Rises,
    /// A greater number or a later choice is less risk.
    Falls,
    /// Neither.
    #[default]
    Neither,
}

/// A check with how it is described and listed.
#[derive(Clone, Debug)]
pub struct CheckEntry {
    /// The file it was read from.
    pub file: PathBuf,
    /// The check, without the codes of a day.
    pub check: Check,
    /// One sentence for search engines and share cards.
    pub description: String,
    /// How it is listed.
    pub card: ArticleCard,
    /// How the risk goes with the answers, by question.
    pub risks: BTreeMap<String, Risk>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckRecord {
    id: String,
    version: String,
    #[serde(default)]
    letters: String,
    name: String,
    order: u16,
    icon: String,
    title: String,
    description: String,
    lead: String,
    rule: String,
    sources: Vec<String>,
    before: Vec<String>,
    #[serde(default)]
    caveat: String,
    not_meant: Vec<String>,
    #[serde(default)]
    topic: String,
    review: ReviewRecord,
    question: Vec<QuestionRecord>,
    #[serde(default)]
    table: Vec<TableRecord>,
    #[serde(default)]
    value: Vec<ValueRecord>,
    #[serde(default)]
    reason: Vec<ReasonRecord>,
    #[serde(default)]
    outcome: Vec<OutcomeRecord>,
    #[serde(default)]
    group: Vec<GroupRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionRecord {
    id: String,
    kind: QuestionKind,
    text: String,
    short: String,
    #[serde(default)]
    hint: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    none: String,
    #[serde(default)]
    unknown: String,
    #[serde(default)]
    units: Vec<Unit>,
    least: Option<f64>,
    most: Option<f64>,
    #[serde(default)]
    example: String,
    #[serde(default)]
    when: String,
    #[serde(default)]
    otherwise: f64,
    missing: String,
    #[serde(default)]
    valid: String,
    #[serde(default)]
    invalid: String,
    #[serde(default)]
    risk: Risk,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TableRecord {
    id: String,
    /// Pairs of where a step begins and its number.
    rows: Vec<(f64, f64)>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueRecord {
    id: String,
    formula: String,
    #[serde(default)]
    decimals: u16,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonRecord {
    name: String,
    when: String,
    #[serde(default)]
    text: String,
    rule: String,
    #[serde(default)]
    points: u16,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupRecord {
    id: String,
    title: String,
    icon: String,
    outcome: Vec<OutcomeRecord>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeRecord {
    id: String,
    band: u16,
    #[serde(default)]
    when: String,
    #[serde(default)]
    early: bool,
    #[serde(default)]
    unsure: bool,
    due: Option<Due>,
    title: String,
    text: String,
    #[serde(default)]
    short: String,
    level: CareLevel,
    #[serde(default)]
    care: String,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    within: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    service: String,
    next: Vec<StepRecord>,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StepRecord {
    title: String,
    #[serde(default)]
    text: String,
    /// An address and its words.
    #[serde(default)]
    link: String,
    #[serde(default)]
    words: String,
}

/// The names that formulas may use so far.
#[derive(Default)]
struct Scope {
    numbers: Vec<String>,
    choices: Vec<String>,
    questions: Vec<String>,
    tables: Vec<String>,
}

impl Names for Scope {
    fn knows(&self, word: &str) -> bool {
        if let Some(question) = word.strip_suffix('?') {
            return self.questions.iter().any(|known| known == question);
        }
        if let Some(table) = word.strip_suffix('@') {
            return self.tables.iter().any(|known| known == table);
        }
        self.numbers.iter().chain(&self.choices).any(|known| known == word)
    }
}

/// Reads all checks, in their order; the plan is the last.
pub(super) fn load(reader: &mut Reader, words: &Words<'_>, loaded: &mut Loaded) -> Vec<CheckEntry> {
    let mut entries = Vec::new();
    for file in reader.files(FOLDER, "toml") {
        match read(reader, &file, words, loaded) {
            Some((order, entry)) => entries.push((entry.check.id == PLAN, order, entry)),
            None => loaded.incomplete = true,
        }
    }
    let mut letters: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (_, _, entry) in entries.iter().filter(|(_, _, entry)| !entry.check.letters.is_empty()) {
        if let Some(before) = letters.insert(entry.check.letters.clone(), entry.file.clone()) {
            let message = format!("letters = \"{}\" 和 {} 一样", entry.check.letters, before.display());
            reader.find(&entry.file, 1, message);
        }
    }
    entries.sort_by(|a, b| (a.0, a.1, &a.2.check.id).cmp(&(b.0, b.1, &b.2.check.id)));
    entries.into_iter().map(|(_, _, entry)| entry).collect()
}

fn read(reader: &mut Reader, file: &Path, words: &Words<'_>, loaded: &mut Loaded) -> Option<(u16, CheckEntry)> {
    let text = reader.text(file)?;
    let record: CheckRecord = reader.parse_toml(file, &text, 1)?;
    let place = Place { file, front: &text };
    let review = front::review(reader, &place, &record.review)?;
    let mut maker = Maker {
        writer: Writer {
            reader,
            file,
            register: words.sources,
            glossary: Some(words.glossary),
            tongue: Tongue::Hans,
            used: Vec::new(),
            links: Vec::new(),
            cited: BTreeMap::new(),
            courses: Vec::new(),
            body: "",
            first_line: 1,
        },
        words,
        text: &text,
        scope: Scope::default(),
    };
    let card = ArticleCard {
        id: record.id.clone(),
        title: record.name.clone(),
        text: record.lead.clone(),
        icon: record.icon.clone(),
    };
    let order = record.order;
    let description = record.description.clone();
    let risks = record.question.iter().map(|question| (question.id.clone(), question.risk)).collect();
    let check = maker.check(record, review);
    let Writer { used, links, cited, .. } = maker.writer;
    loaded.links.extend(links.into_iter().map(|(line, link)| (file.to_owned(), line, link)));
    loaded.cite(cited);
    let check = Check { sources: used.into_iter().map(|(_, source)| source).collect(), ..check };
    Some((order, CheckEntry { file: file.to_owned(), check, description, card, risks }))
}

struct Maker<'a> {
    writer: Writer<'a>,
    words: &'a Words<'a>,
    text: &'a str,
    scope: Scope,
}

impl Maker<'_> {
    /// The line on which a text stands.
    fn line(&self, text: &str) -> usize {
        let begin: String = text.chars().take(14).collect();
        self.text.lines().position(|line| !begin.is_empty() && line.contains(&begin)).map_or(1, |place| place + 1)
    }

    fn find(&mut self, near: &str, message: impl Into<String>) {
        let line = self.line(near);
        self.writer.reader.find(self.writer.file, line, message);
    }

    fn formula(&mut self, text: &str) -> String {
        match compiled(text, &self.scope) {
            Ok(formula) => formula,
            Err(message) => {
                self.find(text, message);
                String::new()
            }
        }
    }

    /// Checks the words of a text and the names in its braces.
    fn read_text(&mut self, text: &str) {
        let line = self.line(text);
        self.writer.check_words(text, line);
        for part in text.split('{').skip(1) {
            let name = part.split_once('}').map_or("", |(name, _)| name);
            if !self.scope.numbers.iter().any(|known| known == name) {
                self.find(text, format!("花括号里的“{name}”不是数字题，也不是 [[value]]"));
            }
        }
    }

    fn check(&mut self, record: CheckRecord, review: zaoshai_contract::content::Review) -> Check {
        let stem = self.writer.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if Slug::parse(&record.id).is_none() || stem != record.id {
            self.find("id =", format!("id = \"{}\" 必须和文件名一样", record.id));
        }
        let plan = record.id == PLAN;
        if plan != record.topic.is_empty() || plan != record.outcome.is_empty() || plan == record.group.is_empty() {
            self.find("id =", "自查要有 topic 和 [[outcome]]；计划 plan 只有 [[group]]");
        }
        if !plan && (record.letters.is_empty() || !record.letters.bytes().all(|byte| byte.is_ascii_uppercase())) {
            self.find("letters", "letters 是结果码开头的大写字母，例如 FA");
        }
        if !record.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') || record.version.is_empty() {
            self.find("version", "version 只写数字和点，例如 2024.1");
        }
        let line = self.line("sources");
        let cited = self.writer.cite(&record.sources, line);
        if cited.is_empty() {
            self.find("rule", "规则要有来源：sources = [\"S01\"]");
        }
        for text in
            [&record.title, &record.lead, &record.caveat].into_iter().chain(&record.before).chain(&record.not_meant)
        {
            let line = self.line(text);
            self.writer.check(text, &cited, line);
        }
        if record.not_meant.is_empty() {
            self.find("title", "缺少 not_meant：这个结果不代表什么");
        }
        self.scope.tables = record.table.iter().map(|table| table.id.clone()).collect();
        let questions: Vec<Question> = record.question.into_iter().map(|question| self.question(question)).collect();
        let tables = record.table.into_iter().map(|table| self.table(table)).collect();
        let values = record
            .value
            .into_iter()
            .map(|value| {
                let formula = self.formula(&value.formula);
                self.scope.numbers.push(value.id.clone());
                Named { id: value.id, formula, decimals: value.decimals }
            })
            .collect();
        let reasons = record
            .reason
            .into_iter()
            .map(|reason| {
                let when = self.formula(&reason.when);
                for text in [&reason.name, &reason.text, &reason.rule] {
                    self.read_text(text);
                }
                let ReasonRecord { name, text, rule, points, .. } = reason;
                Reason { when, name, text, rule, points }
            })
            .collect();
        let groups = if plan {
            record
                .group
                .into_iter()
                .map(|group| {
                    let outcomes = self.outcomes(&group.id, group.outcome, plan);
                    Group { id: group.id, title: group.title, icon: group.icon, outcomes }
                })
                .collect()
        } else {
            let outcomes = self.outcomes(&record.id, record.outcome, plan);
            vec![Group { id: record.topic.clone(), title: record.name, icon: record.icon, outcomes }]
        };
        if !plan {
            self.writer.links.push((1, format!("/screening/{}", record.topic)));
        } else {
            let links = groups.iter().map(|group| (1, format!("/screening/{}", group.id))).collect::<Vec<_>>();
            self.writer.links.extend(links);
        }
        Check {
            id: record.id,
            version: record.version,
            letters: record.letters,
            title: record.title,
            lead: record.lead,
            rule: record.rule,
            cited,
            before: record.before,
            caveat: record.caveat,
            not_meant: record.not_meant,
            topic: record.topic,
            review,
            questions,
            tables,
            values,
            reasons,
            groups,
            codes: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn question(&mut self, record: QuestionRecord) -> Question {
        let id = record.id.clone();
        let fits =
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !fits || self.scope.questions.contains(&id) || ["at", "go", "tried", "changing"].contains(&id.as_str()) {
            self.find(&record.text, format!("问题的 id = \"{id}\" 要用小写字母、数字、下划线，不能重复"));
        }
        for text in [&record.text, &record.hint, &record.why, &record.missing, &record.invalid] {
            self.read_text(text);
        }
        let line = self.line(&record.text);
        let cited = self.writer.cite(&record.sources, line);
        if !record.why.is_empty() && cited.is_empty() {
            self.find(&record.why, "why 要有来源：sources = [\"S01\"]");
        }
        let when = self.formula(&record.when);
        let number = record.kind == QuestionKind::Number;
        if number {
            let limits = record.least.zip(record.most).is_some_and(|(least, most)| least < most);
            if !limits || record.units.is_empty() || record.example.is_empty() || !record.choices.is_empty() {
                self.find(&record.text, "数字题要有 units、least、most（小于 most）和 example，没有 choices");
            }
            self.scope.numbers.push(id.clone());
        } else {
            if record.choices.len() < 2 && record.kind == QuestionKind::One || record.choices.is_empty() {
                self.find(&record.text, "选择题要有 choices");
            }
            if (record.kind == QuestionKind::Many) == record.none.is_empty() {
                self.find(&record.text, "多选题要有 none（都没有），单选题没有");
            }
            for choice in &record.choices {
                let name = format!("{id}.{}", choice.id);
                if Slug::parse(&choice.id).is_none() || self.scope.choices.contains(&name) {
                    self.find(
                        &choice.text,
                        format!("选项的 id = \"{}\" 要用小写字母、数字、连字符，不能重复", choice.id),
                    );
                }
                self.scope.choices.push(name);
            }
            for choice in &record.choices {
                self.read_text(&choice.text);
                self.read_text(&choice.hint);
            }
        }
        self.scope.questions.push(id.clone());
        let valid = self.formula(&record.valid);
        if valid.is_empty() != record.invalid.is_empty() {
            self.find(&record.text, "valid 和 invalid 要一起写");
        }
        let QuestionRecord { id, kind, text, short, hint, why, choices, none, unknown, units, .. } = record;
        let QuestionRecord { example, otherwise, missing, invalid, .. } = record;
        let (least, most) = (record.least.unwrap_or_default(), record.most.unwrap_or_default());
        Question {
            id,
            kind,
            text,
            short,
            hint,
            why,
            cited,
            choices,
            none,
            unknown,
            units,
            least,
            most,
            example,
            when,
            otherwise,
            missing,
            valid,
            invalid,
        }
    }

    fn table(&mut self, record: TableRecord) -> Table {
        if record.rows.is_empty() || !record.rows.is_sorted_by(|a, b| a.0 < b.0) {
            self.find(&record.id, "[[table]] 的 rows 要从小到大");
        }
        let (from, value) = record.rows.into_iter().unzip();
        Table { id: record.id, from, value }
    }

    fn outcomes(&mut self, group: &str, records: Vec<OutcomeRecord>, plan: bool) -> Vec<Outcome> {
        let certain: Vec<&OutcomeRecord> = records.iter().filter(|record| !record.unsure).collect();
        if certain.last().is_none_or(|last| !last.when.is_empty())
            || certain.iter().rev().skip(1).any(|one| one.when.is_empty())
        {
            self.find(group, format!("{group}：最后一个 [[outcome]] 不写 when，前面的都要写"));
        }
        if records.iter().filter(|record| record.unsure).count() != 1 {
            self.find(group, format!("{group}：要有一个 unsure = true 的结果，给答“不知道”的人"));
        }
        let mut bands: Vec<u16> = records.iter().map(|record| record.band).collect();
        bands.sort_unstable();
        if !plan && bands.windows(2).any(|two| two[0] == two[1]) {
            self.find(group, format!("{group}：每个结果的 band 都要不同，结果码才分得开"));
        }
        records.into_iter().map(|record| self.outcome(record, plan)).collect()
    }

    fn outcome(&mut self, record: OutcomeRecord, plan: bool) -> Outcome {
        let when = self.formula(&record.when);
        let line = self.line(&record.title);
        let cited = self.writer.cite(&record.sources, line);
        if record.next.is_empty() {
            self.find(&record.title, "每个结果都要有下一步：next = [{ title = \"…\", text = \"…\" }]");
        }
        if record.band > MOST_URGENT || plan != record.due.is_some() || plan != record.short.is_empty() {
            self.find(&record.title, "band 是 0 到 10；自查的结果要有 short，计划的结果要有 due");
        }
        if plan && (record.level != CareLevel::Routine) != (record.due == Some(Due::See)) {
            self.find(&record.title, "计划里要看医生的（level 是 urgent 或 emergency）写 due = \"see\"，别的不写");
        }
        if !record.service.is_empty() && !self.words.services.iter().any(|known| known.value == record.service) {
            self.find(&record.title, format!("services.toml 里没有“{}”", record.service));
        }
        for text in [&record.title, &record.text, &record.care].into_iter().chain(&record.items) {
            self.read_text(text);
        }
        let next = record.next.into_iter().map(|step| self.step(step)).collect();
        let onward = Onward { within: record.within, department: record.department, service: record.service };
        Outcome {
            id: record.id,
            band: record.band,
            when,
            early: record.early,
            unsure: record.unsure,
            due: record.due,
            title: record.title,
            text: record.text,
            short: record.short,
            level: record.level,
            care: record.care,
            items: record.items,
            onward,
            next,
            cited,
        }
    }

    fn step(&mut self, record: StepRecord) -> Point {
        self.read_text(&record.title);
        self.read_text(&record.text);
        let mut text = Vec::new();
        if !record.text.is_empty() {
            text.push(Span::Text(record.text));
        }
        if record.link.is_empty() != record.words.is_empty() {
            self.find(&record.title, "link 和 words 要一起写");
        }
        if !record.link.is_empty() {
            if record.link.starts_with('/') {
                let line = self.line(&record.link);
                self.writer.links.push((line, record.link.clone()));
            }
            text.push(Span::Link(record.words, record.link));
        }
        Point { title: record.title, text }
    }
}
