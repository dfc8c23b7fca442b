//! The page itself: head, verdict, facts, filters and the table.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::rows::{Row, Tone, folded};
use super::values;
use super::verdict::Verdict;
use super::write::{Page, counted, grouped};
use crate::model::PhoneNumber;
use crate::plan::{Covered, Merged, Plan, TrippedGuard};
use crate::report::when;

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
    const fn class(self) -> &'static str {
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
            coverage(&mut page, &drift.covered);
        }
    }
    let (rows, gone) = folded(rows);
    table(&mut page, &rows, noun, &gone, plan);
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
    let more = [
        shard,
        restricted(&plan.targets).map(|targets| ("Restricted to", targets)),
        restricted(&plan.files).map(|files| ("Files", files)),
        plan.base.clone().map(|base| ("Compared with", base)),
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

fn moment(page: &mut Page, at: Timestamp) {
    page.element("<time datetime=\"", &at.to_string(), "\">");
    day_and_hour(page, &when::moment(at, &TimeZone::UTC));
    page.raw("</time>");
}

/// `Thu 2026-12-03 20:00 UTC`, broken between day and hour and nowhere else.
fn day_and_hour(page: &mut Page, text: &str) {
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

/// What must be known before anything below is believed.
fn warnings(page: &mut Page, plan: &Plan) {
    if let Some(gap) = plan.merged.as_ref().and_then(Merged::gap) {
        page.element(
            "<p class=\"banner bad\"><b>Not everything is here.</b> ",
            &gap,
            "</p>",
        );
    }
    if plan.guards.is_empty() {
        return;
    }
    page.raw("<section class=\"banner bad\"><h2>Guards</h2><ul>");
    for guard in &plan.guards {
        let TrippedGuard {
            guard,
            account,
            count,
            of,
            limit,
            allow,
        } = guard;
        page.element("<li><b>", guard, "</b>: ")
            .count(*count)
            .raw(" of ")
            .count(*of);
        page.raw(" numbers");
        match account {
            Some(account) => match plan.names.get(account) {
                Some(name) => page.raw(" of ").text(name),
                None => page.element(" of <code>", account.as_str(), "</code>"),
            },
            None => page.raw(" of the whole run"),
        };
        page.raw(", and the limit is ").text(limit);
        page.element("; lifted by <code>--allow ", guard, "=")
            .text(&allow.to_string());
        page.raw("</code></li>");
    }
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

/// The columns, and whether a row has something for one.
type Column = (&'static str, &'static str, fn(&Row<'_>) -> bool);

const COLUMNS: [Column; 7] = [
    ("k", "Kind", |_| true),
    ("a", "Account", |row| row.account.is_some()),
    ("n", "Number", |row| !row.numbers.is_empty()),
    ("w", "What", |_| true),
    ("s", "Who and when", |row| {
        row.by.is_some() || row.at.is_some()
    }),
    ("u", "Until", |row| row.until.is_some()),
    ("f", "File", |row| row.place.is_some()),
];

fn table(
    page: &mut Page,
    rows: &[Row<'_>],
    [one, several]: [&'static str; 2],
    gone: &BTreeMap<&'static str, u64>,
    plan: Option<&Plan>,
) {
    page.raw("<section aria-labelledby=\"list\"><h2 id=\"list\">")
        .count(rows.len() as u64)
        .raw(" ");
    page.raw(if rows.len() == 1 { one } else { several })
        .raw("</h2>");
    if rows.is_empty() {
        page.raw("<p class=\"empty\">There is nothing to tell.</p></section>");
        return;
    }
    if !gone.is_empty() {
        let said: Vec<String> = gone
            .iter()
            .map(|(kind, count)| format!("{} {kind}", grouped(*count)))
            .collect();
        page.element(
            "<p class=\"banner warn\">Left out of this page, for it would be too long to use: ",
            &said.join(", "),
            ". The JSON document has them all.</p>",
        );
    }
    chips(page, rows);
    // Shown by the script, which is what it needs to work.
    page.raw("<form id=\"tools\" class=\"tools\" hidden></form>");
    page.raw("<p id=\"found\" class=\"quiet\" role=\"status\" hidden></p>");
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|(_, _, has)| rows.iter().any(has))
        .collect();
    page.raw("<table id=\"rows\" data-noun=\"")
        .raw(several)
        .raw("\"><thead><tr>");
    for (class, name, _) in &columns {
        page.raw("<th scope=\"col\" class=\"")
            .raw(class)
            .raw("\">")
            .raw(name)
            .raw("</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for row in rows {
        page.raw("<tr data-k=\"")
            .raw(row.kind)
            .raw("\" data-r=\"")
            .text(&format!("{:03}", row.rank));
        if let Some(account) = row.account {
            page.element("\" data-a=\"", account.as_str(), "");
        }
        if row.ignored.is_some() {
            page.raw("\" data-i=\"1\" class=\"known");
        }
        page.raw("\">");
        for (class, _, _) in &columns {
            page.raw("<td class=\"").raw(class).raw("\">");
            cell(page, class, row, plan);
            page.raw("</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody></table></section>");
}

/// How many there are of each kind, in the kinds' order.
fn chips(page: &mut Page, rows: &[Row<'_>]) {
    let mut kinds: BTreeMap<(u8, &'static str), (u64, &'static str, Tone)> = BTreeMap::new();
    for row in rows {
        let (count, _, tone) = kinds
            .entry((row.rank, row.kind))
            .or_insert((0, row.title, row.tone));
        *count += 1;
        // A kind is as loud as the loudest of its rows.
        if row.counts {
            *tone = row.tone;
        }
    }
    page.raw("<ul class=\"chips\" id=\"chips\" aria-label=\"Kinds\">");
    for ((_, kind), (count, title, tone)) in kinds {
        page.raw("<li class=\"chip ")
            .raw(tone.class())
            .raw("\" data-k=\"")
            .raw(kind)
            .raw("\"><b>");
        page.count(count).raw("</b> ").raw(title).raw("</li>");
    }
    page.raw("</ul>");
}

fn cell(page: &mut Page, class: &str, row: &Row<'_>, plan: Option<&Plan>) {
    match class {
        "k" => {
            page.raw("<span class=\"tag ")
                .raw(row.tone.class())
                .raw("\">")
                .raw(row.title)
                .raw("</span>");
            if row.ignored.is_some() {
                page.raw(" <span class=\"tag quiet\">known</span>");
            }
        }
        "a" => {
            let Some(account) = row.account else { return };
            if let Some(name) = plan.and_then(|plan| plan.names.get(account)) {
                page.element("<b>", name, "</b> ");
            }
            page.element("<code>", account.as_str(), "</code>");
        }
        "n" => {
            numbers(page, row.numbers);
            if let Some(port) = row.port {
                page.element("<div class=\"quiet\">port ", port, "</div>");
            }
        }
        "w" => what(page, row),
        "s" => {
            if let Some(by) = row.by {
                page.element("<div>", by, "</div>");
            }
            if let Some(at) = row.at {
                moment(page, at);
            }
        }
        "u" => {
            let Some(until) = row.until else { return };
            let said = when::until(until, &TimeZone::UTC);
            if said == until {
                // Neither a day nor a moment: as it is.
                page.text(until);
            } else {
                page.element("<time datetime=\"", until, "\">");
                day_and_hour(page, &said);
                page.raw("</time>");
            }
        }
        _ => {
            if let Some(place) = row.place {
                page.raw("<code>");
                for (at, piece) in place.file.split('/').enumerate() {
                    // Broken after a directory rather than in its name.
                    page.raw(if at == 0 { "" } else { "/<wbr>" }).text(piece);
                }
                page.raw(":");
                page.text(&place.line.to_string()).raw("</code>");
            }
        }
    }
}

fn what(page: &mut Page, row: &Row<'_>) {
    if !row.reason.is_empty() {
        page.raw("<p>").prose(row.reason).raw("</p>");
    }
    values::changes(page, row.changes);
    if !row.facts.is_empty() {
        page.raw("<ul class=\"more\">");
        for (name, fact) in &row.facts {
            page.raw("<li>")
                .raw(name)
                .element(" <b>", fact, "</b></li>");
        }
        page.raw("</ul>");
    }
    if let Some(help) = row.help {
        page.raw("<p class=\"help\">").prose(help).raw("</p>");
    }
}

/// Numbers in sight, and numbers that a page holds at all: an account that no
/// file declares can have thousands of them in one row.
const IN_SIGHT: usize = 6;
const AT_MOST: usize = 2_000;

fn numbers(page: &mut Page, numbers: &[PhoneNumber]) {
    let list = |page: &mut Page, numbers: &[PhoneNumber]| {
        for number in numbers {
            page.element("<span class=\"tn\">", &number.spaced(), "</span> ");
        }
    };
    let (first, rest) = numbers.split_at(numbers.len().min(IN_SIGHT));
    list(page, first);
    if rest.is_empty() {
        return;
    }
    page.raw("<details><summary>and ")
        .count(rest.len() as u64)
        .raw(" more</summary>");
    let (held, left) = rest.split_at(rest.len().min(AT_MOST));
    list(page, held);
    if !left.is_empty() {
        page.raw("<div class=\"quiet\">and ")
            .count(left.len() as u64);
        page.raw(" that only the JSON document has</div>");
    }
    page.raw("</details>");
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
