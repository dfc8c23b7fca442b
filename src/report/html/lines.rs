//! What changes, in the lines of a terminal's report: an address compared word by
//! word, whole, so that a changed house number is read with its street.

use super::write::Page;
use crate::report::marks::{Mark, stretches};

/// Lines of a row that are shown at once; the rest can be opened.
const SHOWN: usize = 12;

/// Lines with ANSI styles.
pub(super) fn write(page: &mut Page, lines: &[String]) {
    let (first, more) = lines.split_at(lines.len().min(SHOWN));
    list(page, first);
    if !more.is_empty() {
        page.raw("<details><summary>").count(more.len() as u64);
        page.raw(match more.len() {
            1 => " more line</summary>",
            _ => " more lines</summary>",
        });
        list(page, more);
        page.raw("</details>");
    }
}

fn list(page: &mut Page, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.raw("<ul class=\"ch\">");
    for line in lines {
        // What goes on from the line above.
        page.raw(match line.starts_with(' ') {
            true => "<li class=\"on\">",
            false => "<li>",
        });
        one(page, line.trim());
        page.raw("</li>");
    }
    page.raw("</ul>");
}

fn one(page: &mut Page, line: &str) {
    let mut stretches = stretches(line).into_iter().peekable();
    // The member that the line is about.
    if let Some((Mark::Plain, words)) = stretches.peek()
        && let Some((name, rest)) = words
            .split_once(": ")
            .or(words.strip_suffix(':').zip(Some("")))
        && !name.contains(char::is_whitespace)
    {
        page.element("<code>", name, "</code> ").text(rest);
        stretches.next();
    }
    let mut before = Mark::Plain;
    for (mark, words) in stretches {
        // Else they would be read, spoken and copied as one word.
        if before != Mark::Plain && mark != Mark::Plain {
            page.raw(" ");
        }
        before = mark;
        match mark {
            Mark::Plain => page.text(&words),
            Mark::Gone => page.element("<del>", &words, "</del>"),
            Mark::New => page.element("<ins>", &words, "</ins>"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words;

    fn shown(line: &str) -> String {
        let mut page = Page::default();
        write(&mut page, &[line.to_owned()]);
        page.finish()
    }

    #[test]
    fn a_changed_house_number_is_marked_within_its_address() {
        let line = words::compared("333 S 520 W, Lindon", "335 S 520 W, Lindon");
        assert_eq!(
            shown(&format!("e911Address: {line}")),
            "<ul class=\"ch\"><li><code>e911Address</code> <del>333</del> <ins>335</ins> S 520 W, Lindon</li></ul>"
        );
    }

    #[test]
    fn no_text_gets_out_of_its_line() {
        let text = shown("  a <b>: \u{1b}[31m<i>\u{1b}[0m → \u{1b}[32m\"x\u{1b}[0m");
        assert_eq!(
            text,
            "<ul class=\"ch\"><li class=\"on\">a &lt;b&gt;: <del>&lt;i&gt;</del> → <ins>&quot;x</ins></li></ul>"
        );
    }
}
