//! docs/protocol.md carries the digest of the frame types, so that nobody changes a frame and forgets what is written of it.

use sha2::{Digest as _, Sha256};

use super::{Fault, Tree};

const FRAMES: &str = "host/session/src/wire.rs";
const DOCUMENT: &str = "docs/protocol.md";

pub(super) fn check(tree: &Tree) -> Option<Fault> {
    let frames = tree.get(FRAMES)?;
    let digest = format!("`sha256:{:x}`", Sha256::digest(&frames.text));
    let Some(document) = tree.get(DOCUMENT) else {
        return Some(Fault::new(FRAMES, 1, format!("`{DOCUMENT}` is missing, which describes these frames")));
    };
    if document.text.contains(&digest) {
        return None;
    }
    let text = format!(
        "does not describe `{FRAMES}` as it is: compare both, raise `PROTOCOL` when a release has the frames of before, then write {digest} here"
    );
    Some(Fault::new(DOCUMENT, document.line_of("`sha256:"), text))
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    #[test]
    fn a_frame_that_changed_without_its_document_is_a_fault() {
        let digest = format!("the frames: `sha256:{:x}`\n", Sha256::digest("enum Up {}\n"));
        assert_eq!(check(&tree(&[(FRAMES, "enum Up {}\n"), (DOCUMENT, &digest)])), None);
        let changed = check(&tree(&[(FRAMES, "enum Up { Bye }\n"), (DOCUMENT, &digest)])).expect("a fault");
        assert_eq!((&*changed.file, changed.line), (DOCUMENT, 1));
        assert!(check(&tree(&[(FRAMES, "enum Up {}\n")])).is_some());
    }

    #[test]
    fn a_tree_without_a_session_has_no_protocol() {
        assert_eq!(check(&tree(&[])), None);
    }
}
