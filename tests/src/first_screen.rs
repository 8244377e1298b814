//! What a person sees without scrolling. The one thing to do on a page must be there: in the first screen of a small
//! phone, in normal type and in the largest.

use crate::browser::Browser;
use crate::setting_if_any;
use anyhow::{Context as _, bail};

/// A phone and the size of type that its owner has chosen.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width in CSS pixels.
    pub width: u32,
    /// Its height in CSS pixels.
    pub height: u32,
    /// The site's own size of type, as its cookie names it.
    pub size: &'static str,
}

/// The screens on which everything must be in reach.
pub const SCREENS: [Screen; 2] =
    [Screen { width: 360, height: 640, size: "normal" }, Screen { width: 360, height: 740, size: "largest" }];

impl Screen {
    /// Makes a browser this phone. It must be on a page of the site, because the size of type is a cookie.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn take(self, browser: &Browser) -> anyhow::Result<()> {
        browser.size(self.width, self.height).await?;
        browser.run(&format!("document.cookie = 'zs_size={}; path=/'", self.size)).await?;
        Ok(())
    }
}

/// Fails unless the first element of this kind lies wholly in the window as the page begins, may be used, and is what a
/// finger meets on it. Keeps a picture of the screen where `ZAOSHAI_SCREENS` names a folder.
///
/// # Errors
/// When it is not so; names the page and where the element is.
pub async fn in_first_screen(browser: &Browser, what: &str, css: &str) -> anyhow::Result<()> {
    let script = format!(
        "window.scrollTo(0, 0);
        const element = [...document.querySelectorAll({css:?})].find((one) => one.getClientRects().length);
        if (!element) return 'is not there';
        const box = element.getBoundingClientRect();
        if (box.top < 0 || box.left < 0 || box.bottom > innerHeight + 0.5 || box.right > innerWidth + 0.5)
          return `stands at ${{Math.round(box.top)}} to ${{Math.round(box.bottom)}} of ${{innerHeight}}`;
        if (element.disabled || element.getAttribute('aria-disabled') === 'true') return 'cannot be used';
        for (const [x, y] of [[0.5, 0.5], [0.5, 0.1], [0.5, 0.9], [0.1, 0.5], [0.9, 0.5]]) {{
          const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
          if (top !== element && !element.contains(top))
            return `at ${{Math.round(box.top)}} to ${{Math.round(box.bottom)}} lies under ` + (top ? top.outerHTML.slice(0, 60) : 'nothing');
        }}
        return '';"
    );
    if let Some(folder) = setting_if_any("ZAOSHAI_SCREENS") {
        let size = browser.run("window.scrollTo(0, 0); return innerHeight").await?;
        browser.picture(&std::path::Path::new(&folder).join(format!("{size}-{what}.png"))).await?;
    }
    let told = browser.run(&script).await.with_context(|| what.to_owned())?;
    match told.as_str() {
        Some("") => Ok(()),
        told => bail!("{what}: {css} {}", told.unwrap_or("gives no answer")),
    }
}

/// Fails unless the first line of the first element of this kind is in the window as the page begins, and is what a finger
/// meets there.
///
/// # Errors
/// When it is not so; names the page and where the element is.
pub async fn begins_in_first_screen(browser: &Browser, what: &str, css: &str) -> anyhow::Result<()> {
    let script = format!(
        "window.scrollTo(0, 0);
        const element = [...document.querySelectorAll({css:?})].find((one) => one.getClientRects().length);
        if (!element) return 'is not there';
        const box = element.getBoundingClientRect();
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 22));
        if (top === element || element.contains(top)) return '';
        return `begins at ${{Math.round(box.top)}} of ${{innerHeight}}`;"
    );
    match browser.run(&script).await.with_context(|| what.to_owned())?.as_str() {
        Some("") => Ok(()),
        told => bail!("{what}: {css} {}", told.unwrap_or("gives no answer")),
    }
}

/// The same for the button or link in the action bar, of which a page has one, inside of a landmark.
///
/// # Errors
/// When it is not so.
pub async fn bar_in_first_screen(browser: &Browser, what: &str) -> anyhow::Result<()> {
    let script = "return document.querySelectorAll('.zs-action-bar .zs-button').length === 1
        && document.querySelectorAll('.zs-action-bar[role=region][aria-label] .zs-button').length === 1";
    if browser.run(script).await? != true {
        bail!("{what}: there must be one button in the bar, and the bar a landmark");
    }
    in_first_screen(browser, what, ".zs-action-bar .zs-button").await
}

/// Makes sure that the bar holds both ways where one cannot be undone: back first, and both in the first screen.
///
/// # Errors
/// When one is missing, covered or out of sight.
pub async fn choice_in_first_screen(browser: &Browser, what: &str) -> anyhow::Result<()> {
    let script = "return [...document.querySelectorAll('.zs-action-bar[role=region][aria-label] .zs-button')]
        .map((one) => one.tagName).join()";
    let found = browser.run(script).await?;
    if found != "A,BUTTON" {
        bail!("{what}: the way back and the button must stand in the bar, not {found}");
    }
    in_first_screen(browser, what, ".zs-action-bar a.zs-button").await?;
    in_first_screen(browser, what, ".zs-action-bar button").await
}
