//! The only place that talks to the browser. Parts that pages call exist on the server, too, and do nothing there.

pub mod position;
pub mod writes;

#[cfg(feature = "csr")]
pub mod document;
#[cfg(feature = "csr")]
pub mod navigation;
#[cfg(feature = "csr")]
pub mod settings;
#[cfg(feature = "csr")]
pub mod start;
#[cfg(feature = "csr")]
pub mod takeover;
