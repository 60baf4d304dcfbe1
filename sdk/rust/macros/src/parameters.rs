//! `#[derive(Parameters)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Result};

use crate::json;
use crate::literal::refuse;
use crate::parameter::Parameter;

/// The parameters of a struct, in its order.
pub(crate) fn read(input: &DeriveInput) -> Result<Vec<Parameter>> {
    let Data::Struct(data) = &input.data else {
        return refuse(input.ident.span(), "parameters are a struct");
    };
    if !input.generics.params.is_empty() {
        return refuse(input.generics.span(), "parameters have no generics: each field's type says its kind");
    }
    let fields = match &data.fields {
        Fields::Named(fields) => &fields.named,
        _ => return refuse(input.ident.span(), "parameters have names: use a struct with named fields"),
    };
    let mut parameters: Vec<Parameter> = Vec::new();
    for field in fields {
        let parameter = Parameter::of(field)?;
        if parameters.iter().any(|other| other.name == parameter.name) {
            return refuse(field.span(), format!("there is another parameter `{}`", parameter.name));
        }
        parameters.push(parameter);
    }
    Ok(parameters)
}

/// The JSON array of the declaration.
pub(crate) fn json(parameters: &[Parameter]) -> String {
    json::array(&parameters.iter().map(Parameter::json).collect::<Vec<_>>())
}

/// The impl of `dbg_sdk::Parameters` and `defaults()`.
pub(crate) fn expand(input: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    let parameters = read(&input)?;
    let (of, visibility) = (&input.ident, &input.vis);
    let declaration = json(&parameters);
    let kinds = parameters.iter().map(|parameter| {
        let (name, kind) = (&parameter.name, parameter.kind.name());
        quote!((#name, #kind))
    });
    let fields: Vec<_> = parameters.iter().map(|parameter| &parameter.field).collect();
    let taken = parameters.iter().map(Parameter::taken);
    let defaults = parameters.iter().map(Parameter::default_expression);
    let told: Vec<TokenStream> = parameters
        .iter()
        .zip(struct_types(&input))
        .filter(|(parameter, _)| parameter.is_required())
        .map(|(parameter, of)| {
            let field = &parameter.field;
            quote!(#field: #of)
        })
        .collect();
    let arguments = if fields.is_empty() { quote!(_) } else { quote!(mut arguments) };
    Ok(quote! {
        impl ::dbg_sdk::Parameters for #of {
            const DECLARATION: &'static str = #declaration;
            const KINDS: &'static [(&'static str, &'static str)] = &[#(#kinds),*];

            fn from_arguments(
                #arguments: ::dbg_sdk::__private::Arguments,
            ) -> ::std::result::Result<Self, ::dbg_sdk::Failure> {
                ::std::result::Result::Ok(Self { #(#fields: #taken),* })
            }
        }

        impl #of {
            /// The parameters when nothing but the required ones is given.
            #visibility fn defaults(#(#told),*) -> Self {
                Self { #(#fields: #defaults),* }
            }
        }

        // Tests use it, a plugin need not.
        const _: () = {
            let _ = #of::defaults;
        };
    })
}

fn struct_types(input: &DeriveInput) -> impl Iterator<Item = &syn::Type> {
    let fields = match &input.data {
        Data::Struct(data) => Some(&data.fields),
        _ => None,
    };
    fields.into_iter().flatten().map(|field| &field.ty)
}

#[cfg(test)]
mod tests;
