//! A few files judged among many: what a pre-commit hook asks for.
//!
//! A number may stand in one place of all files, so the others can't be left
//! unread. But they need not be parsed: what does not mention a number or an
//! account of the files asked for can't contradict them. Every file's text is
//! gone through for these, by a search that errs on the side of finding, and only
//! what mentions one is judged as well. So the answer about the files asked for
//! is that of a run over everything; what is wrong between two other files is
//! that run's to tell.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::find::{self, Source};
use super::load::{self, Gathered, LoadRequest, Read};
use super::policy::Policies;
use super::problem::{Problem, code, in_order};
use super::settings;
use crate::model::AccountId;

/// What a check of a few files found.
#[derive(Debug)]
pub struct Checked {
    /// In order; about the files asked for, and what keeps them from being checked.
    pub problems: Vec<Problem>,
    /// Numbers that the files asked for declare.
    pub numbers: usize,
    /// The files asked for, as they are shown.
    pub files: Vec<String>,
}

/// Judges the files of the request that are `asked`, which its globs need not match.
pub fn check(request: &LoadRequest<'_>, asked: &[PathBuf]) -> Checked {
    let (found, mut problems) = find::expand(request.root, request.globs);
    let (files, others) = parted(request.root, found, asked, &mut problems);
    let (policies, of_policies) = Policies::load(request.root, request.policies);
    problems.extend(of_policies);

    let mut own = load::each(&files, |file| {
        load::read_one(file, &policies, request.today)
    });
    let overlooked = load::overlooked(request, files.iter().chain(&others));
    let accounts = own.iter().flat_map(|read| &read.documents);
    let accounts = accounts.map(|document| &document.account);
    let named = Named {
        accounts: accounts.chain(overlooked.accounts()).cloned().collect(),
        numbers: own
            .iter()
            .flat_map(|read| &read.documents)
            .flat_map(|document| &document.numbers)
            .map(|number| number.as_u64())
            .collect(),
    };
    let numbers = own
        .iter()
        .flat_map(|read| &read.documents)
        .map(|document| document.numbers.len())
        .sum();
    for read in &mut own {
        problems.append(&mut read.problems);
    }
    // What the others say of themselves is not asked for, unless it keeps the
    // files from being held against them.
    let mut of_others = load::each(&others, |file| other(file, &named, request));
    for read in &mut of_others {
        let hides = |problem: &Problem| {
            matches!(
                problem.code.as_str(),
                code::UNREADABLE | code::CONFIG | code::SYNTAX | code::ALIAS_BOMB
            )
        };
        read.problems
            .retain(|problem| problem.is_error() && hides(problem));
        problems.append(&mut read.problems);
    }
    let shown: Vec<String> = files.iter().map(|file| file.shown.clone()).collect();
    // Of two declarations the second is at fault: that shall be the one asked for.
    let all: Vec<Source> = others.into_iter().chain(files).collect();
    let gathered = Gathered::new(of_others.into_iter().chain(own));
    let mut between = Vec::new();
    overlooked.judge(&gathered.documents, &mut between);
    let (_, _, found) = gathered.judged(&all);
    between.extend(found);
    between.retain(|problem| {
        problem.file == settings::FILE
            || matches!(problem.code.as_str(), code::UNREADABLE | code::CONFIG)
            || shown.contains(&problem.file)
    });
    problems.extend(between);
    in_order(&mut problems);
    Checked {
        problems,
        numbers,
        files: shown,
    }
}

/// The files asked for, and the others. A file may be asked for by another path
/// than the globs find it by; one that they don't find is judged all the same.
fn parted(
    root: &Path,
    found: Vec<Source>,
    asked: &[PathBuf],
    problems: &mut Vec<Problem>,
) -> (Vec<Source>, Vec<Source>) {
    let mut files: Vec<Source> = Vec::new();
    let mut others = found;
    for path in asked {
        let source = find::source(root, &root.join(path));
        let mut take = |is_it: &dyn Fn(&Source) -> bool| {
            let at = others.iter().position(is_it);
            at.map(|at| files.push(others.remove(at))).is_some()
        };
        // To look where each of a thousand files really lies takes its time.
        if take(&|other| other.path == source.path) {
            continue;
        }
        match source.real().filter(|_| source.path.is_file()) {
            None => problems.push(load::no_such_file(&source)),
            Some(real) => {
                let is_it = |other: &Source| other.real().as_ref() == Some(&real);
                if !take(&is_it) && !files.iter().any(is_it) {
                    files.push(source);
                }
            }
        }
    }
    files.sort();
    (files, others)
}

fn other(file: &Source, named: &Named, request: &LoadRequest<'_>) -> Read {
    let text = match load::text_of(file) {
        Ok(text) => text,
        Err(problem) => return Read::of(*problem),
    };
    match named.in_text(&text) {
        // A policy's word on it is not asked for.
        true => load::judge(&file.shown, &text, &Policies::default(), request.today),
        false => Read::default(),
    }
}

/// What the files asked for name.
struct Named {
    accounts: HashSet<AccountId>,
    numbers: HashSet<u64>,
}

/// Ten digits, and the country's code before them.
const TEN: u64 = 10_000_000_000;

impl Named {
    /// Whether a text may name any of it. Never says no of one that does: the
    /// spellings are those of `PhoneNumber::from_str` and more.
    fn in_text(&self, text: &str) -> bool {
        // An escape may stand for any character, and a key with `?` over several lines.
        if text.contains('\\') || text.contains("? ") || text.contains("?\n") {
            return true;
        }
        self.accounts
            .iter()
            .any(|account| text.contains(account.as_str()))
            || self.number_in(text.as_bytes())
    }

    fn number_in(&self, text: &[u8]) -> bool {
        // The last eleven digits of a run of digits and what people put between them.
        let (mut digits, mut count) = (0u64, 0usize);
        let mut broken = false;
        for byte in text {
            match byte {
                b'0'..=b'9' => {
                    if broken {
                        // A text that goes on in the next line may be one number.
                        return true;
                    }
                    digits = (digits % TEN) * 10 + u64::from(byte - b'0');
                    count += 1;
                }
                // Also all that is not ASCII: there are other spaces and hyphens.
                b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+' | 0x80.. => {}
                b'\n' | b'\r' => broken = count > 0,
                _ => {
                    if self.is_number(digits, count) {
                        return true;
                    }
                    (digits, count, broken) = (0, 0, false);
                }
            }
        }
        self.is_number(digits, count)
    }

    fn is_number(&self, digits: u64, count: usize) -> bool {
        count >= 10
            && (self.numbers.contains(&(TEN + digits % TEN))
                || (count >= 11 && self.numbers.contains(&digits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PhoneNumber;

    fn named(numbers: &[&str]) -> Named {
        let number = |text: &&str| -> u64 {
            let number: PhoneNumber = text.parse().expect("a number");
            number.as_u64()
        };
        Named {
            accounts: HashSet::from([AccountId::new("bRW8jpoCTGOaOIF5wqvSVg")]),
            numbers: numbers.iter().map(number).collect(),
        }
    }

    #[test]
    fn a_number_is_found_in_every_spelling_that_the_files_take() {
        let named = named(&["18015551212"]);
        for text in [
            "numbers:\n  \"18015551212\": {}\n",
            "numbers:\n  18015551212:\n",
            "numbers: { 8015551212: {} }",
            "numbers:\n  +1 801-555-1212: {}\n",
            "numbers:\n  '(801) 555-1212' : {}\n",
            "numbers:\n  1 (801) 555.1212: {}\n",
            "numbers:\n  801\u{a0}555\u{2011}1212: {}\n",
            "numbers:\n  &a1 18015551212: {}\n",
            "numbers: { \"1801\n  5551212\": {} }",
            "numbers:\n  \"\\u0031801555\\u0031212\": {}\n",
            "numbers:\n  ? >-\n    18015551212\n  : {}\n",
            "account: bRW8jpoCTGOaOIF5wqvSVg",
            "18015551212",
        ] {
            assert!(named.in_text(text), "{text}");
        }
    }

    #[test]
    fn what_names_none_of_them_is_not_parsed() {
        let named = named(&["18015551212"]);
        for text in [
            "account: other\nnumbers:\n  \"18015551213\": {}\n  18015551214: { unit: 5 }\n",
            "postalCode: \"84042\"\ncity: Lindon\nlatitude: \"40.332492\"\n",
            "id: x18015551212345y\n",
        ] {
            assert!(!named.in_text(text), "{text}");
        }
    }
}

#[cfg(test)]
#[path = "few_tests.rs"]
mod agreement;
