//! The history in words, as a nurse reads it.

use crate::app::App;
use crate::content::Library;
use crate::db::followups::HistoryRow;
use crate::failures::Result;
use crate::pathway;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome};
use zaoshai_contract::staff::erasure::ErasureReason;
use zaoshai_contract::staff::{HistoryLine, Staff};

/// The relatives who act or acted for somebody, by id.
pub struct Helpers(Vec<(String, String)>);

impl Helpers {
    /// Those of a follow-up.
    pub async fn of(app: &App, followup: &str) -> Result<Self> {
        let rows = app.db.all_helpers(followup).await?;
        let named = rows.into_iter().map(|row| {
            let name = app.reading(&row.id, "helper", &row.name_sealed);
            (row.id, name)
        });
        Ok(Self(named.collect()))
    }

    /// The name of one; nothing once it was deleted.
    fn name(&self, id: &str) -> &str {
        self.0.iter().find(|(known, _)| known == id).map_or("", |(_, name)| name)
    }
}

/// A line in words, read today; whoever reads it is named as she is shown, and a relative by name.
pub fn in_words(
    library: &Library,
    staff: &Staff,
    helpers: &Helpers,
    today: CivilDate,
    line: &HistoryRow,
) -> HistoryLine {
    let helper = line.actor.strip_prefix(pathway::HELPER).map(|id| helpers.name(id));
    let who = match line.actor.as_str() {
        _ if helper.is_some_and(|name| !name.is_empty()) => format!("家人 {}（链接）", helper.unwrap_or_default()),
        _ if helper.is_some() => "家人（链接）".to_owned(),
        "patient" => "病人（链接）".to_owned(),
        "family" => "家人（链接）".to_owned(),
        "clock" => "系统".to_owned(),
        name if name == staff.name => staff.display.clone(),
        name => name.to_owned(),
    };
    let what = match line.action.as_str() {
        "make" => "新建随访",
        "hold" if line.detail == "offer" => "为候补留了时间",
        "hold" if line.detail == "replacement" => "停诊，留了新时间",
        "hold" => "占了时间，待确认",
        "book" if line.detail == "override" => "破例约了时间",
        "confirm" | "book" => "约了时间",
        "replace" => "退掉原来的时间",
        "release" if line.detail == "closed" => "停诊，留着的时间放开了",
        "release" => "放开了时间",
        "expire" => "没有确认，时间放开",
        "cancel" => "病人取消了预约",
        "cancel-for-clinic" if line.detail == "closed" => "停诊，取消了预约",
        "cancel-for-clinic" => "医院取消了预约",
        "arrive" => "登记：到了",
        "attend" => "登记：已就诊",
        "miss" => "登记：没有来",
        "unrecord" => "登记错了，撤回",
        "outcome" => "记录结果",
        "step" => "定了下一步",
        "end" => "结束随访",
        "close" => "结束随访，退掉预约",
        "call" => "打了电话",
        "uncall" => "上一个电话记错了，撤回",
        "note" => "写了备注",
        "ask" => "病人提问",
        "answer" => "回答了提问",
        "wait" => "加入候补",
        "unwait" => "不再候补",
        "add-helper" => "同意家人代办",
        "end-helper" => "取消家人代办",
        "erase" => "删除资料",
        "erase-place" => "删除资料，退掉预约",
        "lock" => "后四位错 5 次，链接锁住",
        "unlock" => "打开了链接",
        "edit" => "改了随访",
        "reopen" => "重新打开随访",
        "refer" => "转给别的医院，等接收",
        "take-over" => "接收了转来的病人",
        "hand-back" => "没有接收",
        "recall" => "撤回了转诊",
        "return" => "退回给转来的医院",
        "relink" => "换了新链接",
        "sent" => "短信发出去了",
        "unsent" => "没有发，撤回“已发”",
        other => other,
    };
    let hospital = library.clinic(&line.detail).map(|clinic| clinic.card.name.as_str());
    let detail = detail_in_words(&line.detail).or(hospital);
    let day = |date: CivilDate| {
        let year = if date.year() == today.year() { String::new() } else { format!("{}年", date.year()) };
        format!("{year}{}月{}日", date.month(), date.day())
    };
    let time = line.starts.map(Moment).map(|starts| {
        let minute = starts.minute_of_day();
        format!("{} {}:{:02}", day(starts.date()), minute / 60, minute % 60)
    });
    let again = line.again.as_deref().and_then(CivilDate::parse).map(|again| format!("{} 再打", day(again)));
    let more: Vec<String> = detail.map(str::to_owned).into_iter().chain(time).chain(again).collect();
    let what = if more.is_empty() { what.to_owned() } else { format!("{what}：{}", more.join("，")) };
    HistoryLine { at: Moment(line.at), who, what }
}

/// The words of a detail of the history.
pub(super) fn detail_in_words(detail: &str) -> Option<&'static str> {
    let reason = match detail {
        "time" => Some("时间不合适"),
        "unwell" => Some("身体不舒服"),
        "elsewhere" => Some("已在别处做"),
        "unwanted" => Some("不想做了"),
        "other" => Some("别的原因"),
        _ => None,
    };
    reason
        .or_else(|| Ending::parse(detail).map(Ending::title))
        .or_else(|| Outcome::parse(detail).map(Outcome::title))
        .or_else(|| CallOutcome::parse(detail).map(CallOutcome::title))
        .or_else(|| ErasureReason::parse(detail).map(ErasureReason::title))
}
