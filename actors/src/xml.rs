//! Elements that are written by hand: for a request of three lines the library's type brings the code for
//! all that a server might say in its place.

use xmpp_parsers::minidom::rxml::{Namespace, NcName};
use xmpp_parsers::minidom::{ElementBuilder, IntoAttributeValue};

/// With an attribute more; none where there is no value.
pub(crate) fn attribute(
    element: ElementBuilder,
    name: &str,
    value: impl IntoAttributeValue,
) -> ElementBuilder {
    attribute_of(Namespace::NONE, element, name, value)
}

/// The same, of a namespace.
pub(crate) fn attribute_of(
    ns: Namespace<'static>,
    element: ElementBuilder,
    name: &str,
    value: impl IntoAttributeValue,
) -> ElementBuilder {
    let Ok(name) = NcName::try_from(name) else {
        debug_assert!(false, "{name:?} is no name");
        return element;
    };
    element.attr_ns(ns, name, value)
}
