//! Where runtimes leave what they know of their containers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dbg_model::{ContainerRuntime, cgroup_paths};

use super::disk::Folder;
use super::record::{Record, names_of_storage};

/// Containers that are read at most; a machine has some hundreds.
const MOST: usize = 4096;
/// The largest bundles have some 100 KiB.
const BUNDLE: usize = 1 << 20;
/// A list of thousands of containers.
const LIST: usize = 8 << 20;
/// Users whose own containers are looked for.
const USERS: usize = 256;

/// Bundles of containerd, of its own and of the one that comes with Docker.
const BUNDLES: [&str; 2] =
    ["run/containerd/io.containerd.runtime.v2.task", "run/docker/containerd/daemon/io.containerd.runtime.v2.task"];
/// Docker's own.
const DOCKER: &str = "var/lib/docker/containers";
/// What Podman and CRI-O have of running containers, and where the names are.
const STORAGE: (&str, &str) = ("run/containers/storage", "var/lib/containers/storage");

/// Which containers are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'text> {
    /// All.
    All,
    /// Those that a text of `/proc/PID/cgroup` may mean.
    In(&'text [u8]),
}

/// What the runtimes of the machine whose root this is left of containers; by id.
pub(super) fn records(root: &Path, wanted: Wanted<'_>) -> BTreeMap<String, Record> {
    let mut all = Records { wanted: words(wanted), found: BTreeMap::new() };
    all.of_docker(&root.join(DOCKER));
    BUNDLES.iter().for_each(|bundles| all.of_containerd(&root.join(bundles)));
    all.of_storage(&root.join(STORAGE.0), &root.join(STORAGE.1));
    for (runtime, home) in users(root) {
        let storage = home.join(".local/share/containers/storage");
        all.of_storage(&runtime.join("containers"), &storage);
        all.of_docker(&home.join(".local/share/docker/containers"));
    }
    all.found
}

/// Every word of the paths; none for all.
fn words(wanted: Wanted<'_>) -> Option<Vec<String>> {
    let Wanted::In(text) = wanted else { return None };
    let parts: BTreeSet<&[u8]> =
        cgroup_paths(text).flat_map(|path| path.split(|byte| *byte == b'/')).filter(|part| !part.is_empty()).collect();
    Some(parts.into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect())
}

/// The folders of users for what lives as long as a session, and their homes.
fn users(root: &Path) -> Vec<(PathBuf, PathBuf)> {
    let Some(sessions) = Folder::open(&root.join("run/user")) else { return Vec::new() };
    let with_session: BTreeSet<String> = sessions.names().into_iter().take(USERS).collect();
    let passwd = Folder::open(&root.join("etc")).and_then(|etc| etc.read("passwd", BUNDLE)).unwrap_or_default();
    let passwd = String::from_utf8_lossy(&passwd).into_owned();
    let homes = passwd.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let (uid, home) = (*fields.get(2)?, fields.get(5)?.strip_prefix('/')?);
        with_session.contains(uid).then(|| (root.join("run/user").join(uid), root.join(home)))
    });
    homes.collect()
}

struct Records {
    wanted: Option<Vec<String>>,
    found: BTreeMap<String, Record>,
}

impl Records {
    fn wants(&self, id: &str) -> bool {
        // The id alone, or with what runtimes write around it.
        let is_meant = |word: &String| word.contains(id);
        self.found.len() < MOST && !id.is_empty() && self.wanted.as_ref().is_none_or(|words| words.iter().any(is_meant))
    }

    fn of_docker(&mut self, path: &Path) {
        let Some(folder) = Folder::open(path) else { return };
        for id in folder.names() {
            if !self.wants(&id) {
                continue;
            }
            let config = folder.folder(&id).and_then(|one| one.read("config.v2.json", BUNDLE));
            if let Some(record) = config.and_then(|json| Record::of_docker(&id, &json)) {
                self.found.entry(id).or_insert(record);
            }
        }
    }

    fn of_containerd(&mut self, path: &Path) {
        let Some(folder) = Folder::open(path) else { return };
        for namespace in folder.names() {
            let Some(namespace) = folder.folder(&namespace) else { continue };
            for id in namespace.names() {
                // What Docker runs by it is known by Docker's name.
                if self.found.contains_key(&id) || !self.wants(&id) {
                    continue;
                }
                let Some(mut record) = Record::bare(&id, ContainerRuntime::Containerd) else { continue };
                let config = namespace.folder(&id).and_then(|bundle| bundle.read("config.json", BUNDLE));
                if let Some(json) = config {
                    record.add_bundle(&json);
                }
                // An id that somebody chose is its name.
                if dbg_model::ContainerId::new(&id).is_none() {
                    record.add_names(std::slice::from_ref(&id));
                }
                self.found.insert(id, record);
            }
        }
    }

    /// The folders are `DRIVER-containers`, such as `overlay-containers`.
    fn of_storage(&mut self, running: &Path, stored: &Path) {
        let Some(running) = Folder::open(running) else { return };
        let stored = Folder::open(stored);
        for driver in running.names().into_iter().filter(|name| name.ends_with("-containers")) {
            let Some(folder) = running.folder(&driver) else { continue };
            let list = stored.as_ref().and_then(|stored| stored.folder(&driver)?.read("containers.json", LIST));
            let names: BTreeMap<String, Vec<String>> =
                list.map(|json| names_of_storage(&json)).unwrap_or_default().into_iter().collect();
            for id in folder.names() {
                if self.found.contains_key(&id) || !self.wants(&id) {
                    continue;
                }
                let Some(mut record) = Record::bare(&id, ContainerRuntime::Podman) else { continue };
                let config = folder.folder(&id).and_then(|one| one.folder("userdata")?.read("config.json", BUNDLE));
                if let Some(json) = config {
                    record.add_bundle(&json);
                }
                record.add_names(names.get(&id).map(Vec::as_slice).unwrap_or_default());
                self.found.insert(id, record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    fn name(root: &Path, id: &str) -> Option<String> {
        records(root, Wanted::All).get(id).and_then(Record::name)
    }

    #[test]
    fn each_runtime_is_asked_where_it_leaves_its_containers() {
        let docker = r#"{"Name":"/web","State":{"Running":true}}"#;
        for (path, text) in [
            ("var/lib/docker/containers/ID/config.v2.json", docker),
            ("home/ann/.local/share/docker/containers/ID/config.v2.json", docker),
            (
                "run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json",
                r#"{"annotations":{"io.kubernetes.cri.container-name":"web"}}"#,
            ),
            (
                "run/containers/storage/overlay-containers/ID/userdata/config.json",
                r#"{"annotations":{"io.kubernetes.container.name":"web"}}"#,
            ),
        ] {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), "etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
            fs_err::create_dir_all(root.path().join("run/user/1000")).unwrap();
            write(root.path(), &path.replace("ID", ID), text);
            assert_eq!(name(root.path(), ID).as_deref(), Some("web"), "{path}");
        }
        for (running, stored) in [
            ("run/containers/storage", "var/lib/containers/storage"),
            ("run/user/1000/containers", "home/ann/.local/share/containers/storage"),
        ] {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\n");
            write(root.path(), &format!("{running}/vfs-containers/{ID}/userdata/config.json"), "{}");
            let list = format!("[{{\"id\":\"{ID}\",\"names\":[\"web\"]}}]");
            write(root.path(), &format!("{stored}/vfs-containers/containers.json"), &list);
            assert_eq!(name(root.path(), ID).as_deref(), Some("web"), "{running}");
        }
    }

    #[test]
    fn what_docker_runs_by_containerd_is_one_container_with_dockers_name() {
        let root = tempfile::tempdir().unwrap();
        write(
            root.path(),
            &format!("var/lib/docker/containers/{ID}/config.v2.json"),
            r#"{"Name":"/web","State":{"Running":true}}"#,
        );
        write(root.path(), &format!("run/containerd/io.containerd.runtime.v2.task/moby/{ID}/config.json"), "{}");
        let all = records(root.path(), Wanted::All);
        assert_eq!((all.len(), all[ID].runtime), (1, ContainerRuntime::Docker));
    }

    #[test]
    fn only_what_a_control_group_may_mean_is_read() {
        let root = tempfile::tempdir().unwrap();
        for id in [ID, "web", "db"] {
            write(root.path(), &format!("run/containerd/io.containerd.runtime.v2.task/default/{id}/config.json"), "{}");
        }
        let found = |text: String| records(root.path(), Wanted::In(text.as_bytes())).into_keys().collect::<Vec<_>>();
        assert_eq!(found(format!("0::/system.slice/docker-{ID}.scope")), [ID]);
        assert_eq!(found("0::/default/web".to_owned()), ["web"]);
        assert_eq!(found("0::/user.slice".to_owned()), [""; 0]);
    }

    #[test]
    fn links_in_the_folders_of_runtimes_lead_nowhere() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "elsewhere/config.json", r#"{"annotations":{"nerdctl/name":"web"}}"#);
        let bundles = root.path().join("run/containerd/io.containerd.runtime.v2.task/default");
        fs_err::create_dir_all(&bundles).unwrap();
        std::os::unix::fs::symlink(root.path().join("elsewhere"), bundles.join(ID)).unwrap();
        assert_eq!(name(root.path(), ID), None);
    }
}
