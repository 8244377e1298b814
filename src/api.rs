//! The only HTTP of the app: one document for each page, and the writes of the follow-up link.

use gloo_net::http::{Method, RequestBuilder};
use zaoshai_contract::json;
use zaoshai_contract::page::Page;
use zaoshai_contract::problem::Problem;

/// Why there is no answer.
pub enum Trouble {
    /// The server answered that it cannot be so.
    Problem(Box<Problem>),
    /// Nothing came back, or nothing that can be read.
    Network,
}

/// Fetches the document of a page; gives the page and the text it was read from.
pub async fn page(path: &str) -> Result<(Page, String), Trouble> {
    let answer = RequestBuilder::new(path).send().await.map_err(|_| Trouble::Network)?;
    let ok = answer.ok();
    let text = answer.text().await.map_err(|_| Trouble::Network)?;
    if ok {
        return json::from_str(&text).map(|page| (page, text)).ok_or(Trouble::Network);
    }
    Err(problem(&text))
}

/// Sends a form's fields; gives the address to show next. A repeat with the same key is safe.
pub async fn write(path: &str, fields: String) -> Result<String, Trouble> {
    let request = RequestBuilder::new(path)
        .method(Method::POST)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .body(fields);
    let answer = request.map_err(|_| Trouble::Network)?.send().await.map_err(|_| Trouble::Network)?;
    let (ok, status) = (answer.ok(), answer.status());
    let text = answer.text().await.map_err(|_| Trouble::Network)?;
    if ok {
        return json::from_str(&text).ok_or(Trouble::Network);
    }
    // What is only busy or out of reach is worth another try with the same key.
    if status >= 502 {
        return Err(Trouble::Network);
    }
    Err(problem(&text))
}

fn problem(text: &str) -> Trouble {
    json::from_str(text).map_or(Trouble::Network, Trouble::Problem)
}
