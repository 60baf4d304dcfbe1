//! `limits(time = "30s", memory = "32MiB")` of a check.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Result, Token};

use crate::json;
use crate::literal::{refuse, set};
use crate::value::number;

/// No host gives a check more time: 10 minutes, in nanoseconds.
const LONGEST: u64 = 600_000_000_000;
/// No host gives a check more memory.
const LARGEST: u64 = 512 << 20;

/// What a check asks for, as it was written.
#[derive(Default)]
pub(crate) struct Limits {
    time: Option<LitStr>,
    memory: Option<LitStr>,
}

impl Limits {
    /// Reads what stands between the parentheses.
    pub(crate) fn read(input: ParseStream<'_>) -> Result<Self> {
        let mut limits = Self::default();
        while !input.is_empty() {
            let option: Ident = input.parse()?;
            let (name, span) = (option.to_string(), option.span());
            if !matches!(name.as_str(), "time" | "memory") {
                return refuse(span, format!("`{name}` is no limit: there are `time` and `memory`"));
            }
            input.parse::<Token![=]>()?;
            let value: LitStr = input.parse()?;
            if name == "time" {
                judge(number::duration(&value.value()), LONGEST, "10 minutes", value.span())?;
                set(&mut limits.time, value, &name, span)?;
            } else {
                judge(number::size(&value.value()), LARGEST, "512 MiB", value.span())?;
                set(&mut limits.memory, value, &name, span)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(limits)
    }

    /// The object of the declaration.
    pub(crate) fn json(&self) -> String {
        let mut members = Vec::new();
        for (key, value) in [("time", &self.time), ("memory", &self.memory)] {
            if let Some(text) = value {
                members.push((key, json::string(&text.value())));
            }
        }
        json::object(&members)
    }
}

fn judge(value: std::result::Result<u64, String>, ceiling: u64, words: &str, span: Span) -> Result<()> {
    match value {
        Ok(0) => refuse(span, "nothing can be done with none of it"),
        Ok(value) if value > ceiling => refuse(span, format!("no host gives more than {words}")),
        Ok(_) => Ok(()),
        Err(why) => refuse(span, why),
    }
}

impl syn::parse::Parse for Limits {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Self::read(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_str;

    #[test]
    fn limits_are_kept_as_written() {
        let limits: Limits = parse_str(r#"time = "30s", memory = "32MiB""#).unwrap();
        assert_eq!(limits.json(), r#"{"time":"30s","memory":"32MiB"}"#);
        assert_eq!(Limits::default().json(), "{}");
    }

    #[test]
    fn what_no_host_gives_is_refused() {
        for bad in [
            r#"time = "11m""#,
            r#"time = "0s""#,
            r#"memory = "1GiB""#,
            r#"disk = "1MB""#,
            r#"time = "soon""#,
            r#"time = "1s", time = "2s""#,
        ] {
            assert!(parse_str::<Limits>(bad).is_err(), "{bad}");
        }
    }
}
