//! A located node as serde reads it: a node hands itself over as what the type
//! asks for, and its members and items are walked without those set aside.

use std::rc::Rc;

use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::{At, Fault, Path, SECRET, place_of};
use crate::desired::problem::nearest;
use crate::desired::tree::{Entry, Kind, Node};

macro_rules! whole_numbers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.whole()?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for At<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => visitor.visit_unit(),
            Kind::Scalar(scalar) => visitor.visit_str(&scalar.text),
            Kind::List(_) => self.deserialize_seq(visitor),
            Kind::Map(_) => self.map(None, false, visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let scalar = self.scalar("a text")?;
        if scalar.is_null() {
            return Err(self.wrong("a text", "write the value after the colon"));
        }
        visitor.visit_str(&scalar.text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let wanted = "true or false";
        match self.plain(wanted)? {
            "true" | "True" | "TRUE" => visitor.visit_bool(true),
            "false" | "False" | "FALSE" => visitor.visit_bool(false),
            "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" => {
                Err(self.wrong(wanted, "write true"))
            }
            "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" => {
                Err(self.wrong(wanted, "write false"))
            }
            _ => Err(self.wrong(wanted, "")),
        }
    }

    whole_numbers! {
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.plain("a number")?.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(self.wrong("a number", "")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.kind {
            Kind::List(items) => visitor.visit_seq(Items {
                items: items.iter().enumerate(),
                at: self,
            }),
            Kind::Scalar(_) | Kind::Map(_) => {
                Err(self.wrong("a list", "write [value] or one `- value` a line"))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.map(None, false, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.map(Some(fields), name == SECRET, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let wanted = variants.join(" or ");
        let text = &self.scalar(&wanted)?.text;
        if !variants.contains(&text.as_str()) {
            let near = nearest(text, variants.iter().copied());
            let help = match (near, variants) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                // Where there is one choice only, leaving it out is another.
                (None, [_]) => String::new(),
                (None, _) => format!("one of {}", variants.join(", ")),
            };
            return Err(self.wrong(&wanted, &help));
        }
        visitor.visit_enum(text.as_str().into_deserializer())
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The members of a map, without those set aside and those unknown.
pub(super) struct Members<'t, 'p> {
    pub(super) entries: std::slice::Iter<'t, Entry>,
    pub(super) fields: Option<&'static [&'static str]>,
    pub(super) value: Option<&'t Entry>,
    pub(super) at: At<'t, 'p>,
}

impl<'t> de::MapAccess<'t> for Members<'t, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let reading = self.at.reading;
        let next = self.entries.by_ref().find(|entry| {
            !reading.is_aside(&entry.key)
                && self
                    .fields
                    .is_none_or(|fields| fields.contains(&entry.name()))
        });
        let Some(entry) = next else { return Ok(None) };
        self.value = Some(entry);
        // A key is its text, whatever it looks like.
        let key: de::value::StrDeserializer<'_, Fault> = entry.name().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|fault| {
            let path = Path::Member(self.at.path, entry.name());
            reading.tell(&fault, &entry.key, entry.key.place, &path);
            reading
                .set_aside
                .borrow_mut()
                .insert(Rc::as_ptr(&entry.key));
            Fault::Told
        })
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(entry) = self.value.take() else {
            return Err(Fault::Value("a value without a key".to_owned()));
        };
        let path = Path::Member(self.at.path, entry.name());
        let at = At {
            node: &entry.value,
            path: &path,
            reading: self.at.reading,
        };
        seed.deserialize(at)
            .map_err(|fault| at.set_aside(&fault, &entry.key, place_of(&fault, entry)))
    }
}

/// The items of a list, without those set aside.
struct Items<'t, 'p> {
    items: std::iter::Enumerate<std::slice::Iter<'t, Rc<Node>>>,
    at: At<'t, 'p>,
}

impl<'t> de::SeqAccess<'t> for Items<'t, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'t>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let reading = self.at.reading;
        let next = self
            .items
            .by_ref()
            .find(|(_, item)| !reading.is_aside(item));
        let Some((index, item)) = next else {
            return Ok(None);
        };
        let path = Path::Item(self.at.path, index);
        let at = At {
            node: item,
            path: &path,
            reading,
        };
        seed.deserialize(at)
            .map(Some)
            .map_err(|fault| at.set_aside(&fault, item, item.place))
    }
}
