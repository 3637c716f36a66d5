//! What `html!` makes elements with: calls that are small where they stand, see `src/html`.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use hopscope_html::html;
use yew::html::IntoPropValue;
use yew::virtual_dom::{AttrValue, AttributeOrProperty, Attributes, Key, Listener, VList, VNode, VTag, VText};
use yew::{Html, NodeRef};

/// Something that can be put into an element.
pub trait Content {
    /// As Yew shows it.
    fn html(self) -> Html;
}

/// The names of several classes, those that are none left out.
pub fn classes<const N: usize>(names: [&str; N]) -> String {
    let mut all = String::new();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        let gap = if all.is_empty() { "" } else { " " };
        all = all + gap + name;
    }
    all
}

/// The name of a class that is there or not.
pub const fn if_so(is_there: bool, name: &'static str) -> &'static str {
    if is_there { name } else { "" }
}

/// An element that is being made.
pub struct Element(Box<Parts>);

struct Parts {
    tag: VTag,
    /// The names of the attributes, whose values come one by one.
    names: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
}

impl Element {
    /// An element whose attributes never change.
    pub fn fixed(name: &'static str, attributes: &'static [(&'static str, AttributeOrProperty)]) -> Self {
        let mut element = Self::new(name, &[]);
        element.0.tag.attributes = Attributes::Static(attributes);
        element
    }

    /// An element with attributes of these names. A value has to be given to each of them, in their order.
    pub fn new(name: &'static str, names: &'static [&'static str]) -> Self {
        let values = Vec::with_capacity(names.len());
        Self(Box::new(Parts { tag: VTag::new(name), names, values, listeners: Vec::new() }))
    }

    /// The value of the next attribute; none leaves it away.
    pub fn set(self, value: impl IntoPropValue<Option<AttrValue>>) -> Self {
        self.set_to(value.into_prop_value())
    }

    /// The next attribute, which is there or not.
    pub fn flag(self, on: bool) -> Self {
        let name = self.0.names[self.0.values.len()];
        self.set_to(on.then_some(AttrValue::Static(name)))
    }

    fn set_to(mut self, value: Option<AttrValue>) -> Self {
        self.0.values.push(value.map(AttributeOrProperty::Attribute));
        self
    }

    /// Tells it apart from its siblings.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.tag.key = Some(key.into());
        self
    }

    /// Makes the element of the page known.
    pub fn node(mut self, node: NodeRef) -> Self {
        self.0.tag.node_ref = node;
        self
    }

    /// What is typed into a field.
    pub fn value(mut self, value: impl IntoPropValue<Option<AttrValue>>) -> Self {
        self.0.tag.set_value(value.into_prop_value());
        self
    }

    /// Whether a field is ticked.
    pub fn checked(mut self, checked: bool) -> Self {
        self.0.tag.set_checked(checked);
        self
    }

    /// Hears an event.
    pub fn on(mut self, listener: Option<Rc<dyn Listener>>) -> Self {
        self.0.listeners.push(listener);
        self
    }

    /// Takes this as all of its content.
    pub fn only(mut self, content: impl Content) -> Self {
        if let Some(children) = self.0.tag.children_mut() {
            *children = content.html();
        }
        self
    }

    /// Takes this in after what it has.
    pub fn with(mut self, content: impl Content) -> Self {
        self.0.tag.add_child(content.html());
        self
    }

    /// Takes all of these in after what it has.
    pub fn each(mut self, contents: impl IntoIterator<Item: Content>) -> Self {
        contents.into_iter().for_each(|content| self.0.tag.add_child(content.html()));
        self
    }
}

/// Several things side by side.
#[derive(Default)]
pub struct Fragment(VList);

impl Fragment {
    /// Tells it apart from its siblings.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Takes this in after what it has.
    pub fn with(mut self, content: impl Content) -> Self {
        self.0.add_child(content.html());
        self
    }

    /// Takes all of these in after what it has.
    pub fn each(mut self, contents: impl IntoIterator<Item: Content>) -> Self {
        contents.into_iter().for_each(|content| self.0.add_child(content.html()));
        self
    }
}

impl Content for Fragment {
    fn html(self) -> Html {
        VNode::from(self.0)
    }
}

impl Content for Element {
    fn html(self) -> Html {
        let Parts { mut tag, names, values, listeners } = *self.0;
        if !names.is_empty() {
            tag.attributes = Attributes::Dynamic { keys: names, values: values.into_boxed_slice() };
        }
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into_boxed_slice());
        }
        VNode::from(tag)
    }
}

impl Content for Html {
    fn html(self) -> Html {
        self
    }
}

/// Whether every text is shown twice (`?strings=double`).
static DOUBLE: AtomicBool = AtomicBool::new(false);

/// Shows every text twice from now on, or once.
pub fn double_strings(double: bool) {
    DOUBLE.store(double, Ordering::Relaxed);
}

/// Whether a text is shown twice: numbers and units have no translation.
fn is_doubled(text: &str) -> bool {
    let is_word = |letters: &[u8]| letters.iter().all(u8::is_ascii_alphabetic);
    DOUBLE.load(Ordering::Relaxed) && text.as_bytes().windows(3).any(is_word)
}

/// How many characters of a text are shown.
pub fn shown_length(text: &str) -> usize {
    text.chars().count() << u32::from(is_doubled(text))
}

impl Content for AttrValue {
    fn html(self) -> Html {
        let text = if is_doubled(&self) { format!("{self} {self}").into() } else { self };
        VNode::VText(VText::new(text))
    }
}

impl Content for String {
    fn html(self) -> Html {
        AttrValue::from(self).html()
    }
}

impl Content for &str {
    fn html(self) -> Html {
        self.to_owned().html()
    }
}

impl Content for &String {
    fn html(self) -> Html {
        self.clone().html()
    }
}

impl Content for u64 {
    fn html(self) -> Html {
        self.to_string().html()
    }
}

impl Content for u32 {
    fn html(self) -> Html {
        u64::from(self).html()
    }
}

impl<C: Content> Content for Option<C> {
    fn html(self) -> Html {
        self.map(Content::html).unwrap_or_default()
    }
}

impl<C: Content> Content for Vec<C> {
    fn html(self) -> Html {
        Fragment::default().each(self).html()
    }
}
