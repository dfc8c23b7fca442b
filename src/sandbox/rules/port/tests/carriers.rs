//! The carriers' side: what they object to, how they misbehave, and when their
//! windows open and close.

use super::*;

#[test]
fn the_losing_carrier_compares_what_it_has_on_file() {
    let other = |name: &str, value: &str| {
        let mut record = csr();
        record[name] = json!(value);
        json!({"customerServiceRecord": record})
    };
    let strict = |name: &str, value: &str| {
        let mut file = other(name, value);
        file["strictCsr"] = json!(true);
        file
    };
    let cases = [
        (json!({}), json!({}), ""),
        (json!({"pin": "4711"}), json!({}), "LSP:PIN_MISMATCH"),
        (
            json!({"pin": "4711"}),
            json!({"pin": "4712"}),
            "LSP:PIN_MISMATCH",
        ),
        (json!({"pin": "4711"}), json!({"pin": "4711"}), ""),
        (
            json!({"accountNumber": "9", "pin": "4711"}),
            json!({"wirelessAccount": "8", "pin": "4711"}),
            "LSP:ACCOUNT_NUMBER_MISMATCH",
        ),
        (json!({"freeze": true}), json!({}), "LSP:FREEZE"),
        (json!({"freeze": true, "pin": "1"}), json!({"pin": "1"}), ""),
        (
            json!({"billingTelephoneNumber": "18012240000"}),
            json!({}),
            "LSP:BTN_MISMATCH",
        ),
        (
            json!({"authorizedName": "Mary Molar"}),
            json!({"authorizedName": "John Doe"}),
            "LSP:AUTH_NAME_MISMATCH",
        ),
        (
            json!({"authorizedName": "Mary Molar"}),
            json!({"authorizedName": "MARY MOLAR"}),
            "",
        ),
        (other("lastName", "D'oe"), json!({}), ""),
        (strict("lastName", "D'oe"), json!({}), "LSP:NAME_MISMATCH"),
        (other("city", "LINDON"), json!({}), ""),
        (strict("city", "LINDON"), json!({}), "LSP:ADDRESS_MISMATCH"),
        (
            other("streetName", "521"),
            json!({}),
            "LSP:ADDRESS_MISMATCH",
        ),
        (other("unit", "5"), json!({}), "LSP:ADDRESS_MISMATCH"),
        (
            json!({"behaviour": "disconnected"}),
            json!({}),
            "LSP:DISCONNECTED",
        ),
        (
            json!({"behaviour": "pendingOrder"}),
            json!({}),
            "LSP:PENDING_ORDER",
        ),
    ];
    for (file, terms, code) in cases {
        let mut world = world(json!([file]), json!([]), "BANDWIDTH", start());
        rules::perform(&mut world, &order(terms.clone()), start()).expect("lawful");
        let id = only_port(&world);
        settle(&mut world, at("2026-12-01T06:00:00Z"));
        let event = &world.events[&key(&id)];
        if code.is_empty() {
            assert_eq!(event.status, EventStatus::FocReceived, "{file} {terms}");
            continue;
        }
        assert_eq!(event.status, EventStatus::Rejected, "{file} {terms}");
        let last = event.logs.last().expect("a log");
        assert_eq!(last.code, code, "{file} {terms}");
        assert!(!last.message.is_empty());
        let wanted = if code == "LSP:DISCONNECTED" {
            Reaction::Cancel
        } else {
            Reaction::Resubmit
        };
        assert_eq!(world.porting.ports[&id].reaction, Some(wanted));
    }
}

#[test]
fn the_winning_carrier_looks_at_the_date_and_the_form() {
    for (terms, code) in [
        // Too early, a Sunday, Thanksgiving, and beyond what is on offer.
        (json!({"crd": "2026-11-24"}), "CRD:NOT_AVAILABLE"),
        (json!({"crd": "2026-11-29"}), "CRD:NOT_AVAILABLE"),
        (json!({"crd": "2026-11-26"}), "CRD:NOT_AVAILABLE"),
        (json!({"crd": "2027-01-20"}), "CRD:NOT_AVAILABLE"),
        (
            json!({"wireType": "Wireless", "wirelessAccount": "1", "pin": "1"}),
            "WIRE_TYPE:MISMATCH",
        ),
        (json!({"crd": "2026-11-25"}), ""),
        (json!({"crd": "2026-12-21"}), ""),
    ] {
        let mut world = world(json!([]), json!([]), "BANDWIDTH", start());
        rules::perform(&mut world, &order(terms.clone()), start()).expect("lawful");
        settle(&mut world, at("2026-11-23T17:06:00Z"));
        let event = &world.events[&key(&only_port(&world))];
        let last = event.logs.last().expect("a log");
        if code.is_empty() {
            assert_eq!(event.status, EventStatus::InProgress, "{terms}");
        } else {
            assert_eq!(
                (event.status, &*last.code),
                (EventStatus::Rejected, code),
                "{terms}"
            );
        }
    }
}

#[test]
fn carriers_that_misbehave_do_so_in_their_own_way() {
    let cases: [(&str, &[(&str, &str)]); 4] = [
        ("silent", &[("2027-03-01T00:00:00Z", "IN_PROGRESS")]),
        ("cancels", &[("2026-12-01T00:00:00Z", "CARRIER_CANCELLED")]),
        (
            "losesFoc",
            &[
                ("2026-11-30T23:29:59Z", "FOC_RECEIVED"),
                ("2026-11-30T23:30:00Z", "FOC_REMOVED"),
                ("2026-12-02T00:00:00Z", "FOC_RECEIVED"),
                ("2026-12-04T00:59:59Z", "FOC_RECEIVED"),
                ("2026-12-04T01:00:00Z", "COMPLETED"),
            ],
        ),
        (
            "neverActivates",
            &[
                ("2026-12-02T01:00:00Z", "FOC_RECEIVED"),
                ("2026-12-16T00:59:59Z", "FOC_RECEIVED"),
                ("2026-12-16T01:00:00Z", "CARRIER_CANCELLED"),
            ],
        ),
    ];
    for (behaviour, moments) in cases {
        let file = json!([{"behaviour": behaviour}]);
        let mut world = world(file, json!([]), "BANDWIDTH", start());
        rules::perform(&mut world, &order(json!({})), start()).expect("lawful");
        let id = only_port(&world);
        for (instant, expected) in moments {
            settle(&mut world, at(instant));
            assert_eq!(status(&world, &id).0, *expected, "{behaviour} at {instant}");
        }
    }
}

#[test]
fn a_port_is_triggered_on_its_day_before_the_carriers_hour_in_its_zone() {
    let early = at("2026-01-05T17:00:00Z");
    for (carrier, foc, instant, token) in [
        (
            "BANDWIDTH",
            "2026-01-15",
            "2026-01-15T04:59:59Z",
            "NotFocDate",
        ),
        ("BANDWIDTH", "2026-01-15", "2026-01-15T05:00:00Z", ""),
        ("BANDWIDTH", "2026-01-15", "2026-01-16T00:59:59Z", ""),
        (
            "BANDWIDTH",
            "2026-01-15",
            "2026-01-16T01:00:00Z",
            "InvalidPortStatus",
        ),
        // Summer: an hour earlier by the world's clock.
        ("BANDWIDTH", "2026-07-15", "2026-07-15T23:59:59Z", ""),
        (
            "BANDWIDTH",
            "2026-07-15",
            "2026-07-16T00:00:00Z",
            "InvalidPortStatus",
        ),
        // The days on which the clocks change.
        ("BANDWIDTH", "2026-03-08", "2026-03-08T05:00:00Z", ""),
        (
            "BANDWIDTH",
            "2026-03-08",
            "2026-03-09T00:00:00Z",
            "InvalidPortStatus",
        ),
        (
            "BANDWIDTH",
            "2026-11-01",
            "2026-11-01T03:59:59Z",
            "NotFocDate",
        ),
        ("BANDWIDTH", "2026-11-01", "2026-11-02T00:59:59Z", ""),
        (
            "LEVEL_3",
            "2026-01-15",
            "2026-01-15T06:59:59Z",
            "NotFocDate",
        ),
        ("LEVEL_3", "2026-01-15", "2026-01-16T03:59:59Z", ""),
        (
            "LEVEL_3",
            "2026-01-15",
            "2026-01-16T04:00:00Z",
            "InvalidPortStatus",
        ),
        ("SINCH", "2026-07-15", "2026-07-15T06:00:00Z", ""),
        (
            "SINCH",
            "2026-07-15",
            "2026-07-16T00:00:00Z",
            "InvalidPortStatus",
        ),
        (
            "TELUS",
            "2026-01-15",
            "2026-01-15T18:00:00Z",
            "TriggerNotSupported",
        ),
    ] {
        let mut world = seeded("FOC_RECEIVED", carrier, foc, early);
        let done = rules::perform(&mut world, &command("trigger", "p1"), at(instant));
        let said = done.err().map_or("", |refusal| refusal.token);
        assert_eq!(said, token, "{carrier} {foc} at {instant}");
        if token.is_empty() {
            let again = rules::perform(&mut world, &command("trigger", "p1"), at(instant));
            assert_eq!(again.expect_err("twice").token, "PortAlreadyTriggered");
            settle(
                &mut world,
                at(instant) + SignedDuration::from_mins(5) - SignedDuration::from_secs(1),
            );
            assert_eq!(status(&world, "p1").0, "FOC_RECEIVED");
            settle(&mut world, at(instant) + SignedDuration::from_mins(20));
            assert_eq!(status(&world, "p1").0, "COMPLETED");
        }
    }
}
