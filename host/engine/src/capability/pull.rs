//! Pages of rows that the target gives one after the other: read ahead by one page, so that target and guest work at once.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::{JoinError, JoinHandle};

use super::context::Context;

/// Some rows.
pub(crate) struct Rows<T> {
    pub(crate) rows: Vec<T>,
    /// No more will come.
    pub(crate) last: bool,
}

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum PullError<E> {
    /// The target's answer.
    Target(E),
    /// The program ends.
    Ended(JoinError),
}

type Pulled<T, E> = JoinHandle<Result<Rows<T>, E>>;

/// A table being pulled. What the guest did not ask for yet waits here: at most two pages of the target.
pub(crate) struct Pull<T, E> {
    begin: Arc<dyn Fn() -> Pulled<T, E> + Send + Sync>,
    /// Goes on while the guest computes, and when a pull ran out of time.
    ahead: Option<Pulled<T, E>>,
    rest: VecDeque<T>,
    last: bool,
}

impl<T: Send + 'static, E: Send + 'static> Pull<T, E> {
    /// Asks for the first page at once. `fetch` gives the next page each time.
    pub(crate) fn new<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Rows<T>, E>> + Send + 'static,
    {
        let begin: Arc<dyn Fn() -> Pulled<T, E> + Send + Sync> = Arc::new(move || tokio::spawn(fetch()));
        Self { ahead: Some(begin()), begin, rest: VecDeque::new(), last: false }
    }

    /// The next rows, at most `max`, within the time. None, and not the last, when that was up.
    pub(crate) async fn next(&mut self, context: &Context, max: u32, timeout_ms: u32) -> Result<Rows<T>, PullError<E>> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        if self.rest.is_empty() && !self.last && max > 0 {
            let begin = &self.begin;
            let ahead = self.ahead.get_or_insert_with(|| begin());
            let Some(pulled) = context.pull(timeout_ms, ahead).await else {
                return Ok(Rows { rows: Vec::new(), last: false });
            };
            self.ahead = None;
            let page = pulled.map_err(PullError::Ended)?.map_err(PullError::Target)?;
            self.rest = page.rows.into();
            self.last = page.last;
            if !self.last {
                self.ahead = Some((self.begin)());
            }
        }
        let rows = self.rest.drain(..max.min(self.rest.len())).collect();
        Ok(Rows { rows, last: self.last && self.rest.is_empty() })
    }
}

impl<T, E> Drop for Pull<T, E> {
    fn drop(&mut self) {
        if let Some(ahead) = &self.ahead {
            ahead.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use tokio::sync::watch;
    use tokio::time::Instant;

    use super::*;

    fn context() -> Context {
        Context::new("local", Instant::now() + Duration::from_secs(60), watch::channel(false).1)
    }

    /// Pages of two rows, six in all.
    fn counting(asked: &Arc<AtomicU32>) -> Pull<u32, ()> {
        let asked = Arc::clone(asked);
        Pull::new(move || {
            let page = asked.fetch_add(1, Ordering::Relaxed);
            async move { Ok(Rows { rows: vec![page * 2, page * 2 + 1], last: page == 2 }) }
        })
    }

    #[tokio::test]
    async fn every_row_comes_once_whatever_the_guest_asks_for() {
        for max in [1, 2, 3, 100] {
            let mut pull = counting(&Arc::default());
            let mut rows = Vec::new();
            loop {
                let page = pull.next(&context(), max, 1000).await.unwrap();
                assert!(page.rows.len() <= usize::try_from(max).unwrap());
                rows.extend(page.rows);
                if page.last {
                    break;
                }
            }
            assert_eq!(rows, [0, 1, 2, 3, 4, 5], "{max}");
            assert!(pull.next(&context(), max, 1000).await.unwrap().last);
        }
    }

    #[tokio::test]
    async fn one_page_is_read_ahead_and_no_more() {
        let asked = Arc::default();
        let mut pull = counting(&asked);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        pull.next(&context(), 1, 1000).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        pull.next(&context(), 1, 1000).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        assert!(pull.next(&context(), 0, 1000).await.unwrap().rows.is_empty());
    }

    #[tokio::test]
    async fn a_pull_without_time_loses_nothing() {
        let mut pull = Pull::<u32, ()>::new(|| async {
            tokio::task::yield_now().await;
            Ok(Rows { rows: vec![7], last: true })
        });
        let mut page = pull.next(&context(), 10, 0).await.unwrap();
        while page.rows.is_empty() {
            assert!(!page.last);
            page = pull.next(&context(), 10, 1000).await.unwrap();
        }
        assert_eq!((page.rows, page.last), (vec![7], true));
    }

    #[tokio::test]
    async fn an_error_is_told_and_another_try_may_be_made() {
        let tried = AtomicU32::new(0);
        let mut pull = Pull::<u32, &str>::new(move || {
            let first = tried.fetch_add(1, Ordering::Relaxed) == 0;
            async move { if first { Err("busy") } else { Ok(Rows { rows: vec![1], last: true }) } }
        });
        assert!(matches!(pull.next(&context(), 1, 1000).await, Err(PullError::Target("busy"))));
        assert_eq!(pull.next(&context(), 1, 1000).await.unwrap().rows, [1]);
    }
}
