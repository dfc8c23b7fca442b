//! An order that a carrier has called off again and again, and that the files
//! would have placed once more as it was.
//!
//! A port cancelled to the end is ordered anew (design, section 3). But what a
//! carrier cancelled was cancelled for a reason, and a pipeline that applies
//! every night would place the same order every night. So once the journal
//! remembers a second order, the last one is compared with the one that is due,
//! to the letter, for a comma may be the cure: as long as nothing differs, a
//! person must act. Any change of the port lifts it.

use jiff::civil::Date;

use crate::model::meaning;
use crate::model::{DesiredPort, LivePort, Member, PhoneNumber, PortState, Record};

use super::super::saying::Saying;
use super::Scene;
use super::progress::on;
use super::secrets::Secrets;
use super::terms::{same_setting, same_text, telecom};

/// Orders that were placed before a person must look.
const ENOUGH: u32 = 2;

/// Why an order is not placed: the carrier has cancelled exactly this one.
pub(super) fn repeated(
    scene: Scene,
    declaration: &DesiredPort,
    numbers: &[PhoneNumber],
    shown: &Record,
    day: Date,
) -> Option<Saying> {
    let last = numbers
        .iter()
        .find_map(|number| scene.last_port(*number))
        .filter(|last| last.state == PortState::CarrierCancelled)?;
    let orders = &scene.context.memory.orders;
    let placed = numbers.iter().filter_map(|number| orders.get(number)).max();
    if placed.is_none_or(|placed| *placed < ENOUGH) {
        return None;
    }
    let has_secrets = !Secrets::of(&declaration.port, "", |_| true).is_empty();
    // They can't be compared: the user says that they have changed.
    let renewed = has_secrets && scene.context.resend_secrets;
    if renewed || !is_the_same(last, declaration, numbers, shown, day) {
        return None;
    }
    let name = &declaration.name;
    let secrets = if has_secrets {
        "; if it was a PIN or account number, change it where it is kept and run apply --resend-secrets"
    } else {
        ""
    };
    Some(
        Saying::blocked(format!(
            "the carrier cancelled exactly this order{}, and not for the first time: {}",
            on(last.since()),
            last.words().unwrap_or("no reason was given")
        ))
        .help(format!(
            "mend in ports.{name} what it was cancelled for, or ask for another crdDate: what differs is ordered{secrets}"
        )),
    )
}

/// Whether the order says what the last one said, secrets aside.
fn is_the_same(
    last: &LivePort,
    declaration: &DesiredPort,
    numbers: &[PhoneNumber],
    shown: &Record,
    day: Date,
) -> bool {
    let port = &declaration.port;
    let text = |now: &Option<Box<str>>, wanted: &str| {
        // The platform may have filled in what the file leaves out.
        wanted.is_empty() || same_text(now.as_deref().unwrap_or(""), wanted, true)
    };
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let settings = last.telecom_settings.clone().unwrap_or_default();
    let empty = Record::default();
    let record = last.customer_service_record.as_ref().unwrap_or(&empty);
    sorted == last.numbers
        && last.crd == Some(day)
        && port
            .billing_telephone_number
            .value()
            .is_none_or(|billing| last.billing_telephone_number == Some(*billing))
        && text(&last.porting_wire_type, port.porting_wire_type.text())
        && text(
            &last.porting_authorized_name,
            port.porting_authorized_name.text(),
        )
        && port.telecom_settings.value().is_none_or(|wanted| {
            telecom(wanted)
                .iter()
                .all(|(name, field)| same_setting(settings.get(*name), field, true))
        })
        && Member::ALL
            .into_iter()
            .filter(|member| member.in_csr())
            .all(|member| {
                let (was, is) = (record.get(member), shown.get(member));
                was == is || (member.is_boolean() && meaning::same_member(member, was, is))
            })
}
