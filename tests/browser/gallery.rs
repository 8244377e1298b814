//! How the components and the main pages look, at three widths, in light, in dark and in the largest type, held against
//! the pictures that somebody has looked at: `reviewed.txt` keeps each as a coarse grid of colours, which fonts drawn a
//! little otherwise leave alone. A picture that has changed is written to `target/pictures`; whoever has looked at it keeps
//! it with `ZAOSHAI_REVIEWED=yes cargo xtask test --phase browser reviewed`.

use crate::stage::with_browser;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};

/// Widths and heights of the window, in CSS pixels.
const WINDOWS: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];
/// How the page is read: colours and size of type.
const READINGS: [(&str, &str); 3] = [("light", "normal"), ("dark", "normal"), ("light", "largest")];
/// The pages, of which the first screen is held against what was reviewed.
const PAGES: [&str; 12] = [
    "/",
    "/screening",
    "/screening/lung",
    "/screening/lung/decide",
    "/check",
    "/check/lung",
    "/results",
    "/guidance/warning-signs",
    "/programmes",
    "/home-care",
    "/settings",
    "/staff/login",
];
/// Pixels of a side of a field of the grid.
const FIELD: usize = 40;
/// How far a colour of a field, or its ink, may be from the reviewed one, of 15.
const NEAR: u32 = 2;
/// How far a colour is from the ground of its field to be ink, over the three colours, of 765.
const INK: u32 = 120;
/// Steps of ink a field that is covered by it has: a line of text covers a tenth, and must not vanish in a mean.
const INK_STEPS: usize = 60;
/// How many fields of a picture may differ: a letter that is drawn half a pixel further falls into the next one.
const STRAY: usize = 1;
/// By how many pixels a component may be higher or lower.
const HEIGHT: usize = 3;

/// A picture: three bytes a pixel.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn read(file: &[u8]) -> Result<Self> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info()?;
        let mut bytes = vec![0; reader.output_buffer_size().context("a size")?];
        let info = reader.next_frame(&mut bytes)?;
        let samples = info.color_type.samples();
        ensure!(samples >= 3 && info.bit_depth == png::BitDepth::Eight, "a picture in colours");
        let pixels = bytes[..info.buffer_size()].chunks(samples).flat_map(|pixel| pixel[..3].to_vec()).collect();
        Ok(Self { width: info.width as usize, height: info.height as usize, pixels })
    }

    /// A part of it.
    fn part(&self, (left, top, width, height): (usize, usize, usize, usize)) -> Self {
        let (right, bottom) = ((left + width).min(self.width), (top + height).min(self.height));
        let row = |y: usize| self.pixels[(y * self.width + left) * 3..(y * self.width + right) * 3].to_vec();
        Self { width: right - left, height: bottom - top, pixels: (top..bottom).flat_map(row).collect() }
    }

    /// How much of it is not the commonest colour, its ground, in sixteen steps up to a quarter of it; and how much redder
    /// than green that ink is, in sixteen steps, 8 where there is none.
    fn ink(&self) -> (usize, i32) {
        let mut colours: BTreeMap<&[u8], usize> = BTreeMap::new();
        for pixel in self.pixels.chunks(3) {
            *colours.entry(pixel).or_default() += 1;
        }
        let ground = colours.iter().max_by_key(|(_, count)| **count).map_or(&[0, 0, 0][..], |(colour, _)| colour);
        let far =
            |pixel: &[u8]| pixel.iter().zip(ground).map(|(one, other)| u32::from(one.abs_diff(*other))).sum::<u32>();
        let inked: Vec<&[u8]> = self.pixels.chunks(3).filter(|pixel| far(pixel) > INK).collect();
        let amount = (inked.len() * INK_STEPS / (self.width * self.height).max(1)).min(15);
        let redder: i32 = inked.iter().map(|pixel| i32::from(pixel[0]) - i32::from(pixel[1])).sum();
        let mean = i32::try_from(inked.len()).map_or(0, |count| redder / count.max(1));
        (amount, if amount == 0 { 8 } else { (8 + mean / 16).clamp(0, 15) })
    }

    /// Its size, and of its fields row by row the mean colours, sixteen steps a colour, and the ink.
    fn grid(&self) -> String {
        let mut grid = format!("{}×{} ", self.width, self.height);
        for top in (0..self.height).step_by(FIELD) {
            for left in (0..self.width).step_by(FIELD) {
                let field = self.part((left, top, FIELD, FIELD));
                for colour in 0..3 {
                    let all: u32 = field.pixels.iter().skip(colour).step_by(3).map(|value| u32::from(*value)).sum();
                    let mean = all / u32::try_from(field.width * field.height).unwrap_or(1).max(1);
                    let _ = write!(grid, "{:x}", mean / 16);
                }
                let (amount, redder) = field.ink();
                let _ = write!(grid, "{amount:x}{redder:x}");
            }
        }
        grid
    }

    fn write(&self, file: &Path) -> Result<()> {
        let mut encoder = png::Encoder::new(
            std::io::BufWriter::new(std::fs::File::create(file)?),
            u32::try_from(self.width)?,
            u32::try_from(self.height)?,
        );
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }
}

/// Whether two grids show the same to somebody who looks.
fn alike(reviewed: &str, now: &str) -> bool {
    let parts = |grid: &str| {
        let (size, fields) = grid.split_once(' ')?;
        let (width, height) = size.split_once('×')?;
        let fields: Vec<u32> = fields.chars().filter_map(|digit| digit.to_digit(16)).collect();
        Some((width.parse::<usize>().ok()?, height.parse::<usize>().ok()?, fields))
    };
    let (Some((width, height, before)), Some((its_width, its_height, fields))) = (parts(reviewed), parts(now)) else {
        return false;
    };
    let apart =
        |(before, now): (&[u32], &[u32])| before.iter().zip(now).any(|(one, other)| one.abs_diff(*other) > NEAR);
    width == its_width
        && height.abs_diff(its_height) <= HEIGHT
        && (height != its_height || before.len() == fields.len())
        && before.chunks(5).zip(fields.chunks(5)).filter(|fields| apart(*fields)).count() <= STRAY
}

/// The whole page as a picture, at one dot a pixel.
async fn whole(browser: &Browser, (width, height): (u32, u32)) -> Result<Picture> {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
    browser.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
    Picture::read(&browser.driver.screenshot_as_png().await?)
}

/// The components of the gallery by name, with where each stands.
async fn components(browser: &Browser) -> Result<Vec<(String, (usize, usize, usize, usize))>> {
    let found = browser
        .run(
            "return [...document.querySelectorAll('[data-component]')].map((part) => {
               const box = part.getBoundingClientRect();
               return [part.id, box.left, box.top + scrollY, box.width, box.height].map((n) => n.toFixed ? Math.round(n) : n);
             })",
        )
        .await?;
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).context("a number");
    let found = found.as_array().context("components")?.iter().map(|one| {
        let name = one[0].as_str().context("a name")?.to_owned();
        Ok((name, (number(&one[1])?, number(&one[2])?, number(&one[3])?, number(&one[4])?)))
    });
    found.collect()
}

/// Everything that is looked at, by name.
async fn pictures(browser: &Browser, backend: &Backend) -> Result<BTreeMap<String, Picture>> {
    let mut all = BTreeMap::new();
    for (colours, size) in READINGS {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
        browser.cdp("Emulation.setEmulatedMedia", features).await?;
        let cookie = json!({ "name": "zs_size", "value": size, "url": backend.at("/") });
        browser.cdp("Network.setCookie", cookie).await?;
        for window in WINDOWS {
            let reading = format!("{} {colours} {size}", window.0);
            for page in PAGES {
                browser.size(window.0, window.1).await?;
                browser.go(&backend.at(page)).await?;
                all.insert(format!("{page} {reading}"), whole(browser, window).await?);
            }
            browser.size(window.0, window.1).await?;
            browser.go(&backend.at("/gallery")).await?;
            let height = browser.run("return document.documentElement.scrollHeight").await?;
            let height = u32::try_from(height.as_u64().context("a height")?)?;
            let picture = whole(browser, (window.0, height)).await?;
            let found = components(browser).await?;
            ensure!(found.len() >= 30, "{} components", found.len());
            for (name, place) in found {
                all.insert(format!("{name} {reading}"), picture.part(place));
            }
        }
    }
    Ok(all)
}

fn reviewed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/reviewed.txt")
}

#[tokio::test]
async fn components_and_pages_look_as_somebody_has_reviewed_them() {
    let backend = Backend::start();
    with_browser(Scripts::None, async |browser| {
        let pictures = pictures(browser, &backend).await?;
        let mut lines = String::new();
        for (name, picture) in &pictures {
            let _ = writeln!(lines, "{name} = {}", picture.grid());
        }
        if std::env::var_os("ZAOSHAI_REVIEWED").is_some() {
            std::fs::write(reviewed(), &lines)?;
        }
        let kept = std::fs::read_to_string(reviewed()).unwrap_or_default();
        let kept: BTreeMap<&str, &str> = kept.lines().filter_map(|line| line.split_once(" = ")).collect();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures");
        std::fs::create_dir_all(&folder)?;
        let mut changed = Vec::new();
        for (name, picture) in &pictures {
            if kept.get(name.as_str()).is_some_and(|kept| alike(kept, &picture.grid())) {
                continue;
            }
            let file = name.trim_matches('/').replace(['/', ' '], "-");
            picture.write(&folder.join(format!("{file}.png")))?;
            changed.push(name.as_str());
        }
        let gone: Vec<&&str> = kept.keys().filter(|name| !pictures.contains_key(**name)).collect();
        ensure!(gone.is_empty(), "no longer there: {gone:?}");
        ensure!(
            changed.is_empty(),
            "{} pictures changed, see target/pictures: {changed:?}. After looking: ZAOSHAI_REVIEWED=yes",
            changed.len()
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_line_that_vanishes_or_changes_its_colour_is_a_changed_picture() {
    let backend = Backend::start();
    with_browser(Scripts::None, async |browser| {
        for page in PAGES {
            browser.size(360, 740).await?;
            browser.go(&backend.at(page)).await?;
            let before = whole(browser, (360, 740)).await?.grid();
            ensure!(alike(&before, &whole(browser, (360, 740)).await?.grid()), "{page}: the same page is alike");
            for how in ["color = 'transparent'", "color = '#c00'"] {
                let line = format!(
                    "const line = [...document.querySelectorAll('main p, main li, main label, main h1, main h2')].find((one) => {{
                       const box = one.getBoundingClientRect();
                       return box.width > 40 && box.top > 60 && box.bottom < 600 && one.textContent.trim().length > 1;
                     }}); line.style.{how}; return line.textContent"
                );
                let told = browser.run(&line).await?;
                let after = whole(browser, (360, 740)).await?.grid();
                ensure!(!alike(&before, &after), "{page}: {told} with {how} is not seen");
            }
        }
        Ok(())
    })
    .await;
}

#[test]
fn a_grid_tells_another_colour_and_another_height_and_forgives_a_hair() {
    let picture = |shade: u8, height: usize| Picture { width: 48, height, pixels: vec![shade; 48 * height * 3] }.grid();
    let white = picture(255, 48);
    assert!(alike(&white, &white) && alike(&white, &picture(230, 48)) && alike(&white, &picture(255, 50)));
    assert!(!alike(&white, &picture(180, 48)) && !alike(&white, &picture(255, 60)) && !alike("", &white));
}
