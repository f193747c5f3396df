//! A page in a browser, as a test sees and uses it.

use std::cell::RefCell;
use std::time::Duration;

use kai_e2e::harness::expect_eventually_within;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::BrowserLogEntry;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

use super::driver::Driver;
use super::programs::Programs;
use crate::support::Result;

/// How long a page may take to show something: far beyond what it needs on a busy machine.
const BOUND: Duration = Duration::from_secs(60);

/// How often it is looked whether it does.
const LOOK: Duration = Duration::from_millis(50);

/// How long the browser may take to do anything that it is told, a page's scripts included.
const ANSWER: Duration = Duration::from_secs(90);

/// Chromium breaks off what it loads, from the loopback interface too, when any network interface comes or goes.
const NETWORK_CHANGED: &str = "net::ERR_NETWORK_CHANGED";

/// How often a page is loaded again because of that.
const NETWORK_CHANGES: usize = 10;

/// A browser with one page.
pub struct Browser {
    /// Before the process: it must be given up first.
    session: Option<WebDriver>,
    driver: Driver,
    /// What it has said that nobody has asked for yet.
    heard: RefCell<Vec<BrowserLogEntry>>,
}

impl Browser {
    /// Starts a browser and opens a page.
    pub async fn open(url: &str) -> Result<Self> {
        let programs = Programs::get().await?;
        let driver = Driver::start(programs)?;
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&programs.chromium.to_string_lossy())?;
        for argument in [
            "--headless",
            "--window-size=1400,900",
            // The sandbox needs rights that root and containers do not have; the pages are this project's own.
            "--no-sandbox",
            // Memory between processes is shared through files elsewhere where /dev/shm is small.
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-proxy-server",
            "--lang=en",
        ] {
            wanted.add_arg(argument)?;
        }
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER)
            .build()?;
        let session = WebDriver::builder(driver.url(), wanted)
            .client(client)
            .await?;
        let browser = Self {
            session: Some(session),
            driver,
            heard: RefCell::default(),
        };
        browser.session()?.set_script_timeout(BOUND).await?;
        browser.go(url).await?;
        Ok(browser)
    }

    fn session(&self) -> Result<&WebDriver> {
        self.session
            .as_ref()
            .ok_or_else(|| "the browser is given up".into())
    }

    /// Where its processes work and its profile lies.
    pub fn directory(&self) -> &std::path::Path {
        self.driver.directory()
    }

    /// Opens another page.
    pub async fn go(&self, url: &str) -> Result {
        self.session()?.goto(url).await?;
        self.whole().await
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result {
        self.session()?.refresh().await?;
        self.whole().await
    }

    /// Loads the page again when parts of it did not come because an engine has meanwhile made or removed a container's network.
    async fn whole(&self) -> Result {
        for _ in 0..NETWORK_CHANGES {
            let log = self.session()?.browser_log().await?;
            let broken = log
                .iter()
                .any(|entry| entry.message.contains(NETWORK_CHANGED));
            self.heard.borrow_mut().extend(log);
            if !broken {
                return Ok(());
            }
            self.session()?.refresh().await?;
        }
        Err(
            format!("the page did not come whole {NETWORK_CHANGES} times: {NETWORK_CHANGED}")
                .into(),
        )
    }

    pub async fn title(&self) -> Result<String> {
        Ok(self.session()?.title().await?)
    }

    /// Runs a function's body in the page, with `arguments`.
    pub async fn run<T: DeserializeOwned>(&self, body: &str, arguments: Vec<Value>) -> Result<T> {
        Ok(self.session()?.execute(body, arguments).await?.convert()?)
    }

    /// The value of an expression in the page.
    pub async fn value<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        self.run(&format!("return ({expression});"), Vec::new())
            .await
    }

    /// What the body of an asynchronous function in the page returns; a throw is an error.
    pub async fn wait<T: DeserializeOwned>(&self, body: &str, arguments: Vec<Value>) -> Result<T> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (...arguments_) => {{ {body} }})(...Array.prototype.slice.call(arguments, 0, -1))
               .then((value) => done({{ value: value === undefined ? null : value }}), (error) => done({{ error: String(error?.stack ?? error) }}));"
        );
        let answer = self.session()?.execute_async(script, arguments).await?;
        if let Some(error) = answer.json().get("error") {
            return Err(format!("the page says {error}").into());
        }
        Ok(serde_json::from_value(answer.json()["value"].clone())?)
    }

    /// Looks at an expression again and again until it is as wanted, with a bound; returns what it was then.
    pub async fn until(
        &self,
        what: &str,
        expression: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let look = || self.value::<Value>(expression);
        Ok(expect_eventually_within(BOUND, what, look, wanted).await?)
    }

    /// Waits until an expression has a value.
    pub async fn until_is(&self, expression: &str, wanted: impl Into<Value>) -> Result {
        let wanted = wanted.into();
        let what = format!("{expression} is {wanted}");
        self.until(&what, expression, |seen| *seen == wanted)
            .await?;
        Ok(())
    }

    /// Waits until the text of a part of the page (`data-part`) is this.
    pub async fn until_part(&self, part: &str, wanted: &str) -> Result {
        self.until_is(&text_of(part), wanted).await
    }

    /// The text of a part of the page.
    pub async fn part(&self, part: &str) -> Result<String> {
        self.value(&text_of(part)).await
    }

    /// Clicks on what a selector finds first, as a mouse does, once it is in view.
    pub async fn click(&self, selector: &str) -> Result {
        Ok(self.in_view(selector).await?.click().await?)
    }

    /// Types into what a selector finds first, once it is in view.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result {
        Ok(self.in_view(selector).await?.send_keys(text).await?)
    }

    async fn in_view(&self, selector: &str) -> Result<WebElement> {
        let found = self.session()?.query(By::Css(selector));
        Ok(found.wait(BOUND, LOOK).and_clickable().first().await?)
    }

    /// Presses keys, whatever has the focus.
    pub async fn press(&self, keys: &str) -> Result {
        let chain = self.session()?.action_chain();
        Ok(chain.send_keys(keys).perform().await?)
    }

    /// What the browser has complained about since the last time: scripts, refused loads, broken requests.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let mut log = self.heard.take();
        log.extend(self.session()?.browser_log().await?);
        let grave = |entry: &BrowserLogEntry| entry.level != "INFO" && entry.level != "DEBUG";
        // What this machine's networks do is not the page's.
        let own = |entry: &BrowserLogEntry| !entry.message.contains(NETWORK_CHANGED);
        let texts = log.into_iter().filter(grave).filter(own);
        Ok(texts.map(|entry| entry.message).collect())
    }

    /// What the page says when a call of one of its modules' functions returns.
    pub async fn call(&self, module: &str, function: &str, arguments: Value) -> Result<Value> {
        self.wait(
            "const [module, name, given] = arguments_;
             const made = await import(new URL(`page/${module}`, document.baseURI));
             return made[name](...given);",
            vec![json!(module), json!(function), arguments],
        )
        .await
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It would ask chromedriver to end the session, which ends with the process anyway.
        if let Some(session) = self.session.take() {
            let _ = session.leak();
        }
    }
}

/// The text of a part as it is in the document, whether in view or not.
fn text_of(part: &str) -> String {
    format!("document.querySelector('[data-part=\"{part}\"]').textContent")
}
