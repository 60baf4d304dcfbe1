//! What was said of a pod: the events that still are there. They are kept for an hour in most clusters.

use dbg_sdk::cluster::{self, Error, Object};

use crate::pod::Pod;

/// Of one pod.
const MOST: u32 = 200;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) reason: String,
    pub(crate) message: String,
    /// `spec.containers{app}`, or empty.
    field: String,
    pub(crate) count: i64,
    last: String,
}

impl Event {
    fn of(object: &Object) -> Self {
        let json = &object.json;
        let text = |pointer: &str| json.get(pointer).and_then(|value| value.as_text()).unwrap_or_default().to_owned();
        // With `pick` each value lies under its whole pointer.
        let number = |pointer: &str| match json.get(pointer) {
            #[expect(clippy::cast_possible_truncation, reason = "a count of events is small and whole")]
            Some(dbg_sdk::json::Value::Number(number)) => *number as i64,
            _ => 0,
        };
        let last = [LAST, SERIES_LAST, TIME].into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default();
        Self {
            reason: text(REASON),
            message: text(MESSAGE),
            field: text(FIELD),
            count: number(COUNT).max(number(SERIES_COUNT)).max(1),
            last,
        }
    }

    /// Whether it is about this container, or about the pod as a whole.
    pub(crate) fn is_of(&self, container: &str) -> bool {
        self.field.is_empty() || self.field.ends_with(&format!("{{{container}}}"))
    }
}

const REASON: &str = "/reason";
const MESSAGE: &str = "/message";
const FIELD: &str = "/involvedObject/fieldPath";
const COUNT: &str = "/count";
const SERIES_COUNT: &str = "/series/count";
const LAST: &str = "/lastTimestamp";
const SERIES_LAST: &str = "/series/lastObservedTime";
const TIME: &str = "/eventTime";

/// The events of a pod, the newest last.
pub(crate) fn of(pod: &Pod) -> Result<Vec<Event>, Error> {
    let mut fields = format!("involvedObject.kind=Pod,involvedObject.name={}", pod.name);
    if !pod.uid.is_empty() {
        // Not those of one of the same name that was there before.
        fields += &format!(",involvedObject.uid={}", pod.uid);
    }
    let listed = cluster::list("Event")
        .in_namespace(&pod.namespace)
        .fields(fields)
        .pick(&[REASON, MESSAGE, FIELD, COUNT, SERIES_COUNT, LAST, SERIES_LAST, TIME])
        .limit(MOST)
        .read()?;
    let mut events: Vec<Event> = listed.objects.iter().map(Event::of).collect();
    events.sort_by(|one, other| one.last.cmp(&other.last));
    Ok(events)
}

/// The newest of a reason that is about a container and says one of these words.
pub(crate) fn newest<'a>(events: &'a [Event], reason: &str, container: &str, word: &str) -> Option<&'a Event> {
    events.iter().rev().find(|one| one.reason == reason && one.is_of(container) && one.message.contains(word))
}
