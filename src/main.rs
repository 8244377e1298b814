//! The app on the phone: it starts, takes over the served page, and from then on follows the links.

fn main() {
    zaoshai_app::app::start();
}
