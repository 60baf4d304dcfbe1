//! The list of arguments, taken apart by the derived code.

use super::{Argument, Value};
use crate::Failure;
use crate::host::check_types::Arg;

/// What the host gave, by name.
#[doc(hidden)]
#[derive(Debug)]
pub struct Arguments {
    given: Vec<Arg>,
}

impl Arguments {
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively a test makes its parameters itself"))]
    pub(crate) fn new(given: Vec<Arg>) -> Self {
        Self { given }
    }

    fn take(&mut self, name: &str) -> Option<Vec<Argument>> {
        let at = self.given.iter().position(|argument| argument.name == name)?;
        Some(self.given.swap_remove(at).values.into_iter().map(Argument).collect())
    }

    /// The one value of a plain parameter.
    ///
    /// # Errors
    /// It is missing, or of another kind than declared.
    pub fn one<T: Value>(&mut self, name: &str) -> Result<T, Failure> {
        self.optional(name)?.ok_or_else(|| misfit(name))
    }

    /// The value of an optional parameter.
    ///
    /// # Errors
    /// It is of another kind than declared.
    pub fn optional<T: Value>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        match self.take(name).and_then(|values| values.into_iter().next()) {
            Some(value) => T::from_argument(value).map(Some).ok_or_else(|| misfit(name)),
            None => Ok(None),
        }
    }

    /// The values of a repeated parameter.
    ///
    /// # Errors
    /// One is of another kind than declared.
    pub fn many<T: Value>(&mut self, name: &str) -> Result<Vec<T>, Failure> {
        let values = self.take(name).unwrap_or_default();
        values.into_iter().map(|value| T::from_argument(value).ok_or_else(|| misfit(name))).collect()
    }
}

fn misfit(name: &str) -> Failure {
    Failure::bad_arguments(format_args!("parameter `{name}` did not arrive as it is declared"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureCode;
    use crate::host::check_types::Scalar;

    fn arguments() -> Arguments {
        Arguments {
            given: vec![
                Arg { name: "a".into(), values: vec![Scalar::Integer(1)] },
                Arg { name: "b".into(), values: vec![Scalar::Text("x".into()), Scalar::Text("y".into())] },
                Arg { name: "none".into(), values: vec![] },
            ],
        }
    }

    #[test]
    fn values_are_found_by_name() {
        let mut given = arguments();
        assert_eq!(given.many::<String>("b"), Ok(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(given.one::<i64>("a"), Ok(1));
        assert_eq!(given.many::<String>("none"), Ok(vec![]));
        assert_eq!(given.optional::<i64>("absent"), Ok(None));
    }

    #[test]
    fn a_missing_or_misfitting_one_is_a_failure() {
        let mut given = arguments();
        assert_eq!(given.one::<i64>("absent").map_err(|failure| failure.code), Err(FailureCode::BadArguments));
        assert_eq!(given.one::<bool>("a").map_err(|failure| failure.code), Err(FailureCode::BadArguments));
    }
}
