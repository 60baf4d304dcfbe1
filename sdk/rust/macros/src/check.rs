//! `#[check(...)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemFn, LitStr, Result, ReturnType, Token, Type, parenthesized};

use crate::grant::{Grant, NamedParameter};
use crate::limits::Limits;
use crate::literal::{refuse, set};
use crate::{docs, json, name};

/// What stands in the attribute.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    grants: Vec<Grant>,
    limits: Option<Limits>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let option: Ident = input.parse()?;
            let (name, span) = (option.to_string(), option.span());
            match name.as_str() {
                "name" => {
                    input.parse::<Token![=]>()?;
                    set(&mut options.name, input.parse()?, &name, span)?;
                }
                "grant" => {
                    let content;
                    parenthesized!(content in input);
                    let grant: Grant = content.parse()?;
                    if options.grants.iter().any(|other| other.capability == grant.capability) {
                        return refuse(span, "this capability is asked for twice: put all its bounds into one grant");
                    }
                    options.grants.push(grant);
                }
                "limits" => {
                    let content;
                    parenthesized!(content in input);
                    set(&mut options.limits, content.parse()?, &name, span)?;
                }
                _ => {
                    return refuse(
                        span,
                        format!("`{name}` is no option of a check: there are `name`, `grant(…)` and `limits(…)`"),
                    );
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// The type of the parameters, or none for `fn(&Run)`.
fn parameters(function: &ItemFn) -> Result<Option<&Type>> {
    let signature = &function.sig;
    let expected = "a check is `fn(Parameters, &Run) -> Result<(), Failure>`, or `fn(&Run) -> …` without parameters";
    if let Some(keyword) = &signature.asyncness {
        return refuse(keyword.span(), "a check is a plain function: the contract is synchronous");
    }
    if !signature.generics.params.is_empty() {
        return refuse(signature.generics.span(), expected);
    }
    if matches!(signature.output, ReturnType::Default) {
        return refuse(signature.ident.span(), expected);
    }
    let types: Vec<&Type> = signature
        .inputs
        .iter()
        .map(|input| match input {
            FnArg::Typed(typed) => Ok(&*typed.ty),
            FnArg::Receiver(receiver) => refuse(receiver.span(), expected),
        })
        .collect::<Result<_>>()?;
    match types.as_slice() {
        [Type::Reference(_)] => Ok(None),
        [parameters, Type::Reference(_)] => Ok(Some(parameters)),
        _ => refuse(signature.inputs.span(), expected),
    }
}

/// The texts around the parameters' own JSON.
fn declaration(options: &Options, check: &str, doc: &str) -> (String, String) {
    let grants: Vec<String> = options.grants.iter().map(Grant::json).collect();
    let limits = options.limits.as_ref().map_or_else(|| "{}".to_owned(), Limits::json);
    (
        format!(r#"{{"check":{},"doc":{},"parameters":"#, json::string(check), json::string(doc)),
        format!(r#","grants":{},"limits":{limits}}}"#, json::array(&grants)),
    )
}

/// The function as it was, and beside it a type of the same name that carries the declaration: functions and types don't share
/// names, so one import brings both.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let options: Options = syn::parse2(arguments)?;
    let function: ItemFn = syn::parse2(item)?;
    let identifier = &function.sig.ident;
    let check = match &options.name {
        Some(written) => name::written(written)?,
        None => name::of_identifier(identifier)?,
    };
    let doc = docs::text(&function.attrs);
    if doc.is_empty() {
        return refuse(
            identifier.span(),
            format!("check `{check}` needs a doc comment: its first line is the summary in `dbg check list`"),
        );
    }
    let parameters = parameters(&function)?;
    let (before, after) = declaration(&options, &check, &doc);
    let unit = quote!(());
    let of = parameters.map_or(unit, |of| quote!(#of));
    let call = match parameters {
        Some(of) => {
            quote_spanned!(of.span()=> #identifier(<#of as ::dbg_sdk::Parameters>::from_arguments(arguments)?, run))
        }
        None => quote!({ let () = <() as ::dbg_sdk::Parameters>::from_arguments(arguments)?; #identifier(run) }),
    };
    let named = options.grants.iter().flat_map(|grant| &grant.parameters).map(|parameter| exists(parameter, &of));
    let visibility = &function.vis;
    let marker = format_ident!("{}", identifier, span = identifier.span());
    Ok(quote! {
        #function

        #[doc(hidden)]
        #[expect(non_camel_case_types, reason = "a type of the function's own name")]
        #visibility enum #marker {}

        impl ::dbg_sdk::Check for #marker {
            const NAME: &'static str = #check;
            const DECLARATION: &'static [&'static str] = &[#before, <#of as ::dbg_sdk::Parameters>::DECLARATION, #after];

            fn run(arguments: ::dbg_sdk::__private::Arguments, run: &::dbg_sdk::Run) -> ::std::result::Result<(), ::dbg_sdk::Failure> {
                #call
            }
        }

        #(#named)*
    })
}

/// The compiler knows the struct, this macro doesn't: let it look for the parameter.
fn exists(parameter: &NamedParameter, of: &TokenStream) -> TokenStream {
    let NamedParameter { name, kinds, span } = parameter;
    let text = format!("`param:{name}` names no parameter of this check that is of kind `{}`", kinds.join("`, `"));
    quote_spanned! {*span=>
        const _: () = ::std::assert!(
            ::dbg_sdk::__private::has_parameter(<#of as ::dbg_sdk::Parameters>::KINDS, #name, &[#(#kinds),*]),
            #text
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: TokenStream, item: TokenStream) -> String {
        expand(arguments, item).unwrap_err().to_string()
    }

    #[test]
    fn the_declaration_is_one_line_around_the_parameters() {
        let options: Options = syn::parse_quote!(
            name = "x",
            grant(capability = "resolver", optional, reason = "reads \"it\""),
            limits(time = "30s")
        );
        let (before, after) = declaration(&options, "x", "Summary.\n\nMore.");
        assert_eq!(before, r#"{"check":"x","doc":"Summary.\n\nMore.","parameters":"#);
        assert_eq!(
            after,
            r#","grants":[{"capability":"resolver","bounds":[],"required":false,"reason":"reads \"it\""}],"limits":{"time":"30s"}}"#
        );
    }

    #[test]
    fn a_check_without_doc_comment_is_refused() {
        let text = refused(
            quote!(),
            quote!(
                fn look(run: &Run) -> Result<(), Failure> {
                    Ok(())
                }
            ),
        );
        assert!(text.contains("`look` needs a doc comment"), "{text}");
    }

    #[test]
    fn an_unknown_option_is_told_what_there_is() {
        let text = refused(
            quote!(nmae = "x"),
            quote!(
                fn look() {}
            ),
        );
        assert!(text.contains("`nmae` is no option of a check"), "{text}");
    }

    #[test]
    fn a_capability_is_asked_for_once() {
        let grant = quote!(grant(capability = "resolver", reason = "x"));
        let text = refused(
            quote!(#grant, #grant),
            quote!(
                fn look() {}
            ),
        );
        assert!(text.contains("twice"), "{text}");
    }

    #[test]
    fn another_signature_is_refused() {
        for item in [
            quote!(
                /** D */
                fn x() -> Result<(), Failure> {}
            ),
            quote!(
                /** D */
                fn x(run: &Run) {}
            ),
            quote!(
                /** D */
                async fn x(run: &Run) -> Result<(), Failure> {}
            ),
            quote!(
                /** D */
                fn x<T>(run: &Run) -> Result<(), Failure> {}
            ),
            quote!(
                /** D */
                fn x(run: Run) -> Result<(), Failure> {}
            ),
            quote!(
                /** D */
                fn x(a: A, b: B, run: &Run) -> Result<(), Failure> {}
            ),
            quote!(
                /** D */
                fn x(&self, run: &Run) -> Result<(), Failure> {}
            ),
        ] {
            let text = refused(quote!(), item.clone());
            assert!(text.contains("a check is"), "{item}: {text}");
        }
    }
}
