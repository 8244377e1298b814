//! Elements as values: a Leptos view of one type, whatever stands in it.
//! Leptos' own elements are a new type each, and each type brings its code into the WebAssembly; the pages in them
//! weighed twice what a phone may load. What changes while a page is shown is a real Leptos view inside of these.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr, types};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use std::borrow::Cow;

/// Words, an element, several of these, or a view that changes by itself.
pub enum Node {
    /// Words.
    Text(Cow<'static, str>),
    /// An element.
    El(El),
    /// Several, one after the other.
    Many(Vec<Node>),
    /// A view that changes by itself.
    Live(Box<AnyView>),
}

/// The value of an attribute.
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// Present without a text.
    Present,
    /// Not there.
    Absent,
}

/// What is called when something happens to an element.
pub type Listener = Box<dyn FnMut() + Send>;

/// An element. One pointer, so that the calls that build it, thousands in all, are short.
pub struct El(Box<Inside>);

/// What an element is made of.
struct Inside {
    tag: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    children: Vec<Node>,
    listener: Option<(&'static str, Listener)>,
}

/// An element with this tag.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(Inside { tag, attributes: Vec::new(), children: Vec::new(), listener: None }))
}

impl El {
    /// Adds an attribute.
    #[inline(never)]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Text(text) => self.0.attributes.push((name, text)),
            Value::Present => self.0.attributes.push((name, Cow::Borrowed(""))),
            Value::Absent => {}
        }
        self
    }

    /// Sets the class.
    #[inline(never)]
    pub fn class(mut self, names: &'static str) -> Self {
        self.0.attributes.push(("class", Cow::Borrowed(names)));
        self
    }

    /// Adds a child.
    #[inline(never)]
    pub fn child(mut self, child: impl Into<Node>) -> Self {
        self.0.children.push(child.into());
        self
    }

    /// Calls back when something happens to the element, in place of what the browser would do.
    pub fn on(mut self, kind: &'static str, listener: impl FnMut() + Send + 'static) -> Self {
        self.0.listener = Some((kind, Box::new(listener)));
        self
    }

    /// The element as a node.
    #[inline(never)]
    pub fn node(self) -> Node {
        Node::El(self)
    }
}

/// A view that is made anew whenever a signal that it reads changes. One type for all of them, which keeps the app small.
pub fn live(view: impl FnMut() -> Node + Send + 'static) -> Node {
    let view: Box<dyn FnMut() -> Node + Send> = Box::new(view);
    Node::from(view.into_any())
}

/// Several nodes, one after the other.
macro_rules! nodes {
    [$($node:expr),* $(,)?] => {
        $crate::view::Node::Many(vec![$($crate::view::Node::from($node)),*])
    };
}

pub(crate) use nodes;

macro_rules! into_node {
    ($($kind:ty => |$value:ident| $node:expr;)*) => {
        $(impl From<$kind> for Node {
            fn from($value: $kind) -> Self {
                $node
            }
        })*
    };
}

into_node! {
    &'static str => |text| Self::Text(Cow::Borrowed(text));
    String => |text| Self::Text(Cow::Owned(text));
    u16 => |number| Self::Text(Cow::Owned(number.to_string()));
    usize => |number| Self::Text(Cow::Owned(number.to_string()));
    El => |element| Self::El(element);
    AnyView => |view| Self::Live(Box::new(view));
    () => |_nothing| Self::Many(Vec::new());
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(nodes: Vec<T>) -> Self {
        Self::Many(nodes.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(node: Option<T>) -> Self {
        node.map_or_else(|| Self::Many(Vec::new()), Into::into)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Value {
    fn from(present: bool) -> Self {
        if present { Self::Present } else { Self::Absent }
    }
}

impl From<Option<&'static str>> for Value {
    fn from(text: Option<&'static str>) -> Self {
        text.map_or(Self::Absent, Self::from)
    }
}

/// What of a built node stands in the document by itself.
enum Top {
    Dom(types::Node),
    Live(AnyViewState),
}

/// A node in the document.
pub struct Built {
    tops: Vec<Top>,
    _inner: Inner,
}

/// What lives inside of elements: views go on changing, and listeners listen, for as long as this is kept.
#[derive(Default)]
struct Inner {
    views: Vec<AnyViewState>,
    listeners: Vec<RemoveEventHandler<types::Element>>,
}

/// The namespace of drawings.
const SVG: &str = "http://www.w3.org/2000/svg";

fn build_into(node: Node, tops: &mut Vec<Top>, inner: &mut Inner) {
    match node {
        Node::Text(text) => tops.push(Top::Dom(Rndr::create_text_node(&text).into())),
        Node::Many(nodes) => {
            for node in nodes {
                build_into(node, tops, inner);
            }
        }
        Node::Live(view) => tops.push(Top::Live(view.build())),
        Node::El(element) => tops.push(Top::Dom(build_element(element, inner).into())),
    }
}

fn build_element(element: El, inner: &mut Inner) -> types::Element {
    let element = *element.0;
    let drawn = matches!(element.tag, "svg" | "path" | "use" | "circle");
    let built = Rndr::create_element(element.tag, drawn.then_some(SVG));
    for (name, value) in element.attributes {
        Rndr::set_attribute(&built, name, &value);
    }
    if let Some((kind, mut listener)) = element.listener {
        let callback = Box::new(move |event| {
            crate::platform::prevent_default(event);
            listener();
        });
        inner.listeners.push(Rndr::add_event_listener(&built, kind, callback));
    }
    let mut tops = Vec::new();
    for child in element.children {
        build_into(child, &mut tops, inner);
    }
    for top in tops {
        match top {
            Top::Dom(node) => Rndr::insert_node(&built, &node, None),
            Top::Live(mut state) => {
                state.mount(&built, None);
                inner.views.push(state);
            }
        }
    }
    built
}

impl Render for Node {
    type State = Built;

    fn build(self) -> Built {
        let (mut tops, mut inner) = (Vec::new(), Inner::default());
        build_into(self, &mut tops, &mut inner);
        if tops.is_empty() {
            tops.push(Top::Dom(Rndr::create_placeholder().into()));
        }
        Built { tops, _inner: inner }
    }

    fn rebuild(self, state: &mut Built) {
        let mut fresh = self.build();
        state.insert_before_this(&mut fresh);
        state.unmount();
        *state = fresh;
    }
}

impl Mountable for Built {
    fn unmount(&mut self) {
        for top in &mut self.tops {
            match top {
                Top::Dom(node) => Rndr::remove(node),
                Top::Live(state) => state.unmount(),
            }
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        for top in &mut self.tops {
            match top {
                Top::Dom(node) => Rndr::insert_node(parent, node, marker),
                Top::Live(state) => state.mount(parent, marker),
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.tops.first() {
            Some(Top::Dom(node)) => {
                let parent = Rndr::get_parent(node).and_then(types::Element::cast_from_node);
                if let Some(parent) = &parent {
                    child.mount(parent, Some(node));
                }
                parent.is_some()
            }
            Some(Top::Live(state)) => state.insert_before_this(child),
            None => false,
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        Vec::new()
    }
}

/// A node seen as the element it is.
trait CastFromNode: Sized {
    fn cast_from_node(node: types::Node) -> Option<Self>;
}

impl CastFromNode for types::Element {
    fn cast_from_node(node: types::Node) -> Option<Self> {
        leptos::tachys::renderer::CastFrom::cast_from(node)
    }
}

impl AddAnyAttr for Node {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        self
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        _: Vec<AnyAttribute>,
    ) {
        match self {
            Self::Text(text) => push_escaped(buf, &text),
            Self::Many(nodes) => {
                for node in nodes {
                    node.to_html_with_buf(buf, position, escape, mark_branches, Vec::new());
                }
            }
            Self::Live(view) => view.to_html_with_buf(buf, position, escape, mark_branches, Vec::new()),
            Self::El(element) => {
                let element = *element.0;
                buf.push('<');
                buf.push_str(element.tag);
                for (name, value) in element.attributes {
                    buf.push(' ');
                    buf.push_str(name);
                    buf.push_str("=\"");
                    push_escaped(buf, &value);
                    buf.push('"');
                }
                buf.push('>');
                if !matches!(element.tag, "br" | "input") {
                    for child in element.children {
                        let mut inside = Position::FirstChild;
                        child.to_html_with_buf(buf, &mut inside, escape, mark_branches, Vec::new());
                    }
                    buf.push_str("</");
                    buf.push_str(element.tag);
                    buf.push('>');
                }
            }
        }
        // Nothing is ever hydrated from this, so neighbouring words need no marks between them.
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Built {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

fn push_escaped(buf: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => buf.push_str("&amp;"),
            '<' => buf.push_str("&lt;"),
            '>' => buf.push_str("&gt;"),
            '"' => buf.push_str("&quot;"),
            _ => buf.push(letter),
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn elements_become_html_and_nothing_breaks_out() {
        let view = el("p")
            .class("zs-lead")
            .with("title", "a\"<b".to_owned())
            .with("hidden", false)
            .with("required", true)
            .child("1 < 2 & ")
            .child(vec![el("b").child(3_u16), el("br")])
            .child(None::<El>);
        assert_eq!(
            view.node().to_html(),
            "<p class=\"zs-lead\" title=\"a&quot;&lt;b\" required=\"\">1 &lt; 2 &amp; <b>3</b><br></p>"
        );
    }
}
