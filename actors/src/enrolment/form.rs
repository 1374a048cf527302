//! Filling in a form that a server sends (XEP-0004). Pure.
//!
//! The server is asked for nothing that we do not know: a field that it requires, that has no value
//! and that we cannot fill, is refused by its name, before anything was changed.

use super::xep0004::{Field, Form};
use super::xep0133::FORM_TYPE;
use crate::text::clean;

/// Fields of one form; a command's has four or five.
const MAX_FIELDS: usize = 64;

/// Why a form was not filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is none to be filled in.
    #[error("the server sent no form to be filled in")]
    NoForm,
    /// It is for something else.
    #[error("the server sent a form for something else ({form_type})")]
    WrongType {
        /// What it says it is for.
        form_type: String,
    },
    /// It wants what we do not know.
    #[error("the server requires a field that is not known here: {field}")]
    UnknownRequired {
        /// The field's name.
        field: String,
    },
    /// It does not ask for what the command needs.
    #[error("the server's form has no field {field}")]
    Missing {
        /// The field's name.
        field: &'static str,
    },
    /// It has too many fields.
    #[error("the server's form has {fields} fields")]
    TooLong {
        /// How many.
        fields: usize,
    },
    /// It cannot be read.
    #[error("the server's form cannot be read: {why}")]
    Unreadable {
        /// Why.
        why: String,
    },
}

/// What we know: a field of any of these names gets this value, and one of them must be there.
#[derive(Clone)]
pub(super) struct Known<'a> {
    /// The names; the first is the specification's.
    pub names: &'static [&'static str],
    /// The value.
    pub value: &'a str,
    /// Whether the form must ask for it.
    pub needed: bool,
}

/// The answer to `form`. Hidden fields and those that we know nothing of go back as they came.
pub(super) fn fill(form: Form, known: &[Known<'_>]) -> Result<Form, FormError> {
    check(&form)?;
    for wanted in known.iter().filter(|wanted| wanted.needed) {
        if !form.fields.iter().any(|field| is_one(field, wanted)) {
            let field = wanted.names[0];
            return Err(FormError::Missing { field });
        }
    }
    let fields = form.fields.into_iter();
    let fields = fields.filter(|field| !field.is_fixed());
    let fields: Result<Vec<_>, _> = fields.map(|field| answer(field, known)).collect();
    Ok(Form {
        type_: "submit".into(),
        fields: fields?,
    })
}

fn check(form: &Form) -> Result<(), FormError> {
    let fields = form.fields.len();
    if fields > MAX_FIELDS {
        return Err(FormError::TooLong { fields });
    }
    if form.type_ != "form" {
        return Err(FormError::NoForm);
    }
    match form.form_type() {
        // XEP-0133 wants it, but a server that leaves it out means no other.
        None | Some(FORM_TYPE) => Ok(()),
        Some(other) => Err(FormError::WrongType {
            form_type: clean(other, 100),
        }),
    }
}

fn is_one(field: &Field, known: &Known<'_>) -> bool {
    let name = field.var.as_deref().unwrap_or_default();
    !field.is_hidden() && known.names.contains(&name)
}

fn answer(field: Field, known: &[Known<'_>]) -> Result<Field, FormError> {
    let values = match known.iter().find(|known| is_one(&field, known)) {
        Some(known) => vec![known.value.to_owned()],
        None if field.required && field.values.is_empty() => {
            return Err(FormError::UnknownRequired {
                field: clean(field.var.as_deref().unwrap_or_default(), 100),
            });
        }
        None => field.values,
    };
    Ok(Field {
        values,
        required: false,
        ..field
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xmpp_parsers::minidom::Element;

    use super::super::xep0133::{ACCOUNT, ACCOUNTS, PASSWORD, PASSWORD_VERIFY};
    use super::*;

    const WHOSE: Known<'_> = Known {
        names: &[ACCOUNT, ACCOUNTS],
        value: "web01@example.org",
        needed: true,
    };
    const SECRET: Known<'_> = Known {
        names: &[PASSWORD],
        value: "s3cret",
        needed: true,
    };
    const AGAIN: Known<'_> = Known {
        names: &[PASSWORD_VERIFY],
        value: "s3cret",
        needed: false,
    };
    const KNOWN: [Known<'_>; 3] = [WHOSE, SECRET, AGAIN];

    /// Prosody's form for a new account, with these fields added.
    fn form(more: &str) -> Form {
        let form = format!(
            "<x xmlns='jabber:x:data' type='form'><title>Adding a User</title>\
             <field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/admin</value></field>\
             <field type='fixed'><value>Fill it in</value></field>\
             <field type='jid-single' var='accountjid' label='The address'><required/></field>\
             <field type='text-private' var='password'/>\
             <field type='text-private' var='password-verify'/>{more}</x>"
        );
        Form::try_from(form.parse::<Element>().unwrap()).unwrap()
    }

    fn value<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
        let mut fields = form.fields.iter();
        let field = fields.find(|field| field.var.as_deref() == Some(name))?;
        field.values.first().map(String::as_str)
    }

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_goes_back_as_it_came() {
        let more = "<field type='hidden' var='token'><value>t1</value></field>\
            <field type='text-single' var='email'/>\
            <field type='list-single' var='quota'><value>small</value><required/>\
            <option><value>small</value></option></field>";
        let filled = fill(form(more), &KNOWN).unwrap();
        assert_eq!(filled.type_, "submit");
        assert_eq!(filled.form_type(), Some(FORM_TYPE));
        assert_eq!(value(&filled, "accountjid"), Some("web01@example.org"));
        assert_eq!(value(&filled, "password"), Some("s3cret"));
        assert_eq!(value(&filled, "password-verify"), Some("s3cret"));
        assert_eq!(value(&filled, "token"), Some("t1"));
        assert_eq!(value(&filled, "quota"), Some("small"));
        assert_eq!(value(&filled, "email"), None);
        let text = String::from(&Element::from(filled));
        assert!(
            !text.contains("Fill it in") && !text.contains("label"),
            "{text}"
        );
    }

    #[test]
    fn a_required_field_that_nobody_knows_is_refused_by_its_name() {
        let more = "<field var='captcha\u{202e}' type='text-single'><required/></field>";
        let error = fill(form(more), &KNOWN).unwrap_err();
        let FormError::UnknownRequired { field } = &error else {
            panic!("{error}");
        };
        assert_eq!(field, "captcha\\u{202e}");
    }

    #[test]
    fn a_form_for_something_else_gets_no_password() {
        let mut other = form("");
        other.fields[0].values = vec!["jabber:iq:register".into()];
        let wrong = FormError::WrongType {
            form_type: "jabber:iq:register".into(),
        };
        assert_eq!(fill(other, &KNOWN), Err(wrong));
        let mut result = form("");
        result.type_ = "submit".into();
        assert_eq!(fill(result, &KNOWN), Err(FormError::NoForm));
    }

    #[test]
    fn a_form_without_the_account_is_not_sent_back() {
        let mut without = form("");
        without
            .fields
            .retain(|field| field.var.as_deref() != Some(ACCOUNT));
        let missing = FormError::Missing { field: ACCOUNT };
        assert_eq!(fill(without, &KNOWN), Err(missing));
        // A hidden field of that name is the server's own, and stays so.
        let mut hidden = form("");
        for field in &mut hidden.fields {
            if field.var.as_deref() == Some(ACCOUNT) {
                field.type_ = Some("hidden".into());
            }
        }
        assert!(fill(hidden, &KNOWN).is_err());
    }

    #[test]
    fn a_form_of_a_thousand_fields_is_refused() {
        let more = "<field var='f' type='text-single'/>".repeat(1_000);
        let error = fill(form(&more), &KNOWN).unwrap_err();
        assert!(matches!(error, FormError::TooLong { fields: 1_005 }));
    }

    proptest! {
        #[test]
        fn a_secret_goes_into_no_field_but_its_own(
            names in proptest::collection::vec("[a-z-]{1,12}|accountjid|password|password-verify", 0..40),
            required in any::<bool>(),
        ) {
            let fields = names.iter().map(|name| Field {
                var: Some(name.clone()),
                type_: None,
                required,
                values: vec!["x".into()],
            });
            let form = Form { type_: "form".into(), fields: fields.collect() };
            let Ok(filled) = fill(form, &KNOWN) else { return Ok(()); };
            for field in &filled.fields {
                let named = field.var.as_deref().is_some_and(|name| name.starts_with(PASSWORD));
                prop_assert_eq!(field.values.iter().any(|value| value == "s3cret"), named
                    && [PASSWORD, PASSWORD_VERIFY].contains(&field.var.as_deref().unwrap()));
            }
        }
    }
}
