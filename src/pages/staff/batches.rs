//! Reading a table in, seeing what it would make, and taking tables out.

use super::form::{date, field, hidden, letters, services, step, urgency};
use super::turn;
use super::whole::whole;
use crate::components::error_summary::error_summary;
use crate::components::link_list::{link_card, link_list};
use crate::text::{day, moment};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::followups::Urgency;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::route::Lang;
use zaoshai_contract::staff::batches::{BatchRow, BatchesPage, LeftOut, MOST_ROWS, Preview, PreviewRow};

/// Rows as they were understood that are shown at once; the others unfold.
const FIRST_ROWS: usize = 10;

/// The page.
pub fn page(page: &BatchesPage) -> Node {
    let batches = (!page.batches.is_empty()).then(|| {
        nodes![
            el("h2")
                .class("zs-group")
                .with("id", "batches")
                .child("导入过的")
                .child(" · ")
                .child(turn::count(&page.turn, page.batches.len()))
                .child(el("span").child("新的在前")),
            el("ul").child(page.batches.iter().map(row).collect::<Vec<_>>()),
            turn::ways("/staff/batches", &page.turn)
        ]
    });
    let export = page.staff.may(Deed::Export).then(|| {
        nodes![
            el("h2").class("zs-group").child("导出").child(el("span").child("每次导出都记在日志里")),
            link_list(vec![
                link_card(
                    "/staff/followups.csv?open=1".to_owned(),
                    "letter",
                    "没有结束的随访".to_owned(),
                    "CSV 表格，用 Excel 或 WPS 打开".to_owned(),
                ),
                link_card("/staff/followups.csv".to_owned(), "letter", "全部随访".to_owned(), "CSV 表格".to_owned()),
            ])
        ]
    });
    nodes![
        el("h1").class("zs-h1").child("导入导出"),
        el("div")
            .class("zs-stack")
            .child(page.problem.as_ref().map(error_summary))
            .child(match &page.preview {
                Some(preview) => confirm(page, preview).node(),
                None => upload(page).node(),
            })
            .child(batches)
            .child(export)
    ]
}

fn upload(page: &BatchesPage) -> El {
    let problem = page.problem.as_ref();
    let form = &page.defaults;
    let file = el("input")
        .class("zs-input")
        .with("id", "file")
        .with("name", "file")
        .with("type", "file")
        .with("accept", ".csv,.xlsx,.txt")
        .with("aria-describedby", "file-hint")
        .with("required", true);
    let reason = el("input")
        .class("zs-input")
        .with("id", "reason")
        .with("name", "reason")
        .with("value", form.reason.clone())
        .with("maxlength", "200")
        .with("autocomplete", "off");
    el("form")
        .class("zs-stack")
        .with("method", "post")
        .with("action", "/staff/batches")
        .with("enctype", "multipart/form-data")
        .with("id", "upload")
        .child(hidden("key", page.key.to_string()))
        .child(field(
            problem,
            "file",
            "名单",
            "Excel 或 CSV。名单上面一行写列名：姓名、手机号；还可以有原因、项目、最早、最晚、紧急程度、结果信。",
            file,
        ))
        .child(el("a").class("zs-more").with("href", "/staff/batches/example.csv").child("下载空表：列名和一行例子"))
        .child(
            el("p").child(format!(
                "一次最多 {MOST_ROWS} 行。先给您看结果，您确认以后才会存。表格里空着的格子，用下面填的。"
            )),
        )
        .child(field(problem, "reason", "为什么要来", "病人看得懂的话。", reason))
        .child(services(
            problem,
            "可以约什么（约其中一项；两项都要做，分两行）",
            &page.services,
            |id| form.services.iter().any(|chosen| chosen == id),
        ))
        .child(
            el("div")
                .class("zs-pair")
                .child(field(problem, "due_from", "最早", "", date("due_from", form.due_from.clone())))
                .child(field(problem, "due_to", "最晚", "", date("due_to", form.due_to.clone()))),
        )
        .child(field(problem, "urgency", "紧急程度", "", urgency(form.urgency.as_deref().unwrap_or_default())))
        .child(field(problem, "template", "结果信", "", letters(&page.letters, &form.template)))
}

/// The step: first what it would make, then the making.
pub fn action(page: &BatchesPage) -> Option<Node> {
    match &page.preview {
        None => Some(step("upload", "先看结果，还不存")),
        Some(preview) if preview.good > 0 => {
            Some(nodes![seen(preview), step("store", format!("确定，新建 {} 个随访", preview.good))])
        }
        Some(_) => None,
    }
}

/// What has to be ticked before rows are left out: it stands at the button, wherever the page is scrolled to.
fn seen(preview: &Preview) -> Option<El> {
    let bad = preview.bad.len();
    (bad > 0).then(|| {
        el("label")
            .class("zs-check")
            .with("for", "bad")
            .child(
                el("input")
                    .with("type", "checkbox")
                    .with("id", "bad")
                    .with("name", "bad")
                    .with("form", "store")
                    .with("value", bad.to_string())
                    .with("required", true),
            )
            .child(el("span").child(format!("有错的 {bad} 行我看过了，这次不导入它们")))
    })
}

/// What would be made, with every row that would not.
fn confirm(page: &BatchesPage, preview: &Preview) -> El {
    let form = &page.defaults;
    let bad = preview.bad.len();
    let mut fields = vec![
        hidden("key", page.key.to_string()),
        hidden("sure", "yes".to_owned()),
        hidden("name", preview.file.clone()),
        hidden("data", preview.data.clone()),
        hidden("seen", preview.seen.clone()),
        hidden("reason", form.reason.clone()),
        hidden("due_from", form.due_from.clone()),
        hidden("due_to", form.due_to.clone()),
        hidden("urgency", form.urgency.clone().unwrap_or_default()),
        hidden("template", form.template.clone()),
    ];
    fields.extend(form.services.iter().map(|service| hidden("services", service.clone())));
    let unused =
        (!preview.unused.is_empty()).then(|| el("p").child(format!("没有用到的列：{}", preview.unused.join("、"))));
    let sample = (!preview.rows.is_empty()).then(|| {
        let mut rows = preview.rows.iter().map(|row| sample(page, row));
        let first = rows.by_ref().take(FIRST_ROWS).collect::<Vec<_>>();
        let rest = rows.collect::<Vec<_>>();
        let more = (!rest.is_empty()).then(|| {
            el("details")
                .class("zs-details")
                .child(el("summary").child(el("span").child(format!("其余 {} 行", rest.len()))))
                .child(el("ul").child(rest))
        });
        nodes![
            el("h2").class("zs-group").child("会这样建 ").child(preview.rows.len().to_string()),
            el("ul").child(first),
            more
        ]
    });
    let nothing = (preview.good == 0).then(|| el("p").class("zs-lead").child("没有可以新建的。"));
    el("div")
        .class("zs-stack")
        .with("id", "preview")
        .child(el("h2").class("zs-h3").child(preview.file.clone()))
        .child(
            el("ul")
                .class("zs-bullets")
                .child(el("li").child(format!("可以新建：{} 行", preview.good)))
                .child(el("li").child(format!("有错，不导入：{bad} 行")))
                .child(el("li").child(format!("已经有了，不再新建：{} 行", preview.known.len())))
                .child(
                    (preview.hidden_count > 0).then(|| {
                        el("li").child(format!("表格里隐藏的（筛选掉的），不导入：{} 行", preview.hidden_count))
                    }),
                )
                .child(preview.notes.iter().map(|note| el("li").child(note.clone())).collect::<Vec<_>>()),
        )
        .child(el("p").child("现在什么都还没有存。"))
        .child(unused)
        .child(left_out("wrong", "有错的行", "在表格里改好，再传一次也行", (&preview.bad, bad)))
        .child(left_out("known", "已经有了", "", (&preview.known, preview.known.len())))
        .child(left_out(
            "hidden",
            "隐藏的行",
            "要导入，请在表格里取消筛选，再传一次",
            (&preview.hidden, preview.hidden_count),
        ))
        .child(sample)
        .child(
            el("form")
                .class("zs-stack")
                .with("method", "post")
                .with("action", "/staff/batches")
                .with("enctype", "multipart/form-data")
                .with("id", "store")
                .child(fields)
                .child(nothing),
        )
        .child(el("a").class("zs-back").with("href", "/staff/batches").child("不导入，换一个文件"))
}

/// Rows that make nothing, of which there may be more than are listed.
pub fn left_out(
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    (rows, count): (&[LeftOut], usize),
) -> Option<Node> {
    if rows.is_empty() {
        return None;
    }
    let items = rows
        .iter()
        .map(|left| {
            let name = if left.name.is_empty() { "（没有姓名）" } else { &left.name };
            el("li").class("zs-row").child(el("p").class("zs-row__when").child(format!("第 {} 行", left.row))).child(
                el("div")
                    .class("zs-row__body")
                    .child(el("p").child(name.to_owned()))
                    .child(el("p").class("zs-row__line").child(whole(&left.reasons.join("；")))),
            )
        })
        .collect::<Vec<_>>();
    Some(nodes![
        el("h2").class("zs-group").with("id", id).child(title).child(" ").child(count).child(el("span").child(hint)),
        (rows.len() < count)
            .then(|| el("p").class("zs-row__line").child(format!("这里是前 {} 行，共 {count} 行。", rows.len()))),
        el("ul").child(items)
    ])
}

fn sample(page: &BatchesPage, PreviewRow { row, form }: &PreviewRow) -> El {
    let name = |id: &String| page.services.iter().find(|service| service.id == *id).map(|service| service.name.clone());
    let services: Vec<String> = form.services.iter().filter_map(name).collect();
    let urgency = form.urgency.as_deref().and_then(Urgency::parse).map(Urgency::title).unwrap_or_default();
    let letter = page.letters.iter().find(|letter| letter.id == form.template);
    let letter = letter.map_or_else(|| "不放结果信".to_owned(), |letter| format!("结果信：{}", letter.name));
    let window = format!("{} 到 {}", form.due_from, form.due_to);
    let parts = [urgency, &services.join("、"), &window, &letter, &form.reason, &form.phone];
    let line = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    el("li").class("zs-row").child(el("p").class("zs-row__when").child(format!("第 {row} 行"))).child(
        el("div")
            .class("zs-row__body")
            .child(el("p").child(form.name.clone()))
            .child(el("p").class("zs-row__line").child(whole(&line))),
    )
}

fn row(batch: &BatchRow) -> El {
    let left = batch.rows - batch.there;
    let state = if left > 0 {
        format!("已建 {} 个，还差 {left} 个", batch.there)
    } else {
        format!("{} 个", batch.there)
    };
    el("li")
        .class("zs-row")
        .child(el("p").class("zs-row__when").child(whole(&day(Lang::Hans, batch.made.date()))))
        .child(
            el("div")
                .class("zs-row__body")
                .child(el("p").class("zs-row__name").child(
                    el("a").with("href", ["/staff/batches/", batch.id.as_str()].concat()).child(batch.name.clone()),
                ))
                .child(el("p").class("zs-row__line").child(whole(&format!(
                    "{state} · {} · {}",
                    batch.by,
                    moment(Lang::Hans, batch.made)
                )))),
        )
}
