//! How the pages are called that no content file names: lists, the finder and the follow-up tab.

use super::pages::Title;
use zaoshai_contract::route::{Lang, Route};

/// The title and description of a fixed page. Traditional characters are converted from the simplified ones.
pub fn of(lang: Lang, route: &Route) -> Title<'static> {
    let english = lang == Lang::En;
    let pick = |zh: [&'static str; 2], en: [&'static str; 2]| {
        let [title, description] = if english { en } else { zh };
        Title { title, description, translated: true }
    };
    match route {
        Route::Home => pick(
            ["早筛：您该做哪些癌症筛查？", "哪些癌症值得查、从几岁查、好处和坏处、哪里能做。按公开的国家方案整理。"],
            [
                "Which cancer screening is worth it for you?",
                "Which cancers are worth screening for, from which age, benefits and harms, and where. From published Chinese programmes.",
            ],
        ),
        Route::Topics => pick(
            ["癌症筛查：按部位看", "每种癌症谁该查、查什么、多久查一次、好处和坏处。"],
            [
                "Cancer screening by part of the body",
                "Who should be screened, with which test, how often, benefits and harms.",
            ],
        ),
        Route::GuidanceList => pick(
            ["早癌指导", "哪些症状要看医生、结果阳性怎么办、为什么要早发现。"],
            ["Guidance", "Which signs need a doctor, what to do after a positive result, why early matters."],
        ),
        Route::Results(_) => pick(
            ["报告上的字，是什么意思？", "便潜血、HPV、BI-RADS、肺结节、甲胎蛋白等报告怎么看，下一步去哪里。"],
            [
                "What do the words on your report mean?",
                "Stool test, HPV, BI-RADS, lung nodules, AFP and others: what they mean and what to do next.",
            ],
        ),
        Route::Programmes => pick(
            ["免费筛查项目", "两癌筛查、城市和农村项目、HPV 疫苗：谁可以、在哪里、要不要钱。"],
            ["Free screening programmes", "Who is entitled, where, what it costs and when."],
        ),
        Route::Checks => pick(
            ["自己查一查：该不该做癌症筛查", "按国家方案和公开的评分，一题一题答。答案只留在手机里。"],
            [
                "Check yourself: should you be screened?",
                "By the national programmes and published scores, one question at a time. Answers stay on the phone.",
            ],
        ),
        Route::Search(_) => pick(
            ["搜一搜：您想找什么？", "搜癌症、检查、报告上的字、医院和免费项目。打拼音、打错字也能找到。"],
            [
                "Search: what are you looking for?",
                "Search for cancers, tests, words on reports, hospitals and free programmes, in Chinese, pinyin or English.",
            ],
        ),
        Route::Clinics(_) => pick(
            ["找医院：您想查什么？", "按检查、城市和时间找医院，看电话和路线。"],
            ["Find a hospital", "By test, city and hour, with phone numbers and directions."],
        ),
        _ => pick(
            ["随访：打开护士发给您的链接", "用护士发的链接选时间、改时间、取消预约。"],
            [
                "Follow-up: open the link from your nurse",
                "Choose, move or cancel your appointment with the link that your nurse sent.",
            ],
        ),
    }
}
