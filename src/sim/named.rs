//! Choices that have names in scenario files.

/// An enum without fields whose variants have names in scenario files: `"name" Variant,`.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $type:ident { $($(#[$inner:meta])* $name:literal $variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $type {
            $($(#[$inner])* #[serde(rename = $name)] $variant,)*
        }

        impl $type {
            /// Every choice, in order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name in scenario files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl $crate::json::Place for $type {
            fn expected(&self) -> &'static str {
                "a name"
            }

            fn take(&mut self, scalar: $crate::json::Scalar<'_>) -> Result<(), $crate::json::Problem> {
                *self = Self::ALL[scalar.one_of(&[$($name),*])?];
                Ok(())
            }
        }

        $crate::json::readable!($type = Self::ALL[0]);
    };
}

pub(super) use named;
