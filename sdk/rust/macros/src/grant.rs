//! `grant(capability = "…", bounds = […], reason = "…")` of a check.

mod bound;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Result, Token};

use crate::json;
use crate::literal::{refuse, set, strings};

pub(crate) use bound::NamedParameter;

/// The reason is shown whole when a plugin is added.
const LONGEST_REASON: usize = 1024;

/// What the host can grant in this version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Capability {
    Sockets,
    Resolver,
    Files,
    Connect,
    NetworkState,
    Processes,
    Cluster,
}

impl Capability {
    fn read(literal: &LitStr) -> Result<Self> {
        match literal.value().as_str() {
            "sockets" => Ok(Self::Sockets),
            "resolver" => Ok(Self::Resolver),
            "files" => Ok(Self::Files),
            "connect" => Ok(Self::Connect),
            "network-state" => Ok(Self::NetworkState),
            "processes" => Ok(Self::Processes),
            "cluster" => Ok(Self::Cluster),
            other => refuse(
                literal.span(),
                format!(
                    "`{other}` is no capability: there are `sockets`, `resolver`, `files`, `connect`, `network-state`, \
                     `processes` and `cluster`"
                ),
            ),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sockets => "sockets",
            Self::Resolver => "resolver",
            Self::Files => "files",
            Self::Connect => "connect",
            Self::NetworkState => "network-state",
            Self::Processes => "processes",
            Self::Cluster => "cluster",
        }
    }

    fn has_bounds(self) -> bool {
        match self {
            Self::Sockets | Self::Files | Self::Connect | Self::Cluster => true,
            Self::Resolver | Self::NetworkState | Self::Processes => false,
        }
    }
}

/// One grant that a check asks for.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) capability: Capability,
    bounds: Vec<String>,
    required: bool,
    reason: String,
    /// The parameters that bounds name, to be found in the struct by the compiler.
    pub(crate) parameters: Vec<NamedParameter>,
}

impl Grant {
    /// The object of the declaration.
    pub(crate) fn json(&self) -> String {
        json::object(&[
            ("capability", json::string(self.capability.name())),
            ("bounds", json::strings(&self.bounds)),
            ("required", self.required.to_string()),
            ("reason", json::string(&self.reason)),
        ])
    }
}

#[derive(Default)]
struct Written {
    capability: Option<LitStr>,
    bounds: Option<Vec<LitStr>>,
    reason: Option<LitStr>,
    optional: Option<Span>,
}

impl Written {
    fn read(input: ParseStream<'_>) -> Result<Self> {
        let mut written = Self::default();
        while !input.is_empty() {
            let option: Ident = input.parse()?;
            let (name, span) = (option.to_string(), option.span());
            match name.as_str() {
                "optional" => set(&mut written.optional, span, &name, span)?,
                "capability" | "bounds" | "reason" => {
                    input.parse::<Token![=]>()?;
                    match name.as_str() {
                        "capability" => set(&mut written.capability, input.parse()?, &name, span)?,
                        "bounds" => set(&mut written.bounds, strings(input)?, &name, span)?,
                        _ => set(&mut written.reason, input.parse()?, &name, span)?,
                    }
                }
                _ => {
                    return refuse(
                        span,
                        format!(
                            "`{name}` is no option of a grant: there are `capability`, `bounds`, `reason` and `optional`"
                        ),
                    );
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(written)
    }
}

impl Parse for Grant {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let end = input.span();
        let written = Written::read(input)?;
        let Some(named) = &written.capability else {
            return refuse(end, "a grant names its capability: `capability = \"sockets\"`");
        };
        let capability = Capability::read(named)?;
        let Some(reason) = &written.reason else {
            return refuse(
                named.span(),
                "a grant gives its reason, which is shown to who is asked for it: `reason = \"…\"`",
            );
        };
        let text = reason.value();
        if text.trim().is_empty() || text.len() > LONGEST_REASON {
            return refuse(reason.span(), format!("a reason has at least a word and at most {LONGEST_REASON} bytes"));
        }
        let bounds = written.bounds.unwrap_or_default();
        let mut parameters = Vec::new();
        for bound in &bounds {
            parameters.extend(bound::judge(capability, bound)?);
        }
        if bounds.is_empty() && capability.has_bounds() {
            return refuse(
                named.span(),
                format!("a grant of `{}` names its bounds: without them it allows nothing", capability.name()),
            );
        }
        Ok(Self {
            capability,
            bounds: bounds.iter().map(LitStr::value).collect(),
            required: written.optional.is_none(),
            reason: text,
            parameters,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_str;

    #[test]
    fn a_grant_is_declared_whole() {
        let grant: Grant = parse_str(
            r#"capability = "sockets", bounds = ["udp:resolvers", "tcp:param:server"], reason = "asks each", optional"#,
        )
        .unwrap();
        assert_eq!(
            grant.json(),
            r#"{"capability":"sockets","bounds":["udp:resolvers","tcp:param:server"],"required":false,"reason":"asks each"}"#
        );
    }

    #[test]
    fn a_grant_without_reason_bounds_or_capability_is_refused() {
        for (text, why) in [
            (r#"capability = "resolver""#, "gives its reason"),
            (r#"capability = "resolver", reason = " ""#, "at least a word"),
            (r#"reason = "x""#, "names its capability"),
            (r#"capability = "files", reason = "x""#, "names its bounds"),
            (r#"capability = "connect", reason = "x""#, "names its bounds"),
            (r#"capability = "root", reason = "x""#, "no capability"),
            (r#"capability = "processes", bounds = ["1"], reason = "x""#, "has no bounds"),
            (r#"capability = "resolver", reason = "x", bound = []"#, "no option of a grant"),
        ] {
            let error = parse_str::<Grant>(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
