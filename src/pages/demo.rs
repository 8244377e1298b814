//! `/demo`: three roles of three minutes each, one's own phone, a way into every account, and a new beginning. Made by the
//! server of a demonstration alone, and complete without any script.

use crate::components::icon::{icon, small_icon};
use crate::view::{El, Node, el, nodes};
use zaoshai_contract::civil::Moment;
use zaoshai_contract::route::Lang;

/// What the page tells.
pub struct Demo {
    /// The link of the patient that anybody may open, and the last four digits that open it; none once it was deleted.
    pub link: Option<(String, String)>,
    /// Codes for another phone; none where no other phone reaches the address under which the page was opened.
    pub codes: Vec<Scan>,
    /// Who is expected today.
    pub expected: i64,
    /// Who has to be looked after.
    pub overdue: i64,
    /// The account of the nurse's tour.
    pub nurse: String,
    /// All accounts.
    pub accounts: Vec<Entry>,
    /// When the people were made.
    pub made: Option<Moment>,
    /// Whether everything can be made anew.
    pub anew: Anew,
    /// How many are signed in to the console, and how many are in a link.
    pub using: (i64, i64),
    /// What became of the wish to begin anew that led here.
    pub told: Option<Begun>,
}

/// What became of the wish to begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Everything was made anew.
    Anew,
    /// Somebody was in the middle of something: nothing was touched.
    Busy,
}

/// Whether everything can be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// It can.
    Possible,
    /// Others work in the database, whose data would be lost.
    Refused,
}

/// A code to scan.
pub struct Scan {
    /// Where it leads, in words.
    pub title: &'static str,
    /// The address.
    pub address: String,
    /// The drawing of the code, and its side in modules.
    pub path: String,
    /// The side in modules.
    pub side: u16,
}

/// An account.
pub struct Entry {
    /// The name to sign in with.
    pub name: String,
    /// How it is shown, like 张护士长.
    pub display: String,
    /// Its roles.
    pub roles: String,
    /// Its hospital.
    pub hospital: String,
}

/// The page.
pub fn page(demo: &Demo) -> Node {
    nodes![
        el("div")
            .class("zs-demo")
            .child(el("h1").class("zs-h1").with("tabindex", "-1").child("三个角色，各三分钟"))
            .child(demo.told.map(begun))
            .child(el("p").class("zs-small").child("写“示范”的医院和人是编的，打不通。别的医院是真的，请不要打去试。"))
            .child(roles(demo)),
        own_phone(&demo.codes),
        accounts(&demo.accounts),
        anew(demo)
    ]
}

fn begun(told: Begun) -> El {
    let words = match told {
        Begun::Anew => "重新摆好了：人和时间都在今天。",
        Begun::Busy => "没有重新开始：有人正在提交。什么都没有变，请过几秒再点一次。",
    };
    el("p").class("zs-notice").with("role", "status").child(icon("check")).child(el("span").child(words))
}

fn roles(demo: &Demo) -> El {
    let (link, ending) = demo.link.clone().unwrap_or_default();
    let patient = if link.is_empty() {
        nodes![el("p").class("zs-small").child("这个病人的资料已经删除。"), way("#anew".to_owned(), "重新开始…")]
    } else {
        way(link, "当病人").node()
    };
    let opens = format!("打开链接，填后四位 {ending}");
    let today = format!("今天 {} 个人来，{} 个要处理", demo.expected, demo.overdue);
    el("ul").class("zs-roles").child(vec![
        role(
            "home",
            "居民",
            "58 岁，抽烟，没有不舒服",
            ["看“我该查什么”", "自查肺癌风险", "找能做的医院"],
            way("/plan".to_owned(), "当居民").node(),
        ),
        role("letter", "病人", "便潜血阳性，要约肠镜", [&opens, "约个时间，再改一次", "请女儿代办，问护士"], patient),
        role(
            "plus",
            "护士",
            &today,
            ["登记来的人，打个电话", "新建随访，发链接", "看转诊、名单和停诊"],
            enter(&demo.nurse, "当护士", "zs-button zs-button--small").node(),
        ),
    ])
}

fn role(id: &'static str, name: &'static str, who: &str, minutes: [&str; 3], way: Node) -> Node {
    let minutes = minutes.into_iter().map(|minute| el("li").child(minute.to_owned()).node()).collect::<Vec<_>>();
    let id = ["role-", id].concat();
    el("li")
        .class("zs-card zs-role")
        .child(
            el("div")
                .class("zs-role__head")
                .child(
                    el("div")
                        .child(el("h2").class("zs-h3").with("id", id).child(name))
                        .child(el("p").class("zs-role__who").child(who.to_owned())),
                )
                .child(way),
        )
        .child(el("ol").class("zs-role__minutes").with("aria-label", "三分钟，每分钟做什么").child(minutes))
        .node()
}

fn way(href: String, label: &'static str) -> El {
    el("a").class("zs-button zs-button--small").with("href", href).child(label)
}

/// The button that signs in an account.
fn enter(account: &str, label: &'static str, class: &'static str) -> El {
    el("form")
        .with("method", "post")
        .with("action", "/demo/staff")
        .child(el("input").with("type", "hidden").with("name", "account").with("value", account.to_owned()))
        .child(el("button").class(class).with("type", "submit").child(label))
}

fn part(id: &'static str, title: &'static str) -> El {
    el("section")
        .class("zs-section")
        .with("aria-labelledby", id)
        .child(el("h2").class("zs-h2").with("id", id).child(title))
}

fn own_phone(codes: &[Scan]) -> El {
    let section = part("phone", "用您自己的手机");
    if codes.is_empty() {
        return section.child(el("p").child(
            "这个地址只有这台电脑打得开。要用手机扫码，请用 --host 0.0.0.0 启动，再用电脑在局域网的地址打开这一页。",
        ));
    }
    let codes = codes.iter().map(|scan| {
        let side = scan.side + 8;
        el("li")
            .child(
                el("svg")
                    .class("zs-qr")
                    .with("viewBox", format!("-4 -4 {side} {side}"))
                    .with("role", "img")
                    .with("aria-label", format!("二维码：{}", scan.title))
                    .child(el("path").class("zs-qr__ground").with("d", format!("M-4 -4h{side}v{side}h-{side}z")))
                    .child(el("path").class("zs-qr__dark").with("d", scan.path.clone())),
            )
            .child(el("p").child(el("b").child(scan.title)))
            .child(el("p").class("zs-demo__address").child(scan.address.clone()))
            .node()
    });
    section
        .child(el("p").class("zs-small").child("电脑上当护士，手机上当病人：一边改了，另一边刷新就看得到。"))
        .child(el("ul").class("zs-demo__codes").child(codes.collect::<Vec<_>>()))
}

fn accounts(entries: &[Entry]) -> El {
    let row = |entry: &Entry| {
        el("li")
            .child(
                el("p")
                    .child(el("b").child(entry.display.clone()))
                    .child(el("span").child(entry.roles.clone()))
                    .child(el("span").child(format!("账号 {} · {}", entry.name, entry.hospital))),
            )
            .child(
                enter(&entry.name, "进去", "zs-button zs-button--quiet zs-button--small")
                    .with("aria-label", format!("进去：{}", entry.display)),
            )
            .node()
    };
    part("accounts", "账号")
        .child(el("p").class("zs-small").child("点“进去”不用密码。密码在启动的终端里，只显示一次，所有账号一样。"))
        .child(el("ul").class("zs-demo__accounts").child(entries.iter().map(row).collect::<Vec<_>>()))
}

fn anew(demo: &Demo) -> El {
    let made = demo.made.map(|made| {
        let when = crate::text::moment(Lang::Hans, made);
        el("p").child(format!("现在的人和时间，是 {when} 摆好的。"))
    });
    if demo.anew == Anew::Refused {
        let told = "数据库里有不是示范的账号或资料，不能重新开始。先停下，请管理员看一看。什么都没有删。";
        let told = el("p").class("zs-notice").child(icon("info")).child(el("span").child(told));
        return part("anew", "全部重新开始").child(made).child(told);
    }
    let (staff, patients) = demo.using;
    let affected = match (staff, patients) {
        (0, 0) => "现在没有人在用。".to_owned(),
        (staff, patients) => format!("现在有 {staff} 个账号登录着，{patients} 个链接开着：都会退出。"),
    };
    part("anew", "全部重新开始").child(made).child(
        el("details")
            .class("zs-details zs-sure")
            .child(
                el("summary").child(small_icon("clock")).child(el("span").child("全部重新开始…")).child(icon("next")),
            )
            .child(
                el("div")
                    .class("zs-stack zs-stack--tight")
                    .child(el("p").child(el("b").child("都重新摆一遍吗？")))
                    .child(
                        el("ul")
                            .class("zs-bullets")
                            .child(el("li").child(affected))
                            .child(el("li").child("大家改过的、新建的，都没有了。"))
                            .child(el("li").child("人和时间重新摆在今天。密码不变，要等几秒钟。")),
                    )
                    .child(el("form").with("method", "post").with("action", "/demo/anew").child(
                        el("button").class("zs-button zs-button--grave").with("type", "submit").child("全部重新开始"),
                    )),
            ),
    )
}
