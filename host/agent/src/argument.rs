//! What an agent is told when it is started: JSON, in one argument.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::EntryError;

/// What is longer was not made by the operator's side.
pub(crate) const LONGEST: usize = 16 * 1024;

/// As one argument.
pub(crate) fn write(told: &impl Serialize) -> String {
    // Words, numbers and paths: there is nothing among them that JSON cannot say.
    serde_json::to_string(told).unwrap_or_default()
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// [`EntryError::TooLong`], [`EntryError::NotAnEntry`].
pub(crate) fn read<T: DeserializeOwned>(argument: &str) -> Result<T, EntryError> {
    if argument.len() > LONGEST {
        return Err(EntryError::TooLong);
    }
    serde_json::from_str(argument).map_err(EntryError::NotAnEntry)
}

/// That a value is read as it was written, and that nothing else is one.
#[cfg(test)]
pub(crate) fn is_read_as_it_was_written<T>(told: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let argument = write(told);
    assert_eq!(read::<T>(&argument).unwrap(), *told);
    let more = argument.replacen('{', "{\"more\":1,", 1);
    for bad in ["", "{}", "null", "blue", &more] {
        assert!(matches!(read::<T>(bad), Err(EntryError::NotAnEntry(_))), "{bad}");
    }
    assert!(matches!(read::<T>(&" ".repeat(LONGEST + 1)), Err(EntryError::TooLong)));
}
