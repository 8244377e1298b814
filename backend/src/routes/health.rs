//! Whether the server lives, and whether it can do its work.

use crate::app::App;
use crate::failures::Result;
use axum::extract::State;

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The database answers and takes writes. Content that could not be taken over does not make the server unready: it serves the last good
/// one, and says here what is wrong with the new.
pub async fn ready(State(app): State<App>) -> Result<String> {
    app.readiness.ask(&app.db).await?;
    let trouble = app.trouble();
    if trouble.is_empty() {
        return Ok("ready\n".to_owned());
    }
    Ok(format!("ready\ncontent: the last good version is served; the new one has mistakes\n{trouble}\n"))
}
