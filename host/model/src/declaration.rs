//! What a plugin says of its checks: read without running anything, and the one source of truth.

use std::collections::BTreeSet;
use std::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::parameter::{Kind, KindError, Parameter};
use crate::{
    BoundError, Capability, Cell, CheckName, ClusterBound, ClusterName, ClusterNamespace, ConnectBound, FilesBound,
    GrantRequest, ParameterName, PluginName, SocketsBound, UnitError, Where, parse_duration, parse_size,
    truncate_at_char,
};

/// The declaration of a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The plugin's name.
    pub plugin: PluginName,
    /// Its version.
    pub version: Version,
    /// What it is. Foreign text, may be empty.
    pub doc: String,
    /// Its checks, at least one.
    pub checks: Vec<CheckDeclaration>,
}

/// The declaration of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckDeclaration {
    /// Its name.
    pub check: CheckName,
    /// What it does; the first line is the summary. Foreign text.
    pub doc: String,
    /// Its parameters, in the order in which they are shown.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// What it asks for.
    #[serde(default)]
    pub grants: Vec<GrantRequest>,
    /// How much it needs.
    #[serde(default)]
    pub limits: Requirement,
}

/// The limits that a check asks for, as declared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Wall time, as a duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Memory, as a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
}

/// The limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall time from start to end.
    pub time: Duration,
    /// The guest's linear memories together, in bytes.
    pub memory: u64,
}

impl Limits {
    /// What a check gets that asks for nothing.
    pub const DEFAULT: Self = Self { time: Duration::from_secs(60), memory: 64 << 20 };
    /// What no declaration can exceed.
    pub const CEILING: Self = Self { time: Duration::from_secs(600), memory: 512 << 20 };
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginLine {
    declaration: u32,
    plugin: PluginName,
    version: Version,
    #[serde(default)]
    doc: String,
}

/// Why bytes are no declaration.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum DeclarationError {
    /// More bytes than a declaration may have.
    #[error("it has {bytes} bytes, and a declaration has at most {MAX_DECLARATION_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// No text.
    #[error("it is no UTF-8 text")]
    Encoding,
    /// A line is not the JSON that belongs there.
    #[error("line {line}: {cause}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// What the JSON reader says, with its own text escaped.
        cause: String,
    },
    /// Written for a later dbg.
    #[error("its format is version {found}, and this dbg reads version 1")]
    Format {
        /// The version found.
        found: u32,
    },
    /// It declares nothing.
    #[error("it declares no check")]
    NoCheck,
    /// More than a plugin may have.
    #[error("it has more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// Two of one name.
    #[error("{what} `{name}` is declared twice")]
    Twice {
        /// Of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A parameter contradicts itself.
    #[error("the parameter `{parameter}` of `{check}`: {fault}")]
    Parameter {
        /// The check.
        check: CheckName,
        /// The parameter.
        parameter: ParameterName,
        /// How.
        fault: ParameterFault,
    },
    /// A grant makes no sense.
    #[error("the grant `{capability}` of `{check}`: {fault}")]
    Grant {
        /// The check.
        check: CheckName,
        /// The capability.
        capability: Capability,
        /// How.
        fault: GrantFault,
    },
    /// A limit makes no sense.
    #[error("the limit `{limit}` of `{check}`: {cause}")]
    Limit {
        /// The check.
        check: CheckName,
        /// Which one.
        limit: &'static str,
        /// How.
        cause: UnitError,
    },
}

/// How a parameter contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterFault {
    /// A default, least or greatest value is none of its kind.
    #[error("its {what} `{shown}` does not fit: {cause}")]
    Value {
        /// `default`, `min` or `max`.
        what: &'static str,
        /// The value, escaped.
        shown: String,
        /// Why.
        cause: KindError,
    },
    /// A plain parameter with several defaults.
    #[error("it takes one value and has {0} defaults")]
    Defaults(usize),
    /// Required and defaulted.
    #[error("it is required and has a default, which would never be used")]
    RequiredDefault,
    /// A field that its kind does not have.
    #[error("a parameter of kind `{kind}` has no `{field}`")]
    Field {
        /// Its kind.
        kind: Kind,
        /// The field.
        field: &'static str,
    },
    /// An enum without choices.
    #[error("it is an enum without choices")]
    NoChoice,
}

/// How a grant makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantFault {
    /// A bound.
    #[error("{0}")]
    Bound(#[from] BoundError),
    /// A `param:` that is none.
    #[error("its bound names the parameter `{0}`, which the check does not have")]
    UnknownParameter(ParameterName),
    /// A `param:` of a kind that bounds nothing.
    #[error("its bound names the parameter `{name}`, and a {kind} names nothing that could be granted")]
    WrongKind {
        /// The parameter.
        name: ParameterName,
        /// Its kind.
        kind: Kind,
    },
    /// Nobody can consent to what is not explained.
    #[error("it gives no reason")]
    NoReason,
}

/// What a declaration may have at most.
const MAX_DECLARATION_BYTES: usize = 256 * 1024;
const MAX_CHECKS: usize = 64;
const MAX_PARAMETERS: usize = 64;
const MAX_GRANTS: usize = 16;

impl Declaration {
    /// Reads and validates the bytes of a `dbg:checks` section.
    pub fn parse(bytes: &[u8]) -> Result<Self, DeclarationError> {
        if bytes.len() > MAX_DECLARATION_BYTES {
            return Err(DeclarationError::TooLong { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| DeclarationError::Encoding)?;
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (number, first) = lines.next().ok_or(DeclarationError::NoCheck)?;
        let head: PluginLine = parse_line(number, first)?;
        if head.declaration != 1 {
            return Err(DeclarationError::Format { found: head.declaration });
        }
        let checks =
            lines.map(|(number, line)| parse_line(number, line)).collect::<Result<Vec<CheckDeclaration>, _>>()?;
        if checks.is_empty() {
            return Err(DeclarationError::NoCheck);
        }
        bounded("checks", MAX_CHECKS, checks.len())?;
        unique("the check", checks.iter().map(|check| check.check.as_str()))?;
        for check in &checks {
            check.validate()?;
        }
        Ok(Self { plugin: head.plugin, version: head.version, doc: head.doc, checks })
    }

    /// The check of that name.
    #[must_use]
    pub fn check(&self, name: &CheckName) -> Option<&CheckDeclaration> {
        self.checks.iter().find(|check| check.check == *name)
    }

    /// All capabilities that any of its checks asks for.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        self.checks.iter().flat_map(|check| &check.grants).map(|grant| grant.capability).collect()
    }
}

fn parse_line<T: for<'de> Deserialize<'de>>(number: usize, line: &str) -> Result<T, DeclarationError> {
    serde_json::from_str(line).map_err(|error| DeclarationError::Json {
        line: number + 1,
        cause: Cell(truncate_at_char(&error.to_string(), 512)).to_string(),
    })
}

fn bounded(what: &'static str, max: usize, count: usize) -> Result<(), DeclarationError> {
    if count > max { Err(DeclarationError::TooMany { what, max }) } else { Ok(()) }
}

fn unique<'a>(what: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), DeclarationError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DeclarationError::Twice { what, name: name.to_owned() });
        }
    }
    Ok(())
}

impl CheckDeclaration {
    /// The first line of the documentation. Foreign text.
    #[must_use]
    pub fn summary(&self) -> &str {
        self.doc.lines().next().unwrap_or_default()
    }

    /// The limits of a run: what is declared, at most the host's ceiling. A limit that does not parse was refused with the declaration.
    #[must_use]
    pub fn run_limits(&self) -> Limits {
        let time = self.limits.time.as_deref().and_then(|text| parse_duration(text).ok());
        let memory = self.limits.memory.as_deref().and_then(|text| parse_size(text).ok());
        Limits {
            time: time.unwrap_or(Limits::DEFAULT.time).min(Limits::CEILING.time),
            memory: memory.unwrap_or(Limits::DEFAULT.memory).min(Limits::CEILING.memory),
        }
    }

    fn validate(&self) -> Result<(), DeclarationError> {
        bounded("parameters in a check", MAX_PARAMETERS, self.parameters.len())?;
        bounded("grants in a check", MAX_GRANTS, self.grants.len())?;
        unique("the parameter", self.parameters.iter().map(|parameter| parameter.name.as_str()))?;
        unique("the grant", self.grants.iter().map(|grant| grant.capability.word()))?;
        for parameter in &self.parameters {
            validate_parameter(parameter).map_err(|fault| DeclarationError::Parameter {
                check: self.check.clone(),
                parameter: parameter.name.clone(),
                fault,
            })?;
        }
        for grant in &self.grants {
            self.validate_grant(grant).map_err(|fault| DeclarationError::Grant {
                check: self.check.clone(),
                capability: grant.capability,
                fault,
            })?;
        }
        let limit = |limit, cause| DeclarationError::Limit { check: self.check.clone(), limit, cause };
        self.limits.time.as_deref().map(parse_duration).transpose().map_err(|cause| limit("time", cause))?;
        self.limits.memory.as_deref().map(parse_size).transpose().map_err(|cause| limit("memory", cause))?;
        Ok(())
    }

    fn validate_grant(&self, grant: &GrantRequest) -> Result<(), GrantFault> {
        if grant.reason.trim().is_empty() {
            return Err(GrantFault::NoReason);
        }
        match grant.capability {
            Capability::Resolver | Capability::NetworkState | Capability::Processes => match grant.bounds.first() {
                Some(bound) => Err(BoundError::not_wanted(bound).into()),
                None => Ok(()),
            },
            Capability::Sockets => {
                grant.bounds.iter().try_for_each(|text| self.bound_where(text.parse::<SocketsBound>()?.to))
            }
            Capability::Connect => {
                grant.bounds.iter().try_for_each(|text| self.bound_where(text.parse::<ConnectBound>()?.to))
            }
            Capability::Files => grant.bounds.iter().try_for_each(|text| match text.parse::<FilesBound>()? {
                FilesBound::Parameter(name) => self.bound_parameter(name, &[Kind::String]),
                FilesBound::Pattern(_) => Ok(()),
            }),
            Capability::Cluster => grant.bounds.iter().try_for_each(|text| match text.parse::<ClusterBound>()? {
                ClusterBound::Read { namespace, name, .. } => {
                    if let ClusterNamespace::Parameter(name) = namespace {
                        self.bound_parameter(name, &[Kind::String])?;
                    }
                    match name {
                        Some(ClusterName::Parameter(name)) => self.bound_parameter(name, &[Kind::String]),
                        Some(ClusterName::Literal(_)) | None => Ok(()),
                    }
                }
                ClusterBound::AtMost { .. } => Ok(()),
            }),
        }?;
        if grant.capability.has_bounds() && grant.bounds.is_empty() {
            return Err(BoundError::Empty.into());
        }
        Ok(())
    }

    fn bound_where(&self, to: Where) -> Result<(), GrantFault> {
        match to {
            Where::Parameter(name) => self.bound_parameter(name, &[Kind::Address, Kind::AddressRange, Kind::Endpoint]),
            _ => Ok(()),
        }
    }

    fn bound_parameter(&self, name: ParameterName, kinds: &[Kind]) -> Result<(), GrantFault> {
        match self.parameters.iter().find(|parameter| parameter.name == name) {
            None => Err(GrantFault::UnknownParameter(name)),
            Some(parameter) if kinds.contains(&parameter.kind) => Ok(()),
            Some(parameter) => Err(GrantFault::WrongKind { name, kind: parameter.kind }),
        }
    }
}

fn validate_parameter(parameter: &Parameter) -> Result<(), ParameterFault> {
    let field = |field| Err(ParameterFault::Field { kind: parameter.kind, field });
    match parameter.kind {
        Kind::Enum if parameter.choices.is_empty() => return Err(ParameterFault::NoChoice),
        Kind::Enum => {}
        _ if !parameter.choices.is_empty() => return field("choices"),
        _ => {}
    }
    if parameter.default_port.is_some() && parameter.kind != Kind::Address {
        return field("default_port");
    }
    if parameter.max_values.is_some() && !parameter.repeated {
        return field("max_values");
    }
    if parameter.kind == Kind::Secret && !parameter.default.is_empty() {
        return field("default");
    }
    if parameter.required && !parameter.default.is_empty() {
        return Err(ParameterFault::RequiredDefault);
    }
    if !parameter.repeated && parameter.default.len() > 1 {
        return Err(ParameterFault::Defaults(parameter.default.len()));
    }
    // A bound is a value of the kind itself, read without bounds; a string's bounds are lengths.
    let bound_kind = if parameter.kind == Kind::String { Kind::Integer } else { parameter.kind };
    let unbounded = Parameter { kind: bound_kind, min: None, max: None, ..parameter.clone() };
    for (what, bound) in [("min", &parameter.min), ("max", &parameter.max)] {
        let Some(bound) = bound else { continue };
        if !parameter.has_range() {
            return field(what);
        }
        unbounded.parse(bound).map_err(|cause| value_fault(what, bound, cause))?;
    }
    for default in &parameter.default {
        parameter.parse(default).map_err(|cause| value_fault("default", default, cause))?;
    }
    Ok(())
}

fn value_fault(what: &'static str, text: &str, cause: KindError) -> ParameterFault {
    ParameterFault::Value { what, shown: Cell(truncate_at_char(text, 64)).to_string(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"declaration":1,"plugin":"x","version":"0.1.0"}"#;

    fn with(check: &str) -> Result<Declaration, DeclarationError> {
        Declaration::parse(format!("{HEAD}\n{check}\n").as_bytes())
    }

    fn with_parameter(rest: &str) -> Result<Declaration, DeclarationError> {
        with(&format!(r#"{{"check":"c","doc":"d","parameters":[{{"name":"p","doc":"d",{rest}}}]}}"#))
    }

    #[test]
    fn a_plain_declaration_is_read() {
        let declaration = with(r#"{"check":"c","doc":"Does it.\n\nMore.","limits":{"time":"2h"}}"#).unwrap();
        assert_eq!(declaration.checks[0].summary(), "Does it.");
        assert_eq!(declaration.checks[0].run_limits().time, Limits::CEILING.time);
    }

    #[test]
    fn unknown_fields_and_later_formats_are_refused_by_name() {
        assert!(matches!(with(r#"{"check":"c","doc":"d","colour":1}"#), Err(DeclarationError::Json { line: 2, .. })));
        let later = HEAD.replace(":1", ":2");
        assert!(matches!(Declaration::parse(later.as_bytes()), Err(DeclarationError::Format { found: 2 })));
    }

    #[test]
    fn nothing_ten_megabytes_and_bytes_that_are_no_text_are_refused() {
        assert!(matches!(Declaration::parse(b""), Err(DeclarationError::NoCheck)));
        assert!(matches!(Declaration::parse(HEAD.as_bytes()), Err(DeclarationError::NoCheck)));
        assert!(matches!(Declaration::parse(&vec![b' '; 10 << 20]), Err(DeclarationError::TooLong { .. })));
        assert!(matches!(Declaration::parse(&[0xff]), Err(DeclarationError::Encoding)));
    }

    #[test]
    fn a_parameter_that_contradicts_itself_is_refused() {
        for rest in [
            r#""kind":"integer","default":["x"]"#,
            r#""kind":"integer","default":["5"],"max":"4""#,
            r#""kind":"integer","required":true,"default":["5"]"#,
            r#""kind":"integer","default":["5","6"]"#,
            r#""kind":"enum""#,
            r#""kind":"bool","min":"1""#,
            r#""kind":"string","default_port":53"#,
            r#""kind":"secret","default":["hunter2"]"#,
        ] {
            assert!(matches!(with_parameter(rest), Err(DeclarationError::Parameter { .. })), "{rest}");
        }
        assert!(with_parameter(r#""kind":"string","default":["ab"],"min":"1","max":"3""#).is_ok());
    }

    #[test]
    fn a_grant_must_name_a_reason_a_bound_and_a_parameter_there_is() {
        for grant in [
            r#"{"capability":"sockets","bounds":["tcp:resolvers"],"reason":" "}"#,
            r#"{"capability":"sockets","reason":"r"}"#,
            r#"{"capability":"sockets","bounds":["tcp:param:nope"],"reason":"r"}"#,
            r#"{"capability":"resolver","bounds":["x"],"reason":"r"}"#,
            r#"{"capability":"connect","reason":"r"}"#,
            r#"{"capability":"connect","bounds":["param:nope"],"reason":"r"}"#,
            r#"{"capability":"connect","bounds":["tcp:10.0.0.1:80"],"reason":"r"}"#,
            r#"{"capability":"network-state","bounds":["tcp"],"reason":"r"}"#,
            r#"{"capability":"processes","bounds":["1"],"reason":"r"}"#,
        ] {
            let result = with(&format!(r#"{{"check":"c","doc":"d","grants":[{grant}]}}"#));
            assert!(matches!(result, Err(DeclarationError::Grant { .. })), "{grant}");
        }
    }

    #[test]
    fn a_check_declared_twice_is_refused() {
        let line = r#"{"check":"c","doc":"d"}"#;
        assert!(matches!(with(&format!("{line}\n{line}")), Err(DeclarationError::Twice { .. })));
    }
}
