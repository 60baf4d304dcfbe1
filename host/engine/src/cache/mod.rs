//! Compiled code kept between runs. A wrong, foreign or damaged entry is as none; a directory that cannot be used means that nothing is
//! kept, and is said, but stops no run.
//!
//! An entry executes as this process, so it is trusted only for its MAC, by a key that lies beside it and that only this user can read.

mod directory;
mod key;
mod note;

use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use dbg_model::Machine;
use dbg_plugin::Admitted;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use directory::Directory;
use key::Key;
pub use note::CacheNote;

use crate::compile::compile;
use crate::compiler::Effort;
use crate::{CompileError, Engine, NativeCode};

/// Bytes of the MAC in front of an entry's code.
const MAC: usize = 32;

/// A directory of compiled code.
#[derive(Debug)]
pub struct Cache {
    opened: Result<Arc<Opened>, CacheNote>,
    build: String,
}

#[derive(Debug)]
struct Opened {
    directory: Directory,
    secret: [u8; 32],
}

/// Where code came from.
#[derive(Debug)]
pub enum CacheOutcome {
    /// It was there.
    Hit,
    /// It was compiled. Whoever finds it good keeps it, while others run it already.
    Compiled(Fresh),
}

/// Compiled code that is not in the cache yet.
#[derive(Debug)]
pub struct Fresh {
    opened: Result<Arc<Opened>, CacheNote>,
    key: [u8; 32],
    code: NativeCode,
}

impl Fresh {
    /// Puts it into the cache, or tells why it is not kept. It blocks, for about a millisecond a megabyte.
    pub fn keep(self) -> Result<(), CacheNote> {
        self.opened?.put(&self.key, self.code.bytes())
    }
}

impl Cache {
    /// Opens the cache in `dir`, and makes it when it is not there. `build` names this build of dbg: another build has other entries.
    #[must_use]
    pub fn open(dir: &Path, build: &str) -> Self {
        let opened = Directory::open(dir).and_then(|directory| Ok(Opened { secret: directory.secret()?, directory }));
        Self { opened: opened.map(Arc::new), build: build.to_owned() }
    }

    /// The code of a component for every machine of this architecture, from the cache or from the compiler. It blocks.
    pub fn load_or_compile(
        &self,
        engine: &Engine,
        admitted: &Admitted,
    ) -> Result<(NativeCode, CacheOutcome), CompileError> {
        self.load_or_make(&engine.inner.wasmtime, admitted)
    }

    /// As [`Cache::load_or_compile`], for the machine of an agent; a stock check as thoroughly as it would be carried.
    pub fn load_or_compile_for(
        &self,
        engine: &Engine,
        machine: &Machine,
        admitted: &Admitted,
    ) -> Result<(NativeCode, CacheOutcome), CompileError> {
        self.load_or_make(&engine.compiler(machine, Effort::worth(admitted))?, admitted)
    }

    fn load_or_make(
        &self,
        compiler: &wasmtime::Engine,
        admitted: &Admitted,
    ) -> Result<(NativeCode, CacheOutcome), CompileError> {
        let key = Key::new(compiler, admitted.component().digest(), &self.build).hash();
        if let Some(code) = self.opened.as_ref().ok().and_then(|opened| opened.get(&key)) {
            return Ok((NativeCode::made(code), CacheOutcome::Hit));
        }
        let code = compile(compiler, admitted)?;
        let fresh = Fresh { opened: self.opened.clone(), key, code: code.clone() };
        Ok((code, CacheOutcome::Compiled(fresh)))
    }
}

impl Opened {
    fn mac(&self, key: &[u8; 32], code: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes a key of any length; `None` cannot happen and is as good as no entry.
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        Some(mac.chain_update(key).chain_update(code))
    }

    fn get(&self, key: &[u8; 32]) -> Option<Bytes> {
        let mut entry = Bytes::from(self.directory.read(&name(key))?);
        let mac = (entry.len() > MAC).then(|| entry.split_to(MAC))?;
        self.mac(key, &entry)?.verify_slice(&mac).ok()?;
        Some(entry)
    }

    fn put(&self, key: &[u8; 32], code: &[u8]) -> Result<(), CacheNote> {
        let Some(mac) = self.mac(key, code) else { return Ok(()) };
        let mut entry = BytesMut::with_capacity(MAC + code.len());
        entry.extend_from_slice(&mac.finalize().into_bytes());
        entry.extend_from_slice(code);
        self.directory.write(&name(key), &entry)
    }
}

fn name(key: &[u8; 32]) -> String {
    dbg_model::Digest::from_bytes(*key).hex()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use dbg_model::Architecture;
    use dbg_plugin::{AllowUnsigned, Component};
    use fs_err as fs;
    use tempfile::TempDir;

    use super::*;
    use crate::samples;

    fn setting() -> (TempDir, Engine, Admitted) {
        let component = Component::read(samples::plugin("(i32.const 0)").into()).unwrap();
        (
            tempfile::tempdir().unwrap(),
            Engine::new().unwrap(),
            Admitted::unsigned(component, AllowUnsigned::by_operator()),
        )
    }

    #[derive(Debug)]
    enum Outcome {
        Hit,
        Stored,
        NotKept(CacheNote),
    }

    /// What a run does: finds or compiles, links, and keeps what is new.
    fn outcome(cache: &Cache, engine: &Engine, admitted: &Admitted) -> Outcome {
        let (code, outcome) = cache.load_or_compile(engine, admitted).unwrap();
        engine.load(&code).unwrap();
        match outcome {
            CacheOutcome::Hit => Outcome::Hit,
            CacheOutcome::Compiled(fresh) => fresh.keep().map_or_else(Outcome::NotKept, |()| Outcome::Stored),
        }
    }

    fn entry(dir: &Path) -> std::path::PathBuf {
        let mut entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        entries.find(|path| path.file_name().unwrap().len() == 64).unwrap()
    }

    #[test]
    fn the_second_time_nothing_is_compiled() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("a/b");
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Stored));
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Hit));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&entry(&dir)), mode(&dir.join("key"))), (0o700, 0o600, 0o600));
    }

    #[test]
    fn what_nobody_finds_good_is_not_kept() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        let cache = Cache::open(&dir, "1");
        cache.load_or_compile(&engine, &admitted).unwrap();
        assert!(matches!(outcome(&cache, &engine, &admitted), Outcome::Stored));
    }

    #[test]
    fn another_build_compiles_anew() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        assert!(matches!(outcome(&Cache::open(&dir, "2"), &engine, &admitted), Outcome::Stored));
    }

    #[test]
    fn a_changed_short_or_exchanged_entry_is_written_anew() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        let path = entry(&dir);
        let good = fs::read(&path).unwrap();
        let flipped = |at: usize| {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            bytes
        };
        let mac_flipped = flipped(0);
        let code_flipped = flipped(good.len() - 1);
        for bad in [&mac_flipped[..], &code_flipped, &good[..MAC], &good[..good.len() - 1], &[], b"short"] {
            fs::write(&path, bad).unwrap();
            assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Stored));
            assert_eq!(fs::read(&path).unwrap(), good);
        }
    }

    #[test]
    fn an_entry_under_another_key_is_none() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        let old = entry(&dir);
        let opened = Cache::open(&dir, "2");
        let key = Key::new(&engine.inner.wasmtime, admitted.component().digest(), "2").hash();
        fs::rename(&old, dir.join(name(&key))).unwrap();
        assert!(matches!(outcome(&opened, &engine, &admitted), Outcome::Stored));
    }

    #[test]
    fn a_link_or_a_fifo_in_the_place_of_an_entry_is_not_followed() {
        let (dir, engine, admitted) = setting();
        let (dir, away) = (dir.path().join("c"), dir.path().join("away"));
        outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        let path = entry(&dir);
        fs::rename(&path, &away).unwrap();
        symlink(&away, &path).unwrap();
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Stored));
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        fs::remove_file(&path).unwrap();
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Stored));
    }

    #[test]
    fn code_for_another_machine_is_kept_beside_that_for_this_one() {
        let (dir, engine, admitted) = setting();
        let cache = Cache::open(&dir.path().join("c"), "1");
        outcome(&cache, &engine, &admitted);
        let architecture = Architecture::ALL.into_iter().find(|it| *it != Architecture::OWN).unwrap();
        let machine = Machine { architecture, features: BTreeSet::new() };
        let made = || cache.load_or_compile_for(&engine, &machine, &admitted).unwrap();
        let CacheOutcome::Compiled(fresh) = made().1 else { panic!("nothing was compiled") };
        fresh.keep().unwrap();
        let (code, outcome) = made();
        assert!(matches!(outcome, CacheOutcome::Hit) && engine.load(&code).is_err());
        assert!(matches!(self::outcome(&cache, &engine, &admitted), Outcome::Hit));
    }

    #[test]
    fn a_damaged_secret_is_made_anew() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        fs::write(dir.join("key"), b"short").unwrap();
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Stored));
        assert!(matches!(outcome(&Cache::open(&dir, "1"), &engine, &admitted), Outcome::Hit));
    }

    #[test]
    fn a_directory_that_others_may_enter_is_not_used_and_said() {
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, PermissionsExt::from_mode(0o755)).unwrap();
        let said = outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        assert!(matches!(said, Outcome::NotKept(CacheNote::OpenToOthers { mode: 0o755, .. })), "{said:?}");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
    }

    #[test]
    fn a_link_to_a_directory_and_a_file_are_not_used() {
        let (dir, engine, admitted) = setting();
        let (real, link, file) = (dir.path().join("real"), dir.path().join("link"), dir.path().join("file"));
        let _ = Cache::open(&real, "1");
        symlink(&real, &link).unwrap();
        fs::write(&file, b"").unwrap();
        for path in [&link, &file, &file.join("below")] {
            let said = outcome(&Cache::open(path, "1"), &engine, &admitted);
            assert!(matches!(said, Outcome::NotKept(CacheNote::NoDirectory { .. })), "{said:?}");
        }
    }

    #[test]
    fn a_directory_of_somebody_else_is_not_used() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let (dir, engine, admitted) = setting();
        let dir = dir.path().join("c");
        let _ = Cache::open(&dir, "1");
        std::os::unix::fs::chown(&dir, Some(65534), None).unwrap();
        let said = outcome(&Cache::open(&dir, "1"), &engine, &admitted);
        assert!(matches!(said, Outcome::NotKept(CacheNote::NotOurs { owner: 65534, .. })), "{said:?}");
    }

    #[test]
    fn two_at_once_agree_on_one_secret() {
        let (dir, ..) = setting();
        let dir = dir.path().join("c");
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let openers: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Cache::open(&dir, "1").opened.unwrap().secret)).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }
}
