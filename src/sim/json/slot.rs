//! The visitor that fills a place.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::{Field, Kept, List, Object, Place, Problem, Scalar, Tagged, complete, find};

/// A place that waits for its value.
pub struct Slot<'a>(&'a mut dyn Place);

impl<'a> Slot<'a> {
    /// Fills `place`.
    pub fn fill<'de, D: Deserializer<'de>>(place: &'a mut dyn Place, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Self(place))
    }

    fn take<E: Error>(self, scalar: Scalar<'_>) -> Result<(), E> {
        self.0.take(scalar).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Slot<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.expected())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.take(Scalar::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.take(Scalar::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.take(Scalar::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.take(u64::try_from(value).map_or(Scalar::Negative(value), Scalar::Number))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.take(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.take(Scalar::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let expected = self.0.expected();
        let Some(list) = self.0.list() else {
            return Err(A::Error::invalid_type(Unexpected::Seq, &expected));
        };
        while items.next_element_seed(Item(list))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let expected = self.0.expected();
        match self.0.object() {
            None => Err(A::Error::invalid_type(Unexpected::Map, &expected)),
            Some(Object::Fields(mut fields)) => {
                while let Some(at) = entries.next_key_seed(Name(&fields))? {
                    entries.next_value_seed(Slot(fields[at].place()))?;
                }
                complete(&fields).map_err(A::Error::custom)
            }
            Some(Object::Map(map)) => {
                while let Some(name) = entries.next_key::<String>()? {
                    entries.next_value_seed(Slot(map.entry(name)))?;
                }
                Ok(())
            }
            Some(mut object) => {
                let mut kept = Vec::new();
                while let Some(name) = entries.next_key::<String>()? {
                    let mut value = Kept::Null;
                    match &mut object {
                        Object::Tagged(tagged) if tagged.tag() == name => {
                            entries.next_value_seed(Slot(&mut Tag { of: *tagged, value: &mut value }))?;
                        }
                        _ => entries.next_value_seed(Slot(&mut value))?,
                    }
                    kept.push((name, value));
                }
                Kept::fill(object, kept).map_err(A::Error::custom)
            }
        }
    }
}

/// A list that waits for its next item.
struct Item<'a>(&'a mut dyn List);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Slot::fill(self.0.item(), deserializer)
    }
}

/// A tag, which is kept, too, and refused where it stands if there is no such variant.
struct Tag<'a> {
    of: &'a mut dyn Tagged,
    value: &'a mut Kept,
}

impl Place for Tag<'_> {
    fn expected(&self) -> &'static str {
        "a name"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        if let Scalar::Text(name) = scalar {
            self.of.choose(name)?;
        }
        self.value.take(scalar)
    }
}

/// The name of a field; becomes its index.
struct Name<'a, 'b>(&'a [Field<'b>]);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        find(self.0, name).map_err(E::custom)
    }
}

impl Field<'_> {
    /// Its place, to be filled now.
    pub fn place(&mut self) -> &mut dyn Place {
        (self.is_missing, self.is_read) = (false, true);
        self.place
    }
}

impl Kept {
    /// Fills an object with what was kept.
    ///
    /// # Errors
    /// What does not belong there, or is missing.
    pub(super) fn fill(object: Object<'_>, mut kept: Vec<(String, Self)>) -> Result<(), Problem> {
        // Where a value stood is forgotten by now, so that the error has to say whose it is.
        let put = |name: &str, value: Self, place: &mut dyn Place| {
            value.put(place).map_err(|problem| Problem::custom(format!("{name}: {problem}")))
        };
        match object {
            Object::Fields(mut fields) => {
                for (name, value) in kept {
                    let at = find(&fields, &name)?;
                    put(&name, value, fields[at].place())?;
                }
                complete(&fields)
            }
            Object::Map(map) => {
                kept.into_iter().try_for_each(|(name, value)| put(&name.clone(), value, map.entry(name)))
            }
            Object::Tagged(tagged) => {
                let tag = tagged.tag();
                let at = kept.iter().position(|(name, _)| name == tag).ok_or_else(|| Problem::missing_field(tag))?;
                let (_, name) = kept.remove(at);
                match name {
                    Self::Text(name) => Self::fill(tagged.choose(&name)?, kept),
                    other => other.put(&mut String::new()),
                }
            }
            Object::Variant(variants) => match kept.pop() {
                Some((name, value)) if kept.is_empty() => put(&name, value, variants.choose(&name)?),
                _ => Err(Problem::invalid_value(Unexpected::Map, &"map with a single key")),
            },
        }
    }
}
