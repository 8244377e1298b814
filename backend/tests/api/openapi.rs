//! The API's description is part of the contract: a change to it is a change to this snapshot.

#[test]
fn the_description_is_the_one_that_was_agreed() {
    let description: serde_json::Value = serde_json::from_str(&zaoshai_backend::routes::api::openapi()).expect("JSON");
    assert_eq!(description["openapi"], "3.1.0");
    insta::assert_json_snapshot!("openapi", description);
}
