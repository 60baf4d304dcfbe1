//! Names as the declaration has them: `[a-z0-9]` with `-` inside, a letter first, at most 64 bytes.

use proc_macro2::Span;
use syn::{Ident, LitStr, Result};

use crate::literal::refuse;

const LONGEST: usize = 64;

fn is_valid(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn judged(name: String, span: Span) -> Result<String> {
    if is_valid(&name) {
        Ok(name)
    } else {
        refuse(
            span,
            format!(
                "`{name}` is no name: lower-case letters, digits and `-` inside, a letter first, at most {LONGEST} bytes"
            ),
        )
    }
}

/// A name as the author wrote it.
pub(crate) fn written(literal: &LitStr) -> Result<String> {
    judged(literal.value(), literal.span())
}

/// The name that an identifier stands for: `r#type` is `type`, `name_server` is `name-server`.
pub(crate) fn of_identifier(identifier: &Ident) -> Result<String> {
    let text = identifier.to_string();
    judged(text.strip_prefix("r#").unwrap_or(&text).replace('_', "-"), identifier.span())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn an_identifier_becomes_what_a_user_types() {
        assert_eq!(of_identifier(&parse_quote!(r#type)).unwrap(), "type");
        assert_eq!(of_identifier(&parse_quote!(name_server)).unwrap(), "name-server");
    }

    #[test]
    fn capitals_a_leading_digit_and_a_trailing_dash_are_refused() {
        for bad in ["Name", "1st", "end-", "", "a_b", "naïve"] {
            assert!(written(&LitStr::new(bad, Span::call_site())).is_err(), "{bad}");
        }
        assert!(written(&LitStr::new(&"a".repeat(65), Span::call_site())).is_err());
    }
}
