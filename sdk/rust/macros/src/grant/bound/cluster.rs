//! Bounds of `cluster`: `<verbs>:<Kind>:<namespace>[/<name>]`, or `at-most:<objects>:<size>`.

use proc_macro2::Span;
use syn::Result;

use super::NamedParameter;
use crate::literal::refuse;

/// Judges one bound; gives the parameters it names.
pub(super) fn judge(text: &str, span: Span) -> Result<Vec<NamedParameter>> {
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let [verbs, kind, place] = parts.as_slice() else { return nonsense(text, span) };
    if *verbs == "at-most" {
        let is_count = kind.parse().is_ok_and(|count: u32| (1..=10_000).contains(&count));
        let is_size = place.starts_with(|c: char| c.is_ascii_digit());
        return if is_count && is_size { Ok(Vec::new()) } else { nonsense(text, span) };
    }
    let (name, group) = kind.split_once('.').unwrap_or((kind, "x"));
    if name == "Secret" {
        return refuse(span, "secrets of a cluster are read by nobody");
    }
    let is_kind = name.starts_with(|c: char| c.is_ascii_uppercase()) && !group.is_empty();
    let are_verbs = verbs.split(',').all(|verb| matches!(verb, "get" | "list" | "logs"));
    let (namespace, object) = place.split_once('/').map_or((*place, None), |(place, object)| (place, Some(object)));
    let lists_one = object.is_some() && verbs.split(',').any(|verb| verb == "list");
    let logs_others = verbs.split(',').any(|verb| verb == "logs") && *kind != "Pod";
    if !is_kind || !are_verbs || lists_one || logs_others {
        return nonsense(text, span);
    }
    let mut parameters = Vec::new();
    for part in [Some(namespace), object].into_iter().flatten() {
        match part.strip_prefix("param:") {
            Some(name) => parameters.push(NamedParameter { name: name.to_owned(), kinds: &["string"], span }),
            None if part.is_empty() || part.contains(['/', ':', ' ']) => return nonsense(text, span),
            None => {}
        }
    }
    Ok(parameters)
}

fn nonsense<T>(text: &str, span: Span) -> Result<T> {
    refuse(
        span,
        format!(
            "`{text}` is no bound of `cluster`: `<get|list|logs>:<Kind>:<target|*|NAMESPACE|param:NAME>[/NAME]`, as in \
             `get,list:Pod:target`, or `at-most:<objects>:<size>`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_of_cluster_says_how_what_and_where() {
        for good in ["get,list:Pod:target", "list:Node:*", "get:ConfigMap:kube-system/x", "at-most:10:1MiB"] {
            assert!(judge(good, Span::call_site()).unwrap().is_empty(), "{good}");
        }
        let named = judge("get,logs:Pod:param:namespace/param:pod", Span::call_site()).unwrap();
        assert_eq!(named.iter().map(|named| named.name.as_str()).collect::<Vec<_>>(), ["namespace", "pod"]);
        for bad in
            ["Pod", "get:pod:target", "put:Pod:target", "list:Pod:shop/x", "logs:Job.batch:target", "get:Secret:target"]
        {
            assert!(judge(bad, Span::call_site()).is_err(), "{bad}");
        }
    }
}
