//! Reading the files of the content folder, and collecting what is wrong with them.

use std::fmt;
use std::path::{Path, PathBuf};
use zaoshai_contract::civil::CivilDate;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is untrue, unbacked or broken: it is not served.
    Mistake,
    /// Something is weaker than it should be: it is served, and an editor has work to do.
    Gap,
}

/// What is wrong with a content file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, as it was found from the content folder.
    pub file: PathBuf,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong, and what would be right, in the words of the editors.
    pub message: String,
    /// Whether it stops the start.
    pub weight: Weight,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Mistake => "错误",
            Weight::Gap => "待办",
        };
        write!(f, "{}:{}: {weight}：{}", self.file.display(), self.line, self.message)
    }
}

/// Where the files of the demonstration stand in the content folder.
pub(super) const LAYER: &str = "demonstration";

/// Which content is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// What is served.
    #[default]
    Usual,
    /// The same with the fictitious hospitals of the demonstration laid over it.
    Demonstration,
}

/// Reads files below the content folder and collects what is wrong with them.
pub(super) struct Reader {
    folder: PathBuf,
    edition: Edition,
    /// The day by which overdue reviews are judged.
    pub(super) today: CivilDate,
    /// What was found so far.
    pub(super) findings: Vec<Finding>,
    digest: sha2::Sha256,
}

impl Reader {
    pub(super) fn new(folder: &Path, today: CivilDate) -> Self {
        Self {
            folder: folder.to_owned(),
            edition: Edition::Usual,
            today,
            findings: Vec::new(),
            digest: sha2::Digest::new(),
        }
    }

    /// The same for an edition.
    pub(super) fn of_edition(folder: &Path, today: CivilDate, edition: Edition) -> Self {
        Self { edition, ..Self::new(folder, today) }
    }

    /// Which content is read.
    pub(super) fn edition(&self) -> Edition {
        self.edition
    }

    /// Where a file stands: in the demonstration's folder when it is read and has one of this name.
    fn place(&self, file: &Path) -> PathBuf {
        if self.is_fictitious(file) { Path::new(LAYER).join(file) } else { file.to_owned() }
    }

    /// Whether a file is the demonstration's.
    pub(super) fn is_fictitious(&self, file: &Path) -> bool {
        self.edition == Edition::Demonstration && self.folder.join(LAYER).join(file).exists()
    }

    /// A register that the demonstration only adds to: the file of the usual content, then the demonstration's own.
    pub(super) fn texts(&mut self, file: &Path) -> Option<Vec<String>> {
        let edition = std::mem::take(&mut self.edition);
        let usual = self.text(file);
        self.edition = edition;
        let mut texts = vec![usual?];
        if self.is_fictitious(file) {
            texts.push(self.text(file)?);
        }
        Some(texts)
    }

    /// Notes a mistake.
    pub(super) fn find(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>) {
        self.note(file, line, message, Weight::Mistake);
    }

    /// Notes a gap.
    pub(super) fn gap(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>) {
        self.note(file, line, message, Weight::Gap);
    }

    fn note(&mut self, file: impl AsRef<Path>, line: usize, message: impl Into<String>, weight: Weight) {
        let file = self.place(file.as_ref());
        self.findings.push(Finding { file, line, message: message.into(), weight });
    }

    pub(super) fn text(&mut self, file: &Path) -> Option<String> {
        match std::fs::read_to_string(self.folder.join(self.place(file))) {
            Ok(text) => {
                sha2::Digest::update(&mut self.digest, text.as_bytes());
                // Editors on Windows begin with a mark and end lines with two characters; nobody sees spaces at an end.
                let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
                Some(lines.flat_map(|line| [line, "\n"]).collect())
            }
            Err(error) => {
                self.find(file, 0, format!("读不出来：{error}"));
                None
            }
        }
    }

    /// True when there is such a file; what a hospital may leave out is asked for first.
    pub(super) fn has(&self, file: &Path) -> bool {
        self.folder.join(self.place(file)).is_file()
    }

    pub(super) fn toml<T: serde::de::DeserializeOwned>(&mut self, file: &Path) -> Option<T> {
        let text = self.text(file)?;
        self.parse_toml(file, &text, 1)
    }

    /// Reads TOML that stands in `file` from `first_line` on.
    pub(super) fn parse_toml<T: serde::de::DeserializeOwned>(
        &mut self,
        file: &Path,
        text: &str,
        first_line: usize,
    ) -> Option<T> {
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(text, span.start) - 1);
                self.find(file, first_line + line, format!("格式不对：{}", in_chinese(error.message())));
                None
            }
        }
    }

    /// The files of a folder with this ending, in order of their names; none when there is no such folder.
    pub(super) fn files(&mut self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let layer = Path::new(LAYER).join(folder);
        let folders = [Some(PathBuf::from(folder)), (self.edition == Edition::Demonstration).then_some(layer)];
        let mut files = Vec::new();
        for place in folders.into_iter().flatten() {
            match std::fs::read_dir(self.folder.join(&place)) {
                Ok(entries) => files.extend(
                    entries
                        .filter_map(Result::ok)
                        .map(|entry| Path::new(folder).join(entry.file_name()))
                        .filter(|path| path.extension().is_some_and(|found| found == ending)),
                ),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => self.find(place, 0, format!("读不出来：{error}")),
            }
        }
        files.sort();
        files.dedup();
        files
    }

    pub(super) fn version(&self) -> String {
        let digest: [u8; 32] = sha2::Digest::finalize(self.digest.clone()).into();
        hex::encode(&digest[..8])
    }
}

/// What the TOML reader says, as far as editors meet it often, in their words.
fn in_chinese(message: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        format!("缺少 {name}（missing field `{name}`）")
    } else if message.starts_with("unknown field") {
        format!("没有 {name} 这一项（{message}）")
    } else if message.starts_with("invalid type") {
        format!("写法不对，字要加引号，数字不加（{message}）")
    } else if message.starts_with("unknown variant") {
        format!("没有“{name}”这种，只能用后面列出的（{message}）")
    } else if message.starts_with("invalid value") {
        format!("数字太大、太小，或不是整数（{message}）")
    } else if message.contains("duplicate key") {
        format!("同一项写了两次（{message}）")
    } else {
        format!("标点或引号不对，要用英文的（{message}）")
    }
}

/// The line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
