//! `alz validate`: everything that can be known to be wrong without a network.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::args::Global;
use super::{Exit, Output, clock};
use crate::desired::load::{self, LoadRequest};
use crate::desired::problem::{Problem, code, in_order};
use crate::desired::settings::{self, Pattern, Settings};
use crate::report::{markdown, problems};

/// Check the files: schema, rules and policies. Needs no network and no credentials
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Account files; without them all that alz.yaml names
    pub files: Vec<PathBuf>,
    /// Take warnings for errors
    #[arg(long)]
    pub strict: bool,
}

pub fn run(args: &ValidateArgs, global: &Global, output: &Output) -> Exit {
    let start = global
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from("."));
    // As everywhere: an empty variable is one that is not set.
    let environment = global.env.as_deref().filter(|name| !name.is_empty());
    let (mut found, root, numbers) = match clock::today() {
        Ok(_) if !start.is_dir() => (vec![no_directory(&start)], start, 0),
        Ok(today) => check(args, environment, &start, today),
        Err(problem) => (vec![*problem], start, 0),
    };
    in_order(&mut found);
    let shown = output.privacy.problems(&found, &root);
    match output.is_json() {
        true => output.result(&problems::json(&shown)),
        false => {
            let excerpts = output.privacy.shows_excerpts();
            output.result(&match output.is_markdown() {
                true => {
                    let (command, environment) = &output.about;
                    markdown::problems(command, environment, &shown, &output.comment)
                }
                false => problems::human(&shown, &root, output.width(), excerpts),
            });
            let summary = problems::summary(&found);
            let checked = match numbers {
                1 => "1 number checked".to_owned(),
                numbers => format!("{numbers} numbers checked"),
            };
            output.say(&match found.iter().any(Problem::is_error) {
                true => summary,
                false => format!("{checked}: {summary}"),
            });
        }
    }
    let failed = found.iter().any(Problem::is_error) || (args.strict && !found.is_empty());
    if failed { Exit::Error } else { Exit::Done }
}

/// Named with -C, and not there.
fn no_directory(start: &Path) -> Problem {
    let message = match start.exists() {
        true => "this is no directory",
        false => "there is no such directory",
    };
    Problem::of_file(code::UNREADABLE, &start.to_string_lossy(), message)
        .help("-C takes the directory to work in, that of alz.yaml or one below it")
}

/// Problems, what their files are relative to, and how many numbers were checked.
fn check(
    args: &ValidateArgs,
    environment: Option<&str>,
    start: &Path,
    today: Date,
) -> (Vec<Problem>, PathBuf, usize) {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let files: Vec<PathBuf> = args
        .files
        .iter()
        .map(|f| absolute(&start.join(f)))
        .collect();
    let (settings, mut found) = match settings::judge(start) {
        None => return without_settings(&files, &absolute(start), today),
        Some((Some(settings), problems)) => (settings, problems),
        Some((None, problems)) => {
            let root = settings::find(start)
                .and_then(|path| path.parent().map(Path::to_owned))
                .unwrap_or_else(|| start.to_owned());
            return (problems, root, 0);
        }
    };
    let sets = match glob_sets(&settings, environment) {
        Ok(sets) => sets,
        // Where alz.yaml is broken, it may be an environment that is.
        Err(_) if !found.is_empty() => return (found, settings.root, 0),
        Err(problem) => return (vec![*problem], settings.root, 0),
    };
    let mut numbers = 0;
    for globs in sets {
        let (problems, count) = one(&settings.root, &globs, &files, &settings.policies, today);
        found.extend(problems);
        numbers = numbers.max(count);
    }
    if !files.is_empty() {
        let chosen: Vec<PathBuf> = files.iter().map(|file| canonical(file)).collect();
        found.retain(|problem| {
            // What keeps everything from being checked is told whichever files are asked for.
            problem.file == settings::FILE
                || matches!(problem.code.as_str(), code::UNREADABLE | code::CONFIG)
                || chosen.contains(&canonical(&settings.root.join(&problem.file)))
        });
    }
    (found, settings.root, numbers)
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn without_settings(files: &[PathBuf], root: &Path, today: Date) -> (Vec<Problem>, PathBuf, usize) {
    if files.is_empty() {
        let problem = Problem::of_file(
            code::CONFIG,
            settings::FILE,
            "there is no alz.yaml here or in a directory above",
        )
        .help("`alz init` makes one; or name the account files: alz validate FILES");
        return (vec![problem], root.to_owned(), 0);
    }
    let (problems, count) = one(root, &[], files, &[], today);
    (problems, root.to_owned(), count)
}

fn one(
    root: &Path,
    globs: &[Pattern],
    files: &[PathBuf],
    policies: &[Pattern],
    today: Date,
) -> (Vec<Problem>, usize) {
    let request = LoadRequest {
        root,
        globs,
        files,
        policies,
        today,
    };
    match load::load(&request) {
        Ok(loaded) => (loaded.warnings, loaded.repository.number_count()),
        Err(problems) => (problems, 0),
    }
}

/// The files of the environment asked for, else of each; environments with the
/// same files are one.
fn glob_sets(
    settings: &Settings,
    environment: Option<&str>,
) -> Result<Vec<Vec<Pattern>>, Box<Problem>> {
    let chosen: Vec<_> = match environment {
        None => settings.environments.values().collect(),
        Some(name) => match settings.environments.get(name) {
            Some(environment) => vec![environment],
            None => {
                let names: Vec<&str> = settings.environments.keys().map(String::as_str).collect();
                let message = format!("no environment `{name}` is declared in alz.yaml");
                // It was asked for on the command line or by ALZ_ENV, not in a file.
                let problem = Problem::of_file(code::CONFIG, "--env", message);
                return Err(Box::new(problem.help(settings::declared(name, &names))));
            }
        },
    };
    let sets: BTreeMap<Vec<&str>, &Vec<Pattern>> = chosen
        .into_iter()
        .map(|environment| {
            let globs = environment.accounts.iter().map(|glob| glob.glob.as_str());
            (globs.collect(), &environment.accounts)
        })
        .collect();
    Ok(sets.into_values().cloned().collect())
}
