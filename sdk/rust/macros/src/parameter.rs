//! One field, judged: what the declaration says of it and how its value is taken from the arguments.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Field, Ident, Result, Type};

use crate::field::Options;
use crate::kind::{self, Kind, Shape};
use crate::literal::{Typed, TypedList, refuse};
use crate::value::Value;
use crate::{docs, json, name};

/// A parameter of the declaration and the field that holds it.
pub(crate) struct Parameter {
    pub(crate) field: Ident,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    doc: String,
    of: Type,
    required: bool,
    default: Option<Vec<(String, Value)>>,
    min: Option<String>,
    max: Option<String>,
    default_port: Option<u16>,
    max_values: Option<u32>,
}

impl Parameter {
    /// Judges a field of the struct.
    pub(crate) fn of(field: &Field) -> Result<Self> {
        let Some(identifier) = &field.ident else {
            return refuse(field.span(), "parameters have names: use a struct with named fields");
        };
        let options = Options::of(field)?;
        let name = match &options.name {
            Some(written) => name::written(written)?,
            None => name::of_identifier(identifier)?,
        };
        let doc = docs::text(&field.attrs);
        if doc.is_empty() {
            return refuse(
                identifier.span(),
                format!("parameter `{name}` needs a doc comment: it is what `dbg check show` says of it"),
            );
        }
        let (base, shape, of) = kind::of_type(&field.ty)?;
        let kind = with_choices(base, &options)?;
        judge_fit(&options, &kind, shape)?;
        let (min, max) = bounds(&options, &kind)?;
        let mut default = match &options.default {
            Some(default) => Some(defaults(default, &kind, shape, min.as_ref(), max.as_ref())?),
            None => None,
        };
        if kind == Kind::Bool && shape == Shape::One && default.is_none() {
            default = Some(vec![("false".to_owned(), Value::Boolean(false))]);
        }
        judge_count(&options, default.as_deref())?;
        let required = options.required.is_some() || (shape == Shape::One && default.is_none());
        Ok(Self {
            field: identifier.clone(),
            name,
            shape,
            doc,
            of: of.clone(),
            required,
            default,
            min: min.map(|(text, _)| text),
            max: max.map(|(text, _)| text),
            default_port: options.default_port.map(|(port, _)| port),
            max_values: options.max_values.map(|(count, _)| count),
            kind,
        })
    }

    /// Whether `defaults()` must be told it.
    pub(crate) fn is_required(&self) -> bool {
        self.required
    }

    /// The object of the declaration.
    pub(crate) fn json(&self) -> String {
        let mut members = vec![
            ("name", json::string(&self.name)),
            ("kind", json::string(self.kind.name())),
            ("doc", json::string(&self.doc)),
            ("required", self.required.to_string()),
            ("repeated", (self.shape == Shape::Many).to_string()),
        ];
        if let Some(default) = &self.default {
            let texts: Vec<String> = default.iter().map(|(text, _)| text.clone()).collect();
            members.push(("default", json::strings(&texts)));
        }
        for (key, bound) in [("min", &self.min), ("max", &self.max)] {
            if let Some(text) = bound {
                members.push((key, json::string(text)));
            }
        }
        if let Kind::Enum(choices) = &self.kind {
            members.push(("choices", json::strings(choices)));
        }
        if let Some(port) = self.default_port {
            members.push(("default_port", port.to_string()));
        }
        if let Some(count) = self.max_values {
            members.push(("max_values", count.to_string()));
        }
        json::object(&members)
    }

    /// Takes the field's value from the arguments.
    pub(crate) fn taken(&self) -> TokenStream {
        let (name, of) = (&self.name, &self.of);
        let take = match self.shape {
            Shape::One => quote!(one),
            Shape::Optional => quote!(optional),
            Shape::Many => quote!(many),
        };
        // At the type's place, so that a type of the author's own with one of our names is the line complained about.
        quote_spanned!(of.span()=> arguments.#take::<#of>(#name)?)
    }

    /// The field's value when nothing was typed; the name of the argument for a required one.
    pub(crate) fn default_expression(&self) -> TokenStream {
        let field = &self.field;
        if self.required {
            return quote!(#field);
        }
        let values: Vec<TokenStream> =
            self.default.iter().flatten().map(|(_, value)| value.expression(self.default_port)).collect();
        match (self.shape, values.first()) {
            (Shape::Many, _) => quote!(::std::vec![#(#values),*]),
            (Shape::One, Some(value)) => quote!(#value),
            (Shape::One | Shape::Optional, _) => quote!(::std::option::Option::None),
        }
    }
}

type Bound = (String, i128);

fn with_choices(base: Kind, options: &Options) -> Result<Kind> {
    let Some(choices) = &options.choices else { return Ok(base) };
    if base != Kind::String {
        let span = choices.first().map_or_else(Span::call_site, |choice| choice.span());
        return refuse(span, "`choices` is for `String`, `Option<String>` and `Vec<String>`");
    }
    let mut texts: Vec<String> = Vec::new();
    for choice in choices {
        let text = choice.value();
        if text.is_empty() || texts.iter().any(|other| other.eq_ignore_ascii_case(&text)) {
            return refuse(
                choice.span(),
                format!("`{text}` is empty or stands here twice (choices are typed in any case)"),
            );
        }
        texts.push(text);
    }
    if texts.is_empty() {
        return refuse(Span::call_site(), "`choices` names nothing that could be chosen");
    }
    Ok(Kind::Enum(texts))
}

fn judge_fit(options: &Options, kind: &Kind, shape: Shape) -> Result<()> {
    for bound in [&options.min, &options.max].into_iter().flatten() {
        if !kind.is_ordered() {
            return refuse(
                bound.span,
                format!(
                    "`min` and `max` are for strings, integers, durations and sizes, not for the kind `{}`",
                    kind.name()
                ),
            );
        }
    }
    if let Some((_, span)) = options.default_port
        && *kind != Kind::Address
    {
        return refuse(span, "`default_port` is for `Address`");
    }
    if shape != Shape::Many {
        if let Some((_, span)) = options.max_values {
            return refuse(span, "`max_values` is for `Vec`");
        }
        if let Some(span) = options.required {
            return refuse(
                span,
                "`required` is for `Vec`; a plain field without `default` is required anyhow, and `Option` never is",
            );
        }
    }
    match &options.default {
        Some(default) if shape == Shape::Optional => {
            refuse(default.span, "what has a default is always there: write the type without `Option`")
        }
        Some(default) if options.required.is_some() => refuse(default.span, "what has a default is not required"),
        Some(default) if shape == Shape::One && default.bracketed => {
            refuse(default.span, "one value, without brackets")
        }
        Some(default) if shape == Shape::Many && !default.bracketed => {
            refuse(default.span, "a list in brackets, as in `[\"a\", \"b\"]`")
        }
        _ => Ok(()),
    }
}

fn bounds(options: &Options, kind: &Kind) -> Result<(Option<Bound>, Option<Bound>)> {
    let read = |typed: &Option<Typed>| -> Result<Option<Bound>> {
        let Some(typed) = typed else { return Ok(None) };
        // A string is bounded by its length.
        let lengths = Kind::Integer { lowest: 0, highest: 65_536 };
        let of = if *kind == Kind::String { &lengths } else { kind };
        match Value::read(of, &typed.text) {
            Ok(value) => Ok(value.rank().map(|rank| (typed.text.clone(), rank))),
            Err(why) => refuse(typed.span, why),
        }
    };
    let (mut min, mut max) = (read(&options.min)?, read(&options.max)?);
    if let (Some((_, low)), Some((_, high)), Some(typed)) = (&min, &max, &options.max)
        && low > high
    {
        return refuse(typed.span, "`max` is below `min`");
    }
    if let Kind::Integer { lowest, highest } = kind
        && (*lowest == 0 || *highest <= i64::from(i32::MAX))
    {
        // What a narrower type cannot hold the host refuses, with the range in its words.
        min = min.or_else(|| Some((lowest.to_string(), (*lowest).into())));
        max = max.or_else(|| Some((highest.to_string(), (*highest).into())));
    }
    Ok((min, max))
}

fn defaults(
    written: &TypedList,
    kind: &Kind,
    shape: Shape,
    min: Option<&Bound>,
    max: Option<&Bound>,
) -> Result<Vec<(String, Value)>> {
    if shape == Shape::One && written.values.len() != 1 {
        return refuse(written.span, "one value is expected");
    }
    let mut values = Vec::new();
    for typed in &written.values {
        let value = Value::read(kind, &typed.text).or_else(|why| refuse(typed.span, why))?;
        let rank = value.rank();
        let is_below = min.zip(rank).is_some_and(|((_, low), rank)| rank < *low);
        let is_above = max.zip(rank).is_some_and(|((_, high), rank)| rank > *high);
        if kind.is_ordered() && (is_below || is_above) {
            return refuse(typed.span, format!("the default `{}` is outside `min` and `max`", typed.text));
        }
        let text = match (&value, kind) {
            // As declared, whatever case it was written in.
            (Value::Text(choice), Kind::Enum(_)) => choice.clone(),
            _ => typed.text.clone(),
        };
        values.push((text, value));
    }
    Ok(values)
}

fn judge_count(options: &Options, default: Option<&[(String, Value)]>) -> Result<()> {
    let most = options.max_values.map_or(64, |(count, _)| count);
    match (&options.default, default) {
        (Some(written), Some(values)) if u32::try_from(values.len()).is_ok_and(|count| count > most) => {
            refuse(written.span, format!("the default has {} values, and {most} are allowed", values.len()))
        }
        _ => Ok(()),
    }
}
