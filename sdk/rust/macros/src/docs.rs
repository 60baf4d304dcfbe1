//! The doc comment of an item as plain text.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of all doc comments, one leading space of each line taken off; empty when there is none.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &pair.value
        {
            lines.extend(line.value().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()));
            if line.value().is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn paragraphs_stay_apart_and_the_comment_space_goes() {
        let item: syn::ItemFn = parse_quote! {
            /// First line
            /// goes on.
            ///
            ///     indented
            fn x() {}
        };
        assert_eq!(text(&item.attrs), "First line\ngoes on.\n\n    indented");
    }

    #[test]
    fn without_a_comment_it_is_empty() {
        let item: syn::ItemFn = parse_quote! { #[inline] fn x() {} };
        assert_eq!(text(&item.attrs), "");
    }
}
