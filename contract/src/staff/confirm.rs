//! What asks before it is done, and what was just done, in words for staff.

use super::Staff;
use crate::appointments::words;
use serde::{Deserialize, Serialize};

/// The field of a form that wants to be asked about before it is carried out.
pub const ASK: &str = "ask";

/// A question before something that cannot be taken back with one tap.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConfirmPage {
    /// Who is signed in.
    pub staff: Staff,
    /// The question, with whom it concerns.
    pub question: String,
    /// What it does.
    pub effects: Vec<String>,
    /// The word on the button.
    pub yes: String,
    /// Where the form is sent.
    pub action: String,
    /// What it carries.
    pub fields: Vec<(String, String)>,
}

words! {
    /// What a form of the console did, as the page that follows tells it once.
    JustDone {
        /// A follow-up was made.
        Make = "make",
        /// It was recorded that somebody is there.
        Arrive = "arrive",
        /// It was recorded that somebody was seen.
        Attend = "attend",
        /// It was recorded that somebody did not come.
        Miss = "miss",
        /// What was recorded last was taken back.
        Unrecord = "unrecord",
        /// A call was recorded.
        Call = "call",
        /// A call was taken back.
        Uncall = "uncall",
        /// A call was recorded under a number that is not the person's.
        WrongNumber = "wrong-number",
        /// The message was marked as sent.
        Sent = "sent",
        /// That mark was taken back.
        Unsent = "unsent",
        /// A note was written.
        Note = "note",
        /// A question was answered.
        Answer = "answer",
        /// A step was ended together with the end of the follow-up.
        Outcome = "outcome",
        /// A step was ended and the next one opened.
        NextStep = "next-step",
        /// A time was booked for the patient.
        Book = "book",
        /// The patient's appointment was cancelled.
        Cancel = "cancel",
        /// The follow-up was offered to another hospital.
        Refer = "refer",
        /// It was taken over.
        TakeOver = "take-over",
        /// It was handed back.
        HandBack = "hand-back",
        /// The follow-up was given back after it had been taken over.
        Return = "return",
        /// The offer was taken back.
        Recall = "recall",
        /// The follow-up was ended.
        Withdraw = "withdraw",
        /// Its link was replaced.
        Relink = "relink",
        /// Its link was opened again.
        Unlock = "unlock",
        /// It was changed.
        Edit = "edit",
        /// A request for nursing at home was assessed.
        Assess = "assess",
        /// A visit was planned.
        Plan = "plan",
        /// The outcome of a visit was recorded.
        Visit = "visit",
        /// A request for nursing at home was cancelled for the patient.
        CancelCare = "cancel-care",
        /// A person's data was deleted.
        Erase = "erase",
        /// Clinics were closed.
        Close = "close",
        /// A closing was taken back.
        UndoClosing = "undo-closing",
        /// The timetable was changed.
        Timetable = "timetable",
        /// An account was shut.
        Disable = "disable",
        /// An account got other roles.
        Roles = "roles",
        /// The form had come before: nothing was done now.
        Repeated = "repeated",
    }
}

/// What was just done, as the page that follows tells it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What.
    pub done: JustDone,
    /// What came of it, where that is not said by what was done; else empty.
    pub came: String,
    /// How the person is greeted whom it concerns, where the page is not theirs; else empty.
    pub name: String,
    /// How it is taken back; none of what has its own way back, or none.
    pub undo: Option<Undo>,
}

impl From<JustDone> for Told {
    fn from(done: JustDone) -> Self {
        Self { done, came: String::new(), name: String::new(), undo: None }
    }
}

/// How a call that was just recorded is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The follow-up.
    pub followup: String,
    /// The call.
    pub call: String,
    /// The list that its form led back to; empty for the person's page.
    pub from: String,
    /// Whether the person stands open beside that list.
    pub open: bool,
}

impl Told {
    /// As staff read it, with the person and what came of it.
    pub fn words(&self) -> String {
        let whom = if self.name.is_empty() { String::new() } else { [self.name.as_str(), "："].concat() };
        let done = self.done.told();
        if self.came.is_empty() {
            return [whom.as_str(), done].concat();
        }
        [whom.as_str(), done.trim_end_matches('。'), "：", self.came.as_str(), "。"].concat()
    }
}

impl JustDone {
    /// As staff read it: what became of it, and what is left to do.
    pub fn told(self) -> &'static str {
        match self {
            Self::Repeated => "这一步以前做过了，没有再做一次。请看现在的情况；还没有告诉病人的，请告诉。",
            Self::Make => "建好了，还没有发给病人。请复制下面的短信发出去。",
            Self::Arrive => "登记了：到了。",
            Self::Attend => "登记了：已就诊。",
            Self::Miss => "登记了：没来。",
            Self::Unrecord => "撤回了，回到上一步。",
            Self::Call => "电话记下了。",
            Self::Uncall => "电话撤回了，和记以前一样。",
            Self::WrongNumber => "电话记下了。号码不对：请更正手机号，更正以前链接停用，人在“要处理”里。",
            Self::Sent => "记下了：短信发出去了。点错了，可以撤回。",
            Self::Unsent => "撤回了：短信还没有发。",
            Self::Note => "备注记下了。",
            Self::Answer => "回答好了，病人打开链接就能看到。",
            Self::Outcome => "结果记下了。",
            Self::NextStep => "结果和下一步记下了。系统不发短信，请告诉病人：复制下面的短信发出去，或者照着打电话说。",
            Self::Book => "约好了。系统不发短信，请在电话里告诉病人时间。",
            Self::Cancel => "预约取消了，现在没有约。请在电话里约好新时间。",
            Self::Refer => "转过去了，等对方接收。接收以前还是我们负责。",
            Self::TakeOver => "接收好了，现在由我们负责。请把新链接发给病人。",
            Self::HandBack => "没有接收，对方会看到。还是对方负责。",
            Self::Return => "退回去了，现在由对方负责。",
            Self::Recall => "转诊撤回了，还是我们负责。",
            Self::Withdraw => "随访结束了，约过时间的，已经退掉。",
            Self::Relink => "换好了，旧链接打不开了。请把下面的短信再发给病人。",
            Self::Unlock => "链接打开了，病人可以再试。",
            Self::Edit => "改好了。",
            Self::Assess => "评估记下了。系统不发短信，请打电话告诉病人。",
            Self::Plan => "排好了。系统不发短信，请打电话告诉病人。",
            Self::Visit => "上门的结果记下了。",
            Self::CancelCare => "申请取消了，排好的上门也取消了。",
            Self::Erase => "资料删掉了，约过时间的，已经退掉。",
            Self::Close => "停诊登记好了。约了的人在“要处理”里，请打电话告诉他们。",
            Self::UndoClosing => {
                "停诊撤销了，这些时间又可以约。已经取消的预约没有恢复：还没有新时间的人在“要处理”里，请打电话。"
            }
            Self::Timetable => "排班改好了。",
            Self::Disable => "账号停用了，马上不能再用。",
            Self::Roles => "角色改好了，马上起作用。",
        }
    }
}
