//! Every public page on small phones, in every size of type: what there is to do stands in the first screen, everything
//! that is touched is as large as a finger, nothing runs over the edge. The list of pages is the site map, and what each
//! kind of page is for is said here for every [`Route`], so that a new page cannot be forgotten.

use crate::stage::with_browser;
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeSet;
use zaoshai_contract::route::Route;
use zaoshai_tests::backend::Backend;
use zaoshai_tests::browser::{Browser, Scripts};
use zaoshai_tests::first_screen::{Screen, begins_in_first_screen, in_first_screen};

/// The phones, in CSS pixels.
const PHONES: [(u32, u32); 3] = [(360, 740), (360, 640), (320, 568)];
/// The sizes of type as their cookie names them, with how large everything that is touched must be.
const SIZES: [(&str, u32); 3] = [("normal", 44), ("elder", 48), ("largest", 60)];

/// The one thing to do on a page: what must stand in the first screen. Of a list it is the first of its entries.
fn step(route: &Route) -> &'static str {
    match route {
        Route::Home => "main .zs-button, main .zs-doors a",
        Route::Topics => "main .zs-topic",
        Route::Topic(_) => ".zs-opened .zs-button",
        Route::Decision(_) | Route::Guidance(_) | Route::Programme(_) | Route::Result(_) | Route::Privacy => "main h1",
        Route::Results(_) | Route::Search(_) => "main input[name=q]",
        Route::Programmes | Route::GuidanceList | Route::Checks => "main .zs-link-card",
        Route::Check(_) | Route::Plan => ".zs-action-bar .zs-button",
        Route::Clinics(_) => "main .zs-filter a",
        // Where no number is known that is said in its place.
        Route::Clinic(_) => "main .zs-phone",
        Route::FollowUpEntry => "main h1",
        Route::HomeCare => "main .zs-button",
        // Behind an identity check: the walks of `first_screen` go through all of their states.
        Route::FollowUp(..) | Route::HomeCareRequest(_) => "main h1",
    }
}

/// What of a page is too small for a finger, unless it stands in the middle of a sentence. An area that is felt may be
/// larger than what is drawn.
const SMALL: &str = "
    const least = LEAST, small = [];
    for (const one of document.querySelectorAll('a[href], button, select, textarea, summary, input:not([type=hidden])')) {
      const part = (one.matches('input') && one.closest('label')) || one;
      let box = part.getBoundingClientRect();
      if (!part.getClientRects().length || getComputedStyle(part).visibility !== 'visible') continue;
      if (box.width <= 2 || box.height <= 2) {
        const label = one.labels && one.labels[0];
        if (!label || !label.getClientRects().length) continue;
        box = label.getBoundingClientRect();
      }
      if (box.right <= 0 || box.bottom + scrollY <= 0) continue;
      if (box.height >= least - 0.5 && box.width >= least - 0.5) continue;
      const around = part.parentElement;
      const inline = getComputedStyle(part).display.startsWith('inline') && [...around.childNodes].some((node) =>
        node !== part && node.textContent.trim() && (node.nodeType === 3 || getComputedStyle(node).display === 'inline'));
      if (inline) continue;
      part.scrollIntoView({ block: 'center' });
      box = part.getBoundingClientRect();
      const [x, y, half] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2, least / 2 - 1];
      const felt = (dx, dy) => {
        const [px, py] = [Math.min(Math.max(x + dx, 1), innerWidth - 1), y + dy];
        const hit = document.elementFromPoint(px, py);
        return hit && (hit === part || part.contains(hit) || (one.labels && [...one.labels].some((l) => l.contains(hit))));
      };
      // The mark of a source stands behind a word, one beside the other.
      const wide = part.matches('.zs-ref') || box.width >= least - 0.5 || (felt(-half, 0) && felt(half, 0));
      const high = box.height >= least - 0.5 || (felt(0, -half) && felt(0, half));
      if (!wide || !high) small.push(`${part.className || part.tagName} ${Math.round(box.width)}×${Math.round(box.height)} ${part.textContent.trim().slice(0, 12)}`);
    }
    window.scrollTo(0, 0);
    return [...new Set(small)].slice(0, 6).join('; ');";

const SIDEWAYS: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

async fn sitemap(backend: &Backend) -> Result<Vec<(String, Route)>> {
    let text = reqwest::get(backend.at("/sitemap.txt")).await?.text().await?;
    let read = |path: &str| Some((path.to_owned(), Route::parse(path, "")?.1));
    text.lines().map(|path| read(path).with_context(|| format!("no route for {path}"))).collect()
}

/// Looks at pages on all phones in all sizes of type; gives what is wrong.
async fn faults(
    browser: &Browser,
    backend: &Backend,
    pages: &[(String, Route)],
    scripts: Scripts,
) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (size, least) in SIZES {
        Screen { width: 360, height: 740, size }.take(browser).await?;
        for (path, route) in pages {
            match scripts {
                Scripts::All => browser.go_ready(&backend.at(path)).await?,
                _ => browser.go(&backend.at(path)).await?,
            }
            for (width, height) in PHONES {
                browser.size(width, height).await?;
                let what = format!("{path} at {width}×{height} in {size} type");
                // On the smallest phones in large type an entry is as high as the window: there it must begin in it.
                let seen = match (size, height) {
                    // The sentence that says what the page is for fills this window.
                    ("largest", 568) if matches!(route, Route::Results(_) | Route::Checks) => Ok(()),
                    ("largest" | "elder", 568) | ("largest", 640) => {
                        begins_in_first_screen(browser, &what, step(route)).await
                    }
                    _ => in_first_screen(browser, &what, step(route)).await,
                };
                if let Err(error) = seen {
                    faults.push(format!("{error:#}"));
                }
                let sideways = browser.run(SIDEWAYS).await?;
                if sideways.as_i64().is_none_or(|pixels| pixels > 0) {
                    faults.push(format!("{what}: runs over the edge by {sideways}"));
                }
            }
            let small = browser.run(&SMALL.replace("LEAST", &least.to_string())).await?;
            if small != "" {
                faults.push(format!("{path} in {size} type: smaller than {least}: {small}"));
            }
        }
    }
    Ok(faults)
}

async fn every_page_is_in_reach(scripts: Scripts, of_each_kind: usize) {
    let backend = Backend::start();
    with_browser(scripts, async |browser| {
        browser.go(&backend.at("/privacy")).await?;
        let mut pages = sitemap(&backend).await?;
        let kinds: BTreeSet<String> = pages.iter().map(|(_, route)| kind(route)).collect();
        ensure!(kinds.len() > 10, "{kinds:?}");
        let mut seen = std::collections::BTreeMap::new();
        pages.retain(|(_, route)| {
            let count = seen.entry(kind(route)).or_insert(0);
            *count += 1;
            *count <= of_each_kind
        });
        let faults = faults(browser, &backend, &pages, scripts).await?;
        ensure!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
        Ok(())
    })
    .await;
}

/// The name of a route's kind.
fn kind(route: &Route) -> String {
    format!("{route:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_public_page_is_in_reach_without_any_script() {
    every_page_is_in_reach(Scripts::None, usize::MAX).await;
}

#[tokio::test]
async fn every_kind_of_public_page_is_in_reach_with_the_app() {
    every_page_is_in_reach(Scripts::All, 2).await;
}
