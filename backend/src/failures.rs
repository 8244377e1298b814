//! What goes wrong in a request. What the person reads and what the log holds are different texts:
//! the code decides the first, the cause stays in the second.

use crate::db;
use zaoshai_contract::problem::{Code, FieldError, Problem};

/// A request that could not be answered as asked.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What it is for the person and the program.
    pub code: Code,
    /// The fields that were not understood.
    pub errors: Vec<FieldError>,
    /// What it is for the log; never personal data.
    pub cause: Option<String>,
}

/// A result whose failure can be shown.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self { code, errors: Vec::new(), cause: None }
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        let code = match &error {
            error if error.is_outage() => Code::Unavailable,
            db::Error::Broken(_) => Code::Unreadable,
            db::Error::HandedOver => return Code::HandedOver.into(),
            db::Error::NotIn(code) => return (*code).into(),
            db::Error::MoreThanAsked => return Code::Changed.into(),
            db::Error::Sql(_) | db::Error::Refused(_) => Code::Internal,
        };
        Self { code, errors: Vec::new(), cause: Some(error.to_string()) }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { code: Code::Internal, errors: Vec::new(), cause: Some(format!("{error:#}")) }
    }
}

impl Failure {
    /// A form whose fields were not understood.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self { code: Code::InvalidInput, errors, cause: None }
    }

    /// A form of which one field was not understood.
    pub fn field(name: &str, message: &str) -> Self {
        Self::fields(vec![FieldError { field: name.to_owned(), message: message.to_owned() }])
    }

    /// Whether something is wrong on our side, rather than with what was sent.
    pub fn is_ours(&self) -> bool {
        self.code.status() >= 500 || self.code == Code::Unreadable
    }

    /// The problem document, with the hospital's phone and the request's id.
    pub fn problem(&self, phone: &str, request_id: &str) -> Problem {
        let (title, detail, kept) = words(self.code);
        Problem {
            kind: "about:blank".to_owned(),
            code: self.code,
            title: title.to_owned(),
            status: self.code.status(),
            detail: detail.to_owned(),
            kept: kept.to_owned(),
            phone: phone.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        }
    }
}

/// What happened, what to do next, and what was kept.
fn words(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::NotFound => ("没有这个页面", "网址可能抄错了，或者页面已经换了地方。请从首页找，或打电话问。", ""),
        Code::MethodNotAllowed => ("这个地址不能这样用", "请回到上一页，再试一次。", ""),
        Code::BadRequest => ("这个请求读不懂", "请回到上一页，再试一次。", "什么都没有改动。"),
        Code::NotAcceptable => ("您的浏览器不收网页的格式", "请换一个浏览器再试，或打电话问。", ""),
        Code::TooSlow => ("内容没有传完", "网络太慢。请换个信号好的地方，再试一次。", "什么都没有改动。"),
        Code::TooLong => ("网址太长了", "请从首页找，或打电话问。", "什么都没有改动。"),
        Code::BadBody => ("收到的内容读不懂", "请回到上一页，再填一次。", "什么都没有改动。"),
        Code::TooLarge => ("内容太大了", "请写短一点，再试一次。", "什么都没有改动。"),
        Code::UnsupportedMedia => ("内容的格式不对", "请用网页上的表单填写。", "什么都没有改动。"),
        Code::InvalidInput => ("有地方要改一下", "请看下面写明的地方，改好再提交。", "您填的都还在。"),
        Code::ForeignOrigin => ("这一步不是从本站发出的", "请直接打开护士发给您的链接，再做一次。", "什么都没有改动。"),
        Code::TooMany => ("操作太快了", "请等一分钟，再试一次。急事请打电话。", "您之前做的都还在。"),
        Code::TooManyQuestions => {
            ("您已经有 10 个问题在等回答", "护士回答以后，可以再问。急事请打电话。", "以前问的都还在，护士看得到。")
        }
        Code::TooManyRequests => {
            ("这个电话已经有 3 个申请在办", "护士会打电话给您。要改要加，请直接打电话。", "以前申请的都还在。")
        }
        Code::TooManyFromHere => (
            "从这个网络提交的申请太多了",
            "这一次没有提交。请直接打电话申请，或过一小时再试。",
            "您填的都还在，以前申请的也都在。",
        ),
        Code::LinkUnknown => {
            ("这个链接打不开", "链接可能没有复制完整，或者护士换了新链接。请再看一次短信，或打电话问。", "")
        }
        Code::LinkExpired => ("这个链接过期了", "请打电话给医院，护士会发新的链接给您。", "已经约好的，医院都有记录。"),
        Code::LinkWithdrawn => ("这次随访已经结束", "医院结束了这次随访。有疑问，请打电话问护士。", ""),
        Code::LinkReplaced => {
            ("这个链接换成新的了", "请用医院后来发给您的新链接。没有收到，请打电话问。", "您的安排都还在。")
        }
        Code::LinkErased => {
            ("资料已经删除", "这里没有您的资料了。预约已经取消，护士不再联系您。", "病历里的记录不归这里管，没有删。")
        }
        Code::LinkLocked => {
            ("为了安全，链接先锁住了", "后四位试错了 5 次。请打电话给医院，护士会帮您打开。", "已经约好的不变。")
        }
        Code::WrongEnding => ("后四位对不上", "请填您留给医院的那个手机号的最后四位数字。", "什么都没有改动。"),
        Code::HelperEnded => {
            ("您的代办已经取消", "您不能再替病人办。请病人本人来办，或打电话问。", "病人的安排没有变。")
        }
        Code::IdentifyFirst => ("请先核对手机号", "请填手机号的最后四位，再继续。", "已经约好的不变。"),
        Code::SlotTaken => ("这个时间刚被别人约走了", "请在下面另选一个时间。", "您原来的安排没有变。"),
        Code::SlotPast => ("这个时间已经过了", "请在下面另选一个时间，或打电话问。", "您原来的安排没有变。"),
        Code::SlotUnknown => ("没有找到您选的时间", "请在下面重新选一个时间。", "您原来的安排没有变。"),
        Code::AlreadyBooked => ("您已经约好了", "要换时间，请点“改时间”。", "您原来的预约没有变。"),
        Code::NotBooked => ("现在没有可以改的预约", "请看下面现在的安排。", ""),
        Code::HoldLapsed => ("为您留的时间过了", "这个位置已经放出去了。请再选一个时间。", "您原来的安排没有变。"),
        Code::SlotClosed => ("这个时间医院停诊了", "请在下面另选一个时间，或打电话问。", "您原来的安排没有变。"),
        Code::TooLate => {
            ("离开始太近，网上不能约、不能改了", "请另选一个时间。要约、要改这个，请打电话。", "您原来的安排没有变。")
        }
        Code::BeforeDue => {
            ("这个时间早于医院请您来的日子", "请另选一个时间。要更早来，请打电话。", "您原来的安排没有变。")
        }
        Code::NothingEarlier => {
            ("等不到更早的时间了", "现在能约的已经是最早的时间，请在下面选一个，或打电话问。", "您原来的安排没有变。")
        }
        Code::TooEarly => ("还没有到可以这样做的时候", "请看时间，到时再试一次。", "什么都没有改动。"),
        Code::NotAgreed => ("还有要您确认的", "请看清楚，打勾，再点确认。", "时间还为您留着。"),
        Code::NoStep => ("现在没有要约的项目", "下一步由医院安排，定了会告诉您。", ""),
        Code::Changed => ("别人刚刚改过", "请看下面的新内容，再决定要不要改。", "您填的都还在。"),
        Code::Unreadable => (
            "医院存的记录有一部分读不出",
            "这一步网上现在办不了。请打电话给医院，请护士查看、改好。",
            "已经约好的都还在。",
        ),
        Code::HandedOver => ("这个人现在由别的医院负责", "要改，请打电话给那家医院。", "什么都没有改动。"),
        Code::NotAllowed => ("您的账号没有这个权限", "请找有权限的同事，或找管理员。", "什么都没有改动。"),
        Code::SignedInAsStaff => {
            ("您现在登录着工作台", "在这里不能替病人操作。请在工作台里办，或先退出登录。", "什么都没有改动。")
        }
        Code::KeyReused => ("这一步已经提交过", "请刷新页面，看现在的安排。", "已经约好的不变。"),
        Code::WrongLogin => {
            ("用户名或密码不对", "请再输入一次。错了 5 次，要等 15 分钟再试。忘记了，请找医院的管理员。", "")
        }
        Code::ChangePassword => ("请先改密码", "这个密码是别人给的。请在工作台换成您自己的，再继续。", ""),
        Code::SignInFirst => ("请先登录", "登录之后再继续。", ""),
        Code::TimedOut => ("系统太忙，没有来得及回答", "请再试一次。重复提交不会约两次。", "您填的都还在。"),
        Code::Unavailable => (
            "系统暂时连不上",
            "刚才这一步可能没有做成。请过几分钟再试一次，重复提交不会约两次。急事请打电话。",
            "已经约好的都还在。",
        ),
        Code::Internal => ("系统出了问题", "我们已经记下来了。请过几分钟再试，急事请打电话。", "已经约好的都还在。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_without_an_appointment_is_told_of_theirs() {
        for code in Code::ALL.iter().filter(|code| **code != Code::AlreadyBooked) {
            let problem = Failure::from(*code).problem("", "id");
            for claim in ["您的预约", "您之前的预约", "您以前约好的", "您原来的预约"] {
                assert!(!problem.kept.contains(claim), "{code:?} says {}", problem.kept);
            }
        }
    }

    #[test]
    fn every_problem_says_what_happened_and_what_to_do() {
        for code in Code::ALL {
            let problem = Failure::from(*code).problem("0731-28307119", "id");
            assert!(!problem.title.is_empty() && !problem.detail.is_empty(), "{code:?}");
            assert_eq!(problem.status, code.status());
            let long = problem.detail.split(['。', '，']).any(|sentence| sentence.chars().count() > 25);
            assert!(!long, "{code:?} speaks in long sentences");
        }
    }
}
