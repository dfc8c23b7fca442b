//! `alz validate`: everything that can be known to be wrong without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::global::Global;
use super::output::Format;
use super::{Exit, Output, belonging, checked, clock};
use crate::desired::load::{self, LoadRequest};
use crate::desired::problem::{Problem, code, in_order};
use crate::desired::settings::{self, Pattern, Settings};
use crate::desired::{few, find};
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
    let mut checked = match clock::today() {
        Ok(_) if !start.is_dir() => Checked::stopped(vec![no_directory(&start)], start),
        Ok(today) => check(args, environment, &start, today),
        Err(problem) => Checked::stopped(vec![*problem], start),
    };
    in_order(&mut checked.problems);
    let Checked {
        problems: found,
        root,
        numbers,
        files,
        alone,
    } = checked;
    if alone {
        output.say(
            "There is no alz.yaml above these files: no policy and no other file was looked at.",
        );
    }
    let shown = output.privacy.problems(&found, &root);
    let summary = problems::summary(&found);
    match output.format {
        Format::Json => output.result(&problems::json(&shown)),
        Format::Sarif | Format::Junit | Format::Github => {
            let files: Vec<String> = files.into_iter().collect();
            let report = checked::report(output.format, &shown, &root, &files, args.strict);
            output.result(&report.unwrap_or_default());
            // The report is a file for somebody else; this is for who reads the log.
            output.say(&summary);
        }
        Format::Human | Format::Markdown | Format::Html | Format::Prometheus => {
            let excerpts = output.privacy.shows_excerpts();
            output.result(&match output.is_markdown() {
                true => markdown::problems(output.subject(), &shown, &output.comment),
                false => problems::human(&shown, &root, output.width(), excerpts),
            });
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

/// What was looked at, and what is wrong with it.
struct Checked {
    problems: Vec<Problem>,
    /// What files are relative to.
    root: PathBuf,
    /// How many numbers were checked.
    numbers: usize,
    /// The files that were looked at.
    files: BTreeSet<String>,
    /// Some of them without an alz.yaml.
    alone: bool,
}

impl Checked {
    /// Nothing could be looked at.
    fn stopped(problems: Vec<Problem>, root: PathBuf) -> Self {
        Self {
            problems,
            root,
            numbers: 0,
            files: BTreeSet::new(),
            alone: false,
        }
    }
}

/// Named with -C, and not there.
fn no_directory(start: &Path) -> Problem {
    let shown = start.display();
    let message = match start.exists() {
        true => format!("{shown} is no directory"),
        false => format!("there is no such directory: {shown}"),
    };
    Problem::of_file(code::UNREADABLE, "--directory", message)
        .help("-C takes the directory to work in, that of alz.yaml or one below it")
}

fn check(args: &ValidateArgs, environment: Option<&str>, start: &Path, today: Date) -> Checked {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let start = absolute(start);
    let files: Vec<PathBuf> = args.files.iter().map(|f| start.join(f)).collect();
    let own = settings::load(&start).ok().flatten();
    let here = settings::find(&start).and_then(|path| path.parent().map(Path::to_owned));
    let here = here.unwrap_or_else(|| start.clone());
    // A hook names files from the top of the checkout, wherever their alz.yaml is.
    let mut projects: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in &files {
        let home = belonging::home_of(own.as_ref(), file).unwrap_or_else(|| here.clone());
        projects.entry(home).or_default().push(file.clone());
    }
    if projects.keys().all(|home| *home == here) {
        return in_project(&files, environment, &start, today);
    }
    let mut whole = Checked::stopped(Vec::new(), here);
    for (home, files) in projects {
        whole.join(in_project(&files, environment, &home, today));
    }
    whole
}

/// Files judged by the alz.yaml that holds in a directory.
fn in_project(files: &[PathBuf], environment: Option<&str>, start: &Path, today: Date) -> Checked {
    let (settings, found) = match settings::judge(start) {
        None => return without_settings(files, start, today),
        Some((Some(settings), problems)) => (settings, problems),
        Some((None, problems)) => {
            let root = settings::find(start)
                .and_then(|path| path.parent().map(Path::to_owned))
                .unwrap_or_else(|| start.to_owned());
            return Checked::stopped(problems, root);
        }
    };
    let sets = match glob_sets(&settings, environment) {
        Ok(sets) => sets,
        // Where alz.yaml is broken, it may be an environment that is.
        Err(_) if !found.is_empty() => return Checked::stopped(found, settings.root),
        Err(problem) => return Checked::stopped(vec![*problem], settings.root),
    };
    let mut checked = Checked::stopped(found, settings.root.clone());
    let mut request = LoadRequest {
        root: &settings.root,
        globs: &[],
        files: &[],
        policies: &settings.policies,
        today,
    };
    if files.is_empty() {
        for globs in &sets {
            request.globs = globs;
            checked.all(&request);
        }
        return checked;
    }
    for (globs, files) in shared_out(&settings.root, &sets, files) {
        request.globs = globs;
        checked.few(&request, &files);
    }
    checked
}

/// Which of the files are checked among which others: a file of one environment
/// has nothing to do with those of another that does not read it. One that no
/// environment reads is held against each.
fn shared_out<'s>(
    root: &Path,
    sets: &'s [Vec<Pattern>],
    files: &[PathBuf],
) -> Vec<(&'s [Pattern], Vec<PathBuf>)> {
    let reads = |globs: &[Pattern], file: &Path| {
        let relative = file.strip_prefix(root).unwrap_or(file);
        globs
            .iter()
            .filter_map(|pattern| find::glob(&pattern.glob).ok())
            .any(|glob| glob.compile_matcher().is_match(relative))
    };
    let strange = |file: &Path| !sets.iter().any(|globs| reads(globs, file));
    sets.iter()
        .map(|globs| {
            let of_set = |file: &&PathBuf| reads(globs, file) || strange(file);
            let files: Vec<PathBuf> = files.iter().filter(of_set).cloned().collect();
            (globs.as_slice(), files)
        })
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

impl Checked {
    fn all(&mut self, request: &LoadRequest<'_>) {
        // Those that are not read through are looked at all the same.
        let (files, _) = find::expand(request.root, request.globs);
        self.files.extend(files.into_iter().map(|file| file.shown));
        let numbers = match load::load(request) {
            Ok(loaded) => {
                self.problems.extend(loaded.warnings);
                loaded.repository.number_count()
            }
            Err(problems) => {
                self.problems.extend(problems);
                0
            }
        };
        self.numbers = self.numbers.max(numbers);
    }

    /// What was found in another project, with its files named from here.
    fn join(&mut self, other: Checked) {
        let named = |file: &str| find::source(&self.root, &other.root.join(file)).shown;
        self.problems
            .extend(other.problems.into_iter().map(|problem| {
                let file = match problem.is_placeless() {
                    true => problem.file.clone(),
                    false => named(&problem.file),
                };
                Problem { file, ..problem }
            }));
        self.files
            .extend(other.files.iter().map(|file| named(file)));
        self.numbers += other.numbers;
        self.alone |= other.alone;
    }

    fn few(&mut self, request: &LoadRequest<'_>, files: &[PathBuf]) {
        let few::Checked {
            problems,
            numbers,
            files,
        } = few::check(request, files);
        self.problems.extend(problems);
        self.files.extend(files);
        self.numbers = self.numbers.max(numbers);
    }
}

fn without_settings(files: &[PathBuf], root: &Path, today: Date) -> Checked {
    if files.is_empty() {
        let problem = Problem::of_file(
            code::CONFIG,
            settings::FILE,
            "there is no alz.yaml here or in a directory above",
        )
        .help("`alz init` makes one; or name the account files: alz validate FILES");
        return Checked::stopped(vec![problem], root.to_owned());
    }
    let mut checked = Checked::stopped(Vec::new(), root.to_owned());
    let request = LoadRequest {
        root,
        globs: &[],
        files: &[],
        policies: &[],
        today,
    };
    checked.few(&request, files);
    checked.alone = true;
    checked
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
