//! `alz` as the first process of a container, where nobody else hears a signal for it.

#![cfg(target_os = "linux")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{OFFICE, World};

const PATIENCE: Duration = Duration::from_secs(60);

/// The first process of a namespace of its own, where the system grants one.
#[allow(clippy::print_stderr)]
fn first_process(world: &World, arguments: &[&str]) -> Option<Child> {
    let space = ["--pid", "--fork", "--kill-child"];
    let granted = Command::new("unshare").args(space).arg("true").output();
    if !granted.is_ok_and(|output| output.status.success()) {
        eprintln!("no process namespace can be had: alz is not tried as a first process");
        return None;
    }
    let alz = world.command(arguments);
    let mut command = Command::new("unshare");
    command
        .args(space)
        .arg(alz.get_program())
        .args(alz.get_args())
        .current_dir(world.root())
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for (name, value) in alz.get_envs() {
        command.env(name, value.expect("a value"));
    }
    command.env("PATH", std::env::var("PATH").unwrap_or_default());
    Some(command.spawn().expect("unshare runs"))
}

/// `docker stop`, Ctrl-C and the end of a pod are signals; without this they would do
/// nothing until the grace period is over and the process is killed.
#[test]
fn the_first_process_of_a_container_can_be_stopped() {
    let world = World::new(&[("accounts/office.yaml", OFFICE)]);
    for command in ["plan", "drift"] {
        // Longer than the patience below.
        world.fault(json!({ "method": "GET", "path": "/v2/**", "delayMilliseconds": 120_000, "times": 100 }));
        let Some(mut running) = first_process(&world, &[command]) else {
            return;
        };
        let began = Instant::now();
        while world.get("/sandbox/faults")[0]["hit"] == 0 {
            assert!(began.elapsed() < PATIENCE, "{command} asked for nothing");
        }
        let children = format!("/proc/{0}/task/{0}/children", running.id());
        let child = std::fs::read_to_string(children).expect("its child");
        let told = Command::new("kill").arg(child.trim()).status();
        assert!(told.expect("kill runs").success());
        let since = Instant::now();
        let ended = loop {
            if let Some(status) = running.try_wait().expect("a status") {
                break status;
            }
            if since.elapsed() > PATIENCE {
                let _ = running.kill();
                panic!("{command} did not end");
            }
            std::thread::yield_now();
        };
        assert_eq!(ended.code(), Some(130), "{command}");
        world.clear_faults();
    }
}
