//! The people of the demonstration and what befell them, as a script around one moment: who did what when. It says nothing
//! of how it is done; everything in it goes the way of the product.

use super::PATIENT;
use super::board::Board;
use std::collections::BTreeMap;
use zaoshai_contract::civil::Moment;
use zaoshai_contract::followups::{CallOutcome, Ending, Outcome, Urgency};
use zaoshai_contract::ids::SlotId;
use zaoshai_contract::referrals::ReferralAction;

#[cfg(test)]
mod tests;

/// The first digits of every number: 154 was never given to anybody, so that none of them rings.
const MUTE: &str = "1540000";
/// How many days before today it begins.
pub(super) const BEGINS: i64 = 25;

/// A person of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Who {
    /// Their name.
    pub name: &'static str,
    /// The last four digits of their number.
    pub ending: u16,
    /// Whose link is given away.
    given_away: bool,
}

impl Who {
    /// The id of their follow-up.
    pub fn id(self) -> String {
        if self.given_away { PATIENT.to_owned() } else { format!("{PATIENT}-{}", self.ending) }
    }

    /// Their number.
    pub fn phone(self) -> String {
        format!("{MUTE}{:04}", self.ending)
    }
}

/// Why somebody is asked to come.
pub(super) struct What {
    /// For which service.
    pub service: &'static str,
    /// Why, in the nurse's words.
    pub reason: &'static str,
    /// How soon.
    pub urgency: Urgency,
    /// The id of the letter.
    pub letter: &'static str,
}

const NODULE: What = What {
    service: "ldct-review",
    reason: "上次低剂量 CT 看到小结节，请复查一次。",
    urgency: Urgency::Soon,
    letter: "lung-nodule-review",
};
const STOOL: What = What {
    service: "colonoscopy",
    reason: "大便潜血是阳性，请来做肠镜。",
    urgency: Urgency::Urgent,
    letter: "fit-positive",
};
const STOMACH: What = What {
    service: "gastroscopy",
    reason: "上次胃镜看到萎缩，请来复查。",
    urgency: Urgency::Routine,
    letter: "gastric-atrophy",
};
const BREAST: What = What {
    service: "breast-clinic",
    reason: "乳腺超声是 3 类，请来复查。",
    urgency: Urgency::Soon,
    letter: "breast-bi-rads-3",
};
const CERVIX: What = What {
    service: "cervical-clinic",
    reason: "HPV 是阳性，请来宫颈门诊。",
    urgency: Urgency::Soon,
    letter: "hpv-other",
};
const OVER_THERE: What = What {
    service: "jiangbei-ldct",
    reason: "肺部小结节，到时候复查。",
    urgency: Urgency::Routine,
    letter: "lung-nodule-review",
};

/// What comes after an outcome.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// Another step, for the same service, in so many days.
    Step(i64),
    /// Nothing more.
    End(Ending),
}

/// What is done to a request for nursing at home.
pub(super) enum Care {
    /// It can be done.
    Accept,
    /// It cannot, and why.
    Decline(&'static str),
    /// A visit on a day so many days from today, at this hour.
    Plan(i64, u16),
    /// What came of the visit.
    Outcome(&'static str),
    /// The person does not want it any more.
    Withdraw,
}

/// What somebody does.
pub(super) enum Act {
    /// An account makes the follow-up, with so many days until it is due.
    Make(&'static str, &'static What, i64),
    /// The same, to come on a day so many days from today at the earliest.
    MakeFor(&'static str, &'static What, i64),
    /// The patient takes a time on the link.
    Book(SlotId),
    /// The patient looks at a time, which is kept for a while.
    Hold(SlotId),
    /// The patient cancels.
    Cancel,
    /// The patient waits for an earlier time.
    Wait,
    /// The patient asks.
    Ask(&'static str),
    /// The patient lets a relative act.
    Helper(&'static str),
    /// A stranger tries endings until the link is locked.
    Lock,
    /// The patient has everything deleted.
    Erase,
    /// An account answers what was asked.
    Answer(&'static str, &'static str),
    /// An account writes down a call.
    Call(&'static str, CallOutcome, &'static str),
    /// An account records who came.
    Record(&'static str, &'static str),
    /// An account records the outcome, with what comes next.
    Outcome(&'static str, Outcome, Then),
    /// An account books by phone.
    BookFor(&'static str, SlotId),
    /// An account offers the person to another hospital, and why.
    Refer(&'static str, &'static str, &'static str),
    /// An account of the other hospital answers, and why.
    Settle(&'static str, ReferralAction, &'static str),
    /// An account closes the clinic of the person's appointment for its day, and why.
    Close(&'static str, &'static str),
    /// Somebody asks for a nurse at home: the service, the need.
    AskCare(&'static str, &'static str),
    /// An account goes on with that.
    Care(&'static str, Care),
    /// An account brings in a list of these people.
    Import(&'static str, &'static [(&'static str, u16)]),
}

/// One thing that happens.
pub(super) struct Turn {
    /// When.
    pub at: Moment,
    /// To whom.
    pub who: Who,
    /// What.
    pub act: Act,
}

/// The list that is brought in, with messages that nobody has sent yet.
const LIST: [(&str, u16); 6] =
    [("田玉琴", 1081), ("任建新", 1082), ("姜桂芝", 1083), ("范国富", 1084), ("方秀娥", 1085), ("石建成", 1086)];

struct Script<'a> {
    board: &'a mut Board,
    /// In the order in which they are written.
    turns: Vec<Turn>,
    /// When something last happened to somebody, by their ending.
    latest: BTreeMap<u16, Moment>,
    last: u16,
}

impl Script<'_> {
    /// A moment of a day so many days from today; nothing of the script lies after now.
    fn at(&self, days: i64, hour: u16, minute: u16) -> Moment {
        self.no_later(Moment::at(self.board.today().plus_days(days), hour * 60 + minute))
    }

    /// So many minutes ago.
    fn minutes_ago(&self, minutes: i64) -> Moment {
        self.board.now.plus_minutes(-minutes)
    }

    fn no_later(&self, moment: Moment) -> Moment {
        moment.min(self.board.now)
    }

    /// Something happens to somebody: never after now, and never before what has happened to them already, however the
    /// holidays have pushed their times together.
    fn turn(&mut self, who: Who, at: Moment, act: Act) {
        let latest = self.latest.entry(who.ending).or_insert(at);
        *latest = at.max(*latest).min(self.board.now);
        self.turns.push(Turn { at: *latest, who, act });
    }

    /// Somebody new.
    fn person(&mut self, name: &'static str) -> Who {
        self.last += 1;
        Who { name, ending: self.last, given_away: false }
    }

    /// Somebody whom a nurse has asked to come so many days ago, within so many days.
    fn asked(&mut self, name: &'static str, what: &'static What, ago: i64, within: i64) -> Who {
        self.asked_by("nurse", name, what, ago, within)
    }

    fn asked_by(&mut self, by: &'static str, name: &'static str, what: &'static What, ago: i64, within: i64) -> Who {
        let who = self.person(name);
        let at = self.at(-ago, 9, 0).plus_minutes(i64::from(self.last % 50));
        let at = self.no_later(at);
        self.turn(who, at, Act::Make(by, what, within));
        who
    }

    /// Takes a time on the link five days before it begins, or as soon as they are asked; somebody gets none where there
    /// is none.
    fn books(&mut self, who: Who, slot: Option<(SlotId, Moment)>) -> Option<Moment> {
        let (slot, starts) = slot?;
        let at = self.no_later(starts.plus_minutes(-5 * 1_440 + i64::from(who.ending % 90)));
        self.turn(who, at, Act::Book(slot));
        Some(starts)
    }

    fn records(&mut self, who: Who, starts: Option<Moment>, action: &'static str) {
        if let Some(starts) = starts {
            let at = self.no_later(starts.plus_minutes(6));
            self.turn(who, at, Act::Record("nurse2", action));
        }
    }
}

/// What happens, earliest first.
///
/// # Errors
/// When the script tells it in another order than that in which it happens to one person.
pub(super) fn turns(board: &mut Board) -> anyhow::Result<Vec<Turn>> {
    let mut script = Script { board, turns: Vec::new(), latest: BTreeMap::new(), last: 1000 };
    waits(&mut script);
    today(&mut script);
    overdue(&mut script);
    asks(&mut script);
    closes(&mut script);
    refers(&mut script);
    ahead(&mut script);
    ends(&mut script);
    brings_in(&mut script);
    at_home(&mut script);
    let Script { board, mut turns, .. } = script;
    in_order(&turns, board.now)?;
    turns.sort_by_key(|turn| turn.at);
    Ok(turns)
}

/// Whether everybody is asked before anything else happens to them, and nothing happens before what it follows or after
/// now.
fn in_order(turns: &[Turn], now: Moment) -> anyhow::Result<()> {
    let mut latest: BTreeMap<u16, Moment> = BTreeMap::new();
    for Turn { at, who, act } in turns {
        let begins = matches!(act, Act::Make(..) | Act::MakeFor(..) | Act::AskCare(..) | Act::Import(..));
        let before = latest.insert(who.ending, *at);
        let right = if begins { before.is_none() } else { before.is_some_and(|before| before <= *at) };
        anyhow::ensure!(right && *at <= now, "what happens to {} at {} is out of order", who.name, at.iso());
    }
    Ok(())
}

/// Somebody waits for the first time of a day that is taken, and gets it when it becomes free; another still waits.
fn waits(script: &mut Script<'_>) {
    let day = 4;
    let mut in_the_way = Vec::new();
    for name in ["唐志明", "冯玉兰"] {
        let who = script.asked(name, &NODULE, 6, 30);
        let slot = script.board.from("ldct-review", day);
        if let Some((slot, _)) = slot {
            let at = script.at(-3, 10, 0);
            script.turn(who, at, Act::Book(slot));
            in_the_way.push(who);
        }
    }
    for (name, minutes) in [("韩秀芳", 100), ("于国强", 90)] {
        let who = script.person(name);
        let at = script.minutes_ago(minutes + 60);
        script.turn(who, at, Act::MakeFor("nurse", &NODULE, day));
        let at = script.minutes_ago(minutes);
        script.turn(who, at, Act::Wait);
    }
    if let Some(first) = in_the_way.first() {
        let at = script.minutes_ago(20);
        script.turn(*first, at, Act::Cancel);
    }
}

/// Who is expected today: arrived, seen, not yet there, too late, not come, and to come.
fn today(script: &mut Script<'_>) {
    for (name, action) in [
        ("胡建华", None),
        ("朱秀兰", None),
        ("高凤英", Some("miss")),
        ("吴玉梅", Some("arrive")),
        ("徐国华", Some("arrive")),
        ("孙玉珍", Some("attend")),
    ] {
        let who = script.asked(name, &NODULE, 12, 30);
        let slot = script.board.begun("ldct-review");
        let starts = script.books(who, slot);
        if let Some(action) = action {
            script.records(who, starts, action);
        }
    }
    for name in ["李秀英", "王建国", "张淑芬", "刘德明", "赵桂兰", "周志强"] {
        let who = script.asked(name, &NODULE, 11, 30);
        let slot = script.board.next("ldct-review");
        script.books(who, slot);
        let at = script.at(-1, 15, 20);
        match name {
            "王建国" => script.turn(who, at, Act::Helper("女儿 王丽")),
            "赵桂兰" => script.turn(who, at, Act::Ask("我装了心脏支架，能做 CT 吗？")),
            _ => {}
        }
    }
}

/// Who has been left lying, of every urgency.
fn overdue(script: &mut Script<'_>) {
    script.asked("林国栋", &STOOL, 18, 14);
    let who = script.asked("何桂芳", &BREAST, 20, 17);
    for days in [-2, -1] {
        let at = script.at(days, 10, 30);
        script.turn(who, at, Act::Call("nurse2", CallOutcome::NoAnswer, ""));
    }
    script.asked("郭德胜", &STOMACH, 22, 17);
    let who = script.asked("马秀珍", &CERVIX, 8, 30);
    let at = script.at(-1, 11, 0);
    script.turn(who, at, Act::Call("nurse2", CallOutcome::WrongNumber, "接的人说不认识。"));
    let who = script.asked("罗建军", &NODULE, 15, 30);
    let slot = script.board.ago("ldct-review", 3);
    let starts = script.books(who, slot);
    script.records(who, starts, "miss");
    let who = script.asked("梁玉英", &NODULE, 14, 30);
    let slot = script.board.ago("ldct-review", 1);
    script.books(who, slot);
    let who = script.asked("宋国庆", &STOOL, 20, 30);
    let slot = script.board.ago("colonoscopy", 6);
    let starts = script.books(who, slot);
    script.records(who, starts, "attend");
    let who = script.asked("叶玉珍", &NODULE, 5, 30);
    let at = script.at(-1, 20, 0);
    script.turn(who, at, Act::Lock);
}

/// Questions, with and without an answer.
fn asks(script: &mut Script<'_>) {
    let who = script.asked("郑桂英", &STOOL, 4, 30);
    let at = script.at(-1, 19, 0);
    script.turn(who, at, Act::Ask("我在吃阿司匹林，做肠镜要停吗？"));
    let who = script.asked("谢建平", &STOMACH, 6, 30);
    let at = script.at(-3, 18, 0);
    script.turn(who, at, Act::Ask("胃镜要带家人吗？"));
    let at = script.at(-2, 8, 40);
    script.turn(who, at, Act::Answer("nurse2", "选麻醉的要带一位家人，不选的不用。"));
}

/// Two clinics were closed: those of one are offered another time, the one of the other has let it lapse.
fn closes(script: &mut Script<'_>) {
    let mut booked = None;
    for name in ["董淑珍", "萧建英"] {
        let who = script.asked(name, &BREAST, 7, 35);
        if let Some((slot, _)) = script.board.from("breast-clinic", 3) {
            let at = script.at(-4, 9, 30);
            script.turn(who, at, Act::Book(slot));
            booked = Some(who);
        }
    }
    if let Some(who) = booked {
        let at = script.minutes_ago(50);
        script.turn(who, at, Act::Close("coordinator", "医生临时外出"));
    }
    let who = script.asked("程玉华", &CERVIX, 10, 35);
    if let Some((slot, _)) = script.board.from("cervical-clinic", 2) {
        let at = script.at(-6, 9, 30);
        script.turn(who, at, Act::Book(slot));
        let at = script.at(-3, 10, 0);
        script.turn(who, at, Act::Close("coordinator", "设备检修"));
    }
    let who = script.asked("曹国安", &NODULE, 3, 30);
    if let Some((slot, _)) = script.board.from("ldct-review", 6) {
        let at = script.minutes_ago(3);
        script.turn(who, at, Act::Hold(slot));
    }
}

/// Both hospitals offer people to each other: waiting, taken over, handed back.
fn refers(script: &mut Script<'_>) {
    const WHY: &str = "病人搬到江北住，想就近复查。";
    const BACK: &str = "肠镜要在一院做。";
    let ways = [
        ("nurse", "jb-nurse", super::accounts::THERE, &NODULE, ["袁秀梅", "邓建华", "许桂珍"], WHY),
        ("jb-nurse", "nurse", super::accounts::HERE, &OVER_THERE, ["傅国平", "沈玉芳", "曾志刚"], BACK),
    ];
    for (ours, theirs, to, what, names, why) in ways {
        let answers = [
            None,
            Some((ReferralAction::TakeOver, "")),
            Some((ReferralAction::HandBack, "这个月约满了，请先留在原来的医院。")),
        ];
        for (name, answer) in names.into_iter().zip(answers) {
            let who = script.asked_by(ours, name, what, 8, 40);
            let at = script.at(-2, 14, 0);
            script.turn(who, at, Act::Refer(ours, to, why));
            if let Some((action, told)) = answer {
                let at = script.at(-1, 9, 15);
                script.turn(who, at, Act::Settle(theirs, action, told));
            }
        }
    }
}

/// Who has a time in the days to come.
fn ahead(script: &mut Script<'_>) {
    let given_away = Who { name: "陈玉兰", ending: 61, given_away: true };
    let at = script.at(-2, 9, 30);
    script.turn(given_away, at, Act::Make("nurse", &STOOL, 30));
    let who = script.asked("苏桂英", &STOOL, 6, 30);
    let slot = script.board.from("colonoscopy", 6);
    script.books(who, slot);
    let who = script.asked("卢国强", &STOMACH, 5, 30);
    if let Some((slot, _)) = script.board.from("gastroscopy", 5) {
        let at = script.at(-2, 10, 10);
        script.turn(who, at, Act::Call("nurse2", CallOutcome::Agreed, "不会用手机，电话里约的。"));
        let at = script.at(-2, 10, 12);
        script.turn(who, at, Act::BookFor("nurse2", slot));
    }
    let who = script.asked("蒋玉梅", &NODULE, 4, 30);
    let at = script.at(-3, 20, 0);
    script.turn(who, at, Act::Helper("儿子"));
    let slot = script.board.from("ldct-review", 7);
    script.books(who, slot);
    let who = script.asked_by("jb-nurse", "彭秀兰", &OVER_THERE, 6, 30);
    let slot = script.board.from("jiangbei-ldct", 3);
    script.books(who, slot);
    script.asked_by("jb-nurse", "吕建民", &OVER_THERE, 22, 18);
}

/// Who is through, for whatever reason, and who has cancelled.
fn ends(script: &mut Script<'_>) {
    for (name, outcome, then) in
        [("蔡建军", Outcome::Clear, Then::End(Ending::Completed)), ("贾秀英", Outcome::Review, Then::Step(180))]
    {
        let who = script.asked(name, &NODULE, 20, 30);
        let slot = script.board.ago("ldct-review", 5);
        let starts = script.books(who, slot);
        script.records(who, starts, "attend");
        let at = script.at(-2, 16, 0);
        script.turn(who, at, Act::Outcome("nurse", outcome, then));
    }
    let who = script.asked("丁国华", &STOMACH, 9, 30);
    let at = script.at(-3, 10, 0);
    script.turn(who, at, Act::Call("nurse2", CallOutcome::Declined, "说不想做了。"));
    let who = script.asked("魏桂兰", &NODULE, 9, 30);
    let slot = script.board.from("ldct-review", 3);
    script.books(who, slot);
    let at = script.minutes_ago(130);
    script.turn(who, at, Act::Cancel);
    let who = script.asked("薛建国", &NODULE, 9, 30);
    let at = script.at(-4, 18, 0);
    script.turn(who, at, Act::Erase);
}

/// A list that was brought in today.
fn brings_in(script: &mut Script<'_>) {
    let at = script.minutes_ago(40);
    let who = Who { name: "", ending: 0, given_away: false };
    script.turn(who, at, Act::Import("coordinator", &LIST));
}

/// Who asks for a nurse at home, in every state.
fn at_home(script: &mut Script<'_>) {
    let mut asked = |name, ago: i64, service, need, then: Vec<(i64, u16, Care)>| {
        let who = script.person(name);
        let at = script.at(-ago, 8, 30);
        script.turn(who, at, Act::AskCare(service, need));
        for (days, hour, care) in then {
            let at = script.at(days, hour, 10);
            script.turn(who, at, Act::Care("nurse2", care));
        }
    };
    asked("万桂香", 0, "dressing", "膝盖手术后换药。", vec![]);
    asked("段国良", 4, "tubes", "尿管要换。", vec![]);
    asked("雷秀琴", 3, "bedridden", "卧床三个月，有压疮。", vec![(-2, 9, Care::Accept)]);
    let planned = vec![(-2, 9, Care::Accept), (-1, 10, Care::Plan(1, 9))];
    asked("侯建中", 3, "dressing", "肚子伤口换药。", planned);
    let done = vec![(-5, 9, Care::Accept), (-4, 10, Care::Plan(-2, 9)), (-2, 11, Care::Outcome("done"))];
    asked("龙玉莲", 6, "dressing", "脚上伤口换药。", done);
    let nobody = vec![(-5, 9, Care::Accept), (-4, 10, Care::Plan(-1, 14)), (-1, 15, Care::Outcome("nobody-there"))];
    asked("史国祥", 6, "tubes", "胃管要看一看。", nobody);
    let declined = vec![(-2, 10, Care::Decline("要在医院换，请到门诊来。"))];
    asked("陶桂芬", 3, "other", "想在家打点滴。", declined);
    asked("黎建业", 5, "dressing", "换药。", vec![(-4, 9, Care::Accept), (-3, 9, Care::Withdraw)]);
}
