//! The Atlantis workflow's own steps, as its server runs them: `sh -c`, in the project's
//! directory, with `$PLANFILE`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::world::{OFFICE, Said, World};

fn steps(stage: &str) -> Vec<String> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gitops/pipelines/atlantis-repos.yaml");
    let text = std::fs::read_to_string(file).expect("the server's file");
    let document: Value = serde_yaml::from_str(&text).expect("YAML");
    let steps = document["workflows"]["alz"][stage]["steps"]
        .as_array()
        .expect("steps");
    let commands = steps.iter().filter_map(|step| step["run"].as_str());
    // The server's disk is not here.
    commands
        .map(|run| run.replace("/atlantis-data/alz-journal", "journal"))
        .collect()
}

fn run(world: &World, command: &str) -> Said {
    let alz = Path::new(env!("CARGO_BIN_EXE_alz"))
        .parent()
        .expect("a directory");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(world.root())
        .env("PATH", format!("{}:{path}", alz.display()))
        .env("PLANFILE", world.root().join("numbers-default.tfplan"))
        .env("ATLANTIS_GH_TOKEN", "sesame");
    for (name, value) in world.command(&[]).get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.output().expect("sh runs").into()
}

#[test]
fn atlantis_applies_the_plan_that_it_kept() {
    let world = World::new(&[("accounts/office.yaml", OFFICE)]);
    for step in steps("plan") {
        let said = run(&world, &step).expect(0);
        assert!(!said.stdout.contains("Sample Dental"), "{}", said.stdout);
    }
    assert!(world.writes().is_empty());
    // The files change after the plan: the plan that was kept is what counts.
    let more = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": {}\n  \"18017690209\": {}",
    );
    world.write("accounts/office.yaml", &more);
    let last = steps("apply").pop().expect("a step");
    let codes: Vec<i32> = steps("apply")
        .iter()
        .map(|step| run(&world, step).code)
        .collect();
    assert_eq!(codes, [0, 4]);
    assert!(world.writes().is_empty());
    world.write("accounts/office.yaml", OFFICE);
    run(&world, &last).expect(0);
    assert_eq!(world.writes().len(), 4);
}
