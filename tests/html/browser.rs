//! A browser by its debugging pipe: opens a page at a size and in a colour
//! scheme, runs what a person would do, and keeps every complaint.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    said: u64,
    /// Pages that have come in whole.
    loads: u64,
    /// Errors of the console, violations of the page's policy, requests.
    pub complaints: Vec<String>,
    _home: tempfile::TempDir,
}

/// The browser that the environment names.
pub fn named() -> Option<String> {
    let named = std::env::var("ALZ_CHROMIUM").ok();
    let named = named.filter(|path| !path.is_empty());
    if named.is_none() {
        // Past the test's captured output, so that it is seen.
        let _ = std::io::stderr().write_all(b"left out: ALZ_CHROMIUM names no browser\n");
    }
    named
}

impl Browser {
    pub fn start(chromium: &str) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        // The pipe is on descriptors 3 and 4, which the shell makes of 0 and 1.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>&2",
                chromium,
            ])
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .arg(format!("--user-data-dir={}", home.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = child.stdin.take().expect("a pipe");
        let from = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut browser = Self {
            child,
            to,
            from,
            session: String::new(),
            said: 0,
            loads: 0,
            complaints: Vec::new(),
            _home: home,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        browser.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.said += 1;
        let mut message = json!({ "id": self.said, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let answer = self.next();
            if answer["id"] == self.said {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("an answer");
        bytes.pop();
        let message: Value = serde_json::from_slice(&bytes).expect("JSON");
        let params = &message["params"];
        match message["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loads += 1,
            "Runtime.exceptionThrown" => {
                self.complaints.push(params["exceptionDetails"].to_string())
            }
            "Runtime.consoleAPICalled" => self.complaints.push(params.to_string()),
            "Log.entryAdded" => self.complaints.push(params["entry"]["text"].to_string()),
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                if !url.starts_with("file:") && !url.starts_with("data:,") && url != "about:blank" {
                    self.complaints.push(format!("asked for {url}"));
                }
            }
            _ => {}
        }
        message
    }

    pub fn open(&mut self, page: &Path, hash: &str, width: u32, scheme: &str) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 }),
        );
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": feature }));
        // Not from one hash to another of the same page.
        self.load("about:blank");
        self.load(&format!("file://{}{hash}", page.display()));
    }

    /// From now on the page is as on paper.
    pub fn on_paper(&mut self) {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    }

    fn load(&mut self, url: &str) {
        let before = self.loads;
        self.call("Page.navigate", json!({ "url": url }));
        while self.loads == before {
            self.next();
        }
    }

    pub fn without_script(&mut self, off: bool) {
        self.call(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": off }),
        );
    }

    /// What an expression comes to; what it waits for is waited for.
    pub fn run(&mut self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }),
        );
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// A picture of the page, as base64 of a PNG.
    pub fn picture(&mut self, whole: bool) -> String {
        let answer = self.call(
            "Page.captureScreenshot",
            json!({ "captureBeyondViewport": whole }),
        );
        answer["data"].as_str().expect("a picture").to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
