//! What an import wrote, what it could not say, and what is to be done next.

use serde_json::{Value, json};

use super::markdown::escape;
use super::style::{FAINT, GOOD, WARN};
use super::words;
use crate::model::{AccountId, PartitionId, PhoneNumber};
use crate::plan::document::FORMAT_VERSION;

/// What was imported.
#[derive(Clone, Debug)]
pub struct ImportDocument {
    pub environment: String,
    pub partition: PartitionId,
    /// Into files that were there.
    pub merge: bool,
    /// Nothing was written.
    pub dry_run: bool,
    /// By id.
    pub accounts: Vec<ImportedAccount>,
    /// Accounts that could not be read or written, by id.
    pub failed: Vec<FailedAccount>,
    /// Accounts that were not read, for the run ended before.
    pub not_reached: Vec<AccountId>,
    /// Somebody ended the run.
    pub interrupted: bool,
    /// Numbers that were asked for and are on none of the accounts.
    pub not_found: Vec<String>,
    /// Files that no glob of alz.yaml matches.
    pub unread: Vec<String>,
}

/// An account for which nothing was written.
#[derive(Clone, Debug)]
pub struct FailedAccount {
    pub account: AccountId,
    pub name: Option<String>,
    pub why: String,
}

/// An account that was imported.
#[derive(Clone, Debug)]
pub struct ImportedAccount {
    pub account: AccountId,
    pub name: Option<String>,
    /// The file that was written; none where there was nothing to write.
    pub file: Option<String>,
    /// The file was not there before.
    pub is_new: bool,
    /// What was written of it.
    pub numbers: Vec<PhoneNumber>,
    pub ports: Vec<String>,
    /// Variables that the file refers to.
    pub secrets: Vec<ImportedSecret>,
    /// Numbers of the listing that are not in the file, with the reason.
    pub left_out: Vec<(PhoneNumber, String)>,
    /// Members that the file does not speak of, with the reason.
    pub unsaid: Vec<(String, String)>,
    /// Numbers that the files declared before and that differ from the platform.
    pub differing: Vec<PhoneNumber>,
}

/// A variable that is to be set.
#[derive(Clone, Debug)]
pub struct ImportedSecret {
    pub port: String,
    pub member: String,
    pub variable: String,
}

impl ImportedAccount {
    /// An account of which nothing was written.
    pub fn new(account: AccountId, name: Option<String>) -> Self {
        Self {
            account,
            name,
            file: None,
            is_new: false,
            numbers: Vec::new(),
            ports: Vec::new(),
            secrets: Vec::new(),
            left_out: Vec::new(),
            unsaid: Vec::new(),
            differing: Vec::new(),
        }
    }

    /// There is nothing to be told of it.
    pub fn is_idle(&self) -> bool {
        self.file.is_none() && self.left_out.is_empty() && self.unsaid.is_empty()
    }
}

/// For people.
pub fn import_human(document: &ImportDocument) -> String {
    let mut text = String::new();
    for account in &document.accounts {
        text.push_str(&of_account(account, document));
    }
    let secrets = secrets(document);
    if !secrets.is_empty() {
        text.push_str("\nTo be set before anything of their ports is sent again:\n");
        let width = secrets
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or(0);
        for (variable, what) in secrets {
            text.push_str(&format!("  {variable:width$}  {what}\n"));
        }
    }
    if !document.unread.is_empty() {
        text.push_str(&format!(
            "\n{WARN}No plan reads{WARN:#} {}: no glob under `accounts:` of alz.yaml matches.\n",
            words::clean(&document.unread.join(", "))
        ));
    }
    let numbers: usize = document.accounts.iter().map(|a| a.numbers.len()).sum();
    let files = document
        .accounts
        .iter()
        .filter(|a| a.file.is_some())
        .count();
    text.push_str(&format!(
        "\n{} in {}.{}\n",
        counted(numbers, "number"),
        counted(files, "file"),
        match document.dry_run {
            true => " Nothing was written.",
            false if files > 0 => " Next: alz plan",
            false => "",
        }
    ));
    text
}

fn of_account(account: &ImportedAccount, document: &ImportDocument) -> String {
    let who = match &account.name {
        Some(name) => format!("{} {}", words::clean(name), account.account),
        None => account.account.to_string(),
    };
    let mut text = match &account.file {
        Some(file) => {
            let mut what = counted(account.numbers.len(), "number");
            if !account.ports.is_empty() {
                what.push_str(&format!(", {}", counted(account.ports.len(), "port")));
            }
            let done = match (document.dry_run, account.is_new) {
                (false, true) => "wrote",
                (false, false) => "added to",
                (true, true) => "would write",
                (true, false) => "would add to",
            };
            format!(
                "  {GOOD}{done}{GOOD:#} {}  {what}  {FAINT}{who}{FAINT:#}\n",
                words::clean(file)
            )
        }
        None if document.merge => format!("  {FAINT}nothing is missing:{FAINT:#} {who}\n"),
        None => format!("  {FAINT}no file, for there is no number to declare:{FAINT:#} {who}\n"),
    };
    for (number, why) in &account.left_out {
        text.push_str(&format!(
            "      {} is left out: {}\n",
            number.spaced(),
            words::clean(why)
        ));
    }
    for (path, why) in &account.unsaid {
        text.push_str(&format!(
            "      {path} is left out: {}\n",
            words::clean(why)
        ));
    }
    if !account.differing.is_empty() {
        text.push_str(&format!(
            "      {} declared before differ from the platform: alz plan shows how\n",
            counted(account.differing.len(), "number")
        ));
    }
    text
}

fn secrets(document: &ImportDocument) -> Vec<(String, String)> {
    let accounts = document.accounts.iter();
    accounts
        .flat_map(|account| {
            account.secrets.iter().map(|secret| {
                let file = account.file.as_deref().unwrap_or_default();
                let what = format!(
                    "{} of {} ({})",
                    secret.member,
                    secret.port,
                    words::clean(file)
                );
                (secret.variable.clone(), what)
            })
        })
        .collect()
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// For a comment or a summary of a pipeline. The names and words in it are other
/// people's.
pub fn import_markdown(document: &ImportDocument) -> String {
    let cell = escape::text;
    let mut text = String::from("| account | file | numbers | ports |\n|---|---|---|---|\n");
    for account in &document.accounts {
        let name = account.name.as_deref().unwrap_or(account.account.as_str());
        let file = account.file.as_deref().map_or("–".to_owned(), escape::code);
        text.push_str(&format!(
            "| {} | {file} | {} | {} |\n",
            cell(name),
            account.numbers.len(),
            account.ports.len()
        ));
    }
    let secrets = secrets(document);
    let secrets = secrets
        .iter()
        .map(|(variable, what)| format!("{}: {}", escape::code(variable), cell(what)));
    section(
        &mut text,
        "To be set before anything of their ports is sent again",
        secrets,
    );
    let left_out = document.accounts.iter().flat_map(|account| {
        let numbers = account.left_out.iter();
        let numbers = numbers.map(|(number, why)| format!("{number}: {}", cell(why)));
        let members = account.unsaid.iter();
        let members = members.map(|(path, why)| format!("{}: {}", escape::code(path), cell(why)));
        numbers.chain(members).collect::<Vec<_>>()
    });
    section(&mut text, "Left out", left_out);
    let failed = document.failed.iter().map(|failed| {
        let name = failed.name.as_deref().unwrap_or(failed.account.as_str());
        format!("{}: {}", cell(name), cell(&failed.why))
    });
    section(&mut text, "Nothing was written for", failed);
    if !document.not_reached.is_empty() {
        let rest = counted(document.not_reached.len(), "account");
        text.push_str(&format!("\nThe run ended before {rest} more.\n"));
    }
    if document.dry_run {
        text.push_str("\nNothing was written.\n");
    }
    text
}

/// A list under its heading, where it has anything in it.
fn section(text: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.map(|line| format!("- {line}\n")).collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n{heading}:\n\n{lines}"));
    }
}

/// The JSON document.
pub fn import_json(document: &ImportDocument) -> String {
    let accounts: Vec<Value> = document.accounts.iter().map(account_json).collect();
    let failed: Vec<Value> = document
        .failed
        .iter()
        .map(|FailedAccount { account, name, why }| {
            json!({ "account": account, "name": name, "reason": why })
        })
        .collect();
    let document = json!({
        "formatVersion": FORMAT_VERSION,
        "environment": document.environment,
        "partition": document.partition,
        "merge": document.merge,
        "dryRun": document.dry_run,
        "accounts": accounts,
        "failed": failed,
        "notReached": document.not_reached,
        "interrupted": document.interrupted,
        "notFound": document.not_found,
        "unreadFiles": document.unread,
    });
    format!("{document:#}\n")
}

fn account_json(account: &ImportedAccount) -> Value {
    let ImportedAccount {
        account,
        name,
        file,
        is_new,
        numbers,
        ports,
        secrets,
        left_out,
        unsaid,
        differing,
    } = account;
    let secrets: Vec<Value> = secrets
        .iter()
        .map(|secret| json!({ "port": secret.port, "member": secret.member, "env": secret.variable }))
        .collect();
    let left_out = left_out.iter();
    let left_out: Vec<Value> = left_out
        .map(|(number, why)| json!({ "number": number, "reason": why }))
        .chain(
            unsaid
                .iter()
                .map(|(path, why)| json!({ "path": path, "reason": why })),
        )
        .collect();
    json!({
        "account": account,
        "name": name,
        "file": file,
        "isNew": is_new,
        "numbers": numbers,
        "ports": ports,
        "secrets": secrets,
        "leftOut": left_out,
        "differing": differing,
    })
}
