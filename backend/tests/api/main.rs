//! The backend as a client sees it: requests against the whole router, on SQLite, and on PostgreSQL when
//! `ZAOSHAI_TEST_POSTGRES` names a server.

mod bad_input;
mod checks;
mod console;
mod database;
mod followups;
mod model;
mod openapi;
mod pages;
mod schedules;
mod search;
mod share;
mod staff;
mod world;
