//! A form's address that is opened like a page, by reloading or from the history, leads to the page of the form.

use crate::world::World;
use axum::http::StatusCode;
use std::collections::BTreeSet;

/// Where routes are written down.
const SOURCES: [&str; 3] = [
    include_str!("../../src/routes.rs"),
    include_str!("../../src/routes/staff.rs"),
    include_str!("../../src/routes/schedules.rs"),
];

/// The patterns of all addresses that take forms, without the language.
fn forms() -> BTreeSet<String> {
    let routes = SOURCES.iter().flat_map(|source| source.split(".route(").skip(1));
    routes
        .filter_map(|route| {
            let (_, route) = route.split_once('"')?;
            let (pattern, rest) = route.split_once('"')?;
            let handlers = rest.split(".route(").next()?.lines().next()?;
            let plain = pattern.replace("{{", "{").replace("}}", "}").replace("{prefix}", "");
            (handlers.contains("post(") && !plain.starts_with("/api/")).then_some(plain)
        })
        .collect()
}

#[tokio::test]
async fn the_address_of_every_form_leads_to_its_page_instead_of_405() {
    let world = World::new().await;
    let followup = world.followup().await;
    let (mut nurse, mut patient) = (world.nurse().await, world.patient(&followup).await);
    let forms = forms();
    assert!(forms.len() > 15 && forms.contains("/f/{token}/{deed}") && forms.contains("/staff/followups"), "{forms:?}");
    for pattern in &forms {
        for deed in ["confirm", "ask", "call", "anything"] {
            let path = pattern
                .replace("{token}", followup.token.as_str())
                .replace("{id}", &followup.row.id)
                .replace("{name}", "zhang")
                .replace("{deed}", deed);
            for client in [&mut nurse, &mut patient] {
                let answer = client.get(&path).await;
                assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
                if answer.status != StatusCode::SEE_OTHER {
                    continue;
                }
                let page = answer.location().to_owned();
                assert_ne!(page, path);
                let shown = client.get(&page).await.status;
                let fits = matches!(shown, StatusCode::OK | StatusCode::SEE_OTHER | StatusCode::FORBIDDEN);
                let unknown = shown == StatusCode::NOT_FOUND && path.contains("home-care");
                assert!(fits || unknown, "{path} leads to {page}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn the_tab_of_a_refused_form_leads_to_the_follow_up() {
    let world = World::new().await;
    let followup = world.followup().await;
    let mut nurse = world.nurse().await;
    let form = format!("/staff/followups/{}/note", followup.row.id);
    assert_eq!(nurse.form(&form, &[("note", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reloaded = nurse.get(&form).await;
    assert_eq!((reloaded.status, reloaded.location()), (StatusCode::SEE_OTHER, form.trim_end_matches("/note")));
    assert_eq!(reloaded.headers["cache-control"], "no-store");
    let mut patient = world.patient(&followup).await;
    for (deed, view) in [("confirm", ""), ("ask", "?view=questions"), ("erase", "?view=data")] {
        for prefix in ["", "/en", "/hant"] {
            let link = format!("{prefix}/f/{}", followup.token);
            let answer = patient.get(&format!("{link}/{deed}")).await;
            assert_eq!(answer.location(), format!("{link}{view}"));
        }
    }
    let api = patient.get(&format!("/api/v1/followups/{}/hold", followup.token)).await;
    assert_eq!(api.code(), "method-not-allowed", "programs are told");
}
