//! A server killed with SIGKILL while bookings come in: every booking that was answered is there after the restart,
//! no slot holds more than its capacity, and whoever got no answer repeats with the same key and is booked once.

use crate::server::{Outcome, Site, client};
use std::time::Duration;
use zaoshai_backend::secrets;

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_booking_is_lost_when_the_server_is_killed() {
    let site = match Site::postgres().await {
        Some(site) => site,
        None => Site::sqlite(),
    };
    let db = site.db().await;
    let mut slots = Vec::new();
    for n in 0..40 {
        slots.push(site.slot(&db, "crash", &format!("crash-{n}"), 3).await);
    }
    let patients = site.patients(&db, "crash", 160).await;
    db.close().await;

    let server = site.serve();
    let address = server.address.clone();
    let (answer, mut answers) = tokio::sync::mpsc::unbounded_channel();
    let mut running = tokio::task::JoinSet::new();
    for (n, patient) in patients.iter().cloned().enumerate() {
        let (client, slot, address, answer) =
            (client(), slots[n % slots.len()].clone(), address.clone(), answer.clone());
        running.spawn(async move {
            // Spread over a while, so that the kill falls among them.
            tokio::time::sleep(Duration::from_millis(5 * n as u64)).await;
            let key = secrets::fresh_id();
            let outcome = patient.book(&client, &address, &slot, &key).await;
            let _ = answer.send(());
            (n, key, outcome)
        });
    }
    for _ in 0..20 {
        answers.recv().await.expect("an answer");
    }
    server.kill();
    let mut first = running.join_all().await;
    first.sort_by_key(|(n, ..)| *n);
    let answered = first.iter().filter(|(.., outcome)| *outcome == Outcome::Booked).count();
    let unanswered = first.iter().filter(|(.., outcome)| *outcome == Outcome::NoAnswer).count();
    assert!(answered > 0 && unanswered > 0, "the kill fell among the bookings: {answered} answered, {unanswered} not");

    let server = site.serve();
    let client = client();
    let mut booked = 0;
    for (n, key, outcome) in &first {
        let again = patients[*n].book(&client, &server.address, &slots[n % slots.len()], key).await;
        if *outcome != Outcome::NoAnswer {
            assert_eq!(again, *outcome, "what was answered once stays");
        }
        booked += i64::from(again == Outcome::Booked);
    }
    let db = site.db().await;
    let mut places = 0;
    for slot in &slots {
        let (taken, capacity) = db.occupancy(slot).await.expect("the database").expect("a slot");
        assert!(taken <= capacity);
        places += taken;
    }
    assert_eq!(places, booked, "each booking holds one place");
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    db.close().await;
}
