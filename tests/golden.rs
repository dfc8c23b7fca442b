//! What a user sees, as folders: `tests/cases/<name>/` holds a project (`in/`),
//! the commands (`cmd`) and the transcript they must give (`out`).
//!
//! A line of `cmd` is a command as typed; `NAME=value` before it sets the
//! environment; `write FILE <<text` makes a file between commands. The clock is
//! `ALZ_NOW`. `UPDATE_GOLDEN=1 cargo test --test golden` writes the transcripts
//! anew: read them before you commit them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const NOW: &str = "2026-11-23T17:00:00Z";

#[test]
fn the_screen_says_what_the_cases_say() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut names: Vec<PathBuf> = std::fs::read_dir(&cases)
        .expect("tests/cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.is_dir())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    let mut wrong = Vec::new();
    for case in &names {
        let found = transcript(case);
        let golden = case.join("out");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &found).expect("golden is writable");
            continue;
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if expected != found {
            wrong.push(format!(
                "{}:\n{}",
                case.display(),
                similar::TextDiff::from_lines(&expected, &found)
                    .unified_diff()
                    .header("expected", "found")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn transcript(case: &Path) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("project");
    std::fs::create_dir_all(&root).expect("a directory");
    copy(&case.join("in"), &root);
    let commands = std::fs::read_to_string(case.join("cmd")).expect("cmd");
    let mut text = String::new();
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(write) = line.strip_prefix("write ") {
            let (file, content) = write.split_once(" <<").expect("write FILE <<text");
            std::fs::write(root.join(file), content.replace("\\n", "\n") + "\n").expect("a file");
            continue;
        }
        let _ = writeln!(text, "$ {line}");
        text.push_str(&run(line, &root));
        text.push('\n');
    }
    text.replace(&root.display().to_string(), "[ROOT]")
}

fn run(line: &str, root: &Path) -> String {
    let mut words = line.split_whitespace().peekable();
    let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
    command.current_dir(root).env_clear().env("ALZ_NOW", NOW);
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        command.env(name, value);
        words.next();
    }
    assert_eq!(words.next(), Some("alz"), "{line}");
    let output = command.args(words).output().expect("alz runs");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !stderr.is_empty() {
        let _ = write!(text, "[stderr]\n{stderr}");
    }
    let _ = writeln!(text, "[exit {}]", output.status.code().unwrap_or(-1));
    in_order(&text)
}

/// Numbers are worked on side by side: the lines that tell how steps ended come
/// as they come, and are sorted here.
fn in_order(text: &str) -> String {
    let is_step = |line: &&str| {
        ["  ✓ ", "  ✗ ", "  = ", "  ? "]
            .iter()
            .any(|sign| line.starts_with(sign))
    };
    let mut lines: Vec<&str> = text.lines().collect();
    for run in lines.chunk_by_mut(|a, b| is_step(a) == is_step(b)) {
        if run.first().is_some_and(is_step) {
            run.sort_unstable();
        }
    }
    lines.join("\n") + "\n"
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("a directory");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}
