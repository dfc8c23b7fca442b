//! A comment put together of whole entries, and kept under the limit of its host.
//!
//! What doesn't fit is left out entry by entry, the least important first, so
//! that Markdown is never cut in the middle; and the comment says what is missing
//! and where to see it.

use std::collections::{BTreeMap, BTreeSet};

use super::escape;
use super::{Flavour, Options};

/// How important an entry is: the least is kept first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A person must act, or nothing goes on.
    Blocked,
    /// Something is taken away.
    Destructive,
    /// Where 911 finds people.
    Emergency,
    Warning,
    Change,
    /// Where 911 finds people, and not of this branch.
    OthersEmergency,
    /// Any other change that is not of this branch.
    OthersChange,
    Waiting,
    Deferred,
    Unmanaged,
}

/// One thing that is said, whole or not at all.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub rank: Rank,
    /// What it is, one of them and several: `update`, `updates`.
    pub what: (&'static str, &'static str),
    /// The account that it is about, or the file; empty: the run as a whole.
    pub account: String,
    /// Lines, with a line break behind the last.
    pub text: String,
}

/// Entries under one title.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// In bold.
    pub title: String,
    /// After it.
    pub remark: String,
    /// `None`: no fold. Else whether the fold is open.
    pub fold: Option<bool>,
    pub entries: Vec<Entry>,
}

impl Part {
    pub fn plain(title: &str, entries: Vec<Entry>) -> Self {
        Self {
            title: title.to_owned(),
            remark: String::new(),
            fold: None,
            entries,
        }
    }

    pub fn folded(title: &str, remark: &str, entries: Vec<Entry>) -> Self {
        Self {
            title: title.to_owned(),
            remark: remark.to_owned(),
            fold: Some(false),
            entries,
        }
    }

    fn before(&self, flavour: Flavour) -> String {
        let Self {
            title,
            remark,
            fold,
            entries: _,
        } = self;
        match (fold, flavour) {
            (Some(open), Flavour::Html) => {
                let open = if *open { " open" } else { "" };
                let (title, remark) = (escape::html(title), escape::html(remark));
                format!("<details{open}>\n<summary><b>{title}</b> {remark}</summary>\n\n")
            }
            (Some(_), Flavour::Plain) => {
                let (title, remark) = (escape::text(title), escape::text(remark));
                format!("#### {title} {remark}\n\n")
            }
            (None, Flavour::Html | Flavour::Plain) => {
                let title = escape::text(title);
                match remark.as_str() {
                    "" => format!("**{title}**\n\n"),
                    remark => format!("**{title}** {}\n\n", escape::text(remark)),
                }
            }
        }
    }

    fn after(&self, flavour: Flavour) -> &'static str {
        match (self.fold, flavour) {
            (Some(_), Flavour::Html) => "\n</details>\n\n",
            (Some(_), Flavour::Plain) | (None, Flavour::Html | Flavour::Plain) => "\n",
        }
    }
}

/// The comment: what is always there, and entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// By which a pipeline finds its comment again: `alz:plan:production`.
    pub marker: String,
    /// The first line that is seen, without its bold.
    pub verdict: String,
    /// Paragraphs after it.
    pub head: Vec<String>,
    pub parts: Vec<Part>,
    /// Paragraphs at the end.
    pub foot: Vec<String>,
    /// Where all of it can be seen.
    pub whole: String,
    /// Entries are of files, and not of accounts.
    pub is_of_files: bool,
}

/// An entry for Bitbucket, which nests a list only where it stands four columns
/// in, and has no fences in lists: code is indented there. The others would take
/// that as well.
fn spread(text: &str) -> String {
    const CODE: usize = 4;
    let mut spread = String::with_capacity(text.len() * 2);
    let mut fence: Option<(usize, &str)> = None;
    for line in text.lines() {
        let words = line.trim_start_matches(' ');
        let indent = line.len() - words.len();
        if let Some((margin, opened)) = fence {
            if words == opened {
                fence = None;
            } else if !words.is_empty() {
                spread.push_str(&" ".repeat(margin + CODE));
                spread.push_str(line);
            }
        } else {
            let ticks = words.len() - words.trim_start_matches('`').len();
            // With more ticks behind it is a span of code.
            fence = words
                .split_at_checked(ticks)
                .filter(|(opened, language)| opened.len() >= 3 && !language.contains('`'))
                .map(|(opened, _)| (indent, opened));
            if fence.is_some() {
                continue;
            }
            if !words.is_empty() {
                spread.push_str(&" ".repeat(indent));
            }
            spread.push_str(line);
        }
        spread.push('\n');
    }
    if text.contains("\n\n") {
        // Else what comes next would stand in its last paragraph.
        spread.push('\n');
    }
    spread
}

/// Letters as the hosts count them: GitHub by character, others by UTF-16 unit,
/// which is never less.
pub(super) fn size(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl Document {
    /// The text, at most `options.limit` long.
    pub fn render(mut self, options: &Options) -> String {
        if options.flavour == Flavour::Plain {
            for entry in self.parts.iter_mut().flat_map(|part| &mut part.entries) {
                entry.text = spread(&entry.text);
            }
        }
        let all: BTreeSet<(usize, usize)> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(part, entries)| (0..entries.entries.len()).map(move |entry| (part, entry)))
            .collect();
        let text = self.text(&all, options);
        if size(&text) <= options.limit {
            return text;
        }
        let kept = self.chosen(options);
        self.text(&kept, options)
    }

    /// The entries that there is room for, the most important first. None takes more
    /// than three quarters of the room while others come after it: a thousand blocked
    /// entries must not hide what changes.
    fn chosen(&self, options: &Options) -> BTreeSet<(usize, usize)> {
        let nothing = self.text(&BTreeSet::new(), options);
        // What is said of the rest is at its longest where all is left out, but
        // for one word that may stand in the plural.
        let mut room = options.limit.saturating_sub(size(&nothing) + 64);
        let mut order: Vec<(Rank, usize, usize)> = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            order.extend(
                part.entries
                    .iter()
                    .enumerate()
                    .map(|(index, entry)| (entry.rank, at, index)),
            );
        }
        order.sort_unstable();
        let mut kept = BTreeSet::new();
        let mut opened = BTreeSet::new();
        for is_fair in [true, false] {
            for of_rank in order.chunk_by(|(one, _, _), (other, _, _)| one == other) {
                let mut share = if is_fair { room - room / 4 } else { room };
                for (_, at, index) in of_rank {
                    let cost = match self.cost(*at, *index, options) {
                        Some((entry, _)) if opened.contains(at) => entry,
                        Some((entry, part)) => entry + part,
                        None => continue,
                    };
                    if cost <= share && kept.insert((*at, *index)) {
                        share -= cost;
                        room -= cost;
                        opened.insert(*at);
                    }
                }
            }
        }
        kept
    }

    /// What an entry takes, and what its part takes besides.
    fn cost(&self, part: usize, entry: usize, options: &Options) -> Option<(usize, usize)> {
        let part = self.parts.get(part)?;
        let entry = part.entries.get(entry)?;
        let around = size(&part.before(options.flavour)) + size(part.after(options.flavour));
        Some((size(&entry.text), around))
    }

    fn text(&self, kept: &BTreeSet<(usize, usize)>, options: &Options) -> String {
        let mut text = match options.flavour {
            Flavour::Html => format!("<!-- {} -->\n", self.marker),
            Flavour::Plain => format!("[//]: # ({})\n\n", self.marker),
        };
        text.push_str(&format!("**{}**\n\n", self.verdict));
        for paragraph in &self.head {
            text.push_str(paragraph.trim_end());
            text.push_str("\n\n");
        }
        if let Some(missing) = self.missing(kept, options) {
            text.push_str(&missing);
            text.push_str("\n\n");
        }
        for (at, part) in self.parts.iter().enumerate() {
            let mut entries = part
                .entries
                .iter()
                .enumerate()
                .filter(|(index, _)| kept.contains(&(at, *index)))
                .map(|(_, entry)| entry.text.as_str())
                .peekable();
            if entries.peek().is_none() {
                continue;
            }
            text.push_str(&part.before(options.flavour));
            text.extend(entries);
            text.push_str(part.after(options.flavour));
        }
        for paragraph in &self.foot {
            text.push_str(paragraph.trim_end());
            text.push_str("\n\n");
        }
        format!("{}\n", text.trim_end())
    }

    /// What is left out, counted; `None` where nothing is.
    fn missing(&self, kept: &BTreeSet<(usize, usize)>, options: &Options) -> Option<String> {
        let mut counts: BTreeMap<(Rank, &str, &str), usize> = BTreeMap::new();
        let mut accounts: BTreeSet<&str> = BTreeSet::new();
        for (at, part) in self.parts.iter().enumerate() {
            for (index, entry) in part.entries.iter().enumerate() {
                if !kept.contains(&(at, index)) {
                    let (one, several) = entry.what;
                    *counts.entry((entry.rank, one, several)).or_default() += 1;
                    if !entry.account.is_empty() {
                        accounts.insert(&entry.account);
                    }
                }
            }
        }
        if counts.is_empty() {
            return None;
        }
        // The same words may stand under two ranks.
        let mut by_word: Vec<(&str, &str, usize)> = Vec::new();
        for ((_, one, several), count) in counts {
            match by_word.iter_mut().find(|(known, _, _)| *known == one) {
                Some((_, _, sum)) => *sum += count,
                None => by_word.push((one, several, count)),
            }
        }
        let said: Vec<String> = by_word
            .into_iter()
            .map(|(one, several, count)| match count {
                1 => format!("1 {one}"),
                count => format!("{count} {several}"),
            })
            .collect();
        let place = if self.is_of_files { "file" } else { "account" };
        let of = match accounts.len() {
            0 => String::new(),
            1 => format!(", of 1 {place}"),
            count => format!(", of {count} {place}s"),
        };
        Some(format!(
            "**Left out here** to stay under {} characters: {}{of}. {}",
            options.limit,
            said.join(", "),
            self.whole
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Entry, Options, Part, Rank, size, spread};

    #[test]
    fn a_thousand_blocked_entries_do_not_hide_what_changes() {
        let entries = |rank: Rank, what: (&'static str, &'static str)| -> Vec<Entry> {
            let entry = |at: usize| Entry {
                rank,
                what,
                account: format!("account-{at}"),
                text: format!("- {} {at} {}\n", what.0, "x".repeat(80)),
            };
            (0..1_000).map(entry).collect()
        };
        let document = Document {
            verdict: "verdict".to_owned(),
            parts: vec![
                Part::plain(
                    "Blocked",
                    entries(Rank::Blocked, ("blocked entry", "blocked entries")),
                ),
                Part::plain("Changes", entries(Rank::Change, ("update", "updates"))),
                Part::plain(
                    "Later",
                    entries(Rank::Deferred, ("deferred entry", "deferred entries")),
                ),
            ],
            ..Document::default()
        };
        for limit in [4_000, 65_536] {
            let options = Options {
                limit,
                ..Options::default()
            };
            let text = document.clone().render(&options);
            assert!(
                size(&text) <= limit && size(&text) > limit - 200,
                "{}",
                size(&text)
            );
            let [blocked, updates, later] = ["- blocked entry", "- update", "- deferred"]
                .map(|start| text.lines().filter(|line| line.starts_with(start)).count());
            assert!(blocked > updates && updates > later && later > 0, "{text}");
            let missing = format!(
                "{} blocked entries, {} updates, {} deferred entries, of ",
                1_000 - blocked,
                1_000 - updates,
                1_000 - later
            );
            assert!(text.contains(&missing), "{missing}\n{text}");
        }
    }

    #[test]
    fn a_list_within_a_list_is_one_for_bitbucket_too_and_yaml_stays_as_it_is() {
        let text = "- a\n  - b\n\n    ```yaml\n    x:\n      y: 1\n    ```\n";
        assert_eq!(
            spread(text),
            "- a\n    - b\n\n            x:\n              y: 1\n\n\n"
        );
    }
}
