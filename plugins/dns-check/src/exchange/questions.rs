//! All questions that have not ended.

use super::engine::Ticket;
use super::pending::Pending;

/// By ticket. Those under way are few, however many wait in the queues: only they are looked through.
#[derive(Debug, Default)]
pub(super) struct Questions {
    all: Vec<Option<Pending>>,
    under_way: Vec<Ticket>,
    open: usize,
}

impl Questions {
    /// Adds the question of the next ticket; those of the tickets before it that were never added have ended.
    pub(super) fn push(&mut self, ticket: Ticket, pending: Pending) {
        self.all.resize_with(position(ticket), || None);
        self.all.push(Some(pending));
        self.open += 1;
    }

    /// From now on it is looked at whenever something happens.
    pub(super) fn begin(&mut self, ticket: Ticket) {
        self.under_way.push(ticket);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.open == 0
    }

    pub(super) fn get(&self, ticket: Ticket) -> Option<&Pending> {
        self.all.get(position(ticket))?.as_ref()
    }

    pub(super) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Pending> {
        self.all.get_mut(position(ticket))?.as_mut()
    }

    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<Pending> {
        let removed = self.all.get_mut(position(ticket))?.take()?;
        self.under_way.retain(|other| *other != ticket);
        self.open -= 1;
        Some(removed)
    }

    /// Those under way, as they are now.
    pub(super) fn under_way(&self) -> Vec<Ticket> {
        self.under_way.clone()
    }

    pub(super) fn iter_under_way(&self) -> impl Iterator<Item = (Ticket, &Pending)> {
        self.under_way.iter().filter_map(|ticket| Some((*ticket, self.get(*ticket)?)))
    }

    /// All that have not ended, also those in queues.
    pub(super) fn all(&self) -> Vec<Ticket> {
        let open = self.all.iter().zip(0..).filter(|(pending, _)| pending.is_some());
        open.map(|(_, number)| Ticket(number)).collect()
    }
}

fn position(ticket: Ticket) -> usize {
    usize::try_from(ticket.0).unwrap_or(usize::MAX)
}
