//! Settings that the phone keeps in a cookie: large type.

use super::body::Form;
use crate::html::TextSize;
use crate::visitor::{SET_COOKIE, size_cookie};
use axum::response::{IntoResponse as _, Redirect, Response};

/// `POST /settings`: sets the size of type and goes back to the page it was set on.
pub async fn change(form: Form) -> Response {
    let size = if form.get("size") == "elder" { TextSize::Elder } else { TextSize::Normal };
    let back = local_path(form.get("back"));
    ([(SET_COOKIE, size_cookie(size))], Redirect::to(back)).into_response()
}

/// The path if it leads to this site, else the first page.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (path, local) in [
            ("/screening/lung", "/screening/lung"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nb", "/"),
            ("", "/"),
        ] {
            assert_eq!(local_path(path), local, "{path:?}");
        }
    }
}
