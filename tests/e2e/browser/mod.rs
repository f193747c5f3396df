//! A real Chromium without a screen, driven through chromedriver (W3C WebDriver), one for each test that opens it.
//!
//! The programs are those that `KAI_E2E_CHROMIUM` and `KAI_E2E_CHROMEDRIVER` name, else those of this machine, else such as
//! `fixtures/browser/install.sh` puts into the cache. Without any a test fails and says what to do. Processes and
//! profiles are gone when the test is, passed, failed or killed.

mod driver;
mod killed;
mod missing;
mod precedence;
mod programs;
mod tab;

pub use tab::Browser;
