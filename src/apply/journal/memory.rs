//! What earlier runs leave for the next one to know.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::entry::{Intent, Line};
use super::read::Run;
use crate::apply::StepStatus;
use crate::apply::perform::{NOT_SHOWN, WITHHELD, is_order};
use crate::model::porting::PortMemory;
use crate::model::{PartitionId, PhoneNumber};
use crate::plan::{Action, Step};

/// What the journals say of one environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Secrets and triggers of ports that were sent.
    pub ports: PortMemory,
    /// Orders of which it is not known what became of them.
    pub unsettled: Unsettled,
}

/// Orders that may have taken effect, by the numbers that they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unsettled(BTreeMap<PhoneNumber, Pending>);

/// An order without a known end.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The step that was sent.
    pub step: String,
    /// When.
    pub at: Timestamp,
    /// The file of the run's journal.
    pub run: String,
}

impl Unsettled {
    /// The earlier order that this step may be a second one of.
    pub fn behind(&self, step: &Step) -> Option<&Pending> {
        if !is_order(step.action) {
            return None;
        }
        step.numbers.iter().find_map(|number| self.0.get(number))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Memory {
    /// From runs in the order of time. Those for other partitions say nothing
    /// here; those for another environment may be of another clock, and only
    /// their orders are heeded.
    pub fn of(runs: &[Run], environment: &str, partition: &PartitionId) -> Self {
        let mut memory = Self::default();
        for run in runs.iter().filter(|run| run.header.partition == *partition) {
            let same = run.header.environment == environment;
            // A step's intent, until its outcome is read.
            let mut open: BTreeMap<&str, &Intent> = BTreeMap::new();
            for line in &run.lines {
                match line {
                    Line::Intent(intent) => {
                        open.insert(&intent.step, intent);
                        memory.is_sent(intent, run);
                    }
                    Line::Outcome(ended) => {
                        let intent = open.remove(ended.step.as_str());
                        if let (true, Some(intent), false) =
                            (same, intent, ended.status == StepStatus::Failed)
                        {
                            memory.took_effect(intent);
                        }
                        let known = match ended.status {
                            // Taken, but not seen: whoever reads too soon sees nothing.
                            StepStatus::Done if ended.error.as_deref() == Some(NOT_SHOWN) => false,
                            StepStatus::Done | StepStatus::Skipped => true,
                            // The platform's no; where nothing was sent, nothing was learned.
                            StepStatus::Failed => {
                                intent.is_some() && ended.error.as_deref() != Some(WITHHELD)
                            }
                            StepStatus::Unknown => false,
                        };
                        if known {
                            for number in &ended.numbers {
                                memory.unsettled.0.remove(number);
                            }
                        }
                    }
                    Line::Run(_) | Line::End { .. } | Line::Unknown => {}
                }
            }
            // Ended before the outcome was known: it may have taken effect.
            for intent in open.into_values().filter(|_| same) {
                memory.took_effect(intent);
            }
        }
        memory
    }

    fn is_sent(&mut self, intent: &Intent, run: &Run) {
        if is_order(intent.action) {
            for number in &intent.numbers {
                let pending = Pending {
                    step: intent.step.clone(),
                    at: intent.at,
                    run: run.name.clone(),
                };
                self.unsettled.0.insert(*number, pending);
            }
        }
    }

    fn took_effect(&mut self, intent: &Intent) {
        if intent.carries_secrets {
            for number in &intent.numbers {
                self.ports.secrets_sent.insert(*number, intent.rejection);
            }
        }
        if intent.action == Action::SubmitPort {
            for number in &intent.numbers {
                *self.ports.orders.entry(*number).or_default() += 1;
            }
        }
        if let (Action::TriggerPort, Some(port)) = (intent.action, &intent.port_id) {
            self.ports.triggered.insert(port.clone(), intent.at);
        }
    }
}
