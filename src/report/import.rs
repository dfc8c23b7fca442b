//! What an import wrote, what it could not say, and what is to be done next.

use serde_json::{Value, json};

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
    /// By id.
    pub accounts: Vec<ImportedAccount>,
    /// Files that no glob of alz.yaml matches.
    pub unread: Vec<String>,
}

/// An account that was imported.
#[derive(Clone, Debug)]
pub struct ImportedAccount {
    pub account: AccountId,
    pub name: Option<String>,
    /// The file that was written; none where there was nothing to write.
    pub file: Option<String>,
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
            numbers: Vec::new(),
            ports: Vec::new(),
            secrets: Vec::new(),
            left_out: Vec::new(),
            unsaid: Vec::new(),
            differing: Vec::new(),
        }
    }
}

/// For people.
pub fn import_human(document: &ImportDocument) -> String {
    let mut text = String::new();
    for account in &document.accounts {
        text.push_str(&of_account(account, document.merge));
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
        if files > 0 { " Next: alz plan" } else { "" }
    ));
    text
}

fn of_account(account: &ImportedAccount, merge: bool) -> String {
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
            let done = if merge { "added to" } else { "wrote" };
            format!(
                "  {GOOD}{done}{GOOD:#} {}  {what}  {FAINT}{who}{FAINT:#}\n",
                words::clean(file)
            )
        }
        None if merge => format!("  {FAINT}nothing is missing:{FAINT:#} {who}\n"),
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

/// For a comment or a summary of a pipeline.
pub fn import_markdown(document: &ImportDocument) -> String {
    let cell = |text: &str| words::clean(text).replace('|', "\\|");
    let mut text = String::from("| account | file | numbers | ports |\n|---|---|---|---|\n");
    for account in &document.accounts {
        let name = account.name.as_deref().unwrap_or(account.account.as_str());
        let file = account
            .file
            .as_deref()
            .map_or("–".to_owned(), |file| format!("`{}`", cell(file)));
        text.push_str(&format!(
            "| {} | {file} | {} | {} |\n",
            cell(name),
            account.numbers.len(),
            account.ports.len()
        ));
    }
    let secrets = secrets(document);
    if !secrets.is_empty() {
        text.push_str("\nTo be set before anything of their ports is sent again:\n\n");
        for (variable, what) in secrets {
            text.push_str(&format!("- `{variable}`: {what}\n"));
        }
    }
    let mut left: Vec<String> = Vec::new();
    for account in &document.accounts {
        let numbers = account.left_out.iter();
        left.extend(numbers.map(|(number, why)| format!("- {number}: {}\n", cell(why))));
        let members = account.unsaid.iter();
        left.extend(members.map(|(path, why)| format!("- `{path}`: {}\n", cell(why))));
    }
    if !left.is_empty() {
        text.push_str("\nLeft out:\n\n");
        text.push_str(&left.concat());
    }
    text
}

/// The JSON document.
pub fn import_json(document: &ImportDocument) -> String {
    let accounts: Vec<Value> = document.accounts.iter().map(account_json).collect();
    let document = json!({
        "formatVersion": FORMAT_VERSION,
        "environment": document.environment,
        "partition": document.partition,
        "merge": document.merge,
        "accounts": accounts,
        "unreadFiles": document.unread,
    });
    format!("{document:#}\n")
}

fn account_json(account: &ImportedAccount) -> Value {
    let ImportedAccount {
        account,
        name,
        file,
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
        "numbers": numbers,
        "ports": ports,
        "secrets": secrets,
        "leftOut": left_out,
        "differing": differing,
    })
}
