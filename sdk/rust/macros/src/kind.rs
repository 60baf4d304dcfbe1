//! What kind of parameter a field's type makes, and how many values it takes.

use syn::{GenericArgument, PathArguments, Result, Type};

use crate::literal::refuse;

/// Whole numbers beyond this are not exact in every language.
const EXACT: i64 = 1 << 53;

/// A kind of the declaration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    String,
    /// With the bounds that the Rust type itself has.
    Integer {
        lowest: i64,
        highest: i64,
    },
    Bool,
    Duration,
    Size,
    Address,
    AddressRange,
    PortRange,
    Endpoint,
    Enum(Vec<String>),
    Secret,
}

impl Kind {
    /// As the declaration spells it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer { .. } => "integer",
            Self::Bool => "bool",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Address => "address",
            Self::AddressRange => "address-range",
            Self::PortRange => "port-range",
            Self::Endpoint => "endpoint",
            Self::Enum(_) => "enum",
            Self::Secret => "secret",
        }
    }

    /// Whether `min` and `max` mean anything.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self, Self::String | Self::Integer { .. } | Self::Duration | Self::Size)
    }
}

/// How many values a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    One,
    Optional,
    Many,
}

/// Kind, shape, and the type of one value.
pub(crate) fn of_type(field: &Type) -> Result<(Kind, Shape, &Type)> {
    if let Some(inner) = inside(field, "Option") {
        return Ok((plain(inner)?, Shape::Optional, inner));
    }
    if let Some(inner) = inside(field, "Vec") {
        return Ok((plain(inner)?, Shape::Many, inner));
    }
    Ok((plain(field)?, Shape::One, field))
}

fn last_segment(of: &Type) -> Option<&syn::PathSegment> {
    match of {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

fn inside<'a>(of: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let segment = last_segment(of)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) if segment.ident == wrapper => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn plain(of: &Type) -> Result<Kind> {
    let name = last_segment(of).map(|segment| segment.ident.to_string()).unwrap_or_default();
    let integer = |lowest: i64, highest: i64| Kind::Integer { lowest: lowest.max(-EXACT), highest: highest.min(EXACT) };
    Ok(match name.as_str() {
        "String" => Kind::String,
        "i64" => integer(i64::MIN, i64::MAX),
        "i32" => integer(i32::MIN.into(), i32::MAX.into()),
        "u64" => integer(0, i64::MAX),
        // A guest's pointer has 32 bits, whatever the test runs on.
        "u32" | "usize" => integer(0, u32::MAX.into()),
        "u16" => integer(0, u16::MAX.into()),
        "u8" => integer(0, u8::MAX.into()),
        "bool" => Kind::Bool,
        "Duration" => Kind::Duration,
        "Size" => Kind::Size,
        "Address" => Kind::Address,
        "AddressRange" => Kind::AddressRange,
        "PortRange" => Kind::PortRange,
        "Endpoint" => Kind::Endpoint,
        "Secret" => Kind::Secret,
        _ => {
            return refuse(
                syn::spanned::Spanned::span(of),
                "no kind of parameter has this type: use `String`, `bool`, `i64` (`i32`, `u8` to `u64`, `usize`), `Duration`, `Size`, `Address`, `AddressRange`, `PortRange`, `Endpoint` or `Secret`, or one of them in `Option` or `Vec`",
            );
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn the_wrapper_says_how_many() {
        let many: Type = parse_quote!(Vec<std::time::Duration>);
        let (kind, shape, _) = of_type(&many).unwrap();
        assert_eq!((kind, shape), (Kind::Duration, Shape::Many));
        let optional: Type = parse_quote!(Option<u16>);
        let (kind, shape, _) = of_type(&optional).unwrap();
        assert_eq!((kind, shape), (Kind::Integer { lowest: 0, highest: 65_535 }, Shape::Optional));
    }

    #[test]
    fn an_unknown_type_is_told_what_there_is() {
        let other: Type = parse_quote!(Vec<Option<String>>);
        assert!(of_type(&other).err().unwrap().to_string().contains("use `String`"));
        let other: Type = parse_quote!(f64);
        assert!(of_type(&other).is_err());
    }
}
