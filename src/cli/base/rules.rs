//! The rules that a plan is held to, as the branch changes them. A branch is judged
//! by its own alz.yaml and its own policies: one that raises a guard, or takes a
//! policy away, passes by what it has changed. A reviewer of the plan must see that.

use super::super::fatal::Fatal;
use super::super::session::Project;
use super::files::Chosen;
use super::git::{Entry, Git, Kind};
use crate::desired::settings::{self, Environment, Pattern, Settings};
use crate::model::Ignore;

/// What of the rules the branch changes, as one remark; `None`: nothing.
pub(super) fn changed(
    git: &Git,
    tree: &[Entry],
    base: &Settings,
    project: &Project,
) -> Result<Option<String>, Fatal> {
    let Some(branch) = settings::load(&project.root).map_err(Fatal::Problems)? else {
        return Ok(None);
    };
    let environment = &project.environment;
    let of = |settings: &Settings| settings.environments.get(environment).cloned();
    let mut changed: Vec<String> = members(base, &branch)
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    if let (Some(base), Some(branch)) = (of(base), of(&branch)) {
        let members = of_environment(&base, &branch).into_iter();
        changed.extend(members.map(|name| format!("`{name}` of {environment}")));
    }
    changed.extend(policies(git, tree, base, project)?);
    Ok((!changed.is_empty()).then(|| {
        format!(
            "this branch changes the rules that its own plan is held to: {}",
            changed.join(", ")
        )
    }))
}

/// Members of alz.yaml that hold a plan back, or keep drift from being told.
fn members(base: &Settings, branch: &Settings) -> Vec<&'static str> {
    let Settings {
        guards,
        e911_on_unknown,
        policies,
        ignore,
        root: _,                // where the project lies
        environments: _,        // the one that is planned: below
        default: _,             // an environment was chosen
        concurrency: _,         // how fast
        requests_per_second: _, // how fast
        cooldown_days: _,       // when a date is told
    } = base;
    let globs = |patterns: &[Pattern]| -> Vec<String> {
        patterns.iter().map(|of| of.glob.clone()).collect()
    };
    // Not where they stand.
    let rules = |ignore: &[Ignore]| -> Vec<Ignore> {
        let bare = |entry: &Ignore| Ignore {
            line: 0,
            column: 0,
            ..entry.clone()
        };
        ignore.iter().map(bare).collect()
    };
    [
        ("guards", *guards != branch.guards),
        ("e911.onUnknown", *e911_on_unknown != branch.e911_on_unknown),
        ("policies", globs(policies) != globs(&branch.policies)),
        ("ignore", rules(ignore) != rules(&branch.ignore)),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// Members of the environment that say where a plan goes.
fn of_environment(base: &Environment, branch: &Environment) -> Vec<&'static str> {
    let Environment {
        api,
        partition,
        lock,
        accounts: _, // what is declared is compared itself
    } = base;
    [
        ("api", *api != branch.api),
        ("partition", *partition != branch.partition),
        ("lock", *lock != branch.lock),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// Files of policies that say something else than at the base, or are gone.
fn policies(
    git: &Git,
    tree: &[Entry],
    base: &Settings,
    project: &Project,
) -> Result<Vec<String>, Fatal> {
    let chosen = Chosen::new(&base.policies, &git.prefix, &[]);
    let of_base: Vec<&Entry> = tree
        .iter()
        .filter(|entry| entry.kind == Kind::File && chosen.takes(&entry.path))
        .collect();
    let objects: Vec<String> = of_base.iter().map(|entry| entry.object.clone()).collect();
    let contents = git.contents(&objects)?;
    // A checkout may have other ends of lines.
    let lines =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().filter(|b| *b != b'\r').collect() };
    let differs = |entry: &&&Entry| {
        let now = std::fs::read(project.root.join(git.within(&entry.path))).ok();
        let then = contents.get(&entry.object);
        now.map(|now| lines(&now)) != then.map(|then| lines(then))
    };
    let changed = of_base.iter().filter(differs);
    Ok(changed
        .map(|entry| git.within(&entry.path).to_owned())
        .collect())
}
