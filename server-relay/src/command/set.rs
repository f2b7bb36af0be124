//! `starlane set <point> <name>=<value>…`.

use clap::Args;
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::{Context, arguments, get};

/// Change values of an application, or settings of the space.
#[derive(Args)]
pub(super) struct Set {
    /// The application, like localhost:chat, or the space
    point: String,
    /// What to change: `greeting=Hi`; lists and tables as JSON; `greeting=` takes the default again
    #[arg(value_name = "NAME=VALUE", required_unless_present = "unset")]
    values: Vec<String>,
    /// Take the default of this again
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
}

impl Set {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let point = arguments::point(&self.point)?;
        let mut set = Map::new();
        for text in &self.values {
            let (name, value) = pair(text)?;
            set.insert(name, value);
        }
        set.extend(self.unset.into_iter().map(|name| (name, Value::Null)));
        let said = context.client()?.command(&point, "Set", &json!({ "set": set }))?;
        context.output.result(&said, || {
            let generation = said["generation"].as_u64().map(|number| format!(", generation {number}"));
            format!("set {point}{}\n{}", generation.unwrap_or_default(), get::people(&said))
        })
    }
}

fn pair(text: &str) -> Result<(String, Value), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            let value = if value.is_empty() { Value::Null } else { json!(value) };
            Ok((name.trim().to_owned(), value))
        }
        _ => Err(Failure::misuse("not-a-value", format!("`{text}` sets nothing: what does is `name=value`"))
            .hint("write it in quotes when there are blanks in it: 'greeting=Good morning'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_stands_behind_the_first_sign() {
        assert_eq!(pair("a=b=c").unwrap(), ("a".into(), json!("b=c")));
        assert_eq!(pair("a=").unwrap(), ("a".into(), Value::Null));
        assert_eq!(pair("a").unwrap_err().code(), "not-a-value");
        assert_eq!(pair("=a").unwrap_err().code(), "not-a-value");
    }
}
