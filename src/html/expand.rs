//! Makes calls of what was read.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Expr, ExprLit, Lit, LitStr};

use crate::parse::{Element, Node, Nodes};

/// Attributes that are there or not, without a value of their own.
const FLAGS: [&str; 3] = ["disabled", "novalidate", "selected"];

/// Code for an `Html` of these nodes.
pub fn html(nodes: &[Node]) -> TokenStream {
    let html = match nodes {
        [node] if !matches!(node, Node::Each(_)) => value(node),
        nodes => with_children(quote!(crate::ui::element::Fragment::default()), nodes),
    };
    quote!(crate::ui::element::Content::html(#html))
}

/// Code for something that can be put into an element.
fn value(node: &Node) -> TokenStream {
    match node {
        Node::Element(node) => element(node),
        Node::Fragment { key: None, children } => html(&children.0),
        Node::Fragment { key: Some(key), children } => {
            with_children(quote!(crate::ui::element::Fragment::default().key(#key)), &children.0)
        }
        Node::Value(value) | Node::Each(value) => quote!(#value),
        Node::If { condition, then, otherwise } => {
            let then = html(&then.0);
            let otherwise = otherwise.as_ref().map_or_else(|| quote!(::yew::Html::default()), |node| value(node));
            quote!(if #condition { #then } else { #otherwise })
        }
    }
}

fn with_children(parent: TokenStream, children: &[Node]) -> TokenStream {
    children.iter().fold(parent, |parent, child| {
        let content = value(child);
        if matches!(child, Node::Each(_)) { quote!(#parent.each(#content)) } else { quote!(#parent.with(#content)) }
    })
}

fn element(Element { name, attributes, children: Nodes(children) }: &Element) -> TokenStream {
    let is_input = name.value() == "input";
    let of =
        |wanted: fn(&str, bool) -> bool| attributes.iter().filter(move |(name, _)| wanted(&name.value(), is_input));
    let plain: Vec<_> = of(|name, is_input| !is_identity(name) && !is_property(name, is_input)).collect();
    let (start, values) = start(name, &plain);
    let identity = of(|name, _| is_identity(name)).map(call);
    let properties = of(is_property).map(call);
    let code = quote!(#start #(.#identity)* #(.#values)* #(.#properties)*);
    match &children[..] {
        [child] if !matches!(child, Node::Each(_)) => {
            let content = value(child);
            quote!(#code.only(#content))
        }
        children => with_children(code, children),
    }
}

/// What an element is known by, and no attribute.
fn is_identity(name: &str) -> bool {
    matches!(name, "key" | "ref")
}

/// What an element does, and what was typed into it: no attributes either.
fn is_property(name: &str, is_input: bool) -> bool {
    name.starts_with("on") || is_input && matches!(name, "value" | "checked")
}

/// The call that gives an element what is no attribute.
fn call((name, value): &(LitStr, Expr)) -> TokenStream {
    let method = Ident::new(&name.value(), name.span());
    match name.value().as_str() {
        "ref" => quote!(node(#value)),
        on if on.starts_with("on") => quote!(on(::yew::html::#method::Wrapper::__macro_new(#value))),
        _ => quote!(#method(#value)),
    }
}

/// Code for an element with these attributes, and the calls for their values: none if all are known now.
fn start(name: &LitStr, attributes: &[&(LitStr, Expr)]) -> (TokenStream, Vec<TokenStream>) {
    let texts: Option<Vec<_>> = attributes.iter().map(|(name, value)| Some((name, text(value)?))).collect();
    if let Some(texts) = texts {
        let row = |(name, text)| quote!((#name, ::yew::virtual_dom::AttributeOrProperty::Static(#text)));
        let rows = texts.into_iter().map(row);
        return (quote!(crate::ui::element::Element::fixed(#name, &[#(#rows),*])), Vec::new());
    }
    let names = attributes.iter().map(|(name, _)| name);
    let value = |(name, value): &&(LitStr, Expr)| match name.value().as_str() {
        flag if FLAGS.contains(&flag) => quote!(flag(#value)),
        _ => quote!(set(#value)),
    };
    (quote!(crate::ui::element::Element::new(#name, &[#(#names),*])), attributes.iter().map(value).collect())
}

fn text(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_of(notation: &str) -> String {
        let Nodes(nodes) = syn::parse_str(notation).unwrap();
        html(&nodes).to_string()
    }

    #[test]
    fn what_never_changes_is_a_table() {
        let expected = quote!(crate::ui::element::Content::html(
            crate::ui::element::Element::fixed(
                "p",
                &[("class", ::yew::virtual_dom::AttributeOrProperty::Static("small"))]
            )
            .only("Hello")
        ));
        assert_eq!(made_of(r#"<p class="small">"Hello"</p>"#), expected.to_string());
    }

    #[test]
    fn what_changes_is_a_chain_of_calls_in_the_order_in_which_values_may_be_moved() {
        let expected = quote!(crate::ui::element::Content::html(
            crate::ui::element::Element::new("input", &["data-name", "disabled"])
                .key(name.clone())
                .set(name)
                .flag(off)
                .value(text)
                .on(::yew::html::oninput::Wrapper::__macro_new(typed))
        ));
        let notation = "<input value={text} data-name={name} disabled={off} oninput={typed} key={name.clone()} />";
        assert_eq!(made_of(notation), expected.to_string());
    }

    #[test]
    fn lists_and_conditions_keep_their_places() {
        let expected =
            quote!(crate::ui::element::Content::html(crate::ui::element::Element::fixed("ul", &[]).each(rows).with(
                if let Some(more) = more { crate::ui::element::Content::html(more) } else { ::yew::Html::default() }
            )));
        assert_eq!(made_of("<ul>{ for rows }if let Some(more) = more { { more } }</ul>"), expected.to_string());
    }

    #[test]
    fn a_wrong_end_is_named() {
        let error = syn::parse_str::<Nodes>("<p><b></p></b>").err().unwrap();
        assert_eq!(error.to_string(), "</b> is expected here");
    }
}
