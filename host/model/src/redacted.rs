//! A secret that cannot be shown by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A secret value. Display and Debug show `[redacted]`; it guards against accidents, not against a guest that was given it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted(String);

impl Redacted {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself: only for handing it to the guest, and for masking it in output.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_display_nor_debug_shows_the_secret() {
        let secret = Redacted::new("hunter2".into());
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
    }
}
