//! How a step is written down: its id, its request, what it expects to find.

use serde_json::{Map, Value, json};

use crate::model::{LiveNumber, paths};
use crate::plan::document::{Action, Change, Expect, Request, Source, Step};

use super::number::Subject;

impl Subject<'_> {
    pub(super) fn path(&self) -> String {
        paths::number(self.context.partition, self.account, self.number)
    }

    pub(super) fn activation_event(&self) -> String {
        paths::activation_event(self.context.partition, self.account, self.number)
    }

    pub(super) fn update(
        &self,
        body: Map<String, Value>,
        changes: Vec<Change>,
        expect: Expect,
    ) -> Step {
        self.step(
            Action::Update,
            ("PATCH", self.path()),
            Some(Value::Object(body)),
            changes,
            expect,
        )
    }

    pub(super) fn step(
        &self,
        action: Action,
        (method, path): (&str, String),
        body: Option<Value>,
        changes: Vec<Change>,
        expect: Expect,
    ) -> Step {
        Step {
            id: format!("{}-{}", action.name(), self.number),
            action,
            account: self.account.clone(),
            numbers: vec![self.number],
            source: Source::default(),
            changes,
            depends_on: Vec::new(),
            recoverable_until: None,
            port: None,
            request: Request {
                method: method.to_owned(),
                path,
            },
            body,
            secrets: Vec::new(),
            expect,
            source_id: self.source,
        }
    }
}

pub(super) fn expect(live: &LiveNumber) -> Expect {
    Expect::Number(Box::new(live.clone()))
}

pub(super) fn state_change(before: &str, after: &str) -> Change {
    Change {
        path: "state".to_owned(),
        before: json!(before),
        after: json!(after),
        sensitive: false,
        origin: None,
    }
}
