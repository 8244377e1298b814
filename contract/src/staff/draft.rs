//! What somebody had typed when it could not be taken: the session was over, or the server could not be reached.

use super::Staff;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// The address under which a login carries a draft on, sealed; nothing answers there.
pub const DRAFT: &str = "/staff/draft?";

/// The hidden field in which every form of the console names the account that sees it.
pub const BY: &str = "by";

/// The page on which a draft is read once more and sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftPage {
    /// Who is signed in, where that is known.
    pub staff: Option<Staff>,
    /// Of whom it is, by name and number, where that is known.
    pub whom: String,
    /// Where the form is sent.
    pub action: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// Why it was not taken; none after a login.
    pub problem: Option<Problem>,
}

/// The fields that people type, with what they are called.
const LABELS: &[(&str, &str)] = &[
    ("name", "称呼"),
    ("phone", "手机号"),
    ("reason", "原因"),
    ("step-reason", "下一步为什么来"),
    ("due_from", "最早"),
    ("due_to", "最晚"),
    ("letter", "自己写的信"),
    ("note", "备注"),
    ("answer", "回答"),
    ("prepare", "请病人准备"),
    ("first", "从哪天"),
    ("last", "到哪天"),
    ("display", "怎么称呼"),
    ("expert", "专家姓名"),
    ("home", "专家的医院"),
    ("speciality", "专长"),
    ("room", "地点"),
    ("day", "哪天"),
    ("from", "从几点"),
    ("to", "到几点"),
];

/// What a field that people type is called; none for a field that the form itself fills.
pub fn label(field: &str) -> Option<&'static str> {
    LABELS.iter().find(|(name, _)| *name == field).map(|(_, label)| *label)
}

/// Whether anything in a form would have to be typed again. A form that was sure is never carried on: it is asked anew.
pub fn is_typed(fields: &[(String, String)]) -> bool {
    let sure = fields.iter().any(|(name, value)| name == "sure" && value == "yes");
    !sure && fields.iter().any(|(name, value)| !value.trim().is_empty() && label(name).is_some())
}

/// What a form does, by the last part of its address.
pub fn purpose(action: &str) -> &'static str {
    match action.rsplit('/').next().unwrap_or_default() {
        "followups" => "新建随访",
        "edit" => "改随访",
        "call" => "记一个电话",
        "note" => "写备注",
        "answer" => "回答提问",
        "outcome" => "填结果",
        "book" => "替病人约时间",
        "refer" => "转给别的医院",
        "hand-back" => "不接收转诊",
        "closures" => "停诊",
        "accounts" => "新账号",
        "assess" => "评估上门护理",
        "plan" => "排上门时间",
        "templates" => "加每周的号",
        "closings" => "停几天",
        "extras" => "加号",
        "visits" => "外院专家",
        _ => "表单",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_words_of_anybody_is_nothing_to_keep() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert!(is_typed(&[field("key", "k"), field("note", "下午再打")]));
        assert!(!is_typed(&[field("key", "k"), field("note", " "), field("action", "arrive")]));
        assert!(!is_typed(&[field("reason", "by-phone"), field("sure", "yes")]), "a deletion is asked about anew");
    }
}
