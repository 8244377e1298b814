//! Nodes as a Leptos view: built into the document on the phone, written as HTML on the server.

use super::{El, Node};
use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr, types};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// Writes a view that changes by itself.
pub(super) fn write_html(view: AnyView, buf: &mut String) {
    view.to_html_with_buf(buf, &mut Position::FirstChild, true, false, Vec::new());
}

/// A view that is made anew whenever a signal that it reads changes. One type for all of them, which keeps the app small.
pub fn live(view: impl FnMut() -> Node + Send + 'static) -> Node {
    let view: Box<dyn FnMut() -> Node + Send> = Box::new(view);
    Node::from(view.into_any())
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
    if !element.html.is_empty() {
        Rndr::set_inner_html(&built, &element.html);
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

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {
        self.write_html(buf);
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
