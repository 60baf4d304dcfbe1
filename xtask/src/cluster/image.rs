//! Images, made of static programs of this machine, and how they get onto the nodes: nothing is pulled from anywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::machine::{Machine, NODES};
use super::place::Place;
use crate::{files, shell};

/// What holds the namespaces of every pod.
pub(super) const PAUSE: &str = "dbg.test/pause:1";
/// A shell and the usual tools, for the tests' own pods.
const BUSYBOX: &str = "dbg.test/busybox:1";

/// Puts an image that `docker save` or `dbg image` wrote onto both nodes
#[derive(clap::Args)]
pub(crate) struct Load {
    /// The archive
    file: PathBuf,
}

pub(super) fn load(args: &Load, place: &Place) -> Result<()> {
    super::tools::must_be_root()?;
    if !place.is_whole() {
        bail!("no cluster of this checkout is up; `cargo xtask cluster up` brings it up");
    }
    NODES.into_iter().try_for_each(|name| match Machine::find(name)? {
        Some(machine) => import(&machine, &args.file),
        None => bail!("`{}` does not run; see `cargo xtask cluster status`", name.text()),
    })
}

/// Debian's static busybox.
pub(super) fn busybox() -> Result<PathBuf> {
    let Some(program) = shell::which("busybox") else {
        bail!("`busybox` is missing; `apt-get install busybox-static` brings it")
    };
    let bytes = files::read(&program)?;
    // A dynamic one names its loader.
    if bytes.windows(7).any(|text| text == b"/ld-lin" || text == b"/ld-mus") {
        bail!("`{}` is not static; `apt-get install busybox-static` brings one that is", program.display());
    }
    Ok(program)
}

/// Writes the archives of the images that every node has from the start.
pub(super) fn make(place: &Place) -> Result<Vec<PathBuf>> {
    let pause = make_one(place, PAUSE, &[("pause", &place.program("pause"))], &[], "/pause")?;
    let program = busybox()?;
    let listed = shell::output(Command::new(&program).arg("--list"))?;
    let applets: Vec<&str> = listed.lines().filter(|name| *name != "busybox").collect();
    let busybox = make_one(place, BUSYBOX, &[("bin/busybox", &program)], &applets, "/bin/sh")?;
    Ok(vec![pause, busybox])
}

/// One layer with these programs, links in `/bin` to the first for every applet, and the account `nobody`.
fn make_one(place: &Place, tag: &str, programs: &[(&str, &Path)], applets: &[&str], entry: &str) -> Result<PathBuf> {
    let name = tag.trim_start_matches("dbg.test/").replace(':', "-");
    let (folder, root) = (place.file(&format!("images/{name}")), place.file(&format!("images/{name}/root")));
    for below in ["bin", "etc", "tmp"] {
        files::make_folder(&root.join(below))?;
    }
    for (to, from) in programs {
        fs::copy(from, root.join(to)).with_context(|| format!("cannot copy `{}`", from.display()))?;
    }
    for applet in applets {
        let link = root.join("bin").join(applet);
        std::os::unix::fs::symlink("busybox", &link).with_context(|| format!("cannot link `{}`", link.display()))?;
    }
    let accounts = "root:x:0:0:root:/:/bin/sh\nnobody:x:65532:65532:nobody:/:/bin/sh\n";
    fs::write(root.join("etc/passwd"), accounts).context("cannot write the image's accounts")?;
    let layer = folder.join("layer.tar");
    archive(&layer, &root, &["."])?;
    let digest = format!("{:x}", Sha256::digest(files::read(&layer)?));
    fs::write(folder.join("config.json"), configuration(entry, &digest))
        .context("cannot write the image's configuration")?;
    let manifest = format!(r#"[{{"Config":"config.json","RepoTags":["{tag}"],"Layers":["layer.tar"]}}]"#);
    fs::write(folder.join("manifest.json"), manifest).context("cannot write the image's manifest")?;
    let image = place.file(&format!("images/{name}.tar"));
    archive(&image, &folder, &["manifest.json", "config.json", "layer.tar"])?;
    Ok(image)
}

/// What a container of it starts, and the layer that it has.
fn configuration(entry: &str, layer: &str) -> String {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    format!(
        r#"{{"architecture":"{architecture}","os":"linux","config":{{"Env":["PATH=/bin"],"Cmd":["{entry}"]}},"rootfs":{{"type":"layers","diff_ids":["sha256:{layer}"]}}}}"#
    )
}

fn archive(to: &Path, folder: &Path, what: &[&str]) -> Result<()> {
    let mut command = Command::new("tar");
    command
        .args(["--owner=0", "--group=0", "--mtime=@0", "--sort=name", "-cf"])
        .arg(to)
        .arg("-C")
        .arg(folder)
        .args(what);
    shell::output(&mut command).map(drop)
}

/// Gives a node's runtime an image. It is read here, so that the archive may lie where the node does not see it.
pub(super) fn import(machine: &Machine, image: &Path) -> Result<()> {
    let file = fs::File::open(image).with_context(|| format!("cannot read `{}`", image.display()))?;
    let mut command = machine.command("ctr");
    command.args(["--namespace", "k8s.io", "images", "import", "-"]).stdin(Stdio::from(file)).stdout(Stdio::null());
    let output = command.output().context("cannot start `ctr images import`")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` takes no image from `{}`: {}", machine.name.text(), image.display(), said.trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_starts_its_entry_and_has_one_layer() {
        let parsed: serde_json::Value = serde_json::from_str(&configuration("/pause", "ab")).expect("it is JSON");
        assert_eq!(parsed["config"]["Cmd"][0], "/pause");
        assert_eq!(parsed["rootfs"]["diff_ids"][0], "sha256:ab");
    }
}
