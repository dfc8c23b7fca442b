//! What alz.yaml says of audits (`drift:` and `ignore:`), as written and as meant.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::problem::nearest;
use crate::model::ignore::Wildcard;
use crate::model::{FindingKind, Ignore, Text};

/// A released number is spoken of so many days before it is out of reach.
pub const COOLDOWN_DAYS: u16 = 7;
/// More than any cooldown lasts.
const MOST_DAYS: u16 = 366;

/// What an audit looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DriftSettings {
    /// A released number is reported so many days before its cooldown ends (default 7).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 366))]
    pub cooldown_days: Option<u16>,
}

// The types are wide: an entry that could not be read would be left out, and
// what is wrong with those behind it be told of the wrong lines.
/// Drift that the project knows of, and lives with until a day.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IgnoreEntry {
    /// Telephone numbers; * stands for any digits: 1801555*.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Text>,
    /// Ids of accounts; * stands for any characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Text>,
    /// Kinds of findings, as `alz drift` names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<FindingKind>")]
    pub kinds: Vec<Text>,
    /// Members that may differ: e911Address.language, directoryListing.*.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Text>,
    /// Names of environments; without it, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Text>,
    /// The last day on which it is ignored, YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", required, extend("format" = "date"))]
    pub until: Option<Text>,
    /// Why, for whoever reads the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", required, length(min = 1))]
    pub reason: Option<Text>,
}

/// What is wrong with a member of an entry: its path below the entry, what is
/// wrong, and how to mend it.
pub(super) type Wrong = (Vec<String>, String, String);

/// The days before the end of a cooldown, or what is wrong with them.
pub(super) fn cooldown_days(said: &DriftSettings) -> Result<u16, (&'static str, String, String)> {
    let DriftSettings { cooldown_days } = said;
    let days = cooldown_days.unwrap_or(COOLDOWN_DAYS);
    match days {
        0..=MOST_DAYS => Ok(days),
        _ => Err((
            "cooldownDays",
            format!("cooldownDays lies between 0 and {MOST_DAYS}"),
            format!("{COOLDOWN_DAYS} is a good value; 0 says nothing of cooldowns"),
        )),
    }
}

/// An entry as it is meant; with problems, what comes back is never used.
pub(super) fn entry(
    said: &IgnoreEntry,
    (line, column): (u32, u32),
    environments: &[&str],
) -> (Option<Ignore>, Vec<Wrong>) {
    let IgnoreEntry {
        numbers,
        accounts,
        kinds,
        paths,
        environments: only,
        until,
        reason,
    } = said;
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut say = |path: &[&str], what: String, help: String| {
        wrong.push((path.iter().map(ToString::to_string).collect(), what, help));
    };
    if numbers.is_empty() && accounts.is_empty() && kinds.is_empty() && paths.is_empty() {
        say(
            &[],
            "this entry would ignore everything".to_owned(),
            "say what it is about: numbers, accounts, kinds or paths".to_owned(),
        );
    }
    let mut number_patterns = Vec::new();
    for (index, text) in numbers.iter().enumerate() {
        match Wildcard::of_number(text.as_str()) {
            Some(pattern) => number_patterns.push(pattern),
            None => say(
                &["numbers", &index.to_string()],
                format!("`{text}` is no telephone number and no pattern of one"),
                "write eleven digits, or the first of them and a star: 1801555*".to_owned(),
            ),
        }
    }
    for (name, texts) in [("accounts", accounts), ("paths", paths)] {
        for (index, text) in texts.iter().enumerate() {
            if text.as_str().trim().is_empty() {
                say(
                    &[name, &index.to_string()],
                    "an empty pattern is about nothing".to_owned(),
                    "take it out".to_owned(),
                );
            }
        }
    }
    for (index, name) in only.iter().enumerate() {
        let name = name.as_str();
        if !environments.contains(&name) {
            let help = match nearest(name, environments.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declared: {}", environments.join(", ")),
            };
            say(
                &["environments", &index.to_string()],
                format!("no environment `{name}` is declared"),
                help,
            );
        }
    }
    let mut known_kinds = Vec::new();
    for (index, name) in kinds.iter().enumerate() {
        let name = name.as_str();
        match FindingKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
        {
            Some(kind) => known_kinds.push(kind),
            None => {
                let all = FindingKind::ALL.map(FindingKind::name);
                let help = match nearest(name, all) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known: {}", all.join(", ")),
                };
                say(
                    &["kinds", &index.to_string()],
                    format!("`{name}` is no kind of finding"),
                    help,
                );
            }
        }
    }
    let reason = reason.as_ref().map_or("", Text::as_str).trim();
    if reason.is_empty() {
        say(
            &["reason"],
            "an entry needs a reason".to_owned(),
            "say why this may differ, for whoever reads the report".to_owned(),
        );
    }
    let day = until
        .as_ref()
        .and_then(|until| until.as_str().trim().parse::<Date>().ok());
    if day.is_none() {
        let what = match until {
            Some(until) => format!("`{until}` is no date"),
            None => "an entry needs a day on which it ends".to_owned(),
        };
        let help = "until: 2026-12-31 is the last day on which it is ignored".to_owned();
        say(&["until"], what, help);
    }
    let patterns = |texts: &[Text]| {
        texts
            .iter()
            .map(|text| Wildcard::new(text.as_str()))
            .collect()
    };
    let ignore = day.map(|until| Ignore {
        numbers: number_patterns,
        accounts: patterns(accounts),
        kinds: known_kinds,
        paths: patterns(paths),
        environments: only.iter().map(Text::to_string).collect(),
        until,
        reason: reason.to_owned(),
        line,
        column,
    });
    (ignore, wrong)
}
