//! Self-checks without the app: each step is a form that carries all answers, and nothing of them is kept.

use crate::world::{Answer, Client, World};
use axum::http::StatusCode;
use zaoshai_contract::checks::QuestionKind;
use zaoshai_contract::checks::progress::pairs_of;

/// What the server makes of a form, written as a query.
async fn step(client: &mut Client, path: &str, query: &str) -> Answer {
    let pairs = pairs_of(query);
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = client.form(path, &fields).await;
    Answer { text: read(&answer.text), ..answer }
}

/// A page as it is read: without the places where a title may break.
fn read(html: &str) -> String {
    html.replace("<wbr>", "")
}

const AGE: &str = "at=age&signs=-&age=62&go=next";

#[tokio::test]
async fn a_step_is_made_of_what_the_form_carries_and_of_nothing_else() {
    let world = World::new().await;
    let mut client = world.client();
    let page = step(&mut client, "/check/lung", AGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("您得过肺癌吗"), "{}", page.text);
    assert!(page.text.contains("name=\"age\" value=\"62\""), "the answer travels on in the form");
    assert_eq!(page.headers["cache-control"], "no-store");
    let cookies = page.headers.get_all("set-cookie").iter();
    let style_alone = cookies.map(|cookie| cookie.to_str().unwrap_or("")).all(|cookie| cookie.starts_with("zs_style="));
    assert!(style_alone, "no cookie holds an answer");
    assert!(!page.text.contains("id=\"page\""), "no program is asked to take such a page over");
    // Neither this visitor nor another finds anything of it again.
    for mut other in [client, world.client()] {
        let page = other.get("/check/lung").await.text;
        assert!(page.contains("id=\"without\"") && !page.contains("value=\"62\""));
    }
}

#[tokio::test]
async fn wrong_answers_are_told_and_kept_in_the_field() {
    let world = World::new().await;
    let mut client = world.client();
    for (form, told) in [
        ("at=age&signs=-&age=&go=next", "请填年龄"),
        ("at=age&signs=-&age=abc&go=next", "请只填数字"),
        ("at=age&signs=-&age=300&go=next", "18–110"),
        ("at=signs&signs=-&signs=cough&go=next", "不能再选别的"),
        ("at=years&signs=-&age=40&had=no&smoking=now&perday=20&years=60&go=next", "要比您的年龄小"),
    ] {
        let page = step(&mut client, "/check/lung", form).await;
        assert!(page.text.contains("有 1 处要改") && page.text.contains(told), "{form}: {}", page.text);
    }
    // What is no answer to any question is left out, and nothing breaks out of the page.
    let page = step(&mut client, "/check/lung", "at=age&age=%22%3E%3Cscript%3E&evil=1&go=next").await;
    assert!(!page.text.contains("\"><script>") && !page.text.contains("evil"), "{}", page.text);
}

#[tokio::test]
async fn a_question_with_several_answers_asks_for_one_at_least_and_the_first_leads_back_out() {
    let world = World::new().await;
    let mut client = world.client();
    let page = step(&mut client, "/check/lung", "at=signs&go=next").await.text;
    assert!(page.contains("有几样，选几样") && page.contains("请至少选一样") && !page.contains("请选一样"), "{page}");
    assert!(page.contains("<span>返回</span>") && !page.contains("上一题"), "{page}");
    let second = step(&mut client, "/check/lung", AGE).await.text;
    assert!(second.contains("<span>上一题</span>") && !second.contains("<span>返回</span>"), "{second}");
}

#[tokio::test]
async fn no_question_with_several_answers_asks_for_exactly_one() {
    let world = World::new().await;
    let library = world.app.library();
    let mut several = 0;
    for entry in &library.checks {
        for question in entry.check.questions.iter().filter(|question| question.kind == QuestionKind::Many) {
            assert!(question.missing.contains("至少"), "{}: {}", entry.check.id, question.missing);
            several += 1;
        }
    }
    assert!(several > 20, "{several} questions");
}

#[tokio::test]
async fn the_whole_of_a_check_stands_in_its_languages_and_on_paper() {
    let world = World::new().await;
    let mut client = world.client();
    let hant = step(&mut client, "/hant/check/lung", AGE).await.text;
    assert!(hant.contains("您得過肺癌嗎"), "{hant}");
    let sheet = client.get("/check/lung/sheet").await;
    assert!(sheet.text.contains("□ 痰里带血") && sheet.text.contains("20 包年及以上"), "{}", sheet.text);
    assert!(read(&client.get("/plan/sheet").await.text).contains("您多大年纪"));
    for path in ["/check/plan", "/check/nothing", "/check/nothing/sheet"] {
        assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(step(&mut client, "/check/nothing", AGE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_plan_without_the_app_names_what_is_due() {
    let world = World::new().await;
    let mut client = world.client();
    let plan = step(&mut client, "/plan", "go=result&age=62&sex=female&signs=?").await.text;
    assert!(plan.contains("<h1"), "an unfinished plan goes on with its first open question: {plan}");
}

#[tokio::test]
async fn a_symptom_leads_to_a_doctor_before_any_screening_of_this_year() {
    let world = World::new().await;
    let mut client = world.client();
    let first = step(&mut client, "/plan", "go=start").await.text;
    let (none, sign) = (first.find("value=\"-\""), first.find("value=\"lung\""));
    assert!(none.is_some() && none < sign, "none of them is the first choice: {first}");
    // The very next question says it already.
    let second = step(&mut client, "/plan", "at=signs&go=next&signs=lung").await.text;
    assert!(second.contains("在等复查的") && second.contains("先看医生（几天内）"), "{second}");
    assert!(second.contains("看呼吸科"), "{second}");
    let well = step(&mut client, "/plan", "at=signs&go=next&signs=-").await.text;
    assert!(well.contains("在等复查的") && !well.contains("先看医生（几天内）"), "{well}");
    let answers = "go=result&signs=lung&pending=-&age=62&sex=male&had=-&smoking=now&packs=yes&relatives=-&special=-&liverill=-\
                   &ill=-&habits=-&south=no&bmi=no&ct=never&colonoscopy=never&fit=never&gastroscopy=never&psa=never";
    let plan = step(&mut client, "/plan", answers).await.text;
    let doctor = plan.find("先看医生（几天内）").expect("a part for the doctor");
    let year = plan.find("今年该做").expect("other cancers are still due");
    assert!(doctor < year, "{plan}");
    let this_year =
        plan.split("今年该做").nth(2).expect("the part of this year").split("<h2").next().unwrap_or_default();
    assert!(!this_year.contains("肺癌"), "what is felt now is not filed under this year: {this_year}");
}

#[tokio::test]
async fn a_check_says_before_it_begins_how_many_questions_its_first_page_then_counts() {
    let world = World::new().await;
    let mut client = world.client();
    let mut wrong = Vec::new();
    for entry in &world.app.library().checks {
        let id = &entry.check.id;
        let path = if id == "plan" { "/plan".to_owned() } else { format!("/check/{id}") };
        let said = entry.check.before.iter().find_map(|line| line.strip_prefix("最多 ")?.split(' ').next());
        let said = said.unwrap_or_else(|| panic!("{id} says no number: {:?}", entry.check.before));
        let first = step(&mut client, &path, "go=start").await.text;
        let (_, counted) = first.split_once("，共 ").unwrap_or_else(|| panic!("{id}: {first}"));
        let counted = counted.split(' ').next().unwrap_or_default();
        if said != counted {
            wrong.push(format!("{id}: said {said}, counted {counted}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn a_threshold_is_not_told_as_full_marks_and_one_reason_is_told_at_a_time() {
    let world = World::new().await;
    for entry in &world.app.library().checks {
        let texts = entry.check.groups.iter().flat_map(|group| &group.outcomes).map(|outcome| &outcome.text);
        for text in texts {
            assert!(!text.contains("分，满"), "{}: {text}", entry.check.id);
            assert!(!text.contains("，或已经"), "{}: {text}", entry.check.id);
        }
    }
}
