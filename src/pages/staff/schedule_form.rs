//! The forms that change the timetable, one a page: what is asked, what it would do to people, and the question whether
//! that is wanted.

use super::form::{Asked, again, button, field, hidden, none, step, tick};
use super::schedules::{hours, span, visit_lines, what};
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::small_icon;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::Weekday;
use zaoshai_contract::staff::SEEN;
use zaoshai_contract::staff::WHOLE_HOSPITAL;
use zaoshai_contract::staff::schedules::{Preview, ScheduleForm, ScheduleFormPage};

/// The page.
pub fn page(page: &ScheduleFormPage) -> Node {
    let problem = page.problem.as_ref();
    let asked = page.preview.as_ref().map(|preview| confirm(page, preview));
    // What is only asked once stands in the question alone.
    let fields = (page.form != ScheduleForm::Clear).then(|| {
        let form = el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", page.form.path())
            .with("id", "schedule")
            .child(hidden("key", page.key.to_string()))
            .child(fields(page))
            .child(asked.is_some().then(|| button("改一改，再看")));
        again(Asked::of(page.preview.as_ref()), form)
    });
    nodes![
        el("a")
            .class("zs-back")
            .with("href", "/staff/schedules")
            .child(small_icon("back"))
            .child(el("span").child("排班")),
        el("h1").class("zs-h1").child(page.form.title()),
        el("div").class("zs-stack").child(problem.map(error_summary)).child(facts(page)).child(asked).child(fields)
    ]
}

/// The step: what the form does, or the answer to what it would do to people.
pub fn action(page: &ScheduleFormPage) -> Option<Node> {
    match &page.preview {
        None => Some(step("schedule", save(&page.form))),
        Some(preview) => answer(preview).map(|label| step("confirm", label)),
    }
}

/// The answer that carries it out in spite of what was shown; none where nothing needs one.
fn answer(preview: &Preview) -> Option<&'static str> {
    if preview.people > 0 {
        return Some("确定，为他们换时间");
    }
    preview.asks().then_some("没关系，照样加")
}

fn save(form: &ScheduleForm) -> &'static str {
    match form {
        ScheduleForm::Template | ScheduleForm::Extra => "加上",
        ScheduleForm::Closing | ScheduleForm::EndTemplate(_) => "停掉",
        ScheduleForm::Visit => "先记下，等确认",
        ScheduleForm::CancelException(_) => "取消这条安排",
        ScheduleForm::ConfirmVisit(_) => "确认，放号",
        ScheduleForm::CancelVisit(_) => "取消这次出诊",
        ScheduleForm::Clear => "移走",
    }
}

/// What the form is about, where it is about something that is there.
fn facts(page: &ScheduleFormPage) -> Option<El> {
    let name = |id: &str| {
        let service = page.services.iter().find(|service| service.id == id);
        service.map_or_else(|| id.to_owned(), |service| service.name.clone())
    };
    let lines = match &page.form {
        ScheduleForm::EndTemplate(template) => vec![
            format!("{} · {}", template.weekday.title(), name(&template.service)),
            template.room.clone(),
            hours(template.from, template.until, template.every, template.capacity),
            span(template),
        ],
        ScheduleForm::CancelException(exception) => what(&page.services, exception),
        ScheduleForm::ConfirmVisit(visit) | ScheduleForm::CancelVisit(visit) => {
            let mut lines = visit_lines(&page.services, visit);
            lines.insert(0, visit.expert.clone());
            lines
        }
        _ => return None,
    };
    let lines = lines.into_iter().enumerate().map(|(place, line)| {
        if place == 0 { el("p").child(el("b").child(line)) } else { el("p").class("zs-row__line").child(line) }
    });
    Some(el("div").class("zs-card").child(lines.collect::<Vec<_>>()))
}

/// The question with the numbers, before anything is changed.
fn confirm(page: &ScheduleFormPage, preview: &Preview) -> El {
    let conflicts = (!preview.conflicts.is_empty()).then(|| {
        let conflicts = preview.conflicts.iter().map(|words| el("li").child(words.clone())).collect::<Vec<_>>();
        nodes![
            el("h2").class("zs-h3").child("同一个地点，时间重了"),
            el("ul").class("zs-stack zs-stack--tight").child(conflicts),
            el("p").child("两位医生可以共用一个地点的，可以照样加。")
        ]
    });
    let people = (preview.people > 0).then(|| {
        nodes![
            el("h2")
                .class("zs-h3")
                .child(format!("会停掉 {} 个有人的时间，影响 {} 个人", preview.slots, preview.people)),
            el("p").child("每个人的预约会取消，并在链接里留一个新时间，留到明天晚上 8:00。"),
            el("p").child("系统不发短信：他们会出现在“要处理”里，请护士打电话告诉他们。")
        ]
    });
    let empty = (preview.people > 0 && preview.empty > 0)
        .then(|| el("p").class("zs-small").child(format!("另外会关掉 {} 个没有人的时间。", preview.empty)));
    let nobody = (!preview.asks()).then(|| el("p").child("没有人要移走。"));
    let typed = page.typed.fields.iter().map(|(name, value)| {
        el("input").with("type", "hidden").with("name", name.clone()).with("value", value.clone())
    });
    el("form")
        .class("zs-card zs-stack")
        .with("method", "post")
        .with("action", page.form.path())
        .with("id", "confirm")
        .child(hidden("key", page.key.to_string()))
        .child(hidden("sure", "yes".to_owned()))
        .child(hidden(SEEN, preview.people.to_string()))
        .child(typed.collect::<Vec<_>>())
        .child(conflicts)
        .child(people)
        .child(empty)
        .child(nobody)
}

/// An input whose id and name are one.
fn input(page: &ScheduleFormPage, id: &'static str, kind: &'static str) -> El {
    let wrong = page.problem.as_ref().is_some_and(|problem| problem.errors.iter().any(|error| error.field == id));
    let value = page.value(id).to_owned();
    el("input")
        .class("zs-input")
        .with("id", id)
        .with("name", id)
        .with("type", kind)
        .with("value", value)
        .with("autocomplete", "off")
        .with("aria-invalid", wrong.then_some("true"))
}

fn number(page: &ScheduleFormPage, id: &'static str) -> El {
    input(page, id, "text").with("inputmode", "numeric").with("maxlength", "3").with("required", true)
}

/// A time of day, typed: quicker by keyboard than a wheel of hours, and read as people write it.
fn time(page: &ScheduleFormPage, id: &'static str) -> El {
    input(page, id, "text").with("inputmode", "numeric").with("maxlength", "5").with("required", true)
}

/// Which service, or the whole hospital where the form takes that.
fn service(page: &ScheduleFormPage, whole: Option<&'static str>) -> El {
    let whole = whole.map(|title| {
        let chosen = page.value("service") == WHOLE_HOSPITAL;
        el("option").with("value", WHOLE_HOSPITAL).with("selected", chosen).child(title)
    });
    let services = page.services.iter().map(|service| {
        let chosen = page.value("service") == service.id;
        el("option").with("value", service.id.clone()).with("selected", chosen).child(service.name.clone())
    });
    el("select")
        .class("zs-input")
        .with("id", "service")
        .with("name", "service")
        .child([none()].into_iter().chain(services).chain(whole).collect::<Vec<_>>())
}

fn room(page: &ScheduleFormPage) -> Node {
    let rooms = page.rooms.iter().map(|room| el("option").with("value", room.clone())).collect::<Vec<_>>();
    nodes![
        input(page, "room", "text").with("maxlength", "40").with("list", "rooms"),
        el("datalist").with("id", "rooms").child(rooms)
    ]
}

/// The times within a day.
fn times(page: &ScheduleFormPage) -> Node {
    let problem = page.problem.as_ref();
    let pair = |one: Node, other: Node| el("div").class("zs-pair").child(one).child(other);
    nodes![
        pair(
            field(problem, "from", "第一个号", "例如 08:30。", time(page, "from")),
            field(problem, "until", "几点起不再给号", "例如 11:30。", time(page, "until")),
        ),
        pair(
            field(problem, "every", "隔几分钟一个号", "", number(page, "every")),
            field(problem, "minutes", "一个号看几分钟", "", number(page, "minutes")),
        ),
        field(problem, "capacity", "一个号几个人", "", number(page, "capacity"))
    ]
}

fn date(page: &ScheduleFormPage, id: &'static str) -> El {
    input(page, id, "date")
}

fn weekdays(page: &ScheduleFormPage) -> El {
    let days = Weekday::ALL.into_iter().map(|weekday| {
        let word = weekday.as_str();
        let id = ["weekday-", word].concat();
        tick(id, "weekday", word, page.typed.has(ScheduleFormPage::TYPED, "weekday", word), weekday.title())
    });
    el("fieldset")
        .class("zs-form-field")
        .with("id", "weekday")
        .child(el("legend").class("zs-form-field__small-label").child("星期几"))
        .child(field_error(page.problem.as_ref(), "weekday"))
        .child(el("div").class("zs-checks").child(days.collect::<Vec<_>>()))
}

fn fields(page: &ScheduleFormPage) -> Node {
    let problem = page.problem.as_ref();
    let pair = |one: Node, other: Node| el("div").class("zs-pair").child(one).child(other);
    let days = || {
        pair(
            field(problem, "first", "从哪天", "", date(page, "first").with("required", true)),
            field(problem, "last", "到哪天（含）", "", date(page, "last").with("required", true)),
        )
    };
    let reason = |hint| {
        let input = input(page, "reason", "text").with("maxlength", "100").with("required", true);
        field(problem, "reason", "原因", hint, input)
    };
    let text = |id: &'static str, label: &'static str, hint: &'static str, most: &'static str| {
        field(problem, id, label, hint, input(page, id, "text").with("maxlength", most).with("required", true))
    };
    match &page.form {
        ScheduleForm::Template => nodes![
            field(problem, "service", "哪项服务", "", service(page, None)),
            field(problem, "room", "地点", "例如 门诊 CT 室。", room(page)),
            weekdays(page),
            times(page),
            pair(
                field(problem, "valid_from", "从哪天起", "", date(page, "valid_from").with("required", true)),
                field(problem, "valid_to", "到哪天（可以不填）", "", date(page, "valid_to")),
            ),
            el("p").class("zs-small").child("公共假日自动不放号，调休上班的周末照调的那天放号。")
        ],
        ScheduleForm::Closing => nodes![
            field(problem, "service", "哪项服务", "", service(page, Some("全院所有服务"))),
            field(problem, "room", "地点（不填就是全部）", "", room(page)),
            days(),
            reason("写病人看了也明白的话，例如 设备检修。")
        ],
        ScheduleForm::Extra => nodes![
            field(problem, "service", "哪项服务", "", service(page, None)),
            field(problem, "room", "地点", "例如 门诊 CT 室。", room(page)),
            days(),
            times(page),
            reason("例如 节日加班。放假的日子也会放号。")
        ],
        ScheduleForm::Visit => nodes![
            text("expert", "专家姓名", "病人选时间时会看到。", "20"),
            text("home", "专家的医院", "例如 江苏省肿瘤医院。", "40"),
            text("speciality", "专长", "例如 肺结节。", "40"),
            field(problem, "service", "哪项服务", "", service(page, None)),
            field(problem, "room", "地点", "例如 门诊 3 楼。", room(page)),
            field(problem, "first", "哪天来", "", date(page, "first").with("required", true)),
            times(page),
            el("p").class("zs-small").child("记下以后还不放号。专家确认了，再点“专家确认了，放号”。")
        ],
        ScheduleForm::EndTemplate(_) => nodes![field(
            problem,
            "until_day",
            "从哪天起没有这个号",
            "没有人约的时间马上关掉。",
            date(page, "until_day").with("required", true)
        )],
        ScheduleForm::CancelVisit(_) => nodes![reason("写病人看了也明白的话，例如 专家有急诊手术。")],
        ScheduleForm::CancelException(_) | ScheduleForm::ConfirmVisit(_) | ScheduleForm::Clear => Node::from(()),
    }
}
