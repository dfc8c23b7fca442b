//! The page of a document, as its bytes and in a real browser where one is named.

mod browser;
mod documents;

use std::path::{Path, PathBuf};

use alz::report::html;
use browser::Browser;
use serde_json::json;

fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/html/golden")
        .join(name);
    // Style and script are files of their own: here it is what they are laid over.
    let found = without(&without(found, "style"), "script");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(&path, &found).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("tests/html/golden");
    let difference = similar::TextDiff::from_lines(&expected, &found);
    let shown = difference.unified_diff().to_string();
    assert!(shown.is_empty(), "{name}:\n{shown}");
}

/// What stands between the tags of an element, and the digest that lets it in, left out.
fn without(page: &str, name: &str) -> String {
    let open = format!("<{name}>");
    let (before, rest) = page.split_once(&open).expect("it opens");
    let (_, after) = rest.split_once(&format!("</{name}>")).expect("it closes");
    let key = format!("{name}-src &#39;sha256-");
    let (head, tail) = before.split_once(&key).unwrap_or((before, ""));
    let tail = tail.split_once("&#39;").map_or("", |(_, tail)| tail);
    format!("{head}{key}…&#39;{tail}{open}…</{name}>{after}")
}

#[test]
fn an_audit_a_plan_and_problems_look_as_they_did() {
    golden("morning.html", &html::page(&documents::morning()));
    golden("plan.html", &html::page(&documents::plan()));
    golden("clean.html", &html::page(&documents::audit(0, 0)));
    let problems = serde_json::from_value::<Vec<alz::desired::Problem>>(json!([
        { "severity": "error", "code": "D12", "file": "accounts/a.yaml", "line": 3, "column": 9, "path": "numbers.18015551213.e911Address.city",
          "message": "a city is missing beside the street", "help": "add city" },
        { "severity": "warning", "code": "D33", "file": "accounts/b.yaml", "line": 1, "column": 1, "path": "", "message": "late", "help": "" },
    ]))
    .expect("problems");
    golden("problems.html", &html::problems(&problems));
    golden("no-problems.html", &html::problems(&[]));
}

struct Pages(tempfile::TempDir);

impl Pages {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn write(&self, name: &str, page: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, page).expect("a page");
        path
    }
}

/// Not a test of anything: pictures to look at, into the directory that is named.
#[test]
#[ignore = "makes pictures for people: ALZ_PICTURES=DIR cargo test --test html -- --ignored"]
fn pictures() {
    let Some(chromium) = browser::named() else {
        return;
    };
    let out = PathBuf::from(std::env::var("ALZ_PICTURES").expect("ALZ_PICTURES"));
    let pages = Pages::new();
    let mut browser = Browser::start(&chromium);
    for (name, plan) in [
        ("0", documents::audit(0, 0)),
        ("morning", documents::morning()),
        ("2000", documents::audit(2000, 60)),
        ("plan", documents::plan()),
        ("hostile", documents::hostile()),
    ] {
        let page = pages.write(&format!("{name}.html"), &html::page(&plan));
        for width in [375, 768, 1280] {
            for scheme in ["light", "dark"] {
                browser.open(&page, "", width, scheme);
                let picture = browser.picture(name != "2000");
                std::fs::write(out.join(format!("{name}-{width}-{scheme}.b64")), picture)
                    .expect("a picture");
            }
        }
    }
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);
}
