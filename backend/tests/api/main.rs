//! The backend as a client sees it: requests against the whole router, on SQLite, and on PostgreSQL when
//! `ZAOSHAI_TEST_POSTGRES` names a server.

mod accounts;
mod anew;
mod audit;
mod bad_input;
mod batches;
mod broken;
mod checks;
mod closings;
mod console;
mod database;
mod description;
mod desk;
mod edit;
mod finding;
mod followups;
mod forms;
mod home_care;
mod imports;
mod lists;
mod logging;
mod model;
mod openapi;
mod pages;
mod reading;
mod referrals;
mod reload;
mod repeats;
mod schedules;
mod search;
mod sessions;
mod share;
mod sharing;
mod staff;
mod times;
mod world;
