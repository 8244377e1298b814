//! The app's own parts in a browser: what the take-over carries over, and which links the app takes.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlDetailsElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use zaoshai_app::platform::document::document;
use zaoshai_app::platform::navigation::route_of;
use zaoshai_app::platform::takeover::swap;
use zaoshai_contract::route::{Lang, Route};

wasm_bindgen_test_configure!(run_in_browser);

const FORM: &str = r#"<form><input id="ending" type="text"><textarea name="why"></textarea>
    <p><input type="radio" name="slot" value="a"><input type="radio" name="slot" value="b"></p>
    <select id="city"><option value="">-</option><option value="x">X</option></select>
    <details id="more"><summary>more</summary>text</details></form>"#;

fn served() -> (Element, HtmlElement) {
    let page = || {
        let page = document().create_element("div").expect("an element");
        page.set_inner_html(FORM);
        page.dyn_into::<HtmlElement>().expect("a div")
    };
    let served = page();
    document().body().expect("a body").append_child(&served).expect("appended");
    (served.into(), page())
}

fn find<T: wasm_bindgen::JsCast>(root: &Element, css: &str) -> T {
    root.query_selector(css).expect("a selector").expect("an element").dyn_into().expect("of this kind")
}

#[wasm_bindgen_test]
fn what_was_typed_chosen_and_opened_is_carried_over() {
    let (served, fresh) = served();
    find::<HtmlInputElement>(&served, "#ending").set_value("80");
    find::<HtmlTextAreaElement>(&served, "textarea").set_value("复查");
    find::<HtmlInputElement>(&served, "[value=b]").set_checked(true);
    find::<HtmlSelectElement>(&served, "#city").set_value("x");
    find::<HtmlDetailsElement>(&served, "#more").set_open(true);
    swap(&served, &fresh);
    assert_eq!(find::<HtmlInputElement>(&fresh, "#ending").value(), "80");
    assert_eq!(find::<HtmlTextAreaElement>(&fresh, "textarea").value(), "复查");
    assert!(find::<HtmlInputElement>(&fresh, "[value=b]").checked());
    assert_eq!(find::<HtmlSelectElement>(&fresh, "#city").value(), "x");
    assert!(find::<HtmlDetailsElement>(&fresh, "#more").open());
    assert!(fresh.is_connected() && !served.is_connected());
    fresh.remove();
}

#[wasm_bindgen_test]
fn focus_and_caret_stay_where_they_were() {
    let (served, fresh) = served();
    let field = find::<HtmlInputElement>(&served, "#ending");
    field.set_value("8000");
    field.focus().expect("focused");
    field.set_selection_range(1, 3).expect("selected");
    swap(&served, &fresh);
    let field = find::<HtmlInputElement>(&fresh, "#ending");
    assert_eq!(document().active_element().as_ref(), Some(field.as_ref()));
    let selected = (field.selection_start().expect("a caret"), field.selection_end().expect("a caret"));
    assert_eq!(selected, (Some(1), Some(3)));
    fresh.remove();
}

#[wasm_bindgen_test]
fn the_app_takes_its_own_links_and_no_others() {
    for (address, taken) in [
        ("/", true),
        ("/en/clinics?service=lung", true),
        ("/f", true),
        ("/staff", false),
        ("/staff/followups/new", false),
        ("//evil.example/", false),
        ("https://uri.amap.com/search", false),
        ("tel:120", false),
        ("/f/0123456789abcdefghjkmnpqrs/appointment.ics", false),
        ("/nothing", false),
    ] {
        assert_eq!(route_of(address).is_some(), taken, "{address}");
    }
    assert_eq!(route_of("/en"), Some((Lang::En, Route::Home)));
}
