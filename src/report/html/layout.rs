//! The page itself: its policy, the verdict, what has to be known to read it,
//! and where it comes from.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::rows::{Row, Tone, folded};
use super::table;
use super::verdict::Verdict;
use super::write::{Page, counted};
use crate::plan::{Covered, Drift, Merged, Plan, PolicyFinding, TrippedGuard};
use crate::report::obstacles::scope_of;
use crate::report::{origin, when};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a page is made of.
pub(super) struct Sheet<'a> {
    pub verdict: Verdict,
    /// What the rows were taken from; problems of files have none.
    pub plan: Option<&'a Plan>,
    /// What a row is called, one and several.
    pub noun: [&'static str; 2],
    pub rows: Vec<Row<'a>>,
}

impl Tone {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Tone::Bad => "bad",
            Tone::Warn => "warn",
            Tone::Info => "info",
            Tone::Good => "good",
            Tone::Quiet => "quiet",
        }
    }
}

pub(super) fn page(sheet: Sheet<'_>) -> String {
    let Sheet {
        verdict,
        plan,
        noun,
        rows,
    } = sheet;
    let mut page = Page::default();
    head(&mut page, &verdict, plan);
    top(&mut page, &verdict, plan);
    page.raw("<main>");
    if let Some(plan) = plan {
        warnings(&mut page, plan);
        if let Some(drift) = &plan.drift {
            first(&mut page, drift);
            coverage(&mut page, &drift.covered);
        }
    }
    let (rows, gone) = folded(rows);
    table::write(&mut page, &rows, noun, &gone, plan);
    page.raw("</main>");
    foot(&mut page, plan);
    page.raw("<script>")
        .raw(SCRIPT)
        .raw("</script></body></html>\n");
    page.finish()
}

fn head(page: &mut Page, verdict: &Verdict, plan: Option<&Plan>) {
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;");
    page.text(&digest(STYLE))
        .raw("&#39;; script-src &#39;")
        .text(&digest(SCRIPT));
    page.raw("&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\">\n");
    page.raw("<link rel=\"icon\" href=\"data:,\">\n<title>")
        .text(&verdict.headline);
    page.raw(" · ").raw(verdict.title);
    if let Some(plan) = plan {
        page.raw(" · ").text(&plan.environment);
    }
    page.raw("</title>\n<style>")
        .raw(STYLE)
        .raw("</style></head>\n<body>\n");
}

/// A digest as a policy takes it: sha256-….
fn digest(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text)))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at) & 63) as usize);
            let letter = letter.filter(|_| at <= three.len());
            text.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    text
}

fn top(page: &mut Page, verdict: &Verdict, plan: Option<&Plan>) {
    page.raw("<header class=\"")
        .raw(verdict.tone.class())
        .raw("\"><div>");
    page.raw("<p class=\"eyebrow\">").raw(verdict.title);
    if let Some(plan) = plan {
        page.element(" · <b>", &plan.environment, "</b>");
    }
    page.element("</p><h1>", &verdict.headline, "</h1>");
    page.element("<p class=\"detail\">", &verdict.detail, "</p>");
    if let Some(plan) = plan {
        facts(page, plan);
    }
    page.raw("</div></header>\n");
}

fn facts(page: &mut Page, plan: &Plan) {
    page.raw("<dl class=\"facts\"><div><dt>");
    page.raw(match (&plan.merged, &plan.drift) {
        (Some(_), _) => "Oldest part made",
        (None, Some(_)) => "Checked",
        (None, None) => "Made",
    });
    page.raw("</dt><dd>");
    moment(page, plan.created_at);
    page.element(
        "</dd></div><div><dt>Partition</dt><dd><code>",
        plan.partition.as_str(),
        "</code></dd></div>",
    );
    let shard = match &plan.merged {
        Some(Merged { parts, .. }) => Some((
            "Put together of",
            counted(parts.len() as u64, "part", "parts"),
        )),
        None => plan
            .shard
            .clone()
            .map(|shard| ("Share of the accounts", shard)),
    };
    let restricted = |list: &[String]| (!list.is_empty()).then(|| list.join(", "));
    let compared = plan.base.as_ref().map(|base| {
        let said = format!("{base}: {}", origin::counts(plan));
        ("Compared with", said)
    });
    let more = [
        shard,
        restricted(&plan.targets).map(|targets| ("Restricted to", targets)),
        restricted(&plan.files).map(|files| ("Files", files)),
        compared,
        plan.redacted
            .then(|| ("Names and addresses", "left out".to_owned())),
    ];
    for (name, fact) in more.into_iter().flatten() {
        page.raw("<div><dt>")
            .raw(name)
            .element("</dt><dd>", &fact, "</dd></div>");
    }
    page.raw("</dl>");
}

pub(super) fn moment(page: &mut Page, at: Timestamp) {
    page.element("<time datetime=\"", &at.to_string(), "\">");
    day_and_hour(page, &when::moment(at, &TimeZone::UTC));
    page.raw("</time>");
}

/// `Thu 2026-12-03 20:00 UTC`, broken between day and hour and nowhere else.
pub(super) fn day_and_hour(page: &mut Page, text: &str) {
    let hour = text
        .match_indices(' ')
        .nth(1)
        .map_or(text.len(), |(at, _)| at);
    let (day, hour) = text.split_at(hour);
    page.element("<span>", day, "</span>");
    if !hour.is_empty() {
        page.element(" <span>", hour.trim_start(), "</span>");
    }
}

/// What hurts somebody while it waits.
fn first(page: &mut Page, drift: &Drift) {
    let list = crate::report::drift::first(drift);
    if list.is_empty() {
        return;
    }
    page.raw("<section class=\"banner bad\"><h2>First</h2><ol>");
    for urgent in &list {
        page.element("<li>", &urgent.text(), "</li>");
    }
    page.raw("</ol></section>");
}

/// What must be known before anything below is believed.
fn warnings(page: &mut Page, plan: &Plan) {
    if let Some(merged) = &plan.merged {
        let told = [
            (
                "<p class=\"banner bad\"><b>Not everything is here.</b> ",
                merged.gap(),
            ),
            (
                "<p class=\"banner warn\"><b>Not all of it is new.</b> ",
                merged.left_behind(),
            ),
            (
                "<p class=\"banner warn\"><b>Guards of the parts.</b> ",
                merged.lifts(),
            ),
        ];
        for (open, told) in told {
            if let Some(told) = told {
                page.element(open, &told, "</p>");
            }
        }
    }
    for remark in &plan.base_remarks {
        page.element("<p class=\"banner warn\">", remark, "</p>");
    }
    policies(page, plan);
    if plan.guards.is_empty() {
        return;
    }
    page.raw("<section class=\"banner bad\"><h2>Guards</h2><ul>");
    for tripped in plan.guards.iter().take(TOLD) {
        let TrippedGuard {
            guard,
            account: _, // in its scope
            count,
            of,
            limit,
            allow,
        } = tripped;
        page.element("<li><b>", guard, "</b>: ")
            .count(*count)
            .raw(" of ")
            .count(*of);
        page.raw(" numbers of ").text(&scope_of(tripped, plan));
        page.raw(", and the limit is ").text(limit);
        page.element("; lifted by <code>--allow ", guard, "=")
            .text(&allow.to_string());
        page.raw("</code></li>");
    }
    more(page, plan.guards.len());
    page.raw("</ul></section>");
}

/// Entries of a banner; it must not push the rows out of reach.
const TOLD: usize = 50;

fn more(page: &mut Page, all: usize) {
    let left = all.saturating_sub(TOLD) as u64;
    if left > 0 {
        page.raw("<li>and ").count(left);
        page.raw(" more, which the JSON document has</li>");
    }
}

/// What the organisation's policies say of the steps.
fn policies(page: &mut Page, plan: &Plan) {
    if plan.policies.is_empty() {
        return;
    }
    page.raw(match plan.is_refused() {
        true => "<section class=\"banner bad\"><h2>Policies</h2><ul>",
        false => "<section class=\"banner warn\"><h2>Policies</h2><ul>",
    });
    for finding in plan.policies.iter().take(TOLD) {
        let PolicyFinding {
            severity,
            policy,
            step,
            account: _, // the step's, which stands below
            numbers,
            source,
            path: _, // a member of the plan document, for programs
            message,
        } = finding;
        let action = plan.steps.iter().find(|one| one.id == *step);
        let action = action.map_or("step", |step| step.action.name());
        let numbers: Vec<String> = numbers.iter().map(|number| number.spaced()).collect();
        page.element("<li><b>", severity.name(), "</b>: ")
            .text(action)
            .raw(" of ")
            .text(&numbers.join(", "))
            .raw(": ")
            .text(message);
        page.element(
            " <code>",
            &format!("{}:{}", source.file, source.line),
            "</code>",
        );
        page.element(", asked for by <code>", policy, "</code></li>");
    }
    more(page, plan.policies.len());
    page.raw("</ul></section>");
}

fn coverage(page: &mut Page, covered: &Covered) {
    let Covered {
        accounts,
        live,
        managed,
        addresses,
    } = *covered;
    page.raw("<section class=\"tiles\" aria-label=\"Coverage\">");
    for (name, part) in [
        ("Numbers in the files", managed),
        ("With a declared address", addresses),
    ] {
        page.raw("<div class=\"tile\"><h2>").raw(name).raw("</h2>");
        match share(part, live) {
            None => page.raw("<p class=\"big\">–</p>"),
            Some(share) => {
                page.element(
                    "<p class=\"big\">",
                    &share,
                    "<small> %</small></p><meter min=\"0\" max=\"100\" value=\"",
                );
                page.text(&share).raw("\" aria-label=\"").raw(name).element(
                    "\">",
                    &share,
                    " %</meter>",
                )
            }
        };
        page.raw("<p class=\"quiet\">").count(part).raw(" of ");
        page.text(&counted(live, "number", "numbers"))
            .raw("</p></div>");
    }
    page.raw("<div class=\"tile\"><h2>Accounts looked at</h2><p class=\"big\">")
        .count(accounts);
    page.raw("</p></div></section>");
}

/// A share in per cent, rounded down: what is not all of it never reads 100.
fn share(part: u64, of: u64) -> Option<String> {
    let thousandths = part.min(of).checked_mul(1000)?.checked_div(of)?;
    Some(match thousandths % 10 {
        0 => (thousandths / 10).to_string(),
        tenth => format!("{}.{tenth}", thousandths / 10),
    })
}

fn foot(page: &mut Page, plan: Option<&Plan>) {
    page.raw("<footer><p>Made by alz");
    if let Some(plan) = plan {
        page.raw(" ").text(&plan.alz_version);
        page.element(
            " of files with the digest <code>",
            &plan.desired_digest,
            "</code>",
        );
    }
    page.raw(". This page holds all it needs and asks for nothing from elsewhere.</p>");
    if let Some(merged) = plan.and_then(|plan| plan.merged.as_ref()) {
        page.raw("<ul>");
        for part in &merged.parts {
            page.element("<li><code>", &part.file, "</code>");
            if let Some(shard) = &part.shard {
                page.raw(", shard ").text(shard);
            }
            page.raw(", ");
            moment(page, part.created_at);
            page.raw("</li>");
        }
        page.raw("</ul>");
    }
    page.raw("</footer>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_a_policy_takes_it() {
        let known = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ];
        for (bytes, text) in known {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_share_is_never_more_than_it_is() {
        assert_eq!(share(9_999, 10_000).as_deref(), Some("99.9"));
        assert_eq!(share(1, 3).as_deref(), Some("33.3"));
        assert_eq!(share(10, 10).as_deref(), Some("100"));
        assert_eq!(share(0, 0), None);
    }
}
