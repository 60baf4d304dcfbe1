//! Just enough JSON to write one line of the declaration.

/// A text as a JSON string, quotes included.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if u32::from(other) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A list of texts.
pub(crate) fn strings(texts: &[String]) -> String {
    let items: Vec<String> = texts.iter().map(|text| string(text)).collect();
    format!("[{}]", items.join(","))
}

/// An object whose values are JSON already.
pub(crate) fn object(members: &[(&str, String)]) -> String {
    let items: Vec<String> = members.iter().map(|(key, value)| format!("{}:{value}", string(key))).collect();
    format!("{{{}}}", items.join(","))
}

/// An array whose items are JSON already.
pub(crate) fn array(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_string_or_a_line_is_escaped() {
        assert_eq!(string("a\"b\\c\nd\te\u{1}ü"), "\"a\\\"b\\\\c\\nd\\te\\u0001ü\"");
    }

    #[test]
    fn an_object_keeps_its_order() {
        let text = object(&[("b", "1".into()), ("a", strings(&["x".into()]))]);
        assert_eq!(text, r#"{"b":1,"a":["x"]}"#);
    }
}
