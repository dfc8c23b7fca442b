//! The wire types against the published shapes. Client and simulator share
//! these types; what is written here comes from the OpenAPI and the guide, so
//! that the two can't be wrong together.

use alz::api::wire;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Read and written again, nothing may be lost: a misspelt member would be.
fn keeps<T: DeserializeOwned + Serialize>(published: Value) {
    let read: T = serde_json::from_value(published.clone()).expect("the published shape");
    assert_eq!(serde_json::to_value(read).expect("JSON"), published);
}

#[test]
fn a_number_on_an_account() {
    keeps::<wire::TelephoneNumber>(json!({
        "phoneNumber": "18015551212", "referenceType": "END_USER", "referenceId": "U1",
        "functionType": "ELS", "canAcceptSMS": false, "operationalStatus": "ACTIVE",
        "portId": "O1", "accountId": "A1", "partitionId": "P1", "carrierStatus": "PORT_PENDING",
        "orderVersion": "V1", "assignAsCallerId": true, "ringType": "NORMAL", "carrierId": "C1",
        "tollFree": false, "id": "18015551212",
        "customerServiceRecord": {
            "customerType": "BUSINESS", "businessName": "Sample Dental", "streetNumber": "333",
            "streetNumberSuffix": "1/2", "preDirectional": "S", "streetName": "520",
            "streetSuffix": "", "postDirectional": "W", "city": "Lindon", "state": "UT",
            "postalCode": "84042", "country": "USA", "secondaryLocationDescription": "SUITE",
            "unit": "500", "customerName": "Sample Dental", "blockCustomerName": false, "id": "R1",
        },
        "e911Address": {"city": "Lindon", "latitude": "40.33", "longitude": "-111.72", "language": "fr-CA"},
        "directoryListing": {"listed": true, "type": "LIST_PUBLISH", "address": {"city": "Lindon"}},
    }));
}

#[test]
fn a_number_in_the_inventory() {
    keeps::<wire::TelephoneNumberView>(json!({
        "partitionId": "P1", "phoneNumber": "18015551212", "rateCenter": "LINDON", "state": "UT",
        "country": "USA", "prefix": "1801555", "accountId": "A1", "carrierId": "C1",
        "cooldownExpireDate": "2026-12-20T00:00:00Z", "cooldownRecoveredDate": "2026-11-23T00:00:00Z",
        "functionType": "ELS", "distance": 2.5, "byotn": false, "isInInventory": true,
        "operationalStatus": "ACTIVE", "port": false, "id": "18015551212",
    }));
}

#[test]
fn an_activation_event() {
    keeps::<wire::EventPage>(json!({"totalRecords": 1, "results": [{
        "id": "E1", "partitionId": "P1", "accountId": "A1", "serviceType": "PORT_REQUEST",
        "referenceType": "PORT", "referenceId": "O1", "activationStatusType": "FOC_RECEIVED",
        "createdDate": "2026-11-09T21:12:22.185Z", "lastUpdatedDate": "2026-11-10T17:24:23.902Z",
        "focDate": "2026-11-21T07:00:00.000Z", "crdDate": "2026-11-21T07:00:00.000Z",
        "mainTelephoneNumber": "18015551212", "subTelephoneNumbers": ["18015551213"],
        "firstName": "Jo", "lastName": "Doe", "companyName": "Sample", "l3Reaction": "IGNORE",
        "parentOrderId": "X", "editableFieldTypes": ["crdDate"], "inboundCarrierType": "LEVEL_3",
        "logs": [{
            "status": "FOC_RECEIVED", "actionDate": "2026-11-10T17:24:23.902Z", "code": "FOC",
            "message": "", "creationDate": "2026-11-10T17:24:24.308Z", "generatedTicketId": "T.1",
        }],
    }]}));
}

#[test]
fn the_partition_its_carriers_and_its_people() {
    keeps::<wire::Partition>(json!({
        "id": "P1", "name": "Sample", "status": "ACTIVE", "country": "USA",
        "tnDeleteCooldownDays": 30, "defaultDirectoryListingType": "NOT_LIST_NOT_PUBLISH",
        "autoAssignCallerId": true,
    }));
    keeps::<wire::InboundCarrier>(json!({
        "id": "C1", "name": "Lumen", "carrierType": "LEVEL_3", "supportsCSRUpdate": true,
        "supportCNAMChange": false, "supportDirectoryListing": true, "supportPorting": true,
    }));
    keeps::<wire::EndUser>(json!({
        "id": "U1", "username": "jo", "firstName": "Jo", "lastName": "Doe", "accountId": "A1",
        "partitionId": "P1", "timeZone": "US/Mountain", "extension": "101",
        "callerIdConfig": {
            "callerIdNumber": "18015551212", "externalCallerIdVisible": true,
            "extensionCallerIdVisible": false,
        },
    }));
    keeps::<wire::LoginToken>(json!({
        "authToken": "T", "userId": "U", "userType": "ManagementUser", "username": "u@example.com",
        "partitionId": "P1", "partitionName": "Sample", "permissions": {"Account": "DELETE"},
        "mustChangePassword": false, "maxLifeInHours": 8,
    }));
    keeps::<wire::Account>(json!({
        "id": "A1", "partitionId": "P1", "accountNumber": "1001", "accountName": "Sample Dental",
        "status": "ACTIVE",
    }));
}

#[test]
fn what_the_platform_answers_to_questions() {
    keeps::<wire::E911Prevalidation>(json!({
        "valid": "INVALID", "errors": ["No match"], "addressAlternatives": [{"city": "OTTAWA"}],
        "address": {"city": "Ottawa"},
    }));
    keeps::<wire::RateCenter>(json!({
        "name": "LINDON", "state": "UT", "country": "USA", "wireless": false, "portable": true,
        "serviceAvailable": true, "inboundCarrierType": "BANDWIDTH",
    }));
    keeps::<wire::PortAvailability>(json!({
        "serviceAvailable": true, "lnp": true, "wirelessPort": false, "carrierType": "SINCH",
        "directoryListingAllowed": true, "earliestCRD": "2026-12-01", "latestCRD": "2026-12-30",
        "availabilityList": ["2026-12-01"], "resultCSRs": [{"city": "Lindon"}], "exception": "none",
        "thirdPartyResultMessage": "ok",
    }));
    keeps::<wire::NumberUsages>(json!({
        "partitionId": "P1", "accountId": "A1", "phoneNumber": "18015551212", "users": ["U1"],
    }));
}

#[test]
fn an_address_is_read_flat_and_nested() {
    let nested: wire::TelephoneNumber = serde_json::from_value(json!({
        "phoneNumber": "18015551212",
        "e911Address": {"address": {"city": "Lindon"}, "latitude": 40.33},
    }))
    .expect("the guide's shape");
    let address = nested.e911_address.expect("an address");
    assert_eq!(address.get(alz::model::Member::City), "Lindon");
    assert_eq!(address.get(alz::model::Member::Latitude), "40.33");
}
