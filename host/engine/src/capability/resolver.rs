//! `dbg:resolver`: the target's resolver configuration, when it was granted.

use std::sync::Arc;

use dbg_capability::{Configuration, Resolver, ResolverErrorCode};
use dbg_model::{Effective, truncate_at_char};
use wasmtime::component::{HasData, Resource};

use super::handles::Handles;
use crate::bindings::dbg::resolver::resolver_config as wit;
use crate::bindings::dbg::resolver::resolver_errors as errors;
use crate::resources::OpenConfiguration;
use crate::tally::Tally;

/// Readings open at once.
const OPEN: usize = 16;

/// One run's readings.
pub(crate) struct ResolverState {
    /// None when it was not granted.
    resolver: Option<Arc<dyn Resolver>>,
    open: Handles<Configuration>,
    empty: Configuration,
    tally: Arc<Tally>,
}

/// Links this interface to [`ResolverState`].
pub(crate) struct HasResolver;

impl HasData for HasResolver {
    type Data<'a> = &'a mut ResolverState;
}

impl ResolverState {
    /// Once a run.
    pub(crate) fn new(grants: &Effective, resolver: &Arc<dyn Resolver>, tally: Arc<Tally>) -> Self {
        let empty = Configuration {
            nameservers: Vec::new(),
            search: Vec::new(),
            ndots: 0,
            timeout_ms: 0,
            attempts: 0,
            options: Vec::new(),
            raw: Vec::new(),
        };
        Self { resolver: grants.resolver().then(|| Arc::clone(resolver)), open: Handles::new(OPEN), empty, tally }
    }

    fn get(&self, handle: &Resource<OpenConfiguration>) -> &Configuration {
        self.open.get(handle.rep()).unwrap_or(&self.empty)
    }
}

fn error(code: errors::ErrorCode, text: &str) -> errors::Error {
    errors::Error { code, text: truncate_at_char(text, 4096).to_owned() }
}

impl errors::Host for ResolverState {}

impl wit::Host for ResolverState {
    async fn read(&mut self) -> wasmtime::Result<Result<Resource<OpenConfiguration>, errors::Error>> {
        self.tally.judged(self.resolver.is_some());
        let Some(resolver) = &self.resolver else {
            return Ok(Err(error(errors::ErrorCode::Denied, "`resolver` was not granted")));
        };
        if !self.open.has_room() {
            return Ok(Err(error(errors::ErrorCode::Other, "16 readings are open already")));
        }
        let configuration = match resolver.read().await {
            Ok(configuration) => configuration,
            Err(cause) => {
                let code = match cause.code {
                    ResolverErrorCode::Denied => errors::ErrorCode::Denied,
                    ResolverErrorCode::NotFound => errors::ErrorCode::NotFound,
                    ResolverErrorCode::Malformed => errors::ErrorCode::Malformed,
                    ResolverErrorCode::Other => errors::ErrorCode::Other,
                };
                return Ok(Err(error(code, &cause.text)));
            }
        };
        Ok(Ok(Resource::new_own(self.open.insert(configuration))))
    }
}

impl wit::HostConfiguration for ResolverState {
    fn nameservers(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<Vec<wit::Nameserver>> {
        let servers = self.get(&of).nameservers.iter();
        Ok(servers.map(|server| wit::Nameserver { address: server.address.clone(), port: server.port }).collect())
    }

    fn search(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<Vec<String>> {
        Ok(self.get(&of).search.clone())
    }

    fn ndots(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<u32> {
        Ok(self.get(&of).ndots)
    }

    fn timeout_ms(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<u32> {
        Ok(self.get(&of).timeout_ms)
    }

    fn attempts(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<u32> {
        Ok(self.get(&of).attempts)
    }

    fn options(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<Vec<String>> {
        Ok(self.get(&of).options.clone())
    }

    fn raw(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<Vec<u8>> {
        Ok(self.get(&of).raw.clone())
    }

    fn close(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<()> {
        self.open.close(of.rep());
        Ok(())
    }

    fn drop(&mut self, of: Resource<OpenConfiguration>) -> wasmtime::Result<()> {
        self.open.drop(of.rep());
        Ok(())
    }
}
