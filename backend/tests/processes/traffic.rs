//! 32 clients hold, confirm, book, move and cancel at once over two servers on one database, and one of the servers is
//! killed in the middle. Whoever got no answer sends the same again to the other: no place is given twice, none is lost,
//! and each patient has the appointment that she was told last.

use crate::server::{Patient, Site, client};
use reqwest::{Client, StatusCode};
use std::time::Duration;
use zaoshai_backend::secrets;
use zaoshai_contract::ids::SlotId;

/// Clients at once.
const CLIENTS: usize = 32;
/// What each of them does, one after the other.
const DEEDS: usize = 12;

/// What a patient was told that she has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Has {
    Nothing,
    Slot(SlotId),
}

async fn act(patient: Patient, client: Client, addresses: [String; 2], slots: Vec<SlotId>, n: usize) -> (Has, usize) {
    let mut has = Has::Nothing;
    let mut held = None;
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
        let ok = match answer {
            Some(StatusCode::OK) => true,
            Some(StatusCode::CONFLICT) => false,
            other => panic!("answered {other:?}"),
        };
        match deed.1 {
            // A refused hold or booking has let an earlier hold go already.
            "hold" => held = ok.then(|| slot.clone()),
            "confirm" if ok => has = held.take().map_or(has, Has::Slot),
            "appointment" if deed.0 == "DELETE" => has = if ok { Has::Nothing } else { has },
            "appointment" => {
                held = None;
                has = if ok { Has::Slot(slot.clone()) } else { has };
            }
            _ => {}
        }
        if has == held.clone().map_or(Has::Nothing, Has::Slot) {
            held = None;
        }
    }
    (has, unanswered)
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_clients_and_a_killed_server_lose_and_double_no_place() {
    let site = match Site::postgres().await {
        Some(site) => site,
        None => Site::sqlite(),
    };
    let db = site.db().await;
    let mut slots = Vec::new();
    for n in 0..12 {
        slots.push(site.slot(&db, "traffic", &format!("traffic-{n}"), 2).await);
    }
    let patients = site.patients(&db, "traffic", CLIENTS).await;
    let (first, second) = (site.serve(), site.serve());
    let addresses = [first.address.clone(), second.address.clone()];
    let client = client();
    let mut running = tokio::task::JoinSet::new();
    for (n, patient) in patients.iter().cloned().enumerate() {
        let (client, addresses, slots) = (client.clone(), addresses.clone(), slots.clone());
        running.spawn(async move { (n, act(patient, client, addresses, slots, n).await) });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    first.kill();
    let mut unanswered = 0;
    for (n, (has, lost)) in running.join_all().await {
        unanswered += lost;
        let record = db.followup(patients[n].followup()).await.expect("the database").expect("a follow-up");
        let stored = record.firm().map_or(Has::Nothing, |latest| Has::Slot(latest.slot.id.clone()));
        assert_eq!(stored, has, "client {n} has what she was told");
    }
    assert!(unanswered > 0, "the kill fell among the writes");
    for slot in &slots {
        let (taken, capacity) = db.occupancy(slot).await.expect("the database").expect("a slot");
        assert!(taken <= capacity);
    }
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    assert!(db.unexplained_appointments().await.expect("the database").is_empty());
    db.close().await;
}
