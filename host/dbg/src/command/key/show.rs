//! `dbg key show`

use crate::args::KeyShow;
use crate::command::print;
use crate::command::signing::{Keyring, Passphrases, public};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::settings::Terminal;

pub(super) fn show(args: &KeyShow, terminal: &Terminal) -> Result<Exit, Fault> {
    let (kind, key) = match public(&args.file)? {
        Some(key) => ("public", key),
        None => {
            let mut keyring = Keyring::new(Passphrases::new(&args.passphrases.sources, terminal)?);
            ("private", keyring.private(&args.file)?.public())
        }
    };
    print(&format!("id    {}\nkind  {kind}\n\n{}", key.id(), key.to_pem()))
}
