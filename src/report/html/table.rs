//! The table of a page: how many there are of each kind, and row by row what is
//! the matter. A column that no row has anything for is left out.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::layout::{day_and_hour, moment};
use super::lines;
use super::rows::{Row, Tone};
use super::write::{Page, grouped};
use crate::model::PhoneNumber;
use crate::plan::{Author, Plan};
use crate::report::when;

/// The columns, and whether a row has something for one.
type Column = (&'static str, &'static str, fn(&Row<'_>) -> bool);

const COLUMNS: [Column; 7] = [
    ("k", "Kind", |_| true),
    ("a", "Account", |row| row.account.is_some()),
    ("n", "Number", |row| !row.numbers.is_empty()),
    ("w", "What", |_| true),
    ("s", "Who and when", |row| {
        row.by.is_some() || row.at.is_some() || !row.authors.is_empty()
    }),
    ("u", "Until", |row| row.until.is_some()),
    ("f", "File", |row| row.place.is_some()),
];

pub(super) fn write(
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
            for Author { by, at, paths } in row.authors {
                page.element("<div>", by, "</div>");
                moment(page, *at);
                page.element("<div class=\"quiet\">", &paths.join(", "), "</div>");
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
    lines::write(page, &row.lines);
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
