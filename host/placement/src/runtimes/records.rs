//! Where runtimes leave what they know of their containers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use dbg_model::{ContainerId, ContainerRuntime, cgroup_paths};
use serde::Deserialize;

use super::disk::Folder;
use super::record::{Bundle, Record, names_of_storage};

/// Containers that are read at most; a machine has some hundreds.
const MOST: usize = 4096;
/// The largest bundles have some 100 KiB.
const BUNDLE: usize = 1 << 20;
/// A list of thousands of containers.
const LIST: usize = 8 << 20;
/// Users whose own containers are looked for.
const USERS: usize = 256;
/// A user's folders may be on a file system that never answers, and that the user made so.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where containerd has what lives as long as the machine: its own, that of Docker, and those of distributions of Kubernetes.
const STATES: [&str; 5] = [
    "run/containerd",
    "run/docker/containerd/daemon",
    "run/k3s/containerd",
    "run/k0s/containerd",
    "var/snap/microk8s/common/run/containerd",
];
/// The bundles in it, of the runtimes of today and of those before containerd 1.4.
const TASKS: [&str; 2] = ["io.containerd.runtime.v2.task", "io.containerd.runtime.v1.linux"];
/// What Podman and CRI-O have of running containers, and what outlives them.
const STORAGE: (&str, &str) = ("run/containers/storage", "var/lib/containers/storage");

/// Which containers are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'text> {
    /// All.
    All,
    /// Those that a text of `/proc/PID/cgroup` may mean.
    In(&'text [u8]),
}

/// What the runtimes of the machine whose root this is left of containers, by [`Record::key`]. What the machine's say comes before what a
/// user's do.
pub(super) fn records(root: &Path, wanted: Wanted<'_>) -> BTreeMap<String, Record> {
    let mut all = Records { words: words(wanted), owner: None, found: BTreeMap::new() };
    if let Some(docker) = Folder::open(&root.join(data_of_docker(root))) {
        all.of_docker(&docker);
    }
    for state in STATES {
        let Some(state) = Folder::open(&root.join(state)) else { continue };
        TASKS.iter().filter_map(|tasks| state.folder(tasks)).for_each(|tasks| all.of_containerd(&tasks));
    }
    if let Some(running) = Folder::open(&root.join(STORAGE.0)) {
        all.of_storage(&running, Folder::open(&root.join(STORAGE.1)).as_ref());
    }
    let mut found = all.found;
    for (key, record) in of_users(root, all.words) {
        found.entry(key).or_insert(record);
    }
    found
}

/// Every word of the paths; none for all.
fn words(wanted: Wanted<'_>) -> Option<Vec<String>> {
    let Wanted::In(text) = wanted else { return None };
    let parts: BTreeSet<&[u8]> =
        cgroup_paths(text).flat_map(|path| path.split(|byte| *byte == b'/')).filter(|part| !part.is_empty()).collect();
    Some(parts.into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect())
}

/// Docker's folder, which its configuration may move.
fn data_of_docker(root: &Path) -> PathBuf {
    #[derive(Deserialize)]
    struct Configuration {
        #[serde(rename = "data-root")]
        data: PathBuf,
    }
    let json = Folder::open(&root.join("etc/docker")).and_then(|folder| folder.read("daemon.json", BUNDLE));
    let configured = json.and_then(|json| serde_json::from_slice::<Configuration>(&json).ok());
    let moved = configured.and_then(|configured| configured.data.strip_prefix("/").map(Path::to_path_buf).ok());
    moved.unwrap_or_else(|| PathBuf::from("var/lib/docker"))
}

/// The containers of users with a session, as far as their folders answer in time.
fn of_users(root: &Path, words: Option<Vec<String>>) -> BTreeMap<String, Record> {
    let mut found = BTreeMap::new();
    let users = users(root);
    if users.is_empty() {
        return found;
    }
    let (tell, told) = mpsc::channel();
    // A thread that never comes back ends with this process.
    std::thread::spawn(move || {
        for user in users {
            let mut all = Records { words: words.clone(), owner: Some(user.uid), found: BTreeMap::new() };
            all.of_user(&user);
            if tell.send(all.found).is_err() {
                return;
            }
        }
    });
    let end = Instant::now() + PATIENCE;
    while let Ok(of_user) = told.recv_timeout(end.saturating_duration_since(Instant::now())) {
        for (key, record) in of_user {
            found.entry(key).or_insert(record);
        }
    }
    found
}

/// A user with a session.
struct User {
    uid: u32,
    /// For what lives as long as the session.
    runtime: PathBuf,
    home: PathBuf,
}

fn users(root: &Path) -> Vec<User> {
    let Some(sessions) = Folder::open(&root.join("run/user")) else { return Vec::new() };
    let with_session: BTreeSet<u32> =
        sessions.names().iter().filter_map(|name| name.parse().ok()).filter(|uid| *uid != 0).take(USERS).collect();
    let passwd = Folder::open(&root.join("etc")).and_then(|etc| etc.read("passwd", BUNDLE)).unwrap_or_default();
    let passwd = String::from_utf8_lossy(&passwd);
    let user = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let (uid, home) = (fields.get(2)?.parse().ok()?, fields.get(5)?.strip_prefix('/')?);
        let runtime = root.join("run/user").join(u32::to_string(&uid));
        with_session.contains(&uid).then(|| User { uid, runtime, home: root.join(home) })
    };
    passwd.lines().filter_map(user).take(USERS).collect()
}

struct Records {
    words: Option<Vec<String>>,
    owner: Option<u32>,
    found: BTreeMap<String, Record>,
}

impl Records {
    fn wants(&self, id: &str) -> bool {
        // The id alone, or with what runtimes write around it.
        let is_meant = |word: &String| word.contains(id);
        self.found.len() < MOST && !id.is_empty() && self.words.as_ref().is_none_or(|words| words.iter().any(is_meant))
    }

    fn keep(&mut self, mut record: Record) {
        record.owner = self.owner;
        self.found.entry(record.key()).or_insert(record);
    }

    /// No link is followed in what is the user's own.
    fn of_user(&mut self, user: &User) {
        let (runtime, home) = (Folder::open(&user.runtime), Folder::open(&user.home));
        let data = home.as_ref().and_then(|home| home.folder(".local/share"));
        if let Some(docker) = data.as_ref().and_then(|data| data.folder("docker")) {
            self.of_docker(&docker);
        }
        if let Some(running) = runtime.and_then(|runtime| runtime.folder("containers")) {
            self.of_storage(&running, data.and_then(|data| data.folder("containers/storage")).as_ref());
        }
    }

    fn of_docker(&mut self, data: &Folder) {
        let Some(folder) = data.folder("containers") else { return };
        for id in folder.names().into_iter().filter(|id| ContainerId::new(id).is_some()) {
            if !self.wants(&id) {
                continue;
            }
            let config = folder.folder(&id).and_then(|one| one.read("config.v2.json", BUNDLE));
            if let Some(record) = config.and_then(|json| Record::of_docker(&id, &json)) {
                self.keep(record);
            }
        }
    }

    fn of_containerd(&mut self, tasks: &Folder) {
        for name in tasks.names() {
            let Some(namespace) = tasks.folder(&name) else { continue };
            for id in namespace.names() {
                if !self.wants(&id) {
                    continue;
                }
                let Some(mut record) = Record::bare(&id, ContainerRuntime::Containerd) else { continue };
                record.namespace = Some(name.clone());
                let config = namespace.folder(&id).and_then(|bundle| bundle.read("config.json", BUNDLE));
                let bundle = Bundle::read(&config.unwrap_or_default());
                if let Some(known) = self.found.get_mut(&record.key()) {
                    // What Docker runs by it is known by Docker's name, and where it is by its bundle alone.
                    known.group = known.group.take().or_else(|| bundle.group());
                    continue;
                }
                record.add_bundle(&bundle);
                // An id that somebody chose is a name.
                if ContainerId::new(&id).is_none() {
                    record.add_names(std::slice::from_ref(&id));
                }
                self.keep(record);
            }
        }
    }

    /// The folders are `DRIVER-containers`, such as `overlay-containers`. A bundle is in the first for CRI-O, in the second for Podman.
    fn of_storage(&mut self, running: &Folder, stored: Option<&Folder>) {
        for driver in running.names().into_iter().filter(|name| name.ends_with("-containers")) {
            let Some(running) = running.folder(&driver) else { continue };
            let stored = stored.and_then(|stored| stored.folder(&driver));
            let both = [Some(&running), stored.as_ref()];
            let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
            // Containers that do not outlive the machine have a list of their own.
            for list in ["containers.json", "volatile-containers.json"] {
                let lists = both.iter().flatten().filter_map(|folder| folder.read(list, LIST));
                names.extend(lists.flat_map(|json| names_of_storage(&json)));
            }
            for id in running.names().into_iter().filter(|id| ContainerId::new(id).is_some()) {
                if !self.wants(&id) {
                    continue;
                }
                let Some(mut record) = Record::bare(&id, ContainerRuntime::Podman) else { continue };
                let bundle = |folder: &&Folder| folder.folder(&id)?.folder("userdata")?.read("config.json", BUNDLE);
                if let Some(json) = both.iter().flatten().find_map(bundle) {
                    record.add_bundle(&Bundle::read(&json));
                }
                record.add_names(names.get(&id).map(Vec::as_slice).unwrap_or_default());
                self.keep(record);
            }
        }
    }
}

#[cfg(test)]
#[path = "records/tests.rs"]
mod tests;
