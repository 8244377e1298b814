//! Mending a follow-up, or opening a closed one again.

use super::form::{field, hidden};
use super::new::{already, erased, fields};
use crate::components::error_summary::error_summary;
use crate::components::icon::small_icon;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::staff::edit::{EditForm, LOADED, Whose};

/// The page.
pub fn page(page: &EditForm) -> Node {
    let problem = page.problem.as_ref();
    let back = ["/staff/followups/", page.id.as_str()].concat();
    let colleagues = page.colleagues.iter().map(|colleague| {
        el("option")
            .with("value", colleague.id.clone())
            .with("selected", colleague.id == page.owner)
            .child(colleague.name.clone())
    });
    let owner =
        el("select").class("zs-input").with("id", "owner").with("name", "owner").child(colleagues.collect::<Vec<_>>());
    let (title, lead) = if page.closed {
        ("重新打开随访", "会重新打开链接，并从下面的时间段开始新的一步。")
    } else {
        ("改随访", "换了手机号，就用新号的后四位打开链接。")
    };
    nodes![
        el("a")
            .class("zs-back")
            .with("href", back.clone())
            .child(small_icon("back"))
            .child(el("span").child("不改，返回")),
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("action", [back.as_str(), "/edit"].concat())
            .with("id", "followup")
            .with("data-steps", "")
            .child(problem.map(error_summary))
            .child((!page.changed.is_empty()).then(|| conflict(page)))
            .child(el("h1").class("zs-h1").child(title))
            .child(el("p").child(lead))
            .child(hidden("key", page.key.to_string()))
            .child(hidden("version", page.version.to_string()))
            .child(hidden(LOADED, page.loaded.clone()))
            .child(already(problem, &page.already, &page.form, ("两个都留着", "我看过了，确实要两个都留着")))
            .child(erased(problem, page.erased.as_deref(), &page.form))
            .child(fields(problem, &page.form, &page.services, &page.letters))
            .child(field(problem, "owner", "谁负责", "", owner))
    ]
}

/// What somebody else has written meanwhile, beside what stands in the form.
fn conflict(page: &EditForm) -> El {
    let changed = page
        .changed
        .iter()
        .map(|changed| {
            let what = match changed.stands {
                Whose::Theirs => "（您没有改，已经填进下面）",
                Whose::Mine => "（您也改了，下面是您填的）",
            };
            let now = el("li").child(el("b").child(changed.field.clone())).child("：现在是 ");
            now.child(changed.now.clone()).child(what)
        })
        .collect::<Vec<_>>();
    el("section")
        .class("zs-card zs-stack zs-stack--tight")
        .with("id", "conflict")
        .child(el("h2").class("zs-h3").child("别人改过"))
        .child(el("ul").class("zs-bullets").child(changed))
        .child(el("p").child("请看一遍下面的表。再点一次“保存”，就存下面写的。"))
}
