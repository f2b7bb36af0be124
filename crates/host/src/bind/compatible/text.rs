//! Texts of paths and queries: a number is a text as well, so these schemas are compared by what may be written.

use starlane_schema::{Form, Node, Properties, Schema, Steps, Type, from_text, gap_within, is_scalar};

/// What is lost, and a text that shows it.
type Loss = (String, Option<String>);

/// Whether one text is still taken.
pub(super) fn word(word: &str, new: &Schema) -> Option<Loss> {
    taken(word, &new.scalar(new.root()))
}

/// What a part of a path may not be any more. Without a schema it was any text.
pub(super) fn one(old: Option<&Schema>, new: &Schema, steps: &Steps) -> Option<Loss> {
    let any = Schema::anything();
    let old = old.unwrap_or(&any);
    scalars(old, old.root(), new, new.root(), steps)
}

fn taken(text: &str, new: &Schema) -> Option<Loss> {
    let mismatch = new.check(&from_text(new, new.root(), text)).err()?;
    Some((mismatch.to_string(), Some(text.to_owned())))
}

fn scalars(old: &Schema, node: &Node, new: &Schema, now: &Node, steps: &Steps) -> Option<Loss> {
    let (before, after) = (old.form(node), new.form(now));
    let words = |form: &Form| if let Form::Enum(words) = form { words.len() } else { 0 };
    if !steps.take(1 + words(before) + words(after)) {
        return Some(("the binds are too entangled to be compared".into(), None));
    }
    if matches!(after, Form::Empty | Form::Type(Type::String)) {
        return None;
    }
    let new = new.scalar(now);
    match before {
        Form::Enum(words) => words.iter().find_map(|word| taken(word, &new)),
        Form::Type(Type::Boolean) => ["true", "false"].iter().find_map(|word| taken(word, &new)),
        // Any text, and one that is none of what is taken now.
        Form::Empty => lost(&Schema::text(), &new, steps),
        _ => lost(&old.scalar(node), &new, steps),
    }
}

fn lost(old: &Schema, new: &Schema, steps: &Steps) -> Option<Loss> {
    let gap = gap_within(old, new, steps)?;
    Some((gap.reason, gap.example.map(|example| example.trim_matches('"').to_owned())))
}

/// What a query may not hold any more. A query without a schema named nothing.
pub(super) fn queries(old: Option<&Schema>, new: Option<&Schema>, steps: &Steps) -> Vec<Loss> {
    let Some((new, now)) = new.and_then(|new| Some((new, members(new)?))) else { return Vec::new() };
    let before = old.and_then(|old| Some((old, members(old)?)));
    let was_sure =
        |name: &str| before.and_then(|(_, members)| members.member(name)).is_some_and(|member| member.required);
    let missing = now.members.iter().filter(|member| member.required && !was_sure(&member.name));
    let missing = missing.map(|member| (format!("`{}` must be there", member.name), None));
    let kept = before.into_iter().flat_map(|(old, members)| members.members.iter().map(move |member| (old, member)));
    let changed = kept.filter_map(|(old, member)| {
        let lost = match now.member(&member.name) {
            Some(now) => values(old, &member.node, new, &now.node, steps),
            None if now.open => None,
            None => Some(("it is not taken".into(), None)),
        };
        lost.map(|(reason, example)| (format!("`{}`: {reason}", member.name), example))
    });
    missing.chain(changed).collect()
}

fn members(query: &Schema) -> Option<&Properties> {
    match query.form(query.root()) {
        Form::Properties(properties) => Some(properties),
        _ => None,
    }
}

/// A value of a query: one text, or as many as there are.
fn values(old: &Schema, node: &Node, new: &Schema, now: &Node, steps: &Steps) -> Option<Loss> {
    match (old.form(node), new.form(now)) {
        (_, Form::Empty) => None,
        (Form::Elements(before), Form::Elements(after)) => scalars(old, before, new, after, steps),
        (Form::Empty, form) if !matches!(form, Form::Elements(_)) => Some(("it may stand once only".into(), None)),
        (Form::Elements(_), _) => Some(("it may stand once only".into(), None)),
        (_, Form::Elements(after)) if is_scalar(old, node) => scalars(old, node, new, after, steps),
        _ => scalars(old, node, new, now, steps),
    }
}
