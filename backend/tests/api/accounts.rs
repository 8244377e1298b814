//! Accounts: an administrator makes them, shuts them and gives new passwords, at her own hospital alone.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_contract::roles::Role;

/// The password that a page shows.
fn password(page: &str) -> String {
    let rest = page.split("的密码：</p><p><b>").nth(1).unwrap_or_else(|| panic!("no password in {page}"));
    rest.split('<').next().expect("a password").to_owned()
}

#[tokio::test]
async fn an_administrator_makes_shuts_and_resets_accounts_and_sees_no_patient() {
    let world = World::new().await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    assert_eq!(admin.get("/staff").await.location(), "/staff/accounts");
    assert_eq!(admin.get("/staff/lists/waiting").await.status, StatusCode::FORBIDDEN);
    for (name, display, told) in [
        ("张", "张护士", "小写字母"),
        ("clock", "钟", "系统自己要用"),
        ("zhang", "另一位", "已经有这个账号"),
        ("li", "", "怎么称呼"),
    ] {
        let fields = [("name", name), ("display", display), ("roles", "nurse")];
        let answer = admin.form("/staff/accounts", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains(told), "{name}: {}", answer.text);
    }
    let fields = [("name", "li"), ("display", "李护士"), ("roles", "nurse"), ("roles", "coordinator")];
    let made = admin.form("/staff/accounts", &fields).await;
    let first = password(&made.text);
    assert!(!admin.get("/staff/accounts").await.text.contains(&first), "it is shown once");
    let signs_in = async |password: &str| {
        let mut nurse = world.client();
        let login = json!({ "name": "li", "password": password });
        let answer = nurse.json("POST", "/api/v1/staff/session", &login, &[]).await;
        (answer.status, nurse)
    };
    let (status, mut li) = signs_in(&first).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(li.get("/staff").await.text.contains("导入导出"), "with both her roles");
    assert_eq!(admin.form("/staff/accounts/li/disable", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(li.get("/staff").await.location(), "/staff/login", "she is signed out at once");
    assert_eq!(signs_in(&first).await.0, StatusCode::UNAUTHORIZED);
    let second = password(&admin.form("/staff/accounts/li/reset", &[]).await.text);
    assert_eq!(signs_in(&first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(signs_in(&second).await.0, StatusCode::NO_CONTENT);
    let own = admin.form("/staff/accounts/admin/disable", &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody shuts herself out");
    let mut other = world.staff("boss", "anqing-2", Role::Administrator).await;
    assert_eq!(other.form("/staff/accounts/li/reset", &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!other.get("/staff/accounts").await.text.contains("李护士"));
    let mut nurse = world.nurse().await;
    assert_eq!(nurse.get("/staff/accounts").await.status, StatusCode::FORBIDDEN);
}
