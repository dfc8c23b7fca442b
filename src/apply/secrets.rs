//! Secrets of ports on their way from where they are kept into a request.
//!
//! All that a plan will send are found before its first write: a run must not
//! stop halfway because a variable is not set. Each goes into its body in the
//! moment of sending, into a copy that is wiped afterwards.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::model::SecretRef;
use crate::plan::{Plan, Secret, Step};

/// Finds a secret; `true` says that it is a PIN, which may be only so long.
pub type Resolver<'a> = &'a dyn Fn(&SecretRef, bool) -> Result<SecretString, String>;

/// The secrets that a plan will send, by the step and the place in its body.
#[derive(Default)]
pub struct Secrets(BTreeMap<String, Vec<(String, SecretString)>>);

/// Secrets that can't be had: nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSecrets(pub Vec<MissingSecret>);

/// A secret that can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSecret {
    /// The step that would send it.
    pub step: String,
    /// The member that it is for: wirelessPin.
    pub member: String,
    /// Where it should be.
    pub from: SecretRef,
    /// Why it can't be had; names where it was looked for, never what was found.
    pub why: String,
}

impl fmt::Display for MissingSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these secrets can't be had, so nothing was sent:")?;
        for missing in &self.0 {
            let MissingSecret {
                step,
                member,
                from,
                why,
            } = missing;
            write!(f, "\n  - {step}: {member} {from:?}: {why}")?;
        }
        Ok(())
    }
}

impl MissingSecrets {
    /// How to mend it.
    pub fn help(&self) -> String {
        let mut cures: Vec<String> = self
            .0
            .iter()
            .map(|missing| match &missing.from {
                SecretRef::Env(name) => format!("set the environment variable {name}"),
                SecretRef::File(path) => {
                    format!("put it into the file {path}, seen from the directory of alz.yaml")
                }
            })
            .collect();
        cures.sort_unstable();
        cures.dedup();
        format!("{}; then run again", cures.join("; "))
    }
}

impl Secrets {
    /// Finds every secret of the plan, or says all that can't be found.
    pub fn of(plan: &Plan, resolve: Resolver<'_>) -> Result<Self, MissingSecrets> {
        let mut secrets = Self::default();
        let mut missing = Vec::new();
        for step in &plan.steps {
            for Secret {
                pointer,
                from,
                is_pin,
            } in &step.secrets
            {
                match resolve(from, *is_pin) {
                    Ok(secret) => secrets
                        .0
                        .entry(step.id.clone())
                        .or_default()
                        .push((pointer.clone(), secret)),
                    Err(why) => missing.push(MissingSecret {
                        step: step.id.clone(),
                        member: pointer.rsplit('/').next().unwrap_or(pointer).to_owned(),
                        from: from.clone(),
                        why,
                    }),
                }
            }
        }
        if missing.is_empty() {
            Ok(secrets)
        } else {
            Err(MissingSecrets(missing))
        }
    }

    /// Each of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &SecretString> {
        self.0.values().flatten().map(|(_, secret)| secret)
    }

    /// The step's body with its secrets in their places; in words what is
    /// wrong with the step, should that not be possible.
    pub(super) fn body(&self, step: &Step) -> Result<Filled, String> {
        let mut filled = Filled {
            body: step.body.clone(),
            pointers: Vec::new(),
        };
        let found = self.0.get(&step.id).map(Vec::as_slice).unwrap_or_default();
        if found.len() != step.secrets.len() {
            return Err("its secrets were not looked for".to_owned());
        }
        for (pointer, secret) in found {
            let place = pointer
                .rsplit_once('/')
                .and_then(|(above, name)| Some((filled.body.as_mut()?.pointer_mut(above)?, name)))
                .and_then(|(above, name)| Some((above.as_object_mut()?, name)));
            let Some((members, name)) = place else {
                return Err(format!("its request has no place for {pointer}"));
            };
            members.insert(name.to_owned(), secret.expose_secret().into());
            filled.pointers.push(pointer.clone());
        }
        Ok(filled)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secrets of {} steps", self.0.len())
    }
}

/// A body with secrets in it. Wiped when it is let go.
pub(super) struct Filled {
    body: Option<Value>,
    pointers: Vec<String>,
}

impl Filled {
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        for pointer in &self.pointers {
            let place = self
                .body
                .as_mut()
                .and_then(|body| body.pointer_mut(pointer));
            if let Some(Value::String(secret)) = place {
                secret.zeroize();
            }
        }
    }
}
