//! Forms (XEP-0004) as commands use them.
//!
//! Why not the library's type: it knows all that may hang on a field (pictures, options, rules), and
//! the code for that is a fiftieth of the program. Whatever else a field has is left out here.

use xmpp_parsers::ns;
use xso::error::Error;
use xso::{AsXml, FromXml};

/// A form, or what was filled in.
#[derive(FromXml, AsXml, Debug, Clone, PartialEq, Eq)]
#[xml(namespace = ns::DATA_FORMS, name = "x", on_unknown_attribute = Discard, on_unknown_child = Discard, deserialize_callback = sound)]
pub struct Form {
    /// `form` asks, `submit` answers.
    #[xml(attribute(name = "type"))]
    pub type_: String,
    /// In their order.
    #[xml(child(n = ..))]
    pub fields: Vec<Field>,
}

/// A field.
#[derive(FromXml, AsXml, Debug, Clone, PartialEq, Eq)]
#[xml(namespace = ns::DATA_FORMS, name = "field", on_unknown_attribute = Discard, on_unknown_child = Discard)]
pub struct Field {
    /// Its name; only text for people has none.
    #[xml(attribute(default))]
    pub var: Option<String>,
    /// What it takes; a line of text where nothing is said.
    #[xml(attribute(name = "type", default))]
    pub type_: Option<String>,
    /// Whether the form is refused without it.
    #[xml(flag)]
    pub required: bool,
    /// What is in it.
    #[xml(extract(n = .., name = "value", fields(text(type_ = String))))]
    pub values: Vec<String>,
}

impl Form {
    /// What the form is for (XEP-0068).
    pub fn form_type(&self) -> Option<&str> {
        let mut types = self.fields.iter().filter(|field| field.is_form_type());
        types.next()?.values.first().map(String::as_str)
    }
}

impl Field {
    /// Whether it is text for people.
    pub fn is_fixed(&self) -> bool {
        self.type_.as_deref() == Some("fixed")
    }

    /// Whether no person is asked for it.
    pub fn is_hidden(&self) -> bool {
        self.type_.as_deref() == Some("hidden")
    }

    fn is_form_type(&self) -> bool {
        self.is_hidden() && self.var.as_deref() == Some("FORM_TYPE")
    }
}

/// What a form is for must not be a matter of who reads it.
fn sound(form: &mut Form) -> Result<(), Error> {
    let mut types = form.fields.iter().filter(|field| field.is_form_type());
    if types.any(|field| field.values.len() != 1) {
        return Err(Error::Other("FORM_TYPE has not one value"));
    }
    if form.fields.iter().filter(|f| f.is_form_type()).count() > 1 {
        return Err(Error::Other("more than one FORM_TYPE"));
    }
    let named = |field: &Field| field.is_fixed() || field.var.is_some();
    if !form.fields.iter().all(named) {
        return Err(Error::Other("a field has no name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use xmpp_parsers::minidom::Element;

    use super::*;

    fn read(inside: &str) -> Result<Form, String> {
        let text = format!("<x xmlns='jabber:x:data' type='form'>{inside}</x>");
        let form = Form::try_from(text.parse::<Element>().unwrap());
        form.map_err(|error| error.to_string())
    }

    #[test]
    fn whatever_else_a_field_has_is_left_out() {
        let form = read(
            "<title>T</title><instructions>I</instructions><reported/>\
             <field var='a' type='list-multi' label='L'><desc>D</desc><required/>\
             <value>1</value><value/><option label='O'><value>1</value></option>\
             <validate xmlns='http://jabber.org/protocol/xdata-validate'/></field>",
        );
        let field = Field {
            var: Some("a".into()),
            type_: Some("list-multi".into()),
            required: true,
            values: vec!["1".into(), String::new()],
        };
        let text = String::from(&Element::from(form.clone().unwrap()));
        assert_eq!(form.unwrap().fields, [field]);
        assert!(
            !text.contains("label") && text.contains("list-multi"),
            "{text}"
        );
    }

    #[test]
    fn what_it_is_for_is_said_once_or_not_at_all() {
        let said = "<field var='FORM_TYPE' type='hidden'><value>a</value></field>";
        assert_eq!(read(said).unwrap().form_type(), Some("a"));
        assert_eq!(read("").unwrap().form_type(), None);
        assert!(read(&said.repeat(2)).is_err());
        assert!(read("<field var='FORM_TYPE' type='hidden'/>").is_err());
        assert!(read("<field type='text-single'/>").is_err());
    }
}
