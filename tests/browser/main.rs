//! A real Chromium of a phone's size against a real backend. Run by `cargo xtask test --phase browser`.

mod accessibility;
mod aloud;
mod check;
mod clinics;
mod console;
mod content;
mod desk;
mod drafts;
mod first_screen;
mod followup;
mod gallery;
mod home_care;
mod marks;
mod network;
mod reading;
mod resident;
mod schedules;
mod screens;
mod search;
mod share;
mod stage;
mod takeover;
