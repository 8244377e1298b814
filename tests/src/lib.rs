//! The stage for browser tests and benchmarks: a real backend with a database of its own, a real Chromium behind
//! ChromeDriver, and the few things a test says again and again. Everything that is started here is stopped by its
//! own process id when it is dropped.

pub mod backend;
pub mod browser;
pub mod first_screen;

/// An environment variable that `cargo xtask test` sets.
///
/// # Panics
/// When it is missing: the browser tests are run by `cargo xtask test --phase browser`.
pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test --phase browser`"))
}

/// An environment variable that a person may set.
pub fn setting_if_any(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
