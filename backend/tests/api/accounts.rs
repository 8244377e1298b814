//! Accounts: an administrator makes them, shuts them and gives new passwords, at her own hospital alone.

use crate::world::{Client, PASSWORD, World, new_followup};
use axum::http::StatusCode;
use serde_json::json;
use zaoshai_backend::secrets;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::Staff;

/// The password that a page shows.
fn password(page: &str) -> String {
    let rest = page.split("的密码：</p><p><b>").nth(1).unwrap_or_else(|| panic!("no password in {page}"));
    rest.split('<').next().expect("a password").to_owned()
}

/// The form of a new password.
fn new_password<'a>(current: &'a str, new: &'a str) -> [(&'a str, &'a str); 3] {
    [("current", current), ("new", new), ("again", new)]
}

/// A client that is signed in.
async fn signed_in(world: &World, name: &str, password: &str) -> Client {
    let mut client = world.client();
    let login = json!({ "name": name, "password": password });
    let answer = client.json("POST", "/api/v1/staff/session", &login, &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
    client
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
        let answer = admin.form_once("/staff/accounts", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains(told), "{name}: {}", answer.text);
    }
    let fields = [("name", "li"), ("display", "李护士"), ("roles", "nurse"), ("roles", "coordinator")];
    let made = admin.form_once("/staff/accounts", &fields).await;
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
    let changed = li.form("/staff/password", &new_password(&first, "her own words")).await;
    assert!(changed.text.contains("密码改好了"), "{}", changed.text);
    let first = "her own words";
    assert!(li.get("/staff").await.text.contains("导入导出"), "with both her roles");
    assert_eq!(admin.form("/staff/accounts/li/disable", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(li.get("/staff").await.location(), "/staff/login", "she is signed out at once");
    assert_eq!(signs_in(first).await.0, StatusCode::UNAUTHORIZED);
    let second = password(&admin.form_once("/staff/accounts/li/reset", &[]).await.text);
    assert_eq!(signs_in(first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(signs_in(&second).await.0, StatusCode::NO_CONTENT);
    let own = admin.form("/staff/accounts/admin/disable", &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody shuts herself out");
    let mut other = world.staff("boss", "anqing-2", Role::Administrator).await;
    assert_eq!(other.form_once("/staff/accounts/li/reset", &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!other.get("/staff/accounts").await.text.contains("李护士"));
    let mut nurse = world.nurse().await;
    assert_eq!(nurse.get("/staff/accounts").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_given_password_is_changed_before_anything_else_can_be_done() {
    let world = World::new().await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    let made = admin.form_once("/staff/accounts", &[("name", "li"), ("display", "李护士"), ("roles", "nurse")]).await;
    let given = password(&made.text);
    for round in ["made", "reset"] {
        let given = if round == "made" {
            given.clone()
        } else {
            password(&admin.form_once("/staff/accounts/li/reset", &[]).await.text)
        };
        let mut li = signed_in(&world, "li", &given).await;
        for path in
            ["/staff", "/staff/followups/new", "/staff/lists/waiting", "/staff/search?q=8000", "/staff/home-care"]
        {
            let answer = li.get(path).await;
            assert_eq!(
                (answer.status, answer.location()),
                (StatusCode::SEE_OTHER, "/staff/password"),
                "{round} {path}"
            );
        }
        let note = li.form("/staff/followups/any/note", &[("note", "看看")]).await;
        assert_eq!(note.location(), "/staff/password");
        let key = secrets::fresh_id();
        let new = li.json("POST", "/api/v1/staff/followups", &new_followup(), &[("idempotency-key", &key)]).await;
        assert_eq!((new.status, new.code().as_str()), (StatusCode::FORBIDDEN, "change-password"));
        assert!(li.get("/staff/password").await.text.contains("先换成您自己的密码"));
        for (current, new, again, told) in [
            (given.as_str(), given.as_str(), given.as_str(), "和现在不同"),
            (&given, "too short", "too short", "10 到 200 个字"),
            (&given, "long enough", "long enuogh", "两次填的不一样"),
            ("wrong one", "long enough", "long enough", "现在的密码不对"),
        ] {
            let fields = [("current", current), ("new", new), ("again", again)];
            let answer = li.form("/staff/password", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        assert_eq!(li.get("/staff").await.location(), "/staff/password", "nothing was changed yet");
        let own = format!("her own words {round}");
        assert!(li.form("/staff/password", &new_password(&given, &own)).await.text.contains("密码改好了"));
        assert_eq!(li.get("/staff").await.status, StatusCode::OK);
        assert_eq!(signed_in(&world, "li", &own).await.get("/staff").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn everybody_changes_their_own_password_and_other_sessions_end() {
    let world = World::new().await;
    let (mut here, mut elsewhere) = (world.nurse().await, world.nurse().await);
    assert!(here.get("/staff").await.text.contains("href=\"/staff/password\""), "the way there stands on every page");
    assert!(here.form("/staff/password", &new_password(PASSWORD, "月亮 cup 七")).await.status.is_client_error());
    let changed = here.form("/staff/password", &new_password(PASSWORD, "another good one")).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(here.get("/staff").await.status, StatusCode::OK);
    assert_eq!(elsewhere.get("/staff").await.location(), "/staff/login");
    let login = json!({ "name": "zhang", "password": PASSWORD });
    assert_eq!(world.client().json("POST", "/api/v1/staff/session", &login, &[]).await.code(), "wrong-login");
    signed_in(&world, "zhang", "another good one").await;
    for _ in 0..5 {
        here.form("/staff/password", &new_password("guess", "some new password")).await;
    }
    let guesses = here.form("/staff/password", &new_password("another good one", "some new password")).await;
    assert!(guesses.text.contains("试的次数太多了"), "an open console does not tell the password");
    assert_eq!(world.client().form("/staff/password", &new_password("a", "b")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn roles_change_at_once_and_an_auditor_has_no_other() {
    let world = World::new().await;
    let mut admin = world.staff("admin", "zhuzhou-2", Role::Administrator).await;
    let mut simple = world.staff("simple", "zhuzhou-2", Role::Nurse).await;
    assert_eq!(simple.get("/staff/batches").await.status, StatusCode::FORBIDDEN);
    let both = [("roles", "nurse"), ("roles", "coordinator")];
    assert_eq!(admin.form("/staff/accounts/simple/roles", &both).await.status, StatusCode::SEE_OTHER);
    assert_eq!(simple.get("/staff/batches").await.status, StatusCode::OK, "an open session has the new role");
    admin.form("/staff/accounts/simple/roles", &[("roles", "schedule-manager")]).await;
    assert_eq!(simple.get("/staff/batches").await.status, StatusCode::FORBIDDEN, "and has lost the old ones");
    assert_eq!(simple.get("/staff/schedules").await.status, StatusCode::OK);
    for (roles, told) in [
        (vec!["auditor", "nurse"], "审计员不能兼别的角色"),
        (vec!["auditor", "administrator"], "审计员不能兼别的角色"),
        (vec![], "请至少选一个角色"),
    ] {
        let fields: Vec<(&str, &str)> = roles.iter().map(|role| ("roles", *role)).collect();
        let answer = admin.form("/staff/accounts/simple/roles", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(told), "{roles:?}: {}", answer.text);
        let fields: Vec<(&str, &str)> = [("name", "fresh"), ("display", "新人")].into_iter().chain(fields).collect();
        let answer = admin.form_once("/staff/accounts", &fields).await;
        assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.text.contains(told), "{roles:?}");
    }
    let last = admin.form("/staff/accounts/admin/roles", &[("roles", "nurse")]).await;
    assert!(last.text.contains("这是最后一位管理员"), "{}", last.text);
    assert_eq!(admin.get("/staff/accounts").await.status, StatusCode::OK);
    admin.form("/staff/accounts/simple/roles", &[("roles", "administrator")]).await;
    assert_eq!(admin.form("/staff/accounts/admin/roles", &[("roles", "nurse")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/staff/accounts").await.status, StatusCode::FORBIDDEN);
    let mut other = world.staff("boss", "anqing-2", Role::Administrator).await;
    assert_eq!(other.form("/staff/accounts/simple/roles", &both).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_database_holds_no_auditor_with_another_role() {
    let world = World::new().await;
    let both = Staff {
        name: "both".to_owned(),
        display: "both".to_owned(),
        hospital: "zhuzhou-2".to_owned(),
        roles: vec![Role::Nurse, Role::Auditor],
    };
    assert!(world.app.db.make_staff(&both, "no hash", world.app.now()).await.is_err());
    assert!(world.app.db.account("both").await.expect("the database").is_none(), "nothing of it was kept");
}

#[tokio::test]
async fn of_two_administrators_who_shut_each_other_out_one_stays() {
    let world = World::new().await;
    let mut one = world.staff("boss1", "anqing-2", Role::Administrator).await;
    let mut other = world.staff("boss2", "anqing-2", Role::Administrator).await;
    tokio::join!(one.form("/staff/accounts/boss2/disable", &[]), other.form("/staff/accounts/boss1/disable", &[]));
    let open = world.app.db.accounts("anqing-2").await.expect("the database");
    assert_eq!(open.iter().filter(|account| !account.disabled).count(), 1, "{open:?}");
}
