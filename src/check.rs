//! The program of the self-checks and the plan: it takes over their pages and answers every tap on the phone.

fn main() {
    zaoshai_app::platform::steps::start();
}
