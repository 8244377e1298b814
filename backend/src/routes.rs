//! The router: pages, forms, the JSON API and the files of the app, and what happens around every request.

pub mod address;
pub mod api;
pub mod back;
pub mod body;
pub mod checks;
pub mod clinics;
pub mod closures;
mod days;
pub mod demo;
pub mod followups;
pub mod frame;
#[cfg(debug_assertions)]
mod gallery;
pub mod health;
pub mod home_care;
mod identity;
pub mod pages;
mod refusals;
pub mod schedules;
pub mod settings;
pub mod share;
pub mod staff;
pub mod titles;
pub mod told;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

/// The whole server as one router.
pub fn router(app: App) -> Router {
    let (api, description) = api::described();
    let description = serde_json::to_string(&description).unwrap_or_default();
    let mut forms = Router::new().route("/settings", get(settings::show).post(settings::change));
    for prefix in ["", "/hant", "/en"] {
        if !prefix.is_empty() {
            forms = forms.route(&format!("{prefix}/settings"), get(settings::show));
        }
        forms = forms
            .route(&format!("{prefix}/check/{{id}}"), get(pages::show).post(checks::answer))
            .route(&format!("{prefix}/check/{{id}}/sheet"), get(checks::sheet))
            .route(&format!("{prefix}/plan"), get(pages::show).post(checks::answer))
            .route(&format!("{prefix}/plan/sheet"), get(checks::sheet))
            .route(&format!("{prefix}/share"), get(share::show))
            .route(&format!("{prefix}/results"), get(pages::show).post(pages::look_up))
            .route(&format!("{prefix}/home-care"), get(pages::show).post(home_care::ask))
            .route(&format!("{prefix}/home-care/{{token}}/{{deed}}"), post(home_care::form))
            .route(&format!("{prefix}/f/{{token}}/{{deed}}"), post(followups::form))
            .route(&format!("{prefix}/f/{{token}}/appointment.ics"), get(followups::calendar));
    }
    let inner = Router::new()
        .merge(api)
        .route("/api/openapi.json", get(move || std::future::ready(api::description(description))))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/sitemap.txt", get(pages::sitemap))
        .route("/share/code.png", get(share::code))
        .route("/share/card/{file}", get(share::picture))
        .route("/hospitals/{id}", get(clinics::hospital))
        .route("/favicon.ico", get(pages::favicon))
        .route("/index.html", get(pages::to_home))
        .merge(forms)
        .merge(staff::router(&app))
        .fallback(pages::show);
    let inner = if app.demonstration().is_some() {
        inner.layer(middleware::from_fn_with_state(app.clone(), demo::in_turn))
    } else {
        inner
    };
    #[cfg(debug_assertions)]
    let inner = inner.merge(gallery::router());
    let inner = inner
        .merge(demo::router(&app))
        .layer(DefaultBodyLimit::disable())
        // What is not kept is compressed anew for each request: lightly, so that nobody can buy much time with few bytes.
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(2)))
        .layer(middleware::from_fn_with_state(app.clone(), frame::guard))
        .layer(middleware::from_fn_with_state(app.clone(), frame::finish))
        .with_state(app);
    Router::new().fallback_service(inner).layer(middleware::from_fn(frame::other_methods))
}
