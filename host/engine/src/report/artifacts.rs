//! Artifacts: 16 a run, 16 MiB together.

use dbg_model::Artifact;

use super::{Mask, Slot};

const ARTIFACTS: usize = 16;
const NAME: usize = 128;
const MEDIA: usize = 128;
const BYTES_A_CALL: usize = 1 << 20;
const BYTES: usize = 16 << 20;

#[derive(Debug, Default)]
pub(super) struct Artifacts {
    artifacts: Vec<Open>,
    bytes: usize,
}

#[derive(Debug)]
struct Open {
    name: String,
    media: String,
    begun: bool,
    closed: bool,
}

impl Artifacts {
    pub(super) fn add(&mut self, mask: &mut Mask, name: String, media: String) -> Slot {
        let number = u32::try_from(self.artifacts.len()).ok().filter(|_| self.artifacts.len() < ARTIFACTS)?;
        let (name, media) = (file_name(&mask.text(name, NAME)), mask.text(media, MEDIA));
        self.artifacts.push(Open { name, media, begun: false, closed: false });
        Some(number)
    }

    pub(super) fn write(&mut self, mask: &mut Mask, artifact: Slot, bytes: Vec<u8>) -> Option<Artifact> {
        let left = BYTES - self.bytes;
        let number = artifact?;
        let open = self.artifacts.get_mut(usize::try_from(number).ok()?).filter(|open| !open.closed && left > 0)?;
        let bytes = mask.bytes(bytes, BYTES_A_CALL.min(left));
        self.bytes += bytes.len();
        Some(open.piece(number, bytes))
    }

    /// An artifact without bytes is named all the same.
    pub(super) fn close(&mut self, artifact: Slot) -> Option<Artifact> {
        let number = artifact?;
        self.artifacts.get_mut(usize::try_from(number).ok()?)?.close(number)
    }

    pub(super) fn finish(&mut self) -> impl Iterator<Item = Artifact> {
        (0u32..).zip(&mut self.artifacts).filter_map(|(number, open)| open.close(number))
    }
}

impl Open {
    fn piece(&mut self, artifact: u32, bytes: Vec<u8>) -> Artifact {
        self.begun = true;
        Artifact { artifact, name: self.name.clone(), media: self.media.clone(), bytes }
    }

    fn close(&mut self, number: u32) -> Option<Artifact> {
        let bare = !self.closed && !self.begun;
        self.closed = true;
        bare.then(|| self.piece(number, Vec::new()))
    }
}

/// A plain file name: no folder, no leading dot, nothing that a shell or a terminal reads.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = name.trim_start_matches('.').chars().map(plain).collect();
    if name.is_empty() { "artifact".into() } else { name }
}
