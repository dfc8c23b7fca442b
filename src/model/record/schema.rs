//! What the JSON Schemas add to the types: the platform's enumerations.

use schemars::Schema;
use serde_json::{Value, json};

use crate::model::values;

fn one_of(schema: &mut Schema, values: &[&str]) {
    let list: Vec<Value> = values
        .iter()
        .map(|v| json!(v))
        .chain([Value::Null])
        .collect();
    schema.insert("type".into(), json!(["string", "null"]));
    schema.insert("enum".into(), Value::Array(list));
}
pub fn customer_type(schema: &mut Schema) {
    one_of(schema, values::CUSTOMER_TYPES);
}
pub fn directional(schema: &mut Schema) {
    one_of(schema, &with_empty(values::DIRECTIONALS));
}
pub fn secondary_location(schema: &mut Schema) {
    one_of(schema, &with_empty(values::SECONDARY_LOCATIONS));
}
pub fn language(schema: &mut Schema) {
    one_of(schema, values::LANGUAGES);
}
pub fn listing_type(schema: &mut Schema) {
    one_of(schema, values::LISTING_TYPES);
}
pub fn reference_type(schema: &mut Schema) {
    one_of(schema, values::REFERENCE_TYPES);
}
pub fn wire_type(schema: &mut Schema) {
    one_of(schema, values::WIRE_TYPES);
}
pub fn boolean(schema: &mut Schema) {
    schema.insert("type".into(), json!(["boolean", "null"]));
}
fn with_empty<'a>(values: &[&'a str]) -> Vec<&'a str> {
    [""].into_iter().chain(values.iter().copied()).collect()
}
