//! What has no Markdown of its own: a report for people in a fence, and why a
//! command stopped.

use super::builder::Document;
use super::{Flavour, Options, Subject, escape};

/// How the first line of every document here begins.
const BEGINNINGS: [&str; 2] = ["<!-- alz:", "[//]: # (alz:"];

/// Whether a text is one of these documents already.
pub fn is_document(text: &str) -> bool {
    BEGINNINGS.iter().any(|start| text.starts_with(start))
}

/// A report for people, styles taken out, in one block; so much of it as there
/// is room for.
pub fn fenced(command: &str, text: &str, options: &Options) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    let marker = match options.flavour {
        Flavour::Html => format!("<!-- alz:{} -->\n", escape::marker_word(command)),
        Flavour::Plain => format!("[//]: # (alz:{})\n\n", escape::marker_word(command)),
    };
    let whole = format!("{marker}{}", escape::fenced(text.trim_end(), "", ""));
    if super::builder::size(&whole) <= options.limit {
        return whole;
    }
    // Whole lines from the beginning: a report begins with what matters.
    let lines: Vec<&str> = text.lines().collect();
    let fits = |count: usize| {
        let shown = lines.get(..count).unwrap_or_default().join("\n");
        let rest = lines.len() - count;
        let block = format!(
            "{marker}**Left out here** to stay under {} characters: the last {rest} of {} lines. `--format human` shows all.\n\n{}",
            options.limit,
            lines.len(),
            escape::fenced(&shown, "", "")
        );
        (super::builder::size(&block) <= options.limit).then_some(block)
    };
    let (mut fit, mut over) = (0, lines.len());
    while fit + 1 < over {
        let middle = fit + (over - fit) / 2;
        match fits(middle) {
            Some(_) => fit = middle,
            None => over = middle,
        }
    }
    fits(fit).unwrap_or(marker)
}

/// A command that could not do its work, under the marker of what it would have
/// made: the comment of a plan that no longer holds is replaced.
pub fn stopped(subject: Subject<'_>, what: &str, help: Option<&str>, options: &Options) -> String {
    // A command line that is not understood is of no command.
    let of = match subject.command {
        "alz" => "alz".to_owned(),
        command => format!("alz {}", escape::text(command)),
    };
    let mut document = Document {
        marker: subject.marker(),
        verdict: format!("{of}: FAILED{}, nothing to review", subject.place()),
        whole: "The log of the run has all of it.".to_owned(),
        ..Document::default()
    };
    // The block of an error is one thing: it may be YAML, or a carrier's words.
    let room = options.limit.saturating_sub(1_500).max(500);
    document
        .head
        .push(escape::fenced(&escape::clipped(what, room / 2), "", ""));
    if let Some(help) = help {
        let help = escape::clipped(help, room / 4);
        document.head.push(match help.contains('\n') {
            true => escape::fenced(&help, "", ""),
            false => format!("→ {}", escape::line(&escape::clipped(&help, room / 12))),
        });
    }
    document.render(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_too_long_for_the_host_keeps_its_first_lines_in_a_whole_fence() {
        let options = Options {
            limit: 4_000,
            ..Options::default()
        };
        let text: String = (0..1_000).map(|line| format!("line {line}\n")).collect();
        let block = fenced("journal", &text, &options);
        assert!(block.chars().count() <= 4_000, "{}", block.len());
        assert!(block.contains("line 0\n") && block.ends_with("```\n"));
        assert!(
            block.contains("lines. `--format human` shows all."),
            "{block}"
        );
        assert!(is_document(&block));
    }

    #[test]
    fn a_failure_of_any_length_fits() {
        let options = Options {
            limit: 4_000,
            ..Options::default()
        };
        let text = stopped(
            Subject {
                command: "plan",
                environment: "p",
                shard: Some("2/4"),
            },
            &"`<&".repeat(9_000),
            Some(&"*".repeat(9_000)),
            &options,
        );
        assert!(text.chars().count() <= 4_000, "{}", text.len());
    }
}
