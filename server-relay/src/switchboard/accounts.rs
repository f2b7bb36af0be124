//! Accounts: how many pings each visitor has open. A user has one over all of its lanes and requests; of those who are
//! nobody in particular each address has one, so that no visitor takes the places of all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use starlane_protocol::Agent;

use crate::remote::Remote;

/// Open pings of one user.
pub(super) const USER_OPEN: usize = 8_192;

/// Open pings of everybody at one address who is nobody: as many as one lane may have.
pub(super) const ADDRESS_OPEN: usize = 2_048;

/// Accounts that are kept before those nobody uses are looked for.
const ACCOUNTS: usize = 1_024;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Holder {
    User(Agent),
    Nobody(Remote),
}

/// What one visitor has open.
#[derive(Debug)]
pub(crate) struct Account {
    open: AtomicUsize,
    most: usize,
    /// Whether it is nobody's in particular.
    pub(super) anonymous: bool,
}

impl Account {
    /// Whether no further ping may be opened.
    pub(super) fn is_full(&self) -> bool {
        self.open.load(Ordering::Relaxed) >= self.most
    }

    pub(super) fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All accounts in use.
#[derive(Default)]
pub(crate) struct Accounts {
    all: Mutex<HashMap<Holder, Arc<Account>>>,
}

impl Accounts {
    /// The account of whoever comes from there.
    pub(crate) fn of(&self, agent: &Agent, remote: Remote) -> Arc<Account> {
        let (holder, most) = match (agent, remote) {
            (Agent::Anonymous, Remote::Here) => (Holder::Nobody(remote), USER_OPEN),
            (Agent::Anonymous, Remote::Address(_)) => (Holder::Nobody(remote), ADDRESS_OPEN),
            (user, _) => (Holder::User(user.clone()), USER_OPEN),
        };
        let anonymous = *agent == Agent::Anonymous;
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ACCOUNTS && all.len() == all.capacity() {
            // Whoever has a ping open or a lane holds the account too.
            all.retain(|_, account| Arc::strong_count(account) > 1);
        }
        all.entry(holder).or_insert_with(|| Arc::new(Account { open: AtomicUsize::new(0), most, anonymous })).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_that_nobody_uses_are_let_go() {
        let accounts = Accounts::default();
        let kept = accounts.of(&"localhost:users:ada".parse().unwrap(), Remote::Here);
        for n in 0..100_000_u32 {
            accounts.of(&Agent::Anonymous, Remote::Address(n.to_be_bytes().into()));
        }
        assert!(accounts.all.lock().unwrap().len() <= 4 * ACCOUNTS);
        assert!(Arc::ptr_eq(&kept, &accounts.of(&"localhost:users:ada".parse().unwrap(), Remote::Here)));
    }
}
