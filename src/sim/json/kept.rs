//! Values that are kept until it is known what they are for.

use serde::de::{Error, Unexpected};

use super::{Blank, List, Map, Object, Place, Problem, Scalar};

/// Any JSON.
#[derive(Debug, PartialEq)]
pub enum Kept {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that is not negative.
    Number(u64),
    /// A negative whole number.
    Negative(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Kept>),
    /// An object.
    Object(Vec<(String, Kept)>),
}

impl Kept {
    /// Fills `place`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn put(self, place: &mut dyn Place) -> Result<(), Problem> {
        let expected = place.expected();
        match self {
            Self::Null => place.take(Scalar::Null),
            Self::Bool(value) => place.take(Scalar::Bool(value)),
            Self::Number(value) => place.take(Scalar::Number(value)),
            Self::Negative(value) => place.take(Scalar::Negative(value)),
            Self::Float(value) => place.take(Scalar::Float(value)),
            Self::Text(value) => place.take(Scalar::Text(&value)),
            Self::List(items) => {
                let list = place.list().ok_or_else(|| Problem::invalid_type(Unexpected::Seq, &expected))?;
                items.into_iter().try_for_each(|item| item.put(list.item()))
            }
            Self::Object(kept) => {
                let object = place.object().ok_or_else(|| Problem::invalid_type(Unexpected::Map, &expected))?;
                Self::fill(object, kept)
            }
        }
    }
}

impl Place for Kept {
    fn expected(&self) -> &'static str {
        "anything"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        *self = match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Number(value) => Self::Number(value),
            Scalar::Negative(value) => Self::Negative(value),
            Scalar::Float(value) => Self::Float(value),
            Scalar::Text(value) => Self::Text(value.to_owned()),
        };
        Ok(())
    }

    fn list(&mut self) -> Option<&mut dyn List> {
        *self = Self::List(Vec::new());
        if let Self::List(items) = self { Some(items) } else { None }
    }

    fn object(&mut self) -> Option<Object<'_>> {
        *self = Self::Object(Vec::new());
        if let Self::Object(kept) = self { Some(Object::Map(kept)) } else { None }
    }
}

impl Blank for Kept {
    fn blank() -> Self {
        Self::Null
    }
}

impl Map for Vec<(String, Kept)> {
    fn entry(&mut self, name: String) -> &mut dyn Place {
        self.push((name, Kept::Null));
        &mut self.last_mut().expect("one was pushed").1
    }
}
