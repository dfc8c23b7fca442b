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
        if let Some(saying) = self.ordered_already() {
            return Outcome::saying(saying);
        }
        let inventory = self.live.inventory.get(&self.number);
        // Its port decides on it; a name that no port of the document has, on nothing.
        if let Some(name) = &desired.port
            && !matches!(inventory, Some(Inventory::Cooldown { .. }))
        {
            return Outcome::saying(
                Saying::blocked(format!(
                    "no port {name}, which is to bring it in, is declared"
                ))
                .help("declare it under `ports:` in the same document"),
            );
        }
        match inventory {
            // One that was released comes back the way it went, however it first came.
            Some(Inventory::Cooldown { .. }) => self.activate(desired, true),
            Some(Inventory::Free) => self.activate(desired, false),
            Some(Inventory::Unknown | Inventory::NotInStock | Inventory::OnAccount(_)) | None => {
                self.not_to_be_had()
                    .map_or_else(Outcome::default, Outcome::saying)
            }
        }
    }

    /// An order that the listing does not show yet is an order all the same.
    pub(super) fn ordered_already(&self) -> Option<Saying> {
        let orders = [
            (EventKind::Activation, "an activation"),
            (EventKind::PortRequest, "a port"),
        ];
        orders.into_iter().find_map(|(kind, what)| {
            let event = events::open(self.events(), kind)?;
            Some(Saying::waiting(format!(
                "{what} is already under way ({})",
                event.status
            )))
        })
    }

    /// Why the inventory does not give the number; `None` where it does.
    pub(super) fn not_to_be_had(&self) -> Option<Saying> {
        Some(match self.live.inventory.get(&self.number) {
            Some(Inventory::Free | Inventory::Cooldown { .. }) => return None,
            Some(Inventory::Unknown) => Saying::blocked("the partition does not know the number")
                .help(
                    "check the number; only a number in the partition's inventory can be activated, another carrier's comes with a port",
                ),
            Some(Inventory::OnAccount(owner)) if owner == self.account => Saying::blocked(
                "the inventory says it is on this account, but the account's listing lacks it",
            )
            .help("plan again; if it stays so, ask the provider's support"),
            Some(Inventory::OnAccount(owner)) => {
                Saying::blocked(format!("it is on another account: {owner}"))
                    .help("release it there first, or take it out of this account's file")
            }
            Some(Inventory::NotInStock) => {
                Saying::blocked("the partition knows it but has it not in stock").help(
                    "check the number; only a number in the partition's inventory can be activated, another carrier's comes with a port",
                )
            }
            None => Saying::blocked(
                "it is not on the account, and the inventory gave no answer about it",
            )
            .help("plan again"),
        })
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
                origin: None,
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
