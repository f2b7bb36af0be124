//! Upgrades, step by step or in one go, with the world as the shell that stores what they give.

use starlane_host::event::{Event, Migration, Stamp, Step};

use super::{App, World, point, written};

/// The application that all upgrades are of.
const APP: &str = "localhost:app";

impl World {
    /// Prepares a generation and lets it come as far as it can.
    pub fn prepare(&mut self, app: App, generation: u64) {
        self.prepare_way(app, generation, false);
    }

    fn prepare_way(&mut self, app: App, generation: u64, back: bool) {
        let (app, files) = app.build(generation);
        self.files.extend(files);
        self.steps.clear();
        self.tell(Event::Prepare { app, back });
        self.run();
    }

    /// Lets what is prepared stop, as far as it does at once.
    pub fn stop(&mut self) {
        assert_eq!(self.steps.pop_front(), Some(Step::Ready));
        self.tell(Event::Stop(point(APP)));
        self.run();
    }

    /// Lets what has stopped migrate; what the star says then.
    pub fn migrate(&mut self) -> Option<Step> {
        assert_eq!(self.steps.pop_front(), Some(Step::Quiet));
        self.tell(Event::Migrate(point(APP)));
        self.run();
        self.steps.pop_front()
    }

    /// Stores what was migrated, and lets the star switch.
    pub fn switch(&mut self, migrations: Vec<Migration>) {
        for migration in migrations {
            let Migration { mechtron, writes, code, .. } = migration;
            self.stamps.insert(mechtron.clone(), Stamp { code, refused: None });
            let state = self.store.entry(mechtron).or_default();
            for (key, value) in writes {
                match value {
                    Some(value) => _ = state.insert(key, value),
                    None => _ = state.remove(&key),
                }
            }
        }
        self.tell(Event::Switch(point(APP)));
        self.run();
    }

    /// Takes an upgrade through all its steps; what was migrated.
    pub fn upgrade(&mut self, app: App, generation: u64) -> Vec<Migration> {
        self.prepare(app, generation);
        self.go_on()
    }

    /// Takes the way back to an older generation.
    pub fn go_back(&mut self, app: App, generation: u64) -> Vec<Migration> {
        self.prepare_way(app, generation, true);
        self.go_on()
    }

    /// Takes what is prepared through the other steps.
    pub fn go_on(&mut self) -> Vec<Migration> {
        self.stop();
        self.go_on_quiet()
    }

    /// Takes what has stopped through the other steps.
    pub fn go_on_quiet(&mut self) -> Vec<Migration> {
        let Some(Step::Migrated(migrations)) = self.migrate() else { panic!("it was not migrated") };
        self.switch(migrations.clone());
        migrations
    }

    /// Gives an upgrade up; why it failed.
    pub fn give_up(&mut self) -> String {
        let Some(Step::Failed(refusal)) = self.steps.pop_front() else { panic!("it did not fail") };
        self.tell(Event::Abandon(point(APP)));
        self.run();
        refusal.to_string()
    }
}

/// A guest with an `init` and a `mechtron_migrate` of its own: bodies that leave their result.
pub fn version(texts: &[&str], [init, migrate, wave]: [&str; 3]) -> String {
    let fill = |body: &str| {
        let place = |(index, text): (usize, &&str)| {
            (format!("{{{index}}}"), format!("(i32.const {}) (i32.const {})", 256 + 128 * index, text.len()))
        };
        texts.iter().enumerate().map(place).fold(body.to_owned(), |body, (hole, range)| body.replace(&hole, &range))
    };
    let plain = "(func (export \"mechtron_init\") (result i32) (i32.const 0))";
    let mut wat = written(texts, wave);
    if !init.is_empty() {
        wat = wat.replace(plain, &format!("(func (export \"mechtron_init\") (result i32) {})", fill(init)));
    }
    if !migrate.is_empty() {
        let export = format!("(func (export \"mechtron_migrate\") (result i32) (local $n i32) {}))", fill(migrate));
        wat.truncate(wat.rfind(')').unwrap_or(wat.len()));
        wat += &export;
    }
    wat
}
