//! The bundled content is sound, and each mistake an editor can make is named with file and line.

use super::{
    Area, Edition, Finding, Library, Reader, Weight, articles, booking, clinics, glossary, home_care, letters, sources,
};
use std::path::{Path, PathBuf};
use zaoshai_contract::civil::CivilDate;
use zaoshai_contract::content::{Article, Block, Span};
use zaoshai_contract::holidays::DayKind;
use zaoshai_contract::route::Lang;
use zaoshai_contract::schedules::BookingRules;

const LUNG: &str = "zh-Hans/topics/lung.md";
const LUNG_EN: &str = "en/topics/lung.md";
const LUNG_AID: &str = "zh-Hans/decisions/lung.md";
const SEARCH: &str = "zh-Hans/search.toml";
const HOLIDAYS: &str = "holidays.toml";
const FIT: &str = "zh-Hans/results/fit.md";
const BOOKING: &str = "booking.toml";
const LETTERS: &str = "zh-Hans/letters.toml";
const HOME_CARE: &str = "home-care.toml";

fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

fn day(year: i32, month: u8, day: u8) -> CivilDate {
    CivilDate::new(year, month, day).expect("a day")
}

fn today() -> CivilDate {
    day(2026, 11, 24)
}

fn library() -> Library {
    Library::load(&bundled(), today()).unwrap_or_else(|findings| panic!("{}", told(&findings).join("\n")))
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_bundled_content_has_neither_mistakes_nor_gaps() {
    let library = library();
    assert!(library.gaps.is_empty(), "{}", told(&library.gaps).join("\n"));
}

#[test]
fn every_topic_of_the_public_contract_is_there() {
    let library = library();
    let topics: Vec<&str> = library.hans.shelf(Area::Topics).cards.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(
        topics,
        [
            "lung",
            "colorectal",
            "gastric",
            "oesophageal",
            "liver",
            "breast",
            "cervical",
            "oral",
            "nasopharyngeal",
            "prostate",
            "thyroid",
            "ovarian-endometrial",
        ]
    );
    assert_eq!(library.home.early.len(), 2);
    assert_eq!(library.clinics.len(), 12);
}

#[test]
fn every_topic_has_all_sections_in_both_languages() {
    let library = library();
    let sections = |article: &Article| article.sections.iter().map(|section| section.id.clone()).collect::<Vec<_>>();
    for (id, entry) in &library.hans.shelf(Area::Topics).entries {
        let found = sections(&entry.article);
        for needed in [
            "who",
            "signs",
            "test",
            "prepare",
            "day",
            "cost",
            "result",
            "balance",
            "differ",
            "prevent",
            "questions",
            "next",
        ] {
            assert!(found.iter().any(|section| section == needed), "{id} has no {needed}");
        }
        let (english, translated) = library.entry(Area::Topics, Lang::En, id).expect("the topic");
        assert!(translated, "{id} is in English");
        for needed in ["who", "signs", "test", "result", "balance", "next"] {
            assert!(sections(&english.article).iter().any(|section| section == needed), "en {id} has no {needed}");
        }
        assert!(!entry.article.department.is_empty() && entry.article.review.is_some(), "{id}");
    }
    for id in ["thyroid", "ovarian-endometrial"] {
        let entry = library.hans.entry(Area::Topics, id).expect("the topic");
        assert_eq!(entry.article.sections[0].id, "why-not", "{id} says first that it is not advised");
    }
}

#[test]
fn every_finding_of_a_report_is_found_by_its_own_words() {
    let library = library();
    for finding in &library.findings {
        for word in &finding.words {
            let matches = crate::lookup::find(&library.findings, word);
            let first = matches.first().map(|found| &library.findings[found.place]);
            assert!(
                first.is_some_and(|first| (&first.explainer, &first.section) == (&finding.explainer, &finding.section)),
                "{word} of {}#{} finds {:?}",
                finding.explainer,
                finding.section,
                first.map(|first| (&first.explainer, &first.section))
            );
        }
    }
}

#[test]
fn what_people_type_from_their_reports_finds_its_meaning() {
    let library = library();
    for (typed, explainer, section) in [
        ("便潜血阳性", "fit", "positive"),
        ("大便隐血（＋）", "fit", "positive"),
        ("FIT 阴性", "fit", "negative"),
        ("隐血：-", "fit", "negative"),
        ("粪便隐血 弱阳性", "fit", "weak"),
        ("宫颈高危型 HPV16 阳性", "hpv", "h16-18"),
        ("HPV 18+", "hpv", "h16-18"),
        ("HPV52阳性", "hpv", "other-high"),
        ("HPV 阴性", "hpv", "negative"),
        ("ASC-US", "tbs", "asc-us"),
        ("非典型鳞状细胞，意义不明确", "tbs", "asc-us"),
        ("LSIL", "tbs", "lsil"),
        ("高度鳞状上皮内病变", "tbs", "hsil"),
        ("NILM", "tbs", "nilm"),
        ("未见上皮内病变或恶性细胞", "tbs", "nilm"),
        ("BI-RADS 4a", "bi-rads", "b4a"),
        ("双乳 BI-RADS 3 类", "bi-rads", "b3"),
        ("BI-RADS 0", "bi-rads", "b0"),
        ("右肺上叶磨玻璃结节", "lung-nodule", "ground-glass"),
        ("双肺多发小结节", "lung-nodule", "nodule"),
        ("肺结节 8mm", "lung-nodule", "middle"),
        ("左肺下叶实性结节 0.4cm", "lung-nodule", "small"),
        ("肺结节 20×18mm", "lung-nodule", "large"),
        ("Lung-RADS 4B", "lung-nodule", "lr-4b"),
        ("慢性浅表性胃炎", "gastric-biopsy", "superficial"),
        ("慢性萎缩性胃炎", "gastric-biopsy", "atrophy"),
        ("肠上皮化生", "gastric-biopsy", "metaplasia"),
        ("低级别上皮内瘤变", "gastric-biopsy", "low-grade"),
        ("增生性息肉", "polyps", "hyperplastic"),
        ("锯齿状腺瘤", "polyps", "serrated"),
        ("AFP 35", "afp", "raised"),
        ("甲胎蛋白 5.2 ng/ml", "afp", "normal"),
        ("总PSA 5.23 ng/mL", "psa", "grey"),
        ("PSA 2.1（参考值 0-4）", "psa", "low"),
        ("前列腺特异性抗原 15", "psa", "high"),
        ("TI-RADS 4a", "c-tirads", "t4a"),
        ("甲状腺结节 C-TIRADS 3类", "c-tirads", "t3"),
        ("碳13呼气试验阳性", "breath-test", "positive"),
        ("幽门螺杆菌（-）", "breath-test", "negative"),
    ] {
        let matches = crate::lookup::find(&library.findings, typed);
        let found: Vec<(&str, &str)> = matches
            .iter()
            .map(|found| &library.findings[found.place])
            .map(|finding| (finding.explainer.as_str(), finding.section.as_str()))
            .collect();
        assert_eq!(found.first(), Some(&(explainer, section)), "{typed}: {found:?}");
    }
}

#[test]
fn the_sentence_of_a_folded_section_comes_from_its_own_words() {
    let library = library();
    let gist = |topic: &str, id: &str| {
        let entry = library.hans.entry(Area::Topics, topic).expect("a topic");
        let section = entry.article.sections.iter().find(|section| section.id == id).expect("a section");
        section.gist.clone()
    };
    for (id, expected) in [
        // A sentence that announces points is told with them.
        (
            "who",
            "年满 50 岁，没得过肺癌，并且符合下面任意一项：吸满 20 包年、长期吸二手烟、有慢阻肺、工作中接触有害物、家人得过肺癌。",
        ),
        // What needs an ambulance comes first.
        (
            "signs",
            "马上打 120：胸口压着痛、闷痛，十几分钟不好，或出冷汗；大口咯血等。尽快看呼吸科：咳嗽 2–3 周还不好、痰里带血等。",
        ),
        // A gain and a loss with the same weight.
        (
            "balance",
            "1000 位风险较高的人做 CT，6 年里约有 4 人因此没有死于肺癌。同样 1000 人，每人只算做 1 次 CT，就约有 233 人虚惊一场。",
        ),
        // A sentence that says too little takes the next one along.
        ("result", "结节不等于癌。结节是肺里的小圆点。"),
        ("prepare", "不用空腹，照常吃饭、吃药。"),
    ] {
        assert_eq!(gist("lung", id), expected, "{id}");
    }
    let written = "## 哪些人建议做 {#who}\n\n> 满 50 岁，再加一项。\n\n年满";
    let findings = after_change(LUNG, "## 哪些人建议做 {#who}\n\n年满", written, today());
    assert!(findings.is_empty(), "{:#?}", told(&findings));
}

#[test]
fn hard_words_open_in_place_once_a_page() {
    let library = library();
    let article = &library.hans.entry(Area::Topics, "colorectal").expect("the topic").article;
    let mut terms = Vec::new();
    for block in article.sections.iter().flat_map(|section| &section.blocks) {
        let spans: Vec<&Span> = match block {
            Block::Paragraph { text, .. } => text.iter().collect(),
            Block::Points { items, .. } | Block::Steps { items, .. } => {
                items.iter().flat_map(|item| &item.text).collect()
            }
            _ => Vec::new(),
        };
        terms.extend(spans.into_iter().filter_map(|span| match span {
            Span::Term(_, meaning) => Some(meaning.clone()),
            _ => None,
        }));
    }
    assert!(terms.len() >= 3, "{terms:?}");
    let mut once = terms.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), terms.len(), "{terms:?}");
    for meaning in &article.words {
        assert!(!terms.contains(&meaning.text), "{} is explained twice", meaning.word);
    }
}

#[test]
fn traditional_characters_follow_the_phrase_and_the_exceptions() {
    let library = library();
    for (simplified, traditional) in [
        ("复查", "複查"),
        ("头发", "頭髮"),
        ("发现", "發現"),
        ("检查以后", "檢查以後"),
        ("皇后", "皇后"),
        ("胃里", "胃裏"),
        ("公里", "公里"),
        ("每 1000 位里约 8 公里", "每 1000 位裏約 8 公里"),
        ("皮肤发黄，舌头发麻", "皮膚發黃，舌頭發麻"),
        ("别只喝汤", "別只喝湯"),
        ("领口松的衣服，宿松县", "領口鬆的衣服，宿松縣"),
        ("症状", "症狀"),
        ("干净", "乾淨"),
        ("医生", "醫生"),
        ("肿瘤标志物", "腫瘤標誌物"),
        ("只有一只手", "只有一隻手"),
        ("BI-RADS 4A 类", "BI-RADS 4A 類"),
    ] {
        assert_eq!(library.traditional.text(simplified), traditional);
    }
}

#[test]
fn the_fictitious_hospitals_are_there_in_the_demonstration_alone() {
    let usual = library();
    let shown = |library: &Library| {
        let fictitious = library.clinics.iter().filter(|clinic| clinic.card.provenance.fictitious);
        fictitious.map(|clinic| clinic.card.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&usual), Vec::<String>::new());
    assert!(usual.clinics.iter().all(|clinic| !clinic.card.name.contains("示范")));
    let demonstration = Library::load_edition(&bundled(), today(), Edition::Demonstration);
    let demonstration = demonstration.unwrap_or_else(|findings| panic!("{}", told(&findings).join("\n")));
    assert!(demonstration.gaps.is_empty(), "{}", told(&demonstration.gaps).join("\n"));
    assert_eq!(shown(&demonstration), ["qinghe-1", "qinghe-jiangbei", "qinghe-xincheng"]);
    assert_eq!(demonstration.clinics.len(), usual.clinics.len() + 3, "the real ones stay");
    assert_ne!(demonstration.version, usual.version, "nothing that is kept of one is shown for the other");
}

#[test]
fn the_demonstrations_services_have_the_rules_and_the_preparation_of_the_usual_ones() {
    let usual = library().booking;
    let demonstration =
        Library::load_edition(&bundled(), today(), Edition::Demonstration).expect("sound content").booking;
    assert!(demonstration.len() > usual.len(), "all of them, and one of the other hospital");
    for service in demonstration {
        let twin = if service.id == "jiangbei-ldct" { "ldct-review" } else { &service.id };
        let twin = usual.iter().find(|usual| usual.id == twin).unwrap_or_else(|| panic!("no usual {}", service.id));
        // A hospital has its own phone, rooms and hours.
        let rules = BookingRules { phone: service.rules().phone.clone(), ..twin.rules().clone() };
        assert_eq!(service.rules(), &rules, "{}", service.id);
        assert_eq!(
            (&service.name, &service.department, service.minutes, &service.topic, &service.preparation),
            (&twin.name, &twin.department, twin.minutes, &twin.topic, &twin.preparation),
            "{}",
            service.id
        );
        assert_eq!((&service.sources, service.unchecked), (&twin.sources, twin.unchecked), "{}", service.id);
    }
}

#[test]
fn a_folder_without_the_demonstration_is_sound_and_says_so_where_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&bundled(), folder.path());
    std::fs::remove_dir_all(folder.path().join("demonstration")).expect("removed");
    assert!(Library::load(folder.path(), today()).is_ok());
    let found = Library::load_edition(folder.path(), today(), Edition::Demonstration).expect_err("nothing to show");
    assert!(told(&found)[0].starts_with("demonstration:0: 错误：没有这个文件夹"), "{:?}", told(&found));
}

#[test]
fn a_demonstration_that_could_be_taken_for_a_real_hospital_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&bundled(), folder.path());
    let changes = [
        ("clinics/qinghe-1.toml", "（示范）\"\naka", "\"\naka", "名字要以“（示范）”结尾"),
        ("clinics/qinghe-1.toml", "0000-8000001", "0731-28307119", "只写打不通的 0000- 号码"),
        ("booking.toml", "clinic = \"qinghe-1\"", "clinic = \"zhuzhou-2\"", "“zhuzhou-2”是真的医院"),
        ("site.toml", "hospital = \"qinghe-1\"", "hospital = \"zhuzhou-2\"", "“zhuzhou-2”是真的医院"),
        ("home-care.toml", "clinic = \"qinghe-1\"", "clinic = \"anqing-2\"", "“anqing-2”是真的医院"),
        ("sources.toml", "year = 2026\n", "", "没有日期"),
    ];
    for (file, from, to, _) in changes {
        let path = folder.path().join("demonstration").join(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{file} holds {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
    }
    let found = Library::load_edition(folder.path(), today(), Edition::Demonstration).expect_err("mistakes");
    let found = told(&found);
    for (file, .., message) in changes {
        let place = format!("demonstration/{file}:");
        let named = found.iter().any(|finding| finding.starts_with(&place) && finding.contains(message));
        assert!(named, "{file}: {message}: {found:?}");
    }
    assert!(Library::load(folder.path(), today()).is_ok(), "they count in the demonstration alone");
    let marked = told(&after_change("clinics/zhuzhou-2.toml", "株洲市二医院", "株洲市二医院（示范）", today()));
    assert!(marked.iter().any(|finding| finding.contains("名字要以“（示范）”结尾")), "{marked:?}");
}

/// A copy of the bundled content with one text changed, and what is found in it as of a day.
fn after_change(file: &str, from: &str, to: &str, today: CivilDate) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&bundled(), folder.path());
    let path = folder.path().join(file);
    if from.is_empty() {
        std::fs::remove_file(&path).expect("removed");
    } else {
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{file} holds {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
    }
    match Library::load(folder.path(), today) {
        Ok(library) => library.gaps,
        Err(findings) => findings,
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn every_mistake_is_named_with_its_file() {
    let first_source = |file: &str| {
        let text = std::fs::read_to_string(bundled().join(file)).expect("a file");
        let start = text.find("[^S").expect("a source");
        text[start..start + text[start..].find(']').expect("its end") + 1].to_owned()
    };
    for (file, from, to, message) in [
        // A missing section, and a section without what it is for.
        (LUNG, "{#prevent}", "{#prevents}", "缺少一节：## … {#prevent}"),
        (LUNG_EN, "{#who}", "{#whom}", "缺少一节：## … {#who}"),
        (LUNG_AID, "{#unsure}", "{#sure}", "缺少一节：## … {#unsure}"),
        (FIT, "{#about}", "{#abouts}", "缺少一节：## … {#about}"),
        ("zh-Hans/programmes/two-cancers.md", "{#cost}", "{#price}", "缺少一节：## … {#cost}"),
        (LUNG, "```checklist", "```notice", "格式不对"),
        (LUNG, "```steps", "```step", "没有“step”这种卡片"),
        (LUNG, "{#who}", "", "每一节要有自己的名字"),
        (LUNG, "{#who}", "{#sources}", "{#sources} 是页面自己用的名字"),
        (LUNG, "{#who}", "{#source-1}", "{#source-1} 是页面自己用的名字"),
        // The sentence of a folded section.
        (LUNG, "{#who}", "{#who}\n\n> 满 51 岁的人。", "这句里的数字 51，这一节里没有"),
        (LUNG, "{#who}", "{#who}\n\n> 一句。\n\n> 又一句。", "每节一句"),
        ("services.toml", "english = \"Lung\"", "english = \"肺\"", "english 要写英文"),
        ("zh-Hans/topics/thyroid.md", "{#why-not}", "{#why}", "第一节必须是 {#why-not}"),
        // A missing source, a number without one, a source without a date.
        (LUNG, &first_source(LUNG), "[^S999]", "sources.toml 里没有来源“S999”"),
        (LUNG_EN, &first_source(LUNG_EN), "", "有数字，没有来源"),
        ("sources.toml", "year = 2024\n", "", "没有日期"),
        ("sources.toml", "year = 2024", "year = 24", "不是发布的年份"),
        ("sources.toml", "read = \"2026-11\"\n", "", "没有查阅日期"),
        ("sources.toml", "url = \"https://doi.org/", "url = \"doi.org/", "不是网址"),
        (
            "sources.toml",
            "url = \"https://doi.org/",
            "url = \"https://doi.org.example.com/",
            "“doi.org.example.com”不在 hosts.toml 里",
        ),
        ("sources.toml", "url = \"https://doi.org/", "url = \"https://wjw.sz.gov.cn/", "是深圳市卫生健康委的网站"),
        // Dates of review.
        (LUNG, "updated = \"2026-11-24\"", "updated = \"24.11.2026\"", "不是 2026-11-21 这样的日期"),
        (LUNG, "due = \"2027-05-24\"", "", "missing field `due`"),
        (LUNG, "due = \"2027-05-24\"", "due = \"2026-05-24\"", "review.due 要在 review.updated 之后"),
        (LUNG, "state = \"unreviewed\"", "state = \"reviewed\"", "要写 reviewer"),
        // Broken links.
        (LUNG, "(/guidance/", "(/guidances/", "打不开"),
        (LUNG, "#", "\n\n看[这里](/screening/lung#nowhere)\n\n#", "第一个 ## 标题之前不能有正文"),
        (LUNG, "services = [\"lung\"]", "services = [\"lungs\"]", "services.toml 里没有“lungs”"),
        // What pictures, options and report words must hold.
        (LUNG, "count = ", "count = 100", "1000 人里超过了 1000 人"),
        (LUNG, "number = 4\n", "number = 5\n", "图里画的不是这个数"),
        (LUNG, "lead = \"", "lead = \"3456 人。", "开头这句里的数字 3456 没有来源"),
        (LUNG, "items = [\"", "items = [\"看[这里](/screening)\", \"", "卡片里只写字"),
        (LUNG, "\n## ", "\n## 新的 {#new}\n\n- 一\n  - 二\n\n## ", "多层列表"),
        (LUNG, "\n## ", "\n## 新的 {#new}\n\n请*慢慢*看。\n\n## ", "斜体"),
        (LUNG, "service = \"lung\"", "service = \"lungs\"", "services.toml 里没有“lungs”"),
        (FIT, "words = [", "words = [\"便潜血阳性\", ", "写了两次"),
        (LUNG_AID, "id = \"not-now\"", "id = \"later\"", "要有一个选择 id = \"not-now\""),
        (LUNG_AID, "funding = ", "funding = \"\" # ", "缺少 funding"),
        (LUNG_AID, "feel = [", "feel = [\"多一条\", ", "feel 要写三条"),
        (FIT, "words = [", "words = [\"F\", ", "太短"),
        // The other files.
        ("clinics/zhuzhou-2.toml", "0731-28307119", "call us", "不是 0731-28307119 这样的电话"),
        ("clinics/zhuzhou-2.toml", "youxian-3", "youxian-4", "没有“youxian-4”这个文件"),
        ("clinics/zhuzhou-2.toml", "lat = 27.87", "lat = 113.13", "不在中国"),
        (BOOKING, "08:30", "8.30", "不是 08:30 这样的时间"),
        (HOLIDAYS, "\"2026-01-04\"", "\"2026-1-4\"", "“2026-1-4”不是 2026-11-21 这样的日期"),
        (HOLIDAYS, "\"2026-01-04\"", "\"2026-01-05\"", "2026-01-05 不是周六或周日，本来就上班"),
        (HOLIDAYS, "\"2026-01-04\"", "\"2026-01-03\"", "2026-01-03 写了两次"),
        (HOLIDAYS, "\"2026-01-04\"", "\"2027-01-04\"", "2027-01-04 不是 2026 年的日子"),
        (HOLIDAYS, "\"2026-01-04\"", "\"2025-11-30\"", "2025-11-30 不是 2026 年的日子"),
        (HOLIDAYS, "\"friday\"", "\"sunday\"", "follows 不能写周六、周日"),
        (HOLIDAYS, "\"friday\"", "\"周五\"", "“周五”不是 monday 这样的星期"),
        (HOLIDAYS, "until = \"2026-01-03\"", "until = \"2025-12-31\"", "元旦放假 0 天"),
        (HOLIDAYS, "until = \"2026-01-03\"", "until = \"2026-10-03\"", "元旦放假 276 天"),
        (HOLIDAYS, "from = \"2026-02-15\"", "from = \"2026-01-03\"", "春节放假 52 天"),
        (HOLIDAYS, "year = 2027", "year = 2026", "2026 年写了两次"),
        (HOLIDAYS, "\"全国年节及纪念日放假办法（国务院 2024 年 11 月修订）\"", "\"\"", "2027 年没有 source"),
        (HOLIDAYS, "name = \"元旦\"", "name = \"\"", "节日没有名字"),
        (HOLIDAYS, ", follows = \"friday\"", "", "缺少 follows"),
        ("site.toml", "zhuzhou-2", "zhuzhou-3", "没有这个文件"),
        ("zh-Hans/glossary.toml", "text = \"", "text = \"1 ", "词语解释不写数字"),
        ("zh-Hant.toml", "\"复查\" = \"複查\"", "\"复查\" = \"\"", "例外的两边都要写字"),
        (SEARCH, "\"/screening/lung\"", "\"/screening/lungs\"", "“/screening/lungs”打不开"),
        (SEARCH, "#prepare\"", "#prepares\"", "打不开：没有这个页面或这一节"),
        (SEARCH, "id = \"cost\"", "id = \"costs\"", "没有一页有 {#costs} 这一节"),
        (SEARCH, "\"大肠癌\"", "\"大肠癌\", \"肺癌\"", "“肺癌”写在两组同义词里"),
        (SEARCH, "\"大肠癌\"", "\"肠\"", "“肠”太短"),
        (SEARCH, "\"bi yan\"", "\"biyan\"", "一个字一个拼音"),
        (LETTERS, "topic = \"lung\"", "topic = \"lungs\"", "topics/ 里没有这个文件"),
        (HOME_CARE, "\"anqing-2\"", "\"anqing-3\"", "没有“anqing-3”这个文件"),
    ] {
        let findings = after_change(file, from, to, today());
        assert!(
            findings.iter().any(|finding| finding.weight == Weight::Mistake
                && finding.file == Path::new(file)
                && finding.message.contains(message)),
            "{file}: {from} -> {to}: {:#?}",
            told(&findings)
        );
    }
}

#[test]
fn every_mistake_beside_the_articles_is_named_with_its_line() {
    // The articles, which take long to read, are read once; each case reads only the file that it changes.
    let mut reader = Reader::new(&bundled(), today());
    let sources = sources::load(&mut reader).expect("sources");
    let services = clinics::load_services(&mut reader).expect("services");
    let glossary = glossary::load(&mut reader).expect("the glossary");
    let clinics = clinics::load(&mut reader, &sources, &services.hans);
    let words = articles::Words { sources: &sources, services: &services.hans, glossary: &glossary };
    let mut loaded = articles::load(&mut reader, &words);
    for (file, from, to, message) in [
        // Rules of booking and what to prepare.
        (BOOKING, "department = \"消化内科\"\n", "", "缺少 department（missing field"),
        (BOOKING, "department = \"消化内科\"", "department = \" \"", "colonoscopy：缺少 department"),
        (BOOKING, "window_days = 60", "window_days = 0", "ldct-review：window_days 是提前几天能约"),
        (BOOKING, "window_days = 60", "window_days = 367", "window_days 是提前几天能约"),
        (BOOKING, "window_days = 60", "window_days = 1", "window_days 要比 cutoff_hours 长"),
        (BOOKING, "cutoff_hours = 72", "cutoff_hours = 337", "colonoscopy：cutoff_hours 是提前几小时截止"),
        (BOOKING, "cutoff_hours = 24", "cutoff_hours = -1", "数字太大、太小"),
        (BOOKING, "minutes = 20", "minutes = 20\nphone = \"call us\"", "不是 0731-28307119 这样的电话"),
        (BOOKING, "clinic = \"zhuzhou-2\"", "clinic = \"susong-tcm\"", "这家医院没有电话，请写 phone"),
        (BOOKING, "topic = \"lung\"", "topic = \"lungs\"", "topics/ 里没有这个文件"),
        (BOOKING, "\"companion\"", "\"medicines\"", "要用小写英文，不能重复"),
        (BOOKING, "\"companion\"", "\"陪同\"", "要用小写英文，不能重复"),
        (BOOKING, "照常吃饭、吃药，", &"请".repeat(41), "句子太长，有 45 个字"),
        (BOOKING, "可能怀孕的，", &"请".repeat(41), "句子太长，有 46 个字"),
        (BOOKING, "照常吃饭、吃药，不用空腹。", "", "有一句是空的"),
        (BOOKING, "[\"S31\", \"memory\"]", "[]", "有数字，没有来源"),
        (BOOKING, "\"S31\"", "\"S999\"", "sources.toml 里没有来源“S999”"),
        (BOOKING, "空腹 6–8 小时", "空腹 6–9 小时", "数字 9 在 topics/gastric.md 的 {#prepare} 和 {#day} 里没有"),
        // Letters.
        (LETTERS, "\"lung-nodule-specialist\"", "\"lung-nodule-review\"", "要用小写英文，不能重复"),
        (LETTERS, "title = \"胸部 CT 有小结节：按时复查\"", "title = \"\"", "缺少 title"),
        (LETTERS, "\"S84\"", "\"S999\"", "sources.toml 里没有来源“S999”"),
        (LETTERS, "[\"S84\", \"S85\", \"S76\"]", "[]", "缺少 sources"),
        (LETTERS, "[\"S84\", \"S85\", \"S76\"]", "[]", "有数字，没有来源"),
        (LETTERS, "843", "845", "数字 845 在各篇文章里没有"),
        (LETTERS, "这封信不是诊断。", &format!("{}。", "请".repeat(41)), "句子太长，有 41 个字"),
        (LETTERS, "text = [", "text = [\"一。\", \"二。\",", "要有 2 到 6 段，这里有 7 段"),
        (LETTERS, "  \"下一步：按约好", "  \"按约好", "最后一段以“下一步：”开头"),
        (LETTERS, "有疑问请打电话。", "再见。", "最后一段以“下一步：”开头，以“有疑问请打电话。”结尾"),
        (LETTERS, "它是肺里的小圆点", "它有 {大小} 毫米", "信里不留空：有“{”"),
        (LETTERS, "它是肺里的小圆点", "它有 ___ 毫米", "信里不留空：有“_”"),
        (LETTERS, "reviewed = false", "reviewed = true", "reviewed = true 要写 reviewer"),
        // Nursing at home.
        (HOME_CARE, "\"anqing-2\"", "\"zhuzhou-2\"", "clinics/zhuzhou-2.toml 里没有 home-nursing 这项服务"),
        (HOME_CARE, "areas = [", "areas = []\nsources = [", "duplicate key"),
        (HOME_CARE, "areas = [", "areas = [] #", "格式不对"),
        (HOME_CARE, "[\"H-anqing\", \"memory\"]", "[]", "sources 是空的"),
        (HOME_CARE, "[\"H-anqing\", \"memory\"]", "[\"memory\"]", "provenance 的来源“H-anqing”要在 sources 里"),
        (HOME_CARE, ", \"memory\"]", ", \"S999\"]", "sources.toml 里没有来源“S999”"),
        (HOME_CARE, "\"tubes\"", "\"dressing\"", "要用小写英文，不能重复"),
        (HOME_CARE, "比如要换药、", &"请".repeat(41), "句子太长，有 51 个字"),
        // What an editor has to do yet.
        (BOOKING, "照常吃饭、吃药", "照常吃 QXR", "待办：“QXR”没有解释"),
        (LETTERS, "它是肺里的小圆点", "它是 QXR", "待办：“QXR”没有解释"),
        (HOME_CARE, "急的病，", "急的 QXR，", "待办：“QXR”没有解释"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let text = std::fs::read_to_string(bundled().join(file)).expect("a file");
        assert!(text.contains(from), "{file} holds {from}");
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        let mut reader = Reader::new(folder.path(), today());
        match file {
            BOOKING => drop(booking::load(&mut reader, &words, &mut loaded, &clinics)),
            LETTERS => drop(letters::load(&mut reader, &words, &mut loaded)),
            _ => drop(home_care::load(&mut reader, &words, &mut loaded, &clinics)),
        }
        let found = reader.findings.iter().find(|finding| finding.to_string().contains(message));
        assert!(
            found.is_some_and(|finding| finding.file == Path::new(file) && finding.line > 0),
            "{file}: {from} -> {to}: {:#?}",
            told(&reader.findings)
        );
    }
}

#[test]
fn what_is_still_to_be_done_is_named_and_stops_nothing() {
    let long = format!("## 长句 {{#long}}\n\n{}。\n\n## ", "请".repeat(41));
    let jargon = "## 难词 {#jargon}\n\n请查 QXR 和 ZZT。\n\n## ";
    for (file, from, to, today, message) in [
        (LUNG, "due = \"2027-05-24\"", "due = \"2026-11-25\"", day(2026, 11, 26), "过了核对的日子：2026-11-25"),
        (LUNG, "## ", long.as_str(), today(), "句子太长，有 41 个字"),
        (LUNG, "## ", jargon, today(), "“QXR”没有解释"),
        (LUNG, "## ", jargon, today(), "“ZZT”没有解释"),
        (LUNG, "## ", "## 蓝鲸飞过彩虹桥 {#new}\n\n好的。\n\n## ", today(), "不能换行"),
        (LUNG, "updated = \"2026-11-24\"", "updated = \"2026-11-25\"", today(), "英文比中文旧"),
        (HOLIDAYS, "checked = true #", "checked = false #", today(), "2026 年的放假安排还没有核对原文"),
        (HOLIDAYS, "arranged = true\n", "arranged = false\n", today(), "还没有 2026 年的放假安排"),
        (HOLIDAYS, "arranged = true\n", "arranged = true\n", day(2027, 1, 1), "还没有 2027 年的放假安排"),
    ] {
        let findings = after_change(file, from, to, today);
        assert!(findings.iter().all(|finding| finding.weight == Weight::Gap), "{:#?}", told(&findings));
        assert!(
            findings.iter().any(|finding| finding.message.contains(message) && finding.line > 0),
            "{file}: {to}: {:#?}",
            told(&findings)
        );
    }
    assert!(after_change(HOME_CARE, "", "", today()).is_empty(), "a hospital need not send nurses");
    let missing = after_change(LUNG_EN, "", "", today());
    assert!(missing.iter().any(|finding| finding.message.contains("还没有英文：en/topics/lung.md")), "{missing:#?}");
}

#[test]
fn the_holidays_are_those_that_the_state_council_arranged() {
    let holidays = library().holidays;
    let parsed = |text: &str| CivilDate::parse(text).expect("a day");
    let days = |kind: DayKind, year: i32| -> Vec<String> {
        let first = day(year, 1, 1).days();
        let all = (first..first + 365).map(CivilDate::from_days);
        all.filter(|date| holidays.kind(*date) == kind).map(|date| date.to_string()[5..].to_owned()).collect()
    };
    assert_eq!(days(DayKind::MakeUp, 2026), ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]);
    assert_eq!(days(DayKind::Holiday, 2026).len(), 3 + 9 + 3 + 5 + 3 + 3 + 7);
    assert!(days(DayKind::MakeUp, 2027).is_empty());
    assert_eq!(
        days(DayKind::Holiday, 2027),
        [
            "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15", "10-01", "10-02",
            "10-03"
        ]
    );
    assert_eq!([2025, 2026, 2027].map(|year| holidays.known(year)), [false, true, false]);
    for (text, name) in [
        ("2026-01-02", Some("元旦")),
        ("2026-02-23", Some("春节")),
        ("2026-02-24", None),
        ("2026-04-06", Some("清明节")),
        ("2026-05-05", Some("劳动节")),
        ("2026-06-19", Some("端午节")),
        ("2026-09-27", Some("中秋节")),
        ("2026-10-10", Some("国庆节")),
    ] {
        assert_eq!(holidays.name(parsed(text)), name, "{text}");
    }
}

#[test]
fn a_weekend_that_is_worked_follows_a_weekday_of_its_holiday() {
    let holidays = library().holidays;
    let year: Vec<CivilDate> = (0..365).map(|days| day(2026, 1, 1).plus_days(days)).collect();
    for date in year.iter().filter(|date| holidays.kind(**date) == DayKind::MakeUp) {
        let off = year.iter().filter(|other| {
            holidays.kind(**other) == DayKind::Holiday && holidays.name(**other) == holidays.name(*date)
        });
        let follows = holidays.follows(*date);
        assert!(off.into_iter().any(|other| other.weekday() == follows), "{date} follows {follows:?}");
    }
}

#[test]
fn a_mistake_in_the_holidays_is_named_with_its_line() {
    let text = std::fs::read_to_string(bundled().join(HOLIDAYS)).expect("a file");
    for (from, to) in [
        ("\"2026-02-28\"", "\"2026-02-27\""),
        ("until = \"2026-10-07\"", "until = \"2026-10-7\""),
        ("\"wednesday\"", "\"sunday\""),
        ("year = 2027", "year = 2026"),
    ] {
        let findings = after_change(HOLIDAYS, from, to, today());
        let line = text.lines().position(|line| line.contains(from)).expect("a line") + 1;
        assert!(findings.iter().any(|finding| finding.line == line), "{to}: {:#?}", told(&findings));
    }
}

#[test]
fn a_mistake_in_the_text_is_named_with_its_line() {
    for (addition, weight) in [
        ("请在 3 天内去。", Weight::Mistake),
        (&*"请".repeat(41), Weight::Gap),
        ("- 好的\n- 请查 QXR。", Weight::Gap),
        ("```notice\ntitle = \"好\"\ntext = \"请查 QXR。\"\n```", Weight::Gap),
    ] {
        let findings = after_change(LUNG, "## ", &format!("## 新的 {{#new}}\n\n{addition}\n\n## "), today());
        let finding = findings.iter().find(|finding| finding.weight == weight).expect("a finding");
        let text = std::fs::read_to_string(bundled().join(LUNG)).expect("a file");
        let heading = text.lines().position(|line| line.starts_with("## ")).expect("a heading") + 1;
        let within = match addition.lines().count() {
            1 => 0,
            2 => 1,
            _ => 2,
        };
        assert_eq!(finding.line, heading + 2 + within, "{finding}");
    }
}

#[test]
fn the_report_tells_words_sources_review_and_dates() {
    let report = super::report::report(&library());
    let lung = report.lines().find(|line| line.starts_with("zh-Hans/topics/lung.md\t")).expect("the topic");
    let columns: Vec<&str> = lung.split('\t').collect();
    assert_eq!(columns.len(), 7, "{lung}");
    assert!(columns[1].parse::<usize>().is_ok_and(|characters| characters > 500), "{lung}");
    assert!(columns[2].parse::<usize>().is_ok_and(|sources| sources > 3), "{lung}");
    assert_eq!(columns[4], "未审核");
    assert!(report.contains("来源\t引用次数") && report.contains("S01\t"), "{report}");
    for part in ["zh-Hans/letters.toml lung-nodule-review", "booking.toml colonoscopy", "home-care.toml"] {
        let line = report.lines().find(|line| line.split('\t').next() == Some(part)).expect(part);
        let columns: Vec<&str> = line.split('\t').collect();
        assert!(columns[1].parse::<usize>().is_ok_and(|characters| characters > 40), "{line}");
        assert_eq!(columns[4], "未审核", "{line}");
    }
}

#[test]
fn a_slip_in_a_file_that_all_lean_on_is_told_once() {
    for (file, from, to) in [
        ("sources.toml", "title = \"", "title = “"),
        ("zh-Hans/glossary.toml", "word = \"", "word = “"),
        ("services.toml", "id = \"lung\"", "id = lung"),
        (SEARCH, "\"bi yan\"", "bi yan"),
        (SEARCH, "\"/screening/lung\"", "\"/screening/lungs\""),
    ] {
        let findings = after_change(file, from, to, today());
        assert_eq!(findings.len(), 1, "{:#?}", told(&findings));
        assert!(findings[0].file == Path::new(file) && findings[0].line > 0, "{}", findings[0]);
    }
}

#[test]
fn every_icon_of_the_content_is_drawn() {
    let shell = std::fs::read_to_string(bundled().join("../index.html")).expect("the shell");
    let library = library();
    for (_, entry) in library.hans.all().chain(library.en.all()) {
        let symbol = format!("<symbol id=\"i-{}\"", entry.card.icon);
        assert!(shell.contains(&symbol), "{}: {}", entry.file.display(), entry.card.icon);
    }
    for entry in &library.search(Lang::Hans).entries {
        assert!(shell.contains(&format!("<symbol id=\"i-{}\"", entry.icon)), "{entry:?}");
    }
}

#[test]
fn latin_words_keep_their_space_at_the_end_of_a_line() {
    let library = library();
    for (_, entry) in library.en.all() {
        for section in &entry.article.sections {
            for block in &section.blocks {
                if let Block::Paragraph { text, .. } = block {
                    let text: String = text.iter().map(Span::words).collect();
                    let glued =
                        text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_lowercase());
                    assert!(!glued, "{}: {text}", entry.file.display());
                }
            }
        }
    }
}

#[test]
fn what_speaks_for_the_options_of_an_aid_takes_turns() {
    let library = library();
    for entry in library.hans.shelf(Area::Decisions).entries.values() {
        for block in entry.article.sections.iter().flat_map(|section| &section.blocks) {
            if let Block::Values { items, options } = block {
                let first: Vec<&str> = items.iter().take(options.len()).map(|item| item.speaks_for.as_str()).collect();
                let all: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
                assert_eq!(first, all, "{}", entry.file.display());
            }
        }
    }
}

#[test]
fn a_service_is_booked_by_its_rules_and_prepared_for_step_by_step() {
    let library = library();
    let colonoscopy = library.booking_service("colonoscopy").expect("the service");
    let rules = colonoscopy.rules();
    assert_eq!((rules.window_days, rules.cutoff_minutes), (60, 72 * 60));
    assert_eq!(rules.phone, "0731-28307119", "the clinic's phone, as the service has none of its own");
    let asked: Vec<&str> = rules.prerequisites.iter().map(|asked| asked.id.as_str()).collect();
    assert_eq!(asked, ["medicines", "companion"]);
    for service in &library.booking {
        assert!(!service.department.is_empty() && !service.rules().phone.is_empty(), "{}", service.id);
        assert!(!service.preparation.is_empty() && service.unchecked, "{}", service.id);
        for sentence in &service.preparation {
            assert!(sentence.ends_with('。') && sentence.chars().count() <= 25, "{sentence}");
        }
    }
}

#[test]
fn a_letter_neither_diagnoses_nor_frightens_nor_promises() {
    let library = library();
    assert!(library.letters.len() >= 10);
    for letter in &library.letters {
        assert!(!letter.reviewed, "{}: nobody has read it yet", letter.id);
        assert_eq!(letter.unchecked, letter.sources.iter().any(|id| id == "memory"), "{}", letter.id);
        let text = letter.text.concat();
        for word in
            ["您得了", "您患", "确诊", "肯定", "一定", "保证", "放心", "没事", "危险", "晚了", "不用担心", "恶性"]
        {
            assert!(!text.contains(word), "{}: {word}", letter.id);
        }
        let says_what_it_is_not =
            ["不等于癌", "不是癌", "不是诊断", "不等于胃癌"].iter().any(|words| text.contains(words));
        assert!(says_what_it_is_not, "{}", letter.id);
    }
    let general = library.letter("please-come-back").expect("the letter");
    assert_eq!(general.topic, None);
}

#[test]
fn what_is_not_known_of_nursing_at_home_is_left_to_the_nurse() {
    let library = library();
    let care = library.home_care.as_ref().expect("it is there");
    assert_eq!((care.clinic.as_str(), care.provenance.dated.as_str()), ("anqing-2", "约 2019–2020 年"));
    assert!(care.provenance.source.contains("市二院创新发展纪实") && care.provenance.confirmed.is_empty());
    let last = |lines: &[String]| lines.last().is_some_and(|line| line.contains("护士在电话里"));
    assert!(last(&care.eligible) && last(&care.not_eligible) && last(&care.areas) && last(&care.consent));
    assert!(care.services.iter().all(|service| service.detail.contains("电话里")), "{:?}", care.services);
}

#[test]
fn a_service_whose_id_is_none_or_stands_twice_is_told_with_its_line() {
    for (file, first, second) in [
        ("booking.toml", "id = \"ldct-review\"", "id = \"colonoscopy\""),
        ("services.toml", "id = \"lung\"", "id = \"breast\""),
    ] {
        for (wrong, words) in [("id = \"Lung CT\"", "要用小写英文"), (first, "写了两次")] {
            let text = std::fs::read_to_string(bundled().join(file)).expect("a file");
            let line = text.lines().position(|line| line.contains(second)).expect("the line") + 1;
            let findings = after_change(file, second, wrong, today());
            let told = told(&findings);
            assert!(
                told.iter().any(|told| told.contains(&format!("{file}:{line}")) && told.contains(words)),
                "{file} {wrong}: {told:?}"
            );
        }
    }
}
