//! JSON as the cluster gives it: read whole, walked by name. Small on purpose, since each check carries its own.
//!
//! ```
//! use dbg_sdk::json::Value;
//!
//! let pod = Value::parse(r#"{"status":{"phase":"Running","restarts":[1,2]}}"#).unwrap();
//! assert_eq!(pod.text("/status/phase"), Some("Running"));
//! assert_eq!(pod.list("/status/restarts").len(), 2);
//! assert_eq!(pod.text("/status/reason"), None);
//! ```

/// What is nested deeper is no object of a cluster.
const DEEPEST: usize = 64;

/// A value of JSON. What is not there is told by `None` or emptiness: an API leaves out what has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// Any number.
    Number(f64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name, in the order in which they stand.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads one value; none when the text is no JSON, or nested deeper than 64.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.blank();
        (reader.at == text.len()).then_some(value)
    }

    /// What lies at a pointer, as `/status/phase` or `/items/0`. Source: RFC 6901.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match value {
            Self::Object(_) if part.contains('~') => value.get(&part.replace("~1", "/").replace("~0", "~")),
            Self::Object(_) => value.get(part),
            Self::List(items) => items.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The value of that name; none where this is no object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text at a pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_text()
    }

    /// The whole number at a pointer.
    #[must_use]
    pub fn integer(&self, pointer: &str) -> Option<i64> {
        match self.at(pointer)? {
            #[expect(clippy::cast_possible_truncation, reason = "just judged to be whole and small enough")]
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// The truth at a pointer.
    #[must_use]
    pub fn boolean(&self, pointer: &str) -> Option<bool> {
        match self.at(pointer)? {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The list at a pointer; empty when there is none.
    #[must_use]
    pub fn list(&self, pointer: &str) -> &[Self] {
        match self.at(pointer) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// The names and values of an object; empty when this is none.
    #[must_use]
    pub fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }

    /// The names and values of the object at a pointer; empty when there is none.
    #[must_use]
    pub fn fields_at(&self, pointer: &str) -> &[(String, Self)] {
        self.at(pointer).map_or(&[], Self::fields)
    }

    /// This text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes this byte behind blanks, if it is the next.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.blank();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest().starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.blank();
        match self.peek()? {
            b'{' if depth < DEEPEST => self.object(depth + 1),
            b'[' if depth < DEEPEST => self.list(depth + 1),
            b'"' => self.string().map(Value::Text),
            b't' => self.word("true", Value::Boolean(true)),
            b'f' => self.word("false", Value::Boolean(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.take(b'{')?;
        let mut fields = Vec::new();
        if self.take(b'}').is_some() {
            return Some(Value::Object(fields));
        }
        loop {
            self.blank();
            let name = self.string()?;
            self.take(b':')?;
            fields.push((name, self.value(depth)?));
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Value::Object(fields));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.take(b'[')?;
        let mut items = Vec::new();
        if self.take(b']').is_some() {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Value::List(items));
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let inside = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
        let length = self.rest().bytes().take_while(|byte| inside(*byte)).count();
        let number = self.rest().get(..length)?.parse().ok().filter(|number: &f64| number.is_finite())?;
        self.at += length;
        Some(Value::Number(number))
    }

    fn string(&mut self) -> Option<String> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.rest().bytes().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
            text.push_str(self.rest().get(..plain)?);
            self.at += plain;
            let end = self.peek()?;
            self.at += 1;
            if end == b'"' {
                return Some(text);
            }
            let escape = self.peek()?;
            self.at += 1;
            text.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode()?,
                _ => return None,
            });
        }
    }

    /// The character of `\uXXXX`, or of a pair; half a pair becomes U+FFFD.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if !self.rest().starts_with("\\u") {
            return Some(char::REPLACEMENT_CHARACTER);
        }
        self.at += 2;
        let second = self.hex()?;
        let pair = 0x10000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00);
        Some(char::from_u32(pair).filter(|_| (0xdc00..0xe000).contains(&second)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.at += 4;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        let value = Value::parse(
            r#" {"a": [1, -2.5e1, true, false, null], "b/c": {"~": "x\n\u00e9\ud83d\ude00\""}, "e": [], "o": {}} "#,
        )
        .unwrap();
        assert_eq!(value.integer("/a/0"), Some(1));
        assert_eq!(value.integer("/a/1"), Some(-25));
        assert_eq!(value.boolean("/a/2"), Some(true));
        assert_eq!(value.at("/a/4"), Some(&Value::Null));
        assert_eq!(value.text("/b~1c/~0"), Some("x\né😀\""));
        assert_eq!((value.list("/e").len(), value.fields_at("/o").len()), (0, 0));
        assert_eq!((value.at("/a/9"), value.text("/a/0"), value.list("/nothing").len()), (None, None, 0));
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":1,}", "\"\\x\"", "\"a", "tru", "1 2", "\"\\u12\"", "+"] {
            assert_eq!(Value::parse(text), None, "{text}");
        }
        assert_eq!(Value::parse(&"[".repeat(100_000)), None);
        assert_eq!(Value::parse(r#""\ud83dx""#), Some(Value::Text("\u{fffd}x".into())));
        assert_eq!(Value::parse(r#""\ud83d\ud83d""#), Some(Value::Text("\u{fffd}".into())));
    }
}
