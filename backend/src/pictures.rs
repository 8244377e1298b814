//! The pictures of share cards: an icon of the sprite on the ground of the pages, without words, drawn when it is first
//! asked for. Decision 11 tells why no words stand in them.

use bytes::Bytes;
use resvg::{tiny_skia, usvg};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The shell with the sprite that the pages draw from.
const SHELL: &str = include_str!("../../index.html");
/// Width and height, as share cards are cut.
const SIZE: (u32, u32) = (1200, 630);

/// The pictures that have been drawn; there are never more than icons in the sprite.
#[derive(Default)]
pub struct Pictures(RwLock<HashMap<String, Bytes>>);

impl Pictures {
    /// The picture with this icon as a PNG; nothing when the sprite has no such icon.
    pub fn get(&self, icon: &str) -> Option<Bytes> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(icon) {
            return Some(known.clone());
        }
        let drawn = Bytes::from(draw(icon)?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(icon.to_owned(), drawn.clone());
        Some(drawn)
    }
}

/// What stands between an icon's `<symbol>` tags.
fn symbol(icon: &str) -> Option<&'static str> {
    let plain = !icon.is_empty() && icon.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let begin = format!("<symbol id=\"i-{icon}\" viewBox=\"0 0 24 24\">");
    let (_, rest) = SHELL.split_once(&begin).filter(|_| plain)?;
    rest.split_once("</symbol>").map(|(inside, _)| inside)
}

/// The icon in the middle, so that a card that cuts a square out of it still shows it whole.
fn draw(icon: &str) -> Option<Vec<u8>> {
    let (width, height) = SIZE;
    let icon = symbol(icon)?;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#f8f4ec\"/>\
         <rect x=\"390\" y=\"105\" width=\"420\" height=\"420\" rx=\"118\" fill=\"#0a5653\"/>\
         <g transform=\"translate(468 183) scale(11)\" fill=\"none\" stroke=\"#fffdf9\" stroke-width=\"1.5\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">{icon}</g></svg>"
    );
    let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).ok()?;
    let mut picture = tiny_skia::Pixmap::new(width, height)?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut picture.as_mut());
    picture.encode_png().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_drawn_in_light_on_teal_and_an_unknown_one_is_not() {
        let pictures = Pictures::default();
        let ground = [0x0a, 0x56, 0x53];
        let mut before = Vec::new();
        for icon in ["lung", "colon", "letter", "pin"] {
            let picture = pictures.get(icon).expect("an icon of the sprite");
            let decoded = tiny_skia::Pixmap::decode_png(&picture).expect("a picture");
            assert_eq!((decoded.width(), decoded.height()), SIZE);
            let of = |wanted: [u8; 3]| {
                decoded.pixels().iter().filter(|dot| [dot.red(), dot.green(), dot.blue()] == wanted).count()
            };
            let (teal, light) = (of(ground), of([0xff, 0xfd, 0xf9]));
            assert!(teal > 100_000 && light > 3_000, "{icon}: {teal} and {light} pixels");
            assert_ne!(before, picture, "each icon has a picture of its own");
            assert!(picture.len() < 40_000, "{icon}: {} bytes", picture.len());
            before = picture.to_vec();
        }
        for icon in ["", "nothing", "mark", "lung\" viewBox=\"0 0 24 24"] {
            assert!(pictures.get(icon).is_none(), "{icon}");
        }
    }
}
