//! A directory an environment: no file of one is planned against the other.

use crate::world::{ACCOUNT, CLINIC, OFFICE, Said, World};

const SETTINGS: &str = "version: 1
environments:
  beta:       { api: \"http://127.0.0.1:1\", accounts: [beta/**/*.yaml, shared/*.yaml] }
  production: { api: \"http://127.0.0.1:1\", accounts: [prod/**/*.yaml, shared/*.yaml] }
default: beta
";

fn world() -> World {
    let clinic = format!("account: {CLINIC}\nnumbers:\n  \"18014040901\": {{}}\n");
    let world = World::new(&[
        ("prod/utah/office.yaml", OFFICE),
        ("beta/clinic.yaml", &clinic),
    ]);
    world.write("alz.yaml", SETTINGS);
    world
}

fn refused(world: &World, arguments: &[&str]) -> Said {
    let before = world.requests();
    let said = world.alz(arguments).expect(1);
    assert_eq!(world.requests(), before, "nothing is asked first");
    assert!(said.stdout.is_empty(), "{}", said.stdout);
    said
}

#[test]
fn a_file_of_another_environment_is_refused_with_the_way_out() {
    let world = world();
    for command in [
        &["plan"][..],
        &["apply", "--auto-approve"],
        &["status"],
        &["e911", "check"],
    ] {
        let mut arguments = command.to_vec();
        arguments.push("prod/utah/office.yaml");
        let said = refused(&world, &arguments).stderr;
        assert!(
            said.contains("prod/utah/office.yaml is a file of environment \"production\"; this run is for environment \"beta\", the default"),
            "{said}"
        );
        assert!(said.contains("add --env production"), "{said}");
    }
    // Asked for in as many words, it is the wrong platform all the same.
    refused(&world, &["plan", "--env", "beta", "prod/utah/office.yaml"]);
    refused(&world, &["plan", "--env", "production", "beta/clinic.yaml"]);
    let said = world.alz(&["plan", "--env", "production", "prod/utah/office.yaml"]);
    assert!(said.expect(0).stdout.contains("activate"));
    // Seen from its own directory it is the same file.
    refused(&world, &["plan", "-C", "prod/utah", "office.yaml"]);
}

#[test]
fn a_file_of_another_project_is_refused_with_the_way_out() {
    let world = world();
    let project = "version: 1\nenvironments: { only: { api: \"http://127.0.0.1:1\", accounts: [accounts/*.yaml] } }\n";
    world.write("east/alz.yaml", project);
    world.write("west/alz.yaml", project);
    world.write("west/accounts/office.yaml", OFFICE);
    std::fs::create_dir(world.root().join("east/accounts")).expect("a directory");
    let file = "../west/accounts/office.yaml";
    for command in [&["plan"][..], &["apply", "--auto-approve"], &["drift"]] {
        let mut arguments = command.to_vec();
        arguments.extend(["-C", "east", file]);
        let said = refused(&world, &arguments).stderr;
        assert!(said.contains("west/alz.yaml; this run is for"), "{said}");
        assert!(said.contains("work where they are: -C"), "{said}");
    }
    // From above both: their policies, guards and the files beside would not be read.
    std::fs::remove_file(world.root().join("alz.yaml")).expect("a file");
    let above = ["plan", "west/accounts/office.yaml"];
    let said = refused(&world, &above).stderr;
    assert!(said.contains("-C west"), "{said}");
    let said = refused(
        &world,
        &["plan", "--env", "only", "west/accounts/office.yaml"],
    )
    .stderr;
    assert!(said.contains("-C west"), "{said}");
    let own = world.alz(&["plan", "-C", "west", "accounts/office.yaml"]);
    assert!(own.expect(0).stdout.contains("activate"));
    // On the built-in platform nothing is at stake.
    let plan = ["plan", "--api", "sandbox", "west/accounts/office.yaml"];
    let said = world
        .command(&plan)
        .env_remove("ALZ_API")
        .output()
        .expect("alz runs");
    assert_eq!(Said::from(said).code, 0);
}

#[test]
fn files_of_two_environments_do_not_go_into_one_run() {
    let world = world();
    let said = refused(
        &world,
        &["plan", "prod/utah/office.yaml", "beta/clinic.yaml"],
    )
    .stderr;
    assert!(said.contains("a run of its own"), "{said}");
}

#[test]
fn a_directory_of_another_environment_asks_which_one_is_meant() {
    let world = world();
    let said = refused(&world, &["plan", "-C", "prod"]).stderr;
    assert!(
        said.contains("the files in prod are those of environment \"production\""),
        "{said}"
    );
    assert!(said.contains("--env beta or --env production"), "{said}");
    world
        .alz(&["plan", "-C", "prod", "--env", "production"])
        .expect(0);
    world
        .alz(&["plan", "-C", "prod", "--env", "beta"])
        .expect(0);
    world.alz(&["plan", "-C", "beta"]).expect(0);
    world.alz(&["plan"]).expect(0);
}

#[test]
fn what_several_environments_name_or_none_is_everybodys() {
    let world = world();
    let shared = format!("account: {ACCOUNT}\nnumbers:\n  \"18017690209\": {{}}\n");
    world.write("shared/office.yaml", &shared);
    world.write("elsewhere.yaml", &shared.replace("0209", "0208"));
    for file in ["shared/office.yaml", "elsewhere.yaml"] {
        world.alz(&["plan", file]).expect(0);
        world.alz(&["plan", "--env", "production", file]).expect(0);
    }
    // Whoever names the sandbox may try any file on it.
    world.write(
        "alz.yaml",
        &SETTINGS.replace(
            "default:",
            "  sandbox: { api: sandbox, accounts: [trials/*.yaml] }\ndefault:",
        ),
    );
    let mut rehearsal = world.command(&["plan", "--env", "sandbox", "prod/utah/office.yaml"]);
    let said: Said = rehearsal
        .env_remove("ALZ_API")
        .output()
        .expect("alz runs")
        .into();
    said.expect(0);
}
