//! Booking, moving and cancelling for a patient who calls.

use crate::world::{Client, World};
use axum::http::StatusCode;
use zaoshai_backend::secrets;
use zaoshai_contract::roles::Role;
use zaoshai_contract::staff::FollowUpDetail;

async fn does(
    nurse: &mut Client,
    followup: &FollowUpDetail,
    deed: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = nurse.form(&format!("/staff/followups/{}/{deed}", followup.row.id), fields).await;
    (answer.status, answer.text)
}

async fn row(nurse: &mut Client, followup: &FollowUpDetail) -> serde_json::Value {
    nurse.get(&format!("/api/v1/staff/followups/{}", followup.row.id)).await.json()["row"].clone()
}

#[tokio::test]
async fn a_nurse_books_for_a_caller_and_goes_past_a_rule_only_with_a_reason() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("过了网上预约的截止时间") && page.contains("可能怀孕的"), "rules and questions are shown");
    // Today at 9:00 is within the cut-off of 24 hours.
    let key = secrets::fresh_id();
    let soon = [("slot", "ldct-review-2026-11-23-0900"), ("asked", "yes"), ("key", key.as_str())];
    let (status, told) = does(&mut nurse, &followup, "book", &soon).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.contains("还要约，请写原因") && told.contains("value=\"ldct-review-2026-11-23-0900\" selected"),
        "{told}"
    );
    let (status, told) = does(&mut nurse, &followup, "book", &[soon[0], soon[2], ("reason", "已在楼下")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("请在电话里问过注意事项"));
    let reasoned = [soon[0], soon[1], soon[2], ("reason", "已在楼下等")];
    for _ in 0..2 {
        assert_eq!(does(&mut nurse, &followup, "book", &reasoned).await.0, StatusCode::SEE_OTHER);
    }
    let page = nurse.get(&format!("/staff/followups/{}", followup.row.id)).await.text;
    assert!(page.contains("破例约了时间") && page.contains("已在楼下等"), "why is kept: {page}");
    assert_eq!(page.matches("已在楼下等").count(), 1, "once");
    assert_eq!(row(&mut nurse, &followup).await["standing"], "booked");

    let other = [("slot", "ldct-review-2026-11-26-1000"), ("asked", "yes"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "book", &other).await.0, StatusCode::SEE_OTHER, "moving needs no reason");
    let moved = row(&mut nurse, &followup).await;
    let appointment = moved["appointment"].as_str().expect("an appointment").to_owned();
    let mut patient = world.patient(&followup).await;
    let link = patient.get(&format!("/f/{}", followup.token)).await.text;
    assert!(link.contains("11月26日"), "the link shows it at once");
    let cancel = [("appointment", appointment.as_str()), ("whose", "patient"), ("key", &secrets::fresh_id())];
    assert_eq!(does(&mut nurse, &followup, "cancel", &cancel).await.0, StatusCode::SEE_OTHER);
    assert_eq!(row(&mut nurse, &followup).await["standing"], "to-book");
    assert!(world.app.db.miscounted_slots().await.expect("the database").is_empty());
}

#[tokio::test]
async fn no_reason_makes_a_full_or_closed_slot_larger() {
    let world = World::new().await;
    let mut nurse = world.nurse().await;
    let slot = "ldct-review-2026-11-26-1000";
    for expected in [StatusCode::SEE_OTHER, StatusCode::SEE_OTHER, StatusCode::CONFLICT] {
        let followup = world.followup().await;
        let key = secrets::fresh_id();
        let fields = [("slot", slot), ("asked", "yes"), ("reason", "加号"), ("key", key.as_str())];
        let (status, page) = does(&mut nurse, &followup, "book", &fields).await;
        assert_eq!(status, expected, "{page}");
    }
    let followup = world.followup().await;
    let closing =
        [("service", "*"), ("first", "2026-11-27"), ("last", "2026-11-27"), ("reason", "检修"), ("sure", "yes")];
    let key = secrets::fresh_id();
    let closing: Vec<(&str, &str)> = closing.into_iter().chain([("key", key.as_str())]).collect();
    assert_eq!(nurse.form("/staff/closures", &closing).await.status, StatusCode::SEE_OTHER);
    let key = secrets::fresh_id();
    let fields = [("slot", "ldct-review-2026-11-27-0900"), ("asked", "yes"), ("reason", "加号"), ("key", key.as_str())];
    let (status, page) = does(&mut nurse, &followup, "book", &fields).await;
    assert!(status == StatusCode::CONFLICT && page.contains("停诊"), "{status}");
    let mut planner = world.staff("planner", "zhuzhou-2", Role::ScheduleManager).await;
    assert_eq!(does(&mut planner, &followup, "book", &fields).await.0, StatusCode::FORBIDDEN);
}
