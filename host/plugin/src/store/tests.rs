use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::Barrier;

use dbg_model::{Capability, PluginName};
use fs_err as fs;
use semver::Version;

use super::*;
use crate::component::digest;
use crate::component::samples::plugin;
use crate::{Admitted, AllowUnsigned, Component};

mod vendor;

struct Home {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("share/dbg");
        Self { _folder: folder, root }
    }

    fn store(&self) -> Store {
        Store::open(self.root.clone()).unwrap()
    }

    /// All files, relative to the root, sorted; without the lock.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = ["components", "plugins"]
            .iter()
            .flat_map(|folder| write::entries(&self.root.join(folder)).unwrap())
            .map(|path| path.strip_prefix(&self.root).unwrap().display().to_string())
            .collect();
        files.sort();
        files
    }
}

fn add(store: &Store, component: &Component) -> Result<Added, StoreError> {
    store.add(&unsigned(component), BTreeSet::new())
}

fn unsigned(component: &Component) -> Admitted {
    Admitted::unsigned(component.clone(), AllowUnsigned::by_operator())
}

fn name(text: &str) -> PluginName {
    text.parse().unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn selector(text: &str) -> CheckSelector {
    text.parse().unwrap()
}

fn sample(version: &str) -> Component {
    plugin("sample", version, &["look"], "")
}

#[test]
fn a_store_that_is_not_there_is_empty_and_stays_away() {
    let home = Home::new();
    let store = home.store();
    assert!(store.list().unwrap().records.is_empty());
    assert_eq!(store.find(&selector("look")).unwrap(), Found::Nothing { nearest: None });
    assert_eq!(store.remove(&name("sample"), None).unwrap(), Removed::WasGone);
    assert!(!fs::exists(&home.root).unwrap());
    assert!(!fs::exists(home.root.parent().unwrap()).unwrap());
}

#[test]
fn what_was_added_is_listed_found_and_loaded() {
    let home = Home::new();
    let component = sample("1.0.0");
    let consent = BTreeSet::from([Capability::Resolver]);
    let added = home.store().add(&unsigned(&component), consent.clone()).unwrap();
    assert!(matches!(added, Added::New(_)));

    let store = home.store();
    let listing = store.list().unwrap();
    assert_eq!((listing.records.as_slice(), listing.broken.len()), (std::slice::from_ref(added.record()), 0));
    let Found::One(record) = store.find(&selector("look")).unwrap() else { panic!("it is found") };
    assert_eq!((record.digest, &record.consent), (component.digest(), &consent));
    let (loaded, file) = store.open_record(&record).unwrap();
    assert_eq!(file, *component.bytes());
    assert_eq!((loaded.bytes(), loaded.digest()), (component.bytes(), component.digest()));
}

#[test]
fn the_store_is_for_its_user_alone() {
    let home = Home::new();
    add(&home.store(), &sample("1.0.0")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    for folder in ["", "components", "plugins"] {
        assert_eq!(mode(&home.root.join(folder)), 0o700, "{folder}");
    }
    for file in home.files().iter().map(String::as_str).chain(["lock"]) {
        assert_eq!(mode(&home.root.join(file)), 0o600, "{file}");
    }
}

#[test]
fn adding_the_same_again_changes_nothing_but_the_consent() {
    let home = Home::new();
    let store = home.store();
    let component = sample("1.0.0");
    add(&store, &component).unwrap();
    let files = home.files();
    assert!(matches!(add(&store, &component).unwrap(), Added::Same(_)));
    let consent = BTreeSet::from([Capability::Files]);
    let again = store.add(&unsigned(&component), consent.clone()).unwrap();
    assert!(matches!(&again, Added::Consent(record) if record.consent == consent));
    assert_eq!(store.list().unwrap().records, [again.record().clone()]);
    assert_eq!(home.files(), files);
}

#[test]
fn a_version_is_one_content_for_ever() {
    let home = Home::new();
    let store = home.store();
    let first = sample("1.0.0");
    add(&store, &first).unwrap();
    let files = home.files();
    let error = add(&store, &plugin("sample", "1.0.0", &["look"], "other")).unwrap_err();
    assert!(matches!(error, StoreError::Taken { there, .. } if there == first.digest()), "{error:?}");
    assert_eq!(home.files(), files);
}

#[test]
fn two_adds_at_once_both_end_well() {
    let home = Home::new();
    let components: Vec<Component> =
        (0..8).map(|index| plugin("sample", &format!("1.0.{}", index % 4), &["look"], "")).collect();
    let start = Barrier::new(components.len());
    let added: Vec<Added> = std::thread::scope(|scope| {
        let adds = components.iter().map(|component| {
            scope.spawn(|| {
                start.wait();
                add(&home.store(), component).unwrap()
            })
        });
        adds.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let new = added.iter().filter(|added| matches!(added, Added::New(_))).count();
    assert_eq!((new, added.len()), (4, 8));
    assert_eq!(home.store().list().unwrap().records.len(), 4);
    assert_eq!(home.files().len(), 8);
}

#[test]
fn the_highest_version_that_will_do_is_found() {
    let home = Home::new();
    let store = home.store();
    for version in ["1.2.0", "1.10.0", "1.2.5", "2.0.0-rc.1"] {
        add(&store, &sample(version)).unwrap();
    }
    let found = |text: &str| match store.find(&selector(text)).unwrap() {
        Found::One(record) => record.version.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(found("look"), "1.10.0");
    assert_eq!(found("sample/look@1.2"), "1.2.5");
    assert_eq!(found("look@2.0.0-rc.1"), "2.0.0-rc.1");
    let Found::OtherVersions(versions) = store.find(&selector("look@3")).unwrap() else { panic!("no version 3") };
    assert_eq!(versions.len(), 4);
}

#[test]
fn two_plugins_with_one_check_are_ambiguous_until_one_is_named() {
    let home = Home::new();
    let store = home.store();
    add(&store, &plugin("acme", "1.0.0", &["look"], "")).unwrap();
    add(&store, &plugin("best", "2.0.0", &["look", "listen"], "")).unwrap();
    assert_eq!(store.find(&selector("look")).unwrap(), Found::Ambiguous(vec![name("acme"), name("best")]));
    assert!(matches!(store.find(&selector("best/look")).unwrap(), Found::One(record) if record.plugin == name("best")));
    assert!(matches!(store.find(&selector("listen")).unwrap(), Found::One(_)));
    let near = Found::Nothing { nearest: Some("listen".parse().unwrap()) };
    assert_eq!(store.find(&selector("lisen")).unwrap(), near);
}

#[test]
fn removing_a_plugin_leaves_nothing_of_it_and_all_of_the_others() {
    let home = Home::new();
    let store = home.store();
    for version in ["1.0.0", "1.1.0"] {
        add(&store, &sample(version)).unwrap();
    }
    add(&store, &plugin("other", "1.0.0", &["listen"], "")).unwrap();
    let removed = store.remove(&name("sample"), Some(&version("1.1.0"))).unwrap();
    assert_eq!(removed, Removed::Versions(vec![version("1.1.0")]));
    assert_eq!(home.files().len(), 4);
    assert_eq!(store.remove(&name("sample"), Some(&version("9.0.0"))).unwrap(), Removed::WasGone);
    assert_eq!(store.remove(&name("sample"), None).unwrap(), Removed::Versions(vec![version("1.0.0")]));
    assert_eq!(store.remove(&name("sample"), None).unwrap(), Removed::WasGone);
    assert_eq!(home.files().len(), 2);
}

#[test]
fn a_changed_component_is_not_loaded_and_adding_it_again_mends_it() {
    let home = Home::new();
    let store = home.store();
    let component = sample("1.0.0");
    let record = add(&store, &component).unwrap().record().clone();
    let path = store.component_path(component.digest());
    let link = home.root.join("elsewhere.wasm");
    fs::write(&link, component.bytes()).unwrap();
    type Damage<'a> = (&'a str, Box<dyn Fn() + 'a>);
    let damages: [Damage<'_>; 4] = [
        ("one more byte", Box::new(|| fs::write(&path, [&component.bytes()[..], b"\0"].concat()).unwrap())),
        ("empty", Box::new(|| fs::write(&path, b"").unwrap())),
        (
            "a link to the same content",
            Box::new(|| {
                fs::remove_file(&path).unwrap();
                fs::os::unix::fs::symlink(&link, &path).unwrap();
            }),
        ),
        ("gone", Box::new(|| fs::remove_file(&path).unwrap())),
    ];
    for (what, damage) in damages {
        damage();
        let error = store.open_record(&record).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. } | StoreError::Missing { .. }), "{what}: {error:?}");
        assert!(matches!(add(&store, &component).unwrap(), Added::Repaired(_)), "{what}");
        assert!(store.open_record(&record).is_ok(), "{what}");
    }
}

#[test]
fn a_record_that_names_another_component_is_not_believed() {
    let home = Home::new();
    let store = home.store();
    let mut record = add(&store, &sample("1.0.0")).unwrap().record().clone();
    record.digest = add(&store, &plugin("other", "1.0.0", &["listen"], "")).unwrap().record().digest;
    assert!(matches!(store.open_record(&record), Err(StoreError::Mismatch { .. })));
}

#[test]
fn a_record_of_the_first_format_is_read_as_unsigned() {
    let home = Home::new();
    let store = home.store();
    let record = add(&store, &sample("1.0.0")).unwrap().record().clone();
    let path = store.record_path(&record.plugin, &record.version);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"format\": 2", "\"format\": 1")).unwrap();
    assert_eq!(store.list().unwrap().records, [record]);
}

#[test]
fn broken_records_stand_apart_and_disturb_nobody() {
    let home = Home::new();
    let store = home.store();
    add(&store, &sample("1.0.0")).unwrap();
    let good = fs::read_to_string(store.record_path(&name("sample"), &version("1.0.0"))).unwrap();
    let write = |file: &str, text: &str| fs::write(home.root.join("plugins").join(file), text).unwrap();
    write("a@1.0.0.json", "{");
    write("b@1.0.0.json", &good.replace("\"format\": 2", "\"format\": 3"));
    write("c@1.0.0.json", &good);
    write("d@1.0.0.json", &good.replace("\"added\"", "\"when\""));
    write("e@1.0.0.json", &" ".repeat(100_000));
    write("notes.txt", &good);
    fs::create_dir(home.root.join("plugins/f@1.0.0.json")).unwrap();

    let listing = store.list().unwrap();
    assert_eq!(listing.records.len(), 1);
    let faults: Vec<&RecordFault> = listing.broken.iter().map(|broken| &broken.fault).collect();
    assert!(
        matches!(
            faults.as_slice(),
            [
                RecordFault::Json { .. },
                RecordFault::Format { found: 3 },
                RecordFault::Name,
                RecordFault::Json { .. },
                RecordFault::TooLarge { .. },
                RecordFault::Kind(_),
                RecordFault::Name,
            ]
        ),
        "{faults:?}"
    );
    assert!(matches!(store.find(&selector("look")).unwrap(), Found::One(_)));
    assert_eq!(store.remove(&name("a"), None).unwrap(), Removed::Versions(vec![version("1.0.0")]));
    // Whose the component is cannot be told while a record cannot be read: it stays.
    store.remove(&name("sample"), None).unwrap();
    assert!(home.files().iter().any(|file| file.starts_with("components/")));
}

#[test]
fn what_a_killed_writer_left_is_gone_after_the_next_open_unless_it_is_still_at_it() {
    let home = Home::new();
    let store = home.store();
    add(&store, &sample("1.0.0")).unwrap();
    let files = home.files();
    for folder in ["components", "plugins"] {
        fs::write(home.root.join(folder).join(".writing-abc123"), "half").unwrap();
    }
    let lock = write::WriteLock::take(store.root(), write::Wait::Yes).unwrap();
    assert!(home.store().list().unwrap().broken.is_empty());
    assert_eq!(home.files().len(), files.len() + 2);
    drop(lock);
    home.store();
    assert_eq!(home.files(), files);
}

#[test]
fn a_component_whose_record_was_never_written_goes_with_the_next_removal() {
    let home = Home::new();
    let store = home.store();
    add(&store, &sample("1.0.0")).unwrap();
    fs::write(home.root.join("components").join(format!("{}.wasm", "0".repeat(64))), "orphan").unwrap();
    store.remove(&name("sample"), None).unwrap();
    assert!(home.files().is_empty());
}

#[test]
fn a_root_that_others_could_have_put_there_is_refused() {
    let home = Home::new();
    add(&home.store(), &sample("1.0.0")).unwrap();
    let open = |path: &Path| Store::open(path.to_owned()).unwrap_err();

    let link = home.root.with_file_name("link");
    fs::os::unix::fs::symlink(&home.root, &link).unwrap();
    assert!(matches!(open(&link), StoreError::Symlink { .. }));
    let dangling = home.root.with_file_name("dangling");
    fs::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    assert!(matches!(open(&dangling), StoreError::Symlink { .. }));
    let file = home.root.with_file_name("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(open(&file), StoreError::NotDirectory { .. }));

    let plugins = home.root.join("plugins");
    fs::set_permissions(&plugins, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(open(&home.root), StoreError::Writable { mode: 0o777, .. }));
    fs::set_permissions(&plugins, std::fs::Permissions::from_mode(0o700)).unwrap();

    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED another user's store: only root can give a folder away");
        return;
    }
    fs::os::unix::fs::chown(&home.root, Some(65534), None).unwrap();
    assert!(matches!(open(&home.root), StoreError::Foreign { owner: 65534, user: 0, .. }));
}

#[test]
fn rubbish_under_a_right_digest_is_refused_for_what_it_is() {
    let home = Home::new();
    let store = home.store();
    let mut record = add(&store, &sample("1.0.0")).unwrap().record().clone();
    let rubbish = b"\0asm\x0d\0\x01\0rubbish";
    record.digest = digest(rubbish);
    fs::write(store.component_path(record.digest), rubbish).unwrap();
    assert!(matches!(
        store.open_record(&record),
        Err(StoreError::Component { source: crate::ComponentError::Invalid { .. }, .. })
    ));
}

#[test]
fn a_place_that_cannot_be_written_is_refused_with_a_way_out() {
    // Nobody, not even root, makes a folder in /proc.
    let store = Store::open(PathBuf::from("/proc/dbg-store")).unwrap();
    let error = add(&store, &sample("1.0.0")).unwrap_err();
    assert!(matches!(error, StoreError::Io { act: Act::Create, .. } | StoreError::ReadOnly { .. }), "{error:?}");
    let home = Home::new();
    fs::create_dir_all(home.root.parent().unwrap()).unwrap();
    fs::set_permissions(home.root.parent().unwrap(), std::fs::Permissions::from_mode(0o500)).unwrap();
    if rustix::process::geteuid().is_root() {
        println!("SKIPPED a read-only home: root may write everywhere");
        return;
    }
    let error = add(&home.store(), &sample("1.0.0")).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    assert!(error.hint().is_some());
}
