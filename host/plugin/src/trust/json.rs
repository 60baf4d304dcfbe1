//! Strict JSON: bounded before it is read, shallow, each field known and there once, and nothing after it.

use std::fmt;
use std::marker::PhantomData;

use dbg_model::{Cell, truncate_at_char};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The deepest document of ours, a file of roots, is 5 deep.
const MAX_DEPTH: usize = 8;

/// Why bytes are not the JSON that belongs there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// More bytes than are read.
    #[error("it has {bytes} bytes, and at most {limit} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most there may be.
        limit: usize,
    },
    /// Nested beyond any use.
    #[error("it nests more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A field that the document does not have.
    #[error("it has an unknown field: {cause}")]
    UnknownField {
        /// What the JSON reader says, escaped and cut.
        cause: String,
    },
    /// A field that is there twice: two readers could take different ones.
    #[error("it has a field twice: {cause}")]
    FieldTwice {
        /// What the JSON reader says, escaped and cut.
        cause: String,
    },
    /// Something after the document.
    #[error("something follows the document")]
    Trailing,
    /// No JSON, or not of this document's form.
    #[error("{cause}")]
    Form {
        /// What the JSON reader says, escaped and cut.
        cause: String,
    },
}

/// Reads a document of at most `limit` bytes.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, JsonFault> {
    if bytes.len() > limit {
        return Err(JsonFault::TooLong { bytes: bytes.len(), limit });
    }
    if depth(bytes) > MAX_DEPTH {
        return Err(JsonFault::TooDeep);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let document = object(&mut deserializer).map_err(|error| fault(&error))?;
    deserializer.end().map_err(|_| JsonFault::Trailing)?;
    Ok(document)
}

/// How deep the brackets outside of texts nest at most.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The reader's words begin alike for each kind of fault, and it has no other sign for them; tests hold them fast.
fn fault(error: &serde_json::Error) -> JsonFault {
    let text = error.to_string();
    let cause = Cell(truncate_at_char(&text, 256)).to_string();
    if text.starts_with("unknown field") {
        JsonFault::UnknownField { cause }
    } else if text.starts_with("duplicate field") {
        JsonFault::FieldTwice { cause }
    } else {
        JsonFault::Form { cause }
    }
}

/// A structure from an object alone: derived code would also take an array, which other readers of the format refuse.
pub(super) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// As [`object`], for each of an array.
pub(super) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct One<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            object(deserializer).map(One)
        }
    }

    Ok(Vec::<One<T>>::deserialize(deserializer)?.into_iter().map(|One(one)| one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        number: u64,
        #[serde(default, deserialize_with = "objects")]
        parts: Vec<Part>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        text: String,
    }

    fn fault_of(text: &str) -> JsonFault {
        read::<Document>(text.as_bytes(), 1000).unwrap_err()
    }

    #[test]
    fn a_document_of_known_fields_is_read() {
        let document = read::<Document>(br#" {"number":1,"parts":[{"text":"[[[[[[[[[[\"{{"}]} "#, 1000).unwrap();
        assert_eq!(document.parts[0].text, "[[[[[[[[[[\"{{");
    }

    #[test]
    fn each_fault_is_called_by_its_kind() {
        assert!(matches!(fault_of(r#"{"number":1,"x":2}"#), JsonFault::UnknownField { .. }));
        assert!(matches!(fault_of(r#"{"number":1,"number":1}"#), JsonFault::FieldTwice { .. }));
        assert!(matches!(fault_of(r#"{"number":1,"n\u0075mber":1}"#), JsonFault::FieldTwice { .. }));
        assert!(matches!(fault_of(r#"{"number":-1}"#), JsonFault::Form { .. }));
        assert!(matches!(fault_of("\u{feff}{\"number\":1}"), JsonFault::Form { .. }));
        assert_eq!(fault_of(r#"{"number":1}{}"#), JsonFault::Trailing);
        assert_eq!(fault_of(r#"{"number":1},"#), JsonFault::Trailing);
        assert_eq!(fault_of(&"[".repeat(900)), JsonFault::TooDeep);
        assert_eq!(fault_of(&" ".repeat(1001)), JsonFault::TooLong { bytes: 1001, limit: 1000 });
    }

    #[test]
    fn an_array_is_no_object() {
        assert!(matches!(fault_of("[1]"), JsonFault::Form { .. }));
        assert!(matches!(fault_of(r#"{"number":1,"parts":[["x"]]}"#), JsonFault::Form { .. }));
    }
}
