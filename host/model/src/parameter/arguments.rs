//! All parameters of one check, typed, validated and defaulted.

use crate::{Cell, Kind, ParameterName, Redacted, Scalar, Value, nearest, truncate_at_char};

use super::{KindError, Parameter, SecretSource};

/// The values of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The parameter.
    pub name: ParameterName,
    /// One for a plain parameter, any number for a repeated one.
    pub values: Vec<Value>,
}

/// The arguments of one check, in the declaration's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arguments(Vec<Argument>);

/// Why what was typed is not what the check takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The check has no such parameter.
    #[error("the check has no parameter `{shown}`")]
    Unknown {
        /// What was typed, escaped and cut.
        shown: String,
        /// The nearest there is.
        nearest: Option<String>,
        /// All there are.
        choices: Vec<String>,
    },
    /// A required one was not given.
    #[error("the parameter `{name}` is required")]
    Missing {
        /// The parameter.
        name: ParameterName,
        /// Its summary.
        summary: String,
        /// Its kind.
        kind: Kind,
    },
    /// A value does not parse or is out of range.
    #[error("the parameter `{name}` takes {kind}, and `{shown}` does not fit: {cause}")]
    Value {
        /// The parameter.
        name: ParameterName,
        /// Its kind.
        kind: Kind,
        /// What was typed, escaped and cut.
        shown: String,
        /// Why.
        cause: KindError,
    },
    /// More values than it takes.
    #[error("the parameter `{name}` takes at most {max} value(s), and {given} were given")]
    TooMany {
        /// The parameter.
        name: ParameterName,
        /// How many it takes.
        max: usize,
        /// How many there were.
        given: usize,
    },
    /// A secret could not be read.
    #[error("the secret `{name}` could not be read: {cause}")]
    Secret {
        /// The parameter.
        name: ParameterName,
        /// Why, from whoever read it.
        cause: String,
    },
}

impl ParameterError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}=…`?")),
            Self::Unknown { choices, .. } if choices.is_empty() => Some("it takes no parameters at all".to_owned()),
            Self::Unknown { choices, .. } => Some(format!("it takes {}", choices.join(", "))),
            Self::Missing { name, summary, kind } => Some(format!("add `{name}=…` ({kind}: {summary})")),
            Self::Value { name, cause: KindError::Choice { nearest: Some(nearest), .. }, .. } => {
                Some(format!("did you mean `{name}={}`?", Cell(nearest)))
            }
            Self::Value { .. } | Self::TooMany { .. } | Self::Secret { .. } => None,
        }
    }
}

/// Reads a secret from where the operator said; the text of an error is shown.
pub type SecretReader<'a> = dyn FnMut(&SecretSource) -> Result<Redacted, String> + 'a;

impl Arguments {
    /// The values of `name`; none when it was not given and has no default.
    #[must_use]
    pub fn get(&self, name: &ParameterName) -> &[Value] {
        self.0.iter().find(|argument| argument.name == *name).map_or(&[], |argument| &argument.values)
    }

    /// All of them, in the declaration's order.
    pub fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.0.iter()
    }

    /// As the guest gets them.
    #[must_use]
    pub fn scalars(&self) -> Vec<(String, Vec<Scalar>)> {
        let scalars = |argument: &Argument| argument.values.iter().map(Value::scalar).collect();
        self.0.iter().map(|argument| (argument.name.to_string(), scalars(argument))).collect()
    }
}

/// `key=value` pairs as typed become the check's arguments: every name known, every value of its kind and in range, defaults filled in.
pub fn parse_arguments(
    parameters: &[Parameter],
    typed: &[(String, String)],
    read_secret: &mut SecretReader<'_>,
) -> Result<Arguments, ParameterError> {
    for (name, _) in typed {
        if !parameters.iter().any(|parameter| parameter.name.as_str() == name) {
            let names = || parameters.iter().map(|parameter| parameter.name.as_str());
            return Err(ParameterError::Unknown {
                shown: Cell(truncate_at_char(name, 64)).to_string(),
                nearest: nearest(name, names()).map(str::to_owned),
                choices: names().map(|name| format!("`{name}`")).collect(),
            });
        }
    }
    let mut arguments = Vec::new();
    for parameter in parameters {
        let given: Vec<&str> =
            typed.iter().filter(|(name, _)| name == parameter.name.as_str()).map(|(_, text)| text.as_str()).collect();
        if given.is_empty() && parameter.required {
            return Err(ParameterError::Missing {
                name: parameter.name.clone(),
                summary: Cell(parameter.doc.lines().next().unwrap_or_default()).to_string(),
                kind: parameter.kind,
            });
        }
        let texts: Vec<String> = match (given.is_empty(), parameter.repeated) {
            (true, _) => parameter.default.clone(),
            (false, true) => given.iter().flat_map(|text| split_list(text)).collect(),
            (false, false) => given.iter().map(|text| (*text).to_owned()).collect(),
        };
        if texts.is_empty() && !parameter.repeated {
            continue;
        }
        if texts.len() > parameter.value_limit() {
            return Err(ParameterError::TooMany {
                name: parameter.name.clone(),
                max: parameter.value_limit(),
                given: texts.len(),
            });
        }
        let values = texts.iter().map(|text| value(parameter, text, read_secret)).collect::<Result<_, _>>()?;
        arguments.push(Argument { name: parameter.name.clone(), values });
    }
    Ok(Arguments(arguments))
}

fn value(parameter: &Parameter, text: &str, read_secret: &mut SecretReader<'_>) -> Result<Value, ParameterError> {
    let is_secret = parameter.kind == Kind::Secret;
    let fault = |cause| ParameterError::Value {
        name: parameter.name.clone(),
        kind: parameter.kind,
        // What was typed where a secret belongs may be one.
        shown: if is_secret { "[redacted]".into() } else { Cell(truncate_at_char(text, 64)).to_string() },
        cause,
    };
    if is_secret {
        let source = Parameter::parse_secret_source(text).map_err(fault)?;
        return read_secret(&source)
            .map(Value::Secret)
            .map_err(|cause| ParameterError::Secret { name: parameter.name.clone(), cause });
    }
    parameter.parse(text).map_err(fault)
}

/// `A,AAAA` is two values; `\,` is a comma inside one.
fn split_list(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, values.last_mut()) {
            ('\\', Some(value)) if characters.peek() == Some(&',') => value.extend(characters.next()),
            (',', _) => values.push(String::new()),
            (c, Some(value)) => value.push(c),
            (_, None) => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter> {
        serde_json::from_str(
            r#"[{"name":"name","kind":"string","doc":"","repeated":true,"default":["example.com"],"max_values":2},
                {"name":"timeout","kind":"duration","doc":"how long to wait","required":true},
                {"name":"token","kind":"secret","doc":""}]"#,
        )
        .unwrap()
    }

    fn parse(typed: &[(&str, &str)]) -> Result<Arguments, ParameterError> {
        let typed: Vec<_> = typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        parse_arguments(&parameters(), &typed, &mut |_| Ok(Redacted::new("hunter2".into())))
    }

    #[test]
    fn what_is_not_given_takes_its_default() {
        let arguments = parse(&[("timeout", "2s")]).unwrap();
        assert_eq!(arguments.get(&"name".parse().unwrap()), [Value::Text("example.com".into())]);
        assert_eq!(arguments.get(&"token".parse().unwrap()), []);
    }

    #[test]
    fn lists_come_by_comma_or_by_repetition_and_are_counted() {
        let arguments = parse(&[("timeout", "2s"), ("name", "a,b")]).unwrap();
        assert_eq!(arguments.get(&"name".parse().unwrap()).len(), 2);
        assert!(matches!(
            parse(&[("timeout", "2s"), ("name", "a,b"), ("name", "c")]),
            Err(ParameterError::TooMany { max: 2, given: 3, .. })
        ));
        assert_eq!(split_list("a\\,b,c"), ["a,b", "c"]);
    }

    #[test]
    fn unknown_and_missing_parameters_say_what_there_is() {
        let error = parse(&[("timeuot", "2s")]).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `timeout=…`?"));
        assert!(matches!(parse(&[]), Err(ParameterError::Missing { .. })));
    }

    #[test]
    fn a_secret_typed_by_mistake_is_not_repeated_in_the_error() {
        let error = parse(&[("timeout", "2s"), ("token", "hunter2")]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn a_secret_is_masked_wherever_arguments_are_shown() {
        let arguments = parse(&[("timeout", "2s"), ("token", "env:T")]).unwrap();
        assert!(!format!("{arguments:?} {:?}", arguments.scalars()).contains("hunter2"));
    }
}
