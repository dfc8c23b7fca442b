//! Whose files these are: a file of one environment is not planned against the
//! platform of another.
//!
//! With a directory an environment (`production: [prod/**]`, `beta: [beta/**]`)
//! it is one slip to name a file of the one while the default is the other, and
//! the plan would order its numbers on the wrong platform. Nothing is guessed:
//! which environment a run is for is said by `--env`, ALZ_ENV or the default
//! alone, and files that do not fit that are refused.
//!
//! With an alz.yaml in each directory it is the same slip to name a file of the one
//! project from within the other, or from above both, where the policies and guards
//! of its own are not read and the files beside it are not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::fatal::Fatal;
use crate::desired::Settings;
use crate::desired::find;
use crate::desired::settings::{self, Pattern};

/// The environment of a run, and how it came to be.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub environment: &'a str,
    /// By `--env` or ALZ_ENV.
    pub asked: bool,
    /// It is the built-in platform, where nothing is at stake.
    pub is_sandbox: bool,
}

/// Refuses files, and a working directory, that are another environment's alone.
pub fn check(
    settings: &Settings,
    run: Run<'_>,
    files: &[PathBuf],
    directory: &Path,
) -> Result<(), Fatal> {
    // Who names the sandbox wants to try something out.
    if run.asked && run.is_sandbox {
        return Ok(());
    }
    of_this_project(Some(settings), files, directory)?;
    if settings.environments.len() < 2 {
        return Ok(());
    }
    if !files.is_empty() {
        return named(settings, run, files);
    }
    match run.asked {
        true => Ok(()),
        false => stands_in(settings, run, directory),
    }
}

/// Refuses files that lie below an alz.yaml of their own; `settings` are those of
/// the run, if it has any.
pub fn of_this_project(
    settings: Option<&Settings>,
    files: &[PathBuf],
    directory: &Path,
) -> Result<(), Fatal> {
    let shown = |path: &Path| find::source(directory, path).shown;
    let mut strangers = Vec::new();
    let mut homes = BTreeSet::new();
    for file in files {
        if let Some(home) = home_of(settings, file) {
            let own = home.join(settings::FILE);
            strangers.push(format!("{} belongs to {}", shown(file), shown(&own)));
            homes.insert(home);
        }
    }
    if homes.is_empty() {
        return Ok(());
    }
    let this = match settings {
        Some(settings) => format!("is for {}", settings.root.join(settings::FILE).display()),
        None => format!("has none (no alz.yaml in {} or above)", directory.display()),
    };
    let ways: Vec<String> = homes
        .iter()
        .map(|home| format!("-C {}", shown(home)))
        .collect();
    Err(Fatal::with_help(
        format!("{}; this run {this}", strangers.join("; ")),
        format!("work where they are: {}", ways.join(", or ")),
    ))
}

/// The directory of the alz.yaml that a file lies below, where that is not the
/// run's own, and no glob of the run's own names the file.
pub fn home_of(settings: Option<&Settings>, file: &Path) -> Option<PathBuf> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = match file.is_dir() {
        true => file,
        false => file.parent()?,
    };
    let home = settings::find(beside)?.parent()?.to_owned();
    let is_own = settings.is_some_and(|settings| {
        let mut environments = settings.environments.values();
        settings.root == home
            || real(&settings.root) == real(&home)
            || environments.any(|one| matches(&settings.root, &one.accounts, file))
    });
    (!is_own).then_some(home)
}

fn named(settings: &Settings, run: Run<'_>, files: &[PathBuf]) -> Result<(), Fatal> {
    let mut strangers = Vec::new();
    // The environments that every file belongs to.
    let mut common: Option<BTreeSet<&str>> = None;
    for file in files {
        let owners = owners(settings, |globs| matches(&settings.root, globs, file));
        if owners.is_empty() {
            continue;
        }
        if !owners.contains(run.environment) {
            let shown = find::source(&settings.root, file).shown;
            strangers.push(format!("{shown} is a file of {}", list(&owners)));
        }
        common = Some(match common {
            None => owners,
            Some(common) => &common & &owners,
        });
    }
    if strangers.is_empty() {
        return Ok(());
    }
    let way = match common.as_ref().and_then(|common| common.first()) {
        Some(name) => format!("add --env {name}"),
        None => {
            "a run is for one environment: name the files of each in a run of its own, with --env"
                .to_owned()
        }
    };
    Err(Fatal::with_help(
        format!("{}; this run is for {}", strangers.join("; "), name_of(run)),
        format!(
            "{way}; or let a glob of {:?} in alz.yaml name the file too, if it is meant for both",
            run.environment
        ),
    ))
}

/// Without files: a directory that only another environment reads from.
fn stands_in(settings: &Settings, run: Run<'_>, directory: &Path) -> Result<(), Fatal> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (directory, root) = (real(directory), real(&settings.root));
    if directory == root {
        return Ok(());
    }
    let owners = owners(settings, |globs| {
        let (files, _) = find::expand(&settings.root, globs);
        files
            .iter()
            .any(|file| real(&file.path).starts_with(&directory))
    });
    if owners.is_empty() || owners.contains(run.environment) {
        return Ok(());
    }
    let shown = directory.strip_prefix(&root).unwrap_or(&directory);
    Err(Fatal::with_help(
        format!(
            "the files in {} are those of {}; this run is for {}",
            shown.display(),
            list(&owners),
            name_of(run)
        ),
        format!(
            "say which one is meant: {}",
            settings
                .environments
                .keys()
                .filter(|name| owners.contains(name.as_str()) || *name == run.environment)
                .map(|name| format!("--env {name}"))
                .collect::<Vec<_>>()
                .join(" or ")
        ),
    ))
}

fn owners(settings: &Settings, owns: impl Fn(&[Pattern]) -> bool) -> BTreeSet<&str> {
    // Environments often name the same files, and looking them up takes time.
    let mut known: BTreeMap<Vec<&str>, bool> = BTreeMap::new();
    settings
        .environments
        .iter()
        .filter(|(_, environment)| {
            let globs = &environment.accounts;
            let key: Vec<&str> = globs.iter().map(|glob| glob.glob.as_str()).collect();
            *known.entry(key).or_insert_with(|| owns(globs))
        })
        .map(|(name, _)| name.as_str())
        .collect()
}

/// By its name as it was given, or by where it leads.
fn matches(root: &Path, globs: &[Pattern], file: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let shown = find::source(root, file).shown;
    let led = real(root)
        .zip(real(file))
        .map(|(root, file)| find::source(&root, &file).shown);
    globs
        .iter()
        .filter_map(|pattern| Some(find::glob(&pattern.glob).ok()?.compile_matcher()))
        .any(|glob| glob.is_match(&shown) || led.as_ref().is_some_and(|led| glob.is_match(led)))
}

fn list(owners: &BTreeSet<&str>) -> String {
    let names: Vec<String> = owners.iter().map(|name| format!("{name:?}")).collect();
    match names.as_slice() {
        [one] => format!("environment {one}"),
        several => format!("environments {}", several.join(", ")),
    }
}

fn name_of(run: Run<'_>) -> String {
    let how = match run.asked {
        true => "",
        false => ", the default",
    };
    format!("environment {:?}{how}", run.environment)
}
