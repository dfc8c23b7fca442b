//! The page of a document, as its bytes and in a real browser where one is named.

mod browser;
mod documents;

use std::path::{Path, PathBuf};

use alz::plan::Plan;
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
    golden("branch.html", &html::page(&documents::branch()));
    golden("clean.html", &html::page(&documents::audit(0, 0)));
    let problems = serde_json::from_value::<Vec<alz::desired::Problem>>(json!([
        { "severity": "error", "code": "D12", "file": "accounts/a.yaml", "line": 3, "column": 9, "path": "numbers.18015551213.e911Address.city",
          "message": "a city is missing beside the street", "help": "add city" },
        { "severity": "warning", "code": "D33", "file": "accounts/b.yaml", "line": 1, "column": 1, "path": "", "message": "late", "help": "" },
    ]))
    .expect("problems");
    golden("problems.html", &html::problems(&problems));
    golden("no-problems.html", &html::problems(&[]));
    let why = "the parts don't make one:\n  - a.json: it is empty\n  - b.json: it breaks off";
    golden(
        "failure.html",
        &html::failure(why, Some("name `alz plan` documents")),
    );
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

/// What a test does on a page: in a browser, with nobody complaining.
fn on_page(plan: &Plan, test: impl FnOnce(&mut Browser, &Path)) {
    let Some(chromium) = browser::named() else {
        return;
    };
    let pages = Pages::new();
    let page = pages.write("page.html", &html::page(plan));
    let mut browser = Browser::start(&chromium);
    test(&mut browser, &page);
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// The texts of a column, as far as they are in sight.
fn column(browser: &mut Browser, class: &str) -> Vec<String> {
    let texts = browser.run(&format!(
        "Array.from(document.querySelectorAll('#rows tbody tr'), tr => tr.querySelector('td.{class}').textContent.trim())"
    ));
    serde_json::from_value(texts).expect("texts")
}

const FOUND: &str = "document.getElementById('found').textContent";

fn click(browser: &mut Browser, selector: &str) {
    browser.run(&format!("document.querySelector({selector:?}).click()"));
}

#[test]
fn a_person_sorts_and_filters_and_the_address_of_the_page_remembers() {
    on_page(&documents::morning(), |browser, page| {
        browser.open(page, "", 1280, "light");
        assert_eq!(browser.run(FOUND), "All 6 findings");
        let as_reported = column(browser, "n");
        click(browser, "th.n button");
        let numbers = column(browser, "n");
        assert_ne!(numbers, as_reported);
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(
            browser.run("document.querySelector('th.n').getAttribute('aria-sort')"),
            "ascending"
        );
        click(browser, "th.n button");
        let down = column(browser, "n");
        assert!(down.iter().rev().is_sorted(), "{down:?}");
        assert_eq!(browser.run("location.hash"), "#sort=n&order=down");
        click(browser, "th.n button");
        assert_eq!(column(browser, "n"), as_reported);
        assert_eq!(
            browser.run("document.querySelectorAll('[aria-sort]').length"),
            0
        );
        // Where there is nothing to sort by, a row stands last.
        for _ in 0..2 {
            click(browser, "th.u button");
            let until = column(browser, "u");
            assert_eq!(
                until.iter().position(|text| !text.is_empty()),
                Some(0),
                "{until:?}"
            );
        }
        click(browser, "th.u button");

        click(browser, "[data-k=changed] button, button[data-k=changed]");
        assert_eq!(browser.run(FOUND), "2 of 6 findings match");
        assert_eq!(browser.run("location.hash"), "#kind=changed");
        click(browser, "button[data-k=missing]");
        assert_eq!(browser.run(FOUND), "3 of 6 findings match");
        let pressed = browser.run("document.querySelectorAll('[aria-pressed=true]').length");
        assert_eq!(pressed, 2);
        choose(browser, "Known drift", "hide");
        assert_eq!(browser.run(FOUND), "2 of 6 findings match");
        choose(browser, "Account", "pK9sLmN3bVcX7zQw2eRt5A");
        assert_eq!(browser.run(FOUND), "0 of 6 findings match");
        click(browser, ".tools button");
        assert_eq!(browser.run(FOUND), "All 6 findings");
        assert_eq!(browser.run("location.hash"), "");

        for (words, hits) in [
            ("(801) 769-0202", 1),
            ("8013180017", 1),
            ("lindon MSAG", 1),
            ("j.smith", 1),
            ("utah clinic", 3),
            ("zzz", 0),
        ] {
            browser.run(&format!(
                "(() => {{ const find = document.querySelector('input'); find.value = {words:?}; find.dispatchEvent(new Event('input')); }})()"
            ));
            let shown = browser.run("new Promise(done => setTimeout(() => done(document.querySelectorAll('#rows tbody tr').length), 50))");
            assert_eq!(shown, hits, "{words}");
        }
        // Somebody else opens the address.
        browser.open(
            page,
            "#kind=changed,none&sort=n&order=down&account=stranger&find=801",
            1280,
            "dark",
        );
        assert_eq!(browser.run(FOUND), "2 of 6 findings match");
        assert_eq!(column(browser, "n"), ["+1 801-769-0202", "+1 801-404-0901"]);
        assert_eq!(browser.run("document.querySelector('input').value"), "801");
    });
}

fn choose(browser: &mut Browser, label: &str, value: &str) {
    browser.run(&format!(
        "(() => {{ const label = Array.from(document.querySelectorAll('label')).find(label => label.textContent.startsWith({label:?})); \
         const select = label.querySelector('select'); select.value = {value:?}; select.dispatchEvent(new Event('change')); }})()"
    ));
}

#[test]
fn nothing_runs_over_the_side_of_a_telephone_in_light_or_dark() {
    for plan in [
        documents::morning(),
        documents::audit(0, 0),
        documents::plan(),
        documents::branch(),
        documents::hostile(),
    ] {
        on_page(&plan, |browser, page| {
            for width in [320, 375, 768, 1280] {
                for scheme in ["light", "dark"] {
                    browser.open(page, "", width, scheme);
                    let wide = browser.run(
                        "Array.from(document.querySelectorAll('body *')).filter(node => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(node => node.outerHTML.slice(0, 120))",
                    );
                    assert_eq!(wide, json!([]), "{width} {scheme}");
                    let over = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                    assert_eq!(over, 0, "{width} {scheme}");
                }
            }
        });
    }
}

#[test]
fn every_text_can_be_read_against_what_is_behind_it() {
    // WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size.
    const WORST: &str = r"(() => {
        const parse = color => { const [r, g, b, a] = color.match(/[\d.]+/g).map(Number); return { rgb: [r, g, b], a: a === undefined ? 1 : a }; };
        const light = ({ rgb }) => { const [r, g, b] = rgb.map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
        const behind = node => { for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor); if (c.a === 1) return c; } return { rgb: [255, 255, 255] }; };
        const bad = [];
        for (const node of document.querySelectorAll('body *')) {
            if (!Array.from(node.childNodes).some(child => child.nodeType === 3 && child.textContent.trim())) continue;
            if (['SCRIPT', 'OPTION', 'METER'].includes(node.tagName)) continue;
            const style = getComputedStyle(node);
            if (node.disabled || style.visibility === 'hidden') continue;
            const [x, y] = [light(parse(style.color)), light(behind(node))].sort((a, b) => b - a);
            const ratio = (x + .05) / (y + .05);
            if (ratio < 4.5) bad.push(node.outerHTML.slice(0, 100) + ' ' + ratio.toFixed(2));
        }
        return bad;
    })()";
    for plan in [documents::morning(), documents::plan(), documents::branch()] {
        on_page(&plan, |browser, page| {
            for scheme in ["light", "dark"] {
                for width in [375, 1280] {
                    browser.open(page, "", width, scheme);
                    assert_eq!(browser.run(WORST), json!([]), "{scheme} {width}");
                }
            }
        });
    }
}

#[test]
fn what_files_and_platform_say_stays_text() {
    let page = html::page(&documents::hostile());
    assert_eq!(page.matches("<script").count(), 1);
    for broken in [
        "<img",
        "onerror=\"",
        "<h1>broken",
        "href=\"javascript",
        "\u{202e}",
        "\u{1b}",
    ] {
        assert!(!page.contains(broken), "{broken}");
    }
    on_page(&documents::hostile(), |browser, page| {
        browser.open(
            page,
            "#find=%3Cscript%3E&sort=%22%3E&account=%3Cimg%3E",
            1280,
            "light",
        );
        for said in documents::HOSTILE.iter().take(5) {
            assert_eq!(
                browser.run(&format!(
                    "document.body.textContent.includes({})",
                    json!(said)
                )),
                true,
                "{said}"
            );
        }
        assert_eq!(
            browser.run(
                "document.querySelectorAll('img, h1 ~ h1, [onerror], [onmouseover], a').length"
            ),
            0
        );
        let title = browser.run("document.title");
        assert!(
            title
                .as_str()
                .is_some_and(|title| title.starts_with("No drift · alz drift")),
            "{title}"
        );
    });
}

#[test]
fn without_a_script_every_row_is_there_and_nothing_pretends_to_work() {
    let rows = 650;
    on_page(&documents::audit(rows, 20), |browser, page| {
        browser.without_script(true);
        browser.open(page, "", 1280, "light");
        assert_eq!(
            browser.run("document.querySelectorAll('#rows tbody tr').length"),
            rows
        );
        let dead = browser.run("Array.from(document.querySelectorAll('button, input, select, a')).filter(node => node.offsetParent).length");
        assert_eq!(dead, 0);
        browser.without_script(false);
        browser.open(page, "", 1280, "light");
        let first = browser
            .run("document.querySelectorAll('#rows tbody tr').length")
            .as_u64()
            .expect("rows");
        assert!((100..rows as u64).contains(&first), "{first}");
        while browser.run("document.getElementById('more').hidden") == false {
            click(browser, "#more");
        }
        assert_eq!(
            browser.run("document.querySelectorAll('#rows tbody tr').length"),
            rows
        );
        // On paper all of them are wanted.
        browser.open(page, "#kind=changed", 1280, "light");
        browser.run("dispatchEvent(new Event('beforeprint'))");
        assert_eq!(
            browser.run("document.querySelectorAll('#rows tbody tr').length"),
            rows / 10
        );
    });
}

#[test]
fn the_keyboard_reaches_every_control_and_readers_know_the_table() {
    on_page(&documents::morning(), |browser, page| {
        for width in [375, 1280] {
            browser.open(page, "", width, "light");
            let nameless = browser.run(
                "Array.from(document.querySelectorAll('input, select, button')).filter(node => !(node.labels && node.labels.length) && !node.textContent.trim()).length",
            );
            assert_eq!(nameless, 0);
            let roles = browser.run("document.querySelectorAll('[role=table] [role=rowgroup] > [role=row] > [role=cell]').length");
            assert_eq!(roles, 6 * 7);
            assert_eq!(
                browser.run("document.querySelectorAll('[tabindex]').length"),
                0,
                "in the order of the page"
            );
        }
        // A column's heading is sorted by with the space bar as any button is.
        browser.run("document.querySelector('th.f button').focus()");
        assert_eq!(browser.run("document.activeElement.textContent"), "File");
        let ring = browser.run("getComputedStyle(document.activeElement).outlineStyle");
        assert_eq!(ring, "solid");
    });
}

#[test]
fn so_many_findings_that_a_page_would_be_of_no_use_are_counted_instead() {
    let plan = documents::audit(20_007, 900);
    let page = html::page(&plan);
    assert_eq!(page.matches("<tr data-k=").count(), 20_000);
    assert!(page.contains("Left out of this page, for it would be too long to use: 7 unmanaged."));
    assert!(page.contains("differences from the files</h1>"));
}

/// How long ten thousand findings take, for people to read.
#[test]
#[ignore = "prints times: cargo test --test html -- --ignored ten_thousand"]
fn ten_thousand_findings_are_sorted_and_filtered_at_once() {
    const TIMED: &str = "(() => { const took = {}; const time = (name, work) => { const start = performance.now(); work(); document.body.offsetHeight; took[name] = Math.round(performance.now() - start); }; \
        const find = document.querySelector('input'); \
        for (const id of ['n', 'a', 'k', 'f', 'w']) time('sort ' + id, () => document.querySelector('th.' + id + ' button').click()); \
        time('kind', () => document.querySelector('button[data-k=changed]').click()); time('kind again', () => document.querySelector('button[data-k=changed]').click()); \
        time('find', () => { location.hash = '#find=branch+77'; dispatchEvent(new HashChangeEvent('hashchange')); }); \
        time('find again', () => { location.hash = '#find=temple'; dispatchEvent(new HashChangeEvent('hashchange')); }); return took; })()";
    let plan = documents::audit(10_000, 900);
    on_page(&plan, |browser, page| {
        let start = std::time::Instant::now();
        browser.open(page, "", 1280, "light");
        let opened = start.elapsed();
        // Past the test's captured output, so that it is seen.
        let said = format!("opened in {opened:?}: {}\n", browser.run(TIMED));
        let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
    });
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
        ("branch", documents::branch()),
        ("refused", documents::refused()),
        ("hostile", documents::hostile()),
    ] {
        let page = pages.write(&format!("{name}.html"), &html::page(&plan));
        for width in [360, 768, 1280] {
            for scheme in ["light", "dark"] {
                browser.open(&page, "", width, scheme);
                let picture = browser.picture(name != "2000");
                std::fs::write(out.join(format!("{name}-{width}-{scheme}.b64")), picture)
                    .expect("a picture");
            }
        }
        browser.open(&page, "", 720, "dark");
        browser.on_paper();
        let picture = browser.picture(name != "2000");
        std::fs::write(out.join(format!("{name}-paper.b64")), picture).expect("a picture");
    }
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);
}

#[test]
fn a_plan_that_a_policy_refuses_says_so_at_its_top_and_in_plain_text() {
    let page = html::page(&documents::refused());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(at("A policy refuses a step: apply sends nothing") < at("<h2>Policies</h2>"));
    assert!(at("<b>error</b>: release of +1 801-769-0203: &lt;script&gt;") > at("banner bad"));
    at("asked for by <code>policy/window.schema.json</code>");
}

#[test]
fn what_stops_a_plan_is_never_left_out_of_its_page_nor_does_it_bury_the_rest() {
    let mut plan = documents::branch();
    let step = plan.steps[0].clone();
    plan.steps = vec![step; 20_003];
    plan.guards = serde_json::from_value(serde_json::Value::from(vec![
        json!({ "guard": "update", "account": null, "count": 7, "of": 9, "limit": "at most 5", "allow": 7 });
        400
    ]))
    .expect("guards");
    let page = html::page(&plan);
    for kept in ["blocked", "given-up"] {
        assert!(page.contains(&format!("<tr data-k=\"{kept}\"")), "{kept}");
    }
    assert!(page.contains("5 update."), "what is left out is counted");
    assert_eq!(page.matches("<li><b>update</b>: 7 of 9").count(), 50);
    assert!(page.contains("and 350 more, which the JSON document has"));
}

#[test]
fn a_reviewer_of_a_branch_sees_what_it_gives_up_and_whose_each_change_is() {
    let page = html::page(&documents::branch());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    at("2 ports to order, 2 to update, 1 number BLOCKED, 2 numbers NO LONGER DECLARED</h1>");
    at("<dd>origin/main: 1 by this branch, 1 drift</dd>");
    at("accounts/old.yaml of the base can&#39;t be read");
    // Before what is done, and apart from what nobody ever declared.
    let given_up = at("<tr data-k=\"given-up\"");
    assert!(given_up < at("<tr data-k=\"update\""));
    assert!(at("<tr data-k=\"update\"") < at("<tr data-k=\"unmanaged\""));
    assert!(
        page[given_up..]
            .find("+1 514-555-0107")
            .is_some_and(|far| far < 400)
    );
    at("whose change <b>drift: e911Address.language; the rest by this branch</b>");
    at("whose change <b>drift, not of this branch: the platform was changed</b>");
    at("Shard 3/4 is missing");
    at("shard-2.json is 24 hours older than the newest part");
}

#[test]
fn an_address_is_read_whole_and_one_that_is_cleared_is_never_said_to_be_none() {
    let page = html::page(&documents::branch());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    at("<code>e911Address</code> <del>1200</del> <ins>1210</ins> Sainte-Catherine RUE, Montréal");
    at("<ins>the customer service record&#39;s</ins>");
    // Where the rest of it is not known, a part must not look like the whole.
    let mut plan = documents::branch();
    plan.places.clear();
    let page = html::page(&plan);
    assert!(
        page.contains("<code>e911Address.streetNumber</code> <del>1200</del> → <ins>1210</ins>"),
        "{page}"
    );
}

/// What is the matter must have room on every screen, and on paper.
#[test]
fn the_column_that_says_what_is_the_matter_can_be_read_at_every_width() {
    const NARROWEST: &str = "Math.min(...Array.from(document.querySelectorAll('td.w'), td => td.getBoundingClientRect().width))";
    on_page(&documents::morning(), |browser, page| {
        let wide = |browser: &mut Browser| browser.run(NARROWEST).as_f64().expect("a width");
        for width in [360, 700, 840, 1024, 1100, 1280] {
            browser.open(page, "", width, "light");
            let found = wide(browser);
            assert!(found >= 180.0, "{found} of {width}");
        }
        // A4, upright.
        browser.open(page, "", 720, "light");
        browser.on_paper();
        let found = wide(browser);
        assert!(found >= 180.0, "{found} on paper");
    });
}

#[test]
fn yaml_of_the_page_can_be_pasted_as_it_stands() {
    on_page(&documents::to_paste(), |browser, page| {
        browser.open(page, "", 1280, "light");
        let shown = browser.run("document.querySelector('td .help').innerText");
        let shown = shown.as_str().expect("text");
        assert!(shown.contains("e911Address:\n  streetNumber"), "{shown:?}");
    });
}
