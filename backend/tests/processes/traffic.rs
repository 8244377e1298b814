//! 32 clients hold, confirm, book, move and cancel at once over two servers on one database, while a coordinator closes
//! one day after the other, and one of the servers is killed in the middle of a closing. Whoever got no answer sends the
//! same again to the other: no place is given twice, none is lost, each patient has the appointment that she was told
//! last, and each whom the clinic cancelled is told so and has another place offered or stands in the nurse's list.

use crate::server::{Outcome, Patient, Site, client, soon};
use reqwest::{Client, StatusCode};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use zaoshai_backend::db::Db;
use zaoshai_backend::secrets;
use zaoshai_contract::appointments::State;
use zaoshai_contract::civil::{CivilDate, Moment};
use zaoshai_contract::ids::SlotId;

/// Clients at once.
const CLIENTS: usize = 32;
/// Others, who have booked one of the two days that are closed first, and wait for their day.
const CALM: usize = 8;
/// What each client does, one after the other.
const DEEDS: usize = 40;
/// A service of the content whose rules ask for nothing to be agreed to.
const SERVICE: &str = "breast-clinic";
/// Days with four slots each. The first two are closed in between, the third when everybody is done.
const DAYS: usize = 4;
const CLOSED: usize = 3;

/// What a patient was told that she has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Has {
    Nothing,
    Slot(SlotId),
}

async fn act(patient: Patient, client: Client, addresses: [String; 2], slots: Vec<SlotId>, n: usize) -> (Has, usize) {
    let mut has = Has::Nothing;
    let mut unanswered = 0;
    for step in 0..DEEDS {
        let slot = &slots[(n * 7 + step * 5) % slots.len()];
        let deed = match (n + step) % 5 {
            0 | 1 => ("POST", "hold"),
            2 => ("POST", "confirm"),
            3 => ("POST", "appointment"),
            _ => ("DELETE", "appointment"),
        };
        let key = secrets::fresh_id();
        let mut answer = None;
        for turn in 0..40 {
            answer = patient.write(&client, &addresses[(n + turn) % 2], deed, slot, &key).await;
            if answer.is_some() {
                break;
            }
            unanswered += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match answer {
            // What is confirmed may be an offer of the clinic: the answer tells which place it is.
            Some((StatusCode::OK, receipt)) if deed.1 != "hold" => {
                let told = receipt["slot"].as_str().and_then(SlotId::parse);
                has = told.map_or(Has::Nothing, Has::Slot);
            }
            Some((StatusCode::OK | StatusCode::CONFLICT, _)) => {}
            other => panic!("answered {other:?}"),
        }
    }
    (has, unanswered)
}

/// Sends a closing of one day, for as many as are in it by then; none when no answer came.
async fn close(client: &Client, address: &str, cookie: &str, day: CivilDate, key: &str) -> Option<StatusCode> {
    let answer = client
        .post(format!("{address}/staff/closures"))
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("service={SERVICE}&first={day}&last={day}&reason=repair&key={key}&sure=yes&seen=1000"))
        .send()
        .await;
    answer.ok().map(|answer| answer.status())
}

/// Waits until traffic has taken two places of a day beside those of the calm ones.
async fn filled(db: &Db, slots: &[SlotId]) {
    let begun = Instant::now();
    loop {
        let mut taken = 0;
        for slot in slots {
            taken += db.occupancy(slot).await.expect("the database").map_or(0, |(taken, _)| taken);
        }
        if taken >= 6 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody books");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Checks one patient against what she was told last; true when the clinic has cancelled what she had.
async fn is_settled(
    db: &Db,
    n: usize,
    followup: &str,
    has: &Has,
    closed: &[SlotId],
    listed: &BTreeSet<String>,
) -> bool {
    let record = db.followup(followup).await.expect("the database").expect("a follow-up");
    let firm = record.firm().map(|latest| latest.slot.id.clone());
    let held = record.held.as_ref().map(|(slot, _)| slot.id.clone());
    for slot in firm.iter().chain(&held) {
        assert!(!closed.contains(slot), "client {n} is left in {slot}, which is closed");
    }
    match has {
        Has::Slot(slot) if !closed.contains(slot) => assert_eq!(firm.as_ref(), Some(slot), "client {n}"),
        _ => assert_eq!(firm, None, "client {n} has nothing but what she was told: {has:?}"),
    }
    let cancelled = record.latest.as_ref().is_some_and(|latest| latest.state == State::CancelledByClinic);
    if matches!(has, Has::Slot(slot) if closed.contains(slot)) {
        assert!(cancelled, "client {n} was told of {has:?}, which the clinic has cancelled");
    }
    if cancelled {
        assert!(held.is_some() || listed.contains(followup), "client {n} has no offer and stands in no list");
    }
    cancelled
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_clients_a_closed_clinic_and_a_killed_server_lose_and_double_no_place() {
    let site = match Site::postgres().await {
        Some(site) => site,
        None => Site::sqlite(),
    };
    let db = site.db().await;
    // Far enough ahead that the rules of the service let everybody change her mind.
    let days: Vec<CivilDate> = (3..).take(DAYS).map(|ahead| soon().date().plus_days(ahead)).collect();
    let mut slots = Vec::new();
    for n in 0..DAYS * 4 {
        let starts = Moment::at(days[n / 4], 600);
        slots.push(site.slot_at(&db, SERVICE, &format!("traffic-{n}"), 2, starts).await);
    }
    let closed = &slots[..CLOSED * 4];
    let patients = site.patients(&db, SERVICE, CLIENTS + CALM).await;
    let (first, second) = (site.serve(), site.serve());
    let addresses = [first.address.clone(), second.address.clone()];
    let client = client();
    let cookie = site.coordinator(&db, &client, &addresses[0]).await;
    let mut told: Vec<(usize, (Has, usize))> = Vec::new();
    for (n, patient) in patients.iter().enumerate().skip(CLIENTS) {
        let slot = &slots[n - CLIENTS];
        assert_eq!(patient.book(&client, &addresses[0], slot, &secrets::fresh_id()).await, Outcome::Booked);
        told.push((n, (Has::Slot(slot.clone()), 0)));
    }
    let mut running = tokio::task::JoinSet::new();
    for (n, patient) in patients.iter().take(CLIENTS).cloned().enumerate() {
        let (client, addresses, slots) = (client.clone(), addresses.clone(), slots.clone());
        running.spawn(async move { (n, act(patient, client, addresses, slots, n).await) });
    }

    let keys = [secrets::fresh_id(), secrets::fresh_id(), secrets::fresh_id()];
    filled(&db, &slots[..4]).await;
    let answer = close(&client, &addresses[0], &cookie, days[0], &keys[0]).await;
    assert_eq!(answer, Some(StatusCode::SEE_OTHER));
    filled(&db, &slots[4..8]).await;
    let under_way = tokio::spawn({
        let (client, address, cookie, day, key) =
            (client.clone(), addresses[0].clone(), cookie.clone(), days[1], keys[1].clone());
        async move { close(&client, &address, &cookie, day, &key).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    first.kill();
    let answered = under_way.await.expect("sent");
    for (day, key) in days.iter().zip(&keys).take(2) {
        // Whether it was answered or not: the same form sent again closes the same, and goes on where the other stopped.
        let answer = close(&client, &addresses[1], &cookie, *day, key).await;
        assert_eq!(answer, Some(StatusCode::SEE_OTHER), "the first time answered {answered:?}");
    }

    told.extend(running.join_all().await);
    let unanswered: usize = told.iter().map(|(_, (_, unanswered))| unanswered).sum();
    assert!(unanswered > 0, "the kill fell among the writes");
    let mut cancelled = 0;
    for patient in &patients {
        let history = db.history(patient.followup()).await.expect("the database");
        cancelled += history.iter().filter(|line| line.action == "cancel-for-clinic").count();
    }
    assert!(cancelled >= CALM, "the closings concerned somebody");
    let answer = close(&client, &addresses[1], &cookie, days[2], &keys[2]).await;
    assert_eq!(answer, Some(StatusCode::SEE_OTHER));

    let now = Moment(soon().0 - 86_400_000);
    let listed = db.overdue("zhuzhou-2", now, 1000).await.expect("the database");
    let listed: BTreeSet<String> = listed.into_iter().map(|record| record.id).collect();
    let mut cancelled = 0;
    for (n, (has, _)) in &told {
        if is_settled(&db, *n, patients[*n].followup(), has, closed, &listed).await {
            cancelled += 1;
            let page = patients[*n].page(&client, &addresses[1]).await;
            assert!(page.contains("医院取消了"), "client {n} is told that the clinic cancelled: {page}");
        }
    }
    assert!(cancelled > 0, "somebody was left when the last day was closed");
    for slot in &slots {
        let (taken, capacity) = db.occupancy(slot).await.expect("the database").expect("a slot");
        assert!(taken <= capacity);
        assert!(taken == 0 || !closed.contains(slot), "nobody is left in {slot}");
    }
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    assert!(db.unexplained_appointments().await.expect("the database").is_empty());
    db.close().await;
}
