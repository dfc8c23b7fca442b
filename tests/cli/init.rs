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
        ".github/workflows/ci.yml",
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
        let document: Value = serde_yaml::from_str(&text).expect(file);
        let mut scripts = Vec::new();
        scripts_of(&document, &mut scripts);
        for script in scripts {
            assert!(!script.contains("${{"), "{file}: {script}");
        }
    }
    assert!(count >= 10, "{count}");
}

/// What shells are given. Under `with` a `run` is an action's input.
fn scripts_of<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| *name != "with") {
                match value {
                    Value::String(script) if name == "run" => found.push(script),
                    other => scripts_of(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| scripts_of(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A name in a public registry may be anybody's: a pipeline that installs "alz" from there
/// would hand a stranger's program the platform's credentials.
#[test]
fn nothing_is_installed_by_a_name_that_somebody_else_may_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let every = format!("repository,github-shards,{PIPELINES}");
    let mut builds = 0;
    for name in init(directory.path(), &["--only", &every]) {
        let text = std::fs::read_to_string(directory.path().join(&name)).expect("a file");
        for line in text.lines().filter(|line| line.contains("cargo ")) {
            let installs = line.contains(" install");
            assert!(
                !installs || line.contains("--path") || line.contains("--rev"),
                "{name}: {line}"
            );
            builds += usize::from(installs);
        }
    }
    assert_eq!(builds, 3, "the action, GitLab's jobs and the image");
}

#[test]
fn what_a_team_ignores_stays_ignored() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let ignored = || std::fs::read_to_string(root.join(".gitignore")).expect("a file");
    std::fs::write(root.join(".gitignore"), ".env\ntarget/").expect("a file");
    init(root, &[]);
    assert_eq!(ignored(), ".env\ntarget/\n.alz/\n");
    init(root, &["--force"]);
    assert_eq!(ignored(), ".env\ntarget/\n.alz/\n", "--force wrote over it");
}

fn run(root: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(root)
        .env_clear()
        .arg("init")
        .args(arguments)
        .output()
        .expect("alz runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_comes_next_is_said_of_what_is_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let (_, aside) = run(root, &["--only", "kubernetes"]);
    assert!(aside.contains("There is no alz.yaml here"), "{aside}");
    assert!(!aside.contains("alz plan"), "{aside}");
    let (_, aside) = run(root, &[]);
    assert!(aside.contains("Next: alz plan"), "{aside}");
    assert!(!aside.contains("warning"), "{aside}");

    // A part of a repository: nobody looks for a workflow there.
    std::fs::create_dir_all(root.join(".git")).expect("a directory");
    std::fs::create_dir_all(root.join("numbers")).expect("a directory");
    let (_, aside) = run(&root.join("numbers"), &[]);
    assert!(
        aside.contains("nothing looks for .github/workflows/alz.yml, .gitlab-ci.yml here"),
        "{aside}"
    );
    let (_, aside) = run(&root.join("numbers"), &["--only", "kubernetes"]);
    assert!(!aside.contains("nothing looks"), "{aside}");
}

#[test]
fn files_that_can_not_be_made_are_all_named_and_the_others_are_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    std::fs::write(root.join("accounts"), "mine").expect("a file");
    std::fs::write(root.join("schema"), "mine").expect("a file");
    let (said, aside) = run(root, &[]);
    assert!(said.contains("wrote alz.yaml"), "{said}");
    assert!(
        aside.contains("accounts can't be made") && aside.contains("schema can't be made"),
        "{aside}"
    );
}

/// A link that leads nowhere is somebody's: nothing is made behind it.
#[cfg(unix)]
#[test]
fn a_link_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let target = elsewhere.path().join("alz.yaml");
    std::os::unix::fs::symlink(&target, directory.path().join("alz.yaml")).expect("a link");
    let written = init(directory.path(), &[]);
    assert!(!written.contains(&"alz.yaml".to_owned()), "{written:?}");
    assert!(!target.exists());
}

#[test]
fn files_that_name_a_version_name_this_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = env!("CARGO_PKG_VERSION");
    let read =
        |name: &str| std::fs::read_to_string(root.join("examples/gitops").join(name)).expect(name);
    for (name, said) in [
        (
            ".github/actions/alz/action.yml",
            format!("default: \"{version}\"\n"),
        ),
        ("kubernetes/apply.yaml", format!("alz:{version}-ci\n")),
        ("kubernetes/drift.yaml", format!("alz:{version}-ci\n")),
    ] {
        assert!(read(name).contains(&said), "{name} does not say {said}");
    }
}
