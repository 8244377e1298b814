//! Real server processes: races for the last places, and a server that is killed while bookings come in.

mod content;
mod crash;
mod races;
mod server;
mod traffic;
