//! A Chromium the size of a phone, driven over WebDriver and the DevTools protocol.

use crate::setting;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

/// How long a page may take to do what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often ChromeDriver is started before it counts as broken.
const STARTS: usize = 5;

/// What happens on every new page before its own scripts: errors are collected, and survive moving on.
const WATCH: &str = r#"
(() => {
  const keep = (text) => {
    try {
      const all = JSON.parse(sessionStorage.getItem('errors') || '[]');
      all.push(text);
      sessionStorage.setItem('errors', JSON.stringify(all));
    } catch (_) {}
  };
  addEventListener('error', (e) => { if (e.message) keep(e.message); });
  addEventListener('unhandledrejection', (e) => keep('rejected: ' + e.reason));
  document.addEventListener('securitypolicyviolation', (e) => keep('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
  const error = console.error;
  console.error = (...args) => { keep(args.join(' ')); error.apply(console, args); };
  window.__shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
})();
"#;

/// Whether pages may run what they load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// Everything runs.
    All,
    /// WebAssembly cannot be fetched.
    NoWasm,
    /// No script runs at all.
    None,
}

/// A browser with one tab.
pub struct Browser {
    /// The WebDriver session.
    pub driver: WebDriver,
    port: u16,
    chromedriver: Child,
    _profile: TempDir,
}

/// Starts ChromeDriver; gives it with its port. It takes a free port for IPv4 and then the same one for IPv6, and ends
/// when a test beside it was quicker there: then it is started anew.
fn start_chromedriver() -> anyhow::Result<(Child, u16)> {
    for _ in 0..STARTS {
        let mut chromedriver = Command::new(setting("ZAOSHAI_CHROMEDRIVER"))
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = chromedriver.stdout.take().expect("its output");
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok());
        if let Some(port) = port {
            return Ok((chromedriver, port));
        }
        let _ = chromedriver.kill();
        chromedriver.wait()?;
    }
    anyhow::bail!("ChromeDriver does not start")
}

impl Browser {
    /// Opens a browser of 390×844 with a fresh profile.
    ///
    /// # Errors
    /// When ChromeDriver or Chromium do not start.
    pub async fn open(scripts: Scripts) -> anyhow::Result<Self> {
        Self::open_with(scripts, &[]).await
    }

    /// The same with more arguments for Chromium: settings that a person makes in the browser itself.
    ///
    /// # Errors
    /// When ChromeDriver or Chromium do not start.
    pub async fn open_with(scripts: Scripts, arguments: &[&str]) -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        let (mut chromedriver, port) = start_chromedriver()?;
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&setting("ZAOSHAI_CHROMIUM"))?;
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--lang=zh-CN",
        ]
        .iter()
        .chain(arguments)
        {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        capabilities.set("goog:loggingPrefs", json!({ "performance": "ALL" }))?;
        let driver = match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await {
            Ok(driver) => driver,
            Err(error) => {
                let _ = chromedriver.kill();
                let _ = chromedriver.wait();
                return Err(error.into());
            }
        };
        let browser = Self { driver, port, chromedriver, _profile: profile };
        browser.size(390, 844).await?;
        browser.cdp("Network.enable", json!({})).await?;
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
        match scripts {
            Scripts::All => {}
            Scripts::NoWasm => {
                browser.cdp("Network.setBlockedURLs", json!({ "urls": ["*.wasm*"] })).await?;
            }
            Scripts::None => {
                browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await?;
            }
        }
        Ok(browser)
    }

    /// Sends a DevTools command.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn cdp(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        Ok(self.driver.cdp().send_raw(command, parameters).await?)
    }

    /// Makes the window as large as a phone of this size in CSS pixels.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn size(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn go(&self, address: &str) -> anyhow::Result<()> {
        self.driver.goto(address).await?;
        Ok(())
    }

    /// Opens an address and waits until the app has taken over.
    ///
    /// # Errors
    /// When it does not.
    pub async fn go_ready(&self, address: &str) -> anyhow::Result<()> {
        self.go(address).await?;
        self.ready().await
    }

    /// Waits until the app has taken over.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.until("the app takes over", "return performance.getEntriesByName('app-ready').length > 0").await
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// Waits until a script gives true.
    ///
    /// # Errors
    /// When it does not in twenty seconds; names what was waited for.
    pub async fn until(&self, what: &str, script: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            // A page that is just being left cannot be asked; the next one can.
            if self.run(script).await.is_ok_and(|answer| answer == Value::Bool(true)) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                anyhow::bail!("waited in vain until {what}; the page says:\n{}", self.text().await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page holds these words. Works with scripts off, too.
    ///
    /// # Errors
    /// When it does not in twenty seconds.
    pub async fn see(&self, words: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let text = self.text().await.unwrap_or_default();
            if text.contains(words) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                anyhow::bail!("waited in vain for “{words}”; the page says:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The words a person can read on the page.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.driver.find(By::Tag("body")).await?.text().await?;
        // Where a title may break.
        Ok(text.replace('\u{200b}', ""))
    }

    /// Waits for an element that can be seen, and scrolls to it.
    ///
    /// # Errors
    /// When there is none in twenty seconds.
    pub async fn find(&self, css: &str) -> anyhow::Result<WebElement> {
        let begun = Instant::now();
        loop {
            for element in self.driver.find_all(By::Css(css)).await? {
                if element.is_displayed().await.unwrap_or(false) {
                    let _ = element.scroll_into_view().await;
                    return Ok(element);
                }
            }
            if begun.elapsed() > PATIENCE {
                anyhow::bail!("no {css} on the page, which says:\n{}", self.text().await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a page of staff takes clicks and keys again: right after a mark it does not.
    ///
    /// # Errors
    /// When it does not in twenty seconds.
    pub async fn settled(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.settles().await {
            if begun.elapsed() > PATIENCE {
                anyhow::bail!("the page does not settle");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Whether the page takes no tap yet: by its script, or without any by its style.
    async fn settles(&self) -> bool {
        if !self.driver.find_all(By::Css(":root[data-settling]")).await.unwrap_or_default().is_empty() {
            return true;
        }
        for main in self.driver.find_all(By::Css(".zs-staff:has([data-told]) .zs-main")).await.unwrap_or_default() {
            if main.css_value("pointer-events").await.is_ok_and(|value| value == "none") {
                return true;
            }
        }
        false
    }

    /// Presses keys where the focus is.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn press(&self, keys: impl Into<TypingData>) -> anyhow::Result<()> {
        self.settled().await?;
        self.driver.action_chain().send_keys(keys).perform().await?;
        Ok(())
    }

    /// Clicks the first element that can be seen.
    ///
    /// # Errors
    /// When there is none, or something covers it.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        self.settled().await?;
        loop {
            match self.find(css).await?.click().await {
                Ok(()) => return Ok(()),
                // The page was rendered anew between finding and clicking.
                Err(_) if begun.elapsed() < PATIENCE / 4 => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Taps where an element is, whatever lies on top: what a finger does.
    ///
    /// # Errors
    /// When there is none.
    pub async fn tap(&self, css: &str) -> anyhow::Result<()> {
        let element = self.find(css).await?;
        self.tap_at(&element).await
    }

    /// Taps where an element is, without scrolling to it first.
    ///
    /// # Errors
    /// When it is out of sight.
    pub async fn tap_at(&self, element: &WebElement) -> anyhow::Result<()> {
        self.settled().await?;
        self.driver.action_chain().move_to_element_center(element).click().perform().await?;
        Ok(())
    }

    /// Presses the one button that a page's form has in its action bar.
    ///
    /// # Errors
    /// When there is none.
    pub async fn submit(&self) -> anyhow::Result<()> {
        self.click(".zs-action-bar button[type=submit]:not([form=back])").await
    }

    /// Presses Tab until the focus is on an element, and other keys there; gives how often Tab was pressed.
    ///
    /// # Errors
    /// When sixty steps do not lead there.
    pub async fn key_at(&self, css: &str, keys: impl Into<TypingData>) -> anyhow::Result<usize> {
        for tabs in 0..60 {
            if self.run(&format!("return document.activeElement.matches({css:?})")).await? == true {
                self.press(keys).await?;
                return Ok(tabs);
            }
            self.driver.action_chain().send_keys(Key::Tab).perform().await?;
        }
        anyhow::bail!("Tab does not lead to {css}")
    }

    /// Types into a field.
    ///
    /// # Errors
    /// When there is none.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let field = self.find(css).await?;
            let typed = async {
                field.clear().await?;
                field.send_keys(text).await
            };
            match typed.await {
                Ok(()) => return Ok(()),
                // The page was rendered anew between finding and typing.
                Err(_) if begun.elapsed() < PATIENCE / 4 => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sets a date field, which takes no plain typing.
    ///
    /// # Errors
    /// When there is none.
    pub async fn date(&self, css: &str, iso: &str) -> anyhow::Result<()> {
        self.run(&format!("document.querySelector({css:?}).value = {iso:?}")).await?;
        Ok(())
    }

    /// The path of the page.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn path(&self) -> anyhow::Result<String> {
        Ok(self.driver.current_url().await?.path().to_owned())
    }

    /// Cuts the network, or gives it back.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn network(&self, state: Network) -> anyhow::Result<()> {
        let (offline, latency, bytes) = match state {
            Network::Free => (false, 0, -1),
            Network::Phone => (false, 150, 200_000),
            Network::Slow => (false, 300, 40_000),
            Network::Lost => (true, 0, -1),
        };
        let conditions = json!({
            "offline": offline, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes,
        });
        self.cdp("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// The errors that pages of this tab have written to the console.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn errors(&self) -> anyhow::Result<Vec<String>> {
        let errors = self.run("return JSON.parse(sessionStorage.getItem('errors') || '[]')").await?;
        Ok(serde_json::from_value(errors)?)
    }

    /// The requests of this tab since the last call, from the browser's own network log: each with its address, headers
    /// and body, as JSON.
    ///
    /// # Errors
    /// When the browser keeps no log.
    pub async fn requests(&self) -> anyhow::Result<Vec<String>> {
        let address = format!("http://127.0.0.1:{}/session/{}/se/log", self.port, self.driver.session_id());
        let client = reqwest::Client::builder().no_proxy().build()?;
        let answer: Value = client
            .post(address)
            .json(&json!({ "type": "performance" }))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let entries = answer["value"].as_array().cloned().unwrap_or_default();
        let messages = entries.iter().filter_map(|entry| entry["message"].as_str());
        Ok(messages.filter(|message| message.contains("Network.requestWillBeSent")).map(str::to_owned).collect())
    }

    /// What axe finds wrong with the page: rules, and the elements that break them.
    ///
    /// # Errors
    /// When axe does not run.
    pub async fn axe(&self) -> anyhow::Result<Vec<String>> {
        self.settled().await?;
        let axe = std::fs::read_to_string(setting("ZAOSHAI_AXE"))?;
        self.run(&axe).await?;
        // In a window as long as the page no bar lies on top of anything: what a bar covers can be scrolled to.
        let size = self.run("return [innerWidth, innerHeight, document.documentElement.scrollHeight]").await?;
        let [width, height, whole]: [u32; 3] = serde_json::from_value(size)?;
        self.size(width, whole + 200).await?;
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
              (result) => done(result.violations.map((violation) => violation.id + ': '
                + violation.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join(' | '))),
              (error) => done(['axe failed: ' + error]));";
        let found = self.driver.execute_async(script, Vec::new()).await?;
        self.size(width, height).await?;
        Ok(serde_json::from_value(found.json().clone())?)
    }

    /// Saves a picture of the window, for looking at.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn picture(&self, file: &std::path::Path) -> anyhow::Result<()> {
        self.settled().await?;
        self.driver.screenshot(file).await?;
        Ok(())
    }

    /// Takes a picture of the whole page, from its top to its end.
    ///
    /// # Errors
    /// When the browser cannot take it or the file cannot be written.
    pub async fn whole_picture(&self, file: &std::path::Path) -> anyhow::Result<()> {
        self.settled().await?;
        let height = self.run("return document.documentElement.scrollHeight").await?;
        let width = self.run("return innerWidth").await?;
        // At one dot a pixel: a long page at two would be more than the browser can draw at once.
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.driver.screenshot(file).await?;
        Ok(())
    }

    /// Closes the browser.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(self) -> anyhow::Result<()> {
        self.driver.clone().quit().await?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends with the driver that started it.
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

/// The state of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// As fast as the machine.
    Free,
    /// The phone profile: 150 ms, 1.6 Mbit/s.
    Phone,
    /// Slow enough to type before the app has come.
    Slow,
    /// None.
    Lost,
}
