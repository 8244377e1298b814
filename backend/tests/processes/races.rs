//! 64 clients at once for the last 10 places of a slot: exactly 10 get it, 54 get the conflict answer.

use crate::server::{Outcome, Server, Site, client};
use zaoshai_backend::secrets;

async fn race(site: &Site, servers: &[Server]) {
    let db = site.db().await;
    let slot = site.slot(&db, "race", "race-1", 10).await;
    let patients = site.patients(&db, "race", 64).await;
    let client = client();
    let mut running = tokio::task::JoinSet::new();
    for (n, patient) in patients.into_iter().enumerate() {
        let (client, slot) = (client.clone(), slot.clone());
        let address = servers[n % servers.len()].address.clone();
        running.spawn(async move { patient.book(&client, &address, &slot, &secrets::fresh_id()).await });
    }
    let outcomes = running.join_all().await;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!((count(Outcome::Booked), count(Outcome::Conflict), count(Outcome::NoAnswer)), (10, 54, 0));
    assert_eq!(db.occupancy(&slot).await.expect("the database"), Some((10, 10)));
    assert!(db.miscounted_slots().await.expect("the database").is_empty());
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_for_ten_places_on_sqlite() {
    let site = Site::sqlite();
    let servers = [site.serve()];
    race(&site, &servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_for_ten_places_on_postgresql_with_two_backends() {
    // Runs in the second pass of `cargo xtask test`, which starts a PostgreSQL server.
    let Some(site) = Site::postgres().await else { return };
    let servers = [site.serve(), site.serve()];
    race(&site, &servers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sent_many_times_at_once_books_once() {
    let site = match Site::postgres().await {
        Some(site) => site,
        None => Site::sqlite(),
    };
    let servers = [site.serve()];
    let db = site.db().await;
    let slot = site.slot(&db, "repeat", "repeat-1", 10).await;
    let patient = site.patients(&db, "repeat", 1).await.remove(0);
    let (client, key) = (client(), secrets::fresh_id());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (client, slot, key, patient) = (client.clone(), slot.clone(), key.clone(), patient.clone());
        let address = servers[0].address.clone();
        running.spawn(async move { patient.book(&client, &address, &slot, &key).await });
    }
    assert!(running.join_all().await.iter().all(|outcome| *outcome == Outcome::Booked));
    assert_eq!(db.occupancy(&slot).await.expect("the database"), Some((1, 10)));
    db.close().await;
}
