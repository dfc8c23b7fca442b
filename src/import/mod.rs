//! From an account as it is to the file that a person would have written.
//!
//! A file that was exported is read, reviewed and kept by people from then on.
//! So it says each address once, in `defaults` or under a name, says in comments
//! what is under way, and leaves out what nobody should ask for. And it must
//! change nothing: a plan made right after it has no step.
//!
//! Three stages, each a function of the one before. [`target`] decides what is
//! said of every number and port; what the rules of [`crate::desired`] would
//! refuse is left out of it, with the reason. [`defaults`] and [`layout`] decide how
//! it is said: what all share, what is an alias of what. [`yaml`] writes it down.
//! [`merge`] takes the first stage's result into a file that is there already.
//!
//! Whether a plan of the file has a step is for the caller to try, who has a
//! planner; what it finds goes back in by [`Account::leave_out`].

mod address;
mod comments;
mod defaults;
mod known;
mod layout;
pub mod merge;
mod names;
mod omit;
mod port;
mod speaking;
mod spelling;
mod target;
mod yaml;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::desired::problem::Problem;
use crate::desired::{load, merge as merged, read};
use crate::model::{DesiredAccount, SourceId};

pub use comments::clean;
pub use names::file_names;
pub use target::{Account, From, LeftOut, Secret, Unsaid, account};

/// Rounds of leaving out what the rules refuse; each takes at least one thing
/// out of every faulty object, and an object has no more members than this.
const ROUNDS: usize = 40;

/// Takes out of it what a file must not say (D1 to D47), with the reasons. The
/// errors that stay are about the account itself.
pub fn settle(account: &mut Account, today: Date) -> Result<(), Vec<Problem>> {
    for _ in 0..ROUNDS {
        let errors = errors(&layout::plain(account), today);
        if errors.is_empty() {
            return Ok(());
        }
        if !leave_out(account, &errors, |_| true) {
            return Err(errors);
        }
    }
    Err(errors(&layout::plain(account), today))
}

/// Takes out what these are about, as far as they are `ours`; false where
/// nothing could be. Of one object only the first is heeded: the others may
/// have gone with what it takes out.
pub fn leave_out(
    account: &mut Account,
    problems: &[Problem],
    ours: impl Fn(&Problem) -> bool,
) -> bool {
    let mut helped = false;
    let mut heeded: BTreeSet<String> = BTreeSet::new();
    for problem in problems.iter().filter(|problem| ours(problem)) {
        if heeded.insert(object_of(&problem.path)) {
            helped |= account.leave_out(&problem.path, &problem.code, &problem.message);
        }
    }
    helped
}

/// The object in which a path ends: `numbers.18015551212.e911Address`.
pub fn object_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').take(3).collect();
    parts.join(".")
}

/// The file's text. `head` are the lines of comment at its top, without `# `.
pub fn text(account: &Account, head: &[String], today: Date) -> String {
    let body = layout::shared(account);
    // What is said twice by the same words is sound as what is said once; were
    // it ever not, long and right is better.
    let body = match errors(&body, today).is_empty() && says_the_same(&body, account) {
        true => body,
        false => layout::plain(account),
    };
    let head: String = head.iter().map(|line| comments::line(line, 0)).collect();
    format!("{head}{body}")
}

fn errors(text: &str, today: Date) -> Vec<Problem> {
    let mut problems = load::problems_of("", text, today);
    problems.retain(Problem::is_error);
    problems
}

/// What a text of one document asks for, its defaults merged in.
pub fn desired(text: &str) -> Option<DesiredAccount> {
    let document = match read::fast(text) {
        Some(documents) => documents.into_iter().next()?,
        None => read::located("", text).0.into_iter().next()?.value?,
    };
    let source = SourceId(0);
    let (numbers, ports) = merged::document(&document, source);
    Some(DesiredAccount {
        account: document.account,
        name: document.name.map(|name| name.to_string()),
        prune: document.prune.value() == Some(&true),
        numbers: numbers.into_iter().collect(),
        ports,
        source,
    })
}

/// Sharing has neither lost a number or port nor brought one in.
fn says_the_same(text: &str, account: &Account) -> bool {
    desired(text).is_some_and(|desired| {
        desired.numbers.keys().eq(account.numbers.keys())
            && desired.ports.iter().all(|port| {
                account
                    .ports
                    .get(&port.name)
                    .is_some_and(|own| own.numbers == port.numbers)
            })
    })
}
