//! What containers wrote: the properties of a query are clamped, then it is read in one call.

use dbg_capability::{ClusterReadError, ContainerLife, ReadLogs};
use dbg_model::{ClusterVerb, is_namespace, is_object_name};
use wasmtime::component::Resource;

use super::{Answer, ClusterState, Code, closed, kind, shown, too_many};
use crate::bindings::dbg::cluster::pod_logs as wit;
use crate::resources::LogQueryHandle;

/// Lines that one query gives, and gives unless more or fewer are asked for.
const LINES: (u32, u32) = (10_000, 100);
/// Bytes likewise.
const BYTES: (u32, u32) = (256 << 10, 64 << 10);

/// What is to be read.
pub(super) struct LogQuery(ReadLogs);

impl ClusterState {
    async fn open_log(&mut self, namespace: &str, pod: &str, container: &str) -> Result<u32, ClusterReadError> {
        self.granted()?;
        let is_container = container.is_empty() || is_namespace(container);
        if !is_namespace(namespace) || !is_object_name(pod) || !is_container {
            let text = format!("`{}`, `{}` and `{}` name no container", shown(namespace), shown(pod), shown(container));
            return Err(ClusterReadError::new(Code::BadRequest, text));
        }
        if !self.logs.has_room() {
            return Err(too_many("queries of logs"));
        }
        self.judge(ClusterVerb::Logs, &kind("Pod")?, namespace, pod).await?;
        Ok(self.logs.insert(LogQuery(ReadLogs {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            container: container.to_owned(),
            life: ContainerLife::Present,
            lines: LINES.1,
            bytes: BYTES.1,
        })))
    }

    fn set_log(&mut self, of: &Resource<LogQueryHandle>, change: impl FnOnce(&mut ReadLogs)) {
        if let Some(LogQuery(query)) = self.logs.get_mut(of.rep()) {
            change(query);
        }
    }
}

impl wit::Host for ClusterState {
    async fn open(&mut self, namespace: String, pod: String, container: String) -> Answer<Resource<LogQueryHandle>> {
        let opened = self.open_log(&namespace, &pod, &container).await;
        Ok(opened.map(Resource::new_own).map_err(Into::into))
    }
}

impl wit::HostLogQuery for ClusterState {
    fn previous(&mut self, of: Resource<LogQueryHandle>) -> wasmtime::Result<()> {
        self.set_log(&of, |query| query.life = ContainerLife::Previous);
        Ok(())
    }

    fn set_lines(&mut self, of: Resource<LogQueryHandle>, lines: u32) -> wasmtime::Result<()> {
        self.set_log(&of, |query| query.lines = lines.clamp(1, LINES.0));
        Ok(())
    }

    fn set_bytes(&mut self, of: Resource<LogQueryHandle>, bytes: u32) -> wasmtime::Result<()> {
        self.set_log(&of, |query| query.bytes = bytes.clamp(1, BYTES.0));
        Ok(())
    }

    async fn read(&mut self, of: Resource<LogQueryHandle>) -> Answer<wit::LogText> {
        let read = async {
            let LogQuery(query) = self.logs.get(of.rep()).ok_or_else(closed)?;
            self.cluster.logs(query.clone()).await
        };
        let read = read.await.map(|log| {
            self.context.tally().redact(log.redacted);
            wit::LogText { text: log.text, cut: log.cut }
        });
        Ok(read.map_err(Into::into))
    }

    fn close(&mut self, of: Resource<LogQueryHandle>) -> wasmtime::Result<()> {
        self.logs.close(of.rep());
        Ok(())
    }

    fn drop(&mut self, of: Resource<LogQueryHandle>) -> wasmtime::Result<()> {
        self.logs.drop(of.rep());
        Ok(())
    }
}
