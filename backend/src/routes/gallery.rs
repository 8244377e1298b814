//! `/gallery`: all components in all states, in development builds alone.

use super::pages;
use crate::app::App;
use crate::visitor::Visitor;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use zaoshai_contract::page::Meta;
use zaoshai_contract::route::Lang;

/// The route.
pub fn router() -> Router<App> {
    Router::new().route("/gallery", get(show))
}

async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let library = app.library();
    let meta = Meta {
        title: "组件".to_owned(),
        description: "组件".to_owned(),
        lang: Lang::Hans.tag().to_owned(),
        translated: true,
        path: "/gallery".to_owned(),
        demonstration: library.demonstration,
        demo: false,
        hospital: app.hospital(&library),
    };
    let html = zaoshai_app::render_gallery(&meta, visitor.reading.size);
    pages::plain(&app, &visitor, &meta, &format!("{}{html}", app.shell.staff_style))
}
