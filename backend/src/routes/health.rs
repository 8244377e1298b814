//! Whether the server lives, and whether it can do its work.

use crate::app::App;
use crate::failures::Result;
use axum::extract::State;

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The database answers.
pub async fn ready(State(app): State<App>) -> Result<&'static str> {
    app.db.ping().await?;
    Ok("ready\n")
}
