//! The native half of `cargo xtask bench`, which puts its lines into a table.

fn main() -> anyhow::Result<()> {
    starlane_tests::bench::main()
}
