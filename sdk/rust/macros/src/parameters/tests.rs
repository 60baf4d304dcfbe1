use quote::quote;
use syn::parse_quote;

use super::*;

fn declared(input: DeriveInput) -> String {
    json(&read(&input).unwrap())
}

fn refused(input: DeriveInput) -> String {
    read(&input).err().unwrap().to_string()
}

#[test]
fn a_struct_becomes_the_list_of_the_declaration() {
    let text = declared(parse_quote! {
        struct Look {
            /// Names to look up.
            #[parameter(default = ["example.com"], max_values = 64)]
            name: Vec<String>,
            /// How long to wait.
            #[parameter(default = "2s", min = "10ms", max = "1m")]
            timeout: Duration,
            /// A server.
            #[parameter(default_port = 53)]
            server: Vec<Address>,
            /// Record types.
            #[parameter(choices = ["A", "AAAA"], default = ["A"])]
            r#type: Vec<String>,
            /// Where to.
            to: Address,
            /// A key.
            api_key: Option<Secret>,
        }
    });
    assert_eq!(
        text,
        concat!(
            r#"[{"name":"name","kind":"string","doc":"Names to look up.","required":false,"repeated":true,"default":["example.com"],"max_values":64},"#,
            r#"{"name":"timeout","kind":"duration","doc":"How long to wait.","required":false,"repeated":false,"default":["2s"],"min":"10ms","max":"1m"},"#,
            r#"{"name":"server","kind":"address","doc":"A server.","required":false,"repeated":true,"default_port":53},"#,
            r#"{"name":"type","kind":"enum","doc":"Record types.","required":false,"repeated":true,"default":["A"],"choices":["A","AAAA"]},"#,
            r#"{"name":"to","kind":"address","doc":"Where to.","required":true,"repeated":false},"#,
            r#"{"name":"api-key","kind":"secret","doc":"A key.","required":false,"repeated":false}]"#,
        )
    );
}

#[test]
fn a_narrow_integer_declares_its_range() {
    let text = declared(parse_quote! {
        struct X {
            /// Doc.
            #[parameter(default = 5, max = 9)]
            n: u8,
        }
    });
    assert!(text.contains(r#""default":["5"],"min":"0","max":"9""#), "{text}");
}

#[test]
fn a_bool_without_default_is_false() {
    let text = declared(parse_quote! {
        struct X {
            /// Doc.
            deep: bool,
        }
    });
    assert!(text.contains(r#""required":false,"repeated":false,"default":["false"]"#), "{text}");
}

#[test]
fn a_field_without_doc_comment_is_refused() {
    assert!(
        refused(parse_quote!(
            struct X {
                deep: bool,
            }
        ))
        .contains("`deep` needs a doc comment")
    );
}

#[test]
fn an_unknown_option_is_told_what_there_is() {
    let text = refused(parse_quote! {
        struct X {
            /// Doc.
            #[parameter(defualt = 1)]
            n: i64,
        }
    });
    assert!(text.contains("`defualt` is no option") && text.contains("`default`"), "{text}");
}

#[test]
fn a_default_that_does_not_parse_is_refused() {
    for (of, default, why) in [
        (quote!(Duration), quote!("2 parsecs"), "no duration"),
        (quote!(Size), quote!("big"), "no size"),
        (quote!(i64), quote!("many"), "no whole number"),
        (quote!(bool), quote!("maybe"), "neither"),
        (quote!(u8), quote!(256), "not within"),
        (quote!(Address), quote!("a b"), "no address"),
        (quote!(PortRange), quote!("9-1"), "no range of ports"),
        (quote!(AddressRange), quote!("10.0.0.0/40"), "no range of addresses"),
        (quote!(Secret), quote!("hunter2"), "no default"),
        (quote!(Option<i64>), quote!(1), "without `Option`"),
        (quote!(Vec<i64>), quote!(1), "in brackets"),
        (quote!(i64), quote!([1]), "without brackets"),
    ] {
        let text = refused(parse_quote! {
            struct X {
                /// Doc.
                #[parameter(default = #default)]
                value: #of,
            }
        });
        assert!(text.contains(why), "{of}: {text}");
    }
}

#[test]
fn options_that_do_not_fit_the_kind_are_refused() {
    for (of, option, why) in [
        (quote!(Address), quote!(min = "a"), "`min` and `max` are for"),
        (quote!(String), quote!(default_port = 53), "for `Address`"),
        (quote!(String), quote!(max_values = 3), "for `Vec`"),
        (quote!(i64), quote!(choices = ["1"]), "for `String`"),
        (quote!(i64), quote!(required), "required anyhow"),
        (quote!(i64), quote!(min = 5, max = 4), "below `min`"),
        (quote!(i64), quote!(default = 3, min = 5), "outside `min` and `max`"),
        (quote!(String), quote!(choices = ["a", "A"]), "twice"),
        (quote!(String), quote!(default = "a", default = "b"), "twice"),
        (quote!(Vec<String>), quote!(default = ["a", "b"], max_values = 1), "has 2 values"),
        (quote!(Address), quote!(default_port = 0), "from 1 to 65535"),
    ] {
        let text = refused(parse_quote! {
            struct X {
                /// Doc.
                #[parameter(#option)]
                value: #of,
            }
        });
        assert!(text.contains(why), "{option}: {text}");
    }
}

#[test]
fn two_parameters_of_one_name_are_refused() {
    let text = refused(parse_quote! {
        struct X {
            /// Doc.
            a_b: i64,
            /// Doc.
            #[parameter(name = "a-b")]
            other: i64,
        }
    });
    assert!(text.contains("another parameter `a-b`"), "{text}");
}

#[test]
fn an_enum_a_tuple_and_generics_are_refused() {
    assert!(
        refused(parse_quote!(
            enum X {
                A,
            }
        ))
        .contains("a struct")
    );
    assert!(
        refused(parse_quote!(
            struct X(i64);
        ))
        .contains("named fields")
    );
    assert!(
        refused(parse_quote!(
            struct X<T> {
                a: T,
            }
        ))
        .contains("generics")
    );
}
