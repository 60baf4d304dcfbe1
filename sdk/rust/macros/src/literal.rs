//! Literals in the attributes, each kept with its span so that a refusal points at it.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Lit, LitStr, Result, Token, bracketed};

/// An error at a place.
pub(crate) fn refuse<T>(span: Span, text: impl std::fmt::Display) -> Result<T> {
    Err(syn::Error::new(span, text))
}

/// A value as a user would type it, and where it stands: `"2s"`, `-5`, `true`.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Parse for Typed {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let minus: Option<Token![-]> = input.parse()?;
        let literal: Lit = input.parse()?;
        let span = literal.span();
        let text = match (&literal, minus.is_some()) {
            (Lit::Str(text), false) => text.value(),
            (Lit::Bool(value), false) => value.value.to_string(),
            (Lit::Int(number), minus) => format!("{}{}", if minus { "-" } else { "" }, number.base10_digits()),
            _ => return refuse(span, "expected a string, a whole number or a bool, as a user would type it"),
        };
        Ok(Self { text, span })
    }
}

/// One value, or several in brackets.
#[derive(Clone, Debug)]
pub(crate) struct TypedList {
    pub(crate) values: Vec<Typed>,
    pub(crate) bracketed: bool,
    pub(crate) span: Span,
}

impl Parse for TypedList {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        if !input.peek(syn::token::Bracket) {
            return Ok(Self { values: vec![input.parse()?], bracketed: false, span });
        }
        let content;
        bracketed!(content in input);
        let values = Punctuated::<Typed, Token![,]>::parse_terminated(&content)?;
        Ok(Self { values: values.into_iter().collect(), bracketed: true, span })
    }
}

/// `["a", "b"]`.
pub(crate) fn strings(input: ParseStream<'_>) -> Result<Vec<LitStr>> {
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// Stores an option's value, and refuses a second one.
pub(crate) fn set<T>(slot: &mut Option<T>, value: T, name: &str, span: Span) -> Result<()> {
    if slot.replace(value).is_some() {
        return refuse(span, format!("`{name}` stands here twice"));
    }
    Ok(())
}
