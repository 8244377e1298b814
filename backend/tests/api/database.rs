//! The database: both kinds have the same tables, and what is there is not made twice.

use crate::world::World;
use std::path::Path;

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
async fn slots_are_made_once() {
    let world = World::new().await;
    assert_eq!(zaoshai_backend::timetable::refresh(&world.app).await.expect("slots"), 0);
}
