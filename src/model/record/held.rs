//! An address-like object as the platform holds it: tolerant of what comes,
//! and nothing of it is lost when it goes back.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::model::member::Member;

/// An address-like object as the platform holds it. An absent member, null and
/// "" all mean empty (N1). Members that this program doesn't know are kept, so
/// that an object that must be sent whole loses nothing.
#[derive(Clone, Default, PartialEq)]
pub struct Record {
    members: [Option<Box<str>>; Member::COUNT],
    extra: Option<Box<Map<String, Value>>>,
}

impl Record {
    /// The member's text, empty where there is none.
    pub fn get(&self, member: Member) -> &str {
        self.members[member as usize].as_deref().unwrap_or("")
    }

    /// The member as it came, telling "" from absent.
    pub fn raw(&self, member: Member) -> Option<&str> {
        self.members[member as usize].as_deref()
    }

    pub fn set(&mut self, member: Member, value: Option<&str>) {
        self.members[member as usize] = value.map(Into::into);
    }

    /// Members outside [`Member`], as they came.
    pub fn extra(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.extra.iter().flat_map(|map| map.iter())
    }

    pub fn set_extra(&mut self, name: &str, value: Value) {
        self.extra
            .get_or_insert_default()
            .insert(name.to_owned(), value);
    }

    pub fn remove_extra(&mut self, name: &str) -> Option<Value> {
        self.extra.as_mut()?.remove(name)
    }

    /// No member says anything.
    pub fn is_empty(&self) -> bool {
        Member::ALL
            .into_iter()
            .all(|member| self.get(member).is_empty())
    }
}

/// Names and places are masked: what is printed to find a mistake ends in logs.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                Member::ALL
                    .into_iter()
                    .filter_map(|m| Some((m.name(), m.in_debug(self.raw(m)?)))),
            )
            .finish()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for member in Member::ALL {
            match self.raw(member) {
                None => {}
                Some(text) if member.is_boolean() => {
                    map.serialize_entry(member.name(), &text.eq_ignore_ascii_case("true"))?;
                }
                Some(text) => map.serialize_entry(member.name(), text)?,
            }
        }
        for (name, value) in self.extra() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A member's value on the wire: text, but numbers and booleans are taken as
/// their text (coordinates appear as both; N12).
struct WireText(Option<Box<str>>);

impl<'de> Deserialize<'de> for WireText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WireTextVisitor;
        impl<'de> Visitor<'de> for WireTextVisitor {
            type Value = WireText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number, a boolean or null")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WireText, E> {
                Ok(WireText(Some(text.into())))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<WireText, E> {
                Ok(WireText(Some(if value { "true" } else { "false" }.into())))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_unit<E: de::Error>(self) -> Result<WireText, E> {
                Ok(WireText(None))
            }
            fn visit_none<E: de::Error>(self) -> Result<WireText, E> {
                Ok(WireText(None))
            }
        }
        deserializer.deserialize_any(WireTextVisitor)
    }
}

/// A member name, found without allocating it.
enum Key {
    Known(Member),
    Nested,
    Unknown(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(match Member::from_name(name) {
                    Some(member) => Key::Known(member),
                    None if name == "address" => Key::Nested,
                    None => Key::Unknown(name.to_owned()),
                })
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = Record;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut record = Record::default();
                while let Some(key) = map.next_key::<Key>()? {
                    match key {
                        Key::Known(member) => {
                            record.members[member as usize] = map.next_value::<WireText>()?.0;
                        }
                        // The guide shows e911Address both flat and as {address: {…}}.
                        Key::Nested => match map.next_value::<Option<Record>>()? {
                            None => {}
                            Some(nested) => {
                                for (mine, theirs) in record.members.iter_mut().zip(nested.members)
                                {
                                    if theirs.is_some() {
                                        *mine = theirs;
                                    }
                                }
                            }
                        },
                        Key::Unknown(name) => {
                            let value = map.next_value()?;
                            record.set_extra(&name, value);
                        }
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}
