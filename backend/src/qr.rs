//! QR codes of links: as an SVG path for pages, as a PNG to pass on, and as half blocks for the terminal.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as a path of bars one module high and the side in modules, without the quiet zone.
pub fn path(text: &str) -> Option<(String, u16)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            // Neighbours in a row are drawn as one: a page of letters weighs half.
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).ok()?;
            if run > 0 {
                path.push_str(&format!("M{x},{y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    Some((path, u16::try_from(code.size()).ok()?))
}

/// A QR code as the side in modules, without the quiet zone, and the modules row by row, the first in the highest bit,
/// as base-16 digits.
pub fn modules(text: &str) -> Option<(u16, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let side = code.size();
    let dark: Vec<bool> = (0..side * side).map(|n| code.get_module(n % side, n / side)).collect();
    let digit = |four: &[bool]| four.iter().enumerate().map(|(n, dark)| u32::from(*dark) << (3 - n)).sum::<u32>();
    let digits = dark.chunks(4).filter_map(|four| char::from_digit(digit(four), 16)).collect();
    Some((u16::try_from(side).ok()?, digits))
}

/// A QR code as a PNG in black and white, with the quiet zone, at least 512 pixels wide: large enough for a poster, and
/// a picture, because messengers find codes only in pictures.
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let quiet = 4;
    let modules = u32::try_from(code.size() + 2 * quiet).ok()?;
    let scale = 512_u32.div_ceil(modules);
    let side = modules * scale;
    // One bit a pixel, each line begun in a byte of its own.
    let line = side.div_ceil(8) as usize;
    let mut pixels = vec![0_u8; line * side as usize];
    for (y, row) in pixels.chunks_mut(line).enumerate() {
        for x in 0..side as usize {
            let module = |at: usize| i32::try_from(at / scale as usize).unwrap_or(0) - quiet;
            if !code.get_module(module(x), module(y)) {
                row[x / 8] |= 0x80 >> (x % 8);
            }
        }
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(out)
}

/// A QR code for a terminal with a dark ground: two modules a character, with the quiet zone.
pub fn terminal(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let quiet = 2;
    let mut out = String::new();
    let light = |x, y| !code.get_module(x, y);
    let mut y = -quiet;
    while y < code.size() + quiet {
        for x in -quiet..code.size() + quiet {
            out.push(match (light(x, y), light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        out.push('\n');
        y += 2;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_fits_into_a_code() {
        let link = "https://zaoshai.example.org/f/0123456789abcdefghjkmnpqrs";
        let (path, side) = super::path(link).expect("fits");
        assert!(path.starts_with("M0,0h7v1h-7z") && (25..=41).contains(&side), "{side}");
        let lines = super::terminal(link).expect("fits");
        assert!(
            lines.lines().all(|line| line.chars().count() == lines.lines().next().expect("a line").chars().count())
        );
    }
}
