//! The contract between the app on the phone and the backend: routes, view models, requests, problem
//! documents and the parsed types they are made of.
//! There is no I/O here, and nothing that reads a clock: both sides compile it, and both sides trust it.

pub mod appointments;
pub mod checks;
pub mod civil;
pub mod clinics;
pub mod content;
pub mod dates;
pub mod followups;
pub mod holidays;
pub mod home_care;
pub mod ids;
pub mod json;
pub mod limits;
pub mod page;
pub mod phones;
pub mod places;
pub mod problem;
pub mod referrals;
pub mod results;
pub mod roles;
pub mod route;
pub mod schedules;
pub mod search;
pub mod slots;
pub mod staff;
