//! Where a connection comes from: what bounds are kept by, so that one visitor cannot take everybody's places.
//!
//! A proxy on the relay's own machine says in `X-Forwarded-For` for whom it asks; from anywhere else the header is not
//! believed. Of an IPv6 address the network counts: its 64 low bits are the visitor's own to choose. All whom a proxy names
//! in a way that is no address count as one visitor.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;
use warp::http::{HeaderMap, HeaderValue};

/// What proxies add the address of whoever asks them to; the last one is the proxy's own word.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The network half of an IPv6 address.
const NETWORK: u128 = !(u64::MAX as u128);

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Remote {
    /// From the machine the relay runs on.
    Here,
    /// From this IPv4 address or IPv6 network.
    Address(IpAddr),
}

impl Remote {
    /// Whoever a proxy names in a way that is no address. No connection comes from this one.
    const SOMEBODY: Remote = Remote::Address(IpAddr::V6(Ipv6Addr::UNSPECIFIED));

    /// The other end of a connection.
    pub(crate) fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            address if address.is_loopback() => Remote::Here,
            IpAddr::V6(address) => Remote::Address(Ipv6Addr::from_bits(address.to_bits() & NETWORK).into()),
            address => Remote::Address(address),
        }
    }

    /// For whom a request over the connection is made.
    pub(crate) fn behind(self, headers: &HeaderMap) -> Self {
        match (self, headers.get_all(FORWARDED_FOR).iter().next_back()) {
            (Remote::Here, Some(named)) => last(named).map_or(Remote::SOMEBODY, Remote::new),
            _ => self,
        }
    }

    /// The address, when it is another machine's.
    pub(crate) fn address(self) -> Option<IpAddr> {
        match self {
            Remote::Here => None,
            Remote::Address(address) => Some(address),
        }
    }
}

/// The last address of a list. Some proxies put it in quotes, an IPv6 address in brackets, or a port behind it.
fn last(list: &HeaderValue) -> Option<IpAddr> {
    let last = list.to_str().ok()?.rsplit(',').next()?.trim().trim_matches('"');
    let bare = || last.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    last.parse().ok().or_else(with_port).or_else(bare)
}

/// How many of something there are for each address. What comes from this machine is not counted.
#[derive(Default)]
pub(crate) struct Counts {
    of: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place among all of them and among those of its address, kept by whatever is served over it.
pub(crate) type Place = Arc<(OwnedSemaphorePermit, Counted)>;

/// One that is counted until it is dropped.
pub(crate) struct Counted {
    counts: Arc<Counts>,
    address: Option<IpAddr>,
}

impl Counts {
    /// Counts one more, unless there are `most` already.
    pub(crate) fn one_more(self: &Arc<Self>, remote: Remote, most: usize) -> Option<Counted> {
        let address = remote.address();
        if let Some(address) = address {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            let count = of.entry(address).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
        }
        Some(Counted { counts: self.clone(), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut of = self.counts.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = of.entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(text: &str) -> Remote {
        Remote::new(text.parse().unwrap())
    }

    fn headers(forwarded: &str) -> HeaderMap {
        [(FORWARDED_FOR.parse().unwrap(), forwarded.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn loopback_is_here_and_an_ipv6_network_is_one_visitor() {
        assert_eq!(remote("127.0.0.1"), Remote::Here);
        assert_eq!(remote("::ffff:127.0.0.2"), Remote::Here);
        assert_eq!(remote("::1"), Remote::Here);
        assert_eq!(remote("2001:db8:1:2::1"), remote("2001:db8:1:2:ffff::2"));
        assert_ne!(remote("2001:db8:1:2::1"), remote("2001:db8:1:3::1"));
        assert_eq!(remote("::ffff:192.0.2.1"), remote("192.0.2.1"));
    }

    #[test]
    fn an_address_has_no_more_than_its_share() {
        let counts = Arc::new(Counts::default());
        let one = |text| counts.one_more(remote(text), 2);
        let (first, _second) = (one("192.0.2.1").unwrap(), one("192.0.2.1").unwrap());
        assert!(one("192.0.2.1").is_none() && one("192.0.2.2").is_some());
        drop(first);
        assert!(one("192.0.2.1").is_some());
        let here: Vec<_> = (0..10).map(|_| one("127.0.0.1").unwrap()).collect();
        drop(here);
        assert_eq!(counts.of.lock().unwrap().len(), 1);
    }

    #[test]
    fn only_a_proxy_on_this_machine_speaks_for_others() {
        let forged = headers("10.0.0.1, 192.0.2.7");
        assert_eq!(remote("127.0.0.1").behind(&forged), remote("192.0.2.7"));
        assert_eq!(remote("192.0.2.1").behind(&forged), remote("192.0.2.1"));
        assert_eq!(remote("192.0.2.1").behind(&headers("unknown")), remote("192.0.2.1"));
        assert_eq!(remote("127.0.0.1").behind(&HeaderMap::new()), Remote::Here);
    }

    #[test]
    fn addresses_with_ports_and_quotes_are_understood_and_what_is_none_is_one_visitor() {
        let behind = |text| remote("127.0.0.1").behind(&headers(text));
        for text in ["203.0.113.5", "10.0.0.1, 203.0.113.5:1234", "\"203.0.113.5\"", "\"203.0.113.5:1\""] {
            assert_eq!(behind(text), remote("203.0.113.5"), "{text}");
        }
        for text in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::2]:99", "\"[2001:db8::1]:99\""] {
            assert_eq!(behind(text), remote("2001:db8::1"), "{text}");
        }
        for text in ["unknown", "", "203.0.113.5:http", "_hidden", "fe80::1%eth0"] {
            assert!(behind(text) == Remote::SOMEBODY && behind(text).address().is_some(), "{text}");
        }
    }
}
