//! A list of lines as a picture, drawn on the phone: WeChat saves a picture by a long press, where a file would not open.

use crate::platform::document::{by_id, document};
use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Width of the picture in pixels.
const WIDTH: f64 = 750.0;
const MARGIN: f64 = 48.0;

/// A line in a size, once it is known to fit the width.
struct Row {
    text: String,
    size: f64,
    before: f64,
}

/// Draws the picture into the element with this id, with a hint above it; lines that begin with `#` are headings.
/// Gives nothing when the browser cannot draw.
pub fn draw(id: &str, title: &str, lines: &[String], hint: &str) -> Option<()> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let mut rows = Vec::new();
    wrap(&pen, title, 44.0, 24.0, &mut rows);
    for line in lines {
        match line.strip_prefix('#') {
            Some(heading) => wrap(&pen, heading, 34.0, 36.0, &mut rows),
            None => wrap(&pen, line, 30.0, 14.0, &mut rows),
        }
    }
    let height: f64 = rows.iter().map(|row| row.before + row.size * 1.4).sum::<f64>() + 2.0 * MARGIN;
    canvas.set_width(WIDTH as u32);
    canvas.set_height(height as u32);
    pen.set_fill_style_str("#fffdf8");
    pen.fill_rect(0.0, 0.0, WIDTH, height);
    pen.set_fill_style_str("#1d2422");
    let mut y = MARGIN;
    for row in &rows {
        y += row.before + row.size * 1.4;
        pen.set_font(&font(row.size));
        let _ = pen.fill_text(&row.text, MARGIN, y - row.size * 0.4);
    }
    let address = canvas.to_data_url().ok()?;
    let picture = document().create_element("img").ok()?;
    let _ = picture.set_attribute("src", &address);
    let _ = picture.set_attribute("alt", &[title, "\n", &lines.join("\n")].concat());
    let _ = picture.set_attribute("class", "zs-picture");
    let note = document().create_element("p").ok()?;
    note.set_text_content(Some(hint));
    let place = by_id(id)?;
    place.set_text_content(None);
    let _ = place.append_child(&note);
    let _ = place.append_child(&picture);
    picture.scroll_into_view();
    Some(())
}

fn font(size: f64) -> String {
    [if size > 30.0 { "bold " } else { "" }, &(size as u32).to_string(), "px sans-serif"].concat()
}

/// Breaks a line where it would leave the picture.
fn wrap(pen: &CanvasRenderingContext2d, text: &str, size: f64, before: f64, rows: &mut Vec<Row>) {
    pen.set_font(&font(size));
    let mut row = Row { text: String::new(), size, before };
    for letter in text.chars() {
        row.text.push(letter);
        let wide = pen.measure_text(&row.text).is_ok_and(|measured| measured.width() > WIDTH - 2.0 * MARGIN);
        if wide {
            row.text.pop();
            rows.push(core::mem::replace(&mut row, Row { text: String::from(letter), size, before: 0.0 }));
        }
    }
    rows.push(row);
}
