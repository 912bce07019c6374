//! A JSON document as an arena of nodes over its source text (RFC 8259).
//!
//! Nodes hold spans, so a string or number that is not rewritten is written back byte for byte:
//! `20.00` stays `20.00`. Order is kept. A name that occurs twice in an object is an error, since
//! two readers would see two documents. Depth, length and the number of nodes are bounded.

mod parse;
mod text;

use std::borrow::Cow;

pub use parse::{Limits, parse};
pub(crate) use text::{escape_into, unescape};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, of any length.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A node's number in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

#[derive(Debug, Clone)]
struct Node {
    /// Bytes of the value; of a string without its quotes.
    start: u32,
    end: u32,
    parent: u32,
    /// The next child of the same parent, or 0.
    next: u32,
    /// First byte of the name, where the parent is an object.
    key: u32,
    key_len: u16,
    kind: Kind,
    /// Whether a string has escapes.
    escaped: bool,
}

/// A parsed document over its source.
#[derive(Debug, Clone)]
pub struct Json<'s> {
    source: &'s str,
    nodes: Vec<Node>,
    end: usize,
}

/// Why a text is no JSON document; never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (byte {at})")]
pub struct JsonError {
    /// Stable words.
    pub reason: &'static str,
    /// Byte offset.
    pub at: usize,
}

impl<'s> Json<'s> {
    /// The outermost value.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// First byte after the outermost value.
    pub fn end(&self) -> usize {
        self.end
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node; never so after [`parse`].
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// What the node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// The node around, except for the outermost.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        (id.0 != 0).then(|| NodeId(self.node(id).parent))
    }

    /// Bytes of the value in the source; of a string without its quotes.
    pub fn span(&self, id: NodeId) -> std::ops::Range<usize> {
        let node = self.node(id);
        node.start as usize..node.end as usize
    }

    /// The value as written; of a string without its quotes, escapes and all.
    pub fn raw(&self, id: NodeId) -> &'s str {
        &self.source[self.span(id)]
    }

    /// The member's name as written, where the node is in an object.
    pub fn key(&self, id: NodeId) -> &'s str {
        let node = self.node(id);
        &self.source[node.key as usize..node.key as usize + usize::from(node.key_len)]
    }

    /// The text of a string, escapes read; `None` for other kinds.
    pub fn text(&self, id: NodeId) -> Option<Cow<'s, str>> {
        let node = self.node(id);
        match (node.kind, node.escaped) {
            (Kind::String, false) => Some(Cow::Borrowed(self.raw(id))),
            (Kind::String, true) => Some(Cow::Owned(unescape(self.raw(id)))),
            _ => None,
        }
    }

    /// Members of an object or items of an array, in order.
    pub fn children(&self, id: NodeId) -> Children<'_, 's> {
        let first = id.0 + 1;
        let has = self.nodes.get(first as usize).is_some_and(|n| n.parent == id.0);
        Children { json: self, next: if has { first } else { 0 } }
    }

    /// The member of a name.
    pub fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        if self.kind(id) != Kind::Object {
            return None;
        }
        self.children(id).find(|child| self.key(*child) == name)
    }

    /// The text of the member of a name.
    pub fn member_text(&self, id: NodeId, name: &str) -> Option<Cow<'s, str>> {
        self.text(self.member(id, name)?)
    }

    /// The items of the member of a name: those of an array, or the one value.
    pub fn items(&self, id: NodeId, name: &str) -> Vec<NodeId> {
        match self.member(id, name) {
            Some(member) if self.kind(member) == Kind::Array => self.children(member).collect(),
            Some(member) => vec![member],
            None => Vec::new(),
        }
    }
}

/// Iterates over [`Json::children`].
pub struct Children<'a, 's> {
    json: &'a Json<'s>,
    next: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.next == 0 {
            return None;
        }
        let id = NodeId(self.next);
        self.next = self.json.node(id).next;
        Some(id)
    }
}
