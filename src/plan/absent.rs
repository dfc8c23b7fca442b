//! Numbers that are not on the account: to be had, or why not (design, section 3).

use serde_json::Value;

use crate::model::live::{EventKind, Inventory};
use crate::model::{DesiredNumber, paths};
use crate::plan::document::{Action, Change, Expect};

use super::activate;
use super::events;
use super::number::{Outcome, Subject};
use super::saying::Saying;
use super::step::state_change;

impl Subject<'_> {
    pub(super) fn absent(&self, desired: &DesiredNumber) -> Outcome {
        // An order that the listing does not show yet is an order all the same.
        for (kind, what) in [
            (EventKind::Activation, "an activation"),
            (EventKind::PortRequest, "a port"),
        ] {
            if let Some(event) = events::open(self.events(), kind) {
                return Outcome::saying(Saying::waiting(format!(
                    "{what} is already under way ({})",
                    event.status
                )));
            }
        }
        if let Some(port) = &desired.port {
            return Outcome::saying(
                Saying::blocked(format!(
                    "port {port} is to bring it in, and this version of alz does not order ports"
                ))
                .help(
                    "order the port in the provider's portal: once it is under way, alz follows it",
                ),
            );
        }
        match self.live.inventory.get(&self.number) {
            Some(Inventory::Free) => self.activate(desired, false),
            Some(Inventory::Cooldown { .. }) => self.activate(desired, true),
            Some(Inventory::Unknown) => Outcome::saying(
                Saying::blocked("the partition does not know the number").help(
                    "check the number; only a number in the partition's inventory can be activated",
                ),
            ),
            Some(Inventory::OnAccount(owner)) if owner == self.account => Outcome::saying(
                Saying::blocked(
                    "the inventory says it is on this account, but the account's listing lacks it",
                )
                .help("plan again; if it stays so, ask the provider's support"),
            ),
            Some(Inventory::OnAccount(owner)) => Outcome::saying(
                Saying::blocked(format!("it is on another account: {owner}"))
                    .help("release it there first, or take it out of this account's file"),
            ),
            Some(Inventory::NotInStock) => Outcome::saying(
                Saying::blocked("the partition knows it but has it not in stock").help(
                    "check the number; only a number in the partition's inventory can be activated",
                ),
            ),
            None => Outcome::saying(
                Saying::blocked(
                    "it is not on the account, and the inventory gave no answer about it",
                )
                .help("plan again"),
            ),
        }
    }

    fn activate(&self, desired: &DesiredNumber, from_cooldown: bool) -> Outcome {
        let users = &self.live.caller_ids;
        let activation =
            match activate::activation(self.number, desired, users, self.context, self.checks) {
                Ok(activation) => activation,
                Err(sayings) => {
                    return Outcome {
                        sayings,
                        ..Outcome::default()
                    };
                }
            };
        let mut sayings = activation.sayings;
        if let Some(event) = events::rejected(self.events(), EventKind::Activation) {
            sayings.push(
                Saying::warning(format!(
                    "the carrier rejected its last activation: {}",
                    events::words(event)
                ))
                .help("make sure that what it was rejected for is mended"),
            );
        }
        let mut steps = Vec::new();
        if from_cooldown {
            let path = paths::cooldown_recover(self.context.partition, self.number);
            let change = state_change("COOLDOWN", "INVENTORY");
            steps.push(self.step(
                Action::Recover,
                ("PUT", path),
                None,
                vec![change],
                Expect::InCooldown,
            ));
        }
        let mut step = self.step(
            Action::Activate,
            ("POST", paths::numbers(self.context.partition, self.account)),
            Some(activation.body),
            activation.changes,
            Expect::NotOnAccount,
        );
        step.depends_on = steps.iter().map(|recover| recover.id.clone()).collect();
        let activate_id = step.id.clone();
        steps.push(step);
        if let Some(body) = activation.caller_id {
            let change = Change {
                path: "reference.assignAsCallerId".to_owned(),
                // As a plan that is made once it is active will say it.
                before: Value::Bool(false),
                after: Value::Bool(true),
                sensitive: false,
            };
            let mut follow_up = self.update(body, vec![change], Expect::Anything);
            follow_up.depends_on.push(activate_id);
            steps.push(follow_up);
        }
        Outcome {
            steps,
            sayings,
            question: activation.question,
            ..Outcome::default()
        }
    }
}
