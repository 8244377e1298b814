//! The nurse's pages: dense and quick, rendered by the server, working with forms alone.

mod accounts;
mod audit;
mod batch;
mod batches;
mod booking;
mod closures;
mod confirm;
mod day;
mod detail;
mod draft;
mod edit;
pub mod errand;
mod form;
mod home_care;
mod imported;
mod letters;
mod list;
mod login;
mod new;
mod password;
mod referral;
mod rights;
mod row;
mod schedule_form;
mod schedules;
mod search;
mod shared;
mod turn;
mod work;

use crate::components::action_bar::bar;
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::link_card;
use crate::components::notice::notice;
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::problem::Problem;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::JustDone;
use zaoshai_contract::staff::draft::BY;
use zaoshai_contract::staff::{ManyTries, Staff, StaffPage};

/// A staff page with its frame, and what was just done told on it.
pub fn page(page: &StaffPage, done: Option<JustDone>) -> Node {
    let frame = |here, staff, main, action| frame(here, staff, nodes![confirm::told(done), main], action);
    match page {
        StaffPage::Login { name, to, problem } => {
            let main = nodes![confirm::told(done), login::page(name, to, problem.as_ref())];
            framed("", (None, "请登录", 0), main, None)
        }
        StaffPage::List(list, care) => {
            let action = el("a")
                .class("zs-button")
                .with("href", "/staff/followups/new")
                .with("data-key", "n")
                .child(icon("plus"))
                .child(el("span").child("新建随访"))
                .child(el("kbd").class("zs-kbd").child("N"));
            let care = care.as_deref();
            let waits = care.map_or(0, list::care_count);
            let main = nodes![confirm::told(done), list::page(list, care)];
            framed("/staff", (Some(&list.staff), &list.staff.display, waits), main, Some(action.into()))
        }
        StaffPage::Whole(page) => frame("", Some(&page.staff), list::whole(page), None),
        StaffPage::Questions(page) => frame("", Some(&page.staff), list::questions(page), None),
        StaffPage::Search(found) => frame("", Some(&found.staff), search::page(found), None),
        StaffPage::Closures(page) => {
            frame("/staff/closures", Some(&page.staff), closures::page(page), Some(closures::action(page)))
        }
        StaffPage::Batches(page) => {
            frame("/staff/batches", Some(&page.staff), batches::page(page), batches::action(page))
        }
        StaffPage::Batch(page) => frame("/staff/batches", Some(&page.staff), batch::page(page), None),
        StaffPage::Imported(page) => {
            frame("/staff/batches", Some(&page.staff), imported::page(page), Some(imported::action(page)))
        }
        StaffPage::Letters(page) => frame("", Some(&page.staff), letters::page(page), None),
        StaffPage::Audit(page) => frame("/staff/audit", Some(&page.staff), audit::page(page), None),
        StaffPage::Accounts(page) => {
            frame("/staff/accounts", Some(&page.staff), accounts::page(page), Some(accounts::action(page)))
        }
        StaffPage::Password(page) => frame("", Some(&page.staff), password::page(page), password::action(page)),
        StaffPage::Edit(page) => {
            let word = if page.closed { "重新打开" } else { "保存" };
            frame("", Some(&page.staff), edit::page(page), Some(form::step("followup", word)))
        }
        StaffPage::Schedules(page) => frame("/staff/schedules", Some(&page.staff), schedules::page(page), None),
        StaffPage::ScheduleForm(page) => {
            frame("/staff/schedules", Some(&page.staff), schedule_form::page(page), schedule_form::action(page))
        }
        StaffPage::HomeCare(page) => frame("/staff/home-care", Some(&page.staff), home_care::list(page), None),
        StaffPage::HomeCareRequest(page) => {
            frame("/staff/home-care", Some(&page.staff), home_care::detail(page), home_care::action(page))
        }
        StaffPage::New(page) => {
            frame("", Some(&page.staff), new::page(page), Some(form::step("followup", "建好，拿链接")))
        }
        StaffPage::Detail { staff, detail, qr_path, qr_side, now, problem, typed } => {
            let qr = detail::Qr { path: qr_path.clone(), side: *qr_side };
            frame(
                "",
                Some(staff),
                detail::page(detail, qr, done, *now, &work::Sent { typed, problem: problem.as_ref() }),
                Some(detail::action(detail, done)),
            )
        }
        StaffPage::Shared(page) => frame("", Some(&page.staff), shared::page(page), shared::action(page)),
        StaffPage::Rights(page) => frame("", Some(&page.staff), rights::page(page), Some(rights::action())),
        StaffPage::Copy(page) => frame("", Some(&page.staff), rights::copy(page), None),
        StaffPage::Confirm(page) => frame("", Some(&page.staff), confirm::page(page), Some(confirm::action(page))),
        StaffPage::Draft(page) => frame("", page.staff.as_ref(), draft::page(page), Some(draft::action())),
        StaffPage::Problem { staff, problem } => frame("", staff.as_ref(), failed(problem), None),
    }
}

fn failed(problem: &Problem) -> Node {
    el("div")
        .class("zs-stack")
        .child(el("h1").class("zs-h1").child(problem.title.clone()))
        .child(el("p").class("zs-lead").child(problem.detail.clone()))
        .child(el("p").child(problem.kept.clone()))
        .child(link_card("/staff".to_owned(), "back", "回到工作台".to_owned(), String::new()))
        .child(el("p").child("一直不行，请找医院的信息科，报下面的编号。"))
        .child(el("p").class("zs-small").child("报错编号：").child(problem.request_id.clone()))
        .node()
}

/// The parts of the console that she sees, with the one that is open, and how much waits in nursing at home where that
/// was counted; nothing when there is but one.
fn sections(staff: &Staff, here: &str, care: usize) -> Option<El> {
    let links = staff
        .sections()
        .map(|section| {
            el("a")
                .with("href", section.path)
                .with("aria-current", (section.path == here).then_some("page"))
                .child(small_icon(section.icon))
                .child(section.title)
                .child(
                    (section.deed == Deed::HomeCare && care > 0)
                        .then(|| el("b").child([" ", &care.to_string()].concat())),
                )
        })
        .collect::<Vec<_>>();
    (links.len() > 1).then(|| el("nav").class("zs-sections").with("aria-label", "工作台").child(links))
}

/// What coordinators and administrators must know of tries at many links.
fn many_tries(tries: &ManyTries) -> Node {
    let mut told = Vec::new();
    if tries.endings > 0 {
        told.push(format!("从同一个网络，一小时里错了 {} 次。", tries.endings));
    }
    if tries.locks > 0 {
        told.push(format!("一小时里锁了 {} 个链接。", tries.locks));
    }
    notice(
        "最近一天，有人试了很多病人的链接".to_owned(),
        format!("{}请告诉信息科。有人来电话要打开链接，请先核对是本人。", told.concat()),
    )
}

/// The page's forms as they are sent: refused by the server in its own words and never by the browser, and with the
/// account that sees them, so that what is typed waits for the same person when the session is over.
fn signed(staff: Option<&Staff>, main: Node) -> Node {
    main.map_posts(&|post| {
        let by = staff.map(|staff| form::hidden(BY, staff.name.clone()));
        post.with("novalidate", true).child(by)
    })
}

/// Header, sections, main part and what stands at the thumb; `here` is the address of the section that is open.
fn frame(here: &str, staff: Option<&Staff>, main: Node, action: Option<Node>) -> Node {
    let name = staff.map(|staff| staff.display.as_str()).unwrap_or_default();
    framed(here, (staff, name, 0), main, action)
}

/// The same with what stands under the console's name: where nobody knows who is signed in, that is neither a name nor
/// the wish that they sign in.
fn framed(here: &str, (staff, name, care): (Option<&Staff>, &str, usize), main: Node, action: Option<Node>) -> Node {
    let name = name.to_owned();
    let tools = staff.map(|_| {
        el("div")
            .class("zs-header__tools")
            .child(
                el("a")
                    .class("zs-header__tool")
                    .with("href", "/staff/password")
                    .child(icon("lock"))
                    .child(el("span").child("改密码")),
            )
            .child(
                el("form")
                    .with("method", "post")
                    .with("action", "/staff/logout")
                    .child(el("button").class("zs-header__tool").child(icon("exit")).child(el("span").child("退出"))),
            )
    });
    let bar = action.map(|action| bar("这一步", el("div").class("zs-action-bar__row").child(action).node()));
    nodes![
        el("header")
            .class("zs-header")
            .child(
                el("a")
                    .class("zs-header__brand")
                    .with("href", "/staff")
                    .child(
                        el("svg")
                            .class("zs-header__mark")
                            .with("viewBox", "0 0 32 32")
                            .with("aria-hidden", "true")
                            .child(el("use").with("href", "#i-mark")),
                    )
                    .child(
                        el("span")
                            .child(el("span").class("zs-header__name").child("护士工作台"))
                            .child(el("span").class("zs-header__sub").child(name)),
                    ),
            )
            .child(tools),
        staff.and_then(|staff| sections(staff, here, care)),
        el("main").class("zs-main").with("id", "main").with("tabindex", "-1").child(signed(staff, main)),
        bar
    ]
}

#[cfg(test)]
mod tests {
    use crate::render_staff;
    use zaoshai_contract::civil::CivilDate;
    use zaoshai_contract::staff::StaffPage;

    #[test]
    fn the_login_is_a_form_with_labels() {
        let login = StaffPage::Login { name: "zhang\"".to_owned(), to: String::new(), problem: None };
        let html = render_staff(&login, None, CivilDate::from_days(0));
        assert!(html.contains("action=\"/staff/login\"") && html.contains("for=\"password\""));
        assert!(html.contains("zhang&quot;"), "{html}");
    }
}
