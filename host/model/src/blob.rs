//! Bytes that are encoded as bytes, not as numbers one by one: the same on the wire of a session, and many times faster.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_byte_buf(Blob)
}

struct Blob;

impl<'de> Visitor<'de> for Blob {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    /// JSON has no bytes: there they are a list of numbers.
    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(number) = numbers.next_element()? {
            bytes.push(number);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use crate::Artifact;

    #[test]
    fn bytes_survive_a_format_without_bytes() {
        let artifact = Artifact { artifact: 0, name: "a".into(), media: String::new(), bytes: vec![0, 255] };
        let text = serde_json::to_string(&artifact).unwrap();
        assert!(text.ends_with(r#""bytes":[0,255]}"#), "{text}");
        assert_eq!(serde_json::from_str::<Artifact>(&text).unwrap(), artifact);
    }
}
