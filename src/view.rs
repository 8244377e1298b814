//! Elements as values: a Leptos view of one type, whatever stands in it.
//! Leptos' own elements are a new type each, and each type brings its code into the WebAssembly; the pages in them
//! weighed twice what a phone may load. What changes while a page is shown is a real Leptos view inside of these.

#[cfg(any(feature = "csr", feature = "ssr"))]
mod live;

#[cfg(any(feature = "csr", feature = "ssr"))]
pub use live::live;

#[cfg(any(feature = "csr", feature = "ssr"))]
use leptos::prelude::AnyView;
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
    #[cfg(any(feature = "csr", feature = "ssr"))]
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
    /// HTML that stands in it as it is.
    html: String,
}

/// An element with this tag.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(Inside { tag, attributes: Vec::new(), children: Vec::new(), listener: None, html: String::new() }))
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

    /// Puts HTML into the element that the server made and escaped.
    pub fn html(mut self, html: String) -> Self {
        self.0.html = html;
        self
    }

    /// The element as a node.
    #[inline(never)]
    pub fn node(self) -> Node {
        Node::El(self)
    }
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
    () => |_nothing| Self::Many(Vec::new());
}

#[cfg(any(feature = "csr", feature = "ssr"))]
impl From<AnyView> for Node {
    fn from(view: AnyView) -> Self {
        Self::Live(Box::new(view))
    }
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

impl Node {
    /// Changes every form in it that is sent as a body.
    #[cfg(feature = "ssr")]
    pub fn map_posts(self, change: &impl Fn(El) -> El) -> Self {
        let each = |nodes: Vec<Self>| nodes.into_iter().map(|node| node.map_posts(change)).collect();
        match self {
            Self::Many(nodes) => Self::Many(each(nodes)),
            Self::El(mut element) => {
                element.0.children = each(core::mem::take(&mut element.0.children));
                let posts = element.0.tag == "form"
                    && element.0.attributes.iter().any(|(name, value)| *name == "method" && value == "post");
                Self::El(if posts { change(element) } else { element })
            }
            other => other,
        }
    }

    /// The node as HTML.
    pub fn html(self) -> String {
        let mut buf = String::new();
        self.write_html(&mut buf);
        buf
    }

    fn write_html(self, buf: &mut String) {
        match self {
            Self::Text(text) => push_escaped(buf, &text),
            Self::Many(nodes) => {
                for node in nodes {
                    node.write_html(buf);
                }
            }
            #[cfg(any(feature = "csr", feature = "ssr"))]
            Self::Live(view) => live::write_html(*view, buf),
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
                if !matches!(element.tag, "br" | "img" | "input" | "wbr") {
                    buf.push_str(&element.html);
                    for child in element.children {
                        child.write_html(buf);
                    }
                    buf.push_str("</");
                    buf.push_str(element.tag);
                    buf.push('>');
                }
            }
        }
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
            view.node().html(),
            "<p class=\"zs-lead\" title=\"a&quot;&lt;b\" required=\"\">1 &lt; 2 &amp; <b>3</b><br></p>"
        );
    }
}
