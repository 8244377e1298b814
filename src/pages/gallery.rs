//! Every component in each of its states on one page, for whoever changes how they look: a development build serves it at
//! `/gallery`, and the browser tests take their pictures of the components from it.

use super::staff::list::row as follow_up;
use super::staff::row::Place;
use crate::components::Site;
use crate::components::action_bar::bar;
use crate::components::ask::ask;
use crate::components::back_line::back_line;
use crate::components::care_card::care_card;
use crate::components::checklist::checklist;
use crate::components::clinic_card::clinic_card;
use crate::components::compare::compare;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::fold::{Begins, fold};
use crate::components::icon::icon;
use crate::components::link_list::{link_card, link_list};
use crate::components::notice::notice;
use crate::components::options::{options, values};
use crate::components::per_thousand::{per_thousand, small_per_thousand};
use crate::components::phone_link::{phone_link, phone_list};
use crate::components::points::{plain_points, points};
use crate::components::query_field::query_field;
use crate::components::review_banner::review_line;
use crate::components::source_note::{source_note, sources};
use crate::components::step_ladder::{When, step, step_ladder};
use crate::components::summary_list::{row, summary_list};
use crate::components::timeline::timeline;
use crate::components::title::title;
use crate::text::Today;
use crate::view::{El, Node, el, nodes};
use leptos::prelude::provide_context;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::clinics::{ClinicCard, Hours, Phone, PhoneKind, Provenance, Service};
use zaoshai_contract::content::{
    CareLevel, Cited, Course, DotKind, DotPart, Grade, Onward, PerThousand, Point, Position, Review, Source, Span,
    Tone, Value,
};
use zaoshai_contract::followups::{Prompt, Prompted, Standing, Urgency};
use zaoshai_contract::problem::{Code, FieldError, Problem};
use zaoshai_contract::staff::FollowUpRow;

/// The day of the pictures: 2026-11-24.
const TODAY: i64 = 20_781;
/// Numbers that ring nowhere.
const PHONE: &str = "0000-12345678";

/// The page.
pub fn page(site: &Site) -> Node {
    let parts = all(site).into_iter().map(|(name, part)| {
        el("section")
            .class("zs-section")
            .with("id", name)
            .with("data-component", true)
            .with("aria-label", name)
            .child(part)
    });
    nodes![
        el("h1").class("zs-h1").child("组件"),
        el("p").class("zs-lead").child("每个组件的每种样子。改了样式，看这一页。"),
        parts.collect::<Vec<_>>()
    ]
}

/// The components by name, each in one state.
fn all(site: &Site) -> Vec<(&'static str, Node)> {
    let today = CivilDate::from_days(TODAY);
    provide_context(Today(today));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        ("button", buttons("zs-button").node()),
        ("button-quiet", buttons("zs-button zs-button--quiet").node()),
        ("button-tint", buttons("zs-button zs-button--tint").node()),
        ("back-line", back_line(site, "/".to_owned(), "回首页")),
        (
            "title",
            el("h1")
                .class("zs-h1")
                .child(title("低剂量CT\u{200b}筛查\u{200b}肺癌：\u{200b}谁该做，\u{200b}多久做一次"))
                .node(),
        ),
        ("notice", notice(String::new(), "排班改动以前，已经约好的时间不变。".to_owned())),
        ("notice-heading", notice("今天下午停诊".to_owned(), "约了的人会接到电话。".to_owned())),
        ("review-line", review_line(site, &review(today, ""))),
        ("review-line-reviewed", review_line(site, &review(today, "呼吸科 王医生"))),
        ("care-routine", care(site, CareLevel::Routine)),
        ("care-urgent", care(site, CareLevel::Urgent)),
        ("care-emergency", care(site, CareLevel::Emergency)),
        (
            "checklist",
            checklist(site, "gallery", "带什么来".to_owned(), words(&["身份证、医保卡", "以前的片子和报告"])),
        ),
        (
            "points",
            points(vec![point("不用空腹", "早上照常吃饭、吃药。"), point("", "检查只要几分钟。")], Node::from(())),
        ),
        ("plain-points", plain_points(words(&["不打针", "不用住院"]))),
        ("timeline", timeline(vec![point("前一天", "早点睡。"), point("当天早上", "穿没有金属扣的衣服。")])),
        (
            "step-ladder",
            step_ladder(vec![
                step(When::Done, "约好时间".to_owned(), "11月20日".to_owned(), None),
                step(When::Now, "来医院做检查".to_owned(), "11月26日 上午10:00".to_owned(), None),
                step(When::Later, "看报告".to_owned(), String::new(), None),
            ]),
        ),
        (
            "summary-list",
            summary_list(vec![
                row("时间".to_owned(), "2026年11月26日 星期四 上午10:00".into(), "提前 15 分钟到".to_owned()),
                row("地点".to_owned(), "门诊楼 2 层 CT 室".into(), String::new()),
            ]),
        ),
        (
            "link-list",
            link_list(vec![
                link_card("/".to_owned(), "lungs", "肺癌筛查".to_owned(), "50 到 74 岁、吸烟多的人".to_owned()),
                link_card("/".to_owned(), "phone", "打电话问".to_owned(), String::new()),
            ]),
        ),
        (
            "fold",
            fold(
                "gallery-fold".to_owned(),
                "检查怎么做",
                "躺几分钟，不打针。".to_owned(),
                Begins::Folded,
                vec!["躺在机器上，屏气几秒。".into()],
            ),
        ),
        (
            "fold-open",
            fold(
                "gallery-open".to_owned(),
                "检查怎么做",
                "躺几分钟，不打针。".to_owned(),
                Begins::Open,
                vec!["躺在机器上，屏气几秒。".into()],
            ),
        ),
        ("per-thousand-benefit", per_thousand(site, figure(Tone::Benefit, &[(4, DotKind::Hit)]))),
        ("per-thousand-harm", per_thousand(site, figure(Tone::Harm, &[(120, DotKind::Flag), (6, DotKind::Hit)]))),
        ("per-thousand-small", small_per_thousand(figure(Tone::Plain, &[(23, DotKind::Hit)]))),
        (
            "compare",
            compare(
                site,
                vec![
                    position("国家卫生健康委", 2024, "50 到 74 岁，每年一次"),
                    position("示范学会", 2021, "50 到 80 岁，每年一次"),
                ],
                "本页按国家卫生健康委的方案写。".to_owned(),
            ),
        ),
        ("options", options(site, vec![course("ldct", "做低剂量CT"), course("not-now", "现在不做")])),
        (
            "values",
            values(
                site,
                "gallery",
                vec![
                    Value { text: "我想早点知道".to_owned(), speaks_for: "ldct".to_owned() },
                    Value { text: "我怕白担心一场".to_owned(), speaks_for: "not-now".to_owned() },
                ],
                vec![course("ldct", "做低剂量CT"), course("not-now", "现在不做")],
            ),
        ),
        ("sources", sources(site, &[source(Grade::A), source(Grade::C)])),
        ("source-note", source_note(site, &Cited { sources: vec![0], unchecked: false }, &[source(Grade::A)])),
        ("source-note-unchecked", source_note(site, &Cited { sources: Vec::new(), unchecked: true }, &[])),
        ("phone-link", phone_link(PHONE, "打给门诊".to_owned())),
        ("phone-list", phone_list(site, &phones(), false)),
        ("clinic-card", el("ul").child(clinic_card(site, &clinic(true), false)).node()),
        ("clinic-card-bare", el("ul").child(clinic_card(site, &clinic(false), false)).node()),
        ("query-field", query_field(String::new()).node()),
        ("query-field-typed", query_field("肺结节 8毫米".to_owned()).node()),
        ("error-summary", error_summary(&problem())),
        ("field-error", field(field_error(Some(&problem()), "ending"))),
        ("field", field(None)),
        ("ask", ask(site)),
        (
            "action-bar",
            bar("这一步", el("button").class("zs-button").with("type", "button").child("确认这个时间").node()),
        ),
        ("desk-row-due", desk_row(today, Standing::ToBook)),
        ("desk-row-missed", desk_row(today, Standing::Missed)),
        ("desk-row-closed", desk_row(today, Standing::Closed)),
    ]
}

/// A button with words, with a drawing, and one that cannot be used.
fn buttons(class: &'static str) -> El {
    let button = |inside: Node| el("button").class(class).with("type", "button").child(inside);
    el("div")
        .class("zs-stack")
        .child(button("看全部时间".into()))
        .child(button(nodes![icon("phone"), el("span").child("打电话")]))
        .child(button("正在打开…".into()).with("disabled", true))
}

fn point(heading: &str, text: &str) -> Point {
    Point { title: heading.to_owned(), text: vec![Span::Text(text.to_owned())] }
}

fn care(site: &Site, level: CareLevel) -> Node {
    let items = vec!["咳出来的痰里有血".to_owned(), "胸口痛，喘不上气".to_owned()];
    care_card(site, "h2", level, "去看医生", items, Onward::default())
}

fn review(updated: CivilDate, reviewer: &str) -> Review {
    Review { reviewer: reviewer.to_owned(), updated, due: updated.plus_days(365) }
}

fn figure(tone: Tone, parts: &[(u16, DotKind)]) -> PerThousand {
    let number = parts.iter().map(|(count, _)| count).sum();
    PerThousand {
        tone,
        before: "每 1,000 人里，10 年有".to_owned(),
        number,
        after: "人（示范的数字）".to_owned(),
        parts: parts
            .iter()
            .map(|(count, kind)| DotPart { count: *count, kind: *kind, label: format!("{count} 人") })
            .collect(),
        rest: "其他人".to_owned(),
        text: format!("1,000 个点里有 {number} 个"),
        note: String::new(),
        cited: Cited::default(),
    }
}

fn position(issuer: &str, year: u16, text: &str) -> Position {
    Position { issuer: issuer.to_owned(), year, text: text.to_owned(), cited: Cited::default() }
}

fn course(id: &str, name: &str) -> Course {
    let some = |word: &str| vec![word.to_owned()];
    Course {
        id: id.to_owned(),
        name: name.to_owned(),
        what: "每年一次，躺几分钟。".to_owned(),
        good: some("早发现的机会大一些"),
        bad: some("可能白担心"),
        feel: some("要请半天假"),
        next: "打电话约时间。".to_owned(),
        to: "/clinics".to_owned(),
        to_text: "找能做的医院".to_owned(),
        cited: Cited::default(),
    }
}

fn source(grade: Grade) -> Source {
    Source {
        title: "肺癌筛查与早诊早治方案".to_owned(),
        issuer: "国家卫生健康委".to_owned(),
        year: 2024,
        grade,
        url: String::new(),
    }
}

fn phones() -> Vec<Phone> {
    let phone = |label: &str, hours, kind| Phone { number: PHONE.to_owned(), label: label.to_owned(), hours, kind };
    vec![
        phone("门诊", Hours::Working, PhoneKind::Enquiry),
        phone("急诊", Hours::Always, PhoneKind::Enquiry),
        phone("投诉", Hours::Unknown, PhoneKind::Complaint),
    ]
}

/// A hospital with all that is known of one, or with its name alone.
fn clinic(whole: bool) -> ClinicCard {
    let service = Service { id: "lung".to_owned(), text: "低剂量螺旋CT".to_owned() };
    ClinicCard {
        id: "gallery".to_owned(),
        name: "青禾市第一人民医院（示范）".to_owned(),
        area: "示范省 青禾市 青禾区".to_owned(),
        city: "青禾市".to_owned(),
        position: None,
        services: if whole { vec![service] } else { Vec::new() },
        phones: if whole { phones() } else { Vec::new() },
        booking: if whole { "电话预约".to_owned() } else { String::new() },
        provenance: Provenance {
            source: "示范".to_owned(),
            dated: "2026年11月".to_owned(),
            confirmed: String::new(),
            fictitious: true,
        },
        km: whole.then_some(3),
    }
}

fn problem() -> Problem {
    Problem {
        kind: String::new(),
        code: Code::WrongEnding,
        title: "后四位不对".to_owned(),
        status: 422,
        detail: "请看一看短信是发到哪个手机号的。还可以试 3 次。".to_owned(),
        kept: "您的预约没有变。".to_owned(),
        phone: PHONE.to_owned(),
        request_id: String::new(),
        errors: vec![FieldError {
            field: "ending".to_owned(), message: "后四位不对，还可以试 3 次".to_owned()
        }],
    }
}

fn field(error: Option<Node>) -> Node {
    let class = if error.is_some() { "zs-form-field zs-form-field--error" } else { "zs-form-field" };
    el("div")
        .class(class)
        .child(el("label").class("zs-form-field__label").with("for", "ending").child("手机号后四位"))
        .child(error)
        .child(el("input").class("zs-input").with("id", "ending").with("inputmode", "numeric").with("value", "8001"))
        .node()
}

/// Somebody in a list of the desk.
fn desk_row(today: CivilDate, standing: Standing) -> Node {
    let now = Moment::at(today, 9 * 60);
    let overdue = standing == Standing::Missed;
    let follow = FollowUpRow {
        id: "gallery".to_owned(),
        code: "ABCD-1234".to_owned(),
        name: "王女士".to_owned(),
        phone: "15400001234".to_owned(),
        reason: "肺部小结节，3 个月复查".to_owned(),
        services: vec!["低剂量CT复查".to_owned()],
        due_from: Some(today.plus_days(-20)),
        due_to: Some(today.plus_days(if overdue { -4 } else { 10 })),
        urgency: if overdue { Urgency::Urgent } else { Urgency::Routine },
        standing,
        owner: "nurse".to_owned(),
        appointment: String::new(),
        appointment_state: None,
        starts: None,
        room: String::new(),
        locked: false,
        overdue,
        version: 1,
        call_on: None,
        closed: None,
        kept: None,
        wrong_number: false,
        unanswered: if overdue { 2 } else { 0 },
        sent: overdue.then_some(now),
        prompt: overdue
            .then(|| Prompted { why: Prompt::CancelledByPatient, at: now, reason: "时间不合适".to_owned() }),
    };
    el("div")
        .class("zs-staff")
        .child(el("ul").class("zs-rows zs-rows--dated").child(follow_up(&follow, now, Place::Alone)))
        .node()
}
