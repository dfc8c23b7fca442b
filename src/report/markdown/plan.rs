//! A plan as a reviewer reads it in a pull request: the verdict, what stops it,
//! then account by account what changes.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{Document, Entry, Part, Rank};
use super::{Options, drift, escape, guards, lines, marker, policies};
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{Action, Merged, Note, NoteKind, Origin, Plan, Step};
use crate::report::changes::saved_lines;
use crate::report::origin;
use crate::report::plan_human;

/// Steps up to which every account's fold is open from the start.
const FEW: usize = 12;

/// The plan, or what an audit found, where the document holds that.
pub fn plan(plan: &Plan, options: &Options) -> String {
    if let Some(found) = &plan.drift {
        return drift::drift(plan, found, options);
    }
    let mut parts = vec![
        policies::part(plan),
        guards::part(plan),
        notes(plan, NoteKind::Blocked),
        given_up(plan),
    ];
    parts.extend(accounts(plan));
    parts.extend(
        [
            NoteKind::Warning,
            NoteKind::Waiting,
            NoteKind::Deferred,
            NoteKind::Unmanaged,
        ]
        .map(|kind| notes(plan, kind)),
    );
    Document {
        marker: marker("plan", &plan.environment, plan.shard.as_deref()),
        verdict: verdict(plan),
        head: head(plan),
        parts,
        foot: foot(plan, options),
        whole: whole(plan, options),
        is_of_files: false,
    }
    .render(options)
}

/// `alz plan: 1 to RELEASE, 3 to update in production; the 911 ADDRESS of 2 numbers
/// changes; 2 BLOCKED`, as Markdown.
fn verdict(plan: &Plan) -> String {
    let said = plan_human::to_do_all(plan);
    let said = match said.as_slice() {
        [] => "no changes".to_owned(),
        said => said.join(", "),
    };
    let environment = escape::text(&escape::clipped(&plan.environment, 60));
    let mut verdict = format!("alz plan: {said} in {environment}");
    if let Some(shard) = &plan.shard {
        verdict.push_str(&format!(
            " (shard {})",
            escape::text(&escape::clipped(shard, 20))
        ));
    }
    // Where help is sent is what a wrong word costs most.
    match plan
        .judged
        .as_ref()
        .and_then(|judged| judged.guards.get("e911"))
    {
        Some(e911) if e911.count == 1 => verdict.push_str("; the 911 ADDRESS of 1 number changes"),
        Some(e911) if e911.count > 1 => {
            verdict.push_str(&format!(
                "; the 911 ADDRESS of {} numbers changes",
                e911.count
            ));
        }
        Some(_) | None => {}
    }
    let blocked = count(plan, "blocked");
    if blocked > 0 {
        verdict.push_str(&format!("; {blocked} BLOCKED"));
    }
    match origin::given_up(plan) {
        0 => {}
        1 => verdict.push_str("; 1 number NO LONGER DECLARED"),
        count => verdict.push_str(&format!("; {count} numbers NO LONGER DECLARED")),
    }
    if plan.is_refused() {
        verdict.push_str("; REFUSED by a policy");
    }
    if !plan.guards.is_empty() {
        verdict.push_str("; REFUSED by its guards");
    }
    verdict
}

fn count(plan: &Plan, key: &str) -> u64 {
    plan.summary.get(key).copied().unwrap_or(0)
}

/// What has to be known of a document that was put together.
pub(super) fn remarks(plan: &Plan) -> impl Iterator<Item = String> {
    let remarks = plan.merged.iter().flat_map(Merged::remarks);
    remarks.map(|remark| format!("**{}**", escape::text(&remark)))
}

/// What files and targets it is of, where it is not of everything.
pub(super) fn restricted(plan: &Plan) -> Option<String> {
    let all: Vec<&String> = plan.targets.iter().chain(&plan.files).collect();
    let few = all.iter().take(5);
    let mut said: Vec<String> = few
        .map(|one| escape::code(&escape::clipped(one, 60)))
        .collect();
    if all.len() > 5 {
        said.push(format!("{} more", all.len() - 5));
    }
    (!said.is_empty()).then(|| format!("Restricted to {}.", said.join(", ")))
}

/// What stands below the verdict: counts, origins, and what it was restricted to.
pub(super) fn head(plan: &Plan) -> Vec<String> {
    let mut counts = vec![format!("{} in sync", count(plan, "inSync"))];
    for key in ["unmanaged", "waiting", "deferred", "blocked"] {
        match count(plan, key) {
            0 => {}
            count => counts.push(format!("{count} {key}")),
        }
    }
    let mut head: Vec<String> = remarks(plan).collect();
    head.push(format!("Numbers: {}.", counts.join(", ")));
    if let Some(base) = &plan.base {
        head.push(format!(
            "Against {}: {}.",
            escape::code(&escape::clipped(base, 100)),
            origin::counts(plan)
        ));
    }
    if !plan.base_remarks.is_empty() {
        const SHOWN: usize = 5;
        let mut said: Vec<String> = plan
            .base_remarks
            .iter()
            .take(SHOWN)
            .map(|remark| escape::prose(&escape::clipped(remark, 300)))
            .collect();
        match plan.base_remarks.len().saturating_sub(SHOWN) {
            0 => {}
            1 => said.push("1 more remark of the base is in the log of the run.".to_owned()),
            more => said.push(format!(
                "{more} more remarks of the base are in the log of the run."
            )),
        }
        head.push(said.join("  \n"));
    }
    head.extend(restricted(plan));
    head
}

/// The accounts with steps; those that lose something first, then those that the
/// branch changes.
fn accounts(plan: &Plan) -> Vec<Part> {
    let mut by_account: BTreeMap<&AccountId, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        by_account.entry(&step.account).or_default().push(step);
    }
    for steps in by_account.values_mut() {
        // Stable: else in the order in which they are done.
        steps.sort_by_key(|step| (!step.action.is_destructive(), !is_of_branch(step)));
    }
    let loses = |steps: &[&Step]| steps.iter().any(|step| step.action.is_destructive());
    let mut accounts: Vec<(&AccountId, Vec<&Step>)> = by_account.into_iter().collect();
    let of_branch = |steps: &[&Step]| steps.iter().any(|step| is_of_branch(step));
    accounts.sort_by_key(|(_, steps)| (!loses(steps), !of_branch(steps)));
    let few = plan.steps.len() <= FEW;
    accounts
        .into_iter()
        .map(|(account, steps)| {
            let mut remark = String::new();
            if plan.names.contains_key(account) {
                remark.push_str(&escape::clipped(account.as_str(), 80));
            }
            remark.push_str(": ");
            remark.push_str(&actions(&steps));
            Part {
                title: name(plan, account),
                remark: remark.trim_start_matches(": ").to_owned(),
                fold: Some(few),
                entries: steps.iter().map(|step| step_entry(step, plan)).collect(),
            }
        })
        .collect()
}

/// `1 RELEASE, 2 update`.
fn actions(steps: &[&Step]) -> String {
    let mut counts: Vec<(Action, usize)> = Vec::new();
    for step in steps {
        match counts.iter_mut().find(|(action, _)| *action == step.action) {
            Some((_, count)) => *count += 1,
            None => counts.push((step.action, 1)),
        }
    }
    counts.sort_by_key(|(action, _)| (!action.is_destructive(), *action));
    let said: Vec<String> = counts
        .into_iter()
        .map(|(action, count)| format!("{count} {}", verb(action)))
        .collect();
    said.join(", ")
}

fn verb(action: Action) -> String {
    match action.is_destructive() {
        true => action.name().to_uppercase(),
        false => action.name().to_owned(),
    }
}

/// An account as people call it.
pub(super) fn name(plan: &Plan, account: &AccountId) -> String {
    let name = plan.names.get(account).map(String::as_str);
    escape::clipped(name.unwrap_or(account.as_str()), 80)
}

/// What a kind of step is called where it is counted.
const fn counted(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Recover => ("recovery", "recoveries"),
        Action::Activate => ("activation", "activations"),
        Action::SubmitActivation => ("submission from hold", "submissions from hold"),
        Action::SubmitPort => ("order of a port", "orders of ports"),
        Action::UpdatePort => ("change of a port", "changes of ports"),
        Action::TriggerPort => ("trigger of a port", "triggers of ports"),
        Action::Update => ("update", "updates"),
        Action::AcceptE911Correction => ("E911 correction to accept", "E911 corrections to accept"),
        Action::KeepE911Original => ("E911 original to keep", "E911 originals to keep"),
        Action::CancelActivation => ("cancelled activation", "cancelled activations"),
        Action::CancelPort => ("CANCELLED port", "CANCELLED ports"),
        Action::Release => ("RELEASE", "RELEASES"),
    }
}

fn rank(step: &Step) -> Rank {
    let emergency = match step.action {
        Action::AcceptE911Correction | Action::KeepE911Original => true,
        Action::Release | Action::CancelActivation | Action::CancelPort => {
            return Rank::Destructive;
        }
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::Update => false,
    };
    let moves_911 =
        |path: &str| path.starts_with("e911Address") || path.starts_with("customerServiceRecord");
    let moved = emergency || step.changes.iter().any(|change| moves_911(&change.path));
    match (is_of_branch(step), moved) {
        (true, true) => Rank::Emergency,
        (true, false) => Rank::Change,
        (false, true) => Rank::OthersEmergency,
        (false, false) => Rank::OthersChange,
    }
}

/// Whether the branch has a part in it, as far as a base was named.
fn is_of_branch(step: &Step) -> bool {
    let origins = origin::members(step);
    origins.is_empty() || origins.contains_key(&Origin::Branch)
}

/// One step, its changes below it.
pub(super) fn step_entry(step: &Step, plan: &Plan) -> Entry {
    let mut text = format!("- **{}** {}", verb(step.action), numbers(&step.numbers, 20));
    let port = step.port.as_ref().and_then(|port| port.name.as_deref());
    if let Some(port) = port {
        text.push_str(&format!(
            " port {}",
            escape::text(&escape::clipped(port, 80))
        ));
    }
    if !step.source.file.is_empty() {
        let place = format!(
            "{}:{}",
            escape::clipped(&step.source.file, 120),
            step.source.line
        );
        text.push_str(&format!(" · {}", escape::code(&place)));
    }
    if let Some(origin) = origin::said(step, escape::code) {
        text.push_str(&format!(" · _{origin}_"));
    }
    text.push('\n');
    for styled in saved_lines(step, plan) {
        let said = lines::line(&styled);
        if !said.is_empty() {
            text.push_str(&format!("  - {said}\n"));
        }
    }
    Entry {
        rank: rank(step),
        what: counted(step.action),
        account: step.account.to_string(),
        text,
    }
}

/// Numbers as a reader can take them in.
pub(super) fn numbers(numbers: &[PhoneNumber], most: usize) -> String {
    let mut said: Vec<String> = numbers
        .iter()
        .take(most)
        .map(|number| escape::code(&number.spaced()))
        .collect();
    if numbers.len() > most {
        said.push(format!("{} more", numbers.len() - most));
    }
    said.join(", ")
}

fn given_up(plan: &Plan) -> Part {
    let entries = plan
        .notes
        .iter()
        .filter(|note| origin::is_given_up(note))
        .map(|note| Entry {
            rank: Rank::Warning,
            ..note_entry(note, plan)
        })
        .collect();
    Part::plain("No longer declared by this branch", entries)
}

pub(super) fn notes(plan: &Plan, kind: NoteKind) -> Part {
    let entries: Vec<Entry> = plan
        .notes
        .iter()
        .filter(|note| note.kind == kind && !origin::is_given_up(note))
        .map(|note| note_entry(note, plan))
        .collect();
    let count = match count_of(plan, kind) {
        1 => "1 number".to_owned(),
        count => format!("{count} numbers"),
    };
    match kind {
        NoteKind::Blocked => Part::plain("Blocked: a person must act", entries),
        NoteKind::Warning => Part::plain("Warnings", entries),
        NoteKind::Waiting => Part::folded("Waiting", &format!("{count}: time will do it"), entries),
        NoteKind::Deferred => Part::folded(
            "Deferred",
            &format!("{count}: comes later by itself"),
            entries,
        ),
        NoteKind::Unmanaged => Part::folded("Unmanaged", &format!("{count}: left alone"), entries),
    }
}

/// Numbers that notes of a kind are about, each once.
fn count_of(plan: &Plan, kind: NoteKind) -> usize {
    let numbers: BTreeSet<&PhoneNumber> = plan
        .notes
        .iter()
        .filter(|note| note.kind == kind && !origin::is_given_up(note))
        .flat_map(|note| &note.numbers)
        .collect();
    numbers.len()
}

fn note_entry(note: &Note, plan: &Plan) -> Entry {
    let Note {
        kind,
        account,
        numbers: about,
        reason,
        help,
        until,
        origin,
    } = note;
    let (rank, what) = match kind {
        NoteKind::Blocked => (Rank::Blocked, ("blocked entry", "blocked entries")),
        NoteKind::Warning => (Rank::Warning, ("warning", "warnings")),
        NoteKind::Waiting => (Rank::Waiting, ("waiting entry", "waiting entries")),
        NoteKind::Deferred => (Rank::Deferred, ("deferred entry", "deferred entries")),
        NoteKind::Unmanaged => (Rank::Unmanaged, ("unmanaged entry", "unmanaged entries")),
    };
    let mut text = format!("- {}", numbers(about, 8));
    if !about.is_empty() {
        text.push(' ');
    }
    text.push_str(&format!("({})", escape::text(&name(plan, account))));
    match origin {
        Some(Origin::Branch) => text.push_str(" · _by this branch_"),
        Some(Origin::Drift | Origin::Pending) | None => {}
    }
    text.push_str(&format!("  \n  {}", escape::prose(reason)));
    if let Some(until) = until {
        text.push_str(&format!(" (until {})", escape::text(until)));
    }
    text.push('\n');
    if let Some(help) = help {
        text.push_str(&way_out(help));
    }
    Entry {
        rank,
        what,
        account: account.to_string(),
        text,
    }
}

/// The way out, below an entry; what of it is YAML to paste in a block.
pub(super) fn way_out(help: &str) -> String {
    let lines: Vec<&str> = help.lines().collect();
    let indented = |at: usize| lines.get(at).is_some_and(|line| line.starts_with("  "));
    let is_yaml = |at: usize| {
        indented(at) || (indented(at + 1) && lines.get(at).is_some_and(|l| l.ends_with(':')))
    };
    let mut text = String::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if is_yaml(at) {
            let block: Vec<&str> = (at..)
                .take_while(|at| is_yaml(*at))
                .filter_map(|at| lines.get(at).copied())
                .collect();
            at += block.len();
            text.push_str(&format!(
                "\n{}\n",
                escape::fenced(&block.join("\n"), "yaml", "    ")
            ));
            continue;
        }
        match text.is_empty() {
            true => text.push_str(&format!("  - → {}\n", escape::prose(line))),
            false => text.push_str(&format!("    {}\n", escape::prose(line))),
        }
        at += 1;
    }
    text
}

/// How to apply it, and what that would say.
fn foot(plan: &Plan, options: &Options) -> Vec<String> {
    // One of several parts, or one that was merged of them, is not applied like this.
    if plan.steps.is_empty() || plan.is_refused() || plan.merged.is_some() {
        return Vec::new();
    }
    let mut command = "alz apply".to_owned();
    if plan.environment != "default" {
        command.push_str(&format!(" --env {}", shell(&plan.environment)));
    }
    if let Some(saved) = &options.saved {
        command.push_str(&format!(" {}", shell(saved)));
    }
    let mut lifts: Vec<String> = plan
        .guards
        .iter()
        .map(|tripped| format!(" --allow {}={}", shell(&tripped.guard), tripped.allow))
        .collect();
    lifts.sort();
    lifts.dedup();
    command.extend(lifts);
    if command.len() > 400 {
        return Vec::new();
    }
    vec![format!("Apply it with {}", escape::code(&command))]
}

/// A word of a shell's line.
fn shell(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._/=-".contains(letter);
    match word.chars().all(plain) && !word.is_empty() && !word.starts_with('-') {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// Where all of it can be seen.
fn whole(plan: &Plan, options: &Options) -> String {
    match &options.saved {
        Some(saved) => format!(
            "The saved plan ({}) has all of it.",
            escape::code(&escape::clipped(saved, 80))
        ),
        None => format!(
            "{} shows all of it.",
            escape::code(&format!(
                "alz plan --env {}",
                shell(&escape::clipped(&plan.environment, 60))
            ))
        ),
    }
}
