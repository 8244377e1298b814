//! What is asked before a form is carried out: whom it concerns and what it does, where what was chosen in it cannot be
//! taken back with one tap.

use super::make::told_of;
use super::{html, own, referrals, sharing};
use crate::app::App;
use crate::db::followups::Record;
use crate::failures::Result;
use crate::routes::body::Form;
use axum::http::StatusCode;
use axum::response::Response;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome};
use zaoshai_contract::home_care::Outcome as CareOutcome;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::confirm::ConfirmPage;
use zaoshai_contract::staff::{SEEN, Staff, StaffPage};

/// What the end of a follow-up does.
fn ends(record: &Record) -> Vec<String> {
    let gives_back = record.firm().map(|latest| format!("约好的 {} 会退掉，给别人。", when(latest.slot.starts)));
    let then = ["病人打开链接，会看到随访已经结束。", "不再出现在“要处理”里。可以重新打开。"];
    gives_back.into_iter().chain(owned(&then)).collect()
}

/// A question in words.
struct Question {
    asks: String,
    effects: Vec<String>,
    yes: String,
}

/// Whether the answer was no: the form stands there again as it was typed.
pub(super) fn is_declined(form: &Form) -> bool {
    form.get("ask") == "no"
}

/// Whether the form wants to be asked about before it is carried out.
fn is_asked(form: &Form) -> bool {
    form.get("ask") == "yes"
}

fn when(starts: Moment) -> String {
    zaoshai_app::text::moment(Lang::Hans, starts)
}

fn owned(effects: &[&str]) -> Vec<String> {
    effects.iter().map(|effect| (*effect).to_owned()).collect()
}

/// The page of the question before a form of a follow-up; none where it can be carried out, or refused, at once.
pub(super) async fn before(app: &App, staff: &Staff, id: &str, deed: &str, form: &Form) -> Result<Option<Response>> {
    if !is_asked(form) {
        return Ok(None);
    }
    let record = own(app, staff, id).await?;
    let name = app.reading(&record.id, "name", &record.name_sealed);
    let question = match deed {
        "cancel" => cancel(&record, &name, form),
        "refer" => refer(app, staff, &name, form),
        "return" => give_back(app, &record, &name, form).await?,
        "call" => CallOutcome::parse(form.get("outcome")).filter(|outcome| outcome.ending().is_some()).map(|outcome| {
            let asks = format!("{name}：{}。结束随访吗？", outcome.title());
            Question { asks, effects: ends(&record), yes: format!("结束{name}的随访") }
        }),
        "outcome" if form.get("next") == "end" && Outcome::parse(form.get("outcome")).is_some() => {
            Ending::parse(form.get("ending")).map(|ending| Question {
                asks: format!("{name}：{}。结束随访吗？", ending.title()),
                effects: ends(&record),
                yes: format!("结束{name}的随访"),
            })
        }
        _ => None,
    };
    let path = format!("/staff/followups/{id}/{deed}");
    Ok(question.map(|question| page(app, staff, question, path, (form, Some(record.version)))))
}

/// The question before somebody whose data were deleted at this hospital gets a new link or is taken over; none where
/// they were not, or where it was answered.
pub(super) async fn before_anew(
    app: &App,
    staff: &Staff,
    id: &str,
    deed: &str,
    form: &Form,
) -> Result<Option<Response>> {
    if form.get("anew") == "yes" || is_declined(form) {
        return Ok(None);
    }
    let share = sharing::find(app, staff, id).await?;
    let Some(mark) = share.mark(app, &staff.hospital) else { return Ok(None) };
    let Some(erased) = app.db.was_erased(&staff.hospital, &mark, "").await? else { return Ok(None) };
    let name = share.name(app);
    let asks = if deed == "relink" {
        format!("还要给{name}换新链接吗？")
    } else {
        format!("还要接收{name}吗？")
    };
    let question = Question {
        asks,
        effects: vec![format!("{}。", told_of(erased, "点下面"))],
        yes: format!("问过了，{}", if deed == "relink" { "换新链接" } else { "接收" }),
    };
    let fields = [form.pairs(), &[("anew".to_owned(), "yes".to_owned())]].concat();
    Ok(Some(asked(app, staff, question, format!("/staff/followups/{id}/{deed}"), fields)))
}

fn cancel(record: &Record, name: &str, form: &Form) -> Option<Question> {
    let (why, what, then) = match form.get("whose") {
        "patient" => ("病人不能来", "位置马上放给别人。", "这个人回到“等回复”；过了最晚的日期还没有约，才到“要处理”。"),
        "clinic" => ("医院不能看", "病人打开链接，会看到医院取消了。", "约了新时间以前，这个人在“要处理”里。"),
        _ => return None,
    };
    let starts = record.firm()?.slot.starts;
    Some(Question {
        asks: format!("取消{name} {} 的预约吗？（{why}）", when(starts)),
        effects: owned(&[what, then, "系统不发短信，请打电话告诉病人。"]),
        yes: format!("取消{name}的预约"),
    })
}

fn refer(app: &App, staff: &Staff, name: &str, form: &Form) -> Option<Question> {
    let hospitals = referrals::alliance(&app.library(), &staff.hospital);
    let hospital = hospitals.into_iter().find(|hospital| hospital.id == form.get("hospital"))?;
    referrals::reason(form).ok()?;
    Some(Question {
        asks: format!("把{name}转给{}（{}）吗？", hospital.name, hospital.city),
        effects: owned(&[
            "对方的护士会看到：称呼、编号、为什么要来、紧急程度、可以约什么、时间段、转诊的原因和您的账号。要接收，得知道这些。",
            "看不到手机号、链接、结果信、备注和经过：接收以后才看得到。",
            "对方接收以前，还是我们负责，可以撤回。",
        ]),
        yes: format!("转给{}", hospital.name),
    })
}

async fn give_back(app: &App, record: &Record, name: &str, form: &Form) -> Result<Option<Question>> {
    let all = app.db.referrals(&record.id).await?;
    let Some(referral) = all.into_iter().find(|row| row.id == form.get("referral")) else { return Ok(None) };
    let hospital = referrals::hospital_name(&app.library(), &referral.from_hospital);
    Ok((!form.get("answer").trim().is_empty()).then(|| Question {
        asks: format!("把{name}退给{hospital}吗？"),
        effects: owned(&["马上由对方负责，我们不能再看。", "现在的链接会失效，由对方发新的。"]),
        yes: format!("退给{hospital}"),
    }))
}

/// The same before a form of a request for nursing at home.
pub(super) fn before_care(app: &App, staff: &Staff, (id, name): (&str, &str), form: &Form) -> Option<Response> {
    let outcome = CareOutcome::parse(form.get("outcome")).filter(|_| is_asked(form))?;
    if !matches!(outcome, CareOutcome::Refused | CareOutcome::Hospital) {
        return None;
    }
    let question = Question {
        asks: format!("{name}：{}。结束这个申请吗？", outcome.title()),
        effects: owned(&["申请结束，排好的上门也取消。", "再要上门，得重新申请。"]),
        yes: format!("结束{name}的申请"),
    };
    Some(page(app, staff, question, format!("/staff/home-care/{id}/outcome"), (form, None)))
}

/// The page of a question. What it was asked of stands in the answer, which counts for nothing else.
fn page(app: &App, staff: &Staff, question: Question, action: String, (form, seen): (&Form, Option<i64>)) -> Response {
    let pairs = form.pairs().iter().filter(|(name, _)| name != SEEN).cloned();
    let fields = pairs.chain(seen.map(|seen| (SEEN.to_owned(), seen.to_string()))).collect();
    asked(app, staff, question, action, fields)
}

fn asked(app: &App, staff: &Staff, question: Question, action: String, fields: Vec<(String, String)>) -> Response {
    let page = ConfirmPage {
        staff: staff.clone(),
        question: question.asks,
        effects: question.effects,
        yes: question.yes,
        action,
        fields,
    };
    html(app, "请确认", StatusCode::OK, &StaffPage::Confirm(Box::new(page)))
}
