//! Real server processes: races for the last places, a server that is killed while bookings come in, disks, keys and
//! databases that fail under it or are somebody else's, and clients that hold their connections.

mod cluster;
mod content;
mod crash;
mod outages;
mod purpose;
mod races;
mod server;
mod slow;
mod traffic;
