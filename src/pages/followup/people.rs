//! Who opens the link, who acts for whom, what is asked and answered, and what is kept about the patient.

use super::super::Shown;
use super::form::{Link, ending, field, heading, status, tick, tries};
use super::plan::present;
use crate::components::ask::ask;
use crate::components::error_summary::{error_summary, field_error};
use crate::components::icon::icon;
use crate::components::notice::notice;
use crate::components::phone_link::phone_link;
use crate::text::{day, moment};
use crate::view::{El, el, nodes};
use zaoshai_contract::followups::{Helper, Plan, Told};
use zaoshai_contract::problem::Problem;
use zaoshai_contract::route::FollowUpView;

/// The identity check, which leads to the view that was asked for: nothing about the patient stands here.
pub fn identify(link: &Link<'_>, view: FollowUpView, tries_left: u8, problem: Option<&Problem>) -> Shown {
    let left = (link.news.done == Some(Told::Left)).then(|| {
        let text = link.say(
            "已退出。这部手机上看不到了，您的预约没有变。",
            "You have left. This phone shows nothing any more; your appointment is unchanged.",
        );
        notice(String::new(), text)
    });
    // Whoever has tried knows why; the field must be in sight.
    let lead = problem.is_none().then(|| {
        el("p").class("zs-lead").child(link.say(
            "为了保护隐私，请填您留给医院的手机号最后四位。",
            "To protect your privacy, enter the last four digits of the phone number the hospital has.",
        ))
    });
    let main = nodes![
        link.demonstration(),
        problem.map(error_summary),
        left,
        heading(link.say("请先核对手机号", "First, the phone number")),
        lead,
        tries(link.voice, tries_left),
        link.form(Some("identify"), "identify", None)
            .child(el("input").with("type", "hidden").with("name", "view").with("value", view.as_str()))
            .child(ending(
                link.say("手机号最后四位", "Last four digits"),
                link.say("4 个数字，例如 1234；座机不算分机", "4 digits, for example 1234, without an extension"),
                problem,
                link.news.typed("ending")
            ))
            .child(status()),
        ask(link.site)
    ];
    Shown { main, action: Some(link.bar("identify", link.say("打开", "Open"))) }
}

/// Questions to the nurse and her answers.
pub fn questions(link: &Link<'_>, plan: &Plan) -> Shown {
    let asked = plan
        .questions
        .iter()
        .map(|question| {
            let answer = match question.answered {
                Some(at) => nodes![
                    el("p").class("zs-small").child(link.voice.fill(
                        "护士 {} 回答：",
                        "The nurse answered on {}:",
                        &day(link.site.lang, at.date())
                    )),
                    el("p").child(question.answer.clone())
                ],
                None => el("p")
                    .class("zs-small")
                    .child(link.say("还没有回答。急事请打电话。", "Not answered yet. If it is urgent, please call."))
                    .node(),
            };
            el("li")
                .class("zs-card zs-stack zs-stack--tight")
                .child(el("p").class("zs-small").child(moment(link.site.lang, question.asked)))
                .child(el("p").child(el("b").child(question.text.clone())))
                .child(answer)
        })
        .collect::<Vec<_>>();
    let problem = plan.problem.as_ref();
    let input = el("textarea")
        .class("zs-input")
        .with("id", "question")
        .with("name", "question")
        .with("rows", "4")
        .with("maxlength", "300")
        .with("data-draft", if plan.done == Some(Told::Asked) { "sent" } else { "" })
        .child(link.news.typed("question").to_owned());
    let main = nodes![
        link.opening(plan, link.say("问护士一个问题", "Ask the nurse")),
        present(link, plan),
        el("p").class("zs-lead").child(link.say("护士看到以后，会在这里回答。", "The nurse will answer here.")),
        notice(
            link.say("急事不要等", "Do not wait if it is urgent"),
            link.say("大出血、剧痛、喘不上气，请打 120。", "Heavy bleeding, great pain or no breath: call 120.")
        ),
        link.form(Some("ask"), "ask", Some(plan))
            .child(field(
                "question",
                link.say("您的问题", "Your question"),
                link.say("300 字以内", "Up to 300 characters"),
                problem,
                input
            ))
            .child(status()),
        (!asked.is_empty()).then(|| el("ul").class("zs-link-list").child(asked)),
        phone_link(&plan.phone, link.say("打电话问", "Call to ask")),
        link.leaving(plan)
    ];
    Shown { main, action: Some(link.bar("ask", link.say("发给护士", "Send"))) }
}

/// Who may act for the patient, and who acts now.
pub fn helpers(link: &Link<'_>, plan: &Plan) -> Shown {
    let acting = |helper: &str, label: String| link.one_button("act", plan, Some(("helper", helper.to_owned())), label);
    // Nobody becomes somebody else by adding them: whoever holds the phone says who they are.
    let who = (plan.done == Some(Told::HelperAdded)).then(|| {
        let helpers = plan.helpers.iter().map(|helper| acting(&helper.id, helper.name.clone()).node());
        let patient = acting("", link.say("本人", "The patient")).node();
        el("section")
            .class("zs-card zs-stack zs-stack--tight")
            .with("aria-labelledby", "who")
            .child(
                el("h2")
                    .class("zs-h2")
                    .with("id", "who")
                    .child(link.say("现在是谁在用这部手机？", "Who is using this phone now?")),
            )
            .child([patient].into_iter().chain(helpers).collect::<Vec<_>>())
    });
    let known = plan
        .helpers
        .iter()
        .map(|helper| {
            let now = plan.helper.as_ref().is_some_and(|acts| acts.id == helper.id);
            let act = (!now).then(|| acting(&helper.id, link.say("我是这位家人", "I am this relative")));
            let end = ending_consent(link, plan, helper);
            el("li")
                .class("zs-card zs-stack zs-stack--tight")
                .child(el("p").child(el("b").child(helper.name.clone())))
                .child(el("p").class("zs-small").child(link.voice.fill(
                    "{} 本人同意",
                    "Consented on {}",
                    &day(link.site.lang, helper.consented.date()),
                )))
                .child(act)
                .child(end)
        })
        .collect::<Vec<_>>();
    let self_again = plan.helper.as_ref().map(|_| acting("", link.say("现在是本人在用", "The patient is here now")));
    let problem = plan.problem.as_ref();
    let input = el("input")
        .class("zs-input")
        .with("id", "name")
        .with("name", "name")
        .with("maxlength", "50")
        .with("data-draft", if plan.done == Some(Told::HelperAdded) { "sent" } else { "" })
        .with("value", link.news.typed("name").to_owned())
        .with("autocomplete", "off");
    let main = nodes![
        link.opening(plan, link.say("家人帮我办", "Let a relative act for me")),
        present(link, plan),
        who,
        el("p").class("zs-lead").child(link.say(
            "家人用同一个链接和手机后四位，就能替您约、改、取消。",
            "With this link and the four digits a relative can book, move and cancel for you."
        )),
        (!known.is_empty()).then(|| el("ul").class("zs-link-list").child(known)),
        self_again,
        link.form(Some("helper"), "helper", Some(plan))
            .child(field(
                "name",
                link.say("家人是谁", "Who is the relative"),
                link.say("例如 女儿 王芳", "For example: daughter Wang Fang"),
                problem,
                input
            ))
            .child(field_error(problem, "consent"))
            .child(el("div").class("zs-checks").child(tick(
                link,
                "consent".to_owned(),
                "consent",
                "yes".to_owned(),
                link.say(
                    "本人同意这位家人看我的安排、替我办理",
                    "I agree that this relative sees my plan and acts for me"
                )
            )))
            .child(el("p").class("zs-small").child(link.say(
                "只记家人的称呼和同意的时间。随时可以取消。",
                "Only the name and the time of consent are kept. You can end it at any time."
            )))
            .child(status()),
        link.leaving(plan)
    ];
    Shown { main, action: Some(link.bar("helper", link.say("同意并保存", "Agree and save"))) }
}

/// The question whether a relative no longer acts: one line, which opens to what follows from it.
fn ending_consent(link: &Link<'_>, plan: &Plan, helper: &Helper) -> El {
    let value = Some(("helper", helper.id.clone()));
    let sure = link.voice.fill("是，{} 不再代办", "Yes, {} no longer acts", &helper.name);
    el("details")
        .class("zs-details")
        .child(el("summary").child(el("span").child(link.say("不再代办……", "No longer acts…"))).child(icon("next")))
        .child(
            el("div")
                .class("zs-stack zs-stack--tight")
                .child(el("p").class("zs-small").child(link.say(
                    "这位家人在自己手机上会马上退出。您的预约不变。",
                    "They are signed out on their own phone at once. Your appointment stays.",
                )))
                .child(link.one_button("end-helper", plan, value, sure)),
        )
}

/// What is kept, for how long, and how to have it deleted.
pub fn data(link: &Link<'_>, plan: &Plan) -> Shown {
    let kept = [
        link.say("称呼、手机号（加密保存）", "Your name and phone number (encrypted)"),
        link.say("为什么请您来、结果说明（加密保存）", "Why you are asked to come and the result letter (encrypted)"),
        link.say("约了什么时间，来了没有", "What was booked, and whether you came"),
        link.say("您的问题和护士的回答（加密保存）", "Your questions and the answers (encrypted)"),
        link.say("候补的时间段", "The times for which you wait"),
        link.say("替您办的家人的称呼，您同意的时间", "The names of relatives who act for you, and when you agreed"),
    ];
    let relatives = plan.helpers.iter().map(|helper| {
        let when = day(link.site.lang, helper.consented.date());
        let since = link.voice.fill("（{} 同意）", " (consented on {})", &when);
        el("li").child(helper.name.clone()).child(since)
    });
    let relatives = (!plan.helpers.is_empty()).then(|| {
        nodes![
            el("h2").class("zs-h3").child(link.say("现在替您办的家人", "Relatives who act for you")),
            el("ul").class("zs-points").child(relatives.collect::<Vec<_>>())
        ]
    });
    let kept = kept.into_iter().map(|text| el("li").child(text)).collect::<Vec<_>>();
    let until = day(link.site.lang, plan.link_until);
    let main = nodes![
        link.opening(plan, link.say("我的资料", "My data")),
        present(link, plan),
        el("p").class("zs-lead").child(link.say(
            "只为这次随访使用，只有管您随访的医护人员看得到。",
            "Used for this follow-up only, and seen only by the staff who look after it."
        )),
        el("ul").class("zs-points").child(kept),
        relatives,
        el("p").child(link.voice.fill("这个链接用到 {}。", "This link works until {}.", &until)),
        phone_link(
            &plan.phone,
            link.say("要看全部资料、要改，请打电话", "To see everything or to correct it: please call")
        ),
        link.leaving(plan),
        el("section")
            .class("zs-section zs-stack zs-stack--tight")
            .with("aria-labelledby", "erasing")
            .child(el("h2").class("zs-h3").with("id", "erasing").child(link.say("不想再随访？", "No more follow-up?")))
            .child(el("p").class("zs-small").child(link.say(
                "可以停止随访，删除资料。预约会取消，删了找不回来。",
                "You can stop the follow-up and have your data deleted. Appointments are cancelled."
            )))
            .child(link.button(FollowUpView::Erasing, link.say("停止随访，删除资料", "Stop and delete my data")))
    ];
    main.into()
}

/// The question whether to stop and to have everything deleted.
pub fn erasing(link: &Link<'_>, plan: &Plan) -> Shown {
    let main = nodes![
        link.opening(plan, link.say("要停止随访、删除资料吗？", "Stop and delete your data?")),
        present(link, plan),
        el("p").child(link.say(
            "删除后：预约取消，链接失效，护士不再联系您。留下的办理记录没有姓名，另有一个编码，免得再登记一次。病历里的记录不归这里管，不会删。",
            "After that: appointments are cancelled, the link stops working, the nurse no longer contacts you. The \
             record of what was done stays without your name, with a code that keeps you from being registered again. Medical \
             records are kept elsewhere and stay."
        )),
        el("p").child(link.say(
            "如果结果要处理，请先问医生再决定。",
            "If your result needs treatment, please ask a doctor before you decide."
        )),
        link.form(Some("erase"), "erase", Some(plan))
            .child(field_error(plan.problem.as_ref(), "sure"))
            .child(el("div").class("zs-checks").child(tick(
                link,
                "sure".to_owned(),
                "sure",
                "yes".to_owned(),
                link.say("我要停止随访，删除我的资料", "I leave the follow-up and want my data deleted")
            )))
            .child(status()),
        link.aside_link(FollowUpView::Plan, link.say("不删除，回到我的安排", "Do not delete anything"))
    ];
    Shown { main, action: Some(link.grave_bar("erase", link.say("删除", "Delete"))) }
}
