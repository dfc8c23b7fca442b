//! Numbers put into an account file: which of its documents is meant, and that
//! what comes out is the same file with exactly these numbers more.

use super::{Fault, Fresh, insert};
use crate::desired::problem::Problem;
use crate::desired::{load, read};
use crate::model::{AccountId, PhoneNumber};

use jiff::civil::Date;

/// Why numbers can't be put into a file.
#[derive(Debug)]
pub enum Refused {
    /// The file has errors; before anything is added they are to be mended.
    Unsound(Vec<Problem>),
    /// With the numbers it would have these.
    WouldBreak(Vec<Problem>),
    /// No document of it is of that account. The accounts that it has.
    NoAccount(Vec<AccountId>),
    /// Several documents might be meant. Their accounts.
    Several(Vec<AccountId>),
    /// The text can't be edited.
    Fault(Fault),
}

/// The file's text with `numbers` under `numbers:` of the account's document
/// (of its only one where no account is named), each `{}`: its defaults say the
/// rest. `text` may begin with a byte order mark.
pub fn add(
    file: &str,
    text: &str,
    account: Option<&AccountId>,
    numbers: &[PhoneNumber],
    today: Date,
) -> Result<String, Refused> {
    let sound = |text: &str| -> Vec<Problem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut problems = load::problems_of(file, text, today);
        problems.retain(Problem::is_error);
        problems
    };
    let errors = sound(text);
    if !errors.is_empty() {
        return Err(Refused::Unsound(errors));
    }
    let document = document(file, text, account)?;
    let members: Vec<(String, Fresh)> = numbers
        .iter()
        .map(|number| (number.to_string(), Fresh::Empty))
        .collect();
    let edited = insert(text, document, &["numbers"], &members).map_err(Refused::Fault)?;
    let errors = sound(&edited);
    if !errors.is_empty() {
        return Err(Refused::WouldBreak(errors));
    }
    Ok(edited)
}

/// Which document is meant, empty ones not counted.
fn document(file: &str, text: &str, account: Option<&AccountId>) -> Result<usize, Refused> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (located, _) = read::located(file, text);
    let accounts: Vec<AccountId> = located
        .iter()
        .filter_map(|document| document.value.as_ref())
        .map(|document| document.account.clone())
        .collect();
    let mut meant = accounts
        .iter()
        .enumerate()
        .filter(|(_, id)| account.is_none_or(|account| account == *id))
        .map(|(index, _)| index);
    match (meant.next(), meant.next()) {
        (Some(index), None) => Ok(index),
        (Some(_), Some(_)) => Err(Refused::Several(accounts)),
        (None, _) => Err(Refused::NoAccount(accounts)),
    }
}
