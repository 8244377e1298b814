//! Where the address of a form leads when it is opened like a page: after a refused form was reloaded, kept as a tab or
//! opened from the history. It is the page that the form stands on.

use zaoshai_contract::route::{FollowUpView, Lang};

/// Forms whose page is not simply the address without its last part, as patterns; `*` is any one part.
const ELSEWHERE: [(&str, &str); 4] = [
    ("/staff/accounts/*/*", "/staff/accounts"),
    ("/staff/closures/*/undo", "/staff/closures"),
    ("/staff/logout", "/staff"),
    ("/staff/followups", "/staff"),
];

/// The page that a form's address belongs to; none for addresses of the API, which take no forms.
pub fn page_of(path: &str) -> Option<String> {
    if path.starts_with("/api/") {
        return None;
    }
    if let Some((_, page)) = ELSEWHERE.iter().find(|(pattern, _)| fits(pattern, path)) {
        return Some((*page).to_owned());
    }
    let (page, deed) = path.trim_end_matches('/').rsplit_once('/')?;
    let rest = Lang::ALL.iter().rev().find_map(|lang| path.strip_prefix(lang.prefix())).unwrap_or(path);
    let view = if rest.starts_with("/f/") { view_of(deed) } else { FollowUpView::Plan };
    let page = if page.is_empty() { "/" } else { page };
    Some(match view.as_str() {
        "" => page.to_owned(),
        view => format!("{page}?view={view}"),
    })
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == "*" || wanted == given => {}
            _ => return false,
        }
    }
}

/// The view of a link on which a form stands.
fn view_of(deed: &str) -> FollowUpView {
    match deed {
        "ask" => FollowUpView::Questions,
        "helper" | "end-helper" | "act" => FollowUpView::Helpers,
        "erase" => FollowUpView::Data,
        "hold" | "book" => FollowUpView::Days,
        _ => FollowUpView::Plan,
    }
}

#[cfg(test)]
mod tests {
    use super::page_of;

    #[test]
    fn the_address_of_a_form_leads_to_its_page() {
        for (form, page) in [
            ("/f/abc/confirm", Some("/f/abc")),
            ("/f/abc/ask", Some("/f/abc?view=questions")),
            ("/en/f/abc/end-helper", Some("/en/f/abc?view=family")),
            ("/hant/f/abc/erase", Some("/hant/f/abc?view=data")),
            ("/home-care/abc/withdraw", Some("/home-care/abc")),
            ("/staff/followups", Some("/staff")),
            ("/staff/followups/1/call", Some("/staff/followups/1")),
            ("/staff/home-care/1/ask", Some("/staff/home-care/1")),
            ("/staff/accounts/zhang/reset", Some("/staff/accounts")),
            ("/staff/closures/1/undo", Some("/staff/closures")),
            ("/staff/logout", Some("/staff")),
            ("/api/v1/followups/abc/hold", None),
        ] {
            assert_eq!(page_of(form).as_deref(), page, "{form}");
        }
    }
}
