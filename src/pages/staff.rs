//! The nurse's pages: dense and quick, rendered by the server, working with forms alone.

mod accounts;
mod audit;
mod batch;
mod batches;
mod booking;
mod closures;
mod confirm;
mod day;
mod desk;
mod detail;
mod draft;
mod edit;
pub mod errand;
mod form;
mod home_care;
mod imported;
mod letters;
pub(in crate::pages) mod list;
mod login;
mod new;
mod password;
mod referral;
mod rights;
pub(in crate::pages) mod row;
mod schedule_form;
mod schedules;
mod search;
mod shared;
mod turn;
mod whole;
mod work;

use crate::components::action_bar::bar;
use crate::components::icon::{icon, small_icon};
use crate::components::link_list::link_card;
use crate::components::notice::notice;
use crate::text::Explained;
use crate::view::{El, Node, el, nodes};
use leptos::prelude::use_context;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::roles::Deed;
use zaoshai_contract::staff::confirm::Told;
use zaoshai_contract::staff::draft::BY;
use zaoshai_contract::staff::{ManyTries, Staff, StaffPage};

/// What stands at the thumb.
enum Step {
    /// The step of the page, on every screen.
    Always(Node),
    /// The step of the page on a phone; on a wide screen it stands in the page itself.
    OnPhones(Node),
    /// Nothing of the page's own: on a phone the ways to the day, to a new follow-up and to finding somebody.
    Ways,
}

impl From<Option<Node>> for Step {
    fn from(step: Option<Node>) -> Self {
        step.map_or(Self::Ways, Self::Always)
    }
}

/// A staff page with its frame, and what was just done told on it.
pub fn page(page: &StaffPage, done: Option<&Told>) -> Node {
    let just = done.map(|told| told.done);
    let frame = |here: &str, staff: Option<&Staff>, main: Node, step: Step| {
        let name = staff.map(|staff| staff.display.as_str()).unwrap_or_default();
        framed(here, (staff, name, 0), (nodes![confirm::told(done, page), main], confirm::strip(done, page)), step)
    };
    match page {
        StaffPage::Login { name, to, problem } => {
            let main = nodes![confirm::told(done, page), login::page(name, to, problem.as_ref())];
            framed("", (None, "请登录", 0), (main, confirm::strip(done, page)), Step::Ways)
        }
        StaffPage::Desk(desk, typed) => {
            let main = nodes![confirm::told(done, page), desk::page(desk, typed)];
            let who = (Some(&desk.staff), desk.staff.display.as_str(), desk.counts.care);
            framed("/staff", who, (main, confirm::strip(done, page)), Step::Ways)
        }
        StaffPage::Search(found) => frame("/staff/search", Some(&found.staff), search::page(found), Step::Ways),
        StaffPage::Closures(page) => {
            let step = Step::Always(closures::action(page));
            frame("/staff/closures", Some(&page.staff), closures::page(page), step)
        }
        StaffPage::Batches(page) => {
            frame("/staff/batches", Some(&page.staff), batches::page(page), batches::action(page).into())
        }
        StaffPage::Batch(page) => frame("/staff/batches", Some(&page.staff), batch::page(page), Step::Ways),
        StaffPage::Imported(page) => {
            let step = Step::Always(imported::action(page));
            frame("/staff/batches", Some(&page.staff), imported::page(page), step)
        }
        StaffPage::Letters(page) => frame("", Some(&page.staff), letters::page(page), Step::Ways),
        StaffPage::Audit(page) => frame("/staff/audit", Some(&page.staff), audit::page(page), Step::Ways),
        StaffPage::Accounts(page) => {
            let step = Step::Always(accounts::action(page));
            frame("/staff/accounts", Some(&page.staff), accounts::page(page), step)
        }
        StaffPage::Password(page) => frame("", Some(&page.staff), password::page(page), password::action(page).into()),
        StaffPage::Edit(page) => {
            let word = if page.closed { "重新打开" } else { "保存" };
            frame("", Some(&page.staff), edit::page(page), Step::Always(form::step("followup", word)))
        }
        StaffPage::Schedules(page) => frame("/staff/schedules", Some(&page.staff), schedules::page(page), Step::Ways),
        StaffPage::ScheduleForm(page) => {
            let step = schedule_form::action(page).into();
            frame("/staff/schedules", Some(&page.staff), schedule_form::page(page), step)
        }
        StaffPage::HomeCare(page) => frame("/staff/home-care", Some(&page.staff), home_care::list(page), Step::Ways),
        StaffPage::HomeCareRequest(page) => {
            let step = home_care::action(page).into();
            frame("/staff/home-care", Some(&page.staff), home_care::detail(page), step)
        }
        StaffPage::New(page) => {
            let step = Step::Always(form::step("followup", "建好，拿链接"));
            frame("/staff/followups/new", Some(&page.staff), new::page(page), step)
        }
        StaffPage::Detail { staff, detail, qr_path, qr_side, now, problem, typed } => {
            let qr = detail::Qr { path: qr_path.clone(), side: *qr_side };
            let sent = work::Sent { typed, problem: problem.as_ref(), who: &detail.row.name };
            let step = Step::OnPhones(detail::action(detail, just, typed));
            frame("", Some(staff), detail::page(detail, qr, just, *now, &sent), step)
        }
        StaffPage::Shared(page) => frame("", Some(&page.staff), shared::page(page), shared::action(page).into()),
        StaffPage::Rights(page) => frame("", Some(&page.staff), rights::page(page), Step::Always(rights::action())),
        StaffPage::Copy(page) => frame("", Some(&page.staff), rights::copy(page), Step::Ways),
        StaffPage::Confirm(page) => {
            frame("", Some(&page.staff), confirm::page(page), Step::Always(confirm::action(page)))
        }
        StaffPage::Draft(page) => frame("", page.staff.as_ref(), draft::page(page), Step::Always(draft::action())),
        StaffPage::Problem { staff, problem } => frame("", staff.as_ref(), failed(problem), Step::Ways),
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

/// The parts of the console that they see, with the one that is open, and how much waits in nursing at home where that
/// was counted; nothing when there is but one.
fn sections(staff: &Staff, here: &str, care: i64) -> Vec<El> {
    let links = staff
        .sections()
        .map(|section| {
            el("a")
                .with("href", section.path)
                .with("aria-current", (section.path == here).then_some("page"))
                .child(section.title)
                .child(
                    (section.deed == Deed::HomeCare && care > 0)
                        .then(|| el("b").child([" ", &care.to_string()].concat())),
                )
        })
        .collect::<Vec<_>>();
    if links.len() > 1 { links } else { Vec::new() }
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

/// Header, main part, what was just told of somebody in a list, and what stands at the thumb. `here` is the address of the
/// section that is open; under the console's name stands who is signed in, and where nobody knows that, neither a name
/// nor the wish that they sign in.
fn framed(
    here: &str,
    (staff, name, care): (Option<&Staff>, &str, i64),
    (main, strip): (Node, Option<El>),
    step: Step,
) -> Node {
    let name = name.to_owned();
    let tools = staff.map(|staff| tools(staff, here, care));
    // On a phone finding somebody and a new follow-up stand at the thumb, or else in the bar.
    let header = if matches!(step, Step::Ways) { "zs-header zs-header--ways" } else { "zs-header" };
    let row = |step| el("div").class("zs-action-bar__row").child(step).node();
    let bar = match step {
        Step::Always(step) => bar("这一步", row(step)),
        Step::OnPhones(step) => el("div")
            .class("zs-action-bar zs-narrow")
            .with("role", "region")
            .with("aria-label", "这一步")
            .child(row(step))
            .node(),
        Step::Ways => staff.filter(|staff| works(staff)).map(|_| ways(here)).into(),
    };
    nodes![
        el("header")
            .class(header)
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
        el("main").class("zs-main").with("id", "main").with("tabindex", "-1").child(signed(staff, main)),
        staff.filter(|staff| works(staff)).map(|_| keys()),
        match strip {
            Some(strip) => el("div").class("zs-stand").child(signed(staff, strip.node())).child(bar).node(),
            None => bar,
        }
    ]
}

/// Whether they work with follow-ups: others neither make nor find one.
fn works(staff: &Staff) -> bool {
    staff.may(Deed::WorkOnFollowUps)
}

/// What stands in the bar of every page: the sections, finding somebody, a new follow-up, and the account.
fn tools(staff: &Staff, here: &str, care: i64) -> Node {
    let links = sections(staff, here, care);
    let nav = (!links.is_empty()).then(|| el("nav").class("zs-sections").with("aria-label", "工作台").child(links));
    let folded = sections(staff, here, care);
    let folded = (!folded.is_empty())
        .then(|| el("nav").class("zs-menu__sections").with("aria-label", "工作台的各部分").child(folded));
    let find = works(staff).then(|| {
        let form = el("form")
            .class("zs-find")
            // What is typed is a name or a number: it stands in no address.
            .with("method", "post")
            .with("action", "/staff/search")
            .with("role", "search")
            .child(icon("search"))
            .child(el("label").class("zs-hidden").with("for", "find").child("查找：姓名、拼音、手机号、后四位或编号"))
            .child(
                el("input")
                    .with("id", "find")
                    .with("name", "q")
                    .with("type", "search")
                    .with("maxlength", "80")
                    .with("autocomplete", "off")
                    .with("placeholder", "姓名、拼音、后四位")
                    .with("data-key", "/"),
            )
            .child(el("kbd").class("zs-kbd").child("/"))
            .child(el("button").class("zs-hidden").with("type", "submit").child("查找"));
        signed(Some(staff), form.node())
    });
    let tool = |href: &'static str, key: &'static str, name: &'static str, word: &'static str| {
        let link = el("a").class("zs-header__tool zs-narrow").with("href", href).with("data-key", key);
        link.child(icon(name)).child(el("span").child(word))
    };
    let make = works(staff).then(|| {
        nodes![
            el("a")
                .class("zs-button zs-header__new")
                .with("href", NEW)
                .with("data-key", "n")
                .child(icon("plus"))
                .child(el("span").child("新建随访"))
                .child(el("kbd").class("zs-kbd").child("N")),
            tool("/staff/search", "/", "search", "查找"),
            tool(NEW, "n", "plus", "新建")
        ]
    });
    let account = el("details")
        .class("zs-menu")
        .child(el("summary").class("zs-header__tool").child(icon("menu")).child(el("span").child("菜单")))
        .child(
            el("div")
                .class("zs-menu__box")
                .child(folded)
                .child(use_context::<Explained>().map(|Explained(path)| {
                    el("a").with("href", path).child(small_icon("info")).child("演示说明，重新开始")
                }))
                .child(el("a").with("href", "/staff/password").child(small_icon("lock")).child("改密码"))
                .child(
                    el("form")
                        .with("method", "post")
                        .with("action", "/staff/logout")
                        .child(el("button").child(small_icon("exit")).child("退出")),
                ),
        );
    nodes![nav, el("div").class("zs-header__tools").child(find).child(make).child(account)]
}

/// The form for a new follow-up.
const NEW: &str = "/staff/followups/new";

/// The ways of a phone, where the page has no step of its own.
fn ways(here: &str) -> Node {
    let items =
        [("/staff", "", "calendar", "今天"), (NEW, "n", "plus", "新建"), ("/staff/search", "/", "search", "查找")]
            .into_iter()
            .map(|(href, key, name, word)| {
                el("li").class("zs-tab-bar__item").child(
                    el("a")
                        .class("zs-tab-bar__link")
                        .with("href", href)
                        .with("data-key", (!key.is_empty()).then_some(key))
                        .with("aria-current", (href == here).then_some("page"))
                        .child(icon(name))
                        .child(el("span").child(word)),
                )
            })
            .collect::<Vec<_>>();
    el("nav")
        .class("zs-tab-bar zs-narrow")
        .with("aria-label", "快捷")
        .child(el("ul").class("zs-tab-bar__list").child(items))
        .node()
}

/// The keys of the desk. The script that they need shows those that work on the page.
fn keys() -> El {
    let hints: [(&[&str], &str, &str); 11] = [
        (&["N"], "n", "新建"),
        (&["/"], "/", "查找"),
        (&["J", "K"], "j", "名单里上下"),
        (&["回车"], "j", "打开"),
        (&["C"], "c", "复制"),
        (&["X"], "x", "已发"),
        (&["1", "2", "3"], "1", "记电话"),
        (&["D"], "d", "到了"),
        (&["S"], "s", "已就诊"),
        (&["R"], "r", "填结果"),
        (&["U"], "u", "撤回"),
    ];
    let hints = hints.into_iter().map(|(keys, works, what)| {
        let keys = keys.iter().map(|key| el("kbd").class("zs-kbd").child(*key)).collect::<Vec<_>>();
        el("span").with("data-hint", works).with("hidden", true).child(keys).child(" ").child(what)
    });
    el("aside").class("zs-keys zs-wide").with("aria-label", "按键").child(hints.collect::<Vec<_>>()).child(
        el("button")
            .class("zs-word zs-keys__switch")
            .with("type", "button")
            .with("data-keys", "")
            .with("hidden", true)
            .child("关掉单键"),
    )
}

#[cfg(test)]
mod tests {
    use crate::render_staff;
    use zaoshai_contract::civil::CivilDate;
    use zaoshai_contract::staff::StaffPage;

    #[test]
    fn the_login_is_a_form_with_labels() {
        let login = StaffPage::Login { name: "zhang\"".to_owned(), to: String::new(), problem: None };
        let html = render_staff(&login, None, CivilDate::from_days(0), None);
        assert!(html.contains("action=\"/staff/login\"") && html.contains("for=\"password\""));
        assert!(html.contains("zhang&quot;"), "{html}");
    }
}
