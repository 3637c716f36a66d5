//! `html!`, in the notation of Yew's macro of this name.
//!
//! Yew writes the construction of an element out in place: some 150 bytes for each, again and again. This one makes a chain
//! of calls of `crate::ui::element`, a dozen bytes each, which takes a tenth off the download of the page. It knows what
//! the page needs: elements, fragments with or without a key, blocks, `for` with an iterator, `if` and `if let`.
//! Components are for Yew's own macro, see `crate::ui::panel`.

mod expand;
mod parse;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// An `Html` of elements.
#[proc_macro]
pub fn html(tokens: TokenStream) -> TokenStream {
    expand::html(&parse_macro_input!(tokens as parse::Nodes).0).into()
}
