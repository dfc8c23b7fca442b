//! What `alz init` writes is what the demonstration repository uses and the docs describe.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn init(root: &Path, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(root)
        .env_clear()
        .args(["init", "--format", "json"])
        .args(arguments)
        .output()
        .expect("alz runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let written = said["written"].as_array().expect("a list").iter();
    written
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

const PIPELINES: &str = "github,gitlab,pre-commit,atlantis,kubernetes,docker";

/// UPDATE_GOLDEN=1 writes the copies that the demonstration keeps.
#[test]
fn the_demonstration_repository_has_the_pipelines_that_init_writes() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gitops");
    let directory = tempfile::tempdir().expect("a directory");
    let written = init(directory.path(), &["--only", PIPELINES]);
    assert!(written.len() >= 12, "{written:?}");
    for name in written {
        let text = std::fs::read_to_string(directory.path().join(&name)).expect("a file");
        let kept = example.join(&name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(kept.parent().expect("a parent")).expect("a directory");
            std::fs::write(&kept, &text).expect("a file");
        }
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        assert!(
            kept == text,
            "examples/gitops/{name} is not what init writes"
        );
    }
}

#[test]
fn the_usual_set_is_small_and_the_others_come_when_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let mut usual = init(root, &[]);
    usual.sort();
    assert_eq!(
        usual,
        [
            ".github/actions/alz/action.yml",
            ".github/actions/alz/alz.sh",
            ".github/workflows/alz.yml",
            ".gitignore",
            ".gitlab-ci.yml",
            ".gitlab/alz.sh",
            "accounts/example.yaml",
            "alz.yaml",
            "schema/account.schema.json",
            "schema/config.schema.json",
        ]
    );
    let more = init(root, &["--with", "pre-commit,docker"]);
    assert_eq!(
        more,
        [".dockerignore", ".pre-commit-config.yaml", "Dockerfile"]
    );
    std::fs::write(root.join("alz.yaml"), "mine").expect("a file");
    let anew = init(root, &["--only", "github-shards", "--force"]);
    assert_eq!(anew.len(), 3, "{anew:?}");
    let workflow = std::fs::read_to_string(root.join(".github/workflows/alz.yml")).expect("a file");
    assert!(
        workflow.contains("4/4"),
        "the shards take the place of the one runner"
    );
    assert_eq!(
        std::fs::read_to_string(root.join("alz.yaml")).expect("a file"),
        "mine"
    );
}

/// A tag can be moved to other code after somebody has reviewed it; a commit can't.
#[test]
fn actions_of_others_are_pinned_to_a_commit_and_named_with_their_version() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for file in [
        "action.yml",
        ".github/workflows/release.yml",
        "examples/gitops/.github/workflows/alz.yml",
        "examples/gitops/pipelines/github-shards.yml",
    ] {
        let text = std::fs::read_to_string(root.join(file)).expect(file);
        for line in text.lines() {
            let Some(used) = line.split("uses: ").nth(1) else {
                continue;
            };
            if used.starts_with("./") {
                continue;
            }
            let (name, rest) = used.split_once('@').expect(used);
            let (commit, version) = rest.split_once(" # v").expect(used);
            assert!(
                commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()),
                "{file}: {used}"
            );
            assert!(
                name.starts_with("actions/") && version.contains('.'),
                "{file}: {used}"
            );
            count += 1;
        }
        // Words of strangers reach a shell as variables or not at all.
        let mut script = false;
        for line in text.lines() {
            script = line
                .trim_start()
                .trim_start_matches("- ")
                .starts_with("run:")
                || (script && line.starts_with("          "));
            assert!(!(script && line.contains("${{")), "{file}: {line}");
        }
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn files_that_name_a_version_name_this_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = env!("CARGO_PKG_VERSION");
    let read =
        |name: &str| std::fs::read_to_string(root.join("examples/gitops").join(name)).expect(name);
    for (name, said) in [
        (".gitlab-ci.yml", format!("ALZ_VERSION: {version}\n")),
        (
            ".github/actions/alz/action.yml",
            format!("default: \"{version}\"\n"),
        ),
        ("Dockerfile", format!("--version \"={version}\"")),
        ("kubernetes/apply.yaml", format!("alz:{version}-ci\n")),
        ("kubernetes/drift.yaml", format!("alz:{version}-ci\n")),
    ] {
        assert!(read(name).contains(&said), "{name} does not say {said}");
    }
}
