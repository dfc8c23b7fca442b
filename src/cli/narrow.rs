//! `--target` and `--shard`: what a run is restricted to, from the command
//! line, the environment, or the saved plan that it carries out.
//!
//! A share of the accounts is taken only where it was asked for by name:
//! `--shard`, else ALZ_SHARD. The variables that a pipeline sets by itself count
//! with `auto` alone, for a variable that happens to be there must never make a
//! plan silently smaller.

use std::path::PathBuf;

use super::fatal::Fatal;
use super::global::{Global, SHARD_VARIABLE};
use super::output::Output;
use crate::desired::{Repository, Target, Unmatched};
use crate::model::{PhoneNumber, Shard};
use crate::plan::Plan;

/// What a run is restricted to besides files.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    pub targets: Vec<Target>,
    pub shard: Option<Shard>,
}

/// The variables by which a system tells a job which of several it is: those of
/// the index and of the count, and the index of the first.
const SYSTEMS: [(&str, &str, &str, u32); 5] = [
    ("Kubernetes", "JOB_COMPLETION_INDEX", "ALZ_SHARDS", 0),
    ("GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
    ("CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    (
        "Buildkite",
        "BUILDKITE_PARALLEL_JOB",
        "BUILDKITE_PARALLEL_JOB_COUNT",
        0,
    ),
    (
        "Azure",
        "SYSTEM_JOBPOSITIONINPHASE",
        "SYSTEM_TOTALJOBSINPHASE",
        1,
    ),
];

/// How a shard is written.
const FORM: &str = "write it as I/N, the I-th of N counted from 1 (--shard 2/4), or auto for a job \
                    that is one of several";

impl Narrow {
    pub fn of(global: &Global) -> Result<Self, Fatal> {
        let mut targets = Vec::new();
        let mut wrong = Vec::new();
        for said in &global.target {
            match Target::parse(said) {
                Ok(target) => targets.push(target),
                Err(why) => wrong.push(format!("--target {said} is not understood: {why}")),
            }
        }
        if !wrong.is_empty() {
            return Err(Fatal::with_help(
                wrong.join("\n"),
                "a target is a number, an account (id or name), a file, or a pattern with * ? [ ] { } of these",
            ));
        }
        Ok(Self {
            targets,
            shard: asked_shard(global)?,
        })
    }

    /// That of a saved plan. What was said besides must be the same: a reviewed
    /// plan is carried out as it is, not a part of it.
    pub fn saved(self, plan: &Plan, repository: &Repository) -> Result<Self, Fatal> {
        if !self.targets.is_empty() && repository.lasting(&self.targets) != plan.targets {
            return Err(Fatal::with_help(
                match plan.targets.as_slice() {
                    [] => "the saved plan was made without --target, and is applied whole or not at all; nothing was sent".to_owned(),
                    targets => format!(
                        "the saved plan was made for other targets ({}); nothing was sent",
                        shown(targets)
                    ),
                },
                "leave --target out: a saved plan keeps its own; or make one with `alz plan --target … --out plan.json`",
            ));
        }
        let own = match plan.shard.as_deref().map(str::parse::<Shard>) {
            None => None,
            Some(Ok(shard)) => Some(shard),
            Some(Err(why)) => {
                return Err(Fatal::with_help(
                    format!("the saved plan's shard is not understood: {why}"),
                    "make a new one with `alz plan --out plan.json`",
                ));
            }
        };
        if let Some(asked) = self.shard
            && own != Some(asked)
        {
            return Err(Fatal::with_help(
                format!(
                    "this run is shard {asked}, the saved plan covers {}; nothing was sent",
                    match own {
                        None => "all accounts".to_owned(),
                        Some(own) => format!("shard {own}"),
                    }
                ),
                format!(
                    "give each shard the plan that was saved for it, or leave --shard and {SHARD_VARIABLE} out"
                ),
            ));
        }
        let targets = plan.targets.iter().map(|said| Target::parse(said));
        let targets = targets.collect::<Result<Vec<_>, _>>().map_err(|why| {
            Fatal::with_help(
                format!("a target of the saved plan is not understood: {why}"),
                "make a new one with `alz plan --out plan.json`",
            )
        })?;
        Ok(Self {
            targets,
            shard: own,
        })
    }

    /// Says that the rest is left out, where the result itself does not.
    pub fn tell(&self, accounts: usize, repository: &Repository, output: &Output) {
        if !self.targets.is_empty() {
            let targets = repository.lasting(&self.targets);
            output.say(&format!("Restricted to --target {}.", shown(&targets)));
        }
        self.tell_shard(accounts, repository, output);
    }

    /// Says how many accounts are this shard's.
    pub fn tell_shard(&self, accounts: usize, repository: &Repository, output: &Output) {
        if let Some(shard) = self.shard {
            output.say(&match (accounts, repository.len()) {
                (0, all) => {
                    format!("Shard {shard} holds none of the {all} accounts: nothing to do.")
                }
                (own, all) => format!("Shard {shard}: {own} of {all} accounts."),
            });
        }
    }
}

/// The share that was asked for, read with these variables.
fn shard(
    said: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Shard>, Fatal> {
    let Some(said) = said else {
        return Ok(None);
    };
    // As everywhere: an empty variable is one that is not set. But an option that
    // is empty had a variable behind it that nobody set: `--shard "$SHRAD"`
    // must not make each of four runners do the work of all.
    if said.trim().is_empty() {
        return match variable(SHARD_VARIABLE).as_deref() == Some(said) {
            true => Ok(None),
            false => Err(Fatal::with_help(
                "--shard is empty: which share of the accounts is meant is not known",
                format!("{FORM}; leave it out for all accounts"),
            )),
        };
    }
    let said = said.trim();
    if said == "auto" {
        return automatic(variable).map(Some);
    }
    said.parse()
        .map(Some)
        .map_err(|why| Fatal::with_help(format!("--shard {said} is not understood: {why}"), FORM))
}

fn automatic(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, Fatal> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let found: Vec<_> = SYSTEMS
        .iter()
        .filter_map(|system| Some((system, set(system.1)?)))
        .collect();
    let ((_, index_name, count_name, first), index) = match found.as_slice() {
        [one] => one,
        [] => {
            let known: Vec<String> = SYSTEMS
                .iter()
                .map(|(system, index, count, _)| format!("{index} and {count} ({system})"))
                .collect();
            return Err(Fatal::with_help(
                "--shard auto: no variable tells which of several jobs this is",
                format!(
                    "it looks for {}; elsewhere set {SHARD_VARIABLE}=I/N",
                    known.join(", ")
                ),
            ));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|((_, index, _, _), _)| *index).collect();
            return Err(Fatal::with_help(
                format!(
                    "--shard auto: {} are both set, and may tell two things",
                    names.join(" and ")
                ),
                format!("say which: --shard I/N, or {SHARD_VARIABLE}"),
            ));
        }
    };
    let Some(count) = set(count_name) else {
        return Err(Fatal::with_help(
            format!(
                "--shard auto: {index_name} is set, {count_name} is not: how many jobs there are is not known"
            ),
            format!("set {count_name} to the number of jobs (of an Indexed Job: its completions)"),
        ));
    };
    let number = |name: &str, value: &str| {
        value.trim().parse::<u32>().map_err(|_| {
            Fatal::with_help(
                format!("--shard auto: {name} is {value:?}, and no number"),
                FORM,
            )
        })
    };
    let index = number(index_name, index)?;
    let of = number(count_name, &count)?;
    // Shards are counted from 1, whatever the system counts from.
    let own = index
        .checked_sub(*first)
        .and_then(|index| index.checked_add(1))
        .unwrap_or(0);
    Shard::new(own, of).map_err(|why| {
        Fatal::with_help(
            format!("--shard auto: {index_name}={index} and {count_name}={of}: {why}"),
            FORM,
        )
    })
}

/// The shard that was asked for.
pub fn asked_shard(global: &Global) -> Result<Option<Shard>, Fatal> {
    shard(global.shard.as_deref(), &|name| std::env::var(name).ok())
}

/// Targets that name nothing, all of them.
pub fn nothing_named(unmatched: &[Unmatched], environment: &str, files: &[PathBuf]) -> Fatal {
    let within = match files {
        [] => format!("in environment {environment:?}"),
        _ => "in the files that were named".to_owned(),
    };
    let what: Vec<String> = unmatched
        .iter()
        .map(
            |Unmatched { said, near: _ }| match said.parse::<PhoneNumber>() {
                Ok(number) => format!("--target {said}: nothing {within} declares {number}"),
                // It can have been meant as nothing else.
                Err(why) if !said.contains(char::is_alphabetic) => {
                    format!("--target {said} names nothing {within}: {why}")
                }
                Err(_) => format!("--target {said} names nothing {within}"),
            },
        )
        .collect();
    let mut help: Vec<String> = unmatched
        .iter()
        .filter(|target| !target.near.is_empty())
        .map(|Unmatched { said, near }| format!("near {said}: {}", near.join(", ")))
        .collect();
    help.push(
        "a target is a declared number, an account (id or name), a file, or a pattern of these (1801555*, accounts/utah/**)"
            .to_owned(),
    );
    Fatal::with_help(what.join("\n"), help.join("\n  "))
}

/// A few in full, the rest counted.
fn shown(targets: &[String]) -> String {
    const SHOWN: usize = 5;
    let few: Vec<&str> = targets.iter().take(SHOWN).map(String::as_str).collect();
    match targets.len().saturating_sub(SHOWN) {
        0 => few.join(", "),
        rest => format!("{} and {rest} more", few.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str, variables: &[(&str, &str)]) -> Result<Option<Shard>, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        shard(Some(said), &variable).map_err(|fatal| match fatal {
            Fatal::Error { what, .. } => what,
            Fatal::Problems(problems) => format!("{problems:?}"),
        })
    }

    fn shard_of(index: u32, of: u32) -> Result<Option<Shard>, String> {
        Ok(Some(Shard::new(index, of).expect("a shard")))
    }

    #[test]
    fn each_system_counts_its_jobs_in_its_own_way() {
        for (variables, own) in [
            ([("JOB_COMPLETION_INDEX", "0"), ("ALZ_SHARDS", "4")], (1, 4)),
            ([("JOB_COMPLETION_INDEX", "3"), ("ALZ_SHARDS", "4")], (4, 4)),
            ([("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")], (1, 4)),
            ([("CI_NODE_INDEX", "4"), ("CI_NODE_TOTAL", "4")], (4, 4)),
            (
                [("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "2")],
                (1, 2),
            ),
            (
                [
                    ("BUILDKITE_PARALLEL_JOB", "1"),
                    ("BUILDKITE_PARALLEL_JOB_COUNT", "2"),
                ],
                (2, 2),
            ),
            (
                [
                    ("SYSTEM_JOBPOSITIONINPHASE", "1"),
                    ("SYSTEM_TOTALJOBSINPHASE", "3"),
                ],
                (1, 3),
            ),
        ] {
            assert_eq!(
                read("auto", &variables),
                shard_of(own.0, own.1),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn a_variable_that_is_there_by_chance_makes_no_plan_smaller() {
        let stray = [("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")];
        let empty = [stray[0], stray[1], (SHARD_VARIABLE, "")];
        assert_eq!(read("", &empty), Ok(None));
        assert_eq!(read("2/3", &stray), shard_of(2, 3));
    }

    #[test]
    fn an_option_whose_variable_was_never_set_does_not_mean_all_accounts() {
        for said in ["", "  "] {
            let told = read(said, &[(SHARD_VARIABLE, "2/4")]).expect_err("empty");
            assert!(told.contains("--shard is empty"), "{told}");
        }
    }

    #[test]
    fn what_does_not_tell_the_share_is_refused() {
        let both = [
            ("CI_NODE_INDEX", "1"),
            ("CI_NODE_TOTAL", "4"),
            ("JOB_COMPLETION_INDEX", "1"),
            ("ALZ_SHARDS", "4"),
        ];
        for (variables, why) in [
            (&[][..], "no variable tells"),
            // GitLab's count is there in every job, the index only in parallel ones.
            (&[("CI_NODE_TOTAL", "1")], "no variable tells"),
            (&[("JOB_COMPLETION_INDEX", "1")], "ALZ_SHARDS is not"),
            (&both, "both set"),
            (
                &[("JOB_COMPLETION_INDEX", "4"), ("ALZ_SHARDS", "4")],
                "no shard 5 of 4",
            ),
            (
                &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")],
                "counted from 1",
            ),
            (
                &[("CI_NODE_INDEX", "one"), ("CI_NODE_TOTAL", "4")],
                "no number",
            ),
        ] {
            let said = read("auto", variables).expect_err(why);
            assert!(said.contains(why), "{said}");
        }
    }
}
