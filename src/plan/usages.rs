//! Who sends 911 calls out with a number: told before it is given up, or before
//! help is sent somewhere else for it.

use crate::model::{PhoneNumber, Usages};
use crate::plan::Context;
use crate::plan::checks::{Checks, Question};

use super::saying::Saying;

/// What becomes of the number for those who call 911 with it.
#[derive(Clone, Copy)]
pub(super) enum Becomes {
    /// It leaves the account.
    Released,
    /// Its address changes.
    Moved,
}

/// How many users are named; the rest are counted.
const NAMED: usize = 8;

/// The question, while it is unanswered, or what its answer gives to say.
/// `--no-verify` asks nothing.
pub(super) fn usages(
    number: PhoneNumber,
    becomes: Becomes,
    context: &Context,
    checks: &Checks,
) -> (Option<Question>, Option<Saying>) {
    if !context.verify {
        return (None, None);
    }
    match checks.usages(number) {
        None => (Some(Question::Usages { number }), None),
        Some(Usages::Users(users)) if users.is_empty() => (None, None),
        Some(Usages::Users(users)) => (None, Some(used(users, becomes))),
        Some(Usages::Unknown { why }) => (
            None,
            Some(
                Saying::warning(format!(
                    "who sends 911 calls out with it is not known: {why}"
                ))
                .help("make sure that nobody's emergency calls depend on it as it is now"),
            ),
        ),
    }
}

fn used(users: &[String], becomes: Becomes) -> Saying {
    let mut users: Vec<&str> = users.iter().map(String::as_str).collect();
    users.sort_unstable();
    let (noun, verb) = match users.len() {
        1 => ("user", "sends"),
        _ => ("users", "send"),
    };
    let rest = match users.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    users.truncate(NAMED);
    let who = format!(
        "{noun} {}{rest} {verb} 911 calls out with it",
        users.join(", ")
    );
    match becomes {
        Becomes::Released => Saying::warning(format!("{who}, and it is about to be released"))
            .help("give them another emergency number first, one whose address is where they are"),
        Becomes::Moved => Saying::warning(format!("{who}, and this changes those calls"))
            .help("make sure that it is right for where they are"),
    }
}
