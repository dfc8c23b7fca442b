//! What the carrier and the E911 provider are still doing, or refused to do.
//!
//! A field that matches is no proof: the platform stores an E911 or CSR change
//! before the provider has taken it, and keeps it when the provider refuses.

use crate::model::LiveEvent;
use crate::model::live::EventKind;
use crate::plan::document::NoteKind;

use super::correction::{self, Offer};
use super::saying::Saying;

/// Statuses after which nothing more happens (contract notes, B2).
const TERMINAL: &[&str] = &[
    "COMPLETED",
    "CORRECTED_COMPLETED",
    "CANCELLED",
    "CARRIER_CANCELLED",
];

/// Still under way.
pub(super) fn is_open(event: &LiveEvent) -> bool {
    !event.is_rejected() && !TERMINAL.contains(&&*event.status)
}

pub(super) fn of_kind(events: &[LiveEvent], kind: EventKind) -> Option<&LiveEvent> {
    events.iter().find(|event| event.kind == kind)
}

pub(super) fn open(events: &[LiveEvent], kind: EventKind) -> Option<&LiveEvent> {
    of_kind(events, kind).filter(|event| is_open(event))
}

pub(super) fn rejected(events: &[LiveEvent], kind: EventKind) -> Option<&LiveEvent> {
    of_kind(events, kind).filter(|event| event.is_rejected())
}

/// What the events say of a number to which no address is sent now and that
/// waits for more than their confirmation.
pub(super) fn rejections(events: &[LiveEvent], offered: Option<&Offer>) -> Vec<Saying> {
    let mut sayings = in_force(events, false, false, offered);
    sayings.retain(|saying| saying.kind == NoteKind::Blocked);
    sayings
}

/// The provider's last words, for the end of a sentence.
pub(super) fn words(event: &LiveEvent) -> String {
    match event.message.as_deref().map(str::trim) {
        Some(message) if !message.is_empty() => message.to_owned(),
        Some(_) | None => "no reason was given".to_owned(),
    }
}

/// What the events say of an active number whose E911 address (`e911_sent`)
/// and CSR (`csr_sent`) this plan sends anew or leaves alone. An object sent
/// anew makes its own event; what became of the last one no longer matters.
/// `offered` is the provider's correction of a rejected address, where it has one.
pub(super) fn in_force(
    events: &[LiveEvent],
    e911_sent: bool,
    csr_sent: bool,
    offered: Option<&Offer>,
) -> Vec<Saying> {
    let mut sayings = Vec::new();
    for event in events {
        let (path, who, sent) = match event.kind {
            EventKind::E911Address => ("e911Address", "the E911 provider", e911_sent),
            EventKind::CsrChange => ("customerServiceRecord", "the carrier", csr_sent),
            EventKind::Activation | EventKind::Disconnect | EventKind::PortRequest => continue,
        };
        if sent {
            continue;
        }
        if event.is_rejected() {
            let help = match event.kind {
                EventKind::E911Address if offered.is_some() => {
                    offered.map(choices).unwrap_or_default()
                }
                EventKind::E911Address => {
                    "911 calls may be answered without an address until it is mended: declare an address that the provider takes, or settle it with the provider's support".to_owned()
                }
                EventKind::CsrChange
                | EventKind::Activation
                | EventKind::Disconnect
                | EventKind::PortRequest => {
                    "mend the record in the file, or ask the provider's support".to_owned()
                }
            };
            sayings.push(
                Saying::blocked(format!(
                    "{path} is not in force: {who} rejected it: {}",
                    words(event)
                ))
                .help(help),
            );
        } else if is_open(event) {
            sayings.push(Saying::waiting(format!(
                "{path} is not in force yet: {who} has not confirmed it ({})",
                event.status
            )));
        }
    }
    sayings
}

/// A correction waits for a person: what it says, and the two ways to decide.
fn choices(offered: &Offer) -> String {
    format!(
        "911 calls may be answered without an address until it is decided. The provider would have:\n{}\nto take it, write it in the file or add `onCorrection: accept` under e911Address; to keep the address as it is, add `onCorrection: keepOriginal`; then apply",
        correction::as_patch(offered.address, &offered.instead_of)
    )
}
