//! Reading JSON into places that exist already. One visitor fills them all, whatever their types are: code derived for each
//! type alone is several times as large, and everybody who opens the page downloads it. Writing JSON is derived.

mod kept;
mod places;
mod slot;

use serde::de::{Deserializer, Error, Unexpected};

pub use kept::Kept;
use slot::Slot;

use super::field_path::field_at;
use super::scenario::FieldError;

/// Why something cannot be read.
pub type Problem = serde_json::Error;

/// A value that can be read.
pub trait Place {
    /// What may stand here, for errors.
    fn expected(&self) -> &'static str;

    /// Takes what is neither a list nor an object.
    ///
    /// # Errors
    /// What is wrong with it; unless a type says otherwise, that it is no list or object.
    fn take(&mut self, scalar: Scalar<'_>) -> Result<(), Problem> {
        Err(scalar.of_wrong_type(self.expected()))
    }

    /// Starts a new list, if this is one.
    fn list(&mut self) -> Option<&mut dyn List> {
        None
    }

    /// Starts a new object, if this is one.
    fn object(&mut self) -> Option<Object<'_>> {
        None
    }
}

/// A value to start from.
pub trait Blank: Place {
    /// It; what is not read stays as it is here.
    fn blank() -> Self;
}

/// A list that is being read.
pub trait List {
    /// The place of one more item.
    fn item(&mut self) -> &mut dyn Place;
}

/// An object that is being read.
pub enum Object<'a> {
    /// These fields and no others.
    Fields(Vec<Field<'a>>),
    /// Fields of any name.
    Map(&'a mut dyn Map),
    /// One of its fields says which others there are.
    Tagged(&'a mut dyn Tagged),
    /// A single field, which names the variant and holds its value.
    Variant(&'a mut dyn Variants),
}

/// A field of an object.
pub struct Field<'a> {
    name: &'static str,
    place: &'a mut dyn Place,
    /// Whether it has to be read.
    is_missing: bool,
    is_read: bool,
}

/// A field that has to be there.
pub fn must<'a>(name: &'static str, place: &'a mut dyn Place) -> Field<'a> {
    Field { name, place, is_missing: true, is_read: false }
}

/// A field that may be left out.
pub fn may<'a>(name: &'static str, place: &'a mut dyn Place) -> Field<'a> {
    Field { is_missing: false, ..must(name, place) }
}

/// An object with fields of any name.
pub trait Map {
    /// The place of a field.
    fn entry(&mut self, name: String) -> &mut dyn Place;
}

/// An enum whose variants are objects.
pub trait Tagged {
    /// The field that says which variant it is.
    fn tag(&self) -> &'static str;

    /// Becomes that variant. What it returns has the other fields.
    ///
    /// # Errors
    /// There is no such variant.
    fn choose(&mut self, name: &str) -> Result<Object<'_>, Problem>;
}

/// An enum whose variants are objects with a single field.
pub trait Variants {
    /// Becomes the variant of that name. Returns the place of its value.
    ///
    /// # Errors
    /// There is no such variant.
    fn choose(&mut self, name: &str) -> Result<&mut dyn Place, Problem>;
}

/// What is neither a list nor an object.
#[derive(Clone, Copy)]
pub enum Scalar<'a> {
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
    Text(&'a str),
}

impl Scalar<'_> {
    const fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Number(value) => Unexpected::Unsigned(*value),
            Self::Negative(value) => Unexpected::Signed(*value),
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(value) => Unexpected::Str(value),
        }
    }

    /// The error that something else must stand here.
    #[must_use]
    pub fn of_wrong_type(&self, expected: &'static str) -> Problem {
        Problem::invalid_type(self.unexpected(), &expected)
    }

    /// The error that it cannot be this one.
    #[must_use]
    pub fn of_wrong_value(&self, expected: &'static str) -> Problem {
        Problem::invalid_value(self.unexpected(), &expected)
    }

    /// Which of `names` it is.
    ///
    /// # Errors
    /// It is none of them.
    pub fn one_of(&self, names: &'static [&'static str]) -> Result<usize, Problem> {
        match self {
            Self::Text(text) => {
                names.iter().position(|name| name == text).ok_or_else(|| Problem::unknown_variant(text, names))
            }
            _ => Err(self.of_wrong_type("a name")),
        }
    }
}

/// Where in `fields` the field of that name is.
fn find(fields: &[Field<'_>], name: &str) -> Result<usize, Problem> {
    match fields.iter().position(|field| field.name == name) {
        Some(at) if fields[at].is_read => Err(Problem::duplicate_field(fields[at].name)),
        Some(at) => Ok(at),
        None => {
            let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
            let expected = match &names[..] {
                [] => "there are no fields".to_owned(),
                [_] | [_, _] => format!("expected {}", names.join(" or ")),
                _ => format!("expected one of {}", names.join(", ")),
            };
            Err(Problem::custom(format!("unknown field `{name}`, {expected}")))
        }
    }
}

/// Checks that nothing is missing.
fn complete(fields: &[Field<'_>]) -> Result<(), Problem> {
    match fields.iter().find(|field| field.is_missing) {
        Some(field) => Err(Problem::missing_field(field.name)),
        None => Ok(()),
    }
}

/// Reads a value of its own.
///
/// # Errors
/// What is wrong with it.
pub fn read<'de, T: Blank, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::blank();
    Slot::fill(&mut value, deserializer)?;
    Ok(value)
}

/// Reads a value from a JSON text.
///
/// # Errors
/// The path of the field that is wrong, or `whole` if it is the text as a whole.
pub fn from_text<T: Blank>(text: &str, whole: &str) -> Result<T, FieldError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = read(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let path = field_at(text, error.line(), error.column());
        FieldError::new(if path.is_empty() { whole } else { &path }, error.to_string())
    })
}

/// Lets a type be read as an object with these fields: those that must be there, then those that may.
#[macro_export]
macro_rules! fields {
    ($type:ident { $($must:ident),* } { $($may:ident),* }) => {
        $crate::json::fields!($type = $type::default(); { $($must),* } { $($may),* });
    };
    ($type:ident = $blank:expr; { $($must:ident),* } { $($may:ident),* }) => {
        impl $crate::json::Place for $type {
            fn expected(&self) -> &'static str {
                concat!("struct ", stringify!($type))
            }

            fn object(&mut self) -> Option<$crate::json::Object<'_>> {
                Some($crate::json::Object::Fields(vec![
                    $($crate::json::must(stringify!($must), &mut self.$must),)*
                    $($crate::json::may(stringify!($may), &mut self.$may),)*
                ]))
            }
        }

        $crate::json::readable!($type = $blank);
    };
}

/// Lets a [`Place`] be read by itself and in lists, starting from this value.
#[macro_export]
macro_rules! readable {
    ($type:ident = $blank:expr) => {
        impl $crate::json::Blank for $type {
            fn blank() -> Self {
                $blank
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::read(deserializer)
            }
        }
    };
}

pub use {fields, readable};
