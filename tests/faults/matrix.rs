//! Every fault at every writing operation. Each cell is a sandbox of its own: a
//! disturbed run, one clean run, and the same end as without the fault.
//!
//! `cargo test --test faults -- --nocapture matrix` prints the table, which is
//! kept in `docs/faults.md`; `UPDATE_GOLDEN=1` writes it anew.
//! `FAULT="release/cut after"` tries one cell and tells all about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alz::apply::StepStatus;
use alz::plan::Action;

use crate::faults::{self, Disturbance, PATIENCE};
use crate::run::{self, Repository, Said};
use crate::work::{self, Work};
use crate::world::{State, World};

/// More than any answer takes here.
pub const PATIENT: Duration = Duration::from_secs(20);

/// An undisturbed run, to compare with.
struct Undisturbed {
    method: String,
    path: String,
    /// Readings before the write.
    reads: usize,
    /// The end of the run, and the end of all things.
    then: State,
    later: State,
}

pub fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

async fn undisturbed(work: &Work) -> Undisturbed {
    let (repository, world) = (Repository::new(&work::file(&[*work])), World::new().await);
    let said = run::apply(&repository, &world, PATIENT).await;
    let step = said
        .plan
        .steps
        .iter()
        .find(|step| step.action == work.action);
    let step = step.unwrap_or_else(|| panic!("no {} in {:#?}", work.action, said.plan));
    let good = said
        .ended
        .iter()
        .all(|ended| ended.status == StepStatus::Done);
    assert!(good, "{:#?}", said.ended);
    let requests = world.requests().await;
    let is_write = |(method, path): &&(String, String)| {
        *method == step.request.method && *path == step.request.path
    };
    assert_eq!(requests.iter().filter(is_write).count(), 1, "{requests:?}");
    let before = requests.iter().take_while(|request| !is_write(request));
    let reads = before.filter(|(method, _)| method == "GET").count();
    let then = world.look().await;
    assert_eq!(
        then.count(work.number, work.counter),
        1,
        "{:?}",
        then.orders
    );
    world.later().await;
    let later = world.look().await;
    world.end().await;
    Undisturbed {
        method: step.request.method.clone(),
        path: step.request.path.clone(),
        reads,
        then,
        later,
    }
}

/// One cell: what the disturbed run reported, or what is wrong.
async fn cell(work: &Work, fault: &Disturbance, right: &Undisturbed) -> Result<String, String> {
    let (repository, world) = (Repository::new(&work::file(&[*work])), World::new().await);
    let rules = fault.rules(&right.method, &right.path, right.reads);
    world.fault(&rules).await;
    let patience = if fault.is_slow() {
        Duration::from_millis(PATIENCE)
    } else {
        PATIENT
    };
    let disturbed = run::apply(&repository, &world, patience).await;
    let met = world.faults().await;
    let after = world.look().await;
    let write = (right.method.clone(), right.path.clone());
    let writes = async || {
        let requests = world.requests().await;
        requests.iter().filter(|sent| **sent == write).count()
    };
    let first = writes().await;
    world.clear_faults().await;
    let clean = run::apply(&repository, &world, PATIENT).await;
    let then = world.look().await;
    let second = writes().await - first;
    world.later().await;
    let later = world.look().await;
    world.end().await;

    let mut wrong = String::new();
    // The sandbox refuses most second orders; they must not be sent at all.
    let most = if repeats(work.action) || fault.is_about_the_token() {
        usize::MAX
    } else {
        1
    };
    if first > most {
        let _ = writeln!(wrong, "sent {first} times in one run");
    }
    if after.count(work.number, work.counter) > 0 && second > 0 {
        wrong.push_str("sent again by the clean run although it had taken effect\n");
    }
    if met[0]["hit"].as_u64().unwrap_or(0) == 0 {
        wrong.push_str("the fault met nothing\n");
    }
    let status = match honest(work, &disturbed, &after) {
        Ok(status) => status,
        Err(why) => {
            wrong.push_str(&why);
            StepStatus::Unknown
        }
    };
    if let Err(why) = honest_all(work, &clean, &then) {
        let _ = writeln!(wrong, "the clean run: {why}");
    }
    let twice = then.twice(&right.then);
    if !twice.is_empty() {
        let _ = writeln!(wrong, "twice: {}", twice.join(", "));
    }
    if later.facts != right.later.facts {
        let _ = writeln!(wrong, "another end:\n{}", later.differences(&right.later));
    }
    let sign = if after == right.then {
        ""
    } else if then == right.then {
        "*"
    } else {
        "†"
    };
    let shown = format!("{}{sign}", status.name());
    let told = format!(
        "{} × {} ({shown})\n{wrong}disturbed: {:#?}\nclean: {:#?} {:#?}\n{}",
        work.action,
        fault.name,
        disturbed.ended,
        clean.ended,
        clean.plan.notes,
        then.differences(&right.then)
    );
    if !wrong.is_empty() {
        return Err(told);
    }
    if std::env::var_os("FAULT").is_some() {
        eprintln!("{told}");
    }
    Ok(shown)
}

/// Whether a lost answer to it lets the same run send it again: twice is the
/// same as once (contract notes, section A).
const fn repeats(action: Action) -> bool {
    match action {
        Action::Recover | Action::CancelActivation | Action::CancelPort | Action::Release => true,
        Action::Activate
        | Action::SubmitActivation
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original => false,
    }
}

/// How the action's own step was reported, if that is the truth.
fn honest(work: &Work, said: &Said, state: &State) -> Result<StepStatus, String> {
    let ended = said.ended.iter().find(|ended| ended.action == work.action);
    let ended = ended.ok_or("its step was not reported\n")?;
    let happened = state.count(work.number, work.counter) > 0;
    let lie = match ended.status {
        StepStatus::Done | StepStatus::Skipped => !happened,
        StepStatus::Failed => happened,
        StepStatus::Unknown => false,
    };
    if lie {
        return Err(format!(
            "reported {} although it {}: {}\n",
            ended.status.name(),
            if happened {
                "took effect"
            } else {
                "did not take effect"
            },
            ended.message
        ));
    }
    let tally = said.tally.done + said.tally.skipped + said.tally.failed + said.tally.unknown;
    if tally != said.ended.len() {
        return Err(format!(
            "{:?} does not sum up {:#?}\n",
            said.tally, said.ended
        ));
    }
    Ok(ended.status)
}

/// The clean run may have nothing to do; what it does it does well.
fn honest_all(work: &Work, said: &Said, state: &State) -> Result<(), String> {
    let bad = said
        .ended
        .iter()
        .find(|ended| matches!(ended.status, StepStatus::Failed | StepStatus::Unknown));
    if let Some(bad) = bad {
        return Err(format!("{:?}", bad));
    }
    if said.ended.iter().any(|ended| ended.action == work.action) {
        honest(work, said, state)?;
    }
    Ok(())
}

#[test]
fn matrix() {
    let faults = faults::all();
    let asked = std::env::var("FAULT").ok();
    let mut cells = Vec::new();
    for action in Action::ALL {
        let work = work::of(action);
        let right = std::sync::Arc::new(wait(undisturbed(&work)));
        for fault in &faults {
            let name = format!("{action}/{}", fault.name);
            if asked.as_ref().is_none_or(|asked| *asked == name) {
                cells.push((work, fault, std::sync::Arc::clone(&right)));
            }
        }
    }
    let next = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<(Action, &str), String>> = Mutex::default();
    let wrong: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((work, fault, right)) =
                    cells.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    match wait(cell(work, fault, right)) {
                        Ok(shown) => {
                            let key = (work.action, fault.name);
                            found.lock().expect("cells").insert(key, shown);
                        }
                        Err(why) => wrong.lock().expect("cells").push(why),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("cells");
    let found = found.into_inner().expect("cells");
    let all = wrong.len() + found.len();
    assert!(
        all > 0,
        "there is no cell {asked:?}: FAULT=\"release/cut after\""
    );
    if asked.is_none() {
        let table = table(&faults, &found);
        eprintln!("{table}");
        if wrong.is_empty() {
            kept(&table);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {all} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Faults down, operations across: there are more faults.
fn table(faults: &[Disturbance], found: &BTreeMap<(Action, &str), String>) -> String {
    let mut text = String::from("| |");
    for action in Action::ALL {
        let _ = write!(text, " {action} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Action::ALL.len()));
    for fault in faults {
        let _ = write!(text, "\n| {} |", fault.name);
        for action in Action::ALL {
            let cell = found.get(&(action, fault.name));
            let _ = write!(text, " {} |", cell.map_or("WRONG", String::as_str));
        }
    }
    text.push('\n');
    text
}

/// The table in the documentation is this one.
fn kept(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let begin = "<!-- matrix -->\n\n";
    let end = "\n<!-- end of matrix -->";
    let (head, rest) = page
        .split_once(begin)
        .expect("docs/faults.md has a place for it");
    let (old, tail) = rest
        .split_once(end)
        .expect("docs/faults.md has an end of it");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{head}{begin}{table}{end}{tail}")).expect("docs");
        return;
    }
    let diff = similar::TextDiff::from_lines(old, table);
    assert!(
        old == table,
        "docs/faults.md says otherwise; UPDATE_GOLDEN=1 writes it anew:\n{}",
        diff.unified_diff()
    );
}
