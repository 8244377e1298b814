//! The database as it is stored: both kinds have the same tables, and nothing personal is readable in them.

use crate::world::{PHONE, World};
use std::path::Path;
use zaoshai_backend::db::Db;

#[test]
fn both_kinds_of_database_have_the_same_migrations() {
    let names = |kind: &str| -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn names_phones_reasons_tokens_and_passwords_are_not_readable() {
    let world = World::new().await;
    let followup = world.followup().await;
    let select = "SELECT name_sealed || phone_sealed || reason_sealed || token_hash FROM followups";
    let (stored,): (String,) = match &world.app.db {
        Db::Sqlite { read, .. } => sqlx::query_as(select).fetch_one(read).await.expect("a row"),
        Db::Postgres(pool) => sqlx::query_as(select).fetch_one(pool).await.expect("a row"),
    };
    for secret in ["李女士", PHONE, "8000", "结节", followup.token.as_str()] {
        assert!(!stored.contains(secret), "{secret} is readable");
    }
}

#[tokio::test]
async fn slots_are_made_once() {
    let world = World::new().await;
    assert_eq!(zaoshai_backend::demonstration::make_slots(&world.app).await.expect("slots"), 0);
}
