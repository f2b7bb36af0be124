//! Stars on a server, joined with tabs into one mesh; and the starlane command.

pub mod command;
pub mod publish;
