//! The files that `alz init` can write, in sets that a team may want or not.
//!
//! Each text lives once: the pipelines in `examples/gitops`, where they are read and
//! tried, the action at the top of the repository, where GitHub looks for it.

use std::borrow::Cow;

use clap::ValueEnum;

use crate::report::schema::{self, Draft, Kind};

/// A file of the demonstration repository.
macro_rules! gitops {
    ($path:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/gitops/",
            $path
        ))
    };
}

/// What Git leaves alone: the state of the sandbox, the journal and the locks of runs.
/// Any of these spellings will do; the first is ours.
pub const IGNORED: [&str; 4] = [".alz/", ".alz", "/.alz/", "/.alz"];

/// Where that is said.
pub const IGNORES: &str = ".gitignore";

/// Files that mean something only at the top of a repository.
pub const AT_THE_TOP: [&str; 4] = [
    ".github/workflows/alz.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "atlantis.yaml",
];

/// A set of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Set {
    /// alz.yaml, an example account, the schemas
    Repository,
    /// A GitHub workflow and its action: plan, apply, drift
    Github,
    /// The same for four runners side by side, in place of it
    GithubShards,
    /// GitLab CI: plan, apply, drift
    Gitlab,
    /// Hooks that validate what is committed
    PreCommit,
    /// A project for Atlantis, and what its server needs
    Atlantis,
    /// Indexed Jobs: apply, and drift each night
    Kubernetes,
    /// An image with alz for pipelines
    Docker,
}

impl Set {
    /// What is written unless something else is asked for.
    pub const USUAL: [Self; 3] = [Self::Repository, Self::Github, Self::Gitlab];

    /// The files by their path from the root.
    pub fn files(self) -> Vec<(&'static str, Cow<'static, str>)> {
        match self {
            Self::Repository => vec![
                ("alz.yaml", include_str!("alz.yaml").into()),
                ("accounts/example.yaml", include_str!("example.yaml").into()),
                (IGNORES, format!("{}\n", IGNORED[0]).into()),
                (
                    "schema/account.schema.json",
                    schema::text(Kind::Account, Draft::Draft2020).into(),
                ),
                (
                    "schema/config.schema.json",
                    schema::text(Kind::Config, Draft::Draft2020).into(),
                ),
            ],
            Self::Github => github(gitops!(".github/workflows/alz.yml")),
            Self::GithubShards => github(gitops!("pipelines/github-shards.yml")),
            Self::Gitlab => vec![
                (".gitlab-ci.yml", gitops!(".gitlab-ci.yml").into()),
                (".gitlab/alz.sh", gitops!(".gitlab/alz.sh").into()),
            ],
            Self::PreCommit => vec![(
                ".pre-commit-config.yaml",
                gitops!(".pre-commit-config.yaml").into(),
            )],
            Self::Atlantis => vec![
                ("atlantis.yaml", gitops!("atlantis.yaml").into()),
                (
                    "pipelines/atlantis-repos.yaml",
                    gitops!("pipelines/atlantis-repos.yaml").into(),
                ),
            ],
            Self::Kubernetes => vec![
                (
                    "kubernetes/apply.yaml",
                    gitops!("kubernetes/apply.yaml").into(),
                ),
                (
                    "kubernetes/drift.yaml",
                    gitops!("kubernetes/drift.yaml").into(),
                ),
            ],
            Self::Docker => vec![
                ("Dockerfile", image().into()),
                // The image takes nothing from the repository, whose files hold addresses.
                (".dockerignore", "*\n".into()),
            ],
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The workflow, and the action in the team's own repository: what runs beside its
/// credentials is what it has reviewed.
fn github(workflow: &'static str) -> Vec<(&'static str, Cow<'static, str>)> {
    vec![
        (".github/workflows/alz.yml", workflow.into()),
        (".github/actions/alz/action.yml", action().into()),
        (
            ".github/actions/alz/alz.sh",
            include_str!("../../../.github/actions/alz/alz.sh").into(),
        ),
    ]
}

/// The action as it stands beside its script, without this program's source.
fn action() -> String {
    include_str!("../../../action.yml")
        .replace(
            "$GITHUB_ACTION_PATH/.github/actions/alz/alz.sh",
            "$GITHUB_ACTION_PATH/alz.sh",
        )
        .replace(
            "    default: source\n",
            &format!("    default: \"{VERSION}\"\n"),
        )
}

/// The image, built from a commit of alz's repository instead of the source beside it.
fn image() -> String {
    include_str!("../../../Dockerfile")
        .replace(
            "#   docker build -t alz .              alz alone, without a shell: 30 MB to run it anywhere\n\
             #   docker build -t alz:ci --target ci .   with bash, curl, git and jq, for pipelines\n",
            "#   docker build --build-arg ALZ_SOURCE=URL --build-arg ALZ_COMMIT=COMMIT -t alz .\n\
             #\n\
             # makes alz alone, without a shell; with `-t alz:ci --target ci` it has bash, curl, git and\n\
             # jq, for pipelines. ALZ_SOURCE is the Git repository of alz, ALZ_COMMIT what is built of it:\n\
             # nothing else, and no package that has the same name.\n",
        )
        .replace(
            "WORKDIR /src\nCOPY . .\nRUN cargo install --locked --path . --root /out\n",
            "ARG ALZ_SOURCE\nARG ALZ_COMMIT\n\
             RUN cargo install --locked --git \"${ALZ_SOURCE:?}\" --rev \"${ALZ_COMMIT:?}\" --root /out alz\n",
        )
}
