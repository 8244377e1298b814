//! `/home-care`: nursing at home, the form to ask for it, and what became of a request. Made by the server alone; the
//! browser sends the forms itself, so that they work without any script and cost the app nothing.

use super::Shown;
use super::followup::form::{ending, field, heading, tries};
use crate::components::Site;
use crate::components::action_bar::action_bar;
use crate::components::care_card::care_card;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::components::phone_link::phone_link;
use crate::components::points::plain_points;
use crate::components::summary_list::{row, summary_list};
use crate::text::{Voice, day, moment};
use crate::view::{El, Node, Value, el, nodes};
use zaoshai_contract::content::{CareLevel, Onward};
use zaoshai_contract::followups::{News, Told};
use zaoshai_contract::home_care::{CareForm, CareOffer, CareStage, CareView, ForWhom, Outcome, State, Visit};
use zaoshai_contract::ids::Token;
use zaoshai_contract::problem::Problem;
use zaoshai_contract::route::{ClinicFilter, Route};

/// What is offered, and the form.
pub fn offer(site: &Site, voice: &Voice<'_>, offer: &CareOffer) -> Shown {
    let told = |texts: &[String]| texts.iter().map(|text| voice.told(text)).collect::<Vec<_>>();
    // Folded, so that the form is not far below the fold.
    let fold = |id: &'static str, title: String, inside: Node| {
        el("details")
            .class("zs-details zs-details--line")
            .with("id", id)
            .child(el("summary").child(el("b").child(title)).child(icon("next")))
            .child(el("div").child(inside))
    };
    let services = offer
        .services
        .iter()
        .map(|service| row(voice.told(&service.name), Node::from(voice.told(&service.detail)), String::new()))
        .collect();
    let institution = if offer.clinic.is_empty() {
        Node::from(voice.told(&offer.institution))
    } else {
        el("a").with("href", [site.lang.prefix(), &offer.clinic].concat()).child(voice.told(&offer.institution)).node()
    };
    let call = (!offer.phone.is_empty())
        .then(|| phone_link(&offer.phone, voice.say("打电话问护理", "Call and ask about nursing at home")));
    let problem = offer.form.as_ref().and_then(|form| form.problem.as_ref());
    let asking = match &offer.form {
        Some(sent) => form(site, voice, offer, sent),
        None => notice(
            voice.say("这里不能网上申请", "You cannot ask on this site"),
            voice.say(
                "本院不派护士上门。请打上面这家医院的电话问。",
                "This hospital sends no nurses. Please call the institution above.",
            ),
        ),
    };
    let main = nodes![
        el("a")
            .class("zs-back")
            .with("href", site.to(&Route::Clinics(ClinicFilter::default())))
            .child(icon("back"))
            .child(el("span").child(site.words.all_clinics)),
        el("div")
            .class("zs-stack")
            .child(problem.map(error_summary))
            .child(demonstration(site, voice))
            .child(heading(voice.told(&offer.title)))
            .child(el("p").class("zs-lead").child(voice.told(&offer.lead)))
            .child(el("p").child(voice.say("派护士的医院：", "Nurses are sent by: ")).child(institution))
            .child(call)
            .child(care_card(
                site,
                "h2",
                CareLevel::Emergency,
                &voice.say("这些情况，不等护士上门", "Do not wait for a nurse if"),
                told(&offer.not_eligible),
                Onward::default(),
            )),
        fold("who", voice.say("哪些人可以", "For whom it is"), plain_points(told(&offer.eligible))),
        fold("what", voice.say("护士来做什么", "What the nurse does"), summary_list(services)),
        fold("where", voice.say("去哪里", "Where she comes"), plain_points(told(&offer.areas))),
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "ask")
            .child(el("h2").class("zs-h2").with("id", "ask").child(voice.say("请护士联系我", "Ask a nurse to call me")))
            .child(asking),
        source(voice, offer),
    ];
    let action = offer.form.as_ref().map(|_| send(site, "care", voice.say("发给护士", "Send to the nurse")));
    Shown { main, action }
}

/// That nothing here is real, where it is not.
fn demonstration(site: &Site, voice: &Voice<'_>) -> Option<Node> {
    site.demonstration.then(|| {
        notice(
            voice.say("示范", "Demonstration"),
            voice.say(
                "这是示范，护士不会真的来。请不要填真的姓名和电话。",
                "This is a demonstration. No nurse will come. Please do not enter a real name or phone number.",
            ),
        )
    })
}

/// The main button at the thumb, for the form with this id.
fn send(site: &Site, form: &'static str, label: String) -> Node {
    action_bar(site, el("button").class("zs-button").with("type", "submit").with("form", form).child(label).into())
}

/// Where it comes from, and what of it nobody has confirmed.
fn source(voice: &Voice<'_>, offer: &CareOffer) -> El {
    let provenance = &offer.provenance;
    let dated = if provenance.confirmed.is_empty() {
        voice.fill(
            "来源的日期：{}，医院还没有确认。",
            "Dated {}; not yet confirmed by the hospital.",
            &provenance.dated,
        )
    } else {
        voice.fill("医院在 {} 确认过。", "Confirmed by the hospital on {}.", &provenance.confirmed)
    };
    let unchecked = if offer.unchecked {
        voice.say(
            "有的内容还没有和原文核对，请以电话里说的为准。",
            " Some of it has not been checked against its source: what the nurse says on the phone counts.",
        )
    } else {
        String::new()
    };
    el("p")
        .class("zs-section zs-source-note")
        .child(icon("source"))
        .child(el("span").child(voice.told(&provenance.source)).child(" ").child(voice.told(&dated)).child(unchecked))
}

fn form(site: &Site, voice: &Voice<'_>, offer: &CareOffer, sent: &CareForm) -> Node {
    let typed = &sent.typed;
    let problem = sent.problem.as_ref();
    let described = |id: &'static str, hint: bool| {
        let wrong = problem.is_some_and(|problem| problem.errors.iter().any(|error| error.field == id));
        match (hint, wrong) {
            (true, true) => Value::from(format!("{id}-hint {id}-error")),
            (true, false) => Value::from(format!("{id}-hint")),
            (false, true) => Value::from(format!("{id}-error")),
            (false, false) => Value::Absent,
        }
    };
    let wrong = |id: &str| {
        problem.is_some_and(|problem| problem.errors.iter().any(|error| error.field == id)).then_some("true")
    };
    let text = |id: &'static str, value: &str, most: &'static str, complete: &'static str| {
        el("input")
            .class("zs-input")
            .with("id", id)
            .with("name", id)
            .with("value", value.to_owned())
            .with("maxlength", most)
            .with("autocomplete", complete)
            .with("data-draft", "")
            .with("aria-describedby", described(id, true))
            .with("aria-invalid", wrong(id))
    };
    let services = offer.services.iter().map(|service| {
        el("option")
            .with("value", service.id.clone())
            .with("selected", service.id == typed.service)
            .child(voice.told(&service.name))
    });
    let none = el("option").with("value", "").child(voice.say("请选一项", "Please choose"));
    let service = el("select")
        .class("zs-input")
        .with("id", "service")
        .with("name", "service")
        .with("aria-describedby", described("service", false))
        .with("aria-invalid", wrong("service"))
        .child([none].into_iter().chain(services).collect::<Vec<_>>());
    let need = el("textarea")
        .class("zs-input")
        .with("id", "need")
        .with("name", "need")
        .with("rows", "4")
        .with("maxlength", "300")
        .with("data-draft", "")
        .with("aria-describedby", described("need", true))
        .with("aria-invalid", wrong("need"))
        .child(typed.need.clone());
    let whom =
        [(ForWhom::Oneself, voice.say("我自己", "Myself")), (ForWhom::Relative, voice.say("我的家人", "A relative"))]
            .into_iter()
            .map(|(whom, label)| {
                let id = format!("for-{}", whom.as_str());
                el("label")
                    .class("zs-check")
                    .with("for", id.clone())
                    .child(
                        el("input")
                            .with("type", "radio")
                            .with("id", id)
                            .with("name", "for_whom")
                            .with("value", whom.as_str())
                            .with("checked", typed.for_whom == whom.as_str()),
                    )
                    .child(el("span").child(label))
            })
            .collect::<Vec<_>>();
    let whom_wrong = wrong("for_whom").is_some();
    let ticks = offer
        .consent
        .iter()
        .enumerate()
        .map(|(place, sentence)| {
            let id = format!("agreed-{place}");
            let error = field_error(problem, &id);
            let described = if error.is_some() { Value::from(format!("{id}-error")) } else { Value::Absent };
            let tick = el("label")
                .class("zs-check")
                .with("for", id.clone())
                .child(
                    el("input")
                        .with("type", "checkbox")
                        .with("id", id)
                        .with("name", "agreed")
                        .with("value", sentence.clone())
                        .with("checked", typed.agreed.contains(sentence))
                        .with("aria-describedby", described),
                )
                .child(el("span").child(voice.told(sentence)));
            nodes![error, tick]
        })
        .collect::<Vec<_>>();
    let until =
        voice.fill("护士最晚 {} 给您打电话。", "A nurse calls you by the end of {}.", &day(site.lang, sent.call_until));
    nodes![
        notice(
            voice.say("发出去，不等于约好了", "Sending this is not an appointment"),
            voice.say(
                "护士先打电话问情况，再定能不能来、哪天来。",
                "A nurse calls first, asks how you are, and says whether and when she can come.",
            ),
        ),
        el("form")
            .class("zs-stack")
            .with("method", "post")
            .with("id", "care")
            .with("action", site.to(&Route::HomeCare))
            .with("novalidate", true)
            .child(el("input").with("type", "hidden").with("name", "key").with("value", sent.key.to_string()))
            .child(
                el("fieldset")
                    .class(if whom_wrong { "zs-form-field zs-form-field--error" } else { "zs-form-field" })
                    .with("id", "for_whom")
                    .with("tabindex", "-1")
                    .child(el("legend").class("zs-form-field__label").child(voice.say("替谁问", "For whom")))
                    .child(field_error(problem, "for_whom"))
                    .child(el("div").class("zs-checks").child(whom)),
            )
            .child(field(
                "relation",
                voice.say("替家人问：是您的谁", "If for a relative: who"),
                voice.say("例如 母亲。替自己问，不用填。", "For example: my mother. Leave empty for yourself."),
                problem,
                text("relation", &typed.relation, "20", "off"),
            ))
            .child(field(
                "name",
                voice.say("要护理的人，怎么称呼", "Name of the person to be nursed"),
                voice.say("例如 李女士", "For example: Ms Li"),
                problem,
                text("name", &typed.name, "50", "off"),
            ))
            .child(field(
                "phone",
                voice.say("电话", "Phone"),
                voice.say(
                    "护士打这个电话。后四位用来看进展。",
                    "The nurse calls this number. Its last four digits open your request.",
                ),
                problem,
                text("phone", &typed.phone, "40", "tel").with("type", "tel").with("inputmode", "tel"),
            ))
            .child(field(
                "area",
                voice.say("哪个区、县", "District or county"),
                voice.say("例如 迎江区", "For example: Yingjiang"),
                problem,
                text("area", &typed.area, "20", "off"),
            ))
            .child(field(
                "address",
                voice.say("住在哪里", "Address"),
                voice.say("街道、小区、门牌", "Street, estate, number"),
                problem,
                text("address", &typed.address, "100", "street-address"),
            ))
            .child(field("service", voice.say("要什么护理", "What is needed"), String::new(), problem, service))
            .child(field(
                "need",
                voice.say("说说情况", "Tell us more"),
                voice.say(
                    "300 字以内。例如 出院一周，伤口要换药。",
                    "Up to 300 characters. For example: home for a week, the wound needs dressing.",
                ),
                problem,
                need,
            ))
            .child(
                el("fieldset")
                    .class("zs-form-field")
                    .with("id", "agreed")
                    .child(
                        el("legend")
                            .class("zs-form-field__label")
                            .child(voice.say("请看清楚，每一条都打勾", "Please read and tick each line")),
                    )
                    .child(ticks),
            )
            .child(el("p").child(el("b").child(until)))
            .child(el("p").class("zs-small").child(voice.say(
                "姓名、电话、住址、情况加密保存，只给安排上门的护士看。",
                "Name, phone, address and what you tell are kept encrypted, for the nurses who arrange visits.",
            ))),
    ]
}

/// What a link shows.
pub fn request(site: &Site, voice: &Voice<'_>, token: &Token, stage: &CareStage, news: &News) -> Shown {
    match stage {
        CareStage::Identify { tries_left, problem } => {
            identify(site, voice, token, *tries_left, problem.as_ref(), news)
        }
        CareStage::Erased => nodes![
            heading(voice.say("您的资料已经删除", "Your data have been deleted")),
            el("p").class("zs-lead").child(
                voice.say("护士不会再联系您，也不会上门。", "The nurses will not contact you, and nobody will come.")
            ),
            el("p").child(voice.say("要重新申请，请再填一次表。", "To ask again, please fill in the form again.")),
            el("a")
                .class("zs-button zs-button--quiet")
                .with("href", site.to(&Route::HomeCare))
                .child(voice.say("回到护士上门", "Back to nursing at home"))
        ]
        .into(),
        CareStage::Shown(view) => shown(site, voice, token, view).into(),
    }
}

/// A form of this link.
fn post(site: &Site, token: &Token, deed: &str) -> El {
    el("form")
        .class("zs-stack")
        .with("method", "post")
        .with("action", [&site.to(&Route::HomeCareRequest(token.clone())), "/", deed].concat())
        .with("novalidate", true)
}

fn identify(
    site: &Site,
    voice: &Voice<'_>,
    token: &Token,
    tries_left: u8,
    problem: Option<&Problem>,
    news: &News,
) -> Shown {
    let left = (news.done == Some(Told::Left)).then(|| {
        let text = voice.say(
            "已退出。这部手机上看不到了，您的申请没有变。",
            "You have left. This phone shows nothing any more; your request is unchanged.",
        );
        notice(String::new(), text)
    });
    let main = nodes![
        problem.map(error_summary),
        left,
        heading(voice.say("请先核对手机号", "First, the phone number")),
        el("p").class("zs-lead").child(voice.say(
            "为了保护隐私，请填申请时留的电话最后四位。",
            "To protect your privacy, enter the last four digits of the phone number you gave."
        )),
        tries(voice, tries_left),
        post(site, token, "identify").with("id", "identify").child(ending(
            voice.say("电话最后四位", "Last four digits"),
            voice.say("4 个数字，例如 1234；座机不算分机", "4 digits, for example 1234, without an extension"),
            problem,
            news.typed("ending")
        )),
    ];
    Shown { main, action: Some(send(site, "identify", voice.say("打开", "Open"))) }
}

/// A visit in words: "11月25日 星期三 9:00–11:00".
pub fn visit_in_words(lang: zaoshai_contract::route::Lang, visit: &Visit) -> String {
    let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
    format!("{} {}–{}", day(lang, visit.day), clock(visit.from), clock(visit.to))
}

/// Where a request stands: a heading and a sentence on what comes next.
fn standing(site: &Site, voice: &Voice<'_>, view: &CareView) -> (String, String) {
    match view.state {
        State::Asked => (
            voice.say("已发给护士，等护士打电话", "Sent: a nurse will call"),
            voice.fill(
                "护士最晚 {} 给您打电话。现在还没有约好。",
                "A nurse calls by the end of {}. Nothing is arranged yet.",
                &day(site.lang, view.call_until),
            ),
        ),
        State::Suitable => (
            voice.say("护士说可以上门", "A nurse can come"),
            voice.say("接下来定哪天来，护士会告诉您。", "The day comes next; the nurse will tell you."),
        ),
        State::Unsuitable => (
            voice.say("这次不能上门", "It cannot be done at home"),
            voice.say(
                "请看护士写的原因，有疑问请打电话。",
                "Please see the reason below, and call if you have questions.",
            ),
        ),
        State::Planned => (
            voice.say("约好了，护士会来", "A visit is planned"),
            voice.say("请在家等。要改时间，请打电话。", "Please be at home. To change the time, please call."),
        ),
        State::Missed => (
            voice.say("护士来过，没有人在家", "The nurse came and nobody was there"),
            voice.say("护士会再打电话，另定一天。", "She will call again to find another day."),
        ),
        State::Done => (
            voice.say("这次护理做好了", "The visit is done"),
            voice.say("还要护理，请打电话，或再申请一次。", "If you need more, please call or ask again."),
        ),
        State::NotDone => {
            let text = match view.outcome {
                Some(Outcome::Hospital) => voice.say("说好了改去医院。", "You go to the hospital instead."),
                _ => voice.say("您说不要了，护士不再来。", "You did not want it any more."),
            };
            (voice.say("这次没有上门", "No visit was made"), text)
        }
        State::Withdrawn => (
            voice.say("您已取消这次申请", "You took this request back"),
            voice.say("护士不会来。还要的话，请再申请一次。", "Nobody will come. If you need it, please ask again."),
        ),
    }
}

fn shown(site: &Site, voice: &Voice<'_>, token: &Token, view: &CareView) -> Node {
    let (title, text) = standing(site, voice, view);
    let mut facts = vec![
        row(voice.say("编号", "Code"), el("b").child(view.code.clone()).into(), voice.say("打电话时说这个。", "")),
        row(voice.say("称呼", "Name"), view.name.clone().into(), String::new()),
        row(voice.say("要什么护理", "What is needed"), voice.told(&view.service).into(), String::new()),
        row(voice.say("申请时间", "Asked"), moment(site.lang, view.asked).into(), String::new()),
    ];
    if let Some(visit) = view.visit.as_ref().filter(|_| view.state == State::Planned) {
        let who = voice.fill("来的护士：{}", "Nurse: {}", &visit.nurse);
        facts.insert(1, row(voice.say("上门时间", "Visit"), visit_in_words(site.lang, visit).into(), who));
    }
    if view.state == State::Unsuitable && !view.reason.is_empty() {
        facts.insert(1, row(voice.say("原因", "Reason"), view.reason.clone().into(), String::new()));
    }
    if matches!(view.state, State::Suitable | State::Planned) && !view.prepare.is_empty() {
        facts.insert(1, row(voice.say("请准备", "Please make ready"), view.prepare.clone().into(), String::new()));
    }
    let key = || el("input").with("type", "hidden").with("name", "key").with("value", view.key.to_string());
    let withdraw = view.can_withdraw.then(|| {
        el("section")
            .class("zs-section")
            .with("aria-labelledby", "withdraw")
            .child(el("h2").class("zs-h2").with("id", "withdraw").child(voice.say("不要了", "If you do not need it")))
            .child(
                el("details")
                    .class("zs-details")
                    .child(el("summary").child(el("span").child(voice.say("取消这次申请", "Take the request back"))))
                    .child(
                        post(site, token, "withdraw")
                            .class("zs-stack")
                            .child(key())
                            .child(el("p").child(voice.say(
                                "护士就不来了。再要的话，得重新申请。",
                                "No nurse will come. If you need one later, you must ask anew.",
                            )))
                            .child(
                                el("button")
                                    .class("zs-button zs-button--quiet")
                                    .with("type", "submit")
                                    .child(voice.say("确定取消", "Yes, take it back")),
                            ),
                    ),
            )
    });
    let phone = site.phone();
    let call = (!phone.is_empty()).then(|| phone_link(&phone, voice.say("打电话问", "Call to ask")));
    let keep = view.just_asked.then(|| {
        el("p").class("zs-notice").with("role", "status").child(icon("check")).child(el("span").child(
            voice.say("收到了。请收藏这一页，或记下编号。", "We have it. Keep this page, or write the code down."),
        ))
    });
    nodes![
        el("div")
            .class("zs-stack")
            .child(view.problem.as_ref().map(error_summary))
            .child(keep)
            .child(demonstration(site, voice))
            .child(heading(title))
            .child(el("p").class("zs-lead").child(text))
            .child(summary_list(facts))
            .child(notice(
                voice.say("急的病，不要等", "Do not wait if it is urgent"),
                voice.say("大出血、剧痛、喘不上气，请打 120。", "Heavy bleeding, great pain or no breath: call 120."),
            ))
            .child(call),
        el("section")
            .class("zs-section zs-stack")
            .with("aria-labelledby", "again")
            .child(el("h2").class("zs-h2").with("id", "again").child(voice.say("以后怎么看", "To see it again")))
            .child(el("p").child(voice.say(
                "打开这个链接，填电话后四位。链接不要发给别人。",
                "Open this link and enter the last four digits. Do not pass it on."
            )))
            .child(
                el("label")
                    .class("zs-form-field__small-label")
                    .with("for", "address")
                    .child(voice.say("您的链接", "Your link"))
            )
            .child(
                el("input")
                    .class("zs-input")
                    .with("id", "address")
                    .with("readonly", true)
                    .with("value", view.link.clone())
            ),
        el("section")
            .class("zs-section zs-stack zs-stack--tight")
            .with("aria-labelledby", "leave")
            .child(
                el("h2")
                    .class("zs-h2")
                    .with("id", "leave")
                    .child(voice.say("这不是您自己的手机？", "Not your own phone?")),
            )
            .child(el("p").child(voice.say(
                "用完请退出，别人就看不到。申请不变，再来时重新核对电话。",
                "Leave when you are done, so that nobody else sees this. Your request is unchanged."
            )))
            .child(
                post(site, token, "leave").child(
                    el("button")
                        .class("zs-button zs-button--quiet")
                        .with("type", "submit")
                        .child(voice.say("退出，在这部手机上关掉", "Leave on this phone")),
                ),
            ),
        withdraw,
        el("section")
            .class("zs-section zs-stack")
            .with("aria-labelledby", "erase")
            .child(el("h2").class("zs-h2").with("id", "erase").child(voice.say("删除我的资料", "Delete my data")))
            .child(el("p").child(voice.say(
                "姓名、电话、住址、情况都会删掉。还没做的上门也会取消。",
                "Name, phone, address and what you told are deleted. A visit that is still to come is cancelled."
            )))
            .child(
                post(site, token, "erase")
                    .child(key())
                    .child(field_error(view.problem.as_ref(), "sure"))
                    .child(
                        el("label")
                            .class("zs-check")
                            .with("for", "sure")
                            .child(
                                el("input")
                                    .with("type", "checkbox")
                                    .with("id", "sure")
                                    .with("name", "sure")
                                    .with("value", "yes")
                            )
                            .child(el("span").child(voice.say("我要删除", "Yes, delete")))
                    )
                    .child(
                        el("button")
                            .class("zs-button zs-button--quiet")
                            .with("type", "submit")
                            .child(voice.say("删除", "Delete"))
                    )
            )
    ]
}
