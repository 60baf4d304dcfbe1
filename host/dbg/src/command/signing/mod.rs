//! What every command that signs needs: documents read and written whole, keys with their passphrases, and the question before.

mod document;
mod keyring;
mod passphrase;
mod question;

pub(super) use document::{Document, Kind, create, refuse_taken, shown};
pub(super) use keyring::{Keyring, is_private, public};
pub(super) use passphrase::Passphrases;
pub(super) use question::{Answer, Consent, confirm};
