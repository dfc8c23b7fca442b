//! A listing full of the platform's own spelling plans to nothing.

use serde_json::json;

use crate::world::*;

#[test]
fn the_platforms_noise_is_no_change() {
    let live_csr = json!({
        "id": "kQ2", "requiresUnitInfo": true, "customerType": "BUSINESS", "businessName": "SAMPLE  DENTAL ",
        "customerName": "SAMPLE DENTAL", "firstName": "", "lastName": null, "middleInitial": "",
        "streetNumber": "333 ", "streetNumberSuffix": "", "preDirectional": "S", "streetName": "JEFFERSON ST",
        "streetSuffix": "", "postDirectional": "", "secondaryLocationDescription": "SUITE", "unit": "500",
        "city": "LINDON", "state": "UT", "country": "US", "postalCode": "84042-1717", "blockCustomerName": false,
        "firstNameSecondary": null
    });
    let world = World::new()
        .declares(json!({
            "customerServiceRecord": {
                "customerType": "BUSINESS", "businessName": "Sample Dental", "customerName": "Sample Dental",
                "streetNumber": "333", "preDirectional": "S", "streetName": "Jefferson", "streetSuffix": "Street",
                "secondaryLocationDescription": "SUITE", "unit": "500", "city": "Lindon", "state": "Utah",
                "postalCode": "84042", "blockCustomerName": "false"
            },
            "e911Address": {
                "businessName": "Sample Dental", "customerName": "ignored here",
                "streetNumber": "333", "preDirectional": "S.", "streetName": "Jefferson St",
                "secondaryLocationDescription": "Suite", "unit": "500", "city": "Lindon", "state": "UT",
                "country": "USA", "postalCode": "84042", "language": null,
                "latitude": "40.332492", "longitude": "-111.728167", "onCorrection": "report"
            },
            "directoryListing": { "listed": false, "type": "NOT_LIST_NOT_PUBLISH", "address": null },
            "reference": { "type": "END_USER", "id": USER, "assignAsCallerId": true },
            "holdActivation": false,
            "protected": true
        }))
        .lists("ACTIVE", json!({
            "id": NUMBER, "accountId": ACCOUNT, "partitionId": "X4f", "orderVersion": "77", "functionType": "ELS",
            "servicePackageType": "STANDARD", "canAcceptSMS": false, "ringType": "NONE", "tollFree": false,
            "operationalStatus": "ACTIVE", "portId": null, "somethingNew": [1, 2],
            "referenceType": "END_USER", "referenceId": USER, "assignAsCallerId": null,
            "customerServiceRecord": live_csr,
            "e911Address": with(live_csr.clone(), json!({
                "latitude": 40.332492, "longitude": "-111.7281670", "language": null, "requiresUnitInfo": null
            })),
            "directoryListing": { "listed": false, "address": live_csr }
        }))
        // Nothing of it is managed: nothing of it matters.
        .declares_number("18015551213", json!({}))
        .lists_number("18015551213", "ACTIVE", json!({ "customerServiceRecord": live_csr }))
        // The same, with the E911 address as the file's null has it.
        .declares_number("18015551214", json!({ "e911Address": null }))
        .lists_number("18015551214", "ACTIVE", json!({ "customerServiceRecord": live_csr, "e911Address": live_csr }))
        .shows_caller_id(NUMBER);
    let plan = world.plan();
    assert_quiet(&plan);
    assert_eq!(count(&plan, "inSync"), 3);
}
