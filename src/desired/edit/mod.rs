//! Editing a file that a person keeps: members are put into a map, and every
//! other byte stays as it is: comments, quotes, indentation, line ends.
//!
//! A file is not read and written again, for that would lose all this. The
//! parser says at which bytes the map stands ([`spans`]); the new members are
//! made in its own style ([`write`]) and spliced in. Then the text is read once
//! more, as a file would be, and compared: unless it says all that it said and
//! the new members besides, it is not handed out ([`check`]). So a layout that
//! the splicing does not understand leads to a refusal and never to a changed
//! meaning.

mod check;
pub mod numbers;
mod spans;
mod write;

use std::fmt;
use std::ops::Range;

use spans::{Entry, Kind, Node};
use write::Quotes;
pub use write::{Fresh, is_unseen, scalar};

/// Why a text can't be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It can't be read as YAML.
    NotYaml,
    /// It has no such document.
    NoDocument,
    /// A member of the path holds no map.
    NotAMap { path: String },
    /// A member of the path is an alias: the map stands elsewhere, and not for this alone.
    Alias { path: String },
    /// The map has a member of that name.
    Exists { path: String },
    /// A layout in which nothing can be put without changing what is there.
    Layout { path: String },
}

impl Fault {
    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotYaml | Self::NoDocument => "`alz validate` says what is wrong with the file",
            Self::NotAMap { .. } => "write a map there, or take the key away",
            Self::Alias { .. } => {
                "write the members out instead of the alias, or add to them by hand"
            }
            Self::Exists { .. } => "nothing has to be added",
            Self::Layout { .. } => "write one member a line there, or add to it by hand",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYaml => f.write_str("the file is not sound YAML"),
            Self::NoDocument => f.write_str("the file has no such document"),
            Self::NotAMap { path } => write!(f, "{} holds no map", named(path)),
            Self::Alias { path } => write!(f, "{} is an alias (*name)", named(path)),
            Self::Exists { path } => write!(f, "{path} stands there already"),
            Self::Layout { path } => write!(
                f,
                "nothing can be put under {} without touching what is there",
                named(path)
            ),
        }
    }
}

impl std::error::Error for Fault {}

fn named(path: &str) -> &str {
    if path.is_empty() {
        "the document"
    } else {
        path
    }
}

/// Bytes to be replaced, and by what.
type Splice = (Range<usize>, String);

/// Puts members at the end of the map at `path` of a document (counted without
/// empty ones); what of the path is not there is made. The text may begin with
/// a byte order mark.
pub fn insert(
    text: &str,
    document: usize,
    path: &[&str],
    members: &[(String, Fresh)],
) -> Result<String, Fault> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    if members.is_empty() {
        return Ok(format!("{mark}{text}"));
    }
    let roots = spans::read(text).ok_or(Fault::NotYaml)?;
    let root = roots.get(document).ok_or(Fault::NoDocument)?;
    let page = Page::new(text, root);
    let mut splices = page.put(root, path, members)?;
    splices.sort_by_key(|(range, _)| range.start);
    let mut edited = text.to_owned();
    for (range, new) in splices.into_iter().rev() {
        edited.replace_range(range, &new);
    }
    if check::adds(text, &edited, document, path, members) {
        Ok(format!("{mark}{edited}"))
    } else {
        Err(Fault::Layout {
            path: path.join("."),
        })
    }
}

/// A text and the habits of whoever wrote it.
struct Page<'a> {
    text: &'a str,
    newline: &'static str,
    /// Columns that a map stands further right than the key it belongs to.
    step: usize,
}

impl<'a> Page<'a> {
    fn new(text: &'a str, root: &Node) -> Self {
        let first = text.find('\n').unwrap_or(0);
        let crlf = text.get(..first).is_some_and(|line| line.ends_with('\r'));
        let mut page = Self {
            text,
            newline: if crlf { "\r\n" } else { "\n" },
            step: 2,
        };
        if let Kind::Map {
            flow: false,
            entries,
        } = &root.kind
        {
            let steps = entries.iter().filter_map(|entry| match &entry.value.kind {
                Kind::Map {
                    flow: false,
                    entries: inner,
                } => page
                    .column(inner.first()?.key.range.start)
                    .checked_sub(page.column(entry.key.range.start)),
                Kind::Map { .. } | Kind::List { .. } | Kind::Scalar { .. } | Kind::Alias => None,
            });
            if let Some(step) = steps.into_iter().find(|step| (1..=8).contains(step)) {
                page.step = step;
            }
        }
        page
    }

    /// Follows the path as far as it goes and puts the members where it ends,
    /// what is missing of the path around them.
    fn put(
        &self,
        root: &Node,
        path: &[&str],
        members: &[(String, Fresh)],
    ) -> Result<Vec<Splice>, Fault> {
        let mut node = root;
        let mut holder: Option<(&Entry, bool)> = None;
        let mut walked = 0;
        for name in path {
            let Kind::Map { flow, entries } = &node.kind else {
                break;
            };
            let Some(entry) = entries.iter().find(|entry| entry.key.text() == Some(name)) else {
                break;
            };
            holder = Some((entry, *flow));
            node = &entry.value;
            walked += 1;
        }
        let (found, missing) = path.split_at(walked);
        let here = || found.join(".");
        let mut wrapped = members.to_vec();
        for name in missing.iter().rev() {
            wrapped = vec![((*name).to_owned(), Fresh::Map(wrapped))];
        }
        match &node.kind {
            Kind::Alias => Err(Fault::Alias { path: here() }),
            Kind::Map { flow, entries } => {
                let twice = wrapped.iter().find(|(name, _)| {
                    entries
                        .iter()
                        .any(|entry| entry.key.text() == Some(name.as_str()))
                });
                if let Some((name, _)) = twice {
                    let mut path: Vec<&str> = found.to_vec();
                    path.push(name);
                    return Err(Fault::Exists {
                        path: path.join("."),
                    });
                }
                let in_block = holder.is_some_and(|(_, flow)| !flow);
                match (entries.last(), holder) {
                    (Some(last), _) if *flow => self.add_to_braces(node, entries, last, &wrapped),
                    (Some(last), _) => self.below(entries, last, &wrapped),
                    (None, Some((entry, _))) if in_block && self.only_braces(node) => {
                        self.instead(entry, &wrapped)
                    }
                    (None, _) => self.between_braces(node, &wrapped),
                }
                .ok_or_else(|| Fault::Layout { path: here() })
            }
            Kind::Scalar { .. } if node.is_null() => match holder {
                Some((entry, false)) => self.instead(entry, &wrapped),
                Some((entry, true)) => {
                    let value = write::flow(&Fresh::Map(wrapped), Quotes::Double);
                    let range = match entry.value.range.is_empty() {
                        true => {
                            let end = self.behind_colon(entry.key.range.end);
                            end.map(|end| end..end)
                        }
                        false => Some(entry.value.range.clone()),
                    };
                    range.map(|range| {
                        let space = if entry.value.range.is_empty() {
                            " "
                        } else {
                            ""
                        };
                        vec![(range, format!("{space}{value}"))]
                    })
                }
                None => None,
            }
            .ok_or_else(|| Fault::Layout { path: here() }),
            Kind::Scalar { .. } | Kind::List { .. } => Err(Fault::NotAMap { path: here() }),
        }
    }

    /// Lines below the last of an indented map, and below the comments that
    /// stand further right than its keys: those are about the last one.
    fn below(
        &self,
        entries: &[Entry],
        last: &Entry,
        members: &[(String, Fresh)],
    ) -> Option<Vec<Splice>> {
        let indent = self.column(entries.first()?.key.range.start);
        let lines = write::block(members, indent, self.step, self.quotes(last), self.newline);
        let mut end = last.end();
        if !self.text.get(..end)?.ends_with('\n') {
            let mut line = self.end_of_line(end);
            while let Some(next) = self.comment_below(line, indent + self.step) {
                (line, end) = (next, next);
            }
        }
        self.line_after(end, &lines)
    }

    /// Lines below a key whose value is nothing, or says that there is nothing.
    fn instead(&self, entry: &Entry, members: &[(String, Fresh)]) -> Option<Vec<Splice>> {
        let indent = self.column(entry.key.range.start) + self.step;
        let lines = write::block(members, indent, self.step, Quotes::Double, self.newline);
        let value = &entry.value.range;
        if value.is_empty() {
            // A comment of the map comes before its members.
            let mut end = self.end_of_line(
                entry
                    .key
                    .range
                    .end
                    .max(value.start.min(self.end_of_line(entry.key.range.end))),
            );
            while let Some(next) = self.comment_below(end, indent) {
                end = next;
            }
            return self.line_after(end, &lines);
        }
        let end = self.end_of_line(value.end);
        let rest = self.text.get(value.end..end)?;
        let blank = self.text.get(..value.start)?.trim_end_matches(' ').len();
        // Without the value its space goes too, before a comment one stays.
        let gone = if rest.trim().is_empty() {
            blank..end
        } else {
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            value.start..value.end + spaces
        };
        let mut splices = self.line_after(value.end, &lines)?;
        splices.push((gone, String::new()));
        // Both end at the end of the line: the one that takes away goes first.
        if let [(at, _), (gone, _)] = splices.as_mut_slice()
            && gone.end == at.start
            && gone.start < at.start
        {
            at.start = gone.start;
            at.end = gone.end;
            splices.pop();
        }
        Some(splices)
    }

    /// Behind the last member of a map in braces.
    fn add_to_braces(
        &self,
        node: &Node,
        entries: &[Entry],
        last: &Entry,
        members: &[(String, Fresh)],
    ) -> Option<Vec<Splice>> {
        let quotes = self.quotes(last);
        let new = write::flow_members(members, quotes);
        let mut end = last.end();
        if last.value.range.is_empty() {
            // `a,` has no colon, `a:,` has one.
            end = self.behind_colon(end).unwrap_or(end);
        }
        let brace = node.range.end.checked_sub(1)?;
        let comma = self.comma(end, brace);
        let at = comma.map_or(end, |comma| comma + 1);
        let line_end = self.end_of_line(at);
        if line_end >= brace {
            // The brace closes on this very line.
            let joined = new.join(", ");
            return Some(vec![match comma {
                Some(_) => (at..at, format!(" {joined},")),
                None => (end..end, format!(", {joined}")),
            }]);
        }
        // One a line, as the others; a comment behind the last stays with it.
        let indent = self.column(entries.first()?.key.range.start);
        let first_on_line =
            self.column(last.key.range.start) == self.indentation(last.key.range.start);
        let indent = if first_on_line {
            self.column(last.key.range.start)
        } else {
            indent
        };
        let pad = " ".repeat(indent);
        let tail = if comma.is_some() { "," } else { "" };
        let lines: Vec<String> = new.iter().map(|member| format!("{pad}{member}")).collect();
        let lines = format!("{}{tail}", lines.join(&format!(",{}", self.newline)));
        let mut splices = vec![(line_end..line_end, format!("{}{lines}", self.newline))];
        if comma.is_none() {
            splices.push((end..end, ",".to_owned()));
        }
        Some(splices)
    }

    /// Into braces with nothing, or only a comment, between them.
    fn between_braces(&self, node: &Node, members: &[(String, Fresh)]) -> Option<Vec<Splice>> {
        let inner = node.range.start + 1..node.range.end.checked_sub(1)?;
        let new = write::flow_members(members, Quotes::Double).join(", ");
        match self.text.get(inner.clone())? {
            inside if inside.trim().is_empty() => Some(vec![(inner, format!(" {new} "))]),
            _ => Some(vec![(inner.start..inner.start, format!(" {new} "))]),
        }
    }

    /// Nothing stands between the braces.
    fn only_braces(&self, node: &Node) -> bool {
        let inner = node.range.start + 1..node.range.end.saturating_sub(1);
        self.text
            .get(inner)
            .is_some_and(|inside| inside.chars().all(|c| c == ' '))
    }

    /// New lines below the line in which `end` is. Only a comment may follow
    /// there.
    fn line_after(&self, end: usize, lines: &str) -> Option<Vec<Splice>> {
        if end > 0 && self.text.get(..end)?.ends_with('\n') {
            // A text in lines of its own (|) ends with its line break.
            return Some(vec![(end..end, format!("{lines}{}", self.newline))]);
        }
        let line_end = self.end_of_line(end);
        Some(vec![(
            line_end..line_end,
            format!("{}{lines}", self.newline),
        )])
    }

    /// Where the line below one that ends at `end` ends, if it is a comment
    /// that stands as far right as the members of a map there would.
    fn comment_below(&self, end: usize, indent: usize) -> Option<usize> {
        let rest = self.text.get(end..)?;
        let rest = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n'))?;
        let start = self.text.len() - rest.len();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        (rest.trim_start_matches(' ').starts_with('#') && spaces > 0 && spaces + self.step > indent)
            .then(|| self.end_of_line(start))
    }

    /// Columns before a byte, on its line.
    fn column(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
    }

    /// Spaces at the beginning of the line of a byte.
    fn indentation(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    /// Where the line of a byte ends, its line break not counted.
    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let line = match rest.len() > line.len() {
            true => line.strip_suffix('\r').unwrap_or(line),
            false => line,
        };
        at + line.len()
    }

    /// Behind the colon that follows a key.
    fn behind_colon(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest.trim_start_matches([' ', '\t'])
            .starts_with(':')
            .then_some(at + spaces + 1)
    }

    /// The comma between a member and the closing brace, comments passed over.
    fn comma(&self, from: usize, brace: usize) -> Option<usize> {
        let mut comment = false;
        for (at, c) in self.text.get(from..brace)?.char_indices() {
            match c {
                '\n' => comment = false,
                '#' => comment = true,
                ',' if !comment => return Some(from + at),
                _ => {}
            }
        }
        None
    }

    /// The quotes that the key of a neighbour has.
    fn quotes(&self, neighbour: &Entry) -> Quotes {
        let key = self.text.get(neighbour.key.range.clone()).unwrap_or("\"");
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match key.chars().next() {
            Some('\'') => Quotes::Single,
            Some(_) if !key.is_empty() && digits(key) => Quotes::None,
            Some(_) | None => Quotes::Double,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
