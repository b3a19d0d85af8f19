//! A headless Chromium of one's own, driven through chromedriver. Both end with the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, support::base64_decode};

const CHROMIUM_ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,900",
];

/// A browser window.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Opens one with an empty profile, with or without JavaScript.
    pub(crate) async fn open(javascript: bool) -> Self {
        let chromedriver = Chromedriver::start();
        let profile = tempfile::Builder::new().prefix("barograph-browser-").tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in CHROMIUM_ARGUMENTS {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        if !javascript {
            let off = json!({"profile.managed_default_content_settings.javascript": 2});
            capabilities.add_experimental_option("prefs", off).unwrap();
        }
        let opened = WebDriver::new(&chromedriver.endpoint, capabilities).await;
        let driver = opened.unwrap_or_else(|error| missing("chromium", &error));
        Self { driver, _chromedriver: chromedriver, _profile: profile }
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        self.driver.quit().await.unwrap();
    }

    /// A picture of a whole page, PNG, in a colour scheme (`light`, `dark`) and a width in CSS pixels.
    pub(crate) async fn screenshot(&self, url: &str, scheme: &str, width: u32) -> Vec<u8> {
        let tools = self.driver.cdp();
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        tools.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 720});
        tools.send_raw("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
        self.driver.goto(url).await.unwrap();
        let whole = json!({"format": "png", "captureBeyondViewport": true});
        let picture = tools.send_raw("Page.captureScreenshot", whole).await.unwrap();
        base64_decode(picture["data"].as_str().unwrap()).unwrap()
    }
}

fn missing(program: &str, error: &dyn std::fmt::Display) -> ! {
    panic!("{program} cannot be started: {error}. `./task test` installs it and runs this test")
}

/// The program that drives the browser, on a port that it picks.
#[derive(Debug)]
struct Chromedriver {
    child: Child,
    endpoint: String,
}

impl Chromedriver {
    fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| missing("chromedriver", &error));
        let stdout = child.stdout.take().unwrap();
        let (sender, ports) = sync_channel(1);
        // Reads to the end, so that the driver never waits for room in the pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((_, port)) = line.rsplit_once("started successfully on port ") {
                    drop(sender.try_send(port.trim_end_matches('.').to_owned()));
                }
            }
        });
        let port = ports.recv_timeout(Duration::from_secs(30));
        let port = port.unwrap_or_else(|error| missing("chromedriver", &error));
        Self { child, endpoint: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
