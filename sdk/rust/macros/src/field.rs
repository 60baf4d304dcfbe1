//! `#[parameter(...)]` as it was written, before anything is judged.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Field, Ident, LitInt, LitStr, Result, Token};

use crate::literal::{Typed, TypedList, refuse, set, strings};

/// The options of one field.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<TypedList>,
    pub(crate) min: Option<Typed>,
    pub(crate) max: Option<Typed>,
    pub(crate) choices: Option<Vec<LitStr>>,
    pub(crate) default_port: Option<(u16, Span)>,
    pub(crate) required: Option<Span>,
    pub(crate) max_values: Option<(u32, Span)>,
}

impl Options {
    /// Those of all `#[parameter(...)]` of a field together.
    pub(crate) fn of(field: &Field) -> Result<Self> {
        let mut options = Self::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("parameter")) {
            attribute.parse_args_with(|input: ParseStream<'_>| options.read(input))?;
        }
        Ok(options)
    }

    fn read(&mut self, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            let option = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
            let name = option.to_string();
            let span = option.span();
            if name == "required" {
                set(&mut self.required, span, &name, span)?;
            } else {
                self.read_value(&name, span, input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn read_value(&mut self, name: &str, span: Span, input: ParseStream<'_>) -> Result<()> {
        let is_known = matches!(name, "name" | "default" | "min" | "max" | "choices" | "default_port" | "max_values");
        if !is_known {
            return refuse(
                span,
                format!(
                    "`{name}` is no option of a parameter: there are `name`, `default`, `min`, `max`, `choices`, `default_port`, `required` and `max_values`"
                ),
            );
        }
        input.parse::<Token![=]>()?;
        match name {
            "name" => set(&mut self.name, input.parse()?, name, span),
            "default" => set(&mut self.default, input.parse()?, name, span),
            "min" => set(&mut self.min, Typed::parse(input)?, name, span),
            "max" => set(&mut self.max, Typed::parse(input)?, name, span),
            "choices" => set(&mut self.choices, strings(input)?, name, span),
            "default_port" => {
                let port: LitInt = input.parse()?;
                let value: u16 = port.base10_parse()?;
                if value == 0 {
                    return refuse(port.span(), "a port is from 1 to 65535");
                }
                set(&mut self.default_port, (value, port.span()), name, span)
            }
            _ => {
                let count: LitInt = input.parse()?;
                let value: u32 = count.base10_parse()?;
                if value == 0 {
                    return refuse(count.span(), "at least one value must be allowed");
                }
                set(&mut self.max_values, (value, count.span()), name, span)
            }
        }
    }
}
