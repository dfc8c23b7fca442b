//! An explanation as a person reads it in a terminal.

use anstyle::{AnsiColor, Effects, Style};
use serde_json::Value;

use super::super::words;
use super::{Allowed, Member, Place, Topic};

const BOLD: Style = Style::new().effects(Effects::BOLD);
const DIM: Style = Style::new().effects(Effects::DIMMED);
const NAME: Style = AnsiColor::Cyan.on_default();
const MUST: Style = AnsiColor::Yellow.on_default();

/// One field: what it is, what it takes, what is below it, and an example.
pub fn topic_human(topic: &Topic, width: usize) -> String {
    let Topic {
        document,
        path,
        also,
        kind,
        required,
        meaning,
        values,
        limits,
        members,
        example,
    } = topic;
    let mut text = match path.as_str() {
        "" => format!("{BOLD}{document}{BOLD:#}"),
        path => format!("{BOLD}{path}{BOLD:#}  {DIM}{document}{DIM:#}"),
    };
    text += &format!("\n  {kind}");
    if *required && !path.is_empty() {
        text += &format!(", {MUST}required{MUST:#}");
    }
    text += "\n";
    for place in also {
        text += &format!("  {DIM}also {place}{DIM:#}\n");
    }
    for thought in meaning.split("\n\n").filter(|thought| !thought.is_empty()) {
        text += "\n";
        for line in words::wrapped(thought, width.saturating_sub(2)) {
            text += &format!("  {line}\n");
        }
    }
    if !values.is_empty() {
        text += &format!("\n{BOLD}Values{BOLD:#}\n");
        let rows = values.iter().map(|Allowed { value, meaning }| {
            let name = match value.as_str() {
                Some("") => "\"\"".to_owned(),
                Some(name) => name.to_owned(),
                None => value.to_string(),
            };
            (name, String::new(), meaning.clone())
        });
        text += &table(&rows.collect::<Vec<_>>(), width);
    }
    let limits: Vec<String> = limits
        .iter()
        .filter_map(|(keyword, value)| limit(keyword, value))
        .collect();
    if !limits.is_empty() {
        text += &format!("\n{BOLD}Limits{BOLD:#}\n");
        for limit in limits {
            text += &format!("  {limit}\n");
        }
    }
    if !members.is_empty() {
        text += &format!("\n{BOLD}Members{BOLD:#}\n");
        let rows = members.iter().map(
            |Member {
                 name,
                 kind,
                 required,
                 meaning,
             }| {
                let kind = match required {
                    true => format!("{kind}, required"),
                    false => kind.clone(),
                };
                (name.clone(), kind, meaning.clone())
            },
        );
        text += &table(&rows.collect::<Vec<_>>(), width);
    }
    if let Some(example) = example {
        text += &format!("\n{BOLD}Example{BOLD:#}\n");
        for line in example.lines() {
            text += &format!("  {line}\n");
        }
    }
    text
}

/// The places of a name that means several things.
pub fn places_human(said: &str, places: &[Place], width: usize) -> String {
    let mut text = format!(
        "{BOLD}{}{BOLD:#} stands in {} places:\n",
        words::clean(said),
        places.len()
    );
    let rows = places.iter().map(
        |Place {
             document: _, // all of one
             path,
             kind,
             meaning,
         }| (path.clone(), kind.clone(), meaning.clone()),
    );
    text += &table(&rows.collect::<Vec<_>>(), width);
    text
}

/// Name, type and meaning: the meaning beside the others where there is room,
/// below where a line would become too narrow to read.
fn table(rows: &[(String, String, String)], width: usize) -> String {
    let name_width = rows.iter().map(|row| row.0.chars().count()).max();
    let name_width = name_width.unwrap_or(0).min(44);
    let mut text = String::new();
    for (name, kind, meaning) in rows {
        let pad = " ".repeat(name_width.saturating_sub(name.chars().count()));
        let kind = match kind.as_str() {
            "" => String::new(),
            kind => format!("{DIM}({kind}){DIM:#} "),
        };
        let room = width.saturating_sub(name_width + 4).max(30);
        // The type is laid out with the words and coloured afterwards.
        let plain = anstream::adapter::strip_str(&kind).to_string();
        let lines = words::wrapped(&format!("{plain}{meaning}"), room);
        for (at, line) in lines.iter().enumerate() {
            let line = match line.strip_prefix(plain.trim_end()) {
                Some(rest) if at == 0 && !plain.is_empty() => {
                    format!("{}{rest}", kind.trim_end())
                }
                Some(_) | None => line.clone(),
            };
            text += &match at {
                0 => format!("  {NAME}{name}{NAME:#}{pad}  {line}\n"),
                _ => format!("  {:name_width$}  {line}\n", ""),
            };
        }
        if lines.is_empty() {
            text += &format!("  {NAME}{name}{NAME:#}\n");
        }
    }
    text
}

/// A limit in words; None where the type has said it.
fn limit(keyword: &str, value: &Value) -> Option<String> {
    let plural = |word: &str| match value.as_u64() {
        Some(1) => word.to_owned(),
        _ => format!("{word}s"),
    };
    Some(match keyword {
        "format" => match value.as_str() {
            Some("date" | "date-time") | None => return None,
            Some(format) => format!("format: {format}"),
        },
        "pattern" => format!("matches {}", value.as_str()?),
        "minLength" => format!("at least {value} {}", plural("character")),
        "maxLength" => format!("at most {value} {}", plural("character")),
        "minimum" => format!("at least {value}"),
        "maximum" => format!("at most {value}"),
        "exclusiveMinimum" => format!("more than {value}"),
        "exclusiveMaximum" => format!("less than {value}"),
        "minProperties" => format!("at least {value} {}", plural("member")),
        "maxProperties" => format!("at most {value} {}", plural("member")),
        "examples" => {
            let examples = value.as_array()?.iter();
            let examples: Vec<&str> = examples.filter_map(Value::as_str).collect();
            format!("such as {}", examples.join(", "))
        }
        other => format!("{other}: {value}"),
    })
}
