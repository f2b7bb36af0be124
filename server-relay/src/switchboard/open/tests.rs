use super::super::accounts::{ADDRESS_OPEN, Accounts, USER_OPEN};
use super::*;
use crate::remote::Remote;

fn ping(id: u32, from: &str) -> Wave {
    let (from, to) = (from.parse().unwrap(), "localhost:chat:room".parse().unwrap());
    let method = "Ext<Say>".parse().unwrap();
    let mut wave = Wave::new(WaveId([0; 16]), WaveKind::Ping, from, Agent::Anonymous, to, method);
    wave.id.0[..4].copy_from_slice(&id.to_le_bytes());
    wave
}

fn pong(ping: &Wave) -> Wave {
    ping.pong(Agent::Anonymous, 200, Headers::default(), Body::default())
}

fn ask(open: &OpenPings, wave: &Wave, place: Place, asker: Asker) -> Result<(), Refusal> {
    open.change().ask(wave, place, asker, Instant::now()).map_err(|(_, refusal)| refusal)
}

fn http(account: &Arc<Account>) -> Asker {
    Asker::Http(oneshot::channel().0, account.clone())
}

#[test]
fn a_pong_passes_only_from_the_target_that_was_asked() {
    let open = OpenPings::default();
    let asked = ping(1, "localhost:stars:a");
    ask(&open, &asked, Place::Star(0), Asker::Star(1)).unwrap();
    let mut forged = pong(&asked);
    forged.from = "localhost:chat:other".parse().unwrap();
    assert!(open.change().answered(&forged, Place::Star(0)).is_none());
    assert!(open.change().answered(&pong(&asked), Place::Star(1)).is_none());
    assert!(open.change().answered(&pong(&asked), Place::Lane(0)).is_none());
    assert!(open.change().answered(&pong(&asked), Place::Star(0)).is_some());
    assert!(open.change().answered(&pong(&asked), Place::Star(0)).is_none());
}

#[test]
fn one_user_cannot_take_all_places() {
    let (open, accounts) = (OpenPings::default(), Accounts::default());
    let ada = accounts.of(&"localhost:users:ada".parse().unwrap(), Remote::Here);
    let bob = accounts.of(&"localhost:users:bob".parse().unwrap(), Remote::Here);
    let one = |id| ping(id, "localhost:users:ada");
    for id in 0..USER_OPEN as u32 {
        ask(&open, &one(id), Place::Star(0), http(&ada)).unwrap();
    }
    assert_eq!(ask(&open, &one(u32::MAX), Place::Star(0), http(&ada)).unwrap_err().code, Code::TooMany);
    ask(&open, &one(u32::MAX), Place::Star(0), http(&bob)).unwrap();
    assert!(open.give_up(one(0).id, &one(0).from).is_some());
    ask(&open, &one(0), Place::Star(0), http(&ada)).unwrap();
}

#[test]
fn one_address_cannot_take_the_places_of_all_who_are_nobody() {
    let (open, accounts) = (OpenPings::default(), Accounts::default());
    let of = |last| accounts.of(&Agent::Anonymous, Remote::Address([192, 0, 2, last].into()));
    let mut next = 0..;
    let mut one = |account| ask(&open, &ping(next.next().unwrap(), "localhost:stars:relay"), Place::Star(0), account);
    for last in 0..(ANONYMOUS_OPEN / ADDRESS_OPEN) as u8 {
        let account = of(last);
        for _ in 0..ADDRESS_OPEN {
            one(http(&account)).unwrap();
        }
        assert_eq!(one(http(&of(last))).unwrap_err().code, Code::TooMany);
    }
    // All of them together leave room for users.
    assert_eq!(one(http(&of(255))).unwrap_err().code, Code::TooMany);
    one(http(&accounts.of(&"localhost:users:ada".parse().unwrap(), Remote::Here))).unwrap();
    let over = open.take_all(Place::Star(0));
    assert_eq!(over.len(), ANONYMOUS_OPEN + 1);
    ask(&open, &ping(0, "localhost:stars:relay"), Place::Star(0), http(&of(255))).unwrap();
}

#[test]
fn two_askers_may_use_one_id_and_one_asker_may_not_twice() {
    let open = OpenPings::default();
    let (one, two) = (ping(1, "localhost:stars:a"), ping(1, "localhost:stars:b"));
    ask(&open, &one, Place::Star(0), Asker::Star(1)).unwrap();
    ask(&open, &two, Place::Star(0), Asker::Star(2)).unwrap();
    assert_eq!(ask(&open, &one, Place::Star(0), Asker::Star(1)).unwrap_err().code, Code::BadWave);
    let answered = open.change().answered(&pong(&two), Place::Star(0)).unwrap();
    assert!(matches!(answered.asker, Asker::Star(2)));
}

#[test]
fn a_ping_is_overdue_after_its_wait() {
    let open = OpenPings::default();
    let (mut short, long) = (ping(1, "localhost:stars:a"), ping(2, "localhost:stars:a"));
    short.wait = 1;
    ask(&open, &short, Place::Steward, Asker::Star(0)).unwrap();
    ask(&open, &long, Place::Steward, Asker::Star(0)).unwrap();
    assert!(open.overdue().is_empty());
    std::thread::sleep(GRACE + Duration::from_millis(20));
    let over = open.overdue();
    assert_eq!(over.len(), 1);
    assert_eq!(over[0].id, short.id);
}
