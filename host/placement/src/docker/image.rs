//! The agent's image, made in memory: `FROM scratch`, one layer, the same bytes for the same agent. Source: the image spec of OCI, and
//! the archives of `docker save`.

use std::io;
use std::sync::Mutex;

use bytes::Bytes;
use dbg_agent::{SITE_FILE, SiteRules};
use dbg_model::Architecture;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{Agents, AgentsError};

/// Where the agent lies in it.
pub(crate) const AGENT: &str = "/dbg-agent";
/// The name that an image is loaded under; its tag is made of its digest.
const NAME: &str = "dbg-agent";
/// A time of its own would make every image another one.
const EPOCH: &str = "1970-01-01T00:00:00Z";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// The label that every image of dbg has.
const LABEL: &str = "dbg.image/build";

/// An image for one architecture.
pub(crate) struct Image {
    /// Every id under which an engine may know it: that of its configuration, and that of its manifest where images are kept by containerd.
    ids: [String; 2],
    tag: String,
    parts: Parts,
}

struct Parts {
    layers: Vec<Vec<u8>>,
    config: Vec<u8>,
    manifest: Vec<u8>,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image").field("ids", &self.ids).finish_non_exhaustive()
    }
}

impl Image {
    /// Makes it of the agent that this build carries. It blocks, for some ten milliseconds.
    pub(crate) fn make(
        agents: &Agents,
        architecture: Architecture,
        site: Option<&SiteRules>,
    ) -> Result<Self, AgentsError> {
        Self::of(&unpacked(agents, architecture)?, architecture, site).map_err(AgentsError::Written)
    }

    /// Of this program.
    pub(crate) fn of(program: &[u8], architecture: Architecture, site: Option<&SiteRules>) -> io::Result<Self> {
        let mut layers = vec![layer(program)?];
        if let Some(site) = site {
            layers.push(site_layer(site)?);
        }
        let layer_digests: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
        let step = json!({ "created": EPOCH, "created_by": "dbg" });
        let word = match architecture {
            Architecture::X86_64 => "amd64",
            Architecture::Aarch64 => "arm64",
        };
        let config = serde_json::to_vec(&json!({
            "architecture": word,
            "os": "linux",
            "created": EPOCH,
            "config": {
                "Entrypoint": [AGENT],
                "Labels": {
                    LABEL: env!("CARGO_PKG_VERSION"),
                    "org.opencontainers.image.title": NAME,
                    "org.opencontainers.image.version": env!("CARGO_PKG_VERSION"),
                    "org.opencontainers.image.description": "the agent of dbg",
                    "org.opencontainers.image.licenses": "Apache-2.0",
                },
            },
            "rootfs": { "type": "layers", "diff_ids": layer_digests.iter().map(|digest| format!("sha256:{digest}")).collect::<Vec<_>>() },
            "history": vec![step; layers.len()],
        }))?;
        let config_digest = digest(&config);
        let manifest = serde_json::to_vec(&json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": part("application/vnd.oci.image.config.v1+json", &config_digest, config.len()),
            "layers": layers.iter().zip(&layer_digests).map(|(layer, digest)| part(LAYER, digest, layer.len())).collect::<Vec<_>>(),
        }))?;
        let ids = [format!("sha256:{config_digest}"), format!("sha256:{}", digest(&manifest))];
        let tag = tag(&ids);
        Ok(Self { ids, tag, parts: Parts { layers, config, manifest } })
    }

    /// The ids under which an engine may have it, the likeliest first.
    pub(crate) fn into_ids(self) -> [String; 2] {
        self.ids
    }

    /// The name that it is loaded under.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// One file that is a docker archive and an OCI layout: each tool finds what it knows.
    pub(crate) fn archive(&self) -> io::Result<Bytes> {
        let Parts { layers, config, manifest } = &self.parts;
        let blob = |bytes: &[u8]| format!("blobs/sha256/{}", digest(bytes));
        let index = serde_json::to_vec(&json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": format!("sha256:{}", digest(manifest)),
                "size": manifest.len(),
                "annotations": {
                    "io.containerd.image.name": format!("docker.io/library/{}", self.tag),
                    "org.opencontainers.image.ref.name": self.tag.split(':').next_back().unwrap_or_default(),
                },
            }],
        }))?;
        let docker = serde_json::to_vec(&json!([{
            "Config": blob(config), "RepoTags": [self.tag], "Layers": layers.iter().map(|layer| blob(layer)).collect::<Vec<_>>(),
        }]))?;
        let mut tar = Tar::with_capacity(layers.iter().map(Vec::len).sum::<usize>() + 64 * 1024);
        for folder in ["blobs/", "blobs/sha256/"] {
            tar.folder(folder, 0o755)?;
        }
        for bytes in [config, manifest].into_iter().chain(layers) {
            tar.file(&blob(bytes), 0o644, bytes)?;
        }
        tar.file("index.json", 0o644, &index)?;
        tar.file("manifest.json", 0o644, &docker)?;
        tar.file("oci-layout", 0o644, br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        Ok(Bytes::from(tar.finish()?))
    }
}

/// The name that the image with these ids is loaded under.
pub(crate) fn tag<Id: AsRef<str>>([id, _]: &[Id; 2]) -> String {
    let id = id.as_ref();
    format!("{NAME}:{}", id.strip_prefix("sha256:").unwrap_or(id).get(..12).unwrap_or_default())
}

fn part(kind: &str, digest: &str, size: usize) -> serde_json::Value {
    json!({ "mediaType": kind, "digest": format!("sha256:{digest}"), "size": size })
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The agent alone as a tar, to be put into a container of another image. It blocks, as [`Image::make`] does.
pub(crate) fn agent_alone(agents: &Agents, architecture: Architecture) -> Result<Bytes, AgentsError> {
    let program = unpacked(agents, architecture)?;
    let mut tar = Tar::with_capacity(program.len() + 16 * 1024);
    tar.file(AGENT.trim_start_matches('/'), 0o555, &program).map_err(AgentsError::Written)?;
    tar.finish().map(Bytes::from).map_err(AgentsError::Written)
}

fn unpacked(agents: &Agents, architecture: Architecture) -> Result<Vec<u8>, AgentsError> {
    let program = Mutex::new(Vec::new());
    agents.unpack(architecture, |offset, piece| {
        // Nothing that holds the lock can leave the bytes half-changed.
        let mut bytes = program.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start.saturating_add(piece.len());
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes.get_mut(start..end).ok_or_else(|| io::Error::other("a piece is out of place"))?.copy_from_slice(piece);
        Ok(())
    })?;
    Ok(program.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn layer(program: &[u8]) -> io::Result<Vec<u8>> {
    let mut tar = Tar::with_capacity(program.len() + 16 * 1024);
    tar.file(AGENT.trim_start_matches('/'), 0o555, program)?;
    // What may be mounted over has to be there: the root is read-only.
    tar.folder("host/", 0o555)?;
    tar.finish()
}

/// What a site says of whom it trusts.
fn site_layer(site: &SiteRules) -> io::Result<Vec<u8>> {
    let mut tar = Tar::with_capacity(64 * 1024);
    for folder in ["etc/", "etc/dbg/"] {
        tar.folder(folder, 0o755)?;
    }
    tar.file(SITE_FILE.trim_start_matches('/'), 0o444, &site.to_file())?;
    tar.finish()
}

/// A tar in which nothing depends on when, where or by whom it was made.
struct Tar(tar::Builder<Vec<u8>>);

impl Tar {
    fn with_capacity(bytes: usize) -> Self {
        let mut builder = tar::Builder::new(Vec::with_capacity(bytes));
        builder.mode(tar::HeaderMode::Deterministic);
        Self(builder)
    }

    fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        self.put(path, mode, tar::EntryType::Regular, bytes)
    }

    fn folder(&mut self, path: &str, mode: u32) -> io::Result<()> {
        self.put(path, mode, tar::EntryType::Directory, &[])
    }

    fn put(&mut self, path: &str, mode: u32, kind: tar::EntryType, bytes: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(bytes.len() as u64);
        self.0.append_data(&mut header, path, bytes)
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        self.0.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use super::*;

    fn image(program: &[u8]) -> Image {
        Image::of(program, Architecture::X86_64, None).unwrap()
    }

    fn entries(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let mut archive = tar::Archive::new(archive);
        let read = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry.unwrap();
            let (mut bytes, path) = (Vec::new(), entry.path().unwrap().to_string_lossy().into_owned());
            entry.read_to_end(&mut bytes).unwrap();
            (path, bytes)
        };
        archive.entries().unwrap().map(read).collect()
    }

    #[test]
    fn the_same_agent_is_the_same_image_and_another_is_another() {
        assert_eq!(image(b"agent").archive().unwrap(), image(b"agent").archive().unwrap());
        assert_ne!(image(b"agent").ids[0], image(b"other").ids[0]);
        assert_ne!(image(b"agent").ids[0], Image::of(b"agent", Architecture::Aarch64, None).unwrap().ids[0]);
    }

    #[test]
    fn every_digest_in_the_archive_is_that_of_its_blob() {
        let image = image(b"agent");
        let entries = entries(&image.archive().unwrap());
        for (path, bytes) in
            entries.iter().filter(|(path, bytes)| path.starts_with("blobs/sha256/") && !bytes.is_empty())
        {
            assert_eq!(path.trim_start_matches("blobs/sha256/"), digest(bytes));
        }
        let docker: serde_json::Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
        let config = docker[0]["Config"].as_str().unwrap();
        assert_eq!(format!("sha256:{}", digest(&entries[config])), image.ids[0]);
        assert_eq!(docker[0]["RepoTags"][0], image.tag());
        let index: serde_json::Value = serde_json::from_slice(&entries["index.json"]).unwrap();
        assert_eq!(index["manifests"][0]["digest"], image.ids[1]);
    }

    #[test]
    fn the_layer_holds_the_agent_and_where_to_mount_and_nothing_else() {
        let entries = entries(&layer(b"agent").unwrap());
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["dbg-agent", "host/"]);
        assert_eq!(entries["dbg-agent"], b"agent");
    }
}
