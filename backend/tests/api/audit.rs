//! The log of who read or changed what.

use crate::world::{World, search};
use axum::http::StatusCode;
use zaoshai_contract::roles::Role;

#[tokio::test]
async fn an_auditor_reads_and_takes_out_who_saw_whom() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    nurse.get(&format!("/staff/followups/{}", followup.row.id)).await;
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let first = auditor.get("/staff").await;
    assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, "/staff/audit"), "the log is all she sees");
    let page = auditor.get("/staff/audit").await.text;
    let code = &followup.row.code;
    assert!(page.contains("看了一个随访") && page.contains(code) && page.contains("zhang"), "{page}");
    assert!(!page.contains(&followup.row.name) && !page.contains("13800138000"), "the log names no patient");
    let only = auditor.get(&format!("/staff/audit?staff=zhang&code={}&first=2026-11-23", code.to_lowercase())).await;
    assert!(only.text.contains("看了一个随访") && !only.text.contains("登录"), "{}", only.text);
    let none = auditor.get("/staff/audit?last=2026-11-22").await.text;
    assert!(none.contains("没有这样的记录"), "{none}");
    let table = auditor.get("/staff/audit.csv?staff=zhang").await;
    assert!(table.headers["content-disposition"].to_str().is_ok_and(|name| name.contains(".csv")));
    assert!(table.text.contains(&format!("zhang,看了一个随访,{code}")), "{}", table.text);
    assert!(auditor.get("/staff/audit").await.text.contains("导出日志"), "reading the log is in the log");
    assert_eq!(nurse.get("/staff/audit").await.status, StatusCode::FORBIDDEN);
    let mut other = world.staff("other", "anqing-2", Role::Auditor).await;
    assert!(!other.get("/staff/audit").await.text.contains(code), "another hospital's log is its own");
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page_without_a_gap() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    for _ in 0..450 {
        search(&mut nurse, "nobody").await;
    }
    let mut auditor = world.staff("auditor", "zhuzhou-2", Role::Auditor).await;
    let (mut path, mut lines, mut pages) = ("/staff/audit?staff=zhang".to_owned(), 0, 0);
    loop {
        let page = auditor.get(&path).await.text;
        lines += page.matches("查找").count();
        pages += 1;
        let Some(older) = page.split("before=").nth(1).and_then(|rest| rest.split('"').next()) else { break };
        path = format!("/staff/audit?staff=zhang&before={older}");
    }
    assert_eq!((lines, pages), (450, 3));
}
