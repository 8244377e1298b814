//! The server of Zaoshai: one binary, one database. Renders every public page to HTML, answers the JSON API,
//! and holds follow-ups and slots. It holds no state of its own beside the loaded content.

pub mod app;
pub mod cache;
pub mod calendar;
pub mod clock;
pub mod connections;
pub mod content;
pub mod db;
pub mod demonstration;
pub mod encoding;
pub mod failures;
pub mod finders;
pub mod html;
pub mod imports;
pub mod keys;
pub mod lookup;
pub mod pathway;
pub mod pictures;
mod private;
pub mod qr;
pub mod readiness;
pub mod routes;
pub mod secrets;
pub mod timetable;
pub mod visitor;
pub mod watch;
