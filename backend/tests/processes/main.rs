//! Real server processes: races for the last places, a server that is killed while bookings come in, and
//! disks, keys and databases that fail under it.

mod cluster;
mod content;
mod crash;
mod outages;
mod races;
mod server;
mod traffic;
