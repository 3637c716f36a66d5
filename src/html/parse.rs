//! Reads the notation.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::token::Brace;
use syn::{Expr, Ident, Lit, LitStr, Result, Token, braced};

/// What stands beside each other.
pub struct Nodes(pub Vec<Node>);

/// One thing on the page, or several.
pub enum Node {
    /// `<div class="tile">…</div>`
    Element(Element),
    /// `<>…</>`
    Fragment { key: Option<Expr>, children: Nodes },
    /// `"text"` or `{ expression }`
    Value(Expr),
    /// `{ for iterator }`
    Each(Expr),
    /// `if condition { … } else { … }`
    If { condition: Expr, then: Nodes, otherwise: Option<Box<Node>> },
}

/// An element with its attributes and what is in it.
pub struct Element {
    pub name: LitStr,
    pub attributes: Vec<(LitStr, Expr)>,
    pub children: Nodes,
}

impl Parse for Nodes {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut nodes = Vec::new();
        while !(input.is_empty() || input.peek(Token![<]) && input.peek2(Token![/])) {
            nodes.push(input.parse()?);
        }
        Ok(Self(nodes))
    }
}

impl Parse for Node {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek(Token![<]) {
            tag(input)
        } else if input.peek(Token![if]) {
            choice(input)
        } else if input.peek(Brace) {
            let content;
            braced!(content in input);
            let is_each = content.parse::<Option<Token![for]>>()?.is_some();
            let value = content.parse()?;
            Ok(if is_each { Self::Each(value) } else { Self::Value(value) })
        } else {
            input.parse::<Lit>().map(|text| Self::Value(syn::ExprLit { attrs: Vec::new(), lit: text }.into()))
        }
    }
}

/// An element or a fragment.
fn tag(input: ParseStream) -> Result<Node> {
    input.parse::<Token![<]>()?;
    let is_fragment = input.peek(Token![>]) || (input.peek(Ident::peek_any) && input.peek2(Token![=]));
    let name = if is_fragment { None } else { Some(name(input)?) };
    let mut attributes = Vec::new();
    while !input.peek(Token![>]) && !input.peek(Token![/]) {
        attributes.push(attribute(input)?);
    }
    let is_closed = input.parse::<Option<Token![/]>>()?.is_some();
    input.parse::<Token![>]>()?;
    let children = if is_closed { Nodes(Vec::new()) } else { input.parse()? };
    if !is_closed {
        close(input, name.as_ref())?;
    }
    Ok(match name {
        Some(name) => Node::Element(Element { name, attributes, children }),
        None => Node::Fragment { key: attributes.pop().map(|(_, key)| key), children },
    })
}

/// The closing tag of an element with this name, or of a fragment.
fn close(input: ParseStream, opened: Option<&LitStr>) -> Result<()> {
    input.parse::<Token![<]>()?;
    input.parse::<Token![/]>()?;
    let at = input.span();
    let closed = if input.peek(Token![>]) { None } else { Some(name(input)?) };
    if closed.as_ref().map(LitStr::value) != opened.map(LitStr::value) {
        let name = opened.map(LitStr::value).unwrap_or_default();
        return Err(syn::Error::new(at, format!("</{name}> is expected here")));
    }
    input.parse::<Token![>]>().map(drop)
}

/// `name="text"`, `name={expression}`, `name=true` or `{name}`.
fn attribute(input: ParseStream) -> Result<(LitStr, Expr)> {
    if input.peek(Brace) {
        let content;
        braced!(content in input);
        let name: Ident = content.parse()?;
        let value = syn::ExprPath { attrs: Vec::new(), qself: None, path: name.clone().into() };
        return Ok((LitStr::new(&name.to_string(), name.span()), value.into()));
    }
    let name = name(input)?;
    input.parse::<Token![=]>()?;
    if !input.peek(Brace) {
        let value = syn::ExprLit { attrs: Vec::new(), lit: input.parse()? };
        return Ok((name, value.into()));
    }
    let content;
    braced!(content in input);
    Ok((name, content.parse()?))
}

/// A name, perhaps with dashes.
fn name(input: ParseStream) -> Result<LitStr> {
    let first = input.call(Ident::parse_any)?;
    let mut name = first.to_string();
    while input.parse::<Option<Token![-]>>()?.is_some() {
        name = format!("{name}-{}", input.call(Ident::parse_any)?);
    }
    Ok(LitStr::new(&name, first.span()))
}

fn choice(input: ParseStream) -> Result<Node> {
    input.parse::<Token![if]>()?;
    let condition = input.call(Expr::parse_without_eager_brace)?;
    let then = branch(input)?;
    let otherwise = match input.parse::<Option<Token![else]>>()? {
        None => None,
        Some(_) if input.peek(Token![if]) => Some(Box::new(choice(input)?)),
        Some(_) => Some(Box::new(Node::Fragment { key: None, children: branch(input)? })),
    };
    Ok(Node::If { condition, then, otherwise })
}

fn branch(input: ParseStream) -> Result<Nodes> {
    let content;
    braced!(content in input);
    content.parse()
}
