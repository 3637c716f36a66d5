//! Reading of what fields are made of.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::de::Error;

use super::{Blank, List, Map, Object, Place, Problem, Scalar};

macro_rules! whole_number {
    ($($type:ident)*) => {$(
        impl Place for $type {
            fn expected(&self) -> &'static str {
                stringify!($type)
            }

            fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
                let value = match scalar {
                    Scalar::Number(value) => Self::try_from(value).ok(),
                    Scalar::Negative(value) => Self::try_from(value).ok(),
                    _ => return Err(scalar.of_wrong_type(self.expected())),
                };
                *self = value.ok_or_else(|| scalar.of_wrong_value(self.expected()))?;
                Ok(())
            }
        }

        impl Blank for $type {
            fn blank() -> Self {
                0
            }
        }
    )*};
}

whole_number!(u8 u16 u32 u64 i32);

impl Place for bool {
    fn expected(&self) -> &'static str {
        "a boolean"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        let Scalar::Bool(value) = scalar else {
            return Err(scalar.of_wrong_type(self.expected()));
        };
        *self = value;
        Ok(())
    }
}

impl Blank for bool {
    fn blank() -> Self {
        false
    }
}

impl Place for String {
    fn expected(&self) -> &'static str {
        "a string"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        let Scalar::Text(text) = scalar else {
            return Err(scalar.of_wrong_type(self.expected()));
        };
        text.clone_into(self);
        Ok(())
    }
}

impl Blank for String {
    fn blank() -> Self {
        Self::new()
    }
}

impl Place for Ipv4Addr {
    fn expected(&self) -> &'static str {
        "IPv4 address"
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        let Scalar::Text(text) = scalar else {
            return Err(scalar.of_wrong_type(self.expected()));
        };
        *self = text.parse().map_err(Problem::custom)?;
        Ok(())
    }
}

impl Blank for Ipv4Addr {
    fn blank() -> Self {
        Self::UNSPECIFIED
    }
}

impl<T: Blank> Place for Option<T> {
    fn expected(&self) -> &'static str {
        T::blank().expected()
    }

    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        if let Scalar::Null = scalar {
            *self = None;
            return Ok(());
        }
        self.insert(T::blank()).take(scalar)
    }

    fn list(&mut self) -> Option<&mut dyn List> {
        self.insert(T::blank()).list()
    }

    fn object(&mut self) -> Option<Object<'_>> {
        self.insert(T::blank()).object()
    }
}

impl<T: Blank> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

impl<T: Blank> Place for Vec<T> {
    fn expected(&self) -> &'static str {
        "a sequence"
    }

    fn list(&mut self) -> Option<&mut dyn List> {
        self.clear();
        Some(self)
    }
}

impl<T: Blank> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
}

impl<T: Blank> List for Vec<T> {
    fn item(&mut self) -> &mut dyn Place {
        self.push(T::blank());
        self.last_mut().expect("one was pushed")
    }
}

impl<T: Blank> Place for BTreeMap<String, T> {
    fn expected(&self) -> &'static str {
        "a map"
    }

    fn object(&mut self) -> Option<Object<'_>> {
        self.clear();
        Some(Object::Map(self))
    }
}

impl<T: Blank> Map for BTreeMap<String, T> {
    fn entry(&mut self, name: String) -> &mut dyn Place {
        let place = self.entry(name).or_insert_with(T::blank);
        *place = T::blank();
        place
    }
}
