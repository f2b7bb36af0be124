//! What a swap changes in the states of a tab, in one transaction; and the way back.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use starlane_bundle::Digest;
use starlane_host::app::WayBack;
use starlane_host::event::{Migration, Pairs, Stamp, Stored};
use starlane_protocol::Point;
use web_sys::IdbTransactionMode::Readwrite;

use super::database::{STATE, done, told};
use super::homes::Homes;
use super::state::{Memory, State, all_of, change, put_stamp, range, range_below, write};

/// Bytes of a digest.
const DIGEST_BYTES: usize = 32;

/// What becomes of one state on the way back.
enum Fate {
    /// The code that comes back takes it as it is.
    Stays,
    /// It is again what it was before it was migrated.
    Returns(Pairs),
    /// The code that comes back must not have it.
    Refused,
}

impl State {
    /// Stores what was migrated, all or nothing; on disk when this is over.
    pub(super) async fn migrate(&self, homes: &Homes, migrations: &[Migration]) -> Result<(), String> {
        let stamp = |code| Stamp { code, refused: None };
        if self.refused {
            let mut memory = self.memory.borrow_mut();
            for Migration { mechtron, placement, writes, code } in migrations {
                let stored = of(&mut memory, homes.of(*placement), mechtron);
                stored.stamp = Some(stamp(*code));
                change(&mut stored.pairs, writes);
            }
            return Ok(());
        }
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        for Migration { mechtron, placement, writes, code } in migrations {
            let home = homes.of(*placement);
            put_stamp(&store, home, mechtron, stamp(*code))?;
            write(&store, home, mechtron, writes)?;
        }
        done(transaction).await
    }

    /// Puts the states of an application in these homes right for the code that comes back. `before` are those that were migrated, as they
    /// were.
    pub(super) async fn go_back(
        &self,
        app: &Point,
        homes: &[Rc<str>],
        back: &[WayBack],
        mut before: Vec<(Point, Pairs)>,
    ) -> Result<(), String> {
        let mut fate = |mechtron: &Point, stamp: Option<Stamp>| {
            let name = mechtron.segments().nth(2)?;
            let back =
                back.iter().find(|back| back.name == name && stamp.is_some_and(|stamp| stamp.code == back.from))?;
            let was = before.iter().position(|(other, _)| other == mechtron).map(|at| before.swap_remove(at).1);
            let fate = match was {
                None => Fate::Stays,
                Some(pairs) if back.drop_writes => Fate::Returns(pairs),
                Some(_) => Fate::Refused,
            };
            Some((fate, back))
        };
        if self.refused {
            let is_ours = |home: &Rc<str>, mechtron: &Point| homes.contains(home) && mechtron.is_within(app);
            let mut memory = self.memory.borrow_mut();
            for (_, mechtron, stored) in memory.iter_mut().filter(|(home, mechtron, _)| is_ours(home, mechtron)) {
                let Some((fate, back)) = fate(mechtron, stored.stamp) else { continue };
                stored.stamp = Some(stamp_after(&fate, back));
                if let Fate::Returns(pairs) = fate {
                    stored.pairs = pairs;
                }
            }
            return Ok(());
        }
        let (transaction, store) = self.begin(STATE, Readwrite).await?;
        for home in homes {
            let (keys, values) = all_of(&store, Some(range_below(home, app)?)).await?;
            for (key, value) in keys.iter().zip(&values).map(|(key, value)| (Array::from(key), value)) {
                let stamp = stamp(&Uint8Array::new(value).to_vec()).filter(|_| key.get(2).is_string());
                let mechtron = key.get(1).as_string().and_then(|text| text.parse::<Point>().ok());
                let Some(mechtron) = mechtron.filter(|_| stamp.is_some()) else { continue };
                let Some((fate, back)) = fate(&mechtron, stamp) else { continue };
                let stamp = stamp_after(&fate, back);
                if let Fate::Returns(pairs) = fate {
                    drop(store.delete(range(home, &mechtron)?).map_err(told)?);
                    let writes: Vec<_> = pairs.into_iter().map(|(key, value)| (key, Some(value))).collect();
                    write(&store, home, &mechtron, &writes)?;
                }
                put_stamp(&store, home, &mechtron, stamp)?;
            }
        }
        done(transaction).await
    }
}

fn stamp_after(fate: &Fate, back: &WayBack) -> Stamp {
    match fate {
        Fate::Stays | Fate::Returns(_) => Stamp { code: back.to, refused: None },
        Fate::Refused => Stamp { code: back.from, refused: Some(back.to) },
    }
}

/// What a mechtron keeps in memory.
pub(super) fn of<'a>(memory: &'a mut Memory, home: &Rc<str>, mechtron: &Point) -> &'a mut Stored {
    let at = memory.iter().position(|(of, point, _)| of == home && point == mechtron).unwrap_or_else(|| {
        memory.push((home.clone(), mechtron.clone(), Stored::default()));
        memory.len() - 1
    });
    &mut memory[at].2
}

/// A stamp as it is kept: one digest, or two.
pub(super) fn bytes(stamp: Stamp) -> Vec<u8> {
    let refused = stamp.refused.map(|digest| digest.0).unwrap_or_default();
    let all = [stamp.code.0, refused].concat();
    all[..if stamp.refused.is_some() { 2 * DIGEST_BYTES } else { DIGEST_BYTES }].to_vec()
}

/// The stamp that was kept.
pub(super) fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let digest = |bytes: &[u8]| bytes.try_into().ok().map(Digest);
    let (code, rest) = bytes.split_at_checked(DIGEST_BYTES)?;
    Some(Stamp { code: digest(code)?, refused: digest(rest) })
}
