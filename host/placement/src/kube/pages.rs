//! Lists that come in pages: all of them, or an error where they do not come to an end.

use serde::de::DeserializeOwned;

use super::answers::List;
use super::connect::Cluster;
use super::error::ClusterError;
use super::request::Path;

/// Objects of a page.
const PAGE: &str = "500";
/// Pages that are read: a list that has more never ends, or is none that anybody looks at.
const PAGES: usize = 40;

/// All objects that a path with this query names.
pub(super) async fn all<T: DeserializeOwned + Default>(
    cluster: &Cluster,
    doing: &'static str,
    path: &Path,
    query: &[(&str, &str)],
) -> Result<Vec<T>, ClusterError> {
    let (mut all, mut more) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let path = path.clone().with(query).with(&[("limit", PAGE)]);
        let path = if more.is_empty() { path } else { path.with(&[("continue", &more)]) };
        let page: List<T> = cluster.get(doing, path).await?;
        let next = page.metadata.more.clone();
        all.extend(page.into_items());
        if next.is_empty() {
            return Ok(all);
        }
        // The same page again would be followed by the same.
        if next == more {
            break;
        }
        more = next;
    }
    Err(ClusterError::Endless { doing, objects: all.len() })
}
