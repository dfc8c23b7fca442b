//! What the losing carrier is to be shown and the platform never shows again:
//! account number and PIN. They can't be compared, so they are sent with the
//! order, along with whatever mends a rejection, and by themselves only where
//! the rejection asks for them or the user does.

use serde_json::{Map, Value, json};

use crate::model::desired::{AccountNumber, Port};
use crate::model::{DesiredPort, Field, LivePort, PhoneNumber, PortState, SecretRef};
use crate::plan::document::{Change, Secret};

use super::super::saying::Saying;
use super::Scene;
use super::amend::Amendment;
use super::editable::May;
use super::progress::on;

/// The declared secrets, ready to be put into a request.
#[derive(Default)]
pub(super) struct Secrets {
    /// What is written out in the files and goes into the body as it is.
    pub written: Map<String, Value>,
    /// What is put in just before it is sent.
    pub references: Vec<Secret>,
    /// One sensitive change for each.
    pub changes: Vec<Change>,
}

impl Secrets {
    /// Those of a port, at `prefix` in the body (`/port`, or nothing), as far
    /// as `may` lets them be sent.
    pub fn of(port: &Port, prefix: &str, may: impl Fn(&str) -> bool) -> Self {
        let mut secrets = Self::default();
        let name = "wirelessAccountNumber";
        if may(name) {
            match &port.wireless_account_number {
                Field::Value(AccountNumber::Written(text)) if !text.as_str().trim().is_empty() => {
                    secrets.written.insert(name.to_owned(), json!(text));
                    secrets.changes.push(sensitive(name));
                }
                Field::Value(AccountNumber::Secret(from)) => {
                    secrets.refer(prefix, name, from, false);
                }
                Field::Value(AccountNumber::Written(_)) | Field::Null | Field::Absent => {}
            }
        }
        let name = "wirelessPin";
        if let (true, Field::Value(from)) = (may(name), &port.wireless_pin) {
            secrets.refer(prefix, name, from, true);
        }
        secrets
    }

    fn refer(&mut self, prefix: &str, name: &str, from: &SecretRef, is_pin: bool) {
        self.references.push(Secret {
            pointer: format!("{prefix}/{name}"),
            from: from.clone(),
            is_pin,
        });
        self.changes.push(sensitive(name));
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Both that a wireless port needs are declared (D36).
    pub fn is_complete(&self) -> bool {
        self.changes.len() == 2
    }
}

fn sensitive(name: &str) -> Change {
    Change {
        path: format!("port.{name}"),
        before: Value::Null,
        after: Value::Null,
        sensitive: true,
        origin: None,
    }
}

/// Secrets go along with whatever mends a rejection; by themselves only once a
/// rejection that asks for them, or as the user says.
pub(super) fn along(
    scene: Scene,
    port: &LivePort,
    declaration: &DesiredPort,
    all: &[PhoneNumber],
    may: May,
    amendment: &mut Amendment,
) {
    let secrets = Secrets::of(&declaration.port, "", |name| may.secret(name));
    let asked_for = scene.context.resend_secrets;
    if secrets.is_empty() {
        if asked_for && !Secrets::of(&declaration.port, "", |_| true).is_empty() {
            amendment.warnings.push(Saying::warning(format!(
                "port {}: its secrets are not sent again: the platform takes no change of them in this state ({})",
                declaration.name, port.state
            )));
        }
        return;
    }
    let rejected = port.state == PortState::Rejected;
    let goes = if asked_for || (rejected && amendment.is_ready()) {
        true
    } else if rejected && are_named_by(port) {
        let first = all.first();
        let sent = first.and_then(|number| scene.context.memory.secrets_sent.get(number));
        match sent {
            Some(sent) if *sent != port.rejection() => true,
            Some(_) => {
                amendment.blocked.push(
                    Saying::blocked(format!(
                        "port {}: its secrets were sent once for this rejection{}, and are not sent a second time by themselves",
                        declaration.name,
                        on(port.rejection())
                    ))
                    .help(resend(declaration)),
                );
                false
            }
            None => {
                amendment.blocked.push(
                    Saying::blocked(format!(
                        "port {}: whether its secrets have changed since it was ordered is not known here, so they are not sent by themselves",
                        declaration.name
                    ))
                    .help(resend(declaration)),
                );
                false
            }
        }
    } else {
        false
    };
    if goes {
        let Secrets {
            written,
            references,
            changes,
        } = secrets;
        amendment.body.extend(written);
        amendment.secrets = references;
        amendment.changes.extend(changes);
    }
}

fn resend(declaration: &DesiredPort) -> String {
    format!(
        "change the secret where it is kept, then `alz port update {} --resend-secrets`",
        declaration.name
    )
}

/// Whether a rejection is about PIN or account number.
fn are_named_by(port: &LivePort) -> bool {
    let Some(line) = port.log.last() else {
        return false;
    };
    let text = format!("{} {}", line.code, line.message);
    let words = words(&text);
    let pairs = words.iter().zip(words.iter().skip(1));
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "PIN" | "PINS" | "PASSCODE" | "PASSWORD" | "PASSPHRASE" | "SSN"
        )
    }) || pairs.into_iter().any(|(first, second)| {
        matches!(first.as_str(), "ACCOUNT" | "ACCT")
            && matches!(second.as_str(), "NUMBER" | "NUM" | "NO" | "NBR")
    })
}

/// The words of a message or of a code (LSP:PIN_MISMATCH, InvalidPin), upper case.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in text.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && lower);
        if begins {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_uppercase());
        }
        lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_words_of_a_code_are_told_apart_and_opinions_are_no_pins() {
        assert_eq!(words("LSP:PIN_MISMATCH"), ["LSP", "PIN", "MISMATCH"]);
        assert_eq!(words("InvalidPin"), ["INVALID", "PIN"]);
        assert_eq!(words("opinion, shipping"), ["OPINION", "SHIPPING"]);
    }
}
